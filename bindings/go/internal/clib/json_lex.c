/* Strings, numbers and words of JSON. */
#include "json_lex.h"

#include <string.h>

#include "decimal.h"
#include "json_escape.h"
#include "utf8.h"

static annoproj_status wrong(json_lexeme *out, annoproj_status status, const char *at, const char *message) {
    out->after = at;
    out->message = message;
    return status;
}

/* ---- words ---- */

annoproj_status json_lex_word(const char *at, const char *end, bool last, const char *word, json_lexeme *out) {
    const size_t size = strlen(word), there = (size_t)(end - at);
    const size_t compared = there < size ? there : size;
    if (memcmp(at, word, compared) != 0) {
        return wrong(out, ANNOPROJ_DATA, at,
                     "a value was expected: an object, array, text, number, true, false or null");
    }
    if (compared < size) {
        return last ? wrong(out, ANNOPROJ_DATA, end, "the text ends inside a word") : JSON_LEX_MORE;
    }
    out->after = at + size;
    return ANNOPROJ_OK;
}

/* ---- numbers ---- */

static bool is_digit(const char *at, const char *end) {
    return at < end && *at >= '0' && *at <= '9';
}

/* Behind the digits that stand at `at`. Eight bytes at a time: numbers have any length, and a loop over
 * single bytes costs a wrongly predicted branch at the end of each. */
static const char *skip_digits(const char *at, const char *end) {
    while (end - at >= 8) {
        uint64_t eight;
        memcpy(&eight, at, 8);
        /* the high bit of a byte is set when it is not '0'..'9'; a sum may carry into the next byte only behind
         * a byte that is no digit itself, and the lowest one decides */
        uint64_t off = eight ^ UINT64_C(0x3030303030303030);
        uint64_t other = (off | (off + UINT64_C(0x7676767676767676))) & UINT64_C(0x8080808080808080);
        if (other) {
            return at + (__builtin_ctzll(other) >> 3);
        }
        at += 8;
    }
    while (is_digit(at, end)) {
        at++;
    }
    return at;
}

/* Whether a number is so large that a double cannot hold it. Only an exponent can make it so: numbers
 * are at most 64 characters long unless the caller allows more. */
static bool overflows(const char *start, size_t length) {
    double value;
    return !text_to_double(start, length, &value);
}

/* No digit where one must stand, at `at`. */
static annoproj_status no_digit(const char *start, const char *at, const char *end, bool last, size_t limit,
                                const char *message, json_lexeme *out) {
    if (at != end || last) {
        return wrong(out, ANNOPROJ_DATA, at, message);
    }
    return (size_t)(at - start) > limit ? wrong(out, ANNOPROJ_LIMIT, start, "the number is too long") : JSON_LEX_MORE;
}

annoproj_status json_lex_number(const char *start, const char *end, bool last, size_t limit, json_lexeme *out) {
    const char *at = start + (*start == '-');
    bool plain = true;
    if (!is_digit(at, end)) {
        return no_digit(start, at, end, last, limit, "a digit must follow the minus sign", out);
    }
    at = *at == '0' ? at + 1 : skip_digits(at, end);
    if (at < end && *at == '.') {
        at++;
        if (!is_digit(at, end)) {
            return no_digit(start, at, end, last, limit, "a digit must follow the decimal point", out);
        }
        at = skip_digits(at, end);
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        plain = false;
        at++;
        at += at < end && (*at == '+' || *at == '-');
        if (!is_digit(at, end)) {
            return no_digit(start, at, end, last, limit, "a digit must follow the exponent sign", out);
        }
        at = skip_digits(at, end);
    }
    const size_t length = (size_t)(at - start);
    if (length > limit) {
        return wrong(out, ANNOPROJ_LIMIT, start, "the number is too long");
    }
    if (at == end && !last) {
        return JSON_LEX_MORE;
    }
    if (is_digit(at, end)) {
        return wrong(out, ANNOPROJ_DATA, start, "a number must not begin with 0");
    }
    if ((!plain || length > 300) && overflows(start, length)) {
        return wrong(out, ANNOPROJ_DATA, start, "the number is too large for a double");
    }
    out->after = at;
    return ANNOPROJ_OK;
}

/* ---- strings ---- */

/* Which bytes of a string need a closer look: quotes, backslashes, control and non-ASCII bytes. */
static bool is_special(char byte) {
    unsigned char value = (unsigned char)byte;
    return value < 0x20 || value >= 0x80 || value == '"' || value == '\\';
}

static const char *skip_plain(const char *at, const char *end) {
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = UINT64_C(0x8080808080808080);
    while (end - at >= 8) {
        uint64_t eight;
        memcpy(&eight, at, 8);
        uint64_t quote = eight ^ ones * '"', backslash = eight ^ ones * '\\';
        /* a byte is zero or below 0x20 when subtracting borrows into its high bit; bytes with the high bit
         * set count as special anyhow */
        uint64_t special =
            (((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) | (eight - ones * 0x20) | eight) & highs;
        if (special) {
            return at + (__builtin_ctzll(special) >> 3); /* borrows go upwards: the lowest one is right */
        }
        at += 8;
    }
    while (at < end && !is_special(*at)) {
        at++;
    }
    return at;
}

/* Bytes of the multi-byte character at `at`; 0 when it is wrong, -1 when more input decides. */
static int character_size(const char *at, const char *end) {
    uint32_t point;
    size_t left = (size_t)(end - at);
    size_t size = utf8_decode(at, left, &point);
    return size == 0 && left < 4 ? -1 : (int)size;
}

/* Bytes of an escape or a character that is not plain; what would be wrong with it. */
static int special_size(const char *at, const char *end, bool *escaped, const char **message) {
    if (*at == '\\') {
        *escaped = true;
        *message = "a wrong escape (or half of a surrogate pair)";
        return json_escape_size(at, end);
    }
    if ((unsigned char)*at < 0x20) {
        *message = "a control character must be escaped";
        return 0;
    }
    *message = "bytes that are not UTF-8";
    return character_size(at, end);
}

annoproj_status json_lex_string(const char *quote, const char *end, bool last, size_t limit, json_lexeme *out) {
    const char *start = quote + 1, *at = start, *message = NULL;
    out->escaped = false;
    for (;;) {
        at = skip_plain(at, end);
        if ((size_t)(at - start) > limit) {
            return wrong(out, ANNOPROJ_LIMIT, quote, "the text is too long");
        }
        if (at == end) {
            return last ? wrong(out, ANNOPROJ_DATA, at, "the text ends inside a string") : JSON_LEX_MORE;
        }
        if (*at == '"') {
            out->after = at + 1;
            return ANNOPROJ_OK;
        }
        const int size = special_size(at, end, &out->escaped, &message);
        if (size < 0 && !last) {
            return JSON_LEX_MORE;
        }
        if (size <= 0) {
            return wrong(out, ANNOPROJ_DATA, at, message);
        }
        at += size;
    }
}
