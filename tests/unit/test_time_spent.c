/* Time spent: what is recorded of a report (behaviour §11), against a minute-by-minute model. */
#include "team.h"

#include <string.h>

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)

static int64_t report(annoproj_task *task, int64_t start, int64_t duration, annoproj_status expected) {
    annoproj_error *error = NULL;
    int64_t recorded = -1;
    assert_status(expected, annoproj_task_report_time(task, &start, &duration, 1, NULL, &recorded, &error), error);
    return recorded;
}

/* Lessons of peers 15 and 19: what two reports cover counts once, whoever reports it and how often. */
static void test_overlaps_count_once(void **state) {
    (void)state;
    team *made = team_new(2, "", "");
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0), *other = team_task(made, TEAM_ANNOTATOR, 1);
    int64_t base = made->now_us;
    made->now_us += 60 * MINUTE;
    assert_int_equal(report(task, base + 10 * MINUTE, 10 * MINUTE, ANNOPROJ_OK), 10 * MINUTE);
    assert_int_equal(report(task, base + 12 * MINUTE, 3 * MINUTE, ANNOPROJ_OK), 0);           /* contained */
    assert_int_equal(report(task, base + 20 * MINUTE, 5 * MINUTE, ANNOPROJ_OK), 5 * MINUTE);  /* touching */
    assert_int_equal(report(task, base + 5 * MINUTE, 30 * MINUTE, ANNOPROJ_OK), 15 * MINUTE); /* around both */
    assert_int_equal(report(other, base, 40 * MINUTE, ANNOPROJ_OK), 10 * MINUTE);             /* on any task */
    assert_int_equal(report(task, base + 50 * MINUTE, 0, ANNOPROJ_OK), 0);                    /* an instant */
    annoproj_task_close(task);
    annoproj_task_close(other);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

static void test_limits_of_a_report(void **state) {
    (void)state;
    team *made = team_new(1, "", "");
    annoproj_error *error = NULL;
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0), *host_task = NULL;
    int64_t recorded = 0, start = made->now_us, duration = SECOND, day = 86400 * SECOND;
    report(task, start, 5 * SECOND + 1, ANNOPROJ_INVALID);
    assert_int_equal(report(task, start, 5 * SECOND, ANNOPROJ_OK), 5 * SECOND);
    made->now_us += 31 * day;
    report(task, made->now_us - 30 * day - 1, SECOND, ANNOPROJ_INVALID);
    assert_int_equal(report(task, made->now_us - 30 * day, SECOND, ANNOPROJ_OK), SECOND);
    report(task, made->now_us, -1, ANNOPROJ_INVALID);
    assert_ok(annoproj_task_open(made->host_project, made->first_task, NULL, &host_task, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_task_report_time(host_task, &start, &duration, 1, NULL, &recorded, &error),
                  error);
    assert_status(ANNOPROJ_INVALID, annoproj_task_report_time(task, NULL, NULL, 1, NULL, &recorded, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_task_report_time(task, &start, &duration, 1, NULL, NULL, &error), error);
    annoproj_task_close(host_task);
    annoproj_task_close(task);
    team_free(made);
}

static void test_time_before_the_task_is_dropped(void **state) {
    (void)state;
    team *made = team_new(1, "", "");
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0);
    int64_t entered = made->now_us;
    made->now_us += 10 * MINUTE;
    assert_int_equal(report(task, entered - 5 * MINUTE, 8 * MINUTE, ANNOPROJ_OK), 3 * MINUTE);
    annoproj_task_close(task);
    team_free(made);
}

