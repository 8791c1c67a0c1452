/* Answering a part of a scan from a summary. */
#ifndef SCAN_SUMMARY_H
#define SCAN_SUMMARY_H

#include "scan_sums.h"

/* Whether all of history is asked for, in one bucket: then nothing depends on when events were. */
bool scan_is_lifetime(const scan_request *ask);
/* The cube that holds what the part asks for; 0 = none. */
int32_t scan_summary_cube(const scan_request *ask, const scan_part *part);
/* The last cube that is read for a part answered from `cube`: those behind it need not be looked at. */
int32_t scan_summary_last_cube(const scan_part *part, int32_t cube);
/* Raises `highest` to the greatest numbers in the cubes up to `last_cube`; false when the bytes make no sense. */
bool scan_summary_highest(const uint8_t *data, size_t length, int32_t last_cube, int64_t highest[SCAN_DIMENSIONS]);
/* Adds to the parts what their cubes (0 = none) hold, up to `last_cube`. False for bytes that make no sense, or out of
 * memory. */
bool scan_summary_add(scan_sums *sums, const int32_t *cubes, size_t count, const uint8_t *data, size_t length,
                      int32_t last_cube);

#endif
