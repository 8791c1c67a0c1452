/* Reviews of a task's labels, for label rows. */
#ifndef LABEL_REVIEWS_H
#define LABEL_REVIEWS_H

#include "export_tasks.h"

typedef struct row_review {
    int64_t label, stage, reviewer; /* number; id; 0 = the host or nobody */
    int32_t state;
    const char *stage_title, *comment; /* in the task's arena; comment NULL = none */
} row_review;

/* All of a task, by label, in the order of the stages it was in. In the task's arena. */
annoproj_status label_reviews_load(export_plan *plan, export_task *task, row_review **reviews, size_t *count,
                                   annoproj_error **error);

#endif
