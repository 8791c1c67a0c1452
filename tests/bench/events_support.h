/* Made-up events of a big project: one generator for the library's log, for plain rows and for other databases. */
#ifndef EVENTS_SUPPORT_H
#define EVENTS_SUPPORT_H

#include <sqlite3.h>

#include "bench_support.h"
#include "event.h"

enum {
    BENCH_USERS = 200,
    BENCH_CLASSES = 100,
    BENCH_OPTIONS = 20,
    BENCH_DATASETS = 10,
    BENCH_ISSUE_TAGS = 10,
    BENCH_DAYS = 365,
    BENCH_COMMAND = 12, /* events of a command: a task action, reported time, ten of labels */
    BENCH_CHUNK = 12000 /* events of a transaction, on both sides */
};
#define BENCH_START_US INT64_C(1735689600000000) /* 2025-01-01 */
#define BENCH_DAY_US   INT64_C(86400000000)

/* Time is reported when it is over, so usually a piece of it begins before the events around it. */
enum event_times {
    TIMES_USUAL,
    TIMES_IN_ORDER,
    TIMES_LATE
}; /* late: in order, but one piece in a hundred, which is 29 days old */

typedef struct event_source {
    uint64_t state;
    enum event_times times;
    int64_t tasks, made, total; /* times go evenly through the days, from the first event to the last */
    event shared;               /* of the command */
    bool review;
} event_source;

event event_source_next(event_source *from);

/* A store with a project of that many tasks in ten datasets, six stages (1 and 3 annotate, 2, 4 and 5 review, 6 is the
 * end), 200 users, 100 classes and 20 options of the last one, 10 issue tags; no events but those of making it. Closed again. */
void big_project_make(const char *path, int64_t tasks);

/* Appends to the log of a project, `count` events in commands, each chunk in one transaction. */
void big_project_append(annoproj_store *handle, int64_t project, event_source *from, int64_t count);

/* How many events are in the tail of the log. */
int64_t big_project_tail(annoproj_store *handle, int64_t project);

/* So many events as plain rows of a table in the same file, in a transaction of their own. */
#define BENCH_ROWS_TABLE                                                                                               \
    "CREATE TABLE plain_event(seq INTEGER PRIMARY KEY, time, kind, source, actor, credited, stage, task, class,"       \
    " answer, frames, duration, reference)"
void big_project_rows(annoproj_store *handle, event_source *from, int rows);

/* One command of so many events in a transaction of its own: the seconds of the whole call, and what it did beside. */
enum command_work {
    COMMAND_APPENDS,
    COMMAND_SEALS, /* a segment */
    COMMAND_SUMS,  /* events, into the summary */
    COMMAND_WORKS
};
double big_project_command(annoproj_store *handle, int64_t project, event_source *from, int events,
                           enum command_work *did);

/* An ordinary SQLite file with the table event(seq, time, kind, ...) and task(id, dataset). */
sqlite3 *plain_rows_make(const char *path, int64_t tasks);
void plain_rows_insert(sqlite3 *rows, event_source *from, int64_t count, int64_t chunk); /* rows of a transaction */
void plain_rows_run(sqlite3 *rows, const char *change);

#endif
