/* Public functions: the label row of one task, as JSON, out and in. */
#include <stdlib.h>
#include <string.h>

#include "export_coco.h"
#include "failure.h"
#include "handle_call.h"
#include "label_copy.h"
#include "label_row_change.h"
#include "label_writing.h"
#include "options.h"

#define JSON_MOST ((size_t)64 << 20)

/* --- reading ---------------------------------------------------------------------------------------------------------- */

typedef struct row_reading {
    annoproj_label_row_options options;
    output out;
} row_reading;

/* The row of the scope's task. */
static annoproj_status write_out(scope *in, const annoproj_label_row_options *options, output *out,
                                 annoproj_error **error) {
    export_plan plan = {.in = in,
                        .reviews = options->include_reviews,
                        .sign = options->sign,
                        .user_data = options->user_data,
                        .out = out};
    output_keep(out);
    annoproj_status status = export_plan_begin(&plan, error);
    return status == ANNOPROJ_OK ? export_label_row(&plan, in->task.id, error) : status;
}

static annoproj_status read_row(scope *in, void *arguments, annoproj_error **error) {
    row_reading *reading = arguments;
    return write_out(in, &reading->options, &reading->out, error);
}

annoproj_status annoproj_task_label_row(annoproj_task *task, const annoproj_label_row_options *options,
                                        const annoproj_call *call, char **json, annoproj_error **error) {
    row_reading reading = {.out = {.file = -1}};
    handle_call what = {.operation = ANNOPROJ_OPERATION_TASK_VIEW, .arguments = &reading};
    if (!result_place(json, sizeof *json, "json", error)) {
        return ANNOPROJ_INVALID;
    }
    annoproj_status status = options_read(&reading.options, sizeof reading.options, sizeof reading.options, options,
                                          error);
    if (status == ANNOPROJ_OK) {
        status = task_read(task, &what, read_row, call, error);
    }
    if (status == ANNOPROJ_OK) {
        status = text_take(&reading.out.text, json, NULL, error);
    }
    output_close(&reading.out);
    return status;
}

void annoproj_label_row_options_init(annoproj_label_row_options *options) {
    if (options) {
        *options = (annoproj_label_row_options)ANNOPROJ_LABEL_ROW_OPTIONS_INIT;
    }
}

/* --- writing ---------------------------------------------------------------------------------------------------------- */

/* What a look at the task before the lock was taken has found. */
typedef struct row_ahead {
    arena memory;
    row_change change;
    annoproj_status outcome;
    annoproj_error *error; /* when that is not OK */
    bool found;
} row_ahead;

typedef struct row_write_call {
    const char *json;
    annoproj_label_write_options options;
    row_ahead ahead;
    annoproj_table *table; /* made before the commit: no allocation is left to fail behind it */
} row_write_call;

static annoproj_status result_table(const bytes *result, annoproj_table **table, annoproj_error **error) {
    rows *made = rows_new(&row_label_write_row);
    for (size_t i = 0; i < 4; i++) {
        rows_int64(made, result_int64(result, i));
    }
    return rows_finish(made, table, error);
}

/* Right and wrong rows alike; anything else is the call's. */
static annoproj_status look_ahead(scope *in, void *arguments, annoproj_error **error) {
    row_write_call *call = arguments;
    row_ahead *ahead = &call->ahead;
    scope own = *in;
    own.memory = &ahead->memory;
    ahead->outcome = row_change_find(&own, call->json, &ahead->change, &ahead->error);
    ahead->found = ahead->outcome == ANNOPROJ_OK || ahead->outcome == ANNOPROJ_DATA || ahead->outcome == ANNOPROJ_LIMIT;
    if (ahead->found) {
        return ANNOPROJ_OK;
    }
    if (error) {
        *error = ahead->error;
        ahead->error = NULL;
    }
    return ahead->outcome;
}

static annoproj_status find_change(scope *in, row_write_call *call, row_change *out, annoproj_error **error) {
    row_ahead *ahead = &call->ahead;
    bool holds = false;
    annoproj_status status = ahead->found ? row_change_holds(in, &ahead->change, &holds, error) : ANNOPROJ_OK;
    if (status != ANNOPROJ_OK || !holds) {
        return status == ANNOPROJ_OK ? row_change_find(in, call->json, out, error) : status;
    }
    *out = ahead->change;
    if (ahead->outcome != ANNOPROJ_OK) {
        ahead->found = false; /* its error is given away */
        if (error) {
            *error = ahead->error;
            ahead->error = NULL;
        }
    }
    return ahead->outcome;
}

