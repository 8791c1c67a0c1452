/* The sealed segments of a scan, shared out among the calling thread and workers with readers of their own. */
#ifndef SCAN_LANES_H
#define SCAN_LANES_H

#include "scan_segment.h"

/* Scans the segments into `sums`, each part from its event of `from` on. */
annoproj_status scan_lanes(const scan_request *ask, const segment *heads, size_t count, const int64_t *from,
                           scan_sums *sums, annoproj_error **error);

#endif
