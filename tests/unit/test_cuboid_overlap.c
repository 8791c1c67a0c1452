/* The volume that two boxes share, against a count of points: boxes turned any way, alike, touching, one in the other. */
#include <math.h>
#include <stdio.h>

#include "cuboid_overlap.h"
#include "support.h"

#define STEPS 24 /* points along a side */

static double between(double low, double high) {
    return low + (high - low) * (double)random_below(1u << 20) / (1u << 20);
}

/* v turned about one axis. */
static void turn(double v[3], int axis, double angle) {
    const int a = (axis + 1) % 3, b = (axis + 2) % 3;
    const double x = v[a], y = v[b];
    v[a] = x * cos(angle) - y * sin(angle);
    v[b] = x * sin(angle) + y * cos(angle);
}

/* Turning about the axes as already turned is turning about the fixed ones in the other order. */
static void to_world(const double box[9], double v[3]) {
    for (int axis = 2; axis >= 0; axis--) {
        turn(v, axis, box[3 + axis]);
    }
    for (int i = 0; i < 3; i++) {
        v[i] += box[i];
    }
}

static bool is_inside(const double box[9], const double point[3]) {
    double v[3] = {point[0] - box[0], point[1] - box[1], point[2] - box[2]};
    for (int axis = 0; axis < 3; axis++) {
        turn(v, axis, -box[3 + axis]);
    }
    return fabs(v[0]) < box[6] / 2 && fabs(v[1]) < box[7] / 2 && fabs(v[2]) < box[8] / 2;
}

static double counted(const double a[9], const double b[9]) {
    size_t inside = 0;
    for (int i = 0; i < STEPS * STEPS * STEPS; i++) {
        double v[3] = {((i % STEPS) + 0.5) / STEPS - 0.5, ((i / STEPS % STEPS) + 0.5) / STEPS - 0.5,
                       ((i / STEPS / STEPS) + 0.5) / STEPS - 0.5};
        for (int k = 0; k < 3; k++) {
            v[k] *= a[6 + k];
        }
        to_world(a, v);
        inside += is_inside(b, v);
    }
    return a[6] * a[7] * a[8] * (double)inside / (STEPS * STEPS * STEPS);
}

static void any_two_boxes(void **state) {
    (void)state;
    size_t shared = 0;
    for (int round = 0; round < 120; round++) {
        double a[9], b[9];
        for (int i = 0; i < 9; i++) {
            a[i] = i < 3 ? between(-1, 1) : i < 6 ? between(-4, 4) : between(0.5, 3);
            b[i] = i < 3 ? between(-1, 1) : i < 6 ? between(-4, 4) : between(0.5, 3);
        }
        const double volume = cuboid_overlap(a, b), wanted = counted(a, b),
                     least = fmin(a[6] * a[7] * a[8], b[6] * b[7] * b[8]);
        if (fabs(volume - wanted) > 0.02 * a[6] * a[7] * a[8]) {
            fail_msg("round %d: %g instead of about %g", round, volume, wanted);
        }
        assert_true(fabs(volume - cuboid_overlap(b, a)) <= 1e-9 * least);
        assert_true(volume <= least * (1 + 1e-12));
        shared += volume > 0.05 * least;
    }
    assert_true(shared > 60);
}

#define assert_volume(a, b, wanted)                                                                                    \
    do {                                                                                                               \
        const double volume = cuboid_overlap((a), (b));                                                                \
        if (fabs(volume - (wanted)) > 1e-9) {                                                                          \
            fail_msg("%.17g instead of %.17g", volume, (double)(wanted));                                              \
        }                                                                                                              \
    } while (0)

static void boxes_that_share_faces(void **state) {
    (void)state;
    const double box[9] = {1, 2, 3, 0.3, -0.2, 0.7, 2, 3, 4};
    double other[9] = {1, 2, 3, 0.3, -0.2, 0.7, 2, 3, 4};
    assert_volume(box, box, 24);
    other[6] = 1; /* within it, four faces in the planes of its faces */
    assert_volume(box, other, 12);
    assert_volume(other, box, 12);
    other[6] = 5;
    assert_volume(box, other, 24);
    for (int axis = 0; axis < 3; axis++) { /* beside it */
        double v[3] = {0, 0, 0}, beside[9] = {0, 0, 0, 0.3, -0.2, 0.7, 2, 3, 4};
        v[axis] = box[6 + axis];
        to_world(box, v);
        beside[0] = v[0];
        beside[1] = v[1];
        beside[2] = v[2];
        assert_volume(box, beside, 0);
        assert_volume(beside, box, 0);
    }
    other[6] = other[7] = other[8] = 0;
    assert_volume(box, other, 0);
    other[0] = 100;
    other[6] = other[7] = other[8] = 1;
    assert_volume(box, other, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(any_two_boxes), cmocka_unit_test(boxes_that_share_faces)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
