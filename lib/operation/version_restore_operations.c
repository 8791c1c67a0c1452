/* Public function: labels become again what they are in a label version. */
#include <stdlib.h>
#include <string.h>

#include "consensus.h"
#include "failure.h"
#include "handle_call.h"
#include "label_copy.h"
#include "label_version_restore.h"
#include "lapse.h"
#include "options.h"

#define MOST_TASKS 10000000

typedef struct restore_call {
    annoproj_label_version_restore_options options;
    int64_t version;
    annoproj_table *table;
} restore_call;

typedef struct restoring {
    command *cmd;
    const restore_call *call;
    label_version version;
    int64_t *tasks; /* that were chosen, ascending, each once; NULL = all */
    size_t task_count, next;
    int64_t restored;
} restoring;

void annoproj_label_version_restore_options_init(annoproj_label_version_restore_options *options) {
    if (options)
        *options = (annoproj_label_version_restore_options)ANNOPROJ_LABEL_VERSION_RESTORE_OPTIONS_INIT;
}

/* --- one task --------------------------------------------------------------------------------------------------------- */

static annoproj_status may_restore(command *cmd, bool force, annoproj_error **error) {
    scope *in = &cmd->scope;
    const task_facts *task = &in->task;
    annoproj_status status = access_gate(in, ANNOPROJ_OPERATION_LABEL_WRITE, error);
    if (status == ANNOPROJ_OK && task->stage.type == STAGE_DONE)
        status = fail(error, ANNOPROJ_STATE, "task %lld is in a done stage: its labels are not written there",
                      (long long)task->id);
    if (status == ANNOPROJ_OK)
        status = consensus_check_write(in, task, error);
    if (status == ANNOPROJ_OK && !force && task->assignee > 0 && task->assignee != in->user)
        status = fail(error, ANNOPROJ_CONFLICT,
                      "task %lld is assigned to user %lld: force the restore, or restore it when they are done",
                      (long long)task->id, (long long)task->assignee);
    return status;
}

typedef struct restore_part {
    restoring *run;
    const version_task *task;
    bool same;
} restore_part;

static annoproj_status restore_task(command *cmd, void *arguments, annoproj_error **error) {
    restore_part *part = arguments;
    scope *in = &cmd->scope;
    label *labels = NULL;
    size_t count = 0;
    part->same = false;
    annoproj_status status = access_task_facts(in, part->task->id, &in->task, error);
    in->stage = in->task.stage;
    if (status == ANNOPROJ_OK)
        status = version_wanted_labels(in, &part->run->version, part->task, &labels, &count, &part->same, error);
    if (status != ANNOPROJ_OK || part->same)
        return status;
    status = may_restore(cmd, part->run->call->options.force, error);
    if (status == ANNOPROJ_OK)
        status = lapse_settle(cmd, &in->task, error);
    if (status == ANNOPROJ_OK)
        status = label_replace_all(cmd, labels, count, NULL, error);
    if (status == ANNOPROJ_OK)
        status = label_write_done(cmd, &in->task, error);
    return status == ANNOPROJ_OK ? consensus_labels_written(cmd, &in->task, error) : status;
}

/* --- outcomes --------------------------------------------------------------------------------------------------------- */

static void keep_outcome(restoring *run, int64_t task, annoproj_status outcome, const annoproj_error *why) {
    const char *message = outcome == ANNOPROJ_OK ? "" : annoproj_error_message(why);
    bytes *result = &run->cmd->result;
    bytes_varint(result, (uint64_t)task);
    bytes_varint(result, (uint64_t)-outcome);
    bytes_varint(result, strlen(message));
    bytes_append(result, message, strlen(message));
}

