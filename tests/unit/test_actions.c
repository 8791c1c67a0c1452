/* Submit, approve, reject: transitions, strict review, landing (behaviour §8, §9). */
#include "team.h"

#include <string.h>

static void draw_and_submit(team *made, enum member who, int64_t number, char hash[16]) {
    annoproj_error *error = NULL;
    annoproj_task *task = team_task(made, who, number);
    team_draw(made, task, "", 10, hash);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    annoproj_task_close(task);
}

static void expect_at(team *made, int64_t number, int64_t stage, const char *status, int64_t assignee) {
    char word[64];
    annoproj_task *task = team_task(made, TEAM_ADMIN, number);
    assert_int_equal(team_cell(task, "stage"), stage);
    assert_string_equal(team_word(task, "status", word), status);
    assert_int_equal(team_cell(task, "assignee"), assignee == 0 ? INT64_MIN : assignee);
    annoproj_task_close(task);
}

static void test_submit_approve_complete(void **state) {
    (void)state;
    team *made = team_new(1, "", "");
    annoproj_error *error = NULL;
    char hash[16];
    made->now_us += 1000000;
    draw_and_submit(made, TEAM_ANNOTATOR, 0, hash);
    expect_at(made, 0, made->review, "new", 0);
    annoproj_task *task = team_task(made, TEAM_REVIEWER, 0);
    assert_int_equal(team_cell(task, "entered"), made->now_us);
    assert_int_equal(team_cell(task, "last_action_user"), made->users[TEAM_ANNOTATOR]);
    assert_ok(annoproj_label_approve(task, hash, NULL, &error), error);
    assert_ok(annoproj_task_approve(task, NULL, NULL, &error), error);
    expect_at(made, 0, made->complete, "completed", 0);
    annoproj_task_close(task);
    task = team_task(made, TEAM_ADMIN, 0);
    assert_status(ANNOPROJ_STATE, annoproj_task_submit(task, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_task_assign(task, made->users[TEAM_ANNOTATOR], NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_task_set_priority(task, 3, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_task_initiate(task, NULL, &error), error);
    annoproj_task_close(task);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

static void test_reject_returns_to_the_submitter(void **state) {
    (void)state;
    team *made = team_new(2, "", "");
    annoproj_error *error = NULL;
    annoproj_review_options options = ANNOPROJ_REVIEW_OPTIONS_INIT;
    int64_t issue = 0;
    char hash[16];
    draw_and_submit(made, TEAM_ANNOTATOR, 0, hash);
    annoproj_task *task = team_task(made, TEAM_REVIEWER, 0);
    assert_ok(annoproj_label_reject(task, hash, "too small", NULL, NULL, &issue, &error), error);
    assert_true(issue > 0);
    assert_ok(annoproj_task_reject(task, NULL, NULL, &error), error);
    annoproj_task_close(task);
    expect_at(made, 0, made->annotate, "reopened", made->users[TEAM_ANNOTATOR]);

    draw_and_submit(made, TEAM_BOTH, 1, hash);
    task = team_task(made, TEAM_MANAGER, 1);
    options.undecided = ANNOPROJ_UNDECIDED_DECIDE;
    options.assignee = made->users[TEAM_ANNOTATOR];
    assert_ok(annoproj_task_reject(task, &options, NULL, &error), error);
    annoproj_task_close(task);
    expect_at(made, 1, made->annotate, "reopened", made->users[TEAM_ANNOTATOR]);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

static void test_reject_without_reassignment(void **state) {
    (void)state;
    team *made = team_new(1, "", "\"reassign_rejected_to_submitter\": false");
    annoproj_error *error = NULL;
    annoproj_review_options options = ANNOPROJ_REVIEW_OPTIONS_INIT;
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    annoproj_task_close(task);
    task = team_task(made, TEAM_REVIEWER, 0);
    options.comment = "an object is missing";
    assert_ok(annoproj_task_reject(task, &options, NULL, &error), error);
    annoproj_task_close(task);
    expect_at(made, 0, made->annotate, "reopened", 0);
    task = team_task(made, TEAM_ANNOTATOR, 0);
    assert_int_equal(team_cell(task, "open_issues"), 1);
    annoproj_task_close(task);
    team_free(made);
}

static void test_strict_review(void **state) {
    (void)state;
    team *made = team_new(1, "", "");
    annoproj_error *error = NULL;
    annoproj_review_options options = ANNOPROJ_REVIEW_OPTIONS_INIT;
    int64_t issue = 0;
    char hash[16];
    draw_and_submit(made, TEAM_ANNOTATOR, 0, hash);
    annoproj_task *task = team_task(made, TEAM_REVIEWER, 0);
    assert_int_equal(annoproj_task_approve(task, NULL, NULL, &error), ANNOPROJ_STATE);
    assert_non_null(strstr(annoproj_error_message(error), hash)); /* names the label */
    annoproj_error_free(error);
    error = NULL;
    assert_status(ANNOPROJ_STATE, annoproj_task_reject(task, NULL, NULL, &error), error);
    options.undecided = ANNOPROJ_UNDECIDED_DECIDE;
    assert_status(ANNOPROJ_STATE, annoproj_task_approve(task, &options, NULL, &error), error);
    assert_ok(annoproj_label_reject(task, hash, NULL, NULL, NULL, &issue, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_task_approve(task, NULL, NULL, &error), error); /* a rejected label */
    assert_ok(annoproj_label_reopen(task, hash, NULL, &error), error);
    assert_ok(annoproj_label_approve(task, hash, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_task_reject(task, NULL, NULL, &error), error); /* no reason */
    options = (annoproj_review_options)ANNOPROJ_REVIEW_OPTIONS_INIT;
    options.comment = "no";
    assert_status(ANNOPROJ_INVALID, annoproj_task_approve(task, &options, NULL, &error), error);
    assert_ok(annoproj_task_approve(task, NULL, NULL, &error), error);
    annoproj_task_close(task);
    expect_at(made, 0, made->complete, "completed", 0);
    team_free(made);
}

static void test_review_that_is_not_strict(void **state) {
    (void)state;
    team *made = team_new(2, "", "\"strict_review\": false");
    annoproj_error *error = NULL;
    char hash[16];
    draw_and_submit(made, TEAM_ANNOTATOR, 0, hash);
    draw_and_submit(made, TEAM_ANNOTATOR, 1, hash);
    annoproj_task *task = team_task(made, TEAM_REVIEWER, 0);
    assert_ok(annoproj_task_approve(task, NULL, NULL, &error), error);
    annoproj_task_close(task);
    task = team_task(made, TEAM_REVIEWER, 1);
    assert_ok(annoproj_task_reject(task, NULL, NULL, &error), error);
    annoproj_task_close(task);
    expect_at(made, 1, made->annotate, "reopened", made->users[TEAM_ANNOTATOR]);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

static void test_landing_assignee(void **state) {
    (void)state;
    team *made = team_new(3, "", "");
    annoproj_error *error = NULL;
    annoproj_submit_options options = ANNOPROJ_SUBMIT_OPTIONS_INIT;
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0);
    options.assignee = made->users[TEAM_REVIEWER];
    assert_status(ANNOPROJ_PERMISSION, annoproj_task_submit(task, &options, NULL, &error), error); /* no manager */
    annoproj_task_close(task);
    task = team_task(made, TEAM_MANAGER, 0);
    options.assignee = made->users[TEAM_ANNOTATOR];
    assert_status(ANNOPROJ_INVALID, annoproj_task_submit(task, &options, NULL, &error), error); /* no reviewer */
    expect_at(made, 0, made->annotate, "new", 0); /* nothing moved, nothing was taken */
    options.assignee = made->users[TEAM_REVIEWER];
    assert_ok(annoproj_task_submit(task, &options, NULL, &error), error);
    expect_at(made, 0, made->review, "new", made->users[TEAM_REVIEWER]);
    annoproj_task_close(task);

    options = (annoproj_submit_options)ANNOPROJ_SUBMIT_OPTIONS_INIT;
    options.retain_assignee = true;
    task = team_task(made, TEAM_BOTH, 1);
    assert_ok(annoproj_task_submit(task, &options, NULL, &error), error);
    expect_at(made, 1, made->review, "new", made->users[TEAM_BOTH]);
    annoproj_task_close(task);
    assert_ok(annoproj_task_open(made->host_project, made->first_task + 2, NULL, &task, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_task_submit(task, &options, NULL, &error),
                  error); /* the host has no assignee to keep */
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    annoproj_task_close(task);
    expect_at(made, 2, made->review, "new", 0);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* Where unassigned tasks are hidden nobody takes one; so nobody keeps one but by a manager's assignment. */
static void test_retaining_where_tasks_are_hidden(void **state) {
    (void)state;
    team *made = team_new(2, "", "\"hide_unassigned\": true");
    annoproj_error *error = NULL;
    annoproj_submit_options options = ANNOPROJ_SUBMIT_OPTIONS_INIT;
    options.retain_assignee = true;
    annoproj_task *task = team_task(made, TEAM_BOTH, 0), *manager = team_task(made, TEAM_MANAGER, 1);
    assert_status(ANNOPROJ_PERMISSION, annoproj_task_submit(task, &options, NULL, &error), error);
    expect_at(made, 0, made->annotate, "new", 0);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    assert_ok(annoproj_task_assign(manager, made->users[TEAM_BOTH], NULL, &error), error);
    assert_ok(annoproj_task_submit(manager, &options, NULL, &error), error);
    expect_at(made, 1, made->review, "new", made->users[TEAM_BOTH]);
    annoproj_task_close(task);
    annoproj_task_close(manager);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* A person rule of the stage where it lands bars its assignee there as it would anywhere; managers it does not. What a manager
 * names is a manager's assignment. */
static void test_landing_by_the_person_rules(void **state) {
    (void)state;
    team *made = team_new(2, "", "\"reviewer_not_submitter\": true");
    annoproj_error *error = NULL;
    annoproj_submit_options options = ANNOPROJ_SUBMIT_OPTIONS_INIT;
    annoproj_task *task = team_task(made, TEAM_BOTH, 0), *manager = team_task(made, TEAM_MANAGER, 1);
    options.retain_assignee = true;
    assert_status(ANNOPROJ_STATE, annoproj_task_submit(task, &options, NULL, &error), error);
    expect_at(made, 0, made->annotate, "new", 0); /* nothing moved, nothing was taken */
    options = (annoproj_submit_options)ANNOPROJ_SUBMIT_OPTIONS_INIT;
    options.assignee = made->users[TEAM_MANAGER];
    assert_ok(annoproj_task_submit(manager, &options, NULL, &error), error);
    expect_at(made, 1, made->review, "new", made->users[TEAM_MANAGER]);
    annoproj_task_close(task);

    annoproj_review_options back = ANNOPROJ_REVIEW_OPTIONS_INIT;
    back.comment = "once more";
    back.assignee = made->users[TEAM_ANNOTATOR];
    assert_ok(annoproj_task_reject(manager, &back, NULL, &error), error);
    task = team_task(made, TEAM_ANNOTATOR, 1);
    assert_status(ANNOPROJ_PERMISSION, annoproj_task_release(task, NULL, &error), error); /* a manager assigned it */
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(task);
    annoproj_task_close(manager);
    team_free(made);
}

/* In bulk counts and vectors are written in the end: without what was refused when it had arrived, and of a task named twice where it is
 * last. */
static void test_bulk_with_refusals(void **state) {
    (void)state;
    team *made = team_new(6, "", "\"reviewer_not_submitter\": true");
    annoproj_error *error = NULL;
    annoproj_table *outcomes = NULL;
    annoproj_submit_options options = ANNOPROJ_SUBMIT_OPTIONS_INIT;
    int64_t tasks[] = {0, 1, 1, 2, 3};
    for (size_t i = 0; i < 5; i++)
        tasks[i] += made->first_task;
    options.retain_assignee = true;
    assert_ok(annoproj_tasks_submit(made->projects[TEAM_BOTH], tasks, 2, &options, false, NULL, &outcomes, &error),
              error);
    assert_int_equal(annoproj_table_int64(outcomes, 0, 1), ANNOPROJ_STATE);
    assert_int_equal(annoproj_table_int64(outcomes, 1, 1), ANNOPROJ_STATE);
    annoproj_table_free(outcomes);
    expect_at(made, 0, made->annotate, "new", 0);
    assert_int_equal(team_differences(made), 0);
    options = (annoproj_submit_options)ANNOPROJ_SUBMIT_OPTIONS_INIT;
    options.assignee = made->users[TEAM_BOTH];
    assert_ok(annoproj_tasks_submit(made->projects[TEAM_MANAGER], tasks, 5, &options, false, NULL, &outcomes, &error),
              error);
    assert_int_equal(annoproj_table_int64(outcomes, 1, 1), ANNOPROJ_OK);
    assert_int_equal(annoproj_table_int64(outcomes, 2, 1), ANNOPROJ_STATE); /* in review by now */
    annoproj_table_free(outcomes);
    expect_at(made, 3, made->review, "new", made->users[TEAM_BOTH]);
    assert_int_equal(team_differences(made), 0);
    /* A call that is refused as a whole leaves nothing waiting for the next. */
    tasks[4] = made->first_task + 5;
    assert_status(
        ANNOPROJ_STATE,
        annoproj_tasks_move(made->projects[TEAM_ADMIN], tasks, 5, made->complete, true, NULL, &outcomes, &error),
        error);
    assert_ok(annoproj_tasks_move(made->projects[TEAM_ADMIN], tasks, 2, made->complete, true, NULL, &outcomes, &error),
              error);
    annoproj_table_free(outcomes);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* A cancelled, expired or repeated call changes nothing more. */
static void test_calls(void **state) {
    (void)state;
    team *made = team_new(2, "", "");
    annoproj_error *error = NULL;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0), *other = team_task(made, TEAM_ANNOTATOR, 1);
    assert_ok(annoproj_cancel_new(&call.cancel, &error), error);
    assert_ok(annoproj_cancel_trigger(call.cancel, &error), error);
    assert_status(ANNOPROJ_CANCELLED, annoproj_task_submit(task, NULL, &call, &error), error);
    annoproj_cancel_free(call.cancel);
    call = (annoproj_call)ANNOPROJ_CALL_INIT;
    call.timeout_us = 1;
    annoproj_status status = annoproj_task_submit(task, NULL, &call, &error);
    assert_int_equal(status, ANNOPROJ_TIMEOUT);
    annoproj_error_free(error);
    expect_at(made, 0, made->annotate, "new", 0);
    call = (annoproj_call)ANNOPROJ_CALL_INIT;
    call.request_key = "submit-0";
    assert_ok(annoproj_task_submit(task, NULL, &call, &error), error);
    assert_ok(annoproj_task_submit(task, NULL, &call, &error), error); /* the first result again */
    expect_at(made, 0, made->review, "new", 0);
    assert_status(ANNOPROJ_CONFLICT, annoproj_task_submit(other, NULL, &call, &error), error);
    expect_at(made, 1, made->annotate, "new", 0);
    annoproj_task_close(task);
    annoproj_task_close(other);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* "`completed` in done stages", whatever edge leads there. */
static void test_reject_into_a_done_stage(void **state) {
    static const char flow[] = "{\"start\":\"annotate\",\"stages\":["
                               "{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"review\"}},"
                               "{\"key\":\"review\",\"type\":\"REVIEW\",\"settings\":{\"strict_review\":false},"
                               "\"edges\":{\"approve\":\"complete\",\"reject\":\"archive\"}},"
                               "{\"key\":\"archive\",\"type\":\"DONE\",\"settings\":{\"archive\":true}},"
                               "{\"key\":\"complete\",\"type\":\"DONE\"}]}";
    (void)state;
    team *made = team_new(1, "", "");
    annoproj_error *error = NULL;
    char word[64];
    annoproj_task *task = team_task(made, TEAM_MANAGER, 0);
    assert_ok(annoproj_workflow_update(made->projects[TEAM_ADMIN], flow, NULL, &error), error);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    assert_ok(annoproj_task_reject(task, NULL, NULL, &error), error);
    assert_string_equal(team_word(task, "stage_key", word), "archive");
    assert_string_equal(team_word(task, "status", word), "completed");
    assert_int_equal(team_cell(task, "assignee"), INT64_MIN);
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(task);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_submit_approve_complete),
        cmocka_unit_test(test_reject_returns_to_the_submitter),
        cmocka_unit_test(test_reject_without_reassignment),
        cmocka_unit_test(test_reject_into_a_done_stage),
        cmocka_unit_test(test_strict_review),
        cmocka_unit_test(test_review_that_is_not_strict),
        cmocka_unit_test(test_landing_assignee),
        cmocka_unit_test(test_retaining_where_tasks_are_hidden),
        cmocka_unit_test(test_landing_by_the_person_rules),
        cmocka_unit_test(test_bulk_with_refusals),
        cmocka_unit_test(test_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
