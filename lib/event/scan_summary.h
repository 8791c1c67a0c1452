/* Answering a part of a scan from a summary. */
#ifndef SCAN_SUMMARY_H
#define SCAN_SUMMARY_H

#include "scan_sums.h"

/* Whether the summaries hold what the part asks for. */
bool scan_summary_answers(const scan_request *ask, const scan_part *part);
/* Raises `highest` to the greatest numbers in the summary; false when its bytes make no sense. */
bool scan_summary_highest(const uint8_t *data, size_t length, int64_t highest[SCAN_DIMENSIONS]);
bool scan_summary_add(scan_sums *sums, const uint8_t *data, size_t length);

#endif
