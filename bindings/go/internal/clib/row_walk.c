/* Going through rows (row_walk.h). */
#include "row_walk.h"

#define NEAR 16 /* rows that are stepped over: a seek costs about as much */

static bool seek(row_walk *walk, int64_t id) {
    if (walk->rows == NULL) {
        walk->rows = sql(walk->database, walk->text);
    } else {
        sql_again(walk->rows);
    }
    bind_int64(walk->rows, id);
    bind_int64(walk->rows, walk->end);
    return row_walk_next(walk);
}

bool row_walk_next(row_walk *walk) {
    walk->at = sql_row(walk->rows) ? column_int64(walk->rows, 0) : INT64_MAX;
    return walk->at != INT64_MAX;
}

bool row_walk_to(row_walk *walk, int64_t id) {
    if (walk->rows == NULL) {
        seek(walk, id);
    }
    for (int steps = 0; walk->at < id; steps++) {
        if (steps < NEAR) {
            row_walk_next(walk);
        } else {
            seek(walk, id);
        }
    }
    return walk->at == id;
}

annoproj_status row_walk_end(row_walk *walk, annoproj_error **error) {
    return walk->rows == NULL ? ANNOPROJ_OK : sql_end(walk->rows, error);
}
