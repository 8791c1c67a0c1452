/* Whole values handed out as text: what they are, whatever the window, and what is beyond a bound. */
#include <string.h>

#include "support.h"

#include "json_scan.h"

typedef struct source {
    const char *data;
    size_t length, at, step; /* gives at most `step` bytes at a time */
    annoproj_status failure; /* instead of the end */
} source;

static annoproj_status read_source(void *data, void *buffer, size_t size, size_t *length, annoproj_error **error) {
    (void)error;
    source *from = data;
    size_t left = from->length - from->at, taken = size < from->step ? size : from->step;
    taken = taken < left ? taken : left;
    memcpy(buffer, from->data + from->at, taken);
    from->at += taken;
    *length = taken;
    return taken == 0 ? from->failure : ANNOPROJ_OK;
}

static void expect_slices(json_scan *scan) {
    annoproj_error *error = NULL;
    json_token token;
    const char *start;
    size_t length;
    int64_t offset;
    const char *const elements[] = {"[1, [2]]", "{\"a\": \"\\u0041\"}", "\"text\"", "-1.5e3", "true"};
    const int64_t offsets[] = {8, 18, 34, 42, 50};
    assert_ok(json_next(scan, &token, &error), error);
    assert_ok(json_next(scan, &token, &error), error);
    assert_int_equal(token.kind, JSON_KEY);
    assert_ok(json_next(scan, &token, &error), error);
    assert_int_equal(token.kind, JSON_ARRAY);
    for (size_t i = 0; i < 5; i++) {
        assert_ok(json_slice(scan, &start, &length, &offset, &error), error);
        assert_int_equal(length, strlen(elements[i]));
        assert_memory_equal(start, elements[i], length);
        assert_int_equal(offset, offsets[i]);
    }
    assert_status(ANNOPROJ_NONE, json_slice(scan, &start, &length, &offset, &error), error);
    assert_null(start);
    assert_status(ANNOPROJ_NONE, json_skip(scan, &error), error);
    assert_ok(json_next(scan, &token, &error), error);
    assert_int_equal(token.kind, JSON_ARRAY_END);
    assert_ok(json_next(scan, &token, &error), error);
    assert_true(json_key_is(&token, "b"));
    assert_ok(json_slice(scan, &start, &length, &offset, &error), error);
    assert_int_equal(length, 4);
    assert_memory_equal(start, "null", 4);
    assert_ok(json_next(scan, &token, &error), error);
    assert_true(json_key_is(&token, "c"));
    assert_ok(json_skip(scan, &error), error);
    assert_status(ANNOPROJ_INTERNAL, json_skip(scan, &error), error); /* a key is next, no value */
    assert_ok(json_next(scan, &token, &error), error);
    assert_int_equal(token.kind, JSON_OBJECT_END);
    assert_ok(json_next(scan, &token, &error), error);
    assert_int_equal(token.kind, JSON_END);
}

static void test_slices(void **state) {
    (void)state;
    const char json[] =
        "{\"abc\":[[1, [2]], {\"a\": \"\\u0041\"},\"text\", -1.5e3 ,true ], \"b\":null,\"c\":{\"d\":[]}}";
    annoproj_error *error = NULL;
    json_scan *scan = NULL;
    assert_ok(json_scan_memory(json, strlen(json), NULL, &scan, &error), error);
    expect_slices(scan);
    json_scan_release(scan);
    for (size_t window = 1; window < 60; window++) {
        source from = {json, strlen(json), 0, 1 + window % 7, ANNOPROJ_OK};
        assert_ok(json_scan_stream(read_source, &from, window, NULL, &scan, &error), error);
        expect_slices(scan);
        json_scan_release(scan);
    }
    const char *start;
    size_t length;
    assert_ok(json_scan_memory(" [1] ", 5, NULL, &scan, &error), error);
    assert_ok(json_slice(scan, &start, &length, NULL, &error), error);
    assert_int_equal(length, 3);
    json_scan_release(scan);
    assert_ok(json_scan_memory("[[1,]]", 6, NULL, &scan, &error), error);
    assert_status(ANNOPROJ_DATA, json_slice(scan, &start, &length, NULL, &error), error);
    assert_null(start);
    json_scan_release(scan);
}

/* Of what is longer than the bound there is no text, and reading goes on. */
static void test_slices_have_a_bound(void **state) {
    (void)state;
    const char json[] = "[[1, [2]], {\"a\": \"\\u0041\"},\"text\", [1,2,3,4,5,6,7,8,9,10,11,12] ,7]";
    const char *const elements[] = {"[1, [2]]", "{\"a\": \"\\u0041\"}", "\"text\"", "[1,2,3,4,5,6,7,8,9,10,11,12]",
                                    "7"};
    for (size_t window = 1; window < 40; window++) {
        for (size_t most = 0; most < 32; most++) {
            annoproj_error *error = NULL;
            json_scan *scan = NULL;
            json_token token;
            source from = {json, strlen(json), 0, 1 + window % 7, ANNOPROJ_OK};
            assert_ok(json_scan_stream(read_source, &from, window, NULL, &scan, &error), error);
            assert_ok(json_next(scan, &token, &error), error);
            for (size_t i = 0; i < 5; i++) {
                const char *start;
                size_t length;
                const bool fits = strlen(elements[i]) <= most;
                assert_ok(json_slice_most(scan, most, &start, &length, &error), error);
                assert_int_equal(start != NULL, fits);
                assert_int_equal(length, fits ? strlen(elements[i]) : 0);
                assert_memory_equal(fits ? start : "", elements[i], length);
            }
            assert_ok(json_next(scan, &token, &error), error);
            assert_int_equal(token.kind, JSON_ARRAY_END);
            json_scan_release(scan);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slices),
        cmocka_unit_test(test_slices_have_a_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
