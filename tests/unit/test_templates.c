/* Workflow templates: whose they are, that they are checked, and that copies are copies. */
#include <stdio.h>
#include <string.h>

#include "team.h"

#define DOCUMENT(title)                                                                                                \
    "{\"start\":\"annotate\",\"stages\":[{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"title\":\"" title             \
    "\",\"edges\":{\"submit\":\"review\"}},{\"key\":\"review\",\"type\":\"REVIEW\",\"edges\":{\"approve\":"            \
    "\"complete\","                                                                                                    \
    "\"reject\":\"annotate\"}},{\"key\":\"complete\",\"type\":\"DONE\"}]}"

static int64_t make(team *made, annoproj_session *session, const char *title) {
    annoproj_error *error = NULL;
    int64_t id = 0;
    (void)made;
    assert_ok(annoproj_workflow_template_create(session, title, DOCUMENT("One"), NULL, &id, &error), error);
    return id;
}

static bool has_document(annoproj_session *session, int64_t id, const char *expected) {
    annoproj_error *error = NULL;
    char *json = NULL;
    assert_ok(annoproj_workflow_template_json(session, id, NULL, &json, &error), error);
    bool same = strcmp(json, expected) == 0;
    annoproj_free(json);
    return same;
}

static bool project_has(annoproj_project *project, const char *expected) {
    annoproj_error *error = NULL;
    char *json = NULL;
    assert_ok(annoproj_workflow_json(project, NULL, &json, &error), error);
    bool same = strcmp(json, expected) == 0;
    annoproj_free(json);
    return same;
}

static const char *word(const annoproj_table *table, int64_t row, const char *column) {
    return annoproj_table_text(table, row, annoproj_table_column_index(table, column));
}

