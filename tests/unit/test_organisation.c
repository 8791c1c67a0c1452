/* The figures of the organisation: all projects together, windows, the top of users and projects, who may see them. */
#include "report_support.h"

#include <stdio.h>
#include <string.h>

typedef annoproj_status (*organisation_fn)(annoproj_session *, const annoproj_organisation_options *,
                                           const annoproj_call *, annoproj_table **, annoproj_error **);

static void expect(team *made, const annoproj_organisation_options *options, organisation_fn report,
                   const char *expected) {
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    assert_ok(report(made->host, options, NULL, &table, &error), error);
    expect_table(table, expected);
}

static team *fixture(void) {
    team *made = team_new(2, "", "");
    const int64_t a = made->users[TEAM_ANNOTATOR], r = made->users[TEAM_REVIEWER], m = made->users[TEAM_MANAGER];
    const event events[] = {
        {.kind = EVENT_TASK_SUBMIT, .time_us = MONDAY, .actor = a, .credited = a, .stage = ANNOTATE, .task = 1},
        {.kind = EVENT_LABEL_COUNTED, .time_us = MONDAY, .actor = a, .stage = ANNOTATE, .task = 1, .class = TEAM_BOX},
        {.kind = EVENT_TASK_SUBMIT, .time_us = MONDAY + DAY, .actor = a, .credited = a, .stage = ANNOTATE, .task = 2},
        {.kind = EVENT_TIME_SPENT, .time_us = MONDAY, .actor = a, .stage = ANNOTATE, .task = 1, .duration_us = HOUR},
        {.kind = EVENT_TIME_SPENT, .time_us = MONDAY, .actor = r, .stage = REVIEW, .task = 1, .duration_us = 2 * HOUR},
        {.kind = EVENT_ISSUE_COMMENT, .time_us = MONDAY, .actor = m, .stage = REVIEW, .task = 1, .reference = 1},
    };
    report_append(made, events, sizeof events / sizeof events[0]);
    return made;
}

/* A project of the same workflow in which nothing was done but one task moved by its admin; then it is deleted. */
static void second_project(team *made) {
    annoproj_error *error = NULL;
    annoproj_project *second = NULL;
    const char *workflow = "{\"start\":\"a\",\"stages\":[{\"key\":\"a\",\"type\":\"ANNOTATION\",\"title\":\"A\","
                           "\"edges\":{\"submit\":\"d\"}},{\"key\":\"d\",\"type\":\"DONE\",\"title\":\"D\"}]}";
    assert_ok(annoproj_project_create(made->sessions[TEAM_ADMIN], "Second", made->ontology, workflow, NULL, NULL,
                                      &second, &error),
              error);
    const int64_t id = annoproj_project_id(second), first = made->project;
    const event submit = {
        .kind = EVENT_TASK_SUBMIT, .time_us = MONDAY, .actor = made->users[TEAM_MANAGER], .stage = ANNOTATE, .task = 1};
    made->project = id;
    report_append(made, &submit, 1);
    made->project = first;
    assert_ok(annoproj_project_delete(second, "Second", NULL, &error), error);
    annoproj_project_close(second);
}

static void test_figures(void **state) {
    (void)state;
    team *made = fixture();
    annoproj_organisation_options options = ANNOPROJ_ORGANISATION_OPTIONS_INIT;
    expect(made, NULL, annoproj_store_organisation, "5,3,1,2,3600,7200,0,10800,1,5400.000\n");
    expect(made, NULL, annoproj_store_top_users,
           "4,annotator@x.org,2,3600,0,0,3600\n3,reviewer@x.org,0,0,7200,0,7200\n2,manager@x.org,0,0,0,0,0\n");
    expect(made, NULL, annoproj_store_top_projects, "1,Team,2,3600,7200,0,10800,1\n");
    options.after_us = MONDAY + HOUR; /* a piece of time is cut */
    options.before_us = MONDAY + DAY;
    options.limit = 1;
    expect(made, &options, annoproj_store_organisation, "5,1,1,0,0,3600,0,3600,0,\n");
    expect(made, &options, annoproj_store_top_users, "3,reviewer@x.org,0,0,3600,0,3600\n");
    options.after_us = options.before_us = MONDAY;
    expect(made, &options, annoproj_store_top_projects, "");
    team_free(made);
}

static void test_deleted_projects_count(void **state) {
    (void)state;
    team *made = fixture();
    annoproj_error *error = NULL;
    second_project(made);
    expect(made, NULL, annoproj_store_organisation, "5,3,2,3,3600,7200,0,10800,1,3600.000\n");
    expect(made, NULL, annoproj_store_top_projects, "1,Team,2,3600,7200,0,10800,1\n2,Second,1,0,0,0,0,0\n");
    assert_ok(annoproj_user_disable(made->host, made->users[TEAM_BOTH], NULL, &error), error);
    expect(made, NULL, annoproj_store_organisation, "4,3,2,3,3600,7200,0,10800,1,3600.000\n");
    team_free(made);
}

static void test_refusals(void **state) {
    (void)state;
    team *made = team_new(1, "", "");
    const organisation_fn reports[] = {annoproj_store_organisation, annoproj_store_top_users,
                                       annoproj_store_top_projects};
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    for (size_t i = 0; i < 3; i++) {
        annoproj_organisation_options options = ANNOPROJ_ORGANISATION_OPTIONS_INIT;
        assert_status(ANNOPROJ_PERMISSION, reports[i](made->sessions[TEAM_MANAGER], NULL, NULL, &table, &error), error);
        assert_null(table);
        assert_status(ANNOPROJ_INVALID, reports[i](NULL, NULL, NULL, &table, &error), error);
        assert_status(ANNOPROJ_INVALID, reports[i](made->host, NULL, NULL, NULL, &error), error);
        options.limit = -1;
        assert_status(ANNOPROJ_INVALID, reports[i](made->host, &options, NULL, &table, &error), error);
        options.limit = 0;
        options.after_us = MONDAY;
        options.before_us = MONDAY - 1;
        assert_status(ANNOPROJ_INVALID, reports[i](made->host, &options, NULL, &table, &error), error);
    }
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_deleted_projects_count),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
