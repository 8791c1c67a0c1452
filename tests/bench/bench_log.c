/* What writing to the log of a large project costs: a command of twelve label changes against plain rows; the command that seals
 * a segment against its neighbours; and time that is reported late, for who reports it and for who asks afterwards. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "events_support.h"
#include "segment.h"

#define PROJECT 1

#define END_US (BENCH_START_US + BENCH_DAYS * BENCH_DAY_US)

/* It is the end of the log. */
static int32_t end_clock(int64_t *time_us, void *unused) {
    (void)unused;
    *time_us = END_US;
    return 0;
}

static annoproj_store *open_store(const char *path) {
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    annoproj_error *error = NULL;
    annoproj_store *store = NULL;
    options.relaxed_durability = true;
    options.clock = end_clock;
    bench_must(annoproj_store_open(path, &options, NULL, &store, &error), error, "open");
    return store;
}

static void close_store(annoproj_store *store) {
    annoproj_error *error = NULL;
    bench_must(annoproj_store_close(store, NULL, &error), error, "close");
}

/* ---- a command of twelve events in a transaction of its own ---- */

#define BLOCKS 21

/* Both in the same file, so that a transaction costs the same, and in turn: what else the machine does meets both. */
static void compare_commands(const char *path, int64_t tasks) {
    event_source ours = {.state = 5, .tasks = tasks, .total = 10000000}, theirs = ours;
    double log[BLOCKS], plain[BLOCKS];
    const int commands = bench_small() ? 300 : 3000; /* of a block: two segments are sealed */
    sqlite3 *file = NULL;
    annoproj_store *store = open_store(path);
    if (sqlite3_open(path, &file) != SQLITE_OK)
        exit(1);
    plain_rows_run(file, BENCH_ROWS_TABLE);
    for (int block = 0; block < BLOCKS; block++) {
        enum command_work did;
        log[block] = 0;
        for (int i = 0; i < commands; i++)
            log[block] += big_project_command(store, PROJECT, &ours, BENCH_COMMAND, &did);
        double began = bench_seconds();
        for (int i = 0; i < commands; i++)
            big_project_rows(store, &theirs, BENCH_COMMAND);
        plain[block] = bench_seconds() - began;
    }
    plain_rows_run(file, "DROP TABLE plain_event");
    sqlite3_close(file);
    close_store(store);
    const double took = bench_median(log, BLOCKS) / commands, bare = bench_median(plain, BLOCKS) / commands;
    printf("a command of %d events%s: %.1f us, %.2f x as many plain rows in the same file (%.1f us); goal <= 1\n",
           BENCH_COMMAND, bench_note(), took * 1e6, took / bare, bare * 1e6);
}

/* ---- sealing ---- */

#define NEIGHBOURS 16

/* How much longer a command took than those around it, in the middle. */
static double extra(const double *times, size_t count, size_t at) {
    double around[2 * NEIGHBOURS];
    size_t found = 0;
    for (size_t i = at < NEIGHBOURS ? 0 : at - NEIGHBOURS; i < count && i <= at + NEIGHBOURS; i++)
        if (i != at)
            around[found++] = times[i];
    return times[at] - bench_median(around, found);
}

