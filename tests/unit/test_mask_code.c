/* Runs of masks: they come back whatever they are, take few bits where masks are as people and models draw them, are written one way
 * only, and damaged ones end soon. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "geometry.h"
#include "mask_code.h"
#include "ontology.h"
#include "support.h"

#define MOST 200000

typedef struct mask {
    int64_t numbers[MOST + 3]; /* of a bitmask: width, height, runs */
    size_t count;
} mask;

static bytes code;

/* ---- masks ---- */

typedef bool (*inside_fn)(int64_t x, int64_t y, const double *how);

static bool in_disc(int64_t x, int64_t y, const double *how) {
    const double a = (double)x - how[0], b = (double)y - how[1];
    return a * a / (how[2] * how[2]) + b * b / (how[3] * how[3]) < 1;
}

static bool in_box(int64_t x, int64_t y, const double *how) {
    return fabs((double)x - how[0]) < how[2] && fabs((double)y - how[1]) < how[3];
}

static bool in_waves(int64_t x, int64_t y, const double *how) { /* several pieces and holes */
    return sin((double)x / how[2] * 3 + how[0]) + cos((double)y / how[3] * 3) > 0.4;
}

static bool in_noise(int64_t x, int64_t y, const double *how) {
    (void)x, (void)y, (void)how;
    return random_below(2) == 1;
}

static bool nowhere(int64_t x, int64_t y, const double *how) {
    (void)x, (void)y, (void)how;
    return false;
}

static bool everywhere(int64_t x, int64_t y, const double *how) {
    return !nowhere(x, y, how);
}

/* Column by column, as COCO has them. */
static void draw(mask *out, int64_t width, int64_t height, inside_fn inside, const double *how) {
    bool drawing = false;
    int64_t run = 0;
    out->numbers[0] = width;
    out->numbers[1] = height;
    out->count = 2;
    for (int64_t x = 0; x < width; x++) {
        for (int64_t y = 0; y < height; y++) {
            if (inside(x, y, how) != drawing) {
                out->numbers[out->count++] = run;
                run = 0;
                drawing = !drawing;
            }
            run++;
        }
    }
    out->numbers[out->count++] = run;
}

static void draw_any(mask *out) {
    static const inside_fn kinds[] = {in_disc, in_box, in_waves, in_noise, nowhere, everywhere};
    const int64_t width = 1 + (int64_t)random_below(random_below(2) ? 300 : 20),
                  height = 1 + (int64_t)random_below(random_below(2) ? 300 : 20);
    const double how[] = {(double)random_below((uint64_t)width), (double)random_below((uint64_t)height),
                          1 + (double)random_below((uint64_t)width), 1 + (double)random_below((uint64_t)height)};
    draw(out, width, height, kinds[random_below(6)], how);
}

/* Any runs at all, also such of no length. */
static void any_runs(mask *out) {
    const size_t runs = 1 + random_below(random_below(4) ? 60 : 3000);
    uint64_t left = UINT64_C(1) << random_below(32);
    int64_t total = 0;
    out->count = 2;
    for (size_t i = 0; i < runs; i++) {
        const uint64_t run = random_below(3) ? random_below(left / (runs - i) + 1) : random_below(left + 1);
        left -= run;
        total += (int64_t)run;
        out->numbers[out->count++] = (int64_t)run;
    }
    if (total == 0) {
        out->numbers[out->count++] = total = 1;
    }
    out->numbers[0] = total;
    out->numbers[1] = 1;
    for (int64_t side = 2; side < 100; side++) { /* some width that it has */
        if (total % side == 0 && random_below(3) == 0) {
            out->numbers[0] = total / side;
            out->numbers[1] = side;
        }
    }
}

/* ---- the code itself ---- */

