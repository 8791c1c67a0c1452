/* The scanner against RFC 8259 and the limits of the library. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

#include "allocate.h"
#include "json_scan.h"
#include "memory_support.h"
#include "text.h"

/* ---- sources ---- */

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

/* All tokens of a scan as text, so that two scans can be compared. */
static annoproj_status describe(json_scan *scan, text *out, annoproj_error **error) {
    json_token token;
    do {
        annoproj_status status = json_next(scan, &token, error);
        if (status != ANNOPROJ_OK) {
            return status;
        }
        char pointer[257];
        json_pointer(scan, pointer);
        text_printf(out, "%d@%lld/%d %s ", (int)token.kind, (long long)token.offset, (int)token.depth, pointer);
        text_append(out, token.start, token.length);
        text_character(out, '\n');
    } while (token.kind != JSON_END);
    return ANNOPROJ_OK;
}

static annoproj_status scan_all(const char *data, size_t length, const json_limits *limits, annoproj_error **error) {
    json_scan *scan = NULL;
    text described = {0};
    annoproj_status status = json_scan_memory(data, length, limits, &scan, error);
    if (status == ANNOPROJ_OK) {
        status = describe(scan, &described, error);
    }
    json_scan_release(scan);
    text_release(&described);
    return status;
}

/* The same through a window; an error must tell the same byte. */
static void expect_stream_agrees(const char *data, size_t length, size_t window, size_t step) {
    json_scan *whole = NULL, *windowed = NULL;
    annoproj_error *error = NULL, *other_error = NULL;
    text one = {0}, other = {0};
    source from = {data, length, 0, step, ANNOPROJ_OK};
    assert_ok(json_scan_memory(data, length, NULL, &whole, &error), error);
    assert_ok(json_scan_stream(read_source, &from, window, NULL, &windowed, &error), error);
    annoproj_status status = describe(whole, &one, &error), other_status = describe(windowed, &other, &other_error);
    assert_int_equal(status, other_status);
    assert_string_equal(annoproj_error_message(error), annoproj_error_message(other_error));
    assert_int_equal(one.length, other.length);
    if (one.length > 0) {
        assert_memory_equal(one.data, other.data, one.length);
    }
    text_release(&one);
    text_release(&other);
    annoproj_error_free(error);
    annoproj_error_free(other_error);
    json_scan_release(whole);
    json_scan_release(windowed);
}

/* ---- accept and refuse ---- */

static const char *const accepted[] = {
    "null",
    "true",
    "false",
    "0",
    "-0",
    "-1",
    "10",
    "1.5",
    "-0.0",
    "1e5",
    "1E+5",
    "1e-5",
    "0e0",
    "0.0e-0",
    "1e-999",
    "123456789012345678901234567890",
    "1.7976931348623157e308",
    "\"\"",
    "\"a\"",
    "[]",
    "{}",
    "[[]]",
    "[{}]",
    "{\"a\":[]}",
    " \t\r\n[ 1 , 2 ] \n",
    "{\"a\":1,\"b\":2}",
    "{\"\":0}",
    "{\"a\":{\"a\":{\"a\":1}}}",
    "[1,\"a\",null,true,{}]",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
    "\"\\u0041\"",
    "\"\\u0000\"",
    "\"\\uD83D\\uDE00\"",
    "\"\\ud83d\\ude00\"",
    "\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\"",
    "\"\x7F\"",
    "\"\xED\x9F\xBF\"",
    "\"\xEE\x80\x80\"",
    "\"\xF4\x8F\xBF\xBF\"",
    "{\"a\":1,\"A\":2,\"\\u0061b\":3}",
    "[0,0,0]",
    "\"12345678\"",
    "\"1234567\\u0020\"",
    "\"'\"",
    "{\"1234567\":1,\"12345678\":1,\"12345679\":1,\"123456\":1}",
    "[1e2,0.1,-2.50]",
};

