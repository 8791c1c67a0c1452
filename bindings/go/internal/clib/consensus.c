/* Consensus: branches are made, submitted, sent back, and become their task again. */
#include "consensus.h"

#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "issue.h"
#include "label_copy.h"
#include "label_version.h"
#include "landing.h"
#include "task.h"
#include "workflow.h"

/* --- making ------------------------------------------------------------------------------------------------------- */

/* Gives the branches the labels of their task; `first` = also what was published of them. */
static annoproj_status copy_labels(command *cmd, const task_facts *parent, bool first, annoproj_error **error) {
    const task_facts kept = cmd->scope.task; /* which `parent` may be */
    const int64_t from = parent->id;
    arena *whole = cmd->scope.memory, own = {0}; /* an import does this for many tasks */
    branch *branches = NULL;
    label *labels = NULL;
    size_t branch_count = 0, count = 0;
    cmd->scope.memory = &own;
    annoproj_status status = branch_list(&cmd->scope, from, &branches, &branch_count, error);
    if (status == ANNOPROJ_OK)
        status = label_load_all(&cmd->scope, from, &labels, &count, error);
    for (size_t i = 0; i < branch_count && status == ANNOPROJ_OK; i++) {
        status = access_task_facts(&cmd->scope, branches[i].task, &cmd->scope.task, error);
        cmd->scope.task.version = VERSION_NOT_RAISED; /* nobody has written to it */
        if (status == ANNOPROJ_OK && first)
            status = label_copy_published(cmd, from, &cmd->scope.task, error);
        if (status == ANNOPROJ_OK)
            status = label_replace_all(cmd, labels, count, NULL, error);
    }
    cmd->scope.task = kept;
    cmd->scope.memory = whole;
    arena_release(&own);
    return status;
}

annoproj_status consensus_enter(command *cmd, annoproj_error **error) {
    const task_facts *task = &cmd->scope.task;
    annoproj_status status = branch_make(cmd, &task->stage, task->id, 1, error);
    return status == ANNOPROJ_OK ? copy_labels(cmd, task, true, error) : status;
}

/* --- labels of the task itself ------------------------------------------------------------------------------------ */

annoproj_status consensus_check_write(scope *in, const task_facts *task, annoproj_error **error) {
    branch *branches = NULL;
    size_t count = 0;
    annoproj_status status = ANNOPROJ_OK;
    if (task->parent == 0 && task->stage.type == STAGE_CONSENSUS_REVIEW)
        return fail(error, ANNOPROJ_STATE,
                    "task %lld is in a consensus review: its labels are taken from its branches when it is approved",
                    (long long)task->id);
    if (task->parent != 0 || task->stage.type != STAGE_CONSENSUS_ANNOTATION)
        return ANNOPROJ_OK;
    status = branch_list(in, task->id, &branches, &count, error);
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++)
        if (branches[i].assignee != 0 || branches[i].version != 0)
            status = fail(error, ANNOPROJ_STATE,
                          "branch %lld of task %lld is being worked on: labels of a task in consensus are written "
                          "before its branches are",
                          (long long)branches[i].task, (long long)task->id);
    return status;
}

annoproj_status consensus_labels_written(command *cmd, const task_facts *task, annoproj_error **error) {
    if (task->parent != 0 || task->stage.type != STAGE_CONSENSUS_ANNOTATION)
        return ANNOPROJ_OK;
    return copy_labels(cmd, task, false, error);
}

/* --- submitting --------------------------------------------------------------------------------------------------- */

/* Every branch was submitted: the task goes to the review. */
static annoproj_status go_to_review(command *cmd, int64_t task, annoproj_error **error) {
    task_facts parent;
    task_arrival arrival = {.status = ANNOPROJ_TASK_NEW};
    int64_t from = 0;
    annoproj_status status = access_task_facts(&cmd->scope, task, &parent, error);
    if (status == ANNOPROJ_OK)
        status = workflow_next_stage(cmd, &parent, "submit", &arrival.stage, error);
    if (status == ANNOPROJ_OK)
        status = task_leave_by_action(cmd, &parent, false, error);
    if (status != ANNOPROJ_OK)
        return status;
    from = parent.stage.id;
    command_event(cmd, &(event){.kind = EVENT_CONSENSUS_READY,
                                .task = NUMBER_OF(task),
                                .stage = parent.stage.number,
                                .reference = NUMBER_OF(arrival.stage)});
    status = task_arrive(cmd, &parent, &arrival, error);
    return status == ANNOPROJ_OK ? branch_follow(cmd, &parent, from, error) : status;
}

