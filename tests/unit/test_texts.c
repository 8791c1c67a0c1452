/* UTF-8, text arguments, JSON and CSV writing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

#include "allocate.h"
#include "failure.h"
#include "json_scan.h"
#include "memory_support.h"
#include "text.h"
#include "utf8.h"

/* UTF-8 written a second time, by its definition: every code point but surrogates, shortest form. */
static size_t encode(uint32_t point, char *out) {
    int size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const uint32_t leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (int i = size - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (point & 0x3F));
        point >>= 6;
    }
    out[0] = (char)(leads[size] | point);
    return (size_t)size;
}

static void test_every_code_point(void **state) {
    (void)state;
    for (uint32_t point = 0; point <= 0x10FFFF; point++) {
        char bytes[4];
        uint32_t decoded = 0;
        size_t size = encode(point, bytes);
        bool surrogate = point >= 0xD800 && point <= 0xDFFF;
        assert_int_equal(utf8_decode(bytes, size, &decoded), surrogate ? 0 : size);
        assert_true(surrogate || decoded == point);
        assert_int_equal(utf8_valid(bytes, size), !surrogate);
        assert_false(size > 1 && utf8_valid(bytes, size - 1));
    }
}

/* All sequences of up to three bytes: valid exactly when they are made of encoded code points. */
static void test_every_short_sequence(void **state) {
    (void)state;
    uint32_t valid = 0;
    for (uint32_t bytes = 0; bytes < 0x1000000; bytes++) {
        char sequence[3] = {(char)(bytes >> 16), (char)(bytes >> 8), (char)bytes};
        valid += utf8_valid(sequence, 3);
    }
    /* 1+1+1, 1+2, 2+1 and 3 bytes */
    assert_int_equal(valid, 128 * 128 * 128 + 2 * 128 * 1920 + (0x10000 - 0x800 - 0x800));
    assert_true(utf8_valid("", 0));
    assert_int_equal(utf8_length("a\xC3\xA4\xF0\x9F\x98\x80", 7), 3);
    assert_false(utf8_valid("12345678\xFF", 9));
    assert_false(utf8_valid("1234567\x80"
                            "12345678",
                            16));
}

static void expect_argument(annoproj_status expected, const char *argument, enum text_kind kind) {
    annoproj_error *error = NULL;
    annoproj_status status = check_text(argument, kind, "`thing`", &error);
    if (status != expected) {
        fail_msg("%s gives %s: %s", argument ? argument : "NULL", annoproj_status_name(status),
                 annoproj_error_message(error));
    }
    assert_int_equal(annoproj_error_status(error), expected);
    assert_true(expected == ANNOPROJ_OK || strstr(annoproj_error_message(error), "thing"));
    annoproj_error_free(error);
}

static void test_arguments(void **state) {
    (void)state;
    const enum text_kind strict[] = {TEXT_NAME, TEXT_TITLE, TEXT_FILE_NAME, TEXT_TAG, TEXT_EMAIL};
    const enum text_kind loose[] = {TEXT_COMMENT, TEXT_LINK};
    const char *const controls[] = {"a\nb",          "\x1F",          "a\x7F",       "a\xC2\x85",
                                    "a\xE2\x80\xAE", "\xE2\x81\xA6z", "\xE2\x81\xA9"};
    for (size_t i = 0; i < sizeof strict / sizeof strict[0]; i++) {
        expect_argument(ANNOPROJ_OK, "a\xC3\xA4 b", strict[i]);
        expect_argument(ANNOPROJ_INVALID, NULL, strict[i]);
        expect_argument(ANNOPROJ_INVALID, "", strict[i]);
        expect_argument(ANNOPROJ_INVALID, "a\xFF", strict[i]);
        for (size_t k = 0; k < sizeof controls / sizeof controls[0]; k++) {
            expect_argument(ANNOPROJ_INVALID, controls[k], strict[i]);
        }
    }
    for (size_t i = 0; i < 2; i++) {
        expect_argument(ANNOPROJ_OK, "", loose[i]);
        expect_argument(ANNOPROJ_OK, "a\nb\xE2\x80\xAE", loose[i]);
        expect_argument(ANNOPROJ_INVALID, NULL, loose[i]);
        expect_argument(ANNOPROJ_INVALID, "\xC0\x80", loose[i]);
    }
    expect_argument(ANNOPROJ_INVALID, "", TEXT_JSON);
    const struct {
        enum text_kind kind;
        size_t limit;
    } limits[] = {{TEXT_NAME, 1024}, {TEXT_TITLE, 1024}, {TEXT_FILE_NAME, 4096},       {TEXT_COMMENT, 65536},
                  {TEXT_TAG, 128},   {TEXT_LINK, 4096},  {TEXT_JSON, (size_t)64 << 20}};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        char *argument = malloc(limits[i].limit + 2);
        memset(argument, 'x', limits[i].limit + 1);
        argument[limits[i].limit + 1] = 0;
        expect_argument(ANNOPROJ_LIMIT, argument, limits[i].kind);
        argument[limits[i].limit] = 0;
        expect_argument(ANNOPROJ_OK, argument, limits[i].kind);
        free(argument);
    }
    char mail[] = "Ada.L@Example.ORG \xC3\x84";
    ascii_lower(mail);
    assert_string_equal(mail, "ada.l@example.org \xC3\x84");
}

static void expect_csv(const char *cell, const char *expected) {
    text out = {0};
    char *csv = NULL;
    annoproj_error *error = NULL;
    text_csv(&out, cell, strlen(cell));
    assert_ok(text_take(&out, &csv, NULL, &error), error);
    assert_string_equal(csv, expected);
    annoproj_free(csv);
}

