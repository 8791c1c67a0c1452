/* The reports of issues, of tasks and of collaborators' time, and the filters by file name, source and present stage, against
 * figures counted by hand. */
#include "report_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static team *fixture(void) {
    team *made = team_new(3, "", "");
    const int64_t a = made->users[TEAM_ANNOTATOR], r = made->users[TEAM_REVIEWER], b = made->users[TEAM_BOTH];
    const event events[] = {
        {.kind = EVENT_TASK_SUBMIT, .time_us = MONDAY, .actor = a, .stage = ANNOTATE, .task = 1},
        {.kind = EVENT_LABEL_CREATE,
         .time_us = MONDAY,
         .actor = a,
         .stage = ANNOTATE,
         .task = 1,
         .class = TEAM_BOX,
         .frames = 3,
         .reference = 1},
        {.kind = EVENT_TIME_SPENT, .time_us = MONDAY, .actor = a, .stage = ANNOTATE, .task = 1, .duration_us = HOUR},
        {.kind = EVENT_TIME_SPENT,
         .time_us = MONDAY + DAY - HOUR,
         .actor = r,
         .stage = REVIEW,
         .task = 1,
         .duration_us = 2 * HOUR},
        {.kind = EVENT_LABEL_EDIT,
         .time_us = MONDAY + DAY,
         .actor = r,
         .stage = REVIEW,
         .task = 1,
         .class = TEAM_BOX,
         .frames = 2,
         .reference = 1},
        {.kind = EVENT_LABEL_FRAMES_CREATE,
         .time_us = MONDAY + DAY,
         .actor = r,
         .stage = REVIEW,
         .task = 1,
         .class = TEAM_BOX,
         .frames = 4,
         .reference = 1},
        {.kind = EVENT_TASK_APPROVE, .time_us = MONDAY + DAY, .actor = r, .credited = a, .stage = REVIEW, .task = 1},
        {.kind = EVENT_TASK_SKIP, .time_us = MONDAY + DAY, .actor = b, .stage = ANNOTATE, .task = 2},
        {.kind = EVENT_LABEL_DELETE,
         .time_us = MONDAY + DAY,
         .actor = b,
         .stage = ANNOTATE,
         .task = 3,
         .class = TEAM_BOX,
         .frames = 1,
         .source = ANNOPROJ_SOURCE_AGENT,
         .reference = 2},
        {.kind = EVENT_TIME_SPENT,
         .time_us = MONDAY + DAY,
         .actor = b,
         .stage = COMPLETE,
         .task = 3,
         .duration_us = 499999},
    };
    report_append(made, events, sizeof events / sizeof events[0]);
    return made;
}

/* --- issues ---- */

static void add_issue(team *made, int32_t kind, int64_t when, enum member who, int64_t task, int64_t issue,
                      bool label) {
    const event one = {.kind = kind,
                       .time_us = when,
                       .actor = made->users[who],
                       .stage = REVIEW,
                       .task = task,
                       .class = label ? TEAM_BOX : 0,
                       .reference = issue};
    report_append(made, &one, 1);
}

/* The example of the source documentation: 19 created, 20 resolved, 2 reopened, 1 open. */
static void test_issue_example(void **state) {
    (void)state;
    team *made = team_new(1, "", "");
    for (int64_t issue = 1; issue <= 19; issue++) {
        add_issue(made, EVENT_ISSUE_CREATE, MONDAY, TEAM_REVIEWER, 1, issue, true);
        add_issue(made, EVENT_ISSUE_RESOLVE, MONDAY + HOUR, TEAM_ANNOTATOR, 1, issue, true);
    }
    add_issue(made, EVENT_ISSUE_REOPEN, MONDAY + 2 * HOUR, TEAM_REVIEWER, 1, 3, true);
    add_issue(made, EVENT_ISSUE_REOPEN, MONDAY + 2 * HOUR, TEAM_REVIEWER, 1, 4, true);
    add_issue(made, EVENT_ISSUE_RESOLVE, MONDAY + 3 * HOUR, TEAM_ANNOTATOR, 1, 4, true);
    expect_report(made, TEAM_ADMIN, NULL, annoproj_query_issue_actions, ",19,20,2,1\n");
    team_free(made);
}

static void remove_task(team *made, int32_t kind, int64_t when) {
    const event one = {.kind = kind, .time_us = when, .actor = made->users[TEAM_ADMIN], .stage = REVIEW, .task = 2};
    report_append(made, &one, 1);
}

