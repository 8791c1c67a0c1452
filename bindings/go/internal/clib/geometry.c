/* Encoding geometry. The numbers of a label are gathered first, because the power of ten is that of all of them. */
#include "geometry.h"

#include <math.h>
#include <string.h>

#include "allocate.h"
#include "failure.h"
#include "geometry_format.h"
#include "quotients.h"

typedef struct frame_start {
    int64_t frame;
    size_t part; /* its first part */
} frame_start;

struct geometry_builder {
    int32_t shape, unit;
    frame_start *frames;
    size_t frame_count, frame_capacity;
    size_t *parts; /* first number of each part */
    size_t part_count, part_capacity;
    number *numbers;
    size_t number_count, number_capacity;
    int64_t *integers; /* what the numbers are at their common scale */
    size_t integer_capacity;
    quotient *quotients; /* the same of numbers that are some */
    size_t quotient_capacity;
    bytes code; /* of the mask being encoded */
    bool failed, misused, unordered, infinite;
};

/* What a builder is that could not be had: everything it is told is ignored, encoding is NO_MEMORY. */
static geometry_builder without_memory = {.failed = true};

geometry_builder *geometry_builder_new(int32_t shape, int32_t unit) {
    geometry_builder *builder = allocate_zeroed(1, sizeof *builder);
    if (!builder) {
        return &without_memory;
    }
    geometry_builder_reset(builder, shape, unit);
    return builder;
}

void geometry_builder_reset(geometry_builder *builder, int32_t shape, int32_t unit) {
    if (builder == &without_memory) {
        return;
    }
    builder->shape = shape;
    builder->unit = unit;
    builder->frame_count = builder->part_count = builder->number_count = 0;
    builder->failed = builder->misused = builder->unordered = builder->infinite = false;
}

void geometry_builder_free(geometry_builder *builder) {
    if (builder && builder != &without_memory) {
        release(builder->frames);
        release(builder->parts);
        release(builder->numbers);
        release(builder->integers);
        release(builder->quotients);
        bytes_release(&builder->code);
        release(builder);
    }
}

static void *grown(void *array, size_t *capacity, size_t size) {
    size_t more = *capacity ? *capacity * 2 : 16;
    void *larger = more > PTRDIFF_MAX / size ? NULL : reallocate(array, more * size);
    if (larger) {
        *capacity = more;
    }
    return larger;
}

void geometry_frame(geometry_builder *builder, int64_t frame) {
    if (builder->failed) {
        return;
    }
    if (builder->frame_count == builder->frame_capacity) {
        frame_start *larger = grown(builder->frames, &builder->frame_capacity, sizeof *larger);
        if (!larger) {
            builder->failed = true;
            return;
        }
        builder->frames = larger;
    }
    int64_t before = builder->frame_count ? builder->frames[builder->frame_count - 1].frame : -1;
    builder->unordered |= frame <= before || frame > INT64_MAX - 2;
    builder->frames[builder->frame_count++] = (frame_start){frame, builder->part_count};
}

void geometry_part(geometry_builder *builder) {
    if (builder->failed) {
        return;
    }
    if (builder->part_count == builder->part_capacity) {
        size_t *larger = grown(builder->parts, &builder->part_capacity, sizeof *larger);
        if (!larger) {
            builder->failed = true;
            return;
        }
        builder->parts = larger;
    }
    builder->misused |= builder->frame_count == 0;
    builder->parts[builder->part_count++] = builder->number_count;
}

void geometry_number(geometry_builder *builder, number given) {
    if (builder->failed) {
        return;
    }
    if (builder->number_count == builder->number_capacity) {
        number *larger = grown(builder->numbers, &builder->number_capacity, sizeof *larger);
        if (!larger) {
            builder->failed = true;
            return;
        }
        builder->numbers = larger;
    }
    builder->misused |= builder->part_count == 0 || builder->parts[builder->part_count - 1] > builder->number_count;
    builder->infinite |= !given.exact && !isfinite(given.real);
    builder->numbers[builder->number_count++] = given;
}

