/* The coding of a label's numbers: integers at one power of ten as varints or packed, or each number with its own; or
 * quotients (geometry_quotients.c). Whichever takes the least bytes. */
#include "geometry_coding.h"

#include "allocate.h"
#include "bit_packing.h"
#include "geometry_format.h"

/* The smallest power of ten that makes every number an integer of 64 bits, of masks 1 at least; false when there is none. */
static bool common_scale(geometry_builder *builder, int32_t *scale) {
    bool any = shape_is_runs(builder->shape);
    *scale = 0;
    for (size_t i = 0; i < builder->number_count; i++) {
        const number *one = &builder->numbers[i];
        if (!one->exact) {
            return false;
        }
        if (one->decimal.mantissa != 0 && (!any || one->decimal.scale > *scale)) {
            *scale = one->decimal.scale;
            any = true;
        }
    }
    if (*scale < SMALLEST_SCALE || *scale > LARGEST_SCALE) {
        return false;
    }
    for (size_t i = 0; i < builder->number_count; i++) {
        if (!decimal_at_scale(builder->numbers[i].decimal, *scale, &builder->integers[i])) {
            return false;
        }
    }
    return true;
}

static bool room_for_integers(geometry_builder *builder) {
    if (builder->integer_capacity < builder->number_count) {
        int64_t *larger = reallocate(builder->integers, builder->number_capacity * sizeof *larger);
        if (!larger) {
            return false;
        }
        builder->integers = larger;
        builder->integer_capacity = builder->number_capacity;
    }
    return true;
}

/* Where all are decimals, and that takes less than `*length` bytes (0 = than each on its own), which becomes what the better way takes. */
static own_scales packed_scales(const geometry_builder *builder, size_t *length) {
    int32_t least = LARGEST_SCALE, most = SMALLEST_SCALE;
    uint64_t mantissas = 0;
    size_t alone = 0, zeros = 0;
    bool has_signs = false;
    for (size_t i = 0; i < builder->number_count; i++) {
        const decimal *one = &builder->numbers[i].decimal;
        if (!builder->numbers[i].exact) {
            *length = *length > 0 ? *length : 9 * builder->number_count;
            return (own_scales){0};
        }
        if (one->mantissa != 0) {
            least = one->scale < least ? one->scale : least;
            most = one->scale > most ? one->scale : most;
        }
        zeros += one->mantissa == 0;
        has_signs |= one->mantissa < 0;
        mantissas |= (uint64_t)(one->mantissa < 0 ? -one->mantissa : one->mantissa);
        alone += 1 + (bits_of(zigzag(one->mantissa)) + 6) / 7;
    }
    if (least < SMALLEST_SCALE || most > LARGEST_SCALE || least > most) {
        *length = *length > 0 ? *length : alone;
        return (own_scales){0};
    }
    const own_scales out = {least, bits_of((uint64_t)(most - least + 1)), bits_of(mantissas) + has_signs, has_signs};
    const size_t bits = out.bits * builder->number_count + out.width * (builder->number_count - zeros);
    const size_t packed = bits / 8 + 3 + builder->part_count, other = *length > 0 ? *length : alone;
    *length = packed < other ? packed : other;
    return packed < other ? out : (own_scales){0};
}

/* The integer of a number. */
static inline int64_t integer_at(const geometry_builder *builder, size_t index, bool quotients) {
    return quotients ? builder->quotients[index].integer : builder->integers[index];
}

uint32_t coding_packed_width(const geometry_builder *builder, bool quotients, size_t *length) {
    deltas run = {.stride = shape_stride(builder->shape, builder->unit)};
    uint64_t all = 0;
    size_t varints = 0, packed = 1;
    for (size_t part = 0; part < builder->part_count; part++) {
        run.place = 0;
        for (size_t i = builder->parts[part]; i < part_end(builder, part); i++) {
            const uint64_t delta = next_delta(&run, integer_at(builder, i, quotients));
            all |= delta;
            varints += (bits_of(delta) + 6) / 7;
        }
    }
    const uint32_t width = bits_of(all);
    for (size_t part = 0; part < builder->part_count; part++) {
        packed += ((part_end(builder, part) - builder->parts[part]) * width + 7) / 8;
    }
    *length = packed < varints ? packed : varints;
    return packed < varints ? width : 0;
}

#define MANY_DIGITS 4 /* bytes a number, from which on zeros and other short ones may be worth a bit of all */

bool coding_find(geometry_builder *builder, coding *out, size_t *length) {
    *out = (coding){.run.stride = shape_stride(builder->shape, builder->unit)};
    *length = 0;
    if (!room_for_integers(builder)) {
        return false;
    }
    out->by_number = !common_scale(builder, &out->scale);
    out->width = out->by_number ? 0 : coding_packed_width(builder, false, length);
    if (!out->by_number && *length <= MANY_DIGITS * builder->number_count) {
        return true;
    }
    out->own = packed_scales(builder, length);
    out->by_number |= out->own.width > 0;
    return coding_try_quotients(builder, *length, out);
}
