/* Assignments that lapse (behaviour §8): assignment_ttl counts from the last sign of work, of self-taken assignments only; the
 * next write that meets it finds it. */
#include "team.h"

#include <stdio.h>
#include <string.h>

#define SECOND INT64_C(1000000)
#define TTL    3600 /* seconds */

static team *new_team(int64_t tasks) {
    char settings[64];
    snprintf(settings, sizeof settings, "\"assignment_ttl\": %d", TTL);
    return team_new(tasks, settings, settings);
}

static void later(team *made, int64_t seconds) {
    made->now_us += seconds * SECOND;
}

static annoproj_status act(team *made, enum member who, int64_t number, char what) {
    annoproj_error *error = NULL;
    annoproj_task *task = NULL;
    int64_t id = 0, now = 0, zero = 0;
    annoproj_review_options review = ANNOPROJ_REVIEW_OPTIONS_INIT;
    review.comment = "again";
    annoproj_status status = annoproj_task_open(made->projects[who], made->first_task + number, NULL, &task, &error);
    now = made->now_us;
    if (status == ANNOPROJ_OK)
        status = what == 'i'   ? annoproj_task_initiate(task, NULL, &error)
                 : what == 's' ? annoproj_task_submit(task, NULL, NULL, &error)
                 : what == 'k' ? annoproj_task_skip(task, NULL, &error)
                 : what == 'r' ? annoproj_task_release(task, NULL, &error)
                 : what == 'j' ? annoproj_task_reject(task, &review, NULL, &error)
                 : what == 't' ? annoproj_task_report_time(task, &now, &zero, 1, NULL, &id, &error)
                 : what == 'h' ? annoproj_task_heartbeat(task, 0, NULL, &id, &error)
                 : what == 'p' ? annoproj_task_set_priority(task, 60, NULL, &error)
                 : what == 'c' ? annoproj_issue_create(task, "look here", NULL, NULL, &id, &error)
                               : ANNOPROJ_INTERNAL;
    annoproj_task_close(task);
    annoproj_error_free(error);
    return status;
}

static void draw(team *made, enum member who, int64_t number) {
    char hash[16];
    annoproj_task *task = team_task(made, who, number);
    team_draw(made, task, "", 10, hash);
    annoproj_task_close(task);
}

/* Start by a member; the task's number, or minus the reason. */
static int64_t start(team *made, enum member who, const char *key) {
    annoproj_stage *stage = NULL;
    annoproj_task *task = NULL;
    annoproj_error *error = NULL;
    annoproj_queue_reason reason = 0;
    assert_ok(annoproj_stage_open(made->projects[who], key, NULL, &stage, &error), error);
    annoproj_status status = annoproj_stage_start_next(stage, NULL, NULL, &task, &reason, &error);
    assert_true(status == ANNOPROJ_OK || status == ANNOPROJ_NONE);
    int64_t got = status == ANNOPROJ_OK ? annoproj_task_id(task) - made->first_task : -reason;
    annoproj_task_close(task);
    annoproj_stage_close(stage);
    return got;
}

static void expect(team *made, int64_t number, int64_t assignee, const char *derived) {
    char word[64];
    annoproj_task *task = team_task(made, TEAM_ADMIN, number);
    assert_int_equal(team_cell(task, "assignee"), assignee == 0 ? INT64_MIN : assignee);
    assert_string_equal(team_word(task, "derived_status", word), derived);
    annoproj_task_close(task);
}

static int64_t lapses(team *made) {
    return team_events(made, "task_lapse", NULL);
}

static void end(team *made) {
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* A release by somebody else meets it as well: what has lapsed is unassigned, and to release that is fine. */
static void test_release_of_what_has_lapsed(void **state) {
    (void)state;
    team *made = new_team(2);
    annoproj_error *error = NULL;
    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 'i'), ANNOPROJ_OK);
    assert_int_equal(act(made, TEAM_ANNOTATOR, 1, 'i'), ANNOPROJ_OK);
    assert_int_equal(act(made, TEAM_BOTH, 0, 'r'), ANNOPROJ_PERMISSION);
    later(made, TTL);
    assert_int_equal(act(made, TEAM_BOTH, 0, 'r'), ANNOPROJ_OK);
    expect(made, 0, 0, "released");
    assert_int_equal(lapses(made), 1);
    /* Also where one may not release: it is not theirs any more. */
    assert_ok(annoproj_project_setting_set(made->projects[TEAM_ADMIN], ANNOPROJ_SETTING_SELF_RELEASE, 0, NULL, &error),
              error);
    assert_int_equal(act(made, TEAM_ANNOTATOR, 1, 'r'), ANNOPROJ_OK);
    expect(made, 1, 0, "released");
    assert_int_equal(lapses(made), 2);
    assert_int_equal(team_events(made, "task_release", NULL), 0);
    end(made);
}