static const char *const refused[] = {
    "",
    " ",
    "nul",
    "nulL",
    "tru",
    "truE",
    "fals",
    "Null",
    "NaN",
    "Infinity",
    "-Infinity",
    "undefined",
    "+1",
    "01",
    "-01",
    "00",
    "1.",
    ".5",
    "-",
    "-a",
    "1e",
    "1e+",
    "1.e5",
    "1.5.5",
    "1e5.5",
    "0x10",
    "1_000",
    "--1",
    "1e999",
    "-1e999",
    "1 2",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1",
    "[",
    "]",
    "{",
    "}",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{,}",
    "{a:1}",
    "{1:1}",
    "{\"a\" 1}",
    "{\"a\"::1}",
    "{\"a\":1 \"b\":2}",
    "{\"a\":1]",
    "[1}",
    "{\"a\":1",
    "[1]]",
    "{}}",
    "{} {}",
    "[]x",
    "// x\n1",
    "/* */1",
    "1#",
    "'a'",
    "\"",
    "\"a",
    "\"\\",
    "\"\\\"",
    "\"\\x\"",
    "\"\\u\"",
    "\"\\u12\"",
    "\"\\u123g\"",
    "\"\\u 123\"",
    "\"\\a\"",
    "\"\\U0041\"",
    "\"\n\"",
    "\"\t\"",
    "\"\x01\"",
    "\"\x1F\"",
    "\"\\uD800\"",
    "\"\\uDC00\"",
    "\"\\uD800\\n\"",
    "\"\\uD800\\u0041\"",
    "\"\\uD800x\"",
    "\"\\uD800\\uD800\"",
    "\"\x80\"",
    "\"\xFF\"",
    "\"\xC0\xAF\"",
    "\"\xC1\xBF\"",
    "\"\xE0\x80\xAF\"",
    "\"\xED\xA0\x80\"",
    "\"\xF0\x80\x80\xAF\"",
    "\"\xF4\x90\x80\x80\"",
    "\"\xF5\x80\x80\x80\"",
    "\"\xE2\x82\"",
    "\"\xC3\"",
    "\"\xF0\x9F\x98\"",
    "\xEF\xBB\xBF[]",
    "[\xC2\xA0]",
    "\f1",
    "1\v",
    "{\"a\":1,\"a\":1}",
    "{\"a\":1,\"\\u0061\":2}",
    "{\"\":1,\"\":2}",
    "[{\"x\":{},\"y\":1,\"x\":2}]",
    "{\"abcdefgh\":1,\"abcdefgh\":2}",
    "{\"a\\n\":1,\"a\\u000a\":2}",
};

static void test_accepts(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
        annoproj_error *error = NULL;
        annoproj_status status = scan_all(accepted[i], strlen(accepted[i]), NULL, &error);
        if (status != ANNOPROJ_OK) {
            fail_msg("refused %s: %s", accepted[i], annoproj_error_message(error));
        }
    }
}

static void test_refuses(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        annoproj_error *error = NULL;
        if (scan_all(refused[i], strlen(refused[i]), NULL, &error) != ANNOPROJ_DATA) {
            fail_msg("not refused as DATA: %s (%s)", refused[i], annoproj_error_message(error));
        }
        assert_int_equal(annoproj_error_status(error), ANNOPROJ_DATA);
        assert_true(annoproj_error_detail_count(error) == 2);
        assert_string_equal(annoproj_error_detail_key(error, 0), "byte");
        assert_true(strtoul(annoproj_error_detail_value(error, 0), NULL, 10) <= strlen(refused[i]));
        annoproj_error_free(error);
    }
    annoproj_error *error = NULL;
    assert_status(ANNOPROJ_DATA, scan_all("1\0", 2, NULL, &error), error);
    assert_status(ANNOPROJ_DATA, scan_all("\"a\0b\"", 5, NULL, &error), error);
    assert_status(ANNOPROJ_DATA, scan_all("[\0]", 3, NULL, &error), error);
}

