/* Sets of frames, and answers over frames, against bitmaps. */
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "frame_ranges.h"
#include "support.h"

#define FRAMES 64

static uint64_t random_bits(void) {
    uint64_t bits = random_next();
    for (uint64_t times = random_below(4); times > 0; times--) {
        bits &= random_next(); /* sparse ones, too */
    }
    return random_below(8) ? bits : 0;
}

/* Adds the frames of a bitmap in random pieces and random order. */
static void from_bits(uint64_t bits, frame_ranges *out) {
    frame_ranges_clear(out);
    for (unsigned i = 0; i < 4 * FRAMES; i++) {
        unsigned first = (unsigned)random_below(FRAMES), last = first;
        while (last + 1 < FRAMES && (bits >> (last + 1) & 1) && random_below(4)) {
            last++;
        }
        if (bits >> first & 1) {
            frame_ranges_add(out, first, last);
        }
    }
    for (unsigned i = 0; i < FRAMES; i++) {
        if (bits >> i & 1) {
            frame_ranges_add(out, i, i);
        }
    }
}

static uint64_t to_bits(const frame_ranges *set) {
    uint64_t bits = 0;
    assert_false(set->failed);
    for (size_t i = 0; i < set->count; i++) {
        assert_true(set->ranges[i].first <= set->ranges[i].last);
        assert_true(i == 0 || set->ranges[i].first > set->ranges[i - 1].last + 1);
        for (int64_t frame = set->ranges[i].first; frame <= set->ranges[i].last; frame++) {
            bits |= UINT64_C(1) << frame;
        }
    }
    return bits;
}

static void algebra(void **state) {
    (void)state;
    frame_ranges a = {0}, b = {0}, out = {0};
    for (unsigned round = 0; round < 5000; round++) {
        uint64_t left = random_bits(), right = random_below(8) ? random_bits() : left;
        from_bits(left, &a);
        from_bits(right, &b);
        assert_true(to_bits(&a) == left);
        frame_ranges_union(&a, &b, &out);
        assert_true(to_bits(&out) == (left | right));
        frame_ranges_difference(&a, &b, &out);
        assert_true(to_bits(&out) == (left & ~right));
        frame_ranges_intersection(&a, &b, &out);
        assert_true(to_bits(&out) == (left & right));
        assert_int_equal(frame_ranges_frames(&a), __builtin_popcountll(left));
        assert_int_equal(frame_ranges_equal(&a, &b), left == right);
        assert_int_equal(frame_ranges_within(&a, &b), (left & ~right) == 0);
        assert_int_equal(frame_ranges_overlap(&a, &b), (left & right) != 0);
        bytes encoded = {0}, again = {0};
        frame_ranges_encode(&a, &encoded);
        assert_true(frame_ranges_decode(encoded.data, encoded.length, &out));
        assert_true(to_bits(&out) == left);
        frame_ranges_encode(&out, &again);
        assert_int_equal(encoded.length, again.length);
        assert_true(encoded.length == 0 || memcmp(encoded.data, again.data, encoded.length) == 0);
        bytes_release(&encoded);
        bytes_release(&again);
    }
    frame_ranges_release(&a);
    frame_ranges_release(&b);
    frame_ranges_release(&out);
}

static void damaged_ranges(void **state) {
    (void)state;
    frame_ranges out = {0};
    const uint8_t half[] = {5}, huge[] = {0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1};
    assert_false(frame_ranges_decode(half, sizeof half, &out));
    assert_false(frame_ranges_decode(huge, sizeof huge, &out));
    assert_true(frame_ranges_decode(NULL, 0, &out));
    assert_int_equal(out.count, 0);
    for (unsigned round = 0; round < 5000; round++) {
        uint8_t noise[24];
        size_t length = random_below(sizeof noise);
        for (size_t i = 0; i < length; i++) {
            noise[i] = (uint8_t)(random_below(3) ? random_below(128) : random_next());
        }
        if (frame_ranges_decode(noise, length, &out)) {
            for (size_t i = 1; i < out.count; i++) {
                assert_true(out.ranges[i].first > out.ranges[i - 1].last + 1);
            }
        }
    }
    frame_ranges_release(&out);
}

/* ---- answers: an option bitmap for each frame is the model ---- */

#define ATTRIBUTES 4
#define OPTIONS    3

typedef struct model {
    bool fixed[ATTRIBUTES][OPTIONS];
    uint64_t on[ATTRIBUTES][OPTIONS]; /* frames on which the option holds */
    int text;                         /* a static text out of three, 0 = none */
    int64_t number;                   /* a static number, 0 = none */
} model;

static const char *const texts[] = {"", "one", "two", "twofold"};

static void random_model(model *out) {
    memset(out, 0, sizeof *out);
    for (int a = 0; a < ATTRIBUTES; a++) {
        for (int o = 0; o < OPTIONS; o++) {
            out->fixed[a][o] = a % 2 == 0 && random_below(3) == 0;
            out->on[a][o] = a % 2 == 1 && random_below(2) ? random_bits() : 0;
        }
    }
    out->text = (int)random_below(4);
    out->number = (int64_t)random_below(3) - 1;
}

static void add_entry(answers_builder *builder, const model *from, int a, int o) {
    if (from->fixed[a][o]) {
        answers_option(builder, a + 1, 10 * (a + 1) + o, -1, -1);
    }
    for (int frame = 0; frame < FRAMES; frame++) {
        if (from->on[a][o] >> frame & 1) {
            answers_option(builder, a + 1, 10 * (a + 1) + o, frame, frame);
        }
    }
}

