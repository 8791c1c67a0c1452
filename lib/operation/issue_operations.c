/* Issues: create, comment, tag, resolve, reopen. */
#include <math.h>
#include <string.h>

#include "failure.h"
#include "handle_call.h"
#include "issue.h"
#include "label.h"
#include "lapse.h"
#include "options.h"
#include "project.h"
#include "utf8.h"

typedef struct issue_call {
    annoproj_issue_options options;
    const char *comment;
    int64_t id;
    bool resolved;
    const int64_t *tags;
    size_t tag_count;
} issue_call;

void annoproj_issue_options_init(annoproj_issue_options *options) {
    if (options)
        *options = (annoproj_issue_options)ANNOPROJ_ISSUE_OPTIONS_INIT;
}

/* --- create ---------------------------------------------------------------------------------------------------------- */

static annoproj_status check_place(scope *in, const annoproj_issue_options *options, annoproj_error **error) {
    data_unit unit;
    int64_t last = options->anchor == ANNOPROJ_ANCHOR_FRAME_RANGE ? options->last_frame : options->first_frame;
    if (options->anchor == ANNOPROJ_ANCHOR_DATA_UNIT || options->anchor == ANNOPROJ_ANCHOR_LABEL)
        return ANNOPROJ_OK;
    annoproj_status status = data_unit_load(in, in->task.data_unit, &unit, error);
    if (status != ANNOPROJ_OK)
        return status;
    if (last < options->first_frame)
        return fail(error, ANNOPROJ_DATA, "last_frame is %lld, before first_frame, which is %lld", (long long)last,
                    (long long)options->first_frame);
    if (options->first_frame < 0 || last >= unit.frames)
        return fail(error, ANNOPROJ_DATA, "frame %lld is not in the data unit: it has the frames 0 to %lld",
                    (long long)(options->first_frame < 0 ? options->first_frame : last), (long long)unit.frames - 1);
    if (options->anchor == ANNOPROJ_ANCHOR_COORDINATE &&
        !(options->x >= 0 && options->x <= 1 && options->y >= 0 && options->y <= 1))
        return fail(error, ANNOPROJ_DATA, "coordinate (%g, %g) is not within 0 and 1: give it normalised", options->x,
                    options->y);
    return ANNOPROJ_OK;
}

static annoproj_status create(command *cmd, void *arguments, annoproj_error **error) {
    const issue_call *made = arguments;
    const annoproj_issue_options *options = &made->options;
    issue one = {.task = cmd->scope.task.id,
                 .anchor = options->anchor,
                 .first_frame = options->first_frame,
                 .last_frame = options->last_frame,
                 .x = options->x,
                 .y = options->y};
    const task_facts *task = &cmd->scope.task;
    if (task->parent != 0 || task->stage.type == STAGE_CONSENSUS_ANNOTATION)
        return fail(
            error, ANNOPROJ_STATE,
            "task %lld is in consensus annotation, where no issues are opened: its review opens them on the task",
            (long long)task->id);
    annoproj_status status = check_place(&cmd->scope, options, error);
    if (status == ANNOPROJ_OK && options->anchor == ANNOPROJ_ANCHOR_LABEL) {
        label on;
        bool found = false;
        status = label_by_hash(&cmd->scope, one.task, options->label, &on, &found, error);
        if (status == ANNOPROJ_OK && !found)
            status = fail(error, ANNOPROJ_NOT_FOUND, "task %lld has no label %s", (long long)one.task,
                          QUOTED(options->label));
        if (status == ANNOPROJ_OK) {
            one.label = on.number;
            one.class = on.class;
            memcpy(one.label_hash, on.hash, sizeof one.label_hash);
        }
    }
    if (status == ANNOPROJ_OK)
        status = lapse_worked(cmd, &cmd->scope.task, cmd->scope.now_us, cmd->scope.now_us, error);
    if (status == ANNOPROJ_OK)
        status = issue_open(cmd, &one, made->comment, error);
    if (status == ANNOPROJ_OK)
        status = issue_set_tags(cmd, &one, options->tags, options->tag_count, error);
    command_result_int64(cmd, one.id);
    return status;
}

static annoproj_status check_tags(const int64_t *tags, size_t count, annoproj_error **error) {
    if (!ids_given(tags, count, "tags", error))
        return ANNOPROJ_INVALID;
    if (count > ISSUE_TAGS_MOST)
        return fail(error, ANNOPROJ_LIMIT, "%zu tags: an issue has at most %d", count, ISSUE_TAGS_MOST);
    return ANNOPROJ_OK;
}

static annoproj_status check_options(const issue_call *made, annoproj_error **error) {
    const annoproj_issue_options *options = &made->options;
    if (options->anchor < ANNOPROJ_ANCHOR_DATA_UNIT || options->anchor > ANNOPROJ_ANCHOR_LABEL)
        return fail(error, ANNOPROJ_INVALID, "anchor %d is no annoproj_anchor", options->anchor);
    annoproj_status status = check_tags(options->tags, options->tag_count, error);
    if (status == ANNOPROJ_OK && options->anchor == ANNOPROJ_ANCHOR_LABEL)
        status = check_text(options->label, TEXT_NAME, "label", error);
    return status != ANNOPROJ_OK ? status : check_text(made->comment, TEXT_COMMENT, "comment", error);
}

