/* The intersection of two boxes is bounded by what each face of one has inside the other. Its volume is a third of the
 * sum over these faces of area times distance of the plane from a point, here the middle of the second box. */
#include "cuboid_overlap.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct vector {
    double x, y, z;
} vector;

typedef struct box {
    vector middle, axes[3]; /* unit vectors */
    double half[3];
} box;

#define MOST_CORNERS 10 /* of a square that six planes cut */

typedef struct face {
    vector corners[MOST_CORNERS];
    size_t count;
    vector normal; /* outwards */
} face;

static vector sum(vector a, double factor, vector b) {
    return (vector){a.x + factor * b.x, a.y + factor * b.y, a.z + factor * b.z};
}

static double dot(vector a, vector b) {
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

static vector cross(vector a, vector b) {
    return (vector){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

static box box_of(const double n[9], vector origin) {
    const double cx = cos(n[3]), sx = sin(n[3]), cy = cos(n[4]), sy = sin(n[4]), cz = cos(n[5]), sz = sin(n[5]);
    return (box){.middle = {n[0] - origin.x, n[1] - origin.y, n[2] - origin.z},
                 .axes = {{cy * cz, cx * sz + cz * sx * sy, sx * sz - cx * cz * sy},
                          {-cy * sz, cx * cz - sx * sy * sz, cz * sx + cx * sy * sz},
                          {sy, -cy * sx, cx * cy}},
                 .half = {n[6] / 2, n[7] / 2, n[8] / 2}};
}

/* One of the six sides: 0, 1 along the first axis, ... */
static face face_of(const box *of, int side) {
    static const double turns[4][2] = {{-1, -1}, {1, -1}, {1, 1}, {-1, 1}};
    const int axis = side / 2, second = (axis + 1) % 3, third = (axis + 2) % 3;
    const double sign = side % 2 == 0 ? 1 : -1;
    const vector middle = sum(of->middle, sign * of->half[axis], of->axes[axis]);
    face out = {.count = 4, .normal = sum((vector){0, 0, 0}, sign, of->axes[axis])};
    for (int i = 0; i < 4; i++) {
        out.corners[i] = sum(sum(middle, turns[i][0] * of->half[second], of->axes[second]),
                             turns[i][1] * of->half[third], of->axes[third]);
    }
    return out;
}

/* Cuts off what lies beyond the plane of a side. A face in that plane is told apart by where it looks: the other way, the
 * boxes only touch; the same way, it bounds both and counts `once`, with the other box. */
static void cut(face *to, const face *by, double least, bool once) {
    const double level = dot(by->normal, by->corners[0]);
    face out = {.normal = to->normal};
    const double turned = dot(to->normal, by->normal);
    bool in_plane = fabs(turned) > 1 - 1e-9;
    for (size_t i = 0; i < to->count; i++) {
        const vector a = to->corners[i], b = to->corners[(i + 1) % to->count];
        const double from = dot(by->normal, a) - level, until = dot(by->normal, b) - level;
        in_plane = in_plane && fabs(from) <= least;
        if (from <= 0 && out.count < MOST_CORNERS) {
            out.corners[out.count++] = a;
        }
        if (((from < 0 && until > 0) || (from > 0 && until < 0)) && out.count < MOST_CORNERS) {
            out.corners[out.count++] = sum(a, from / (from - until), sum(b, -1, a));
        }
    }
    if (in_plane) {
        out = *to;
        out.count = once || turned < 0 ? 0 : to->count;
    }
    *to = out;
}

static double area_of(const face *of) {
    vector twice = {0, 0, 0};
    for (size_t i = 2; i < of->count; i++) {
        twice = sum(twice, 1,
                    cross(sum(of->corners[i - 1], -1, of->corners[0]), sum(of->corners[i], -1, of->corners[0])));
    }
    return sqrt(dot(twice, twice)) / 2;
}

/* Three times the part of the volume that the faces of `a` inside `b` bound. */
static double bounded_by(const box *a, const box *b, double least, bool once) {
    double volume = 0;
    for (int side = 0; side < 6; side++) {
        face inside = face_of(a, side);
        for (int other = 0; other < 6; other++) {
            const face by = face_of(b, other);
            cut(&inside, &by, least, once);
        }
        if (inside.count >= 3) {
            volume += area_of(&inside) * dot(inside.normal, inside.corners[0]);
        }
    }
    return volume;
}

double cuboid_overlap(const double a[9], const double b[9]) {
    const vector origin = {b[0], b[1], b[2]};
    const box first = box_of(a, origin), second = box_of(b, origin);
    double longest = 0;
    for (int i = 6; i < 9; i++) {
        longest = fmax(longest, fmax(a[i], b[i]));
    }
    const double least = longest * 1e-9;
    const double volume = (bounded_by(&first, &second, least, false) + bounded_by(&second, &first, least, true)) / 3;
    return volume > 0 ? volume : 0;
}
