/* Error objects: made by fail(), read and freed by the caller. When there is no memory for one, a
 * constant object of the same status stands in, so that status and error never disagree. */
#include "failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "allocate.h"

#define MESSAGE_SIZE 1024
#define MOST_DETAILS ((size_t)128) /* an import lists 100 faults and says how many there are */
#define DETAIL_SIZE  512

struct detail {
    char *key, *value;
};

struct annoproj_error {
    annoproj_status status;
    bool constant; /* one of the objects below: never changed, never freed */
    const char *message;
    size_t detail_count, detail_capacity;
    struct detail *details;
};

#define STATUS_COUNT 24 /* 1 down to -22 */

static const char *const status_names[STATUS_COUNT] = {
    "NONE",    "OK",      "INVALID",   "NOT_FOUND",   "EXISTS",    "PERMISSION",     "CONFLICT", "STATE",
    "LIMIT",   "DATA",    "BUSY",      "TIMEOUT",     "CANCELLED", "READONLY",       "IO",       "FULL",
    "CORRUPT", "TOO_NEW", "NO_MEMORY", "UNSUPPORTED", "FORKED",    "COMMIT_UNKNOWN", "CALLBACK", "INTERNAL",
};

#define UNDESCRIBED(value)                                                                                             \
    { (value), true, "there was no memory left to describe this failure", 0, 0, NULL }

/* Indexed like the names: entry i is status 1 - i. */
static annoproj_error constants[STATUS_COUNT] = {
    UNDESCRIBED(1),
    UNDESCRIBED(0),
    UNDESCRIBED(-1),
    UNDESCRIBED(-2),
    UNDESCRIBED(-3),
    UNDESCRIBED(-4),
    UNDESCRIBED(-5),
    UNDESCRIBED(-6),
    UNDESCRIBED(-7),
    UNDESCRIBED(-8),
    UNDESCRIBED(-9),
    UNDESCRIBED(-10),
    UNDESCRIBED(-11),
    UNDESCRIBED(-12),
    UNDESCRIBED(-13),
    UNDESCRIBED(-14),
    UNDESCRIBED(-15),
    UNDESCRIBED(-16),
    {ANNOPROJ_NO_MEMORY, true, "out of memory: free some and try again", 0, 0, NULL},
    UNDESCRIBED(-18),
    UNDESCRIBED(-19),
    UNDESCRIBED(-20),
    UNDESCRIBED(-21),
    UNDESCRIBED(-22),
};

static int status_index(annoproj_status status) {
    return status <= 1 && status > 1 - STATUS_COUNT ? 1 - status : -1;
}

const char *annoproj_status_name(annoproj_status status) {
    int index = status_index(status);
    return index < 0 ? "UNKNOWN" : status_names[index];
}

static annoproj_error *constant_error(annoproj_status status) {
    int index = status_index(status);
    return &constants[index < 0 ? status_index(ANNOPROJ_INTERNAL) : index];
}

void clear_error(annoproj_error **error) {
    if (error) {
        *error = NULL;
    }
}

bool result_place(void *place, size_t size, const char *name, annoproj_error **error) {
    clear_error(error);
    if (!place) {
        fail(error, ANNOPROJ_INVALID, "`%s` is NULL: give a place for the result", name);
        return false;
    }
    memset(place, 0, size);
    return true;
}

void drop_error(annoproj_error **error) {
    if (error) {
        annoproj_error_free(*error);
        *error = NULL;
    }
}

/* Length of the text without a UTF-8 sequence that the end of the buffer cut in two. */
static size_t whole_characters(const char *text, size_t length) {
    size_t start = length;
    while (start > 0 && length - start < 3 && ((unsigned char)text[start - 1] & 0xC0) == 0x80) {
        start--;
    }
    if (start == 0) {
        return length;
    }
    unsigned char lead = (unsigned char)text[start - 1];
    size_t needed = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    return length - (start - 1) < needed ? start - 1 : length;
}