annoproj_status consensus_submit(command *cmd, const annoproj_submit_options *options, annoproj_error **error) {
    task_facts *task = &cmd->scope.task;
    bool last = false;
    if (options->assignee != 0 || options->retain_assignee)
        return fail(error, ANNOPROJ_INVALID,
                    "task %lld is a branch, which nobody gets by its submit: leave assignee and retain_assignee out",
                    (long long)task->id);
    annoproj_status status = task_take(cmd, task, error);
    if (status == ANNOPROJ_OK && task->stage.require_complete_labels)
        status = label_check_complete(&cmd->scope, task, error);
    if (status == ANNOPROJ_OK)
        status = label_publish(cmd, task, PUBLISH_BRANCH, error);
    if (status == ANNOPROJ_OK && !options->keep_rejected_reviews)
        status = review_resolve_rejected(cmd, task->parent, error);
    if (status == ANNOPROJ_OK)
        status = branch_submit(cmd, task, options->keep_rejected_reviews, &last, error);
    return status == ANNOPROJ_OK && last ? go_to_review(cmd, task->parent, error) : status;
}

/* --- not reached -------------------------------------------------------------------------------------------------- */

/* Whose a branch is again: its annotator's, when they still belong to the stage and got no other branch of the task. */
static annoproj_status choose_annotator(command *cmd, const stage_facts *stage, const branch *branches, size_t index,
                                        int64_t *user, annoproj_error **error) {
    bool member = false;
    *user = branches[index].last_submitter;
    for (size_t i = 0; i < index && *user != 0; i++)
        *user = branches[i].last_submitter == *user ? 0 : *user;
    if (*user == 0)
        return ANNOPROJ_OK;
    annoproj_status status = access_stage_member(&cmd->scope, stage, *user, &member, error);
    *user = member ? *user : 0;
    return status;
}

static annoproj_status return_branches(command *cmd, int64_t from, const branch *branches, size_t count,
                                       annoproj_error **error) {
    const task_facts *task = &cmd->scope.task;
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++) {
        int64_t user = 0;
        status = choose_annotator(cmd, &task->stage, branches, i, &user, error);
        if (status == ANNOPROJ_OK)
            status = branch_return(cmd, task, from, &branches[i], user, error);
    }
    return status;
}

static void credit_branch(command *cmd, int32_t kind, const branch *one) {
    if (one->last_submitter != 0) /* nobody is credited for the host */
        command_event(cmd, &(event){.kind = kind,
                                    .task = NUMBER_OF(one->task),
                                    .stage = cmd->scope.task.stage.number,
                                    .credited = one->last_submitter});
}

annoproj_status consensus_reject(command *cmd, const annoproj_review_options *options, annoproj_error **error) {
    task_facts *task = &cmd->scope.task;
    issue opened = {.task = task->id, .anchor = ANNOPROJ_ANCHOR_DATA_UNIT};
    task_arrival arrival = {.assignee = NOT_QUEUED, .status = ANNOPROJ_TASK_REOPENED, .returned = true};
    branch *branches = NULL;
    size_t count = 0;
    if (options->assignee != 0 || options->retain_assignee)
        return fail(error, ANNOPROJ_INVALID,
                    "the branches of task %lld go back to their annotators: leave assignee and retain_assignee out",
                    (long long)task->id);
    annoproj_status status = task_take(cmd, task, error);
    if (status == ANNOPROJ_OK)
        status = workflow_next_stage(cmd, task, "reject", &arrival.stage, error);
    if (status == ANNOPROJ_OK)
        status = branch_list(&cmd->scope, task->id, &branches, &count, error);
    if (status == ANNOPROJ_OK && options->comment && *options->comment)
        status = issue_open(cmd, &opened, options->comment, error);
    if (status == ANNOPROJ_OK)
        status = task_leave_by_action(cmd, task, false, error);
    if (status != ANNOPROJ_OK)
        return status;
    const int64_t from = task->stage.id;
    command_event(cmd, &(event){.kind = EVENT_TASK_REJECT,
                                .task = NUMBER_OF(task->id),
                                .stage = task->stage.number,
                                .reference = NUMBER_OF(arrival.stage)});
    for (size_t i = 0; i < count; i++)
        credit_branch(cmd, EVENT_BRANCH_REJECT, &branches[i]);
    status = task_arrive(cmd, task, &arrival, error);
    return status == ANNOPROJ_OK ? return_branches(cmd, from, branches, count, error) : status;
}

/* --- reached ------------------------------------------------------------------------------------------------------ */

static int by_label(const void *a, const void *b) {
    const int64_t x = ((const label_origin *)a)->label, y = ((const label_origin *)b)->label;
    return x < y ? -1 : x > y;
}

static int by_hash(const void *a, const void *b) {
    return strcmp(a, b);
}

/* The hashes of the result, sorted; NULL when out of memory. */
static char (*sorted_hashes(scope *in, const consensus_result *result))[9] {
    char(*hashes)[9] = arena_array(in->memory, result->count + 1, sizeof *hashes);
    for (size_t i = 0; i < result->count && hashes; i++)
        memcpy(hashes[i], result->labels[i].hash, sizeof *hashes);
    if (hashes)
        qsort(hashes, result->count, sizeof *hashes, by_hash);
    return hashes;
}

