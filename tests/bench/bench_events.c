/* Reports over a log of 10 M events against SQL over plain rows of the same events, whose totals must be the same;
 * appending and size; and one project alone against one of a thousand. Every report is timed on a store that was
 * just opened, and again with what the store keeps in memory. With BENCH_EXPORT=<folder> it makes the store and the
 * events there instead, for bench_duckdb.py. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events_support.h"

enum { RUNS = 7, TURNS = 21, FIRST_STAGE = 1, SECOND_STAGE = 2, DATASET = 3, PEOPLE = 20 };

typedef annoproj_status (*report_fn)(annoproj_query *query, const annoproj_call *call, annoproj_table **table,
                                     annoproj_error **error);

typedef struct report_case {
    const char *name;
    report_fn make;
    const char *columns; /* what is added up for the total */
    bool filtered, by_day, lifetime;
    const char *sql; /* first column adds up to the same total */
} report_case;

#define FILTER_TASK " AND (SELECT dataset FROM task WHERE task.id = event.task) = 3"
#define FILTER                                                                                                         \
    " AND stage IN (1, 2) AND actor IN "                                                                               \
    "(10,20,30,40,50,60,70,80,90,100,110,120,130,140,150,160,170,180,190,200)" FILTER_TASK
#define CREDITED "kind IN (5, 6, 38, 39, 64, 65, 66)"
#define PERSON   "CASE WHEN " CREDITED " THEN credited ELSE actor END"
#define PEOPLE_SUMS                                                                                                    \
    "SELECT CASE WHEN kind IN (24, 37, 64, 65, 66) THEN 0 ELSE count(*) END, sum(duration) FROM event WHERE "
#define TASK_COLUMNS  "submitted,skipped,approved,rejected,assigned"
#define CLASS_COLUMNS "created,approved,rejected"
#define PEOPLE_COLUMNS                                                                                                 \
    "submitted_tasks,skipped_tasks,approved_tasks,rejected_tasks,created_labels,edited_labels,deleted_labels,"         \
    "approved_labels,rejected_labels"

static const report_case cases[] = {
    {"task actions by day", annoproj_query_task_actions, TASK_COLUMNS, false, true, false,
     "SELECT count(*) FROM event WHERE kind IN (1, 3, 4, 5, 6, 2, 7, 8) GROUP BY time / 86400000000, kind"},
    {"task actions by day, filtered", annoproj_query_task_actions, TASK_COLUMNS, true, true, false,
     "SELECT count(*) FROM event WHERE kind IN (1, 3, 4, 5, 6, 2, 7, 8)" FILTER " GROUP BY time / 86400000000, kind"},
    {"annotators", annoproj_query_annotators, PEOPLE_COLUMNS, false, false, true,
     PEOPLE_SUMS "(kind IN (3, 4, 24, 32, 33, 34, 37) AND stage IN (1, 3)) OR " CREDITED " GROUP BY kind, " PERSON},
    {"annotators, filtered", annoproj_query_annotators, PEOPLE_COLUMNS, true, false, false,
     PEOPLE_SUMS "((kind IN (3, 4, 24, 32, 33, 34, 37) AND stage = 1) OR (" CREDITED " AND stage = 2)) AND " PERSON
                 " IN (10,20,30,40,50,60,70,80,90,100,110,120,130,140,150,160,170,180,190,200)" FILTER_TASK
                 " GROUP BY kind, " PERSON},
    {"ontology actions", annoproj_query_ontology_actions, CLASS_COLUMNS, false, false, true,
     "SELECT count(*) FROM event WHERE kind IN (32, 38, 39, 44, 45, 46) GROUP BY kind, class, answer"},
    {"ontology actions, filtered", annoproj_query_ontology_actions, CLASS_COLUMNS, true, false, false,
     "SELECT count(*) FROM event WHERE kind IN (32, 38, 39, 44, 45, 46)" FILTER " GROUP BY kind, class, answer"},
};
enum { CASES = sizeof cases / sizeof *cases };

