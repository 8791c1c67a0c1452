/* Decimals and doubles; the C library's printf and strtod (in the C locale) are the oracle. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

#include "decimal.h"

static void expect_parse(const char *digits, bool fits, int64_t mantissa, int32_t scale) {
    decimal value;
    if (decimal_parse(digits, strlen(digits), &value) != fits || value.mantissa != mantissa || value.scale != scale) {
        fail_msg("%s gives %lld scale %d", digits, (long long)value.mantissa, (int)value.scale);
    }
}

static void test_parse(void **state) {
    (void)state;
    expect_parse("0", true, 0, 0);
    expect_parse("-0", true, 0, 0);
    expect_parse("-0.00e5", true, 0, 0);
    expect_parse("5e20", true, 5, -20);
    expect_parse("500", true, 5, -2);
    expect_parse("0.1000", true, 1, 1);
    expect_parse("-510.66", true, -51066, 2);
    expect_parse("510.660E-2", true, 51066, 4);
    expect_parse("1.5e+3", true, 15, -2);
    expect_parse("100.001", true, 100001, 3);
    expect_parse("999999999999999999", true, INT64_C(999999999999999999), 0);
    expect_parse("0.000999999999999999999", true, INT64_C(999999999999999999), 21);
    expect_parse("1000000000000000001", false, 0, 0);
    expect_parse("1000000000000000000", true, 1, -18);
    expect_parse("12345678901234567.8901", false, 0, 0);
    expect_parse("99999999999999999999999999", false, 0, 0);
    expect_parse("1e300", true, 1, -300);
    expect_parse("1e301", false, 0, 0);
    expect_parse("1e-340", true, 1, 340);
    expect_parse("1e-341", false, 0, 0);
    expect_parse("1e99999999999999999999", false, 0, 0);
    expect_parse("0e99999999999999999999", true, 0, 0);
}

static void expect_print(int64_t mantissa, int32_t scale, const char *expected) {
    char out[DECIMAL_LONGEST + 1];
    memset(out, '#', sizeof out);
    int length = decimal_print((decimal){mantissa, scale}, out);
    assert_int_equal(out[DECIMAL_LONGEST], '#');
    out[length] = 0;
    assert_string_equal(out, expected);
}

static void test_print(void **state) {
    (void)state;
    expect_print(0, 0, "0");
    expect_print(5, 0, "5");
    expect_print(-5, 0, "-5");
    expect_print(51066, 2, "510.66");
    expect_print(-1, 1, "-0.1");
    expect_print(123, 3, "0.123");
    expect_print(123, 9, "0.000000123");
    expect_print(123, 10, "1.23e-8");
    expect_print(5, -20, "500000000000000000000");
    expect_print(5, -21, "5e21");
    expect_print(-15, -30, "-1.5e31");
    expect_print(999999999999999999, 0, "999999999999999999");
    expect_print(1, 340, "1e-340");
    expect_print(1, -300, "1e300");
}

static decimal random_decimal(void) {
    int64_t mantissa = (int64_t)(random_next() >> (4 + random_below(60))) % INT64_C(1000000000000000000);
    int32_t scale = (int32_t)random_below(random_below(2) ? 12 : 641) - 300;
    while (mantissa != 0 && mantissa % 10 == 0) {
        mantissa /= 10;
    }
    if (random_below(4)) {
        scale = (int32_t)random_below(20);
    }
    return (decimal){random_below(2) ? mantissa : -mantissa, mantissa ? scale : 0};
}

static void test_print_reads_back(void **state) {
    (void)state;
    for (int i = 0; i < 100000; i++) {
        decimal value = random_decimal(), again;
        char printed[361];
        int length = decimal_print(value, printed);
        assert_in_range(length, 1, 360);
        assert_true(decimal_parse(printed, (size_t)length, &again));
        assert_true(again.mantissa == value.mantissa && again.scale == value.scale);
        printed[length] = 0;
        assert_true(decimal_to_double(value) == strtod(printed, NULL));
    }
}

static double random_double(void) {
    double value;
    uint64_t bits = random_next();
    switch (random_below(4)) {
    case 0: /* any bits */ memcpy(&value, &bits, sizeof value); return value;
    case 1: /* what coordinates look like */
        return (double)(int64_t)random_below(10000000) / (double[]){1, 10, 100, 1000, 1e4, 1e6}[random_below(6)];
    case 2: /* subnormal */
        bits &= UINT64_C(0x800FFFFFFFFFFFFF);
        memcpy(&value, &bits, sizeof value);
        return value;
    default: return (double)random_next() / 18446744073709551616.0;
    }
}

