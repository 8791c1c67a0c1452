/* The bytes of a geometry (docs/file-format.md). */
#include "bit_packing.h"
#include "failure.h"
#include "geometry_coding.h"
#include "geometry_format.h"

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

#define AT_ONCE 256 /* numbers that get their room together */

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
                pack(&to, how->has_signs ? zigzag(one->mantissa) : (uint64_t)one->mantissa, how->width);
            }
        }
        pack_end(&to, out);
    }
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

static size_t frame_end(const geometry_builder *builder, size_t frame) {
    return frame + 1 < builder->frame_count ? builder->frames[frame + 1].part : builder->part_count;
}

/* Most frames have one part with as many numbers as the shape takes. */
static bool is_usual(const geometry_builder *builder, size_t frame, uint32_t stride) {
    const size_t part = builder->frames[frame].part;
    return frame_end(builder, frame) == part + 1 && part_end(builder, part) - builder->parts[part] == stride;
}

/* Of usual ones nothing but a 0 is said. */
static void encode_frame(geometry_builder *builder, size_t frame, coding *how, bytes *out) {
    const size_t part = builder->frames[frame].part, after = frame_end(builder, frame);
    if (is_usual(builder, frame, how->run.stride)) {
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
        bytes_varint(out, (uint64_t)how->own.bits << 1 | (how->own.has_signs ? SIGNED : 0));
        bytes_varint(out, tag_of_scale(how->own.least));
    } else if (how->width > 0 || how->runs) {
        bytes_varint(out, how->runs ? WIDTH_OF_RUNS : how->width);
    }
}

static void encode_label(geometry_builder *builder, coding *how, bytes *out) {
    const bool only_first = builder->frame_count == 1 && builder->frames[0].frame == 0;
    int64_t before = -1;
    encode_head(builder, how, out);
    if (only_first && is_usual(builder, 0, how->run.stride)) {
        bytes_varint(out, FRAMES_USUAL);
        encode_numbers(builder, builder->frames[0].part, how, out);
        return;
    }
    bytes_varint(out, only_first ? FRAMES_FIRST : builder->frame_count + FRAMES_MANY);
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
    coding how;
    size_t length = 0;
    if (!coding_find(builder, &how, &length)) {
        return fail_memory(error);
    }
    if (how.by_number || !encode_as_runs(builder, how, length, out)) {
        encode_label(builder, &how, out);
    }
    return out->failed ? fail_memory(error) : ANNOPROJ_OK;
}
