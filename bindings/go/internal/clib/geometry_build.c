/* Gathering the numbers of a label: their coding is found when all are there, because it is that of all of them. */
#include <math.h>

#include "allocate.h"
#include "geometry_coding.h"

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
