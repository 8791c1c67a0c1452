/* Reading encoded geometry. Every count is paid for with at least one byte of the blob, so that a damaged one ends
 * soon. */
#include <stddef.h>
#include <string.h>

#include "bit_packing.h"
#include "geometry.h"
#include "geometry_format.h"
#include "quotients.h"

#define MOST_MANTISSA INT64_C(1000000000000000000)

double number_to_double(const number *given) {
    return given->exact ? decimal_to_double(given->decimal) : given->real;
}

number number_from_double(double value) {
    number out = {{0, 0}, value, false};
    out.exact = decimal_from_double(value, &out.decimal);
    return out;
}

/* What is said of packed numbers; false when it cannot be so. */
static bool open_packed(geometry_cursor *cursor, bool by_number) {
    const uint64_t width = unpack_varint(&cursor->unpacker);
    const uint64_t tag = by_number ? unpack_varint(&cursor->unpacker) : 0, bits = tag >> 1;
    const uint64_t least = by_number ? unpack_varint(&cursor->unpacker) : tag_of_scale(0);
    cursor->runs = width == WIDTH_OF_RUNS;
    if (cursor->unpacker.failed || width > WIDEST_BITS || bits > WIDEST_SCALE || least == SCALE_TAG_BY_NUMBER ||
        least > SCALE_TAG_LARGEST) {
        return false;
    }
    cursor->width = (uint32_t)width;
    cursor->scale_bits = (uint32_t)bits;
    cursor->has_signs = tag & SIGNED;
    cursor->least_scale = scale_of_tag(least);
    return cursor->runs ? cursor->scale == 0 && shape_is_runs(cursor->shape) : (bits > 0) == by_number;
}

/* What is said of quotients; false when it cannot be so. */
static bool open_quotients(geometry_cursor *cursor) {
    cursor->scale = GEOMETRY_BY_NUMBER;
    for (size_t axis = 0; axis < 2; axis++) {
        cursor->denominators[axis] = denominator_of_tag(unpack_varint(&cursor->unpacker));
    }
    const uint64_t width = unpack_varint(&cursor->unpacker);
    cursor->correction_width = (uint32_t)width;
    return cursor->denominators[0] > 0 && cursor->denominators[1] > 0 && width <= WIDEST_CORRECTION;
}

void geometry_open(geometry_cursor *cursor, const uint8_t *data, size_t length) {
    memset(cursor, 0, offsetof(geometry_cursor, mask));
    cursor->frame = -1;
    if (length == 0) {
        return;
    }
    cursor->unpacker = (unpacker){data, data + length, false};
    const uint64_t shape = unpack_varint(&cursor->unpacker);
    const uint64_t scale = unpack_varint(&cursor->unpacker);
    if (shape >> UNIT_BITS > INT32_MAX || scale >> 1 > SCALE_TAG_QUOTIENTS) {
        cursor->failed = true;
        return;
    }
    cursor->shape = (int32_t)(shape >> UNIT_BITS);
    cursor->unit = (int32_t)(shape & ((1u << UNIT_BITS) - 1));
    cursor->stride = shape_stride(cursor->shape, cursor->unit);
    const bool by_number = scale >> 1 == SCALE_TAG_BY_NUMBER;
    cursor->scale = by_number ? GEOMETRY_BY_NUMBER : scale_of_tag(scale >> 1);
    bool sound = scale >> 1 != SCALE_TAG_QUOTIENTS || open_quotients(cursor);
    sound = sound && (!(scale & PACKED) || open_packed(cursor, by_number));
    const uint64_t frames = unpack_varint(&cursor->unpacker);
    cursor->failed = !sound || cursor->unpacker.failed;
    cursor->only_usual = frames == FRAMES_USUAL;
    cursor->only_first = frames < FRAMES_MANY;
    cursor->frames_left = cursor->only_first ? 1 : frames - FRAMES_MANY;
}

static bool ended(geometry_cursor *cursor, bool failed) {
    if (failed) {
        cursor->failed = true;
        cursor->frames_left = cursor->parts_left = cursor->numbers_left = 0;
    }
    return false;
}

bool geometry_next_frame(geometry_cursor *cursor) {
    while (!cursor->failed && geometry_next_part(cursor)) {
    }
    if (cursor->failed) {
        return false;
    }
    if (cursor->frames_left == 0) {
        return ended(cursor, cursor->unpacker.at != cursor->unpacker.end);
    }
    const uint64_t ahead = cursor->only_first ? 0 : unpack_varint(&cursor->unpacker);
    const uint64_t parts = cursor->only_usual ? 0 : unpack_varint(&cursor->unpacker);
    cursor->usual = parts == 0;
    cursor->parts_left = parts == 0 ? 1 : parts - 1;
    if (cursor->unpacker.failed || ahead >= (uint64_t)(INT64_MAX - 1 - cursor->frame)) {
        return ended(cursor, true);
    }
    cursor->frames_left--;
    cursor->frame += (int64_t)ahead + 1;
    return true;
}

