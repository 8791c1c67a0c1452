/* Going through rows in ascending order of an id, to those that are wanted: what is near is stepped to, what is far is sought. */
#ifndef ROW_WALK_H
#define ROW_WALK_H

#include "database.h"

/* The text is "SELECT id, ... WHERE id >= ? AND id < ? ORDER BY id", and may have several rows for an id. Made by setting the
 * first three. */
typedef struct row_walk {
    database *database;
    const char *text;
    int64_t end;     /* ids are below it */
    statement *rows; /* on a row whose id is `at`, when it is at one */
    int64_t at;      /* INT64_MAX behind the last */
} row_walk;

/* To the first row with that id, which is not below one asked for before: whether there is one. */
bool row_walk_to(row_walk *walk, int64_t id);
/* To the next row, whatever its id. */
bool row_walk_next(row_walk *walk);
annoproj_status row_walk_end(row_walk *walk, annoproj_error **error); /* always, once */

#endif
