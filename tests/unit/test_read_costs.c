/* What reads cost, in statements and steps of SQLite: a page costs its rows, and counts look at no task. */
#include "report_support.h"

#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "handle.h"
#include "store_state.h"

static int64_t statements;

static int count_statement(unsigned kind, void *data, void *prepared, void *text) {
    (void)kind;
    (void)data;
    (void)prepared;
    (void)text;
    statements++;
    return 0;
}

typedef annoproj_status (*read_fn)(team *, int64_t limit, annoproj_table **, annoproj_error **);

static annoproj_status list(team *made, int64_t limit, annoproj_table **table, annoproj_error **error) {
    annoproj_task_list_options options = ANNOPROJ_TASK_LIST_OPTIONS_INIT;
    options.limit = limit;
    return annoproj_task_list(made->projects[TEAM_MANAGER], &options, NULL, table, error);
}

static annoproj_status list_by_title(team *made, int64_t limit, annoproj_table **table, annoproj_error **error) {
    annoproj_task_list_options options = ANNOPROJ_TASK_LIST_OPTIONS_INIT;
    options.limit = limit;
    options.sort = ANNOPROJ_TASK_SORT_TITLE;
    return annoproj_task_list(made->projects[TEAM_MANAGER], &options, NULL, table, error);
}

static annoproj_status list_own(team *made, int64_t limit, annoproj_table **table, annoproj_error **error) {
    annoproj_task_list_options options = ANNOPROJ_TASK_LIST_OPTIONS_INIT;
    options.limit = limit;
    return annoproj_task_list(made->projects[TEAM_ANNOTATOR], &options, NULL, table, error);
}

static annoproj_status stages(team *made, int64_t limit, annoproj_table **table, annoproj_error **error) {
    (void)limit;
    return annoproj_stage_list(made->projects[TEAM_MANAGER], NULL, table, error);
}

static annoproj_status overview(team *made, int64_t limit, annoproj_table **table, annoproj_error **error) {
    (void)limit;
    return annoproj_project_overview(made->projects[TEAM_MANAGER], NULL, table, error);
}

static annoproj_status by_stage(team *made, int64_t limit, annoproj_table **table, annoproj_error **error) {
    (void)limit;
    return annoproj_project_tasks_by_stage(made->projects[TEAM_MANAGER], NULL, table, error);
}

static annoproj_status project_facts(team *made, int64_t limit, annoproj_table **table, annoproj_error **error) {
    (void)limit;
    return annoproj_project_get(made->projects[TEAM_MANAGER], NULL, table, error);
}

static annoproj_status report(team *made, report_fn run, annoproj_table **table, annoproj_error **error) {
    annoproj_query *query = NULL;
    annoproj_status status = annoproj_query_open(made->projects[TEAM_MANAGER], NULL, NULL, &query, error);
    if (status == ANNOPROJ_OK)
        status = run(query, NULL, table, error);
    annoproj_query_close(query);
    return status;
}

static annoproj_status annotators(team *made, int64_t limit, annoproj_table **table, annoproj_error **error) {
    (void)limit;
    return report(made, annoproj_query_annotators, table, error);
}

static annoproj_status task_actions(team *made, int64_t limit, annoproj_table **table, annoproj_error **error) {
    (void)limit;
    return report(made, annoproj_query_task_actions, table, error);
}

static annoproj_status label_actions(team *made, int64_t limit, annoproj_table **table, annoproj_error **error) {
    (void)limit;
    return report(made, annoproj_query_label_actions, table, error);
}

typedef struct cost {
    int64_t statements, steps;
} cost;

