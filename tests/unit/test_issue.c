/* Issues (behaviour §10): anchors, comments, resolution, the one rejection issue of a label, counters, credit. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "label_support.h"

static int64_t open_issue(annoproj_task *task, annoproj_anchor anchor, const char *comment) {
    annoproj_issue_options options = ANNOPROJ_ISSUE_OPTIONS_INIT;
    annoproj_error *error = NULL;
    int64_t issue = 0;
    options.anchor = anchor;
    options.first_frame = 3;
    options.last_frame = 5;
    options.x = 0.25;
    options.y = 1;
    options.label = anchor == ANNOPROJ_ANCHOR_LABEL ? "label001" : NULL;
    assert_ok(annoproj_issue_create(task, comment, &options, NULL, &issue, &error), error);
    assert_true(issue > 0);
    return issue;
}

static void expect_counts(annoproj_task *task, team *made, int64_t open, int64_t resolved) {
    assert_int_equal(team_cell(task, "open_issues"), open);
    assert_int_equal(team_cell(task, "resolved_issues"), resolved);
    assert_int_equal(counter(made, "open_issues"), open);
}

/* A cell of issue_row as text; "-" for null. */
static const char *issue_cell(annoproj_task *task, int64_t row, const char *column, char out[64]) {
    annoproj_table *table = NULL;
    annoproj_error *error = NULL;
    assert_ok(annoproj_task_issues(task, NULL, &table, &error), error);
    int32_t index = annoproj_table_column_index(table, column);
    assert_true(index >= 0 && row < annoproj_table_row_count(table));
    if (annoproj_table_is_null(table, row, index)) {
        snprintf(out, 64, "-");
    } else if (strcmp(column, "x") == 0 || strcmp(column, "y") == 0) {
        snprintf(out, 64, "%g", annoproj_table_double(table, row, index));
    } else if (strcmp(column, "anchor") == 0 || strcmp(column, "label") == 0) {
        snprintf(out, 64, "%s", annoproj_table_text(table, row, index));
    } else if (strcmp(column, "resolved") == 0 || strcmp(column, "rejection") == 0) {
        snprintf(out, 64, "%s", annoproj_table_int64(table, row, index) != 0 ? "yes" : "no");
    } else {
        snprintf(out, 64, "%lld", (long long)annoproj_table_int64(table, row, index));
    }
    annoproj_table_free(table);
    return out;
}

static void anchors(void **state) {
    (void)state;
    static const struct {
        annoproj_anchor anchor;
        const char *cells[6];
    } expected[] = {
        {ANNOPROJ_ANCHOR_DATA_UNIT, {"data_unit", "-", "-", "-", "-", "-"}},
        {ANNOPROJ_ANCHOR_FRAME, {"frame", "-", "3", "-", "-", "-"}},
        {ANNOPROJ_ANCHOR_COORDINATE, {"coordinate", "-", "3", "-", "0.25", "1"}},
        {ANNOPROJ_ANCHOR_FRAME_RANGE, {"frame_range", "-", "3", "5", "-", "-"}},
        {ANNOPROJ_ANCHOR_LABEL, {"label", "label001", "-", "-", "-", "-"}},
    };
    static const char *const columns[] = {"anchor", "label", "first_frame", "last_frame", "x", "y"};
    features of;
    char cell[64];
    team *made = label_team("", "", false, &of);
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, VIDEO);
    put_car(task, "label001", &of, 0, 2);
    for (int64_t i = 0; i < 5; i++) {
        open_issue(task, expected[i].anchor, i % 2 ? "" : "look");
        for (size_t column = 0; column < 6; column++) {
            assert_string_equal(issue_cell(task, i, columns[column], cell), expected[i].cells[column]);
        }
        assert_string_equal(issue_cell(task, i, "comments", cell), i % 2 ? "0" : "1");
        assert_string_equal(issue_cell(task, i, "resolved", cell), "no");
        assert_string_equal(issue_cell(task, i, "rejection", cell), "no");
    }
    expect_counts(task, made, 5, 0);
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(task);
    team_free(made);
}

