/* Doubles and decimals, each as the nearest of the other. Nothing here depends on the process's locale: the C library only ever reads
 * numbers without a decimal point, and what it prints is read digit by digit. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decimal.h"

#define EXACT_DOUBLE (INT64_C(1) << 53)
#define EXACT_POWER  22 /* 10^22 is the largest power of ten that is a double */

static const double powers[EXACT_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                               1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

#define EXACT_WIDE 27 /* 10^27 is the largest power of ten that a significand of 64 bits holds */

static const long double wide_powers[EXACT_WIDE + 1] = {
    1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,  1e8L,  1e9L,  1e10L, 1e11L, 1e12L, 1e13L,
    1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L, 1e20L, 1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L};

_Static_assert(LDBL_MANT_DIG >= 64, "long double must hold every 64-bit integer");

/* The double nearest to a decimal, and where the decimal lies beside it. */
typedef struct nearest_double {
    double value;  /* of the magnitude */
    double above;  /* how far the decimal is above it, in 2048ths of the gap between doubles, */
    double unit;   /* and what its last digit is in these */
    bool lopsided; /* a power of two: the gap below it is half of that above */
} nearest_double;

#define HALF_GAP 1024.0
#define UNSURE   2 /* 2048ths: how far `above` is off at most */

/* 2^(64 + n) / 10^scale rounded down, from scale 1 on, where 2^n is the largest power of two below 10^scale: 64 bits. */
static const uint64_t reciprocals[EXACT_WIDE] = {
    0xCCCCCCCCCCCCCCCC, 0xA3D70A3D70A3D70A, 0x83126E978D4FDF3B, 0xD1B71758E219652B, 0xA7C5AC471B478423,
    0x8637BD05AF6C69B5, 0xD6BF94D5E57A42BC, 0xABCC77118461CEFC, 0x89705F4136B4A597, 0xDBE6FECEBDEDD5BE,
    0xAFEBFF0BCB24AAFE, 0x8CBCCC096F5088CB, 0xE12E13424BB40E13, 0xB424DC35095CD80F, 0x901D7CF73AB0ACD9,
    0xE69594BEC44DE15B, 0xB877AA3236A4B449, 0x9392EE8E921D5D07, 0xEC1E4A7DB69561A5, 0xBCE5086492111AEA,
    0x971DA05074DA7BEE, 0xF1C90080BAF72CB1, 0xC16D9A0095928A27, 0x9ABE14CD44753B52, 0xF79687AED3EEC551,
    0xC612062576589DDA, 0x9E74D1B791E07E48,
};

/* By one multiplication, whose 64 highest bits are less than 3 too small. False where these do not tell how to round, and for
 * scales out of the table. */
static bool find_nearest(uint64_t mantissa, int32_t scale, nearest_double *out) {
    if (mantissa == 0 || scale < 1 || scale > EXACT_WIDE) {
        return false;
    }
    const int shift = __builtin_clzll(mantissa), power = scale * 217706 >> 16; /* log2(10) */
    unsigned __int128 product = (unsigned __int128)(mantissa << shift) * reciprocals[scale - 1];
    const int half = !(product >> 127);
    product <<= half;
    const uint64_t high = (uint64_t)(product >> 64), rest = high & 2047;
    if (rest + 3 >= 1024 && rest <= 1024) { /* about half way */
        return false;
    }
    const uint64_t significand = (high >> 11) + (rest > 1024); /* of 53 bits */
    const uint64_t exponent = (uint64_t)(1023 + 11 - shift - power - half) << 52;
    memcpy(&out->value, &exponent, sizeof exponent);
    out->value *= (double)significand;
    out->above = (double)rest + 1.5 - (rest > 1024 ? 2048 : 0);
    out->unit = (double)high / (double)mantissa;
    out->lopsided = (significand & (significand - 1)) == 0;
    return true;
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
    nearest_double found;
    if (find_nearest(mantissa < 0 ? 0 - (uint64_t)mantissa : (uint64_t)mantissa, value.scale, &found)) {
        return mantissa < 0 ? -found.value : found.value;
    }
    char text[48];
    snprintf(text, sizeof text, "%llde%ld", (long long)mantissa, -(long)value.scale);
    return strtod(text, NULL);
}

/* Whether a candidate reads back as the double. Doubles lie closer together below a power of two than above it: there
 * the candidate behind the nearest one may do when the nearest does not. */
static bool reads_back(double value, int64_t magnitude, int32_t scale, decimal *out) {
    int exponent;
    const bool lopsided = frexp(fabs(value), &exponent) == 0.5; // NOLINT: exact on purpose
    for (int64_t candidate = magnitude; candidate <= magnitude + lopsided; candidate++) {
        *out = decimal_shortest(value < 0 ? -candidate : candidate, scale);
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
            *out = decimal_shortest(value < 0 ? -form * unit : form * unit, scale);
            return true;
        }
    }
    const int64_t form = whole + (fraction > 0.5);
    *out = decimal_shortest(value < 0 ? -form : form, scale);
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

#define SURE_DIGITS INT64_C(1000000000000000) /* no two decimals of so few digits are the same double */

/* Whether a decimal of more digits is the nearest one of its length, and none that is shorter the same double. False when that
 * cannot be said for sure. */
static bool is_surely_shortest(const nearest_double *found, uint64_t mantissa, bool *is) {
    const double last = (double)(mantissa % 10), own = fabs(found->above);
    const double below = fabs(last * found->unit - found->above), above = (10 - last) * found->unit + found->above;
    const double shorter = below < above ? below : above;
    *is = own < found->unit / 2 && shorter > HALF_GAP;
    return !found->lopsided && fabs(own - found->unit / 2) > UNSURE && fabs(shorter - HALF_GAP) > UNSURE;
}

bool decimal_told_by_double(decimal value, double *out) {
    const uint64_t magnitude = value.mantissa < 0 ? 0 - (uint64_t)value.mantissa : (uint64_t)value.mantissa;
    nearest_double found;
    decimal back;
    bool is = false;
    if (magnitude >= SURE_DIGITS && find_nearest(magnitude, value.scale, &found)) {
        *out = value.mantissa < 0 ? -found.value : found.value;
        if (is_surely_shortest(&found, magnitude, &is)) {
            return is;
        }
    } else {
        *out = decimal_to_double(value);
    }
    if (magnitude < SURE_DIGITS && fabs(*out) >= 1e-300 && isfinite(*out)) {
        return true;
    }
    return decimal_from_double(*out, &back) && back.mantissa == value.mantissa && back.scale == value.scale;
}

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
