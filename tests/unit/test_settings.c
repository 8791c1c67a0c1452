/* Settings: built in, of the store, of a project; ranges, rights, events. The values are those of the specification. */
#include "team.h"

#include <stdio.h>
#include <string.h>

#define DAY_US (INT64_C(86400) * 1000000)

static const struct {
    annoproj_setting setting;
    const char *name;
    int64_t standard, least, most;
} expected[] = {
    {ANNOPROJ_SETTING_IDLE_LIMIT_US, "idle_limit_us", 60000000, 1, 30 * DAY_US},
    {ANNOPROJ_SETTING_TIME_WINDOW_US, "time_window_us", 30 * DAY_US, 1, 3660 * DAY_US},
    {ANNOPROJ_SETTING_SELF_RELEASE, "self_release", 1, 0, 1},
    {ANNOPROJ_SETTING_STRICT_STATUS, "strict_status", 0, 0, 1},
    {ANNOPROJ_SETTING_COUNT_TEXT_AND_AUDIO, "count_text_and_audio", 0, 0, 1},
    {ANNOPROJ_SETTING_OUTBOX_ISSUES, "outbox_issues", 0, 0, 1},
    {ANNOPROJ_SETTING_OUTBOX_STATUS, "outbox_status", 0, 0, 1},
    {ANNOPROJ_SETTING_OUTBOX_LIMIT, "outbox_limit", 1000000, 1, 10000000},
};
#define COUNT ((int64_t)(sizeof expected / sizeof expected[0]))

static int64_t cell(const annoproj_table *table, int64_t row, const char *column) {
    return annoproj_table_int64(table, row, annoproj_table_column_index(table, column));
}

static int64_t of_store(team *made, annoproj_setting setting) {
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    assert_ok(annoproj_store_settings(made->sessions[TEAM_ANNOTATOR], NULL, &table, &error), error);
    int64_t value = cell(table, setting - 1, "value");
    annoproj_table_free(table);
    return value;
}

static int64_t of_project(annoproj_project *project, annoproj_setting setting) {
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    assert_ok(annoproj_project_settings(project, NULL, &table, &error), error);
    int64_t value = cell(table, setting - 1, "value");
    annoproj_table_free(table);
    return value;
}

