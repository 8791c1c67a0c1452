/* One shape on one frame as COCO has it: segmentation, bbox, area. */
#ifndef COCO_SHAPE_H
#define COCO_SHAPE_H

#include "export_tasks.h"
#include "shape_numbers.h"

typedef struct coco_shape {
    shape shape; /* what is written */
    shape mask;  /* of a polygon with holes */
    size_t *outer;
    size_t outer_capacity;
    text runs;   /* of a mask */
    bool turned; /* a rotatable box is drawn as it stands */
} coco_shape;

/* "area":...,"bbox":[...],...,"num_keypoints":... in the order of the format. STATE when the size of the data unit is needed
 * and not known. */
annoproj_status coco_shape_write(coco_shape *of, const export_task *task, const feature *class, int64_t category,
                                 int64_t image, text *out, annoproj_error **error);
void coco_shape_release(coco_shape *of);

#endif
