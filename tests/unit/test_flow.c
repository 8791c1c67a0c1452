/* The reports of flow, the forecast and quality, against figures counted by hand. */
#include "report_support.h"

#include <stdio.h>
#include <string.h>

/* When the next events happen. */
typedef struct story {
    team *made;
    int64_t now_us;
} story;

static void happen(story *at, int32_t kind, int32_t stage, int64_t task, int64_t to) {
    const event one = {.kind = kind,
                       .time_us = at->now_us,
                       .actor = at->made->users[kind == EVENT_TASK_SUBMIT ? TEAM_ANNOTATOR : TEAM_REVIEWER],
                       .credited = at->made->users[TEAM_ANNOTATOR],
                       .stage = stage,
                       .task = task,
                       .reference = to};
    report_append(at->made, &one, 1);
}

/* The team's two tasks were made before: one is sent back once, the other stays in review. */
static story fixture(void) {
    story at = {.made = team_new(2, "", "")};
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    annoproj_task *first = team_task(at.made, TEAM_ADMIN, 0);
    assert_ok(annoproj_task_get(first, NULL, &table, &error), error);
    annoproj_task_close(first);
    at.now_us = annoproj_table_int64(table, 0, annoproj_table_column_index(table, "entered"));
    annoproj_table_free(table);
    at.now_us += HOUR;
    happen(&at, EVENT_TASK_SUBMIT, ANNOTATE, 1, REVIEW);
    at.now_us += HOUR;
    happen(&at, EVENT_TASK_REJECT, REVIEW, 1, ANNOTATE);
    at.now_us += HOUR;
    happen(&at, EVENT_TASK_SUBMIT, ANNOTATE, 1, REVIEW);
    happen(&at, EVENT_TASK_SUBMIT, ANNOTATE, 2, REVIEW);
    at.now_us += HOUR;
    happen(&at, EVENT_TASK_APPROVE, REVIEW, 1, COMPLETE);
    return at;
}

/* Lesson of peers 18 here and in test_quality: cycle time of a stage, first-pass acceptance; rejects of collaborators and labels created
 * and deleted by stage are in annotators and task_performance_by_stage. */
/* Stage, title, type, entered, left, in progress, throughput, median and P90 of the cycle time. */
static void test_stage_flow(void **state) {
    (void)state;
    story at = fixture();
    annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
    const int64_t review[] = {at.made->review};
    expect_report(at.made, TEAM_ADMIN, NULL, annoproj_query_stage_flow,
                  "4294967297,Annotate,ANNOTATION,3,3,0,18,3600,10800\n4294967298,Review,REVIEW,3,2,1,12,3600,3600\n"
                  "4294967299,Complete,DONE,1,0,1,0,,\n");
    options.stages = review;
    options.stage_count = 1;
    options.after_us = at.now_us - HOUR;
    options.before_us = at.now_us;
    expect_report(at.made, TEAM_MANAGER, &options, annoproj_query_stage_flow, "4294967298,Review,REVIEW,2,0,2,0,,\n");
    team_free(at.made);
}

static void test_burn_down(void **state) {
    (void)state;
    story at = fixture();
    annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
    expect_report(at.made, TEAM_ADMIN, NULL, annoproj_query_burn_down, ",2,1,1\n");
    expect_report(
        at.made, TEAM_ADMIN, NULL, annoproj_query_cumulative_flow,
        ",4294967297,Annotate,ANNOTATION,3,3,0\n,4294967298,Review,REVIEW,3,2,1\n,4294967299,Complete,DONE,1,0,1\n");
    options.before_us = at.now_us;
    expect_report(at.made, TEAM_ADMIN, &options, annoproj_query_burn_down, ",2,0,2\n");
    happen(&at, EVENT_TASK_MOVE, COMPLETE, 1, ANNOTATE); /* comes back */
    happen(&at, EVENT_TASK_REMOVE, REVIEW, 2, 0);
    expect_report(at.made, TEAM_ADMIN, NULL, annoproj_query_burn_down, ",3,1,1\n");
    team_free(at.made);
}

