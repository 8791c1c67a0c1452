/* Deleting projects, bringing them back, and purging them in steps (behaviour §4). */
#include <stdlib.h>
#include <string.h>

#include "support.h"
#include "team.h"

static int64_t int_of(annoproj_table *table, int64_t row, const char *column) {
    return annoproj_table_int64(table, row, annoproj_table_column_index(table, column));
}

static int64_t listed(annoproj_session *session, annoproj_deleted deleted) {
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    annoproj_project_list_options options = ANNOPROJ_PROJECT_LIST_OPTIONS_INIT;
    options.deleted = deleted;
    assert_ok(annoproj_project_list(session, &options, NULL, &table, &error), error);
    int64_t rows = annoproj_table_row_count(table);
    for (int64_t row = 0; row < rows; row++) {
        int64_t id = int_of(table, row, "project");
        annoproj_table *one = NULL;
        assert_ok(annoproj_projects_get(session, &id, 1, NULL, &one, &error), error);
        annoproj_table_free(one);
    }
    annoproj_table_free(table);
    return rows;
}

/* Work of every kind in the team's project: labels, reviews, issues, time, skips, moves. */
static void work(team *made) {
    annoproj_error *error = NULL;
    char hash[16];
    int64_t recorded = 0, issue = 0;
    for (int i = 0; i < 3; i++) {
        annoproj_task *task = team_task(made, TEAM_ANNOTATOR, i);
        assert_ok(annoproj_task_initiate(task, NULL, &error), error);
        team_draw(made, task, "", 0.1, hash);
        assert_ok(annoproj_task_heartbeat(task, 0, NULL, &recorded, &error), error);
        made->now_us += 5000000;
        assert_ok(annoproj_task_heartbeat(task, 0, NULL, &recorded, &error), error);
        assert_ok(annoproj_issue_create(task, "look", NULL, NULL, &issue, &error), error);
        assert_ok(i == 2 ? annoproj_task_skip(task, NULL, &error) : annoproj_task_submit(task, NULL, NULL, &error),
                  error);
        annoproj_task_close(task);
    }
}