/* Digits of the shortest form: of each length, the decimal nearest to the value and its neighbours are tried. */
static int shortest_digits(double value) {
    for (int digits = 1; digits < 17; digits++) {
        char printed[64], number[64];
        snprintf(printed, sizeof printed, "%.*e", digits - 1, fabs(value));
        const long exponent = strtol(strchr(printed, 'e') + 1, NULL, 10) - digits + 1;
        long long mantissa = 0;
        for (const char *at = printed; *at != 'e'; at++) {
            mantissa = *at == '.' ? mantissa : mantissa * 10 + (*at - '0');
        }
        for (long long near = mantissa - 1; near <= mantissa + 1; near++) {
            snprintf(number, sizeof number, "%llde%ld", near, exponent);
            if (strtod(number, NULL) == fabs(value)) {
                return digits;
            }
        }
    }
    return 17;
}

static void expect_double(double value) {
    decimal shortest, parsed;
    char printed[33];
    if (!isfinite(value)) {
        assert_false(decimal_from_double(value, &shortest));
        return;
    }
    assert_true(decimal_from_double(value, &shortest));
    assert_true(decimal_to_double(shortest) == value);
    assert_true(shortest.mantissa == 0 ? shortest.scale == 0 : shortest.mantissa % 10 != 0);
    int length = double_print(value, printed);
    assert_in_range(length, 1, 32);
    printed[length] = 0;
    assert_true(strtod(printed, NULL) == value);
    double again;
    assert_true(text_to_double(printed, (size_t)length, &again));
    assert_true(again == value);
    assert_true(decimal_parse(printed, (size_t)length, &parsed));
    assert_true(parsed.mantissa == shortest.mantissa && parsed.scale == shortest.scale);
    int digits = snprintf(NULL, 0, "%lld", (long long)llabs(shortest.mantissa));
    if (value != 0 && digits > shortest_digits(value)) {
        fail_msg("%.17g is printed as %s", value, printed);
    }
}

static void test_doubles(void **state) {
    (void)state;
    const double special[] = {0,
                              -0.0,
                              1,
                              -1,
                              0.1,
                              0.3,
                              1.0 / 3,
                              2.0 / 3,
                              5e-324,
                              2.2250738585072014e-308,
                              2.2250738585072009e-308,
                              1.7976931348623157e308,
                              9007199254740991,
                              9007199254740992,
                              9007199254740994,
                              1e15,
                              1e16,
                              1e21,
                              1e22,
                              1e23,
                              4503599627370496.5,
                              2251799813685248.25,
                              123456.789,
                              510.66,
                              1e-7,
                              1e-6,
                              9.5367431640625e-07,
                              NAN,
                              INFINITY,
                              -INFINITY};
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
        expect_double(special[i]);
    }
    for (int i = 0; i < 60000; i++) {
        expect_double(random_double());
    }
    for (int power = -1074; power <= 1023; power++) { /* where doubles are not equally far apart */
        expect_double(ldexp(1, power));
        expect_double(nextafter(ldexp(1, power), 0));
        expect_double(-nextafter(ldexp(1, power), INFINITY));
    }
}

/* Against the definition; also of the shortest decimals of doubles, their neighbours, and those with one more digit. */
static void test_told_by_double(void **state) {
    (void)state;
    int64_t told = 0;
    for (int i = 0; i < 100000; i++) {
        decimal value = random_decimal(), expected;
        if (random_below(4)) {
            const double scale = (double[]){1e-3, 1, 100, 1920, 1e6}[random_below(5)];
            decimal_from_double(ldexp((double)random_next(), -64) * scale, &value);
            value.mantissa += (int64_t)random_below(3) - 1;
            const bool longer = random_below(4) == 0 && value.mantissa < INT64_C(100000000000000000);
            value = longer ? (decimal){value.mantissa * 10 + (int64_t)random_below(10), value.scale + 1} : value;
            value = decimal_shortest(random_below(2) ? value.mantissa : -value.mantissa, value.scale);
        }
        char written[64];
        snprintf(written, sizeof written, "%llde%d", (long long)value.mantissa, -value.scale);
        const double real = strtod(written, NULL);
        const bool is = decimal_from_double(real, &expected) && expected.mantissa == value.mantissa &&
                        expected.scale == value.scale;
        double given = 0;
        if (decimal_told_by_double(value, &given) != is || given != real) { // NOLINT: exact on purpose
            fail_msg("%s is %.17g and %s", written, given, is ? "what that says" : "not what that says");
        }
        told += is;
    }
    assert_in_range(told, 30000, 85000);
}

static void test_scales(void **state) {
    (void)state;
    int64_t mantissa = 0;
    assert_true(decimal_at_scale((decimal){-15, 1}, 3, &mantissa));
    assert_int_equal(mantissa, -1500);
    assert_true(decimal_at_scale((decimal){7, -2}, 0, &mantissa));
    assert_int_equal(mantissa, 700);
    assert_true(decimal_at_scale((decimal){9, 5}, 5, &mantissa));
    assert_int_equal(mantissa, 9);
    assert_true(decimal_at_scale((decimal){0, 0}, 300, &mantissa));
    assert_int_equal(mantissa, 0);
    assert_true(decimal_at_scale((decimal){9, 0}, 18, &mantissa));
    assert_int_equal(mantissa, INT64_C(9000000000000000000));
    assert_false(decimal_at_scale((decimal){-10, 0}, 18, &mantissa));
    assert_false(decimal_at_scale((decimal){1, 0}, 19, &mantissa));
}

