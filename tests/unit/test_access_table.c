/* The table of operations against a second one, typed from the specification and not from the code. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"
#include "team.h"

/* operation,name,scope,admin,team_manager,reviewer,annotator,annotator_reviewer,org_admin,member,gated,deleted */
static const char *const expected[] = {
    "1,summary,project,yes,yes,no,no,no,no,no,open,no",
    "2,explore,project,yes,yes,no,no,no,no,no,open,no",
    "3,queue,project,yes,yes,stage,stage,stage,no,no,open,no",
    "4,task_view,project,yes,yes,stage,stage,stage,no,no,open,no",
    "5,label_write,project,yes,yes,stage,stage,stage,no,no,own,no",
    "6,time_report,project,yes,yes,stage,stage,stage,no,no,own,no",
    "7,annotate,project,yes,yes,no,stage,stage,no,no,closed,no",
    "8,review,project,yes,yes,stage,no,stage,no,no,closed,no",
    "9,skip,project,yes,yes,no,yes,yes,no,no,closed,no",
    "10,assign,project,yes,yes,no,no,no,no,no,closed,no",
    "11,release,project,yes,yes,no,no,no,no,no,closed,no",
    "12,release_own,project,yes,yes,own,own,own,no,no,closed,no",
    "13,priority,project,yes,yes,no,no,no,no,no,closed,no",
    "14,move,project,yes,yes,no,no,no,no,no,closed,no",
    "15,reopen,project,yes,yes,no,no,no,no,no,closed,no",
    "16,agent,project,yes,yes,no,no,no,no,no,closed,no",
    "17,workflow_view,project,yes,yes,no,no,no,no,no,open,no",
    "18,workflow_edit,project,yes,no,no,no,no,no,no,closed,no",
    "19,analytics_team,project,yes,yes,no,no,no,no,no,open,no",
    "20,analytics_own,project,yes,yes,own,own,own,no,no,open,no",
    "21,export,project,yes,no,no,no,no,no,no,open,no",
    "22,label_version,project,yes,no,no,no,no,no,no,closed,no",
    "23,import,project,yes,no,no,no,no,no,no,closed,no",
    "24,ticket,project,yes,no,no,no,no,no,no,closed,no",
    "25,outbox,project,yes,no,no,no,no,no,no,open,no",
    "26,purge,project,yes,no,no,no,no,no,no,closed,purged",
    "27,restore,project,yes,no,no,no,no,no,no,closed,yes",
    "28,settings,project,yes,no,no,no,no,no,no,closed,no",
    "29,project_copy,project,yes,no,no,no,no,no,no,open,no",
    "30,project_delete,project,yes,no,no,no,no,no,no,closed,yes",
    "31,project_status,project,yes,yes,no,no,no,no,no,closed,no",
    "32,collaborator_add,project,yes,yes,no,no,no,no,no,closed,no",
    "33,collaborator_add_admin,project,yes,no,no,no,no,no,no,closed,no",
    "34,collaborator_change,project,yes,not_admins,no,no,no,no,no,closed,no",
    "35,collaborator_change_admin,project,yes,no,no,no,no,no,no,closed,no",
    "36,issue_write,project,yes,yes,stage,stage,stage,no,no,closed,no",
    "37,project_see,project,yes,yes,yes,yes,yes,yes,no,open,yes",
    "45,collaborator_leave,project,yes,yes,yes,yes,yes,no,no,archived,no",
    "101,user_manage,store,no,no,no,no,no,yes,no,open,no",
    "102,user_list,store,no,no,no,no,no,yes,yes,open,no",
    "103,dataset_create,store,no,no,no,no,no,yes,yes,open,no",
    "104,dataset_change,store,no,no,no,no,no,yes,own,open,no",
    "105,ontology_create,store,no,no,no,no,no,yes,yes,open,no",
    "106,ontology_change,store,no,no,no,no,no,yes,own,open,no",
    "107,project_create,store,no,no,no,no,no,yes,yes,open,no",
    "108,project_list_all,store,no,no,no,no,no,yes,no,open,no",
    "109,project_join,store,no,no,no,no,no,yes,no,open,no",
    "110,store_check,store,no,no,no,no,no,yes,no,open,no",
    "111,store_backup,store,no,no,no,no,no,no,no,open,no",
    "112,store_compact,store,no,no,no,no,no,yes,no,open,no",
    "113,store_settings,store,no,no,no,no,no,yes,no,open,no",
    "114,store_events,store,no,no,no,no,no,yes,no,open,no",
    "115,tag_manage,store,no,no,no,no,no,yes,no,open,no",
    "120,workflow_template_create,store,no,no,no,no,no,yes,yes,open,no",
    "121,workflow_template_change,store,no,no,no,no,no,yes,own,open,no",
    "122,organisation,store,no,no,no,no,no,yes,no,open,no",
};
#define EXPECTED_COUNT ((int64_t)(sizeof expected / sizeof expected[0]))
#define COLUMNS        12

