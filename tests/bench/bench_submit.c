/* A task with 12 changed labels: writing them and submitting it, against the bare SQL writes both need, and the events
 * of a submit against the same events as plain rows. */
#include "bench_support.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "handle.h"
#include "store.h"

enum { LABELS = 12, PUBLISHED = LABELS * 3 + 1, MOST_TASKS = 2000, OF_TRANSACTION = 100 };

typedef struct figures {
    double write, submit;
} figures;

/* ---- the library ---- */

static void write_labels(annoproj_task *task) {
    int64_t classes[LABELS], geometry_starts[LABELS + 1], coordinate_starts[LABELS + 1];
    double coordinates[LABELS * 4];
    annoproj_label_changes changes = ANNOPROJ_LABEL_CHANGES_INIT;
    annoproj_label_write_options options = ANNOPROJ_LABEL_WRITE_OPTIONS_INIT;
    annoproj_table *written = NULL;
    annoproj_error *error = NULL;
    for (int i = 0; i <= LABELS; i++) {
        geometry_starts[i] = i;
        coordinate_starts[i] = i * 4;
    }
    for (int i = 0; i < LABELS; i++) {
        const double box[] = {10.25 + i, 20.5, 30.75 + i, 40};
        classes[i] = 1;
        memcpy(coordinates + i * 4, box, sizeof box);
    }
    changes.count = changes.geometry_count = changes.part_count = LABELS;
    changes.classes = classes;
    changes.geometry_starts = geometry_starts;
    changes.coordinate_starts = coordinate_starts;
    changes.coordinates = coordinates;
    changes.coordinate_count = LABELS * 4;
    options.force = true;
    bench_must(annoproj_labels_write(task, &changes, &options, NULL, &written, &error), error, "labels");
    annoproj_table_free(written);
}

static figures work(bool durable, int tasks) {
    bench_project made;
    annoproj_project *project = NULL;
    annoproj_stage *stage = NULL;
    annoproj_error *error = NULL;
    double *writes = malloc(MOST_TASKS * sizeof *writes), *submits = malloc(MOST_TASKS * sizeof *submits);
    if (!writes || !submits)
        exit(1);
    bench_project_make(&made, durable ? "full.annoproj" : "relaxed.annoproj", tasks, durable);
    annoproj_session *session = bench_user(&made, 1, ANNOPROJ_ROLE_ANNOTATOR);
    bench_must(annoproj_project_open(session, annoproj_project_id(made.project), NULL, &project, &error), error,
               "project");
    bench_must(annoproj_stage_open(project, "annotate", NULL, &stage, &error), error, "stage");
    for (int i = 0; i < tasks; i++) {
        annoproj_task *task = NULL;
        annoproj_queue_reason reason = 0;
        bench_must(annoproj_stage_start_next(stage, NULL, NULL, &task, &reason, &error), error, "start");
        double began = bench_seconds();
        write_labels(task);
        writes[i] = bench_seconds() - began;
        began = bench_seconds();
        bench_must(annoproj_task_submit(task, NULL, NULL, &error), error, "submit");
        submits[i] = bench_seconds() - began;
        annoproj_task_close(task);
    }
    annoproj_stage_close(stage);
    annoproj_project_close(project);
    annoproj_session_close(session);
    bench_project_close(&made);
    figures median = {bench_median(writes, (size_t)tasks), bench_median(submits, (size_t)tasks)};
    free(writes);
    free(submits);
    return median;
}

/* ---- the bare SQL, with known keys ---- */

static void run(sqlite3 *plain, const char *change) {
    char *message = NULL;
    if (sqlite3_exec(plain, change, NULL, NULL, &message) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", change, message);
        exit(1);
    }
}

static const char plain_schema[] =
    "CREATE TABLE task(id INTEGER PRIMARY KEY, title, stage, assignee, priority, entered, status, version, "
    "last_submitter, last_user, last_stage, last_action);"
    "CREATE INDEX queue ON task(stage, assignee, priority DESC, entered);"
    "CREATE INDEX by_entry ON task(stage, entered); CREATE INDEX by_title ON task(stage, title);"
    "CREATE INDEX by_action ON task(stage, last_action);"
    "CREATE TABLE task_count(stage, assignee, count, PRIMARY KEY(stage, assignee)) WITHOUT ROWID;"
    "CREATE TABLE task_worker(task, stage, user, PRIMARY KEY(task, stage, user)) WITHOUT ROWID;"
    "CREATE TABLE task_stay(task, number, stage, entered, gone, actor, PRIMARY KEY(task, number)) WITHOUT ROWID;"
    "CREATE TABLE project_counter(project INTEGER PRIMARY KEY, last_label, counted);"
    "CREATE TABLE label(task, number, hash, class, creator, created, editor, edited, manual, confidence, ranges, "
    "geometry, answers,"
    " PRIMARY KEY(task, number)) WITHOUT ROWID;"
    "CREATE TABLE label_published(task, label, hash, class, live, submitted, submitter, last, frames, ever, answers, "
    "first,"
    " PRIMARY KEY(task, label)) WITHOUT ROWID;"
    "CREATE TABLE label_review(task, label, stage, state, reviewer, content, entered, PRIMARY KEY(task, label, stage)) "
    "WITHOUT ROWID;"
    "CREATE TABLE event(seq INTEGER PRIMARY KEY, time, kind, source, actor, credited, stage, task, class, answer, "
    "frames, duration,"
    " reference);"
    "INSERT INTO task_count VALUES(1, 0, 100000), (1, 7, 1), (2, 0, 0);"
    "INSERT INTO project_counter VALUES(1, 0, 0)";