static void test_open_issues(void **state) {
    (void)state;
    team *made = team_new(2, "", "");
    annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
    const int64_t people[] = {made->users[TEAM_ANNOTATOR]}, borders[] = {MONDAY, MONDAY + DAY, MONDAY + 9 * DAY},
                  classes[] = {TEAM_BOX};
    add_issue(made, EVENT_ISSUE_CREATE, MONDAY, TEAM_REVIEWER, 1, 1, true);
    add_issue(made, EVENT_ISSUE_CREATE, MONDAY, TEAM_REVIEWER, 2, 2, false);
    add_issue(made, EVENT_ISSUE_RESOLVE, MONDAY + DAY, TEAM_ANNOTATOR, 1, 1, true);
    remove_task(made, EVENT_TASK_REMOVE, MONDAY + 2 * DAY); /* its open issue is open no more */
    remove_task(made, EVENT_TASK_RESTORE, MONDAY + 3 * DAY);
    options.bucket = ANNOPROJ_BUCKET_DAY;
    options.after_us = MONDAY - DAY;
    options.before_us = MONDAY + 5 * DAY;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_issue_actions,
                  "2026-01-04T00:00:00.000000Z,0,0,0,0\n2026-01-05T00:00:00.000000Z,2,0,0,2\n"
                  "2026-01-06T00:00:00.000000Z,0,1,0,1\n2026-01-07T00:00:00.000000Z,0,0,0,0\n"
                  "2026-01-08T00:00:00.000000Z,0,0,0,1\n2026-01-09T00:00:00.000000Z,0,0,0,1\n");
    options.after_us = MONDAY + DAY; /* what was before the window counts */
    options.before_us = MONDAY + 2 * DAY;
    options.bucket = ANNOPROJ_BUCKET_NONE;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_issue_actions, "2026-01-06T00:00:00.000000Z,0,1,0,1\n");
    options.collaborators = people; /* filters actions, not what is open */
    options.collaborator_count = 1;
    options.after_us = 0;
    options.before_us = MONDAY + DAY;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_issue_actions, ",0,0,0,2\n");
    options = (annoproj_query_options)ANNOPROJ_QUERY_OPTIONS_INIT;
    options.classes = classes; /* issues on no label stay */
    options.class_count = 1;
    options.before_us = MONDAY + 1;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_issue_actions, ",2,0,0,2\n");
    options.class_count = 0;
    options.bucket = ANNOPROJ_BUCKET_EXPLICIT; /* the second bucket is cut by the window's end */
    options.boundaries_us = borders;
    options.boundary_count = 3;
    options.before_us = MONDAY + DAY + HOUR;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_issue_actions,
                  "2026-01-05T00:00:00.000000Z,2,0,0,2\n2026-01-06T00:00:00.000000Z,0,1,0,1\n");
    options.before_us = MONDAY - 1; /* all buckets end before anything happened */
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_issue_actions,
                  "2026-01-05T00:00:00.000000Z,0,0,0,0\n2026-01-06T00:00:00.000000Z,0,0,0,0\n");
    team_free(made);
}

/* Tags by name; those of issues on no label are in no class; a tag taken off stays counted. */
static void test_issue_tags(void **state) {
    (void)state;
    team *made = team_new(1, "", "");
    annoproj_error *error = NULL;
    annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
    int64_t loose = 0, blurred = 0, unused = 0;
    assert_ok(annoproj_issue_tag_create(made->host, "loose", NULL, &loose, &error), error);
    assert_ok(annoproj_issue_tag_create(made->host, "blurred", NULL, &blurred, &error), error);
    assert_ok(annoproj_issue_tag_create(made->host, "unused", NULL, &unused, &error), error);
    const event events[] = {
        {.kind = EVENT_ISSUE_TAG,
         .time_us = MONDAY,
         .task = 1,
         .class = TEAM_BOX,
         .answer = (int32_t)loose,
         .stage = REVIEW},
        {.kind = EVENT_ISSUE_TAG, .time_us = MONDAY, .task = 1, .answer = (int32_t)loose, .stage = REVIEW},
        {.kind = EVENT_ISSUE_UNTAG, .time_us = MONDAY, .task = 1, .answer = (int32_t)loose, .stage = REVIEW},
        {.kind = EVENT_ISSUE_TAG,
         .time_us = MONDAY + DAY,
         .task = 1,
         .class = TEAM_BOX,
         .answer = (int32_t)blurred,
         .stage = ANNOTATE}};
    report_append(made, events, 4);
    assert_ok(annoproj_issue_tag_delete(made->host, loose, NULL, &error), error); /* past occurrences keep its name */
    char all[64], window[32], by_class[64];
    snprintf(all, sizeof all, "%lld,blurred,1\n%lld,loose,2\n", (long long)blurred, (long long)loose);
    snprintf(window, sizeof window, "%lld,loose,2\n", (long long)loose);
    snprintf(by_class, sizeof by_class, "%lld,blurred,1,Car,1\n%lld,loose,1,Car,1\n", (long long)blurred,
             (long long)loose);
    expect_report(made, TEAM_ADMIN, NULL, annoproj_query_issue_tags, all);
    expect_report(made, TEAM_ADMIN, NULL, annoproj_query_issue_tags_by_class, by_class);
    options.before_us = MONDAY + DAY;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_issue_tags, window);
    team_free(made);
}