/* The start of anybody finds it; until then lists show the former assignee. */
static void test_start_finds_what_has_lapsed(void **state) {
    (void)state;
    team *made = new_team(1);
    int64_t credited = 0;
    assert_int_equal(start(made, TEAM_ANNOTATOR, "annotate"), 0);
    draw(made, TEAM_ANNOTATOR, 0);
    later(made, TTL - 1);
    assert_int_equal(start(made, TEAM_BOTH, "annotate"), -ANNOPROJ_QUEUE_ALL_ASSIGNED);
    assert_int_equal(lapses(made), 0);
    later(made, 1);
    expect(made, 0, made->users[TEAM_ANNOTATOR], "assigned");
    assert_int_equal(start(made, TEAM_BOTH, "annotate"), 0);
    expect(made, 0, made->users[TEAM_BOTH], "assigned");
    assert_int_equal(team_events(made, "task_lapse", &credited), 1);
    assert_int_equal(credited, made->users[TEAM_ANNOTATOR]);
    annoproj_task *task = team_task(made, TEAM_BOTH, 0);
    assert_int_equal(team_cell(task, "version"), 1); /* the draft is there */
    annoproj_task_close(task);
    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 's'), ANNOPROJ_CONFLICT);
    end(made);
}

/* A start that finds lapses and no task for its user keeps them found. */
static void test_a_start_that_finds_nothing_else(void **state) {
    (void)state;
    team *made = new_team(1);
    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 'k'), ANNOPROJ_OK);
    assert_int_equal(act(made, TEAM_BOTH, 0, 'i'), ANNOPROJ_OK);
    later(made, TTL);
    assert_int_equal(start(made, TEAM_ANNOTATOR, "annotate"), -ANNOPROJ_QUEUE_ONLY_SKIPPED);
    assert_int_equal(lapses(made), 1);
    expect(made, 0, 0, "skipped");
    end(made);
}

/* Each sign of work begins the time anew; the signs of others do not. */
static void test_signs_of_work(void **state) {
    (void)state;
    static const char signs[] = "ithcd";
    for (size_t i = 0; i < sizeof signs - 1; i++) {
        team *made = new_team(1);
        assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 'i'), ANNOPROJ_OK);
        later(made, TTL - 1);
        if (signs[i] == 'd')
            draw(made, TEAM_ANNOTATOR, 0);
        else
            assert_int_equal(act(made, TEAM_ANNOTATOR, 0, signs[i]), ANNOPROJ_OK);
        later(made, TTL - 1);
        assert_int_equal(act(made, TEAM_MANAGER, 0, 'c'), ANNOPROJ_OK);
        assert_int_equal(start(made, TEAM_BOTH, "annotate"), -ANNOPROJ_QUEUE_ALL_ASSIGNED);
        later(made, 1);
        assert_int_equal(start(made, TEAM_BOTH, "annotate"), 0);
        assert_int_equal(lapses(made), 1);
        end(made);
    }
}

/* Starting one's own task again is one, too. */
static void test_start_of_ones_own(void **state) {
    (void)state;
    team *made = new_team(1);
    assert_int_equal(start(made, TEAM_ANNOTATOR, "annotate"), 0);
    later(made, TTL - 1);
    assert_int_equal(start(made, TEAM_ANNOTATOR, "annotate"), 0);
    later(made, TTL - 1);
    assert_int_equal(start(made, TEAM_BOTH, "annotate"), -ANNOPROJ_QUEUE_ALL_ASSIGNED);
    end(made);
}

/* Time counts where the work was: a report of work that began in time shows that nothing lapsed; one of work long past does not
 * bring the task back. */
