/* Encoding geometry. The numbers of a label are gathered first, because the power of ten is that of all of them. */
#include "geometry.h"

#include <math.h>
#include <string.h>

#include "allocate.h"
#include "failure.h"
#include "geometry_format.h"

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

/* The smallest power of ten that makes every number an integer of 64 bits; false when there is none. */
static bool common_scale(const geometry_builder *builder, int32_t *scale) {
    bool any = false;
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
        int64_t integer;
        if (!scaled(builder->numbers[i].decimal.mantissa, *scale - builder->numbers[i].decimal.scale, &integer)) {
            return false;
        }
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

typedef struct deltas {
    int32_t scale;
    bool by_number;
    uint32_t stride;
    int64_t previous[SHAPE_LONGEST_STRIDE];
} deltas;

#define AT_ONCE 256 /* numbers that get their room together */

static void encode_deltas(const number *numbers, size_t count, deltas *run, bytes *out) {
    uint32_t place = 0;
    for (size_t first = 0; first < count; first += AT_ONCE) {
        const size_t after = count - first < AT_ONCE ? count : first + AT_ONCE;
        uint8_t *at = bytes_room(out, (after - first) * LONGEST_VARINT);
        if (!at) {
            return;
        }
        for (size_t i = first; i < after; i++) {
            int64_t integer = 0;
            scaled(numbers[i].decimal.mantissa, run->scale - numbers[i].decimal.scale,
                   &integer); /* fits: common_scale() */
            at = put_varint(at, zigzag((int64_t)((uint64_t)integer - (uint64_t)run->previous[place])));
            run->previous[place] = integer;
            place = place + 1 == run->stride ? 0 : place + 1;
        }
        out->length = (size_t)(at - out->data);
    }
}

static void encode_part(const geometry_builder *builder, size_t part, deltas *run, bytes *out) {
    const size_t first = builder->parts[part];
    const size_t after = part + 1 < builder->part_count ? builder->parts[part + 1] : builder->number_count;
    bytes_varint(out, after - first);
    if (first == after) {
        return; /* there may be no numbers at all to point at */
    }
    if (!run->by_number) {
        encode_deltas(builder->numbers + first, after - first, run, out);
        return;
    }
    for (size_t i = first; i < after; i++) {
        encode_by_number(&builder->numbers[i], out);
    }
}

annoproj_status geometry_encode(geometry_builder *builder, bytes *out, annoproj_error **error) {
    if (builder->failed) {
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
    deltas run = {.stride = shape_stride(builder->shape)};
    run.by_number = !common_scale(builder, &run.scale);
    bytes_varint(out, (uint64_t)(uint32_t)builder->shape);
    bytes_varint(out, (uint64_t)(uint32_t)builder->unit);
    bytes_varint(out, run.by_number ? SCALE_TAG_BY_NUMBER : tag_of_scale(run.scale));
    bytes_varint(out, builder->frame_count);
    int64_t before = -1;
    for (size_t i = 0; i < builder->frame_count; i++) {
        size_t part = builder->frames[i].part;
        size_t after = i + 1 < builder->frame_count ? builder->frames[i + 1].part : builder->part_count;
        bytes_varint(out, (uint64_t)(builder->frames[i].frame - before - 1));
        bytes_varint(out, after - part);
        for (; part < after; part++) {
            encode_part(builder, part, &run, out);
        }
        before = builder->frames[i].frame;
    }
    return out->failed ? fail_memory(error) : ANNOPROJ_OK;
}
