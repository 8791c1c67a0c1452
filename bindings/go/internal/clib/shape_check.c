/* Shapes: how many parts and numbers, and what values they may have. */
#include "shape_check.h"

#include <math.h>

#include "failure.h"

#define MOST_COORDINATE 2147483648.0 /* 2^31 */
#define MOST_SIDE       1048576.0    /* 2^20 */
#define MOST_PIXELS     2147483648.0
#define MOST_VERTICES   100000u
#define MOST_RUNS       4000000u

typedef struct shape_part {
    const char *what;
    const feature *class;
    const data_unit *unit;
    int32_t shape, coordinates; /* an annoproj_unit */
    int64_t frame, part;
    double width, height, runs; /* of a mask or segmentation so far */
    double selected;            /* what its runs of ones cover */
} shape_part;

static annoproj_status wrong(const shape_part *at, annoproj_error **error, const char *reason) {
    fail(error, ANNOPROJ_DATA, "%s, frame %lld, part %lld: %s", at->what, (long long)at->frame, (long long)at->part,
         reason);
    fail_detail(error, "frame", "%lld", (long long)at->frame);
    fail_detail(error, "part", "%lld", (long long)at->part);
    return ANNOPROJ_DATA;
}

/* ---- how many numbers ---- */

static annoproj_status check_points(const shape_part *at, uint64_t count, annoproj_error **error) {
    const uint32_t axes = shape_stride(at->shape, at->coordinates);
    const uint64_t least = at->shape == SHAPE_POLYGON || at->shape == SHAPE_CUBOID_2D ? 3
                           : at->shape == SHAPE_POLYLINE                              ? 2
                                                                                      : 1;
    if (count % axes != 0) {
        return wrong(at, error, axes == 3 ? "x, y and z must come together" : "x and y must come in pairs");
    }
    if (count / axes < least) {
        return wrong(at, error,
                     at->shape == SHAPE_POLYGON     ? "a ring has 3 points or more"
                     : at->shape == SHAPE_CUBOID_2D ? "the front of a 2D cuboid has 3 points or more"
                     : at->shape == SHAPE_POLYLINE  ? "a polyline has 2 points or more"
                     : axes == 3                    ? "a point of a scene has x, y and z"
                                                    : "a point has x and y");
    }
    return count / axes <= MOST_VERTICES ? ANNOPROJ_OK : wrong(at, error, "more than 100,000 points");
}

static annoproj_status check_vertices(const shape_part *at, uint64_t count, annoproj_error **error) {
    const uint64_t most = at->class->vertex_count > 0 ? at->class->vertex_count : MOST_VERTICES;
    if (count == 0 || count % 3 != 0) {
        return wrong(at, error, "a skeleton has x, y and visibility for each vertex");
    }
    return count / 3 <= most ? ANNOPROJ_OK : wrong(at, error, "it has more vertices than the skeleton template");
}

static annoproj_status check_count(const shape_part *at, uint64_t count, annoproj_error **error) {
    switch (at->shape) {
    case SHAPE_BOUNDING_BOX:
        return count == 4 ? ANNOPROJ_OK : wrong(at, error, "a box has the 4 numbers x, y, width, height");
    case SHAPE_ROTATABLE_BOUNDING_BOX:
        return count == 5 ? ANNOPROJ_OK
                          : wrong(at, error, "a rotatable box has the 5 numbers x, y, width, height, theta");
    case SHAPE_CIRCLE:
        return count == 5 ? ANNOPROJ_OK : wrong(at, error, "a circle has the 5 numbers x, y, r, stretch, theta");
    case SHAPE_ELLIPSE:
        return count == 5 ? ANNOPROJ_OK : wrong(at, error, "an ellipse has the 5 numbers x, y, rx, ry, theta");
    case SHAPE_BITMASK:
        return count >= 3 && count - 2 <= MOST_RUNS
                   ? ANNOPROJ_OK
                   : wrong(at, error, "a bitmask has width, height and 1 to 4,000,000 run lengths");
    case SHAPE_SEGMENTATION:
        return count >= 2 && count <= MOST_RUNS
                   ? ANNOPROJ_OK
                   : wrong(at, error, "a segmentation has 2 to 4,000,000 run lengths, the first of points outside");
    case SHAPE_CUBOID:
        return count == 9 ? ANNOPROJ_OK
                          : wrong(at, error, "a cuboid has the 9 numbers of position, orientation and size");
    case SHAPE_SKELETON: return check_vertices(at, count, error);
    case SHAPE_CUBOID_2D:
        if (at->part == 1) {
            return count == 2 || count == 3 ? ANNOPROJ_OK
                                            : wrong(at, error,
                                                    "the second part of a 2D cuboid is the offset x, y of its back, or "
                                                    "the vanishing point x, y and the scale of its back");
        }
        return check_points(at, count, error);
    default: return check_points(at, count, error);
    }
}

/* ---- one number ---- */

static annoproj_status check_run(shape_part *at, bool inside, double value, annoproj_error **error) {
    if (value < 0 || value != floor(value)) {
        return wrong(at, error, "run lengths are integers from 0");
    }
    at->runs += value;
    at->selected += inside ? value : 0;
    return ANNOPROJ_OK;
}

