/* Public functions of streams, whatever they are streams of. */
#include "stream.h"

#include "failure.h"

annoproj_status annoproj_stream_next(annoproj_stream *handle, const annoproj_call *call, annoproj_table **table,
                                     annoproj_error **error) {
    clear_error(error);
    if (!table) {
        return fail(error, ANNOPROJ_INVALID, "`table` is NULL: give a place for the result");
    }
    *table = NULL;
    body *entered = NULL;
    annoproj_status status = handle_enter(handle, HANDLE_STREAM, "stream", &entered, error);
    if (status == ANNOPROJ_OK) {
        status = ((const table_stream *)entered)->next(entered, call, table, error);
        body_release(entered);
    }
    return status;
}

void annoproj_stream_close(annoproj_stream *handle) {
    handle_close(handle, HANDLE_STREAM);
}
