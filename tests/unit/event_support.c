#include "event_support.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

log_store *log_store_new(const char *name) {
    annoproj_error *error = NULL;
    log_store *made = calloc(1, sizeof *made);
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    options.relaxed_durability = true;
    assert_non_null(made);
    made->path = scratch_path(name);
    assert_ok(bounds_begin(&made->bounds, NULL, &error), error);
    made->bounds.until_us = INT64_MAX;
    assert_ok(store_open(made->path, true, &options, &made->bounds, &made->store, &error), error);
    return made;
}

void log_store_free(log_store *log) {
    annoproj_error *error = NULL;
    assert_ok(store_shut(log->store, &log->bounds, &error), error);
    body_release(&log->store->body);
    bounds_end(&log->bounds);
    free(log->path);
    free(log);
}

typedef struct appending {
    int64_t project;
    event_batch batch;
} appending;

static annoproj_status append_body(writer *in, void *argument, annoproj_error **error) {
    appending *what = argument;
    int64_t first = 0;
    return event_append(in->database, what->project, &what->batch, &first, error);
}

annoproj_status log_try_append(log_store *log, int64_t project, const event *events, size_t count,
                               annoproj_error **error) {
    appending what = {.project = project};
    for (size_t i = 0; i < count; i++) {
        event_batch_add(&what.batch, &events[i]);
    }
    annoproj_status status = store_write(log->store, &log->bounds, append_body, &what, error);
    event_batch_release(&what.batch);
    return status;
}

void log_append(log_store *log, int64_t project, const event *events, size_t count) {
    annoproj_error *error = NULL;
    assert_ok(log_try_append(log, project, events, count, &error), error);
}

database *log_read(log_store *log) {
    annoproj_error *error = NULL;
    assert_ok(store_read_begin(log->store, &log->bounds, &log->reader, &error), error);
    return log->reader.database;
}

void log_read_end(log_store *log) {
    store_read_end(&log->reader);
}

void log_damage(log_store *log, const char *change) {
    sqlite3 *db = NULL;
    char *message = NULL;
    assert_int_equal(sqlite3_open(log->path, &db), SQLITE_OK);
    if (sqlite3_exec(db, change, NULL, NULL, &message) != SQLITE_OK) {
        fail_msg("%s: %s", change, message);
    }
    assert_true(sqlite3_total_changes(db) > 0);
    sqlite3_close(db);
}

static const int32_t made_kinds[] = {
    EVENT_TASK_ASSIGN,  EVENT_TASK_SUBMIT,   EVENT_TASK_SKIP,     EVENT_TASK_APPROVE, EVENT_TASK_REJECT,
    EVENT_TIME_SPENT,   EVENT_LABEL_CREATE,  EVENT_LABEL_EDIT,    EVENT_LABEL_DELETE, EVENT_LABEL_FRAMES_CREATE,
    EVENT_LABEL_SUBMIT, EVENT_LABEL_SUBMIT,  EVENT_LABEL_APPROVE, EVENT_LABEL_REJECT, EVENT_ANSWER_CREATE,
    EVENT_ISSUE_CREATE, EVENT_ISSUE_RESOLVE, EVENT_LABEL_PUT,
};

void make_events(event_maker *maker, event *events, size_t count) {
    event shared = {0};
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || random_below(8) == 0) { /* a command ends: another actor, task and time */
            maker->now_us += (int64_t)random_below(20000000);
            shared = (event){.time_us = maker->now_us,
                             .actor = (int64_t)random_below((uint64_t)maker->users + 1),
                             .task = 1 + (int64_t)random_below((uint64_t)maker->tasks),
                             .source = 1 + (int32_t)random_below(3),
                             .stage = 1 + (int32_t)random_below((uint64_t)maker->stages)};
        }
        event one = shared;
        one.kind = made_kinds[random_below(sizeof made_kinds / sizeof made_kinds[0])];
        one.credited = (int64_t)random_below((uint64_t)maker->users + 1);
        if (one.kind == EVENT_TIME_SPENT) {
            one.duration_us = (int64_t)random_below(90000000000u) >> random_below(20);
            one.time_us -= one.duration_us + (int64_t)random_below(1000000);
        } else if (one.kind >= EVENT_LABEL_CREATE) {
            one.class = (int32_t)random_below((uint64_t)maker->classes + 1);
            one.answer = one.kind == EVENT_ANSWER_CREATE ? 1000 + (int32_t)random_below(300) : 0;
            one.frames = 1 + (int64_t)random_below(500);
            one.reference = (int64_t)random_next() >> random_below(64);
        }
        events[i] = one;
    }
}