/* ?1 = task, ?2 = a number from 0 on. */
static const char *const write_texts[] = {
    "INSERT INTO label VALUES(?1, ?1 * 12 + ?2, 'Abcd123' || ?2, 1, 7, 1767603600000000, 7, 1767603600000000, 1, 1.0, "
    "x'', zeroblob(24), x'')",
    "UPDATE task SET version = version + 1 WHERE id = ?1",
    "UPDATE project_counter SET last_label = last_label + 12 WHERE project = 1",
    ("INSERT INTO event(time, kind, source, actor, credited, stage, task, class, answer, frames, duration, reference)"
     " VALUES(1767603600000000, 48, 2, 7, 0, 1, ?1, 1, 0, 1, 0, ?2)")};
static const int write_times[] = {LABELS, 1, 1, LABELS};
static const char *const submit_texts[] = {
    "INSERT INTO label_published SELECT task, number, hash, class, 1, 1, 7, 1, x'0001', x'0001', answers, x'' FROM "
    "label"
    " WHERE task = ?1 AND number = ?1 * 12 + ?2",
    "INSERT INTO label_review VALUES(?1, ?1 * 12 + ?2, 2, 1, 0, 0, 1)",
    "UPDATE task SET stage = 2, assignee = 0, entered = 1767603600000000 + id, status = 1, last_submitter = 7,"
    " last_user = 7, last_stage = 1, last_action = 1767603600000000 + id WHERE id = ?1",
    "UPDATE task_count SET count = count - 1 WHERE stage = 1 AND assignee = 7",
    "UPDATE task_count SET count = count + 1 WHERE stage = 2 AND assignee = 0",
    "INSERT INTO task_worker VALUES(?1, 1, 7)",
    "INSERT INTO task_stay VALUES(?1, 1, 1, 1767603500000000, 1767603600000000, 7)",
    "UPDATE project_counter SET counted = counted + 12 WHERE project = 1",
    "INSERT INTO event(time, kind, source, actor, credited, stage, task, class, answer, frames, duration, reference)"
    " VALUES(1767603600000000, 32 + ?2 % 5, 2, 7, 0, 1, ?1, 1, 0, 1, 0, ?2)"};
static const int submit_times[] = {LABELS, LABELS, 1, 1, 1, 1, 1, 1, PUBLISHED};

static double one_command(sqlite3 *plain, sqlite3_stmt *const *statements, const int *times, int count, int task) {
    double began = bench_seconds();
    run(plain, "BEGIN IMMEDIATE");
    for (int i = 0; i < count; i++)
        for (int k = 0; k < times[i]; k++) {
            sqlite3_bind_int64(statements[i], 1, task);
            if (sqlite3_bind_parameter_count(statements[i]) > 1)
                sqlite3_bind_int64(statements[i], 2, k);
            if (sqlite3_step(statements[i]) != SQLITE_DONE) {
                fprintf(stderr, "%s: %s\n", sqlite3_sql(statements[i]), sqlite3_errmsg(plain));
                exit(1);
            }
            sqlite3_reset(statements[i]);
        }
    run(plain, "COMMIT");
    return bench_seconds() - began;
}

static void prepare(sqlite3 *plain, const char *const *texts, int count, sqlite3_stmt **statements) {
    for (int i = 0; i < count; i++)
        if (sqlite3_prepare_v2(plain, texts[i], -1, &statements[i], NULL) != SQLITE_OK) {
            fprintf(stderr, "%s: %s\n", texts[i], sqlite3_errmsg(plain));
            exit(1);
        }
}

