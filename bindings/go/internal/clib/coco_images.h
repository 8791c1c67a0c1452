/* Images of a COCO export: one for each image, image of a group and labelled frame. */
#ifndef COCO_IMAGES_H
#define COCO_IMAGES_H

#include "export_tasks.h"
#include "frame_ranges.h"

/* How many images a task has, and which is which. */
typedef struct coco_images {
    frame_ranges frames; /* labelled ones, of what has frames */
    int64_t next;        /* id of the task's first image */
    bool first;          /* no element of the array has been written */
} coco_images;

bool coco_has_images(const export_task *task); /* audio, time series, texts and PDF have none */
/* Finds the labelled frames; needs the labels. */
annoproj_status coco_images_find(coco_images *images, export_task *task, annoproj_error **error);
/* Whether coco_images_find() is needed: else every image of the task is there, labelled or not. */
bool coco_has_frames(const export_task *task);
int64_t coco_images_count(const coco_images *images, const export_task *task);
int64_t coco_image_of(const coco_images *images, const export_task *task, int64_t frame);
/* Writes all of them. */
annoproj_status coco_images_write(coco_images *images, export_plan *plan, export_task *task, annoproj_error **error);

#endif
