/* What JSON tokens mean: characters of strings, values of numbers. */
#include <string.h>

#include "json_scan.h"

static size_t put_character(uint32_t point, char *out) {
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (char)(0xC0 | point >> 6);
        out[1] = (char)(0x80 | (point & 0x3F));
        return 2;
    }
    if (point < 0x10000) {
        out[0] = (char)(0xE0 | point >> 12);
        out[1] = (char)(0x80 | (point >> 6 & 0x3F));
        out[2] = (char)(0x80 | (point & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | point >> 18);
    out[1] = (char)(0x80 | (point >> 12 & 0x3F));
    out[2] = (char)(0x80 | (point >> 6 & 0x3F));
    out[3] = (char)(0x80 | (point & 0x3F));
    return 4;
}

static uint32_t hex_number(const char *at) {
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        uint32_t byte = (unsigned char)at[i];
        value = value << 4 | (byte <= '9' ? byte - '0' : (byte | 0x20) - 'a' + 10);
    }
    return value;
}

/* The scanner has checked every escape, so none is wrong here. */
size_t json_unescape(const json_token *token, char *out) {
    const char *at = token->start, *end = at + token->length;
    char *to = out;
    while (at < end) {
        const char *backslash = memchr(at, '\\', (size_t)(end - at));
        size_t plain = (size_t)((backslash ? backslash : end) - at);
        memmove(to, at, plain);
        to += plain;
        at += plain;
        if (!backslash) {
            break;
        }
        if (at[1] != 'u') {
            static const char names[] = "bfnrt", meanings[] = "\b\f\n\r\t";
            const char *name = strchr(names, at[1]);
            *to++ = name ? meanings[name - names] : at[1];
            at += 2;
            continue;
        }
        uint32_t point = hex_number(at + 2);
        at += 6;
        if (point >= 0xD800 && point <= 0xDBFF) {
            point = 0x10000 + ((point - 0xD800) << 10) + (hex_number(at + 2) - 0xDC00);
            at += 6;
        }
        to += put_character(point, to);
    }
    *to = 0;
    return (size_t)(to - out);
}

bool json_escaped_key_is(const json_token *token, const char *key, size_t length) {
    char characters[257]; /* the scanner admits keys of 256 bytes at most */
    return token->length <= 256 && json_unescape(token, characters) == length && memcmp(characters, key, length) == 0;
}

bool json_int64(const json_token *token, int64_t *out) {
    *out = 0;
    number_parts parts;
    if (token->kind != JSON_NUMBER || !number_split(token->start, token->length, &parts) || parts.exponent < 0) {
        return false;
    }
    uint64_t magnitude = parts.mantissa;
    for (; parts.exponent > 0; parts.exponent--) {
        if (__builtin_mul_overflow(magnitude, (uint64_t)10, &magnitude)) {
            return false;
        }
    }
    uint64_t largest = (uint64_t)INT64_MAX + parts.negative;
    if (magnitude > largest) {
        return false;
    }
    *out = parts.negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return true;
}

bool json_key_number(const json_token *token, int64_t *out) {
    const json_token number = {.kind = JSON_NUMBER, .start = token->start, .length = token->length};
    *out = 0;
    for (size_t i = 0; i < token->length; i++) {
        if (token->start[i] < '0' || token->start[i] > '9') {
            return false;
        }
    }
    return token->length > 0 && json_int64(&number, out);
}

bool json_double(const json_token *token, double *out) {
    *out = 0;
    return token->kind == JSON_NUMBER && text_to_double(token->start, token->length, out);
}
