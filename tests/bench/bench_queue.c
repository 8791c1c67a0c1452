/* Start next: the whole call against the bare SQL writes it needs, and how it grows with the queue. */
#include "bench_support.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#define CLAIMS 2000

static void run(sqlite3 *database, const char *text) {
    char *message = NULL;
    if (sqlite3_exec(database, text, NULL, NULL, &message) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", text, message);
        exit(1);
    }
}

/* The writes a claim needs, with known keys: the task's row and index, two counts, one event; one transaction each. */
static double bare_writes(int64_t tasks) {
    char path[512], text[256];
    double *times = malloc(CLAIMS * sizeof *times);
    sqlite3 *database = NULL;
    sqlite3_stmt *statements[4];
    static const char *const texts[] = {
        "UPDATE task SET assignee = 7 WHERE id = ?", "UPDATE task_count SET count = count - 1 WHERE assignee = 0",
        "UPDATE task_count SET count = count + 1 WHERE assignee = 7",
        "INSERT INTO event(task, kind, actor, time, stage, class, answer, frames) VALUES(?, 1, 7, 1, 1, 0, 0, 0)"};
    bench_path("bare.db", path);
    remove(path);
    if (!times || sqlite3_open(path, &database) != SQLITE_OK)
        exit(1);
    run(database, "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA "
                  "wal_autocheckpoint = 0;"
                  "CREATE TABLE task(id INTEGER PRIMARY KEY, stage, assignee, priority, entered, data_unit, status);"
                  "CREATE INDEX queue ON task(stage, assignee, priority DESC, entered);"
                  "CREATE TABLE task_count(assignee INTEGER PRIMARY KEY, count);"
                  "CREATE TABLE event(seq INTEGER PRIMARY KEY, task, kind, actor, time, stage, class, answer, frames);"
                  "INSERT INTO task_count VALUES(0, 0), (7, 0)");
    snprintf(text, sizeof text,
             "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %lld)"
             " INSERT INTO task SELECT i, 1, 0, 50, i, i, 1 FROM n",
             (long long)tasks);
    run(database, text);
    for (int i = 0; i < 4; i++)
        if (sqlite3_prepare_v2(database, texts[i], -1, &statements[i], NULL) != SQLITE_OK)
            exit(1);
    for (int claim = 0; claim < CLAIMS; claim++) {
        double began = bench_seconds();
        run(database, "BEGIN IMMEDIATE");
        for (int i = 0; i < 4; i++) {
            if (i == 0 || i == 3)
                sqlite3_bind_int64(statements[i], 1, claim + 1);
            sqlite3_step(statements[i]);
            sqlite3_reset(statements[i]);
        }
        run(database, "COMMIT");
        times[claim] = bench_seconds() - began;
    }
    for (int i = 0; i < 4; i++)
        sqlite3_finalize(statements[i]);
    sqlite3_close(database);
    double median = bench_median(times, CLAIMS);
    free(times);
    return median;
}

static double start_next(int64_t tasks) {
    bench_project made;
    annoproj_project *project = NULL;
    annoproj_stage *stage = NULL;
    annoproj_error *error = NULL;
    char name[64];
    double *times = malloc(CLAIMS * sizeof *times);
    if (!times)
        exit(1);
    snprintf(name, sizeof name, "queue%lld.annoproj", (long long)tasks);
    bench_project_make(&made, name, tasks, false);
    annoproj_session *session = bench_user(&made, 1, ANNOPROJ_ROLE_ANNOTATOR);
    bench_must(annoproj_project_open(session, annoproj_project_id(made.project), NULL, &project, &error), error,
               "project");
    bench_must(annoproj_stage_open(project, "annotate", NULL, &stage, &error), error, "stage");
    for (int claim = 0; claim < CLAIMS; claim++) {
        annoproj_task *task = NULL;
        annoproj_queue_reason reason = 0;
        double began = bench_seconds();
        bench_must(annoproj_stage_start_next(stage, NULL, NULL, &task, &reason, &error), error, "start");
        times[claim] = bench_seconds() - began;
        /* Out of the way, unmeasured: the next start must find another. */
        bench_must(annoproj_task_skip(task, NULL, &error), error, "skip");
        annoproj_task_close(task);
    }
    annoproj_stage_close(stage);
    annoproj_project_close(project);
    annoproj_session_close(session);
    bench_project_close(&made);
    double median = bench_median(times, CLAIMS);
    free(times);
    return median;
}

int main(void) {
    int64_t small = bench_small() ? 10000 : 100000, large = bench_small() ? 100000 : 1000000;
    double call_small = start_next(small), call_large = start_next(large), bare = bare_writes(large);
    printf("start next, %lld tasks%s: %.1f us, %.2f x the bare SQL writes (%.1f us); goal <= 2\n", (long long)large,
           bench_note(), call_large * 1e6, call_large / bare, bare * 1e6);
    printf("start next, growth %lld -> %lld tasks%s: %.2f x; goal <= 1.5\n", (long long)small, (long long)large,
           bench_note(), call_large / call_small);
    return 0;
}
