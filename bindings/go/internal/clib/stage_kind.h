/* What the stages of each type are: the one place that tells them apart by table. */
#ifndef STAGE_KIND_H
#define STAGE_KIND_H

#include "contract.h"

typedef enum stage_type { /* numbers are stored */
                          STAGE_ANNOTATION = 1,
                          STAGE_REVIEW = 2,
                          STAGE_DONE = 3,
                          STAGE_AGENT = 4,
                          STAGE_CONSENSUS_ANNOTATION = 5,
                          STAGE_CONSENSUS_REVIEW = 6,
                          STAGE_USER_ROUTER = 7,
                          STAGE_PERCENTAGE_ROUTER = 8,
                          STAGE_METADATA_ROUTER = 9
} stage_type;
#define STAGE_TYPES 10 /* one more than the last */

typedef enum stage_work {
    STAGE_WORK_OTHER,
    STAGE_WORK_ANNOTATE,
    STAGE_WORK_REVIEW
} stage_work; /* of time and filters */

typedef struct stage_kind {
    const char *name;             /* "ANNOTATION" */
    annoproj_operation operation; /* by which its tasks are worked on; 0 = nobody works there */
    stage_work work;
    bool rests; /* tasks rest in it; routers send them on at once */
} stage_kind;

const stage_kind *stage_kind_of(int32_t type); /* an empty one for a type that is not known */
int32_t stage_type_of(const char *name);       /* 0 when there is no such type */

#endif
