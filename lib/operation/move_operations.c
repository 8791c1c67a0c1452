/* What managers do with tasks past the workflow: move them to a stage, reopen them (behaviour §8). */
#include "branch.h"
#include "failure.h"
#include "handle_call.h"
#include "issue.h"
#include "label_version.h"
#include "task.h"
#include "task_bodies.h"
#include "workflow.h"

/* --- move ----------------------------------------------------------------------------------------------------------- */

static annoproj_status check_target(const scope *in, const stage_facts *target, annoproj_error **error) {
    const stage_kind *kind = stage_kind_of(target->type);
    if (!kind->rests || target->type == STAGE_CONSENSUS_ANNOTATION || target->type == STAGE_CONSENSUS_REVIEW)
        return fail(error, ANNOPROJ_INVALID,
                    "stage %lld is a %s stage: tasks are moved to annotation, review, agent and done stages only",
                    (long long)target->id, kind->name);
    if (in->task.stage.id == target->id)
        return fail(error, ANNOPROJ_STATE, "task %lld is in stage %lld already", (long long)in->task.id,
                    (long long)target->id);
    return ANNOPROJ_OK;
}

/* What is behind the task counts as done: labels approved, rejections settled. */
static annoproj_status complete_labels(command *cmd, const task_facts *task, const stage_facts *target,
                                       annoproj_error **error) {
    annoproj_status status = review_approve_all(cmd, task->id, target->id, error);
    return status == ANNOPROJ_OK ? issue_label_approved(cmd, task->id, NULL, error) : status;
}

annoproj_status move_body(command *cmd, void *arguments, annoproj_error **error) {
    task_facts *task = &cmd->scope.task;
    const stage_facts *target = &cmd->aim;
    annoproj_status status = ANNOPROJ_OK;
    if (target->id == 0)
        status = access_stage_facts(&cmd->scope, *(const int64_t *)arguments, cmd->scope.user, &cmd->aim, error);
    if (status == ANNOPROJ_OK && task->parent != 0) /* a branch stands for its task */
        status = access_task_facts(&cmd->scope, task->parent, task, error);
    if (status == ANNOPROJ_OK)
        status = check_target(&cmd->scope, target, error);
    if (status == ANNOPROJ_OK)
        status = label_publish(cmd, task, PUBLISH_SILENT, error);
    if (status == ANNOPROJ_OK && target->type == STAGE_DONE && !target->archive)
        status = complete_labels(cmd, task, target, error);
    if (status == ANNOPROJ_OK)
        status = version_keep_branches(cmd, task, error);
    if (status == ANNOPROJ_OK)
        status = branch_close(cmd, task, error);
    if (status == ANNOPROJ_OK)
        status = task_leave_by_action(cmd, task, false, error);
    if (status != ANNOPROJ_OK)
        return status;
    command_event(cmd, &(event){.kind = EVENT_TASK_MOVE,
                                .task = NUMBER_OF(task->id),
                                .stage = task->stage.number,
                                .reference = target->number});
    const task_arrival arrival = {.stage = target->id,
                                  .facts = target,
                                  .status = target->type == STAGE_DONE ? ANNOPROJ_TASK_COMPLETED : ANNOPROJ_TASK_NEW};
    status = task_arrive(cmd, task, &arrival, error);
    if (status == ANNOPROJ_OK && target->type == STAGE_REVIEW)
        status = review_enter_stage(cmd, task, error);
    return status;
}

annoproj_status annoproj_task_move(annoproj_task *task, int64_t stage, const annoproj_call *call,
                                   annoproj_error **error) {
    handle_call what = {.operation = ANNOPROJ_OPERATION_MOVE,
                        .arguments = &stage,
                        .fingerprint = fingerprint_int64(fingerprint_text(0, "move"), stage)};
    clear_error(error);
    return task_write(task, &what, move_body, call, NULL, error);
}

/* --- reopen --------------------------------------------------------------------------------------------------------- */

/* The last submitter, where rejected tasks go back to them and they still belong to the stage. */
static annoproj_status choose_reopener(command *cmd, const stage_facts *first, int64_t *assignee,
                                       annoproj_error **error) {
    const task_facts *task = &cmd->scope.task;
    bool member = false;
    *assignee = 0;
    if (!task->stage.reassign_rejected || task->last_submitter == 0)
        return ANNOPROJ_OK;
    annoproj_status status = access_stage_member(&cmd->scope, first, task->last_submitter, &member, error);
    if (status == ANNOPROJ_OK && member)
        *assignee = task->last_submitter;
    return status;
}

/* Back to the first annotation stage, from any stage but the first; not what is or was in consensus. */
static annoproj_status find_reopening(scope *in, int64_t *annotation, annoproj_error **error) {
    const task_facts *task = &in->task;
    bool consensus = false;
    int64_t first = 0;
    annoproj_status status = branch_ever(in, task->id, &consensus, error);
    if (status == ANNOPROJ_OK && (consensus || task->parent != 0))
        status = fail(error, ANNOPROJ_STATE, "task %lld is, or was, in consensus: move it to an annotation stage",
                      (long long)task->id);
    if (status == ANNOPROJ_OK)
        status = workflow_first_annotation(in, in->project.id, annotation, error);
    if (status == ANNOPROJ_OK && *annotation == 0)
        status = fail(error, ANNOPROJ_STATE, "project %lld has no annotation stage to reopen task %lld in",
                      (long long)in->project.id, (long long)task->id);
    if (status == ANNOPROJ_OK && task->stage.id == *annotation)
        status = fail(error, ANNOPROJ_STATE, "task %lld is in the first annotation stage already", (long long)task->id);
    if (status == ANNOPROJ_OK)
        status = workflow_first_stage(in, in->project.id, &first, error);
    if (status == ANNOPROJ_OK && task->stage.id == first)
        status = fail(error, ANNOPROJ_STATE,
                      "task %lld is in the first stage: nothing was done that is to be done again",
                      (long long)task->id);
    return status;
}

annoproj_status reopen_body(command *cmd, void *arguments, annoproj_error **error) {
    task_facts *task = &cmd->scope.task;
    stage_facts first;
    int64_t stage = 0, assignee = 0;
    (void)arguments;
    annoproj_status status = find_reopening(&cmd->scope, &stage, error);
    if (status == ANNOPROJ_OK)
        status = access_stage_facts(&cmd->scope, stage, cmd->scope.user, &first, error);
    if (status == ANNOPROJ_OK)
        status = choose_reopener(cmd, &first, &assignee, error);
    if (status == ANNOPROJ_OK)
        status = task_leave_by_action(cmd, task, false, error);
    if (status != ANNOPROJ_OK)
        return status;
    command_event(cmd, &(event){.kind = EVENT_TASK_REOPEN,
                                .task = NUMBER_OF(task->id),
                                .stage = task->stage.number,
                                .reference = first.number});
    const task_arrival arrival = {.stage = first.id,
                                  .facts = &first,
                                  .status = ANNOPROJ_TASK_REOPENED,
                                  .assignee = assignee,
                                  .assigned_by = ASSIGNED_RETURN,
                                  .returned = true};
    return task_arrive(cmd, task, &arrival, error);
}

annoproj_status annoproj_task_reopen(annoproj_task *task, const annoproj_call *call, annoproj_error **error) {
    handle_call what = {.operation = ANNOPROJ_OPERATION_REOPEN, .fingerprint = fingerprint_text(0, "reopen")};
    clear_error(error);
    return task_write(task, &what, reopen_body, call, NULL, error);
}
