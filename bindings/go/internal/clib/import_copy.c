/* Copying spooled labels into the label table: no parsing, one row and one raw event for each. */
#include <string.h>

#include "consensus.h"
#include "failure.h"
#include "frame_ranges.h"
#include "import_labels.h"
#include "label.h"
#include "project.h"
#include "task.h"

#define ROWS       16                  /* of one statement: starting one costs as much as a row */
#define ROWS_BYTES ((size_t)256 << 10) /* of geometry that wait for it */

/* The bulk form of label_store(): for tasks outside review, where a new label needs nothing but its row and its event.
 * OR FAIL: a statement need not be able to undo its first rows, because a failure ends the command. */
#define SQL_LABEL                                                                                                      \
    "INSERT OR FAIL INTO label(creator, created_us, editor, edited_us, manual, ranges, answers, task, number, hash,"   \
    " class, confidence, geometry) VALUES"
#define SQL_ROW       "(?1, ?2, ?1, ?2, ?3, ?4, x'', ?, ?, ?, ?, ?, ?)"
#define SQL_FOUR_ROWS SQL_ROW ", " SQL_ROW ", " SQL_ROW ", " SQL_ROW

static const char sql_one_row[] = SQL_LABEL SQL_ROW;
static const char sql_all_rows[] = SQL_LABEL SQL_FOUR_ROWS ", " SQL_FOUR_ROWS ", " SQL_FOUR_ROWS ", " SQL_FOUR_ROWS;

typedef struct label_row_values {
    int64_t task, number;
    char hash[9];
    int32_t class;
    double confidence;
    size_t geometry, geometry_length; /* where it is in `geometries` */
} label_row_values;

typedef struct copying {
    command *cmd;
    label_import *run;
    task_facts task; /* the one whose labels are being copied */
    int64_t labels, tasks;
    int64_t next, unclaimed; /* label numbers: the next one, and how many were taken in advance */
    bytes ranges;
    label_row_values rows[ROWS]; /* that wait to be inserted */
    size_t row_count;
    bytes geometries;
} copying;

/* Label numbers follow one another; the project's counter is raised once for all of them. */
static annoproj_status claim_numbers(copying *to, annoproj_error **error) {
    int64_t first = 0;
    const int64_t count = to->unclaimed;
    to->next = to->unclaimed = 0;
    return count > 0 ? project_next_label(to->cmd, to->run->project, count, &first, error) : ANNOPROJ_OK;
}

static annoproj_status finish_task(copying *to, annoproj_error **error) {
    if (to->task.id == 0) {
        return ANNOPROJ_OK;
    }
    to->tasks++;
    annoproj_status status = task_set_version(to->cmd, &to->task, to->task.version + 1, error);
    if (status == ANNOPROJ_OK && to->task.stage.type == STAGE_CONSENSUS_ANNOTATION) {
        status = claim_numbers(to, error); /* the branches draw their own */
        status = status == ANNOPROJ_OK ? consensus_labels_written(to->cmd, &to->task, error) : status;
    }
    return status;
}

