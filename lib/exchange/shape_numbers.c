/* Reading a shape, changing its unit, exact sums and products. */
#include "shape_numbers.h"

#include "allocate.h"
#include "ontology.h"

static bool room_for(void **array, size_t *capacity, size_t count, size_t size) {
    if (count < *capacity) {
        return true;
    }
    const size_t larger = *capacity ? *capacity * 2 : 64;
    void *grown = reallocate(*array, larger * size);
    if (grown) {
        *array = grown;
        *capacity = larger;
    }
    return grown != NULL;
}

/* The place behind the last part is kept up to date. */
static bool add_part(shape *to) {
    void *starts = to->starts;
    const bool done = room_for(&starts, &to->part_capacity, to->part_count + 1, sizeof *to->starts);
    to->starts = starts;
    if (done) {
        to->starts[to->part_count++] = to->number_count;
    }
    return done;
}

/* The numbers of one part. */
static bool add_numbers(shape *to, geometry_cursor *from) {
    size_t count = 0;
    do {
        void *numbers = to->numbers;
        if (!room_for(&numbers, &to->number_capacity, to->number_count, sizeof *to->numbers)) {
            return false;
        }
        to->numbers = numbers;
        count = geometry_next_numbers(from, to->numbers + to->number_count, to->number_capacity - to->number_count);
        to->number_count += count;
    } while (count > 0);
    return true;
}

bool shape_read(shape *to, geometry_cursor *from, bool *memory) {
    to->type = from->shape;
    to->unit = from->unit;
    to->part_count = to->number_count = 0;
    *memory = true;
    while (*memory && geometry_next_part(from)) {
        *memory = add_part(to) && add_numbers(to, from);
    }
    *memory = *memory && shape_end(to);
    return *memory && !from->failed;
}

void shape_begin(shape *to, int32_t type, int32_t unit) {
    to->type = type;
    to->unit = unit;
    to->part_count = to->number_count = 0;
}

bool shape_part(shape *to) {
    return add_part(to);
}

bool shape_number(shape *to, number value) {
    void *numbers = to->numbers;
    const bool done = room_for(&numbers, &to->number_capacity, to->number_count, sizeof *to->numbers);
    to->numbers = numbers;
    if (done) {
        to->numbers[to->number_count++] = value;
    }
    return done;
}

bool shape_end(shape *to) {
    const bool done = add_part(to);
    to->part_count -= done;
    return done;
}

void shape_release(shape *of) {
    release(of->numbers);
    release(of->starts);
    *of = (shape){0};
}

static number of_double(double value) {
    return (number){.real = value};
}

void shape_convert(shape *of, int32_t unit, double width, double height) {
    if (of->unit == unit || !shape_converts(of->type, of->unit)) {
        return;
    }
    for (size_t part = 0; part < of->part_count; part++) {
        for (size_t i = of->starts[part]; i < of->starts[part + 1]; i++) {
            const shape_axis axis = shape_axis_at(of->type, of->unit, part, i - of->starts[part]);
            if (axis == AXIS_NONE) {
                continue;
            }
            const double side = axis == AXIS_X ? width : height;
            const double value = number_to_double(&of->numbers[i]);
            of->numbers[i] = number_from_double(unit == ANNOPROJ_UNIT_PIXELS ? value * side : value / side);
        }
    }
    of->unit = unit;
}

/* --- arithmetic ------------------------------------------------------------------------------------------------------- */

#define LARGEST INT64_C(999999999999999999)

static bool fits(__int128 value) {
    return value <= LARGEST && value >= -LARGEST;
}

static bool at_scale(decimal value, int32_t scale, int64_t *mantissa) {
    return decimal_at_scale(value, scale, mantissa) && fits(*mantissa);
}

