/* Copying spooled labels into the label table: no parsing, one row and one raw event for each. */
#include <string.h>

#include "consensus.h"
#include "failure.h"
#include "frame_ranges.h"
#include "import_labels.h"
#include "label.h"
#include "label_hash.h"
#include "project.h"
#include "task.h"

#define ROWS       16                  /* of one statement: starting one costs as much as a row */
#define ROWS_BYTES ((size_t)256 << 10) /* of geometry that wait for it */

/* The bulk form of label_store(): for tasks outside review, where a new label needs nothing but its row and its event.
 * OR FAIL: a statement need not be able to undo its first rows, because a failure ends the command. */
#define SQL_LABEL                                                                                                      \
    "INSERT OR FAIL INTO label(creator, created_us, editor, edited_us, manual, ranges, answers, task, number, hash,"   \
    " class, confidence, geometry, members, given) VALUES"
#define SQL_ROW       "(?1, ?2, ?1, ?2, ?3, ?4, x'', ?, ?, ?, ?, ?, ?, ?, 0)"
#define SQL_FOUR_ROWS SQL_ROW ", " SQL_ROW ", " SQL_ROW ", " SQL_ROW

static const char sql_one_row[] = SQL_LABEL SQL_ROW;
static const char sql_all_rows[] = SQL_LABEL SQL_FOUR_ROWS ", " SQL_FOUR_ROWS ", " SQL_FOUR_ROWS ", " SQL_FOUR_ROWS;

typedef struct label_row_values {
    int64_t task, number;
    char hash[9];
    int32_t class;
    double confidence;
    size_t geometry, geometry_length, members_length; /* where it is in `geometries`, members behind it */
} label_row_values;

typedef struct copying {
    command *cmd;
    label_import *run;
    task_facts task; /* the one whose labels are being copied */
    bool given;      /* some of its labels came with their hash: new ones are compared with those */
    bool fresh;      /* all tasks are of this command, and alike: nothing is looked up or raised one by one */
    int64_t labels, tasks;
    uint64_t key;            /* of hashes */
    int64_t next, unclaimed; /* label numbers: the next one, and how many were taken in advance */
    bytes ranges;
    label_row_values rows[ROWS]; /* that wait to be inserted */
    size_t row_count;
    bytes geometries;
    int64_t *known; /* labels that the task has had before */
    size_t known_count, known_capacity;
    key_map written, classes; /* of those: numbers written again; classes written to */
    int64_t task_labels;      /* stored in the task */
} copying;

/* Label numbers follow one another; the project's counter is raised once for all of them. */
static annoproj_status claim_numbers(copying *to, annoproj_error **error) {
    int64_t first = 0;
    const int64_t count = to->unclaimed;
    to->next = to->unclaimed = 0;
    return count > 0 ? project_next_label(to->cmd, to->run->project, count, &first, error) : ANNOPROJ_OK;
}

/* --- what the task had before --------------------------------------------------------------------------------------- */

