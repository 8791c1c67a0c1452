/* Public functions: tables and streams over Arrow's C data interface. */
#include <errno.h>
#include <string.h>

#include "allocate.h"
#include "arrow.h"
#include "bounds.h"
#include "failure.h"
#include "stream.h"

/* Behind an ArrowArrayStream: a table that is given once, or a stream of tables. */
typedef struct source {
    const row_type *type;
    table *once;          /* NULL: given, or this is a stream */
    table_stream *stream; /* NULL: this is a table */
    annoproj_call call;
    annoproj_error *failure;
} source;

static int error_number(annoproj_status status) {
    switch (status) {
    case ANNOPROJ_OK: return 0;
    case ANNOPROJ_NO_MEMORY: return ENOMEM;
    case ANNOPROJ_CANCELLED: return ECANCELED;
    case ANNOPROJ_TIMEOUT: return ETIMEDOUT;
    case ANNOPROJ_INVALID: return EINVAL;
    default: return EIO;
    }
}

static int get_schema(struct ArrowArrayStream *arrow, struct ArrowSchema *out) {
    source *from = arrow->private_data;
    drop_error(&from->failure);
    return error_number(arrow_schema_make(from->type, out, &from->failure));
}

static annoproj_status give_table(table *given, struct ArrowArray *out, annoproj_error **error) {
    annoproj_status status = arrow_array_make(given, out, error);
    body_release(&given->body);
    return status;
}

static annoproj_status give_next(source *from, struct ArrowArray *out) {
    annoproj_table *next = NULL;
    annoproj_status status = from->stream->next(&from->stream->body, &from->call, &next, &from->failure);
    if (status != ANNOPROJ_OK) {
        return status == ANNOPROJ_NONE ? ANNOPROJ_OK : status;
    }
    body *given = NULL;
    status = handle_enter(next, HANDLE_TABLE, "table", &given, &from->failure);
    annoproj_table_free(next);
    return status == ANNOPROJ_OK ? give_table((table *)(void *)given, out, &from->failure) : status;
}

/* The end is an array that is released. */
static int get_next(struct ArrowArrayStream *arrow, struct ArrowArray *out) {
    source *from = arrow->private_data;
    memset(out, 0, sizeof *out);
    drop_error(&from->failure);
    if (from->stream) {
        return error_number(give_next(from, out));
    }
    table *once = from->once;
    from->once = NULL;
    return once ? error_number(give_table(once, out, &from->failure)) : 0;
}

static const char *get_last_error(struct ArrowArrayStream *arrow) {
    const source *from = arrow->private_data;
    return from->failure ? annoproj_error_message(from->failure) : NULL;
}

static void release_source(source *gone) {
    if (gone->once) {
        body_release(&gone->once->body);
    }
    if (gone->stream) {
        body_release(&gone->stream->body);
    }
    annoproj_cancel_free(gone->call.cancel);
    drop_error(&gone->failure);
    release(gone);
}

static void release_stream(struct ArrowArrayStream *gone) {
    release_source(gone->private_data);
    gone->private_data = NULL;
    gone->release = NULL;
}

static void fill_stream(struct ArrowArrayStream *arrow, source *from) {
    *arrow = (struct ArrowArrayStream){.get_schema = get_schema,
                                       .get_next = get_next,
                                       .get_last_error = get_last_error,
                                       .release = release_stream,
                                       .private_data = from};
}

/* ---- public ---- */

/* Empties the result and enters the handle. */
static annoproj_status begin(void *out, size_t size, const char *name, const void *handle, handle_kind kind,
                             body **entered, annoproj_error **error) {
    if (!result_place(out, size, name, error)) {
        return ANNOPROJ_INVALID;
    }
    return handle_enter(handle, kind, kind == HANDLE_TABLE ? "table" : "stream", entered, error);
}

annoproj_status annoproj_table_arrow_schema(const annoproj_table *handle, struct ArrowSchema *schema,
                                            annoproj_error **error) {
    body *entered = NULL;
    annoproj_status status = begin(schema, sizeof *schema, "schema", handle, HANDLE_TABLE, &entered, error);
    if (status == ANNOPROJ_OK) {
        status = arrow_schema_make(((const table *)(const void *)entered)->type, schema, error);
    }
    body_release(entered);
    return status;
}

annoproj_status annoproj_table_arrow_array(const annoproj_table *handle, struct ArrowArray *array,
                                           annoproj_error **error) {
    body *entered = NULL;
    annoproj_status status = begin(array, sizeof *array, "array", handle, HANDLE_TABLE, &entered, error);
    if (status == ANNOPROJ_OK) {
        status = arrow_array_make((table *)(void *)entered, array, error);
    }
    body_release(entered);
    return status;
}

annoproj_status annoproj_table_arrow_stream(const annoproj_table *handle, struct ArrowArrayStream *arrow,
                                            annoproj_error **error) {
    body *entered = NULL;
    annoproj_status status = begin(arrow, sizeof *arrow, "arrow", handle, HANDLE_TABLE, &entered, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    source *made = allocate_zeroed(1, sizeof *made);
    if (!made) {
        body_release(entered);
        return fail_memory(error);
    }
    made->once = (table *)(void *)entered;
    made->type = made->once->type;
    fill_stream(arrow, made);
    return ANNOPROJ_OK;
}

annoproj_status annoproj_stream_arrow_schema(const annoproj_stream *handle, struct ArrowSchema *schema,
                                             annoproj_error **error) {
    body *entered = NULL;
    annoproj_status status = begin(schema, sizeof *schema, "schema", handle, HANDLE_STREAM, &entered, error);
    if (status == ANNOPROJ_OK) {
        status = arrow_schema_make(((const table_stream *)entered)->type, schema, error);
    }
    body_release(entered);
    return status;
}

/* What of the caller's call outlives it: the timeout, and the cancel under a handle of our own. */
static annoproj_status keep_call(annoproj_call *kept, const annoproj_call *call, annoproj_error **error) {
    bounds limits;
    *kept = (annoproj_call)ANNOPROJ_CALL_INIT;
    annoproj_status status = bounds_begin(&limits, call, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    kept->timeout_us = call ? call->timeout_us : 0;
    status = bounds_check(&limits, error);
    if (status == ANNOPROJ_OK && limits.cancel) {
        body *cancel = (body *)(uintptr_t)limits.cancel;
        body_retain(cancel);
        kept->cancel = handle_new(HANDLE_CANCEL, cancel);
        if (!kept->cancel) {
            body_release(cancel);
            status = fail_memory(error);
        }
    }
    bounds_end(&limits);
    return status;
}

annoproj_status annoproj_stream_arrow_stream(annoproj_stream *handle, const annoproj_call *call,
                                             struct ArrowArrayStream *arrow, annoproj_error **error) {
    body *entered = NULL;
    annoproj_status status = begin(arrow, sizeof *arrow, "arrow", handle, HANDLE_STREAM, &entered, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    source *made = allocate_zeroed(1, sizeof *made);
    if (!made) {
        body_release(entered);
        return fail_memory(error);
    }
    made->stream = (table_stream *)entered;
    made->type = made->stream->type;
    status = keep_call(&made->call, call, error);
    if (status == ANNOPROJ_OK) {
        fill_stream(arrow, made);
    } else {
        release_source(made);
    }
    return status;
}
