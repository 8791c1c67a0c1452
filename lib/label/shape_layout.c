/* Places of numbers in shapes. */
#include "shape_layout.h"

int32_t shape_unit(int32_t shape, int32_t given) {
    if (shape_is_runs(shape)) {
        return ANNOPROJ_UNIT_PIXELS;
    }
    return shape == SHAPE_CUBOID ? ANNOPROJ_UNIT_SCENE : given == ANNOPROJ_UNIT_STORED ? ANNOPROJ_UNIT_PIXELS : given;
}

bool shape_converts(int32_t shape, int32_t unit) {
    return unit != ANNOPROJ_UNIT_SCENE && !shape_is_runs(shape);
}

bool shape_takes_scene(int32_t shape) {
    return shape == SHAPE_POINT || shape == SHAPE_POLYLINE || shape == SHAPE_CUBOID;
}

bool shape_is_ranged(int32_t shape) {
    return shape == SHAPE_AUDIO || shape == SHAPE_TIME_RANGE || shape == SHAPE_TEXT;
}

bool shape_is_runs(int32_t shape) {
    return shape == SHAPE_BITMASK || shape == SHAPE_SEGMENTATION;
}

uint32_t shape_stride(int32_t shape, int32_t unit) {
    switch (shape) {
    case SHAPE_POINT:
    case SHAPE_POLYLINE: return unit == ANNOPROJ_UNIT_SCENE ? 3 : 2;
    case SHAPE_BOUNDING_BOX: return 4;
    case SHAPE_ROTATABLE_BOUNDING_BOX:
    case SHAPE_CIRCLE:
    case SHAPE_ELLIPSE: return 5;
    case SHAPE_SKELETON: return 3;
    case SHAPE_CUBOID: return 9;
    default: return 2;
    }
}

/* Numbers that are no lengths: angles, ratios, visibility. */
static bool has_no_unit(int32_t shape, size_t part, size_t place) {
    switch (shape) {
    case SHAPE_ROTATABLE_BOUNDING_BOX:
    case SHAPE_ELLIPSE: return place == 4;
    case SHAPE_CIRCLE: return place > 2;
    case SHAPE_SKELETON: return place == 2;
    case SHAPE_CUBOID_2D: return part == 1 && place == 2;
    default: return false;
    }
}

shape_axis shape_axis_at(int32_t shape, int32_t unit, size_t part, size_t position) {
    const size_t place = position % shape_stride(shape, unit);
    if (!shape_converts(shape, unit) || has_no_unit(shape, part, shape == SHAPE_CUBOID_2D ? position : place)) {
        return AXIS_NONE;
    }
    return place % 2 == 0 ? AXIS_X : AXIS_Y;
}
