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

/* Puts events behind the last one: full blocks of the tail, and a row for the rest. Changes last_seq of the log. */
annoproj_status event_tail_extend(database *database, int64_t project, event_log *log, const event *events,
                                  size_t count, annoproj_error **error);
/* Removes the rows that begin at `from` or behind it, and makes it the next number of the log. */
annoproj_status event_tail_drop(database *database, int64_t project, event_log *log, int64_t from,
                                annoproj_error **error);

/* How many events the summary has, always a multiple of EVENTS_SUMMED: they are added when some more have come, so that neither
 * the command that seals a segment nor one that fills a block does it. */
#define EVENTS_SUMMED ((int64_t)8192)
int64_t event_log_summed(const event_log *log);
/* Adds the sums of the events (from, to] to a summary that has all before them. */
annoproj_status event_sum_up(database *database, int64_t project, const event_log *log, int64_t from, int64_t to,
                             annoproj_error **error);

/* The tail and as many events as fill it up become segments: *taken of them. Changes all of the log; the caller writes its
 * segments and tail_first. */
annoproj_status event_seal(database *database, int64_t project, event_log *log, const event *events, size_t count,
                           size_t *taken, annoproj_error **error);

/* Events of the tail from `from` on (a sequence number not before tail_first), `count` of them, as columns: those that are
 * wanted (by bit), with room for `count` values each. CORRUPT when they are not all there. */
annoproj_status event_tail_columns(database *database, int64_t project, const event_log *log, int64_t from,
                                   size_t count, uint32_t wanted, int64_t *const values[COLUMN_COUNT + 1],
                                   annoproj_error **error);
/* The same as events. */
annoproj_status event_tail_read(database *database, int64_t project, const event_log *log, int64_t from, size_t count,
                                event *events, annoproj_error **error);

#endif
