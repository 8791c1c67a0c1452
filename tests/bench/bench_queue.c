/* Start next: the whole call against the bare SQL writes it needs, how it grows with the queue, and with what the user skipped or may
 * not take. */
#include "bench_support.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    run(database, "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA "
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

/* What is measured: `count` starts in a stage; each task is actioned in between, so that the next one finds another. */
static double starts(annoproj_session *session, int64_t project_id, const char *key, int count) {
    annoproj_project *project = NULL;
    annoproj_stage *stage = NULL;
    annoproj_error *error = NULL;
    annoproj_review_options approve = ANNOPROJ_REVIEW_OPTIONS_INIT;
    double *times = malloc((size_t)count * sizeof *times);
    if (!times)
        exit(1);
    bench_must(annoproj_project_open(session, project_id, NULL, &project, &error), error, "project");
    bench_must(annoproj_stage_open(project, key, NULL, &stage, &error), error, "stage");
    for (int i = 0; i < count; i++) {
        annoproj_task *task = NULL;
        annoproj_queue_reason reason = 0;
        double began = bench_seconds();
        annoproj_status status = annoproj_stage_start_next(stage, NULL, NULL, &task, &reason, &error);
        times[i] = bench_seconds() - began;
        bench_must(status, error, "start");
        if (status != ANNOPROJ_OK) {
            fprintf(stderr, "start %d found nothing: reason %d\n", i, reason);
            exit(1);
        }
        bench_must(strcmp(key, "annotate") == 0 ? annoproj_task_submit(task, NULL, NULL, &error)
                                                : annoproj_task_approve(task, &approve, NULL, &error),
                   error, "action");
        annoproj_task_close(task);
    }
    annoproj_stage_close(stage);
    annoproj_project_close(project);
    double median = bench_median(times, (size_t)count);
    free(times);
    return median;
}

/* A project of its own, one start after the other. */
static double plain_starts(int64_t tasks) {
    bench_project made;
    char name[64];
    snprintf(name, sizeof name, "queue%lld.annoproj", (long long)tasks);
    bench_project_make(&made, name, tasks, false);
    annoproj_session *session = bench_user(&made, 1, ANNOPROJ_ROLE_ANNOTATOR);
    double median = starts(session, annoproj_project_id(made.project), "annotate", CLAIMS);
    annoproj_session_close(session);
    bench_project_close(&made);
    remove(made.path);
    return median;
}

/* Skips a task without having started it: nothing is noted on the way. */
static void skip(annoproj_project *project, int64_t id) {
    annoproj_task *task = NULL;
    annoproj_error *error = NULL;
    bench_must(annoproj_task_open(project, id, NULL, &task, &error), error, "open");
    bench_must(annoproj_task_skip(task, NULL, &error), error, "skip");
    annoproj_task_close(task);
}

static void say_head(const char *what, int64_t head, double first, double next, double plain) {
    printf(
        "start, %lld tasks at the head that the user %s%s: once %.1f ms (%.2f us each), then %.1f us, %.2f x a start "
        "without them; goal <= 1.5\n",
        (long long)head, what, bench_note(), first * 1e3, first * 1e6 / (double)head, next * 1e6, next / plain);
}

static void skipped_at_the_head(int64_t tasks, int64_t head, double plain) {
    bench_project made;
    annoproj_project *project = NULL;
    annoproj_error *error = NULL;
    bench_project_make(&made, "skipped.annoproj", tasks, false);
    int64_t id = annoproj_project_id(made.project);
    annoproj_session *session = bench_user(&made, 1, ANNOPROJ_ROLE_ANNOTATOR);
    bench_must(annoproj_project_open(session, id, NULL, &project, &error), error, "project");
    for (int64_t i = 1; i <= head; i++)
        skip(project, (id << 32) + i);
    annoproj_project_close(project);
    double first = starts(session, id, "annotate", 1);
    say_head("skipped", head, first, starts(session, id, "annotate", CLAIMS), plain);
    annoproj_session_close(session);
    bench_project_close(&made);
    remove(made.path);
}

