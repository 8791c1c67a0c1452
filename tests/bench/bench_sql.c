/* SQL over the log: events counted by kind through the extension, as a ratio to the same statement over a plain SQLite table with
 * the same rows; a range of sequence numbers, which is a seek in both; and what the extension reads of a row. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "events_support.h"

enum { ROUNDS = 9 };

typedef struct question {
    const char *name, *select, *where; /* the table stands between them */
} question;

static const question questions[] = {
    {"count by kind", "SELECT kind, count(*)", "GROUP BY kind"},
    {"count of one kind", "SELECT count(*)", "AND kind = 'label_approve'"},
    {"time spent by actor", "SELECT actor, sum(duration)", "AND kind = 'time_spent' GROUP BY actor"},
    {"1,000 events by number", "SELECT sum(frames)", "AND seq BETWEEN 150001 AND 151000"},
    {"all columns",
     "SELECT max(time), max(kind), max(source), sum(actor), sum(credited), max(stage), max(task), sum(class),"
     " sum(answer), sum(frames), sum(duration), sum(reference)",
     ""},
};
#define QUESTIONS (sizeof questions / sizeof questions[0])

static void must(sqlite3 *rows, int code, const char *what) {
    if (code != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", what, sqlite3_errmsg(rows));
        exit(1);
    }
}

static void make_store(const char *path, int64_t events, int64_t tasks) {
    annoproj_store *made = NULL;
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    annoproj_error *error = NULL;
    event_source from = {.state = 1, .tasks = tasks, .total = events};
    big_project_make(path, tasks);
    options.relaxed_durability = true;
    bench_must(annoproj_store_open(path, &options, NULL, &made, &error), error, "open");
    big_project_append(made, 1, &from, events);
    bench_must(annoproj_store_close(made, NULL, &error), error, "close");
}

/* The store and, attached, the plain table, filled from it. */
static sqlite3 *open_both(const char *store, const char *plain) {
    sqlite3 *made = NULL;
    char text[700];
    const char *extension = getenv("ANNOPROJ_SQL");
    snprintf(text, sizeof text, "file:%s?mode=ro", store);
    must(made, sqlite3_open_v2(text, &made, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI, NULL),
         "open");
    must(made, sqlite3_db_config(made, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL), "configure");
    must(made, sqlite3_load_extension(made, extension == NULL ? "annoproj_sql" : extension, NULL, NULL), "load");
    snprintf(text, sizeof text, "ATTACH 'file:%s?mode=rwc' AS plain; PRAGMA plain.synchronous=OFF", plain);
    must(made, sqlite3_exec(made, text, NULL, NULL, NULL), "attach");
    must(made,
         sqlite3_exec(made,
                      "CREATE TABLE plain.event(project, seq, time, kind, source, actor, credited, stage, task, class, "
                      "answer, frames,"
                      " duration, reference, PRIMARY KEY(project, seq)) WITHOUT ROWID;"
                      "INSERT INTO plain.event SELECT * FROM annoproj_events",
                      NULL, NULL, NULL),
         "copy");
    return made;
}

static double time_question(sqlite3 *rows, const question *asked, const char *from) {
    char text[500];
    snprintf(text, sizeof text, "%s FROM %s WHERE project = 1 %s", asked->select, from, asked->where);
    double began = bench_seconds();
    must(rows, sqlite3_exec(rows, text, NULL, NULL, NULL), text);
    return bench_seconds() - began;
}

int main(void) {
    char store[512], plain[512];
    const int64_t events = bench_small() ? 200000 : 1000000, tasks = bench_small() ? 10000 : 50000;
    bench_path("sql.annoproj", store);
    bench_path("plain.db", plain);
    make_store(store, events, tasks);
    sqlite3 *rows = open_both(store, plain);
    for (size_t i = 0; i < QUESTIONS; i++) {
        double extension[ROUNDS], table[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            extension[round] = time_question(rows, &questions[i], "annoproj_events");
            table[round] = time_question(rows, &questions[i], "plain.event");
        }
        const double ours = bench_median(extension, ROUNDS), theirs = bench_median(table, ROUNDS);
        printf("SQL over %lld events%s, %s: %.2f ms, %.2f x a plain table\n", (long long)events, bench_note(),
               questions[i].name, ours * 1e3, ours / theirs);
    }
    sqlite3_close(rows);
    return 0;
}
