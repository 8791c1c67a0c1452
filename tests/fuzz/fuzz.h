/* What a fuzz target is: one function that takes any bytes, and says how often the replay of its corpus changes them at random.
 * With clang's fuzzer (`make fuzz`) it is driven by coverage; in the unit tests by replay.c, with any compiler. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);
extern const unsigned fuzz_rounds;

/* What must hold for every input. */
#define require(condition)                                                                                             \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                    \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* A call may be refused, but not for a reason that is the library's own fault. Frees the error. */
#define require_no_fault(status, error)                                                                                \
    do {                                                                                                               \
        require((status) == ANNOPROJ_OK || *annoproj_error_message(error));                                            \
        require((status) != ANNOPROJ_INTERNAL && (status) != ANNOPROJ_NO_MEMORY && (status) != ANNOPROJ_CORRUPT);      \
        annoproj_error_free(error);                                                                                    \
        (error) = NULL;                                                                                                \
    } while (0)

#endif
