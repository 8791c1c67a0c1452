/* Numbers of an array, many at a time, against the scanner's one token at a time and the C library's strtod. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

#include "failure.h"
#include "json_scan.h"

#define MOST 400

typedef struct reading {
    double values[MOST];
    size_t count;
    int64_t index_end; /* bytes read in all */
    annoproj_status status;
    char message[512];
} reading;

static annoproj_status read_some(void *source, void *buffer, size_t size, size_t *length, annoproj_error **error) {
    const char **rest = source;
    (void)error;
    *length = strnlen(*rest, size);
    memcpy(buffer, *rest, *length);
    *rest += *length;
    return ANNOPROJ_OK;
}

static void take(reading *to, double value) {
    assert_true(to->count < MOST);
    to->values[to->count++] = value;
}

/* Every number of the text, at whatever depth; by bulk where that is possible. */
static void read_all(const char *json, size_t window, bool bulk, bool whole, reading *out) {
    json_scan *scan = NULL;
    annoproj_error *error = NULL;
    const char *rest = json;
    *out = (reading){0};
    assert_int_equal(window ? json_scan_stream(read_some, &rest, window, NULL, &scan, &error)
                            : json_scan_memory(json, strlen(json), NULL, &scan, &error),
                     ANNOPROJ_OK);
    for (;;) {
        json_token token;
        decimal many[5];
        size_t count = 0;
        do {
            count = bulk ? json_numbers(scan, whole, many, 1 + out->count % 5) : 0;
            for (size_t i = 0; i < count; i++) {
                assert_true(many[i].mantissa == 0 ? many[i].scale == 0 : many[i].mantissa % 10 != 0);
                assert_true(!whole || (many[i].scale <= 0 && many[i].mantissa >= 0));
                take(out, decimal_to_double(many[i]));
            }
        } while (count > 0);
        out->status = json_next(scan, &token, &error);
        if (out->status != ANNOPROJ_OK || token.kind == JSON_END) {
            break;
        }
        double value = 0;
        if (token.kind == JSON_NUMBER) {
            assert_true(json_double(&token, &value));
            take(out, value);
        }
    }
    out->index_end = json_offset(scan);
    if (out->status != ANNOPROJ_OK) {
        snprintf(out->message, sizeof out->message, "%s", annoproj_error_message(error));
        annoproj_error_free(error);
    }
    json_scan_release(scan);
}

/* The same numbers, the same end, the same error with the same place. */
static void expect_agreement(const char *json) {
    reading one, many;
    read_all(json, 0, false, false, &one);
    for (int way = 0; way < 6; way++) {
        read_all(json, (size_t[]){0, 16, 64 + random_below(100)}[way % 3], true, way >= 3, &many);
        if (one.status != many.status || one.count != many.count || strcmp(one.message, many.message) != 0 ||
            one.index_end != many.index_end || memcmp(one.values, many.values, one.count * sizeof(double)) != 0) {
            fail_msg("way %d: %s\n%zu numbers, %d %s\n%zu numbers, %d %s", way, json, one.count, (int)one.status,
                     one.message, many.count, (int)many.status, many.message);
        }
    }
}

static size_t put_digits(char *out, uint64_t most) {
    const size_t count = (size_t)random_below(most + 1);
    for (size_t i = 0; i < count; i++) {
        out[i] = (char)('0' + (random_below(4) ? random_below(10) : 0));
    }
    return count;
}

/* Mostly right numbers, some wrong ones. */
static size_t put_number(char *out) {
    size_t length = 0;
    if (random_below(5) == 0) {
        out[length++] = '-';
    }
    if (random_below(8)) {
        out[length++] = (char)('1' + random_below(9));
        length += put_digits(out + length, random_below(10) ? 3 : 19);
    } else {
        out[length++] = '0';
    }
    if (random_below(3)) {
        out[length++] = '.';
        if (random_below(60)) {
            out[length++] = (char)('0' + random_below(10));
        }
        length += put_digits(out + length, random_below(10) ? 3 : 20);
    }
    if (random_below(20) == 0) {
        length += (size_t)sprintf(out + length, "e%s%d", random_below(2) ? "-" : "", (int)random_below(30));
    }
    return length;
}

