/* Numbers in the file that index memory: damaged ones are CORRUPT, and nothing outside is touched (address sanitizer). */
#include "team.h"

#include <sqlite3.h>

static void plant(const team *made, const char *text) {
    sqlite3 *database = NULL;
    char *message = NULL;
    assert_int_equal(sqlite3_open(made->path, &database), SQLITE_OK);
    if (sqlite3_exec(database, text, NULL, NULL, &message) != SQLITE_OK) {
        fail_msg("%s: %s", text, message);
    }
    assert_true(sqlite3_total_changes(database) > 0);
    sqlite3_close(database);
}

static void test_features(void **state) {
    (void)state;
    static const char *const plants[] = {"UPDATE feature SET number = -5 WHERE number = 1",
                                         "UPDATE feature SET number = 0 WHERE number = 1",
                                         "UPDATE feature SET number = 4294967297 WHERE number = 4",
                                         "UPDATE feature SET number = 2147483647 WHERE number = 4",
                                         "UPDATE feature SET number = 9223372036854775807 WHERE number = 4",
                                         "UPDATE ontology SET features = 3",
                                         "UPDATE ontology SET features = 4294967296"};
    for (size_t i = 0; i < sizeof plants / sizeof plants[0]; i++) {
        annoproj_error *error = NULL;
        annoproj_table *table = NULL;
        annoproj_query *query = NULL;
        team *made = team_new(1, "", "");
        annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0);
        team_draw(made, task, "", 10, NULL);
        assert_ok(annoproj_query_open(made->host_project, NULL, NULL, &query, &error), error);
        plant(made, plants[i]);
        assert_status(ANNOPROJ_CORRUPT, annoproj_ontology_features(made->host, made->ontology, NULL, &table, &error),
                      error);
        assert_status(ANNOPROJ_CORRUPT, annoproj_task_labels(task, NULL, &table, &error), error);
        assert_status(ANNOPROJ_CORRUPT, annoproj_query_ontology_actions(query, NULL, &table, &error), error);
        assert_null(table);
        annoproj_query_close(query);
        annoproj_task_close(task);
        team_free(made);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_features)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
