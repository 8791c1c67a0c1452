/* Branches of tasks in consensus. */
#include "branch.h"

#include <stdio.h>

#include "failure.h"
#include "lapse.h"
#include "project.h"
#include "queue_passed.h"
#include "queue_skip.h"
#include "task.h"
#include "task_count.h"
#include "task_places.h"
#include "task_vector.h"

#define OF_PARENT "parent = ?1 AND parent <> 0" /* the second part is that of the index */

void branch_name(int64_t parent, int32_t number, char out[BRANCH_NAME]) {
    snprintf(out, BRANCH_NAME, "branch %d of task %lld", (int)number, (long long)NUMBER_OF(parent));
}

/* --- asking ------------------------------------------------------------------------------------------------------ */

static annoproj_status count_open(scope *in, int64_t parent, int64_t *all, int64_t *queued, annoproj_error **error) {
    static const char text[] = "SELECT count(*), count(*) FILTER (WHERE assignee <> -1) FROM task WHERE " OF_PARENT
                               " AND stage <> 0";
    statement *find = sql(in->database, text);
    bind_int64(find, parent);
    if (sql_row(find)) {
        *all = column_int64(find, 0);
        *queued = column_int64(find, 1);
    }
    return sql_end(find, error);
}

annoproj_status branch_list(scope *in, int64_t parent, branch **list, size_t *count, annoproj_error **error) {
    static const char text[] = "SELECT id, assignee, last_submitter, last_action_us, version, branch, status, released,"
                               " submitted FROM task WHERE " OF_PARENT " AND stage <> 0 ORDER BY branch";
    int64_t all = 0, queued = 0;
    *count = 0;
    *list = NULL;
    annoproj_status status = count_open(in, parent, &all, &queued, error);
    if (status != ANNOPROJ_OK)
        return status;
    *list = arena_array(in->memory, (size_t)all + 1, sizeof **list);
    if (!*list)
        return fail_memory(error);
    statement *find = sql(in->database, text);
    bind_int64(find, parent);
    while (*count < (size_t)all && sql_row(find)) {
        branch *one = &(*list)[(*count)++];
        *one = (branch){.task = column_int64(find, 0),
                        .assignee = column_int64(find, 1),
                        .last_submitter = column_int64(find, 2),
                        .submitted_us = column_int64(find, 3),
                        .version = column_int64(find, 4),
                        .number = (int32_t)column_int64(find, 5),
                        .status = (int32_t)column_int64(find, 6),
                        .released = column_int64(find, 7) != 0,
                        .submitted = column_int64(find, 8)};
        one->annotator = one->assignee == NOT_QUEUED ? one->last_submitter : one->assignee;
    }
    return sql_end(find, error);
}

annoproj_status branch_ever(scope *in, int64_t parent, bool *ever, annoproj_error **error) {
    static const char text[] = "SELECT 1 FROM task WHERE " OF_PARENT " LIMIT 1";
    statement *find = sql(in->database, text);
    bind_int64(find, parent);
    *ever = sql_row(find);
    return sql_end(find, error);
}

annoproj_status branch_held(scope *in, const task_facts *task, int64_t user, int64_t *held, annoproj_error **error) {
    static const char text[] =
        "SELECT id FROM task WHERE parent = (SELECT parent FROM task WHERE id = ?1) AND parent <> 0"
        " AND id <> ?1 AND stage <> 0 AND ((assignee = ?2 AND (worked_us IS NULL OR worked_us > ?3))"
        " OR (assignee = -1 AND ?2 IN (last_submitter, (SELECT s.assignee FROM task_stay s WHERE s.task = task.id"
        " ORDER BY s.number DESC LIMIT 1)))) LIMIT 1"; /* who had it when another submitted it has had one, too */
    statement *find = sql(in->database, text);
    bind_int64(find, task->id);
    bind_int64(find, user);
    bind_int64(find, in->now_us - task->stage.assignment_ttl_us); /* reads, which have no time, find no lapse */
    *held = sql_row(find) ? column_int64(find, 0) : 0;
    return sql_end(find, error);
}

annoproj_status branch_check_one(scope *in, const task_facts *task, int64_t user, annoproj_error **error) {
    int64_t other = 0;
    if (task->stage.type != STAGE_CONSENSUS_ANNOTATION || user == 0)
        return ANNOPROJ_OK;
    annoproj_status status = branch_held(in, task, user, &other, error);
    if (status == ANNOPROJ_OK && other != 0)
        status = fail(error, ANNOPROJ_STATE,
                      "user %lld has another branch of the same task, %lld: another annotator has to take branch %lld",
                      (long long)user, (long long)other, (long long)task->id);
    return status;
}

