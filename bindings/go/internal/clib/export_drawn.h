/* Tasks as images and annotations need them, the latter with their labels: the rows of tasks and those of labels are gone through side
 * by side. */
#ifndef EXPORT_DRAWN_H
#define EXPORT_DRAWN_H

#include "export_tasks.h"

/* As export_each_task(), but of a task only id and stage are there, and of its data unit all that is printed of an image: UUID, title,
 * media type, link, type, size, frames, members. The texts are valid during the call. */
annoproj_status export_each_image(export_plan *plan, export_task_fn found, void *data, annoproj_error **error);
/* With the labels loaded. Of a task only id, stage and of its data unit type, size, frames and title are there. What is wrong with a
 * task export_each_image() tells, which goes first. */
annoproj_status export_each_drawn(export_plan *plan, export_task_fn found, void *data, annoproj_error **error);

#endif