static annoproj_status load_known(copying *to, annoproj_error **error) {
    static const char query[] = "SELECT number FROM label WHERE task = ? ORDER BY number";
    annoproj_status status = ANNOPROJ_OK;
    statement *find = sql(to->cmd->scope.database, query);
    bind_int64(find, to->task.id);
    to->known_count = 0;
    while (status == ANNOPROJ_OK && sql_row(find)) {
        if (to->known_count == to->known_capacity) {
            const size_t capacity = to->known_capacity ? to->known_capacity * 2 : 64;
            int64_t *larger = reallocate(to->known, capacity * sizeof *larger);
            if (!larger) {
                status = fail_memory(error);
                break;
            }
            to->known = larger;
            to->known_capacity = capacity;
        }
        to->known[to->known_count++] = column_int64(find, 0);
    }
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

/* Of a task that is replaced, what the file did not have goes. */
static annoproj_status remove_others(copying *to, int64_t *removed, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    *removed = 0;
    for (size_t i = 0; to->run->replace && i < to->known_count && status == ANNOPROJ_OK; i++) {
        if (key_map_find(&to->written, to->known[i]) == KEY_MAP_NONE) {
            status = label_remove(to->cmd, to->task.id, to->known[i], error);
            ++*removed;
        }
    }
    return status;
}

/* Classifications written beside those that were there may not overlap them. */
static annoproj_status check_overlaps(copying *to, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    for (int32_t class = 1; to->classes.count > 0 && class <= to->run->highest_class && status == ANNOPROJ_OK;
         class ++) {
        if (key_map_find(&to->classes, class) != KEY_MAP_NONE) {
            status = label_check_overlap(&to->cmd->scope, to->task.id, class, error);
        }
    }
    return status;
}

/* --- tasks that the command has made ----------------------------------------------------------------------------------- */

#define FRESH_AT_ONCE 8192 /* tasks between two looks at the call's bounds */

/* They are alike when one stage has them all, and it is one that labels may be written in without more ado. */
static annoproj_status look_at_fresh(copying *to, annoproj_error **error) {
    static const char query[] = "SELECT min(stage), max(stage), min(id) FROM task WHERE id > ?1 << 32"
                                " AND id < (?1 + 1) << 32";
    statement *find = sql(to->cmd->scope.database, query);
    bind_int64(find, to->run->project);
    const bool alike = sql_row(find) && !column_is_null(find, 0) && column_int64(find, 0) == column_int64(find, 1);
    const int64_t first = alike ? column_int64(find, 2) : 0;
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && alike) {
        status = access_task_facts(&to->cmd->scope, first, &to->task, error);
        to->fresh = to->task.stage.type == STAGE_ANNOTATION;
        to->task.id = 0;
    }
    return status;
}

/* What finish_task() does for one. */
static annoproj_status finish_fresh(copying *to, annoproj_error **error) {
    static const char update[] = "UPDATE task SET version = 1 WHERE id >= ? AND id < ?"
                                 " AND EXISTS (SELECT 1 FROM label l WHERE l.task = task.id)";
    static const char bounds_of[] = "SELECT max(id) FROM task WHERE id < (? + 1) << 32";
    static const char count[] = "SELECT count(*) FROM task WHERE id > ?1 << 32 AND id < (?1 + 1) << 32 AND version = 1";
    const scope *in = &to->cmd->scope;
    int64_t last = 0;
    statement *find = sql(in->database, bounds_of);
    bind_int64(find, to->run->project);
    last = sql_row(find) ? column_int64(find, 0) : 0;
    annoproj_status status = sql_end(find, error);
    for (int64_t at = MAKE_ID(to->run->project, 0); at <= last && status == ANNOPROJ_OK; at += FRESH_AT_ONCE) {
        statement *raise = sql(in->database, update);
        bind_int64(raise, at);
        bind_int64(raise, at + FRESH_AT_ONCE <= last ? at + FRESH_AT_ONCE : last + 1);
        status = sql_run(raise, error);
        status = status == ANNOPROJ_OK ? bounds_check(in->bounds, error) : status;
    }
    if (status == ANNOPROJ_OK) {
        find = sql(in->database, count);
        bind_int64(find, to->run->project);
        to->tasks = sql_row(find) ? column_int64(find, 0) : 0;
        status = sql_end(find, error);
    }
    return status;
}

static annoproj_status finish_task(copying *to, annoproj_error **error) {
    int64_t removed = 0;
    annoproj_status status = to->task.id != 0 && to->known_count > 0 ? remove_others(to, &removed, error) : ANNOPROJ_OK;
    if (status == ANNOPROJ_OK && to->classes.count > 0) {
        status = check_overlaps(to, error);
    }
    key_map_clear(&to->written);
    key_map_clear(&to->classes);
    if (status != ANNOPROJ_OK || to->task.id == 0 || to->task_labels + removed == 0) {
        return status;
    }
    /* Two images of a new project may be one task: then it has been written to before. */
    to->tasks += to->task_labels > 0 && !(to->run->tasks && to->task.version > 0);
    status = task_set_version(to->cmd, &to->task, to->task.version + 1, error);
    if (status == ANNOPROJ_OK && to->task.stage.type == STAGE_CONSENSUS_ANNOTATION) {
        status = claim_numbers(to, error); /* the branches draw their own */
        status = status == ANNOPROJ_OK ? consensus_labels_written(to->cmd, &to->task, error) : status;
    }
    return status;
}