static double computed(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

#define FOUND 64

/* What those commands took longer that did one thing: sorted. Of those that only append, one in a hundred. */
static size_t extras(const double *times, const enum command_work *did, size_t count, enum command_work work,
                     double *out) {
    size_t found = 0, seen = 0;
    for (size_t i = 0; i < count && found < FOUND; i++)
        if (did[i] == work && (work != COMMAND_APPENDS || seen++ % 97 == 0))
            out[found++] = extra(times, count, i);
    bench_median(out, found);
    return found;
}

/* Single commands until some segments are sealed; beside the time the processor's, which the disk and other programs leave
 * alone. */
static void report_sealing(const char *path, int64_t tasks, int events, size_t segments) {
    static const char *const names[COMMAND_WORKS] = {"that only appends", "that seals a segment",
                                                     "that adds up its events"};
    event_source from = {.state = 3, .tasks = tasks, .total = 10000000};
    const size_t commands = segments * SEGMENT_EVENTS / (size_t)events;
    double *times = calloc(commands, sizeof *times), *work = calloc(commands, sizeof *work);
    enum command_work *did = calloc(commands, sizeof *did);
    if (!times || !work || !did)
        exit(1);
    annoproj_store *store = open_store(path);
    for (size_t i = 0; i < commands; i++) {
        const double before = computed();
        times[i] = big_project_command(store, PROJECT, &from, events, &did[i]);
        work[i] = computed() - before;
    }
    close_store(store);
    for (enum command_work one = 0; one < COMMAND_WORKS; one++) {
        double stalls[FOUND], works[FOUND];
        const size_t found = extras(times, did, commands, one, stalls);
        if (extras(work, did, commands, one, works) == 0)
            continue;
        printf("a command of %d events %s%s: %.2f ms longer than its neighbours (median of %zu), at worst %.2f ms, of "
               "which it"
               " computes %.2f ms, at worst %.2f ms; goal <= 5 ms\n",
               events, names[one], bench_note(), stalls[found / 2] * 1e3, found, stalls[found - 1] * 1e3,
               works[found / 2] * 1e3, works[found - 1] * 1e3);
    }
    free(times);
    free(work);
    free(did);
}

/* ---- time reported late: reporting it ---- */

#define BEAT_US  INT64_C(30000000) /* what is reported already: 25 s out of 30, for 30 days */
#define SPENT_US INT64_C(25000000)
#define REPORTS  301

static void cover(const char *path, int64_t user) {
    sqlite3 *file = NULL;
    char text[512];
    if (sqlite3_open(path, &file) != SQLITE_OK)
        exit(1);
    snprintf(text, sizeof text,
             "WITH n(at) AS (SELECT %lld UNION ALL SELECT at + %lld FROM n WHERE at < %lld)"
             " INSERT INTO time_covered SELECT %lld, at, at + %lld FROM n",
             (long long)(END_US - 30 * BENCH_DAY_US), (long long)BEAT_US, (long long)(END_US - 60 * BEAT_US),
             (long long)user, (long long)SPENT_US);
    plain_rows_run(file, text);
    sqlite3_close(file);
}

/* Ten minutes of a day so many days ago, of which 20 gaps of 5 s are new. */
static double report_once(annoproj_task *task, int64_t days_ago, int64_t turn) {
    annoproj_error *error = NULL;
    const int64_t start = END_US - days_ago * BENCH_DAY_US - (turn + 70) * 20 * BEAT_US, duration = 20 * BEAT_US;
    int64_t recorded = 0;
    double began = bench_seconds();
    bench_must(annoproj_task_report_time(task, &start, &duration, 1, NULL, &recorded, &error), error, "report time");
    double took = bench_seconds() - began;
    if (recorded != 20 * (BEAT_US - SPENT_US)) {
        fprintf(stderr, "recorded %lld us\n", (long long)recorded);
        exit(1);
    }
    return took;
}

static void compare_late_reports(const char *path) {
    annoproj_error *error = NULL;
    annoproj_session *host = NULL, *session = NULL;
    annoproj_project *project = NULL;
    annoproj_task *task = NULL;
    int64_t user = 0;
    double late[REPORTS], early[REPORTS];
    annoproj_store *store = open_store(path);
    bench_must(annoproj_session_open(store, 0, NULL, NULL, &host, &error), error, "session");
    bench_must(annoproj_project_open(host, PROJECT, NULL, &project, &error), error, "project");
    bench_must(annoproj_user_create(host, "late@x.org", "Late", ANNOPROJ_ORG_MEMBER, NULL, &user, &error), error,
               "user");
    bench_must(annoproj_collaborator_add(project, user, ANNOPROJ_ROLE_ADMIN, NULL, &error), error, "collaborator");
    annoproj_project_close(project);
    cover(path, user);
    bench_must(annoproj_session_open(store, user, NULL, NULL, &session, &error), error, "session");
    bench_must(annoproj_project_open(session, PROJECT, NULL, &project, &error), error, "project");
    bench_must(annoproj_task_open(project, ((int64_t)PROJECT << 32) + 1, NULL, &task, &error), error, "task");
    for (int i = 0; i < REPORTS; i++) {
        late[i] = report_once(task, 27, i);
        early[i] = report_once(task, 0, i);
    }
    annoproj_task_close(task);
    annoproj_project_close(project);
    annoproj_session_close(session);
    annoproj_session_close(host);
    close_store(store);
    const double old = bench_median(late, REPORTS), new = bench_median(early, REPORTS);
    printf("ten minutes reported 27 days late, among 86,000 reported intervals%s: %.1f us, %.2f x of the last day "
           "(%.1f us)\n",
           bench_note(), old * 1e6, old / new, new * 1e6);
}

/* ---- time reported late: asking afterwards ---- */

#define TURNS 9

typedef annoproj_status (*report_fn)(annoproj_query *query, const annoproj_call *call, annoproj_table **table,
                                     annoproj_error **error);

static double ask(const char *path, report_fn make, bool last_week) {
    annoproj_error *error = NULL;
    annoproj_session *host = NULL;
    annoproj_project *project = NULL;
    annoproj_query *query = NULL;
    annoproj_table *table = NULL;
    annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
    annoproj_store *store = open_store(path);
    options.bucket = ANNOPROJ_BUCKET_DAY;
    options.after_us = last_week ? END_US - 7 * BENCH_DAY_US : 0;
    bench_must(annoproj_session_open(store, 0, NULL, NULL, &host, &error), error, "session");
    bench_must(annoproj_project_open(host, PROJECT, NULL, &project, &error), error, "project");
    bench_must(annoproj_query_open(project, &options, NULL, &query, &error), error, "query");
    double began = bench_seconds();
    bench_must(make(query, NULL, &table, &error), error, "report");
    double took = bench_seconds() - began;
    annoproj_table_free(table);
    annoproj_query_close(query);
    annoproj_project_close(project);
    annoproj_session_close(host);
    close_store(store);
    return took;
}

static void fill(const char *path, int64_t events, int64_t tasks, enum event_times times) {
    event_source from = {.state = 1, .tasks = tasks, .total = events, .times = times};
    big_project_make(path, tasks);
    annoproj_store *store = open_store(path);
    big_project_append(store, PROJECT, &from, events);
    close_store(store);
}

static void compare_late_logs(int64_t events, int64_t tasks) {
    static const struct {
        const char *name;
        report_fn make;
        bool last_week;
    } cases[] = {
        {"task actions by day", annoproj_query_task_actions, false},
        {"time spent by day", annoproj_query_time_spent, false},
        {"task actions of the last week", annoproj_query_task_actions, true},
        {"time spent in the last week", annoproj_query_time_spent, true},
    };
    char ordered[512], late[512];
    bench_path("ordered.annoproj", ordered);
    bench_path("late.annoproj", late);
    fill(ordered, events, tasks, TIMES_IN_ORDER);
    fill(late, events, tasks, TIMES_LATE);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double first[TURNS], second[TURNS];
        for (int turn = 0; turn < TURNS; turn++) {
            first[turn] = ask(ordered, cases[i].make, cases[i].last_week);
            second[turn] = ask(late, cases[i].make, cases[i].last_week);
        }
        const double in_order = bench_median(first, TURNS), out_of_it = bench_median(second, TURNS);
        printf(
            "%s, %lld events%s: %.2f ms where one piece of time in a hundred came 29 days late, %.2f x a log in order"
            " (%.2f ms)\n",
            cases[i].name, (long long)events, bench_note(), out_of_it * 1e3, out_of_it / in_order, in_order * 1e3);
    }
    remove(ordered);
    remove(late);
}

int main(void) {
    char path[512];
    setvbuf(stdout, NULL, _IOLBF, 0);
    const int64_t events = bench_small() ? 500000 : 10000000, tasks = events / 10;
    bench_path("log.annoproj", path);
    fill(path, events, tasks, TIMES_USUAL);
    compare_commands(path, tasks);
    report_sealing(path, tasks, BENCH_COMMAND, 20);
    report_sealing(path, tasks, 1, 5);
    compare_late_reports(path);
    remove(path);
    compare_late_logs(events / 5, tasks / 10);
    return 0;
}
