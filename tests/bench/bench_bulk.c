/* Many tasks in one call: moving 100,000; a dataset of a million data units that is filled while it is attached, detached, attached
 * again. Against the bare SQL writes of the same rows, a million or 100,000 in one transaction. */
#include "bench_support.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

static void run(sqlite3 *database, const char *text) {
    char *message = NULL;
    if (sqlite3_exec(database, text, NULL, NULL, &message) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", text, message);
        exit(1);
    }
}

/* Runs statements with ?1 = rows. */
static double timed(sqlite3 *database, const char *text, int64_t rows) {
    double began = bench_seconds();
    while (*text) {
        sqlite3_stmt *one = NULL;
        if (sqlite3_prepare_v2(database, text, -1, &one, &text) != SQLITE_OK ||
            (sqlite3_bind_parameter_count(one) > 0 && sqlite3_bind_int64(one, 1, rows) != SQLITE_OK) ||
            sqlite3_step(one) != SQLITE_DONE) {
            fprintf(stderr, "%s\n", sqlite3_errmsg(database));
            exit(1);
        }
        sqlite3_finalize(one);
    }
    return bench_seconds() - began;
}

/* The commit, and the checkpoint that follows one of so many pages, in the library, too. */
static double commit(sqlite3 *database) {
    double began = bench_seconds();
    run(database, "COMMIT; PRAGMA wal_checkpoint(PASSIVE)");
    return bench_seconds() - began;
}

typedef struct bulk_times {
    double insert, move, detach, attach;
} bulk_times;

#define NUMBERS "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) "

/* The rows as the library's tables have them, with their indexes, and as much cache as its writer has; an event is a row
 * here. */
static bulk_times bare_writes(int64_t units, int64_t moved) {
    char path[512];
    sqlite3 *database = NULL;
    bulk_times took = {0};
    bench_path("bare.db", path);
    remove(path);
    if (sqlite3_open(path, &database) != SQLITE_OK)
        exit(1);
    run(database,
        "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = "
        "0;"
        "PRAGMA cache_size = -16384;"
        "CREATE TABLE data_unit(id INTEGER PRIMARY KEY, uuid, title, data_type, media_type, link, width, height, "
        "frames);"
        "CREATE INDEX unit_title ON data_unit(title);"
        "CREATE TABLE task(id INTEGER PRIMARY KEY, data_unit, title, data_type, stage, status, assignee, assigned_by,"
        " worked, priority, entered, released, returned, version, submitter, last_user, last_stage, last_action,"
        " open_issues, resolved_issues, removed, parent, branch);"
        "CREATE INDEX queue ON task(stage, assignee, priority DESC, entered);"
        "CREATE INDEX by_entry ON task(stage, entered); CREATE INDEX by_title ON task(stage, title);"
        "CREATE INDEX by_action ON task(stage, last_action); CREATE INDEX by_unit ON task(data_unit);"
        "CREATE TABLE stay(task, number, stage, entered, gone, actor, PRIMARY KEY(task, number)) WITHOUT ROWID;"
        "CREATE TABLE event(seq INTEGER PRIMARY KEY, task, kind, actor, time, stage, reference)");
    run(database, "BEGIN IMMEDIATE");
    took.insert = timed(
        database,
        NUMBERS "INSERT INTO data_unit SELECT i, randomblob(16), printf('file%09d.jpg', i), 1, 'image/jpeg', '',"
                " 1000, 1000, 1 FROM n",
        units);
    took.insert += timed(database,
                         "INSERT INTO task SELECT id, id, title, 1, 1, 1, 0, 0, NULL, 50, 1000000, 0, 0, 0, 0, NULL,"
                         " NULL, NULL, 0, 0, 0, 0, 0 FROM data_unit"
                         " WHERE id <= ?1",
                         units);
    took.insert += timed(database,
                         NUMBERS "INSERT INTO event(task, kind, actor, time, stage, reference) SELECT i, 16, 0,"
                                 " 1000000, 1, i FROM n",
                         units);
    took.insert += commit(database);
    run(database, "BEGIN IMMEDIATE");
    took.move = timed(database,
                      "UPDATE task SET stage = 2, status = 1, assignee = 0, assigned_by = 0, worked = NULL, entered ="
                      " 2000000, released = 0, returned = 0, last_user = 0, last_stage = 1, last_action = 2000000"
                      " WHERE id <= ?1",
                      moved);
    took.move += timed(database, NUMBERS "INSERT INTO stay SELECT i, 1, 1, 1000000, 2000000, 0 FROM n", moved);
    took.move += timed(database,
                       NUMBERS "INSERT INTO event(task, kind, actor, time, stage, reference) SELECT i, 7, 0, 2000000,"
                               " 1, 2 FROM n",
                       moved);
    took.move += commit(database);
    run(database, "BEGIN IMMEDIATE");
    took.detach = timed(database, "UPDATE task SET removed = stage, stage = 0, worked = NULL WHERE id <= ?1", units);
    took.detach += timed(database,
                         NUMBERS
                         "INSERT INTO event(task, kind, actor, time, stage, reference) SELECT i, 17, 0, 3000000,"
                         " 1, 0 FROM n",
                         units);
    took.detach += commit(database);
    run(database, "BEGIN IMMEDIATE");
    took.attach = timed(database, "UPDATE task SET stage = removed, removed = 0, worked = NULL WHERE id <= ?1", units);
    took.attach += timed(database,
                         NUMBERS
                         "INSERT INTO event(task, kind, actor, time, stage, reference) SELECT i, 18, 0, 4000000,"
                         " 1, 0 FROM n",
                         units);
    took.attach += commit(database);
    sqlite3_close(database);
    remove(path);
    return took;
}

