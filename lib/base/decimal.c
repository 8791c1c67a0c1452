/* Exact decimals. Nothing here depends on the process's locale: the C library only ever reads numbers
 * without a decimal point, and what it prints is read digit by digit. */
#include "decimal.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_DIGITS    INT64_C(1000000000000000000) /* 10^18: mantissas stay below */
#define SMALLEST_SCALE (-300)
#define LARGEST_SCALE  340
#define EXACT_DOUBLE   (INT64_C(1) << 53)
#define EXACT_POWER    22 /* 10^22 is the largest power of ten that is a double */

static const double powers[EXACT_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                               1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* Nearly every number: at most 18 digits and no exponent. */
#define FEW_CHARACTERS 18

static bool split_short(const char *text, size_t length, number_parts *out) {
    const char *at = text, *end = text + length;
    const char *point = end;
    uint64_t mantissa = 0;
    out->negative = *at == '-';
    for (at += out->negative; at < end; at++) {
        unsigned digit = (unsigned char)*at - (unsigned)'0';
        if (digit <= 9) {
            mantissa = mantissa * 10 + digit;
        } else if (*at == '.') {
            point = at + 1;
        } else {
            return false;
        }
    }
    int64_t exponent = point - end;
    while (mantissa != 0 && mantissa % 10 == 0) {
        mantissa /= 10;
        exponent++;
    }
    out->mantissa = mantissa;
    out->exponent = mantissa ? exponent : 0;
    return true;
}

bool number_split(const char *text, size_t length, number_parts *out) {
    const char *at = text, *end = text + length;
    uint64_t mantissa = 0;
    int64_t zeros = 0, fraction = 0, exponent = 0;
    bool in_fraction = false, fits = true;
    if (length > 0 && length <= FEW_CHARACTERS && split_short(text, length, out)) {
        return true;
    }
    out->negative = at < end && *at == '-';
    at += out->negative;
    for (; at < end && (*at == '.' || (*at >= '0' && *at <= '9')); at++) {
        if (*at == '.') {
            in_fraction = true;
            continue;
        }
        fraction += in_fraction;
        if (*at == '0') {
            zeros += mantissa != 0 || !fits; /* written out only when another digit follows */
            continue;
        }
        for (; zeros >= 0 && fits; zeros--) {
            fits = !__builtin_mul_overflow(mantissa, 10u, &mantissa);
        }
        fits = fits && !__builtin_add_overflow(mantissa, (uint64_t)(*at - '0'), &mantissa);
        zeros = 0;
    }
    if (at < end) { /* e or E */
        bool below = ++at < end && *at == '-';
        at += at < end && (*at == '-' || *at == '+');
        for (; at < end; at++) {
            exponent = exponent < 1000000 ? exponent * 10 + (*at - '0') : exponent;
        }
        exponent = below ? -exponent : exponent;
    }
    out->mantissa = mantissa;
    out->exponent = mantissa ? exponent + zeros - fraction : 0;
    return fits;
}

bool decimal_parse(const char *text, size_t length, decimal *out) {
    number_parts parts;
    *out = (decimal){0, 0};
    if (!number_split(text, length, &parts) || parts.mantissa >= (uint64_t)MOST_DIGITS) {
        return false;
    }
    if (parts.exponent > -SMALLEST_SCALE || parts.exponent < -LARGEST_SCALE) {
        return false;
    }
    out->mantissa = parts.negative ? -(int64_t)parts.mantissa : (int64_t)parts.mantissa;
    out->scale = (int32_t)-parts.exponent;
    return true;
}

static decimal normalise(int64_t mantissa, int32_t scale) {
    if (mantissa == 0) {
        return (decimal){0, 0};
    }
    static const int64_t steps[] = {100000000, 10000, 100, 10};
    int32_t digits = 8;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++, digits /= 2) {
        while (mantissa % steps[i] == 0) {
            mantissa /= steps[i];
            scale -= digits;
        }
    }
    return (decimal){mantissa, scale};
}

decimal decimal_from_int64(int64_t value) {
    return normalise(value, 0);
}

#define EXACT_WIDE 27 /* 10^27 is the largest power of ten that a significand of 64 bits holds */

static const long double wide_powers[EXACT_WIDE + 1] = {
    1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,  1e8L,  1e9L,  1e10L, 1e11L, 1e12L, 1e13L,
    1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L, 1e20L, 1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L};

_Static_assert(LDBL_MANT_DIG >= 64, "long double must hold every 64-bit integer");

