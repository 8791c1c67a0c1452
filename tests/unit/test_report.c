/* The reports against figures counted by hand, over events that the test appends itself. */
#include "report_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Two tasks through annotate, review, annotate, review. */
static team *fixture(void) {
    team *made = team_new(3, "", "");
    const int64_t a = made->users[TEAM_ANNOTATOR], r = made->users[TEAM_REVIEWER], b = made->users[TEAM_BOTH];
    const int64_t first = MONDAY + 10 * HOUR, second = MONDAY + DAY + 9 * HOUR, third = second + 4 * HOUR,
                  fourth = third + HOUR;
    const event events[] = {
        {.kind = EVENT_TASK_ASSIGN, .time_us = first - HOUR, .actor = a, .credited = a, .stage = ANNOTATE, .task = 1},
        {.kind = EVENT_TASK_SUBMIT,
         .time_us = first,
         .actor = a,
         .credited = a,
         .stage = ANNOTATE,
         .task = 1,
         .reference = 2},
        {.kind = EVENT_LABEL_CREATE,
         .time_us = first,
         .actor = a,
         .stage = ANNOTATE,
         .task = 1,
         .class = TEAM_BOX,
         .frames = 3,
         .reference = 1},
        {.kind = EVENT_ANSWER_CREATE,
         .time_us = first,
         .actor = a,
         .stage = ANNOTATE,
         .task = 1,
         .class = TEAM_BOX,
         .answer = TEAM_RED,
         .frames = 2,
         .reference = 1},
        {.kind = EVENT_LABEL_SUBMIT,
         .time_us = first,
         .actor = a,
         .stage = ANNOTATE,
         .task = 1,
         .class = TEAM_BOX,
         .frames = 3,
         .reference = 1},
        {.kind = EVENT_TASK_REJECT,
         .time_us = second,
         .actor = r,
         .credited = a,
         .stage = REVIEW,
         .task = 1,
         .reference = 1},
        {.kind = EVENT_LABEL_REJECT,
         .time_us = second,
         .actor = r,
         .credited = a,
         .stage = REVIEW,
         .task = 1,
         .class = TEAM_BOX,
         .frames = 3,
         .reference = 1},
        {.kind = EVENT_ANSWER_REJECT,
         .time_us = second,
         .actor = r,
         .credited = a,
         .stage = REVIEW,
         .task = 1,
         .class = TEAM_BOX,
         .answer = TEAM_RED,
         .frames = 2,
         .reference = 1},
        {.kind = EVENT_ISSUE_CREATE,
         .time_us = second,
         .actor = r,
         .credited = a,
         .stage = REVIEW,
         .task = 1,
         .class = TEAM_BOX,
         .reference = 1},
        {.kind = EVENT_ISSUE_CREATE,
         .time_us = second,
         .actor = r,
         .credited = a,
         .stage = REVIEW,
         .task = 1,
         .reference = 2},
        {.kind = EVENT_ISSUE_RESOLVE,
         .time_us = second + HOUR,
         .actor = a,
         .credited = a,
         .stage = ANNOTATE,
         .task = 1,
         .class = TEAM_BOX,
         .reference = 1},
        {.kind = EVENT_ISSUE_COMMENT,
         .time_us = second + HOUR,
         .actor = r,
         .credited = a,
         .stage = ANNOTATE,
         .task = 1,
         .class = TEAM_BOX,
         .reference = 1},
        {.kind = EVENT_TASK_SKIP, .time_us = second + 2 * HOUR, .actor = b, .stage = ANNOTATE, .task = 2},
        {.kind = EVENT_TIME_SPENT,
         .time_us = MONDAY + DAY - HOUR / 2,
         .duration_us = HOUR,
         .actor = a,
         .stage = ANNOTATE,
         .task = 1},
        {.kind = EVENT_TIME_SPENT,
         .time_us = second,
         .duration_us = HOUR / 2 + 500000,
         .actor = r,
         .stage = REVIEW,
         .task = 1},
        {.kind = EVENT_TIME_SPENT,
         .time_us = second,
         .duration_us = 120499999,
         .actor = a,
         .stage = COMPLETE,
         .task = 1},
        {.kind = EVENT_TASK_SUBMIT,
         .time_us = third,
         .actor = a,
         .credited = a,
         .stage = ANNOTATE,
         .task = 1,
         .reference = 2},
        {.kind = EVENT_LABEL_EDIT,
         .time_us = third,
         .actor = a,
         .stage = ANNOTATE,
         .task = 1,
         .class = TEAM_BOX,
         .frames = 1,
         .reference = 1},
        {.kind = EVENT_LABEL_FRAMES_CREATE,
         .time_us = third,
         .actor = a,
         .stage = ANNOTATE,
         .task = 1,
         .class = TEAM_BOX,
         .frames = 2,
         .reference = 1},
        {.kind = EVENT_LABEL_SUBMIT,
         .time_us = third,
         .actor = a,
         .stage = ANNOTATE,
         .task = 1,
         .class = TEAM_BOX,
         .frames = 5,
         .reference = 1},
        {.kind = EVENT_TASK_APPROVE,
         .time_us = fourth,
         .actor = r,
         .credited = a,
         .stage = REVIEW,
         .task = 1,
         .reference = 3},
        {.kind = EVENT_LABEL_CREATE,
         .time_us = fourth,
         .actor = r,
         .stage = REVIEW,
         .task = 1,
         .class = TEAM_BOX,
         .frames = 1,
         .reference = 2},
        {.kind = EVENT_LABEL_APPROVE,
         .time_us = fourth,
         .actor = r,
         .credited = a,
         .stage = REVIEW,
         .task = 1,
         .class = TEAM_BOX,
         .frames = 5,
         .reference = 1},
        {.kind = EVENT_LABEL_APPROVE,
         .time_us = fourth,
         .actor = r,
         .stage = REVIEW,
         .task = 1,
         .class = TEAM_BOX,
         .frames = 1,
         .reference = 2},
        {.kind = EVENT_ANSWER_APPROVE,
         .time_us = fourth,
         .actor = r,
         .credited = a,
         .stage = REVIEW,
         .task = 1,
         .class = TEAM_BOX,
         .answer = TEAM_RED,
         .frames = 2,
         .reference = 1},
        {.kind = EVENT_TASK_SUBMIT,
         .time_us = fourth,
         .actor = 0,
         .stage = ANNOTATE,
         .task = 3,
         .source = ANNOPROJ_SOURCE_SDK,
         .reference = 2},
        {.kind = EVENT_TASK_MOVE,
         .time_us = fourth,
         .actor = made->users[TEAM_ADMIN],
         .stage = ANNOTATE,
         .task = 2,
         .reference = 3},
    };
    report_append(made, events, sizeof events / sizeof events[0]);
    return made;
}

