/* What every test program may use: cmocka with what it needs before it, a scratch folder that goes away
 * with the process, statuses whose failure prints the library's message, and seeded random numbers. */
#ifndef SUPPORT_H
#define SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <cmocka.h>

#include "annoproj.h"

/* cmocka's fail() would hide the library's; fail_msg() stays. */
#undef fail
#undef fail_msg
#define fail_msg(...)                                                                                                  \
    do {                                                                                                               \
        print_error(__VA_ARGS__);                                                                                      \
        print_error("\n");                                                                                             \
        _fail(__FILE__, __LINE__);                                                                                     \
    } while (0)

/* Ends the test unless `expression` gives `expected`; prints the error's message and frees the error. */
#define assert_status(expected, expression, error)                                                                     \
    expect_status((expected), (expression), &(error), #expression, __FILE__, __LINE__)
#define assert_ok(expression, error) assert_status(ANNOPROJ_OK, expression, error)
void expect_status(annoproj_status expected, annoproj_status actual, annoproj_error **error, const char *expression,
                   const char *file, int line);

/* A folder of this process, made at the first call and removed at exit by the process that made it. */
const char *scratch_folder(void);

/* Before the first use: the folder is to be in memory, where the system has a place for that, because nothing in the test
 * depends on the disk. */
void scratch_in_memory(void);

/* "<scratch folder>/<name>", from malloc: the caller frees it. */
char *scratch_path(const char *name);

/* Bytes of a whole file with a NUL behind them, from malloc; fails the test when it cannot be read. */
char *read_whole_file(const char *path, size_t *length);
void write_whole_file(const char *path, const void *bytes, size_t length);

/* Random numbers from TEST_SEED, or from the clock; the first call prints the seed. */
uint64_t random_next(void);
uint64_t random_below(uint64_t bound); /* 0 <= result < bound */

#endif
