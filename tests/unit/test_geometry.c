/* Geometry: every number comes back equal as a double and, up to 18 digits, digit by digit; damaged bytes end a
 * cursor. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "geometry.h"
#include "ontology.h"
#include "support.h"

#define MOST_NUMBERS 4096

static bool widths_seen[65]; /* of packed numbers; 0 = varints */
static unsigned own_scales_seen;

typedef struct sample {
    int64_t frames[16];
    size_t frame_count, parts[16], numbers_of_part[64], number_count;
    number numbers[MOST_NUMBERS];
} sample;

static number exact(int64_t mantissa, int32_t scale) {
    while (mantissa != 0 && mantissa % 10 == 0) {
        mantissa /= 10;
        scale--;
    }
    return (number){{mantissa, mantissa ? scale : 0}, 0, true};
}

static number random_number(unsigned flavour) {
    int64_t sign = random_below(2) ? 1 : -1;
    switch (flavour) {
    case 0: /* pixels with two decimals */ return exact((int64_t)random_below(500000), 2);
    case 1: /* normalised, many digits */ return exact((int64_t)random_below(UINT64_C(1000000000000000000)), 18);
    case 2: /* any decimal */
        return exact(sign * (int64_t)random_below(UINT64_C(1000000000000000000)), (int32_t)random_below(640) - 300);
    case 3: { /* any finite double */
        uint64_t bits = random_next();
        double value;
        memcpy(&value, &bits, sizeof value);
        return number_from_double(isfinite(value) ? value : 0.5);
    }
    case 4: /* of up to 63 bits: packed ones of every width */
        return exact(sign * (int64_t)(random_below(UINT64_C(1000000000000000000)) >> random_below(60)), 0);
    case 5: /* 17 digits, as doubles have them: with scales of their own */
        return exact(sign * (int64_t)(random_below(UINT64_C(90000000000000000)) + UINT64_C(10000000000000000)),
                     15 + (int32_t)random_below(6));
    case 6: { /* what tools compute: pixels and parts of them over a side, shares times a side, float32, sums */
        const double pixels = (double)random_below(192000) / 100, side = random_below(2) ? 1920 : 1080;
        const unsigned how = (unsigned)random_below(6);
        const double value = how == 0   ? floor(pixels) / side
                             : how == 1 ? pixels / side
                             : how == 2 ? (double)random_below(10000) / 1e4 * side
                             : how == 3 ? (double)(float)(pixels / 3)
                             : how == 4 ? pixels - (double)random_below(1000) / 100
                                        : (double)(float)(pixels / side / 3);
        return number_from_double((double)sign * value);
    }
    case 7: /* about the smallest there are */
        return number_from_double((double)sign * (double)random_below(9) * 0x1p-1074);
    default: { /* a double that came without its decimal */
        double value = ldexp((double)random_below(UINT64_C(1) << 53), (int)random_below(200) - 100);
        return (number){{0, 0}, value, false};
    }
    }
}

static void make_sample(sample *out, unsigned flavour) {
    memset(out, 0, sizeof *out);
    out->frame_count = random_below(4);
    int64_t frame = -1;
    size_t part = 0;
    for (size_t i = 0; i < out->frame_count; i++) {
        frame += 1 + (int64_t)(random_below(3) ? 0 : random_below(100000));
        out->frames[i] = frame;
        out->parts[i] = random_below(4);
        for (size_t j = 0; j < out->parts[i]; j++, part++) {
            out->numbers_of_part[part] = random_below(60);
            for (size_t k = 0; k < out->numbers_of_part[part]; k++) {
                out->numbers[out->number_count++] = random_number(flavour < 9 ? flavour : (unsigned)random_below(9));
            }
        }
    }
}

static void encode(const sample *from, int32_t shape, bytes *out) {
    annoproj_error *error = NULL;
    geometry_builder *builder = geometry_builder_new(shape, ANNOPROJ_UNIT_PIXELS);
    size_t part = 0, at = 0;
    for (size_t i = 0; i < from->frame_count; i++) {
        geometry_frame(builder, from->frames[i]);
        for (size_t j = 0; j < from->parts[i]; j++, part++) {
            geometry_part(builder);
            for (size_t k = 0; k < from->numbers_of_part[part]; k++) {
                geometry_number(builder, from->numbers[at++]);
            }
        }
    }
    assert_ok(geometry_encode(builder, out, &error), error);
    geometry_builder_free(builder);
}

