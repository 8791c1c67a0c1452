/* Collaborators: who may add, change and remove whom; what becomes of their tasks. */
#include <sqlite3.h>
#include <string.h>

#include "support.h"
#include "team.h"

static int64_t new_user(team *made, const char *email) {
    annoproj_error *error = NULL;
    int64_t user = 0;
    assert_ok(annoproj_user_create(made->host, email, email, ANNOPROJ_ORG_MEMBER, NULL, &user, &error), error);
    return user;
}

/* The role of a user in the list, "" when there is none. */
static const char *role_in(team *made, int64_t user, char out[32]) {
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    out[0] = 0;
    assert_ok(annoproj_collaborator_list(made->host_project, NULL, &table, &error), error);
    for (int64_t row = 0; row < annoproj_table_row_count(table); row++) {
        if (annoproj_table_int64(table, row, annoproj_table_column_index(table, "user")) == user) {
            strcpy(out, annoproj_table_text(table, row, annoproj_table_column_index(table, "role")));
        }
    }
    annoproj_table_free(table);
    return out;
}

static void test_adding(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    char role[32];
    int64_t user = new_user(made, "new@x.org"), gone = new_user(made, "gone@x.org"),
            chief = new_user(made, "chief@x.org");
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_collaborator_add(made->projects[TEAM_ADMIN], 999, 4, NULL, &error),
                  error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_collaborator_add(made->projects[TEAM_ADMIN], 0, 4, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_collaborator_add(made->projects[TEAM_ADMIN], user, 0, NULL, &error),
                  error);
    assert_status(ANNOPROJ_INVALID, annoproj_collaborator_add(made->projects[TEAM_ADMIN], user, 6, NULL, &error),
                  error);
    assert_ok(annoproj_user_disable(made->host, gone, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_collaborator_add(made->projects[TEAM_ADMIN], gone, 4, NULL, &error), error);
    for (int who = TEAM_REVIEWER; who < TEAM_SIZE; who++) {
        assert_status(ANNOPROJ_PERMISSION, annoproj_collaborator_add(made->projects[who], user, 4, NULL, &error),
                      error);
    }
    /* A team manager adds with any role but admin; who is there keeps the role. */
    assert_status(ANNOPROJ_PERMISSION,
                  annoproj_collaborator_add(made->projects[TEAM_MANAGER], user, ANNOPROJ_ROLE_ADMIN, NULL, &error),
                  error);
    assert_string_equal(role_in(made, user, role), "");
    assert_ok(annoproj_collaborator_add(made->projects[TEAM_MANAGER], user, ANNOPROJ_ROLE_TEAM_MANAGER, NULL, &error),
              error);
    assert_ok(annoproj_collaborator_add(made->projects[TEAM_ADMIN], user, ANNOPROJ_ROLE_ANNOTATOR, NULL, &error),
              error);
    assert_string_equal(role_in(made, user, role), "team_manager");
    assert_ok(annoproj_collaborator_add(made->projects[TEAM_ADMIN], chief, ANNOPROJ_ROLE_ADMIN, NULL, &error), error);
    assert_string_equal(role_in(made, chief, role), "admin");
    team_free(made);
}

static void test_what_a_team_manager_may_not(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    annoproj_project *by = made->projects[TEAM_MANAGER];
    char role[32];
    assert_status(ANNOPROJ_PERMISSION,
                  annoproj_collaborator_set_role(by, made->users[TEAM_ADMIN], ANNOPROJ_ROLE_REVIEWER, NULL, &error),
                  error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_collaborator_remove(by, made->users[TEAM_ADMIN], NULL, &error), error);
    assert_status(ANNOPROJ_PERMISSION,
                  annoproj_collaborator_set_role(by, made->users[TEAM_MANAGER], ANNOPROJ_ROLE_ADMIN, NULL, &error),
                  error);
    assert_status(ANNOPROJ_PERMISSION,
                  annoproj_collaborator_set_role(by, made->users[TEAM_BOTH], ANNOPROJ_ROLE_ADMIN, NULL, &error), error);
    assert_string_equal(role_in(made, made->users[TEAM_ADMIN], role), "admin");
    assert_string_equal(role_in(made, made->users[TEAM_MANAGER], role), "team_manager");
    assert_ok(annoproj_collaborator_set_role(by, made->users[TEAM_BOTH], ANNOPROJ_ROLE_TEAM_MANAGER, NULL, &error),
              error);
    assert_ok(annoproj_collaborator_set_role(by, made->users[TEAM_BOTH], ANNOPROJ_ROLE_REVIEWER, NULL, &error), error);
    assert_ok(annoproj_collaborator_remove(by, made->users[TEAM_BOTH], NULL, &error), error);
    assert_string_equal(role_in(made, made->users[TEAM_BOTH], role), "");
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_collaborator_remove(by, made->users[TEAM_BOTH], NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND,
                  annoproj_collaborator_set_role(by, made->users[TEAM_BOTH], ANNOPROJ_ROLE_REVIEWER, NULL, &error),
                  error);
    for (int who = TEAM_REVIEWER; who <= TEAM_ANNOTATOR; who++) {
        assert_status(
            ANNOPROJ_PERMISSION,
            annoproj_collaborator_set_role(made->projects[who], made->users[who], ANNOPROJ_ROLE_ADMIN, NULL, &error),
            error);
        assert_status(ANNOPROJ_PERMISSION,
                      annoproj_collaborator_remove(made->projects[who], made->users[TEAM_MANAGER], NULL, &error),
                      error);
    }
    team_free(made);
}

static void test_the_last_admin_stays(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    annoproj_project *by = made->projects[TEAM_ADMIN];
    int64_t admin = made->users[TEAM_ADMIN], other = made->users[TEAM_MANAGER];
    assert_status(ANNOPROJ_STATE, annoproj_collaborator_remove(by, admin, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_collaborator_set_role(by, admin, ANNOPROJ_ROLE_TEAM_MANAGER, NULL, &error),
                  error);
    assert_status(ANNOPROJ_STATE, annoproj_collaborator_remove(made->host_project, admin, NULL, &error), error);
    assert_ok(annoproj_collaborator_set_role(by, admin, ANNOPROJ_ROLE_ADMIN, NULL, &error), error);
    assert_ok(annoproj_collaborator_set_role(by, other, ANNOPROJ_ROLE_ADMIN, NULL, &error), error);
    assert_ok(annoproj_user_disable(made->host, other, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_collaborator_remove(by, admin, NULL, &error),
                  error); /* the other can do nothing */
    assert_ok(annoproj_user_enable(made->host, other, NULL, &error), error);
    assert_ok(annoproj_collaborator_remove(by, admin, NULL, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_collaborator_remove(by, other, NULL, &error), error); /* at once */
    team_free(made);
}

/* The organisation may part with anybody: of a project that is left without an admin it makes another. */
static void test_a_project_whose_last_admin_is_gone(void **state) {
    (void)state;
    for (int erased = 0; erased < 2; erased++) {
        annoproj_error *error = NULL;
        annoproj_session *chief = NULL;
        team *made = team_new(1, "", "");
        const int64_t boss = new_user(made, "boss@x.org"), admin = made->users[TEAM_ADMIN];
        char role[32];
        assert_ok(annoproj_user_update(made->host, boss, "Boss", ANNOPROJ_ORG_ADMIN, NULL, &error), error);
        assert_ok(annoproj_session_open(made->store, boss, NULL, NULL, &chief, &error), error);
        if (erased)
            assert_ok(annoproj_user_erase(chief, admin, NULL, &error), error);
        else
            assert_ok(annoproj_user_disable(chief, admin, NULL, &error), error);
        /* Work goes on; nobody in the project can make an admin. */
        annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0);
        assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
        annoproj_task_close(task);
        assert_status(ANNOPROJ_PERMISSION,
                      annoproj_collaborator_add(made->projects[TEAM_MANAGER], boss, ANNOPROJ_ROLE_ADMIN, NULL, &error),
                      error);
        assert_ok(annoproj_project_join(chief, made->project, NULL, &error), error);
        assert_string_equal(role_in(made, boss, role), "admin");
        assert_ok(annoproj_collaborator_set_role(made->host_project, made->users[TEAM_MANAGER], ANNOPROJ_ROLE_ADMIN,
                                                 NULL, &error),
                  error);
        assert_int_equal(team_differences(made), 0);
        annoproj_session_close(chief);
        team_free(made);
    }
}

/* Everybody may go; what they had in work goes back to the queue, also in a paused project. */
static void test_leaving_oneself(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(2, "", "");
    annoproj_project *by = made->projects[TEAM_ANNOTATOR];
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0), *seen = team_task(made, TEAM_MANAGER, 0);
    annoproj_table *table = NULL;
    assert_status(ANNOPROJ_INVALID, annoproj_collaborator_leave(made->host_project, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_collaborator_leave(made->projects[TEAM_ADMIN], NULL, &error), error);
    assert_ok(annoproj_task_initiate(task, NULL, &error), error);
    assert_ok(annoproj_project_set_status(made->host_project, ANNOPROJ_PROJECT_ARCHIVED, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_collaborator_leave(by, NULL, &error), error);
    assert_ok(annoproj_project_set_status(made->host_project, ANNOPROJ_PROJECT_PAUSED, NULL, &error), error);
    assert_int_equal(team_cell(seen, "assignee"), made->users[TEAM_ANNOTATOR]);
    assert_ok(annoproj_collaborator_leave(by, NULL, &error), error);
    assert_int_equal(team_cell(seen, "assignee"), INT64_MIN);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_collaborator_leave(by, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_project_get(by, NULL, &table, &error), error);
    for (int who = TEAM_MANAGER; who < TEAM_SIZE; who++)
        if (who != TEAM_ANNOTATOR)
            assert_ok(annoproj_collaborator_leave(made->projects[who], NULL, &error), error);
    /* With a second admin the first may go. */
    assert_ok(annoproj_collaborator_add(made->host_project, made->users[TEAM_BOTH], ANNOPROJ_ROLE_ADMIN, NULL, &error),
              error);
    assert_ok(annoproj_collaborator_leave(made->projects[TEAM_ADMIN], NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_collaborator_leave(made->projects[TEAM_BOTH], NULL, &error), error);
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(task);
    annoproj_task_close(seen);
    team_free(made);
}

/* A project that the host made has no collaborator and so no last admin; the host may do all. */
static void test_project_of_the_host(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    annoproj_project *own = NULL;
    annoproj_table *table = NULL;
    const char *workflow = "{\"start\":\"a\",\"stages\":[{\"key\":\"a\",\"type\":\"ANNOTATION\",\"title\":\"A\","
                           "\"edges\":{\"submit\":\"d\"}},"
                           "{\"key\":\"d\",\"type\":\"DONE\",\"title\":\"D\"}]}";
    assert_ok(annoproj_project_create(made->host, "Own", made->ontology, workflow, NULL, NULL, &own, &error), error);
    assert_ok(annoproj_collaborator_list(own, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 0);
    annoproj_table_free(table);
    assert_ok(annoproj_collaborator_add(own, made->users[TEAM_BOTH], ANNOPROJ_ROLE_REVIEWER, NULL, &error), error);
    assert_ok(annoproj_collaborator_remove(own, made->users[TEAM_BOTH], NULL, &error), error);
    assert_ok(annoproj_collaborator_add(own, made->users[TEAM_BOTH], ANNOPROJ_ROLE_ADMIN, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_collaborator_remove(own, made->users[TEAM_BOTH], NULL, &error), error);
    annoproj_project_close(own);
    team_free(made);
}

static void test_tasks_that_no_longer_fit_are_released(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(3, "", "");
    annoproj_task *annotating = team_task(made, TEAM_BOTH, 0), *reviewing = team_task(made, TEAM_BOTH, 1),
                  *seen[2] = {team_task(made, TEAM_ADMIN, 0), team_task(made, TEAM_ADMIN, 1)};
    int64_t both = made->users[TEAM_BOTH];
    assert_ok(annoproj_task_submit(seen[1], NULL, NULL, &error), error);
    assert_ok(annoproj_task_initiate(annotating, NULL, &error), error);
    assert_ok(annoproj_task_assign(seen[1], both, NULL, &error), error);
    /* As an annotator the review task goes back, the annotation task stays. */
    assert_ok(annoproj_collaborator_set_role(made->projects[TEAM_MANAGER], both, ANNOPROJ_ROLE_ANNOTATOR, NULL, &error),
              error);
    assert_int_equal(team_cell(seen[0], "assignee"), both);
    assert_int_equal(team_cell(seen[1], "assignee"), INT64_MIN);
    assert_ok(annoproj_collaborator_set_role(made->projects[TEAM_MANAGER], both, ANNOPROJ_ROLE_REVIEWER, NULL, &error),
              error);
    assert_int_equal(team_cell(seen[0], "assignee"), INT64_MIN);
    assert_ok(annoproj_task_assign(seen[1], both, NULL, &error), error);
    assert_ok(annoproj_collaborator_remove(made->projects[TEAM_MANAGER], both, NULL, &error), error);
    assert_int_equal(team_cell(seen[1], "assignee"), INT64_MIN);
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(annotating);
    annoproj_task_close(reviewing);
    annoproj_task_close(seen[0]);
    annoproj_task_close(seen[1]);
    team_free(made);
}

/* Tasks of a detached dataset keep their assignee until it is no member of their stage any more. */
static void test_detached_tasks_that_no_longer_fit(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(2, "", "");
    annoproj_task *tasks[2] = {team_task(made, TEAM_ADMIN, 0), team_task(made, TEAM_ADMIN, 1)};
    int64_t both = made->users[TEAM_BOTH], count = 0;
    annoproj_project *admin = made->projects[TEAM_ADMIN];
    assert_ok(annoproj_task_submit(tasks[1], NULL, NULL, &error), error);
    for (int i = 0; i < 2; i++)
        assert_ok(annoproj_task_assign(tasks[i], both, NULL, &error), error);
    assert_ok(annoproj_project_detach_dataset(made->host_project, made->dataset, NULL, &count, &error), error);
    assert_ok(annoproj_collaborator_set_role(admin, both, ANNOPROJ_ROLE_REVIEWER, NULL, &error), error);
    assert_ok(annoproj_project_attach_dataset(made->host_project, made->dataset, NULL, &count, &error), error);
    assert_int_equal(team_cell(tasks[0], "assignee"), INT64_MIN);
    assert_int_equal(team_cell(tasks[1], "assignee"), both);
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(tasks[0]);
    annoproj_task_close(tasks[1]);
    team_free(made);
}

static void test_list(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    annoproj_table *table = NULL;
    static const char *const emails[] = {"admin@x.org", "annotator@x.org", "both@x.org", "manager@x.org",
                                         "reviewer@x.org"};
    static const char *const roles[] = {"admin", "annotator", "annotator_reviewer", "team_manager", "reviewer"};
    assert_ok(annoproj_user_disable(made->host, made->users[TEAM_BOTH], NULL, &error), error);
    assert_ok(annoproj_collaborator_list(made->projects[TEAM_ANNOTATOR], NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), TEAM_SIZE);
    for (int64_t row = 0; row < TEAM_SIZE; row++) {
        assert_string_equal(annoproj_table_text(table, row, annoproj_table_column_index(table, "email")), emails[row]);
        assert_string_equal(annoproj_table_text(table, row, annoproj_table_column_index(table, "role")), roles[row]);
        assert_int_equal(annoproj_table_int64(table, row, annoproj_table_column_index(table, "disabled")), row == 2);
    }
    annoproj_table_free(table);
    team_free(made);
}

/* The limit is filled behind the library's back, which is faster. */
static void test_no_more_than_ten_thousand(void **state) {
    (void)state;
    static const char fill[] =
        "WITH RECURSIVE n(i) AS (SELECT 1001 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
        " INSERT INTO user SELECT i, randomblob(16), i || '@many.org', 'Many', 1, 0, 0, 0 FROM n;"
        "INSERT INTO collaborator SELECT p.id, u.id, 4, 0 FROM project p, user u WHERE u.id > 1000"
        " LIMIT 9999 - (SELECT count(*) FROM collaborator)";
    annoproj_error *error = NULL;
    sqlite3 *database = NULL;
    char role[32];
    team *made = team_new(0, "", "");
    int64_t last = new_user(made, "last@x.org"), more = new_user(made, "more@x.org");
    assert_int_equal(sqlite3_open(made->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, fill, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
    assert_ok(annoproj_collaborator_add(made->projects[TEAM_ADMIN], last, 4, NULL, &error), error);
    assert_status(ANNOPROJ_LIMIT, annoproj_collaborator_add(made->projects[TEAM_ADMIN], more, 4, NULL, &error), error);
    assert_string_equal(role_in(made, more, role), "");
    assert_ok(annoproj_collaborator_add(made->projects[TEAM_ADMIN], last, 4, NULL, &error), error);
    assert_ok(annoproj_collaborator_remove(made->projects[TEAM_ADMIN], last, NULL, &error), error);
    assert_ok(annoproj_collaborator_add(made->projects[TEAM_ADMIN], more, 4, NULL, &error), error);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_adding),
        cmocka_unit_test(test_what_a_team_manager_may_not),
        cmocka_unit_test(test_the_last_admin_stays),
        cmocka_unit_test(test_a_project_whose_last_admin_is_gone),
        cmocka_unit_test(test_leaving_oneself),
        cmocka_unit_test(test_project_of_the_host),
        cmocka_unit_test(test_tasks_that_no_longer_fit_are_released),
        cmocka_unit_test(test_detached_tasks_that_no_longer_fit),
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_no_more_than_ten_thousand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