number number_add(number a, number b) {
    if (a.exact && b.exact) {
        const decimal one = decimal_shortest(a.decimal.mantissa, a.decimal.scale),
                      other = decimal_shortest(b.decimal.mantissa, b.decimal.scale);
        const int32_t scale = one.scale > other.scale ? one.scale : other.scale;
        int64_t left = 0, right = 0;
        if (at_scale(one, scale, &left) && at_scale(other, scale, &right) && fits((__int128)left + right)) {
            return (number){.decimal = decimal_shortest(left + right, scale), .exact = true};
        }
    }
    return of_double(number_to_double(&a) + number_to_double(&b));
}

number number_multiply(number a, number b) {
    if (a.exact && b.exact) {
        const decimal one = decimal_shortest(a.decimal.mantissa, a.decimal.scale),
                      other = decimal_shortest(b.decimal.mantissa, b.decimal.scale);
        const __int128 product = (__int128)one.mantissa * other.mantissa;
        if (fits(product)) {
            return (number){.decimal = decimal_shortest((int64_t)product, one.scale + other.scale), .exact = true};
        }
    }
    return of_double(number_to_double(&a) * number_to_double(&b));
}

/* False when that does not go. */
static bool to_scale(const shape *of, int64_t *mantissas, int32_t *scale) {
    bool exact = true;
    int32_t largest = 0;
    for (size_t i = 0; i < of->number_count; i++) {
        exact = exact && of->numbers[i].exact;
        largest = of->numbers[i].decimal.scale > largest ? of->numbers[i].decimal.scale : largest;
    }
    *scale = largest;
    for (size_t i = 0; i < of->number_count && exact; i++) {
        const decimal *one = &of->numbers[i].decimal;
        mantissas[i] = one->mantissa;
        exact = one->scale == largest || at_scale(*one, largest, &mantissas[i]);
    }
    return exact;
}

void scaled_shape_make(scaled_shape *made, const shape *of) {
    made->at = of->number_count <= FEW_NUMBERS ? made->few : allocate(of->number_count * sizeof *made->at);
    if (made->at && !to_scale(of, made->at, &made->scale)) {
        scaled_shape_release(made);
    }
}

void scaled_shape_release(scaled_shape *of) {
    if (of->at != of->few) {
        release(of->at);
    }
    of->at = NULL;
}

bool number_from_wide(__int128 mantissa, int32_t scale, number *out) {
    while (mantissa != 0 && mantissa % 10 == 0) {
        mantissa /= 10;
        scale--;
    }
    *out = (number){.decimal = {.mantissa = (int64_t)mantissa, .scale = mantissa == 0 ? 0 : scale}, .exact = true};
    return fits(mantissa);
}

void text_number(text *out, number value) {
    if (value.exact) {
        text_decimal(out, value.decimal);
    } else {
        text_double(out, value.real);
    }
}

void text_numbers(text *out, const number *numbers, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char *at = text_room(out, 1 + DECIMAL_LONGEST);
        if (!at) {
            return;
        }
        *at = ',';
        const int comma = i > 0;
        const int length = numbers[i].exact ? decimal_print(numbers[i].decimal, at + comma)
                                            : double_print(numbers[i].real, at + comma);
        out->length += (size_t)(comma + length);
    }
}

/* --- bounds ------------------------------------------------------------------------------------------------------------- */

static number negative(number value) {
    value.decimal.mantissa = -value.decimal.mantissa;
    value.real = -value.real;
    return value;
}

static bool is_less(const number *a, const number *b) {
    if (a->exact && b->exact && a->decimal.scale == b->decimal.scale) {
        return a->decimal.mantissa < b->decimal.mantissa;
    }
    return number_to_double(a) < number_to_double(b);
}

/* Places of the least and the greatest number of each axis. */
typedef struct extremes {
    size_t least[2], most[2];
} extremes;

static box box_between(const number *n, const extremes *at) {
    return (box){.x = n[at->least[0]],
                 .y = n[at->least[1]],
                 .width = number_add(n[at->most[0]], negative(n[at->least[0]])),
                 .height = number_add(n[at->most[1]], negative(n[at->least[1]]))};
}

