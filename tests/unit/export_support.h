/* A project to import into and export from, and its exports as documents. */
#ifndef EXPORT_SUPPORT_H
#define EXPORT_SUPPORT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cjson/cJSON.h>
#include "support.h"

#define WORKFLOW                                                                                                       \
    "{\"start\":\"annotate\",\"stages\":[{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"title\":\"Mark \\\"up\\\" "   \
    "\\\\\","                                                                                                          \
    "\"edges\":{\"submit\":\"review\"}},{\"key\":\"review\",\"type\":\"REVIEW\",\"edges\":{\"approve\":\"complete\","  \
    "\"reject\":\"annotate\"}},{\"key\":\"complete\",\"type\":\"DONE\",\"title\":\"<Complete>\"}]}"

typedef struct bench {
    annoproj_store *store;
    annoproj_session *host;
    annoproj_project *project;
    int64_t ontology, dataset, added, tasks;
    char *path;
} bench;

static annoproj_error *error;

static inline void open_bench(bench *made) {
    *made = (bench){.path = scratch_path("store.annoproj")};
    unlink(made->path);
    assert_ok(annoproj_store_create(made->path, NULL, NULL, &made->store, &error), error);
    assert_ok(annoproj_session_open(made->store, 0, NULL, NULL, &made->host, &error), error);
    assert_ok(annoproj_dataset_create(made->host, "Photos", NULL, NULL, &made->dataset, &error), error);
}

/* Ontology, data units and project of a COCO file. */
static inline void fill_bench(bench *made, const char *file) {
    assert_ok(annoproj_ontology_import_coco(made->host, "Classes", file, NULL, NULL, &made->ontology, &error), error);
    assert_ok(annoproj_dataset_import_coco(made->host, made->dataset, file, NULL, NULL, &made->added, &error), error);
    assert_ok(annoproj_project_create(made->host, "Walk", made->ontology, WORKFLOW, NULL, NULL, &made->project, &error),
              error);
    assert_ok(annoproj_project_attach_dataset(made->project, made->dataset, NULL, &made->tasks, &error), error);
}

static inline void close_bench(bench *made) {
    annoproj_table *table = NULL;
    assert_ok(annoproj_store_check(made->host, NULL, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 0);
    annoproj_table_free(table);
    annoproj_project_close(made->project);
    annoproj_session_close(made->host);
    assert_ok(annoproj_store_close(made->store, NULL, &error), error);
    free(made->path);
}

static inline char *write_file(const char *name, const char *content) {
    char *path = scratch_path(name);
    write_whole_file(path, content, strlen(content));
    return path;
}

static inline int64_t cell(const annoproj_table *table, const char *column) {
    return annoproj_table_int64(table, 0, annoproj_table_column_index(table, column));
}

static inline void expect_import(bench *made, const char *file, int64_t images, int64_t tasks, int64_t labels,
                                 int64_t repeated) {
    annoproj_table *table = NULL;
    assert_ok(annoproj_project_import_coco(made->project, file, NULL, NULL, &table, &error), error);
    assert_int_equal(cell(table, "images"), images);
    assert_int_equal(cell(table, "tasks"), tasks);
    assert_int_equal(cell(table, "labels"), labels);
    assert_int_equal(cell(table, "repeated"), repeated);
    annoproj_table_free(table);
}

/* The exported file, parsed; the caller deletes it. */
static inline cJSON *export_to(bench *made, bool coco, annoproj_export_options *options, int64_t *labels) {
    char *path = scratch_path("export.json");
    size_t length = 0;
    options->path = path;
    assert_ok((coco ? annoproj_project_export_coco : annoproj_project_export_labels)(made->project, options, NULL,
                                                                                     labels, &error),
              error);
    char *content = read_whole_file(path, &length);
    cJSON *parsed = cJSON_Parse(content);
    assert_non_null(parsed);
    free(content);
    free(path);
    return parsed;
}

static inline const cJSON *member(const cJSON *of, const char *name) {
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(of, name);
    if (!found) {
        fail_msg("no member %s", name);
    }
    return found;
}

static inline const cJSON *find_by(const cJSON *array, const char *key, double value) {
    const cJSON *each = NULL;
    cJSON_ArrayForEach(each, array) {
        if (member(each, key)->valuedouble == value) {
            return each;
        }
    }
    return NULL;
}

/* --- round trips --------------------------------------------------------------------------------------------------- */

#endif
