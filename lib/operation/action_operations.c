/* What moves a task along the workflow: submit, approve, reject, an agent's pathway. */
#include "consensus.h"
#include "failure.h"
#include "issue.h"
#include "label.h"
#include "landing.h"
#include "options.h"
#include "task.h"
#include "handle_call.h"
#include "task_bodies.h"
#include "utf8.h"

void annoproj_submit_options_init(annoproj_submit_options *options) {
    if (options)
        *options = (annoproj_submit_options)ANNOPROJ_SUBMIT_OPTIONS_INIT;
}

void annoproj_review_options_init(annoproj_review_options *options) {
    if (options)
        *options = (annoproj_review_options)ANNOPROJ_REVIEW_OPTIONS_INIT;
}

/* --- submit ------------------------------------------------------------------------------------------------------- */

annoproj_status submit_body(command *cmd, void *arguments, annoproj_error **error) {
    const annoproj_submit_options *options = arguments;
    task_facts *task = &cmd->scope.task;
    landing to = {.edge = "submit",
                  .assignee = options->assignee,
                  .retain = options->retain_assignee,
                  .value = options->keep_rejected_reviews};
    stage_facts stage;
    int64_t assignee = 0;
    if (task->parent != 0)
        return consensus_submit(cmd, options, error);
    if (task->stage.type != STAGE_ANNOTATION)
        return fail(error, ANNOPROJ_STATE, "task %lld is in no annotation stage: it cannot be submitted",
                    (long long)task->id);
    annoproj_status status = task_take(cmd, task, error);
    if (status == ANNOPROJ_OK)
        status = landing_find(cmd, &to, &stage, &assignee, error);
    if (status == ANNOPROJ_OK && task->stage.require_complete_labels)
        status = label_check_complete(&cmd->scope, task, error);
    if (status == ANNOPROJ_OK)
        status = label_publish(cmd, task, PUBLISH_SUBMIT, error);
    if (status == ANNOPROJ_OK && !options->keep_rejected_reviews)
        status = review_resolve_rejected(cmd, task->id, error);
    if (status == ANNOPROJ_OK)
        status = landing_go(cmd, EVENT_TASK_SUBMIT, &to, &stage, assignee, error);
    return status;
}

annoproj_status submit_arguments(const annoproj_submit_options *options, annoproj_submit_options *own, uint64_t *print,
                                 annoproj_error **error) {
    annoproj_status status = options_read(own, sizeof *own, sizeof *own, options, error);
    *print = fingerprint_int64(fingerprint_text(0, "submit"), own->assignee);
    *print = fingerprint_int64(fingerprint_int64(*print, own->retain_assignee), own->keep_rejected_reviews);
    return status;
}

annoproj_status annoproj_task_submit(annoproj_task *task, const annoproj_submit_options *options,
                                     const annoproj_call *call, annoproj_error **error) {
    annoproj_submit_options own;
    handle_call what = {.operation = ANNOPROJ_OPERATION_ANNOTATE, .arguments = &own};
    clear_error(error);
    annoproj_status status = submit_arguments(options, &own, &what.fingerprint, error);
    return status == ANNOPROJ_OK ? task_write(task, &what, submit_body, call, NULL, error) : status;
}

/* --- approve and reject ------------------------------------------------------------------------------------------------ */

/* The first few labels by name, that somebody may look at them. */
static annoproj_status refuse_labels(const task_facts *task, const char (*hashes)[9], int64_t count, const char *what,
                                     annoproj_error **error) {
    text names = {0};
    for (int64_t i = 0; i < NAMED_LABELS && i < count; i++) {
        text_string(&names, i > 0 ? ", " : "");
        text_string(&names, hashes[i]);
    }
    if (count > NAMED_LABELS)
        text_printf(&names, " and %lld more", (long long)(count - NAMED_LABELS));
    annoproj_status status = names.failed
                                 ? fail_memory(error)
                                 : fail(error, ANNOPROJ_STATE, "strict review: task %lld %s: %.*s", (long long)task->id,
                                        what, (int)names.length, names.length > 0 ? names.data : "");
    text_release(&names);
    return status;
}

