/* Public functions of streams, whatever they are streams of. */
#include "stream.h"

#include "failure.h"

annoproj_status annoproj_stream_next(annoproj_stream *handle, const annoproj_call *call, annoproj_table **table,
                                     annoproj_error **error) {
    if (!result_place(table, sizeof *table, "table", error)) {
        return ANNOPROJ_INVALID;
    }
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