static void test_a_stay_ends_what_counts(void **state) {
    (void)state;
    team *made = team_new(1, "", "");
    annoproj_error *error = NULL;
    annoproj_task *task = team_task(made, TEAM_MANAGER, 0);
    int64_t entered = made->now_us;
    made->now_us += 10 * MINUTE;
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    made->now_us += 10 * MINUTE;
    /* Began in annotate, went on after the submit: only the part before it. */
    assert_int_equal(report(task, entered + 5 * MINUTE, 10 * MINUTE, ANNOPROJ_OK), 5 * MINUTE);
    /* What was dropped is not covered: the review may claim it. */
    assert_int_equal(report(task, entered + 10 * MINUTE, 5 * MINUTE, ANNOPROJ_OK), 5 * MINUTE);
    annoproj_task_close(task);
    team_free(made);
}

static void test_heartbeats(void **state) {
    (void)state;
    team *made = team_new(1, "", "");
    annoproj_error *error = NULL;
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0);
    const int64_t gaps[] = {0, 59 * SECOND, 60 * SECOND, 61 * SECOND, 500 * SECOND};
    const int64_t expected[] = {0, 59 * SECOND, 60 * SECOND, 60 * SECOND, 60 * SECOND};
    for (size_t i = 0; i < 5; i++) {
        int64_t recorded = -1;
        made->now_us += gaps[i];
        assert_ok(annoproj_task_heartbeat(task, 0, NULL, &recorded, &error), error);
        assert_int_equal(recorded, expected[i]);
    }
    annoproj_task_close(task);
    team_free(made);
}

/* A beat adds what follows the one before it, up to the idle limit, and of that only what lies before the task left its stage. */
static void test_heartbeat_after_the_submit(void **state) {
    (void)state;
    team *made = team_new(1, "", "");
    annoproj_error *error = NULL;
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0);
    int64_t recorded = -1;
    assert_ok(annoproj_task_heartbeat(task, 0, NULL, &recorded, &error), error);
    made->now_us += 20 * SECOND;
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    made->now_us += 20 * SECOND;
    assert_ok(annoproj_task_heartbeat(task, 0, NULL, &recorded, &error), error);
    assert_int_equal(recorded, 20 * SECOND);
    annoproj_task_close(task);
    team_free(made);
}

/* A beat from before the task was there begins what counts from then on. */
static void test_heartbeat_before_the_task(void **state) {
    (void)state;
    team *made = team_new(1, "", "");
    annoproj_error *error = NULL;
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0);
    int64_t recorded = -1, came = made->now_us;
    made->now_us += 20 * SECOND;
    assert_ok(annoproj_task_heartbeat(task, came - 10 * SECOND, NULL, &recorded, &error), error);
    assert_int_equal(recorded, 0);
    assert_ok(annoproj_task_heartbeat(task, came + 15 * SECOND, NULL, &recorded, &error), error);
    assert_int_equal(recorded, 15 * SECOND);
    annoproj_task_close(task);
    team_free(made);
}

