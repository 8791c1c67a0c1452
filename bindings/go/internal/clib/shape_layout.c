/* Places of numbers in shapes. */
#include "shape_layout.h"

#define PLACE(n) (1u << (n))

typedef struct layout {
    uint32_t stride;
    uint32_t unitless; /* places of numbers that are no lengths: angles, ratios, visibility */
    bool in_scene;     /* it can be in the coordinates of a scene, */
    bool takes_z;      /* and has z there behind x and y */
    bool ranged, runs, has_area;
} layout;

/* Every shape; include/annoproj.h (annoproj_label_changes) lists its numbers. 0 stands for what is none: damaged bytes may say so. */
static const layout layouts[] = {
    [0] = {.stride = 2},
    [SHAPE_BOUNDING_BOX] = {.stride = 4, .has_area = true},
    [SHAPE_ROTATABLE_BOUNDING_BOX] = {.stride = 5, .unitless = PLACE(4), .has_area = true},
    [SHAPE_POLYGON] = {.stride = 2, .has_area = true},
    [SHAPE_POLYLINE] = {.stride = 2, .in_scene = true, .takes_z = true},
    [SHAPE_POINT] = {.stride = 2, .in_scene = true, .takes_z = true},
    [SHAPE_SKELETON] = {.stride = 3, .unitless = PLACE(2)},
    [SHAPE_BITMASK] = {.stride = 2, .runs = true, .has_area = true},
    [SHAPE_AUDIO] = {.stride = 1, .ranged = true},
    [SHAPE_TEXT] = {.stride = 1, .ranged = true},
    [SHAPE_CUBOID] = {.stride = 9, .in_scene = true, .has_area = true},
    [SHAPE_CUBOID_2D] = {.stride = 2, .has_area = true},
    [SHAPE_SEGMENTATION] = {.stride = 2, .runs = true, .has_area = true},
    [SHAPE_CIRCLE] = {.stride = 5, .unitless = PLACE(3) | PLACE(4), .has_area = true},
    [SHAPE_ELLIPSE] = {.stride = 5, .unitless = PLACE(4), .has_area = true},
    [SHAPE_TIME_RANGE] = {.stride = 1, .ranged = true},
};

static const layout *layout_of(int32_t shape) {
    return &layouts[shape > 0 && (size_t)shape < sizeof layouts / sizeof *layouts ? shape : 0];
}

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
    return layout_of(shape)->in_scene;
}

bool shape_is_ranged(int32_t shape) {
    return layout_of(shape)->ranged;
}

bool shape_is_runs(int32_t shape) {
    return layout_of(shape)->runs;
}

bool shape_has_area(int32_t shape) {
    return layout_of(shape)->has_area;
}

uint32_t shape_stride(int32_t shape, int32_t unit) {
    const layout *of = layout_of(shape);
    return of->stride + (of->takes_z && unit == ANNOPROJ_UNIT_SCENE);
}

/* How much larger or smaller the back of a 2D cuboid is stands behind its vanishing point. */
static bool is_scale_of_back(int32_t shape, size_t part, size_t position) {
    return shape == SHAPE_CUBOID_2D && part == 1 && position == 2;
}

shape_axis shape_axis_at(int32_t shape, int32_t unit, size_t part, size_t position) {
    const size_t place = position % shape_stride(shape, unit);
    if (!shape_converts(shape, unit) || layout_of(shape)->unitless & PLACE(place) ||
        is_scale_of_back(shape, part, position)) {
        return AXIS_NONE;
    }
    return place % 2 == 0 ? AXIS_X : AXIS_Y;
}
