/* Rings: which are holes, their area, and the pixels they cover. */
#include <math.h>
#include <stdlib.h>

#include "allocate.h"
#include "ontology.h"
#include "shape_numbers.h"

#define RINGS_COMPARED 256 /* more rings than that are taken as parts */

static double coordinate(const shape *of, size_t index) {
    return number_to_double(&of->numbers[index]);
}

/* Signed area by the shoelace. */
static double ring_area(const shape *of, size_t part) {
    const size_t first = of->starts[part], end = of->starts[part + 1];
    double twice = 0;
    if (end - first < 6) {
        return 0;
    }
    /* Relative to the first point: keeps digits when the ring is small and far from the origin. */
    const double x0 = coordinate(of, first), y0 = coordinate(of, first + 1);
    double x = coordinate(of, end - 2) - x0, y = coordinate(of, end - 1) - y0;
    for (size_t i = first; i + 1 < end; i += 2) {
        const double next_x = coordinate(of, i) - x0, next_y = coordinate(of, i + 1) - y0;
        twice += x * next_y - next_x * y;
        x = next_x;
        y = next_y;
    }
    return twice / 2;
}

static bool is_inside(const shape *of, size_t part, double x, double y) {
    const size_t first = of->starts[part], end = of->starts[part + 1];
    bool inside = false;
    if (end - first < 6) {
        return false;
    }
    double before_x = coordinate(of, end - 2), before_y = coordinate(of, end - 1);
    for (size_t i = first; i + 1 < end; i += 2) {
        const double at_x = coordinate(of, i), at_y = coordinate(of, i + 1);
        if ((at_y > y) != (before_y > y) && x < (before_x - at_x) * (y - at_y) / (before_y - at_y) + at_x) {
            inside = !inside;
        }
        before_x = at_x;
        before_y = at_y;
    }
    return inside;
}

/* Whole rings inside each other: rings that only overlap are parts. */
static bool contains(const shape *of, size_t outer, size_t inner) {
    for (size_t i = of->starts[inner]; i + 1 < of->starts[inner + 1]; i += 2) {
        if (!is_inside(of, outer, coordinate(of, i), coordinate(of, i + 1))) {
            return false;
        }
    }
    return of->starts[inner + 1] - of->starts[inner] >= 6;
}

bool polygon_holes(const shape *of, size_t *outer) {
    bool any = false;
    for (size_t i = 0; i < of->part_count; i++) {
        outer[i] = i;
    }
    if (of->part_count < 2 || of->part_count > RINGS_COMPARED) {
        return false;
    }
    for (size_t i = 0; i < of->part_count; i++) {
        size_t depth = 0, closest = i;
        for (size_t j = 0; j < of->part_count; j++) {
            if (j != i && contains(of, j, i)) {
                depth++;
                if (closest == i || fabs(ring_area(of, j)) < fabs(ring_area(of, closest))) {
                    closest = j;
                }
            }
        }
        if (depth % 2 == 1 && (ring_area(of, i) < 0) != (ring_area(of, closest) < 0)) {
            outer[i] = closest;
            any = true;
        }
    }
    return any;
}

/* Twice the area of a ring by the shoelace, in units of the scale; false when a product is too large. */
static bool wide_area(const shape *of, const int64_t *at, size_t part, __int128 *twice) {
    const size_t first = of->starts[part], end = of->starts[part + 1];
    *twice = 0;
    for (size_t i = first; i + 1 < end; i += 2) {
        const size_t next = i + 3 < end ? i + 2 : first;
        /* Relative to the first point, so that products stay small. */
        const int64_t x = at[i] - at[first], y = at[i + 1] - at[first + 1];
        const int64_t next_x = at[next] - at[first], next_y = at[next + 1] - at[first + 1];
        if (__builtin_add_overflow(*twice, (__int128)x * next_y - (__int128)next_x * y, twice)) {
            return false;
        }
    }
    *twice = *twice < 0 ? -*twice : *twice;
    return true;
}