static void resolve_and_reopen(void **state) {
    (void)state;
    features of;
    annoproj_error *error = NULL;
    team *made = label_team("", "", false, &of);
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, VIDEO);
    annoproj_project *project = made->projects[TEAM_ANNOTATOR];
    int64_t issue = open_issue(task, ANNOPROJ_ANCHOR_FRAME, "look");
    int64_t after = last_seq(made);
    assert_ok(annoproj_issue_comment(project, issue, "second", NULL, &error), error);
    assert_ok(annoproj_issue_reopen(project, issue, NULL, &error), error); /* open: no event */
    assert_ok(annoproj_issue_resolve(project, issue, NULL, &error), error);
    expect_counts(task, made, 0, 1);
    assert_ok(annoproj_issue_resolve(project, issue, NULL, &error), error); /* resolved: no event */
    assert_ok(annoproj_issue_reopen(project, issue, NULL, &error), error);
    expect_counts(task, made, 1, 0);
    assert_events(made, after, "issue_comment 1\nissue_resolve 1\nissue_reopen 1\n");

    annoproj_table *comments = NULL;
    assert_ok(annoproj_task_comments(task, NULL, &comments, &error), error);
    assert_int_equal(annoproj_table_row_count(comments), 2);
    int32_t text = annoproj_table_column_index(comments, "text"),
            email = annoproj_table_column_index(comments, "author_email");
    assert_string_equal(annoproj_table_text(comments, 0, text), "look");
    assert_string_equal(annoproj_table_text(comments, 1, text), "second");
    assert_string_equal(annoproj_table_text(comments, 1, email), "annotator@x.org");
    annoproj_table_free(comments);
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(task);
    team_free(made);
}

static void rejection_issue(void **state) {
    (void)state;
    features of;
    annoproj_error *error = NULL;
    char expected[1024], cell[64];
    int64_t first = 0, again = 0;
    team *made = label_team("", "", false, &of);
    annoproj_task *annotator = team_task(made, TEAM_ANNOTATOR, VIDEO), *manager = team_task(made, TEAM_MANAGER, VIDEO);
    put_car(annotator, "label001", &of, 0, 2);
    put_car(annotator, "label002", &of, 0, 2);
    assert_ok(annoproj_task_submit(annotator, NULL, NULL, &error), error);
    int64_t after = last_seq(made);
    long long car = of.car, who = made->users[TEAM_ANNOTATOR];
    assert_ok(annoproj_label_reject(manager, "label001", "too large", NULL, NULL, &first, &error), error); /* opens */
    assert_ok(annoproj_label_reject(manager, "label001", "really", NULL, NULL, &again, &error), error);    /* appends */
    assert_int_equal(first, again);
    assert_ok(annoproj_label_reject(manager, "label001", "", NULL, NULL, &again, &error),
              error);                                                            /* nothing to append */
    assert_ok(annoproj_label_approve(manager, "label001", NULL, &error), error); /* resolves */
    expect_counts(manager, made, 0, 1);
    assert_ok(annoproj_label_reject(manager, "label001", NULL, NULL, NULL, &again, &error), error); /* reopens */
    assert_int_equal(first, again);
    expect_counts(manager, made, 1, 0);
    assert_string_equal(issue_cell(manager, 0, "rejection", cell), "yes");
    assert_string_equal(issue_cell(manager, 0, "anchor", cell), "label");
    assert_string_equal(issue_cell(manager, 0, "comments", cell), "2");
    snprintf(expected, sizeof expected,
             "review_reject 1 class=%lld\nissue_create 1 class=%lld credited=%lld\nissue_comment 1 class=%lld "
             "credited=%lld\n"
             "issue_comment 1 class=%lld credited=%lld\nreview_approve 1 class=%lld\nissue_resolve 1 class=%lld "
             "credited=%lld\n"
             "review_reject 1 class=%lld\nissue_reopen 1 class=%lld credited=%lld\n",
             car, car, who, car, who, car, who, car, car, who, car, car, who);
    assert_events(made, after, expected);
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(annotator);
    annoproj_task_close(manager);
    team_free(made);
}

/* The approve of the task resolves rejection issues, also of labels that are gone; its reject opens none but for the
 * comment. */
