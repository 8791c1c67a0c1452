/* Users: unique e-mails, org roles, disabling. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"
#include "team.h"

static const char *text_of(annoproj_table *table, int64_t row, const char *column) {
    return annoproj_table_text(table, row, annoproj_table_column_index(table, column));
}

static int64_t int_of(annoproj_table *table, int64_t row, const char *column) {
    return annoproj_table_int64(table, row, annoproj_table_column_index(table, column));
}

static void test_create_and_get(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    annoproj_table *table = NULL;
    int64_t user = 0, again = 5;
    assert_ok(
        annoproj_user_create(made->host, "Jane.DOE@X.org", "J\xc3\xa4ne", ANNOPROJ_ORG_ADMIN, NULL, &user, &error),
        error);
    assert_ok(annoproj_user_get(made->host, user, NULL, &table, &error), error);
    assert_int_equal(int_of(table, 0, "user"), user);
    assert_string_equal(text_of(table, 0, "email"), "jane.doe@x.org");
    assert_string_equal(text_of(table, 0, "name"), "J\xc3\xa4ne");
    assert_string_equal(text_of(table, 0, "org_role"), "admin");
    assert_int_equal(int_of(table, 0, "disabled"), 0);
    assert_int_equal(int_of(table, 0, "created"), made->now_us);
    assert_int_equal(strlen(text_of(table, 0, "uuid")), 36);
    assert_int_equal(text_of(table, 0, "uuid")[14], '4');
    annoproj_table_free(table);
    assert_status(
        ANNOPROJ_EXISTS,
        annoproj_user_create(made->host, "JANE.doe@x.ORG", "Other", ANNOPROJ_ORG_MEMBER, NULL, &again, &error), error);
    assert_int_equal(again, 0);
    team_free(made);
}

static void test_bad_arguments(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    int64_t user = 5;
    char *long_name = malloc(1026);
    assert_non_null(long_name);
    memset(long_name, 'x', 1025);
    long_name[1025] = 0;
    assert_status(ANNOPROJ_INVALID, annoproj_user_create(made->host, NULL, "N", 1, NULL, &user, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_user_create(made->host, "", "N", 1, NULL, &user, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_user_create(made->host, "a@x.org", NULL, 1, NULL, &user, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_user_create(made->host, "a@x.org", "line\nbreak", 1, NULL, &user, &error),
                  error);
    assert_status(ANNOPROJ_INVALID,
                  annoproj_user_create(made->host, "a@x.org", "bidi \xe2\x80\xae", 1, NULL, &user, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_user_create(made->host, "a@x.org", "bad \xff", 1, NULL, &user, &error),
                  error);
    assert_status(ANNOPROJ_LIMIT, annoproj_user_create(made->host, "a@x.org", long_name, 1, NULL, &user, &error),
                  error);
    assert_status(ANNOPROJ_INVALID, annoproj_user_create(made->host, "a@x.org", "N", 0, NULL, &user, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_user_create(made->host, "a@x.org", "N", 3, NULL, &user, &error), error);
    assert_int_equal(user, 0);
    long_name[1024] = 0;
    assert_ok(annoproj_user_create(made->host, "a@x.org", long_name, 1, NULL, &user, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_user_update(made->host, user, "", 1, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_user_update(made->host, user, "N", 9, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_user_update(made->host, 12345, "N", 1, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_user_disable(made->host, 12345, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_user_enable(made->host, 0, NULL, &error), error);
    free(long_name);
    team_free(made);
}

static void test_list_and_plural_get(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    annoproj_table *table = NULL;
    int64_t extra = 0;
    /* Code point order: '_' (0x5f) stands before letters, 'é' behind them. */
    assert_ok(annoproj_user_create(made->host, "\xc3\xa9@x.org", "E", 1, NULL, &extra, &error), error);
    assert_ok(annoproj_user_create(made->host, "_@x.org", "U", 1, NULL, &extra, &error), error);
    assert_ok(annoproj_user_list(made->sessions[TEAM_ANNOTATOR], NULL, &table, &error), error);
    assert_string_equal(annoproj_table_row_type(table), "user_row");
    assert_int_equal(annoproj_table_row_count(table), TEAM_SIZE + 2);
    for (int64_t row = 1; row < annoproj_table_row_count(table); row++) {
        assert_true(strcmp(text_of(table, row - 1, "email"), text_of(table, row, "email")) < 0);
    }
    assert_string_equal(text_of(table, 0, "email"), "_@x.org");
    assert_string_equal(text_of(table, TEAM_SIZE + 1, "email"), "\xc3\xa9@x.org");
    annoproj_table_free(table);
    const int64_t asked[] = {made->users[3], made->users[0], made->users[3]}, missing[] = {made->users[3], 777};
    assert_ok(annoproj_users_get(made->host, asked, 3, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 3);
    for (int64_t row = 0; row < 3; row++) {
        assert_int_equal(int_of(table, row, "user"), asked[row]);
    }
    annoproj_table_free(table);
    assert_ok(annoproj_users_get(made->host, NULL, 0, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 0);
    annoproj_table_free(table);
    assert_status(ANNOPROJ_INVALID, annoproj_users_get(made->host, NULL, 1, NULL, &table, &error), error);
    assert_int_equal(annoproj_users_get(made->host, missing, 2, NULL, &table, &error), ANNOPROJ_NOT_FOUND);
    assert_non_null(strstr(annoproj_error_message(error), "777"));
    annoproj_error_free(error);
    assert_null(table);
    team_free(made);
}

static void test_only_org_admins_manage(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    int64_t user = 0;
    assert_status(ANNOPROJ_PERMISSION,
                  annoproj_user_create(made->sessions[TEAM_MANAGER], "n@x.org", "N", 1, NULL, &user, &error), error);
    assert_status(ANNOPROJ_PERMISSION,
                  annoproj_user_update(made->sessions[TEAM_MANAGER], made->users[TEAM_MANAGER], "N", 2, NULL, &error),
                  error);
    assert_status(ANNOPROJ_PERMISSION,
                  annoproj_user_disable(made->sessions[TEAM_MANAGER], made->users[TEAM_BOTH], NULL, &error), error);
    assert_status(ANNOPROJ_PERMISSION,
                  annoproj_user_enable(made->sessions[TEAM_MANAGER], made->users[TEAM_BOTH], NULL, &error), error);
    assert_ok(annoproj_user_create(made->sessions[TEAM_ADMIN], "n@x.org", "N", 1, NULL, &user, &error), error);
    team_free(made);
}

static void test_the_last_org_admin_stays(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    int64_t admin = made->users[TEAM_ADMIN], other = made->users[TEAM_MANAGER];
    assert_status(ANNOPROJ_STATE, annoproj_user_update(made->host, admin, "A", ANNOPROJ_ORG_MEMBER, NULL, &error),
                  error);
    assert_status(ANNOPROJ_STATE, annoproj_user_disable(made->host, admin, NULL, &error), error);
    assert_ok(annoproj_user_update(made->host, admin, "Renamed", ANNOPROJ_ORG_ADMIN, NULL, &error), error);
    assert_ok(annoproj_user_update(made->host, other, "B", ANNOPROJ_ORG_ADMIN, NULL, &error), error);
    assert_ok(annoproj_user_disable(made->host, other, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_user_disable(made->host, admin, NULL, &error),
                  error); /* a disabled one is none */
    assert_ok(annoproj_user_enable(made->host, other, NULL, &error), error);
    assert_ok(annoproj_user_update(made->host, admin, "A", ANNOPROJ_ORG_MEMBER, NULL, &error), error);
    int64_t user = 0;
    assert_status(ANNOPROJ_PERMISSION,
                  annoproj_user_create(made->sessions[TEAM_ADMIN], "n@x.org", "N", 1, NULL, &user, &error), error);
    team_free(made);
}

/* In all projects, as events of each. */
static void test_disabling_releases_all_tasks(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(4, "", "");
    annoproj_project *second = NULL, *theirs = NULL;
    annoproj_task *tasks[2] = {team_task(made, TEAM_ANNOTATOR, 0), NULL},
                  *seen[2] = {team_task(made, TEAM_ADMIN, 0), NULL};
    annoproj_table *table = NULL;
    int64_t attached = 0;
    const char *workflow = "{\"start\":\"a\",\"stages\":[{\"key\":\"a\",\"type\":\"ANNOTATION\",\"title\":\"A\","
                           "\"edges\":{\"submit\":\"d\"}},"
                           "{\"key\":\"d\",\"type\":\"DONE\",\"title\":\"D\"}]}";
    assert_ok(annoproj_project_create(made->sessions[TEAM_ADMIN], "Second", made->ontology, workflow, NULL, NULL,
                                      &second, &error),
              error);
    assert_ok(annoproj_project_attach_dataset(second, made->dataset, NULL, &attached, &error), error);
    assert_ok(annoproj_collaborator_add(second, made->users[TEAM_ANNOTATOR], ANNOPROJ_ROLE_ANNOTATOR, NULL, &error),
              error);
    assert_ok(annoproj_project_open(made->sessions[TEAM_ANNOTATOR], annoproj_project_id(second), NULL, &theirs, &error),
              error);
    int64_t first = (annoproj_project_id(second) << 32) + 1;
    assert_ok(annoproj_task_open(theirs, first, NULL, &tasks[1], &error), error);
    assert_ok(annoproj_task_open(second, first, NULL, &seen[1], &error), error);
    for (int i = 0; i < 2; i++) {
        assert_ok(annoproj_task_initiate(tasks[i], NULL, &error), error);
        assert_int_equal(team_cell(seen[i], "assignee"), made->users[TEAM_ANNOTATOR]);
    }
    assert_ok(annoproj_user_disable(made->host, made->users[TEAM_ANNOTATOR], NULL, &error), error);
    assert_ok(annoproj_user_disable(made->host, made->users[TEAM_ANNOTATOR], NULL, &error), error);
    for (int i = 0; i < 2; i++) {
        char word[64];
        assert_int_equal(team_cell(seen[i], "assignee"), INT64_MIN);
        assert_string_equal(team_word(seen[i], "derived_status", word), "released");
        assert_status(ANNOPROJ_STATE, annoproj_task_initiate(tasks[i], NULL, &error), error);
    }
    assert_ok(annoproj_user_get(made->host, made->users[TEAM_ANNOTATOR], NULL, &table, &error), error);
    assert_int_equal(int_of(table, 0, "disabled"), 1);
    annoproj_table_free(table);
    assert_ok(annoproj_user_enable(made->host, made->users[TEAM_ANNOTATOR], NULL, &error), error);
    assert_int_equal(team_cell(seen[0], "assignee"), INT64_MIN);
    assert_ok(annoproj_task_initiate(tasks[0], NULL, &error), error);
    assert_int_equal(team_differences(made), 0);
    for (int i = 0; i < 2; i++) {
        annoproj_task_close(tasks[i]);
        annoproj_task_close(seen[i]);
    }
    annoproj_project_close(second);
    annoproj_project_close(theirs);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_create_and_get),           cmocka_unit_test(test_bad_arguments),
        cmocka_unit_test(test_list_and_plural_get),      cmocka_unit_test(test_only_org_admins_manage),
        cmocka_unit_test(test_the_last_org_admin_stays), cmocka_unit_test(test_disabling_releases_all_tasks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