static void test_reports_of_time_that_come_late(void **state) {
    (void)state;
    team *made = new_team(2);
    annoproj_error *error = NULL;
    int64_t recorded = 0;
    for (int i = 0; i < 2; i++)
        assert_int_equal(act(made, TEAM_ANNOTATOR, i, 'i'), ANNOPROJ_OK);
    const int64_t began = made->now_us, durations[] = {(TTL + 600) * SECOND, 60 * SECOND};
    later(made, 2 * TTL);
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0);
    assert_ok(annoproj_task_report_time(task, &began, &durations[0], 1, NULL, &recorded, &error), error);
    annoproj_task_close(task);
    assert_int_equal(lapses(made), 0);
    expect(made, 0, made->users[TEAM_ANNOTATOR], "assigned");
    task = team_task(made, TEAM_ANNOTATOR, 1);
    assert_ok(annoproj_task_report_time(task, &began, &durations[1], 1, NULL, &recorded, &error), error);
    annoproj_task_close(task);
    assert_int_equal(lapses(made), 1);
    expect(made, 1, 0, "released");
    later(made, 599);
    assert_int_equal(start(made, TEAM_BOTH, "annotate"), 1);
    later(made, 1);
    assert_int_equal(act(made, TEAM_BOTH, 0, 'i'), ANNOPROJ_OK); /* the first one's time is over now */
    assert_int_equal(lapses(made), 2);
    end(made);
}

/* Whatever the former assignee does late takes the task again while it is free. */
static void test_late_actions(void **state) {
    (void)state;
    static const char actions[] = "iskthcd";
    for (size_t i = 0; i < sizeof actions - 1; i++) {
        for (int found = 0; found < 2; found++) { /* the lapse was found before, or the action finds it */
            team *made = new_team(1);
            assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 'i'), ANNOPROJ_OK);
            later(made, TTL);
            if (found)
                assert_int_equal(act(made, TEAM_MANAGER, 0, 'p'), ANNOPROJ_OK);
            assert_int_equal(lapses(made), found);
            if (actions[i] == 'd')
                draw(made, TEAM_ANNOTATOR, 0);
            else
                assert_int_equal(act(made, TEAM_ANNOTATOR, 0, actions[i]), ANNOPROJ_OK);
            assert_int_equal(lapses(made), 1);
            bool takes = !found || strchr("isd", actions[i]) || actions[i] == 'k';
            assert_int_equal(team_events(made, "task_assign", NULL), takes ? 2 : 1);
            if (strchr("id", actions[i]))
                expect(made, 0, made->users[TEAM_ANNOTATOR], "assigned");
            end(made);
        }
    }
}

/* Everybody else meets it as a task that nobody has. */
static void test_others_meet_it_as_free(void **state) {
    (void)state;
    static const char actions[] = "isk";
    for (size_t i = 0; i < sizeof actions - 1; i++) {
        team *made = new_team(1);
        assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 'i'), ANNOPROJ_OK);
        assert_int_equal(act(made, TEAM_BOTH, 0, actions[i]), ANNOPROJ_CONFLICT);
        later(made, TTL);
        assert_int_equal(act(made, TEAM_BOTH, 0, actions[i]), ANNOPROJ_OK);
        assert_int_equal(lapses(made), 1);
        end(made);
    }
    team *made = new_team(3);
    annoproj_error *error = NULL;
    annoproj_table *outcomes = NULL;
    for (int i = 0; i < 3; i++)
        assert_int_equal(act(made, TEAM_ANNOTATOR, i, 'i'), ANNOPROJ_OK);
    later(made, TTL);
    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 'r'), ANNOPROJ_OK); /* a lapse, not a release */
    assert_int_equal(team_events(made, "task_release", NULL), 0);
    expect(made, 0, 0, "released");
    /* In bulk, with a refusal: done is complete already. */
    const int64_t tasks[] = {made->first_task + 1, made->first_task + 2};
    assert_ok(annoproj_tasks_move(made->projects[TEAM_ADMIN], tasks, 1, made->complete, false, NULL, &outcomes, &error),
              error);
    annoproj_table_free(outcomes);
    assert_int_equal(lapses(made), 2);
    assert_ok(annoproj_tasks_set_priority(made->projects[TEAM_ADMIN], tasks, 2, 70, false, NULL, &outcomes, &error),
              error);
    assert_int_equal(annoproj_table_int64(outcomes, 0, 1), ANNOPROJ_STATE);
    assert_int_equal(annoproj_table_int64(outcomes, 1, 1), ANNOPROJ_OK);
    annoproj_table_free(outcomes);
    assert_int_equal(lapses(made), 3);
    expect(made, 2, 0, "released");
    end(made);
    made = new_team(1); /* giving back what nobody has is OK for everybody who sees it */
    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 'i'), ANNOPROJ_OK);
    assert_int_equal(act(made, TEAM_BOTH, 0, 'r'), ANNOPROJ_PERMISSION);
    later(made, TTL);
    assert_int_equal(act(made, TEAM_BOTH, 0, 'r'), ANNOPROJ_OK);
    assert_int_equal(lapses(made), 1);
    expect(made, 0, 0, "released");
    end(made);
}

