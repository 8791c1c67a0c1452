/* What the numbers of a shape mean: which run along the sides of the image, and after how many the same kind comes
 * again. include/annoproj.h (annoproj_label_changes) lists them. */
#ifndef SHAPE_LAYOUT_H
#define SHAPE_LAYOUT_H

#include <stddef.h>

#include "ontology.h"

typedef enum shape_axis { AXIS_NONE = -1, AXIS_X = 0, AXIS_Y = 1 } shape_axis;
shape_axis shape_axis_at(int32_t shape, int32_t unit, size_t part, size_t position);

/* The unit that a shape given in one is kept in: masks count pixels, segmentations points, cuboids are those of a scene. */
int32_t shape_unit(int32_t shape, int32_t given);
/* Whether it can go over from pixels to normalised, or back. */
bool shape_converts(int32_t shape, int32_t unit);
/* Whether it can be in the coordinates of a scene: points and polylines that have z, and cuboids. */
bool shape_takes_scene(int32_t shape);

/* Whether it has no numbers but ranges: of time, or of characters. */
bool shape_is_ranged(int32_t shape);

/* Whether its numbers are run lengths: of a bitmask behind width and height. */
bool shape_is_runs(int32_t shape);

/* Whether it covers a part of the plane or space, so that two of them overlap more or less. */
bool shape_has_area(int32_t shape);

/* After how many numbers the same kind of number comes again: x and y (, z), or x, y, w, h (, theta), ... */
uint32_t shape_stride(int32_t shape, int32_t unit);
#define SHAPE_LONGEST_STRIDE 9

#endif