/* Of one read. It leaves one reader behind, which does the next read, too. */
static cost cost_of(team *made, read_fn run, int64_t limit, int64_t rows) {
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    body *entered = NULL;
    cost found = {0, 0};
    assert_ok(handle_enter(made->store, HANDLE_STORE, "store", &entered, &error), error);
    sqlite3 *connection = ((store *)entered)->state->readers[0]->handle;
    body_release(entered);
    for (sqlite3_stmt *at = NULL; (at = sqlite3_next_stmt(connection, at)) != NULL;)
        sqlite3_stmt_status(at, SQLITE_STMTSTATUS_VM_STEP, 1);
    statements = 0;
    sqlite3_trace_v2(connection, SQLITE_TRACE_STMT, count_statement, NULL);
    assert_ok(run(made, limit, &table, &error), error);
    sqlite3_trace_v2(connection, 0, NULL, NULL);
    if (rows >= 0)
        assert_int_equal(annoproj_table_row_count(table), rows);
    annoproj_table_free(table);
    for (sqlite3_stmt *at = NULL; (at = sqlite3_next_stmt(connection, at)) != NULL;)
        found.steps += sqlite3_stmt_status(at, SQLITE_STMTSTATUS_VM_STEP, 1);
    found.statements = statements;
    assert_true(found.statements > 0 && found.steps > 0);
    return found;
}

/* A row costs one statement at the most, its seek by id; and nothing depends on how many tasks there are (lessons of peers 8, 10). */
static void test_a_page_costs_its_rows(void **unused) {
    const read_fn reads[] = {list, list_by_title, list_own};
    (void)unused;
    team *few = team_new(40, "", ""), *many = team_new(4000, "", "");
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
        cost_of(few, reads[i], 1, 1); /* statements are made */
        cost_of(many, reads[i], 1, 1);
        const cost one = cost_of(few, reads[i], 1, 1), page = cost_of(few, reads[i], 30, 30),
                   large = cost_of(many, reads[i], 30, 30);
        assert_true(page.statements <= one.statements + 29);
        assert_int_equal(large.statements, page.statements);
        assert_true(large.steps <= page.steps + 50);
    }
    team_free(few);
    team_free(many);
}

#define MANY_TASKS 4000
#define TAIL_STEPS 10 /* that a row of the log's tail may cost: one for each 512 events */

/* Not a step more with a hundred times the tasks (lessons of peers 7, 37, 38), but for what the tail of a longer log costs. */
static void test_counts_look_at_no_task(void **unused) {
    const struct {
        read_fn run;
        int64_t more;
    } reads[] = {{stages, 0}, {by_stage, 0}, {project_facts, 0}, {overview, MANY_TASKS / 512 * TAIL_STEPS}};
    (void)unused;
    team *few = team_new(40, "", ""), *many = team_new(MANY_TASKS, "", "");
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
        cost_of(few, reads[i].run, 0, -1);
        cost_of(many, reads[i].run, 0, -1);
        const cost small = cost_of(few, reads[i].run, 0, -1), large = cost_of(many, reads[i].run, 0, -1);
        assert_int_equal(large.statements, small.statements);
        assert_true(large.steps <= small.steps + reads[i].more);
    }
    team_free(few);
    team_free(many);
}

static void log_submits(team *made, int segments) {
    static event events[16384];
    for (size_t i = 0; i < 16384; i++)
        events[i] = (event){.kind = EVENT_TASK_SUBMIT,
                            .time_us = MONDAY + (int64_t)i,
                            .actor = made->users[TEAM_ANNOTATOR],
                            .stage = ANNOTATE,
                            .task = 1,
                            .reference = REVIEW};
    for (int i = 0; i < segments; i++)
        report_append(made, events, 16384);
}

/* Lifetime figures cost their groups: with four times the sealed events not a statement and not a step more (lesson of peers 16). */
static void test_lifetime_reports_cost_their_groups(void **unused) {
    const read_fn reads[] = {annotators, task_actions, label_actions, overview};
    (void)unused;
    team *few = team_new(2, "", ""), *many = team_new(2, "", "");
    log_submits(few, 2);
    log_submits(many, 8);
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
        cost_of(few, reads[i], 0, -1);
        cost_of(many, reads[i], 0, -1);
        const cost small = cost_of(few, reads[i], 0, -1), large = cost_of(many, reads[i], 0, -1);
        assert_int_equal(large.statements, small.statements);
        assert_int_equal(large.steps, small.steps);
    }
    team_free(few);
    team_free(many);
}

/* --- imports ---- */

