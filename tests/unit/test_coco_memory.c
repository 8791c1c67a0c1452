/* Every allocation fails once: imports, exports, structures and pictures end with NO_MEMORY, change nothing and give
 * everything back (the sanitizers look). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory_support.h"
#include "support.h"

#define FILE_NAME "examples/data/sample.coco.json"
#define WORKFLOW                                                                                                       \
    "{\"start\":\"a\",\"stages\":[{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"c\"},\"settings\":{"  \
    "\"members\":[]}},"                                                                                                \
    "{\"key\":\"c\",\"type\":\"DONE\"}]}"
#define BOX(id, hash) "{\"id\":\"" id "\",\"name\":\"N\",\"shape\":\"bounding_box\",\"featureNodeHash\":\"" hash "\"}"

static annoproj_store *store;
static annoproj_session *host;
static annoproj_project *project;
static int64_t ontology, dataset, small;
static char *path;

/* One call with everything it needs; what it makes is closed. */
typedef annoproj_status (*attempt_fn)(annoproj_error **error);

static annoproj_status import_ontology(annoproj_error **error) {
    int64_t made = 0;
    annoproj_status status = annoproj_ontology_import_coco(host, "Again", FILE_NAME, NULL, NULL, &made, error);
    assert_int_equal(made != 0, status == ANNOPROJ_OK);
    return status;
}

static annoproj_status import_dataset(annoproj_error **error) {
    int64_t added = 0;
    return annoproj_dataset_import_coco(host, dataset, FILE_NAME, NULL, NULL, &added, error);
}

static annoproj_status import_labels(annoproj_error **error) {
    annoproj_table *table = NULL;
    annoproj_status status = annoproj_project_import_coco(project, FILE_NAME, NULL, NULL, &table, error);
    assert_int_equal(table != NULL, status == ANNOPROJ_OK);
    annoproj_table_free(table);
    return status;
}

static annoproj_status make_project(annoproj_error **error) {
    annoproj_project *made = NULL;
    annoproj_table *table = NULL;
    annoproj_status status = annoproj_project_create_from_coco(host, "Whole", WORKFLOW, FILE_NAME, NULL, NULL, &made,
                                                               &table, error);
    assert_int_equal(made != NULL, status == ANNOPROJ_OK);
    assert_int_equal(table != NULL, status == ANNOPROJ_OK);
    annoproj_table_free(table);
    annoproj_project_close(made);
    return status;
}

static annoproj_status export_as(bool coco, annoproj_error **error) {
    annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
    int64_t labels = 0;
    options.path = path;
    annoproj_status status = coco ? annoproj_project_export_coco(project, &options, NULL, &labels, error)
                                  : annoproj_project_export_labels(project, &options, NULL, &labels, error);
    assert_int_equal(labels != 0, status == ANNOPROJ_OK);
    return status;
}

static annoproj_status export_coco(annoproj_error **error) {
    return export_as(true, error);
}

static annoproj_status export_rows(annoproj_error **error) {
    return export_as(false, error);
}

/* The project made before uses it: what is missing is archived. */
static annoproj_status update_ontology(annoproj_error **error) {
    return annoproj_ontology_update(host, small, "{\"objects\":[" BOX("2", "bbbb") "]}", NULL, error);
}

static annoproj_status read_ontology(annoproj_error **error) {
    char *json = NULL;
    annoproj_table *table = NULL;
    annoproj_status status = annoproj_ontology_json(host, small, NULL, &json, error);
    annoproj_free(json);
    if (status == ANNOPROJ_OK) {
        status = annoproj_ontology_features(host, ontology, NULL, &table, error);
        annoproj_table_free(table);
    }
    if (status == ANNOPROJ_OK) {
        status = annoproj_ontology_list(host, NULL, &table, error);
        annoproj_table_free(table);
    }
    return status;
}

static int32_t read_some(void *buffer, size_t length, size_t *read, void *user_data) {
    *read = fread(buffer, 1, length, user_data);
    return 0;
}

static annoproj_status import_structure(annoproj_error **error) {
    static const char json[] = "{\"objects\":[" BOX("2", "bbbb") "]}";
    annoproj_import_options options = ANNOPROJ_IMPORT_OPTIONS_INIT;
    int64_t made = 0;
    FILE *file = fmemopen((void *)json, sizeof json - 1, "r");
    assert_non_null(file);
    options.read = read_some;
    options.user_data = file;
    annoproj_status status = annoproj_ontology_import_json(host, "Again", NULL, &options, NULL, &made, error);
    assert_int_equal(made != 0, status == ANNOPROJ_OK);
    fclose(file);
    return status;
}

