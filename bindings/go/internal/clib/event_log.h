/* The state of one project's log, its tail, and sealing it. */
#ifndef EVENT_LOG_H
#define EVENT_LOG_H

#include "event_column.h"

/* How many segments there are stands in a row of its own, which only sealing changes; the last number at the end of the tail,
 * on the page that a command changes anyway. */
typedef struct event_log {
    int64_t last_seq, segments, tail_first;
} event_log;

/* All zero but tail_first = 1 when the project has no events yet. */
annoproj_status event_log_read(database *database, int64_t project, event_log *out, annoproj_error **error);

/* A row of the tail (none for no events). Removing the rows that begin at `from` or behind it. */
annoproj_status event_tail_add(database *database, int64_t project, const event_log *log, int64_t first_seq,
                               const event *events, size_t count, annoproj_error **error);
annoproj_status event_tail_drop(database *database, int64_t project, const event_log *log, int64_t from,
                                annoproj_error **error);

/* How many segments the summary has: the last one's events are added when the tail behind it has grown, so that the command
 * that seals a segment need not. */
int64_t event_log_summed(const event_log *log);
/* Adds the sums of the segments [from, to) to a summary that has all before them. */
annoproj_status event_sum_up(database *database, int64_t project, int64_t from, int64_t to, annoproj_error **error);

/* Tail and batch into full segments; what is left over becomes the one row of the new tail. Changes segments and
 * tail_first of the log, which the caller writes. */
annoproj_status event_seal(database *database, int64_t project, event_log *log, const event_batch *batch,
                           annoproj_error **error);

/* Events of the tail from `from` on (a sequence number not before tail_first), at most `limit`. CORRUPT when there is
 * a gap. */
annoproj_status event_tail_read(database *database, int64_t project, const event_log *log, int64_t from, size_t limit,
                                event *events, size_t *count, annoproj_error **error);
/* The same, one after the other, as values by column number; `take` says false when one makes no sense. */
typedef bool (*tail_event_fn)(void *data, const int64_t values[COLUMN_COUNT + 1]);
annoproj_status event_tail_each(database *database, int64_t project, const event_log *log, int64_t from, size_t limit,
                                tail_event_fn take, void *data, annoproj_error **error);

#endif