/* What is refused finds nothing: nothing is changed. */
static void test_a_refusal_logs_nothing(void **state) {
    (void)state;
    team *made = new_team(1);
    annoproj_error *error = NULL;
    annoproj_table *outcomes = NULL;
    int64_t task = made->first_task;
    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 'i'), ANNOPROJ_OK);
    later(made, TTL);
    annoproj_task *one = team_task(made, TEAM_MANAGER, 0);
    assert_status(ANNOPROJ_INVALID, annoproj_task_assign(one, made->users[TEAM_REVIEWER], NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_task_approve(one, NULL, NULL, &error), error);
    annoproj_task_close(one);
    assert_ok(annoproj_tasks_assign(made->projects[TEAM_ADMIN], &task, 1, made->users[TEAM_REVIEWER], false, NULL,
                                    &outcomes, &error),
              error);
    assert_int_equal(annoproj_table_int64(outcomes, 0, 1), ANNOPROJ_INVALID);
    annoproj_table_free(outcomes);
    assert_int_equal(lapses(made), 0);
    expect(made, 0, made->users[TEAM_ANNOTATOR], "assigned");
    /* Assigned, even to the same user, it is a manager's assignment and lapses no more. */
    one = team_task(made, TEAM_MANAGER, 0);
    assert_ok(annoproj_task_assign(one, made->users[TEAM_ANNOTATOR], NULL, &error), error);
    annoproj_task_close(one);
    assert_int_equal(lapses(made), 1);
    later(made, 10 * TTL);
    assert_int_equal(start(made, TEAM_BOTH, "annotate"), -ANNOPROJ_QUEUE_ALL_ASSIGNED);
    end(made);
}

/* Only what users took themselves: not what a manager assigned, nor what a reject returned. */
static void test_only_what_users_took_themselves(void **state) {
    (void)state;
    team *made = new_team(2);
    annoproj_error *error = NULL;
    annoproj_task *task = team_task(made, TEAM_MANAGER, 0);
    assert_ok(annoproj_task_assign(task, made->users[TEAM_ANNOTATOR], NULL, &error), error);
    annoproj_task_close(task);
    assert_int_equal(act(made, TEAM_ANNOTATOR, 1, 's'), ANNOPROJ_OK);
    assert_int_equal(act(made, TEAM_REVIEWER, 1, 'j'), ANNOPROJ_OK);
    later(made, 2 * TTL);
    assert_int_equal(start(made, TEAM_BOTH, "annotate"), -ANNOPROJ_QUEUE_ALL_ASSIGNED);
    expect(made, 0, made->users[TEAM_ANNOTATOR], "assigned");
    expect(made, 1, made->users[TEAM_ANNOTATOR], "reopened");
    assert_int_equal(lapses(made), 0);
    end(made);
}

static void set_ttl(team *made, const char *settings) {
    char flow[1024];
    annoproj_error *error = NULL;
    snprintf(flow, sizeof flow,
             "{\"start\":\"annotate\",\"stages\":["
             "{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"settings\":{%s},\"edges\":{\"submit\":\"review\"}},"
             "{\"key\":\"review\",\"type\":\"REVIEW\",\"edges\":{\"approve\":\"complete\",\"reject\":\"annotate\"}},"
             "{\"key\":\"complete\",\"type\":\"DONE\"}]}",
             settings);
    assert_ok(annoproj_workflow_update(made->projects[TEAM_ADMIN], flow, NULL, &error), error);
}