void geometry_decimals(geometry_builder *builder, const decimal *decimals, size_t count) {
    while (!builder->failed && builder->number_capacity - builder->number_count < count) {
        number *larger = grown(builder->numbers, &builder->number_capacity, sizeof *larger);
        builder->failed = !larger;
        builder->numbers = larger ? larger : builder->numbers;
    }
    if (builder->failed || count == 0) {
        return;
    }
    builder->misused |= builder->part_count == 0 || builder->parts[builder->part_count - 1] > builder->number_count;
    for (size_t i = 0; i < count; i++) {
        builder->numbers[builder->number_count++] = (number){.decimal = decimals[i], .exact = true};
    }
}

/* value * 10^power; false when it does not fit. */
static bool scaled(int64_t value, int32_t power, int64_t *out) {
    if (value == 0) {
        power = 0;
    }
    for (; power > 0; power--) {
        if (__builtin_mul_overflow(value, INT64_C(10), &value)) {
            return false;
        }
    }
    *out = value;
    return true;
}

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
        const decimal *one = &builder->numbers[i].decimal;
        if (!scaled(one->mantissa, *scale - one->scale, &builder->integers[i])) {
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

static void encode_by_number(const number *one, bytes *out) {
    if (one->exact && one->decimal.scale >= SMALLEST_SCALE && one->decimal.scale <= LARGEST_SCALE) {
        bytes_varint(out, tag_of_scale(one->decimal.scale));
        bytes_zigzag(out, one->decimal.mantissa);
        return;
    }
    double real = number_to_double(one);
    bytes_varint(out, SCALE_TAG_BY_NUMBER);
    bytes_append(out, &real, sizeof real);
}

static uint32_t bits_of(uint64_t value) {
    return value == 0 ? 1 : 64 - (uint32_t)__builtin_clzll(value);
}

/* Numbers packed with their own scales: bits of the scale above the least one + 1, or 0 for a zero; then of the mantissa. */
typedef struct own_scales {
    int32_t least;
    uint32_t bits, width; /* of the scale, of the mantissa; 0 = they are not packed */
} own_scales;

/* Where all are decimals, and that takes less than `*length` bytes (0 = than each on its own), which becomes what the better way takes. */
static own_scales packed_scales(const geometry_builder *builder, size_t *length) {
    int32_t least = LARGEST_SCALE, most = SMALLEST_SCALE;
    uint64_t mantissas = 0;
    size_t alone = 0, zeros = 0;
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
        mantissas |= zigzag(one->mantissa);
        alone += 1 + (bits_of(zigzag(one->mantissa)) + 6) / 7;
    }
    if (least < SMALLEST_SCALE || most > LARGEST_SCALE || least > most) {
        *length = *length > 0 ? *length : alone;
        return (own_scales){0};
    }
    const own_scales out = {least, bits_of((uint64_t)(most - least + 1)), bits_of(mantissas)};
    const size_t bits = out.bits * builder->number_count + out.width * (builder->number_count - zeros);
    const size_t packed = bits / 8 + 3 + builder->part_count, other = *length > 0 ? *length : alone;
    *length = packed < other ? packed : other;
    return packed < other ? out : (own_scales){0};
}

typedef struct deltas {
    uint32_t stride, place;
    int64_t previous[SHAPE_LONGEST_STRIDE];
} deltas;

static inline uint64_t next_delta(deltas *run, int64_t integer) {
    const uint64_t delta = zigzag((int64_t)((uint64_t)integer - (uint64_t)run->previous[run->place]));
    run->previous[run->place] = integer;
    run->place = run->place + 1 == run->stride ? 0 : run->place + 1;
    return delta;
}

static size_t part_end(const geometry_builder *builder, size_t part) {
    return part + 1 < builder->part_count ? builder->parts[part + 1] : builder->number_count;
}

/* The integer of a number. */
static inline int64_t integer_at(const geometry_builder *builder, size_t index, bool quotients) {
    return quotients ? builder->quotients[index].integer : builder->integers[index];
}

