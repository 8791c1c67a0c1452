/* The parts of a scan over one segment. */
#ifndef SCAN_SEGMENT_H
#define SCAN_SEGMENT_H

#include "scan_pick.h"

/* Room for the numbers of one block; one for each scan. */
typedef struct scan_blocks {
    uint8_t bits[SEGMENT_EVENTS]; /* which parts want a row of the segment */
    uint16_t rows[SCAN_BLOCK];    /* picked rows of the block */
    int64_t values[SCAN_BLOCK], others[SCAN_BLOCK], times[SCAN_BLOCK], frames[SCAN_BLOCK], durations[SCAN_BLOCK];
    uint64_t keys[SCAN_BLOCK];
} scan_blocks;

/* Scans for each part from its event of `from` on, whose number is a multiple of SCAN_BLOCK plus one: those before it are in the
 * part's sums already. */
annoproj_status scan_segment(const scan_request *ask, scan_sums *sums, const int64_t *from, scan_source *source,
                             scan_blocks *blocks, annoproj_error **error);

/* Bucket of a time that lies between the first and the last border; `hint` is where to look first. */
size_t scan_bucket(const scan_request *ask, int64_t time, size_t hint);

/* What the window and the borders leave: [lower, upper). */
int64_t scan_lower(const scan_request *ask);
int64_t scan_upper(const scan_request *ask);

#endif