/* Any digits, also many of them, read as strtod reads them. */
static void test_reading_doubles(void **state) {
    (void)state;
    for (int i = 0; i < 60000; i++) {
        char digits[1400];
        size_t length = 0;
        uint64_t before = 1 + random_below(random_below(8) ? 20 : 400),
                 behind = random_below(random_below(8) ? 20 : 900);
        if (random_below(2)) {
            digits[length++] = '-';
        }
        for (uint64_t k = 0; k < before; k++) {
            digits[length++] = (char)('0' + (random_below(3) ? random_below(10) : 0));
        }
        if (behind > 0) {
            digits[length++] = '.';
        }
        for (uint64_t k = 0; k < behind; k++) {
            digits[length++] = (char)('0' + (random_below(3) ? random_below(10) : 0));
        }
        if (random_below(2)) {
            length += (size_t)sprintf(digits + length, "%c%s%d", random_below(2) ? 'e' : 'E',
                                      random_below(2) ? "-" : "+", (int)random_below(340));
        }
        digits[length] = 0;
        double expected = strtod(digits, NULL), value;
        bool finite = text_to_double(digits, length, &value);
        if (finite != (bool)isfinite(expected) || (finite && value != expected)) {
            fail_msg("%s reads as %.17g", digits, value);
        }
    }
    double value;
    assert_false(text_to_double("1e999", 5, &value));
    assert_true(text_to_double("-0", 2, &value));
    assert_false(signbit(value));
    assert_true(text_to_double("1e-999999999999", 15, &value));
    assert_true(value == 0);
}

/* Half way between two doubles, with the deciding digit far behind. */
static void test_far_digits_decide(void **state) {
    (void)state;
    char digits[1200];
    size_t length = (size_t)sprintf(digits, "1.00000000000000011102230246251565404236316680908203125");
    for (; length < 1100; length++) {
        digits[length] = '0';
    }
    double value;
    assert_true(text_to_double(digits, length, &value));
    assert_true(value == 1);
    digits[length++] = '1';
    assert_true(text_to_double(digits, length, &value));
    assert_true(value == 1 + 2.220446049250313e-16);
}

static void test_integers(void **state) {
    (void)state;
    decimal hundred = decimal_from_int64(-1200);
    assert_int_equal(hundred.mantissa, -12);
    assert_int_equal(hundred.scale, -2);
    assert_int_equal(decimal_from_int64(0).scale, 0);
    assert_int_equal(decimal_from_int64(7).mantissa, 7);
    char printed[33];
    int length = double_print(NAN, printed);
    assert_memory_equal(printed, "null", (size_t)length);
}

/* A decimal that is not normalised says the same in print, and the print reads back as that number. */
static void test_prints_what_is_not_normalised(void **state) {
    (void)state;
    for (int round = 0; round < 300000; round++) {
        const int64_t most = INT64_C(1) << random_below(60);
        int64_t mantissa = (int64_t)random_below((uint64_t)most);
        for (uint64_t zeros = random_below(6); zeros > 0 && mantissa < INT64_C(100000000000000000); zeros--) {
            mantissa *= 10;
        }
        decimal given = {random_below(2) ? mantissa : -mantissa, (int32_t)random_below(40) - 8}, read, shortest = given;
        while (shortest.mantissa != 0 && shortest.mantissa % 10 == 0) {
            shortest.mantissa /= 10;
            shortest.scale--;
        }
        shortest.scale = shortest.mantissa == 0 ? 0 : shortest.scale;
        char printed[DECIMAL_LONGEST], expected[DECIMAL_LONGEST];
        const int length = decimal_print(given, printed);
        assert_int_equal(length, decimal_print(shortest, expected));
        assert_memory_equal(printed, expected, (size_t)length);
        if (shortest.mantissa > -INT64_C(1000000000000000000) && shortest.mantissa < INT64_C(1000000000000000000)) {
            assert_true(decimal_parse(printed, (size_t)length, &read));
            assert_true(read.mantissa == shortest.mantissa && read.scale == shortest.scale);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prints_what_is_not_normalised),
        cmocka_unit_test(test_told_by_double),
        cmocka_unit_test(test_scales),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_print),
        cmocka_unit_test(test_print_reads_back),
        cmocka_unit_test(test_doubles),
        cmocka_unit_test(test_reading_doubles),
        cmocka_unit_test(test_far_digits_decide),
        cmocka_unit_test(test_integers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
