/* The actions on tasks in bulk: one call, one transaction, an outcome for each task. */
#include <string.h>

#include "failure.h"
#include "handle_call.h"
#include "task_bodies.h"
#include "task_places.h"
#include "utf8.h"

#define MOST_TASKS 10000000

typedef struct bulk_call {
    const int64_t *tasks;
    size_t count;
    annoproj_operation operation;
    write_fn body;
    void *arguments;  /* of the body */
    bool looks_first; /* the body changes nothing before it knows that it may */
    bool all_or_nothing;
    annoproj_table *table;
} bulk_call;

/* --- running -------------------------------------------------------------------------------------------------------- */

typedef struct bulk_part {
    const bulk_call *call;
    int64_t task;
} bulk_part;

/* One task: its facts, the gate, the body. */
static annoproj_status run_part(command *cmd, void *arguments, annoproj_error **error) {
    const bulk_part *part = arguments;
    scope *in = &cmd->scope;
    annoproj_status status = access_task_facts(in, part->task, &in->task, error);
    in->stage = in->task.stage;
    if (status == ANNOPROJ_OK)
        status = access_gate(in, part->call->operation, error);
    if (status == ANNOPROJ_OK)
        status = part->call->body(cmd, part->call->arguments, error);
    return status;
}

/* The outcome of one task in the command's result: its status, and the message of a refusal. */
static void keep_outcome(command *cmd, annoproj_status outcome, const annoproj_error *why) {
    const char *message = outcome == ANNOPROJ_OK ? "" : annoproj_error_message(why);
    bytes_varint(&cmd->result, (uint64_t)-outcome);
    bytes_varint(&cmd->result, strlen(message));
    bytes_append(&cmd->result, message, strlen(message));
}

/* The kept outcomes as a table. */
static annoproj_status outcome_table(const bulk_call *call, const bytes *result, annoproj_table **table,
                                     annoproj_error **error) {
    unpacker from = {result->data, result->data + result->length, false};
    rows *list = rows_new(&row_outcome_row);
    for (size_t i = 0; i < call->count && !from.failed; i++) {
        const annoproj_status outcome = -(annoproj_status)unpack_varint(&from);
        const size_t length = (size_t)unpack_varint(&from);
        rows_int64(list, call->tasks[i]);
        rows_int64(list, outcome);
        rows_text(list, annoproj_status_name(outcome));
        if (length > 0 && (size_t)(from.end - from.at) >= length) {
            rows_text_n(list, (const char *)from.at, length);
            from.at += length;
        } else
            rows_null(list);
    }
    return rows_finish(list, table, error);
}

/* All of them; the table is made before the commit, so that nothing fails behind it. */
static annoproj_status run_bulk(command *cmd, void *arguments, annoproj_error **error) {
    bulk_call *call = arguments;
    annoproj_status status = ANNOPROJ_OK;
    task_places_wait(cmd);
    for (size_t i = 0; i < call->count && status == ANNOPROJ_OK; i++) {
        bulk_part part = {.call = call, .task = call->tasks[i]};
        annoproj_status refusal = ANNOPROJ_OK;
        annoproj_error *why = NULL;
        status = command_attempt(cmd, run_part, &part, call->looks_first, &refusal, &why);
        if (status == ANNOPROJ_OK && call->all_or_nothing)
            status = refusal;
        if (status == ANNOPROJ_OK) {
            keep_outcome(cmd, refusal, why);
            annoproj_error_free(why);
            status = bounds_check(cmd->scope.bounds, error);
        } else if (error)
            *error = why;
        else
            annoproj_error_free(why);
    }
    if (status == ANNOPROJ_OK)
        status = task_places_write(cmd, error);
    cmd->scope.task = (task_facts){0};
    cmd->scope.stage = (stage_facts){0};
    annoproj_table_free(call->table); /* of a run that was not the last */
    call->table = NULL;
    if (status == ANNOPROJ_OK)
        status = cmd->result.failed ? fail_memory(error) : outcome_table(call, &cmd->result, &call->table, error);
    return status;
}

static annoproj_status bulk(annoproj_project *project, bulk_call *made, bool all_or_nothing, uint64_t print,
                            const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    bytes result = {0};
    if (!result_place(table, sizeof *table, "table", error) || !ids_given(made->tasks, made->count, "tasks", error))
        return ANNOPROJ_INVALID;
    if (made->count > MOST_TASKS)
        return fail(error, ANNOPROJ_LIMIT, "%zu tasks: one call takes %d", made->count, MOST_TASKS);
    made->all_or_nothing = all_or_nothing;
    print = fingerprint_int64(fingerprint_text(print, "bulk"), all_or_nothing);
    handle_call what = {.operation = made->operation,
                        .arguments = made,
                        .fingerprint = fingerprint_bytes(print, made->tasks, made->count * sizeof *made->tasks)};
    annoproj_status status = project_write(project, &what, run_bulk, call, &result, error);
    if (status == ANNOPROJ_OK && !made->table) /* a request key was repeated */
        status = outcome_table(made, &result, &made->table, error);
    if (status == ANNOPROJ_OK)
        *table = made->table;
    else
        annoproj_table_free(made->table);
    bytes_release(&result);
    return status;
}

/* --- the public functions --------------------------------------------------------------------------------------------- */