/* Another time holds at once, for what is assigned already; where there was none before, it counts from the edit. */
static void test_live_edits(void **state) {
    (void)state;
    team *made = team_new(2, "", "");
    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 'i'), ANNOPROJ_OK);
    later(made, 1000);
    set_ttl(made, "\"assignment_ttl\": 600");
    assert_int_equal(team_differences(made), 0);
    later(made, 599);
    assert_int_equal(act(made, TEAM_BOTH, 0, 'i'), ANNOPROJ_CONFLICT);
    set_ttl(made, "\"assignment_ttl\": 1200"); /* longer */
    later(made, 600);
    assert_int_equal(act(made, TEAM_BOTH, 0, 'i'), ANNOPROJ_CONFLICT);
    set_ttl(made, "\"assignment_ttl\": 1199"); /* shorter: over */
    assert_int_equal(act(made, TEAM_BOTH, 0, 'i'), ANNOPROJ_OK);
    set_ttl(made, "");
    assert_int_equal(team_differences(made), 0);
    later(made, 100000);
    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 'i'), ANNOPROJ_CONFLICT);
    assert_int_equal(lapses(made), 1);
    end(made);
}

/* Data that was detached and attached again comes back assigned; the time counts from then, by the setting of then. */
static void test_detached_tasks(void **state) {
    (void)state;
    team *made = team_new(2, "", "");
    annoproj_error *error = NULL;
    int64_t tasks = 0;
    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 'i'), ANNOPROJ_OK);
    assert_ok(annoproj_project_detach_dataset(made->host_project, made->dataset, NULL, &tasks, &error), error);
    set_ttl(made, "\"assignment_ttl\": 600");
    later(made, 1000);
    assert_ok(annoproj_project_attach_dataset(made->host_project, made->dataset, NULL, &tasks, &error), error);
    assert_int_equal(team_differences(made), 0);
    later(made, 599);
    assert_int_equal(act(made, TEAM_BOTH, 0, 'i'), ANNOPROJ_CONFLICT);
    later(made, 1);
    assert_int_equal(act(made, TEAM_BOTH, 0, 'i'), ANNOPROJ_OK);
    end(made);
}

/* While the project is paused what somebody had stays open to drafts: nothing in progress is lost. */
static void test_paused_project(void **state) {
    (void)state;
    team *made = new_team(1);
    annoproj_error *error = NULL;
    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 'i'), ANNOPROJ_OK);
    assert_ok(annoproj_project_set_status(made->host_project, ANNOPROJ_PROJECT_PAUSED, NULL, &error), error);
    later(made, 2 * TTL);
    draw(made, TEAM_ANNOTATOR, 0);
    expect(made, 0, made->users[TEAM_ANNOTATOR], "assigned");
    assert_int_equal(lapses(made), 1);
    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 's'), ANNOPROJ_STATE);
    end(made);
}

/* Many at once: one start finds a thousand, the next ones the others. */
static void test_many_at_once(void **state) {
    (void)state;
    team *made = new_team(1100);
    for (int i = 0; i < 1100; i++)
        assert_int_equal(act(made, TEAM_ANNOTATOR, i, 'i'), ANNOPROJ_OK);
    later(made, TTL);
    assert_int_equal(start(made, TEAM_BOTH, "annotate"), 0);
    assert_int_equal(lapses(made), 1000);
    assert_int_equal(start(made, TEAM_MANAGER, "annotate"), 1);
    assert_int_equal(lapses(made), 1100);
    assert_int_equal(start(made, TEAM_ANNOTATOR, "annotate"), 2);
    end(made);
}

int main(void) {
    scratch_in_memory();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start_finds_what_has_lapsed),
        cmocka_unit_test(test_release_of_what_has_lapsed),
        cmocka_unit_test(test_a_start_that_finds_nothing_else),
        cmocka_unit_test(test_signs_of_work),
        cmocka_unit_test(test_start_of_ones_own),
        cmocka_unit_test(test_reports_of_time_that_come_late),
        cmocka_unit_test(test_late_actions),
        cmocka_unit_test(test_others_meet_it_as_free),
        cmocka_unit_test(test_a_refusal_logs_nothing),
        cmocka_unit_test(test_only_what_users_took_themselves),
        cmocka_unit_test(test_live_edits),
        cmocka_unit_test(test_detached_tasks),
        cmocka_unit_test(test_paused_project),
        cmocka_unit_test(test_many_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
