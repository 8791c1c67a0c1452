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

/* Whether a number is a double, or a decimal that its double tells. */
static bool is_told(const number *given, double *value) {
    *value = given->real;
    return given->exact ? decimal_told_by_double(given->decimal, value) : *value != 0 || !signbit(*value);
}

/* False when some number is no double. */
static bool gather_doubles(geometry_builder *builder, uint32_t stride) {
    for (size_t part = 0; part < builder->part_count; part++) {
        uint32_t place = 0;
        for (size_t i = builder->parts[part]; i < part_end(builder, part); i++) {
            quotient *one = &builder->quotients[i];
            if (!is_told(&builder->numbers[i], &one->value)) {
                return false;
            }
            one->axis = place % 2;
            place = place + 1 == stride ? 0 : place + 1;
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
