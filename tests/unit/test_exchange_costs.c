/* What imports and exports cost, counted and not timed: the most memory at once does not grow with the file, work grows with the
 * labels and with nothing else (peer lessons 11, 12 and 13). */
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "support.h"

#define FEW      1000
#define ON_IMAGE 4
#define VERTICES 500
#define MEBIBYTE ((int64_t)1 << 20)
#define MOST     (64 * MEBIBYTE)
#define WORKFLOW                                                                                                       \
    "{\"start\":\"a\",\"stages\":[{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"c\"}},"               \
    "{\"key\":\"c\",\"type\":\"DONE\"}]}"

/* --- counting ------------------------------------------------------------------------------------------------------- */

static int64_t alive, peak, allocations; /* of the library, in bytes */
static pthread_mutex_t counting = PTHREAD_MUTEX_INITIALIZER;

static void *count(void *memory, size_t size, void *unused) {
    (void)unused;
    const int64_t before = memory ? (int64_t)malloc_usable_size(memory) : 0;
    void *moved = size == 0 ? NULL : realloc(memory, size);
    if (size == 0)
        free(memory);
    else
        assert_non_null(moved);
    pthread_mutex_lock(&counting);
    alive += (moved ? (int64_t)malloc_usable_size(moved) : 0) - before;
    peak = alive > peak ? alive : peak;
    allocations += size > 0 && !memory;
    pthread_mutex_unlock(&counting);
    return moved;
}

typedef struct cost {
    int64_t memory, allocations, bytes; /* the most at once, with SQLite's; how many; of the export */
} cost;

static void begin_counting(void) {
    (void)sqlite3_memory_highwater(1);
    peak = alive;
    allocations = 0;
}

static cost counted(void) {
    return (cost){.memory = peak + sqlite3_memory_highwater(0), .allocations = allocations};
}

/* --- the file ---------------------------------------------------------------------------------------------------------- */

static void write_ring(FILE *file, int64_t id) {
    for (int i = 0; i < VERTICES; i++) {
        fprintf(file, "%s%d.%02d,%d.%d", i == 0 ? "" : ",", (i * 7 + (int)id) % 1900, i % 100, i % 1000,
                (int)id % 9 + 1);
    }
}

/* Everything on a few images, or a few on each. */
static char *write_coco(int64_t annotations, int64_t on_image) {
    char *path = scratch_path("costs.json");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("{\"categories\":[{\"id\":1,\"name\":\"thing\"}],\"images\":[", file);
    for (int64_t i = 0; i * on_image < annotations; i++) {
        fprintf(file, "%s{\"id\":%lld,\"file_name\":\"%lld.jpg\",\"width\":1920,\"height\":1080}", i == 0 ? "" : ",",
                (long long)i, (long long)i);
    }
    fputs("],\"annotations\":[", file);
    for (int64_t i = 0; i < annotations; i++) {
        fprintf(file, "%s{\"id\":%lld,\"image_id\":%lld,\"category_id\":1,\"licence\":7,\"segmentation\":[[",
                i == 0 ? "" : ",\n", (long long)i, (long long)(i / on_image));
        write_ring(file, i);
        fputs("]]}", file);
    }
    fputs("]}", file);
    assert_int_equal(fclose(file), 0);
    return path;
}

/* --- one round ---------------------------------------------------------------------------------------------------------- */

typedef struct round_costs {
    cost make, coco, rows, back;
} round_costs;

typedef annoproj_status (*export_fn)(annoproj_project *project, const annoproj_export_options *options,
                                     const annoproj_call *call, int64_t *labels, annoproj_error **error);

static cost export_with(annoproj_project *project, export_fn export, bool extended, char *to, int64_t expected) {
    annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
    annoproj_error *error = NULL;
    int64_t labels = 0;
    options.path = to;
    options.coco_extended = extended;
    begin_counting();
    assert_ok(export(project, &options, NULL, &labels, &error), error);
    cost found = counted();
    assert_int_equal(labels, expected);
    FILE *file = fopen(to, "r");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    found.bytes = ftell(file);
    fclose(file);
    return found;
}

