/* Walking through a project's events in order, for figures that are no sums: what happened to a task one after the other. */
#ifndef EVENT_WALK_H
#define EVENT_WALK_H

#include "event_column.h"

typedef void (*event_walk_fn)(void *data, const event *one);

/* Calls `visit` for the events of these kinds (up to the first 0), with the fields whose column's bit is set; the kind is
 * always there. Segments without such events cost their head and nothing else. CORRUPT. */
annoproj_status event_walk(database *database, const bounds *bounds, int64_t project, const int32_t *kinds,
                           uint32_t columns, event_walk_fn visit, void *data, annoproj_error **error);

#endif
