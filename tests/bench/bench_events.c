/* Reports over the event log against SQL over plain rows: the same events, the same figures (their totals are compared),
 * the same page size; appending and size; and one project alone against one of a thousand. */
#include "bench_support.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "scan.h"
#include "store.h"

enum { USERS = 200, CLASSES = 100, STAGES = 6, TASKS = 1000000, DATASETS = 10, DAYS = 365, OF_COMMAND = 12, CHUNK = 12000 };
#define START_US INT64_C(1735689600000000)   /* 2025-01-01 */
#define DAY_US   INT64_C(86400000000)

/* --- the events: one generator for both sides --------------------------------------------------------------------------- */

typedef struct generator {
    uint64_t state;
    int64_t made, total;
    event shared;
} generator;

static uint64_t next_random(generator *from, uint64_t below) {
    from->state = from->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (from->state >> 33) % below;
}

static const int32_t label_kinds[] = {EVENT_LABEL_CREATE, EVENT_LABEL_EDIT, EVENT_LABEL_SUBMIT, EVENT_LABEL_SUBMIT, EVENT_LABEL_APPROVE,
                                      EVENT_LABEL_REJECT, EVENT_LABEL_PUT, EVENT_LABEL_PUT, EVENT_ANSWER_CREATE};
static const int32_t task_kinds[] = {EVENT_TASK_SUBMIT, EVENT_TASK_APPROVE, EVENT_TASK_REJECT, EVENT_TASK_SKIP, EVENT_TASK_ASSIGN};

/* A command: one task action, reported time, and label events that share time, actor, stage and task. */
static event generate(generator *from) {
    int64_t place = from->made % OF_COMMAND;
    if (place == 0) {
        from->shared = (event){.time_us = START_US + (int64_t)((double)from->made / (double)from->total * DAYS * (double)DAY_US),
                               .actor = 1 + (int64_t)next_random(from, USERS),
                               .task = 1 + (int64_t)next_random(from, TASKS),
                               .source = 1,
                               .stage = 1 + (int32_t)next_random(from, STAGES)};
    }
    event one = from->shared;
    from->made++;
    if (place == 0) {
        one.kind = task_kinds[next_random(from, 5)];
        one.credited = 1 + (int64_t)next_random(from, USERS);
    } else if (place == 1) {
        one.kind = EVENT_TIME_SPENT;
        one.duration_us = 1000000 + (int64_t)next_random(from, 600000000);
        one.time_us -= one.duration_us;
    } else {
        one.kind = label_kinds[next_random(from, 9)];
        one.credited = one.kind == EVENT_LABEL_APPROVE || one.kind == EVENT_LABEL_REJECT ? 1 + (int64_t)next_random(from, USERS) : 0;
        one.class = 1 + (int32_t)next_random(from, CLASSES);
        one.answer = one.kind == EVENT_ANSWER_CREATE ? 200 + (int32_t)next_random(from, 50) : 0;
        one.frames = 1 + (int64_t)next_random(from, 30);
        one.reference = from->made / 3;
    }
    return one;
}

/* --- our side ------------------------------------------------------------------------------------------------------------- */

typedef struct logs {
    store *store;
    bounds bounds;
    char path[512];
} logs;

static void open_logs(logs *made, const char *name, bool create) {
    annoproj_error *error = NULL;
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    options.relaxed_durability = true;
    bench_path(name, made->path);
    if (create) {
        remove(made->path);
    }
    bench_must(bounds_begin(&made->bounds, NULL, &error), error, "bounds");
    made->bounds.until_us = INT64_MAX;
    bench_must(store_open(made->path, create, &options, &made->bounds, &made->store, &error), error, "store");
}

static void close_logs(logs *made) {
    annoproj_error *error = NULL;
    bench_must(store_shut(made->store, &made->bounds, &error), error, "close");
    body_release(&made->store->body);
    bounds_end(&made->bounds);
}

typedef struct appending {
    int64_t project, count;
    size_t of_command;
    generator *from;
} appending;

