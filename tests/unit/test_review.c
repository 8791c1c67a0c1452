/* Label reviews (behaviour §9): what entering a review stage makes of each state, what writes and decisions make of
 * it. */
#include <stdio.h>
#include <string.h>

#include "label_support.h"

static void expect_review(annoproj_task *task, const char *hash, const char *review, const char *last) {
    char word[64];
    assert_string_equal(label_word(task, hash, "review", word), review);
    assert_string_equal(label_word(task, hash, "review_state", word), last);
}

static void submit(annoproj_task *task, bool keep_rejected) {
    annoproj_error *error = NULL;
    annoproj_submit_options options = ANNOPROJ_SUBMIT_OPTIONS_INIT;
    options.keep_rejected_reviews = keep_rejected;
    assert_ok(annoproj_task_submit(task, &options, NULL, &error), error);
}

static void reject_task(annoproj_task *task) {
    annoproj_error *error = NULL;
    annoproj_review_options options = ANNOPROJ_REVIEW_OPTIONS_INIT;
    options.undecided = ANNOPROJ_UNDECIDED_LEAVE;
    assert_ok(annoproj_task_reject(task, &options, NULL, &error), error);
}

/* A label reaches a state in its first review, is changed or not, and enters again. */
typedef struct entering {
    const char *decisions; /* a approve, r reject, o reopen */
    const char *left;      /* the state it left with */
    bool geometry, answer, keep_rejected;
    const char *entered;
} entering;

static const entering enterings[] = {
    {"", "new", false, false, false, "new"},
    {"a", "approved", false, false, false, "approved"},
    {"a", "approved", true, false, false, "new"},
    {"a", "approved", false, true, false, "new"},
    {"r", "rejected", false, false, false, "resolved"},
    {"r", "rejected", true, true, false, "resolved"},
    {"r", "rejected", false, false, true, "rejected"},
    {"ra", "approved", false, false, false, "approved"},
    {"ar", "rejected", false, false, false, "resolved"},
    {"ao", "reopened", false, false, false, "new"},
    {"ro", "reopened", true, false, true, "new"},
    {"roa", "approved", false, false, true, "approved"},
};

static void decide(annoproj_task *task, const char *hash, char how) {
    annoproj_error *error = NULL;
    int64_t issue = 0;
    if (how == 'a') {
        assert_ok(annoproj_label_approve(task, hash, NULL, &error), error);
    } else if (how == 'r') {
        assert_ok(annoproj_label_reject(task, hash, NULL, NULL, NULL, &issue, &error), error);
    } else {
        assert_ok(annoproj_label_reopen(task, hash, NULL, &error), error);
    }
}

static void change(annoproj_task *task, const features *of, bool geometry, bool answer) {
    static draft changes;
    annoproj_error *error = NULL;
    draft_begin(&changes);
    draft_label(&changes, "label001", of->car);
    draft_box(&changes, 0, geometry ? 3 : 2);
    if (answer) {
        draft_option(&changes, of->colour, of->red, -1, -1);
    }
    assert_ok(draft_write(&changes, task, NULL, &error), error);
}

static void each_entering(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof enterings / sizeof enterings[0]; i++) {
        const entering *one = &enterings[i];
        features of;
        team *made = label_team("", "\"strict_review\": false", false, &of);
        annoproj_task *annotator = team_task(made, TEAM_ANNOTATOR, VIDEO),
                      *manager = team_task(made, TEAM_MANAGER, VIDEO);
        change(annotator, &of, false, false);
        expect_review(annotator, "label001", "", "");
        submit(annotator, false);
        expect_review(manager, "label001", "new", "new");
        for (const char *how = one->decisions; *how; how++) {
            decide(manager, "label001", *how);
        }
        expect_review(manager, "label001", one->left, one->left);
        reject_task(manager);
        expect_review(annotator, "label001", "", one->left);
        if (one->geometry || one->answer) {
            change(annotator, &of, one->geometry, one->answer);
        }
        submit(annotator, one->keep_rejected);
        expect_review(manager, "label001", one->entered, one->entered);
        assert_int_equal(team_differences(made), 0);
        annoproj_task_close(annotator);
        annoproj_task_close(manager);
        team_free(made);
    }
}

