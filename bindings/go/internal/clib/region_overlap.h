/* Areas of regions with straight edges, and of what two of them share, by a sweep: exact but for the rounding of doubles.
 * A region is what its rings wind around (nonzero rule): rings that run the same way are parts, one that lies in another and runs the
 * other way is a hole. */
#ifndef REGION_OVERLAP_H
#define REGION_OVERLAP_H

#include "bounds.h"

typedef struct region {
    const double *points; /* x, y of all rings */
    const size_t *starts; /* first number of each ring; one more behind the last */
    size_t rings;
} region;

typedef struct region_areas {
    double first, second, shared;
} region_areas;

annoproj_status region_overlap(const region *first, const region *second, const bounds *bounds, region_areas *out,
                               annoproj_error **error);

#endif
