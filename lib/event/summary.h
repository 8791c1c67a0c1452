/* Summaries: sums over all events so far, by a few small sets of columns, so that lifetime figures without other
 * filters read the last segment's summary and the tail. Each segment stores the sums up to and with itself. */
#ifndef SUMMARY_H
#define SUMMARY_H

#include "event.h"
#include "varint.h"

typedef enum summary_cube {      /* numbered for ever; by kind and ... */
    CUBE_STAGE = 1,              /* stage */
    CUBE_CLASS = 2,              /* class, answer */
    CUBE_ACTOR = 3,              /* stage, actor: kinds that reports count for users */
    CUBE_CREDITED = 4,           /* stage, credited: the same kinds */
    CUBE_SELF = 5                /* stage, actor: those of them whose actor is the credited user */
} summary_cube;

typedef struct summary_cell {
    int32_t cube, kind;
    int64_t first, second;       /* stage or class; answer or user; 0 when the cube has none */
    int64_t count, frames, duration_us;
} summary_cell;

typedef struct summary {
    summary_cell *cells;
    uint32_t *slots;             /* hash table of index + 1 */
    size_t count, capacity;
    bool failed;                 /* out of memory */
} summary;

void summary_add(summary *summary, const event *events, size_t count);
void summary_encode(summary *summary, bytes *out);        /* appends, cells in order; failure is sticky in both */
/* Adds the cells of an encoded summary; false when the bytes make no sense. */
bool summary_load(summary *summary, const uint8_t *data, size_t length);
void summary_release(summary *summary);

/* A cursor over an encoded summary. */
typedef struct summary_cursor {
    unpacker unpacker;
    summary_cell cell;
    bool failed;
} summary_cursor;

void summary_open(summary_cursor *cursor, const uint8_t *data, size_t length);
bool summary_next(summary_cursor *cursor);                /* cursor->cell; false at the end and when failed */

/* Whether a kind is in the cubes of users: 1 to 47 and 64 to 79. */
bool summary_counts_users(int32_t kind);

#endif