static annoproj_status check_side(shape_part *at, uint64_t position, double value, annoproj_error **error) {
    const int64_t side = position == 0 ? at->unit->width : at->unit->height;
    if (value < 1 || value > MOST_SIDE || value != floor(value)) {
        return wrong(at, error, "the sides of a bitmask are integers from 1 to 1,048,576");
    }
    if (side > 0 && value != (double)side) {
        return wrong(at, error, "the sides of a bitmask must be those of the data unit");
    }
    *(position == 0 ? &at->width : &at->height) = value;
    return ANNOPROJ_OK;
}

static annoproj_status check_number(shape_part *at, uint64_t position, double value, annoproj_error **error) {
    if (!(fabs(value) <= MOST_COORDINATE)) {
        return wrong(at, error, "a coordinate is not within -2^31 and 2^31");
    }
    switch (at->shape) {
    case SHAPE_BOUNDING_BOX:
    case SHAPE_ROTATABLE_BOUNDING_BOX:
        return (position == 2 || position == 3) && value < 0
                   ? wrong(at, error, "width and height of a box are not negative")
                   : ANNOPROJ_OK;
    case SHAPE_CIRCLE:
    case SHAPE_ELLIPSE:
        return (position == 2 || position == 3) && value < 0
                   ? wrong(at, error, "radii of circles and ellipses, and the stretch of a circle, are not negative")
                   : ANNOPROJ_OK;
    case SHAPE_SKELETON:
        return position % 3 == 2 && (value < ANNOPROJ_VISIBILITY_UNKNOWN || value > ANNOPROJ_VISIBILITY_MISSING ||
                                     value != floor(value))
                   ? wrong(at, error, "the visibility of a vertex is an annoproj_visibility, 0 to 5")
                   : ANNOPROJ_OK;
    case SHAPE_CUBOID:
        return position >= 6 && value < 0 ? wrong(at, error, "the size of a cuboid is not negative") : ANNOPROJ_OK;
    case SHAPE_CUBOID_2D:
        return at->part == 1 && position == 2 && value < 0
                   ? wrong(at, error, "the scale of the back of a 2D cuboid is not negative")
                   : ANNOPROJ_OK;
    case SHAPE_SEGMENTATION: return check_run(at, position % 2 == 1, value, error);
    case SHAPE_BITMASK:
        return position < 2 ? check_side(at, position, value, error) : check_run(at, position % 2 == 1, value, error);
    default: return ANNOPROJ_OK;
    }
}

/* ---- parts and frames ---- */

static annoproj_status check_part(geometry_cursor *cursor, shape_part *at, annoproj_error **error) {
    annoproj_status status = check_count(at, cursor->numbers_left, error);
    number one;
    for (uint64_t i = 0; status == ANNOPROJ_OK && geometry_next_number(cursor, &one); i++) {
        status = check_number(at, i, number_to_double(&one), error);
    }
    if (status == ANNOPROJ_OK && at->shape == SHAPE_BITMASK &&
        (at->runs != at->width * at->height || at->runs > MOST_PIXELS)) {
        return wrong(at, error, "the run lengths of a bitmask must add up to width times height, at most 2^31");
    }
    if (status == ANNOPROJ_OK && at->shape == SHAPE_SEGMENTATION && (at->selected <= 0 || at->runs > MOST_PIXELS)) {
        return wrong(at, error, "the run lengths of a segmentation must select a point and add up to at most 2^31");
    }
    return status;
}

static annoproj_status check_parts(const shape_part *at, uint64_t parts, annoproj_error **error) {
    const int32_t type = at->unit->data_type;
    if (at->coordinates == ANNOPROJ_UNIT_SCENE && !shape_takes_scene(at->shape)) {
        return wrong(at, error, "only cuboids, points and polylines are in coordinates of a scene");
    }
    if (at->coordinates == ANNOPROJ_UNIT_SCENE && type != ANNOPROJ_DATA_SCENE && type != ANNOPROJ_DATA_GROUP) {
        return wrong(at, error, "only scenes and groups have points with z");
    }
    if (parts == 0) {
        return wrong(at, error, "there are no coordinates");
    }
    if (at->shape == SHAPE_CUBOID_2D) {
        return parts == 2 ? ANNOPROJ_OK
                          : wrong(at, error, "a 2D cuboid has two parts: its front, and where its back is");
    }
    return parts == 1 || at->shape == SHAPE_POLYGON
               ? ANNOPROJ_OK
               : wrong(at, error, "only polygons and 2D cuboids have several parts");
}

annoproj_status shape_check(geometry_cursor *cursor, const feature *class, const data_unit *unit, const char *what,
                            annoproj_error **error) {
    const shape_part first = {.what = what,
                              .class = class,
                              .unit = unit,
                              .shape = class->type,
                              .coordinates = cursor->unit,
                              .frame = cursor->frame};
    annoproj_status status = check_parts(&first, cursor->parts_left, error);
    for (int64_t part = 0; status == ANNOPROJ_OK && geometry_next_part(cursor); part++) {
        shape_part at = first;
        at.part = part;
        status = check_part(cursor, &at, error);
    }
    return status;
}