static bool decode(const bytes *from, size_t length, size_t count, bool lines, int64_t *out) {
    uint8_t *exactly = malloc(length + 1); /* so that a sanitizer sees a byte too far */
    unpacker at = {exactly, exactly + length, false};
    mask_decoder decoder;
    assert_non_null(exactly);
    memcpy(exactly, from->data, length);
    bool sound = mask_decoder_open(&decoder, &at, count, lines);
    for (size_t i = 0; i < count && sound; i++) {
        sound = mask_decoder_next(&decoder, &out[i]);
    }
    sound = sound && at.at == at.end;
    free(exactly);
    return sound;
}

static void check_back(const mask *from, bool lines) {
    static int64_t back[MOST + 3];
    const int64_t *numbers = lines ? from->numbers : from->numbers + 2;
    const size_t count = lines ? from->count : from->count - 2;
    bytes out = {0};
    assert_true(mask_encode(numbers, count, lines, &code, &out));
    assert_true(decode(&out, out.length, count, lines, back));
    assert_memory_equal(back, numbers, count * sizeof *back);
    bytes_release(&out);
}

static void runs_come_back(void **state) {
    (void)state;
    static mask one;
    for (unsigned round = 0; round < 1000; round++) {
        if (round % 2 == 0) {
            draw_any(&one);
        } else {
            any_runs(&one);
        }
        check_back(&one, true);
        check_back(&one, false);
    }
}

/* The largest there are: two runs of 2^31 pixels, each place of a bit. */
static void sides_and_sums_at_their_limits(void **state) {
    (void)state;
    static mask one;
    for (int64_t run = 0; run <= INT64_C(1) << 31; run = run * 2 + (run == 0)) {
        one.numbers[0] = INT64_C(1) << 20;
        one.numbers[1] = INT64_C(1) << 11;
        one.numbers[2] = run;
        one.numbers[3] = (INT64_C(1) << 31) - run;
        one.count = 4;
        check_back(&one, true);
        check_back(&one, false);
    }
}

static void what_is_no_mask_is_not_taken(void **state) {
    (void)state;
    static const struct {
        int64_t numbers[5];
        size_t count;
        bool lines;
    } none[] = {{{3, 3}, 2, true}, /* no runs */
                {{0}, 0, false},
                {{3, 3, 8}, 3, true}, /* too few */
                {{3, 3, 4, 6}, 4, true},
                {{3, 3, -1, 10}, 4, true},
                {{3, 3, 10, -1}, 4, true},
                {{0, 3, 0}, 3, true},
                {{-3, -3, 9}, 3, true},
                {{INT64_MAX, INT64_MAX, 1}, 3, true},
                {{INT64_C(1) << 32, INT64_C(1) << 32, 0}, 3, true}, /* whose product wraps to 0 */
                {{INT64_C(1) << 31, 2, INT64_C(1) << 31, INT64_C(1) << 31}, 4, true},
                {{INT64_C(1) << 31, 1}, 2, false},
                {{INT64_MAX, 1}, 2, false},
                {{-1, 2}, 2, false}};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        bytes out = {0};
        assert_false(mask_encode(none[i].numbers, none[i].count, none[i].lines, &code, &out));
        assert_int_equal(out.length, 0);
        assert_false(out.failed);
        bytes_release(&out);
    }
}

/* What the format says, byte by byte: these never change. */
static void bytes_are_those_of_the_format(void **state) {
    (void)state;
    static mask one;
    static const uint8_t square[] = {0x04, 0x03, 0x03, 0xb1, 0x08, 0xca};
    static const uint8_t disc[] = {0x28, 0x1e, 0x0f, 0xbf, 0xca, 0xf2, 0x74, 0x5a, 0x64,
                                   0x41, 0x62, 0xf5, 0x7e, 0xbe, 0x57, 0x3c, 0x2c, 0x3d};
    const double middle[] = {20.0, 15.0, 9.5, 7.25};
    bytes out = {0};
    one = (mask){{4, 3, 4, 1, 2, 1, 4}, 7}; /* two pixels beside each other */
    assert_true(mask_encode(one.numbers, one.count, true, &code, &out));
    assert_int_equal(out.length, sizeof square);
    assert_memory_equal(out.data, square, sizeof square);
    out.length = 0;
    draw(&one, 40, 30, in_disc, middle);
    assert_true(mask_encode(one.numbers, one.count, true, &code, &out));
    assert_int_equal(out.length, sizeof disc);
    assert_memory_equal(out.data, disc, sizeof disc);
    bytes_release(&out);
}

