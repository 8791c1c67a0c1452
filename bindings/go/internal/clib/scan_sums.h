/* Where the scan adds up: one table of sums for each part, an array where the grouped columns span few combinations,
 * else a hash table. */
#ifndef SCAN_SUMS_H
#define SCAN_SUMS_H

#include "scan.h"

#define SCAN_DIMENSIONS 8
#define SCAN_BLOCK      2048

typedef struct scan_sum_cell {
    uint64_t key; /* hash tables only: key + 1; 0 = empty */
    int64_t count, frames, duration_us;
} scan_sum_cell;

typedef struct scan_sums {
    const scan_part *part;
    uint8_t kind_place[256];         /* place of a kind in part->kinds + 1; 0 = not picked */
    int64_t extent[SCAN_DIMENSIONS]; /* numbers of each grouped column are 0 to extent - 1; 1 when not grouped */
    uint64_t stride[SCAN_DIMENSIONS];
    uint64_t total; /* combinations */
    bool hashed;
    scan_sum_cell *cells;
    size_t capacity, used;
} scan_sums;

extern const int scan_dimension_column[SCAN_DIMENSIONS]; /* event column of each; 0 for the bucket */
#define SCAN_BUCKET 0                                    /* dimensions are in the order of scan_group */
#define SCAN_KIND   1

/* `highest` by dimension: the greatest number the column can have. LIMIT when there are more than 2^62 combinations. */
annoproj_status scan_sums_make(scan_sums *sums, const scan_part *part, const int64_t highest[SCAN_DIMENSIONS],
                               annoproj_error **error);
/* Adds one or many; frames and durations may be NULL. False when a key is too large (damaged data) or out of memory. */
bool scan_sums_add(scan_sums *sums, const uint64_t *keys, const int64_t *frames, const int64_t *durations,
                   size_t count);
/* Adds sums (which may be negative) to one key. */
bool scan_sums_add_sum(scan_sums *sums, uint64_t key, int64_t count, int64_t frames, int64_t duration_us);
/* Empty sums of the same shape, for another thread, and adding those. */
bool scan_sums_copy_shape(scan_sums *sums, const scan_sums *like);
bool scan_sums_merge(scan_sums *sums, const scan_sums *more);
/* How many cells are not zero, and those cells. */
size_t scan_sums_count(const scan_sums *sums);
void scan_sums_cells(const scan_sums *sums, int32_t part, scan_cell *out);
void scan_sums_release(scan_sums *sums);

#endif