static void test_agreement(void **state) {
    (void)state;
    for (int round = 0; round < 20000; round++) {
        char json[6000];
        size_t length = 0;
        json[length++] = '[';
        for (uint64_t count = random_below(random_below(4) ? 12 : 80), i = 0; i < count; i++) {
            if (i > 0) {
                json[length++] = ',';
            }
            for (uint64_t spaces = random_below(6) ? 0 : random_below(3); spaces > 0; spaces--) {
                json[length++] = " \n\r\t"[random_below(4)];
            }
            if (random_below(30) == 0) {
                length += (size_t)sprintf(json + length, "[1,2.5]");
            } else {
                length += put_number(json + length);
            }
            if (random_below(10) == 0) {
                json[length++] = ' ';
            }
        }
        json[length++] = ']';
        json[length] = 0;
        if (random_below(4) == 0) {
            const char wrong[] = "\x01\x7f\xc3,]}{.e-+0 :\"x";
            json[random_below(length)] = wrong[random_below(sizeof wrong - 1)];
        } else if (random_below(10) == 0) {
            json[random_below(length)] = 0;
        }
        expect_agreement(json);
    }
}

static void test_edges(void **state) {
    (void)state;
    static const char *const numbers[] = {"0",
                                          "-0",
                                          "0.0",
                                          "-0.00",
                                          "00",
                                          "01",
                                          "-01",
                                          "1.",
                                          ".5",
                                          "-",
                                          "-.5",
                                          "1.e3",
                                          "1e3",
                                          "1E-3",
                                          "1.5e3",
                                          "+1",
                                          "1234567",
                                          "12345678",
                                          "1234567.8",
                                          "123456.78",
                                          "12345.678",
                                          "1234.56",
                                          "1234.567",
                                          "1.5.5",
                                          "1.5-",
                                          "1 2",
                                          "1:2",
                                          "0x10",
                                          "NaN",
                                          "1\v",
                                          "999999.999999999999",
                                          "9999999.99999999999",
                                          "9999999.999999999999",
                                          "0.123456789012345678",
                                          "1e400",
                                          "1,,2",
                                          "0.000001",
                                          "0.0000001",
                                          "1.10",
                                          "100",
                                          "1000000",
                                          "10.0",
                                          "0.012345678901234567",
                                          "-0.123456789012345678",
                                          "0.000000000000000001",
                                          "1.234567890123456789",
                                          "9.999999999999999999",
                                          "5\xc2\xa0"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char json[400];
        for (size_t before = 0; before < 3; before++) {
            snprintf(json, sizeof json, "[%s%s,7.25,8.5,9,10,11.125,12,13,14,15,16.5,17,18,19,20,21.75,22,23]",
                     before == 0   ? ""
                     : before == 1 ? "3.5,"
                                   : "1,2.25 , ",
                     numbers[i]);
            expect_agreement(json);
            snprintf(json, sizeof json, "{\"a\":[[%s%s]]}                                        ",
                     before ? "3.5," : "", numbers[i]);
            expect_agreement(json);
        }
    }
}

/* A skipped value is checked as strictly as one that is read. */
static void test_skipping_is_strict(void **state) {
    (void)state;
    for (int round = 0; round < 20000; round++) {
        char json[600];
        size_t length = (size_t)sprintf(json, "{\"skipped\":[");
        for (uint64_t count = 1 + random_below(20), i = 0; i < count; i++) {
            length += (size_t)sprintf(json + length, "%s", i > 0 ? "," : "");
            length += put_number(json + length);
        }
        sprintf(json + length, "],\"next\":1}");
        reading one;
        read_all(json, 0, false, false, &one);
        json_scan *scan = NULL;
        json_token token;
        annoproj_error *error = NULL;
        assert_int_equal(json_scan_memory(json, strlen(json), NULL, &scan, &error), ANNOPROJ_OK);
        assert_int_equal(json_next(scan, &token, &error), ANNOPROJ_OK);
        assert_int_equal(json_next(scan, &token, &error), ANNOPROJ_OK);
        const annoproj_status status = json_skip(scan, &error);
        assert_int_equal(status, one.status);
        if (status != ANNOPROJ_OK) {
            assert_string_equal(annoproj_error_message(error), one.message);
            annoproj_error_free(error);
        }
        json_scan_release(scan);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_agreement),
        cmocka_unit_test(test_skipping_is_strict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