annoproj_status branch_submitted_by(scope *in, int64_t parent, int64_t user, bool *submitted, annoproj_error **error) {
    static const char text[] = "SELECT 1 FROM task WHERE " OF_PARENT " AND stage <> 0 AND assignee = -1"
                               " AND last_submitter = ?2 LIMIT 1";
    statement *find = sql(in->database, text);
    bind_int64(find, parent);
    bind_int64(find, user);
    *submitted = sql_row(find);
    return sql_end(find, error);
}

annoproj_status branch_was_submitted_by(scope *in, const task_facts *task, int64_t user, bool *submitted,
                                        annoproj_error **error) {
    static const char text[] = "SELECT 1 FROM task_submitter WHERE task = ?1 AND user = ?2";
    *submitted = task->last_submitter == user;
    if (*submitted)
        return ANNOPROJ_OK;
    statement *find = sql(in->database, text);
    bind_int64(find, task->id);
    bind_int64(find, user);
    *submitted = sql_row(find);
    return sql_end(find, error);
}

/* Does something to each branch of the same task that is free: facts as the queue has them. */
static annoproj_status each_free_sibling(command *cmd, const task_facts *task,
                                         annoproj_status (*act)(command *, task_facts *, annoproj_error **),
                                         annoproj_error **error) {
    static const char text[] = "SELECT min(id) FROM task WHERE parent = (SELECT parent FROM task WHERE id = ?1)"
                               " AND parent <> 0 AND id <> ?1 AND id > ?2 AND stage <> 0 AND assignee = 0";
    annoproj_status status = ANNOPROJ_OK;
    for (int64_t id = 0; status == ANNOPROJ_OK;) {
        task_facts sibling;
        statement *find = sql(cmd->scope.database, text);
        bind_int64(find, task->id);
        bind_int64(find, id);
        id = sql_row(find) ? column_int64(find, 0) : 0;
        status = sql_end(find, error);
        if (status != ANNOPROJ_OK || id == 0)
            break;
        int64_t kept = cmd->scope.project.id; /* of a disabled user whose tasks are released everywhere */
        cmd->scope.project.id = PROJECT_OF(id);
        status = access_task_facts(&cmd->scope, id, &sibling, error);
        cmd->scope.project.id = kept;
        if (status == ANNOPROJ_OK)
            status = act(cmd, &sibling, error);
    }
    return status;
}

static annoproj_status enter_queue(command *cmd, task_facts *task, annoproj_error **error) {
    return queue_passed_enter(cmd, task, error);
}

annoproj_status branch_given_up(command *cmd, const task_facts *task, annoproj_error **error) {
    return each_free_sibling(cmd, task, enter_queue, error);
}

annoproj_status branch_skip(command *cmd, const task_facts *task, annoproj_error **error) {
    return each_free_sibling(cmd, task, queue_skip_also, error);
}

/* --- making ------------------------------------------------------------------------------------------------------ */

/* One branch of each parent; those of one parent have numbers that follow each other. */
static annoproj_status insert_branches(command *cmd, const stage_facts *stage, int64_t first_parent, int64_t parents,
                                       int64_t first, int32_t number, annoproj_error **error) {
    static const char text[] =
        "INSERT INTO task(id, data_unit, title, data_type, stage, status, assignee, assigned_by, priority,"
        " entered_us, released, returned, version, last_submitter, open_issues, resolved_issues, removed_stage, parent,"
        " branch)"
        " SELECT ?1 + (id - ?2) * ?4 + ?5 - 1, data_unit, title, data_type, ?6, iif(returned, ?9, ?7), 0, 0, priority,"
        " ?8, 0, returned,"
        " 0, 0, 0, 0, 0, id, ?5 FROM task WHERE id >= ?2 AND id < ?2 + ?3 ORDER BY id";
    statement *insert = sql(cmd->scope.database, text);
    bind_int64(insert, first);
    bind_int64(insert, first_parent);
    bind_int64(insert, parents);
    bind_int64(insert, stage->annotators);
    bind_int64(insert, number);
    bind_int64(insert, stage->id);
    bind_int64(insert, ANNOPROJ_TASK_NEW);
    bind_int64(insert, cmd->scope.now_us);
    bind_int64(insert, ANNOPROJ_TASK_REOPENED); /* its task came by a reject edge */
    return sql_run(insert, error);
}

/* Branches have the data unit of their task, and with it its dataset. */
static annoproj_status dataset_number(scope *in, int64_t parent, int32_t *number, annoproj_error **error) {
    static const char text[] = "SELECT d.number FROM task t JOIN project_dataset d ON d.project = t.id >> 32"
                               " AND d.dataset = t.data_unit >> 32 WHERE t.id = ?";
    statement *find = sql(in->database, text);
    bind_int64(find, parent);
    *number = sql_row(find) ? (int32_t)column_int64(find, 0) : 0;
    return sql_end(find, error);
}