static annoproj_status look_for_given(copying *to, annoproj_error **error) {
    static const char query[] = "SELECT 1 FROM label WHERE task = ? AND given LIMIT 1";
    statement *find = sql(to->cmd->scope.database, query);
    bind_int64(find, to->task.id);
    to->given = sql_row(find);
    return sql_end(find, error);
}

static annoproj_status begin_task(copying *to, int64_t task, annoproj_error **error) {
    annoproj_error *gone = NULL;
    if (to->fresh) {
        to->task.id = task;
        return ANNOPROJ_OK;
    }
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
    if (status == ANNOPROJ_OK) {
        status = consensus_check_write(&to->cmd->scope, &to->task, error);
    }
    to->task_labels = 0;
    to->cmd->scope.task = to->task; /* so that nothing reads it again for each label */
    if (status == ANNOPROJ_OK) {
        status = look_for_given(to, error);
    }
    return status == ANNOPROJ_OK && to->run->knows_tasks ? load_known(to, error) : status;
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

/* Where more is to be done than the bulk form does. */
static annoproj_status store_alone(copying *to, const spooled_label *from, annoproj_error **error) {
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
                  .geometry_length = from->geometry_length,
                  .members = from->members,
                  .members_length = from->members_length};
    annoproj_status status = claim_numbers(to, error); /* label_store() draws its own */
    return status == ANNOPROJ_OK ? label_store(to->cmd, &made, error) : status;
}

/* --- labels of label rows --------------------------------------------------------------------------------------------- */

/* The number of a label of the task, also of one that was removed and published before: it comes back. 0 = it is new. */
static annoproj_status known_number(copying *to, const char *hash, int64_t *known, annoproj_error **error) {
    static const char query[] = "SELECT number FROM label WHERE task = ?1 AND number = ?3 AND hash = ?2 UNION ALL"
                                " SELECT number FROM label WHERE task = ?1 AND hash = ?2 AND given UNION ALL"
                                " SELECT label FROM label_published WHERE task = ?1 AND hash = ?2 LIMIT 1";
    *known = 0;
    statement *find = sql(to->cmd->scope.database, query);
    bind_int64(find, to->task.id);
    bind_text(find, hash);
    bind_int64(find, label_hash_number(to->key, hash));
    *known = sql_row(find) ? column_int64(find, 0) : 0;
    return sql_end(find, error);
}

