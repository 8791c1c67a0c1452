/* Assignments that lapse: where the stage has an assignment_ttl, who took a task and gives no sign of work for so long has it no
 * longer. Nobody waits for it: the next write that meets the task finds it (behaviour §8). Facts read in a command already
 * show such a task as unassigned (`lapsed` says whose it was); what writes to a task logs the lapse first. */
#ifndef LAPSE_H
#define LAPSE_H

#include "access.h"

/* Logs that the assignment of the task has lapsed; nothing when it has not. */
annoproj_status lapse_settle(command *command, task_facts *task, annoproj_error **error);
/* The same for another branch of the same task that the user had, before the user gets this one. */
annoproj_status lapse_settle_beside(command *command, const task_facts *task, int64_t user, annoproj_error **error);
/* The same for the tasks of the command's stage, the longest without a sign of work first; of many at once the first 1,000. */
annoproj_status lapse_settle_stage(command *command, annoproj_error **error);
/* A sign of work by the command's user, from one time to another. Of the assignee: the time counts anew from its end. Of one whose
 * assignment has lapsed: if it began in time nothing lapsed after all; else the task is theirs again, unless the work was
 * done too long ago for that as well. */
annoproj_status lapse_worked(command *command, task_facts *task, int64_t from_us, int64_t until_us,
                             annoproj_error **error);
/* A stage's assignment_ttl was another before: what users hold counts from now when it had none, no more when it has none. */
annoproj_status lapse_follow_edit(command *command, const stage_facts *stage, int64_t ttl_before_us,
                                  annoproj_error **error);

#endif