/* `backwards`: in another order, which must give the same bytes. */
static void encode_model(const model *from, bool backwards, bytes *out) {
    annoproj_error *error = NULL;
    answers_builder *builder = answers_builder_new();
    for (int i = 0; i < ATTRIBUTES * OPTIONS; i++) {
        int entry = backwards ? ATTRIBUTES * OPTIONS - 1 - i : i;
        add_entry(builder, from, entry / OPTIONS, entry % OPTIONS);
    }
    if (from->number) {
        answers_number(builder, 90, number_from_double((double)from->number / 4), -1, -1);
    }
    if (from->text) {
        answers_text(builder, 80, texts[from->text], strlen(texts[from->text]), -1, -1);
    }
    assert_ok(answers_encode(builder, out, &error), error);
    answers_builder_free(builder);
}

static void decode_model(const bytes *encoded, model *out) {
    answers_cursor cursor;
    answer one;
    frame_ranges frames = {0};
    memset(out, 0, sizeof *out);
    answers_open(&cursor, encoded->data, encoded->length);
    while (answers_next(&cursor, &one)) {
        if (one.kind == ANSWER_NUMBER) {
            assert_int_equal(one.attribute, 90);
            out->number = (int64_t)(number_to_double(&one.number) * 4);
        } else if (one.kind == ANSWER_TEXT) {
            assert_int_equal(one.attribute, 80);
            for (int i = 1; i < 4; i++) {
                if (one.text_length == strlen(texts[i]) && memcmp(one.text, texts[i], one.text_length) == 0) {
                    out->text = i;
                }
            }
        } else if (one.dynamic) {
            assert_true(frame_ranges_decode(one.ranges, one.ranges_length, &frames));
            out->on[one.attribute - 1][one.option % 10] = to_bits(&frames);
        } else {
            out->fixed[one.attribute - 1][one.option % 10] = true;
        }
    }
    assert_false(cursor.failed);
    frame_ranges_release(&frames);
}

static bool same(const model *a, const model *b) {
    return memcmp(a->fixed, b->fixed, sizeof a->fixed) == 0 && memcmp(a->on, b->on, sizeof a->on) == 0 &&
           a->text == b->text && a->number == b->number;
}

static void change_one(model *changed) {
    int a = (int)random_below(ATTRIBUTES), o = (int)random_below(OPTIONS);
    if (a % 2) {
        changed->on[a][o] ^= random_bits();
    } else if (random_below(4) == 0) {
        changed->fixed[a][o] ^= true;
    }
}

static uint64_t changed_bits(const model *a, const model *b) {
    uint64_t changed = 0;
    if (memcmp(a->fixed, b->fixed, sizeof a->fixed) != 0 || a->text != b->text || a->number != b->number) {
        return UINT64_MAX;
    }
    for (int i = 0; i < ATTRIBUTES * OPTIONS; i++) {
        changed |= a->on[i / OPTIONS][i % OPTIONS] ^ b->on[i / OPTIONS][i % OPTIONS];
    }
    return changed;
}

static void answers_against_a_model(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    frame_ranges frames = {0}, changed = {0};
    for (unsigned round = 0; round < 3000; round++) {
        model a, b, back;
        bytes one = {0}, other = {0}, reversed = {0};
        random_model(&a);
        b = a;
        for (uint64_t times = random_below(4); times > 0; times--) {
            change_one(&b);
        }
        encode_model(&a, false, &one);
        encode_model(&a, true, &reversed);
        encode_model(&b, false, &other);
        assert_int_equal(one.length, reversed.length);
        assert_true(one.length == 0 || memcmp(one.data, reversed.data, one.length) == 0);
        decode_model(&one, &back);
        assert_true(same(&a, &back));
        assert_int_equal(same(&a, &b), one.length == other.length &&
                                           (one.length == 0 || memcmp(one.data, other.data, one.length) == 0));
        uint64_t present = random_bits();
        from_bits(present, &frames);
        assert_ok(answers_changed_frames(one.data, one.length, other.data, other.length, &frames, &changed, &error),
                  error);
        assert_true(to_bits(&changed) == (changed_bits(&a, &b) & present));
        bytes_release(&one);
        bytes_release(&other);
        bytes_release(&reversed);
    }
    frame_ranges_release(&frames);
    frame_ranges_release(&changed);
}

static void damaged_answers(void **state) {
    (void)state;
    frame_ranges frames = {0}, changed = {0};
    frame_ranges_add(&frames, 0, 9);
    for (unsigned round = 0; round < 3000; round++) {
        model one;
        bytes encoded = {0};
        annoproj_error *error = NULL;
        random_model(&one);
        encode_model(&one, false, &encoded);
        for (unsigned flips = 1 + (unsigned)random_below(2); flips > 0 && encoded.length > 0; flips--) {
            encoded.data[random_below(encoded.length)] = (uint8_t)random_next();
        }
        size_t cut = random_below(encoded.length + 1);
        uint8_t *exactly = malloc(cut + 1);
        if (cut > 0) {
            memcpy(exactly, encoded.data, cut);
        }
        annoproj_status status = answers_changed_frames(NULL, 0, exactly, cut, &frames, &changed, &error);
        assert_true(status == ANNOPROJ_OK || status == ANNOPROJ_CORRUPT);
        annoproj_error_free(error);
        free(exactly);
        bytes_release(&encoded);
    }
    frame_ranges_release(&frames);
    frame_ranges_release(&changed);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(algebra), cmocka_unit_test(damaged_ranges),
                                       cmocka_unit_test(answers_against_a_model), cmocka_unit_test(damaged_answers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
