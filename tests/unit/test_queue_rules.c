/* What behaviour §8 says of taking, skipping, assigning and giving back tasks, sentence by sentence where test_queue.c does not. */
#include "team.h"

#include <stdio.h>
#include <string.h>

static annoproj_status act(team *made, enum member who, int64_t number, char what) {
    annoproj_error *error = NULL;
    annoproj_task *task = NULL;
    annoproj_review_options review = ANNOPROJ_REVIEW_OPTIONS_INIT;
    review.comment = "again";
    annoproj_status status = annoproj_task_open(made->projects[who], made->first_task + number, NULL, &task, &error);
    if (status == ANNOPROJ_OK)
        status = what == 'i'   ? annoproj_task_initiate(task, NULL, &error)
                 : what == 's' ? annoproj_task_submit(task, NULL, NULL, &error)
                 : what == 'k' ? annoproj_task_skip(task, NULL, &error)
                 : what == 'r' ? annoproj_task_release(task, NULL, &error)
                 : what == 'j' ? annoproj_task_reject(task, &review, NULL, &error)
                 : what == 'o' ? annoproj_task_reopen(task, NULL, &error)
                               : annoproj_task_set_priority(task, 70, NULL, &error);
    annoproj_task_close(task);
    annoproj_error_free(error);
    return status;
}

static annoproj_status assign(team *made, int64_t number, enum member to) {
    annoproj_error *error = NULL;
    annoproj_task *task = team_task(made, TEAM_MANAGER, number);
    annoproj_status status = annoproj_task_assign(task, made->users[to], NULL, &error);
    annoproj_task_close(task);
    annoproj_error_free(error);
    return status;
}

/* The task's number, or minus the reason. */
static int64_t start(team *made, enum member who, const char *key, bool include_skipped) {
    annoproj_stage *stage = NULL;
    annoproj_task *task = NULL;
    annoproj_error *error = NULL;
    annoproj_start_options options = ANNOPROJ_START_OPTIONS_INIT;
    annoproj_queue_reason reason = 0;
    options.include_skipped = include_skipped;
    assert_ok(annoproj_stage_open(made->projects[who], key, NULL, &stage, &error), error);
    annoproj_status status = annoproj_stage_start_next(stage, &options, NULL, &task, &reason, &error);
    assert_true(status == ANNOPROJ_OK || status == ANNOPROJ_NONE);
    int64_t got = status == ANNOPROJ_OK ? annoproj_task_id(task) - made->first_task : -reason;
    annoproj_task_close(task);
    annoproj_stage_close(stage);
    return got;
}

static void expect(team *made, int64_t number, const char *status, const char *derived, int64_t assignee) {
    char word[64];
    annoproj_task *task = team_task(made, TEAM_ADMIN, number);
    assert_string_equal(team_word(task, "status", word), status);
    assert_string_equal(team_word(task, "derived_status", word), derived);
    assert_int_equal(team_cell(task, "assignee"), assignee == 0 ? INT64_MIN : assignee);
    annoproj_task_close(task);
}

