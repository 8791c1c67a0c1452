/* Which rows of a segment the parts of a scan want, as far as kinds and filters on columns of one byte decide it: one
 * pass over each of those columns for all parts together, a bit for each part. */
#ifndef SCAN_PICK_H
#define SCAN_PICK_H

#include "scan_sums.h"
#include "scan_source.h"

#define SCAN_TOGETHER 8 /* parts that share a pass */

/* What the filters of a part are on, in the order in which they are looked at. */
#define SCAN_FILTERS 6
typedef struct scan_filter {
    const number_set *set; /* NULL = everything passes */
    int column;
} scan_filter;
void scan_filters(const scan_part *part, scan_filter filters[SCAN_FILTERS]);

/* What picking has done: the parts that want a row at all, and whether filters on columns of one byte are left for the rows
 * that were picked, because the kinds leave few. Wider columns always are. */
typedef struct scan_picks {
    uint8_t found;
    bool few;
} scan_picks;
bool scan_pick_decides(const scan_picks *picks, const scan_source *source, int column);

/* Bits of each row (a multiple of 8, behind the last row 0) for the parts of `sums` that are in `wanted`. */
annoproj_status scan_pick(const scan_sums *sums, uint8_t wanted, scan_source *source, uint8_t *bits, scan_picks *picks,
                          annoproj_error **error);
/* Those of `count` rows that have the bit. */
size_t scan_picked(const uint8_t *bits, size_t count, uint8_t bit, uint16_t *rows);

#endif
