/* The scanner: a state machine over a window of the input. A token that the window does not hold whole is
 * read again from its start after the window was filled up or enlarged, so that tokens are always one
 * piece of memory. What a token is says json_lex.c, whether a key was there before json_keys.c. */
#include "json_scan.h"

#include <stdio.h>
#include <string.h>

#include "allocate.h"
#include "failure.h"
#include "json_keys.h"
#include "json_lex.h"
#include "number_run.h"

#define DEFAULT_DEPTH   64
#define LARGEST_DEPTH   512
#define SMALLEST_WINDOW ((size_t)16)
#define LARGEST_WINDOW  ((size_t)64 << 20)

/* What may come next. */
typedef enum expecting {
    EXPECT_VALUE,         /* at the top, behind a comma in an array */
    EXPECT_FIRST_ELEMENT, /* behind [: a value or ] */
    EXPECT_FIRST_KEY,     /* behind {: a key or } */
    EXPECT_KEY,           /* behind a comma in an object */
    EXPECT_COLON,         /* behind a key */
    EXPECT_COMMA_OR_END,  /* behind a value inside a container */
    EXPECT_NOTHING        /* behind the top value */
} expecting;

struct json_scan {
    const char *at, *end; /* unread part of the window */
    const char *start;    /* first byte of the window */
    int64_t start_offset; /* its place in the whole input */
    json_read_fn read;    /* NULL for memory */
    void *source;
    char *buffer;
    size_t capacity;
    bool at_eof;  /* nothing comes behind `end` */
    bool keeping; /* a slice is being read: its text stays in the window */
    int64_t keep_offset;
    size_t keep_most;
    expecting expecting;
    annoproj_status failure; /* sticky */
    json_limits limits;
    json_keys keys;
};

/* ---- making and releasing ---- */

static annoproj_status new_scan(const json_limits *limits, json_scan **out, annoproj_error **error) {
    *out = NULL;
    json_scan *made = allocate_zeroed(1, sizeof *made);
    if (!made) {
        return fail_memory(error);
    }
    if (limits) {
        made->limits = *limits;
    }
    json_limits *own = &made->limits;
    own->depth = own->depth <= 0 ? DEFAULT_DEPTH : own->depth > LARGEST_DEPTH ? LARGEST_DEPTH : own->depth;
    own->string_length = own->string_length ? own->string_length : (size_t)1 << 20;
    own->key_length = own->key_length ? own->key_length : 256;
    own->key_length = own->key_length > 256 ? 256 : own->key_length;
    own->number_length = own->number_length ? own->number_length : 64;
    made->keys.seed = (uint64_t)monotonic_us() ^ (uint64_t)(uintptr_t)made;
    *out = made;
    return ANNOPROJ_OK;
}