static void test_windows_agree(void **state) {
    (void)state;
    for (size_t window = 1; window <= 40; window += 3) {
        for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
            expect_stream_agrees(accepted[i], strlen(accepted[i]), window, 1 + window % 5);
        }
        for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
            expect_stream_agrees(refused[i], strlen(refused[i]), window, 1 + window % 5);
        }
    }
}

static const char document[] =
    "{\"images\": [{\"id\": 9007199254740993, \"name\": \"a \\\"b\\\" \\u00e4\\ud83d\\ude00 \xE2\x82\xAC\", "
    "\"w\":640}],\n"
    " \"annotations\": [{\"bbox\":[1.5,-2e3,0.25,1E-2],\"x\":null,\"crowd\":false,\"a/b~c\":[[],{},[{}]]}], "
    "\"end\":true}";

static void test_truncated_everywhere(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    assert_ok(scan_all(document, strlen(document), NULL, &error), error);
    for (size_t length = 0; length < strlen(document); length++) {
        /* an exact copy, so that the address sanitizer sees a read behind the end */
        char *copy = malloc(length ? length : 1);
        memcpy(copy, document, length);
        assert_status(ANNOPROJ_DATA, scan_all(copy, length, NULL, &error), error);
        expect_stream_agrees(copy, length, 16, 7);
        free(copy);
    }
    expect_stream_agrees(document, strlen(document), 16, 1);
}

static void test_random_damage(void **state) {
    (void)state;
    for (int round = 0; round < 3000; round++) {
        char copy[sizeof document];
        memcpy(copy, document, sizeof document);
        for (uint64_t changes = 1 + random_below(3); changes > 0; changes--) {
            copy[random_below(sizeof document - 1)] = (char)random_below(256);
        }
        expect_stream_agrees(copy, sizeof document - 1, 16 + (size_t)random_below(40), 1 + (size_t)random_below(20));
    }
}

/* ---- limits ---- */

static void test_depth(void **state) {
    (void)state;
    enum { DEEP = 10000 };
    char *nested = malloc(2 * DEEP);
    annoproj_error *error = NULL;
    for (int kind = 0; kind < 2; kind++) {
        for (size_t depth = 1; depth <= 513; depth += depth == 1 ? 62 : depth < 65 ? 1 : 224) {
            json_limits limits = {kind ? 512 : 0, 0, 0, 0};
            memset(nested, '[', depth);
            memset(nested + depth, ']', depth);
            bool fits = depth <= (kind ? 512u : 64u);
            assert_status(fits ? ANNOPROJ_OK : ANNOPROJ_LIMIT, scan_all(nested, 2 * depth, &limits, &error), error);
        }
    }
    memset(nested, '[', 2 * DEEP);
    assert_status(ANNOPROJ_LIMIT, scan_all(nested, 2 * DEEP, NULL, &error), error);
    json_limits wide = {1000000, 0, 0, 0};
    annoproj_status status = scan_all(nested, 2 * DEEP, &wide, &error);
    assert_int_equal(status, ANNOPROJ_LIMIT);
    assert_string_equal(annoproj_error_detail_value(error, 0), "512");
    annoproj_error_free(error);
    free(nested);
}

