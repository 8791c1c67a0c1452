/* Public functions of consensus: the branches of a task, and what becomes of it. */
#include <stdlib.h>
#include <string.h>

#include "consensus.h"
#include "failure.h"
#include "handle_call.h"
#include "label_copy.h"
#include "options.h"
#include "row_cells.h"
#include "rows.h"
#include "task.h"
#include "uuid.h"
#include "workflow.h"

#define MOST_PICKS 1000000u

void annoproj_consensus_options_init(annoproj_consensus_options *options) {
    if (options)
        *options = (annoproj_consensus_options)ANNOPROJ_CONSENSUS_OPTIONS_INIT;
}

/* --- the branches ------------------------------------------------------------------------------------------------- */

static annoproj_status add_branch(scope *in, rows *list, const branch *one, annoproj_error **error) {
    static const char query[] = "SELECT p.uuid, (SELECT email FROM user WHERE id = ?2),"
                                " (SELECT count(*) FROM label WHERE task = ?1) FROM project p WHERE p.id = ?1 >> 32";
    uint8_t uuid[16] = {0};
    char printed[37];
    statement *find = sql(in->database, query);
    bind_int64(find, one->task);
    bind_int64(find, one->annotator);
    if (sql_row(find) && column_length(find, 0) == sizeof uuid) {
        task_uuid(column_blob(find, 0), one->task, uuid);
        uuid_text(uuid, printed);
        rows_int64(list, one->task);
        rows_text(list, printed);
        rows_int64(list, one->number);
        rows_text(list, task_status_name(one->status));
        if (one->annotator != 0)
            rows_int64(list, one->annotator);
        else
            rows_null(list);
        add_text(list, find, 1);
        if (one->assignee == NOT_QUEUED)
            rows_time(list, one->submitted_us);
        else
            rows_null(list);
        rows_int64(list, column_int64(find, 2));
        rows_int64(list, one->version);
    }
    return sql_end(find, error);
}

static annoproj_status read_branches(scope *in, void *arguments, annoproj_error **error) {
    annoproj_table **table = arguments;
    branch *branches = NULL;
    size_t count = 0;
    if (in->task.parent != 0)
        return fail(error, ANNOPROJ_STATE, "task %lld is a branch of task %lld: ask for the branches of that one",
                    (long long)in->task.id, (long long)in->task.parent);
    rows *list = rows_new(&row_branch_row);
    annoproj_status status = branch_list(in, in->task.id, &branches, &count, error);
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++)
        status = add_branch(in, list, &branches[i], error);
    return finish_table(list, status, table, error);
}

annoproj_status annoproj_consensus_branches(annoproj_task *task, const annoproj_call *call, annoproj_table **table,
                                            annoproj_error **error) {
    annoproj_table *made = NULL;
    handle_call what = {.operation = ANNOPROJ_OPERATION_TASK_VIEW, .arguments = &made};
    return task_read_table(task, &what, read_branches, call, &made, table, error);
}

/* --- what is picked ----------------------------------------------------------------------------------------------- */

typedef struct branch_labels {
    label *labels; /* by hash */
    size_t count;
    bool loaded, used;
} branch_labels;

typedef struct picking {
    const annoproj_consensus_options *options;
    branch *branches;
    branch_labels *held; /* of each */
    size_t branch_count;
} picking;

static int by_hash(const void *a, const void *b) {
    return strcmp(((const label *)a)->hash, ((const label *)b)->hash);
}

static int by_number(const void *a, const void *b) {
    const int64_t x = ((const label *)a)->number, y = ((const label *)b)->number;
    return x < y ? -1 : x > y;
}

static annoproj_status find_branch(const picking *run, int64_t task, int64_t id, size_t *index,
                                   annoproj_error **error) {
    for (*index = 0; *index < run->branch_count; ++*index)
        if (run->branches[*index].task == id)
            return ANNOPROJ_OK;
    return fail(error, ANNOPROJ_NOT_FOUND, "task %lld has no branch %lld: annoproj_consensus_branches lists them",
                (long long)task, (long long)id);
}