/* Cell `column` of a line above. */
static const char *cell(int64_t line, int column, char out[32]) {
    const char *at = expected[line];
    for (int i = 0; i < column; i++) {
        at = strchr(at, ',') + 1;
    }
    snprintf(out, 32, "%.*s", (int)strcspn(at, ","), at);
    return out;
}

static void test_every_cell(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    char wanted[32], number[32];
    assert_ok(annoproj_operations(&table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), EXPECTED_COUNT);
    assert_int_equal(annoproj_table_column_count(table), COLUMNS);
    for (int64_t row = 0; row < EXPECTED_COUNT; row++) {
        snprintf(number, sizeof number, "%lld", (long long)annoproj_table_int64(table, row, 0));
        assert_string_equal(number, cell(row, 0, wanted));
        for (int column = 1; column < COLUMNS; column++) {
            assert_string_equal(annoproj_table_text(table, row, column), cell(row, column, wanted));
        }
    }
    annoproj_table_free(table);
    assert_status(ANNOPROJ_INVALID, annoproj_operations(NULL, &error), error);
}

/* What a session is told is what the table says for its role. */
static void test_session_can(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    for (int64_t row = 0; row < EXPECTED_COUNT; row++) {
        char text[32];
        annoproj_operation operation = atoi(cell(row, 0, text));
        bool project = strcmp(cell(row, 2, text), "project") == 0, can = false;
        for (int who = TEAM_ADMIN; who < TEAM_SIZE; who++) {
            int column = project ? 3 + who : who == TEAM_ADMIN ? 8 : 9;
            annoproj_project *asked = project ? made->projects[who] : NULL;
            assert_ok(annoproj_session_can(made->sessions[who], asked, operation, NULL, &can, &error), error);
            assert_int_equal(can, strcmp(cell(row, column, text), "no") != 0);
        }
        assert_ok(annoproj_session_can(made->host, project ? made->host_project : NULL, operation, NULL, &can, &error),
                  error);
        assert_true(can);
        if (project) {
            can = true;
            assert_status(ANNOPROJ_STATE, annoproj_session_can(made->host, NULL, operation, NULL, &can, &error), error);
            assert_false(can);
        }
    }
    bool can = true;
    assert_status(ANNOPROJ_INVALID, annoproj_session_can(made->host, NULL, 99, NULL, &can, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_session_can(made->host, NULL, 0, NULL, &can, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_session_can(made->host, NULL, 101, NULL, NULL, &error), error);
    team_free(made);
}

static void test_tabs(void **state) {
    (void)state;
    static const char *const tabs[] = {"summary", "explore", "queue", "workflow", "analytics", "settings"};
    static const char *const access[TEAM_SIZE][6] = {
        [TEAM_ADMIN] = {"full", "full", "full", "full", "full", "full"},
        [TEAM_MANAGER] = {"full", "full", "full", "view", "full", "limited"},
        [TEAM_REVIEWER] = {"none", "none", "own", "none", "own", "none"},
        [TEAM_ANNOTATOR] = {"none", "none", "own", "none", "own", "none"},
        [TEAM_BOTH] = {"none", "none", "own", "none", "own", "none"},
    };
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    for (int who = TEAM_ADMIN; who < TEAM_SIZE; who++) {
        annoproj_table *table = NULL;
        assert_ok(annoproj_project_tabs(made->projects[who], NULL, &table, &error), error);
        assert_int_equal(annoproj_table_row_count(table), 6);
        for (int64_t row = 0; row < 6; row++) {
            assert_string_equal(annoproj_table_text(table, row, 0), tabs[row]);
            assert_string_equal(annoproj_table_text(table, row, 1), access[who][row]);
        }
        annoproj_table_free(table);
    }
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cell),
        cmocka_unit_test(test_session_can),
        cmocka_unit_test(test_tabs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