static void test_lengths(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    json_limits limits = {0, 5, 3, 4};
    const struct {
        const char *json;
        annoproj_status status;
    } cases[] = {
        {"\"12345\"", ANNOPROJ_OK},       {"\"123456\"", ANNOPROJ_LIMIT}, {"{\"123\":1}", ANNOPROJ_OK},
        {"{\"1234\":1}", ANNOPROJ_LIMIT}, {"1234", ANNOPROJ_OK},          {"12345", ANNOPROJ_LIMIT},
        {"1.2e5", ANNOPROJ_LIMIT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_status(cases[i].status, scan_all(cases[i].json, strlen(cases[i].json), &limits, &error), error);
    }
    /* the defaults: 1 MiB, 256 and 64 bytes */
    size_t size = ((size_t)1 << 20) + 16;
    char *long_text = malloc(size);
    memset(long_text, 'a', size);
    long_text[0] = '"';
    long_text[((size_t)1 << 20) + 1] = '"';
    assert_ok(scan_all(long_text, ((size_t)1 << 20) + 2, NULL, &error), error);
    long_text[((size_t)1 << 20) + 1] = 'a';
    long_text[((size_t)1 << 20) + 2] = '"';
    assert_status(ANNOPROJ_LIMIT, scan_all(long_text, ((size_t)1 << 20) + 3, NULL, &error), error);
    memset(long_text, '1', 65);
    assert_ok(scan_all(long_text, 64, NULL, &error), error);
    assert_status(ANNOPROJ_LIMIT, scan_all(long_text, 65, NULL, &error), error);
    free(long_text);
}

static void test_many_keys(void **state) {
    (void)state;
    /* every key refused again, in objects below and above the size where a hash table takes over */
    for (int count = 1; count <= 200; count += count < 40 ? 1 : 37) {
        for (int again = 0; again < count; again += 1 + count / 9) {
            text json = {0};
            annoproj_error *error = NULL;
            text_character(&json, '{');
            for (int i = 0; i < count; i++) {
                text_printf(&json, "\"key-number-%d\":{\"key-number-%d\":[%d]},", i, i, i);
            }
            size_t unique = json.length;
            text_string(&json, "\"other\":1}");
            assert_ok(scan_all(json.data, json.length, NULL, &error), error);
            json.length = unique;
            text_printf(&json, "\"key-number-%d\":1}", again);
            annoproj_status status = scan_all(json.data, json.length, NULL, &error);
            assert_int_equal(status, ANNOPROJ_DATA);
            assert_non_null(strstr(annoproj_error_message(error), "key"));
            annoproj_error_free(error);
            text_release(&json);
        }
    }
}

static void test_too_many_keys(void **state) {
    (void)state;
    text json = {0};
    annoproj_error *error = NULL;
    text_character(&json, '{');
    for (int i = 0; i < 1000000; i++) {
        text_printf(&json, "%s\"%x\":0", i ? "," : "", (unsigned)i);
    }
    size_t length = json.length;
    text_character(&json, '}');
    assert_ok(scan_all(json.data, json.length, NULL, &error), error);
    json.length = length;
    text_string(&json, ",\"x\":0}");
    assert_status(ANNOPROJ_LIMIT, scan_all(json.data, json.length, NULL, &error), error);
    text_release(&json);
}

/* ---- tokens ---- */

static void test_tokens(void **state) {
    (void)state;
    const char json[] = "{\"a\" : [1, \"x\\n\"], \"b\":null}";
    const struct {
        json_kind kind;
        const char *raw;
        int64_t offset;
        int32_t depth;
        const char *pointer;
    } expected[] = {
        {JSON_OBJECT, "{", 0, 0, ""},
        {JSON_KEY, "a", 1, 1, "/a"},
        {JSON_ARRAY, "[", 7, 1, "/a"},
        {JSON_NUMBER, "1", 8, 2, "/a/0"},
        {JSON_STRING, "x\\n", 11, 2, "/a/1"},
        {JSON_ARRAY_END, "]", 16, 1, "/a"},
        {JSON_KEY, "b", 19, 1, "/b"},
        {JSON_NULL, "null", 23, 1, "/b"},
        {JSON_OBJECT_END, "}", 27, 0, ""},
        {JSON_END, "", 28, 0, ""},
        {JSON_END, "", 28, 0, ""},
    };
    annoproj_error *error = NULL;
    json_scan *scan = NULL;
    assert_ok(json_scan_memory(json, strlen(json), NULL, &scan, &error), error);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        json_token token;
        char pointer[257];
        assert_ok(json_next(scan, &token, &error), error);
        json_pointer(scan, pointer);
        assert_int_equal(token.kind, expected[i].kind);
        assert_int_equal(token.length, strlen(expected[i].raw));
        assert_memory_equal(token.start, expected[i].raw, token.length);
        assert_int_equal(token.offset, expected[i].offset);
        assert_int_equal(token.depth, expected[i].depth);
        assert_int_equal(token.escaped, token.kind == JSON_STRING);
        assert_string_equal(pointer, expected[i].pointer);
    }
    assert_int_equal(json_offset(scan), (int64_t)strlen(json));
    json_scan_release(scan);
}

