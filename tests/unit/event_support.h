/* A store of its own with event logs that a test fills directly. */
#ifndef EVENT_SUPPORT_H
#define EVENT_SUPPORT_H

#include "event.h"
#include "store.h"
#include "support.h"

typedef struct log_store {
    store *store;
    char *path;
    bounds bounds;
    reader reader; /* between log_read() and log_read_end() */
} log_store;

log_store *log_store_new(const char *name);
void log_store_free(log_store *log);
void log_append(log_store *log, int64_t project, const event *events, size_t count); /* one command */
annoproj_status log_try_append(log_store *log, int64_t project, const event *events, size_t count,
                               annoproj_error **error);
database *log_read(log_store *log);
void log_read_end(log_store *log);
/* Changes the file behind the library's back; at least one row must change. */
void log_damage(log_store *log, const char *change);

/* Random events as a project has them: commands of several events, kinds, users, stages, classes, time pieces. */
typedef struct event_maker {
    int64_t now_us, tasks, users, classes, stages;
} event_maker;
void make_events(event_maker *maker, event *events, size_t count);

#endif
