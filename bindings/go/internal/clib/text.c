/* Growing texts, JSON strings and CSV cells. */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "allocate.h"
#include "failure.h"

#define FIRST_CAPACITY ((size_t)64)

/* One byte more than asked for: the NUL that text_take() adds. */
char *text_grow(text *to, size_t more) {
    if (to->failed) {
        return NULL;
    }
    size_t capacity = to->capacity ? to->capacity : FIRST_CAPACITY;
    while (capacity - to->length <= more) {
        if (capacity > PTRDIFF_MAX / 2) {
            to->failed = true;
            return NULL;
        }
        capacity *= 2;
    }
    char *data = reallocate(to->data, capacity);
    if (!data) {
        to->failed = true;
        return NULL;
    }
    to->data = data;
    to->capacity = capacity;
    return data + to->length;
}

void text_append(text *to, const char *data, size_t length) {
    char *out = text_room(to, length);
    if (out && length > 0) {
        memcpy(out, data, length);
        to->length += length;
    }
}

void text_character(text *to, char character) {
    char *out = text_room(to, 1);
    if (out) {
        *out = character;
        to->length++;
    }
}

void text_int64(text *to, int64_t value) {
    char *out = text_room(to, INT64_LONGEST);
    if (out) {
        to->length += (size_t)int64_print(value, out);
    }
}

void text_double(text *to, double value) {
    char *out = text_room(to, 32);
    if (out) {
        to->length += (size_t)double_print(value, out);
    }
}

void text_decimal(text *to, decimal value) {
    char *out = text_room(to, DECIMAL_LONGEST);
    if (out) {
        to->length += (size_t)decimal_print(value, out);
    }
}

void text_printf(text *to, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int needed = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (needed < 0) {
        to->failed = true;
        return;
    }
    char *out = text_room(to, (size_t)needed);
    if (out) {
        va_start(arguments, format);
        vsnprintf(out, (size_t)needed + 1, format, arguments);
        va_end(arguments);
        to->length += (size_t)needed;
    }
}

/* ---- JSON ---- */

/* The escape that the character at `at` needs, or NULL; *size is what it takes in the input. */
static const char *json_escape(const char *at, size_t left, char buffer[8], size_t *size) {
    unsigned char byte = (unsigned char)*at;
    *size = 1;
    switch (byte) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    case '\b': return "\\b";
    case '\f': return "\\f";
    case '<': return "\\u003c";
    default: break;
    }
    if (byte < 0x20 || byte == 0x7F) {
        snprintf(buffer, 8, "\\u%04x", (unsigned)byte);
        return buffer;
    }
    if (byte == 0xE2 && left >= 3 && (unsigned char)at[1] == 0x80 && ((unsigned char)at[2] & 0xFE) == 0xA8) {
        *size = 3; /* U+2028 and U+2029 end a line in JavaScript */
        return (unsigned char)at[2] == 0xA8 ? "\\u2028" : "\\u2029";
    }
    return NULL;
}

static void append_escaped(text *to, const char *string, size_t length) {
    size_t plain = 0, at = 0;
    while (at < length) {
        char buffer[8];
        size_t size = 1;
        const char *escape = json_escape(string + at, length - at, buffer, &size);
        if (escape) {
            text_append(to, string + plain, at - plain);
            text_string(to, escape);
            plain = at + size;
        }
        at += size;
    }
    text_append(to, string + plain, length - plain);
}

void text_json(text *to, const char *string, size_t length) {
    text_character(to, '"');
    append_escaped(to, string, length);
    text_character(to, '"');
}

void text_json_part(text *to, const char *string) {
    append_escaped(to, string, strlen(string));
}

/* ---- CSV ---- */

static bool starts_with(const char *at, size_t left, const char *bytes) {
    size_t size = strlen(bytes);
    return left >= size && memcmp(at, bytes, size) == 0;
}

/* Whether a spreadsheet could take a line that starts here for a formula: behind spaces (also no-break
 * ones) comes = + - @ TAB CR or the full-width form of one. */
static bool looks_like_formula(const char *at, size_t left) {
    for (;;) {
        size_t space = starts_with(at, left, " ") ? 1 : starts_with(at, left, "\xC2\xA0") ? 2 : 0;
        if (space == 0) {
            break;
        }
        at += space;
        left -= space;
    }
    static const char *const signs[] = {
        "=", "+", "-", "@", "\t", "\r", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (starts_with(at, left, signs[i])) {
            return true;
        }
    }
    return false;
}

static bool needs_quotes(const char *string, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (string[i] == ',' || string[i] == '"' || string[i] == '\r' || string[i] == '\n') {
            return true;
        }
    }
    return length > 0 && (string[0] == ' ' || string[length - 1] == ' ');
}

void text_csv(text *to, const char *string, size_t length) {
    bool quotes = needs_quotes(string, length);
    if (quotes) {
        text_character(to, '"');
    }
    bool line_start = true;
    for (size_t at = 0; at < length; at++) {
        if (line_start && looks_like_formula(string + at, length - at)) {
            text_character(to, '\'');
        }
        if (string[at] == '"') {
            text_character(to, '"');
        }
        text_character(to, string[at]);
        bool ends_line = string[at] == '\n' || (string[at] == '\r' && !(at + 1 < length && string[at + 1] == '\n'));
        line_start = ends_line;
    }
    if (quotes) {
        text_character(to, '"');
    }
}

/* ---- the end ---- */

annoproj_status text_take(text *to, char **out, size_t *length, annoproj_error **error) {
    *out = NULL;
    if (length) {
        *length = 0;
    }
    char *end = text_room(to, 0);
    if (!end) {
        text_release(to);
        return fail_memory(error);
    }
    *end = 0;
    *out = to->data;
    if (length) {
        *length = to->length;
    }
    memset(to, 0, sizeof *to);
    return ANNOPROJ_OK;
}

void text_release(text *to) {
    release(to->data);
    memset(to, 0, sizeof *to);
}
