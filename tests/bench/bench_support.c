/* What the benchmarks share. */
#include "bench_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support.h"

static const char ontology_json[] =
    "{\"objects\":[{\"id\":\"1\",\"name\":\"Car\",\"color\":\"#D33115\",\"shape\":\"bounding_box\",\"featureNodeHash\":"
    "\"objCar01\","
    "\"required\":false,\"archived\":false}],\"classifications\":[],\"skeleton_templates\":[]}";
static const char workflow_json[] =
    "{\"start\":\"annotate\",\"stages\":["
    "{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"title\":\"Annotate\",\"edges\":{\"submit\":\"review\"}},"
    "{\"key\":\"review\",\"type\":\"REVIEW\",\"title\":\"Review\",\"edges\":{\"approve\":\"complete\",\"reject\":"
    "\"annotate\"}},"
    "{\"key\":\"complete\",\"type\":\"DONE\",\"title\":\"Complete\"}]}";

bool bench_small(void) {
    const char *size = getenv("SIZE");
    return size && strcmp(size, "small") == 0;
}

const char *bench_note(void) {
    return bench_small() ? " (small)" : "";
}

double bench_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

const char *bench_folder(void) {
    return scratch_folder();
}

void bench_path(const char *name, char out[512]) {
    snprintf(out, 512, "%s/%s", bench_folder(), name);
}

void bench_must(annoproj_status status, annoproj_error *error, const char *what) {
    if (status >= 0)
        return;
    fprintf(stderr, "%s: %s: %s\n", what, annoproj_status_name(status), annoproj_error_message(error));
    exit(1);
}

void bench_data_units(annoproj_session *host, int64_t dataset, int64_t tasks) {
    annoproj_data_units units = ANNOPROJ_DATA_UNITS_INIT;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    annoproj_error *error = NULL;
    int64_t first = 0;
    char *text = malloc((size_t)tasks * 24 + 1);
    int64_t *offsets = malloc(((size_t)tasks + 1) * sizeof *offsets),
            *sizes = malloc(((size_t)tasks + 1) * sizeof *sizes);
    if (!text || !offsets || !sizes)
        exit(1);
    offsets[0] = 0;
    for (int64_t i = 0; i < tasks; i++) {
        sizes[i] = 1000;
        offsets[i + 1] = offsets[i] + sprintf(text + offsets[i], "file%09lld.jpg", (long long)i);
    }
    units.widths = units.heights = sizes;
    units.count = (size_t)tasks;
    units.text = text;
    units.text_length = (size_t)offsets[tasks];
    units.title_offsets = offsets;
    call.timeout_us = -1;
    bench_must(annoproj_data_units_add(host, dataset, &units, &call, &first, &error), error, "add data units");
    free(text);
    free(offsets);
    free(sizes);
}

int64_t bench_dataset(annoproj_session *host, annoproj_project *project, int64_t tasks) {
    annoproj_call call = ANNOPROJ_CALL_INIT;
    annoproj_error *error = NULL;
    int64_t dataset = 0, attached = 0;
    call.timeout_us = -1;
    bench_must(annoproj_dataset_create(host, "Files", NULL, NULL, &dataset, &error), error, "dataset");
    bench_data_units(host, dataset, tasks);
    bench_must(annoproj_project_attach_dataset(project, dataset, &call, &attached, &error), error, "attach");
    return dataset;
}

void bench_project_make(bench_project *made, const char *name, int64_t tasks, bool durable) {
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    annoproj_error *error = NULL;
    memset(made, 0, sizeof *made);
    bench_path(name, made->path);
    options.relaxed_durability = !durable;
    bench_must(annoproj_store_create(made->path, &options, NULL, &made->store, &error), error, "create");
    bench_must(annoproj_session_open(made->store, 0, NULL, NULL, &made->host, &error), error, "session");
    bench_must(annoproj_ontology_create(made->host, "Cars", ontology_json, NULL, &made->ontology, &error), error,
               "ontology");
    bench_must(
        annoproj_project_create(made->host, "Bench", made->ontology, workflow_json, NULL, NULL, &made->project, &error),
        error, "project");
    made->dataset = bench_dataset(made->host, made->project, tasks);
}

annoproj_session *bench_user(bench_project *made, int number, annoproj_role role) {
    annoproj_error *error = NULL;
    annoproj_session *session = NULL;
    char email[64];
    int64_t user = 0;
    snprintf(email, sizeof email, "u%d@x.org", number);
    bench_must(annoproj_user_create(made->host, email, email, ANNOPROJ_ORG_MEMBER, NULL, &user, &error), error, "user");
    bench_must(annoproj_collaborator_add(made->project, user, role, NULL, &error), error, "collaborator");
    bench_must(annoproj_session_open(made->store, user, NULL, NULL, &session, &error), error, "session");
    return session;
}

void bench_project_close(bench_project *made) {
    annoproj_error *error = NULL;
    annoproj_project_close(made->project);
    annoproj_session_close(made->host);
    bench_must(annoproj_store_close(made->store, NULL, &error), error, "close");
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

double bench_median(double *values, size_t count) {
    qsort(values, count, sizeof *values, by_value);
    return values[count / 2];
}
