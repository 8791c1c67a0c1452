/* Where tasks are and whose: the counts by stage and assignee and the stage vector follow each change of a task. A body that
 * works on many tasks has them written once, at its end, for all. */
#ifndef TASK_PLACES_H
#define TASK_PLACES_H

#include "access.h"

/* The task, as it was until now, goes to a stage and an assignee (0 = nobody). */
annoproj_status task_place_changed(command *command, const task_facts *task, int64_t stage, int64_t assignee,
                                   annoproj_error **error);
/* From here on changes wait until task_places_write(); nothing may ask for counts or vectors in between. What a refused part
 * (command_attempt) has changed is forgotten with it. */
void task_places_wait(command *command);
annoproj_status task_places_write(command *command, annoproj_error **error);

#endif
