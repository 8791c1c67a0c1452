/* The report page and the picture of the workflow by the public functions: where they go, and each status they document. What
 * they show is tested from Python (tests/conformance/test_pictures.py). */
#include "team.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct received {
    char *data;
    size_t length;
    int32_t answer;
    int calls;
} received;

static int32_t receive(const void *data, size_t length, void *user_data) {
    received *to = user_data;
    to->data = realloc(to->data, to->length + length + 1);
    memcpy(to->data + to->length, data, length);
    to->length += length;
    to->data[to->length] = '\0';
    to->calls++;
    return to->answer;
}

static annoproj_query *query_of(annoproj_project *project) {
    annoproj_error *error = NULL;
    annoproj_query *query = NULL;
    assert_ok(annoproj_query_open(project, NULL, NULL, &query, &error), error);
    return query;
}

static void test_page(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_report_options to_file = ANNOPROJ_REPORT_OPTIONS_INIT, to_callback = ANNOPROJ_REPORT_OPTIONS_INIT;
    received got = {0};
    size_t length = 0;
    team *made = team_new(2, "", "");
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0);
    annoproj_query *query = query_of(made->projects[TEAM_MANAGER]);
    char *path = scratch_path("report.html");
    team_draw(made, task, "", 10, NULL);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    to_file.path = path;
    to_file.title = "<Week> & more";
    assert_ok(annoproj_query_report(query, &to_file, NULL, &error), error);
    to_callback.write = receive;
    to_callback.user_data = &got;
    to_callback.title = to_file.title;
    assert_ok(annoproj_query_report(query, &to_callback, NULL, &error), error);
    char *page = read_whole_file(path, &length);
    assert_int_equal(length, got.length);
    assert_memory_equal(page, got.data, length);
    assert_non_null(strstr(page, "&lt;Week&gt; &amp; more"));
    assert_null(strstr(page, "<Week>"));
    assert_non_null(strstr(page, "</html>"));
    free(page);
    free(got.data);
    unlink(path);
    free(path);
    annoproj_query_close(query);
    annoproj_task_close(task);
    team_free(made);
}

static void test_refused(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    received got = {.answer = 7};
    team *made = team_new(1, "", "");
    annoproj_query *query = query_of(made->host_project);
    char *path = scratch_path("report.html"), *nowhere = scratch_path("no/folder/report.html");
    annoproj_report_options options = ANNOPROJ_REPORT_OPTIONS_INIT;
    assert_status(ANNOPROJ_INVALID, annoproj_query_report(query, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_query_report(query, &options, NULL, &error), error);
    options.path = "";
    assert_status(ANNOPROJ_INVALID, annoproj_query_report(query, &options, NULL, &error), error);
    options.path = path;
    options.write = receive;
    options.user_data = &got;
    assert_status(ANNOPROJ_INVALID, annoproj_query_report(query, &options, NULL, &error), error);
    options.path = NULL;
    assert_status(ANNOPROJ_CALLBACK, annoproj_query_report(query, &options, NULL, &error), error);
    assert_int_equal(got.calls, 1);
    options.write = NULL;
    options.path = path;
    options.title = "\xFF";
    assert_status(ANNOPROJ_INVALID, annoproj_query_report(query, &options, NULL, &error), error);
    options.title = NULL;
    assert_status(ANNOPROJ_INVALID, annoproj_query_report(NULL, &options, NULL, &error), error);
    assert_int_not_equal(access(path, F_OK), 0);
    options.path = nowhere;
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_query_report(query, &options, NULL, &error), error);
    options.path = path;
    annoproj_query *seen = query_of(made->projects[TEAM_ANNOTATOR]);
    assert_status(ANNOPROJ_PERMISSION, annoproj_query_report(seen, &options, NULL, &error), error);
    annoproj_query_close(seen);
    assert_int_not_equal(access(path, F_OK), 0);
    annoproj_query_close(query);
    free(got.data);
    free(path);
    free(nowhere);
    team_free(made);
}

static void test_workflow(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    char *svg = NULL;
    team *made = team_new(3, "", "");
    assert_ok(annoproj_workflow_svg(made->projects[TEAM_MANAGER], NULL, &svg, &error), error);
    assert_ptr_equal(strstr(svg, "<svg"), svg);
    assert_non_null(strstr(svg, "data-stage=\"annotate\" data-tasks=\"3\""));
    annoproj_free(svg);
    assert_status(ANNOPROJ_PERMISSION, annoproj_workflow_svg(made->projects[TEAM_ANNOTATOR], NULL, &svg, &error),
                  error);
    assert_null(svg);
    assert_status(ANNOPROJ_INVALID, annoproj_workflow_svg(NULL, NULL, &svg, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_workflow_svg(made->host_project, NULL, NULL, &error), error);
    team_free(made);
}

static void test_tasks_get(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    team *made = team_new(3, "", "");
    int64_t ids[] = {made->first_task + 2, made->first_task, made->first_task + 2};
    assert_ok(annoproj_tasks_get(made->host_project, ids, 3, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 3);
    for (int64_t row = 0; row < 3; row++) {
        assert_int_equal(annoproj_table_int64(table, row, annoproj_table_column_index(table, "task")), ids[row]);
    }
    annoproj_table_free(table);
    assert_ok(annoproj_tasks_get(made->host_project, NULL, 0, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 0);
    annoproj_table_free(table);
    const int64_t strangers[] = {0,         -1,       made->first_task + 3, made->first_task + (INT64_C(1) << 32),
                                 INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
        ids[1] = strangers[i];
        assert_status(ANNOPROJ_NOT_FOUND, annoproj_tasks_get(made->host_project, ids, 3, NULL, &table, &error), error);
        assert_null(table);
    }
    assert_status(ANNOPROJ_INVALID, annoproj_tasks_get(made->host_project, NULL, 1, NULL, &table, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_tasks_get(made->host_project, ids, 1, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_tasks_get(NULL, ids, 1, NULL, &table, &error), error);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_page), cmocka_unit_test(test_refused),
                                       cmocka_unit_test(test_workflow), cmocka_unit_test(test_tasks_get)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
