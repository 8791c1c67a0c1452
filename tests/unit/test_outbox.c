/* The outbox: which changes make messages, in which order, fetched until acknowledged, bounded. */
#include "team.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOCUMENT(annotate, complete, archive)                                                                          \
    "{\"start\":\"annotate\",\"stages\":["                                                                             \
    "{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"title\":\"Draw\",\"settings\":{" annotate                         \
    "},\"edges\":{\"submit\":\"review\"}},"                                                                            \
    "{\"key\":\"review\",\"type\":\"REVIEW\",\"title\":\"Review\",\"settings\":{\"strict_review\":false},\"edges\":{"  \
    "\"approve\":\"complete\",\"reject\":\"annotate\"}},"                                                              \
    "{\"key\":\"complete\",\"type\":\"DONE\",\"title\":\"Complete\",\"settings\":{" complete "}},"                     \
    "{\"key\":\"old\",\"type\":\"DONE\",\"title\":\"Old\",\"settings\":{\"archive\":true" archive "}}]}"

static team *with_webhooks(int64_t tasks) {
    annoproj_error *error = NULL;
    team *made = team_new(tasks, "", "");
    assert_ok(annoproj_workflow_update(made->host_project, DOCUMENT("\"webhook\":true", "\"webhook\":true", ""), NULL,
                                       &error),
              error);
    return made;
}

static annoproj_table *fetch(annoproj_project *project, int64_t after, int64_t limit) {
    annoproj_outbox_options options = ANNOPROJ_OUTBOX_OPTIONS_INIT;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    options.after = after;
    options.limit = limit;
    assert_ok(annoproj_outbox_fetch(project, &options, NULL, &table, &error), error);
    return table;
}

static int64_t cell(const annoproj_table *table, int64_t row, const char *column) {
    int32_t index = annoproj_table_column_index(table, column);
    assert_true(index >= 0);
    return annoproj_table_is_null(table, row, index) ? INT64_MIN : annoproj_table_int64(table, row, index);
}

static const char *word(const annoproj_table *table, int64_t row, const char *column) {
    return annoproj_table_text(table, row, annoproj_table_column_index(table, column));
}

/* The event types that wait, without counting an attempt: "task_submitted task_completed". */
static const char *waiting(team *made, char out[512]) {
    annoproj_table *table = fetch(made->host_project, 0, 0);
    size_t used = 0;
    out[0] = 0;
    for (int64_t row = 0; row < annoproj_table_row_count(table); row++) {
        const char *type = word(table, row, "event_type");
        assert_true(strlen(type) > 6);
        used += (size_t)snprintf(out + used, 512 - used, "%s%.*s", row ? " " : "", (int)strlen(type) - 6, type);
    }
    annoproj_table_free(table);
    return out;
}

static void act(team *made, enum member who, int64_t number, char what) {
    annoproj_error *error = NULL;
    annoproj_task *task = team_task(made, who, number);
    if (what == 's')
        assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    else if (what == 'a')
        assert_ok(annoproj_task_approve(task, NULL, NULL, &error), error);
    else if (what == 'r')
        assert_ok(annoproj_task_reject(task, NULL, NULL, &error), error);
    else if (what == 'm')
        assert_ok(annoproj_task_move(task, made->complete, NULL, &error), error);
    else
        assert_ok(annoproj_task_reopen(task, NULL, &error), error);
    annoproj_task_close(task);
}