/* Who took a label away: the annotator of the first used branch that does not have it, else who left it out now. */
static annoproj_status find_remover(command *cmd, const consensus_result *result, const char *hash, int64_t *user,
                                    annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    *user = cmd->scope.user;
    for (size_t i = 0; i < result->used_count && status == ANNOPROJ_OK; i++) {
        label gone;
        bool found = false;
        status = label_by_hash(&cmd->scope, result->used[i]->task, hash, &gone, &found, error);
        if (status == ANNOPROJ_OK && !found) {
            *user = result->used[i]->last_submitter;
            break;
        }
    }
    return status;
}

/* The labels of the task become the result; whose each change is. */
static annoproj_status put_result(command *cmd, const consensus_result *result, label_origin **origins, size_t *count,
                                  annoproj_error **error) {
    scope *in = &cmd->scope;
    label *before = NULL;
    size_t before_count = 0;
    annoproj_status status = label_load_all(in, in->task.id, &before, &before_count, error);
    if (status != ANNOPROJ_OK)
        return status;
    int64_t *numbers = arena_array(in->memory, result->count + 1, sizeof *numbers);
    char(*hashes)[9] = sorted_hashes(in, result);
    label_origin *list = arena_array(in->memory, result->count + before_count + 1, sizeof *list);
    if (!numbers || !list || !hashes)
        return fail_memory(error);
    status = label_replace_all(cmd, result->labels, result->count, numbers, error);
    *count = 0;
    for (size_t i = 0; i < result->count && status == ANNOPROJ_OK; i++)
        list[(*count)++] = (label_origin){numbers[i], result->from[i]->last_submitter};
    for (size_t i = 0; i < before_count && status == ANNOPROJ_OK; i++) {
        if (bsearch(before[i].hash, hashes, result->count, sizeof *hashes, by_hash))
            continue;
        list[*count] = (label_origin){.label = before[i].number};
        status = find_remover(cmd, result, before[i].hash, &list[(*count)++].annotator, error);
    }
    qsort(list, *count, sizeof *list, by_label);
    *origins = list;
    return status;
}

/* Classifications of several branches need not go together. */
static annoproj_status check_overlaps(command *cmd, const consensus_result *result, annoproj_error **error) {
    scope *in = &cmd->scope;
    ontology_features features;
    annoproj_status status = ontology_load(in, in->project.ontology, &features, error);
    bool *looked_at = status == ANNOPROJ_OK ? arena_array(in->memory, (size_t)features.highest + 1, sizeof *looked_at)
                                            : NULL;
    if (!looked_at)
        return status == ANNOPROJ_OK ? fail_memory(error) : status;
    for (size_t i = 0; i < result->count && status == ANNOPROJ_OK; i++) {
        const int32_t class = result->labels[i].class;
        if (looked_at[class] || features.by_number[class]->kind != FEATURE_CLASSIFICATION)
            continue;
        looked_at[class] = true;
        status = label_check_overlap(in, in->task.id, class, error);
    }
    return status;
}

annoproj_status consensus_approve(command *cmd, const consensus_result *result, int64_t assignee, bool retain,
                                  annoproj_error **error) {
    task_facts *task = &cmd->scope.task;
    const landing to = {.edge = "approve", .assignee = assignee, .retain = retain};
    label_origin *origins = NULL;
    size_t count = 0;
    int64_t whose = 0, latest = -1;
    stage_facts stage;
    annoproj_status status = task_take(cmd, task, error);
    if (status == ANNOPROJ_OK)
        status = landing_find(cmd, &to, &stage, &whose, error);
    if (status == ANNOPROJ_OK)
        status = put_result(cmd, result, &origins, &count, error);
    if (status == ANNOPROJ_OK)
        status = check_overlaps(cmd, result, error);
    if (status == ANNOPROJ_OK)
        status = label_write_done(cmd, task, error);
    if (status == ANNOPROJ_OK)
        status = label_publish_main(cmd, task, origins, count, error);
    for (size_t i = 0; i < result->used_count && status == ANNOPROJ_OK; i++) {
        credit_branch(cmd, EVENT_BRANCH_APPROVE, result->used[i]);
        if (result->used[i]->submitted > latest) {
            latest = result->used[i]->submitted;
            task->last_submitter = result->used[i]->last_submitter;
        }
    }
    if (status == ANNOPROJ_OK)
        status = branch_note_submitters(cmd, task, result->used, result->used_count, error);
    if (status == ANNOPROJ_OK)
        status = version_keep_branches(cmd, task, error);
    if (status == ANNOPROJ_OK)
        status = branch_close(cmd, task, error);
    if (status == ANNOPROJ_OK)
        status = issue_label_approved(cmd, task->id, NULL, error);
    return status == ANNOPROJ_OK ? landing_go(cmd, EVENT_TASK_APPROVE, &to, &stage, whose, error) : status;
}