static void find_extremes(const shape *of, extremes *out) {
    for (size_t part = 0; part < of->part_count; part++) {
        for (size_t i = of->starts[part]; i < of->starts[part + 1]; i++) {
            size_t *least = &out->least[(i - of->starts[part]) % 2], *most = &out->most[(i - of->starts[part]) % 2];
            *least = is_less(&of->numbers[i], &of->numbers[*least]) ? i : *least;
            *most = is_less(&of->numbers[*most], &of->numbers[i]) ? i : *most;
        }
    }
}

/* The same of integers at one scale. */
static void find_integer_extremes(const shape *of, const int64_t *at, extremes *out) {
    for (size_t part = 0; part < of->part_count; part++) {
        for (size_t axis = 0; axis < 2; axis++) {
            size_t least = out->least[axis], most = out->most[axis];
            for (size_t i = of->starts[part] + axis; i < of->starts[part + 1]; i += 2) {
                least = at[i] < at[least] ? i : least;
                most = at[most] < at[i] ? i : most;
            }
            out->least[axis] = least;
            out->most[axis] = most;
        }
    }
}

box shape_bounds(const shape *of, const scaled_shape *scaled) {
    const number zero = {.exact = true};
    extremes at = {{0, 1}, {0, 1}};
    if (of->number_count < 2) {
        return (box){zero, zero, zero, zero};
    }
    if (scaled->at) {
        find_integer_extremes(of, scaled->at, &at);
    } else {
        find_extremes(of, &at);
    }
    return box_between(of->numbers, &at);
}

box skeleton_bounds(const shape *of) {
    const number *n = of->numbers, zero = {.exact = true};
    extremes at = {{0, 1}, {0, 1}};
    bool any = false;
    for (size_t i = 0; i + 2 < of->number_count; i += 3) {
        if (number_to_double(&n[i + 2]) >= ANNOPROJ_VISIBILITY_MISSING) {
            continue;
        }
        for (size_t axis = 0; axis < 2; axis++) {
            size_t *least = &at.least[axis], *most = &at.most[axis];
            *least = !any || is_less(&n[i + axis], &n[*least]) ? i + axis : *least;
            *most = !any || is_less(&n[*most], &n[i + axis]) ? i + axis : *most;
        }
        any = true;
    }
    if (!any) {
        return (box){zero, zero, zero, zero};
    }
    return box_between(n, &at);
}

static number of_int64(int64_t value) {
    return (number){.decimal = decimal_from_int64(value), .exact = true};
}

/* Numbers of a mask: width, height, runs. */
box mask_bounds(const shape *of, int64_t *pixels) {
    const int64_t height = (int64_t)number_to_double(&of->numbers[1]);
    int64_t at = 0, least_x = INT64_MAX, most_x = -1, least_y = INT64_MAX, most_y = -1;
    *pixels = 0;
    for (size_t i = 2; i < of->number_count && height > 0; i++) {
        const int64_t run = (int64_t)number_to_double(&of->numbers[i]);
        if (i % 2 == 1 && run > 0) {
            const int64_t last = at + run - 1;
            const bool one_column = at / height == last / height;
            const int64_t top = one_column ? at % height : 0, bottom = one_column ? last % height : height - 1;
            *pixels += run;
            least_x = at / height < least_x ? at / height : least_x;
            most_x = last / height > most_x ? last / height : most_x;
            least_y = top < least_y ? top : least_y;
            most_y = bottom > most_y ? bottom : most_y;
        }
        at += run;
    }
    if (*pixels == 0) {
        return (box){of_int64(0), of_int64(0), of_int64(0), of_int64(0)};
    }
    return (box){of_int64(least_x), of_int64(least_y), of_int64(most_x - least_x + 1), of_int64(most_y - least_y + 1)};
}
