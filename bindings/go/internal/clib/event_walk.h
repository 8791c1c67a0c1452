/* Walking through a project's events in order, for figures that are no sums: what happened to a task one after the other. */
#ifndef EVENT_WALK_H
#define EVENT_WALK_H

#include "event_column.h"
#include "store.h"

typedef void (*event_walk_fn)(void *data, const event *one);

typedef struct event_walk {
    database *database;
    store *store;         /* whose cache keeps columns; NULL = none */
    const bounds *bounds; /* NULL-able */
    int64_t project;
    const int32_t *kinds;  /* up to the first 0 */
    uint32_t columns;      /* bits: fields that are filled in; the kind always is */
    int64_t after, before; /* segments with no event of a time in [after, before) are passed over */
    event_walk_fn visit;
    event_walk_fn foresee; /* called some events earlier: prefetches what `visit` will look at; NULL = nothing to */
    void *data;
} event_walk;

#define EVENT_WALK_COLUMN(column) ((uint32_t)1 << (column))

/* Calls `visit` for the events of these kinds, in order. Segments without such events cost their head and their kinds. CORRUPT. */
annoproj_status event_walk_run(const event_walk *walk, annoproj_error **error);

#endif
