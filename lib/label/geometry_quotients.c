/* The numbers of a label as quotients (quotients.h). */
#include <math.h>

#include "allocate.h"
#include "bit_packing.h"
#include "geometry_coding.h"

static bool room_for_quotients(geometry_builder *builder) {
    if (builder->quotient_capacity < builder->number_count) {
        quotient *larger = reallocate(builder->quotients, builder->number_capacity * sizeof *larger);
        if (!larger) {
            return false;
        }
        builder->quotients = larger;
        builder->quotient_capacity = builder->number_capacity;
    }
    return true;
}

#define SURE_DIGITS INT64_C(1000000000000000) /* no two decimals of so few digits are the same double */

/* Whether a number is a double, or a decimal that its double tells. */
static bool is_told_by(const number *given, double value) {
    decimal back;
    if (!isfinite(value)) { /* there are decimals beyond all doubles */
        return false;
    }
    if (!given->exact) {
        return value != 0 || !signbit(value);
    }
    if (given->decimal.mantissa > -SURE_DIGITS && given->decimal.mantissa < SURE_DIGITS && !(fabs(value) < 1e-300)) {
        return true;
    }
    return decimal_from_double(value, &back) && back.mantissa == given->decimal.mantissa &&
           back.scale == given->decimal.scale;
}

/* False when some number is no double. */
static bool gather_doubles(geometry_builder *builder, uint32_t stride) {
    for (size_t part = 0; part < builder->part_count; part++) {
        const size_t first = builder->parts[part];
        for (size_t i = first; i < part_end(builder, part); i++) {
            const number *given = &builder->numbers[i];
            const double value = number_to_double(given);
            if (!is_told_by(given, value)) {
                return false;
            }
            builder->quotients[i] = (quotient){.value = value, .axis = (i - first) % stride % 2};
        }
    }
    return true;
}

static uint32_t widest_correction(const geometry_builder *builder) {
    uint64_t all = 0;
    for (size_t i = 0; i < builder->number_count; i++) {
        all |= zigzag(builder->quotients[i].correction);
    }
    return all == 0 ? 0 : bits_of(all);
}

#define QUOTIENTS_HEAD 8 /* bytes, about */

bool coding_try_quotients(geometry_builder *builder, size_t length, coding *how) {
    coding made = {.run.stride = how->run.stride};
    size_t taken = 0;
    if (builder->number_count == 0 || shape_is_runs(builder->shape)) {
        return true;
    }
    if (!room_for_quotients(builder)) {
        return false;
    }
    if (!quotient_likely(number_to_double(&builder->numbers[0])) || !gather_doubles(builder, made.run.stride) ||
        !quotients_find(builder->quotients, builder->number_count, made.denominators)) {
        return true;
    }
    made.width = coding_packed_width(builder, true, &taken);
    made.correction_width = widest_correction(builder);
    taken += QUOTIENTS_HEAD + builder->part_count + builder->number_count * made.correction_width / 8;
    if (taken < length) {
        for (size_t i = 0; i < builder->number_count; i++) {
            builder->integers[i] = builder->quotients[i].integer;
        }
        *how = made;
    }
    return true;
}
