/* The gate: what is not seen is NOT_FOUND, what is not allowed PERMISSION, what is not now STATE, what is another's
 * CONFLICT; by project status, membership and ownership, as they are at the moment of the call. */
#include "support.h"
#include "team.h"

static void set_status(team *made, annoproj_project_status status) {
    annoproj_error *error = NULL;
    assert_ok(annoproj_project_set_status(made->projects[TEAM_ADMIN], status, NULL, &error), error);
}

static annoproj_status initiate(team *made, enum member who, int64_t number) {
    annoproj_task *task = team_task(made, who, number);
    annoproj_status status = annoproj_task_initiate(task, NULL, NULL);
    annoproj_task_close(task);
    return status;
}

static void test_status_gates_taking(void **state) {
    (void)state;
    static const struct {
        annoproj_project_status project;
        annoproj_status worker, manager;
    } cases[] = {
        {ANNOPROJ_PROJECT_NOT_STARTED, ANNOPROJ_OK, ANNOPROJ_OK},
        {ANNOPROJ_PROJECT_IN_PROGRESS, ANNOPROJ_OK, ANNOPROJ_OK},
        {ANNOPROJ_PROJECT_IN_REVIEW, ANNOPROJ_OK, ANNOPROJ_OK},
        {ANNOPROJ_PROJECT_PAUSED, ANNOPROJ_STATE, ANNOPROJ_OK},
        {ANNOPROJ_PROJECT_COMPLETED, ANNOPROJ_STATE, ANNOPROJ_OK},
        {ANNOPROJ_PROJECT_CANCELLED, ANNOPROJ_STATE, ANNOPROJ_OK},
        {ANNOPROJ_PROJECT_ARCHIVED, ANNOPROJ_STATE, ANNOPROJ_STATE},
    };
    team *made = team_new(40, "", "");
    for (int64_t i = 0; i < 7; i++) {
        set_status(made, cases[i].project);
        assert_int_equal(initiate(made, TEAM_ANNOTATOR, 4 * i), cases[i].worker);
        assert_int_equal(initiate(made, TEAM_BOTH, 4 * i + 1), cases[i].worker);
        assert_int_equal(initiate(made, TEAM_MANAGER, 4 * i + 2), cases[i].manager);
        assert_int_equal(initiate(made, TEAM_ADMIN, 4 * i + 3), cases[i].manager);
    }
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* Nothing in progress is lost: labels and time of a task already theirs go on, actions and issues wait. */
static void test_own_work_goes_on_while_paused(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(3, "", "");
    annoproj_task *own = team_task(made, TEAM_ANNOTATOR, 0), *free_one = team_task(made, TEAM_ANNOTATOR, 1),
                  *managers = team_task(made, TEAM_MANAGER, 1);
    int64_t recorded = 0, issue = 0;
    assert_ok(annoproj_task_initiate(own, NULL, &error), error);
    for (annoproj_project_status status = ANNOPROJ_PROJECT_PAUSED; status <= ANNOPROJ_PROJECT_CANCELLED; status++) {
        set_status(made, status);
        team_draw(made, own, "", 10.0 * status, NULL);
        assert_ok(annoproj_task_heartbeat(own, 0, NULL, &recorded, &error), error);
        assert_status(ANNOPROJ_STATE, annoproj_task_submit(own, NULL, NULL, &error), error);
        assert_status(ANNOPROJ_STATE, annoproj_task_skip(own, NULL, &error), error);
        assert_status(ANNOPROJ_STATE, annoproj_task_heartbeat(free_one, 0, NULL, &recorded, &error), error);
        assert_status(ANNOPROJ_STATE, annoproj_issue_create(own, "where?", NULL, NULL, &issue, &error), error);
        assert_int_equal(issue, 0);
        assert_ok(annoproj_issue_create(managers, "look", NULL, NULL, &issue, &error), error);
    }
    set_status(made, ANNOPROJ_PROJECT_ARCHIVED);
    assert_status(ANNOPROJ_STATE, annoproj_task_heartbeat(own, 0, NULL, &recorded, &error), error);
    annoproj_task_close(own);
    annoproj_task_close(free_one);
    annoproj_task_close(managers);
    team_free(made);
}

static void test_archived_is_read_only(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(2, "", "");
    int64_t tasks = 7;
    annoproj_table *table = NULL;
    set_status(made, ANNOPROJ_PROJECT_ARCHIVED);
    assert_status(ANNOPROJ_STATE, annoproj_project_update(made->projects[TEAM_ADMIN], "New", NULL, NULL, &error),
                  error);
    assert_status(ANNOPROJ_STATE, annoproj_project_update(made->host_project, "New", NULL, NULL, &error), error);
    assert_status(ANNOPROJ_STATE,
                  annoproj_project_detach_dataset(made->host_project, made->dataset, NULL, &tasks, &error), error);
    assert_int_equal(tasks, 0);
    assert_status(ANNOPROJ_STATE,
                  annoproj_collaborator_remove(made->projects[TEAM_ADMIN], made->users[TEAM_BOTH], NULL, &error),
                  error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_project_update(made->projects[TEAM_MANAGER], "New", NULL, NULL, &error),
                  error);
    assert_ok(annoproj_project_get(made->projects[TEAM_ANNOTATOR], NULL, &table, &error), error);
    assert_string_equal(annoproj_table_text(table, 0, annoproj_table_column_index(table, "title")), "Team");
    annoproj_table_free(table);
    assert_ok(annoproj_task_list(made->projects[TEAM_ANNOTATOR], NULL, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 2);
    annoproj_table_free(table);
    assert_status(ANNOPROJ_STATE,
                  annoproj_project_set_status(made->projects[TEAM_MANAGER], ANNOPROJ_PROJECT_IN_PROGRESS, NULL, &error),
                  error);
    assert_status(
        ANNOPROJ_PERMISSION,
        annoproj_project_set_status(made->projects[TEAM_REVIEWER], ANNOPROJ_PROJECT_IN_PROGRESS, NULL, &error), error);
    assert_ok(annoproj_project_set_status(made->projects[TEAM_ADMIN], ANNOPROJ_PROJECT_IN_PROGRESS, NULL, &error),
              error);
    assert_ok(annoproj_project_update(made->projects[TEAM_ADMIN], "New", NULL, NULL, &error), error);
    team_free(made);
}

static void test_what_is_not_seen_is_not_found(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(2, "", "");
    int64_t users[2];
    annoproj_session *outside[2];
    annoproj_project *project = NULL;
    annoproj_task *task = NULL;
    annoproj_table *table = NULL;
    bool can = true;
    /* A member, and one who was org admin before. */
    for (int i = 0; i < 2; i++) {
        assert_ok(
            annoproj_user_create(made->host, i == 0 ? "out@x.org" : "org@x.org", "Out", i + 1, NULL, &users[i], &error),
            error);
        if (i == 1) {
            int64_t other = 0;
            assert_ok(annoproj_user_create(made->host, "o@x.org", "O", ANNOPROJ_ORG_ADMIN, NULL, &other, &error),
                      error);
            assert_ok(annoproj_user_update(made->host, users[1], "Out", ANNOPROJ_ORG_MEMBER, NULL, &error), error);
        }
        assert_ok(annoproj_session_open(made->store, users[i], NULL, NULL, &outside[i], &error), error);
        assert_status(ANNOPROJ_NOT_FOUND, annoproj_project_open(outside[i], made->project, NULL, &project, &error),
                      error);
        assert_null(project);
        assert_status(ANNOPROJ_NOT_FOUND, annoproj_projects_get(outside[i], &made->project, 1, NULL, &table, &error),
                      error);
        assert_null(table);
        assert_status(
            ANNOPROJ_NOT_FOUND,
            annoproj_session_can(outside[i], made->projects[TEAM_ADMIN], ANNOPROJ_OPERATION_QUEUE, NULL, &can, &error),
            error);
        assert_false(can);
        assert_ok(annoproj_project_list(outside[i], NULL, NULL, &table, &error), error);
        assert_int_equal(annoproj_table_row_count(table), 0);
        annoproj_table_free(table);
        annoproj_session_close(outside[i]);
    }
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_project_open(made->host, made->project + 1, NULL, &project, &error),
                  error);
    /* Tasks in stages of others, tasks that do not exist. */
    assert_status(ANNOPROJ_NOT_FOUND,
                  annoproj_task_open(made->projects[TEAM_REVIEWER], made->first_task, NULL, &task, &error), error);
    assert_null(task);
    assert_status(ANNOPROJ_NOT_FOUND,
                  annoproj_task_open(made->projects[TEAM_ADMIN], made->first_task + 2, NULL, &task, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_task_open(made->projects[TEAM_ADMIN], 0, NULL, &task, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_task_open(made->projects[TEAM_ADMIN], -1, NULL, &task, &error), error);
    team_free(made);
}

static void test_seen_but_not_allowed(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(2, "", "");
    char *json = NULL;
    annoproj_table *table = NULL;
    annoproj_task *annotators = team_task(made, TEAM_ANNOTATOR, 0), *boths = team_task(made, TEAM_BOTH, 0),
                  *managers = team_task(made, TEAM_MANAGER, 0);
    assert_status(ANNOPROJ_PERMISSION, annoproj_workflow_json(made->projects[TEAM_ANNOTATOR], NULL, &json, &error),
                  error);
    assert_null(json);
    assert_ok(annoproj_workflow_json(made->projects[TEAM_MANAGER], NULL, &json, &error), error);
    annoproj_free(json);
    assert_status(ANNOPROJ_PERMISSION, annoproj_task_set_priority(annotators, 90, NULL, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_task_assign(annotators, made->users[TEAM_ANNOTATOR], NULL, &error),
                  error);
    /* Another's task: the row is seen, its content is not, work on it is a conflict; managers may. */
    assert_ok(annoproj_task_initiate(annotators, NULL, &error), error);
    assert_int_equal(team_cell(boths, "assignee"), made->users[TEAM_ANNOTATOR]);
    assert_status(ANNOPROJ_PERMISSION, annoproj_task_issues(boths, NULL, &table, &error), error);
    assert_null(table);
    assert_status(ANNOPROJ_CONFLICT, annoproj_task_submit(boths, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_CONFLICT, annoproj_task_initiate(boths, NULL, &error), error);
    assert_ok(annoproj_task_issues(managers, NULL, &table, &error), error);
    annoproj_table_free(table);
    assert_ok(annoproj_task_submit(managers, NULL, NULL, &error), error);
    /* In review now: the annotator sees it no longer, who worked in both sees it on. */
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_task_get(annotators, NULL, &table, &error), error);
    assert_int_equal(team_cell(boths, "stage"), made->review);
    annoproj_task_close(annotators);
    annoproj_task_close(boths);
    annoproj_task_close(managers);
    team_free(made);
}

static void test_hidden_unassigned_tasks_do_not_exist(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(3, "\"hide_unassigned\":true", "");
    annoproj_task *task = NULL, *managers = team_task(made, TEAM_MANAGER, 0);
    annoproj_table *table = NULL;
    assert_status(ANNOPROJ_NOT_FOUND,
                  annoproj_task_open(made->projects[TEAM_ANNOTATOR], made->first_task, NULL, &task, &error), error);
    assert_ok(annoproj_task_assign(managers, made->users[TEAM_ANNOTATOR], NULL, &error), error);
    assert_ok(annoproj_task_open(made->projects[TEAM_ANNOTATOR], made->first_task, NULL, &task, &error), error);
    annoproj_task_close(task);
    assert_status(ANNOPROJ_NOT_FOUND,
                  annoproj_task_open(made->projects[TEAM_BOTH], made->first_task, NULL, &task, &error), error);
    assert_ok(annoproj_task_list(made->projects[TEAM_ANNOTATOR], NULL, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 1);
    annoproj_table_free(table);
    assert_ok(annoproj_task_list(made->projects[TEAM_MANAGER], NULL, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 3);
    annoproj_table_free(table);
    annoproj_task_close(managers);
    team_free(made);
}

static void test_demotion_and_disabling_act_at_once(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(3, "", "");
    annoproj_stage *stage = NULL;
    annoproj_task *own = team_task(made, TEAM_BOTH, 0), *admins = team_task(made, TEAM_ADMIN, 0), *started = NULL;
    annoproj_queue_reason reason = ANNOPROJ_QUEUE_FOUND;
    annoproj_table *table = NULL;
    assert_ok(annoproj_stage_open(made->projects[TEAM_BOTH], "annotate", NULL, &stage, &error), error);
    assert_ok(annoproj_task_initiate(own, NULL, &error), error);
    assert_ok(annoproj_collaborator_set_role(made->projects[TEAM_MANAGER], made->users[TEAM_BOTH],
                                             ANNOPROJ_ROLE_REVIEWER, NULL, &error),
              error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_task_get(own, NULL, &table, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_task_submit(own, NULL, NULL, &error), error);
    assert_int_equal(team_cell(admins, "assignee"), INT64_MIN);
    assert_status(ANNOPROJ_NONE, annoproj_stage_start_next(stage, NULL, NULL, &started, &reason, &error), error);
    assert_null(started);
    assert_int_equal(reason, ANNOPROJ_QUEUE_NOT_MEMBER);
    assert_ok(annoproj_user_disable(made->host, made->users[TEAM_BOTH], NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_project_get(made->projects[TEAM_BOTH], NULL, &table, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_stage_start_next(stage, NULL, NULL, &started, &reason, &error), error);
    assert_ok(annoproj_user_enable(made->host, made->users[TEAM_BOTH], NULL, &error), error);
    assert_ok(annoproj_project_get(made->projects[TEAM_BOTH], NULL, &table, &error), error);
    annoproj_table_free(table);
    assert_int_equal(team_differences(made), 0);
    annoproj_stage_close(stage);
    annoproj_task_close(own);
    annoproj_task_close(admins);
    team_free(made);
}

static void test_the_host_takes_nothing(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(2, "", "");
    annoproj_stage *stage = NULL;
    annoproj_task *task = NULL, *none = NULL;
    annoproj_queue_reason reason = ANNOPROJ_QUEUE_FOUND;
    int64_t recorded = 0;
    assert_ok(annoproj_stage_open(made->host_project, "annotate", NULL, &stage, &error), error);
    assert_ok(annoproj_task_open(made->host_project, made->first_task, NULL, &task, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_stage_start_next(stage, NULL, NULL, &none, &reason, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_task_initiate(task, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_task_skip(task, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_task_heartbeat(task, 0, NULL, &recorded, &error), error);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    assert_int_equal(team_cell(task, "assignee"), INT64_MIN);
    assert_int_equal(annoproj_session_user(made->host), 0);
    annoproj_stage_close(stage);
    annoproj_task_close(task);
    team_free(made);
}

/* The interval before a submit is often reported after it. */
static void test_time_may_be_reported_late(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(1, "", "");
    annoproj_task *own = team_task(made, TEAM_ANNOTATOR, 0);
    int64_t start = made->now_us, duration = 5000000, recorded = 0;
    assert_ok(annoproj_task_initiate(own, NULL, &error), error);
    made->now_us += 10000000;
    assert_ok(annoproj_task_submit(own, NULL, NULL, &error), error);
    assert_ok(annoproj_task_report_time(own, &start, &duration, 1, NULL, &recorded, &error), error);
    assert_int_equal(recorded, duration);
    annoproj_task_close(own);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status_gates_taking),
        cmocka_unit_test(test_own_work_goes_on_while_paused),
        cmocka_unit_test(test_archived_is_read_only),
        cmocka_unit_test(test_what_is_not_seen_is_not_found),
        cmocka_unit_test(test_seen_but_not_allowed),
        cmocka_unit_test(test_hidden_unassigned_tasks_do_not_exist),
        cmocka_unit_test(test_demotion_and_disabling_act_at_once),
        cmocka_unit_test(test_the_host_takes_nothing),
        cmocka_unit_test(test_time_may_be_reported_late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