/* A project of a file; its labels as COCO and as label rows; and these in again. */
static round_costs costs_of(int64_t annotations, int64_t on_image, bool rows) {
    annoproj_call call = ANNOPROJ_CALL_INIT;
    annoproj_error *error = NULL;
    annoproj_store *store = NULL;
    annoproj_session *host = NULL;
    annoproj_project *project = NULL;
    annoproj_table *table = NULL;
    annoproj_import_options import = ANNOPROJ_IMPORT_OPTIONS_INIT;
    char *path = scratch_path("costs.annoproj"), *coco = write_coco(annotations, on_image);
    char *out = scratch_path("costs-out.json");
    round_costs found = {0};
    call.timeout_us = -1;
    unlink(path);
    assert_ok(annoproj_store_create(path, NULL, NULL, &store, &error), error);
    assert_ok(annoproj_session_open(store, 0, NULL, NULL, &host, &error), error);
    begin_counting();
    assert_ok(annoproj_project_create_from_coco(host, "Costs", WORKFLOW, coco, NULL, &call, &project, &table, &error),
              error);
    found.make = counted();
    assert_int_equal(annoproj_table_int64(table, 0, annoproj_table_column_index(table, "labels")), annotations);
    annoproj_table_free(table);
    found.coco = export_with(project, annoproj_project_export_coco, true, out, annotations);
    if (rows) {
        found.rows = export_with(project, annoproj_project_export_labels, false, out, annotations);
        import.replace = true;
        begin_counting();
        assert_ok(annoproj_project_import_labels(project, out, &import, &call, &table, &error), error);
        found.back = counted();
        annoproj_table_free(table);
    }
    annoproj_project_close(project);
    annoproj_session_close(host);
    assert_ok(annoproj_store_close(store, NULL, &error), error);
    unlink(path);
    unlink(coco);
    unlink(out);
    free(path);
    free(coco);
    free(out);
    return found;
}

static void expect_flat(const char *what, cost once, cost twice, int64_t growth) {
    print_message("%s: %.1f MiB, then %.1f MiB; %lld allocations, then %lld\n", what,
                  (double)once.memory / (double)MEBIBYTE, (double)twice.memory / (double)MEBIBYTE,
                  (long long)once.allocations, (long long)twice.allocations);
    assert_true(twice.memory <= MOST);
    assert_true(twice.memory - once.memory < growth);
    assert_true(twice.allocations <= 2 * once.allocations + 100);
}

/* 30 MB of tasks took minutes and then all memory, a COCO writer 128 GB: everything is streamed. The file is 28 MB, then 56. */
static void lesson_11_13_twice_the_annotations_is_no_more_memory(void **state) {
    (void)state;
    (void)costs_of(100, ON_IMAGE, false); /* what stays: the library's own tables, SQLite's caches */
    const int64_t few = 4 * FEW;
    const round_costs once = costs_of(few, ON_IMAGE, false), twice = costs_of(2 * few, ON_IMAGE, false);
    expect_flat("a project from COCO", once.make, twice.make, MEBIBYTE);
    expect_flat("export as COCO", once.coco, twice.coco, MEBIBYTE);
    assert_true(twice.coco.bytes > 2 * once.coco.bytes - 4096 && twice.coco.bytes < 2 * once.coco.bytes + 32 * few);
}

/* 2 million points killed a worker, 18,000 frames needed 32 GB: cost is linear in labels, and does not depend on how many of them
 * are on one image. (So few do not fill the caches, so that memory still grows.) */
static void lesson_12_cost_is_linear_in_labels_and_nothing_else(void **state) {
    (void)state;
    (void)costs_of(100, ON_IMAGE, true);
    const round_costs once = costs_of(FEW / 2, ON_IMAGE, true), twice = costs_of(FEW, ON_IMAGE, true);
    const round_costs together = costs_of(FEW, FEW, true);
    expect_flat("export as label rows", once.rows, twice.rows, MOST);
    expect_flat("import of label rows", once.back, twice.back, MOST);
    assert_true(together.make.allocations <= twice.make.allocations + 100);
    assert_true(together.coco.allocations <= twice.coco.allocations + 100);
    assert_true(together.rows.allocations <= twice.rows.allocations + 100);
    assert_true(together.back.allocations <= twice.back.allocations + 100);
}

int main(void) {
    annoproj_error *error = NULL;
    assert_ok(annoproj_allocator_set(count, NULL, &error), error);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lesson_11_13_twice_the_annotations_is_no_more_memory),
        cmocka_unit_test(lesson_12_cost_is_linear_in_labels_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
