/* What the numbers of a shape mean: which run along the sides of the image, and after how many the same kind comes
 * again. include/annoproj.h (annoproj_label_changes) lists them. */
#ifndef SHAPE_LAYOUT_H
#define SHAPE_LAYOUT_H

#include <stddef.h>

#include "ontology.h"

typedef enum shape_axis { AXIS_NONE = -1, AXIS_X = 0, AXIS_Y = 1 } shape_axis;
shape_axis shape_axis_at(int32_t shape, size_t part, size_t position);

/* Whether a shape is in pixels or normalised. Masks count pixels, cuboids and segmentations are those of a scene: they
 * have no other unit to go over to. */
bool shape_has_units(int32_t shape);

/* Whether its numbers are run lengths: of a bitmask behind width and height. */
bool shape_is_runs(int32_t shape);

/* After how many numbers the same kind of number comes again: x and y, or x, y, w, h (, theta), ... */
uint32_t shape_stride(int32_t shape);
#define SHAPE_LONGEST_STRIDE 9

#endif
