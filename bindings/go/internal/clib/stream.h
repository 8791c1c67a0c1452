/* What every stream is: a body that gives one table after the other. */
#ifndef STREAM_H
#define STREAM_H

#include "contract.h"
#include "handle.h"
#include "row_type.h"

/* The next table, NONE at the end. Any thread, also several at once. */
typedef annoproj_status (*stream_next_fn)(body *stream, const annoproj_call *call, annoproj_table **table,
                                          annoproj_error **error);

/* Stands first in the body of each stream; a handle of kind HANDLE_STREAM is made for it. */
typedef struct table_stream {
    body body;
    const row_type *type; /* of its tables */
    stream_next_fn next;
} table_stream;

#endif