int64_t geometry_frames(const uint8_t *data, size_t length) {
    geometry_cursor cursor;
    int64_t count = 0;
    geometry_open(&cursor, data, length);
    while (cursor.frames_left > 0 && geometry_next_frame(&cursor)) {
        count++;
    }
    return count;
}

/* Whether the bytes of a part's packed numbers are there, so that they need not be asked for again; of such that have scales of
 * their own, those of the scales. */
static bool packed_are_there(const geometry_cursor *cursor) {
    const uint64_t left = (uint64_t)(cursor->unpacker.end - cursor->unpacker.at);
    return cursor->numbers_left <= left * 8 / (cursor->scale_bits > 0 ? cursor->scale_bits : cursor->width);
}

/* They stand before the numbers. */
static bool begin_corrections(geometry_cursor *cursor) {
    const uint64_t left = (uint64_t)(cursor->unpacker.end - cursor->unpacker.at);
    if (cursor->numbers_left > left * 8 / cursor->correction_width) {
        return false;
    }
    const size_t length = ((size_t)cursor->numbers_left * cursor->correction_width + 7) / 8;
    const uint8_t *at = unpack_bytes(&cursor->unpacker, length);
    cursor->corrections = (unpacker){at, at ? at + length : at, false};
    cursor->correction_bit = 0;
    return at != NULL;
}

static bool begin_part(geometry_cursor *cursor) {
    if (cursor->unpacker.failed) {
        return false;
    }
    if (cursor->runs) {
        return mask_decoder_open(&cursor->mask, &cursor->unpacker, cursor->numbers_left,
                                 cursor->shape == SHAPE_BITMASK);
    }
    if (cursor->correction_width > 0 && !begin_corrections(cursor)) {
        return false;
    }
    return cursor->width == 0 || packed_are_there(cursor);
}

/* The bytes of runs are behind already: they need not be read. */
static void pass_part(geometry_cursor *cursor) {
    number passed;
    if (cursor->runs) {
        cursor->numbers_left = 0;
    }
    while (geometry_next_number(cursor, &passed)) {
    }
}

bool geometry_next_part(geometry_cursor *cursor) {
    pass_part(cursor);
    if (cursor->failed || cursor->parts_left == 0) {
        return false;
    }
    cursor->parts_left--;
    cursor->numbers_left = cursor->usual ? cursor->stride : unpack_varint(&cursor->unpacker);
    cursor->place = cursor->bit = 0;
    return begin_part(cursor) ? true : ended(cursor, true);
}

/* The shortest form of mantissa * 10^-scale; false when no decimal of ours. */
static bool shortest(int64_t mantissa, int32_t scale, decimal *out) {
    if (mantissa == 0) {
        *out = (decimal){0, 0};
        return true;
    }
    while (mantissa % 10 == 0) {
        mantissa /= 10;
        scale--;
    }
    *out = (decimal){mantissa, scale};
    return mantissa > -MOST_MANTISSA && mantissa < MOST_MANTISSA && scale >= SMALLEST_SCALE;
}

static bool number_by_number(geometry_cursor *cursor, number *out) {
    uint64_t tag = unpack_varint(&cursor->unpacker);
    if (tag == SCALE_TAG_BY_NUMBER) {
        const uint8_t *raw = unpack_bytes(&cursor->unpacker, sizeof out->real);
        if (!raw) {
            return false;
        }
        memcpy(&out->real, raw, sizeof out->real);
        out->exact = false;
        return true;
    }
    int64_t mantissa = unpack_zigzag(&cursor->unpacker);
    out->exact = true;
    return tag <= SCALE_TAG_LARGEST && !cursor->unpacker.failed && shortest(mantissa, scale_of_tag(tag), &out->decimal);
}

static inline uint64_t next_bits(geometry_cursor *cursor, uint32_t width) {
    return take_bits(&cursor->unpacker, &cursor->bit, width);
}

/* A part ends with its byte. */
static inline void end_bits(geometry_cursor *cursor) {
    cursor->unpacker.at += cursor->bit > 0;
    cursor->bit = 0;
}

