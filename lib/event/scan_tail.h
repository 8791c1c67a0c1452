/* The tail as the scan looks at it: like a segment, but with values as they are, and only the columns that are needed. */
#ifndef SCAN_TAIL_H
#define SCAN_TAIL_H

#include "event_log.h"
#include "segment.h"

typedef struct scan_tail {
    segment head; /* empty when everything is sealed */
    column_view views[COLUMN_COUNT + 1];
    int64_t *values; /* column by column */
} scan_tail;

/* From `from` on, an event of the tail or the one behind it; `columns` by bit, at least one. Without those of times the head has none: nothing asks when events were. */
#define TIME_COLUMNS ((uint32_t)1 << COLUMN_TIME | (uint32_t)1 << COLUMN_KIND | (uint32_t)1 << COLUMN_DURATION)
annoproj_status scan_tail_read(database *database, int64_t project, const event_log *log, int64_t from,
                               uint32_t columns, scan_tail *out, annoproj_error **error);
void scan_tail_release(scan_tail *tail);

#endif
