/* Errors travel in the call. Every internal function that can fail returns a status and takes
 * `annoproj_error **error` last (nullable); fail() replaces what an earlier failure left there. */
#ifndef FAILURE_H
#define FAILURE_H

#include "contract.h"

/* Builds the error object and returns `status`, so that callers can `return fail(...)`.
 * The message is one line, names the value and the place, and says what to do. User text goes
 * through quoted(): at most 64 characters of it. */
annoproj_status fail(annoproj_error **error, annoproj_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
annoproj_status fail_sqlite(annoproj_error **error, annoproj_status status, int extended_code, const char *message);

#ifdef __clang_analyzer__
/* Analyzers do not look into failure.c: told that a failure is never OK, they do not follow what would come after one. */
static inline annoproj_status never_ok(annoproj_status status) {
    if (status == ANNOPROJ_OK) {
        __builtin_unreachable();
    }
    return status;
}
#define fail(...) never_ok(fail(__VA_ARGS__))
#endif

/* NO_MEMORY; allocates nothing. Inline, so that compilers and analyzers see that it is never OK. */
void put_no_memory(annoproj_error **error);
static inline annoproj_status fail_memory(annoproj_error **error) {
    put_no_memory(error);
    return ANNOPROJ_NO_MEMORY;
}

/* Adds a key and value to the error that fail() just made ("task", "pointer", "byte", ...). */
void fail_detail(annoproj_error **error, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts the place before the message that fail() just made: "client metadata of data unit 7: an object was expected". */
void fail_place(annoproj_error **error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* User text for a message: at most 64 characters, control characters replaced, quotes around it. */
struct quoted {
    char text[64 * 4 + 8];
};
const char *quoted(struct quoted *buffer, const char *text, size_t length);
#define QUOTED(text) quoted(&(struct quoted){{0}}, (text), (size_t)-1) /* NUL-terminated text */

void clear_error(annoproj_error **error); /* on entry of a public function: *error = NULL, nothing freed */
/* The same for one that hands something out: the caller's place for it is zeroed. Without a place false, and the error
 * (INVALID) is made. */
bool result_place(void *place, size_t size, const char *name, annoproj_error **error);
void drop_error(annoproj_error **error); /* frees what fail() left and sets NULL */

#endif