static void move_to(annoproj_task *task, int64_t stage) {
    annoproj_error *error = NULL;
    assert_ok(annoproj_task_move(task, stage, NULL, &error), error);
}

/* Two reviews, one after the other: a review belongs to its stage. Rejected in the second, and submitted as mended, a label is
 * `resolved` there when it comes by the first; so are those that a manager moves in between. */
static void two_review_stages(void **state) {
    (void)state;
    static const char workflow[] =
        "{\"start\":\"annotate\",\"stages\":[{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"title\":\"A\","
        "\"edges\":{\"submit\":\"review\"}},"
        "{\"key\":\"review\",\"type\":\"REVIEW\",\"title\":\"R\",\"settings\":{\"strict_review\":false},"
        "\"edges\":{\"approve\":\"second\",\"reject\":\"annotate\"}},"
        "{\"key\":\"second\",\"type\":\"REVIEW\",\"title\":\"S\",\"settings\":{\"strict_review\":false},"
        "\"edges\":{\"approve\":\"complete\",\"reject\":\"annotate\"}},"
        "{\"key\":\"complete\",\"type\":\"DONE\",\"title\":\"C\"}]}";
    for (int keep = 0; keep < 2; keep++) {
        features of;
        annoproj_error *error = NULL;
        team *made = label_team("", "", false, &of);
        assert_ok(annoproj_workflow_update(made->projects[TEAM_ADMIN], workflow, NULL, &error), error);
        annoproj_task *annotator = team_task(made, TEAM_ANNOTATOR, VIDEO),
                      *manager = team_task(made, TEAM_MANAGER, VIDEO);
        put_car(annotator, "label001", &of, 0, 2);
        submit(annotator, false);
        decide(manager, "label001", 'a');
        assert_ok(annoproj_task_approve(manager, NULL, NULL, &error), error);
        expect_review(manager, "label001", "new", "new"); /* the second review knows nothing of the first */
        const int64_t second = team_cell(manager, "stage");
        decide(manager, "label001", 'r');
        reject_task(manager);
        expect_review(annotator, "label001", "", "rejected");
        submit(annotator, keep);
        expect_review(manager, "label001", "approved", "approved"); /* not changed since the first review approved it */
        assert_ok(annoproj_task_approve(manager, NULL, NULL, &error), error);
        assert_int_equal(team_cell(manager, "stage"), second);
        expect_review(manager, "label001", keep ? "rejected" : "resolved", keep ? "rejected" : "resolved");
        decide(manager, "label001", 'r');
        move_to(manager, made->annotate);
        move_to(manager, second); /* nobody has said that it is mended */
        expect_review(manager, "label001", "rejected", "rejected");
        assert_int_equal(team_differences(made), 0);
        annoproj_task_close(annotator);
        annoproj_task_close(manager);
        team_free(made);
    }
}

static void writes_in_review(void **state) {
    (void)state;
    features of;
    annoproj_error *error = NULL;
    team *made = label_team("", "", false, &of);
    annoproj_task *annotator = team_task(made, TEAM_ANNOTATOR, VIDEO), *reviewer = NULL,
                  *manager = team_task(made, TEAM_MANAGER, VIDEO);
    put_car(annotator, "label001", &of, 0, 2);
    put_car(annotator, "label002", &of, 0, 2);
    submit(annotator, false);
    reviewer = team_task(made, TEAM_REVIEWER, VIDEO);
    assert_ok(annoproj_task_initiate(reviewer, NULL, &error), error);
    put_car(reviewer, "label001", &of, 0, 3); /* by the reviewer: approved */
    expect_review(reviewer, "label001", "approved", "approved");
    expect_review(reviewer, "label002", "new", "new");
    put_car(manager, "label001", &of, 0, 4); /* by somebody else: new */
    expect_review(reviewer, "label001", "new", "new");
    assert_int_equal(team_cell(manager, "assignee"), made->users[TEAM_REVIEWER]);
    put_car(reviewer, "label003", &of, 5, 5);
    expect_review(reviewer, "label003", "approved", "approved");
    assert_status(ANNOPROJ_STATE, annoproj_task_approve(reviewer, NULL, NULL, &error), error);
    assert_ok(annoproj_label_approve(reviewer, "label001", NULL, &error), error);
    assert_ok(annoproj_label_approve(reviewer, "label002", NULL, &error), error);
    assert_ok(annoproj_task_approve(reviewer, NULL, NULL, &error), error);
    expect_review(manager, "label002", "", "approved");
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(annotator);
    annoproj_task_close(reviewer);
    annoproj_task_close(manager);
    team_free(made);
}