/* Mantissas of up to 63 bits. Mantissa and power are exact, so the quotient is the long double nearest to the value.
 * Rounding it once more to a double is right unless it lies half way between two doubles: rounding never moves a value
 * past such a point, but may move it onto one. */
static bool divide_wide(int64_t mantissa, int32_t scale, double *out) {
    if (scale < 0 || scale > EXACT_WIDE) {
        return false;
    }
    const long double quotient = (long double)mantissa / wide_powers[scale];
    const double nearest = (double)quotient;
    const long double rest = quotient - (long double)nearest;
    const double other = nextafter(nearest, rest < 0 ? -INFINITY : INFINITY);
    *out = nearest;
    return rest == 0 || (long double)other - quotient != rest;
}

/* Whether a candidate reads back as the double. Doubles lie closer together below a power of two than above it: there
 * the candidate behind the nearest one may do when the nearest does not. */
static bool reads_back(double value, int64_t magnitude, int32_t scale, decimal *out) {
    int exponent;
    const bool lopsided = frexp(fabs(value), &exponent) == 0.5; // NOLINT: exact on purpose
    for (int64_t candidate = magnitude; candidate <= magnitude + lopsided; candidate++) {
        *out = normalise(value < 0 ? -candidate : candidate, scale);
        if (decimal_to_double(*out) == value) { // NOLINT: exact on purpose
            return true;
        }
    }
    return false;
}

/* The same at once, for numbers that are neither very large nor very small: the shortest of the forms with 15 to 17 digits is the
 * first that lies less than half a gap from the double. False where the product, which is off by at most 2^-7, cannot tell, and below
 * powers of two, where gaps are of two sizes. */
static bool shortest_of_usual(double value, decimal *out) {
    const double size = fabs(value), error = 0x1p-7;
    int exponent, before = 0; /* digits before the point; below 0: zeros behind it */
    if (size < 1e-9 || size >= 1e15 || frexp(size, &exponent) == 0.5) { // NOLINT: exact on purpose
        return false;
    }
    while (size >= powers[before]) {
        before++;
    }
    while (before <= 0 && size * powers[1 - before] < 1) {
        before--;
    }
    const int32_t scale = 17 - before;
    const long double product = (long double)size * wide_powers[scale];
    const double half = (double)(ldexpl(1, exponent - 54) * wide_powers[scale]);
    const int64_t whole = (int64_t)product;
    const double fraction = (double)(product - (long double)whole);
    for (int64_t unit = 100; unit > 1; unit /= 10) {
        const double above = (double)(whole % unit) + fraction, below = (double)unit - above;
        const double apart = above < below ? above : below;
        if (fabs(apart - half) < error || (apart < half && fabs(above - below) < error)) {
            return false;
        }
        if (apart < half) {
            const int64_t form = whole / unit + (below < above);
            *out = normalise(value < 0 ? -form * unit : form * unit, scale);
            return true;
        }
    }
    const int64_t form = whole + (fraction > 0.5);
    *out = normalise(value < 0 ? -form : form, scale);
    return fabs(fraction - 0.5) > error;
}

/* Reads what "%.*e" printed, whatever the locale's decimal point is. */
static void printed_form(double value, int digits, int64_t *magnitude, int32_t *scale) {
    char printed[64];
    snprintf(printed, sizeof printed, "%.*e", digits - 1, fabs(value));
    *magnitude = 0;
    const char *at = printed;
    for (; *at != 'e'; at++) {
        if (*at >= '0' && *at <= '9') {
            *magnitude = *magnitude * 10 + (*at - '0');
        }
    }
    *scale = digits - 1 - (int32_t)strtol(at + 1, NULL, 10);
}

bool decimal_from_double(double value, decimal *out) {
    *out = (decimal){0, 0};
    if (!isfinite(value)) {
        return false;
    }
    if (value == 0) {
        return true;
    }
    if (shortest_of_usual(value, out)) {
        return true;
    }
    /* 15 digits hold every shorter form of a normal number; subnormal ones have fewer */
    for (int digits = fabs(value) < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
        int64_t magnitude;
        int32_t scale;
        printed_form(value, digits, &magnitude, &scale);
        if (reads_back(value, magnitude, scale, out)) {
            return true;
        }
    }
    return false;
}

double decimal_to_double(decimal value) {
    int64_t mantissa = value.mantissa;
    if (mantissa > -EXACT_DOUBLE && mantissa < EXACT_DOUBLE) {
        if (value.scale >= 0 && value.scale <= EXACT_POWER) {
            return (double)mantissa / powers[value.scale];
        }
        if (value.scale < 0 && value.scale >= -EXACT_POWER) {
            return (double)mantissa * powers[-value.scale];
        }
    }
    double quotient = 0;
    if (divide_wide(mantissa, value.scale, &quotient)) {
        return quotient;
    }
    char text[48];
    snprintf(text, sizeof text, "%llde%ld", (long long)mantissa, -(long)value.scale);
    return strtod(text, NULL);
}

