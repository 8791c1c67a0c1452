/* Copying spooled labels into the label table: no parsing, one row and one raw event for each. */
#include <string.h>

#include "consensus.h"
#include "failure.h"
#include "import_insert.h"
#include "import_labels.h"
#include "label.h"
#include "label_hash.h"
#include "lapse.h"
#include "log_drain.h"
#include "project.h"
#include "task.h"

#define ROW_BYTES 64 /* of a label's row and event, beside its geometry */

typedef struct copying {
    command *cmd;
    label_import *run;
    task_facts task; /* the one whose labels are being copied */
    bool given;      /* some of its labels came with their hash: new ones are compared with those */
    int64_t labels, tasks;
    int64_t next, unclaimed; /* label numbers: the next one, and how many were taken in advance */
    label_inserts inserts;
    log_drain drain;
    int64_t *known; /* labels that the task has had before */
    size_t known_count, known_capacity;
    key_map written_numbers, classes; /* of those: numbers written again; classes written to */
    int64_t task_labels;              /* stored in the task */
} copying;

/* Label numbers follow one another; the project's counter is raised once for all of them. */
static annoproj_status claim_numbers(copying *to, annoproj_error **error) {
    int64_t first = 0;
    const int64_t count = to->unclaimed;
    to->next = to->unclaimed = 0;
    return count > 0 ? project_next_label(to->cmd, to->run->project, count, &first, error) : ANNOPROJ_OK;
}