static void compare(const sample *from, int32_t shape, const bytes *encoded) {
    geometry_cursor cursor;
    size_t part = 0, at = 0;
    geometry_open(&cursor, encoded->data, encoded->length);
    widths_seen[cursor.width] = true;
    own_scales_seen += cursor.scale_bits > 0;
    assert_int_equal(cursor.shape, shape);
    assert_int_equal(cursor.unit, ANNOPROJ_UNIT_PIXELS);
    for (size_t i = 0; i < from->frame_count; i++) {
        assert_true(geometry_next_frame(&cursor));
        assert_int_equal(cursor.frame, from->frames[i]);
        for (size_t j = 0; j < from->parts[i]; j++, part++) {
            assert_true(geometry_next_part(&cursor));
            assert_int_equal(cursor.numbers_left, from->numbers_of_part[part]);
            for (size_t k = 0; k < from->numbers_of_part[part]; k++, at++) {
                number back;
                assert_true(geometry_next_number(&cursor, &back));
                double expected = number_to_double(&from->numbers[at]), actual = number_to_double(&back);
                assert_true(expected == actual);
                if (from->numbers[at].exact) {
                    assert_true(back.exact);
                    assert_true(back.decimal.mantissa == from->numbers[at].decimal.mantissa);
                    assert_int_equal(back.decimal.scale, from->numbers[at].decimal.scale);
                }
            }
        }
        assert_false(geometry_next_part(&cursor));
    }
    assert_false(geometry_next_frame(&cursor));
    assert_false(cursor.failed);
}

/* Read some at a time they are the same as read one by one. */
static void compare_blocks(const bytes *encoded) {
    geometry_cursor one, some;
    number single, block[5];
    geometry_open(&one, encoded->data, encoded->length);
    geometry_open(&some, encoded->data, encoded->length);
    while (geometry_next_frame(&one)) {
        assert_true(geometry_next_frame(&some));
        while (geometry_next_part(&one)) {
            assert_true(geometry_next_part(&some));
            for (size_t got = geometry_next_numbers(&some, block, 5); got > 0;
                 got = geometry_next_numbers(&some, block, 5)) {
                for (size_t i = 0; i < got; i++) {
                    assert_true(geometry_next_number(&one, &single));
                    assert_true(number_to_double(&single) == number_to_double(&block[i]));
                }
            }
        }
    }
    assert_false(one.failed || some.failed || geometry_next_frame(&some));
}

static void numbers_come_back(void **state) {
    (void)state;
    static sample one;
    const int32_t shapes[] = {SHAPE_BOUNDING_BOX, SHAPE_ROTATABLE_BOUNDING_BOX, SHAPE_POLYGON, SHAPE_BITMASK};
    for (unsigned round = 0; round < 3000; round++) {
        int32_t shape = shapes[random_below(4)];
        bytes encoded = {0};
        make_sample(&one, round % 10);
        encode(&one, shape, &encoded);
        compare(&one, shape, &encoded);
        compare_blocks(&encoded);
        bytes_release(&encoded);
    }
}

/* Of decimals whose scales are too far apart for one, each keeps its own, packed as long as 64 bits hold it. */
static void scales_of_their_own(void **state) {
    (void)state;
    static sample one;
    own_scales_seen = 0;
    for (int32_t most = 1; most <= 640; most++) {
        bytes encoded = {0};
        one = (sample){
            .frames = {0, 7}, .frame_count = 2, .parts = {1, 1}, .numbers_of_part = {4, 9}, .number_count = 13};
        for (size_t i = 0; i < one.number_count; i++) {
            const uint64_t digits = random_below(3) ? UINT64_C(1000000000000000000) : 1000;
            one.numbers[i] = exact((int64_t)random_below(digits) - (int64_t)(digits / 2),
                                   (int32_t)random_below((uint64_t)most + 1) - 280);
        }
        encode(&one, SHAPE_BOUNDING_BOX, &encoded);
        compare(&one, SHAPE_BOUNDING_BOX, &encoded);
        compare_blocks(&encoded);
        bytes_release(&encoded);
    }
    assert_true(own_scales_seen > 0);
}