static sqlite3 *plain_open(const char *name, bool durable) {
    char path[512];
    sqlite3 *plain = NULL;
    bench_path(name, path);
    remove(path);
    if (sqlite3_open(path, &plain) != SQLITE_OK)
        exit(1);
    run(plain, "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL");
    run(plain, durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
    run(plain, plain_schema);
    return plain;
}

static figures bare(bool durable, int tasks) {
    sqlite3 *plain = plain_open(durable ? "full.db" : "relaxed.db", durable);
    sqlite3_stmt *writing[4], *submitting[9];
    double *writes = malloc(MOST_TASKS * sizeof *writes), *submits = malloc(MOST_TASKS * sizeof *submits);
    if (!writes || !submits)
        exit(1);
    run(plain, "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
               " INSERT INTO task SELECT i, printf('file%09d.jpg', i), 1, 7, 50, i, 1, 0, 0, NULL, NULL, NULL FROM n");
    prepare(plain, write_texts, 4, writing);
    prepare(plain, submit_texts, 9, submitting);
    for (int i = 0; i < tasks; i++) {
        writes[i] = one_command(plain, writing, write_times, 4, i + 1);
        submits[i] = one_command(plain, submitting, submit_times, 9, i + 1);
    }
    for (int i = 0; i < 4; i++)
        sqlite3_finalize(writing[i]);
    for (int i = 0; i < 9; i++)
        sqlite3_finalize(submitting[i]);
    sqlite3_close(plain);
    figures median = {bench_median(writes, (size_t)tasks), bench_median(submits, (size_t)tasks)};
    free(writes);
    free(submits);
    return median;
}

/* ---- the event part: the 37 events of a submit, many submits in a transaction, a commit hides nothing ---- */

static event event_of(int task, int k) {
    return (event){.time_us = INT64_C(1767603600000000) + task,
                   .actor = 7,
                   .task = task,
                   .source = 2,
                   .stage = 1,
                   .class = 1,
                   .frames = 1,
                   .kind = k == 0       ? EVENT_TASK_SUBMIT
                           : k % 3 == 0 ? EVENT_LABEL_CREATE
                           : k % 3 == 1 ? EVENT_LABEL_SUBMIT
                                        : EVENT_LABEL_COUNTED,
                   .reference = task * LABELS + k / 3};
}

static annoproj_status append_some(writer *in, void *argument, annoproj_error **error) {
    const int *first = argument;
    event_batch batch = {0};
    annoproj_status status = ANNOPROJ_OK;
    for (int task = *first; task < *first + OF_TRANSACTION && status == ANNOPROJ_OK; task++) {
        int64_t seq = 0;
        batch.count = 0;
        for (int k = 0; k < PUBLISHED; k++) {
            const event one = event_of(task, k);
            event_batch_add(&batch, &one);
        }
        status = event_append(in->database, 1, &batch, &seq, error);
    }
    event_batch_release(&batch);
    return status;
}

static double append_events(int tasks) {
    char path[512];
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    annoproj_error *error = NULL;
    bounds limits;
    store *made = NULL;
    options.relaxed_durability = true;
    bench_path("events.annoproj", path);
    bench_must(bounds_begin(&limits, NULL, &error), error, "bounds");
    limits.until_us = INT64_MAX;
    bench_must(store_open(path, true, &options, &limits, &made, &error), error, "store");
    double began = bench_seconds();
    for (int first = 1; first <= tasks; first += OF_TRANSACTION)
        bench_must(store_write(made, &limits, append_some, &first, &error), error, "append");
    double took = bench_seconds() - began;
    bench_must(store_shut(made, &limits, &error), error, "close");
    body_release(&made->body);
    bounds_end(&limits);
    return took / tasks;
}

static double insert_events(int tasks) {
    sqlite3 *plain = plain_open("events.db", false);
    sqlite3_stmt *add = NULL;
    static const char *const text[] = {"INSERT INTO event(time, kind, source, actor, credited, stage, task, class, "
                                       "answer, frames, duration, reference)"
                                       " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
    prepare(plain, text, 1, &add);
    double began = bench_seconds();
    for (int task = 1; task <= tasks; task++) {
        if (task % OF_TRANSACTION == 1)
            run(plain, "BEGIN IMMEDIATE");
        for (int k = 0; k < PUBLISHED; k++) {
            const event one = event_of(task, k);
            const int64_t values[] = {one.time_us, one.kind,  one.source, one.actor,  one.credited,    one.stage,
                                      one.task,    one.class, one.answer, one.frames, one.duration_us, one.reference};
            for (int i = 0; i < 12; i++)
                sqlite3_bind_int64(add, i + 1, values[i]);
            sqlite3_step(add);
            sqlite3_reset(add);
        }
        if (task % OF_TRANSACTION == 0)
            run(plain, "COMMIT");
    }
    double took = bench_seconds() - began;
    sqlite3_finalize(add);
    sqlite3_close(plain);
    return took / tasks;
}

int main(void) {
    const char *note = bench_note();
    int tasks = bench_small() ? 300 : MOST_TASKS;
    for (int durable = 0; durable < 2; durable++) {
        const char *how = durable ? "FULL" : "relaxed";
        figures ours = work(durable, tasks), plain = bare(durable, tasks);
        printf("submit of 12 new labels, %s%s: %.0f us, %.2f x the bare SQL writes (%.0f us); goal <= 2\n", how, note,
               ours.submit * 1e6, ours.submit / plain.submit, plain.submit * 1e6);
        printf("writing 12 labels, %s%s: %.0f us, %.2f x the bare SQL writes (%.0f us)\n", how, note, ours.write * 1e6,
               ours.write / plain.write, plain.write * 1e6);
        printf("writing and submitting 12 labels, %s%s: %.2f x the bare SQL writes\n", how, note,
               (ours.write + ours.submit) / (plain.write + plain.submit));
    }
    tasks *= 10;
    double ours = append_events(tasks), rows = insert_events(tasks);
    printf("%d events of a submit%s: %.1f us, %.2f x plain rows (%.1f us); goal <= 1\n", PUBLISHED, note, ours * 1e6,
           ours / rows, rows * 1e6);
    return 0;
}
