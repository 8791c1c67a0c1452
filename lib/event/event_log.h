/* The state of one project's log, and its tail. */
#ifndef EVENT_LOG_H
#define EVENT_LOG_H

#include "event.h"

typedef struct event_log {
    int64_t last_seq, segments, tail_first;
} event_log;

/* All zero but tail_first = 1 when the project has no events yet. */
annoproj_status event_log_read(database *database, int64_t project, event_log *out, annoproj_error **error);

/* Events of the tail from `from` on (a sequence number not before tail_first), at most `limit`. CORRUPT when there is
 * a gap. */
annoproj_status event_tail_read(database *database, int64_t project, const event_log *log, int64_t from, size_t limit,
                                event *events, size_t *count, annoproj_error **error);

#endif
