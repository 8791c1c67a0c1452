/* What is stored of a label, from damaged bytes: geometry, answers and sets of frames end with `failed` or are read; what was read
 * and is written again reads the same; a mask is written again as the same bytes. The first byte says which of the four. */
#include "fuzz.h"

#include "answers.h"
#include "frame_ranges.h"
#include "geometry.h"
#include "hash.h"
#include "mask_code.h"
#include "ontology.h"

const unsigned fuzz_rounds = 20000;

/* ---- geometry ---- */

static uint64_t add_number(uint64_t print, const number *one) {
    const double value = number_to_double(one);
    return hash64_with(&value, sizeof value, print);
}

/* Reads all of it, one number at a time or many, and builds it again. */
static bool read_geometry(const uint8_t *data, size_t length, bool many, geometry_builder *again, uint64_t *print) {
    geometry_cursor cursor;
    number numbers[7];
    geometry_open(&cursor, data, length);
    geometry_builder_reset(again, cursor.shape, cursor.unit);
    *print = (uint64_t)cursor.shape;
    while (geometry_next_frame(&cursor)) {
        *print = hash64_with(&cursor.frame, sizeof cursor.frame, *print);
        geometry_frame(again, cursor.frame);
        while (geometry_next_part(&cursor)) {
            size_t got = 0;
            geometry_part(again);
            do {
                got = many ? geometry_next_numbers(&cursor, numbers, 7) : geometry_next_number(&cursor, numbers);
                for (size_t i = 0; i < got; i++) {
                    *print = add_number(*print, &numbers[i]);
                    geometry_number(again, numbers[i]);
                }
            } while (got > 0);
        }
    }
    return !cursor.failed;
}

static void try_geometry(const uint8_t *data, size_t length) {
    geometry_builder *again = geometry_builder_new(SHAPE_POLYGON, ANNOPROJ_UNIT_PIXELS);
    bytes encoded = {0};
    annoproj_error *error = NULL;
    uint64_t one = 0, other = 0;
    const bool whole = read_geometry(data, length, false, again, &one);
    require(whole == read_geometry(data, length, true, again, &other));
    require(!whole || one == other);
    if (whole && geometry_encode(again, &encoded, &error) == ANNOPROJ_OK) {
        require(read_geometry(encoded.data, encoded.length, false, again, &other));
        require(one == other);
    }
    annoproj_error_free(error);
    bytes_release(&encoded);
    geometry_builder_free(again);
}

/* ---- masks: how many numbers, and the numbers ---- */

static void try_mask(const uint8_t *data, size_t length) {
    enum { MOST = 1 << 20 };
    unpacker from = {data, data + length, false};
    const uint64_t head = unpack_varint(&from), count = head >> 1;
    const bool lines = head & 1;
    const uint8_t *part = from.at;
    bytes code = {0}, again = {0};
    mask_decoder decoder;
    if (from.failed || count > MOST || !mask_decoder_open(&decoder, &from, count, lines))
        return;
    int64_t *numbers = malloc(count * sizeof *numbers);
    uint64_t read = 0;
    require(numbers);
    while (read < count && mask_decoder_next(&decoder, &numbers[read]))
        read++;
    if (read == count) {
        require(mask_encode(numbers, count, lines, &code, &again));
        const size_t longer = (size_t)(from.at - part) - again.length; /* varints may be longer than they need be */
        require((size_t)(from.at - part) >= again.length && longer <= 3 * LONGEST_VARINT);
        require(decoder.length == code.length && memcmp(decoder.code, code.data, code.length) == 0);
    }
    free(numbers);
    bytes_release(&code);
    bytes_release(&again);
}

/* ---- answers ---- */

static bool read_answers(const uint8_t *data, size_t length, bytes *encoded) {
    answers_builder *again = answers_builder_new();
    frame_ranges frames = {0};
    annoproj_error *error = NULL;
    answers_cursor cursor;
    answer one;
    bool whole = true;
    answers_open(&cursor, data, length);
    while (whole && answers_next(&cursor, &one)) {
        whole = !one.dynamic || (frame_ranges_decode(one.ranges, one.ranges_length, &frames) && frames.count > 0);
        for (size_t i = 0; whole && i < (one.dynamic ? frames.count : 1); i++) {
            const int64_t first = one.dynamic ? frames.ranges[i].first : -1,
                          last = one.dynamic ? frames.ranges[i].last : -1;
            if (one.kind == ANSWER_TEXT)
                answers_text(again, one.attribute, one.text, one.text_length, first, last);
            else if (one.kind == ANSWER_NUMBER)
                answers_number(again, one.attribute, one.number, first, last);
            else
                answers_option(again, one.attribute, one.option, first, last);
        }
    }
    whole = whole && !cursor.failed && answers_encode(again, encoded, &error) == ANNOPROJ_OK;
    annoproj_error_free(error);
    answers_builder_free(again);
    frame_ranges_release(&frames);
    return whole;
}

static void try_answers(const uint8_t *data, size_t length) {
    bytes once = {0}, twice = {0};
    if (read_answers(data, length, &once)) {
        require(read_answers(once.data, once.length, &twice));
        require(once.length == twice.length && (once.length == 0 || memcmp(once.data, twice.data, once.length) == 0));
    }
    bytes_release(&once);
    bytes_release(&twice);
}

/* ---- sets of frames: two, split by the first byte ---- */

static void check_sets(const frame_ranges *a, const frame_ranges *b) {
    frame_ranges both = {0}, common = {0}, only = {0}, back = {0};
    bytes encoded = {0};
    frame_ranges_union(a, b, &both);
    frame_ranges_intersection(a, b, &common);
    frame_ranges_difference(a, b, &only);
    frame_ranges_union(&only, &common, &back);
    require(frame_ranges_equal(&back, a));
    require(!frame_ranges_overlap(&only, b));
    require(frame_ranges_overlap(a, b) == (common.count > 0));
    require(frame_ranges_within(a, &both) && frame_ranges_within(&common, b));
    frame_ranges_encode(&both, &encoded);
    require(encoded.length == 0 ||
            (frame_ranges_decode(encoded.data, encoded.length, &back) && frame_ranges_equal(&back, &both)));
    bytes_release(&encoded);
    frame_ranges_release(&both);
    frame_ranges_release(&common);
    frame_ranges_release(&only);
    frame_ranges_release(&back);
}

static void try_frames(const uint8_t *data, size_t length) {
    frame_ranges a = {0}, b = {0};
    const size_t first = length > 0 ? data[0] % length : 0;
    if (length > 0 && frame_ranges_decode(data + 1, first, &a) &&
        frame_ranges_decode(data + 1 + first, length - 1 - first, &b))
        check_sets(&a, &b);
    frame_ranges_release(&a);
    frame_ranges_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    static void (*const parts[])(const uint8_t *, size_t) = {try_geometry, try_answers, try_frames, try_mask};
    if (length > 0)
        parts[data[0] % 4](data + 1, length - 1);
    return 0;
}