static void test_csv(void **state) {
    (void)state;
    expect_csv("", "");
    expect_csv("plain", "plain");
    expect_csv("a,b", "\"a,b\"");
    expect_csv("say \"hi\"", "\"say \"\"hi\"\"\"");
    expect_csv("two\r\nlines", "\"two\r\nlines\"");
    expect_csv(" a", "\" a\"");
    expect_csv("=1+1", "'=1+1");
    expect_csv("+1", "'+1");
    expect_csv("-1", "'-1");
    expect_csv("@x", "'@x");
    expect_csv("\tx", "'\tx");
    expect_csv("\rx", "\"'\rx\"");
    expect_csv("  =1", "\"'  =1\"");
    expect_csv("\xC2\xA0=1", "'\xC2\xA0=1");
    expect_csv("\xEF\xBC\x9D"
               "1",
               "'\xEF\xBC\x9D"
               "1");
    expect_csv("\xEF\xBC\x8B"
               "1",
               "'\xEF\xBC\x8B"
               "1");
    expect_csv("\xEF\xBC\x8D"
               "1",
               "'\xEF\xBC\x8D"
               "1");
    expect_csv("\xEF\xBC\xA0"
               "1",
               "'\xEF\xBC\xA0"
               "1");
    expect_csv("a=1", "a=1");
    expect_csv("a\n=1", "\"a\n'=1\"");
    expect_csv("a\r\n =1\r-2\nb", "\"a\r\n' =1\r'-2\nb\"");
    expect_csv("=a\n=b", "\"'=a\n'=b\"");
    expect_csv("=\"\"", "\"'=\"\"\"\"\"");
    expect_csv("'=1", "'=1");
}

static void expect_json(const char *string, size_t length, const char *expected) {
    text out = {0};
    char *json = NULL;
    size_t json_length = 0;
    annoproj_error *error = NULL;
    text_json(&out, string, length);
    assert_ok(text_take(&out, &json, &json_length, &error), error);
    assert_string_equal(json, expected);
    assert_int_equal(json_length, strlen(expected));
    annoproj_free(json);
}

static void test_json(void **state) {
    (void)state;
    expect_json("", 0, "\"\"");
    expect_json("a\"b\\c/", 6, "\"a\\\"b\\\\c/\"");
    expect_json("\b\f\n\r\t\x01\x1F\0", 8, "\"\\b\\f\\n\\r\\t\\u0001\\u001f\\u0000\"");
    expect_json("</script>", 9, "\"\\u003c/script>\"");
    expect_json("\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA", 9, "\"\\u2028\\u2029\xE2\x80\xAA\"");
    expect_json("\xC3\xA4\xF0\x9F\x98\x80", 6, "\"\xC3\xA4\xF0\x9F\x98\x80\"");
}

/* What is written as JSON is read back by the scanner. */
static void test_json_reads_back(void **state) {
    (void)state;
    for (int round = 0; round < 5000; round++) {
        char original[200], back[1300];
        size_t length = 0;
        while (length < 180 && random_below(40)) {
            uint32_t point = (uint32_t)random_below((uint64_t[]){0x20, 0x80, 0x3000, 0x110000}[random_below(4)]);
            if (point < 0xD800 || point > 0xDFFF) {
                length += encode(point, original + length);
            }
        }
        text out = {0};
        annoproj_error *error = NULL;
        json_scan *scan = NULL;
        json_token token;
        text_json(&out, original, length);
        assert_ok(json_scan_memory(out.data, out.length, NULL, &scan, &error), error);
        assert_ok(json_next(scan, &token, &error), error);
        assert_int_equal(json_unescape(&token, back), length);
        assert_memory_equal(back, original, length);
        assert_ok(json_next(scan, &token, &error), error);
        assert_int_equal(token.kind, JSON_END);
        json_scan_release(scan);
        text_release(&out);
    }
}

static void test_numbers(void **state) {
    (void)state;
    text out = {0};
    annoproj_error *error = NULL;
    char *written = NULL;
    text_int64(&out, 0);
    text_character(&out, ' ');
    text_int64(&out, INT64_MIN);
    text_character(&out, ' ');
    text_int64(&out, INT64_MAX);
    text_character(&out, ' ');
    text_double(&out, 0.1);
    text_character(&out, ' ');
    text_decimal(&out, (decimal){-51066, 2});
    text_printf(&out, " %s%d", "x", 7);
    assert_ok(text_take(&out, &written, NULL, &error), error);
    assert_string_equal(written, "0 -9223372036854775808 9223372036854775807 0.1 -510.66 x7");
    annoproj_free(written);
    assert_null(out.data);
}

static void test_failing_memory(void **state) {
    (void)state;
    size_t before = memory_alive(), count = 1;
    for (bool failed = true; failed; count++) {
        text out = {0};
        char *written = NULL;
        size_t length = 5;
        annoproj_error *error = NULL;
        memory_fail_at(count);
        for (int i = 0; i < 100; i++) {
            text_csv(&out, "=1", 2);
            text_json(&out, "<", 1);
            text_double(&out, 0.5);
            text_decimal(&out, (decimal){1, 0});
            text_int64(&out, i);
            text_printf(&out, "%d", i);
            text_string(&out, "-");
        }
        annoproj_status status = text_take(&out, &written, &length, &error);
        failed = memory_has_failed();
        memory_fail_at(0);
        assert_int_equal(status, failed ? ANNOPROJ_NO_MEMORY : ANNOPROJ_OK);
        assert_true(failed ? written == NULL && length == 0 : length == strlen(written));
        annoproj_free(written);
        annoproj_error_free(error);
        assert_int_equal(memory_alive(), before);
    }
    assert_true(count > 3);
}

int main(void) {
    memory_watch();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_point),
        cmocka_unit_test(test_every_short_sequence),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_json_reads_back),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_failing_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