/* The width at which all deltas fit when that takes less than varints do; else 0. `*length` is how many bytes they take. */
static uint32_t packed_width(const geometry_builder *builder, bool quotients, size_t *length) {
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

#define MANY_DIGITS 4   /* bytes a number, from which on zeros and other short ones may be worth a bit of all */
#define AT_ONCE     256 /* numbers that get their room together */

static void encode_varints(const int64_t *integers, size_t count, deltas *run, bytes *out) {
    for (size_t first = 0; first < count; first += AT_ONCE) {
        const size_t after = count - first < AT_ONCE ? count : first + AT_ONCE;
        uint8_t *at = bytes_room(out, (after - first) * LONGEST_VARINT);
        if (!at) {
            return;
        }
        for (size_t i = first; i < after; i++) {
            at = put_varint(at, next_delta(run, integers[i]));
        }
        out->length = (size_t)(at - out->data);
    }
}

/* From the lowest bit of each byte on; the last byte is filled up with zeros. */
typedef struct packer {
    uint8_t *at;
    unsigned __int128 waiting;
    uint32_t bits;
} packer;

static inline void pack(packer *to, uint64_t value, uint32_t width) {
    to->waiting |= (unsigned __int128)value << to->bits;
    for (to->bits += width; to->bits >= 8; to->bits -= 8) {
        *to->at++ = (uint8_t)to->waiting;
        to->waiting >>= 8;
    }
}

static void pack_end(packer *to, bytes *out) {
    if (to->bits > 0) {
        *to->at++ = (uint8_t)to->waiting;
    }
    out->length = (size_t)(to->at - out->data);
}

static void encode_packed(const int64_t *integers, size_t count, uint32_t width, deltas *run, bytes *out) {
    packer to = {.at = bytes_room(out, (count * width + 7) / 8)};
    if (to.at) {
        for (size_t i = 0; i < count; i++) {
            pack(&to, next_delta(run, integers[i]), width);
        }
        pack_end(&to, out);
    }
}

static void encode_own_scales(const number *numbers, size_t count, const own_scales *how, bytes *out) {
    packer to = {.at = bytes_room(out, (count * (how->bits + how->width) + 7) / 8)};
    if (to.at) {
        for (size_t i = 0; i < count; i++) {
            const decimal *one = &numbers[i].decimal;
            if (one->mantissa == 0) {
                pack(&to, 0, how->bits);
            } else {
                pack(&to, (uint64_t)(one->scale - how->least + 1), how->bits);
                pack(&to, zigzag(one->mantissa), how->width);
            }
        }
        pack_end(&to, out);
    }
}

typedef struct coding {
    uint64_t denominators[2]; /* of quotients; 0 = they are none */
    uint32_t correction_width;
    int32_t scale;
    bool by_number;
    own_scales own;     /* by number: how they are packed */
    uint32_t width;     /* of packed numbers; 0 = varints */
    bool runs;          /* of masks; then: */
    bool none;          /* there are others among them, so that another coding is needed */
    size_t runs_length; /* how many bytes they took */
    deltas run;
} coding;

/* ---- quotients ---- */

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

/* Where the numbers are quotients, and that takes less than `length` bytes. False when out of memory. */
static bool try_quotients(geometry_builder *builder, size_t length, coding *how) {
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
    made.width = packed_width(builder, true, &taken);
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

static void encode_corrections(const quotient *list, size_t count, uint32_t width, bytes *out) {
    packer to = {.at = bytes_room(out, (count * width + 7) / 8)};
    if (to.at) {
        for (size_t i = 0; i < count; i++) {
            pack(&to, zigzag(list[i].correction), width);
        }
        pack_end(&to, out);
    }
}

/* ---- parts, frames ---- */

static void encode_numbers(geometry_builder *builder, size_t part, coding *how, bytes *out) {
    const size_t first = builder->parts[part], count = part_end(builder, part) - first;
    how->run.place = 0;
    if (count == 0) {
        how->none = true;
        return; /* there may be no numbers at all to point at */
    }
    if (how->runs) {
        const size_t before = out->length;
        const bool lines = builder->shape == SHAPE_BITMASK;
        how->none |= !mask_encode(builder->integers + first, count, lines, &builder->code, out);
        how->runs_length += out->length - before;
        return;
    }
    if (how->correction_width > 0) {
        encode_corrections(builder->quotients + first, count, how->correction_width, out);
    }
    if (how->own.width > 0) {
        encode_own_scales(&builder->numbers[first], count, &how->own, out);
    } else if (how->by_number) {
        for (size_t i = first; i < first + count; i++) {
            encode_by_number(&builder->numbers[i], out);
        }
    } else if (how->width > 0) {
        encode_packed(builder->integers + first, count, how->width, &how->run, out);
    } else {
        encode_varints(builder->integers + first, count, &how->run, out);
    }
}

/* Most frames have one part with as many numbers as the shape takes: nothing but a 0 is said of them. */
static void encode_frame(geometry_builder *builder, size_t frame, coding *how, bytes *out) {
    const size_t part = builder->frames[frame].part;
    const size_t after = frame + 1 < builder->frame_count ? builder->frames[frame + 1].part : builder->part_count;
    if (after == part + 1 && part_end(builder, part) - builder->parts[part] == how->run.stride) {
        bytes_varint(out, 0);
        encode_numbers(builder, part, how, out);
        return;
    }
    bytes_varint(out, after - part + 1);
    for (size_t i = part; i < after; i++) {
        bytes_varint(out, part_end(builder, i) - builder->parts[i]);
        encode_numbers(builder, i, how, out);
    }
}

static void encode_head(const geometry_builder *builder, const coding *how, bytes *out) {
    const bool quotients = how->denominators[0] > 0;
    const uint64_t scale = how->by_number ? SCALE_TAG_BY_NUMBER
                           : quotients    ? SCALE_TAG_QUOTIENTS
                                          : tag_of_scale(how->scale);
    bytes_varint(out, (uint64_t)(uint32_t)builder->shape << UNIT_BITS | (uint32_t)builder->unit);
    bytes_varint(out, scale << 1 | (how->width > 0 || how->own.width > 0 || how->runs ? PACKED : 0));
    if (quotients) {
        bytes_varint(out, tag_of_denominator(how->denominators[0]));
        bytes_varint(out, tag_of_denominator(how->denominators[1]));
        bytes_varint(out, how->correction_width);
    }
    if (how->own.width > 0) {
        bytes_varint(out, how->own.width);
        bytes_varint(out, how->own.bits);
        bytes_varint(out, tag_of_scale(how->own.least));
    } else if (how->width > 0 || how->runs) {
        bytes_varint(out, how->runs ? WIDTH_OF_RUNS : how->width);
    }
}

static void encode_label(geometry_builder *builder, coding *how, bytes *out) {
    const bool only_first = builder->frame_count == 1 && builder->frames[0].frame == 0;
    int64_t before = -1;
    encode_head(builder, how, out);
    bytes_varint(out, only_first ? 0 : builder->frame_count + 1);
    for (size_t i = 0; i < builder->frame_count; i++) {
        if (!only_first) {
            bytes_varint(out, (uint64_t)(builder->frames[i].frame - before - 1));
        }
        encode_frame(builder, i, how, out);
        before = builder->frames[i].frame;
    }
}

/* As runs of masks, where they are some and that takes less than the `length` of the other codings. */
static bool encode_as_runs(geometry_builder *builder, coding how, size_t length, bytes *out) {
    const size_t before = out->length;
    if (!shape_is_runs(builder->shape) || how.scale != 0) {
        return false;
    }
    how.runs = true;
    encode_label(builder, &how, out);
    if (!how.none && how.runs_length + 1 < length) {
        return true;
    }
    out->length = before;
    return false;
}

annoproj_status geometry_encode(geometry_builder *builder, bytes *out, annoproj_error **error) {
    if (builder->failed || !room_for_integers(builder)) {
        return fail_memory(error);
    }
    if (builder->misused) {
        return fail(error, ANNOPROJ_INTERNAL,
                    "a geometry was built with a number outside a part or a part outside a frame");
    }
    if (builder->unordered) {
        return fail(error, ANNOPROJ_DATA, "the frames of a geometry are not ascending from 0: sort them, each once");
    }
    if (builder->infinite) {
        return fail(error, ANNOPROJ_DATA, "a geometry has a coordinate that is not finite");
    }
    coding how = {.run.stride = shape_stride(builder->shape, builder->unit)};
    size_t length = 0;
    how.by_number = !common_scale(builder, &how.scale);
    how.width = how.by_number ? 0 : packed_width(builder, false, &length);
    if (how.by_number || length > MANY_DIGITS * builder->number_count) {
        how.own = packed_scales(builder, &length);
        how.by_number |= how.own.width > 0;
        if (!try_quotients(builder, length, &how)) {
            return fail_memory(error);
        }
    }
    if (how.by_number || !encode_as_runs(builder, how, length, out)) {
        encode_label(builder, &how, out);
    }
    return out->failed ? fail_memory(error) : ANNOPROJ_OK;
}