static void with_the_task(void **state) {
    (void)state;
    features of;
    annoproj_error *error = NULL;
    char cell[64];
    int64_t issue = 0;
    annoproj_review_options decide = ANNOPROJ_REVIEW_OPTIONS_INIT;
    decide.undecided = ANNOPROJ_UNDECIDED_DECIDE;
    team *made = label_team("", "", false, &of);
    annoproj_task *annotator = team_task(made, TEAM_ANNOTATOR, VIDEO), *manager = team_task(made, TEAM_MANAGER, VIDEO);
    static draft changes;
    put_car(annotator, "label001", &of, 0, 2);
    put_car(annotator, "label002", &of, 0, 2);
    assert_ok(annoproj_task_submit(annotator, NULL, NULL, &error), error);
    assert_ok(annoproj_label_reject(manager, "label001", "no", NULL, NULL, &issue, &error), error);
    decide.comment = "see there";
    assert_ok(annoproj_task_reject(manager, &decide, NULL, &error), error);
    expect_counts(manager, made, 2, 0); /* the label's, and the comment's on the data unit */
    assert_string_equal(issue_cell(manager, 1, "anchor", cell), "data_unit");
    draft_begin(&changes);
    draft_remove(&changes, "label001");
    assert_ok(draft_write(&changes, annotator, NULL, &error), error);
    assert_ok(annoproj_task_submit(annotator, NULL, NULL, &error), error);
    expect_counts(manager, made, 2, 0); /* a submit resolves reviews, not issues */
    decide.comment = NULL;
    assert_ok(annoproj_task_approve(manager, &decide, NULL, &error), error);
    expect_counts(manager, made, 1, 1);
    assert_string_equal(issue_cell(manager, 0, "resolved", cell), "yes");
    assert_string_equal(issue_cell(manager, 1, "resolved", cell), "no");
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(annotator);
    annoproj_task_close(manager);
    team_free(made);
}

static void expect_gone(annoproj_task *task, int64_t issues, bool gone) {
    char cell[64];
    for (int64_t i = 0; i < issues; i++)
        assert_string_equal(issue_cell(task, i, "label_gone", cell), gone ? "1" : "0");
}

/* A label is who it is by its hash: removed and put back, also before it was ever published, it has the issues that it had. */
static void label_put_back(void **state) {
    (void)state;
    features of;
    annoproj_error *error = NULL;
    int64_t first = 0, again = 0;
    static draft changes;
    team *made = label_team("", "", false, &of);
    annoproj_task *annotator = team_task(made, TEAM_ANNOTATOR, VIDEO), *manager = team_task(made, TEAM_MANAGER, VIDEO);
    put_car(annotator, "label002", &of, 0, 2);
    assert_ok(annoproj_task_submit(annotator, NULL, NULL, &error), error);
    put_car(manager, "label001", &of, 0, 2);
    assert_ok(annoproj_label_reject(manager, "label001", "no", NULL, NULL, &first, &error), error);
    open_issue(manager, ANNOPROJ_ANCHOR_LABEL, "here");
    expect_gone(manager, 2, false);
    draft_begin(&changes);
    draft_remove(&changes, "label001");
    assert_ok(draft_write(&changes, manager, NULL, &error), error);
    expect_gone(manager, 2, true);
    put_car(manager, "label001", &of, 0, 2);
    expect_gone(manager, 2, false);
    assert_ok(annoproj_label_reject(manager, "label001", "again", NULL, NULL, &again, &error), error);
    assert_int_equal(first, again);
    expect_counts(manager, made, 2, 0);
    assert_ok(annoproj_label_approve(manager, "label001", NULL, &error), error);
    expect_counts(manager, made, 1, 1);
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(annotator);
    annoproj_task_close(manager);
    team_free(made);
}

static void refused(annoproj_task *task, annoproj_issue_options options, annoproj_status expected) {
    annoproj_error *error = NULL;
    int64_t issue = 9;
    assert_status(expected, annoproj_issue_create(task, "x", &options, NULL, &issue, &error), error);
    assert_int_equal(issue, 0);
}