static void test_by_bucket(void **state) {
    (void)state;
    team *made = fixture();
    annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
    expect_report(made, TEAM_ADMIN, NULL, annoproj_query_task_actions, ",3,1,1,1,1,0,1,0\n");
    expect_report(made, TEAM_ADMIN, NULL, annoproj_query_time_spent, ",3600,1801,120,5521\n");
    expect_report(made, TEAM_ADMIN, NULL, annoproj_query_label_actions, ",2,2,1\n");
    options.bucket = ANNOPROJ_BUCKET_DAY;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_task_actions,
                  "2026-01-05T00:00:00.000000Z,1,0,0,0,1,0,0,0\n2026-01-06T00:00:00.000000Z,2,1,1,1,0,0,1,0\n");
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_time_spent,
                  "2026-01-05T00:00:00.000000Z,1800,0,0,1800\n2026-01-06T00:00:00.000000Z,1800,1801,120,3721\n");
    options.utc_offset_minutes = 60; /* the piece of time lies in the second day now */
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_time_spent,
                  "2026-01-04T23:00:00.000000Z,0,0,0,0\n2026-01-05T23:00:00.000000Z,3600,1801,120,5521\n");
    options.utc_offset_minutes = 0;
    options.unit = ANNOPROJ_LABEL_UNIT_FRAME;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_label_actions,
                  "2026-01-05T00:00:00.000000Z,3,0,0\n2026-01-06T00:00:00.000000Z,5,6,3\n");
    options.bucket = ANNOPROJ_BUCKET_WEEK;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_label_actions, "2026-01-05T00:00:00.000000Z,8,6,3\n");
    options.bucket = ANNOPROJ_BUCKET_MONTH;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_label_actions, "2026-01-01T00:00:00.000000Z,8,6,3\n");
    team_free(made);
}

