/* Taking tasks: start the next one, initiate a chosen one, skip. */
#include "failure.h"
#include "options.h"
#include "rights.h"
#include "task.h"
#include "handle_call.h"

void annoproj_start_options_init(annoproj_start_options *options) {
    if (options)
        *options = (annoproj_start_options)ANNOPROJ_START_OPTIONS_INIT;
}

static annoproj_status refuse_host(const scope *in, const char *what, annoproj_error **error) {
    if (in->user != 0)
        return ANNOPROJ_OK;
    return fail(error, ANNOPROJ_INVALID, "%s is not for the host: open a session for the user who works", what);
}

static bool closed_by_status(const scope *in) {
    int32_t status = in->project.status;
    return status == ANNOPROJ_PROJECT_ARCHIVED ||
           (!in->manager && (status == ANNOPROJ_PROJECT_PAUSED || status == ANNOPROJ_PROJECT_COMPLETED ||
                             status == ANNOPROJ_PROJECT_CANCELLED));
}

static annoproj_status start_next(command *cmd, void *arguments, annoproj_error **error) {
    const annoproj_start_options *options = arguments;
    const scope *in = &cmd->scope;
    annoproj_queue_reason reason = ANNOPROJ_QUEUE_FOUND;
    int64_t task = 0;
    annoproj_status status = refuse_host(in, "start", error);
    if (status != ANNOPROJ_OK)
        return status;
    if (in->project.deleted)
        return fail(error, ANNOPROJ_STATE, "project %lld is deleted: restore it first", (long long)in->project.id);
    if (in->stage.type == STAGE_DONE)
        reason = ANNOPROJ_QUEUE_FINISHED_STAGE;
    else if (!in->stage.member)
        reason = ANNOPROJ_QUEUE_NOT_MEMBER;
    else if (closed_by_status(in))
        reason = ANNOPROJ_QUEUE_PROJECT_STATUS;
    else
        status = queue_next(cmd, options->include_skipped, &task, &reason, error);
    command_result_int64(cmd, task);
    command_result_int64(cmd, reason);
    cmd->found_nothing = task == 0;
    return status;
}

annoproj_status annoproj_stage_start_next(annoproj_stage *stage, const annoproj_start_options *options,
                                          const annoproj_call *call, annoproj_task **task,
                                          annoproj_queue_reason *reason, annoproj_error **error) {
    stage_identity *identity = NULL;
    annoproj_task *opened = NULL;
    annoproj_start_options own;
    bytes result = {0};
    if (task)
        *task = NULL;
    if (!result_place(reason, sizeof *reason, "reason", error) || !result_place(task, sizeof *task, "task", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = options_read(&own, sizeof own, sizeof own, options, error);
    if (status == ANNOPROJ_OK)
        status = stage_enter(stage, &identity, error);
    if (status != ANNOPROJ_OK)
        return status;
    request asked = {
        .session = identity->session,
        .operation = ANNOPROJ_OPERATION_PROJECT_SEE, /* membership and project status are reasons, not refusals */
        .subject = SUBJECT_STAGE,
        .id = identity->id,
        .arguments = &own,
        .fingerprint = fingerprint_int64(fingerprint_int64(fingerprint_text(0, "stage_start_next"), identity->id),
                                         own.include_skipped)};
    status = task_handle(identity->session, 0, &opened, error);
    if (status == ANNOPROJ_OK)
        status = access_write(&asked, start_next, call, &result, error);
    if (status == ANNOPROJ_OK && result_int64(&result, 0) == 0)
        status = ANNOPROJ_NONE;
    if (status == ANNOPROJ_OK) {
        identity_name(opened, HANDLE_TASK, result_int64(&result, 0));
        *task = opened; /* NOLINT(clang-analyzer-core.NullDereference): result_place() takes no NULL */
    } else {
        handle_close(opened, HANDLE_TASK);
    }
    if (status >= 0)
        *reason = (annoproj_queue_reason)result_int64(&result, 1);
    bytes_release(&result);
    stage_leave(identity);
    return status;
}

static annoproj_status initiate(command *cmd, void *arguments, annoproj_error **error) {
    task_facts *task = &cmd->scope.task;
    (void)arguments;
    annoproj_status status = refuse_host(&cmd->scope, "initiate", error);
    if (status != ANNOPROJ_OK)
        return status;
    if (task->stage.type == STAGE_DONE)
        return fail(error, ANNOPROJ_STATE, "task %lld is in a done stage: there is nothing to initiate",
                    (long long)task->id);
    if (task->assignee == NOT_QUEUED)
        return task_check_queued(task, error);
    if (task->assignee != 0 && task->assignee != cmd->scope.user)
        return access_taken(task, task->assignee, error);
    status = access_gate(&cmd->scope, stage_kind_of(task->stage.type)->operation, error);
    if (status == ANNOPROJ_OK)
        status = task_take(cmd, task, error);
    return status;
}

annoproj_status annoproj_task_initiate(annoproj_task *task, const annoproj_call *call, annoproj_error **error) {
    handle_call what = {.operation = ANNOPROJ_OPERATION_QUEUE, .fingerprint = fingerprint_text(0, "task_initiate")};
    clear_error(error);
    return task_write(task, &what, initiate, call, NULL, error);
}

static annoproj_status skip(command *cmd, void *arguments, annoproj_error **error) {
    task_facts *task = &cmd->scope.task;
    (void)arguments;
    annoproj_status status = refuse_host(&cmd->scope, "skip", error);
    if (status != ANNOPROJ_OK)
        return status;
    if (stage_kind_of(task->stage.type)->work != STAGE_WORK_ANNOTATE)
        return fail(error, ANNOPROJ_STATE, "task %lld is in no annotation stage: only those are skipped",
                    (long long)task->id);
    if (task->assignee != 0 && task->assignee != cmd->scope.user)
        return fail(error, ANNOPROJ_CONFLICT, "task %lld is assigned to user %lld, who alone may skip it",
                    (long long)task->id, (long long)task->assignee);
    status = task_take(cmd, task, error);
    if (status == ANNOPROJ_OK)
        status = queue_skip(cmd, task, error);
    return status;
}

annoproj_status annoproj_task_skip(annoproj_task *task, const annoproj_call *call, annoproj_error **error) {
    handle_call what = {.operation = ANNOPROJ_OPERATION_SKIP, .fingerprint = fingerprint_text(0, "task_skip")};
    clear_error(error);
    return task_write(task, &what, skip, call, NULL, error);
}
