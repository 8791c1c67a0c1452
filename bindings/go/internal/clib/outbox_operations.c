/* Public functions: the outbox. */
#include "failure.h"
#include "handle_call.h"
#include "hmac.h"
#include "options.h"
#include "outbox_body.h"
#include "rights.h"
#include "utf8.h"

#include <string.h>

#define MESSAGES_USUAL 100
#define MESSAGES_MOST  10000

typedef struct outbox_call {
    annoproj_outbox_options options;
    bytes *marked; /* what a repeated request key gives back */
    const int64_t *sequences;
    size_t count;
    int64_t up_to;
    annoproj_table *table;
} outbox_call;

void annoproj_outbox_options_init(annoproj_outbox_options *options) {
    if (options)
        *options = (annoproj_outbox_options)ANNOPROJ_OUTBOX_OPTIONS_INIT;
}

/* --- fetching ------------------------------------------------------------------------------------------------------- */

static annoproj_status check_options(annoproj_outbox_options *own, const annoproj_outbox_options *given,
                                     annoproj_error **error) {
    annoproj_status status = options_read(own, sizeof *own, sizeof *own, given, error);
    if (status == ANNOPROJ_OK && own->after < 0)
        status = fail(error, ANNOPROJ_INVALID, "`after` is %lld: give 0, or a sequence number", (long long)own->after);
    if (status == ANNOPROJ_OK && (own->limit < 0 || own->limit > MESSAGES_MOST))
        status = fail(error, ANNOPROJ_INVALID, "`limit` is %lld: give 1 to %d, or 0 for %d", (long long)own->limit,
                      MESSAGES_MOST, MESSAGES_USUAL);
    if (status == ANNOPROJ_OK && own->key)
        status = check_text(own->key, TEXT_NAME, "key", error);
    if (status == ANNOPROJ_OK && own->source)
        status = check_text(own->source, TEXT_NAME, "source", error);
    if (own->limit == 0)
        own->limit = MESSAGES_USUAL;
    if (!own->source)
        own->source = "Encord";
    return status;
}

static annoproj_status add_message(scope *in, const annoproj_outbox_options *options, const int64_t marked[3],
                                   rows *list, annoproj_error **error) {
    outbox_message message;
    text written = {0};
    char signature[SIGNATURE_TEXT];
    annoproj_status status = outbox_load(in, marked[0], &message, error);
    if (status != ANNOPROJ_OK)
        return status == ANNOPROJ_NONE ? ANNOPROJ_OK : status;
    status = outbox_body(in, &message, options->source, &written, error);
    if (status == ANNOPROJ_OK) {
        rows_int64(list, message.seq);
        rows_text(list, outbox_event_type(message.kind));
        rows_time(list, message.created_us);
        rows_text_n(list, written.data, written.length);
        if (options->key) {
            signature_text(options->key, strlen(options->key), written.data, written.length, signature);
            rows_text(list, signature);
        } else
            rows_null(list);
        rows_int64(list, marked[1]);
        if (marked[2] != 0)
            rows_time(list, marked[2]);
        else
            rows_null(list);
    }
    text_release(&written);
    return status;
}

/* The messages that were marked, as a table. */
static annoproj_status message_table(scope *in, outbox_call *call, const bytes *marked, annoproj_error **error) {
    const size_t count = marked->length / (3 * sizeof(int64_t));
    annoproj_status status = ANNOPROJ_OK;
    rows *list = rows_new(&row_outbox_row);
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++) {
        int64_t one[3];
        memcpy(one, marked->data + i * sizeof one, sizeof one);
        status = add_message(in, &call->options, one, list, error);
    }
    return finish_table(list, status, &call->table, error);
}

/* The table is made before the commit, so that nothing fails behind it. */
static annoproj_status fetch_body(command *cmd, void *arguments, annoproj_error **error) {
    outbox_call *call = arguments;
    annoproj_table_free(call->table); /* of a run that was not the last */
    call->table = NULL;
    annoproj_status status = outbox_mark(cmd, call->options.after, call->options.limit, &cmd->result, error);
    if (status == ANNOPROJ_OK && cmd->result.failed)
        status = fail_memory(error);
    return status == ANNOPROJ_OK ? message_table(&cmd->scope, call, &cmd->result, error) : status;
}

/* A request key was repeated: the same messages, as far as they wait. */
static annoproj_status read_again(scope *in, void *arguments, annoproj_error **error) {
    outbox_call *call = arguments;
    return message_table(in, call, call->marked, error);
}