/* `skipped` until the next submit, reject, move or reopen, whoever has it; `released` until it is assigned; `new` elsewhere. */
static void test_statuses(void **state) {
    (void)state;
    team *made = team_new(2, "", "");
    expect(made, 0, "new", "new", 0);
    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 'i'), ANNOPROJ_OK);
    expect(made, 0, "new", "assigned", made->users[TEAM_ANNOTATOR]);
    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 'r'), ANNOPROJ_OK);
    expect(made, 0, "new", "released", 0);
    assert_int_equal(assign(made, 0, TEAM_ANNOTATOR), ANNOPROJ_OK);
    expect(made, 0, "new", "assigned", made->users[TEAM_ANNOTATOR]);
    assert_int_equal(act(made, TEAM_MANAGER, 0, 'r'), ANNOPROJ_OK);

    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 'k'), ANNOPROJ_OK);
    expect(made, 0, "skipped", "skipped", 0);
    assert_int_equal(act(made, TEAM_BOTH, 0, 'i'), ANNOPROJ_OK);
    expect(made, 0, "skipped", "skipped", made->users[TEAM_BOTH]);
    assert_int_equal(act(made, TEAM_BOTH, 0, 'r'), ANNOPROJ_OK);
    expect(made, 0, "skipped", "skipped", 0);
    assert_int_equal(assign(made, 0, TEAM_ANNOTATOR), ANNOPROJ_OK);
    expect(made, 0, "skipped", "skipped", made->users[TEAM_ANNOTATOR]);
    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 's'), ANNOPROJ_OK);
    expect(made, 0, "new", "new", 0);
    assert_int_equal(act(made, TEAM_REVIEWER, 0, 'j'), ANNOPROJ_OK);
    expect(made, 0, "reopened", "reopened", made->users[TEAM_ANNOTATOR]);
    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 'r'), ANNOPROJ_OK); /* a return is not a manager's assignment */
    expect(made, 0, "reopened", "reopened", 0);
    team_free(made);
}

/* Looking at a task, its labels and its issues gives it to nobody. */
static void test_viewing_never_assigns(void **state) {
    (void)state;
    team *made = team_new(1, "", "");
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0);
    assert_ok(annoproj_task_labels(task, NULL, &table, &error), error);
    annoproj_table_free(table);
    assert_ok(annoproj_task_issues(task, NULL, &table, &error), error);
    annoproj_table_free(table);
    annoproj_task_close(task);
    expect(made, 0, "new", "new", 0);
    team_free(made);
}

/* A skip keeps the place in the queue and the drafts; the priority and the assignee change nothing about the time of entering. */
static void test_entered_is_set_by_changes_of_stage_only(void **state) {
    (void)state;
    team *made = team_new(2, "", "");
    char hash[16];
    const int64_t entered = made->now_us;
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0), *seen = team_task(made, TEAM_ADMIN, 0);
    assert_int_equal(team_cell(seen, "priority"), 50);
    made->now_us += 1000;
    team_draw(made, task, "", 10, hash);
    for (const char *what = "kirpk"; *what; what++) {
        made->now_us += 1000;
        assert_int_equal(act(made, *what == 'p' ? TEAM_MANAGER : TEAM_ANNOTATOR, 0, *what), ANNOPROJ_OK);
        assert_int_equal(team_cell(seen, "entered"), entered);
        assert_int_equal(team_cell(seen, "version"), 1);
    }
    assert_int_equal(start(made, TEAM_BOTH, "annotate", false), 0); /* still first for others */
    made->now_us += 1000;
    assert_int_equal(act(made, TEAM_BOTH, 0, 's'), ANNOPROJ_OK);
    assert_int_equal(team_cell(seen, "entered"), made->now_us);
    assert_int_equal(team_cell(seen, "priority"), 70);
    annoproj_task_close(task);
    annoproj_task_close(seen);
    team_free(made);
}

/* Initiate takes a skipped task, too, one's own skip as well; the skip stays remembered until the task leaves the stage. */
static void test_initiate_takes_skipped_tasks(void **state) {
    (void)state;
    team *made = team_new(2, "", "");
    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 'k'), ANNOPROJ_OK);
    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 'i'), ANNOPROJ_OK);
    expect(made, 0, "skipped", "skipped", made->users[TEAM_ANNOTATOR]);
    assert_int_equal(act(made, TEAM_BOTH, 0, 'i'), ANNOPROJ_CONFLICT);
    assert_int_equal(start(made, TEAM_ANNOTATOR, "annotate", false), 1);
    assert_int_equal(act(made, TEAM_ANNOTATOR, 1, 's'), ANNOPROJ_OK);
    assert_int_equal(start(made, TEAM_ANNOTATOR, "annotate", false), -ANNOPROJ_QUEUE_ONLY_SKIPPED);
    assert_int_equal(start(made, TEAM_ANNOTATOR, "annotate", true), 0);
    /* It comes back by a reject: nobody has skipped it. */
    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 's'), ANNOPROJ_OK);
    assert_int_equal(act(made, TEAM_REVIEWER, 0, 'j'), ANNOPROJ_OK);
    assert_int_equal(start(made, TEAM_ANNOTATOR, "annotate", false), 0);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* In a stage that hides unassigned tasks a skipped one keeps its assignee and only goes to the end for that user. */
