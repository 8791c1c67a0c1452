/* Annotations of a COCO export, task by task. Images, tracks and annotations are numbered through the whole file: a writer that
 * is told the first numbers of a task can begin with that. */
#ifndef COCO_ANNOTATIONS_H
#define COCO_ANNOTATIONS_H

#include "coco_images.h"
#include "coco_shape.h"

typedef struct coco_numbering {
    int64_t image, track, annotation; /* the next ones, from 0 */
} coco_numbering;

typedef struct coco_annotations {
    const export_plan *plan;
    const int64_t *categories; /* id of each feature */
    text *out;
    output *through; /* whose text `out` is, to be handed on annotation by annotation; NULL = the text is kept */
    coco_numbering next;
    coco_images images;
    coco_shape shape; /* buffers that stay */
    frame_ranges scratch;
    int64_t *tracks; /* of the task's labels; -1 = not met yet */
} coco_annotations;

/* Writes those of a task whose labels are loaded. STATE, CORRUPT. */
annoproj_status coco_annotations_write(coco_annotations *writer, export_task *task, annoproj_error **error);
/* Counts what that writes of a task that is a single image. */
void coco_annotations_count(const export_plan *plan, const export_task *task, coco_numbering *next);
void coco_annotations_release(coco_annotations *writer);

#endif