/* `count` events as commands of `of_command` events each, in one transaction. */
static annoproj_status append_body(writer *in, void *argument, annoproj_error **error) {
    const appending *what = argument;
    event_batch batch = {0};
    annoproj_status status = ANNOPROJ_OK;
    for (int64_t done = 0; done < what->count && status == ANNOPROJ_OK;) {
        int64_t first = 0;
        batch.count = 0;
        for (size_t i = 0; i < what->of_command && done < what->count; i++, done++) {
            event one = generate(what->from);
            event_batch_add(&batch, &one);
        }
        status = event_append(in->database, what->project, &batch, &first, error);
    }
    event_batch_release(&batch);
    return status;
}

static void append(logs *to, int64_t project, generator *from, int64_t count, size_t of_command) {
    annoproj_error *error = NULL;
    appending what = {project, count, of_command, from};
    bench_must(store_write(to->store, &to->bounds, append_body, &what, &error), error, "append");
}

/* The best of several runs, in seconds; `total` = sum of all counts and durations, for comparing. */
static double time_scan(logs *from, scan_request *ask, int runs, double *total) {
    double best = 1e9;
    for (int run = 0; run < runs; run++) {
        annoproj_error *error = NULL;
        reader in;
        scan_result result;
        double began = bench_seconds();
        bench_must(store_read_begin(from->store, &from->bounds, &in, &error), error, "reader");
        ask->database = in.database;
        bench_must(scan_run(ask, &result, &error), error, "scan");
        store_read_end(&in);
        double took = bench_seconds() - began;
        best = took < best ? took : best;
        *total = 0;
        for (size_t i = 0; i < result.count; i++) {
            *total += (double)(result.cells[i].count + result.cells[i].duration_us);
        }
        scan_release(&result);
    }
    return best;
}

/* --- plain rows ------------------------------------------------------------------------------------------------------------- */

static void run_sql(sqlite3 *db, const char *change) {
    char *message = NULL;
    if (sqlite3_exec(db, change, NULL, NULL, &message) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", change, message);
        exit(1);
    }
}