/* ---- the library ---- */

typedef struct opened {
    annoproj_store *store;
    annoproj_session *session;
    annoproj_project *project;
} opened;

#define LARGE_CACHE 268435456

static opened open_project(const char *path, int64_t cache_bytes) {
    opened made = {0};
    annoproj_error *error = NULL;
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    options.cache_bytes = cache_bytes;
    bench_must(annoproj_store_open(path, &options, NULL, &made.store, &error), error, "open");
    bench_must(annoproj_session_open(made.store, 0, NULL, NULL, &made.session, &error), error, "session");
    bench_must(annoproj_project_open(made.session, 1, NULL, &made.project, &error), error, "project");
    return made;
}

static void close_project(opened *made) {
    annoproj_error *error = NULL;
    annoproj_project_close(made->project);
    annoproj_session_close(made->session);
    bench_must(annoproj_store_close(made->store, NULL, &error), error, "close");
}

static annoproj_query *ask(const opened *from, const report_case *what) {
    const int64_t stages[] = {(INT64_C(1) << 32) + FIRST_STAGE, (INT64_C(1) << 32) + SECOND_STAGE},
                  datasets[] = {DATASET};
    int64_t people[PEOPLE];
    annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
    annoproj_query *query = NULL;
    annoproj_error *error = NULL;
    for (int i = 0; i < PEOPLE; i++)
        people[i] = (i + 1) * (BENCH_USERS / PEOPLE);
    if (what->filtered) {
        options.stages = stages;
        options.stage_count = 2;
        options.datasets = datasets;
        options.dataset_count = 1;
        options.collaborators = people;
        options.collaborator_count = PEOPLE;
    }
    options.bucket = what->by_day ? ANNOPROJ_BUCKET_DAY : ANNOPROJ_BUCKET_NONE;
    bench_must(annoproj_query_open(from->project, &options, NULL, &query, &error), error, "query");
    return query;
}