annoproj_status json_scan_memory(const char *data, size_t length, const json_limits *limits, json_scan **out,
                                 annoproj_error **error) {
    annoproj_status status = new_scan(limits, out, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    (*out)->start = (*out)->at = length ? data : "";
    (*out)->end = (*out)->at + length;
    (*out)->at_eof = true;
    return ANNOPROJ_OK;
}

annoproj_status json_scan_stream(json_read_fn read, void *source, size_t window, const json_limits *limits,
                                 json_scan **out, annoproj_error **error) {
    annoproj_status status = new_scan(limits, out, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    json_scan *made = *out;
    made->capacity = window < SMALLEST_WINDOW ? SMALLEST_WINDOW : window > LARGEST_WINDOW ? LARGEST_WINDOW : window;
    made->buffer = allocate(made->capacity);
    if (!made->buffer) {
        json_scan_release(made);
        *out = NULL;
        return fail_memory(error);
    }
    made->read = read;
    made->source = source;
    made->start = made->at = made->end = made->buffer;
    return ANNOPROJ_OK;
}

static void empty_window(json_scan *scan, int64_t offset) {
    scan->at = scan->end = scan->start;
    scan->start_offset = offset;
    scan->at_eof = false;
}

annoproj_status json_begin_inside(json_scan *scan, int64_t offset, annoproj_error **error) {
    if (!json_keys_open(&scan->keys, true) || !json_keys_open(&scan->keys, false)) {
        scan->failure = ANNOPROJ_NO_MEMORY;
        return fail_memory(error);
    }
    empty_window(scan, offset);
    scan->expecting = EXPECT_FIRST_ELEMENT;
    return ANNOPROJ_OK;
}

void json_jump(json_scan *scan, int64_t offset, int64_t elements) {
    json_keys_close(&scan->keys);
    scan->keys.frames[scan->keys.frame_count - 1].index += elements - 1;
    empty_window(scan, offset);
    scan->expecting = EXPECT_COMMA_OR_END;
}

void json_scan_release(json_scan *scan) {
    if (scan) {
        json_keys_release(&scan->keys);
        release(scan->buffer);
        release(scan);
    }
}

int64_t json_offset(const json_scan *scan) {
    return scan->start_offset + (scan->at - scan->start);
}

void json_pointer(const json_scan *scan, char out[257]) {
    json_keys_pointer(&scan->keys, out);
}

/* ---- failing ---- */

__attribute__((cold, noinline)) static annoproj_status refuse(json_scan *scan, annoproj_status status, const char *at,
                                                              const char *reason, annoproj_error **error) {
    char pointer[257];
    json_pointer(scan, pointer);
    const long long byte = scan->start_offset + (at - scan->start);
    scan->failure = status;
    fail(error, status, "the JSON text %s at byte %lld (%s): %s",
         status == ANNOPROJ_LIMIT ? "is beyond a limit" : "is broken", byte, pointer[0] ? pointer : "top", reason);
    fail_detail(error, "byte", "%lld", byte);
    fail_detail(error, "pointer", "%s", pointer);
    return status;
}

static annoproj_status out_of_memory(json_scan *scan, annoproj_error **error) {
    scan->failure = ANNOPROJ_NO_MEMORY;
    return fail_memory(error);
}

/* What stood there instead of what should: the end or an unexpected character. */
static annoproj_status unexpected(json_scan *scan, const char *at, const char *wanted, annoproj_error **error) {
    char reason[160], found[24] = "the end";
    unsigned char byte = at < scan->end ? (unsigned char)*at : 0;
    if (at < scan->end) {
        bool shown = byte > 0x20 && byte < 0x7F;
        snprintf(found, sizeof found, shown ? "'%c'" : "byte 0x%02X", byte);
    }
    snprintf(reason, sizeof reason, "%s was expected, not %s", wanted, found);
    return refuse(scan, ANNOPROJ_DATA, at, reason, error);
}

/* ---- the window ---- */

/* Brings more of the input into the window, keeping what is not read yet (and a slice). */
__attribute__((noinline)) static annoproj_status fill(json_scan *scan, annoproj_error **error) {
    size_t first = (size_t)(scan->at - scan->start);
    if (scan->keeping) {
        first = (size_t)(scan->keep_offset - scan->start_offset);
    }
    size_t kept = (size_t)(scan->end - scan->start) - first, unread = (size_t)(scan->end - scan->at);
    memmove(scan->buffer, scan->start + first, kept);
    if (kept == scan->capacity) {
        if (scan->capacity >= LARGEST_WINDOW) {
            return refuse(scan, ANNOPROJ_LIMIT, scan->at, "one value is larger than 64 MiB", error);
        }
        char *grown = reallocate(scan->buffer, scan->capacity * 2);
        if (!grown) {
            scan->start = scan->at = scan->end = scan->buffer;
            return out_of_memory(scan, error);
        }
        scan->buffer = grown;
        scan->capacity *= 2;
    }
    scan->start_offset += (int64_t)first;
    scan->start = scan->buffer;
    scan->end = scan->buffer + kept;
    scan->at = scan->end - unread;
    /* until the window is full: a source that gives little at a time must not make us start over often */
    while ((size_t)(scan->end - scan->start) < scan->capacity && !scan->at_eof) {
        size_t length = 0, room = scan->capacity - (size_t)(scan->end - scan->start);
        annoproj_status status = scan->read(scan->source, scan->buffer + (scan->end - scan->start), room, &length,
                                            error);
        if (status != ANNOPROJ_OK) {
            scan->failure = status;
            return status;
        }
        if (length > room) {
            scan->failure = ANNOPROJ_CALLBACK;
            return fail(error, ANNOPROJ_CALLBACK,
                        "the read function says it read %zu bytes, more than the %zu asked for", length, room);
        }
        scan->at_eof = length == 0;
        scan->end += length;
    }
    return ANNOPROJ_OK;
}

/* Skips white space; at the end of the input `at` is `end`. */
static annoproj_status skip_space(json_scan *scan, annoproj_error **error) {
    for (;;) {
        const char *at = scan->at, *end = scan->end;
        while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) {
            at++;
        }
        scan->at = at;
        if (at < end || scan->at_eof) {
            return ANNOPROJ_OK;
        }
        annoproj_status status = fill(scan, error);
        if (status != ANNOPROJ_OK) {
            return status;
        }
    }
}

/* ---- tokens: scan->at is at the first byte; on OK the token is filled in and scan->at behind it ---- */

/* What json_lex.c says of the token; its text is the lexeme without `quotes` bytes at both ends. */
static annoproj_status take(json_scan *scan, annoproj_status lexed, const json_lexeme *lexeme, size_t quotes,
                            json_token *token, annoproj_error **error) {
    if (lexed != ANNOPROJ_OK) {
        return lexed == JSON_LEX_MORE ? lexed : refuse(scan, lexed, lexeme->after, lexeme->message, error);
    }
    token->start = scan->at + quotes;
    token->length = (size_t)(lexeme->after - scan->at) - 2 * quotes;
    token->escaped = lexeme->escaped;
    scan->at = lexeme->after;
    return ANNOPROJ_OK;
}

static annoproj_status read_word(json_scan *scan, const char *word, json_kind kind, json_token *token,
                                 annoproj_error **error) {
    json_lexeme lexeme = {0};
    token->kind = kind;
    return take(scan, json_lex_word(scan->at, scan->end, scan->at_eof, word, &lexeme), &lexeme, 0, token, error);
}

static annoproj_status read_number(json_scan *scan, json_token *token, annoproj_error **error) {
    json_lexeme lexeme = {0};
    token->kind = JSON_NUMBER;
    const size_t limit = scan->limits.number_length;
    return take(scan, json_lex_number(scan->at, scan->end, scan->at_eof, limit, &lexeme), &lexeme, 0, token, error);
}

static annoproj_status read_string(json_scan *scan, size_t limit, json_token *token, annoproj_error **error) {
    json_lexeme lexeme = {0};
    return take(scan, json_lex_string(scan->at, scan->end, scan->at_eof, limit, &lexeme), &lexeme, 1, token, error);
}

/* A key that the object before did not have at this place. */
static annoproj_status read_new_key(json_scan *scan, json_token *token, annoproj_error **error) {
    const char *quote = scan->at;
    annoproj_status status = read_string(scan, scan->limits.key_length, token, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    size_t length = token->length;
    char *room = json_keys_room(&scan->keys, length + 1);
    if (!room) {
        return out_of_memory(scan, error);
    }
    if (token->escaped) {
        length = json_unescape(token, room);
    } else {
        memcpy(room, token->start, length);
    }
    switch (json_keys_add(&scan->keys, length, token->escaped)) {
    case JSON_KEYS_OK: return ANNOPROJ_OK;
    case JSON_KEYS_DUPLICATE: return refuse(scan, ANNOPROJ_DATA, quote, "the object has this key already", error);
    case JSON_KEYS_TOO_MANY:
        return refuse(scan, ANNOPROJ_LIMIT, quote, "the object has more than 1,000,000 keys", error);
    default: return out_of_memory(scan, error);
    }
}

static annoproj_status read_key(json_scan *scan, json_token *token, annoproj_error **error) {
    token->kind = JSON_KEY;
    if (json_keys_again(&scan->keys, scan->at + 1, scan->end, &token->length)) {
        token->start = scan->at + 1;
        scan->at += token->length + 2;
    } else {
        annoproj_status status = read_new_key(scan, token, error);
        if (status != ANNOPROJ_OK) {
            return status;
        }
    }
    if (scan->at < scan->end && *scan->at == ':') {
        scan->at++;
        scan->expecting = EXPECT_VALUE;
    } else {
        scan->expecting = EXPECT_COLON;
    }
    return ANNOPROJ_OK;
}

static annoproj_status open_container(json_scan *scan, bool is_object, json_token *token, annoproj_error **error) {
    if (scan->keys.frame_count == (size_t)scan->limits.depth) {
        return refuse(scan, ANNOPROJ_LIMIT, scan->at, "objects and arrays are nested too deep", error);
    }
    if (!json_keys_open(&scan->keys, is_object)) {
        return out_of_memory(scan, error);
    }
    token->kind = is_object ? JSON_OBJECT : JSON_ARRAY;
    token->start = scan->at++;
    token->length = 1;
    scan->expecting = is_object ? EXPECT_FIRST_KEY : EXPECT_FIRST_ELEMENT;
    return ANNOPROJ_OK;
}

static void after_value(json_scan *scan) {
    scan->expecting = scan->keys.frame_count ? EXPECT_COMMA_OR_END : EXPECT_NOTHING;
}

static annoproj_status close_container(json_scan *scan, json_token *token) {
    bool is_object = scan->keys.frames[scan->keys.frame_count - 1].is_object;
    json_keys_close(&scan->keys);
    token->kind = is_object ? JSON_OBJECT_END : JSON_ARRAY_END;
    token->start = scan->at++;
    token->length = 1;
    token->depth = (int32_t)scan->keys.frame_count;
    after_value(scan);
    return ANNOPROJ_OK;
}

static annoproj_status read_value(json_scan *scan, json_token *token, annoproj_error **error) {
    annoproj_status status;
    switch (*scan->at) {
    case '{': return open_container(scan, true, token, error);
    case '[': return open_container(scan, false, token, error);
    case '"':
        token->kind = JSON_STRING;
        status = read_string(scan, scan->limits.string_length, token, error);
        break;
    case 't': status = read_word(scan, "true", JSON_TRUE, token, error); break;
    case 'f': status = read_word(scan, "false", JSON_FALSE, token, error); break;
    case 'n': status = read_word(scan, "null", JSON_NULL, token, error); break;
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9': status = read_number(scan, token, error); break;
    default: return unexpected(scan, scan->at, "a value", error);
    }
    if (status == ANNOPROJ_OK) {
        after_value(scan);
    }
    return status;
}

/* ---- the state machine ---- */

static void next_element(json_scan *scan) {
    json_frame *frame = &scan->keys.frames[scan->keys.frame_count - 1];
    if (!frame->is_object) {
        frame->index++;
    }
}

/* Reads white space, colons and commas until a token or the end of a container comes. */
static annoproj_status find_token(json_scan *scan, annoproj_error **error) {
    for (;;) {
        /* mostly there is no white space or one blank */
        scan->at += scan->at < scan->end && *scan->at == ' ';
        if (scan->at == scan->end || (unsigned char)*scan->at <= ' ') {
            annoproj_status status = skip_space(scan, error);
            if (status != ANNOPROJ_OK) {
                return status;
            }
        }
        char byte = scan->at < scan->end ? *scan->at : 0;
        if (scan->expecting == EXPECT_COLON) {
            if (byte != ':') {
                return unexpected(scan, scan->at, "a colon", error);
            }
            scan->at++;
            scan->expecting = EXPECT_VALUE;
        } else if (scan->expecting == EXPECT_COMMA_OR_END && byte == ',') {
            scan->at++;
            bool is_object = scan->keys.frames[scan->keys.frame_count - 1].is_object;
            scan->expecting = is_object ? EXPECT_KEY : EXPECT_VALUE;
            next_element(scan);
        } else {
            return ANNOPROJ_OK;
        }
    }
}

/* The token that find_token() found. */
static annoproj_status read_token(json_scan *scan, json_token *token, annoproj_error **error) {
    char byte = scan->at < scan->end ? *scan->at : 0;
    switch (scan->expecting) {
    case EXPECT_FIRST_ELEMENT:
        if (byte == ']') {
            return close_container(scan, token);
        }
        break;
    case EXPECT_FIRST_KEY:
    case EXPECT_KEY:
        if (byte == '"') {
            return read_key(scan, token, error);
        }
        if (byte == '}' && scan->expecting == EXPECT_FIRST_KEY) {
            return close_container(scan, token);
        }
        return unexpected(scan, scan->at, scan->expecting == EXPECT_KEY ? "a key" : "a key or }", error);
    case EXPECT_COMMA_OR_END: {
        bool is_object = scan->keys.frames[scan->keys.frame_count - 1].is_object;
        if (byte == (is_object ? '}' : ']')) {
            return close_container(scan, token);
        }
        return unexpected(scan, scan->at, is_object ? "a comma or }" : "a comma or ]", error);
    }
    case EXPECT_NOTHING:
        if (scan->at < scan->end) {
            return unexpected(scan, scan->at, "nothing more", error);
        }
        token->kind = JSON_END;
        token->start = scan->at;
        return ANNOPROJ_OK;
    default: break;
    }
    if (scan->at == scan->end) {
        return unexpected(scan, scan->at, "a value", error);
    }
    if (scan->expecting == EXPECT_FIRST_ELEMENT) {
        next_element(scan);
        scan->expecting = EXPECT_VALUE;
    }
    return read_value(scan, token, error);
}

annoproj_status json_next(json_scan *scan, json_token *token, annoproj_error **error) {
    *token = (json_token){JSON_END, NULL, 0, false, 0, 0};
    if (scan->failure != ANNOPROJ_OK) {
        return fail(error, scan->failure, "the JSON text was refused before: start over with a corrected one");
    }
    annoproj_status status = find_token(scan, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    token->offset = json_offset(scan);
    token->depth = (int32_t)scan->keys.frame_count;
    while ((status = read_token(scan, token, error)) == JSON_LEX_MORE) {
        status = fill(scan, error);
        if (status != ANNOPROJ_OK) {
            break;
        }
    }
    if (status != ANNOPROJ_OK) {
        memset(token, 0, sizeof *token);
    }
    return status;
}

/* ---- whole values ---- */

/* Whether numbers of an array may come; *first = no element has been read. */
static bool before_numbers(const json_scan *scan, bool *first) {
    const json_frame *frame = scan->keys.frame_count ? &scan->keys.frames[scan->keys.frame_count - 1] : NULL;
    *first = scan->expecting == EXPECT_FIRST_ELEMENT;
    return scan->failure == ANNOPROJ_OK && frame && !frame->is_object &&
           scan->limits.number_length >= NUMBER_RUN_LONGEST && (*first || scan->expecting == EXPECT_COMMA_OR_END);
}

static size_t behind_numbers(json_scan *scan, const char *at, size_t count) {
    if (count > 0) {
        scan->at = at;
        scan->keys.frames[scan->keys.frame_count - 1].index += (int64_t)count;
        scan->expecting = EXPECT_COMMA_OR_END;
    }
    return count;
}

size_t json_numbers(json_scan *scan, bool whole, decimal *out, size_t capacity) {
    bool first;
    size_t count = 0;
    if (!before_numbers(scan, &first)) {
        return 0;
    }
    const char *after = number_run(scan->at, scan->end, first, whole, out, capacity, &count);
    return behind_numbers(scan, after, count);
}

size_t json_pass_numbers(json_scan *scan) {
    bool first;
    size_t count = 0;
    if (!before_numbers(scan, &first)) {
        return 0;
    }
    const char *after = number_run_pass(scan->at, scan->end, first, &count);
    return behind_numbers(scan, after, count);
}

/* Reads tokens until the value that comes next is complete. */
static annoproj_status pass_value(json_scan *scan, annoproj_error **error) {
    size_t depth = scan->keys.frame_count;
    json_token token;
    do {
        annoproj_status status = json_next(scan, &token, error);
        if (status != ANNOPROJ_OK) {
            return status;
        }
        if ((token.kind == JSON_ARRAY || token.kind == JSON_NUMBER) && scan->keys.frame_count > depth) {
            json_pass_numbers(scan);
        }
        scan->keeping = scan->keeping && (size_t)(json_offset(scan) - scan->keep_offset) <= scan->keep_most;
    } while (scan->keys.frame_count > depth);
    return ANNOPROJ_OK;
}

annoproj_status json_pass_rest(json_scan *scan, int32_t depth, annoproj_error **error) {
    json_token token;
    while (scan->keys.frame_count > (size_t)depth) {
        annoproj_status status = json_next(scan, &token, error);
        if (status != ANNOPROJ_OK) {
            return status;
        }
    }
    const size_t open = scan->keys.frame_count;
    const bool in_object = open > 0 && open == (size_t)depth && scan->keys.frames[open - 1].is_object;
    const bool behind_key = scan->expecting == EXPECT_COLON || (in_object && scan->expecting == EXPECT_VALUE);
    return behind_key ? pass_value(scan, error) : ANNOPROJ_OK;
}

/* Goes to the first byte of the next value. NONE when the array ends instead. */
static annoproj_status find_value(json_scan *scan, annoproj_error **error) {
    if (scan->failure != ANNOPROJ_OK) {
        return fail(error, scan->failure, "the JSON text was refused before: start over with a corrected one");
    }
    annoproj_status status = find_token(scan, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    if (scan->expecting == EXPECT_VALUE) {
        return ANNOPROJ_OK;
    }
    bool in_array = scan->keys.frame_count && !scan->keys.frames[scan->keys.frame_count - 1].is_object;
    bool ends = scan->at < scan->end && *scan->at == ']';
    if (scan->expecting == EXPECT_FIRST_ELEMENT) {
        return ends ? ANNOPROJ_NONE : ANNOPROJ_OK;
    }
    if (in_array && scan->expecting == EXPECT_COMMA_OR_END) {
        return ends ? ANNOPROJ_NONE : unexpected(scan, scan->at, "a comma or ]", error);
    }
    return fail(error, ANNOPROJ_INTERNAL, "a JSON value was asked for where none can stand");
}

annoproj_status json_slice_most(json_scan *scan, size_t most, const char **start, size_t *length,
                                annoproj_error **error) {
    annoproj_status status = find_value(scan, error);
    if (status == ANNOPROJ_OK) {
        scan->keeping = true;
        scan->keep_offset = json_offset(scan);
        scan->keep_most = most;
        status = pass_value(scan, error);
    }
    const bool kept = scan->keeping && status == ANNOPROJ_OK;
    scan->keeping = false;
    *start = kept ? scan->start + (scan->keep_offset - scan->start_offset) : NULL;
    *length = kept ? (size_t)(scan->at - *start) : 0;
    return status;
}

annoproj_status json_slice(json_scan *scan, const char **start, size_t *length, int64_t *offset,
                           annoproj_error **error) {
    annoproj_status status = json_slice_most(scan, SIZE_MAX, start, length, error);
    if (offset) {
        *offset = *start ? scan->keep_offset : 0;
    }
    return status;
}

annoproj_status json_skip(json_scan *scan, annoproj_error **error) {
    annoproj_status status = find_value(scan, error);
    return status == ANNOPROJ_OK ? pass_value(scan, error) : status;
}
