/* What a project tells those who work in it: owner, annotation instructions, layout of the label editor. */
#include <stdlib.h>
#include <string.h>

#include "support.h"
#include "team.h"

static void assert_layout(annoproj_project *project, const char *wanted) {
    annoproj_error *error = NULL;
    char *json = NULL;
    assert_ok(annoproj_project_editor_layout(project, NULL, &json, &error), error);
    assert_string_equal(json, wanted);
    annoproj_free(json);
}

/* To the byte: spaces, order, unknown members, numbers of any length, escapes. */
static void test_layout_is_kept_as_it_is(void **state) {
    (void)state;
    static const char *const kept[] = {
        "{}", "[1, 2]", " {\"b\" : 1.50e+3,\n\"a\":[9007199254740993, -0, null], \"\\u00e4\": \"\xc3\xa4\"} ", "7"};
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    annoproj_project *admins = made->projects[TEAM_ADMIN];
    assert_layout(admins, "");
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        assert_ok(annoproj_project_set_editor_layout(admins, kept[i], NULL, &error), error);
        assert_layout(made->projects[TEAM_ANNOTATOR], kept[i]);
    }
    static const char *const broken[] = {"{", "{\"a\":1,\"a\":2}", "{} x", "\xff", ""};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        assert_true(annoproj_project_set_editor_layout(admins, broken[i], NULL, NULL) < 0);
    assert_status(ANNOPROJ_DATA, annoproj_project_set_editor_layout(admins, "{\"a\": 01}", NULL, &error), error);
    assert_layout(admins, "7");
    /* A string of some megabytes, as a picture in it would be. */
    const size_t length = (size_t)3 << 20;
    char *large = malloc(length);
    assert_non_null(large);
    memset(large, 'x', length);
    large[0] = large[length - 2] = '"';
    large[length - 1] = 0;
    assert_ok(annoproj_project_set_editor_layout(admins, large, NULL, &error), error);
    assert_layout(admins, large);
    free(large);
    for (int who = TEAM_MANAGER; who < TEAM_SIZE; who++)
        assert_status(ANNOPROJ_PERMISSION, annoproj_project_set_editor_layout(made->projects[who], "{}", NULL, &error),
                      error);
    assert_ok(annoproj_project_set_editor_layout(admins, NULL, NULL, &error), error);
    assert_layout(admins, "");
    assert_status(ANNOPROJ_INVALID, annoproj_project_editor_layout(admins, NULL, NULL, &error), error);
    team_free(made);
}

static const char *fact(annoproj_project *project, const char *column, char out[128]) {
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    assert_ok(annoproj_project_get(project, NULL, &table, &error), error);
    strncpy(out, annoproj_table_text(table, 0, annoproj_table_column_index(table, column)), 127);
    out[127] = 0;
    annoproj_table_free(table);
    return out;
}

static void test_instructions(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    annoproj_project *admins = made->projects[TEAM_ADMIN];
    char found[128];
    assert_string_equal(fact(admins, "instructions", found), "");
    assert_ok(annoproj_project_set_instructions(admins, "https://x.org/guide.pdf", NULL, &error), error);
    assert_string_equal(fact(made->projects[TEAM_REVIEWER], "instructions", found), "https://x.org/guide.pdf");
    /* Title, description and settings are another matter. */
    assert_ok(annoproj_project_update(admins, "Team", NULL, NULL, &error), error);
    assert_string_equal(fact(admins, "instructions", found), "https://x.org/guide.pdf");
    assert_ok(annoproj_project_set_instructions(admins, "", NULL, &error), error);
    assert_string_equal(fact(admins, "instructions", found), "");
    assert_status(ANNOPROJ_INVALID, annoproj_project_set_instructions(admins, NULL, NULL, &error), error);
    char *longest = malloc(4098);
    memset(longest, 'x', 4097);
    longest[4097] = 0;
    assert_status(ANNOPROJ_LIMIT, annoproj_project_set_instructions(admins, longest, NULL, &error), error);
    free(longest);
    assert_status(ANNOPROJ_PERMISSION,
                  annoproj_project_set_instructions(made->projects[TEAM_MANAGER], "x", NULL, &error), error);
    team_free(made);
}

static void test_owner(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    annoproj_project *admins = made->projects[TEAM_ADMIN];
    char found[128];
    assert_string_equal(fact(admins, "owner_email", found), "admin@x.org");
    assert_status(ANNOPROJ_STATE, annoproj_project_set_owner(admins, made->users[TEAM_MANAGER], NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_project_set_owner(admins, 999, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_project_set_owner(admins, 0, NULL, &error), error);
    assert_ok(annoproj_collaborator_set_role(admins, made->users[TEAM_BOTH], ANNOPROJ_ROLE_ADMIN, NULL, &error), error);
    assert_status(ANNOPROJ_PERMISSION,
                  annoproj_project_set_owner(made->projects[TEAM_MANAGER], made->users[TEAM_BOTH], NULL, &error),
                  error);
    assert_ok(annoproj_project_set_owner(admins, made->users[TEAM_BOTH], NULL, &error), error);
    assert_ok(annoproj_project_set_owner(admins, made->users[TEAM_BOTH], NULL, &error), error);
    assert_string_equal(fact(admins, "owner_email", found), "both@x.org");
    /* Ownership gives no right: demoted, the owner may do what the role may. */
    assert_ok(annoproj_collaborator_set_role(admins, made->users[TEAM_BOTH], ANNOPROJ_ROLE_ANNOTATOR, NULL, &error),
              error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_project_update(made->projects[TEAM_BOTH], "Mine", NULL, NULL, &error),
                  error);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layout_is_kept_as_it_is),
        cmocka_unit_test(test_instructions),
        cmocka_unit_test(test_owner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