/* --- collaborators' time ---- */

static void test_collaborator_time(void **state) {
    (void)state;
    team *made = fixture();
    annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
    expect_report(made, TEAM_ADMIN, NULL, annoproj_query_collaborator_time,
                  ",4,annotator@x.org,3600,0,0,3600\n,3,reviewer@x.org,0,7200,0,7200\n");
    options.bucket = ANNOPROJ_BUCKET_DAY;
    expect_report(made, TEAM_MANAGER, &options, annoproj_query_collaborator_time,
                  "2026-01-05T00:00:00.000000Z,4,annotator@x.org,3600,0,0,3600\n"
                  "2026-01-05T00:00:00.000000Z,3,reviewer@x.org,0,3600,0,3600\n"
                  "2026-01-06T00:00:00.000000Z,3,reviewer@x.org,0,3600,0,3600\n");
    team_free(made);
}

/* --- tasks ---- */

/* What the team's files are called, and the dataset: id, title. */
#define FILE_1 ",file0000000.jpg,image,1,Files,"
#define FILE_2 ",file0000001.jpg,image,1,Files,"
#define FILE_3 ",file0000002.jpg,image,1,Files,"
#define TASK_1 "4294967297"
#define TASK_2 "4294967298"
#define TASK_3 "4294967299"

static void test_task_performance(void **state) {
    (void)state;
    team *made = fixture();
    annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
    const int64_t people[] = {made->users[TEAM_REVIEWER]};
    expect_report(made, TEAM_ADMIN, NULL, annoproj_query_task_performance,
                  TASK_1 FILE_1 "10800,1,1,0\n" TASK_3 FILE_3 "0,0,0,1\n");
    options.unit = ANNOPROJ_LABEL_UNIT_FRAME;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_task_performance,
                  TASK_1 FILE_1 "10800,7,2,0\n" TASK_3 FILE_3 "0,0,0,1\n");
    options.collaborators = people;
    options.collaborator_count = 1;
    options.after_us = MONDAY + DAY;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_task_performance, TASK_1 FILE_1 "3600,4,2,0\n");
    team_free(made);
}

static void test_task_performance_by_stage(void **state) {
    (void)state;
    team *made = fixture();
    expect_report(made, TEAM_ADMIN, NULL, annoproj_query_task_performance_by_stage,
                  TASK_1 FILE_1 "4294967297,Annotate,3600,\"[\"\"annotator@x.org\"\"]\",1,0,0\n" TASK_1 FILE_1
                                "4294967298,Review,7200,\"[\"\"reviewer@x.org\"\"]\",0,1,0\n" TASK_2 FILE_2
                                "4294967297,Annotate,0,\"[\"\"both@x.org\"\"]\",0,0,0\n" TASK_3 FILE_3
                                "4294967297,Annotate,0,\"[\"\"both@x.org\"\"]\",0,0,1\n" TASK_3 FILE_3
                                "4294967299,Complete,0,\"[\"\"both@x.org\"\"]\",0,0,0\n");
    team_free(made);
}