static int64_t add_up(const annoproj_table *table, const char *columns) {
    char names[256], *rest = names;
    int64_t total = 0;
    snprintf(names, sizeof names, "%s", columns);
    for (char *name = strtok_r(names, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
        int32_t column = annoproj_table_column_index(table, name);
        for (int64_t row = 0; row < annoproj_table_row_count(table); row++)
            total += annoproj_table_int64(table, row, column);
    }
    return total;
}

static double time_once(const opened *from, const report_case *what, int64_t *total) {
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    annoproj_query *query = ask(from, what);
    double began = bench_seconds();
    bench_must(what->make(query, NULL, &table, &error), error, what->name);
    double took = bench_seconds() - began;
    *total = add_up(table, what->columns);
    annoproj_table_free(table);
    annoproj_query_close(query);
    return took;
}

/* On a store just opened. */
static double time_cold(const char *path, const report_case *what, int64_t *total) {
    opened from = open_project(path, 0);
    double took = time_once(&from, what, total);
    close_project(&from);
    return took;
}

static double median_cold(const char *path, const report_case *what, int64_t *total) {
    double times[RUNS];
    for (int run = 0; run < RUNS; run++)
        times[run] = time_cold(path, what, total);
    return bench_median(times, RUNS);
}

/* Asked again, with a cache of that size (0 = as it comes): what is asked for twice is kept. */
static double median_warm(const char *path, const report_case *what, int64_t cache_bytes) {
    double times[RUNS];
    int64_t total = 0;
    opened from = open_project(path, cache_bytes);
    time_once(&from, what, &total);
    time_once(&from, what, &total);
    for (int run = 0; run < RUNS; run++)
        times[run] = time_once(&from, what, &total);
    close_project(&from);
    return bench_median(times, RUNS);
}

/* Asked again, as for the lifetime reports. */
static double median_overview(const char *path) {
    double times[RUNS + 1];
    opened from = open_project(path, 0);
    for (int run = 0; run <= RUNS; run++) {
        annoproj_error *error = NULL;
        annoproj_table *overview = NULL, *stages = NULL;
        double began = bench_seconds();
        bench_must(annoproj_project_overview(from.project, NULL, &overview, &error), error, "overview");
        bench_must(annoproj_project_tasks_by_stage(from.project, NULL, &stages, &error), error, "tasks by stage");
        times[run] = bench_seconds() - began;
        annoproj_table_free(overview);
        annoproj_table_free(stages);
    }
    close_project(&from);
    return bench_median(times + 1, RUNS);
}

/* `others` events go into each of 999 other logs, in turn with ours. The seconds of appending, with folding the log
 * away, as for plain rows. */
static double fill(const char *path, int64_t events, int64_t tasks, int64_t others) {
    enum { ROUNDS = 100 };
    annoproj_error *error = NULL;
    annoproj_store *store = NULL;
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    event_source from = {.state = 1, .tasks = tasks, .total = events},
                 theirs = {.state = 2, .tasks = tasks, .total = others * 1000};
    options.relaxed_durability = true;
    big_project_make(path, tasks);
    bench_must(annoproj_store_open(path, &options, NULL, &store, &error), error, "open");
    double began = bench_seconds();
    if (others == 0)
        big_project_append(store, 1, &from, events);
    for (int round = 0; round < ROUNDS && others > 0; round++) {
        big_project_append(store, 1, &from, events / ROUNDS);
        for (int64_t project = 2; project <= 1000; project++)
            big_project_append(store, project, &theirs, others / ROUNDS);
    }
    bench_must(annoproj_store_close(store, NULL, &error), error, "close");
    return bench_seconds() - began;
}

/* ---- plain rows ---- */

static double time_sql(sqlite3 *rows, const char *text, int64_t *total) {
    sqlite3_stmt *read = NULL;
    double began = bench_seconds();
    if (sqlite3_prepare_v2(rows, text, -1, &read, NULL) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", text, sqlite3_errmsg(rows));
        exit(1);
    }
    *total = 0;
    while (sqlite3_step(read) == SQLITE_ROW)
        *total += sqlite3_column_int64(read, 0);
    sqlite3_finalize(read);
    return bench_seconds() - began;
}

static void compare_reports(const char *path, sqlite3 *rows) {
    const char *note = bench_note();
    for (size_t i = 0; i < CASES; i++) {
        int64_t found = 0, wanted = 0;
        double cold = median_cold(path, &cases[i], &found), plain = time_sql(rows, cases[i].sql, &wanted);
        if (found != wanted) {
            fprintf(stderr, "%s: %lld, SQL says %lld\n", cases[i].name, (long long)found, (long long)wanted);
            exit(1);
        }
        printf("%s%s: %.2f ms, %.1f x as fast as SQL over rows (%.0f ms); goal >= 20\n", cases[i].name, note,
               cold * 1e3, plain / cold, plain * 1e3);
        double again = median_warm(path, &cases[i], cases[i].lifetime ? 0 : LARGE_CACHE);
        if (cases[i].lifetime)
            printf("%s, lifetime, asked again%s: %.2f ms; goal <= 1\n", cases[i].name, note, again * 1e3);
        else
            printf("%s, asked again with 256 MiB%s: %.2f ms, %.2f x the first time\n", cases[i].name, note, again * 1e3,
                   again / cold);
    }
    printf("overview and tasks by stage, asked again%s: %.2f ms; goal <= 1\n", note, median_overview(path) * 1e3);
}

static double file_bytes(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0)
        exit(1);
    double length = (double)ftell(file);
    fclose(file);
    return length;
}

