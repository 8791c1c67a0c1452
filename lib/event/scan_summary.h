/* Answering a part of a scan from a summary. */
#ifndef SCAN_SUMMARY_H
#define SCAN_SUMMARY_H

#include "scan_sums.h"

/* Whether the summaries hold what the part asks for. */
bool scan_summary_answers(const scan_request *ask, const scan_part *part);
/* The last cube that the part reads: cubes behind it need not be looked at. */
int32_t scan_summary_last_cube(const scan_part *part);
/* Raises `highest` to the greatest numbers in the cubes up to `last_cube`; false when the bytes make no sense. */
bool scan_summary_highest(const uint8_t *data, size_t length, int32_t last_cube, int64_t highest[SCAN_DIMENSIONS]);
bool scan_summary_add(scan_sums *sums, const uint8_t *data, size_t length);

#endif