static bool exact_area(const shape *of, const scaled_shape *scaled, const size_t *outer, number *area) {
    __int128 twice = 0, ring = 0;
    bool exact = scaled->at != NULL;
    for (size_t i = 0; i < of->part_count && exact; i++) {
        exact = wide_area(of, scaled->at, i, &ring) &&
                !__builtin_add_overflow(twice, outer[i] == i ? ring : -ring, &twice);
    }
    return exact && !__builtin_mul_overflow(twice, (__int128)5, &twice) &&
           number_from_wide(twice, 2 * scaled->scale + 1, area);
}

number polygon_area(const shape *of, const scaled_shape *scaled, const size_t *outer) {
    number exact = {0};
    double area = 0;
    if (exact_area(of, scaled, outer, &exact)) {
        return exact;
    }
    for (size_t i = 0; i < of->part_count; i++) {
        const double ring = fabs(ring_area(of, i));
        area += outer[i] == i ? ring : -ring;
    }
    return (number){.real = area};
}

/* --- pixels ------------------------------------------------------------------------------------------------------------- */

static int by_value(const void *left, const void *right) {
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

/* Where the line down the middle of a column crosses the rings. */
static size_t crossings(const shape *of, double x, double *found) {
    size_t count = 0;
    for (size_t part = 0; part < of->part_count; part++) {
        const size_t first = of->starts[part], end = of->starts[part + 1];
        if (end - first < 6) {
            continue;
        }
        double before_x = coordinate(of, end - 2), before_y = coordinate(of, end - 1);
        for (size_t i = first; i + 1 < end; i += 2) {
            const double at_x = coordinate(of, i), at_y = coordinate(of, i + 1);
            if ((at_x > x) != (before_x > x)) {
                found[count++] = (before_y - at_y) * (x - at_x) / (before_x - at_x) + at_y;
            }
            before_x = at_x;
            before_y = at_y;
        }
    }
    qsort(found, count, sizeof *found, by_value);
    return count;
}

typedef struct run_list {
    shape *mask;
    int64_t length; /* of the run being made */
    bool inside, failed;
} run_list;

static void push(run_list *to, int64_t value) {
    shape *mask = to->mask;
    if (mask->number_count == mask->number_capacity) {
        const size_t capacity = mask->number_capacity ? mask->number_capacity * 2 : 256;
        number *numbers = reallocate(mask->numbers, capacity * sizeof *numbers);
        if (!numbers) {
            to->failed = true;
            return;
        }
        mask->numbers = numbers;
        mask->number_capacity = capacity;
    }
    mask->numbers[mask->number_count++] = (number){.decimal = decimal_from_int64(value), .exact = true};
}

static void add_pixels(run_list *to, int64_t count, bool inside) {
    if (count > 0 && inside != to->inside) {
        push(to, to->length);
        to->length = 0;
        to->inside = inside;
    }
    to->length += count;
}

static int64_t first_pixel(double y, int64_t height) {
    const double pixel = ceil(y - 0.5);
    return pixel < 0 ? 0 : pixel > (double)height ? height : (int64_t)pixel;
}

bool polygon_runs(const shape *of, int64_t width, int64_t height, shape *mask) {
    run_list to = {.mask = mask};
    double *found = allocate((of->number_count / 2 + 1) * sizeof *found);
    if (!found) {
        return false;
    }
    mask->type = SHAPE_BITMASK;
    mask->number_count = 0;
    push(&to, width);
    push(&to, height);
    for (int64_t column = 0; column < width && !to.failed; column++) {
        const size_t count = crossings(of, (double)column + 0.5, found);
        int64_t at = 0;
        for (size_t i = 0; i + 1 < count; i += 2) {
            const int64_t from = first_pixel(found[i], height), until = first_pixel(found[i + 1], height);
            add_pixels(&to, from - at, false);
            add_pixels(&to, until - from, true);
            at = until;
        }
        add_pixels(&to, height - at, false);
    }
    push(&to, to.length);
    release(found);
    return !to.failed;
}