/* Strict review: whether the decision may be made now (behaviour §9). */
static annoproj_status check_strict(command *cmd, const annoproj_review_options *options, bool approve, bool decide,
                                    const review_counts *counts, annoproj_error **error) {
    const task_facts *task = &cmd->scope.task;
    bool reason = false;
    if (decide && !cmd->scope.manager && counts->undecided > 0)
        return refuse_labels(task, counts->undecided_hashes, counts->undecided,
                             "has undecided labels, and only managers may decide them with the task", error);
    if (approve) {
        if (counts->rejected > 0 && (decide || counts->undecided == 0))
            return refuse_labels(task, counts->rejected_hashes, counts->rejected,
                                 "has rejected labels, approve needs every label approved", error);
        if (counts->undecided > 0 && !decide)
            return refuse_labels(task, counts->undecided_hashes, counts->undecided,
                                 "has labels without a decision, approve needs every label approved", error);
        return ANNOPROJ_OK;
    }
    if (counts->undecided > 0 && !decide)
        return refuse_labels(task, counts->undecided_hashes, counts->undecided,
                             "has labels without a decision, decide them before the reject", error);
    if (counts->rejected > 0 || (options->comment && *options->comment) || (decide && counts->undecided > 0))
        return ANNOPROJ_OK;
    annoproj_status status = issue_open_off_label(&cmd->scope, task->id, &reason, error);
    if (status == ANNOPROJ_OK && !reason)
        status = fail(error, ANNOPROJ_STATE,
                      "strict review: a reject of task %lld needs a reason: reject a label, open an issue on the data "
                      "unit, a frame, a range or a coordinate, or give a comment",
                      (long long)task->id);
    return status;
}

static annoproj_status open_comment_issue(command *cmd, const char *comment, annoproj_error **error) {
    issue opened = {.task = cmd->scope.task.id, .anchor = ANNOPROJ_ANCHOR_DATA_UNIT};
    if (!comment || !*comment)
        return ANNOPROJ_OK;
    return issue_open(cmd, &opened, comment, error);
}

static annoproj_status decide_task(command *cmd, const annoproj_review_options *options, bool approve,
                                   annoproj_error **error) {
    task_facts *task = &cmd->scope.task;
    bool strict = task->stage.strict_review;
    bool decide = options->undecided == ANNOPROJ_UNDECIDED_DECIDE ||
                  (options->undecided == ANNOPROJ_UNDECIDED_DEFAULT && !strict);
    landing to = {.edge = approve ? "approve" : "reject",
                  .assignee = options->assignee,
                  .retain = options->retain_assignee,
                  .to_submitter = !approve && task->stage.reassign_rejected,
                  .value = decide};
    review_counts counts = {0};
    stage_facts stage;
    int64_t assignee = 0;
    if (task->stage.type == STAGE_CONSENSUS_REVIEW && !approve)
        return consensus_reject(cmd, options, error);
    if (task->stage.type == STAGE_CONSENSUS_REVIEW)
        return fail(
            error, ANNOPROJ_STATE,
            "task %lld is in a consensus review: annoproj_consensus_approve says which branch or labels it gets",
            (long long)task->id);
    if (task->stage.type != STAGE_REVIEW)
        return fail(error, ANNOPROJ_STATE, "task %lld is in no review stage: it cannot be %s", (long long)task->id,
                    approve ? "approved" : "rejected");
    annoproj_status status = task_take(cmd, task, error);
    if (status == ANNOPROJ_OK)
        status = landing_find(cmd, &to, &stage, &assignee, error);
    if (status == ANNOPROJ_OK)
        status = review_count(&cmd->scope, task->id, task->stage.id, &counts, error);
    if (status == ANNOPROJ_OK && strict)
        status = check_strict(cmd, options, approve, decide, &counts, error);
    if (status == ANNOPROJ_OK)
        status = label_publish(cmd, task, approve ? PUBLISH_APPROVE : PUBLISH_REJECT, error);
    if (status == ANNOPROJ_OK)
        status = review_action(cmd, task, approve, decide, error);
    if (status == ANNOPROJ_OK && approve)
        status = issue_label_approved(cmd, task->id, NULL, error);
    if (status == ANNOPROJ_OK && !approve)
        status = open_comment_issue(cmd, options->comment, error);
    if (status == ANNOPROJ_OK)
        status = landing_go(cmd, approve ? EVENT_TASK_APPROVE : EVENT_TASK_REJECT, &to, &stage, assignee, error);
    return status;
}