/* A task that is back with its dataset comes from nowhere: also in the microsecond in which it entered the stage. */
static void test_restored(void **state) {
    (void)state;
    story at = fixture();
    happen(&at, EVENT_TASK_REMOVE, COMPLETE, 1, 0);
    happen(&at, EVENT_TASK_RESTORE, COMPLETE, 1, 0);
    happen(&at, EVENT_TASK_SUBMIT, ANNOTATE, 2, REVIEW);
    happen(&at, EVENT_TASK_REMOVE, REVIEW, 2, 0);
    happen(&at, EVENT_TASK_RESTORE, REVIEW, 2, 0);
    expect_report(at.made, TEAM_ADMIN, NULL, annoproj_query_burn_down, ",2,1,1\n");
    expect_report(
        at.made, TEAM_ADMIN, NULL, annoproj_query_cumulative_flow,
        ",4294967297,Annotate,ANNOTATION,3,3,0\n,4294967298,Review,REVIEW,3,2,1\n,4294967299,Complete,DONE,1,0,1\n");
    team_free(at.made);
}

/* Submitted, again, rate, first decisions, accepted, rate. */
static void test_quality(void **state) {
    (void)state;
    story at = fixture();
    const event decisions[] = {{.kind = EVENT_LABEL_REJECT,
                                .time_us = at.now_us,
                                .stage = REVIEW,
                                .task = 1,
                                .class = TEAM_BOX,
                                .reference = 1},
                               {.kind = EVENT_LABEL_APPROVE,
                                .time_us = at.now_us,
                                .stage = REVIEW,
                                .task = 1,
                                .class = TEAM_BOX,
                                .reference = 1},
                               {.kind = EVENT_LABEL_APPROVE,
                                .time_us = at.now_us,
                                .stage = REVIEW,
                                .task = 2,
                                .class = TEAM_BOX,
                                .reference = 2}};
    happen(&at, EVENT_TASK_APPROVE, REVIEW, 2, COMPLETE);
    report_append(at.made, decisions, 3);
    expect_report(at.made, TEAM_ADMIN, NULL, annoproj_query_collaborator_quality,
                  "4,annotator@x.org,3,1,0.3333,2,1,0.5000\n");
    expect_report(at.made, TEAM_ADMIN, NULL, annoproj_query_class_quality, "1,Car,3,1,0.3333,2,1,0.5000\n");
    annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
    options.after_us = at.now_us; /* what is first is first in the whole history */
    expect_report(at.made, TEAM_ADMIN, &options, annoproj_query_collaborator_quality,
                  "4,annotator@x.org,0,0,,1,1,1.0000\n");
    team_free(at.made);
}

static annoproj_table *forecast(story *at, int64_t moment, const annoproj_forecast_options *options) {
    annoproj_query_options window = ANNOPROJ_QUERY_OPTIONS_INIT;
    annoproj_error *error = NULL;
    annoproj_query *query = NULL;
    annoproj_table *table = NULL;
    window.before_us = moment;
    assert_ok(annoproj_query_open(at->made->projects[TEAM_ADMIN], &window, NULL, &query, &error), error);
    assert_ok(annoproj_query_forecast(query, options, NULL, &table, &error), error);
    annoproj_query_close(query);
    return table;
}

/* Its picture shows the days, and nothing when there is no forecast. */
static void expect_drawn(annoproj_table *table, const char *p50, const char *p90) {
    annoproj_error *error = NULL;
    char *svg = NULL, *vega = NULL, wanted[160];
    assert_ok(annoproj_table_svg(table, NULL, &svg, &error), error);
    assert_ok(annoproj_table_vega_lite(table, NULL, &vega, &error), error);
    assert_int_equal(strstr(svg, "data-category=\"P50\"") != NULL, p50 != NULL);
    const char *const names[] = {"P50", "P90"}, *const values[] = {p50, p90};
    for (int i = 0; i < 2 && p50; i++) {
        snprintf(wanted, sizeof wanted, "data-category=\"%s\" data-series=\"value\" data-value=\"%s\"", names[i],
                 values[i]);
        assert_non_null(strstr(svg, wanted));
        snprintf(wanted, sizeof wanted, "\"%s\"", names[i]);
        assert_non_null(strstr(vega, wanted));
    }
    annoproj_free(svg);
    annoproj_free(vega);
}