/* ---- printing ---- */

static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
                            "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
                            "8081828384858687888990919293949596979899";

static const uint64_t whole_powers[] = {1,
                                        10,
                                        100,
                                        1000,
                                        10000,
                                        100000,
                                        1000000,
                                        10000000,
                                        100000000,
                                        1000000000,
                                        10000000000,
                                        100000000000,
                                        1000000000000,
                                        10000000000000,
                                        100000000000000,
                                        1000000000000000,
                                        10000000000000000,
                                        100000000000000000,
                                        1000000000000000000,
                                        UINT64_C(10000000000000000000)};

/* How many digits a number has: its bits times log10(2), and one more when that power of ten is reached. */
static int digit_count(uint64_t value) {
    const int below = (64 - __builtin_clzll(value | 1)) * 1233 >> 12;
    return below + (value >= whole_powers[below]) + (value == 0);
}

static int print_digits(uint64_t value, char *out) {
    const int count = digit_count(value);
    char *at = out + count;
    for (; value >= 100; value /= 100) {
        at -= 2;
        memcpy(at, pairs + value % 100 * 2, 2);
    }
    if (value >= 10) {
        memcpy(at - 2, pairs + value * 2, 2);
    } else {
        at[-1] = (char)('0' + value);
    }
    return count;
}

int int64_print(int64_t value, char *out) {
    *out = '-';
    return value < 0 ? 1 + print_digits(0 - (uint64_t)value, out + 1) : print_digits((uint64_t)value, out);
}

static int print_exponent(const char *digits, int count, int exponent, char *out) {
    char *at = out;
    *at++ = digits[0]; /* NOLINT(clang-analyzer-core.uninitialized.Assign): print_digits() writes one at least */
    if (count > 1) {
        *at++ = '.';
        memcpy(at, digits + 1, (size_t)(count - 1));
        at += count - 1;
    }
    *at++ = 'e';
    if (exponent < 0) {
        *at++ = '-';
    }
    at += print_digits((uint64_t)(exponent < 0 ? -exponent : exponent), at);
    return (int)(at - out);
}

#define MOST_LEADING_ZEROS 6
#define MOST_PLAIN_DIGITS  21
#define MOST_SCALE         18 /* of whole_powers */

/* Seven digits at most, and at most six of them behind the point: all are made at once, in the bytes of one word, the
 * first in the lowest. The point is put between them as it is taken out in number_run.c. */
static int print_tiny(uint32_t magnitude, unsigned scale, char *out) {
    const uint64_t ones = UINT64_C(0x3030303030303030);
    const uint64_t fours = magnitude / 10000 | (uint64_t)(magnitude % 10000) << 32;
    const uint64_t hundreds = (fours * 10486 >> 20) & UINT64_C(0x0000007F0000007F);
    const uint64_t twos = hundreds | (fours - hundreds * 100) << 16;
    const uint64_t tens = (twos * 103 >> 10) & UINT64_C(0x000F000F000F000F);
    const uint64_t digits = tens | (twos - tens * 10) << 8;
    unsigned left_out = (unsigned)__builtin_ctzll(digits | UINT64_C(1) << 63) >> 3; /* zeros before the first digit */
    left_out = left_out < 7 - scale ? left_out : 7 - scale;
    const unsigned kept = 8 - left_out, before = kept - scale;
    const unsigned zeros = (unsigned)__builtin_clzll(digits | 1) >> 3; /* behind the last digit */
    const uint64_t printed = (digits | ones) >> 8 * left_out, whole = (UINT64_C(1) << 8 * before) - 1;
    const uint64_t joined = (printed & whole) | (uint64_t)'.' << 8 * before | (printed & ~whole) << 8;
    memcpy(out, &joined, sizeof joined);
    return (int)(zeros < scale ? kept + 1 - zeros : before);
}

/* With a point in it, `scale` digits (1 to 18) behind it, and no zeros at the end. 0 when that is too many zeros
 * behind the point. */