static void compare_rows(int64_t events, int64_t tasks) {
    char path[512], plain_path[512], bare_path[512];
    event_source from = {.state = 1, .tasks = tasks, .total = events};
    bench_path("big.annoproj", path);
    bench_path("bare.annoproj", bare_path);
    bench_path("rows.db", plain_path);
    big_project_make(bare_path, tasks);
    double took = fill(path, events, tasks, 0);
    sqlite3 *rows = plain_rows_make(plain_path, tasks);
    plain_rows_run(rows, "PRAGMA wal_checkpoint(TRUNCATE)");
    double before = file_bytes(plain_path), began = bench_seconds();
    plain_rows_insert(rows, &from, events, BENCH_CHUNK);
    plain_rows_run(rows, "PRAGMA wal_checkpoint(TRUNCATE)");
    double plain_took = bench_seconds() - began;
    double ours = (file_bytes(path) - file_bytes(bare_path)) / (double)events,
           plain = (file_bytes(plain_path) - before) / (double)events;
    printf("appending %lld events in commands of %d%s: %.2f us an event, %.2f x plain rows (%.2f us); goal <= 1\n",
           (long long)events, BENCH_COMMAND, bench_note(), took / (double)events * 1e6, took / plain_took,
           plain_took / (double)events * 1e6);
    printf("size of an event%s: %.1f bytes, %.2f x plain rows (%.1f bytes)\n", bench_note(), ours, ours / plain, plain);
    compare_reports(path, rows);
    sqlite3_close(rows);
    remove(path);
    remove(plain_path);
}

static void compare_crowd(int64_t events, int64_t tasks) {
    char alone[512], crowd[512];
    int64_t one = 0, other = 0;
    bench_path("alone.annoproj", alone);
    bench_path("crowd.annoproj", crowd);
    fill(alone, events, tasks, 0);
    fill(crowd, events, tasks, events / 500);
    for (size_t i = 0; i < CASES; i++) {
        double first[TURNS], second[TURNS];
        for (int run = 0; run < TURNS; run++) { /* in turn: what else the machine does meets both */
            first[run] = time_cold(alone, &cases[i], &one);
            second[run] = time_cold(crowd, &cases[i], &other);
        }
        if (one != other) {
            fprintf(stderr, "%s: %lld alone, %lld in the crowd\n", cases[i].name, (long long)one, (long long)other);
            exit(1);
        }
        double by_itself = bench_median(first, TURNS), in_crowd = bench_median(second, TURNS);
        printf("%s, %lld events, one of 1,000 projects%s: %.2f ms, %.2f x the project alone (%.2f ms); goal <= 1.2\n",
               cases[i].name, (long long)events, bench_note(), in_crowd * 1e3, in_crowd / by_itself, by_itself * 1e3);
    }
}

/* ---- for bench_duckdb.py ---- */

static FILE *create_in(const char *folder, const char *name) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    if (!file) {
        perror(path);
        exit(1);
    }
    return file;
}

static void export(const char *folder, int64_t events, int64_t tasks) {
    char path[1024];
    event_source from = {.state = 1, .tasks = tasks, .total = events};
    snprintf(path, sizeof path, "%s/big.annoproj", folder);
    fill(path, events, tasks, 0);
    FILE *file = create_in(folder, "events.csv");
    fprintf(file, "time,kind,actor,credited,stage,task,class,answer,frames,duration,reference\n");
    for (int64_t i = 0; i < events; i++) {
        const event one = event_source_next(&from);
        fprintf(file, "%lld,%d,%lld,%lld,%d,%lld,%d,%d,%lld,%lld,%lld\n", (long long)one.time_us, one.kind,
                (long long)one.actor, (long long)one.credited, one.stage, (long long)one.task, one.class, one.answer,
                (long long)one.frames, (long long)one.duration_us, (long long)one.reference);
    }
    if (fclose(file) != 0)
        exit(1);
}

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    const char *folder = getenv("BENCH_EXPORT");
    int64_t events = bench_small() ? 500000 : 10000000, tasks = bench_small() ? 100000 : 1000000;
    if (folder) {
        export(folder, events, tasks);
        return 0;
    }
    compare_rows(events, tasks);
    compare_crowd(events / 5, tasks / 10);
    return 0;
}
