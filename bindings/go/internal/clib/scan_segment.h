/* One part of a scan over one segment. */
#ifndef SCAN_SEGMENT_H
#define SCAN_SEGMENT_H

#include "scan_sums.h"
#include "segment.h"

/* A segment whose columns are read when they are first asked for; or, for the tail, are in memory already. */
typedef struct scan_source {
    database *database;
    int64_t project;
    const segment *head;
    column_view views[COLUMN_COUNT + 1];
    uint32_t loaded; /* bit by column */
    uint8_t *room[COLUMN_COUNT + 1];
} scan_source;

annoproj_status scan_source_column(scan_source *source, int column, const column_view **view, annoproj_error **error);

/* Room for the numbers of one block; one for each scan. */
typedef struct scan_blocks {
    uint16_t rows[SCAN_BLOCK]; /* picked rows of the block */
    int64_t values[SCAN_BLOCK], others[SCAN_BLOCK], times[SCAN_BLOCK], frames[SCAN_BLOCK], durations[SCAN_BLOCK];
    uint64_t keys[SCAN_BLOCK];
} scan_blocks;

annoproj_status scan_segment(const scan_request *ask, scan_sums *sums, scan_source *source, scan_blocks *blocks,
                             annoproj_error **error);

/* Bucket of a time that lies between the first and the last border; `hint` is where to look first. */
size_t scan_bucket(const scan_request *ask, int64_t time, size_t hint);

/* What the window and the borders leave: [lower, upper). */
int64_t scan_lower(const scan_request *ask);
int64_t scan_upper(const scan_request *ask);

#endif