static sqlite3 *make_rows(int64_t events, double *took) {
    char path[512];
    sqlite3 *db = NULL;
    sqlite3_stmt *add = NULL;
    generator from = {.state = 1, .total = events};
    bench_path("rows.db", path);
    remove(path);
    if (sqlite3_open(path, &db) != SQLITE_OK) {
        exit(1);
    }
    run_sql(db, "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                "CREATE TABLE event(seq INTEGER PRIMARY KEY, time, kind, source, actor, credited, stage, task, class, answer, frames, duration,"
                " reference); CREATE TABLE dataset_of(task INTEGER PRIMARY KEY, dataset)");
    sqlite3_prepare_v2(db, "INSERT INTO event(time, kind, source, actor, credited, stage, task, class, answer, frames, duration, reference)"
                           " VALUES(?,?,?,?,?,?,?,?,?,?,?,?)", -1, &add, NULL);
    double began = bench_seconds();
    for (int64_t i = 0; i < events; i++) {
        event one = generate(&from);
        const int64_t values[] = {one.time_us, one.kind,  one.source, one.actor,  one.credited,    one.stage,
                                  one.task,    one.class, one.answer, one.frames, one.duration_us, one.reference};
        if (i % CHUNK == 0) {
            run_sql(db, i == 0 ? "BEGIN" : "COMMIT; BEGIN");
        }
        for (int column = 0; column < 12; column++) {
            sqlite3_bind_int64(add, column + 1, values[column]);
        }
        sqlite3_step(add);
        sqlite3_reset(add);
    }
    run_sql(db, "COMMIT");
    *took = bench_seconds() - began;
    sqlite3_finalize(add);
    char fill[256];
    snprintf(fill, sizeof fill, "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO dataset_of SELECT i, i %% %d FROM n",
             TASKS, DATASETS);
    run_sql(db, fill);
    run_sql(db, "PRAGMA wal_checkpoint(TRUNCATE)");
    return db;
}

static double time_sql(sqlite3 *db, const char *text, double *total) {
    sqlite3_stmt *read = NULL;
    double began = bench_seconds();
    if (sqlite3_prepare_v2(db, text, -1, &read, NULL) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", text, sqlite3_errmsg(db));
        exit(1);
    }
    *total = 0;
    while (sqlite3_step(read) == SQLITE_ROW) {
        *total += sqlite3_column_double(read, 0) + sqlite3_column_double(read, 1);
    }
    sqlite3_finalize(read);
    return bench_seconds() - began;
}

/* --- the reports --------------------------------------------------------------------------------------------------------------- */

typedef struct compared {
    const char *name, *sql;
    scan_request ask;
} compared;

#define TASK_ACTIONS "(1, 3, 4, 5, 6)"

static number_set *make_set(arena *memory, int64_t highest, int64_t step) {
    number_set *made = arena_allocate(memory, sizeof *made);
    if (!made || !number_set_make(made, memory, highest)) {
        exit(1);
    }
    for (int64_t i = step; i <= highest; i += step) {
        number_set_add(made, i);
    }
    return made;
}

static void compare_reports(logs *from, sqlite3 *rows, int64_t project) {
    static int64_t days[DAYS + 1];
    arena memory = {0};
    const number_set *tasks = make_set(&memory, TASKS, DATASETS), *users = make_set(&memory, USERS, 10), *stages = make_set(&memory, STAGES, 2);
    for (int i = 0; i <= DAYS; i++) {
        days[i] = START_US + i * DAY_US;
    }
    const scan_part actions = {.kinds = {1, 3, 4, 5, 6}, .group = SCAN_BY_BUCKET | SCAN_BY_KIND};
    const scan_part spent = {.kinds = {EVENT_TIME_SPENT}, .pieces = true, .group = SCAN_BY_BUCKET | SCAN_BY_STAGE, .sums = SCAN_DURATION};
    const scan_part people[] = {
        {.kinds = {3, 4, 5, 6, 32, 33, 34, 37}, .group = SCAN_BY_KIND | SCAN_BY_ACTOR},
        {.kinds = {EVENT_TIME_SPENT}, .pieces = true, .group = SCAN_BY_KIND | SCAN_BY_ACTOR, .sums = SCAN_DURATION},
        {.kinds = {5, 6, 38, 39}, .group = SCAN_BY_KIND | SCAN_BY_CREDITED},
    };
    const scan_part classes = {.kinds = {32, 38, 39}, .group = SCAN_BY_KIND | SCAN_BY_CLASS};
    scan_part filtered = classes;
    filtered.tasks = tasks;
    filtered.actors = users;
    filtered.stages = stages;
    const scan_request base = {.bounds = &from->bounds, .project = project, .after = INT64_MIN, .before = INT64_MAX, .no_summaries = true};
    compared all[] = {
        {"task actions per day", "SELECT count(*), 0 FROM event WHERE kind IN " TASK_ACTIONS " GROUP BY (time - 1735689600000000) / 86400000000, kind", base},
        {"annotators and reviewers",
         "SELECT count(*), sum(duration) FROM event WHERE kind IN (3, 4, 5, 6, 32, 33, 34, 37, 24) GROUP BY kind, actor"
         " UNION ALL SELECT count(*), 0 FROM event WHERE kind IN (5, 6, 38, 39) GROUP BY kind, credited", base},
        {"classes", "SELECT count(*), 0 FROM event WHERE kind IN (32, 38, 39) GROUP BY kind, class", base},
        {"classes, dataset, stages, 20 users",
         "SELECT count(*), 0 FROM event WHERE kind IN (32, 38, 39) AND stage % 2 = 0 AND actor % 10 = 0"
         " AND (SELECT dataset FROM dataset_of d WHERE d.task = event.task) = 0 GROUP BY kind, class", base},
        {"lifetime, from the summary: classes", "SELECT count(*), 0 FROM event WHERE kind IN (32, 38, 39) GROUP BY kind, class", base},
        {"time spent per day (cut at midnight: no SQL)", NULL, base},
    };
    all[0].ask.parts = &actions, all[0].ask.part_count = 1, all[0].ask.borders = days, all[0].ask.border_count = DAYS + 1;
    all[1].ask.parts = people, all[1].ask.part_count = 3;
    all[2].ask.parts = &classes, all[2].ask.part_count = 1;
    all[3].ask.parts = &filtered, all[3].ask.part_count = 1;
    all[4].ask.parts = &classes, all[4].ask.part_count = 1, all[4].ask.no_summaries = false;
    all[5].ask.parts = &spent, all[5].ask.part_count = 1, all[5].ask.borders = days, all[5].ask.border_count = DAYS + 1;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        double found = 0, wanted = 0, ours = time_scan(from, &all[i].ask, 5, &found);
        double sql_time = all[i].sql ? time_sql(rows, all[i].sql, &wanted) : 0;
        if (all[i].sql && found != wanted) {
            fprintf(stderr, "%s: %.0f, SQL says %.0f\n", all[i].name, found, wanted);
            exit(1);
        }
        printf("%-46s %8.2f ms   SQL %8.0f ms   %6.0f x%s\n", all[i].name, ours * 1e3, sql_time * 1e3, sql_time / ours, bench_note());
    }
    arena_release(&memory);
}

