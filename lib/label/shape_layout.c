/* Places of numbers in shapes. */
#include "shape_layout.h"

bool shape_has_units(int32_t shape) {
    return shape != SHAPE_BITMASK && shape != SHAPE_CUBOID && shape != SHAPE_SEGMENTATION;
}

bool shape_is_runs(int32_t shape) {
    return shape == SHAPE_BITMASK || shape == SHAPE_SEGMENTATION;
}

uint32_t shape_stride(int32_t shape) {
    switch (shape) {
    case SHAPE_BOUNDING_BOX: return 4;
    case SHAPE_ROTATABLE_BOUNDING_BOX: return 5;
    case SHAPE_SKELETON: return 3;
    case SHAPE_CUBOID: return 9;
    default: return 2;
    }
}

shape_axis shape_axis_at(int32_t shape, size_t part, size_t position) {
    const size_t place = position % shape_stride(shape);
    if (!shape_has_units(shape) || (shape == SHAPE_ROTATABLE_BOUNDING_BOX && place == 4) ||
        (shape == SHAPE_SKELETON && place == 2) || (shape == SHAPE_CUBOID_2D && part == 1 && position == 2)) {
        return AXIS_NONE;
    }
    return place % 2 == 0 ? AXIS_X : AXIS_Y;
}
