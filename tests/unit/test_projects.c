/* Projects: made, opened, listed, changed. */
#include <string.h>

#include "support.h"
#include "team.h"

static const char workflow[] =
    "{\"start\":\"a\",\"stages\":[{\"key\":\"a\",\"type\":\"ANNOTATION\",\"title\":\"A\",\"edges\":{\"submit\":"
    "\"d\"}},{\"key\":\"d\",\"type\":\"DONE\",\"title\":\"D\"}]}";

static const char *text_of(annoproj_table *table, int64_t row, const char *column) {
    return annoproj_table_text(table, row, annoproj_table_column_index(table, column));
}

static int64_t int_of(annoproj_table *table, int64_t row, const char *column) {
    return annoproj_table_int64(table, row, annoproj_table_column_index(table, column));
}

static bool null_in(annoproj_table *table, int64_t row, const char *column) {
    return annoproj_table_is_null(table, row, annoproj_table_column_index(table, column));
}

static annoproj_project *new_project(annoproj_session *session, int64_t ontology, const char *title) {
    annoproj_error *error = NULL;
    annoproj_project *project = NULL;
    assert_ok(annoproj_project_create(session, title, ontology, workflow, NULL, NULL, &project, &error), error);
    assert_true(annoproj_project_id(project) > 0);
    return project;
}

static void test_facts(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(4, "", "");
    annoproj_table *table = NULL;
    assert_ok(annoproj_project_get(made->projects[TEAM_BOTH], NULL, &table, &error), error);
    assert_string_equal(annoproj_table_row_type(table), "project_row");
    assert_int_equal(annoproj_table_row_count(table), 1);
    assert_int_equal(int_of(table, 0, "project"), made->project);
    assert_string_equal(text_of(table, 0, "title"), "Team");
    assert_string_equal(text_of(table, 0, "description"), "");
    assert_int_equal(int_of(table, 0, "owner"), made->users[TEAM_ADMIN]);
    assert_string_equal(text_of(table, 0, "owner_email"), "admin@x.org");
    assert_string_equal(text_of(table, 0, "status"), "not_started");
    assert_int_equal(int_of(table, 0, "ontology"), made->ontology);
    assert_string_equal(text_of(table, 0, "role"), "annotator_reviewer");
    assert_int_equal(int_of(table, 0, "tasks"), 4);
    assert_int_equal(int_of(table, 0, "created"), made->now_us);
    assert_int_equal(int_of(table, 0, "edited"), made->now_us);
    annoproj_table_free(table);
    assert_ok(annoproj_project_get(made->host_project, NULL, &table, &error), error);
    assert_true(null_in(table, 0, "role"));
    annoproj_table_free(table);
    team_free(made);
}