/* The first write to a task finds that its assignment has lapsed: the events say so before what was written. */
static annoproj_status find_free(copying *to, annoproj_error **error) {
    if (to->task.lapsed == 0) {
        return ANNOPROJ_OK;
    }
    annoproj_status status = lapse_settle(to->cmd, &to->task, error);
    to->cmd->scope.task = to->task;
    return status;
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
        if (key_map_find(&to->written_numbers, to->known[i]) == KEY_MAP_NONE) {
            status = find_free(to, error);
            status = status == ANNOPROJ_OK ? label_remove(to->cmd, to->task.id, to->known[i], error) : status;
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

/* --- one task after the other ------------------------------------------------------------------------------------------ */

static annoproj_status finish_task(copying *to, annoproj_error **error) {
    int64_t removed = 0;
    annoproj_status status = to->task.id != 0 && to->known_count > 0 ? remove_others(to, &removed, error) : ANNOPROJ_OK;
    if (status == ANNOPROJ_OK && to->classes.count > 0) {
        status = check_overlaps(to, error);
    }
    key_map_clear(&to->written_numbers);
    key_map_clear(&to->classes);
    if (status != ANNOPROJ_OK || to->task.id == 0 || to->run->fresh || to->task_labels + removed == 0) {
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

static annoproj_status read_task(copying *to, int64_t task, annoproj_error **error) {
    annoproj_error *gone = NULL;
    annoproj_status status = access_task_facts(&to->cmd->scope, task, &to->task, &gone);
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
    to->cmd->scope.task = to->task; /* so that nothing reads it again for each label */
    if (status == ANNOPROJ_OK) {
        status = look_for_given(to, error);
    }
    return status == ANNOPROJ_OK && to->run->knows_tasks ? load_known(to, error) : status;
}

/* Nearly all tasks are in the stage of the one before, and nothing is to be known of them but their version. */
static annoproj_status find_alike(copying *to, int64_t task, annoproj_error **error) {
    static const char query[] = "SELECT version FROM task WHERE id = ?1 AND stage = ?2 AND parent = 0"
                                " AND worked_us IS NULL AND NOT EXISTS(SELECT 1 FROM label WHERE task = ?1 AND given)";
    statement *find = sql(to->cmd->scope.database, query);
    bind_int64(find, task);
    bind_int64(find, to->task.stage.id);
    if (sql_row(find)) {
        to->task = (task_facts){.id = task, .version = column_int64(find, 0), .stage = to->task.stage};
        to->cmd->scope.task = to->task;
        to->given = false;
    }
    return sql_end(find, error);
}

static annoproj_status begin_task(copying *to, const spooled_label *first, annoproj_error **error) {
    const bool alike = to->task.id != 0 && to->task.stage.type == STAGE_ANNOTATION && to->task.parent == 0 &&
                       !to->run->knows_tasks && !first->details && first->class != 0 && !to->run->tasks;
    if (to->run->fresh) {
        to->task.id = first->task;
        return ANNOPROJ_OK;
    }
    annoproj_status status = finish_task(to, error);
    to->task_labels = 0;
    if (status == ANNOPROJ_OK && alike) {
        status = find_alike(to, first->task, error);
    }
    return status == ANNOPROJ_OK && to->task.id != first->task ? read_task(to, first->task, error) : status;
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
                  .ranges = to->inserts.ranges.data,
                  .ranges_length = to->inserts.ranges.length,
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
    static const char query[] = LABEL_OF_HASH(
        "SELECT number FROM label ") " UNION ALL SELECT label FROM label_published WHERE task = ?1 AND hash = ?2 LIMIT "
                                     "1";
    *known = 0;
    statement *find = sql(to->cmd->scope.database, query);
    label_hash_bind(find, to->inserts.key, to->task.id, hash);
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
                  .nodes = details->nodes,
                  .nodes_length = details->nodes_length,
                  .rest_stays = true};
    memcpy(made.hash, details->hash, sizeof made.hash);
    annoproj_status status = known_number(to, made.hash, &made.number, error);
    if (status == ANNOPROJ_OK) {
        status = label_store(to->cmd, &made, error);
    }
    if (status == ANNOPROJ_OK && to->known_count > 0 &&
        (!key_map_add(&to->written_numbers, made.number, 0) ||
         (details->classification && !key_map_add(&to->classes, from->class, 0)))) {
        status = fail_memory(error);
    }
    return status == ANNOPROJ_OK ? command_send_events(to->cmd, error) : status;
}

static annoproj_status copy_label(copying *to, const spooled_label *from, annoproj_error **error) {
    int64_t taken = 0;
    annoproj_status status = from->task == to->task.id ? ANNOPROJ_OK : begin_task(to, from, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    if (from->class == 0) {
        return ANNOPROJ_OK; /* the row has no labels */
    }
    status = find_free(to, error);
    if (status != ANNOPROJ_OK) {
        return status;
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
        status = label_inserts_add(&to->inserts, from, taken, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    command_event(to->cmd, &(event){.kind = EVENT_LABEL_PUT,
                                    .task = NUMBER_OF(from->task),
                                    .stage = to->task.stage.number,
                                    .reference = taken,
                                    .class = from->class,
                                    .frames = 1,
                                    .value = to->task.version + 1});
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
        log_drain_more(&to->drain, from.geometry_length + ROW_BYTES);
        if (status == ANNOPROJ_OK && to->labels % 1024 == 0) {
            status = bounds_check(to->cmd->scope.bounds, error);
        }
    }
    if (status == ANNOPROJ_OK) {
        status = label_inserts_finish(&to->inserts, error);
    }
    if (status == ANNOPROJ_OK) {
        status = finish_task(to, error);
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
    copying to = {.cmd = cmd, .run = run, .task = {.stage = run->stage}, .tasks = run->written};
    annoproj_status status = check_ontology(cmd, run, error);
    log_drain_begin(&to.drain, cmd->scope.store);
    if (status == ANNOPROJ_OK) {
        status = label_inserts_begin(&to.inserts, cmd, run->project, !run->prelabels, error);
    }
    if (status == ANNOPROJ_OK) {
        status = label_merge_begin(&merge, run->spool, error);
    }
    if (status == ANNOPROJ_OK) {
        status = copy_all(&to, &merge, error);
    }
    log_drain_end(&to.drain);
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
    label_inserts_release(&to.inserts);
    release(to.known);
    key_map_release(&to.written_numbers);
    key_map_release(&to.classes);
    return status;
}