static void test_skips_where_unassigned_tasks_are_hidden(void **state) {
    (void)state;
    team *made = team_new(3, "\"hide_unassigned\": true", "");
    for (int i = 0; i < 2; i++)
        assert_int_equal(assign(made, i, TEAM_ANNOTATOR), ANNOPROJ_OK);
    assert_int_equal(start(made, TEAM_ANNOTATOR, "annotate", false), 0);
    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 'k'), ANNOPROJ_OK);
    expect(made, 0, "skipped", "skipped", made->users[TEAM_ANNOTATOR]);
    assert_int_equal(start(made, TEAM_ANNOTATOR, "annotate", false), 1);
    assert_int_equal(act(made, TEAM_ANNOTATOR, 1, 's'), ANNOPROJ_OK);
    assert_int_equal(start(made, TEAM_ANNOTATOR, "annotate", false), -ANNOPROJ_QUEUE_ONLY_SKIPPED);
    assert_int_equal(start(made, TEAM_ANNOTATOR, "annotate", true), 0);
    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 's'), ANNOPROJ_OK);
    assert_int_equal(start(made, TEAM_ANNOTATOR, "annotate", true), -ANNOPROJ_QUEUE_NONE_ASSIGNED_TO_YOU);
    /* An unassigned task does not exist for annotators; managers see and take it. */
    assert_int_equal(act(made, TEAM_ANNOTATOR, 2, 'i'), ANNOPROJ_NOT_FOUND);
    assert_int_equal(start(made, TEAM_MANAGER, "annotate", false), 2);
    assert_int_equal(act(made, TEAM_MANAGER, 2, 'k'), ANNOPROJ_OK); /* any under hide_unassigned, also self-taken */
    expect(made, 2, "skipped", "skipped", made->users[TEAM_MANAGER]);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

static void set_workflow(team *made, const char *second, const char *review) {
    char flow[1024];
    annoproj_error *error = NULL;
    snprintf(flow, sizeof flow,
             "{\"start\":\"annotate\",\"stages\":["
             "{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"second\"}},"
             "{\"key\":\"second\",\"type\":\"ANNOTATION\",\"settings\":{%s},\"edges\":{\"submit\":\"review\"}},"
             "{\"key\":\"review\",\"type\":\"REVIEW\",\"settings\":{%s},\"edges\":{\"approve\":\"complete\",\"reject\":"
             "\"second\"}},{\"key\":\"complete\",\"type\":\"DONE\"}]}",
             second, review);
    assert_ok(annoproj_workflow_update(made->projects[TEAM_ADMIN], flow, NULL, &error), error);
}

/* Who worked on a task in an earlier annotation stage does not get it again, unless reassessment is allowed or a reject returned it. */
static void test_reassessment(void **state) {
    (void)state;
    team *made = team_new(2, "", "");
    set_workflow(made, "", "\"reassign_rejected_to_submitter\": false");
    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 's'), ANNOPROJ_OK);
    assert_int_equal(start(made, TEAM_ANNOTATOR, "second", false), -ANNOPROJ_QUEUE_WORKED_ON_BY_YOU);
    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 'i'), ANNOPROJ_STATE);
    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 's'), ANNOPROJ_STATE);
    assert_int_equal(assign(made, 0, TEAM_ANNOTATOR), ANNOPROJ_STATE);
    set_workflow(made, "\"allow_reassessment\": true", "\"reassign_rejected_to_submitter\": false");
    assert_int_equal(start(made, TEAM_ANNOTATOR, "second", false), 0);
    /* What one holds is not taken away by a rule that comes later. */
    set_workflow(made, "", "\"reassign_rejected_to_submitter\": false");
    assert_int_equal(start(made, TEAM_ANNOTATOR, "second", false), 0);
    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 'r'), ANNOPROJ_OK);
    assert_int_equal(start(made, TEAM_ANNOTATOR, "second", false), -ANNOPROJ_QUEUE_WORKED_ON_BY_YOU);
    assert_int_equal(start(made, TEAM_BOTH, "second", false), 0);
    assert_int_equal(act(made, TEAM_BOTH, 0, 's'), ANNOPROJ_OK);
    assert_int_equal(act(made, TEAM_REVIEWER, 0, 'j'), ANNOPROJ_OK);
    assert_int_equal(start(made, TEAM_ANNOTATOR, "second", false), 0);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* At start the person rules hold for every role; admins and team managers may initiate, act or be assigned in spite of them. */