/* So many that one thread reads them while another makes the rows: each task once, in order, with its own figures and title. */
static void test_many_tasks(void **state) {
    (void)state;
    enum { TASKS = 9000, EVENTS = 40000 };
    team *made = team_new(TASKS, "", "");
    annoproj_error *error = NULL;
    annoproj_query *query = NULL;
    annoproj_table *table = NULL;
    int64_t labels[TASKS + 1] = {0}, row = 0;
    event *events = calloc(EVENTS, sizeof *events);
    for (size_t i = 0; i < EVENTS; i++) {
        events[i] = (event){.kind = EVENT_LABEL_CREATE,
                            .time_us = MONDAY + (int64_t)i,
                            .actor = made->users[TEAM_ANNOTATOR],
                            .stage = ANNOTATE,
                            .task = 1 + (int64_t)random_below(TASKS) / 5 * 3,
                            .class = TEAM_BOX,
                            .frames = 1};
        labels[events[i].task]++;
    }
    report_append(made, events, EVENTS);
    assert_ok(annoproj_query_open(made->projects[TEAM_ADMIN], NULL, NULL, &query, &error), error);
    assert_ok(annoproj_query_task_performance(query, NULL, &table, &error), error);
    for (int64_t task = 1; task <= TASKS; task++) {
        char title[32];
        if (labels[task] == 0) {
            continue;
        }
        snprintf(title, sizeof title, "file%07lld.jpg", (long long)task - 1);
        assert_int_equal(annoproj_table_int64(table, row, 0), (made->annotate >> 32 << 32) + task);
        assert_string_equal(annoproj_table_text(table, row, 1), title);
        assert_string_equal(annoproj_table_text(table, row, 4), "Files");
        assert_int_equal(annoproj_table_int64(table, row, 6), labels[task]);
        row++;
    }
    assert_int_equal(annoproj_table_row_count(table), row);
    annoproj_table_free(table);
    annoproj_query_close(query);
    free(events);
    team_free(made);
}

/* --- filters ---- */

static void test_file_names(void **state) {
    (void)state;
    team *made = fixture();
    annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
    options.file_name = "[01]\\.j";
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_task_actions, ",1,1,1,0,0,0,0,0\n");
    options.file_name = "FILE0000000";
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_task_actions, ",0,0,0,0,0,0,0,0\n");
    options.file_name = "(?i)FILE0000000";
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_task_actions, ",1,0,1,0,0,0,0,0\n");
    options.file_name = ""; /* no filter */
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_task_actions, ",1,1,1,0,0,0,0,0\n");
    team_free(made);
}

static void test_sources(void **state) {
    (void)state;
    team *made = fixture();
    annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
    const int32_t agent[] = {ANNOPROJ_SOURCE_AGENT}, all[] = {ANNOPROJ_SOURCE_AGENT, ANNOPROJ_SOURCE_UI};
    options.sources = agent;
    options.source_count = 1;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_task_performance, TASK_3 FILE_3 "0,0,0,1\n");
    options.sources = all;
    options.source_count = 2;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_task_performance,
                  TASK_1 FILE_1 "10800,1,1,0\n" TASK_3 FILE_3 "0,0,0,1\n");
    team_free(made);
}

static void test_task_stages(void **state) {
    (void)state;
    team *made = fixture();
    annoproj_error *error = NULL;
    annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
    const int64_t complete[] = {made->complete}, annotate[] = {made->annotate};
    int64_t removed = 0;
    annoproj_task *first = team_task(made, TEAM_ADMIN, 0);
    assert_ok(annoproj_task_move(first, made->complete, NULL, &error), error);
    annoproj_task_close(first);
    options.task_stages = complete; /* where the task is now, wherever it happened */
    options.task_stage_count = 1;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_task_performance, TASK_1 FILE_1 "10800,1,1,0\n");
    options.task_stages = annotate;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_task_performance, TASK_3 FILE_3 "0,0,0,1\n");
    assert_ok(annoproj_project_detach_dataset(made->projects[TEAM_ADMIN], made->dataset, NULL, &removed, &error),
              error);
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_task_performance, ""); /* removed tasks are in no stage */
    options.task_stage_count = 0;
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_task_performance,
                  TASK_1 FILE_1 "10800,1,1,0\n" TASK_3 FILE_3 "0,0,0,1\n");
    team_free(made);
}

/* --- refusals ---- */

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
    const int64_t unknown[] = {999999};
    const int32_t sources[] = {ANNOPROJ_SOURCE_UI, ANNOPROJ_SOURCE_DEFAULT};
    annoproj_query_options options = none;
    options.file_name = "f[", refuse(made, &options, ANNOPROJ_INVALID), options = none;
    options.file_name = "\xff", refuse(made, &options, ANNOPROJ_INVALID), options = none;
    options.sources = sources, options.source_count = 2, refuse(made, &options, ANNOPROJ_INVALID), options = none;
    options.source_count = 1, refuse(made, &options, ANNOPROJ_INVALID), options = none;
    options.task_stages = unknown, options.task_stage_count = 1, refuse(made, &options, ANNOPROJ_NOT_FOUND);
    team_free(made);
}