static void test_windows(void **state) {
    (void)state;
    team *made = fixture();
    annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
    const int64_t boundaries[] = {MONDAY, MONDAY + DAY - HOUR / 4, MONDAY + DAY, MONDAY + 3 * DAY};
    options.after_us = MONDAY + DAY - HOUR / 4; /* the piece of time is cut; the window's end is not in it */
    options.before_us = MONDAY + DAY + 13 * HOUR;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_time_spent,
                  "2026-01-05T23:45:00.000000Z,2700,1801,120,4621\n");
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_task_actions,
                  "2026-01-05T23:45:00.000000Z,0,1,0,1,0,0,0,0\n");
    options.after_us = options.before_us = 0;
    options.bucket = ANNOPROJ_BUCKET_EXPLICIT;
    options.boundaries_us = boundaries;
    options.boundary_count = 4;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_time_spent,
                  "2026-01-05T00:00:00.000000Z,900,0,0,900\n2026-01-05T23:45:00.000000Z,900,0,0,900\n2026-01-06T00:00:"
                  "00.000000Z,1800,1801,120,3721\n");
    options.before_us = MONDAY + DAY;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_time_spent,
                  "2026-01-05T00:00:00.000000Z,900,0,0,900\n2026-01-05T23:45:00.000000Z,900,0,0,900\n2026-01-06T00:00:"
                  "00.000000Z,0,0,0,0\n");
    options = (annoproj_query_options)ANNOPROJ_QUERY_OPTIONS_INIT;
    options.bucket = ANNOPROJ_BUCKET_DAY; /* days without an event are there, too */
    options.after_us = MONDAY - DAY;
    options.before_us = MONDAY + DAY;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_task_actions,
                  "2026-01-04T00:00:00.000000Z,0,0,0,0,0,0,0,0\n2026-01-05T00:00:00.000000Z,1,0,0,0,1,0,0,0\n");
    team_free(made);
}

static void test_filters(void **state) {
    (void)state;
    team *made = fixture();
    annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
    const int64_t people[] = {made->users[TEAM_ANNOTATOR]}, stages[] = {made->review}, classes[] = {TEAM_BOX},
                  datasets[] = {made->dataset};
    options.collaborators = people;
    options.collaborator_count = 1;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_task_actions, ",2,0,0,0,1,0,0,0\n");
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_label_actions, ",2,0,0\n");
    options.stages = stages;
    options.stage_count = 1;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_task_actions, ",0,0,0,0,0,0,0,0\n");
    options.collaborator_count = 0;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_task_actions, ",0,0,1,1,0,0,0,0\n");
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_time_spent, ",0,1801,0,1801\n");
    options.stage_count = 0;
    options.classes = classes;
    options.class_count = 1;
    options.datasets = datasets;
    options.dataset_count = 1;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_task_actions, ",3,1,1,1,1,0,1,0\n");
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_label_actions, ",2,2,1\n");
    team_free(made);
}