static void strict_review(void **state) {
    (void)state;
    features of;
    annoproj_error *error = NULL;
    int64_t issue = 0;
    team *made = label_team("", "", false, &of);
    annoproj_task *annotator = team_task(made, TEAM_ANNOTATOR, VIDEO), *reviewer = NULL;
    annoproj_issue_options frame = ANNOPROJ_ISSUE_OPTIONS_INIT, on_label = ANNOPROJ_ISSUE_OPTIONS_INIT;
    annoproj_review_options decide_all = ANNOPROJ_REVIEW_OPTIONS_INIT;
    on_label.anchor = ANNOPROJ_ANCHOR_LABEL;
    on_label.label = "label001";
    decide_all.undecided = ANNOPROJ_UNDECIDED_DECIDE;
    frame.anchor = ANNOPROJ_ANCHOR_FRAME;
    frame.first_frame = 4;
    put_car(annotator, "label001", &of, 0, 2);
    put_car(annotator, "label002", &of, 0, 2);
    submit(annotator, false);
    reviewer = team_task(made, TEAM_REVIEWER, VIDEO);
    assert_status(ANNOPROJ_STATE, annoproj_task_reject(reviewer, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_task_approve(reviewer, &decide_all, NULL, &error), error);
    decide(reviewer, "label001", 'a');
    decide(reviewer, "label002", 'a');
    assert_ok(annoproj_issue_create(reviewer, "odd", &on_label, NULL, &issue, &error), error);
    /* No reason yet, and an issue on a label is none: the message says which are. */
    assert_int_equal(annoproj_task_reject(reviewer, NULL, NULL, &error), ANNOPROJ_STATE);
    assert_non_null(strstr(annoproj_error_message(error), "open an issue on the data unit, a frame, a range or a"));
    annoproj_error_free(error);
    assert_ok(annoproj_issue_create(reviewer, "one is missing", &frame, NULL, &issue, &error), error);
    decide(reviewer, "label002", 'o');
    assert_status(ANNOPROJ_STATE, annoproj_task_reject(reviewer, NULL, NULL, &error), error); /* undecided */
    decide(reviewer, "label002", 'a');
    assert_ok(annoproj_task_reject(reviewer, NULL, NULL, &error), error);
    assert_int_equal(team_cell(annotator, "stage"), made->annotate);
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(annotator);
    annoproj_task_close(reviewer);
    team_free(made);
}

static void raw_events(void **state) {
    (void)state;
    features of;
    team *made = label_team("", "", false, &of);
    annoproj_error *error = NULL;
    char expected[512];
    annoproj_task *annotator = team_task(made, TEAM_ANNOTATOR, VIDEO), *reviewer = NULL;
    put_car(annotator, "label001", &of, 0, 2);
    submit(annotator, false);
    reviewer = team_task(made, TEAM_REVIEWER, VIDEO);
    int64_t after = last_seq(made);
    decide(reviewer, "label001", 'a');
    decide(reviewer, "label001", 'a'); /* the same again is nothing */
    decide(reviewer, "label001", 'r');
    decide(reviewer, "label001", 'o');
    assert_status(ANNOPROJ_STATE, annoproj_label_reopen(reviewer, "label001", NULL, &error), error);
    snprintf(expected, sizeof expected,
             "review_approve 1 class=%lld\nreview_reject 1 class=%lld\nissue_create 1 class=%lld credited=%lld\n"
             "review_reopen 1 class=%lld\n",
             (long long)of.car, (long long)of.car, (long long)of.car, (long long)made->users[TEAM_ANNOTATOR],
             (long long)of.car);
    assert_events(made, after, expected);
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(annotator);
    annoproj_task_close(reviewer);
    team_free(made);
}

/* Each function with each of its statuses, and the bounds of a call: nothing changes. */
static void statuses(void **state) {
    (void)state;
    features of;
    annoproj_error *error = NULL;
    int64_t issue = 7;
    team *made = label_team("", "", false, &of);
    annoproj_task *annotator = team_task(made, TEAM_ANNOTATOR, VIDEO), *manager = team_task(made, TEAM_MANAGER, VIDEO),
                  *both = team_task(made, TEAM_BOTH, VIDEO), *reviewer = NULL;
    put_car(annotator, "label001", &of, 0, 2);
    assert_status(ANNOPROJ_STATE, annoproj_label_approve(manager, "label001", NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_label_reject(manager, "label001", NULL, NULL, NULL, &issue, &error), error);
    assert_int_equal(issue, 0);
    submit(annotator, false);
    reviewer = team_task(made, TEAM_REVIEWER, VIDEO);
    assert_status(ANNOPROJ_INVALID, annoproj_label_approve(NULL, "label001", NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_label_approve(reviewer, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_label_reject(reviewer, "label001", NULL, NULL, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_label_reject(reviewer, "label001", "\xff", NULL, NULL, &issue, &error),
                  error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_label_approve(reviewer, "label009", NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_label_reject(reviewer, "nothing", NULL, NULL, NULL, &issue, &error),
                  error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_label_reopen(reviewer, "label009", NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_label_reopen(reviewer, "label001", NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_label_approve(annotator, "label001", NULL, &error), error);
    assert_ok(annoproj_label_approve(reviewer, "label001", NULL, &error), error); /* takes the task */
    assert_status(ANNOPROJ_CONFLICT, annoproj_label_approve(both, "label001", NULL, &error), error);

    annoproj_cancel *cancel = NULL;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    int64_t after = last_seq(made);
    assert_ok(annoproj_cancel_new(&cancel, &error), error);
    assert_ok(annoproj_cancel_trigger(cancel, &error), error);
    call.cancel = cancel;
    assert_status(ANNOPROJ_CANCELLED, annoproj_label_reopen(reviewer, "label001", &call, &error), error);
    assert_status(ANNOPROJ_CANCELLED, annoproj_label_reject(reviewer, "label001", "no", NULL, &call, &issue, &error),
                  error);
    call = (annoproj_call)ANNOPROJ_CALL_INIT;
    call.timeout_us = 1;
    assert_status(ANNOPROJ_TIMEOUT, annoproj_label_approve(manager, "label001", &call, &error), error);
    assert_int_equal(last_seq(made), after);
    expect_review(reviewer, "label001", "approved", "approved");

    call = (annoproj_call)ANNOPROJ_CALL_INIT;
    call.request_key = "key-1";
    int64_t again = 0;
    assert_ok(annoproj_label_reject(reviewer, "label001", "no", NULL, &call, &issue, &error), error);
    after = last_seq(made);
    assert_ok(annoproj_label_reject(reviewer, "label001", "no", NULL, &call, &again, &error), error);
    assert_int_equal(again, issue);
    assert_int_equal(last_seq(made), after);
    assert_status(ANNOPROJ_CONFLICT, annoproj_label_reject(reviewer, "label001", "other", NULL, &call, &again, &error),
                  error);
    assert_int_equal(team_differences(made), 0);
    annoproj_cancel_free(cancel);
    annoproj_task_close(annotator);
    annoproj_task_close(reviewer);
    annoproj_task_close(manager);
    annoproj_task_close(both);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_entering),    cmocka_unit_test(two_review_stages),
                                       cmocka_unit_test(writes_in_review), cmocka_unit_test(strict_review),
                                       cmocka_unit_test(raw_events),       cmocka_unit_test(statuses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
