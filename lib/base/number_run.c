/* Numbers of an array, 64 bytes at a time: the grammar is checked for all numbers of a block at once, by sets of bits.
 * A set holds places in the block; shifting it by one goes to the bytes behind them, and adding a place to the set of
 * digits runs along the digits that stand there to the byte behind the last of them. */
#include "number_run.h"

#include <string.h>

#include "byte_block.h"

#define SLACK       (BYTE_BLOCK + 8)              /* bytes that must follow: every load is inside the text */
#define MOST_DIGITS 19                            /* with zeros before the first; 64 bits hold them */
#define TOO_LARGE   UINT64_C(1000000000000000000) /* 10^18: mantissas stay below */
#define MOST_WHOLE  7                             /* digits before the point */

/* The numbers of a block that are sound, up to the first that is not or does not end in it. */
typedef struct number_block {
    uint64_t firsts; /* first digits */
    uint64_t inside; /* digits and points */
    uint64_t points, signs;
    unsigned length; /* bytes up to the end of the last one; 0 = none */
} number_block;

static uint64_t below(unsigned place) {
    return place < 64 ? (UINT64_C(1) << place) - 1 : UINT64_MAX;
}

/* Digits that are the last of eight or more. */
static uint64_t eighths(uint64_t digits) {
    const uint64_t seconds = digits & digits << 1, fourths = seconds & seconds << 2;
    return fourths & fourths << 4;
}

/* A number begins at the first byte. White space may only stand behind commas. */
static number_block find_numbers(const char *at, bool whole) {
    const byte_block bytes = byte_block_load(at);
    const uint64_t digits = bytes_that_are_digits(&bytes), commas = bytes_that_are(&bytes, ',');
    const uint64_t points = bytes_that_are(&bytes, '.'), signs = bytes_that_are(&bytes, '-');
    const uint64_t spaces = bytes_that_are(&bytes, ' ') | bytes_that_are(&bytes, '\n');
    const uint64_t ends = bytes_that_are(&bytes, ']');
    const uint64_t behind_spaces = (commas << 1) + spaces, starts = 1 | (behind_spaces & ~spaces);
    const uint64_t firsts = (starts & ~signs) | signs << 1;
    const uint64_t behind_fractions = (points << 1) + digits;
    uint64_t wrong = ~(digits | commas | points | signs | spaces | ends);
    wrong |= spaces & behind_spaces;                               /* white space elsewhere */
    wrong |= signs & ~starts;                                      /* a sign inside a number */
    wrong |= firsts & ~digits;                                     /* no digit at all */
    wrong |= (points & ~(digits << 1)) | (points << 1 & ~digits);  /* a point without digits */
    wrong |= behind_fractions & ~digits & points;                  /* a second point */
    wrong |= (firsts & bytes_that_are(&bytes, '0')) << 1 & digits; /* a leading zero */
    wrong |= firsts << MOST_WHOLE & eighths(digits);               /* many digits */
    wrong |= whole ? points | signs : 0;
    const uint64_t stops = wrong | ends;
    const unsigned stop = stops ? (unsigned)__builtin_ctzll(stops) : 64;
    const uint64_t complete = commas & below(stop);
    unsigned length = complete ? 63 - (unsigned)__builtin_clzll(complete) : 0;
    if (stop < 64 && !(wrong >> stop & 1)) {
        length = stop; /* the array's end: the last number is complete, too */
    }
    return (number_block){firsts & below(length), digits | points, points, signs, length};
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

static uint64_t load(const char *at) {
    uint64_t eight;
    memcpy(&eight, at, sizeof eight);
    return eight;
}

/* Digits and point within eight bytes: the point is taken out, so that there is one number to read. */
static uint64_t read_tiny(const char *at, unsigned before, unsigned digits) {
    const uint64_t eight = load(at), whole_part = (UINT64_C(1) << 8 * before) - 1;
    return digits_value((eight & whole_part) | (eight >> 8 & ~whole_part), digits);
}

static uint64_t read_long(const char *at, unsigned before, unsigned behind) {
    static const uint64_t powers[9] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    uint64_t mantissa = digits_value(load(at), before);
    for (at += before + 1; behind > 8; at += 8, behind -= 8) {
        mantissa = mantissa * powers[8] + digits_value(load(at), 8);
    }
    return behind ? mantissa * powers[behind] + digits_value(load(at), behind) : mantissa;
}

/* The number whose first digit is at `place`. False when it has too many digits. */
static inline bool read_number(const char *at, const number_block *block, unsigned place, unsigned length,
                               decimal *out) {
    const unsigned before = (unsigned)__builtin_ctzll(block->points >> place | UINT64_C(1) << length);
    const unsigned digits = length - (before < length);
    const int64_t sign = -(int64_t)(block->signs << 1 >> place & 1); /* -1 or 0 */
    uint64_t mantissa;
    if (length <= 8) {
        mantissa = read_tiny(at + place, before, digits);
    } else if (digits <= MOST_DIGITS) {
        mantissa = read_long(at + place, before, digits - before);
        if (mantissa >= TOO_LARGE) {
            return false;
        }
    } else {
        return false;
    }
    int32_t scale = (int32_t)(digits - before);
    if (at[place + length - 1] == '0') {
        for (; mantissa % 10 == 0 && mantissa != 0; mantissa /= 10) {
            scale--;
        }
        scale = mantissa == 0 ? 0 : scale;
    }
    *out = (decimal){((int64_t)mantissa ^ sign) - sign, scale};
    return true;
}

/* Up to `capacity` of them; behind the last that was read. How many were read is in *count. */
static const char *read_numbers(const char *at, const number_block *block, decimal *out, size_t capacity,
                                size_t *count) {
    const decimal *room = out + capacity;
    unsigned taken = 0;
    for (uint64_t firsts = block->firsts; firsts && out < room; firsts &= firsts - 1) {
        const unsigned place = (unsigned)__builtin_ctzll(firsts);
        const unsigned length = (unsigned)__builtin_ctzll(~(block->inside >> place));
        if (!read_number(at, block, place, length, out)) {
            break;
        }
        taken = place + length;
        out++;
    }
    *count = capacity - (size_t)(room - out);
    return at + taken;
}

/* Where the next number begins; NULL when none does. */
static const char *next_start(const char *at, const char *end, bool first) {
    while (!first && at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) {
        at++;
    }
    if (!first && (at == end || *at++ != ',')) {
        return NULL;
    }
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) {
        at++;
    }
    return end - at >= SLACK ? at : NULL;
}

const char *number_run(const char *at, const char *end, bool first, bool whole, decimal *out, size_t capacity,
                       size_t *count) {
    size_t read = 1;
    for (*count = 0; read > 0 && *count < capacity; *count += read) {
        const char *start = next_start(at, end, first);
        if (!start) {
            break;
        }
        const number_block block = find_numbers(start, whole);
        start = read_numbers(start, &block, out + *count, capacity - *count, &read);
        at = read > 0 ? start : at;
        first = false;
    }
    return at;
}

const char *number_run_pass(const char *at, const char *end, bool first, size_t *count) {
    *count = 0;
    for (const char *start; (start = next_start(at, end, first)); first = false) {
        const number_block block = find_numbers(start, false);
        if (block.length == 0) {
            break;
        }
        *count += (size_t)__builtin_popcountll(block.firsts);
        at = start + block.length;
    }
    return at;
}