/* What tools compute takes little: bits of the integers that it is computed of, and of what rounding adds. */
static void computed_numbers_are_small(void **state) {
    (void)state;
    enum { EACH = 40 };
    for (unsigned how = 0; how < 5; how++) {
        annoproj_error *error = NULL;
        bytes out = {0};
        geometry_builder *builder = geometry_builder_new(SHAPE_POLYGON, ANNOPROJ_UNIT_NORMALISED);
        geometry_frame(builder, 0);
        geometry_part(builder);
        for (size_t i = 0; i < EACH; i++) {
            const double side = i % 2 ? 1079 : 1919, pixel = (double)(500 + random_below(128));
            const double share = (double)(2000 + random_below(1000)) / 1e4;
            geometry_number(builder, number_from_double(how == 0   ? pixel / side
                                                        : how == 1 ? (pixel + 0.25) / side
                                                        : how == 2 ? share * side
                                                        : how == 3 ? (double)(float)(pixel / side)
                                                                   : pixel + 0.1 - (double)random_below(100) / 100));
        }
        assert_ok(geometry_encode(builder, &out, &error), error);
        static const size_t most[] = {2, 2, 4, 4, 3}; /* bytes each */
        assert_in_range(out.length, 1, EACH * most[how] + 12);
        geometry_builder_free(builder);
        bytes_release(&out);
    }
}

/* Nine numbers of a cuboid with all the digits of a double take less than eight bytes each and seven of the head, zeros nothing. */
static void all_digits_of_doubles(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    bytes out = {0};
    geometry_builder *builder = geometry_builder_new(SHAPE_CUBOID, ANNOPROJ_UNIT_PIXELS);
    geometry_frame(builder, 0);
    geometry_part(builder);
    for (int i = 0; i < 9; i++) {
        geometry_number(builder, number_from_double(100.0 / (i + 3) - 25.0 / 7));
    }
    assert_ok(geometry_encode(builder, &out, &error), error);
    assert_in_range(out.length, 1, 9 * 8 + 7);
    geometry_builder_free(builder);
    bytes_release(&out);
}

/* All deltas of one width: every width there is, at every place within a byte. */
static void packed_numbers_of_every_width(void **state) {
    (void)state;
    static sample one;
    for (unsigned width = 2; width <= 60; width++) {
        bytes encoded = {0};
        const int64_t top = INT64_C(1) << (width - 2);
        one = (sample){
            .frames = {width % 2}, .frame_count = 1, .parts = {2}, .numbers_of_part = {33, 1}, .number_count = 34};
        for (size_t i = 0; i < one.number_count; i++) {
            const int64_t integer = i % 4 < 2 ? top + (int64_t)random_below((uint64_t)top) : (int64_t)random_below(2);
            one.numbers[i] = exact(integer < INT64_C(1000000000000000000) ? integer : 7, 0);
        }
        encode(&one, SHAPE_POLYGON, &encoded);
        compare(&one, SHAPE_POLYGON, &encoded);
        compare_blocks(&encoded);
        bytes_release(&encoded);
    }
    unsigned seen = 0;
    for (unsigned width = 1; width <= 64; width++) {
        seen += widths_seen[width];
    }
    assert_true(widths_seen[0] && seen > 40);
}

/* Reads everything there is; how far it comes does not matter, that it ends and stays inside does. */
static void walk(const uint8_t *data, size_t length) {
    geometry_cursor cursor;
    number one;
    geometry_open(&cursor, data, length);
    while (geometry_next_frame(&cursor)) {
        while (geometry_next_part(&cursor)) {
            while (geometry_next_number(&cursor, &one)) {
                assert_true(one.exact || one.decimal.mantissa == 0);
            }
        }
    }
}