static void test_delete_and_restore(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(6, "", "");
    annoproj_project *admins = made->projects[TEAM_ADMIN];
    annoproj_task *task = team_task(made, TEAM_ADMIN, 0), *annotators = team_task(made, TEAM_ANNOTATOR, 5);
    annoproj_query *query = NULL;
    annoproj_table *before = NULL, *table = NULL;
    char *as_it_was = NULL, *again = NULL;
    annoproj_stage *stage = NULL;
    annoproj_task *started = NULL;
    annoproj_queue_reason reason = 0;
    work(made);
    assert_ok(annoproj_stage_open(admins, "annotate", NULL, &stage, &error), error);
    assert_ok(annoproj_query_open(admins, NULL, NULL, &query, &error), error);
    assert_ok(annoproj_task_list(admins, NULL, NULL, &before, &error), error);
    assert_ok(annoproj_table_json(before, &as_it_was, &error), error);
    for (int who = TEAM_MANAGER; who < TEAM_SIZE; who++)
        assert_status(ANNOPROJ_PERMISSION, annoproj_project_delete(made->projects[who], "Team", NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_project_delete(admins, "team", NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_project_delete(admins, NULL, NULL, &error), error);
    assert_ok(annoproj_project_restore(admins, NULL, &error), error); /* it is there */
    assert_ok(annoproj_project_delete(admins, "Team", NULL, &error), error);
    assert_ok(annoproj_project_delete(admins, "Team", NULL, &error), error);
    /* Those who can bring it back see its facts and no more, with new and with old handles. */
    assert_ok(annoproj_project_get(admins, NULL, &table, &error), error);
    assert_int_equal(int_of(table, 0, "deleted"), made->now_us);
    assert_int_equal(int_of(table, 0, "tasks"), 6);
    annoproj_table_free(table);
    assert_int_equal(listed(made->sessions[TEAM_ADMIN], ANNOPROJ_DELETED_HIDDEN), 0);
    assert_int_equal(listed(made->sessions[TEAM_ADMIN], ANNOPROJ_DELETED_ONLY), 1);
    assert_int_equal(listed(made->host, ANNOPROJ_DELETED_ALSO), 1);
    assert_status(ANNOPROJ_STATE, annoproj_task_list(admins, NULL, NULL, &table, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_task_get(task, NULL, &table, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_task_set_priority(task, 9, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_query_annotators(query, NULL, &table, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_project_update(admins, "New", NULL, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_project_set_status(admins, ANNOPROJ_PROJECT_PAUSED, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_collaborator_leave(admins, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_stage_start_next(stage, NULL, NULL, &started, &reason, &error), error);
    /* For all others it is not there. */
    for (int who = TEAM_MANAGER; who < TEAM_SIZE; who++) {
        annoproj_project *opened = NULL;
        assert_int_equal(listed(made->sessions[who], ANNOPROJ_DELETED_ALSO), 0);
        assert_status(ANNOPROJ_NOT_FOUND, annoproj_project_get(made->projects[who], NULL, &table, &error), error);
        assert_status(ANNOPROJ_NOT_FOUND, annoproj_task_list(made->projects[who], NULL, NULL, &table, &error), error);
        assert_status(ANNOPROJ_NOT_FOUND, annoproj_project_restore(made->projects[who], NULL, &error), error);
        assert_status(ANNOPROJ_NOT_FOUND,
                      annoproj_project_open(made->sessions[who], made->project, NULL, &opened, &error), error);
        assert_status(ANNOPROJ_NOT_FOUND,
                      annoproj_dataset_get(made->sessions[who], made->dataset, NULL, &table, &error), error);
    }
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_task_initiate(annotators, NULL, &error), error);
    assert_int_equal(team_differences(made), 0);
    assert_ok(annoproj_project_restore(admins, NULL, &error), error);
    assert_ok(annoproj_task_list(admins, NULL, NULL, &table, &error), error);
    assert_ok(annoproj_table_json(table, &again, &error), error);
    assert_string_equal(again, as_it_was);
    assert_ok(annoproj_task_initiate(annotators, NULL, &error), error);
    assert_int_equal(listed(made->sessions[TEAM_ANNOTATOR], ANNOPROJ_DELETED_HIDDEN), 1);
    assert_int_equal(team_differences(made), 0);
    annoproj_free(as_it_was);
    annoproj_free(again);
    annoproj_table_free(before);
    annoproj_table_free(table);
    annoproj_query_close(query);
    annoproj_stage_close(stage);
    annoproj_task_close(task);
    annoproj_task_close(annotators);
    team_free(made);
}

/* An org admin rescues a deleted project that nobody can restore any more. */
static void test_join_what_is_deleted(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(1, "", "");
    annoproj_session *boss = NULL;
    annoproj_project *joined = NULL;
    int64_t user = 0;
    assert_ok(annoproj_user_create(made->host, "boss@x.org", "Boss", ANNOPROJ_ORG_ADMIN, NULL, &user, &error), error);
    assert_ok(annoproj_session_open(made->store, user, NULL, NULL, &boss, &error), error);
    assert_ok(annoproj_project_delete(made->projects[TEAM_ADMIN], "Team", NULL, &error), error);
    assert_ok(annoproj_user_disable(made->host, made->users[TEAM_ADMIN], NULL, &error), error);
    assert_int_equal(listed(boss, ANNOPROJ_DELETED_ONLY), 1);
    assert_ok(annoproj_project_open(boss, made->project, NULL, &joined, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_project_restore(joined, NULL, &error), error);
    assert_ok(annoproj_project_join(boss, made->project, NULL, &error), error);
    assert_ok(annoproj_project_restore(joined, NULL, &error), error);
    annoproj_project_close(joined);
    annoproj_session_close(boss);
    team_free(made);
}

static bool purge(annoproj_project *project, int64_t rows, int64_t *tasks, int64_t *events) {
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    annoproj_purge_options options = ANNOPROJ_PURGE_OPTIONS_INIT;
    options.rows = rows;
    assert_ok(annoproj_project_purge(project, &options, NULL, &table, &error), error);
    int64_t removed = int_of(table, 0, "removed"), tasks_now = int_of(table, 0, "tasks_left"),
            events_now = int_of(table, 0, "events_left");
    bool done = int_of(table, 0, "done") != 0;
    assert_true(removed > 0 && removed <= rows + 1);
    assert_true(tasks_now <= *tasks && events_now <= *events);
    *tasks = tasks_now;
    *events = events_now;
    annoproj_table_free(table);
    return done;
}

/* Step by step, each bounded, the store sound after each, nothing else touched, nobody seeing half of it. */
static void test_purge_in_steps(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(300, "", "");
    annoproj_project *admins = made->projects[TEAM_ADMIN], *other = NULL, *opened = NULL;
    annoproj_table *table = NULL, *others = NULL;
    annoproj_purge_options wrong = ANNOPROJ_PURGE_OPTIONS_INIT;
    char *as_it_was = NULL, *again = NULL;
    int64_t attached = 0, tasks = INT64_MAX, events = INT64_MAX, steps = 1, user = 0;
    assert_ok(annoproj_project_create(made->host, "Other", made->ontology,
                                      "{\"start\":\"a\",\"stages\":[{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":"
                                      "{\"submit\":\"d\"}},{\"key\":\"d\",\"type\":\"DONE\"}]}",
                                      NULL, NULL, &other, &error),
              error);
    assert_ok(annoproj_project_attach_dataset(other, made->dataset, NULL, &attached, &error), error);
    assert_ok(annoproj_task_list(other, NULL, NULL, &others, &error), error);
    assert_ok(annoproj_table_json(others, &as_it_was, &error), error);
    annoproj_table_free(others);
    work(made);
    wrong.rows = -1;
    assert_status(ANNOPROJ_INVALID, annoproj_project_purge(admins, &wrong, NULL, &table, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_project_purge(admins, NULL, NULL, &table, &error), error);
    assert_ok(annoproj_project_delete(admins, "Team", NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_project_purge(made->projects[TEAM_MANAGER], NULL, NULL, &table, &error),
                  error);
    assert_false(purge(admins, 10, &tasks, &events));
    assert_true(tasks > 200 && events > 300);
    /* From the first step on there is no way back and nothing to see. */
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_project_restore(admins, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_project_get(made->host_project, NULL, &table, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_task_list(admins, NULL, NULL, &table, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_project_open(made->host, made->project, NULL, &opened, &error), error);
    assert_int_equal(listed(made->host, ANNOPROJ_DELETED_ALSO), 1);
    /* What goes on elsewhere does not reach into it. */
    const annoproj_data_units more = {
        .size = sizeof more, .count = 1, .text = "n.jpg", .text_length = 5, .title_offsets = (const int64_t[]){0, 5}};
    assert_ok(annoproj_user_disable(made->host, made->users[TEAM_ANNOTATOR], NULL, &error), error);
    do {
        assert_int_equal(team_differences(made), 0);
        steps++;
    } while (!purge(admins, 10, &tasks, &events));
    assert_true(steps > 20);
    assert_int_equal(tasks, 0);
    assert_int_equal(events, 0);
    assert_int_equal(team_differences(made), 0);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_project_purge(admins, NULL, NULL, &table, &error), error);
    assert_ok(annoproj_task_list(other, NULL, NULL, &others, &error), error);
    assert_ok(annoproj_table_json(others, &again, &error), error);
    assert_string_equal(again, as_it_was);
    annoproj_table_free(others);
    assert_ok(annoproj_data_units_add(made->host, made->dataset, &more, NULL, &user, &error), error);
    /* The number is not given again. */
    assert_ok(annoproj_project_create(made->host, "Later", made->ontology,
                                      "{\"start\":\"a\",\"stages\":[{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":"
                                      "{\"submit\":\"d\"}},{\"key\":\"d\",\"type\":\"DONE\"}]}",
                                      NULL, NULL, &opened, &error),
              error);
    assert_true(annoproj_project_id(opened) > annoproj_project_id(other));
    annoproj_free(as_it_was);
    annoproj_free(again);
    annoproj_project_close(other);
    annoproj_project_close(opened);
    team_free(made);
}

/* More tasks than go at a time: they leave and come back as they were, and the store's check finds each count, vector and
 * event as it must be. */
static void test_a_large_dataset_leaves_and_comes_back(void **state) {
    enum { MANY = 20000, MOVED = 15000, FIRST_MOVED = 3000 };
    (void)state;
    annoproj_error *error = NULL;
    annoproj_table *before = NULL, *table = NULL;
    char *as_it_was = NULL, *again = NULL;
    int64_t tasks = 0, *ids = malloc(MOVED * sizeof *ids);
    team *made = team_new(MANY, "", "");
    annoproj_project *admins = made->projects[TEAM_ADMIN];
    annoproj_task_list_options options = ANNOPROJ_TASK_LIST_OPTIONS_INIT;
    assert_non_null(ids);
    for (int i = 0; i < MOVED; i++)
        ids[i] = made->first_task + FIRST_MOVED + i;
    work(made);
    assert_ok(annoproj_tasks_move(admins, ids, MOVED, made->review, true, NULL, &table, &error), error);
    annoproj_table_free(table);
    assert_ok(annoproj_tasks_assign(admins, ids, 200, made->users[TEAM_REVIEWER], true, NULL, &table, &error), error);
    annoproj_table_free(table);
    options.limit = 10000;
    options.sort = ANNOPROJ_TASK_SORT_TITLE;
    options.reverse = true;
    assert_ok(annoproj_task_list(admins, &options, NULL, &before, &error), error);
    assert_ok(annoproj_table_json(before, &as_it_was, &error), error);
    assert_ok(annoproj_project_detach_dataset(admins, made->dataset, NULL, &tasks, &error), error);
    assert_int_equal(tasks, MANY);
    assert_ok(annoproj_task_list(admins, NULL, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 0);
    annoproj_table_free(table);
    assert_int_equal(team_differences(made), 0);
    assert_ok(annoproj_project_attach_dataset(admins, made->dataset, NULL, &tasks, &error), error);
    assert_int_equal(tasks, MANY);
    assert_int_equal(team_differences(made), 0);
    assert_ok(annoproj_task_list(admins, &options, NULL, &table, &error), error);
    assert_ok(annoproj_table_json(table, &again, &error), error);
    assert_string_equal(again, as_it_was);
    annoproj_table_free(table);
    annoproj_table_free(before);
    annoproj_free(as_it_was);
    annoproj_free(again);
    free(ids);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delete_and_restore),
        cmocka_unit_test(test_join_what_is_deleted),
        cmocka_unit_test(test_purge_in_steps),
        cmocka_unit_test(test_a_large_dataset_leaves_and_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