/* Whoever sent a task on reports what it took them, however far it has gone since; who did not has no business there. */
static void test_time_reported_late(void **state) {
    (void)state;
    team *made = team_new(1, "", "\"strict_review\": false");
    annoproj_error *error = NULL;
    annoproj_task *annotator = team_task(made, TEAM_ANNOTATOR, 0), *other = team_task(made, TEAM_BOTH, 0),
                  *reviewer = NULL;
    int64_t base = made->now_us, user = 0;
    made->now_us += 10 * MINUTE;
    assert_ok(annoproj_task_submit(annotator, NULL, NULL, &error), error);
    reviewer = team_task(made, TEAM_REVIEWER, 0);
    made->now_us += 10 * MINUTE;
    assert_ok(annoproj_task_reject(reviewer, NULL, NULL, &error), error);
    assert_ok(annoproj_task_submit(annotator, NULL, NULL, &error), error);
    assert_ok(annoproj_task_approve(other, NULL, NULL, &error), error); /* it is done now */
    report(reviewer, base + 15 * MINUTE, 20 * MINUTE, ANNOPROJ_INVALID);
    assert_int_equal(report(reviewer, base + 15 * MINUTE, 5 * MINUTE, ANNOPROJ_OK), 5 * MINUTE);
    assert_int_equal(report(annotator, base, 15 * MINUTE, ANNOPROJ_OK), 10 * MINUTE);
    annoproj_session *stranger = team_add(made, "stranger@x.org", ANNOPROJ_ROLE_ANNOTATOR, &user);
    annoproj_project *project = NULL;
    annoproj_task *seen = NULL;
    assert_ok(annoproj_project_open(stranger, made->project, NULL, &project, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_task_open(project, made->first_task, NULL, &seen, &error), error);
    annoproj_project_close(project);
    annoproj_session_close(stranger);
    annoproj_task_close(annotator);
    annoproj_task_close(other);
    annoproj_task_close(reviewer);
    team_free(made);
}

/* Whoever had a task that a manager sent on reports the time it took as well. */
static void test_time_on_what_was_taken_away(void **state) {
    (void)state;
    team *made = team_new(2, "", "");
    annoproj_error *error = NULL;
    annoproj_task *moved = team_task(made, TEAM_ANNOTATOR, 0), *submitted = team_task(made, TEAM_ANNOTATOR, 1),
                  *manager = team_task(made, TEAM_MANAGER, 0);
    int64_t base = made->now_us;
    assert_ok(annoproj_task_initiate(moved, NULL, &error), error);
    assert_ok(annoproj_task_initiate(submitted, NULL, &error), error);
    made->now_us += 10 * MINUTE;
    assert_ok(annoproj_task_move(manager, made->complete, NULL, &error), error);
    annoproj_task_close(manager);
    manager = team_task(made, TEAM_MANAGER, 1);
    assert_ok(annoproj_task_submit(manager, NULL, NULL, &error), error);
    made->now_us += 10 * MINUTE;
    assert_int_equal(report(moved, base, 9 * MINUTE, ANNOPROJ_OK), 9 * MINUTE);
    assert_int_equal(report(submitted, base + 9 * MINUTE, 9 * MINUTE, ANNOPROJ_OK), MINUTE);
    /* And who sent it on, also when they manage nothing any more. */
    assert_ok(annoproj_collaborator_set_role(made->projects[TEAM_ADMIN], made->users[TEAM_MANAGER],
                                             ANNOPROJ_ROLE_ANNOTATOR, NULL, &error),
              error);
    assert_int_equal(report(manager, base, 5 * MINUTE, ANNOPROJ_OK), 5 * MINUTE);
    annoproj_task_close(moved);
    annoproj_task_close(submitted);
    annoproj_task_close(manager);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* What lay between leaving and coming back is nobody's time. */
static void test_heartbeat_after_a_return(void **state) {
    (void)state;
    team *made = team_new(1, "", "");
    annoproj_error *error = NULL;
    annoproj_review_options options = ANNOPROJ_REVIEW_OPTIONS_INIT;
    annoproj_task *task = team_task(made, TEAM_MANAGER, 0);
    int64_t recorded = -1;
    assert_ok(annoproj_task_heartbeat(task, 0, NULL, &recorded, &error), error);
    made->now_us += 30 * SECOND;
    assert_ok(annoproj_task_heartbeat(task, 0, NULL, &recorded, &error), error);
    assert_int_equal(recorded, 30 * SECOND);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    made->now_us += 500 * SECOND;
    options.comment = "again";
    assert_ok(annoproj_task_reject(task, &options, NULL, &error), error);
    assert_ok(annoproj_task_heartbeat(task, 0, NULL, &recorded, &error), error);
    assert_int_equal(recorded, 0);
    annoproj_task_close(task);
    team_free(made);
}

/* Random reports of one user on several tasks: the sum of what is recorded is the measure of the union. */
static void test_union_of_random_reports(void **state) {
    (void)state;
    static bool covered[3 * 24 * 60];
    team *made = team_new(3, "", "");
    annoproj_task *tasks[3];
    int64_t base = made->now_us, recorded = 0, expected = 0;
    for (int i = 0; i < 3; i++)
        tasks[i] = team_task(made, TEAM_ANNOTATOR, i);
    made->now_us += (int64_t)sizeof covered * MINUTE;
    for (int i = 0; i < 300; i++) {
        size_t from = random_below(sizeof covered), length = random_below(90);
        if (from + length > sizeof covered)
            length = sizeof covered - from;
        recorded += report(tasks[random_below(3)], base + (int64_t)from * MINUTE, (int64_t)length * MINUTE,
                           ANNOPROJ_OK);
        memset(covered + from, 1, length);
    }
    for (size_t i = 0; i < sizeof covered; i++)
        expected += covered[i] ? MINUTE : 0;
    assert_int_equal(recorded, expected);
    for (int i = 0; i < 3; i++)
        annoproj_task_close(tasks[i]);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* What is too old and which gaps count is the project's to say, from then on: what was recorded stays. */
/* Lesson of peers 14: a gap counts up to the limit, it does not drop to nothing; the limit is a setting and past pieces keep theirs. */
static void test_limits_are_settings(void **state) {
    (void)state;
    static const struct {
        int64_t gap, recorded;
    } beats[] = {
        {0, 0}, {10 * SECOND - 1, 10 * SECOND - 1}, {10 * SECOND, 10 * SECOND}, {10 * SECOND + 1, 10 * SECOND}};
    team *made = team_new(1, "", "");
    annoproj_error *error = NULL;
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0);
    const int64_t hour = 3600 * SECOND;
    int64_t sum = 0, recorded = 0;
    made->now_us += 5 * hour;
    assert_int_equal(report(task, made->now_us - 2 * hour, SECOND, ANNOPROJ_OK), SECOND);
    assert_ok(
        annoproj_project_setting_set(made->projects[TEAM_ADMIN], ANNOPROJ_SETTING_TIME_WINDOW_US, hour, NULL, &error),
        error);
    report(task, made->now_us - hour - 1, SECOND, ANNOPROJ_INVALID);
    assert_int_equal(report(task, made->now_us - hour, SECOND, ANNOPROJ_OK), SECOND);
    assert_ok(annoproj_project_setting_set(made->projects[TEAM_ADMIN], ANNOPROJ_SETTING_IDLE_LIMIT_US, 10 * SECOND,
                                           NULL, &error),
              error);
    for (size_t i = 0; i < sizeof beats / sizeof beats[0]; i++) {
        made->now_us += beats[i].gap;
        assert_ok(annoproj_task_heartbeat(task, 0, NULL, &recorded, &error), error);
        assert_int_equal(recorded, beats[i].recorded);
        sum += recorded;
    }
    assert_ok(
        annoproj_project_setting_set(made->projects[TEAM_ADMIN], ANNOPROJ_SETTING_IDLE_LIMIT_US, SECOND, NULL, &error),
        error);
    annoproj_table *overview = NULL;
    assert_ok(annoproj_project_overview(made->projects[TEAM_ADMIN], NULL, &overview, &error), error);
    assert_int_equal(annoproj_table_int64(overview, 0, annoproj_table_column_index(overview, "time_spent")),
                     (2 * SECOND + sum + SECOND / 2) / SECOND);
    annoproj_table_free(overview);
    annoproj_task_close(task);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_overlaps_count_once),
        cmocka_unit_test(test_limits_of_a_report),
        cmocka_unit_test(test_time_before_the_task_is_dropped),
        cmocka_unit_test(test_a_stay_ends_what_counts),
        cmocka_unit_test(test_heartbeats),
        cmocka_unit_test(test_heartbeat_after_the_submit),
        cmocka_unit_test(test_heartbeat_before_the_task),
        cmocka_unit_test(test_time_reported_late),
        cmocka_unit_test(test_time_on_what_was_taken_away),
        cmocka_unit_test(test_heartbeat_after_a_return),
        cmocka_unit_test(test_union_of_random_reports),
        cmocka_unit_test(test_limits_are_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