static annoproj_status outcome_table(const bytes *result, annoproj_table **table, annoproj_error **error) {
    unpacker from = {result->data, result->data + result->length, false};
    rows *list = rows_new(&row_outcome_row);
    while (from.at < from.end && !from.failed) {
        const int64_t task = (int64_t)unpack_varint(&from);
        const annoproj_status outcome = -(annoproj_status)unpack_varint(&from);
        const size_t length = (size_t)unpack_varint(&from);
        const uint8_t *message = unpack_bytes(&from, length);
        rows_int64(list, task);
        rows_int64(list, outcome);
        rows_text(list, annoproj_status_name(outcome));
        if (message && length > 0)
            rows_text_n(list, (const char *)message, length);
        else
            rows_null(list);
    }
    return rows_finish(list, table, error);
}

/* A task of the version: nothing happens, and nothing is told, where it is as it was. */
static annoproj_status take_task(restoring *run, const version_task *task, annoproj_error **error) {
    command *cmd = run->cmd;
    arena *whole = cmd->scope.memory, own = {0};
    restore_part part = {.run = run, .task = task};
    annoproj_status refusal = ANNOPROJ_OK;
    annoproj_error *why = NULL;
    cmd->scope.memory = &own;
    annoproj_status status = command_attempt(cmd, restore_task, &part, false, &refusal, &why);
    cmd->scope.memory = whole;
    arena_release(&own);
    if (status == ANNOPROJ_OK && run->call->options.all_or_nothing)
        status = refusal;
    if (status != ANNOPROJ_OK) {
        if (error)
            *error = why;
        else
            annoproj_error_free(why);
        return status;
    }
    if (refusal != ANNOPROJ_OK || !part.same)
        keep_outcome(run, task->id, refusal, why);
    run->restored += refusal == ANNOPROJ_OK && !part.same;
    annoproj_error_free(why);
    return command_send_events(cmd, error);
}

/* One that was chosen and is not in the version. */
static annoproj_status take_unknown(restoring *run, int64_t task, annoproj_error **error) {
    annoproj_error *why = NULL;
    annoproj_status status = fail(&why, ANNOPROJ_NOT_FOUND, "label version %lld has no task %lld",
                                  (long long)run->version.id, (long long)task);
    if (run->call->options.all_or_nothing) {
        if (error)
            *error = why;
        else
            annoproj_error_free(why);
        return status;
    }
    keep_outcome(run, task, status, why);
    annoproj_error_free(why);
    return ANNOPROJ_OK;
}

/* --- all of them ------------------------------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b) {
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static annoproj_status choose_tasks(restoring *run, annoproj_error **error) {
    const annoproj_label_version_restore_options *options = &run->call->options;
    if (options->task_count == 0)
        return ANNOPROJ_OK;
    run->tasks = arena_array(run->cmd->scope.memory, options->task_count, sizeof *run->tasks);
    if (!run->tasks)
        return fail_memory(error);
    memcpy(run->tasks, options->tasks, options->task_count * sizeof *run->tasks);
    qsort(run->tasks, options->task_count, sizeof *run->tasks, by_value);
    for (size_t i = 0; i < options->task_count; i++)
        if (i == 0 || run->tasks[i] != run->tasks[i - 1])
            run->tasks[run->task_count++] = run->tasks[i];
    return ANNOPROJ_OK;
}

/* Those chosen before that id are not in the version. */
static annoproj_status pass_unknown(restoring *run, int64_t before, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    while (status == ANNOPROJ_OK && run->next < run->task_count && run->tasks[run->next] < before)
        status = take_unknown(run, run->tasks[run->next++], error);
    return status;
}

static bool is_chosen(restoring *run, int64_t task) {
    if (!run->tasks)
        return true;
    if (run->next == run->task_count || run->tasks[run->next] != task)
        return false;
    run->next++;
    return true;
}

static bool is_as_it_was(const version_part *now, const version_task *then) {
    for (size_t i = 0; i < now->count; i++)
        if (now->tasks[i].id == then->id)
            return !now->tasks[i].unknown && now->tasks[i].content_count == then->content_count &&
                   (then->content_count == 0 ||
                    memcmp(now->tasks[i].contents, then->contents, then->content_count * SHA256_SIZE) == 0);
    return false;
}

