/* Tasks with their labels, as annotations need them: the rows of tasks and those of labels are gone through side by side. */
#ifndef EXPORT_DRAWN_H
#define EXPORT_DRAWN_H

#include "export_tasks.h"

/* As export_each_task(), with the labels loaded. Of a task only id, stage and of its data unit type, size, frames and title are
 * there. What is wrong with a task export_each_task() tells, which goes first. */
annoproj_status export_each_drawn(export_plan *plan, export_task_fn found, void *data, annoproj_error **error);

#endif
