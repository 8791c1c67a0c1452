/* Likeness of shapes. */
#include "shape_likeness.h"

#include <math.h>
#include <string.h>

#include "cuboid_overlap.h"
#include "ellipse.h"
#include "failure.h"
#include "region_overlap.h"

static bool same_numbers(const frame_shape *a, const frame_shape *b) {
    const size_t count = a->starts[a->parts];
    if (a->parts != b->parts || memcmp(a->starts, b->starts, (a->parts + 1) * sizeof *a->starts) != 0)
        return false;
    for (size_t i = 0; i < count; i++)
        if (a->numbers[i] < b->numbers[i] || a->numbers[i] > b->numbers[i])
            return false;
    return true;
}

/* Shapes without an area are alike when they are the same. */
static double over_union(const frame_shape *a, const frame_shape *b, double first, double second, double shared) {
    const double together = first + second - shared;
    if (!(together > 0))
        return same_numbers(a, b) ? 1 : 0;
    return shared / together;
}

/* --- boxes -------------------------------------------------------------------------------------------------------- */

static double shared_length(double a, double a_length, double b, double b_length) {
    const double length = fmin(a + a_length, b + b_length) - fmax(a, b);
    return length > 0 ? length : 0;
}

static double box_overlap(const frame_shape *a, const frame_shape *b) {
    const double *p = a->numbers, *q = b->numbers;
    return over_union(a, b, p[2] * p[3], q[2] * q[3],
                      shared_length(p[0], p[2], q[0], q[2]) * shared_length(p[1], p[3], q[1], q[3]));
}

/* The corners of a box that is turned about its middle: with y downwards a positive angle turns it clockwise. */
static void corners(const double *box, double out[8]) {
    static const double sides[4][2] = {{-0.5, -0.5}, {0.5, -0.5}, {0.5, 0.5}, {-0.5, 0.5}};
    const double angle = box[4] * (acos(-1) / 180), c = cos(angle), s = sin(angle);
    for (size_t i = 0; i < 4; i++) {
        const double x = sides[i][0] * box[2], y = sides[i][1] * box[3];
        out[2 * i] = box[0] + box[2] / 2 + x * c - y * s;
        out[2 * i + 1] = box[1] + box[3] / 2 + x * s + y * c;
    }
}

/* --- regions ------------------------------------------------------------------------------------------------------ */

static void bounds_of(const region *of, double out[4]) {
    out[0] = out[1] = INFINITY;
    out[2] = out[3] = -INFINITY;
    for (size_t i = 0; i + 1 < of->starts[of->rings]; i += 2) {
        out[0] = fmin(out[0], of->points[i]);
        out[1] = fmin(out[1], of->points[i + 1]);
        out[2] = fmax(out[2], of->points[i]);
        out[3] = fmax(out[3], of->points[i + 1]);
    }
}

/* What a shape covers: a polygon itself, of boxes and ellipses their outline, for which there is room. */
static region region_of(const frame_shape *of, double room[2 * ELLIPSE_CORNERS]) {
    static const size_t box[2] = {0, 8}, round[2] = {0, 2 * ELLIPSE_CORNERS};
    if (of->type == SHAPE_ROTATABLE_BOUNDING_BOX) {
        corners(of->numbers, room);
        return (region){room, box, 1};
    }
    if (of->type == SHAPE_CIRCLE || of->type == SHAPE_ELLIPSE) {
        const ellipse outlined = ellipse_of(of->type, of->numbers);
        ellipse_outline(&outlined, room);
        return (region){room, round, 1};
    }
    return (region){of->numbers, of->starts, of->parts};
}

static annoproj_status polygon_overlap(const frame_shape *a, const frame_shape *b, const bounds *limits,
                                       double *likeness, annoproj_error **error) {
    double outlines[2][2 * ELLIPSE_CORNERS], p[4], q[4];
    const region first = region_of(a, outlines[0]), second = region_of(b, outlines[1]);
    region_areas areas;
    *likeness = 0;
    bounds_of(&first, p);
    bounds_of(&second, q);
    if (p[0] > q[2] || q[0] > p[2] || p[1] > q[3] || q[1] > p[3])
        return ANNOPROJ_OK; /* apart */
    annoproj_status status = region_overlap(&first, &second, limits, &areas, error);
    *likeness = status == ANNOPROJ_OK ? over_union(a, b, areas.first, areas.second, areas.shared) : 0;
    return status;
}

