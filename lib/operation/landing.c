/* Landing: where an action takes a task, and its arrival there. */
#include "landing.h"

#include "consensus.h"
#include "consensus_units.h"
#include "failure.h"
#include "label.h"
#include "task.h"
#include "workflow.h"

static annoproj_status require_member(command *cmd, const stage_facts *stage, int64_t user, annoproj_error **error) {
    bool member = false;
    annoproj_status status = access_stage_member(&cmd->scope, stage, user, &member, error);
    if (status == ANNOPROJ_OK && (!member || stage->type == STAGE_DONE || stage->type == STAGE_CONSENSUS_ANNOTATION))
        status = fail(error, ANNOPROJ_INVALID,
                      "user %lld is no member of stage %lld, where task %lld would land: choose a member or none",
                      (long long)user, (long long)stage->id, (long long)cmd->scope.task.id);
    return status;
}

/* Who has the task where it lands; checked before anything changes. */
static annoproj_status choose_assignee(command *cmd, const landing *to, const stage_facts *stage, int64_t *assignee,
                                       annoproj_error **error) {
    const task_facts *task = &cmd->scope.task;
    bool member = false;
    annoproj_status status = ANNOPROJ_OK;
    *assignee = to->assignee;
    if (to->assignee != 0 && !access_holds(&cmd->scope, ANNOPROJ_OPERATION_ASSIGN))
        return fail(error, ANNOPROJ_PERMISSION,
                    "user %lld does not hold `assign` in this project: name no assignee for task %lld",
                    (long long)cmd->scope.user, (long long)task->id);
    if (to->assignee == 0 && to->retain) {
        if (task->assignee == 0)
            return fail(error, ANNOPROJ_INVALID, "task %lld has no assignee to retain", (long long)task->id);
        *assignee = task->assignee;
        if (stage->hide_unassigned && !cmd->scope.manager)
            return fail(error, ANNOPROJ_PERMISSION,
                        "stage %lld hides unassigned tasks: nobody keeps task %lld there but by a manager's assignment",
                        (long long)stage->id, (long long)task->id);
    }
    if (*assignee != 0)
        return require_member(cmd, stage, *assignee, error);
    if (!to->to_submitter || task->last_submitter == 0 || stage->type != STAGE_ANNOTATION)
        return ANNOPROJ_OK;
    status = access_stage_member(&cmd->scope, stage, task->last_submitter, &member, error);
    if (status == ANNOPROJ_OK && member)
        *assignee = task->last_submitter;
    return status;
}

annoproj_status landing_find(command *cmd, const landing *to, stage_facts *stage, int64_t *assignee,
                             annoproj_error **error) {
    int64_t next = 0;
    const task_facts *task = &cmd->scope.task;
    annoproj_status status = to->pathway ? workflow_pathway_stage(cmd, task, to->pathway, &next, error)
                                         : workflow_next_stage(cmd, task, to->edge, &next, error);
    if (status == ANNOPROJ_OK)
        status = access_stage_facts(&cmd->scope, next, cmd->scope.user, stage, error);
    if (status == ANNOPROJ_OK)
        status = consensus_check_units(&cmd->scope, stage, task->data_unit, task->data_unit, error);
    if (status == ANNOPROJ_OK)
        status = choose_assignee(cmd, to, stage, assignee, error);
    return status;
}

annoproj_status landing_go(command *cmd, int32_t kind, const landing *to, const stage_facts *stage, int64_t assignee,
                           annoproj_error **error) {
    task_facts *task = &cmd->scope.task;
    const int32_t from = task->stage.type;
    bool submit = kind == EVENT_TASK_SUBMIT, reject = kind == EVENT_TASK_REJECT;
    /* Retained, or back to the submitter: nobody's decision. Who names somebody has assigned the task. */
    const bool named = to->assignee != 0;
    const bool consensus = stage->type == STAGE_CONSENSUS_ANNOTATION;
    task_arrival arrival = {.stage = stage->id,
                            .facts = stage,
                            .assignee = consensus ? NOT_QUEUED : assignee,
                            .assigned_by = named ? ASSIGNED_MANAGER : ASSIGNED_RETURN,
                            .returned = reject,
                            .status = stage->type == STAGE_DONE ? ANNOPROJ_TASK_COMPLETED
                                      : reject                  ? ANNOPROJ_TASK_REOPENED
                                                                : ANNOPROJ_TASK_NEW};
    annoproj_status status = task_leave_by_action(cmd, task, submit, error);
    if (status != ANNOPROJ_OK)
        return status;
    command_event(cmd, &(event){.kind = kind,
                                .task = NUMBER_OF(task->id),
                                .stage = task->stage.number,
                                .credited = from == STAGE_CONSENSUS_REVIEW ? 0 : task->last_submitter,
                                .reference = stage->number,
                                .value = to->value});
    status = task_arrive(cmd, task, &arrival, error);
    if (status == ANNOPROJ_OK && stage->type == STAGE_REVIEW)
        status = review_enter_stage(cmd, task, error);
    if (status == ANNOPROJ_OK && consensus)
        status = consensus_enter(cmd, error);
    return status;
}