static void test_ontology(void **state) {
    (void)state;
    team *made = fixture();
    annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
    expect_report(made, TEAM_ADMIN, NULL, annoproj_query_ontology_actions,
                  "1,0,,Car,objCar01,2,2,1,0.3333\n3,1,0,Red,optRed01,1,1,1,0.5000\n4,1,0,Blue,optBlu01,0,0,0,\n");
    options.unit = ANNOPROJ_LABEL_UNIT_FRAME;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_ontology_actions,
                  "1,0,,Car,objCar01,6,6,3,0.3333\n3,1,0,Red,optRed01,2,2,2,0.5000\n4,1,0,Blue,optBlu01,0,0,0,\n");
    options.before_us = MONDAY + DAY;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_ontology_actions,
                  "1,0,,Car,objCar01,3,0,0,\n3,1,0,Red,optRed01,2,0,0,\n4,1,0,Blue,optBlu01,0,0,0,\n");
    team_free(made);
}

/* Columns: user, e-mail, tasks submitted, skipped, approved, rejected, rate, labels created, edited, deleted, approved,
 * rejected, rate, time, average per task, issue actions by others. */
static void test_annotators(void **state) {
    (void)state;
    team *made = fixture();
    annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
    const int64_t annotate[] = {made->annotate}, review[] = {made->review}, both[] = {made->users[TEAM_BOTH]},
                  one[] = {made->users[TEAM_ANNOTATOR]};
    expect_report(
        made, TEAM_ADMIN, NULL, annoproj_query_annotators,
        "4,annotator@x.org,2,0,1,1,0.5000,1,1,0,1,1,0.5000,3600,1800.000,2\n5,both@x.org,0,1,0,0,,0,0,0,0,0,,0,,0\n");
    expect_report(
        made, TEAM_ADMIN, NULL, annoproj_query_annotators_by_frame,
        "4,annotator@x.org,2,0,1,1,0.5000,5,1,0,5,3,0.3750,3600,1800.000\n5,both@x.org,0,1,0,0,,0,0,0,0,0,,0,\n");
    options.after_us = MONDAY + DAY; /* decisions of the second day belong to it, whenever it was submitted */
    expect_report(
        made, TEAM_MANAGER, &options, annoproj_query_annotators,
        "4,annotator@x.org,1,0,1,1,1.0000,0,1,0,1,1,1.0000,1800,1800.000,2\n5,both@x.org,0,1,0,0,,0,0,0,0,0,,0,,0\n");
    options.after_us = 0;
    options.stages = annotate; /* names no review stage: decisions stay whole */
    options.stage_count = 1;
    expect_report(
        made, TEAM_ADMIN, &options, annoproj_query_annotators,
        "4,annotator@x.org,2,0,1,1,0.5000,1,1,0,1,1,0.5000,3600,1800.000,2\n5,both@x.org,0,1,0,0,,0,0,0,0,0,,0,,0\n");
    options.stages = review; /* names no annotation stage: the rest stays whole */
    expect_report(
        made, TEAM_ADMIN, &options, annoproj_query_annotators,
        "4,annotator@x.org,2,0,1,1,0.5000,1,1,0,1,1,0.5000,3600,1800.000,2\n5,both@x.org,0,1,0,0,,0,0,0,0,0,,0,,0\n");
    options.stage_count = 0;
    options.collaborators = both;
    options.collaborator_count = 1;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_annotators, "5,both@x.org,0,1,0,0,,0,0,0,0,0,,0,,0\n");
    options.collaborators = one;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_annotators,
                  "4,annotator@x.org,2,0,1,1,0.5000,1,1,0,1,1,0.5000,3600,1800.000,2\n");
    team_free(made);
}

/* Columns: user, e-mail, tasks approved, rejected, rate, labels created, edited, deleted, approved, rejected, time,
 * average per label, per task, issue actions. */