/* ---- damage ---- */

static void every_cut_is_refused(void **state) {
    (void)state;
    static mask one;
    static int64_t back[MOST + 3];
    for (unsigned round = 0; round < 30; round++) {
        bytes out = {0};
        draw_any(&one);
        assert_true(mask_encode(one.numbers, one.count, true, &code, &out));
        for (size_t length = 0; length < out.length; length++) {
            assert_false(decode(&out, length, one.count, true, back));
        }
        bytes_release(&out);
    }
}

/* What is taken of changed bytes is what a mask is written as: there is no second way. */
static void changed_bytes_are_another_mask_or_none(void **state) {
    (void)state;
    static mask one;
    static int64_t back[MOST + 3];
    unsigned taken = 0;
    for (unsigned round = 0; round < 1500; round++) {
        bytes out = {0}, again = {0};
        draw_any(&one);
        assert_true(mask_encode(one.numbers, one.count, true, &code, &out));
        out.data[random_below(out.length)] ^= (uint8_t)(1 + random_below(255));
        if (decode(&out, out.length, one.count, true, back)) {
            taken++;
            assert_true(mask_encode(back, one.count, true, &code, &again));
            assert_int_equal(again.length, out.length);
            assert_memory_equal(again.data, out.data, out.length);
        }
        bytes_release(&out);
        bytes_release(&again);
    }
    print_message("%u of 1500 changed ones are masks\n", taken);
}

/* A byte pays for 16 runs: no count makes a reader go on for longer. */
static void counts_are_paid_for(void **state) {
    (void)state;
    static const uint8_t few[] = {4, 3, 2, 0, 0};
    const uint64_t counts[] = {2 + 33, 2 + 34, UINT64_C(1) << 62, UINT64_MAX, 0, 1, 2};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        unpacker from = {few, few + sizeof few, false};
        mask_decoder decoder;
        assert_false(mask_decoder_open(&decoder, &from, counts[i], true));
    }
}

/* ---- in a geometry ---- */

static void encode_track(const mask *of, size_t frames, int32_t shape, bytes *out) {
    annoproj_error *error = NULL;
    geometry_builder *builder = geometry_builder_new(shape, ANNOPROJ_UNIT_PIXELS);
    for (size_t i = 0; i < frames; i++) {
        geometry_frame(builder, (int64_t)(3 * i));
        geometry_part(builder);
        for (size_t k = shape == SHAPE_BITMASK ? 0 : 2; k < of[i].count; k++) {
            int64_t mantissa = of[i].numbers[k];
            int32_t scale = 0;
            for (; mantissa != 0 && mantissa % 10 == 0; mantissa /= 10) {
                scale--;
            }
            geometry_number(builder, (number){{mantissa, scale}, 0, true});
        }
    }
    assert_ok(geometry_encode(builder, out, &error), error);
    geometry_builder_free(builder);
}

static void check_frame(geometry_cursor *cursor, const mask *one, size_t from, bool many) {
    number numbers[7];
    size_t read = from;
    assert_true(geometry_next_part(cursor));
    assert_int_equal(cursor->numbers_left, one->count - from);
    for (size_t got = 1; got > 0; read += got) {
        got = many ? geometry_next_numbers(cursor, numbers, 7) : geometry_next_number(cursor, numbers);
        for (size_t i = 0; i < got; i++) {
            assert_true(number_to_double(&numbers[i]) == (double)one->numbers[read + i]);
        }
    }
    assert_int_equal(read, one->count);
    assert_false(geometry_next_part(cursor));
}

