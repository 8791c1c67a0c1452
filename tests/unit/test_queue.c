/* The queue: order, reasons, skips, rules (behaviour §8). */
#include "team.h"

#include <stdlib.h>
#include <string.h>

typedef struct taken {
    int64_t task;
    annoproj_queue_reason reason;
    annoproj_status status;
} taken;

static taken start(annoproj_session *session, team *made, const char *stage_key, bool include_skipped) {
    taken got = {0};
    annoproj_project *project = NULL;
    annoproj_stage *stage = NULL;
    annoproj_task *task = NULL;
    annoproj_error *error = NULL;
    annoproj_start_options options = ANNOPROJ_START_OPTIONS_INIT;
    options.include_skipped = include_skipped;
    assert_ok(annoproj_project_open(session, made->project, NULL, &project, &error), error);
    assert_ok(annoproj_stage_open(project, stage_key, NULL, &stage, &error), error);
    got.status = annoproj_stage_start_next(stage, &options, NULL, &task, &got.reason, &error);
    assert_true(got.status == ANNOPROJ_OK || got.status == ANNOPROJ_NONE || error != NULL);
    got.task = annoproj_task_id(task);
    annoproj_error_free(error);
    annoproj_task_close(task);
    annoproj_stage_close(stage);
    annoproj_project_close(project);
    return got;
}

static void act(team *made, enum member who, int64_t number, char what) {
    annoproj_error *error = NULL;
    annoproj_task *task = team_task(made, who, number);
    if (what == 's')
        assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    if (what == 'k')
        assert_ok(annoproj_task_skip(task, NULL, &error), error);
    if (what == 'i')
        assert_ok(annoproj_task_initiate(task, NULL, &error), error);
    if (what == 'r')
        assert_ok(annoproj_task_release(task, NULL, &error), error);
    annoproj_task_close(task);
}

static void set_priority(team *made, int64_t number, int32_t priority) {
    annoproj_error *error = NULL;
    annoproj_task *task = team_task(made, TEAM_MANAGER, number);
    assert_ok(annoproj_task_set_priority(task, priority, NULL, &error), error);
    annoproj_task_close(task);
}

static void assign(team *made, int64_t number, int64_t user, annoproj_status expected) {
    annoproj_error *error = NULL;
    annoproj_task *task = team_task(made, TEAM_MANAGER, number);
    assert_status(expected, annoproj_task_assign(task, user, NULL, &error), error);
    annoproj_task_close(task);
}