annoproj_status annoproj_issue_create(annoproj_task *task, const char *comment, const annoproj_issue_options *options,
                                      const annoproj_call *call, int64_t *id, annoproj_error **error) {
    issue_call made = {.comment = comment};
    handle_call what = {.operation = ANNOPROJ_OPERATION_ISSUE_WRITE, .arguments = &made};
    bytes result = {0};
    if (!result_place(id, sizeof *id, "issue", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = options_read(&made.options, sizeof made.options, sizeof made.options, options, error);
    if (status == ANNOPROJ_OK)
        status = options_reserved(made.options.reserved, error);
    if (status == ANNOPROJ_OK)
        status = check_options(&made, error);
    if (status != ANNOPROJ_OK)
        return status;
    what.fingerprint = fingerprint_text(fingerprint_text(fingerprint_text(0, "issue_create"), comment),
                                        made.options.label);
    what.fingerprint = fingerprint_int64(fingerprint_int64(what.fingerprint, made.options.anchor),
                                         made.options.first_frame);
    what.fingerprint = fingerprint_int64(what.fingerprint, made.options.last_frame);
    what.fingerprint = fingerprint_bytes(fingerprint_bytes(what.fingerprint, &made.options.x, sizeof made.options.x),
                                         &made.options.y, sizeof made.options.y);
    what.fingerprint = fingerprint_bytes(what.fingerprint, made.options.tags,
                                         made.options.tag_count * sizeof *made.options.tags);
    status = task_write(task, &what, create, call, &result, error);
    if (status == ANNOPROJ_OK)
        *id = result_int64(&result, 0);
    bytes_release(&result);
    return status;
}

/* --- change ------------------------------------------------------------------------------------------------------------ */

/* The issue that a change is of. Changing it is a sign of work on its task. */
static annoproj_status find_to_change(command *cmd, const issue_call *made, issue *one, annoproj_error **error) {
    annoproj_status status = issue_find(&cmd->scope, made->id, one, error);
    if (status == ANNOPROJ_OK)
        status = lapse_worked(cmd, &cmd->scope.task, cmd->scope.now_us, cmd->scope.now_us, error);
    return status;
}

static annoproj_status add_comment(command *cmd, void *arguments, annoproj_error **error) {
    const issue_call *made = arguments;
    issue one;
    annoproj_status status = find_to_change(cmd, made, &one, error);
    return status == ANNOPROJ_OK ? issue_add_comment(cmd, &one, made->comment, error) : status;
}

static annoproj_status set_resolved(command *cmd, void *arguments, annoproj_error **error) {
    const issue_call *made = arguments;
    issue one;
    annoproj_status status = find_to_change(cmd, made, &one, error);
    return status == ANNOPROJ_OK ? issue_set_resolved(cmd, &one, made->resolved, error) : status;
}

static annoproj_status set_tags(command *cmd, void *arguments, annoproj_error **error) {
    const issue_call *made = arguments;
    issue one;
    annoproj_status status = find_to_change(cmd, made, &one, error);
    return status == ANNOPROJ_OK ? issue_set_tags(cmd, &one, made->tags, made->tag_count, error) : status;
}

static annoproj_status change_issue(annoproj_project *project, issue_call *made, const char *name, write_fn run,
                                    const annoproj_call *call, annoproj_error **error) {
    handle_call what = {
        .operation = ANNOPROJ_OPERATION_ISSUE_WRITE, .subject = SUBJECT_ISSUE, .id = made->id, .arguments = made};
    project_identity *owner = NULL;
    annoproj_status status = project_enter(project, &owner, error);
    if (status != ANNOPROJ_OK)
        return status;
    what.fingerprint = fingerprint_text(fingerprint_int64(fingerprint_text(0, name), made->id), made->comment);
    what.fingerprint = fingerprint_bytes(what.fingerprint, made->tags, made->tag_count * sizeof *made->tags);
    if (PROJECT_OF(made->id) != owner->id)
        status = fail(error, ANNOPROJ_NOT_FOUND, "project %lld has no issue %lld", (long long)owner->id,
                      (long long)made->id);
    else
        status = project_write(project, &what, run, call, NULL, error);
    project_leave(owner);
    return status;
}

annoproj_status annoproj_issue_comment(annoproj_project *project, int64_t id, const char *comment,
                                       const annoproj_call *call, annoproj_error **error) {
    issue_call made = {.id = id, .comment = comment};
    clear_error(error);
    annoproj_status status = check_text(comment, TEXT_COMMENT, "comment", error);
    if (status == ANNOPROJ_OK && !*comment)
        status = fail(error, ANNOPROJ_INVALID, "comment is empty: write one");
    if (status != ANNOPROJ_OK)
        return status;
    return change_issue(project, &made, "issue_comment", add_comment, call, error);
}

annoproj_status annoproj_issue_set_tags(annoproj_project *project, int64_t id, const int64_t *tags, size_t count,
                                        const annoproj_call *call, annoproj_error **error) {
    issue_call made = {.id = id, .tags = tags, .tag_count = count};
    clear_error(error);
    annoproj_status status = check_tags(tags, count, error);
    return status == ANNOPROJ_OK ? change_issue(project, &made, "issue_set_tags", set_tags, call, error) : status;
}

annoproj_status annoproj_issue_resolve(annoproj_project *project, int64_t id, const annoproj_call *call,
                                       annoproj_error **error) {
    issue_call made = {.id = id, .resolved = true};
    clear_error(error);
    return change_issue(project, &made, "issue_resolve", set_resolved, call, error);
}

annoproj_status annoproj_issue_reopen(annoproj_project *project, int64_t id, const annoproj_call *call,
                                      annoproj_error **error) {
    issue_call made = {.id = id};
    clear_error(error);
    return change_issue(project, &made, "issue_reopen", set_resolved, call, error);
}
