/* How long one call may take, and who may cancel it: annoproj_call as the rooms see it. */
#ifndef BOUNDS_H
#define BOUNDS_H

#include "contract.h"

struct annoproj_cancel;

typedef struct bounds {
    int64_t until_us;                     /* monotonic; INT64_MAX = no deadline */
    const struct annoproj_cancel *cancel; /* NULL = cannot be cancelled */
    annoproj_progress_fn progress;
    void *progress_data;
    const char *request_key; /* NULL = none; validated, 1..64 bytes */
} bounds;

/* Checks the public struct (size rule, key, timeout) and takes the deadline from the monotonic clock.
 * Holds a reference to the cancel object until bounds_end(). */
annoproj_status bounds_begin(bounds *bounds, const annoproj_call *call, annoproj_error **error);
void bounds_end(bounds *bounds);

/* OK, TIMEOUT or CANCELLED. Cheap enough for every few hundred rows. */
annoproj_status bounds_check(const bounds *bounds, annoproj_error **error);
/* Calls the progress callback if there is one; CALLBACK when it returns non-zero. Never inside a write. */
annoproj_status bounds_progress(const bounds *bounds, int64_t done, int64_t total, annoproj_error **error);

int64_t monotonic_us(void);

#endif
