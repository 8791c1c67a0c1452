/* How alike two shapes of one class are on a frame: what agreement matches by. */
#ifndef SHAPE_LIKENESS_H
#define SHAPE_LIKENESS_H

#include "bounds.h"
#include "ontology.h"

/* One shape on one frame, in pixels, or in the unit that all of them have. */
typedef struct frame_shape {
    int32_t type;  /* SHAPE_... */
    bool in_scene; /* points and polylines: with z */
    int64_t frame, label;
    double *numbers;
    size_t *starts; /* first number of each part; one more behind the last */
    size_t parts;
} frame_shape;

/* What counts as the same. */
typedef struct likeness_rule {
    double overlap;        /* least intersection over union, of shapes with an area */
    double distance;       /* greatest distance, of points and polylines, in the unit of the shapes */
    double scene_distance; /* of those with z */
} likeness_rule;

/* 0 = not alike by the rule; else in (0, 1], greater for shapes that are more alike. Boxes, circles, ellipses, polygons, masks, segmentations
 * and cuboids: intersection over union (2D cuboids: the lesser one of front and back). Points, polylines and skeletons: 1 - d / (2 *
 * distance), where d is the greatest distance from a vertex of one to the other, of skeletons to the same vertex. */
annoproj_status shape_likeness(const frame_shape *a, const frame_shape *b, const likeness_rule *rule,
                               const bounds *bounds, double *likeness, annoproj_error **error);

#endif
