/* Decisions on single labels: approve, reject, reopen. The task stays where it is. */
#include <string.h>

#include "failure.h"
#include "handle_call.h"
#include "issue.h"
#include "label.h"
#include "options.h"
#include "task.h"
#include "utf8.h"

typedef struct decision {
    const char *label, *comment;
    review_state state;
    annoproj_label_reject_options options;
} decision;

static annoproj_status decide(command *cmd, void *arguments, annoproj_error **error) {
    const decision *made = arguments;
    task_facts *task = &cmd->scope.task;
    label on;
    issue opened = {0};
    bool found = false;
    if (task->stage.type != STAGE_REVIEW) {
        return fail(error, ANNOPROJ_STATE, "task %lld is in no review stage: its labels have no review to decide",
                    (long long)task->id);
    }
    annoproj_status status = label_by_hash(&cmd->scope, task->id, made->label, &on, &found, error);
    if (status == ANNOPROJ_OK && !found) {
        status = fail(error, ANNOPROJ_NOT_FOUND, "task %lld has no label %s", (long long)task->id, QUOTED(made->label));
    }
    if (status == ANNOPROJ_OK) {
        status = task_take(cmd, task, error);
    }
    if (status == ANNOPROJ_OK) {
        status = review_decide(cmd, task->id, task->stage.id, &on, made->state, error);
    }
    if (status == ANNOPROJ_OK && made->state == REVIEW_APPROVED) {
        status = issue_label_approved(cmd, task->id, on.hash, error);
    }
    if (status == ANNOPROJ_OK && made->state == REVIEW_REJECTED) {
        status = issue_label_rejected(cmd, task->id, on.number, on.hash, on.class, made->comment, &opened, error);
        if (status == ANNOPROJ_OK) {
            status = issue_add_tags(cmd, &opened, made->options.tags, made->options.tag_count, error);
        }
        command_result_int64(cmd, opened.id);
    }
    return status;
}

static annoproj_status run_decision(annoproj_task *task, const char *name, const decision *made,
                                    const annoproj_call *call, bytes *result, annoproj_error **error) {
    annoproj_status status = check_text(made->label, TEXT_NAME, "label", error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    uint64_t print = fingerprint_text(fingerprint_text(fingerprint_text(0, name), made->label), made->comment);
    print = fingerprint_bytes(print, made->options.tags, made->options.tag_count * sizeof *made->options.tags);
    handle_call what = {.operation = ANNOPROJ_OPERATION_REVIEW, .arguments = (void *)made, .fingerprint = print};
    return task_write(task, &what, decide, call, result, error);
}

annoproj_status annoproj_label_approve(annoproj_task *task, const char *hash, const annoproj_call *call,
                                       annoproj_error **error) {
    decision made = {.label = hash, .state = REVIEW_APPROVED};
    clear_error(error);
    return run_decision(task, "label_approve", &made, call, NULL, error);
}

void annoproj_label_reject_options_init(annoproj_label_reject_options *options) {
    if (options) {
        *options = (annoproj_label_reject_options)ANNOPROJ_LABEL_REJECT_OPTIONS_INIT;
    }
}

static annoproj_status check_tags(const annoproj_label_reject_options *options, annoproj_error **error) {
    if (!ids_given(options->tags, options->tag_count, "tags", error)) {
        return ANNOPROJ_INVALID;
    }
    return options->tag_count <= ISSUE_TAGS_MOST
               ? ANNOPROJ_OK
               : fail(error, ANNOPROJ_LIMIT, "%zu tags: an issue has at most %d", options->tag_count, ISSUE_TAGS_MOST);
}

annoproj_status annoproj_label_reject(annoproj_task *task, const char *hash, const char *comment,
                                      const annoproj_label_reject_options *options, const annoproj_call *call,
                                      int64_t *opened, annoproj_error **error) {
    decision made = {.label = hash, .comment = comment, .state = REVIEW_REJECTED};
    bytes result = {0};
    annoproj_status status = ANNOPROJ_OK;
    if (!result_place(opened, sizeof *opened, "issue", error)) {
        return ANNOPROJ_INVALID;
    }
    if (comment) {
        status = check_text(comment, TEXT_COMMENT, "comment", error);
    }
    if (status == ANNOPROJ_OK) {
        status = options_read(&made.options, sizeof made.options, sizeof made.options, options, error);
    }
    if (status == ANNOPROJ_OK) {
        status = check_tags(&made.options, error);
    }
    if (status == ANNOPROJ_OK) {
        status = run_decision(task, "label_reject", &made, call, &result, error);
    }
    if (status == ANNOPROJ_OK) {
        *opened = result_int64(&result, 0);
    }
    bytes_release(&result);
    return status;
}

annoproj_status annoproj_label_reopen(annoproj_task *task, const char *hash, const annoproj_call *call,
                                      annoproj_error **error) {
    decision made = {.label = hash, .state = REVIEW_REOPENED};
    clear_error(error);
    return run_decision(task, "label_reopen", &made, call, NULL, error);
}