static int64_t file_bytes(const char *path) {
    FILE *file = fopen(path, "rb");
    int64_t bytes = 0;
    if (file) {
        fseek(file, 0, SEEK_END);
        bytes = ftell(file);
        fclose(file);
    }
    return bytes;
}

static double append_all(logs *to, int64_t project, int64_t events) {
    generator from = {.state = 1, .total = events};
    double began = bench_seconds();
    for (int64_t done = 0; done < events; done += CHUNK) {
        append(to, project, &from, events - done < CHUNK ? events - done : CHUNK, OF_COMMAND);
    }
    return bench_seconds() - began;
}

/* The class report of one project of `events`, alone and as one of 1,000 that were filled at the same time. */
static void compare_projects(int64_t events) {
    const scan_part classes = {.kinds = {32, 38, 39}, .group = SCAN_BY_KIND | SCAN_BY_CLASS};
    double total = 0, times[2];
    for (int crowd = 0; crowd < 2; crowd++) {
        logs made;
        generator mine = {.state = 1, .total = events}, theirs = {.state = 2, .total = events};
        open_logs(&made, crowd ? "crowd" : "alone", true);
        for (int64_t done = 0; done < events; done += events / 100) {
            append(&made, 500, &mine, events / 100, OF_COMMAND);
            for (int64_t other = 1; crowd && other <= 1000; other++) {
                append(&made, other == 500 ? 1001 : other, &theirs, 60, OF_COMMAND);
            }
        }
        scan_request ask = {.bounds = &made.bounds, .project = 500, .after = INT64_MIN, .before = INT64_MAX, .parts = &classes, .part_count = 1,
                            .no_summaries = true};
        times[crowd] = time_scan(&made, &ask, 9, &total);
        close_logs(&made);
    }
    printf("%-46s %8.2f ms   alone %6.2f ms   %6.2f x%s\n", "classes, one of 1,000 projects", times[1] * 1e3, times[0] * 1e3, times[1] / times[0],
           bench_note());
}

int main(void) {
    int64_t events = bench_small() ? 500000 : 10000000;
    double rows_took = 0;
    logs made;
    sqlite3 *rows = make_rows(events, &rows_took);
    open_logs(&made, "events", true);
    double took = append_all(&made, 1, events);
    close_logs(&made);
    open_logs(&made, "events", false);   /* a cold library over a folded file */
    char rows_path[512];
    bench_path("rows.db", rows_path);
    printf("%lld events%s\n", (long long)events, bench_note());
    printf("%-46s %8.2f us   SQL %8.2f us   %6.2f x%s\n", "append a command of 12, 1,000 in a transaction", took / (double)events * 12e6,
           rows_took / (double)events * 12e6, took / rows_took, bench_note());
    printf("%-46s %8.1f bytes SQL %6.1f bytes  %6.2f x%s\n", "size of an event", (double)file_bytes(made.path) / (double)events,
           (double)file_bytes(rows_path) / (double)events, (double)file_bytes(made.path) / (double)file_bytes(rows_path), bench_note());
    compare_reports(&made, rows, 1);
    close_logs(&made);
    sqlite3_close(rows);
    compare_projects(bench_small() ? 100000 : 1000000);
    return 0;
}