static void statuses(void **state) {
    (void)state;
    features of;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    int64_t issue = 0, none = 0;
    annoproj_issue_options wrong = ANNOPROJ_ISSUE_OPTIONS_INIT;
    team *made = label_team("", "", false, &of);
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, VIDEO), *both = team_task(made, TEAM_BOTH, VIDEO);
    annoproj_project *project = made->projects[TEAM_ANNOTATOR];
    put_car(task, "label001", &of, 0, 2);
    issue = open_issue(task, ANNOPROJ_ANCHOR_DATA_UNIT, "x");
    int64_t after = last_seq(made);
    wrong.anchor = 5;
    refused(task, wrong, ANNOPROJ_INVALID);
    wrong.anchor = ANNOPROJ_ANCHOR_FRAME;
    wrong.first_frame = 10;
    refused(task, wrong, ANNOPROJ_DATA);
    wrong.first_frame = -1;
    refused(task, wrong, ANNOPROJ_DATA);
    wrong.anchor = ANNOPROJ_ANCHOR_FRAME_RANGE;
    wrong.first_frame = 5;
    wrong.last_frame = 4;
    refused(task, wrong, ANNOPROJ_DATA);
    wrong.anchor = ANNOPROJ_ANCHOR_COORDINATE;
    wrong.x = NAN;
    refused(task, wrong, ANNOPROJ_DATA);
    wrong.anchor = ANNOPROJ_ANCHOR_LABEL;
    wrong.label = "label009";
    refused(task, wrong, ANNOPROJ_NOT_FOUND);
    wrong.label = NULL;
    refused(task, wrong, ANNOPROJ_INVALID);
    assert_status(ANNOPROJ_INVALID, annoproj_issue_create(task, NULL, NULL, NULL, &none, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_issue_create(task, "\xff", NULL, NULL, &none, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_issue_create(task, "x", NULL, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_issue_create(NULL, "x", NULL, NULL, &none, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_issue_create(both, "x", NULL, NULL, &none, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_task_issues(both, NULL, &table, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_task_comments(both, NULL, &table, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_task_issues(task, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_issue_resolve(project, issue + 1, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_issue_reopen(project, 12345, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_issue_comment(project, -1, "x", NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_issue_comment(project, issue, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_issue_resolve(NULL, issue, NULL, &error), error);

    annoproj_cancel *cancel = NULL;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    assert_ok(annoproj_cancel_new(&cancel, &error), error);
    assert_ok(annoproj_cancel_trigger(cancel, &error), error);
    call.cancel = cancel;
    assert_status(ANNOPROJ_CANCELLED, annoproj_issue_create(task, "x", NULL, &call, &none, &error), error);
    assert_status(ANNOPROJ_CANCELLED, annoproj_issue_comment(project, issue, "x", &call, &error), error);
    assert_status(ANNOPROJ_CANCELLED, annoproj_issue_resolve(project, issue, &call, &error), error);
    assert_status(ANNOPROJ_CANCELLED, annoproj_issue_reopen(project, issue, &call, &error), error);
    assert_status(ANNOPROJ_CANCELLED, annoproj_task_issues(task, &call, &table, &error), error);
    assert_status(ANNOPROJ_CANCELLED, annoproj_task_comments(task, &call, &table, &error), error);
    call = (annoproj_call)ANNOPROJ_CALL_INIT;
    call.timeout_us = 1;
    assert_status(ANNOPROJ_TIMEOUT, annoproj_issue_create(task, "x", NULL, &call, &none, &error), error);
    assert_status(ANNOPROJ_TIMEOUT, annoproj_issue_resolve(project, issue, &call, &error), error);
    assert_int_equal(last_seq(made), after);

    call = (annoproj_call)ANNOPROJ_CALL_INIT;
    call.request_key = "once";
    assert_ok(annoproj_issue_create(task, "x", NULL, &call, &issue, &error), error);
    after = last_seq(made);
    assert_ok(annoproj_issue_create(task, "x", NULL, &call, &none, &error), error);
    assert_int_equal(none, issue);
    assert_int_equal(last_seq(made), after);
    assert_status(ANNOPROJ_CONFLICT, annoproj_issue_create(task, "y", NULL, &call, &none, &error), error);
    expect_counts(task, made, 2, 0);
    assert_int_equal(team_differences(made), 0);
    annoproj_cancel_free(cancel);
    annoproj_task_close(task);
    annoproj_task_close(both);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(anchors),         cmocka_unit_test(resolve_and_reopen),
                                       cmocka_unit_test(rejection_issue), cmocka_unit_test(with_the_task),
                                       cmocka_unit_test(label_put_back),  cmocka_unit_test(statuses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
