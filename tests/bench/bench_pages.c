/* The page size of the store: 4, 8 and 16 KiB. What a scan of the log, the commit of a small command and the size of
 * the file cost with each, as ratios to 4 KiB, which new stores have. */
#include <stdio.h>
#include <stdlib.h>

#include "connection.h"
#include "events_support.h"

enum { CALLS = 300, ROUNDS = 9, SIZES = 3 };

/* One size of page; each round measures every size once, so that what else the machine does meets all of them. */
typedef struct candidate {
    int32_t page_size;
    char path[512];
    double megabytes, scan[ROUNDS], relaxed[ROUNDS], full[ROUNDS];
} candidate;

/* The report of classes with a filter, so that no summary answers it, on a store just opened; the system's cache has
 * the file. */
static double time_scan(const char *path) {
    const int64_t people[] = {10, 20, 30};
    annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
    options.collaborators = people;
    options.collaborator_count = 3;
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
    double took = bench_seconds() - began;
    annoproj_table_free(table);
    annoproj_query_close(query);
    annoproj_project_close(project);
    annoproj_session_close(session);
    bench_must(annoproj_store_close(made, NULL, &error), error, "close");
    return took;
}

/* Start next and submit, together. */
static double time_commits(bool durable, int64_t tasks, int round) {
    bench_project made;
    annoproj_project *project = NULL;
    annoproj_stage *stage = NULL;
    annoproj_error *error = NULL;
    char name[64];
    double times[CALLS];
    snprintf(name, sizeof name, "commits%d-%d-%d.annoproj", (int)store_page_size, durable, round);
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
    remove(made.path);
    return bench_median(times, CALLS);
}

static void make_file(candidate *made, int64_t events, int64_t tasks) {
    char name[64];
    annoproj_store *opened = NULL;
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    annoproj_error *error = NULL;
    event_source from = {.state = 1, .tasks = tasks, .total = events};
    store_page_size = made->page_size;
    snprintf(name, sizeof name, "pages%d.annoproj", (int)made->page_size);
    bench_path(name, made->path);
    big_project_make(made->path, tasks);
    options.relaxed_durability = true;
    bench_must(annoproj_store_open(made->path, &options, NULL, &opened, &error), error, "open");
    big_project_append(opened, 1, &from, events);
    bench_must(annoproj_store_close(opened, NULL, &error), error, "close");
    FILE *file = fopen(made->path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0)
        exit(1);
    made->megabytes = (double)ftell(file) / 1e6;
    fclose(file);
}

int main(void) {
    static candidate all[SIZES] = {{.page_size = 4096}, {.page_size = 8192}, {.page_size = 16384}};
    int64_t events = bench_small() ? 300000 : 3000000, tasks = bench_small() ? 10000 : 50000;
    double base[3] = {0};
    for (int i = 0; i < SIZES; i++)
        make_file(&all[i], events, tasks);
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < SIZES; i++) {
            store_page_size = all[i].page_size;
            all[i].scan[round] = time_scan(all[i].path);
            all[i].relaxed[round] = time_commits(false, tasks, round);
            all[i].full[round] = time_commits(true, tasks, round);
        }
    for (int i = 0; i < SIZES; i++) {
        const double now[] = {bench_median(all[i].scan, ROUNDS), bench_median(all[i].relaxed, ROUNDS),
                              bench_median(all[i].full, ROUNDS)};
        for (int k = 0; k < 3; k++)
            base[k] = i == 0 ? now[k] : base[k];
        printf("pages of %2d KiB%s: scan of %lld events %.2f ms (%.2f x 4 KiB), start and submit %.0f us relaxed "
               "(%.2f x), %.0f us"
               " FULL (%.2f x), file %.1f MB (%.2f x)\n",
               (int)all[i].page_size / 1024, bench_note(), (long long)events, now[0] * 1e3, now[0] / base[0],
               now[1] * 1e6, now[1] / base[1], now[2] * 1e6, now[2] / base[2], all[i].megabytes,
               all[i].megabytes / all[0].megabytes);
    }
    return 0;
}
