/* The page size of the store: 4, 8 and 16 KiB. What a scan of the log, the commit of a small command and the size of
 * the file cost with each, as ratios to 16 KiB, which new stores have. */
#include <stdio.h>
#include <stdlib.h>

#include "connection.h"
#include "events_support.h"

enum { CALLS = 1000, RUNS = 5 };

typedef struct costs {
    double scan, commit_relaxed, commit_full, megabytes;
} costs;

/* The report of classes with a filter, so that no summary answers it, on a store just opened; the system's cache has
 * the file. */
static double time_scan(const char *path) {
    double times[RUNS];
    const int64_t people[] = {10, 20, 30};
    annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
    options.collaborators = people;
    options.collaborator_count = 3;
    for (int run = 0; run < RUNS; run++) {
        annoproj_store *made = NULL;
        annoproj_session *session = NULL;
        annoproj_project *project = NULL;
        annoproj_query *query = NULL;
        annoproj_table *table = NULL;
        annoproj_error *error = NULL;
        bench_must(annoproj_store_open(path, NULL, NULL, &made, &error), error, "open");
        bench_must(annoproj_session_open(made, 0, NULL, NULL, &session, &error), error, "session");
        bench_must(annoproj_project_open(session, 1, NULL, &project, &error), error, "project");
        bench_must(annoproj_query_open(project, &options, NULL, &query, &error), error, "query");
        double began = bench_seconds();
        bench_must(annoproj_query_ontology_actions(query, NULL, &table, &error), error, "ontology actions");
        times[run] = bench_seconds() - began;
        annoproj_table_free(table);
        annoproj_query_close(query);
        annoproj_project_close(project);
        annoproj_session_close(session);
        bench_must(annoproj_store_close(made, NULL, &error), error, "close");
    }
    return bench_median(times, RUNS);
}

/* Start next and submit, together. */
static double time_commits(bool durable, int64_t tasks) {
    bench_project made;
    annoproj_project *project = NULL;
    annoproj_stage *stage = NULL;
    annoproj_error *error = NULL;
    char name[64];
    double times[CALLS];
    snprintf(name, sizeof name, "commits%d%d.annoproj", (int)store_page_size, durable);
    bench_project_make(&made, name, tasks, durable);
    annoproj_session *session = bench_user(&made, 1, ANNOPROJ_ROLE_ANNOTATOR);
    bench_must(annoproj_project_open(session, annoproj_project_id(made.project), NULL, &project, &error), error,
               "project");
    bench_must(annoproj_stage_open(project, "annotate", NULL, &stage, &error), error, "stage");
    for (int call = 0; call < CALLS; call++) {
        annoproj_task *task = NULL;
        annoproj_queue_reason reason = 0;
        double began = bench_seconds();
        bench_must(annoproj_stage_start_next(stage, NULL, NULL, &task, &reason, &error), error, "start");
        bench_must(annoproj_task_submit(task, NULL, NULL, &error), error, "submit");
        times[call] = bench_seconds() - began;
        annoproj_task_close(task);
    }
    annoproj_stage_close(stage);
    annoproj_project_close(project);
    annoproj_session_close(session);
    bench_project_close(&made);
    return bench_median(times, CALLS);
}

static costs measure(int32_t page_size, int64_t events, int64_t tasks) {
    char name[64], path[512];
    annoproj_store *made = NULL;
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    annoproj_error *error = NULL;
    event_source from = {.state = 1, .tasks = tasks, .total = events};
    costs found = {0};
    store_page_size = page_size;
    snprintf(name, sizeof name, "pages%d.annoproj", page_size);
    bench_path(name, path);
    big_project_make(path, tasks);
    options.relaxed_durability = true;
    bench_must(annoproj_store_open(path, &options, NULL, &made, &error), error, "open");
    big_project_append(made, 1, &from, events);
    bench_must(annoproj_store_close(made, NULL, &error), error, "close");
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0)
        exit(1);
    found.megabytes = (double)ftell(file) / 1e6;
    fclose(file);
    found.scan = time_scan(path);
    found.commit_relaxed = time_commits(false, tasks);
    found.commit_full = time_commits(true, tasks);
    return found;
}

int main(void) {
    static const int32_t sizes[] = {16384, 8192, 4096};
    int64_t events = bench_small() ? 300000 : 3000000, tasks = bench_small() ? 20000 : 100000;
    costs base = {0};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        costs now = measure(sizes[i], events, tasks);
        if (i == 0)
            base = now;
        printf("pages of %2d KiB%s: scan of %lld events %.2f ms (%.2f x 16 KiB), start and submit %.0f us relaxed "
               "(%.2f x), %.0f us FULL"
               " (%.2f x), file %.1f MB (%.2f x)\n",
               (int)sizes[i] / 1024, bench_note(), (long long)events, now.scan * 1e3, now.scan / base.scan,
               now.commit_relaxed * 1e6, now.commit_relaxed / base.commit_relaxed, now.commit_full * 1e6,
               now.commit_full / base.commit_full, now.megabytes, now.megabytes / base.megabytes);
    }
    return 0;
}
