/* Numbers of an array, eight digits at a time: no loop over digits whose end is guessed wrongly. */
#include "number_run.h"

#include <string.h>

#define SLACK       40 /* bytes that must follow the beginning of a number: every load is inside the text */
#define MOST_DIGITS 18

static uint64_t load(const char *at) {
    uint64_t eight;
    memcpy(&eight, at, sizeof eight);
    return eight;
}

/* The high bit of every byte that is no digit. Bytes behind the first such one may be told wrongly: the sum carries. */
static uint64_t other_bytes(uint64_t eight) {
    const uint64_t off = eight ^ UINT64_C(0x3030303030303030);
    return (off | (off + UINT64_C(0x7676767676767676))) & UINT64_C(0x8080808080808080);
}

/* How many of eight bytes are digits before the first that is none. */
static unsigned leading_digits(uint64_t eight) {
    const uint64_t other = other_bytes(eight);
    return other ? (unsigned)__builtin_ctzll(other) >> 3 : 8;
}

/* The number that the first `count` (1 to 8) of eight bytes say: zeros are shifted in before them, then neighbours are
 * joined to pairs, pairs to fours, fours to eights. */
static uint64_t digits_value(uint64_t eight, unsigned count) {
    const uint64_t mask = UINT64_C(0x000000FF000000FF);
    uint64_t digits = (eight - UINT64_C(0x3030303030303030)) << (64 - 8 * count);
    digits = digits * 10 + (digits >> 8);
    return (((digits & mask) * (100 + (UINT64_C(1000000) << 32))) +
            (((digits >> 16) & mask) * (1 + (UINT64_C(10000) << 32)))) >>
           32;
}

static const uint64_t powers[9] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};

/* The digits behind a point; NULL when there are none or too many. */
static const char *read_fraction(const char *at, unsigned room, uint64_t *mantissa, unsigned *length) {
    for (*length = 0;;) {
        const uint64_t eight = load(at);
        const unsigned count = leading_digits(eight);
        *length += count;
        if (*length == 0 || *length > room) {
            return NULL;
        }
        at += count;
        if (count > 0) {
            *mantissa = *mantissa * powers[count] + digits_value(eight, count);
        }
        if (count < 8) {
            return at;
        }
    }
}

/* Digits and point within seven bytes: the point is taken out, so that there is one number to read. */
static const char *read_tiny(const char *at, uint64_t eight, unsigned before, uint64_t *mantissa, unsigned *behind) {
    const uint64_t whole_part = (UINT64_C(1) << 8 * before) - 1;
    const uint64_t joined = (eight & whole_part) | (eight >> 8 & ~whole_part);
    const unsigned digits = leading_digits(joined & (UINT64_MAX >> 8));
    if (digits == before || digits == 7) {
        return NULL;
    }
    *mantissa = digits_value(joined, digits);
    *behind = digits - before;
    return at + digits + 1;
}

/* Behind the number; NULL when it is none of the short ones. */
static const char *read_short(const char *at, bool whole, decimal *out) {
    const bool negative = *at == '-';
    at += negative;
    const uint64_t eight = load(at);
    const unsigned before = leading_digits(eight);
    unsigned behind = 0;
    if (before == 0 || before == 8 || (before > 1 && *at == '0') || (whole && (negative || at[before] == '.'))) {
        return NULL;
    }
    uint64_t mantissa = 0;
    if (at[before] != '.') {
        mantissa = digits_value(eight, before);
        at += before;
    } else {
        const char *tiny = read_tiny(at, eight, before, &mantissa, &behind);
        if (!tiny) {
            mantissa = digits_value(eight, before);
            tiny = read_fraction(at + before + 1, MOST_DIGITS - before, &mantissa, &behind);
        }
        if (!tiny) {
            return NULL;
        }
        at = tiny;
    }
    int32_t scale = mantissa == 0 ? 0 : (int32_t)behind;
    for (; mantissa % 10 == 0 && mantissa != 0; mantissa /= 10) {
        scale--;
    }
    *out = (decimal){negative ? -(int64_t)mantissa : (int64_t)mantissa, scale};
    return at;
}

static const char *skip_space(const char *at, const char *end) {
    while (at < end && (unsigned char)*at <= ' ' && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) {
        at++;
    }
    return at;
}

const char *number_run(const char *at, const char *end, bool first, bool whole, decimal *out, size_t capacity,
                       size_t *count) {
    const char *taken = at;
    *count = 0;
    while (*count < capacity) {
        at = skip_space(at, end);
        if (!first) {
            if (at == end || *at != ',') {
                break;
            }
            at = skip_space(at + 1, end);
        }
        if (end - at < SLACK) {
            break;
        }
        at = read_short(at, whole, &out[*count]);
        if (!at || (*at != ',' && *at != ']' && (unsigned char)*at > ' ')) {
            break;
        }
        taken = at;
        first = false;
        ++*count;
    }
    return taken;
}