annoproj_status branch_make(command *cmd, const stage_facts *stage, int64_t first_parent, int64_t parents,
                            annoproj_error **error) {
    const int64_t project = PROJECT_OF(first_parent), each = stage->annotators, count = parents * each;
    int64_t first = 0;
    int32_t dataset = 0;
    annoproj_status status = dataset_number(&cmd->scope, first_parent, &dataset, error);
    if (status == ANNOPROJ_OK)
        status = project_next_task(cmd, project, count, &first, error);
    for (int32_t number = 1; number <= each && status == ANNOPROJ_OK; number++)
        status = insert_branches(cmd, stage, first_parent, parents, MAKE_ID(project, first), number, error);
    if (status == ANNOPROJ_OK)
        status = task_count_add(cmd, stage->id, 0, count, error);
    if (status == ANNOPROJ_OK)
        status = task_vector_set(cmd, project, TASK_ATTRIBUTE_DATASET, first, count, dataset, error);
    if (status == ANNOPROJ_OK)
        status = task_vector_set(cmd, project, TASK_ATTRIBUTE_STAGE, first, count, stage->number, error);
    for (int64_t i = 0; i < count && status == ANNOPROJ_OK; i++)
        command_event(cmd, &(event){.kind = EVENT_BRANCH_CREATE,
                                    .task = first + i,
                                    .stage = stage->number,
                                    .reference = NUMBER_OF(first_parent) + i / each});
    return status;
}

/* --- submitting -------------------------------------------------------------------------------------------------- */

annoproj_status branch_submit(command *cmd, task_facts *task, int64_t value, bool *last, annoproj_error **error) {
    static const char text[] =
        "UPDATE task SET status = ?, assignee = -1, assigned_by = 0, released = 0, worked_us = NULL, submitted = ?"
        " WHERE id = ?";
    int64_t all = 0, queued = 0, seq = 0;
    *last = false;
    annoproj_status status = task_note_action(cmd, task, true, error);
    if (status == ANNOPROJ_OK)
        status = task_close_stay(cmd, task, error);
    if (status == ANNOPROJ_OK)
        status = task_place_changed(cmd, task, task->stage.id, NOT_QUEUED, error);
    if (status == ANNOPROJ_OK)
        status = queue_forget_skips(cmd, task, error);
    if (status == ANNOPROJ_OK)
        status = command_next_seq(cmd, &seq, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *update = sql(cmd->scope.database, text);
    bind_int64(update, ANNOPROJ_TASK_COMPLETED);
    bind_int64(update, seq);
    bind_int64(update, task->id);
    status = sql_run(update, error);
    if (status != ANNOPROJ_OK)
        return status;
    task->assignee = NOT_QUEUED;
    task->status = ANNOPROJ_TASK_COMPLETED;
    command_event(cmd, &(event){.kind = EVENT_TASK_SUBMIT,
                                .task = NUMBER_OF(task->id),
                                .stage = task->stage.number,
                                .credited = task->last_submitter,
                                .reference = task->stage.number,
                                .value = value});
    status = count_open(&cmd->scope, task->parent, &all, &queued, error);
    *last = queued == 0;
    return status;
}

annoproj_status branch_forget_submitters(command *cmd, const task_facts *task, annoproj_error **error) {
    static const char text[] = "DELETE FROM task_submitter WHERE task = ?1";
    statement *delete = sql(cmd->scope.database, text);
    bind_int64(delete, task->id);
    return sql_run(delete, error);
}

annoproj_status branch_note_submitters(command *cmd, const task_facts *task, branch *const *used, size_t count,
                                       annoproj_error **error) {
    static const char last_text[] = "UPDATE task SET last_submitter = ?2 WHERE id = ?1";
    static const char text[] = "INSERT OR IGNORE INTO task_submitter(task, user) VALUES(?1, ?2)";
    statement *update = sql(cmd->scope.database, last_text);
    bind_int64(update, task->id);
    bind_int64(update, task->last_submitter);
    annoproj_status status = sql_run(update, error);
    if (status == ANNOPROJ_OK)
        status = branch_forget_submitters(cmd, task, error);
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++) {
        if (used[i]->last_submitter == 0 || used[i]->last_submitter == task->last_submitter)
            continue;
        statement *insert = sql(cmd->scope.database, text);
        bind_int64(insert, task->id);
        bind_int64(insert, used[i]->last_submitter);
        status = sql_run(insert, error);
    }
    return status;
}

/* --- with their task --------------------------------------------------------------------------------------------- */