/* All tasks are in review, the first of them by the one who starts, in a stage with reviewer_not_submitter. */
static void submitted_at_the_head(int64_t tasks, int64_t head, double plain) {
    bench_project made;
    annoproj_error *error = NULL;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    int64_t *ids = malloc((size_t)tasks * sizeof *ids);
    annoproj_session *sessions[2];
    if (!ids)
        exit(1);
    call.timeout_us = -1;
    bench_project_make(&made, "submitted.annoproj", tasks, false);
    int64_t id = annoproj_project_id(made.project);
    bench_must(annoproj_workflow_update(
                   made.project,
                   "{\"start\":\"annotate\",\"stages\":["
                   "{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"review\"}},"
                   "{\"key\":\"review\",\"type\":\"REVIEW\",\"settings\":{\"reviewer_not_submitter\":true},\"edges\":{"
                   "\"approve\":\"complete\",\"reject\":\"annotate\"}},{\"key\":\"complete\",\"type\":\"DONE\"}]}",
                   NULL, &error),
               error, "workflow");
    for (int64_t i = 0; i < tasks; i++)
        ids[i] = (id << 32) + i + 1;
    for (int user = 0; user < 2; user++) {
        annoproj_project *project = NULL;
        annoproj_table *outcomes = NULL;
        int64_t from = user == 0 ? 0 : head, count = user == 0 ? head : tasks - head;
        sessions[user] = bench_user(&made, user, ANNOPROJ_ROLE_ANNOTATOR_REVIEWER);
        bench_must(annoproj_project_open(sessions[user], id, NULL, &project, &error), error, "project");
        bench_must(annoproj_tasks_submit(project, ids + from, (size_t)count, NULL, true, &call, &outcomes, &error),
                   error, "submit");
        annoproj_table_free(outcomes);
        annoproj_project_close(project);
    }
    double first = starts(sessions[0], id, "review", 1);
    say_head("submitted", head, first, starts(sessions[0], id, "review", CLAIMS), plain);
    for (int user = 0; user < 2; user++)
        annoproj_session_close(sessions[user]);
    bench_project_close(&made);
    remove(made.path);
    free(ids);
}

/* Each of many users has skipped tasks here and there near the head. */
static void many_skippers(int64_t tasks, int users, int skips, double plain) {
    bench_project made;
    annoproj_error *error = NULL;
    double sum = 0;
    const int region = 40 * users; /* at the head */
    annoproj_session **sessions = malloc((size_t)users * sizeof(annoproj_session *));
    if (!sessions)
        exit(1);
    bench_project_make(&made, "skippers.annoproj", tasks, false);
    int64_t id = annoproj_project_id(made.project);
    srand(1);
    for (int user = 0; user < users; user++) {
        annoproj_project *project = NULL;
        sessions[user] = bench_user(&made, user, ANNOPROJ_ROLE_ANNOTATOR);
        bench_must(annoproj_project_open(sessions[user], id, NULL, &project, &error), error, "project");
        for (int i = 0; i < skips; i++)
            skip(project, (id << 32) + 1 + rand() % region);
        annoproj_project_close(project);
    }
    for (int user = 0; user < users; user++) {
        sum += starts(sessions[user], id, "annotate", 5);
        annoproj_session_close(sessions[user]);
    }
    printf("start, %d users who each skipped %d tasks of the first %d%s: %.1f us, %.2f x a start without them; goal <= "
           "1.5\n",
           users, skips, region, bench_note(), sum / users * 1e6, sum / users / plain);
    bench_project_close(&made);
    remove(made.path);
    free(sessions);
}

int main(void) {
    const int64_t sizes[] = {bench_small() ? 10000 : 100000, bench_small() ? 100000 : 1000000, 10000000};
    const int size_count = bench_small() ? 2 : 3;
    double plain[3];
    for (int i = 0; i < size_count; i++) {
        double bare = bare_writes(sizes[i]);
        plain[i] = plain_starts(sizes[i]);
        printf("start next, %lld tasks%s: %.1f us, %.2f x the bare SQL writes (%.1f us); goal <= 2\n",
               (long long)sizes[i], bench_note(), plain[i] * 1e6, plain[i] / bare, bare * 1e6);
    }
    printf("start next, growth %lld -> %lld tasks%s: %.2f x; goal <= 1.5\n", (long long)sizes[0],
           (long long)sizes[size_count - 1], bench_note(), plain[size_count - 1] / plain[0]);
    int64_t head = bench_small() ? 10000 : 100000;
    skipped_at_the_head(sizes[1], head, plain[1]);
    submitted_at_the_head(2 * head, head, plain[0]);
    many_skippers(sizes[0], bench_small() ? 50 : 500, 200, plain[0]);
    return 0;
}