static void test_reviewers(void **state) {
    (void)state;
    team *made = fixture();
    annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
    const int64_t annotate[] = {made->annotate}, classes[] = {TEAM_BOX};
    const char *whole = "3,reviewer@x.org,1,1,0.5000,1,0,0,2,1,1801,600.167,900.250,2\n";
    expect_report(made, TEAM_ADMIN, NULL, annoproj_query_reviewers, whole);
    expect_report(made, TEAM_ADMIN, NULL, annoproj_query_reviewers_by_frame,
                  "3,reviewer@x.org,1,1,0.5000,1,0,0,6,3,1801,200.056,900.250\n");
    options.stages = annotate;
    options.stage_count = 1;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_reviewers, whole);
    options.stage_count = 0;
    options.classes = classes; /* the issue on the data unit is on no label: the filter leaves it alone */
    options.class_count = 1;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_reviewers,
                  "3,reviewer@x.org,1,1,0.5000,1,0,0,2,1,1801,600.167,900.250,2\n");
    team_free(made);
}

/* A second class, which no event has: its number is greater than all classes of the log. */
static int64_t add_class(team *made) {
    annoproj_error *error = NULL;
    annoproj_table *features = NULL;
    char *json = NULL, more[4096];
    assert_ok(annoproj_ontology_json(made->host, made->ontology, NULL, &json, &error), error);
    const char *behind = strchr(strstr(json, "\"objects\""), '[') + 1;
    snprintf(more, sizeof more,
             "%.*s{\"id\":\"2\",\"name\":\"Van\",\"color\":\"#D33115\",\"shape\":\"bounding_box\","
             "\"featureNodeHash\":\"objVan01\",\"required\":false,\"archived\":false},%s",
             (int)(behind - json), json, behind);
    assert_ok(annoproj_ontology_update(made->host, made->ontology, more, NULL, &error), error);
    assert_ok(annoproj_ontology_features(made->host, made->ontology, NULL, &features, &error), error);
    int64_t greatest = 0;
    for (int64_t row = 0; row < annoproj_table_row_count(features); row++) {
        int64_t feature = annoproj_table_int64(features, row, annoproj_table_column_index(features, "feature"));
        greatest = feature > greatest ? feature : greatest;
    }
    annoproj_table_free(features);
    annoproj_free(json);
    return greatest;
}

/* A class filter leaves issues on no label alone, also where the log has nothing of the classes that it names. */
static void test_issues_without_label(void **state) {
    (void)state;
    team *made = team_new(1, "", "");
    annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
    const int64_t van = add_class(made), reviewer = made->users[TEAM_REVIEWER];
    const event events[] = {
        {.kind = EVENT_ISSUE_CREATE, .time_us = MONDAY, .actor = reviewer, .stage = REVIEW, .task = 1, .reference = 1},
        {.kind = EVENT_LABEL_CREATE,
         .time_us = MONDAY,
         .actor = reviewer,
         .stage = REVIEW,
         .task = 1,
         .class = TEAM_BOX}};
    report_append(made, events, 2);
    options.classes = &van;
    options.class_count = 1;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_reviewers, "3,reviewer@x.org,0,0,,0,0,0,0,0,0,,,1\n");
    team_free(made);
}

