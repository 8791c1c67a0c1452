/* Events in order, for SQL: one after the other, of one project or of all, narrowed by conditions. */
#ifndef EVENT_SCAN_H
#define EVENT_SCAN_H

#include "host_store.h"
#include "event_log.h"
#include "scan_tail.h"

#define EVENT_FILTERS (COLUMN_COUNT * 2)

typedef struct event_filter {
    int column;
    int64_t value;
} event_filter;

typedef struct event_scan {
    database *database;   /* NULL = no scan */
    uint32_t used;        /* columns whose values will be asked for, by bit */
    int64_t only_project; /* -1 = all, the store's own events first */
    int64_t seq_least, seq_most, time_least, time_most;
    event_filter filters[EVENT_FILTERS]; /* values that a row must have */
    int filter_count;

    bool end;
    int64_t project;
    event_log log;
    int64_t block; /* number of the segment; log.segments = the tail, behind it the next project */
    segment head;  /* of the block */
    scan_tail tail;
    blob_reader columns;
    column_view views[COLUMN_COUNT + 1];
    uint32_t loaded; /* views of the block, by bit */
    uint8_t *room[COLUMN_COUNT + 1];
    uint16_t *rows; /* of the block that are wanted */
    size_t count, at;
    const char *kind_names[256]; /* as far as they were looked up */
} event_scan;

void event_scan_begin(event_scan *scan, database *database, uint32_t used);
/* Only rows with that value. False when there can be none. */
bool event_scan_filter(event_scan *scan, int column, int64_t value);
/* To the first row and to the next; `end` behind the last. CORRUPT names the segment. */
annoproj_status event_scan_next(event_scan *scan, annoproj_error **error);
int64_t event_scan_seq(const event_scan *scan);
annoproj_status event_scan_value(event_scan *scan, int column, int64_t *out, annoproj_error **error);
const char *event_scan_kind_name(event_scan *scan, int64_t kind);
void event_scan_end(event_scan *scan); /* a zeroed one is fine */

#endif
