/* A row of a table for each id that was asked for. */
#ifndef BY_ID_H
#define BY_ID_H

#include "access.h"
#include "rows.h"

typedef struct by_id {
    const row_type *type;
    const char *query; /* its last parameter is the id; those before it, when `seen`, are of bind_seer() */
    bool seen;
    void (*add)(rows *table, statement *find);
    const char *noun; /* what has the ids, as the error calls it */
} by_id;

/* In the order asked for: all of them, or NOT_FOUND for the first that is not there for this user. */
annoproj_status read_by_id(scope *in, const by_id *what, const int64_t *ids, size_t count, annoproj_table **table,
                           annoproj_error **error);

#endif