/* printf into a new text of at most `size` - 1 bytes, on one line. NULL when out of memory. */
__attribute__((format(printf, 2, 0))) static char *print_line(size_t size, const char *format, va_list arguments) {
    char line[MESSAGE_SIZE];
    /* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): every caller has started them */
    int printed = vsnprintf(line, size, format, arguments);
    size_t length = printed < 0 ? 0 : (size_t)printed;
    if (length >= size) {
        length = whole_characters(line, size - 1);
    }
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7F) {
            line[i] = ' ';
        }
    }
    char *copy = allocate(length + 1);
    if (copy) {
        memcpy(copy, line, length);
        copy[length] = 0;
    }
    return copy;
}

/* In brackets, since fail is a macro too while an analyzer reads. */
annoproj_status(fail)(annoproj_error **error, annoproj_status status, const char *format, ...) {
    if (!error) {
        return status;
    }
    drop_error(error);
    annoproj_error *made = allocate_zeroed(1, sizeof *made);
    char *message = NULL;
    if (made) {
        va_list arguments;
        va_start(arguments, format);
        message = print_line(MESSAGE_SIZE, format, arguments);
        va_end(arguments);
    }
    if (!message) {
        release(made);
        *error = constant_error(status);
        return status;
    }
    made->status = status;
    made->message = message;
    *error = made;
    return status;
}

void put_no_memory(annoproj_error **error) {
    if (error) {
        drop_error(error);
        *error = constant_error(ANNOPROJ_NO_MEMORY);
    }
}

annoproj_status fail_sqlite(annoproj_error **error, annoproj_status status, int extended_code, const char *message) {
    if (status == ANNOPROJ_NO_MEMORY) {
        return fail_memory(error);
    }
    fail(error, status, "%s (SQLite error %d)", message ? message : "the database reported a failure", extended_code);
    fail_detail(error, "sqlite_code", "%d", extended_code);
    return status;
}

static bool room_for_detail(annoproj_error *error) {
    if (error->detail_count < error->detail_capacity) {
        return true;
    }
    size_t capacity = error->detail_capacity ? error->detail_capacity * 2 : 4;
    struct detail *grown = capacity > MOST_DETAILS ? NULL : reallocate(error->details, capacity * sizeof *grown);
    if (!grown) {
        return false;
    }
    error->details = grown;
    error->detail_capacity = capacity;
    return true;
}

void fail_detail(annoproj_error **error, const char *key, const char *format, ...) {
    if (!error || !*error || (*error)->constant || !room_for_detail(*error)) {
        return;
    }
    struct detail detail;
    va_list arguments;
    va_start(arguments, format);
    detail.value = print_line(DETAIL_SIZE, format, arguments);
    va_end(arguments);
    detail.key = duplicate_text(key);
    if (!detail.key || !detail.value) {
        release(detail.key);
        release(detail.value);
        return;
    }
    (*error)->details[(*error)->detail_count++] = detail;
}

void fail_place(annoproj_error **error, const char *format, ...) {
    if (!error || !*error || (*error)->constant) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    char *place = print_line(MESSAGE_SIZE, format, arguments);
    va_end(arguments);
    const size_t size = place ? strlen(place) + strlen((*error)->message) + 3 : 0;
    char *message = place ? allocate(size) : NULL;
    if (message) {
        snprintf(message, size, "%s: %s", place, (*error)->message);
        release((void *)(uintptr_t)(*error)->message);
        (*error)->message = message;
    }
    release(place);
}

/* ---- what the caller sees ---- */

annoproj_status annoproj_error_status(const annoproj_error *error) {
    return error ? error->status : ANNOPROJ_OK;
}

const char *annoproj_error_message(const annoproj_error *error) {
    return error ? error->message : "";
}

size_t annoproj_error_detail_count(const annoproj_error *error) {
    return error ? error->detail_count : 0;
}

const char *annoproj_error_detail_key(const annoproj_error *error, size_t index) {
    return error && index < error->detail_count ? error->details[index].key : "";
}

const char *annoproj_error_detail_value(const annoproj_error *error, size_t index) {
    return error && index < error->detail_count ? error->details[index].value : "";
}

void annoproj_error_free(annoproj_error *error) {
    if (!error || error->constant) {
        return;
    }
    for (size_t i = 0; i < error->detail_count; i++) {
        release(error->details[i].key);
        release(error->details[i].value);
    }
    release(error->details);
    release((void *)(uintptr_t)error->message);
    release(error);
}
