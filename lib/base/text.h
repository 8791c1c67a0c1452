/* A growing UTF-8 text, and the one way to write JSON and CSV into it. Failure is sticky: append
 * freely, ask once at the end. */
#ifndef TEXT_H
#define TEXT_H

#include <string.h>

#include "contract.h"
#include "decimal.h"

typedef struct text {
    char *data;
    size_t length, capacity;
    bool failed; /* out of memory; later appends do nothing */
} text;

/* Room for `more` bytes at the end; NULL when there is no memory. Who writes there raises `length`. */
char *text_grow(text *text, size_t more);
static inline char *text_room(text *to, size_t more) {
    return to->capacity - to->length > more && !to->failed ? to->data + to->length : text_grow(to, more);
}

void text_append(text *text, const char *data, size_t length);
static inline void text_string(text *to, const char *string) {
    text_append(to, string, strlen(string)); /* constants have their length from the compiler */
}
void text_character(text *text, char character);
void text_int64(text *text, int64_t value);
void text_double(text *text, double value); /* shortest form that reads back equal */
void text_decimal(text *text, decimal value);
void text_time(text *text, int64_t time_us); /* "2026-01-05T10:00:00.000000", UTC; the zone is the caller's to write */
void text_printf(text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_json(text *text, const char *string, size_t length); /* quoted; escapes < U+2028 U+2029 too */
void text_json_part(text *text, const char *string);           /* the same without the quotes */
void text_csv(text *text, const char *string, size_t length);  /* RFC 4180, spreadsheet-formula safe */
/* NUL-terminates and hands the memory over (free with release or annoproj_free). NO_MEMORY when failed. */
annoproj_status text_take(text *text, char **out, size_t *length, annoproj_error **error);
void text_release(text *text);

#endif
