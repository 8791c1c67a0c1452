/* Printing decimals. */
#include <string.h>

#include "decimal.h"

static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
                            "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
                            "8081828384858687888990919293949596979899";

/* How many digits a number has: its bits times log10(2), and one more when that power of ten is reached. */
static int digit_count(uint64_t value) {
    const int below = (64 - __builtin_clzll(value | 1)) * 1233 >> 12;
    return below + (value >= powers_of_ten[below]) + (value == 0);
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
#define MOST_SCALE         18 /* of powers_of_ten */

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
    const uint64_t power = powers_of_ten[scale], whole = magnitude / power;
    uint64_t rest = magnitude % power;
    if (whole == 0 && rest != 0 && scale > MOST_LEADING_ZEROS && rest < powers_of_ten[scale - MOST_LEADING_ZEROS - 1]) {
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