static annoproj_status store_detailed(copying *to, const spooled_label *from, annoproj_error **error) {
    const scope *in = &to->cmd->scope;
    const label_details *details = from->details;
    const int64_t created_us = details->created_us == INT64_MIN ? in->now_us : details->created_us;
    label made = {.task = from->task,
                  .class = from->class,
                  .creator = details->creator,
                  .created_us = created_us,
                  .editor = details->editor,
                  .edited_us = details->edited_us == INT64_MIN ? created_us : details->edited_us,
                  .manual = details->manual,
                  .confidence = from->confidence,
                  .ranges = details->ranges,
                  .ranges_length = details->ranges_length,
                  .geometry = from->geometry,
                  .geometry_length = from->geometry_length,
                  .answers = details->answers,
                  .answers_length = details->answers_length,
                  .members = from->members,
                  .members_length = from->members_length};
    memcpy(made.hash, details->hash, sizeof made.hash);
    annoproj_status status = known_number(to, made.hash, &made.number, error);
    if (status == ANNOPROJ_OK) {
        status = label_store(to->cmd, &made, error);
    }
    if (status == ANNOPROJ_OK && to->known_count > 0 &&
        (!key_map_add(&to->written, made.number, 0) ||
         (details->classification && !key_map_add(&to->classes, from->class, 0)))) {
        status = fail_memory(error);
    }
    return status == ANNOPROJ_OK ? command_send_events(to->cmd, error) : status;
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
        bind_blob(insert, to->geometries.data + row->geometry + row->geometry_length, row->members_length);
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

static annoproj_status insert_label(copying *to, const spooled_label *from, int64_t taken, annoproj_error **error) {
    label_row_values *row = &to->rows[to->row_count++];
    *row = (label_row_values){.task = from->task,
                              .number = taken,
                              .class = from->class,
                              .confidence = from->confidence,
                              .geometry = to->geometries.length,
                              .geometry_length = from->geometry_length,
                              .members_length = from->members_length};
    label_hash_draw(to->key, taken, row->hash);
    bytes_append(&to->geometries, from->geometry, from->geometry_length);
    bytes_append(&to->geometries, from->members, from->members_length);
    return to->row_count == ROWS || to->geometries.length >= ROWS_BYTES ? insert_waiting(to, error) : ANNOPROJ_OK;
}

static annoproj_status copy_label(copying *to, const spooled_label *from, annoproj_error **error) {
    int64_t taken = 0;
    annoproj_status status = from->task == to->task.id ? ANNOPROJ_OK : begin_task(to, from->task, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    if (from->class == 0) {
        return ANNOPROJ_OK; /* the row has no labels */
    }
    to->labels++;
    to->task_labels++;
    if (from->details) {
        return store_detailed(to, from, error);
    }
    if (to->task.stage.type == STAGE_REVIEW || to->given) {
        status = store_alone(to, from, error);
        return status == ANNOPROJ_OK ? command_send_events(to->cmd, error) : status;
    }
    status = take_number(to, &taken, error);
    if (status == ANNOPROJ_OK) {
        status = insert_label(to, from, taken, error);
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
        if (to->run->tasks) {
            from.task = to->run->tasks[from.task - 1];
            from.class = to->run->classes[from.class - 1];
        }
        status = copy_label(to, &from, error);
        if (status == ANNOPROJ_OK && to->labels % 1024 == 0) {
            status = bounds_check(to->cmd->scope.bounds, error);
        }
    }
    if (status == ANNOPROJ_OK) {
        status = insert_waiting(to, error);
    }
    if (status == ANNOPROJ_OK) {
        status = (to->fresh ? finish_fresh : finish_task)(to, error);
    }
    return status == ANNOPROJ_OK ? claim_numbers(to, error) : status;
}

static annoproj_status check_ontology(command *cmd, const label_import *run, annoproj_error **error) {
    label_import now = {0};
    annoproj_status status = label_import_note_ontology(&cmd->scope, &now, error);
    if (status == ANNOPROJ_OK && (now.edited_us != run->edited_us || now.ontology != run->ontology)) {
        status = fail(error, ANNOPROJ_CONFLICT, "the ontology was changed while the file was read: import again");
    }
    return status;
}

annoproj_status label_import_store(command *cmd, label_import *run, annoproj_error **error) {
    label_merge merge = {0};
    copying to = {.cmd = cmd, .run = run};
    frame_ranges frame = {0};
    annoproj_status status = check_ontology(cmd, run, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    frame_ranges_add(&frame, 0, 0);
    frame_ranges_encode(&frame, &to.ranges);
    status = label_hash_key(&cmd->scope, run->project, &to.key, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    status = frame.failed || to.ranges.failed ? fail_memory(error) : label_merge_begin(&merge, run->spool, error);
    if (status == ANNOPROJ_OK && run->tasks) {
        status = look_at_fresh(&to, error);
    }
    if (status == ANNOPROJ_OK) {
        status = copy_all(&to, &merge, error);
    }
    if (merge.spool) {
        annoproj_status ended = label_merge_end(&merge, status == ANNOPROJ_OK ? error : NULL);
        status = status == ANNOPROJ_OK ? ended : status;
    }
    if (status == ANNOPROJ_OK) {
        command_event(cmd, &(event){.kind = EVENT_LABELS_IMPORT, .frames = to.labels, .reference = run->prelabels});
        command_result_int64(cmd, run->items);
        command_result_int64(cmd, to.tasks);
        command_result_int64(cmd, to.labels);
        command_result_int64(cmd, merge.repeated);
    }
    frame_ranges_release(&frame);
    bytes_release(&to.ranges);
    bytes_release(&to.geometries);
    release(to.known);
    key_map_release(&to.written);
    key_map_release(&to.classes);
    return status;
}
