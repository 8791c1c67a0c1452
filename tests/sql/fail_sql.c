/* The SQL extension in a program whose memory fails: one allocation of each question, SQLite's or the extension's own, as many in turn as
 * there is time for. The question ends with NOMEM, or with its rows when it can do without; then the same connection answers it, and
 * nothing is left behind.
 *
 *     fail_sql EXTENSION STORE POINTS [SEED]     POINTS of each question, and of loading; 0 = all of them */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "host_support.h"

/* --- memory ------------------------------------------------------------------------------------------------------- */

/* Whoever allocates in this process comes by here; what is behind is the sanitizer's where there is one, else the C library's. */
#define BEHIND(type, name, parameters)                                                                                 \
    extern type __interceptor_##name parameters __attribute__((weak));                                                 \
    extern type __libc_##name parameters
BEHIND(void *, malloc, (size_t));
BEHIND(void *, calloc, (size_t, size_t));
BEHIND(void *, realloc, (void *, size_t));
BEHIND(void, free, (void *));
#define REAL(name) (__interceptor_##name ? __interceptor_##name : __libc_##name)

#define FOR_ALL __attribute__((visibility("default")))

static int64_t seen, fail_at,
    alive; /* allocations while watching; the one that fails, 0 = none; blocks that are there */
static bool watching;

static bool fails(void) {
    return watching && ++seen == fail_at;
}

static void *counted(void *memory) {
    alive += memory != NULL;
    return memory;
}

FOR_ALL void *malloc(size_t size) {
    return fails() ? NULL : counted(REAL(malloc)(size));
}

FOR_ALL void *calloc(size_t count, size_t size) {
    return fails() ? NULL : counted(REAL(calloc)(count, size));
}

FOR_ALL void *realloc(void *memory, size_t size) {
    if (fails()) {
        return NULL;
    }
    void *moved = REAL(realloc)(memory, size);
    alive += memory == NULL && moved != NULL;
    return moved;
}

FOR_ALL void free(void *memory) {
    alive -= memory != NULL;
    REAL(free)(memory);
}

/* What the loader keeps of what it loaded is nobody's leak: the sanitizer would know, had it not come by here. */
FOR_ALL const char *__lsan_default_suppressions(void);
FOR_ALL const char *__lsan_default_options(void);

const char *__lsan_default_suppressions(void) {
    return "leak:ld-linux";
}

const char *__lsan_default_options(void) {
    return "print_suppressions=0";
}

static void watch(int64_t point) {
    seen = 0;
    fail_at = point;
    watching = true;
}

static bool unwatch(void) {
    watching = false;
    return fail_at > 0 && seen >= fail_at;
}

/* --- asking ------------------------------------------------------------------------------------------------------- */

static uint64_t state;

static int64_t draw(int64_t below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (int64_t)(state % (uint64_t)below);
}

static bool is_no_memory(int code) {
    return (code & 0xff) == SQLITE_NOMEM || code == SQLITE_IOERR_NOMEM;
}

/* Loading, opening and closing. */
static int load(const char *path, const char *extension) {
    sqlite3 *store = NULL;
    int code = open_store(path, extension, &store);
    return store != NULL && sqlite3_close(store) != SQLITE_OK ? SQLITE_MISUSE : code;
}

/* The point to fail in the i-th try of so many: each of them, or some at random. */
static int64_t point_of(int64_t try, int64_t tries, int64_t all) {
    return tries >= all ? try + 1 : 1 + draw(all > 0 ? all : 1);
}

static int64_t fail_loading(const char *path, const char *extension, int64_t points) {
    int64_t failed = 0;
    watch(0);
    if (load(path, extension) != SQLITE_OK) {
        give_up("cannot load", extension);
    }
    (void)unwatch();
    const int64_t all = seen, tries = points == 0 || points > all ? all : points;
    for (int64_t i = 0; i < tries; i++) {
        watch(point_of(i, tries, all));
        const int code = load(path, extension); /* whose message could not be made is an error without one */
        failed += unwatch();
        if (code != SQLITE_OK && !is_no_memory(code) && code != SQLITE_ERROR) {
            give_up("loading without memory", sqlite3_errstr(code));
        }
    }
    if (load(path, extension) != SQLITE_OK) {
        give_up("cannot load any more", extension);
    }
    return failed;
}

static sqlite3 *open_sound(const char *path, const char *extension) {
    sqlite3 *store = NULL;
    if (open_store(path, extension, &store) != SQLITE_OK) {
        give_up("cannot open", path);
    }
    return store;
}

/* Rows and allocations of a question whose memory does not fail. */
static int64_t ask(sqlite3 *store, const char *question, int64_t *allocations) {
    int64_t rows = 0;
    watch(0);
    if (read_all(store, question, &rows) != SQLITE_DONE) {
        give_up(question, sqlite3_errmsg(store));
    }
    (void)unwatch();
    *allocations = seen;
    return rows;
}

/* One try, on a connection that is asked for the first time, or was asked before. */
static bool fail_once(sqlite3 *store, const char *question, int64_t point, int64_t expected) {
    int64_t rows = 0, all = 0;
    watch(point);
    const int code = read_all(store, question, &rows);
    const bool failed = unwatch();
    if (code == SQLITE_DONE ? rows != expected : !is_no_memory(code)) {
        fprintf(stderr, "allocation %" PRId64 ": code %d, %" PRId64 " rows\n", point, code, rows);
        give_up(question, sqlite3_errmsg(store));
    }
    if (ask(store, question, &all) != expected) {
        fprintf(stderr, "after allocation %" PRId64 "\n", point);
        give_up(question, "other rows");
    }
    return failed;
}

static int64_t fail_question(const char *path, const char *extension, const char *question, int64_t points) {
    int64_t failed = 0, first = 0, later = 0, all = 0;
    sqlite3 *store = open_sound(path, extension);
    const int64_t expected = ask(store, question, &first);
    (void)ask(store, question, &later);
    sqlite3_close(store);
    const int64_t before = alive, most = first > later ? first : later;
    const int64_t tries = points == 0 || points > most ? most : points;
    for (int64_t i = 0; i < 2 * tries; i++) {
        const bool warm = i >= tries;
        store = open_sound(path, extension);
        if (warm) {
            (void)ask(store, question, &all);
        }
        failed += fail_once(store, question, point_of(i % tries, tries, warm ? later : first), expected);
        if (sqlite3_close(store) != SQLITE_OK) {
            give_up("cannot close", question);
        }
        if (alive != before) {
            fprintf(stderr, "%" PRId64 " blocks more than before\n", alive - before);
            give_up("something is left behind", question);
        }
    }
    return failed;
}

int main(int count, char **arguments) {
    if (count < 4) {
        give_up("usage", "fail_sql EXTENSION STORE POINTS [SEED]");
    }
    const char *extension = arguments[1], *path = arguments[2];
    const int64_t points = atoll(arguments[3]);
    const uint64_t seed = count > 4 ? strtoull(arguments[4], NULL, 10) : 0;
    state = seed != 0 ? seed : (uint64_t)time(NULL) * 2654435761u + (uint64_t)getpid();
    printf("fail_sql: seed %" PRIu64 "\n", state);
    fflush(stdout);
    int64_t failed = fail_loading(path, extension, points);
    for (size_t i = 0; i < question_count; i++) {
        failed += fail_question(path, extension, questions[i], points);
    }
    printf("fail_sql: %" PRId64 " allocations failed, of loading and of %zu questions\n", failed, question_count);
    return failed > 0 ? 0 : 1;
}
