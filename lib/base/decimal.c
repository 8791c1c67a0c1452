/* Exact decimals: reading, scaling. */
#include "decimal.h"

#include <string.h>

#define MOST_DIGITS    INT64_C(1000000000000000000) /* 10^18: mantissas stay below */
#define SMALLEST_SCALE (-300)
#define LARGEST_SCALE  340

const uint64_t powers_of_ten[20] = {1,
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

decimal decimal_shortest(int64_t mantissa, int32_t scale) {
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
    return decimal_shortest(value, 0);
}

#define MOST_POWER 18 /* of ten, in 63 bits */

bool decimal_at_scale(decimal value, int32_t scale, int64_t *mantissa) {
    const int32_t power = scale - value.scale;
    *mantissa = value.mantissa;
    return value.mantissa == 0 || power == 0 ||
           (power > 0 && power <= MOST_POWER &&
            !__builtin_mul_overflow(value.mantissa, (int64_t)powers_of_ten[power], mantissa));
}