static void tracks_of_masks(void **state) {
    (void)state;
    static mask frames[3];
    for (unsigned round = 0; round < 300; round++) {
        const int32_t shape = round % 3 ? SHAPE_BITMASK : SHAPE_SEGMENTATION;
        const size_t count = 1 + random_below(3), skipped = random_below(4);
        bytes out = {0};
        for (size_t i = 0; i < count; i++) {
            if (round % 2 == 0) {
                draw_any(&frames[i]);
            } else {
                any_runs(&frames[i]);
            }
        }
        encode_track(frames, count, shape, &out);
        geometry_cursor cursor;
        geometry_open(&cursor, out.data, out.length);
        for (size_t i = 0; i < count; i++) {
            assert_true(geometry_next_frame(&cursor));
            assert_int_equal(cursor.frame, 3 * i);
            if (i != skipped) {
                check_frame(&cursor, &frames[i], shape == SHAPE_BITMASK ? 0 : 2, round % 2);
            }
        }
        assert_false(geometry_next_frame(&cursor));
        assert_false(cursor.failed);
        bytes_release(&out);
    }
}

/* Only masks and segmentations of scale 0 have runs, and only they say so. */
static void other_shapes_have_no_runs(void **state) {
    (void)state;
    static mask one;
    bytes out = {0};
    const double how[] = {50, 40, 30, 20};
    draw(&one, 100, 80, in_disc, how);
    encode_track(&one, 1, SHAPE_BITMASK, &out);
    geometry_cursor cursor;
    geometry_open(&cursor, out.data, out.length);
    assert_true(cursor.runs && !cursor.failed);
    const uint8_t bitmask = out.data[0], scale = out.data[1];
    out.data[0] = SHAPE_POLYGON << 2 | ANNOPROJ_UNIT_PIXELS;
    geometry_open(&cursor, out.data, out.length);
    assert_true(cursor.failed);
    out.data[0] = bitmask;
    out.data[1] = (uint8_t)(scale + 4); /* scale 1 */
    geometry_open(&cursor, out.data, out.length);
    assert_true(cursor.failed);
    bytes_release(&out);
}

/* The other forms stand where they take less: one pixel of many, one run. */
static void what_takes_less_is_chosen(void **state) {
    (void)state;
    static mask one;
    bytes out = {0};
    geometry_cursor cursor;
    draw(&one, 3, 3, everywhere, NULL);
    encode_track(&one, 1, SHAPE_BITMASK, &out);
    geometry_open(&cursor, out.data, out.length);
    assert_false(cursor.runs);
    check_frame((geometry_next_frame(&cursor), &cursor), &one, 0, false);
    out.length = 0;
    const double how[] = {500, 300, 200, 100};
    draw(&one, 1000, 600, in_disc, how);
    encode_track(&one, 1, SHAPE_BITMASK, &out);
    geometry_open(&cursor, out.data, out.length);
    assert_true(cursor.runs);
    assert_in_range(8 * out.length, 1, 3 * one.count); /* three bits of each of some 800 runs */
    out.length = 0;
    draw(&one, 1000, 600, in_box, how);
    encode_track(&one, 1, SHAPE_BITMASK, &out);
    assert_in_range(2 * out.length, 1, one.count + 60); /* half a bit each */
    bytes_release(&out);
}

static int release_code(void **state) {
    (void)state;
    bytes_release(&code);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_come_back),
        cmocka_unit_test(sides_and_sums_at_their_limits),
        cmocka_unit_test(what_is_no_mask_is_not_taken),
        cmocka_unit_test(bytes_are_those_of_the_format),
        cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(changed_bytes_are_another_mask_or_none),
        cmocka_unit_test(counts_are_paid_for),
        cmocka_unit_test(tracks_of_masks),
        cmocka_unit_test(other_shapes_have_no_runs),
        cmocka_unit_test(what_takes_less_is_chosen),
    };
    return cmocka_run_group_tests(tests, NULL, release_code);
}