static annoproj_status take_part(restoring *run, version_part *part, annoproj_error **error) {
    scope *in = &run->cmd->scope;
    arena memory = {0};
    version_part now = {.position = part->position};
    annoproj_status status = version_part_load(in, run->version.project, part, &memory, error);
    if (status == ANNOPROJ_OK)
        status = version_part_now(in, NULL, 0, &now, &memory, error);
    for (size_t i = 0; i < part->count && status == ANNOPROJ_OK; i++) {
        const version_task *task = &part->tasks[i];
        status = pass_unknown(run, task->id, error);
        if (status == ANNOPROJ_OK && is_chosen(run, task->id) && !is_as_it_was(&now, task))
            status = take_task(run, task, error);
    }
    arena_release(&memory);
    return status == ANNOPROJ_OK ? bounds_check(in->bounds, error) : status;
}

static annoproj_status restore_all(restoring *run, annoproj_error **error) {
    version_part *parts = NULL;
    size_t count = 0;
    annoproj_status status = version_list_parts(&run->cmd->scope, run->version.id, &parts, &count, error);
    if (status == ANNOPROJ_OK)
        status = choose_tasks(run, error);
    for (size_t i = 0; i < count && status == ANNOPROJ_OK && !(run->tasks && run->next == run->task_count); i++)
        status = take_part(run, &parts[i], error);
    return status == ANNOPROJ_OK ? pass_unknown(run, INT64_MAX, error) : status;
}

static annoproj_status restore_version(command *cmd, void *arguments, annoproj_error **error) {
    restore_call *call = arguments;
    restoring run = {.cmd = cmd, .call = call};
    annoproj_status status = label_version_load(&cmd->scope, call->version, &run.version, error);
    if (status == ANNOPROJ_OK)
        status = restore_all(&run, error);
    cmd->scope.task = (task_facts){0};
    cmd->scope.stage = (stage_facts){0};
    if (status == ANNOPROJ_OK && run.restored > 0)
        command_event(cmd, &(event){.kind = EVENT_LABEL_VERSION_RESTORE,
                                    .frames = run.restored,
                                    .reference = NUMBER_OF(run.version.id)});
    annoproj_table_free(call->table); /* of a run that was not the last */
    call->table = NULL;
    if (status == ANNOPROJ_OK)
        status = cmd->result.failed ? fail_memory(error) : outcome_table(&cmd->result, &call->table, error);
    return status;
}

annoproj_status annoproj_label_version_restore(annoproj_project *project, int64_t version,
                                               const annoproj_label_version_restore_options *options,
                                               const annoproj_call *call, annoproj_table **table,
                                               annoproj_error **error) {
    restore_call made = {.version = version};
    handle_call what = {.operation = ANNOPROJ_OPERATION_LABEL_VERSION, .arguments = &made};
    bytes result = {0};
    if (!result_place(table, sizeof *table, "table", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = options_read(&made.options, sizeof made.options, sizeof made.options, options, error);
    if (status == ANNOPROJ_OK && !ids_given(made.options.tasks, made.options.task_count, "tasks", error))
        status = ANNOPROJ_INVALID;
    if (status == ANNOPROJ_OK && made.options.task_count > MOST_TASKS)
        status = fail(error, ANNOPROJ_LIMIT, "%zu tasks: one call takes %d", made.options.task_count, MOST_TASKS);
    if (status != ANNOPROJ_OK)
        return status;
    uint64_t print = fingerprint_int64(fingerprint_text(0, "label_version_restore"), version);
    print = fingerprint_bytes(print, made.options.tasks, made.options.task_count * sizeof *made.options.tasks);
    what.fingerprint = fingerprint_int64(fingerprint_int64(print, made.options.force), made.options.all_or_nothing);
    status = project_write(project, &what, restore_version, call, &result, error);
    if (status == ANNOPROJ_OK && !made.table) /* a request key was repeated */
        status = outcome_table(&result, &made.table, error);
    if (status == ANNOPROJ_OK)
        *table = made.table;
    else
        annoproj_table_free(made.table);
    bytes_release(&result);
    return status;
}