annoproj_status annoproj_outbox_fetch(annoproj_project *project, const annoproj_outbox_options *options,
                                      const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    outbox_call made = {0};
    bytes result = {0};
    handle_call what = {.operation = ANNOPROJ_OPERATION_OUTBOX, .arguments = &made};
    if (!result_place(table, sizeof *table, "table", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = check_options(&made.options, options, error);
    if (status != ANNOPROJ_OK)
        return status;
    what.fingerprint = fingerprint_int64(fingerprint_text(0, "outbox_fetch"), made.options.after);
    what.fingerprint = fingerprint_int64(what.fingerprint, made.options.limit);
    status = project_write(project, &what, fetch_body, call, &result, error);
    if (status == ANNOPROJ_OK && !made.table) {
        made.marked = &result;
        status = project_read(project, &what, read_again, call, error);
    }
    if (status == ANNOPROJ_OK)
        *table = made.table;
    else
        annoproj_table_free(made.table);
    bytes_release(&result);
    return status;
}

/* --- acknowledging -------------------------------------------------------------------------------------------------- */

static annoproj_status acknowledge_list(command *cmd, void *arguments, annoproj_error **error) {
    const outbox_call *call = arguments;
    int64_t forgotten = 0;
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < call->count && status == ANNOPROJ_OK; i++)
        status = outbox_forget(cmd, call->sequences[i], &forgotten, error);
    command_result_int64(cmd, forgotten);
    return status;
}

static annoproj_status acknowledge_range(command *cmd, void *arguments, annoproj_error **error) {
    const outbox_call *call = arguments;
    int64_t forgotten = 0;
    annoproj_status status = outbox_forget_to(cmd, call->up_to, &forgotten, error);
    command_result_int64(cmd, forgotten);
    return status;
}

static annoproj_status check_sequence(int64_t sequence, annoproj_error **error) {
    return sequence > 0
               ? ANNOPROJ_OK
               : fail(error, ANNOPROJ_INVALID, "sequence %lld: messages are numbered from 1", (long long)sequence);
}

static annoproj_status acknowledge(annoproj_project *project, const handle_call *what, write_fn run,
                                   const annoproj_call *call, int64_t *acknowledged, annoproj_error **error) {
    bytes result = {0};
    annoproj_status status = project_write(project, what, run, call, &result, error);
    if (status == ANNOPROJ_OK)
        *acknowledged = result_int64(&result, 0);
    bytes_release(&result);
    return status;
}

annoproj_status annoproj_outbox_acknowledge(annoproj_project *project, const int64_t *sequences, size_t count,
                                            const annoproj_call *call, int64_t *acknowledged, annoproj_error **error) {
    outbox_call made = {.sequences = sequences, .count = count};
    handle_call what = {.operation = ANNOPROJ_OPERATION_OUTBOX, .arguments = &made};
    if (!result_place(acknowledged, sizeof *acknowledged, "acknowledged", error) ||
        !ids_given(sequences, count, "sequences", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++)
        status = check_sequence(sequences[i], error);
    if (status != ANNOPROJ_OK)
        return status;
    what.fingerprint = fingerprint_bytes(fingerprint_text(0, "outbox_acknowledge"), sequences,
                                         count * sizeof *sequences);
    return acknowledge(project, &what, acknowledge_list, call, acknowledged, error);
}

annoproj_status annoproj_outbox_acknowledge_to(annoproj_project *project, int64_t sequence, const annoproj_call *call,
                                               int64_t *acknowledged, annoproj_error **error) {
    outbox_call made = {.up_to = sequence};
    handle_call what = {.operation = ANNOPROJ_OPERATION_OUTBOX, .arguments = &made};
    if (!result_place(acknowledged, sizeof *acknowledged, "acknowledged", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = check_sequence(sequence, error);
    if (status != ANNOPROJ_OK)
        return status;
    what.fingerprint = fingerprint_int64(fingerprint_text(0, "outbox_acknowledge_to"), sequence);
    return acknowledge(project, &what, acknowledge_range, call, acknowledged, error);
}

/* --- which projects ------------------------------------------------------------------------------------------------- */

static annoproj_status list_waiting(scope *in, void *arguments, annoproj_error **error) {
    static const char query[] =
        "SELECT o.project, o.waiting, (SELECT min(seq) FROM outbox b WHERE b.project = o.project), o.last, o.dropped,"
        " (SELECT created_us FROM outbox b WHERE b.project = o.project ORDER BY seq LIMIT 1)"
        " FROM outbox_state o JOIN project p ON p.id = o.project AND p.deleted_us IS NULL"
        " LEFT JOIN collaborator c ON c.project = o.project AND c.user = ?1"
        " WHERE (?1 = 0 OR ?2 >> c.role & 1) AND o.waiting > 0 ORDER BY o.project";
    outbox_call *call = arguments;
    rows *list = rows_new(&row_outbox_waiting_row);
    statement *find = sql(in->database, query);
    bind_int64(find, in->user);
    bind_int64(find, roles_with(ANNOPROJ_OPERATION_OUTBOX));
    while (sql_row(find)) {
        for (int i = 0; i < 5; i++)
            rows_int64(list, column_int64(find, i));
        rows_time(list, column_int64(find, 5));
    }
    return finish_table(list, sql_end(find, error), &call->table, error);
}

annoproj_status annoproj_outbox_waiting(annoproj_session *handle, const annoproj_call *call, annoproj_table **table,
                                        annoproj_error **error) {
    outbox_call made = {0};
    handle_call what = {.arguments = &made};
    return session_read_table(handle, &what, list_waiting, call, &made.table, table, error);
}