/* An expression that takes for ever on a file name ends the report. */
static void test_slow_expression(void **state) {
    (void)state;
    team *made = team_new(1, "", "");
    annoproj_error *error = NULL;
    annoproj_query *query = NULL;
    annoproj_table *table = NULL;
    annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
    options.file_name = "^((.|..|...|.+)+)+[0-9]$";
    assert_ok(annoproj_query_open(made->projects[TEAM_ADMIN], &options, NULL, &query, &error), error);
    assert_status(ANNOPROJ_LIMIT, annoproj_query_task_actions(query, NULL, &table, &error), error);
    assert_null(table);
    annoproj_query_close(query);
    team_free(made);
}

static void test_rights(void **state) {
    (void)state;
    team *made = team_new(1, "", "");
    const report_fn reports[] = {annoproj_query_collaborator_time,   annoproj_query_issue_actions,
                                 annoproj_query_task_performance,    annoproj_query_task_performance_by_stage,
                                 annoproj_query_instance_statistics, annoproj_query_label_statistics,
                                 annoproj_query_label_ranges};
    for (enum member who = TEAM_REVIEWER; who < TEAM_SIZE; who++) {
        annoproj_error *error = NULL;
        annoproj_query *query = NULL;
        annoproj_table *table = NULL;
        assert_ok(annoproj_query_open(made->projects[who], NULL, NULL, &query, &error), error);
        for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++) {
            assert_status(ANNOPROJ_PERMISSION, reports[i](query, NULL, &table, &error), error);
            assert_null(table);
        }
        annoproj_query_close(query);
    }
    team_free(made);
}

/* --- the labels as they are ---- */

static void test_explore(void **state) {
    (void)state;
    team *made = team_new(2, "", "");
    annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
    char hash[16];
    annoproj_task *first = team_task(made, TEAM_ANNOTATOR, 0), *second = team_task(made, TEAM_ADMIN, 1);
    team_draw(made, first, "", 0.1, hash); /* drafts count */
    team_draw(made, second, "", 0.1, hash);
    team_draw(made, first, "", 0.2, hash);
    expect_report(made, TEAM_ADMIN, NULL, annoproj_query_instance_statistics,
                  "4294967297,file0000000.jpg,1,1,Car,2\n4294967298,file0000001.jpg,1,1,Car,1\n");
    expect_report(made, TEAM_ADMIN, NULL, annoproj_query_label_statistics,
                  "4294967297,file0000000.jpg,1,1,Car,,,,2\n4294967298,file0000001.jpg,1,1,Car,,,,1\n");
    options.file_name = "1\\.jpg";
    expect_report(made, TEAM_ADMIN, &options, annoproj_query_instance_statistics,
                  "4294967298,file0000001.jpg,1,1,Car,1\n");
    options.file_name = "0{7}";
    options.after_us = MONDAY; /* no events: the window says nothing */
    annoproj_error *error = NULL;
    annoproj_query *query = NULL;
    annoproj_table *table = NULL;
    assert_ok(annoproj_query_open(made->projects[TEAM_ADMIN], &options, NULL, &query, &error), error);
    assert_ok(annoproj_query_label_ranges(query, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 2);
    for (int64_t row = 0; row < 2; row++) { /* an image is one frame, and has no time */
        assert_int_equal(annoproj_table_int64(table, row, annoproj_table_column_index(table, "first_frame")), 0);
        assert_int_equal(annoproj_table_int64(table, row, annoproj_table_column_index(table, "last_frame")), 0);
        assert_true(annoproj_table_is_null(table, row, annoproj_table_column_index(table, "first_time")));
    }
    assert_string_equal(annoproj_table_text(table, 1, annoproj_table_column_index(table, "label")), hash);
    annoproj_table_free(table);
    annoproj_query_close(query);
    annoproj_task_close(second);
    annoproj_task_close(first);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_issue_example),    cmocka_unit_test(test_open_issues),
        cmocka_unit_test(test_issue_tags),       cmocka_unit_test(test_collaborator_time),
        cmocka_unit_test(test_task_performance), cmocka_unit_test(test_task_performance_by_stage),
        cmocka_unit_test(test_many_tasks),       cmocka_unit_test(test_file_names),
        cmocka_unit_test(test_sources),          cmocka_unit_test(test_task_stages),
        cmocka_unit_test(test_wrong_options),    cmocka_unit_test(test_slow_expression),
        cmocka_unit_test(test_rights),           cmocka_unit_test(test_explore),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