static int print_plain(uint64_t magnitude, int32_t scale, char *out) {
    const uint64_t power = whole_powers[scale], whole = magnitude / power;
    uint64_t rest = magnitude % power;
    if (whole == 0 && rest != 0 && scale > MOST_LEADING_ZEROS && rest < whole_powers[scale - MOST_LEADING_ZEROS - 1]) {
        return 0;
    }
    char *point = out + print_digits(whole, out), *at = point + 1 + scale;
    for (int32_t left = scale; left > 1; left -= 2, rest /= 100) {
        at -= 2;
        memcpy(at, pairs + rest % 100 * 2, 2);
    }
    if (scale % 2 != 0) {
        at[-1] = (char)('0' + rest);
    }
    *point = '.';
    for (at = point + scale; *at == '0'; at--) {
    }
    return (int)(at - out) + (at > point);
}

int decimal_print(decimal value, char *out) {
    char digits[20];
    char *at = out;
    if (value.mantissa < 0) {
        *at++ = '-';
    }
    uint64_t magnitude = value.mantissa < 0 ? 0 - (uint64_t)value.mantissa : (uint64_t)value.mantissa;
    if (magnitude == 0) {
        value.scale = 0;
    }
    if (magnitude < 10000000 && value.scale >= 0 && value.scale <= 6) {
        return (int)(at - out) + print_tiny((uint32_t)magnitude, (unsigned)value.scale, at);
    }
    if (value.scale > 0 && value.scale <= MOST_SCALE) {
        const int length = print_plain(magnitude, value.scale, at);
        if (length > 0) {
            return (int)(at - out) + length;
        }
    }
    int count = print_digits(magnitude, digits);
    int before = count - value.scale; /* digits before the point; zero or less: 0.000ddd */
    for (; count > 1 && digits[count - 1] == '0'; count--) {
    }
    if (before >= count && before <= MOST_PLAIN_DIGITS) {
        memcpy(at, digits, (size_t)count);
        memset(at + count, '0', (size_t)(before - count));
        return (int)(at - out) + before;
    }
    if (before > 0 && before < count) {
        memcpy(at, digits, (size_t)before);
        at[before] = '.';
        memcpy(at + before + 1, digits + before, (size_t)(count - before));
        return (int)(at - out) + count + 1;
    }
    if (before <= 0 && -before <= MOST_LEADING_ZEROS) {
        memcpy(at, "0.000000", (size_t)(2 - before));
        memcpy(at + 2 - before, digits, (size_t)count);
        return (int)(at - out) + 2 - before + count;
    }
    return (int)(at - out) + print_exponent(digits, count, before - 1, at);
}

int double_print(double value, char *out) {
    decimal shortest;
    if (!decimal_from_double(value, &shortest)) {
        memcpy(out, "null", 4); /* JSON has no other word for NaN and infinity */
        return 4;
    }
    return decimal_print(shortest, out);
}

/* ---- reading doubles ---- */

/* More digits than a decimal takes: the digits without their point and an exponent that makes up for it.
 * 800 digits decide the rounding of every double; behind them only "is there anything" counts. */
#define DECIDING_DIGITS 800

static double read_long(const char *text, size_t length) {
    char copy[DECIDING_DIGITS + 32];
    size_t used = 0, digits = 0, at = 0;
    int64_t exponent = 0;
    bool in_fraction = false, rest = false;
    if (at < length && text[at] == '-') {
        copy[used++] = text[at++];
    }
    for (; at < length && (text[at] == '.' || (text[at] >= '0' && text[at] <= '9')); at++) {
        if (text[at] == '.') {
            in_fraction = true;
        } else if (digits == 0 && text[at] == '0') {
            exponent -= in_fraction;
        } else if (digits < DECIDING_DIGITS) {
            copy[used++] = text[at];
            digits++;
            exponent -= in_fraction;
        } else {
            rest = rest || text[at] != '0';
            exponent += !in_fraction;
        }
    }
    if (rest) {
        copy[used++] = '1';
        exponent--;
    }
    if (digits == 0) {
        return 0;
    }
    number_parts parts;
    char zero_exponent[32] = "1";
    if (at < length && length - at < sizeof zero_exponent - 1) {
        memcpy(zero_exponent + 1, text + at, length - at);
        number_split(zero_exponent, 1 + length - at, &parts);
        exponent += parts.exponent;
    }
    snprintf(copy + used, sizeof copy - used, "e%lld", (long long)exponent);
    return strtod(copy, NULL);
}

bool text_to_double(const char *text, size_t length, double *out) {
    decimal exact;
    *out = decimal_parse(text, length, &exact) ? decimal_to_double(exact) : read_long(text, length);
    if (!isfinite(*out)) {
        *out = 0;
        return false;
    }
    *out += 0.0; /* -0 becomes 0 */
    return true;
}