static void test_which_actions(void **state) {
    (void)state;
    char found[512];
    team *made = with_webhooks(4);
    act(made, TEAM_ANNOTATOR, 0, 's');
    assert_string_equal(waiting(made, found), "task_submitted");
    act(made, TEAM_REVIEWER, 0, 'r');
    act(made, TEAM_ANNOTATOR, 0, 's');
    assert_string_equal(waiting(made, found), "task_submitted task_submitted");
    act(made, TEAM_REVIEWER, 0, 'a');
    assert_string_equal(waiting(made, found), "task_submitted task_submitted task_completed");
    act(made, TEAM_ADMIN, 1, 'm'); /* never on a move, never on a reopen */
    act(made, TEAM_ADMIN, 1, 'o');
    act(made, TEAM_ADMIN, 0, 'o');
    assert_string_equal(waiting(made, found), "task_submitted task_submitted task_completed");
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* Each stage speaks for itself, and what is off says nothing. */
static void test_the_flag(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    char found[512];
    team *made = team_new(3, "", "");
    act(made, TEAM_ANNOTATOR, 0, 's');
    act(made, TEAM_REVIEWER, 0, 'a');
    assert_string_equal(waiting(made, found), "");
    assert_ok(annoproj_workflow_update(made->host_project, DOCUMENT("\"webhook\":true", "", ""), NULL, &error), error);
    act(made, TEAM_ANNOTATOR, 1, 's');
    act(made, TEAM_REVIEWER, 1, 'a');
    assert_string_equal(waiting(made, found), "task_submitted");
    assert_ok(annoproj_workflow_update(made->host_project, DOCUMENT("", "\"webhook\":true", ""), NULL, &error), error);
    act(made, TEAM_ANNOTATOR, 2, 's');
    act(made, TEAM_REVIEWER, 2, 'a');
    assert_string_equal(waiting(made, found), "task_submitted task_completed");
    assert_status(ANNOPROJ_DATA,
                  annoproj_workflow_update(made->host_project, DOCUMENT("", "", ",\"webhook\":true"), NULL, &error),
                  error); /* complete stages only */
    team_free(made);
}

/* In bulk, too, and a task that is refused says nothing. */
static void test_bulk(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    char found[512];
    team *made = with_webhooks(3);
    const int64_t tasks[] = {made->first_task, made->first_task + 77, made->first_task + 1};
    assert_ok(annoproj_tasks_submit(made->host_project, tasks, 3, NULL, false, NULL, &table, &error), error);
    annoproj_table_free(table);
    assert_string_equal(waiting(made, found), "task_submitted task_submitted");
    assert_status(ANNOPROJ_NOT_FOUND,
                  annoproj_tasks_submit(made->host_project, tasks + 1, 2, NULL, true, NULL, &table, &error), error);
    assert_string_equal(waiting(made, found), "task_submitted task_submitted");
    team_free(made);
}

static void test_issues_and_status(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    char found[512];
    int64_t issue = 0;
    team *made = team_new(1, "", "");
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0);
    for (int round = 0; round < 2; round++) {
        assert_ok(annoproj_issue_create(task, "look", NULL, NULL, &issue, &error), error);
        assert_ok(annoproj_issue_comment(made->projects[TEAM_ANNOTATOR], issue, "and", NULL, &error), error);
        assert_ok(annoproj_issue_resolve(made->projects[TEAM_ANNOTATOR], issue, NULL, &error), error);
        assert_ok(annoproj_issue_resolve(made->projects[TEAM_ANNOTATOR], issue, NULL, &error), error);
        assert_ok(annoproj_issue_reopen(made->projects[TEAM_ANNOTATOR], issue, NULL, &error), error);
        assert_ok(annoproj_project_set_status(made->host_project, ANNOPROJ_PROJECT_IN_REVIEW - round, NULL, &error),
                  error);
        if (round == 0) {
            assert_string_equal(waiting(made, found), "");
            assert_ok(annoproj_project_setting_set(made->host_project, ANNOPROJ_SETTING_OUTBOX_ISSUES, 1, NULL, &error),
                      error);
            assert_ok(annoproj_project_setting_set(made->host_project, ANNOPROJ_SETTING_OUTBOX_STATUS, 1, NULL, &error),
                      error);
        }
    }
    assert_string_equal(waiting(made, found), "issue_created issue_commented issue_commented issue_resolved "
                                              "issue_reopened project_status");
    annoproj_task_close(task);
    team_free(made);
}