static void test_managers_in_spite_of_the_rules(void **state) {
    (void)state;
    static const enum member managers[] = {TEAM_ADMIN, TEAM_MANAGER};
    for (size_t i = 0; i < 2; i++) {
        enum member who = managers[i];
        team *made = team_new(3, "", "\"reviewer_not_submitter\": true");
        for (int task = 0; task < 3; task++)
            assert_int_equal(act(made, who, task, 's'), ANNOPROJ_OK);
        assert_int_equal(start(made, who, "review", false), -ANNOPROJ_QUEUE_SUBMITTED_BY_YOU);
        assert_int_equal(act(made, who, 0, 'i'), ANNOPROJ_OK);
        assert_int_equal(start(made, who, "review", false), 0); /* their own now */
        assert_int_equal(assign(made, 1, who), ANNOPROJ_OK);
        assert_int_equal(act(made, who, 2, 'j'), ANNOPROJ_OK);
        assert_int_equal(team_differences(made), 0);
        team_free(made);
    }
}

/* Skips are for annotation stages, and for who has the task. */
static void test_who_may_skip(void **state) {
    (void)state;
    team *made = team_new(2, "", "");
    assert_int_equal(act(made, TEAM_REVIEWER, 0, 'k'), ANNOPROJ_NOT_FOUND);
    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 'i'), ANNOPROJ_OK);
    assert_int_equal(act(made, TEAM_MANAGER, 0, 'k'), ANNOPROJ_CONFLICT);
    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 's'), ANNOPROJ_OK);
    assert_int_equal(act(made, TEAM_BOTH, 0, 'k'), ANNOPROJ_STATE);
    assert_int_equal(act(made, TEAM_REVIEWER, 0, 'k'), ANNOPROJ_PERMISSION);
    team_free(made);
}

/* A reopened task is `reopened`, at its place by the time it came back. */
static void test_reopened_tasks_in_the_queue(void **state) {
    (void)state;
    team *made = team_new(2, "", "\"reassign_rejected_to_submitter\": false");
    assert_int_equal(act(made, TEAM_ANNOTATOR, 0, 's'), ANNOPROJ_OK);
    made->now_us += 1000;
    assert_int_equal(act(made, TEAM_MANAGER, 0, 'o'), ANNOPROJ_OK);
    expect(made, 0, "reopened", "reopened", 0);
    assert_int_equal(start(made, TEAM_BOTH, "annotate", false), 1);
    assert_int_equal(start(made, TEAM_ANNOTATOR, "annotate", false), 0);
    team_free(made);
}

int main(void) {
    scratch_in_memory();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_viewing_never_assigns),
        cmocka_unit_test(test_entered_is_set_by_changes_of_stage_only),
        cmocka_unit_test(test_initiate_takes_skipped_tasks),
        cmocka_unit_test(test_skips_where_unassigned_tasks_are_hidden),
        cmocka_unit_test(test_reassessment),
        cmocka_unit_test(test_managers_in_spite_of_the_rules),
        cmocka_unit_test(test_who_may_skip),
        cmocka_unit_test(test_reopened_tasks_in_the_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