/* Loads the labels of a branch that is used. */
static annoproj_status use_branch(scope *in, picking *run, size_t index, annoproj_error **error) {
    branch_labels *held = &run->held[index];
    annoproj_status status = ANNOPROJ_OK;
    held->used = true;
    if (!held->loaded)
        status = label_load_all(in, run->branches[index].task, &held->labels, &held->count, error);
    if (status == ANNOPROJ_OK && !held->loaded && held->count > 0)
        qsort(held->labels, held->count, sizeof *held->labels, by_hash);
    held->loaded = true;
    return status;
}

static annoproj_status pick_label(scope *in, picking *run, size_t pick, consensus_result *out, annoproj_error **error) {
    const annoproj_consensus_options *options = run->options;
    const int64_t start = options->hash_offsets[pick], end = options->hash_offsets[pick + 1];
    label key = {.number = 0};
    size_t index = 0;
    annoproj_status status = find_branch(run, in->task.id, options->branches[pick], &index, error);
    if (status == ANNOPROJ_OK)
        status = use_branch(in, run, index, error);
    if (status != ANNOPROJ_OK)
        return status;
    const branch_labels *held = &run->held[index];
    const label *found = NULL;
    if (end - start == (int64_t)sizeof key.hash - 1) {
        memcpy(key.hash, options->text + start, sizeof key.hash - 1);
        found = held->count == 0 ? NULL : bsearch(&key, held->labels, held->count, sizeof key, by_hash);
    }
    if (!found) {
        struct quoted name;
        fail(error, ANNOPROJ_NOT_FOUND, "label %zu: branch %lld has no label %s", pick,
             (long long)options->branches[pick], quoted(&name, options->text + start, (size_t)(end - start)));
        fail_detail(error, "label", "%zu", pick);
        return ANNOPROJ_NOT_FOUND;
    }
    out->labels[out->count] = *found;
    out->from[out->count++] = &run->branches[index];
    return ANNOPROJ_OK;
}

static annoproj_status refuse_repeats(scope *in, const consensus_result *result, annoproj_error **error) {
    label *sorted = arena_array(in->memory, result->count + 1, sizeof *sorted);
    if (!sorted)
        return fail_memory(error);
    if (result->count > 0) {
        memcpy(sorted, result->labels, result->count * sizeof *sorted);
        qsort(sorted, result->count, sizeof *sorted, by_hash);
    }
    for (size_t i = 1; i < result->count; i++)
        if (strcmp(sorted[i].hash, sorted[i - 1].hash) == 0)
            return fail(error, ANNOPROJ_DATA, "label %s is taken from two branches: take it from one", sorted[i].hash);
    return ANNOPROJ_OK;
}

/* One branch as a whole. */
static annoproj_status pick_branch(scope *in, picking *run, consensus_result *out, annoproj_error **error) {
    size_t index = 0;
    annoproj_status status = find_branch(run, in->task.id, run->options->branch, &index, error);
    if (status == ANNOPROJ_OK)
        status = use_branch(in, run, index, error);
    if (status != ANNOPROJ_OK)
        return status;
    out->labels = run->held[index].labels;
    out->count = run->held[index].count;
    if (out->count > 0) /* in the order they were made */
        qsort(out->labels, out->count, sizeof *out->labels, by_number);
    out->from = arena_array(in->memory, out->count + 1, sizeof *out->from);
    for (size_t i = 0; i < out->count && out->from; i++)
        out->from[i] = &run->branches[index];
    return out->from ? ANNOPROJ_OK : fail_memory(error);
}

static annoproj_status pick_labels(scope *in, picking *run, consensus_result *out, annoproj_error **error) {
    const size_t count = run->options->count;
    annoproj_status status = ANNOPROJ_OK;
    if (in->task.stage.consensus != CONSENSUS_REFINE)
        return fail(error, ANNOPROJ_INVALID,
                    "stage %lld is of kind `determine`: take one branch whole, single labels are for `refine`",
                    (long long)in->task.stage.id);
    out->labels = arena_array(in->memory, count + 1, sizeof *out->labels);
    out->from = arena_array(in->memory, count + 1, sizeof *out->from);
    if (!out->labels || !out->from)
        return fail_memory(error);
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++)
        status = pick_label(in, run, i, out, error);
    return status == ANNOPROJ_OK ? refuse_repeats(in, out, error) : status;
}

