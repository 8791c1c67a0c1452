/* Handle heads live in a process-wide pool that is never given back to malloc, so that a NULL, foreign
 * or stale handle is INVALID and never undefined behaviour. The pointer that the caller holds is the
 * head; the body behind it is an ordinary allocation with a reference count. */
#ifndef HANDLE_H
#define HANDLE_H

#include "contract.h"

typedef enum handle_kind {
    HANDLE_FREE,
    HANDLE_STORE,
    HANDLE_SESSION,
    HANDLE_PROJECT,
    HANDLE_STAGE,
    HANDLE_TASK,
    HANDLE_QUERY,
    HANDLE_TABLE,
    HANDLE_STREAM,
    HANDLE_CANCEL
} handle_kind;

/* Every body starts with this. `destroy` runs when the last reference goes: no I/O, never blocks. */
typedef struct body {
    int32_t references; /* atomic */
    void (*destroy)(struct body *body);
} body;

/* A head for `body` (which has one reference, now the head's). NULL when out of memory: the body is
 * then still the caller's. */
void *handle_new(handle_kind kind, body *body);
/* The body with one more reference, so that a close in another thread cannot free it under us; give it
 * back with body_release(). INVALID for NULL, wrong kind, stale, forged. `name` is the parameter's name. */
annoproj_status handle_enter(const void *handle, handle_kind kind, const char *name, body **body,
                             annoproj_error **error);
/* Detaches the head (later uses are INVALID) and drops its reference. NULL and stale are ignored. */
void handle_close(void *handle, handle_kind kind);

/* The same for a moment and without an error: NULL when the handle is not valid. Keeps the body in place
 * until handle_unpin(), which must be called with the same handle. For the cell accessors of tables. */
body *handle_pin(const void *handle, handle_kind kind);
void handle_unpin(const void *handle);

void body_retain(body *body);
void body_release(body *body); /* NULL is fine */

#endif
