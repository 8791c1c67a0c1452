/* COCO's compressed run lengths: 5 bits in a character, differences from the last but one run. */
#ifndef RUN_LENGTHS_H
#define RUN_LENGTHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

/* A cursor; zero it but for at and end. */
typedef struct run_text {
    const char *at, *end;
    int64_t last[2]; /* the last but one run, the last */
    size_t count;
    bool failed;
} run_text;

/* The next run; false at the end or when the text is no encoding (failed). */
bool run_text_next(run_text *from, int64_t *run);

/* A writer; zero it but for out. Adjacent runs must alternate. */
typedef struct run_writer {
    text *out;
    int64_t last[2];
    size_t count;
} run_writer;
void run_writer_add(run_writer *writer, int64_t run);

/* The same mask read row by row instead of column by column: calls back with each run, beginning with zeros. False when
 * out of memory. */
typedef void (*run_fn)(void *data, int64_t run);
bool runs_transpose(const int64_t *runs, size_t count, int64_t width, int64_t height, run_fn found, void *data);

#endif
