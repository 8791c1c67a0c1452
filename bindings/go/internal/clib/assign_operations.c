/* What managers do with tasks of the queue: assign, release, set the priority. */
#include "branch.h"
#include "failure.h"
#include "person_rules.h"
#include "task.h"
#include "handle_call.h"
#include "task_bodies.h"

static annoproj_status not_in_done(const task_facts *task, const char *what, annoproj_error **error) {
    if (task->stage.type != STAGE_DONE)
        return ANNOPROJ_OK;
    return fail(error, ANNOPROJ_STATE, "task %lld is in a done stage: its %s cannot be changed", (long long)task->id,
                what);
}

annoproj_status assign_body(command *cmd, void *arguments, annoproj_error **error) {
    int64_t user = *(const int64_t *)arguments;
    task_facts *task = &cmd->scope.task;
    bool member = false, manages = false, forgotten = false;
    annoproj_status status = not_in_done(task, "assignee", error);
    if (status == ANNOPROJ_OK)
        status = task_check_queued(task, error);
    if (status == ANNOPROJ_OK)
        status = access_stage_member(&cmd->scope, &task->stage, user, &member, error);
    if (status == ANNOPROJ_OK && !member)
        status = fail(error, ANNOPROJ_INVALID,
                      "user %lld is no member of the stage of task %lld: choose one of its members", (long long)user,
                      (long long)task->id);
    if (status == ANNOPROJ_OK)
        status = branch_check_one(&cmd->scope, task, user, error);
    if (status == ANNOPROJ_OK)
        status = access_is_manager(&cmd->scope, user, &manages, error);
    if (status == ANNOPROJ_OK && !manages)
        status = person_rules_check(&cmd->scope, task, user, error);
    if (status == ANNOPROJ_OK)
        status = queue_forget_skip(cmd, task, user, &forgotten, error);
    if (status != ANNOPROJ_OK || (!forgotten && task->assignee == user && task->assigned_by == ASSIGNED_MANAGER))
        return status;
    status = task_set_assignee(cmd, task, user, ASSIGNED_MANAGER, false, error);
    if (status == ANNOPROJ_OK)
        command_event(cmd, &(event){.kind = EVENT_TASK_ASSIGN,
                                    .task = NUMBER_OF(task->id),
                                    .stage = task->stage.number,
                                    .credited = user,
                                    .reference = ASSIGNED_MANAGER});
    return status;
}

annoproj_status annoproj_task_assign(annoproj_task *task, int64_t user, const annoproj_call *call,
                                     annoproj_error **error) {
    handle_call what = {.operation = ANNOPROJ_OPERATION_ASSIGN,
                        .arguments = &user,
                        .fingerprint = fingerprint_int64(fingerprint_text(0, "task_assign"), user)};
    clear_error(error);
    return task_write(task, &what, assign_body, call, NULL, error);
}

/* Managers release any task, others give back what they took themselves. What has lapsed is unassigned. */
annoproj_status release_body(command *cmd, void *arguments, annoproj_error **error) {
    task_facts *task = &cmd->scope.task;
    const scope *in = &cmd->scope;
    (void)arguments;
    if (task->assignee == NOT_QUEUED)
        return task_check_queued(task, error);
    if (!access_holds(in, ANNOPROJ_OPERATION_RELEASE) && task->assignee != 0) {
        if (task->assignee != in->user)
            return fail(error, ANNOPROJ_PERMISSION, "task %lld is assigned to user %lld: only managers release it",
                        (long long)task->id, (long long)task->assignee);
        if (!in->project.self_release)
            return fail(error, ANNOPROJ_PERMISSION,
                        "project %lld has self-release switched off: ask a manager to release task %lld",
                        (long long)in->project.id, (long long)task->id);
        if (task->assigned_by == ASSIGNED_MANAGER)
            return fail(error, ANNOPROJ_PERMISSION, "a manager assigned task %lld: only managers release it",
                        (long long)task->id);
    }
    annoproj_status status = access_gate(&cmd->scope,
                                         access_holds(in, ANNOPROJ_OPERATION_RELEASE) ? ANNOPROJ_OPERATION_RELEASE
                                                                                      : ANNOPROJ_OPERATION_RELEASE_OWN,
                                         error);
    if (status == ANNOPROJ_OK)
        status = task_give_back(cmd, task, error);
    return status;
}

annoproj_status annoproj_task_release(annoproj_task *task, const annoproj_call *call, annoproj_error **error) {
    handle_call what = {.operation = ANNOPROJ_OPERATION_QUEUE, .fingerprint = fingerprint_text(0, "task_release")};
    clear_error(error);
    return task_write(task, &what, release_body, call, NULL, error);
}

annoproj_status priority_body(command *cmd, void *arguments, annoproj_error **error) {
    int32_t priority = *(const int32_t *)arguments;
    annoproj_status status = not_in_done(&cmd->scope.task, "priority", error);
    if (status == ANNOPROJ_OK)
        status = branch_set_priority(cmd, &cmd->scope.task, priority, error);
    if (status != ANNOPROJ_OK || cmd->scope.task.priority == priority)
        return status;
    return task_set_priority(cmd, &cmd->scope.task, priority, error);
}

annoproj_status annoproj_task_set_priority(annoproj_task *task, int32_t priority, const annoproj_call *call,
                                           annoproj_error **error) {
    handle_call what = {.operation = ANNOPROJ_OPERATION_PRIORITY,
                        .arguments = &priority,
                        .fingerprint = fingerprint_int64(fingerprint_text(0, "task_set_priority"), priority)};
    clear_error(error);
    if (priority < 0 || priority > 100)
        return fail(error, ANNOPROJ_INVALID, "priority %d: give a whole number from 0 to 100", priority);
    return task_write(task, &what, priority_body, call, NULL, error);
}
