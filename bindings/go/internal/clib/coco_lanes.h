/* Annotations of a COCO export printed by several threads. The calling thread reads tasks and labels and is the only one that hands
 * text on; batches of tasks are printed by whoever is free, also by the calling thread when it is ahead. Who reads a batch knows the
 * first numbers of the next one, so that the file is the same with one thread and with four. */
#ifndef COCO_LANES_H
#define COCO_LANES_H

#include "export_tasks.h"

typedef struct coco_lanes coco_lanes;
annoproj_status coco_lanes_open(export_plan *plan, const int64_t *categories, coco_lanes **out, annoproj_error **error);
/* The next task, with its labels; what it keeps in memory goes over. Failures may be those of a task before it. */
annoproj_status coco_lanes_add(coco_lanes *lanes, export_task *task, annoproj_error **error);
/* Prints and hands on what is left; *labels gets how many there were. */
annoproj_status coco_lanes_finish(coco_lanes *lanes, int64_t *labels, annoproj_error **error);
void coco_lanes_close(coco_lanes *lanes); /* ends the threads; NULL is fine */

#endif