static int32_t give(void *buffer, size_t length, size_t *read, void *data) {
    const char **rest = data;
    *read = strlen(*rest) < length ? strlen(*rest) : length;
    memcpy(buffer, *rest, *read);
    *rest += *read;
    return 0;
}

/* Steps of one label that is imported, those of the writer's connection. */
static int64_t steps_of_import(team *made) {
    static const char coco[] =
        "{\"images\": [{\"id\": 1, \"file_name\": \"file0000001.jpg\"}],"
        " \"categories\": [{\"id\": 1, \"name\": \"Car\"}],"
        " \"annotations\": [{\"id\": 1, \"image_id\": 1, \"category_id\": 1, \"bbox\": [1, 2, 3, 4]}]}";
    const char *rest = coco;
    annoproj_import_options options = ANNOPROJ_IMPORT_OPTIONS_INIT;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    body *entered = NULL;
    int64_t steps = 0;
    options.read = give;
    options.user_data = &rest;
    assert_ok(handle_enter(made->store, HANDLE_STORE, "store", &entered, &error), error);
    sqlite3 *connections[] = {((store *)entered)->state->writer->handle, ((store *)entered)->state->readers[0]->handle};
    body_release(entered);
    for (size_t i = 0; i < 2; i++)
        for (sqlite3_stmt *at = NULL; (at = sqlite3_next_stmt(connections[i], at)) != NULL;)
            sqlite3_stmt_status(at, SQLITE_STMTSTATUS_VM_STEP, 1);
    assert_ok(annoproj_project_import_coco(made->projects[TEAM_ADMIN], NULL, &options, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_int64(table, 0, annoproj_table_column_index(table, "labels")), 1);
    annoproj_table_free(table);
    for (size_t i = 0; i < 2; i++)
        for (sqlite3_stmt *at = NULL; (at = sqlite3_next_stmt(connections[i], at)) != NULL;)
            steps += sqlite3_stmt_status(at, SQLITE_STMTSTATUS_VM_STEP, 1);
    return steps;
}

/* An import costs what it brings, not what is there (lesson of peers 9). */
static void test_an_import_costs_its_rows(void **unused) {
    (void)unused;
    team *few = team_new(40, "", ""), *many = team_new(4000, "", "");
    steps_of_import(few); /* statements are made */
    steps_of_import(many);
    const int64_t small = steps_of_import(few), large = steps_of_import(many);
    assert_true(small > 0);
    assert_true(large <= small + 50);
    team_free(few);
    team_free(many);
}

/* Neither do stages cost a statement each, whether they are there still or were deleted by an edit. */
static void test_stages_cost_no_statement_each(void **unused) {
    static const char small[] =
        "{\"start\":\"annotate\",\"stages\":[{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":"
        "\"review\"}},"
        "{\"key\":\"review\",\"type\":\"REVIEW\",\"edges\":{\"approve\":\"complete\",\"reject\":\"annotate\"}},"
        "{\"key\":\"complete\",\"type\":\"DONE\"}%s]}";
    (void)unused;
    team *made = team_new(2, "", "");
    annoproj_error *error = NULL;
    char more[2048] = "", document[4096];
    cost_of(made, stages, 0, 3);
    const cost few = cost_of(made, stages, 0, 3);
    for (int i = 0; i < 20; i++)
        snprintf(more + strlen(more), sizeof more - strlen(more),
                 ",{\"key\":\"a%d\",\"type\":\"DONE\",\"settings\":{\"archive\":true}}", i);
    for (int i = 0; i < 2; i++) {
        snprintf(document, sizeof document, small, i == 0 ? more : "");
        assert_ok(annoproj_workflow_update(made->projects[TEAM_ADMIN], document, NULL, &error), error);
        const int64_t there = i == 0 ? 23 : 3;
        assert_int_equal(cost_of(made, stages, 0, there).statements, few.statements);
    }
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_page_costs_its_rows),         cmocka_unit_test(test_counts_look_at_no_task),
        cmocka_unit_test(test_stages_cost_no_statement_each), cmocka_unit_test(test_lifetime_reports_cost_their_groups),
        cmocka_unit_test(test_an_import_costs_its_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
