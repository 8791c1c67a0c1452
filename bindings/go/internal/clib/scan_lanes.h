/* The sealed segments of a scan, shared out among the calling thread and workers with readers of their own. */
#ifndef SCAN_LANES_H
#define SCAN_LANES_H

#include "scan_segment.h"

/* Scans the segments for the parts that no cube of the summary answers, into `sums` (one for each part). */
annoproj_status scan_lanes(const scan_request *ask, const segment *heads, size_t count, const int32_t *cubes,
                           scan_sums *sums, annoproj_error **error);

#endif