/* Numbers without gaps; fetched again until acknowledged; the body stays the same. */
static void test_redelivery(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = with_webhooks(3);
    int64_t gone = 0, first_us = made->now_us;
    for (int64_t i = 0; i < 3; i++)
        act(made, TEAM_ANNOTATOR, i, 's');
    annoproj_table *one = fetch(made->host_project, 0, 2);
    assert_int_equal(annoproj_table_row_count(one), 2);
    for (int64_t row = 0; row < 2; row++) {
        assert_int_equal(cell(one, row, "sequence"), row + 1);
        assert_int_equal(cell(one, row, "attempts"), 1);
        assert_int_equal(cell(one, row, "fetched"), INT64_MIN);
        assert_int_equal(cell(one, row, "created"), first_us);
    }
    made->now_us += 5000000;
    annoproj_table *two = fetch(made->host_project, 0, 0);
    assert_int_equal(annoproj_table_row_count(two), 3);
    assert_int_equal(cell(two, 0, "attempts"), 2);
    assert_int_equal(cell(two, 0, "fetched"), first_us);
    assert_int_equal(cell(two, 2, "attempts"), 1);
    assert_string_equal(word(one, 1, "body"), word(two, 1, "body"));
    assert_string_not_equal(word(two, 1, "body"), word(two, 2, "body"));
    annoproj_table_free(one);
    annoproj_table_free(two);
    const int64_t second[] = {2, 2};
    assert_ok(annoproj_outbox_acknowledge(made->host_project, second, 2, NULL, &gone, &error), error);
    assert_int_equal(gone, 1);
    assert_ok(annoproj_outbox_acknowledge(made->host_project, second, 1, NULL, &gone, &error), error);
    assert_int_equal(gone, 0);
    one = fetch(made->host_project, 0, 0);
    assert_int_equal(annoproj_table_row_count(one), 2);
    assert_int_equal(cell(one, 0, "sequence"), 1);
    assert_int_equal(cell(one, 1, "sequence"), 3);
    annoproj_table_free(one);
    one = fetch(made->host_project, 1, 0);
    assert_int_equal(annoproj_table_row_count(one), 1);
    assert_int_equal(cell(one, 0, "sequence"), 3);
    annoproj_table_free(one);
    assert_ok(annoproj_outbox_acknowledge_to(made->host_project, 3, NULL, &gone, &error), error);
    assert_int_equal(gone, 2);
    assert_ok(annoproj_outbox_acknowledge_to(made->host_project, 3, NULL, &gone, &error), error);
    assert_int_equal(gone, 0);
    act(made, TEAM_REVIEWER, 0, 'a');
    one = fetch(made->host_project, 0, 0);
    assert_int_equal(annoproj_table_row_count(one), 1);
    assert_int_equal(cell(one, 0, "sequence"), 4); /* never given again */
    annoproj_table_free(one);
    team_free(made);
}