/* A branch as what changes its place takes it. */
static task_facts place_of(const task_facts *parent, int64_t stage, const branch *one) {
    return (task_facts){.id = one->task, .parent = parent->id, .assignee = one->assignee, .stage = {.id = stage}};
}

/* All that are not closed go from their stage to that one (0 = they are closed now), in nobody's hands. */
static annoproj_status go_together(command *cmd, const task_facts *parent, int64_t from, int64_t stage,
                                   annoproj_error **error) {
    static const char text[] = "UPDATE task SET stage = ?2, assignee = -1, worked_us = NULL WHERE " OF_PARENT
                               " AND stage <> 0";
    branch *list = NULL;
    size_t count = 0;
    annoproj_status status = branch_list(&cmd->scope, parent->id, &list, &count, error);
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++) {
        const task_facts task = place_of(parent, from, &list[i]);
        status = task_place_changed(cmd, &task, stage, NOT_QUEUED, error);
    }
    if (status != ANNOPROJ_OK || count == 0)
        return status;
    statement *update = sql(cmd->scope.database, text);
    bind_int64(update, parent->id);
    bind_int64(update, stage);
    return sql_run(update, error);
}

annoproj_status branch_follow(command *cmd, const task_facts *parent, int64_t from, annoproj_error **error) {
    return go_together(cmd, parent, from, parent->stage.id, error);
}

/* What is still in the queue when its task leaves consensus ends its stay; whose assignment lapsed had it no more. */
static annoproj_status leave_queue(command *cmd, branch *one, annoproj_error **error) {
    task_facts task;
    annoproj_status status = access_task_facts(&cmd->scope, one->task, &task, error);
    if (status == ANNOPROJ_OK)
        status = lapse_settle(cmd, &task, error);
    if (status == ANNOPROJ_OK)
        status = task_close_stay(cmd, &task, error);
    one->assignee = task.assignee;
    return status == ANNOPROJ_OK ? queue_forget_skips(cmd, &task, error) : status;
}

annoproj_status branch_close(command *cmd, const task_facts *parent, annoproj_error **error) {
    branch *list = NULL;
    size_t count = 0;
    if (parent->stage.type != STAGE_CONSENSUS_ANNOTATION && parent->stage.type != STAGE_CONSENSUS_REVIEW)
        return ANNOPROJ_OK;
    annoproj_status status = branch_list(&cmd->scope, parent->id, &list, &count, error);
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++)
        if (list[i].assignee != NOT_QUEUED)
            status = leave_queue(cmd, &list[i], error);
    return status == ANNOPROJ_OK ? go_together(cmd, parent, parent->stage.id, 0, error) : status;
}

annoproj_status branch_return(command *cmd, const task_facts *parent, int64_t from, const branch *one, int64_t user,
                              annoproj_error **error) {
    static const char text[] =
        "UPDATE task SET stage = ?2, status = ?3, assignee = ?4, assigned_by = ?5, entered_us = ?6,"
        " released = 0, returned = 1 WHERE id = ?1";
    task_facts task = place_of(parent, from, one);
    annoproj_status status = task_place_changed(cmd, &task, parent->stage.id, user, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *update = sql(cmd->scope.database, text);
    bind_int64(update, one->task);
    bind_int64(update, parent->stage.id);
    bind_int64(update, ANNOPROJ_TASK_REOPENED);
    bind_int64(update, user);
    bind_int64(update, user != 0 ? ASSIGNED_RETURN : ASSIGNED_NOBODY);
    bind_int64(update, cmd->scope.now_us);
    status = sql_run(update, error);
    if (status == ANNOPROJ_OK)
        status = access_task_facts(&cmd->scope, one->task, &task, error);
    if (status == ANNOPROJ_OK)
        status = queue_passed_enter(cmd, &task, error);
    if (status == ANNOPROJ_OK && user != 0)
        command_event(cmd, &(event){.kind = EVENT_TASK_RETURN,
                                    .task = NUMBER_OF(one->task),
                                    .stage = parent->stage.number,
                                    .credited = user});
    return status;
}

annoproj_status branch_set_priority(command *cmd, task_facts *parent, int32_t priority, annoproj_error **error) {
    branch *list = NULL;
    size_t count = 0;
    annoproj_status status = branch_list(&cmd->scope, parent->id, &list, &count, error);
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++) {
        task_facts task = {0};
        status = access_task_facts(&cmd->scope, list[i].task, &task, error);
        if (status != ANNOPROJ_OK || task.priority == priority)
            continue;
        status = lapse_settle(cmd, parent, error); /* a change of a branch is one of its task */
        if (status == ANNOPROJ_OK)
            status = task_set_priority(cmd, &task, priority, error);
    }
    return status;
}