static annoproj_status store_change(command *cmd, const row_change *found, annoproj_error **error) {
    scope *in = &cmd->scope;
    label *labels = arena_array(in->memory, found->count + 1, sizeof *labels);
    if (!labels) {
        return fail_memory(error);
    }
    for (size_t i = 0; i < found->count; i++) {
        labels[i] = found->labels[i];
        labels[i].created_us = labels[i].created_us == ROW_CHANGE_NOW ? in->now_us : labels[i].created_us;
        labels[i].edited_us = labels[i].edited_us == ROW_CHANGE_NOW ? in->now_us : labels[i].edited_us;
    }
    annoproj_status status = label_replace_all(cmd, labels, found->count, NULL, error);
    return status == ANNOPROJ_OK ? label_writing_end(cmd, error) : status;
}

static annoproj_status write_row(command *cmd, void *arguments, annoproj_error **error) {
    row_write_call *call = arguments;
    row_change found = {0};
    annoproj_status status = label_writing_begin(cmd, &call->options, error);
    if (status == ANNOPROJ_OK) {
        status = find_change(&cmd->scope, call, &found, error);
    }
    if (status == ANNOPROJ_OK && found.added + found.changed + found.removed > 0) {
        status = store_change(cmd, &found, error);
    }
    command_result_int64(cmd, cmd->scope.task.version);
    command_result_int64(cmd, found.added);
    command_result_int64(cmd, found.changed);
    command_result_int64(cmd, found.removed);
    if (status == ANNOPROJ_OK) {
        annoproj_table_free(call->table); /* of a run that was not the last */
        call->table = NULL;
        status = cmd->result.failed ? fail_memory(error) : result_table(&cmd->result, &call->table, error);
    }
    return status;
}

/* The look ahead has no key: a repeat is answered by the write alone, whatever the task has become. What it may not see or do it is
 * told there, too. */
static annoproj_status look_and_write(annoproj_task *task, const handle_call *what, const bounds *limits,
                                      const annoproj_call *call, bytes *result, annoproj_error **error) {
    annoproj_call rest;
    annoproj_status status = call_rest(limits, call, false, &rest, error);
    if (status == ANNOPROJ_OK) {
        status = task_read(task, what, look_ahead, &rest, error);
        if (status == ANNOPROJ_NOT_FOUND || status == ANNOPROJ_PERMISSION || status == ANNOPROJ_STATE ||
            status == ANNOPROJ_CONFLICT) {
            drop_error(error);
            status = ANNOPROJ_OK;
        }
    }
    if (status == ANNOPROJ_OK) {
        status = call_rest(limits, call, true, &rest, error);
    }
    return status == ANNOPROJ_OK ? task_write(task, what, write_row, &rest, result, error) : status;
}

static annoproj_status write_call(annoproj_task *task, row_write_call *given, const annoproj_call *call, bytes *result,
                                  annoproj_error **error) {
    uint64_t print = fingerprint_text(fingerprint_text(0, "label_row_write"), given->json);
    print = fingerprint_int64(fingerprint_int64(print, given->options.version), given->options.force);
    const handle_call what = {.operation = ANNOPROJ_OPERATION_LABEL_WRITE, .arguments = given, .fingerprint = print};
    bounds limits;
    annoproj_status status = bounds_begin(&limits, call, error);
    if (status == ANNOPROJ_OK) {
        status = look_and_write(task, &what, &limits, call, result, error);
        bounds_end(&limits);
    }
    annoproj_error_free(given->ahead.error);
    arena_release(&given->ahead.memory);
    return status;
}

static annoproj_status check_json(const char *json, annoproj_error **error) {
    if (!json) {
        return fail(error, ANNOPROJ_INVALID, "json is NULL: give the label row");
    }
    const size_t length = strnlen(json, JSON_MOST + 1);
    return length <= JSON_MOST
               ? ANNOPROJ_OK
               : fail(error, ANNOPROJ_LIMIT, "the label row has more than %zu bytes: import it", JSON_MOST);
}

annoproj_status annoproj_label_row_write(annoproj_task *task, const char *json,
                                         const annoproj_label_write_options *options, const annoproj_call *call,
                                         annoproj_table **table, annoproj_error **error) {
    row_write_call given = {.json = json};
    bytes result = {0};
    if (!result_place(table, sizeof *table, "table", error)) {
        return ANNOPROJ_INVALID;
    }
    annoproj_status status = check_json(json, error);
    if (status == ANNOPROJ_OK) {
        status = options_read(&given.options, sizeof given.options, sizeof given.options, options, error);
    }
    if (status == ANNOPROJ_OK) {
        status = write_call(task, &given, call, &result, error);
    }
    if (status == ANNOPROJ_OK && !given.table) { /* a request key was repeated */
        status = result_table(&result, &given.table, error);
    }
    if (status == ANNOPROJ_OK) {
        *table = given.table;
    } else {
        annoproj_table_free(given.table);
    }
    bytes_release(&result);
    return status;
}