static void test_rights(void **state) {
    (void)state;
    team *made = fixture();
    annoproj_error *error = NULL;
    annoproj_query *query = NULL;
    annoproj_table *table = NULL;
    annoproj_stream *stream = NULL;
    annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
    const int64_t others[] = {made->users[TEAM_REVIEWER]};
    const report_fn team_reports[] = {annoproj_query_ontology_actions, annoproj_query_annotators,
                                      annoproj_query_annotators_by_frame, annoproj_query_reviewers,
                                      annoproj_query_reviewers_by_frame};
    expect_report(made, TEAM_ANNOTATOR, NULL, annoproj_query_task_actions, ",2,0,0,0,1,0,0,0\n");
    expect_report(made, TEAM_REVIEWER, NULL, annoproj_query_time_spent, ",0,1801,0,1801\n");
    expect_report(made, TEAM_REVIEWER, NULL, annoproj_query_label_actions, ",0,2,1\n");
    options.collaborators = others;
    options.collaborator_count = 1;
    expect_report(made, TEAM_ANNOTATOR, &options, annoproj_query_task_actions, ",0,0,0,0,0,0,0,0\n");
    assert_ok(annoproj_query_open(made->projects[TEAM_ANNOTATOR], NULL, NULL, &query, &error), error);
    for (size_t i = 0; i < sizeof team_reports / sizeof team_reports[0]; i++) {
        assert_status(ANNOPROJ_PERMISSION, team_reports[i](query, NULL, &table, &error), error);
        assert_null(table);
    }
    annoproj_query_close(query);
    assert_status(ANNOPROJ_PERMISSION, annoproj_project_overview(made->projects[TEAM_ANNOTATOR], NULL, &table, &error),
                  error);
    assert_status(ANNOPROJ_PERMISSION,
                  annoproj_project_tasks_by_stage(made->projects[TEAM_REVIEWER], NULL, &table, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_project_events(made->projects[TEAM_BOTH], 0, NULL, &stream, &error),
                  error);
    assert_null(stream);
    team_free(made);
}

static void refuse(team *made, const annoproj_query_options *options, annoproj_status expected) {
    annoproj_error *error = NULL;
    annoproj_query *query = NULL;
    assert_status(expected, annoproj_query_open(made->projects[TEAM_ADMIN], options, NULL, &query, &error), error);
    assert_null(query);
}

static void test_wrong_options(void **state) {
    (void)state;
    team *made = team_new(1, "", "");
    const annoproj_query_options none = ANNOPROJ_QUERY_OPTIONS_INIT;
    const int64_t unknown[] = {999999}, stage[] = {made->annotate}, falling[] = {5, 4}, option[] = {TEAM_RED};
    annoproj_query_options options = none;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    options.bucket = 5, refuse(made, &options, ANNOPROJ_INVALID), options = none;
    options.unit = 2, refuse(made, &options, ANNOPROJ_INVALID), options = none;
    options.utc_offset_minutes = 1081, refuse(made, &options, ANNOPROJ_INVALID), options = none;
    options.after_us = INT64_MAX, refuse(made, &options, ANNOPROJ_INVALID), options = none;
    options.after_us = 10, options.before_us = 9, refuse(made, &options, ANNOPROJ_INVALID), options = none;
    options.bucket = ANNOPROJ_BUCKET_EXPLICIT, refuse(made, &options, ANNOPROJ_INVALID);
    options.boundaries_us = falling, options.boundary_count = 2, refuse(made, &options, ANNOPROJ_INVALID),
    options = none;
    options.boundaries_us = unknown, options.boundary_count = 1, refuse(made, &options, ANNOPROJ_INVALID),
    options = none;
    options.class_count = 1, refuse(made, &options, ANNOPROJ_INVALID), options = none;
    options.collaborators = unknown, options.collaborator_count = 1, refuse(made, &options, ANNOPROJ_NOT_FOUND),
    options = none;
    options.datasets = unknown, options.dataset_count = 1, refuse(made, &options, ANNOPROJ_NOT_FOUND), options = none;
    options.classes = unknown, options.class_count = 1, refuse(made, &options, ANNOPROJ_NOT_FOUND), options = none;
    options.classes = option, options.class_count = 1, refuse(made, &options, ANNOPROJ_NOT_FOUND), options = none;
    options.stages = unknown, options.stage_count = 1, refuse(made, &options, ANNOPROJ_NOT_FOUND), options = none;
    options.stages = stage, options.stage_count = 1;
    annoproj_query *query = NULL;
    assert_ok(annoproj_query_open(made->projects[TEAM_ADMIN], &options, NULL, &query, &error), error);
    annoproj_query_close(query);
    assert_status(ANNOPROJ_INVALID, annoproj_query_task_actions(query, NULL, &table, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_query_task_actions(NULL, NULL, &table, &error), error);
    options = none;
    options.bucket = ANNOPROJ_BUCKET_DAY; /* more days than a report may have */
    options.after_us = INT64_C(-62135596800000000);
    assert_ok(annoproj_query_open(made->projects[TEAM_ADMIN], &options, NULL, &query, &error), error);
    assert_status(ANNOPROJ_LIMIT, annoproj_query_task_actions(query, NULL, &table, &error), error);
    annoproj_query_close(query);
    team_free(made);
}

static void test_glance(void **state) {
    (void)state;
    team *made = fixture();
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    char expected[512];
    assert_ok(annoproj_project_overview(made->projects[TEAM_ADMIN], NULL, &table, &error), error);
    expect_table(table, "0,5521,0,3\n");
    assert_ok(annoproj_project_tasks_by_stage(made->projects[TEAM_MANAGER], NULL, &table, &error), error);
    snprintf(expected, sizeof expected,
             "%lld,annotate,Annotate,ANNOTATION,3\n%lld,review,Review,REVIEW,0\n%lld,complete,Complete,DONE,0\n",
             (long long)made->annotate, (long long)made->review, (long long)made->complete);
    expect_table(table, expected);
    team_free(made);
}

/* The feed: in order, up to the end at the time of opening, ids instead of numbers. */
static void test_feed(void **state) {
    (void)state;
    team *made = fixture();
    annoproj_error *error = NULL;
    annoproj_stream *stream = NULL;
    annoproj_table *table = NULL;
    int64_t next = 1, submits = 0;
    const event later = {
        .kind = EVENT_TASK_SKIP, .time_us = MONDAY + 5 * DAY, .actor = 4, .stage = ANNOTATE, .task = 2};
    assert_ok(annoproj_project_events(made->projects[TEAM_MANAGER], 0, NULL, &stream, &error), error);
    report_append(made, &later, 1);
    while (annoproj_stream_next(stream, NULL, &table, &error) == ANNOPROJ_OK) {
        assert_string_equal(annoproj_table_row_type(table), "event_row");
        for (int64_t row = 0; row < annoproj_table_row_count(table); row++, next++) {
            assert_int_equal(annoproj_table_int64(table, row, 0), next);
            if (strcmp(annoproj_table_text(table, row, 2), "task_submit") == 0 &&
                annoproj_table_int64(table, row, 4) != 0) {
                submits++;
                assert_string_equal(annoproj_table_text(table, row, 3), "ui");
                assert_int_equal(annoproj_table_int64(table, row, 6), made->annotate);
                assert_int_equal(annoproj_table_int64(table, row, 7), made->first_task);
                assert_true(annoproj_table_is_null(table, row, 8));
            }
        }
        annoproj_table_free(table);
    }
    assert_null(error);
    assert_null(table);
    assert_int_equal(submits, 2);
    assert_status(ANNOPROJ_NONE, annoproj_stream_next(stream, NULL, &table, &error), error);
    annoproj_stream_close(stream);
    assert_status(ANNOPROJ_INVALID, annoproj_stream_next(stream, NULL, &table, &error), error);
    assert_ok(annoproj_project_events(made->projects[TEAM_MANAGER], next - 1, NULL, &stream, &error), error);
    assert_ok(annoproj_stream_next(stream, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 1);
    assert_string_equal(annoproj_table_text(table, 0, 2), "task_skip");
    annoproj_table_free(table);
    annoproj_stream_close(stream);
    assert_status(ANNOPROJ_INVALID, annoproj_project_events(made->projects[TEAM_MANAGER], -1, NULL, &stream, &error),
                  error);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_bucket),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_ontology),
        cmocka_unit_test(test_annotators),
        cmocka_unit_test(test_reviewers),
        cmocka_unit_test(test_issues_without_label),
        cmocka_unit_test(test_rights),
        cmocka_unit_test(test_wrong_options),
        cmocka_unit_test(test_glance),
        cmocka_unit_test(test_feed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