static void test_pointer_of_error(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    const char json[] = "{\"a\":[0,{\"b/c~d\":[5,5,x]}]}";
    assert_int_equal(scan_all(json, strlen(json), NULL, &error), ANNOPROJ_DATA);
    assert_string_equal(annoproj_error_detail_key(error, 1), "pointer");
    assert_string_equal(annoproj_error_detail_value(error, 1), "/a/1/b~1c~0d/2");
    assert_string_equal(annoproj_error_detail_value(error, 0), "22");
    annoproj_error_free(error);

    /* a long path keeps its two ends */
    text deep = {0};
    for (int i = 0; i < 30; i++) {
        text_printf(&deep, "{\"member-with-a-name-%d\":", i);
    }
    text_character(&deep, '?');
    error = NULL;
    assert_int_equal(scan_all(deep.data, deep.length, NULL, &error), ANNOPROJ_DATA);
    const char *pointer = annoproj_error_detail_value(error, 1);
    assert_true(strlen(pointer) <= 256);
    assert_true(strncmp(pointer, "/member-with-a-name-0/member", 28) == 0);
    assert_non_null(strstr(pointer, "..."));
    assert_string_equal(pointer + strlen(pointer) - 22, "/member-with-a-name-29");
    annoproj_error_free(error);
    text_release(&deep);
}

static void test_failure_is_sticky(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    json_scan *scan = NULL;
    json_token token;
    const char *start;
    size_t length;
    assert_ok(json_scan_memory("[?]", 3, NULL, &scan, &error), error);
    assert_ok(json_next(scan, &token, &error), error);
    assert_status(ANNOPROJ_DATA, json_next(scan, &token, &error), error);
    assert_status(ANNOPROJ_DATA, json_next(scan, &token, &error), error);
    assert_status(ANNOPROJ_DATA, json_skip(scan, &error), error);
    assert_status(ANNOPROJ_DATA, json_slice(scan, &start, &length, NULL, &error), error);
    json_scan_release(scan);

    source from = {"[1,2", 4, 0, 2, ANNOPROJ_IO};
    assert_ok(json_scan_stream(read_source, &from, 16, NULL, &scan, &error), error);
    assert_status(ANNOPROJ_IO, json_next(scan, &token, &error), error);
    assert_status(ANNOPROJ_IO, json_next(scan, &token, &error), error);
    json_scan_release(scan);
    json_scan_release(NULL);
}

/* ---- values ---- */

static json_token number(const char *digits) {
    return (json_token){JSON_NUMBER, digits, strlen(digits), false, 0, 0};
}

