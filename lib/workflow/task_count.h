/* How many tasks a stage has, by assignee: kept in the transaction that changes it. */
#ifndef TASK_COUNT_H
#define TASK_COUNT_H

#include "access.h"

annoproj_status task_count_add(command *command, int64_t stage, int64_t assignee, int64_t count,
                               annoproj_error **error);
/* Of one assignee (0 = unassigned), or of all when assignee is -1. */
annoproj_status task_count_of(scope *scope, int64_t stage, int64_t assignee, int64_t *count, annoproj_error **error);

/* SQL: the tasks of stage `s`, in which branches of tasks in consensus are not counted. */
#define STAGE_TASKS                                                                                                    \
    "(SELECT coalesce(sum(c.count), 0) FROM task_count c WHERE c.stage = s.id"                                         \
    " AND (c.assignee < 0 OR s.type <> 5 /* STAGE_CONSENSUS_ANNOTATION */))"

#endif
