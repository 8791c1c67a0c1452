/* Stretches of a queue that hold nothing for a user: noted by a start that had to pass over many tasks, hopped over by the
 * next ones in one seek.
 *
 * A queue is the tasks of a (stage, assignee) in queue order; assignee 0 are the free ones. A stretch lies within one priority.
 * Of each task in it holds, always: the user skipped it, or (free ones) a person rule keeps the user from it. Tasks that leave
 * change nothing about that; where one enters, queue_passed_enter() cuts the stretches of all users in the same
 * transaction. annoproj_store_check() looks at every stretch. */
#ifndef QUEUE_PASSED_H
#define QUEUE_PASSED_H

#include "access.h"

typedef struct queue_place { /* in a queue, within one priority */
    int64_t entered_us, task;
} queue_place;

typedef struct queue_stretch {
    int64_t priority;
    queue_place from, until; /* both are in it */
    bool known;              /* false = none was found */
} queue_stretch;

/* The first stretch of the command's user that ends at the place or behind it. */
annoproj_status queue_passed_find(command *command, int64_t assignee, int64_t priority, const queue_place *at,
                                  queue_stretch *out, annoproj_error **error);
/* Notes a stretch in place of those of the user that lie in it. */
annoproj_status queue_passed_note(command *command, int64_t assignee, const queue_stretch *stretch,
                                  annoproj_error **error);
/* The task has come to the place where it is in its queue now, or somebody may take it who might not before. */
annoproj_status queue_passed_enter(command *command, const task_facts *task, annoproj_error **error);
/* Forgets all stretches of a stage: its rules have changed, or many tasks came at once. */
annoproj_status queue_passed_forget(command *command, int64_t stage, annoproj_error **error);

#endif