/* Runs of pixels, column by column: off, on, off, ... behind width and height. */
typedef struct run_walk {
    const double *at, *end;
    double left;
    bool on;
} run_walk;

static void next_runs(run_walk *walk) {
    while (!(walk->left > 0) && walk->at < walk->end) {
        walk->left = *walk->at++;
        walk->on = !walk->on;
    }
}

/* Segmentations may end where their last point is: then the other's runs go on alone. */
static double run_overlap(const frame_shape *a, const frame_shape *b, size_t head) {
    const double *p = a->numbers, *q = b->numbers;
    run_walk one = {p + head, p + a->starts[a->parts], 0, true}, other = {q + head, q + b->starts[b->parts], 0, true};
    double first = 0, second = 0, shared = 0;
    for (;;) {
        next_runs(&one);
        next_runs(&other);
        if (!(one.left > 0) && !(other.left > 0))
            break;
        one.on = one.on && one.left > 0;
        other.on = other.on && other.left > 0;
        const double step = !(one.left > 0) ? other.left : !(other.left > 0) ? one.left : fmin(one.left, other.left);
        first += one.on ? step : 0;
        second += other.on ? step : 0;
        shared += one.on && other.on ? step : 0;
        one.left -= step;
        other.left -= step;
    }
    return over_union(a, b, first, second, shared);
}

static double mask_overlap(const frame_shape *a, const frame_shape *b) {
    const double *p = a->numbers, *q = b->numbers;
    if (p[0] < q[0] || p[0] > q[0] || p[1] < q[1] || p[1] > q[1])
        return 0; /* masks of images of different sizes */
    return run_overlap(a, b, 2);
}

/* --- cuboids ------------------------------------------------------------------------------------------------------ */

static double space_overlap(const frame_shape *a, const frame_shape *b) {
    const double *p = a->numbers, *q = b->numbers;
    return over_union(a, b, p[6] * p[7] * p[8], q[6] * q[7] * q[8], cuboid_overlap(p, q));
}

/* The back of a 2D cuboid: its front moved, or drawn together towards the vanishing point. */
static void back_of(const frame_shape *of, double *out) {
    const double *back = of->numbers + of->starts[1];
    const bool perspective = of->starts[2] - of->starts[1] == 3;
    for (size_t i = 0; i < of->starts[1]; i++) {
        const double at = of->numbers[i], by = back[i % 2];
        out[i] = perspective ? by + back[2] * (at - by) : at + by;
    }
}

static annoproj_status polygon_overlap(const frame_shape *a, const frame_shape *b, const bounds *limits,
                                       double *likeness, annoproj_error **error);

/* Two 2D cuboids are as alike as their faces, front or back, that differ more. */
static annoproj_status face_overlap(const frame_shape *a, const frame_shape *b, const bounds *limits, double *likeness,
                                    annoproj_error **error) {
    double *numbers = allocate((a->starts[1] + b->starts[1]) * sizeof *numbers), front = 0, back = 0;
    size_t first[2] = {0, a->starts[1]}, second[2] = {0, b->starts[1]};
    frame_shape one = {.type = SHAPE_POLYGON, .numbers = a->numbers, .starts = first, .parts = 1};
    frame_shape other = {.type = SHAPE_POLYGON, .numbers = b->numbers, .starts = second, .parts = 1};
    annoproj_status status = numbers ? polygon_overlap(&one, &other, limits, &front, error) : fail_memory(error);
    if (status == ANNOPROJ_OK) {
        one.numbers = numbers;
        other.numbers = numbers + a->starts[1];
        back_of(a, one.numbers);
        back_of(b, other.numbers);
        status = polygon_overlap(&one, &other, limits, &back, error);
    }
    release(numbers);
    *likeness = fmin(front, back);
    return status;
}

/* --- points and lines --------------------------------------------------------------------------------------------- */

static double square(double value) {
    return value * value;
}

