/* What the benchmarks share: sizes, time, a project of N tasks. */
#ifndef BENCH_SUPPORT_H
#define BENCH_SUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "annoproj.h"

bool bench_small(void);         /* SIZE=small: for trying out, said in each line */
const char *bench_note(void);   /* " (small)" or "" */
double bench_seconds(void);     /* monotonic */
const char *bench_folder(void); /* goes away at exit */
void bench_path(const char *name, char out[512]);
void bench_must(annoproj_status status, annoproj_error *error, const char *what);

typedef struct bench_project {
    annoproj_store *store;
    annoproj_session *host;
    annoproj_project *project;
    int64_t ontology, dataset;
    char path[512];
} bench_project;

/* A store with one project of that many tasks in "annotate" (edges to "review", then "complete"). */
void bench_project_make(bench_project *made, const char *name, int64_t tasks, bool durable);
annoproj_session *bench_user(bench_project *made, int number, annoproj_role role); /* u<number>@x.org */
void bench_project_close(bench_project *made);

/* Adds that many files of 1,000 x 1,000 pixels to a dataset. */
void bench_data_units(annoproj_session *host, int64_t dataset, int64_t tasks);

/* A dataset of that many files of 1,000 x 1,000 pixels, attached to the project. */
int64_t bench_dataset(annoproj_session *host, annoproj_project *project, int64_t tasks);

/* Median of values; sorts them. */
double bench_median(double *values, size_t count);

#endif