/* What nobody has fetched cannot be acknowledged, and nothing of a refused call is done. */
static void test_refusals(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_outbox_options options = ANNOPROJ_OUTBOX_OPTIONS_INIT;
    annoproj_table *table = NULL;
    team *made = with_webhooks(3);
    annoproj_project *project = made->host_project;
    const int64_t both[] = {1, 2}, far[] = {1, 9}, zero[] = {0};
    int64_t gone = 5;
    act(made, TEAM_ANNOTATOR, 0, 's');
    act(made, TEAM_ANNOTATOR, 1, 's');
    annoproj_table_free(fetch(project, 0, 1));
    assert_status(ANNOPROJ_STATE, annoproj_outbox_acknowledge(project, both, 2, NULL, &gone, &error), error);
    assert_int_equal(gone, 0);
    assert_status(ANNOPROJ_STATE, annoproj_outbox_acknowledge_to(project, 2, NULL, &gone, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_outbox_acknowledge(project, far, 2, NULL, &gone, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_outbox_acknowledge_to(project, 9, NULL, &gone, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_outbox_acknowledge(project, zero, 1, NULL, &gone, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_outbox_acknowledge_to(project, 0, NULL, &gone, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_outbox_acknowledge(project, NULL, 1, NULL, &gone, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_outbox_acknowledge(project, both, 2, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_outbox_acknowledge_to(NULL, 1, NULL, &gone, &error), error);
    table = fetch(project, 0, 0);
    assert_int_equal(annoproj_table_row_count(table), 2);
    annoproj_table_free(table);
    options.limit = 10001;
    assert_status(ANNOPROJ_INVALID, annoproj_outbox_fetch(project, &options, NULL, &table, &error), error);
    options.limit = -1;
    assert_status(ANNOPROJ_INVALID, annoproj_outbox_fetch(project, &options, NULL, &table, &error), error);
    options.limit = 0;
    options.after = -1;
    assert_status(ANNOPROJ_INVALID, annoproj_outbox_fetch(project, &options, NULL, &table, &error), error);
    options.after = 0;
    options.key = "";
    assert_status(ANNOPROJ_INVALID, annoproj_outbox_fetch(project, &options, NULL, &table, &error), error);
    options.key = NULL;
    options.source = "\xff";
    assert_status(ANNOPROJ_INVALID, annoproj_outbox_fetch(project, &options, NULL, &table, &error), error);
    assert_null(table);
    assert_status(ANNOPROJ_INVALID, annoproj_outbox_fetch(project, NULL, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_outbox_waiting(NULL, NULL, &table, &error), error);
    team_free(made);
}

/* Only admins and the host; the list of projects is the same predicate. */
static void test_rights(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    team *made = with_webhooks(1);
    int64_t gone = 0;
    act(made, TEAM_ANNOTATOR, 0, 's');
    for (int who = TEAM_ADMIN; who < TEAM_SIZE; who++) {
        const annoproj_status wanted = who == TEAM_ADMIN ? ANNOPROJ_OK : ANNOPROJ_PERMISSION;
        assert_status(wanted, annoproj_outbox_fetch(made->projects[who], NULL, NULL, &table, &error), error);
        annoproj_table_free(table);
        assert_ok(annoproj_outbox_waiting(made->sessions[who], NULL, &table, &error), error);
        assert_int_equal(annoproj_table_row_count(table), who == TEAM_ADMIN);
        annoproj_table_free(table);
        if (who == TEAM_ADMIN)
            continue;
        assert_status(wanted, annoproj_outbox_acknowledge_to(made->projects[who], 1, NULL, &gone, &error), error);
        assert_status(
            wanted, annoproj_outbox_acknowledge(made->projects[who], &made->first_task, 1, NULL, &gone, &error), error);
    }
    assert_ok(annoproj_project_set_status(made->host_project, ANNOPROJ_PROJECT_ARCHIVED, NULL, &error), error);
    assert_ok(annoproj_outbox_acknowledge_to(made->projects[TEAM_ADMIN], 1, NULL, &gone, &error), error);
    assert_int_equal(gone, 1); /* what is left is delivered from archived projects, too */
    assert_ok(annoproj_outbox_waiting(made->host, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 0);
    annoproj_table_free(table);
    team_free(made);
}

static void test_limit(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    team *made = with_webhooks(6);
    for (int64_t i = 0; i < 5; i++)
        act(made, TEAM_ANNOTATOR, i, 's');
    assert_ok(annoproj_project_setting_set(made->host_project, ANNOPROJ_SETTING_OUTBOX_LIMIT, 2, NULL, &error), error);
    act(made, TEAM_ANNOTATOR, 5, 's');
    assert_ok(annoproj_outbox_waiting(made->host, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 1);
    assert_int_equal(cell(table, 0, "project"), made->project);
    assert_int_equal(cell(table, 0, "waiting"), 2);
    assert_int_equal(cell(table, 0, "first"), 5);
    assert_int_equal(cell(table, 0, "last"), 6);
    assert_int_equal(cell(table, 0, "dropped"), 4);
    assert_int_equal(cell(table, 0, "since"), made->now_us);
    annoproj_table_free(table);
    table = fetch(made->host_project, 0, 0);
    assert_int_equal(annoproj_table_row_count(table), 2);
    assert_int_equal(cell(table, 0, "sequence"), 5);
    annoproj_table_free(table);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_which_actions), cmocka_unit_test(test_the_flag),
        cmocka_unit_test(test_bulk),          cmocka_unit_test(test_issues_and_status),
        cmocka_unit_test(test_redelivery),    cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_rights),        cmocka_unit_test(test_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