/* Square of the distance from a point to a piece of a line. */
static double to_segment(const double *point, const double *a, const double *b, size_t axes) {
    double length = 0, ahead = 0, distance = 0;
    for (size_t i = 0; i < axes; i++) {
        length += square(b[i] - a[i]);
        ahead += (point[i] - a[i]) * (b[i] - a[i]);
    }
    const double along = length > 0 ? fmin(1, fmax(0, ahead / length)) : 0;
    for (size_t i = 0; i < axes; i++)
        distance += square(point[i] - a[i] - along * (b[i] - a[i]));
    return distance;
}

/* The greatest distance from a vertex of `a` to `b`, squared; stops beyond `most`. */
static annoproj_status greatest_distance(const frame_shape *a, const frame_shape *b, double most, const bounds *limits,
                                         double *distance, annoproj_error **error) {
    const size_t count = a->starts[a->parts], other = b->starts[b->parts];
    const size_t axes = a->in_scene ? 3 : 2;
    const bool line = b->type == SHAPE_POLYLINE && other > axes;
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i + axes <= count && status == ANNOPROJ_OK && *distance <= most; i += axes) {
        double nearest = INFINITY;
        for (size_t k = 0; k + axes <= other; k += axes) {
            const double *end = line && k + 2 * axes <= other ? b->numbers + k + axes : b->numbers + k;
            nearest = fmin(nearest, to_segment(a->numbers + i, b->numbers + k, end, axes));
        }
        *distance = fmax(*distance, nearest);
        if (i / axes % 256 == 0)
            status = bounds_check(limits, error);
    }
    return status;
}

/* The greatest distance between the same vertices of two skeletons, squared; infinite when only one of them has a vertex. */
static double vertex_distance(const frame_shape *a, const frame_shape *b) {
    const size_t count = a->starts[1], other = b->starts[1], most = count > other ? count : other;
    double distance = 0;
    for (size_t i = 0; i + 2 < most; i += 3) {
        const bool has = i < count && a->numbers[i + 2] < ANNOPROJ_VISIBILITY_MISSING;
        const bool other_has = i < other && b->numbers[i + 2] < ANNOPROJ_VISIBILITY_MISSING;
        if (has != other_has)
            return INFINITY;
        if (has)
            distance = fmax(distance,
                            square(a->numbers[i] - b->numbers[i]) + square(a->numbers[i + 1] - b->numbers[i + 1]));
    }
    return distance;
}

annoproj_status shape_likeness(const frame_shape *a, const frame_shape *b, const likeness_rule *rule,
                               const bounds *limits, double *likeness, annoproj_error **error) {
    double squared = 0;
    const double distance = a->in_scene ? rule->scene_distance : rule->distance, most = square(distance);
    annoproj_status status = ANNOPROJ_OK;
    *likeness = 0;
    if (a->in_scene != b->in_scene)
        return status;
    switch (a->type) {
    case SHAPE_BOUNDING_BOX: *likeness = box_overlap(a, b); break;
    case SHAPE_BITMASK: *likeness = mask_overlap(a, b); break;
    case SHAPE_SEGMENTATION: *likeness = run_overlap(a, b, 0); break;
    case SHAPE_CUBOID: *likeness = space_overlap(a, b); break;
    case SHAPE_CUBOID_2D: status = face_overlap(a, b, limits, likeness, error); break;
    case SHAPE_ROTATABLE_BOUNDING_BOX:
    case SHAPE_CIRCLE:
    case SHAPE_ELLIPSE:
    case SHAPE_POLYGON: status = polygon_overlap(a, b, limits, likeness, error); break;
    default:
        if (a->type == SHAPE_SKELETON)
            squared = vertex_distance(a, b);
        else
            status = greatest_distance(a, b, most, limits, &squared, error);
        if (status == ANNOPROJ_OK && a->type != SHAPE_SKELETON)
            status = greatest_distance(b, a, most, limits, &squared, error);
        *likeness = squared > most ? 0 : distance > 0 ? 1 - sqrt(squared) / (2 * distance) : 1;
        return status;
    }
    if (*likeness < rule->overlap)
        *likeness = 0;
    return status;
}