static void damaged_bytes_end(void **state) {
    (void)state;
    static sample one;
    for (unsigned round = 0; round < 3000; round++) {
        bytes encoded = {0};
        make_sample(&one, round % 10);
        encode(&one, SHAPE_POLYGON, &encoded);
        for (unsigned flips = 1 + (unsigned)random_below(3); flips > 0 && encoded.length > 0; flips--) {
            encoded.data[random_below(encoded.length)] = (uint8_t)random_next();
        }
        size_t cut = random_below(encoded.length + 1);
        uint8_t *exactly = malloc(cut + 1); /* so that a sanitizer sees a byte too far */
        memcpy(exactly, encoded.data, cut);
        walk(exactly, cut);
        free(exactly);
        bytes_release(&encoded);
    }
}

static void every_cut_is_noticed(void **state) {
    (void)state;
    static sample one;
    for (unsigned flavour = 0; flavour < 9;
         flavour++) { /* varints, packed, number by number, with scales of their own */
        do {
            make_sample(&one, flavour);
        } while (one.number_count < 20);
        bytes encoded = {0};
        encode(&one, SHAPE_POLYGON, &encoded);
        for (size_t length = 1; length < encoded.length; length++) {
            geometry_cursor cursor;
            geometry_open(&cursor, encoded.data, length);
            while (geometry_next_frame(&cursor)) {
            }
            assert_true(cursor.failed);
        }
        bytes_release(&encoded);
    }
}

static void misuse_and_bad_numbers(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    bytes out = {0};
    geometry_builder *builder = geometry_builder_new(SHAPE_POLYGON, ANNOPROJ_UNIT_PIXELS);
    geometry_frame(builder, 3);
    geometry_frame(builder, 3);
    assert_status(ANNOPROJ_DATA, geometry_encode(builder, &out, &error), error);
    geometry_builder_reset(builder, SHAPE_POLYGON, ANNOPROJ_UNIT_PIXELS);
    geometry_frame(builder, -1);
    assert_status(ANNOPROJ_DATA, geometry_encode(builder, &out, &error), error);
    geometry_builder_reset(builder, SHAPE_POLYGON, ANNOPROJ_UNIT_PIXELS);
    geometry_frame(builder, 0);
    geometry_part(builder);
    geometry_number(builder, (number){{0, 0}, INFINITY, false});
    assert_status(ANNOPROJ_DATA, geometry_encode(builder, &out, &error), error);
    geometry_builder_reset(builder, SHAPE_POLYGON, ANNOPROJ_UNIT_PIXELS);
    geometry_number(builder, exact(1, 0));
    assert_status(ANNOPROJ_INTERNAL, geometry_encode(builder, &out, &error), error);
    assert_int_equal(out.length, 0);
    geometry_builder_free(builder);
}

static void empty_is_nothing(void **state) {
    (void)state;
    geometry_cursor cursor;
    geometry_open(&cursor, NULL, 0);
    assert_false(geometry_next_frame(&cursor));
    assert_false(cursor.failed);
}

/* The goal of the format: a box of COCO in at most 0.35 of its JSON text is for whole labels; here: pixels stay
 * small. */
static void short_decimals_stay_short(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    bytes out = {0};
    geometry_builder *builder = geometry_builder_new(SHAPE_BOUNDING_BOX, ANNOPROJ_UNIT_PIXELS);
    for (int64_t frame = 0; frame < 100; frame++) {
        geometry_frame(builder, frame);
        geometry_part(builder);
        geometry_number(builder, exact(10000 + frame * 3, 2));
        geometry_number(builder, exact(20050 - frame * 2, 2));
        geometry_number(builder, exact(5075, 2));
        geometry_number(builder, exact(6025, 2));
    }
    assert_ok(geometry_encode(builder, &out, &error), error);
    assert_in_range(out.length, 1, 100 * 7 + 20); /* frame, part, count and four deltas of a byte */
    geometry_builder_free(builder);
    bytes_release(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_come_back),     cmocka_unit_test(packed_numbers_of_every_width),
        cmocka_unit_test(scales_of_their_own),   cmocka_unit_test(computed_numbers_are_small),
        cmocka_unit_test(all_digits_of_doubles), cmocka_unit_test(damaged_bytes_end),
        cmocka_unit_test(every_cut_is_noticed),  cmocka_unit_test(misuse_and_bad_numbers),
        cmocka_unit_test(empty_is_nothing),      cmocka_unit_test(short_decimals_stay_short)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
