/* Summaries: sums over the first events of a project, all but a few thousand, by a few small sets of columns, so that
 * lifetime figures without other filters read one row and what has come since. */
#ifndef SUMMARY_H
#define SUMMARY_H

#include "event.h"
#include "varint.h"

typedef enum summary_cube {                    /* numbered for ever; by kind and ... */
                            CUBE_STAGE = 1,    /* stage */
                            CUBE_CLASS = 2,    /* class, answer */
                            CUBE_ACTOR = 3,    /* stage, actor: kinds that reports count for users */
                            CUBE_CREDITED = 4, /* stage, credited: the same kinds */
                            CUBE_SELF = 5      /* stage, actor: those of them whose actor is the credited user */
} summary_cube;

typedef struct summary_cell {
    int32_t cube, kind;
    int64_t first, second; /* stage or class; answer or user; 0 when the cube has none */
    int64_t count, frames, duration_us;
} summary_cell;

typedef struct summary {
    summary_cell *cells;
    uint32_t *slots; /* hash table of index + 1 */
    size_t count, capacity;
    size_t ordered; /* the first ones, as they were decoded, are in order */
    bool failed;    /* out of memory */
} summary;

/* Begins with the sums of an encoded one; false when the bytes make no sense. */
bool summary_decode(summary *summary, const uint8_t *data, size_t length);
void summary_add(summary *summary, const event *events, size_t count);
/* Appends the cells in order, encoded; out of memory is sticky in `out`. Nothing is added afterwards. */
void summary_encode(summary *summary, bytes *out);
void summary_release(summary *summary);

/* The cells of a cube and a kind, as they are stored: with their highest numbers, and to be skipped as a whole. */
typedef struct summary_group {
    int32_t cube, kind;
    int64_t first_most, second_most;
} summary_group;

/* A cursor over an encoded summary: group by group, and in each that is wanted cell by cell. */
typedef struct summary_cursor {
    unpacker groups, cells;
    summary_group group;
    summary_cell cell;
    bool failed;
} summary_cursor;

void summary_open(summary_cursor *cursor, const uint8_t *data, size_t length);
bool summary_next_group(summary_cursor *cursor); /* cursor->group; false at the end and when failed */
bool summary_next(summary_cursor *cursor);       /* cursor->cell of the group; false at its end and when failed */

/* The row of a project; empty when none are asked for. CORRUPT when it is missing or is not of so many events. */
annoproj_status summary_read(database *database, int64_t project, int64_t events, bytes *out, annoproj_error **error);
annoproj_status summary_write(database *database, int64_t project, int64_t events, const bytes *data,
                              annoproj_error **error);

/* Whether a kind is in the cubes of users: 1 to 47 and 64 to 79. */
bool summary_counts_users(int32_t kind);

#endif