static void test_forecast(void **state) {
    (void)state;
    story at = {.made = team_new(20, "", "")};
    annoproj_table *table = NULL;
    annoproj_error *error = NULL;
    char expected[160];
    annoproj_task *first = team_task(at.made, TEAM_ADMIN, 0);
    assert_ok(annoproj_task_get(first, NULL, &table, &error), error);
    const int64_t begin = annoproj_table_int64(table, 0, annoproj_table_column_index(table, "entered"));
    annoproj_table_free(table);
    annoproj_task_close(first);
    expect_table(forecast(&at, begin + DAY, NULL), "20,1,0,0,,,,,too_little_history\n");
    expect_table(forecast(&at, begin + 8 * DAY, NULL), "20,8,0,0,,,,,out_of_sight\n");
    table = forecast(&at, begin + 8 * DAY, NULL);
    expect_drawn(table, NULL, NULL);
    annoproj_table_free(table);
    for (int day = 0; day < 10; day++) { /* one a day, every day: no chance in it */
        at.now_us = begin + day * DAY + HOUR;
        happen(&at, EVENT_TASK_MOVE, ANNOTATE, day + 1, COMPLETE);
    }
    annoproj_forecast_options options = ANNOPROJ_FORECAST_OPTIONS_INIT;
    options.history_days = 8;
    table = forecast(&at, begin + 10 * DAY, &options);
    const int64_t p50 = annoproj_table_int64(table, 0, annoproj_table_column_index(table, "p50"));
    assert_int_equal(p50, begin + 20 * DAY);
    assert_int_equal(annoproj_table_int64(table, 0, annoproj_table_column_index(table, "p90_days")), 10);
    snprintf(expected, sizeof expected, "%s",
             annoproj_table_text(table, 0, annoproj_table_column_index(table, "undefined")));
    assert_string_equal(expected, "");
    expect_drawn(table, "10", "10");
    annoproj_table_free(table);
    for (int task = 11; task <= 20; task++)
        happen(&at, EVENT_TASK_MOVE, ANNOTATE, task, COMPLETE);
    table = forecast(&at, begin + 10 * DAY, NULL);
    assert_int_equal(annoproj_table_int64(table, 0, annoproj_table_column_index(table, "p50")), begin + 10 * DAY);
    annoproj_table_free(table);
    team_free(at.made);
}

static void test_refusals(void **state) {
    (void)state;
    team *made = team_new(1, "", "");
    const report_fn reports[] = {annoproj_query_stage_flow, annoproj_query_cumulative_flow, annoproj_query_burn_down,
                                 annoproj_query_collaborator_quality, annoproj_query_class_quality};
    annoproj_error *error = NULL;
    annoproj_query *query = NULL;
    annoproj_table *table = NULL;
    annoproj_forecast_options options = ANNOPROJ_FORECAST_OPTIONS_INIT;
    assert_ok(annoproj_query_open(made->projects[TEAM_BOTH], NULL, NULL, &query, &error), error);
    for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++) {
        assert_status(ANNOPROJ_PERMISSION, reports[i](query, NULL, &table, &error), error);
        assert_null(table);
    }
    assert_status(ANNOPROJ_PERMISSION, annoproj_query_forecast(query, NULL, NULL, &table, &error), error);
    options.history_days = -1;
    assert_status(ANNOPROJ_INVALID, annoproj_query_forecast(query, &options, NULL, &table, &error), error);
    options.history_days = 3651;
    assert_status(ANNOPROJ_INVALID, annoproj_query_forecast(query, &options, NULL, &table, &error), error);
    options.history_days = 0;
    options.runs = 1000001;
    assert_status(ANNOPROJ_INVALID, annoproj_query_forecast(query, &options, NULL, &table, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_query_forecast(query, NULL, NULL, NULL, &error), error);
    annoproj_query_close(query);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stage_flow), cmocka_unit_test(test_burn_down), cmocka_unit_test(test_restored),
        cmocka_unit_test(test_quality),    cmocka_unit_test(test_forecast),  cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