annoproj_status annoproj_tasks_submit(annoproj_project *project, const int64_t *tasks, size_t count,
                                      const annoproj_submit_options *options, bool all_or_nothing,
                                      const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    annoproj_submit_options own;
    uint64_t print = 0;
    bulk_call made = {tasks, count, ANNOPROJ_OPERATION_ANNOTATE, submit_body, &own, false, false, NULL};
    clear_error(error);
    if (!result_place(table, sizeof *table, "table", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = submit_arguments(options, &own, &print, error);
    return status == ANNOPROJ_OK ? bulk(project, &made, all_or_nothing, print, call, table, error) : status;
}

static annoproj_status review_many(annoproj_project *project, const int64_t *tasks, size_t count, bool approve,
                                   const annoproj_review_options *options, bool all_or_nothing,
                                   const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    annoproj_review_options own;
    uint64_t print = 0;
    bulk_call made = {tasks, count, ANNOPROJ_OPERATION_REVIEW, approve ? approve_body : reject_body, &own, false,
                      false, NULL};
    clear_error(error);
    if (!result_place(table, sizeof *table, "table", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = review_arguments(options, approve, &own, &print, error);
    return status == ANNOPROJ_OK ? bulk(project, &made, all_or_nothing, print, call, table, error) : status;
}

annoproj_status annoproj_tasks_approve(annoproj_project *project, const int64_t *tasks, size_t count,
                                       const annoproj_review_options *options, bool all_or_nothing,
                                       const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    return review_many(project, tasks, count, true, options, all_or_nothing, call, table, error);
}

annoproj_status annoproj_tasks_reject(annoproj_project *project, const int64_t *tasks, size_t count,
                                      const annoproj_review_options *options, bool all_or_nothing,
                                      const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    return review_many(project, tasks, count, false, options, all_or_nothing, call, table, error);
}

annoproj_status annoproj_tasks_pathway(annoproj_project *project, const int64_t *tasks, size_t count,
                                       const char *pathway, bool all_or_nothing, const annoproj_call *call,
                                       annoproj_table **table, annoproj_error **error) {
    bulk_call made = {tasks, count, ANNOPROJ_OPERATION_AGENT, pathway_body, (void *)(uintptr_t)pathway, false,
                      false, NULL};
    clear_error(error);
    if (!result_place(table, sizeof *table, "table", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = check_text(pathway, TEXT_TITLE, "pathway", error);
    uint64_t print = fingerprint_text(fingerprint_text(0, "pathway"), status == ANNOPROJ_OK ? pathway : "");
    return status == ANNOPROJ_OK ? bulk(project, &made, all_or_nothing, print, call, table, error) : status;
}

annoproj_status annoproj_tasks_assign(annoproj_project *project, const int64_t *tasks, size_t count, int64_t user,
                                      bool all_or_nothing, const annoproj_call *call, annoproj_table **table,
                                      annoproj_error **error) {
    bulk_call made = {tasks, count, ANNOPROJ_OPERATION_ASSIGN, assign_body, &user, true, false, NULL};
    clear_error(error);
    return bulk(project, &made, all_or_nothing, fingerprint_int64(fingerprint_text(0, "assign"), user), call, table,
                error);
}

annoproj_status annoproj_tasks_release(annoproj_project *project, const int64_t *tasks, size_t count,
                                       bool all_or_nothing, const annoproj_call *call, annoproj_table **table,
                                       annoproj_error **error) {
    bulk_call made = {tasks, count, ANNOPROJ_OPERATION_QUEUE, release_body, NULL, true, false, NULL};
    clear_error(error);
    return bulk(project, &made, all_or_nothing, fingerprint_text(0, "release"), call, table, error);
}

annoproj_status annoproj_tasks_set_priority(annoproj_project *project, const int64_t *tasks, size_t count,
                                            int32_t priority, bool all_or_nothing, const annoproj_call *call,
                                            annoproj_table **table, annoproj_error **error) {
    bulk_call made = {tasks, count, ANNOPROJ_OPERATION_PRIORITY, priority_body, &priority, true, false, NULL};
    clear_error(error);
    if (!result_place(table, sizeof *table, "table", error))
        return ANNOPROJ_INVALID;
    if (priority < 0 || priority > 100)
        return fail(error, ANNOPROJ_INVALID, "priority %d: give a whole number from 0 to 100", priority);
    return bulk(project, &made, all_or_nothing, fingerprint_int64(fingerprint_text(0, "priority"), priority), call,
                table, error);
}

annoproj_status annoproj_tasks_move(annoproj_project *project, const int64_t *tasks, size_t count, int64_t stage,
                                    bool all_or_nothing, const annoproj_call *call, annoproj_table **table,
                                    annoproj_error **error) {
    bulk_call made = {tasks, count, ANNOPROJ_OPERATION_MOVE, move_body, &stage, true, false, NULL};
    clear_error(error);
    return bulk(project, &made, all_or_nothing, fingerprint_int64(fingerprint_text(0, "move"), stage), call, table,
                error);
}

annoproj_status annoproj_tasks_reopen(annoproj_project *project, const int64_t *tasks, size_t count,
                                      bool all_or_nothing, const annoproj_call *call, annoproj_table **table,
                                      annoproj_error **error) {
    bulk_call made = {tasks, count, ANNOPROJ_OPERATION_REOPEN, reopen_body, NULL, true, false, NULL};
    clear_error(error);
    return bulk(project, &made, all_or_nothing, fingerprint_text(0, "reopen"), call, table, error);
}