static void test_list_and_get(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    char *json = NULL;
    team *made = team_new(0, "", "");
    int64_t b = make(made, made->sessions[TEAM_ANNOTATOR], "B"), a = make(made, made->host, "A");
    for (int who = TEAM_ADMIN; who < TEAM_SIZE; who++) {
        assert_ok(annoproj_workflow_template_list(made->sessions[who], NULL, &table, &error), error);
        assert_int_equal(annoproj_table_row_count(table), 2);
        assert_string_equal(word(table, 0, "title"), "A");
        assert_string_equal(word(table, 0, "creator_email"), "");
        assert_true(annoproj_table_is_null(table, 0, annoproj_table_column_index(table, "creator_email")));
        assert_string_equal(word(table, 1, "title"), "B");
        assert_string_equal(word(table, 1, "creator_email"), "annotator@x.org");
        annoproj_table_free(table);
        assert_ok(annoproj_workflow_template_get(made->sessions[who], b, NULL, &table, &error), error);
        assert_string_equal(word(table, 0, "title"), "B");
        annoproj_table_free(table);
        assert_true(has_document(made->sessions[who], b, DOCUMENT("One")));
    }
    const int64_t both[] = {b, a}, missing[] = {a, 77};
    assert_ok(annoproj_workflow_templates_get(made->host, both, 2, NULL, &table, &error), error);
    assert_string_equal(word(table, 0, "title"), "B");
    annoproj_table_free(table);
    assert_int_equal(annoproj_workflow_templates_get(made->host, missing, 2, NULL, &table, &error), ANNOPROJ_NOT_FOUND);
    assert_non_null(strstr(annoproj_error_message(error), "77"));
    annoproj_error_free(error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_workflow_template_get(made->host, 77, NULL, &table, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_workflow_template_json(made->host, 77, NULL, &json, &error), error);
    assert_null(json);
    assert_status(ANNOPROJ_INVALID, annoproj_workflow_template_json(made->host, a, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_workflow_templates_get(made->host, NULL, 1, NULL, &table, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_workflow_template_list(NULL, NULL, &table, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_workflow_template_list(made->host, NULL, NULL, &error), error);
    team_free(made);
}

/* Any member makes some; their creator, org admins and the host change them. */
static void test_whose_they_are(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    team *made = team_new(0, "", "");
    annoproj_session *owner = made->sessions[TEAM_ANNOTATOR], *other = made->sessions[TEAM_MANAGER];
    int64_t id = make(made, owner, "Mine");
    assert_status(ANNOPROJ_PERMISSION,
                  annoproj_workflow_template_update(other, id, "Theirs", DOCUMENT("Two"), NULL, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_workflow_template_delete(other, id, NULL, &error), error);
    assert_true(has_document(other, id, DOCUMENT("One")));
    assert_ok(annoproj_workflow_template_update(owner, id, "Mine", DOCUMENT("Two"), NULL, &error), error);
    assert_true(has_document(other, id, DOCUMENT("Two")));
    assert_ok(
        annoproj_workflow_template_update(made->sessions[TEAM_ADMIN], id, "Ours", DOCUMENT("Three"), NULL, &error),
        error);
    assert_ok(annoproj_workflow_template_update(made->host, id, "Ours", DOCUMENT("Four"), NULL, &error), error);
    assert_ok(annoproj_workflow_template_get(owner, id, NULL, &table, &error), error);
    assert_string_equal(word(table, 0, "title"), "Ours");
    annoproj_table_free(table);
    assert_ok(annoproj_workflow_template_delete(owner, id, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_workflow_template_delete(owner, id, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND,
                  annoproj_workflow_template_update(owner, id, "Gone", DOCUMENT("Five"), NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_workflow_template_get(owner, id, NULL, &table, &error), error);
    team_free(made);
}

static void test_they_are_checked(void **state) {
    (void)state;
    static const char *const broken[] = {
        "{", "{\"start\":\"a\",\"stages\":[]}",
        "{\"start\":\"a\",\"stages\":[{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{}},{\"key\":\"d\",\"type\":"
        "\"DONE\"}]}",
        "{\"start\":\"a\",\"stages\":[{\"key\":\"a\",\"type\":\"ANNOTATION\",\"settings\":{\"members\":[\"nobody@x."
        "org\"]},"
        "\"edges\":{\"submit\":\"d\"}},{\"key\":\"d\",\"type\":\"DONE\"}]}",
        "{\"start\":\"a\",\"stages\":[{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"r\"}},"
        "{\"key\":\"r\",\"type\":\"USER_ROUTER\",\"edges\":{\"default\":\"d\"},\"pathways\":[{\"key\":\"p\",\"to\":"
        "\"d\","
        "\"users\":[\"nobody@x.org\"]}]},{\"key\":\"d\",\"type\":\"DONE\"}]}"};
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    team *made = team_new(0, "", "");
    int64_t id = make(made, made->host, "Good"), none = 0;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        assert_status(ANNOPROJ_DATA,
                      annoproj_workflow_template_create(made->host, "Bad", broken[i], NULL, &none, &error), error);
        assert_status(ANNOPROJ_DATA, annoproj_workflow_template_update(made->host, id, "Bad", broken[i], NULL, &error),
                      error);
    }
    assert_true(has_document(made->host, id, DOCUMENT("One")));
    assert_ok(annoproj_workflow_template_list(made->host, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 1);
    annoproj_table_free(table);
    assert_status(ANNOPROJ_INVALID,
                  annoproj_workflow_template_create(made->host, "", DOCUMENT("x"), NULL, &none, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_workflow_template_create(made->host, "T", NULL, NULL, &none, &error),
                  error);
    assert_status(ANNOPROJ_INVALID,
                  annoproj_workflow_template_create(made->host, "T", DOCUMENT("x"), NULL, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_workflow_template_update(made->host, id, "T", NULL, NULL, &error), error);
    team_free(made);
}

/* A project made from one, or changed to one, does not follow it afterwards. */
static void test_copies(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_project_options options = ANNOPROJ_PROJECT_OPTIONS_INIT;
    annoproj_project *project = NULL;
    team *made = team_new(2, "", "");
    int64_t id = make(made, made->host, "T");
    options.workflow_template = id;
    assert_status(
        ANNOPROJ_INVALID,
        annoproj_project_create(made->host, "P", made->ontology, DOCUMENT("x"), &options, NULL, &project, &error),
        error);
    assert_status(ANNOPROJ_INVALID,
                  annoproj_project_create(made->host, "P", made->ontology, NULL, NULL, NULL, &project, &error), error);
    options.workflow_template = 77;
    assert_status(ANNOPROJ_NOT_FOUND,
                  annoproj_project_create(made->host, "P", made->ontology, NULL, &options, NULL, &project, &error),
                  error);
    options.workflow_template = id;
    assert_ok(annoproj_project_create(made->sessions[TEAM_ANNOTATOR], "P", made->ontology, NULL, &options, NULL,
                                      &project, &error),
              error);
    assert_true(project_has(project, DOCUMENT("One")));
    assert_status(ANNOPROJ_INVALID, annoproj_project_update(project, "P", &options, NULL, &error), error);
    assert_ok(annoproj_workflow_template_update(made->host, id, "T", DOCUMENT("Two"), NULL, &error), error);
    assert_true(project_has(project, DOCUMENT("One")));
    assert_ok(annoproj_workflow_use_template(project, id, NULL, &error), error);
    assert_true(project_has(project, DOCUMENT("Two")));
    annoproj_project_close(project);
    /* the team's project keeps its tasks where they are */
    assert_status(ANNOPROJ_PERMISSION, annoproj_workflow_use_template(made->projects[TEAM_MANAGER], id, NULL, &error),
                  error);
    assert_ok(annoproj_workflow_use_template(made->projects[TEAM_ADMIN], id, NULL, &error), error);
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0);
    assert_int_equal(team_cell(task, "stage"), made->annotate);
    annoproj_task_close(task);
    const char *other =
        "{\"start\":\"draw\",\"stages\":[{\"key\":\"draw\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":"
        "\"complete\"}},{\"key\":\"complete\",\"type\":\"DONE\"}]}";
    assert_ok(annoproj_workflow_template_update(made->host, id, "T", other, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_workflow_use_template(made->projects[TEAM_ADMIN], id, NULL, &error), error);
    assert_true(project_has(made->host_project, DOCUMENT("Two")));
    assert_ok(annoproj_workflow_template_delete(made->host, id, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_workflow_use_template(made->projects[TEAM_ADMIN], id, NULL, &error),
                  error);
    assert_true(project_has(made->host_project, DOCUMENT("Two")));
    assert_status(ANNOPROJ_INVALID, annoproj_workflow_use_template(NULL, id, NULL, &error), error);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_list_and_get), cmocka_unit_test(test_whose_they_are),
                                       cmocka_unit_test(test_they_are_checked), cmocka_unit_test(test_copies)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