static double move(bench_project *made, int64_t count) {
    annoproj_error *error = NULL;
    annoproj_stage *stage = NULL;
    annoproj_table *outcomes = NULL;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    int64_t *ids = malloc((size_t)count * sizeof *ids);
    if (!ids)
        exit(1);
    call.timeout_us = -1;
    for (int64_t i = 0; i < count; i++)
        ids[i] = (annoproj_project_id(made->project) << 32) + i + 1;
    bench_must(annoproj_stage_open(made->project, "review", NULL, &stage, &error), error, "stage");
    double began = bench_seconds();
    bench_must(annoproj_tasks_move(made->project, ids, (size_t)count, annoproj_stage_id(stage), true, &call, &outcomes,
                                   &error),
               error, "move");
    double took = bench_seconds() - began;
    annoproj_table_free(outcomes);
    annoproj_stage_close(stage);
    free(ids);
    return took;
}

static bulk_times library(int64_t units, int64_t moved) {
    bench_project made;
    annoproj_error *error = NULL;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    bulk_times took = {0};
    int64_t tasks = 0;
    call.timeout_us = -1;
    bench_project_make(&made, "bulk.annoproj", 1, false);
    double began = bench_seconds();
    bench_data_units(made.host, made.dataset, units);
    took.insert = bench_seconds() - began;
    took.move = move(&made, moved);
    began = bench_seconds();
    bench_must(annoproj_project_detach_dataset(made.project, made.dataset, &call, &tasks, &error), error, "detach");
    took.detach = bench_seconds() - began;
    began = bench_seconds();
    bench_must(annoproj_project_attach_dataset(made.project, made.dataset, &call, &tasks, &error), error, "attach");
    took.attach = bench_seconds() - began;
    bench_project_close(&made);
    remove(made.path);
    return took;
}

static void say(const char *what, int64_t count, double took, double bare) {
    printf("%s, %lld%s: %.2f s (%.1f us each), %.2f x the bare SQL writes (%.2f s); goal <= 2\n", what,
           (long long)count, bench_note(), took, took * 1e6 / (double)count, took / bare, bare);
}

int main(void) {
    int64_t units = bench_small() ? 50000 : 1000000, moved = units / 10;
    bulk_times bare = bare_writes(units, moved), ours = library(units, moved);
    say("data units added to an attached dataset", units, ours.insert, bare.insert);
    say("tasks moved in one call", moved, ours.move, bare.move);
    say("tasks of a dataset detached", units, ours.detach, bare.detach);
    say("and attached again", units, ours.attach, bare.attach);
    return 0;
}