static void test_int64(void **state) {
    (void)state;
    const struct {
        const char *digits;
        bool exact;
        int64_t value;
    } cases[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"5.0", true, 5},
        {"5e0", true, 5},
        {"5e2", true, 500},
        {"500e-2", true, 5},
        {"0.5e1", true, 5},
        {"1.5", false, 0},
        {"15e-1", false, 0},
        {"9007199254740993", true, INT64_C(9007199254740993)},
        {"9223372036854775807", true, INT64_MAX},
        {"9223372036854775807.000", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"18446744073709551616", false, 0},
        {"1e18", true, INT64_C(1000000000000000000)},
        {"1e19", false, 0},
        {"100000000000000000000", false, 0},
        {"1e-1", false, 0},
        {"0e400", true, 0},
        {"0.000", true, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_token token = number(cases[i].digits);
        int64_t value = 77;
        if (json_int64(&token, &value) != cases[i].exact || value != cases[i].value) {
            fail_msg("%s gives %lld", cases[i].digits, (long long)value);
        }
    }
    json_token text_token = {JSON_STRING, "5", 1, false, 0, 0};
    int64_t value;
    double real;
    assert_false(json_int64(&text_token, &value));
    assert_false(json_double(&text_token, &real));
    static const struct {
        const char *name;
        bool numeric;
        int64_t value;
    } names[] = {{"0", true, 0},
                 {"120", true, 120},
                 {"007", true, 7},
                 {"9223372036854775807", true, INT64_MAX},
                 {"", false, 0},
                 {"-1", false, 0},
                 {"1e2", false, 0},
                 {"1.0", false, 0},
                 {"\\u0031", false, 0},
                 {"12a", false, 0},
                 {"9223372036854775808", false, 0}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const json_token token = {.kind = JSON_STRING, .start = names[i].name, .length = strlen(names[i].name)};
        assert_true(json_key_number(&token, &value) == names[i].numeric);
        assert_int_equal(value, names[i].value);
    }
    json_token half = number("-0.5");
    assert_true(json_double(&half, &real));
    assert_true(real == -0.5);
}

static void test_strings(void **state) {
    (void)state;
    const char raw[] = "a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e4\\u20AC\\ud83d\\ude00z\\u0000!";
    const char meant[] = "a\"\\/\b\f\n\r\tA\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80z\0!";
    json_token token = {JSON_STRING, raw, strlen(raw), true, 0, 0};
    char out[sizeof raw];
    size_t length = json_unescape(&token, out);
    assert_int_equal(length, sizeof meant - 1);
    assert_memory_equal(out, meant, sizeof meant);
    json_token key = {JSON_KEY, "\\u0069d", 7, true, 0, 0};
    assert_true(json_key_is(&key, "id"));
    assert_false(json_key_is(&key, "id2"));
    json_token plain = {JSON_KEY, "id", 2, false, 0, 0};
    assert_true(json_key_is(&plain, "id"));
    assert_false(json_key_is(&plain, "i"));
    assert_false(json_key_is(&plain, "ie"));
}

/* ---- memory ---- */

static void test_failing_memory(void **state) {
    (void)state;
    text json = {0};
    annoproj_error *error = NULL;
    text_string(&json, "{\"long\":\"");
    for (int i = 0; i < 100; i++) {
        text_string(&json, "0123456789");
    }
    text_string(&json, "\"");
    for (int i = 0; i < 100; i++) {
        text_printf(&json, ",\"k%d\":%d", i, i);
    }
    text_character(&json, '}');
    size_t before = memory_alive();
    bool failed = true;
    size_t count = 1;
    for (; failed; count++) {
        source from = {json.data, json.length, 0, 100, ANNOPROJ_OK};
        json_scan *scan = NULL;
        memory_fail_at(count);
        annoproj_status status = json_scan_stream(read_source, &from, 16, NULL, &scan, &error);
        json_token token = {0};
        while (status == ANNOPROJ_OK && token.kind == JSON_END && json_offset(scan) < (int64_t)json.length) {
            status = json_skip(scan, &error);
        }
        failed = memory_has_failed();
        memory_fail_at(0);
        assert_int_equal(status, failed ? ANNOPROJ_NO_MEMORY : ANNOPROJ_OK);
        annoproj_error_free(error);
        error = NULL;
        json_scan_release(scan);
        assert_int_equal(memory_alive(), before);
    }
    assert_true(count > 8);
    text_release(&json);
}

int main(void) {
    memory_watch();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepts),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_windows_agree),
        cmocka_unit_test(test_truncated_everywhere),
        cmocka_unit_test(test_random_damage),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_many_keys),
        cmocka_unit_test(test_too_many_keys),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_pointer_of_error),
        cmocka_unit_test(test_failure_is_sticky),
        cmocka_unit_test(test_int64),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_failing_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