static annoproj_status pick(scope *in, const annoproj_consensus_options *options, consensus_result *out,
                            annoproj_error **error) {
    picking run = {.options = options};
    annoproj_status status = branch_list(in, in->task.id, &run.branches, &run.branch_count, error);
    if (status != ANNOPROJ_OK)
        return status;
    run.held = arena_array(in->memory, run.branch_count + 1, sizeof *run.held);
    out->used = arena_array(in->memory, run.branch_count + 1, sizeof *out->used);
    if (!run.held || !out->used)
        return fail_memory(error);
    status = options->branch != 0 ? pick_branch(in, &run, out, error) : pick_labels(in, &run, out, error);
    for (size_t i = 0; i < run.branch_count && status == ANNOPROJ_OK; i++)
        if (run.held[i].used)
            out->used[out->used_count++] = &run.branches[i];
    return status;
}

/* --- approve ------------------------------------------------------------------------------------------------------ */

static annoproj_status approve(command *cmd, void *arguments, annoproj_error **error) {
    const annoproj_consensus_options *options = arguments;
    const task_facts *task = &cmd->scope.task;
    consensus_result result = {.count = 0};
    if (task->stage.type != STAGE_CONSENSUS_REVIEW)
        return fail(error, ANNOPROJ_STATE,
                    "task %lld is in no consensus review stage: it has no branches to choose from",
                    (long long)task->id);
    annoproj_status status = pick(&cmd->scope, options, &result, error);
    return status == ANNOPROJ_OK ? consensus_approve(cmd, &result, options->assignee, options->retain_assignee, error)
                                 : status;
}

static annoproj_status check_picks(const annoproj_consensus_options *options, annoproj_error **error) {
    if ((options->branch != 0) == (options->count != 0))
        return fail(error, ANNOPROJ_INVALID,
                    options->branch != 0 ? "a branch and single labels are named: name one of the two"
                                         : "neither a branch nor labels are named: say what becomes of the task");
    if (options->count > MOST_PICKS)
        return fail(error, ANNOPROJ_LIMIT, "%zu labels: one call takes %u", options->count, MOST_PICKS);
    if (options->count > 0 && (!options->text || !options->hash_offsets || !options->branches))
        return fail(error, ANNOPROJ_INVALID, "text, hash_offsets or branches is NULL but count is %zu", options->count);
    for (size_t i = 0; i < options->count; i++)
        if (options->hash_offsets[i] < 0 || options->hash_offsets[i + 1] < options->hash_offsets[i] ||
            (uint64_t)options->hash_offsets[i + 1] > options->text_length)
            return fail(error, ANNOPROJ_INVALID, "hash_offsets[%zu]: offsets ascend from 0 to at most %zu", i + 1,
                        options->text_length);
    return ANNOPROJ_OK;
}

annoproj_status annoproj_consensus_approve(annoproj_task *task, const annoproj_consensus_options *options,
                                           const annoproj_call *call, annoproj_error **error) {
    annoproj_consensus_options own;
    handle_call what = {.operation = ANNOPROJ_OPERATION_REVIEW, .arguments = &own};
    clear_error(error);
    if (!options)
        return fail(error, ANNOPROJ_INVALID, "options is NULL: say which branch or labels the task gets");
    annoproj_status status = options_read(&own, sizeof own, sizeof own, options, error);
    if (status == ANNOPROJ_OK)
        status = check_picks(&own, error);
    if (status != ANNOPROJ_OK)
        return status;
    uint64_t print = fingerprint_int64(fingerprint_text(0, "consensus_approve"), own.branch);
    print = fingerprint_bytes(print, own.text, own.count > 0 ? own.text_length : 0);
    print = fingerprint_bytes(print, own.hash_offsets, own.count > 0 ? (own.count + 1) * sizeof *own.hash_offsets : 0);
    print = fingerprint_bytes(print, own.branches, own.count * sizeof *own.branches);
    what.fingerprint = fingerprint_int64(fingerprint_int64(print, own.assignee), own.retain_assignee);
    return task_write(task, &what, approve, call, NULL, error);
}