static void test_the_table(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    team *made = team_new(0, "", "");
    for (int of = 0; of < 2; of++) {
        assert_ok(of ? annoproj_project_settings(made->projects[TEAM_REVIEWER], NULL, &table, &error)
                     : annoproj_store_settings(made->host, NULL, &table, &error),
                  error);
        assert_int_equal(annoproj_table_row_count(table), COUNT);
        for (int64_t row = 0; row < COUNT; row++) {
            assert_int_equal(cell(table, row, "setting"), expected[row].setting);
            assert_string_equal(annoproj_table_text(table, row, annoproj_table_column_index(table, "name")),
                                expected[row].name);
            assert_int_equal(cell(table, row, "value"), expected[row].standard);
            assert_int_equal(cell(table, row, "standard"), expected[row].standard);
            assert_int_equal(cell(table, row, "least"), expected[row].least);
            assert_int_equal(cell(table, row, "most"), expected[row].most);
        }
        annoproj_table_free(table);
    }
    assert_status(ANNOPROJ_INVALID, annoproj_store_settings(made->host, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_project_settings(NULL, NULL, &table, &error), error);
    team_free(made);
}

static void test_ranges(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    for (int64_t i = 0; i < COUNT; i++) {
        const int64_t good[] = {expected[i].least, expected[i].most},
                      bad[] = {expected[i].least - 1, expected[i].most + 1};
        for (int k = 0; k < 2; k++) {
            assert_ok(annoproj_store_setting_set(made->host, expected[i].setting, good[k], NULL, &error), error);
            assert_int_equal(of_store(made, expected[i].setting), good[k]);
            assert_status(ANNOPROJ_INVALID,
                          annoproj_store_setting_set(made->host, expected[i].setting, bad[k], NULL, &error), error);
            assert_ok(annoproj_project_setting_set(made->host_project, expected[i].setting, good[k], NULL, &error),
                      error);
            assert_int_equal(of_project(made->host_project, expected[i].setting), good[k]);
            assert_status(ANNOPROJ_INVALID,
                          annoproj_project_setting_set(made->host_project, expected[i].setting, bad[k], NULL, &error),
                          error);
        }
    }
    assert_status(ANNOPROJ_INVALID, annoproj_store_setting_set(made->host, 0, 1, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_store_setting_set(made->host, (int32_t)COUNT + 1, 1, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_project_setting_set(made->host_project, 77, 1, NULL, &error), error);
    team_free(made);
}

static annoproj_project *make_project(team *made, const annoproj_project_options *options, annoproj_status wanted) {
    static const char workflow[] = "{\"start\":\"a\",\"stages\":[{\"key\":\"a\",\"type\":\"ANNOTATION\",\"title\":"
                                   "\"A\",\"edges\":{\"submit\":\"d\"}},"
                                   "{\"key\":\"d\",\"type\":\"DONE\",\"title\":\"D\"}]}";
    annoproj_error *error = NULL;
    annoproj_project *project = NULL;
    assert_status(wanted,
                  annoproj_project_create(made->host, "P", made->ontology, workflow, options, NULL, &project, &error),
                  error);
    return project;
}

/* The store's value is what a project begins with; afterwards it is the project's own. */
static void test_store_then_project(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_project_options options = ANNOPROJ_PROJECT_OPTIONS_INIT;
    team *made = team_new(0, "", "");
    annoproj_session *admin = made->sessions[TEAM_ADMIN];
    assert_ok(annoproj_store_setting_set(admin, ANNOPROJ_SETTING_IDLE_LIMIT_US, 7000000, NULL, &error), error);
    assert_ok(annoproj_store_setting_set(admin, ANNOPROJ_SETTING_SELF_RELEASE, 0, NULL, &error), error);
    assert_int_equal(of_project(made->host_project, ANNOPROJ_SETTING_IDLE_LIMIT_US), 60000000); /* was there */
    annoproj_project *plain = make_project(made, NULL, ANNOPROJ_OK);
    assert_int_equal(of_project(plain, ANNOPROJ_SETTING_IDLE_LIMIT_US), 7000000);
    assert_int_equal(of_project(plain, ANNOPROJ_SETTING_SELF_RELEASE), 0);
    assert_int_equal(of_project(plain, ANNOPROJ_SETTING_TIME_WINDOW_US), 30 * DAY_US);
    options.idle_limit_us = 5;
    options.self_release = ANNOPROJ_CHOICE_ON;
    options.strict_status = ANNOPROJ_CHOICE_ON;
    annoproj_project *own = make_project(made, &options, ANNOPROJ_OK);
    assert_int_equal(of_project(own, ANNOPROJ_SETTING_IDLE_LIMIT_US), 5);
    assert_int_equal(of_project(own, ANNOPROJ_SETTING_SELF_RELEASE), 1);
    assert_int_equal(of_project(own, ANNOPROJ_SETTING_STRICT_STATUS), 1);
    assert_ok(annoproj_project_update(own, "P", NULL, NULL, &error), error); /* left out: what the store says now */
    assert_int_equal(of_project(own, ANNOPROJ_SETTING_IDLE_LIMIT_US), 7000000);
    assert_int_equal(of_project(own, ANNOPROJ_SETTING_STRICT_STATUS), 0);
    assert_ok(annoproj_project_setting_set(own, ANNOPROJ_SETTING_STRICT_STATUS, 1, NULL, &error), error);
    assert_int_equal(of_project(own, ANNOPROJ_SETTING_STRICT_STATUS), 1);
    assert_int_equal(of_project(plain, ANNOPROJ_SETTING_STRICT_STATUS), 0);
    annoproj_project_close(plain);
    annoproj_project_close(own);
    const int64_t wrong[] = {-1, INT64_MIN, 30 * DAY_US + 1};
    for (int i = 0; i < 3; i++) {
        options.idle_limit_us = wrong[i];
        assert_null(make_project(made, &options, ANNOPROJ_INVALID));
    }
    options.idle_limit_us = 0;
    options.self_release = 3;
    assert_null(make_project(made, &options, ANNOPROJ_INVALID));
    team_free(made);
}

static int64_t commits(team *made) {
    annoproj_error *error = NULL;
    int64_t now = 0;
    assert_ok(annoproj_store_wait(made->store, 0, NULL, &now, &error), error);
    return now;
}

static void test_rights_and_events(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_stream *stream = NULL;
    annoproj_table *table = NULL;
    team *made = team_new(0, "", "");
    for (int who = TEAM_MANAGER; who < TEAM_SIZE; who++) {
        assert_status(ANNOPROJ_PERMISSION,
                      annoproj_store_setting_set(made->sessions[who], ANNOPROJ_SETTING_SELF_RELEASE, 0, NULL, &error),
                      error);
        assert_status(ANNOPROJ_PERMISSION,
                      annoproj_project_setting_set(made->projects[who], ANNOPROJ_SETTING_SELF_RELEASE, 0, NULL, &error),
                      error);
    }
    int64_t before = commits(made);
    assert_ok(annoproj_store_setting_set(made->host, ANNOPROJ_SETTING_SELF_RELEASE, 1, NULL, &error), error);
    assert_int_equal(commits(made), before); /* it was so */
    assert_ok(annoproj_store_setting_set(made->host, ANNOPROJ_SETTING_SELF_RELEASE, 0, NULL, &error), error);
    assert_int_equal(commits(made), before + 1);
    assert_ok(annoproj_store_events(made->host, 0, NULL, &stream, &error), error);
    assert_ok(annoproj_stream_next(stream, NULL, &table, &error), error);
    int64_t last = annoproj_table_row_count(table) - 1;
    assert_string_equal(annoproj_table_text(table, last, annoproj_table_column_index(table, "kind")), "store_setting");
    assert_int_equal(cell(table, last, "reference"), ANNOPROJ_SETTING_SELF_RELEASE);
    annoproj_table_free(table);
    annoproj_stream_close(stream);
    assert_int_equal(team_differences(made), 0);
    assert_ok(annoproj_project_set_status(made->host_project, ANNOPROJ_PROJECT_ARCHIVED, NULL, &error), error);
    assert_status(ANNOPROJ_STATE,
                  annoproj_project_setting_set(made->host_project, ANNOPROJ_SETTING_SELF_RELEASE, 0, NULL, &error),
                  error);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_store_then_project),
        cmocka_unit_test(test_rights_and_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