annoproj_status approve_body(command *cmd, void *arguments, annoproj_error **error) {
    return decide_task(cmd, arguments, true, error);
}

annoproj_status reject_body(command *cmd, void *arguments, annoproj_error **error) {
    return decide_task(cmd, arguments, false, error);
}

annoproj_status review_arguments(const annoproj_review_options *options, bool approve, annoproj_review_options *own,
                                 uint64_t *print, annoproj_error **error) {
    *print = 0;
    annoproj_status status = options_read(own, sizeof *own, sizeof *own, options, error);
    if (status == ANNOPROJ_OK &&
        (own->undecided < ANNOPROJ_UNDECIDED_DEFAULT || own->undecided > ANNOPROJ_UNDECIDED_LEAVE))
        status = fail(error, ANNOPROJ_INVALID, "undecided %d is no annoproj_undecided", own->undecided);
    if (status == ANNOPROJ_OK && approve && own->comment)
        status = fail(error, ANNOPROJ_INVALID, "an approve takes no comment: open an issue instead");
    if (status == ANNOPROJ_OK && own->comment)
        status = check_text(own->comment, TEXT_COMMENT, "comment", error);
    if (status != ANNOPROJ_OK)
        return status;
    *print = fingerprint_text(fingerprint_text(0, approve ? "approve" : "reject"), own->comment);
    *print = fingerprint_int64(fingerprint_int64(fingerprint_int64(*print, own->assignee), own->undecided),
                               own->retain_assignee);
    return ANNOPROJ_OK;
}

static annoproj_status act_on_review(annoproj_task *task, const annoproj_review_options *options, bool approve,
                                     const annoproj_call *call, annoproj_error **error) {
    annoproj_review_options own;
    handle_call what = {.operation = ANNOPROJ_OPERATION_REVIEW, .arguments = &own};
    clear_error(error);
    annoproj_status status = review_arguments(options, approve, &own, &what.fingerprint, error);
    if (status != ANNOPROJ_OK)
        return status;
    return task_write(task, &what, approve ? approve_body : reject_body, call, NULL, error);
}

annoproj_status annoproj_task_approve(annoproj_task *task, const annoproj_review_options *options,
                                      const annoproj_call *call, annoproj_error **error) {
    return act_on_review(task, options, true, call, error);
}

annoproj_status annoproj_task_reject(annoproj_task *task, const annoproj_review_options *options,
                                     const annoproj_call *call, annoproj_error **error) {
    return act_on_review(task, options, false, call, error);
}

/* --- pathway -------------------------------------------------------------------------------------------------------- */

annoproj_status pathway_body(command *cmd, void *arguments, annoproj_error **error) {
    task_facts *task = &cmd->scope.task;
    landing to = {.pathway = arguments};
    stage_facts stage;
    int64_t assignee = 0;
    if (task->stage.type != STAGE_AGENT)
        return fail(error, ANNOPROJ_STATE, "task %lld is in no agent stage: it has no pathways", (long long)task->id);
    annoproj_status status = task_take(cmd, task, error);
    if (status == ANNOPROJ_OK)
        status = landing_find(cmd, &to, &stage, &assignee, error);
    if (status == ANNOPROJ_OK)
        status = label_publish(cmd, task, PUBLISH_PATHWAY, error);
    if (status == ANNOPROJ_OK)
        status = landing_go(cmd, EVENT_TASK_PATHWAY, &to, &stage, assignee, error);
    return status;
}

annoproj_status annoproj_task_pathway(annoproj_task *task, const char *pathway, const annoproj_call *call,
                                      annoproj_error **error) {
    handle_call what = {.operation = ANNOPROJ_OPERATION_AGENT, .arguments = (void *)(uintptr_t)pathway};
    clear_error(error);
    annoproj_status status = check_text(pathway, TEXT_TITLE, "pathway", error);
    if (status != ANNOPROJ_OK)
        return status;
    what.fingerprint = fingerprint_text(fingerprint_text(0, "task_pathway"), pathway);
    return task_write(task, &what, pathway_body, call, NULL, error);
}
