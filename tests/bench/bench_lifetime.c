/* Lifetime figures of a project of 10 M events, asked again, wherever the tail of its log stands: they read the summary, and what of the
 * last segment and the tail is not in it. */
#include <stdio.h>
#include <stdlib.h>

#include "event_block.h"
#include "event_log.h"
#include "events_support.h"

enum { RUNS = 31, PROJECT = 1 };

typedef struct opened {
    annoproj_store *store;
    annoproj_session *session;
    annoproj_project *project;
    annoproj_query *query; /* without a filter, a window or buckets */
} opened;

static opened open_project(const char *path) {
    opened made = {0};
    annoproj_error *error = NULL;
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    options.relaxed_durability = true;
    bench_must(annoproj_store_open(path, &options, NULL, &made.store, &error), error, "open");
    bench_must(annoproj_session_open(made.store, 0, NULL, NULL, &made.session, &error), error, "session");
    bench_must(annoproj_project_open(made.session, PROJECT, NULL, &made.project, &error), error, "project");
    bench_must(annoproj_query_open(made.project, NULL, NULL, &made.query, &error), error, "query");
    return made;
}

static void close_project(opened *made) {
    annoproj_error *error = NULL;
    annoproj_query_close(made->query);
    annoproj_project_close(made->project);
    annoproj_session_close(made->session);
    bench_must(annoproj_store_close(made->store, NULL, &error), error, "close");
}

/* ---- the reports: those of a query, of a project, and of the whole store ---- */

typedef struct report_case {
    const char *name;
    annoproj_status (*of_query)(annoproj_query *, const annoproj_call *, annoproj_table **, annoproj_error **);
    annoproj_status (*of_project)(annoproj_project *, const annoproj_call *, annoproj_table **, annoproj_error **);
    annoproj_status (*of_store)(annoproj_session *, const annoproj_organisation_options *, const annoproj_call *,
                                annoproj_table **, annoproj_error **);
} report_case;

static const report_case cases[] = {
    {"overview", NULL, annoproj_project_overview, NULL},
    {"tasks by stage", NULL, annoproj_project_tasks_by_stage, NULL},
    {"task actions", annoproj_query_task_actions, NULL, NULL},
    {"time spent", annoproj_query_time_spent, NULL, NULL},
    {"label actions", annoproj_query_label_actions, NULL, NULL},
    {"ontology actions", annoproj_query_ontology_actions, NULL, NULL},
    {"annotators", annoproj_query_annotators, NULL, NULL},
    {"annotators by frame", annoproj_query_annotators_by_frame, NULL, NULL},
    {"reviewers", annoproj_query_reviewers, NULL, NULL},
    {"reviewers by frame", annoproj_query_reviewers_by_frame, NULL, NULL},
    {"collaborator time", annoproj_query_collaborator_time, NULL, NULL},
    {"issue actions", annoproj_query_issue_actions, NULL, NULL},
    {"issue tags", annoproj_query_issue_tags, NULL, NULL},
    {"issue tags by class", annoproj_query_issue_tags_by_class, NULL, NULL},
    {"organisation", NULL, NULL, annoproj_store_organisation},
    {"top users", NULL, NULL, annoproj_store_top_users},
    {"top projects", NULL, NULL, annoproj_store_top_projects},
};
enum { CASES = sizeof cases / sizeof *cases };

static double time_once(const opened *from, const report_case *what) {
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    const double began = bench_seconds();
    const annoproj_status status = what->of_query     ? what->of_query(from->query, NULL, &table, &error)
                                   : what->of_project ? what->of_project(from->project, NULL, &table, &error)
                                                      : what->of_store(from->session, NULL, NULL, &table, &error);
    const double took = bench_seconds() - began;
    bench_must(status, error, what->name);
    annoproj_table_free(table);
    return took;
}

static double median_warm(const opened *from, const report_case *what) {
    double times[RUNS];
    for (int run = -2; run < RUNS; run++) { /* what is asked for twice is kept */
        const double took = time_once(from, what);
        if (run >= 0)
            times[run] = took;
    }
    return bench_median(times, RUNS);
}

/* ---- where the tail stands ---- */

/* Whether the last segment's events are all in the summary when the tail has so many. */
static bool is_summed(int64_t events) {
    const event_log log = {.last_seq = SEGMENT_EVENTS + events, .segments = 1, .tail_first = SEGMENT_EVENTS + 1};
    return event_log_summed(&log) == SEGMENT_EVENTS;
}

/* Commands of at most so many events until the tail has exactly so many. */
static void append_to(const opened *to, event_source *from, int64_t events, int64_t command) {
    int64_t held = big_project_tail(to->store, PROJECT);
    while (held != events) {
        const int64_t left = (events - held + SEGMENT_EVENTS) % SEGMENT_EVENTS, some = left < command ? left : command;
        enum command_work did;
        big_project_command(to->store, PROJECT, from, (int)some, &did);
        held = (held + some) % SEGMENT_EVENTS;
    }
}

static void report_all(const opened *from, const char *state) {
    const int64_t events = big_project_tail(from->store, PROJECT);
    double worst = 0;
    for (size_t i = 0; i < CASES; i++) {
        const double took = median_warm(from, &cases[i]);
        printf("%s, lifetime, asked again, %lld events in the tail, %s%s: %.3f ms; goal <= 1\n", cases[i].name,
               (long long)events, state, bench_note(), took * 1e3);
        worst = took > worst ? took : worst;
    }
    printf("the slowest lifetime figure, asked again, %lld events in the tail, %s%s: %.3f ms; goal <= 1\n",
           (long long)events, state, bench_note(), worst * 1e3);
}

int main(void) {
    char path[512];
    setvbuf(stdout, NULL, _IOLBF, 0);
    const int64_t events = bench_small() ? 500000 : 10000000, tasks = events / 10;
    event_source from = {.state = 1, .tasks = tasks, .total = events + 5 * SEGMENT_EVENTS};
    int64_t unsummed = 0;
    while (!is_summed(unsummed + 1))
        unsummed++;
    bench_path("lifetime.annoproj", path);
    big_project_make(path, tasks);
    opened made = open_project(path);
    big_project_append(made.store, PROJECT, &from, events);
    report_all(&made, "as it came");
    append_to(&made, &from, SEGMENT_EVENTS - 1, BENCH_COMMAND);
    report_all(&made, "nearly full");
    append_to(&made, &from, SEGMENT_EVENTS - (int64_t)BLOCK_EVENTS, BENCH_COMMAND);
    append_to(&made, &from, SEGMENT_EVENTS - 1, 1);
    report_all(&made, "nearly full, a row for each event behind the last block");
    append_to(&made, &from, unsummed, BENCH_COMMAND);
    report_all(&made, "the last segment not all summed");
    append_to(&made, &from, EVENTS_SUMMED + unsummed, BENCH_COMMAND);
    report_all(&made, "as many not summed as there can be");
    close_project(&made);
    remove(path);
    return 0;
}
