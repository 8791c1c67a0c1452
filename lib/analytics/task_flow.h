/* Where each task was and when: the way of the query's tasks through the stages, from the events. Branches are not tasks here:
 * what they are branches of waits in the consensus stage. */
#ifndef TASK_FLOW_H
#define TASK_FLOW_H

#include "query.h"

/* One change of place. Stages are numbers, 0 = none. */
typedef struct flow_change {
    int64_t time_us, task, from, to;
    int64_t since_us; /* when the task entered `from` */
    bool made;        /* the task is new */
    bool acted;       /* it went on; neither when it was removed with its dataset or came back with it */
} flow_change;

typedef void (*flow_fn)(void *data, const flow_change *change);
annoproj_status task_flow_walk(const report *report, flow_fn visit, void *data, annoproj_error **error);

#endif