static annoproj_status create_project(annoproj_error **error) {
    annoproj_project *made = NULL;
    annoproj_status status = annoproj_project_create(host, "New", small, WORKFLOW, NULL, NULL, &made, error);
    assert_int_equal(made != NULL, status == ANNOPROJ_OK);
    annoproj_project_close(made);
    return status;
}

static annoproj_status draw(annoproj_error **error) {
    char *picture = NULL;
    annoproj_table *table = NULL;
    annoproj_stage *stage = NULL;
    annoproj_status status = annoproj_workflow_dot(project, NULL, &picture, error);
    annoproj_free(picture);
    if (status == ANNOPROJ_OK) {
        status = annoproj_workflow_mermaid(project, NULL, &picture, error);
        annoproj_free(picture);
    }
    if (status == ANNOPROJ_OK) {
        status = annoproj_stage_list(project, NULL, &table, error);
        annoproj_table_free(table);
    }
    if (status == ANNOPROJ_OK) {
        status = annoproj_stage_open(project, "a", NULL, &stage, error);
        annoproj_stage_close(stage);
    }
    return status;
}

/* Of the file that the export of rows has left, through a callback; labels that are there are written again. */
static annoproj_status import_rows(annoproj_error **error) {
    annoproj_import_options options = ANNOPROJ_IMPORT_OPTIONS_INIT;
    annoproj_table *table = NULL;
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    options.read = read_some;
    options.user_data = file;
    options.replace = true;
    annoproj_status status = annoproj_project_import_labels(project, NULL, &options, NULL, &table, error);
    assert_int_equal(table != NULL, status == ANNOPROJ_OK);
    annoproj_table_free(table);
    fclose(file);
    return status;
}

/* --- with several threads ---------------------------------------------------------------------------------------------- */

static char *large; /* a file that two threads read, of a project that two threads write */
static annoproj_project *large_project;

static void write_large(void) {
    FILE *file = fopen(large, "w");
    assert_non_null(file);
    fputs("{\"categories\":[{\"id\":1,\"name\":\"A\"}],\"images\":[", file);
    for (int i = 1; i <= 500; i++)
        fprintf(file, "%s{\"id\":%d,\"file_name\":\"i%d.jpg\",\"width\":9,\"height\":9}", i == 1 ? "" : ",", i, i);
    fputs("],\"annotations\":[", file);
    for (int i = 1; i <= 8000; i++)
        fprintf(
            file,
            "%s{\"id\":%d,\"image_id\":%d,\"category_id\":1,\"segmentation\":[[1,1,%d.5,2,3,3,4,1,2,3,1,2,2,2,1,3]],"
            "\"more\":\"%099d\"}",
            i == 1 ? "" : ",\n", i, i % 500 + 1, i % 90, i);
    fputs("]}", file);
    assert_int_equal(fclose(file), 0);
}

static annoproj_status make_large(annoproj_error **error) {
    annoproj_project *made = NULL;
    annoproj_table *table = NULL;
    annoproj_status status = annoproj_project_create_from_coco(host, "Large", WORKFLOW, large, NULL, NULL, &made,
                                                               &table, error);
    assert_int_equal(made != NULL, status == ANNOPROJ_OK);
    annoproj_table_free(table);
    if (large_project || status != ANNOPROJ_OK)
        annoproj_project_close(made);
    else
        large_project = made;
    return status;
}

static annoproj_status export_large(annoproj_error **error) {
    annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
    int64_t labels = 0;
    options.path = path;
    options.coco_extended = true;
    annoproj_status status = annoproj_project_export_coco(large_project, &options, NULL, &labels, error);
    assert_int_equal(labels, status == ANNOPROJ_OK ? 8000 : 0);
    return status;
}

