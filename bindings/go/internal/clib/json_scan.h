/* The strict JSON scanner: RFC 8259, UTF-8 checked, depth counted, duplicate keys refused, no recursion.
 * Every JSON text that enters the library goes through it. It reads from memory or through a read
 * function with a sliding window, and hands out slices of the window. */
#ifndef JSON_SCAN_H
#define JSON_SCAN_H

#include <string.h>

#include "contract.h"
#include "bounds.h"
#include "decimal.h"

typedef enum json_kind {
    JSON_END, /* the one value and only white space behind it have been read */
    JSON_OBJECT,
    JSON_OBJECT_END,
    JSON_ARRAY,
    JSON_ARRAY_END,
    JSON_KEY,
    JSON_STRING,
    JSON_NUMBER,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL
} json_kind;

typedef struct json_token {
    json_kind kind;
    const char *start; /* raw text of the token; for keys and strings without the quotes, escapes still in */
    size_t length;
    bool escaped;   /* a string with escapes: json_unescape() it */
    int64_t offset; /* byte offset of the token in the whole input */
    int32_t depth;  /* depth of the container it stands in; 0 = top */
} json_token;

typedef struct json_limits {
    int32_t depth;        /* 0 = 64; at most 512 */
    size_t string_length; /* 0 = 1 MiB */
    size_t key_length;    /* 0 = 256 */
    size_t number_length; /* 0 = 64 */
} json_limits;

/* Reads up to `size` bytes into `buffer`; *length = 0 at the end. */
typedef annoproj_status (*json_read_fn)(void *source, void *buffer, size_t size, size_t *length,
                                        annoproj_error **error);

typedef struct json_scan json_scan;

annoproj_status json_scan_memory(const char *data, size_t length, const json_limits *limits, json_scan **out,
                                 annoproj_error **error);
/* window: bytes kept at once, grows only for a token or a slice that is larger. */
annoproj_status json_scan_stream(json_read_fn read, void *source, size_t window, const json_limits *limits,
                                 json_scan **out, annoproj_error **error);
/* Two scans may share the elements of an array in the top object. This one begins before an element, whose place is `offset`; its
 * source is there. */
annoproj_status json_begin_inside(json_scan *scan, int64_t offset, annoproj_error **error);
/* And this one, having read no more of an element than its bracket, goes on behind it and those that follow, `elements` in all, at
 * `offset`, where its source is. */
void json_jump(json_scan *scan, int64_t offset, int64_t elements);
/* DATA with byte offset and JSON pointer for broken JSON, LIMIT for depth and lengths. The token's text
 * is valid until the next call. */
annoproj_status json_next(json_scan *scan, json_token *token, annoproj_error **error);
/* Inside an array, behind its bracket or an element: takes the next elements as long as they are short numbers (at most 7
 * digits before the point, no exponent; `whole`: neither sign nor point), at most `capacity`. 0 says nothing about what
 * comes: ask json_next(). */
size_t json_numbers(json_scan *scan, bool whole, decimal *out, size_t capacity);
/* The same for numbers that are not looked at: checked and counted. */
size_t json_pass_numbers(json_scan *scan);
/* Having just read JSON_KEY (the value is next) or being before an array element: reads the whole next
 * value, checking it, and hands out its raw text. NONE when the array ends here: ] is then the next token. */
annoproj_status json_slice(json_scan *scan, const char **start, size_t *length, int64_t *offset,
                           annoproj_error **error);
/* The same with a bound: of a value that is longer, *start is NULL, and its text was not kept. */
annoproj_status json_slice_most(json_scan *scan, size_t most, const char **start, size_t *length,
                                annoproj_error **error);
annoproj_status json_skip(json_scan *scan, annoproj_error **error); /* the same, text not kept */
/* Reads on until what was begun in a container of that depth (json_token) is complete, the value behind a key as well. */
annoproj_status json_pass_rest(json_scan *scan, int32_t depth, annoproj_error **error);
int64_t json_offset(const json_scan *scan);
/* JSON pointer of the last token, for messages; at most 256 bytes, cut in the middle when longer. */
void json_pointer(const json_scan *scan, char out[257]);
void json_scan_release(json_scan *scan);

bool json_escaped_key_is(const json_token *token, const char *key, size_t length);
static inline bool json_key_is(const json_token *token, const char *key) { /* plain or escaped */
    const size_t length = strlen(key);
    return token->escaped ? json_escaped_key_is(token, key, length)
                          : token->length == length && memcmp(token->start, key, length) == 0;
}
/* The string's characters in `out` (at least token->length + 1 bytes), NUL-terminated; returns the length. */
size_t json_unescape(const json_token *token, char *out);
bool json_key_number(const json_token *token, int64_t *out); /* a name of digits alone */
bool json_int64(const json_token *token,
                int64_t *out); /* exact; false for fractions and overflow; 5.0 and 5e0 count as 5 */
bool json_double(const json_token *token, double *out);

#endif
