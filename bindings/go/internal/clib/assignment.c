/* Whose a task is. */
#include "branch.h"
#include "failure.h"
#include "lapse.h"
#include "person_rules.h"
#include "queue_passed.h"
#include "task.h"
#include "task_places.h"

annoproj_status task_set_assignee(command *cmd, task_facts *task, int64_t user, int32_t assigned_by, bool released,
                                  annoproj_error **error) {
    static const char text[] =
        "UPDATE task SET assignee = ?, assigned_by = ?, released = ?, worked_us = ? WHERE id = ?";
    bool may_lapse = assigned_by == ASSIGNED_SELF && task->stage.assignment_ttl_us > 0;
    annoproj_status status = lapse_settle(cmd, task, error);
    if (status == ANNOPROJ_OK && user != 0)
        status = lapse_settle_beside(cmd, task, user, error);
    if (status != ANNOPROJ_OK)
        return status;
    task->worked_us = may_lapse ? cmd->scope.now_us : 0;
    statement *update = sql(cmd->scope.database, text);
    bind_int64(update, user);
    bind_int64(update, assigned_by);
    bind_int64(update, released);
    if (may_lapse)
        bind_int64(update, task->worked_us);
    else
        bind_null(update);
    bind_int64(update, task->id);
    const bool given_up = task->assignee > 0 && task->assignee != user && task->stage.id != 0 &&
                          (task->stage.type == STAGE_CONSENSUS_ANNOTATION || task->stage.type == 0);
    status = sql_run(update, error);
    if (status == ANNOPROJ_OK && task->stage.id != 0)
        status = task_place_changed(cmd, task, task->stage.id, user, error);
    if (status == ANNOPROJ_OK) {
        task->assignee = user;
        task->assigned_by = assigned_by;
        task->released = released;
    }
    if (status == ANNOPROJ_OK && task->stage.id != 0)
        status = queue_passed_enter(cmd, task, error);
    if (status == ANNOPROJ_OK && given_up)
        status = branch_given_up(cmd, task, error);
    return status;
}

annoproj_status task_claim(command *cmd, task_facts *task, annoproj_error **error) {
    annoproj_status status = task_set_assignee(cmd, task, cmd->scope.user, ASSIGNED_SELF, false, error);
    if (status == ANNOPROJ_OK)
        command_event(cmd, &(event){.kind = EVENT_TASK_ASSIGN,
                                    .task = NUMBER_OF(task->id),
                                    .stage = task->stage.number,
                                    .credited = cmd->scope.user,
                                    .reference = ASSIGNED_SELF});
    return status;
}

annoproj_status task_check_queued(const task_facts *task, annoproj_error **error) {
    if (task->assignee != NOT_QUEUED)
        return ANNOPROJ_OK;
    return task->parent != 0
               ? fail(error, ANNOPROJ_STATE, "branch %lld of task %lld was submitted: it waits for its review",
                      (long long)task->id, (long long)task->parent)
               : fail(error, ANNOPROJ_STATE, "task %lld waits for its branches: they are what is worked on",
                      (long long)task->id);
}

annoproj_status task_take(command *cmd, task_facts *task, annoproj_error **error) {
    scope *in = &cmd->scope;
    bool again = task->lapsed != 0 && task->lapsed == in->user;
    annoproj_status status = lapse_settle(cmd, task, error);
    if (status != ANNOPROJ_OK || in->user == 0)
        return status;
    if (task->assignee == in->user)
        return lapse_worked(cmd, task, in->now_us, in->now_us, error);
    if (task->assignee != 0) {
        if (in->manager)
            return ANNOPROJ_OK;
        return access_taken(task, task->assignee, error);
    }
    status = branch_check_one(in, task, in->user, error);
    if (status == ANNOPROJ_OK && !in->manager && !again)
        status = person_rules_check(in, task, in->user, error);
    return status == ANNOPROJ_OK ? task_claim(cmd, task, error) : status;
}

annoproj_status task_give_back(command *cmd, task_facts *task, annoproj_error **error) {
    annoproj_status status = lapse_settle(cmd, task, error);
    int64_t former = task->assignee;
    if (status != ANNOPROJ_OK || former <= 0)
        return status;
    status = task_set_assignee(cmd, task, 0, ASSIGNED_NOBODY, true, error);
    if (status == ANNOPROJ_OK)
        command_event(cmd, &(event){.kind = EVENT_TASK_RELEASE,
                                    .task = NUMBER_OF(task->id),
                                    .stage = task->stage.number,
                                    .credited = former});
    return status;
}

/* Releases the user's tasks of one stage (0 = removed tasks of the project, found by id range): all of them, or those that
 * were removed from stage `from`. */
static annoproj_status release_in_stage(command *cmd, int64_t project, int64_t user, int64_t stage, int64_t from,
                                        int64_t *released, annoproj_error **error) {
    static const char text[] = "SELECT id, stage + removed_stage, status, priority, entered_us FROM task"
                               " WHERE stage = ? AND assignee = ? AND id >= ? AND id < ?"
                               " AND (?5 = 0 OR removed_stage = ?5) LIMIT 1";
    annoproj_status status = ANNOPROJ_OK;
    for (;;) {
        task_facts task = {.assignee = user, .stage = {.id = stage}};
        statement *find = sql(cmd->scope.database, text);
        bind_int64(find, stage);
        bind_int64(find, user);
        bind_int64(find, MAKE_ID(project, 0));
        bind_int64(find, MAKE_ID(project + 1, 0));
        bind_int64(find, from);
        if (sql_row(find)) {
            task.id = column_int64(find, 0);
            task.stage.number = (int32_t)NUMBER_OF(column_int64(find, 1)); /* one of the two is 0 */
            task.status = (int32_t)column_int64(find, 2);
            task.priority = (int32_t)column_int64(find, 3);
            task.entered_us = column_int64(find, 4);
        }
        status = sql_end(find, error);
        if (status != ANNOPROJ_OK || task.id == 0)
            return status;
        status = task_give_back(cmd, &task, error);
        if (status != ANNOPROJ_OK)
            return status;
        ++*released;
    }
}

annoproj_status task_release_user(command *cmd, int64_t project, int64_t user, int64_t stage, int64_t *released,
                                  annoproj_error **error) {
    static const char text[] =
        "SELECT min(stage) FROM task_count WHERE stage > ? AND stage < ? AND assignee = ? AND count > 0";
    annoproj_status status = ANNOPROJ_OK;
    *released = 0;
    if (stage != 0) {
        status = release_in_stage(cmd, project, user, stage, 0, released, error);
        return status == ANNOPROJ_OK ? release_in_stage(cmd, project, user, 0, stage, released, error) : status;
    }
    for (int64_t at = MAKE_ID(project, 0); status == ANNOPROJ_OK && at != 0;) {
        statement *find = sql(cmd->scope.database, text);
        bind_int64(find, at);
        bind_int64(find, MAKE_ID(project + 1, 0));
        bind_int64(find, user);
        at = sql_row(find) ? column_int64(find, 0) : 0;
        status = sql_end(find, error);
        if (status == ANNOPROJ_OK && at != 0)
            status = release_in_stage(cmd, project, user, at, 0, released, error);
    }
    if (status == ANNOPROJ_OK)
        status = release_in_stage(cmd, project, user, 0, 0, released, error);
    return status;
}