/* Of many, those at places that are drawn: which thread meets one is no one's choice. */
static void some_allocations_fail(attempt_fn attempt, const char *name) {
    annoproj_error *error = NULL;
    memory_fail_at(0);
    assert_ok(attempt(&error), error);
    const size_t all = memory_counted();
    for (int i = 0; i < 40; i++) {
        memory_fail_at(1 + (size_t)random_below(i < 20 ? all : all / 50 + 1));
        const annoproj_status status = attempt(&error);
        memory_fail_at(0);
        if (status != ANNOPROJ_NO_MEMORY && status != ANNOPROJ_OK)
            fail_msg("%s gave %s: %s", name, annoproj_status_name(status), annoproj_error_message(error));
        annoproj_error_free(error);
        error = NULL;
    }
}

static void none_does_harm_to_threads(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    char *store_path = scratch_path("large.annoproj");
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    options.threads = 2;
    options.relaxed_durability = true;
    path = scratch_path("out.json");
    large = scratch_path("large.json");
    write_large();
    assert_ok(annoproj_store_create(store_path, &options, NULL, &store, &error), error);
    assert_ok(annoproj_session_open(store, 0, NULL, NULL, &host, &error), error);
    some_allocations_fail(make_large, "make_large");
    some_allocations_fail(export_large, "export_large");
    assert_ok(annoproj_store_check(host, NULL, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 0);
    annoproj_table_free(table);
    annoproj_project_close(large_project);
    annoproj_session_close(host);
    assert_ok(annoproj_store_close(store, NULL, &error), error);
    assert_int_equal(memory_alive(), 0);
    free(large);
    free(path);
    free(store_path);
}

/* --- one thread --------------------------------------------------------------------------------------------------------- */

static void each_allocation_fails(attempt_fn attempt, const char *name) {
    size_t count = 0;
    for (bool reached = true; reached;) {
        annoproj_error *error = NULL;
        memory_fail_at(++count);
        const annoproj_status status = attempt(&error);
        reached = memory_has_failed();
        memory_fail_at(0);
        if (reached ? status != ANNOPROJ_NO_MEMORY && status != ANNOPROJ_OK : status != ANNOPROJ_OK) {
            fail_msg("%s with allocation %zu failing gave %s: %s", name, count, annoproj_status_name(status),
                     annoproj_error_message(error));
        }
        assert_true(count < 100000);
        annoproj_error_free(error);
    }
    print_message("%s: %zu allocations\n", name, count - 1);
}

static void none_does_harm(void **state) {
    (void)state;
    static const struct {
        attempt_fn attempt;
        const char *name;
    } attempts[] = {
        {import_ontology, "import_ontology"}, {import_dataset, "import_dataset"},
        {import_labels, "import_labels"},     {make_project, "make_project"},
        {export_coco, "export_coco"},         {export_rows, "export_rows"},
        {import_rows, "import_rows"},         {create_project, "create_project"},
        {update_ontology, "update_ontology"}, {import_structure, "import_structure"},
        {read_ontology, "read_ontology"},     {draw, "draw"},
    };
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    int64_t added = 0, tasks = 0;
    char *store_path = scratch_path("store.annoproj");
    path = scratch_path("out.json");
    assert_ok(annoproj_store_create(store_path, NULL, NULL, &store, &error), error);
    assert_ok(annoproj_session_open(store, 0, NULL, NULL, &host, &error), error);
    assert_ok(annoproj_dataset_create(host, "Photos", NULL, NULL, &dataset, &error), error);
    assert_ok(annoproj_ontology_import_coco(host, "Classes", FILE_NAME, NULL, NULL, &ontology, &error), error);
    assert_ok(annoproj_ontology_create(host, "Small", "{\"objects\":[" BOX("1", "aaaa") "," BOX("2", "bbbb") "]}", NULL,
                                       &small, &error),
              error);
    assert_ok(annoproj_dataset_import_coco(host, dataset, FILE_NAME, NULL, NULL, &added, &error), error);
    assert_ok(annoproj_project_create(host, "Walk", ontology, WORKFLOW, NULL, NULL, &project, &error), error);
    assert_ok(annoproj_project_attach_dataset(project, dataset, NULL, &tasks, &error), error);
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
        each_allocation_fails(attempts[i].attempt, attempts[i].name);
    }
    assert_ok(annoproj_store_check(host, NULL, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 0);
    annoproj_table_free(table);
    annoproj_project_close(project);
    annoproj_session_close(host);
    assert_ok(annoproj_store_close(store, NULL, &error), error);
    free(store_path);
    free(path);
}

int main(void) {
    memory_watch();
    const struct CMUnitTest tests[] = {cmocka_unit_test(none_does_harm), cmocka_unit_test(none_does_harm_to_threads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