static void test_bad_arguments(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    annoproj_project *project = NULL;
    annoproj_project_options options = ANNOPROJ_PROJECT_OPTIONS_INIT;
    annoproj_session *by = made->sessions[TEAM_ADMIN];
    assert_status(ANNOPROJ_INVALID,
                  annoproj_project_create(by, "", made->ontology, workflow, NULL, NULL, &project, &error), error);
    assert_status(ANNOPROJ_INVALID,
                  annoproj_project_create(by, NULL, made->ontology, workflow, NULL, NULL, &project, &error), error);
    assert_status(ANNOPROJ_INVALID,
                  annoproj_project_create(by, "P", made->ontology, NULL, NULL, NULL, &project, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND,
                  annoproj_project_create(by, "P", made->ontology + 1, workflow, NULL, NULL, &project, &error), error);
    assert_status(ANNOPROJ_DATA, annoproj_project_create(by, "P", made->ontology, "{", NULL, NULL, &project, &error),
                  error);
    assert_status(ANNOPROJ_DATA,
                  annoproj_project_create(by, "P", made->ontology, "{\"start\":\"x\",\"stages\":[]}", NULL, NULL,
                                          &project, &error),
                  error);
    options.idle_limit_us = -1;
    assert_status(ANNOPROJ_INVALID,
                  annoproj_project_create(by, "P", made->ontology, workflow, &options, NULL, &project, &error), error);
    options.idle_limit_us = 0;
    options.time_window_us = -1;
    assert_status(ANNOPROJ_INVALID,
                  annoproj_project_create(by, "P", made->ontology, workflow, &options, NULL, &project, &error), error);
    options.time_window_us = 0;
    options.size = 4;
    assert_status(ANNOPROJ_INVALID,
                  annoproj_project_create(by, "P", made->ontology, workflow, &options, NULL, &project, &error), error);
    assert_null(project);
    for (int32_t status = 0; status <= 8; status += 8) {
        assert_status(ANNOPROJ_INVALID, annoproj_project_set_status(made->projects[TEAM_ADMIN], status, NULL, &error),
                      error);
    }
    annoproj_table *table = NULL;
    assert_ok(annoproj_project_list(made->host, NULL, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 1);
    annoproj_table_free(table);
    team_free(made);
}

/* An ontology of others is not there for a member who shares no project with it. */
static void test_ontology_must_be_seen(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    annoproj_session *outside = NULL;
    annoproj_project *project = NULL;
    int64_t user = 0;
    assert_ok(annoproj_user_create(made->host, "out@x.org", "Out", ANNOPROJ_ORG_MEMBER, NULL, &user, &error), error);
    assert_ok(annoproj_session_open(made->store, user, NULL, NULL, &outside, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND,
                  annoproj_project_create(outside, "P", made->ontology, workflow, NULL, NULL, &project, &error), error);
    assert_null(project);
    project = new_project(made->sessions[TEAM_ANNOTATOR], made->ontology, "By a member");
    annoproj_project_close(project);
    annoproj_session_close(outside);
    team_free(made);
}

static void test_lists(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    annoproj_table *table = NULL;
    annoproj_project *hosts = new_project(made->host, made->ontology, "\xc3\x84ther"),
                     *own = new_project(made->sessions[TEAM_BOTH], made->ontology, "able");
    static const char *const all[] = {"Team", "able", "\xc3\x84ther"};
    assert_ok(annoproj_project_list(made->host, NULL, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 3);
    for (int64_t row = 0; row < 3; row++) {
        assert_string_equal(text_of(table, row, "title"), all[row]);
    }
    assert_true(null_in(table, 2, "owner_email"));
    assert_int_equal(int_of(table, 2, "owner"), 0);
    annoproj_table_free(table);
    assert_ok(annoproj_project_list(made->sessions[TEAM_BOTH], NULL, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 2);
    assert_string_equal(text_of(table, 0, "role"), "annotator_reviewer");
    assert_string_equal(text_of(table, 1, "role"), "admin");
    annoproj_table_free(table);
    const int64_t both[] = {annoproj_project_id(own), made->project},
                  hidden[] = {made->project, annoproj_project_id(hosts)};
    assert_ok(annoproj_projects_get(made->sessions[TEAM_BOTH], both, 2, NULL, &table, &error), error);
    assert_int_equal(int_of(table, 0, "project"), both[0]);
    assert_int_equal(int_of(table, 1, "project"), both[1]);
    annoproj_table_free(table);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_projects_get(made->sessions[TEAM_BOTH], hidden, 2, NULL, &table, &error),
                  error);
    assert_status(ANNOPROJ_INVALID, annoproj_projects_get(made->host, NULL, 2, NULL, &table, &error), error);
    assert_null(table);
    annoproj_project_close(hosts);
    annoproj_project_close(own);
    team_free(made);
}

static void test_update(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    annoproj_table *table = NULL;
    annoproj_project_options options = ANNOPROJ_PROJECT_OPTIONS_INIT;
    int64_t created = made->now_us;
    options.description = "what it is for";
    made->now_us += 1000;
    for (int who = TEAM_MANAGER; who < TEAM_SIZE; who++) {
        assert_status(ANNOPROJ_PERMISSION, annoproj_project_update(made->projects[who], "No", &options, NULL, &error),
                      error);
    }
    assert_ok(annoproj_project_update(made->projects[TEAM_ADMIN], "Better", &options, NULL, &error), error);
    assert_ok(annoproj_project_get(made->projects[TEAM_ANNOTATOR], NULL, &table, &error), error);
    assert_string_equal(text_of(table, 0, "title"), "Better");
    assert_string_equal(text_of(table, 0, "description"), "what it is for");
    assert_int_equal(int_of(table, 0, "created"), created);
    assert_int_equal(int_of(table, 0, "edited"), made->now_us);
    annoproj_table_free(table);
    assert_status(ANNOPROJ_INVALID, annoproj_project_update(made->projects[TEAM_ADMIN], "", NULL, NULL, &error), error);
    team_free(made);
}

/* self_release is a setting: off, collaborators may not give back what they took. */
static void test_settings_are_kept(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(1, "", "");
    annoproj_project_options options = ANNOPROJ_PROJECT_OPTIONS_INIT;
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0);
    int64_t recorded = 0;
    options.self_release = ANNOPROJ_CHOICE_OFF;
    options.idle_limit_us = 2000000;
    assert_ok(annoproj_project_update(made->projects[TEAM_ADMIN], "Team", &options, NULL, &error), error);
    assert_ok(annoproj_task_initiate(task, NULL, &error), error);
    assert_true(annoproj_task_release(task, NULL, NULL) < 0);
    assert_int_equal(team_cell(task, "assignee"), made->users[TEAM_ANNOTATOR]);
    assert_ok(annoproj_task_heartbeat(task, 0, NULL, &recorded, &error), error);
    made->now_us += 9000000;
    assert_ok(annoproj_task_heartbeat(task, 0, NULL, &recorded, &error), error);
    assert_int_equal(recorded, 2000000);
    assert_ok(annoproj_project_update(made->projects[TEAM_ADMIN], "Team", NULL, NULL, &error), error);
    assert_ok(annoproj_task_release(task, NULL, &error), error);
    assert_int_equal(team_cell(task, "assignee"), INT64_MIN);
    annoproj_task_close(task);
    team_free(made);
}

static void test_status(void **state) {
    (void)state;
    static const char *const names[] = {"not_started", "in_progress", "in_review", "paused",
                                        "completed",   "cancelled",   "archived"};
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    for (int32_t from = 1; from <= 7; from++) {
        for (int32_t to = 1; to <= 7; to++) {
            annoproj_table *table = NULL;
            assert_ok(annoproj_project_set_status(made->projects[TEAM_ADMIN], from, NULL, &error), error);
            assert_ok(annoproj_project_set_status(made->projects[TEAM_ADMIN], to, NULL, &error), error);
            assert_ok(annoproj_project_get(made->projects[TEAM_REVIEWER], NULL, &table, &error), error);
            assert_string_equal(text_of(table, 0, "status"), names[to - 1]);
            annoproj_table_free(table);
        }
    }
    assert_ok(annoproj_project_set_status(made->projects[TEAM_ADMIN], ANNOPROJ_PROJECT_IN_PROGRESS, NULL, &error),
              error);
    assert_ok(annoproj_project_set_status(made->projects[TEAM_MANAGER], ANNOPROJ_PROJECT_PAUSED, NULL, &error), error);
    for (int who = TEAM_REVIEWER; who < TEAM_SIZE; who++) {
        assert_status(ANNOPROJ_PERMISSION,
                      annoproj_project_set_status(made->projects[who], ANNOPROJ_PROJECT_IN_PROGRESS, NULL, &error),
                      error);
    }
    team_free(made);
}

static void test_datasets_of_a_project(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    annoproj_table *table = NULL;
    int64_t datasets[3], tasks = 0;
    static const char *const titles[] = {"b", "a", "B"}, *const sorted[] = {"B", "a", "b"};
    for (int i = 0; i < 3; i++) {
        assert_ok(annoproj_dataset_create(made->host, titles[i], NULL, NULL, &datasets[i], &error), error);
        assert_ok(annoproj_project_attach_dataset(made->host_project, datasets[i], NULL, &tasks, &error), error);
        assert_int_equal(tasks, 0);
    }
    assert_ok(annoproj_project_datasets(made->projects[TEAM_ANNOTATOR], NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 3);
    for (int64_t row = 0; row < 3; row++) {
        assert_string_equal(text_of(table, row, "title"), sorted[row]);
    }
    annoproj_table_free(table);
    assert_ok(annoproj_project_detach_dataset(made->host_project, datasets[1], NULL, &tasks, &error), error);
    assert_ok(annoproj_project_datasets(made->projects[TEAM_ANNOTATOR], NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 2);
    annoproj_table_free(table);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_bad_arguments),
        cmocka_unit_test(test_ontology_must_be_seen),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_update),
        cmocka_unit_test(test_settings_are_kept),
        cmocka_unit_test(test_status),
        cmocka_unit_test(test_datasets_of_a_project),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