static annoproj_status begin_task(copying *to, int64_t task, annoproj_error **error) {
    annoproj_error *gone = NULL;
    annoproj_status status = finish_task(to, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    status = access_task_facts(&to->cmd->scope, task, &to->task, &gone);
    if (status == ANNOPROJ_NOT_FOUND) {
        status = fail(error, ANNOPROJ_CONFLICT, "task %lld was removed while the file was read: import again",
                      (long long)task);
    } else if (status != ANNOPROJ_OK) {
        status = fail(error, status, "%s", annoproj_error_message(gone));
    }
    drop_error(&gone);
    return status == ANNOPROJ_OK ? consensus_check_write(&to->cmd->scope, &to->task, error) : status;
}

static annoproj_status take_number(copying *to, int64_t *taken, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    if (to->next == 0) {
        status = project_next_label(to->cmd, to->run->project, 1, &to->next, error);
    } else {
        to->unclaimed++;
    }
    *taken = to->next++;
    return status;
}

static annoproj_status store_in_review(copying *to, const spooled_label *from, const char *hash,
                                       annoproj_error **error) {
    const scope *in = &to->cmd->scope;
    label made = {.task = from->task,
                  .class = from->class,
                  .creator = in->user,
                  .created_us = in->now_us,
                  .editor = in->user,
                  .edited_us = in->now_us,
                  .manual = !to->run->prelabels,
                  .confidence = from->confidence,
                  .ranges = to->ranges.data,
                  .ranges_length = to->ranges.length,
                  .geometry = from->geometry,
                  .geometry_length = from->geometry_length};
    memcpy(made.hash, hash, sizeof made.hash);
    annoproj_status status = claim_numbers(to, error); /* label_store() draws its own */
    return status == ANNOPROJ_OK ? label_store(to->cmd, &made, error) : status;
}

static annoproj_status insert_rows(copying *to, const char *query, size_t first, size_t count, annoproj_error **error) {
    const scope *in = &to->cmd->scope;
    statement *insert = sql(in->database, query);
    bind_int64(insert, in->user);
    bind_int64(insert, in->now_us);
    bind_int64(insert, !to->run->prelabels);
    bind_blob(insert, to->ranges.data, to->ranges.length);
    for (size_t i = first; i < first + count; i++) {
        const label_row_values *row = &to->rows[i];
        bind_int64(insert, row->task);
        bind_int64(insert, row->number);
        bind_text_n(insert, row->hash, 8);
        bind_int64(insert, row->class);
        bind_double(insert, row->confidence);
        bind_blob(insert, to->geometries.data + row->geometry, row->geometry_length);
    }
    return sql_run(insert, error);
}

static annoproj_status insert_waiting(copying *to, annoproj_error **error) {
    annoproj_status status = to->geometries.failed ? fail_memory(error) : ANNOPROJ_OK;
    if (status == ANNOPROJ_OK && to->row_count == ROWS) {
        status = insert_rows(to, sql_all_rows, 0, ROWS, error);
    } else {
        for (size_t i = 0; i < to->row_count && status == ANNOPROJ_OK; i++) {
            status = insert_rows(to, sql_one_row, i, 1, error);
        }
    }
    to->row_count = to->geometries.length = 0;
    return status;
}

static annoproj_status insert_label(copying *to, const spooled_label *from, int64_t taken, const char *hash,
                                    annoproj_error **error) {
    label_row_values *row = &to->rows[to->row_count++];
    *row = (label_row_values){.task = from->task,
                              .number = taken,
                              .class = from->class,
                              .confidence = from->confidence,
                              .geometry = to->geometries.length,
                              .geometry_length = from->geometry_length};
    memcpy(row->hash, hash, sizeof row->hash);
    bytes_append(&to->geometries, from->geometry, from->geometry_length);
    return to->row_count == ROWS || to->geometries.length >= ROWS_BYTES ? insert_waiting(to, error) : ANNOPROJ_OK;
}

static annoproj_status copy_label(copying *to, const spooled_label *from, annoproj_error **error) {
    char hash[9];
    int64_t taken = 0;
    annoproj_status status = from->task == to->task.id ? ANNOPROJ_OK : begin_task(to, from->task, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    command_hash(to->cmd, hash);
    to->labels++;
    if (to->task.stage.type == STAGE_REVIEW) {
        return store_in_review(to, from, hash, error);
    }
    status = take_number(to, &taken, error);
    if (status == ANNOPROJ_OK) {
        status = insert_label(to, from, taken, hash, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    command_event(to->cmd, &(event){.kind = EVENT_LABEL_PUT,
                                    .task = NUMBER_OF(from->task),
                                    .stage = to->task.stage.number,
                                    .reference = taken,
                                    .class = from->class,
                                    .frames = 1});
    return command_send_events(to->cmd, error); /* a million would take more memory than an import may */
}

static annoproj_status copy_all(copying *to, label_merge *merge, annoproj_error **error) {
    spooled_label from;
    annoproj_status status = ANNOPROJ_OK;
    while (status == ANNOPROJ_OK && label_merge_next(merge, &from)) {
        status = copy_label(to, &from, error);
        if (status == ANNOPROJ_OK && to->labels % 1024 == 0) {
            status = bounds_check(to->cmd->scope.bounds, error);
        }
    }
    if (status == ANNOPROJ_OK) {
        status = insert_waiting(to, error);
    }
    if (status == ANNOPROJ_OK) {
        status = finish_task(to, error);
    }
    return status == ANNOPROJ_OK ? claim_numbers(to, error) : status;
}

static annoproj_status check_ontology(command *cmd, const label_import *run, annoproj_error **error) {
    int64_t edited_us = 0;
    annoproj_status status = label_import_edited(&cmd->scope, run->ontology, &edited_us, error);
    if (status == ANNOPROJ_OK && (edited_us != run->edited_us || cmd->scope.project.ontology != run->ontology)) {
        status = fail(error, ANNOPROJ_CONFLICT, "the ontology was changed while the file was read: import again");
    }
    return status;
}

annoproj_status label_import_store(command *cmd, void *arguments, annoproj_error **error) {
    label_import *run = arguments;
    label_merge merge = {0};
    copying to = {.cmd = cmd, .run = run};
    frame_ranges frame = {0};
    annoproj_status status = check_ontology(cmd, run, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    frame_ranges_add(&frame, 0, 0);
    frame_ranges_encode(&frame, &to.ranges);
    status = frame.failed || to.ranges.failed ? fail_memory(error) : label_merge_begin(&merge, run->spool, error);
    if (status == ANNOPROJ_OK) {
        status = copy_all(&to, &merge, error);
    }
    if (merge.spool) {
        annoproj_status ended = label_merge_end(&merge, status == ANNOPROJ_OK ? error : NULL);
        status = status == ANNOPROJ_OK ? ended : status;
    }
    if (status == ANNOPROJ_OK) {
        command_event(cmd, &(event){.kind = EVENT_LABELS_IMPORT, .frames = to.labels, .reference = run->prelabels});
        command_result_int64(cmd, (int64_t)image_list_count(run->images));
        command_result_int64(cmd, to.tasks);
        command_result_int64(cmd, to.labels);
        command_result_int64(cmd, merge.repeated);
    }
    frame_ranges_release(&frame);
    bytes_release(&to.ranges);
    bytes_release(&to.geometries);
    return status;
}