static void test_order_is_priority_own_entered_id(void **state) {
    (void)state;
    team *made = team_new(5, "", "");
    set_priority(made, 3, 80);
    set_priority(made, 4, 80);
    assert_int_equal(start(made->sessions[TEAM_ANNOTATOR], made, "annotate", false).task, made->first_task + 3);
    /* What one has stands before unassigned ones of the same priority, */
    assert_int_equal(start(made->sessions[TEAM_ANNOTATOR], made, "annotate", false).task, made->first_task + 3);
    assert_int_equal(start(made->sessions[TEAM_BOTH], made, "annotate", false).task, made->first_task + 4);
    /* but behind those of a higher one. */
    set_priority(made, 2, 90);
    assert_int_equal(start(made->sessions[TEAM_ANNOTATOR], made, "annotate", false).task, made->first_task + 2);
    act(made, TEAM_ANNOTATOR, 2, 's');
    act(made, TEAM_ANNOTATOR, 3, 's');
    assert_int_equal(start(made->sessions[TEAM_ANNOTATOR], made, "annotate", false).task, made->first_task);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

static int64_t commits(team *made) {
    annoproj_error *error = NULL;
    int64_t now = 0;
    assert_ok(annoproj_store_wait(made->store, 0, NULL, &now, &error), error);
    return now;
}

/* Who asks an empty queue again and again writes nothing. */
static void test_nothing_found_commits_nothing(void **state) {
    (void)state;
    team *made = team_new(1, "", "");
    annoproj_session *annotator = made->sessions[TEAM_ANNOTATOR];
    int64_t before = commits(made);
    assert_int_equal(start(made->sessions[TEAM_REVIEWER], made, "review", false).reason, ANNOPROJ_QUEUE_EMPTY);
    assert_int_equal(commits(made), before);
    assert_int_equal(start(annotator, made, "annotate", false).task, made->first_task);
    assert_int_equal(commits(made), before + 1);
    assert_int_equal(start(annotator, made, "annotate", false).task, made->first_task); /* one's own again */
    assert_int_equal(start(made->sessions[TEAM_BOTH], made, "annotate", false).reason, ANNOPROJ_QUEUE_ALL_ASSIGNED);
    assert_int_equal(commits(made), before + 1);
    team_free(made);
}

static void test_reasons(void **state) {
    (void)state;
    team *made = team_new(1, "", "");
    annoproj_error *error = NULL;
    taken got = start(made->sessions[TEAM_REVIEWER], made, "review", false);
    assert_int_equal(got.status, ANNOPROJ_NONE);
    assert_int_equal(got.reason, ANNOPROJ_QUEUE_EMPTY);
    act(made, TEAM_BOTH, 0, 'i');
    assert_int_equal(start(made->sessions[TEAM_ANNOTATOR], made, "annotate", false).reason,
                     ANNOPROJ_QUEUE_ALL_ASSIGNED);
    act(made, TEAM_BOTH, 0, 'r');
    act(made, TEAM_ANNOTATOR, 0, 'k');
    got = start(made->sessions[TEAM_ANNOTATOR], made, "annotate", false);
    assert_int_equal(got.reason, ANNOPROJ_QUEUE_ONLY_SKIPPED);
    assert_int_equal(got.task, 0);
    assert_ok(annoproj_project_set_status(made->host_project, ANNOPROJ_PROJECT_PAUSED, NULL, &error), error);
    assert_int_equal(start(made->sessions[TEAM_ANNOTATOR], made, "annotate", true).reason,
                     ANNOPROJ_QUEUE_PROJECT_STATUS);
    assert_int_equal(start(made->sessions[TEAM_MANAGER], made, "annotate", false).task, made->first_task);
    assert_ok(annoproj_project_set_status(made->host_project, ANNOPROJ_PROJECT_ARCHIVED, NULL, &error), error);
    assert_int_equal(start(made->sessions[TEAM_MANAGER], made, "annotate", false).reason,
                     ANNOPROJ_QUEUE_PROJECT_STATUS);
    assert_int_equal(start(made->sessions[TEAM_ADMIN], made, "complete", false).reason, ANNOPROJ_QUEUE_FINISHED_STAGE);
    assert_int_equal(start(made->host, made, "annotate", false).status, ANNOPROJ_INVALID);
    team_free(made);
}

static void test_skipped_tasks_come_last_and_least_recent_first(void **state) {
    (void)state;
    team *made = team_new(3, "", "");
    char word[64];
    act(made, TEAM_ANNOTATOR, 1, 'k');
    act(made, TEAM_ANNOTATOR, 0, 'k');
    annoproj_task *task = team_task(made, TEAM_ADMIN, 0);
    assert_string_equal(team_word(task, "status", word), "skipped");
    assert_int_equal(team_cell(task, "assignee"), INT64_MIN);
    assert_int_equal(start(made->sessions[TEAM_ANNOTATOR], made, "annotate", true).task, made->first_task + 2);
    act(made, TEAM_ANNOTATOR, 2, 's');
    assert_int_equal(start(made->sessions[TEAM_ANNOTATOR], made, "annotate", true).task, made->first_task + 1);
    /* For another user the skip means nothing. */
    assert_int_equal(start(made->sessions[TEAM_BOTH], made, "annotate", false).task, made->first_task);
    act(made, TEAM_BOTH, 0, 's');
    assert_string_equal(team_word(task, "status", word), "new");
    annoproj_task_close(task);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

static void test_manager_assignment_stays_through_skip_and_forgets_it(void **state) {
    (void)state;
    team *made = team_new(2, "", "");
    annoproj_error *error = NULL;
    assign(made, 0, made->users[TEAM_ANNOTATOR], ANNOPROJ_OK);
    act(made, TEAM_ANNOTATOR, 0, 'k');
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0);
    assert_int_equal(team_cell(task, "assignee"), made->users[TEAM_ANNOTATOR]);
    assert_status(ANNOPROJ_PERMISSION, annoproj_task_release(task, NULL, &error), error);
    annoproj_task_close(task);
    assert_int_equal(start(made->sessions[TEAM_ANNOTATOR], made, "annotate", false).task, made->first_task + 1);
    assign(made, 0, made->users[TEAM_BOTH], ANNOPROJ_OK);
    assign(made, 0, made->users[TEAM_ANNOTATOR], ANNOPROJ_OK);
    set_priority(made, 0, 100);
    assert_int_equal(start(made->sessions[TEAM_ANNOTATOR], made, "annotate", false).task, made->first_task);
    assign(made, 0, made->users[TEAM_REVIEWER], ANNOPROJ_INVALID);
    /* Assigning it to the same user once more forgets the skip, too. */
    act(made, TEAM_ANNOTATOR, 0, 'k');
    assert_int_equal(start(made->sessions[TEAM_ANNOTATOR], made, "annotate", false).task, made->first_task + 1);
    assign(made, 0, made->users[TEAM_ANNOTATOR], ANNOPROJ_OK);
    assert_int_equal(start(made->sessions[TEAM_ANNOTATOR], made, "annotate", false).task, made->first_task);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

static void test_hide_unassigned(void **state) {
    (void)state;
    team *made = team_new(2, "\"hide_unassigned\": true", "");
    annoproj_error *error = NULL;
    annoproj_task *task = NULL;
    annoproj_table *list = NULL;
    assert_int_equal(start(made->sessions[TEAM_ANNOTATOR], made, "annotate", false).reason,
                     ANNOPROJ_QUEUE_NONE_ASSIGNED_TO_YOU);
    assert_status(ANNOPROJ_NOT_FOUND,
                  annoproj_task_open(made->projects[TEAM_ANNOTATOR], made->first_task, NULL, &task, &error), error);
    assign(made, 1, made->users[TEAM_ANNOTATOR], ANNOPROJ_OK);
    assert_int_equal(start(made->sessions[TEAM_ANNOTATOR], made, "annotate", false).task, made->first_task + 1);
    assert_ok(annoproj_task_list(made->projects[TEAM_ANNOTATOR], NULL, NULL, &list, &error), error);
    assert_int_equal(annoproj_table_row_count(list), 1);
    annoproj_table_free(list);
    assert_ok(annoproj_stage_list(made->projects[TEAM_ANNOTATOR], NULL, &list, &error), error);
    assert_int_equal(annoproj_table_int64(list, 0, annoproj_table_column_index(list, "tasks")), 1);
    annoproj_table_free(list);
    team_free(made);
}

static void test_reviewer_is_not_submitter(void **state) {
    (void)state;
    team *made = team_new(2, "", "\"reviewer_not_submitter\": true");
    annoproj_error *error = NULL;
    act(made, TEAM_BOTH, 0, 's');
    assert_int_equal(start(made->sessions[TEAM_BOTH], made, "review", false).reason, ANNOPROJ_QUEUE_SUBMITTED_BY_YOU);
    annoproj_task *task = team_task(made, TEAM_BOTH, 0);
    assert_status(ANNOPROJ_STATE, annoproj_task_initiate(task, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_task_approve(task, NULL, NULL, &error), error);
    annoproj_task_close(task);
    assign(made, 0, made->users[TEAM_BOTH], ANNOPROJ_STATE);
    /* At start the rule holds for every role; a manager may initiate in spite of it. */
    act(made, TEAM_MANAGER, 1, 's');
    assert_int_equal(start(made->sessions[TEAM_MANAGER], made, "review", false).task, made->first_task);
    act(made, TEAM_MANAGER, 0, 'r');
    act(made, TEAM_MANAGER, 1, 'i');
    assert_int_equal(start(made->sessions[TEAM_REVIEWER], made, "review", false).task, made->first_task);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* Whoever looks and goes away holds nothing back: the next one to start gets the task. */
static void test_looking_reserves_nothing(void **state) {
    (void)state;
    team *made = team_new(2, "", "");
    annoproj_error *error = NULL;
    annoproj_table *seen = NULL;
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0);
    assert_ok(annoproj_task_get(task, NULL, &seen, &error), error);
    annoproj_table_free(seen);
    assert_ok(annoproj_task_labels(task, NULL, &seen, &error), error);
    annoproj_table_free(seen);
    assert_ok(annoproj_task_issues(task, NULL, &seen, &error), error);
    annoproj_table_free(seen);
    assert_ok(annoproj_task_list(made->projects[TEAM_ANNOTATOR], NULL, NULL, &seen, &error), error);
    annoproj_table_free(seen);
    assert_int_equal(team_cell(task, "assignee"), INT64_MIN);
    assert_int_equal(start(made->sessions[TEAM_BOTH], made, "annotate", false).task, made->first_task);
    assert_int_equal(start(made->sessions[TEAM_ANNOTATOR], made, "annotate", false).task, made->first_task + 1);
    annoproj_task_close(task);
    team_free(made);
}

static void test_conflicts(void **state) {
    (void)state;
    team *made = team_new(1, "", "");
    annoproj_error *error = NULL;
    act(made, TEAM_BOTH, 0, 'i');
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0), *manager = team_task(made, TEAM_MANAGER, 0);
    assert_status(ANNOPROJ_CONFLICT, annoproj_task_initiate(task, NULL, &error), error);
    assert_status(ANNOPROJ_CONFLICT, annoproj_task_submit(task, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_CONFLICT, annoproj_task_skip(task, NULL, &error), error);
    assert_status(ANNOPROJ_CONFLICT, annoproj_task_initiate(manager, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_task_approve(manager, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_task_set_priority(task, 10, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_task_set_priority(manager, 101, NULL, &error), error);
    assert_ok(annoproj_task_submit(manager, NULL, NULL, &error), error); /* managers act on any task */
    assert_int_equal(team_cell(manager, "last_action_user"), made->users[TEAM_MANAGER]);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_task_submit(task, NULL, NULL, &error),
                  error); /* in review: not seen any more */
    annoproj_task_close(task);
    annoproj_task_close(manager);
    team_free(made);
}

/* Many tasks that the user skipped stand at the head: the start passes over them and finds what is left. */
static void test_many_skips_at_the_head(void **state) {
    (void)state;
    team *made = team_new(120, "", "");
    for (int i = 0; i < 119; i++) {
        taken got = start(made->sessions[TEAM_ANNOTATOR], made, "annotate", false);
        assert_int_equal(got.task, made->first_task + i);
        act(made, TEAM_ANNOTATOR, i, 'k');
    }
    assert_int_equal(start(made->sessions[TEAM_ANNOTATOR], made, "annotate", false).task, made->first_task + 119);
    assert_int_equal(start(made->sessions[TEAM_BOTH], made, "annotate", false).task, made->first_task);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* A long walk that finds nothing is noted once; who asks again walks and writes no more. */
static void test_what_was_passed_over_is_noted_once(void **state) {
    (void)state;
    team *made = team_new(60, "", "");
    annoproj_session *annotator = made->sessions[TEAM_ANNOTATOR];
    for (int i = 0; i < 60; i++)
        act(made, TEAM_ANNOTATOR, i, 'k');
    int64_t before = commits(made);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(start(annotator, made, "annotate", false).reason, ANNOPROJ_QUEUE_ONLY_SKIPPED);
        assert_int_equal(commits(made), before + 1);
    }
    /* What comes into the stretch is found: raised, or skipped no more. */
    set_priority(made, 31, 60);
    assert_int_equal(start(annotator, made, "annotate", false).reason, ANNOPROJ_QUEUE_ONLY_SKIPPED);
    assign(made, 30, made->users[TEAM_ANNOTATOR], ANNOPROJ_OK);
    act(made, TEAM_MANAGER, 30, 'r');
    assert_int_equal(start(annotator, made, "annotate", false).task, made->first_task + 30);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* A start that found nothing keeps no request key, also when its walk was noted: the repeat asks again. */
static void test_nothing_found_keeps_no_request_key(void **state) {
    (void)state;
    team *made = team_new(40, "", "");
    annoproj_error *error = NULL;
    annoproj_stage *stage = NULL;
    annoproj_task *task = NULL;
    annoproj_queue_reason reason = 0;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    call.request_key = "again";
    for (int i = 0; i < 40; i++)
        act(made, TEAM_ANNOTATOR, i, 'k');
    assert_ok(annoproj_stage_open(made->projects[TEAM_ANNOTATOR], "annotate", NULL, &stage, &error), error);
    assert_status(ANNOPROJ_NONE, annoproj_stage_start_next(stage, NULL, &call, &task, &reason, &error), error);
    assign(made, 7, made->users[TEAM_ANNOTATOR], ANNOPROJ_OK);
    for (int i = 0; i < 2; i++) { /* and of one that found something it gives the first result again */
        assert_ok(annoproj_stage_start_next(stage, NULL, &call, &task, &reason, &error), error);
        assert_int_equal(annoproj_task_id(task), made->first_task + 7);
        annoproj_task_close(task);
        assign(made, 9, made->users[TEAM_ANNOTATOR], ANNOPROJ_OK);
        set_priority(made, 9, 90);
    }
    annoproj_stage_close(stage);
    team_free(made);
}

/* The least recently skipped one that the user may have: not one that somebody else has now, until it is free again. */
static void test_skipped_tasks_that_others_have(void **state) {
    (void)state;
    team *made = team_new(4, "", "");
    annoproj_session *annotator = made->sessions[TEAM_ANNOTATOR];
    for (int i = 0; i < 4; i++)
        act(made, TEAM_ANNOTATOR, i, 'k');
    act(made, TEAM_BOTH, 0, 'i');
    act(made, TEAM_BOTH, 1, 's');
    assert_int_equal(start(annotator, made, "annotate", true).task, made->first_task + 2);
    act(made, TEAM_ANNOTATOR, 2, 'k'); /* the most recent now */
    act(made, TEAM_BOTH, 0, 'r');
    assert_int_equal(start(annotator, made, "annotate", true).task, made->first_task);
    act(made, TEAM_ANNOTATOR, 0, 's');
    act(made, TEAM_BOTH, 3, 'i');
    assert_int_equal(start(annotator, made, "annotate", true).task, made->first_task + 2);
    act(made, TEAM_ANNOTATOR, 2, 'r');
    act(made, TEAM_BOTH, 2, 'i');
    assert_int_equal(start(annotator, made, "annotate", true).reason, ANNOPROJ_QUEUE_ALL_ASSIGNED);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_is_priority_own_entered_id),
        cmocka_unit_test(test_nothing_found_commits_nothing),
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_skipped_tasks_come_last_and_least_recent_first),
        cmocka_unit_test(test_manager_assignment_stays_through_skip_and_forgets_it),
        cmocka_unit_test(test_hide_unassigned),
        cmocka_unit_test(test_reviewer_is_not_submitter),
        cmocka_unit_test(test_looking_reserves_nothing),
        cmocka_unit_test(test_conflicts),
        cmocka_unit_test(test_many_skips_at_the_head),
        cmocka_unit_test(test_what_was_passed_over_is_noted_once),
        cmocka_unit_test(test_nothing_found_keeps_no_request_key),
        cmocka_unit_test(test_skipped_tasks_that_others_have),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
