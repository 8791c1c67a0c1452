/* File names of tasks, packed behind each other: a pattern goes through those of a project without reading its tasks. A row
 * holds the names of some tasks in order of number, as many as fill a page; the last one grows, the others never change. Its
 * checksum covers the rows before it, so that the one of a row says what all names up to there are. Branches have none: they
 * are called as their task is. */
#ifndef TASK_TITLES_H
#define TASK_TITLES_H

#include "access.h"
#include "number_set.h"

#define TASK_TITLES_ROW 4000 /* bytes in a row, unless one name is longer */

/* Adds the names of tasks [first, first + count), which are in the store and are behind all that have been added. */
annoproj_status task_titles_add(command *command, int64_t project, int64_t first, int64_t count,
                                annoproj_error **error);

/* Goes through one row's `data`. */
typedef struct task_title {
    int64_t task; /* number */
    const char *text;
    size_t length;
} task_title;
typedef struct task_titles_cursor {
    int64_t next; /* number, when none is left out */
    const uint8_t *at, *end;
    bool failed; /* the row is damaged */
} task_titles_cursor;
void task_titles_open(task_titles_cursor *cursor, int64_t first, const void *data, size_t length);
bool task_titles_next(task_titles_cursor *cursor, task_title *out);
uint64_t task_titles_checksum(uint64_t before, const void *data, size_t length);

/* The last row, which alone grows; none: data is NULL. In the arena. CORRUPT. */
typedef struct task_titles_row {
    int64_t first;   /* number of its first task */
    uint64_t before; /* checksum of the row before it: what all of those are */
    const uint8_t *data;
    size_t length;
} task_titles_row;
annoproj_status task_titles_last(scope *scope, int64_t project, task_titles_row *out, annoproj_error **error);
/* CORRUPT, in words for the user. */
annoproj_status task_titles_damaged(int64_t project, int64_t first, annoproj_error **error);

/* Takes those off whose name the expression is not found in: of the tasks of the scope's project, removed ones included.
 * INVALID, LIMIT: as pattern_compile() and pattern_match(). CORRUPT. */
annoproj_status task_titles_keep(scope *scope, const char *expression, number_set *tasks, annoproj_error **error);

/* Differences between the packed names and those of the tasks. */
typedef void (*task_titles_found_fn)(void *data, int64_t task, const char *found, const char *expected);
annoproj_status task_titles_check(scope *scope, int64_t project, task_titles_found_fn found, void *data,
                                  annoproj_error **error);

#endif