static inline int64_t next_packed(geometry_cursor *cursor, bool last) {
    const int64_t value = unzigzag(next_bits(cursor, cursor->width));
    if (last) {
        end_bits(cursor);
    }
    return value;
}

static uint64_t bits_left(const geometry_cursor *cursor) {
    return (uint64_t)(cursor->unpacker.end - cursor->unpacker.at) * 8 - cursor->bit;
}

static bool packed_by_number(geometry_cursor *cursor, number *out) {
    if (bits_left(cursor) < cursor->scale_bits) {
        return false;
    }
    const uint64_t above = next_bits(cursor, cursor->scale_bits);
    if (above > 0) {
        const int64_t scale = cursor->least_scale + (int64_t)above - 1;
        if (scale > LARGEST_SCALE || bits_left(cursor) < cursor->width) {
            return false;
        }
        const uint64_t value = next_bits(cursor, cursor->width);
        const int64_t mantissa = cursor->has_signs ? unzigzag(value) : (int64_t)value;
        if (mantissa == 0 || (mantissa < 0 && !cursor->has_signs) ||
            !shortest(mantissa, (int32_t)scale, &out->decimal)) {
            return false;
        }
    }
    if (cursor->numbers_left == 0) {
        end_bits(cursor);
    }
    return true;
}

static int64_t next_of_mask(geometry_cursor *cursor) {
    int64_t integer = 0;
    cursor->unpacker.failed |= !mask_decoder_next(&cursor->mask, &integer);
    return integer;
}

static int64_t next_integer(geometry_cursor *cursor, bool last) {
    if (cursor->runs) {
        return next_of_mask(cursor);
    }
    const uint64_t delta = cursor->width > 0 ? (uint64_t)next_packed(cursor, last)
                                             : (uint64_t)unpack_zigzag(&cursor->unpacker);
    const int64_t mantissa = (int64_t)((uint64_t)cursor->previous[cursor->place] + delta);
    cursor->previous[cursor->place] = mantissa;
    cursor->place = cursor->place + 1 == cursor->stride ? 0 : cursor->place + 1;
    return mantissa;
}

static bool next_quotient(geometry_cursor *cursor, number *out) {
    const uint64_t denominator = cursor->denominators[cursor->place % 2];
    const int64_t integer = next_integer(cursor, cursor->numbers_left == 0);
    const int64_t correction = cursor->correction_width == 0
                                   ? 0
                                   : unzigzag(take_bits(&cursor->corrections, &cursor->correction_bit,
                                                        cursor->correction_width));
    double value = 0;
    if (cursor->unpacker.failed || !quotient_value(integer, denominator, correction, &value)) {
        return false;
    }
    *out = number_from_double(value);
    return true;
}

bool geometry_next_number(geometry_cursor *cursor, number *out) {
    if (cursor->numbers_left == 0) {
        return false;
    }
    cursor->numbers_left--;
    *out = (number){{0, 0}, 0, true};
    if (cursor->scale == GEOMETRY_BY_NUMBER) {
        const bool sound = cursor->denominators[0] > 0 ? next_quotient(cursor, out)
                           : cursor->width > 0         ? packed_by_number(cursor, out)
                                                       : number_by_number(cursor, out);
        return sound ? true : ended(cursor, true);
    }
    const int64_t mantissa = next_integer(cursor, cursor->numbers_left == 0);
    return !cursor->unpacker.failed && shortest(mantissa, cursor->scale, &out->decimal) ? true : ended(cursor, true);
}

size_t geometry_next_numbers(geometry_cursor *cursor, number *out, size_t capacity) {
    size_t count = 0;
    if (cursor->scale == GEOMETRY_BY_NUMBER) {
        while (count < capacity && geometry_next_number(cursor, &out[count])) {
            count++;
        }
        return count;
    }
    const size_t wanted = cursor->numbers_left < capacity ? (size_t)cursor->numbers_left : capacity;
    const bool far_out = cursor->scale <
                         SMALLEST_SCALE + 18; /* where the zeros at its end make a number none of ours */
    bool sound = true;
    for (; count < wanted && sound; count++) {
        const int64_t mantissa = next_integer(cursor, count + 1 == cursor->numbers_left);
        out[count] = (number){.decimal = {mantissa, cursor->scale}, .exact = true};
        if (far_out || mantissa <= -MOST_MANTISSA || mantissa >= MOST_MANTISSA) {
            sound = shortest(mantissa, cursor->scale, &out[count].decimal);
        }
        sound = sound && !cursor->unpacker.failed;
    }
    cursor->numbers_left -= count;
    return sound ? count : (size_t)ended(cursor, true);
}
