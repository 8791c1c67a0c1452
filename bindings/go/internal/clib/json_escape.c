/* Escapes in JSON strings, and the lone halves of surrogate pairs that are none. */
#include "json_escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static int hex_digit(char byte) {
    return byte >= '0' && byte <= '9'   ? byte - '0'
           : byte >= 'a' && byte <= 'f' ? byte - 'a' + 10
           : byte >= 'A' && byte <= 'F' ? byte - 'A' + 10
                                        : -1;
}

/* The number behind \u, or -1. */
static int32_t read_hex(const char *at) {
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(at[i]);
        if (digit < 0) {
            return -1;
        }
        value = value * 16 + digit;
    }
    return value;
}

int json_escape_size(const char *at, const char *end) {
    if (end - at < 2) {
        return -1;
    }
    if (at[1] != 'u') {
        return at[1] && strchr("\"\\/bfnrt", at[1]) ? 2 : 0;
    }
    for (const char *digit = at + 2; digit < at + 6; digit++) {
        if (digit == end) {
            return -1;
        }
        if (hex_digit(*digit) < 0) {
            return 0;
        }
    }
    int32_t unit = read_hex(at + 2);
    if (unit < 0xD800 || unit > 0xDFFF) {
        return 6;
    }
    if (unit > 0xDBFF) {
        return 0; /* a low surrogate alone */
    }
    if (end - at < 12) {
        bool may_follow = (end - at < 7 || at[6] == '\\') && (end - at < 8 || at[7] == 'u');
        return may_follow ? -1 : 0;
    }
    int32_t low = at[6] == '\\' && at[7] == 'u' ? read_hex(at + 8) : -1;
    return low >= 0xDC00 && low <= 0xDFFF ? 12 : 0;
}
