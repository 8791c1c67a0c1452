/* Move and reopen (behaviour §8; source documentation, "Move Tasks"), single and in bulk. */
#include "team.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* annotate -> second -> review -> complete, an agent, an archive, a router. */
static const char flow[] =
    "{\"start\":\"annotate\",\"stages\":["
    "{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"split\"}},"
    "{\"key\":\"split\",\"type\":\"PERCENTAGE_ROUTER\",\"pathways\":[{\"key\":\"p\",\"percentage\":1,\"to\":\"review\"}"
    "]},"
    "{\"key\":\"review\",\"type\":\"REVIEW\",\"edges\":{\"approve\":\"complete\",\"reject\":\"annotate\"}},"
    "{\"key\":\"agent\",\"type\":\"AGENT\",\"pathways\":[{\"key\":\"ok\",\"to\":\"complete\"}]},"
    "{\"key\":\"archive\",\"type\":\"DONE\",\"settings\":{\"archive\":true}},"
    "{\"key\":\"complete\",\"type\":\"DONE\"}]}";

/* The same with a review that was added later than the complete stage. */
static const char audited[] =
    "{\"start\":\"annotate\",\"stages\":["
    "{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"review\"}},"
    "{\"key\":\"review\",\"type\":\"REVIEW\",\"edges\":{\"approve\":\"audit\",\"reject\":\"annotate\"}},"
    "{\"key\":\"audit\",\"type\":\"REVIEW\",\"edges\":{\"approve\":\"complete\",\"reject\":\"annotate\"}},"
    "{\"key\":\"complete\",\"type\":\"DONE\"}]}";

static team *new_team(int64_t tasks) {
    annoproj_error *error = NULL;
    team *made = team_new(tasks, "", "");
    assert_ok(annoproj_workflow_update(made->projects[TEAM_ADMIN], flow, NULL, &error), error);
    return made;
}

static int64_t stage_of(team *made, const char *key) {
    annoproj_error *error = NULL;
    annoproj_stage *stage = NULL;
    assert_ok(annoproj_stage_open(made->host_project, key, NULL, &stage, &error), error);
    int64_t id = annoproj_stage_id(stage);
    annoproj_stage_close(stage);
    return id;
}

static void move(team *made, enum member who, int64_t number, int64_t stage, annoproj_status expected) {
    annoproj_error *error = NULL;
    annoproj_task *task = team_task(made, who, number);
    assert_status(expected, annoproj_task_move(task, stage, NULL, &error), error);
    annoproj_task_close(task);
}

static void expect_at(team *made, int64_t number, int64_t stage, const char *status, int64_t assignee) {
    char word[64];
    annoproj_task *task = team_task(made, TEAM_ADMIN, number);
    assert_int_equal(team_cell(task, "stage"), stage);
    assert_string_equal(team_word(task, "status", word), status);
    assert_int_equal(team_cell(task, "assignee"), assignee ? assignee : INT64_MIN);
    annoproj_task_close(task);
}

static int64_t figure(team *made, const char *column) {
    annoproj_error *error = NULL;
    annoproj_query *query = NULL;
    annoproj_table *table = NULL;
    assert_ok(annoproj_query_open(made->host_project, NULL, NULL, &query, &error), error);
    assert_ok(annoproj_query_task_actions(query, NULL, &table, &error), error);
    int64_t value = annoproj_table_row_count(table)
                        ? annoproj_table_int64(table, 0, annoproj_table_column_index(table, column))
                        : 0;
    annoproj_table_free(table);
    annoproj_query_close(query);
    return value;
}

static int64_t created_labels(team *made) {
    annoproj_error *error = NULL;
    annoproj_query *query = NULL;
    annoproj_table *table = NULL;
    assert_ok(annoproj_query_open(made->host_project, NULL, NULL, &query, &error), error);
    assert_ok(annoproj_query_ontology_actions(query, NULL, &table, &error), error);
    int64_t value = annoproj_table_int64(table, 0, annoproj_table_column_index(table, "created")) +
                    annoproj_table_int64(table, 0, annoproj_table_column_index(table, "approved"));
    annoproj_table_free(table);
    annoproj_query_close(query);
    return value;
}

static void test_targets(void **state) {
    (void)state;
    team *made = new_team(1);
    int64_t agent = stage_of(made, "agent"), archive = stage_of(made, "archive");
    annoproj_task *task = team_task(made, TEAM_ADMIN, 0);
    annoproj_error *error = NULL;
    assert_ok(annoproj_task_set_priority(task, 77, NULL, &error), error);
    annoproj_task_close(task);
    move(made, TEAM_MANAGER, 0, made->annotate, ANNOPROJ_STATE);       /* its own stage */
    move(made, TEAM_MANAGER, 0, made->annotate + 3, ANNOPROJ_INVALID); /* the router */
    move(made, TEAM_MANAGER, 0, made->annotate + 4000, ANNOPROJ_NOT_FOUND);
    move(made, TEAM_ANNOTATOR, 0, made->review, ANNOPROJ_PERMISSION);
    made->now_us += 5000000;
    move(made, TEAM_MANAGER, 0, made->review, ANNOPROJ_OK);
    expect_at(made, 0, made->review, "new", 0);
    move(made, TEAM_ADMIN, 0, agent, ANNOPROJ_OK);
    expect_at(made, 0, agent, "new", 0);
    move(made, TEAM_ADMIN, 0, archive, ANNOPROJ_OK);
    expect_at(made, 0, archive, "completed", 0);
    move(made, TEAM_ADMIN, 0, made->complete, ANNOPROJ_OK);
    expect_at(made, 0, made->complete, "completed", 0);
    move(made, TEAM_ADMIN, 0, made->annotate, ANNOPROJ_OK);
    expect_at(made, 0, made->annotate, "new", 0);
    task = team_task(made, TEAM_ADMIN, 0);
    assert_int_equal(team_cell(task, "priority"), 77);
    assert_int_equal(team_cell(task, "entered"), made->now_us);
    assert_int_equal(team_cell(task, "last_action_user"), made->users[TEAM_ADMIN]);
    annoproj_task_close(task);
    assert_int_equal(figure(made, "moved"), 5);
    assert_int_equal(figure(made, "submitted") + figure(made, "approved"), 0);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* To complete: labels become approved, open rejection issues are resolved; nothing is counted but the move. */
static void test_complete_approves_labels_and_counts_nothing(void **state) {
    (void)state;
    team *made = new_team(2);
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    char hash[16], draft[16];
    int64_t issue = 0;
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0);
    team_draw(made, task, "", 10, hash);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    annoproj_task_close(task);
    task = team_task(made, TEAM_REVIEWER, 0);
    assert_ok(annoproj_label_reject(task, hash, "no", NULL, NULL, &issue, &error), error);
    annoproj_task_close(task);
    task = team_task(made, TEAM_ADMIN, 0);
    team_draw(made, task, "", 40, draft); /* never published */
    int64_t before = created_labels(made);
    assert_int_equal(before, 1);
    move(made, TEAM_ADMIN, 0, made->complete, ANNOPROJ_OK);
    assert_int_equal(created_labels(made), before);
    assert_int_equal(team_cell(task, "open_issues"), 0);
    assert_int_equal(team_cell(task, "resolved_issues"), 1);
    assert_ok(annoproj_task_labels(task, NULL, &table, &error), error);
    int32_t review = annoproj_table_column_index(table, "review_state");
    for (int64_t row = 0; row < annoproj_table_row_count(table); row++)
        assert_string_equal(annoproj_table_text(table, row, review), "approved");
    assert_int_equal(annoproj_table_row_count(table), 2);
    annoproj_table_free(table);

    /* What was moved counts as published afterwards: a submit later on creates nothing. */
    move(made, TEAM_ADMIN, 0, made->annotate, ANNOPROJ_OK);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    assert_int_equal(created_labels(made), before);
    annoproj_task_close(task);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

static void test_archive_approves_nothing(void **state) {
    (void)state;
    team *made = new_team(1);
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    char hash[16];
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0);
    team_draw(made, task, "", 10, hash);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    annoproj_task_close(task);
    move(made, TEAM_ADMIN, 0, stage_of(made, "archive"), ANNOPROJ_OK);
    task = team_task(made, TEAM_ADMIN, 0);
    assert_ok(annoproj_task_labels(task, NULL, &table, &error), error);
    assert_string_equal(annoproj_table_text(table, 0, annoproj_table_column_index(table, "review_state")), "new");
    annoproj_table_free(table);
    annoproj_task_close(task);
    team_free(made);
}

static void test_reopen(void **state) {
    (void)state;
    team *made = new_team(2);
    annoproj_error *error = NULL;
    char hash[16];
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0);
    team_draw(made, task, "", 10, hash);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    annoproj_task_close(task);
    task = team_task(made, TEAM_MANAGER, 0);
    assert_ok(annoproj_task_reopen(task, NULL, &error), error);
    expect_at(made, 0, made->annotate, "reopened", made->users[TEAM_ANNOTATOR]);
    assert_status(ANNOPROJ_STATE, annoproj_task_reopen(task, NULL, &error), error);
    annoproj_task_close(task);
    task = team_task(made, TEAM_ANNOTATOR, 0);
    assert_status(ANNOPROJ_PERMISSION, annoproj_task_reopen(task, NULL, &error), error);
    annoproj_task_close(task);
    /* Never submitted: nobody to give it to. */
    move(made, TEAM_ADMIN, 1, made->complete, ANNOPROJ_OK);
    task = team_task(made, TEAM_ADMIN, 1);
    assert_ok(annoproj_task_reopen(task, NULL, &error), error);
    annoproj_task_close(task);
    expect_at(made, 1, made->annotate, "reopened", 0);
    assert_int_equal(figure(made, "reopened"), 2);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* "From any stage but the first": an agent stage before it has nothing to do again. */
static void test_reopen_from_the_first_stage(void **state) {
    static const char agent_first[] =
        "{\"start\":\"agent\",\"stages\":["
        "{\"key\":\"agent\",\"type\":\"AGENT\",\"pathways\":[{\"key\":\"ok\",\"to\":\"annotate\"}]},"
        "{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"review\"}},"
        "{\"key\":\"review\",\"type\":\"REVIEW\",\"edges\":{\"approve\":\"complete\",\"reject\":\"annotate\"}},"
        "{\"key\":\"complete\",\"type\":\"DONE\"}]}";
    (void)state;
    team *made = team_new(1, "", "");
    annoproj_error *error = NULL;
    annoproj_task *task = team_task(made, TEAM_MANAGER, 0);
    assert_ok(annoproj_workflow_update(made->projects[TEAM_ADMIN], agent_first, NULL, &error), error);
    const int64_t agent = stage_of(made, "agent");
    move(made, TEAM_ADMIN, 0, agent, ANNOPROJ_OK);
    assert_status(ANNOPROJ_STATE, annoproj_task_reopen(task, NULL, &error), error);
    expect_at(made, 0, agent, "new", 0);
    move(made, TEAM_ADMIN, 0, made->review, ANNOPROJ_OK);
    assert_ok(annoproj_task_reopen(task, NULL, &error), error);
    expect_at(made, 0, made->annotate, "reopened", 0);
    annoproj_task_close(task);
    team_free(made);
}

static int64_t outcome(const annoproj_table *table, int64_t row) {
    return annoproj_table_int64(table, row, annoproj_table_column_index(table, "status"));
}

static void test_bulk_has_an_outcome_for_each(void **state) {
    (void)state;
    team *made = new_team(5);
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    annoproj_project *admin = made->projects[TEAM_ADMIN];
    const int64_t first = made->first_task;
    int64_t tasks[] = {first, first + 1, first + 999, first + 1, first + 2};
    move(made, TEAM_ADMIN, 2, made->review, ANNOPROJ_OK);
    assert_ok(annoproj_tasks_move(admin, tasks, 5, made->review, false, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 5);
    static const annoproj_status expected[] = {ANNOPROJ_OK, ANNOPROJ_OK, ANNOPROJ_NOT_FOUND, ANNOPROJ_STATE,
                                               ANNOPROJ_STATE};
    for (int64_t row = 0; row < 5; row++) {
        assert_int_equal(annoproj_table_int64(table, row, 0), tasks[row]);
        assert_int_equal(outcome(table, row), expected[row]);
        assert_true(annoproj_table_is_null(table, row, 3) == (expected[row] == ANNOPROJ_OK));
    }
    annoproj_table_free(table);
    expect_at(made, 0, made->review, "new", 0);

    /* All or nothing: the first refusal is the call's, and nothing has moved. */
    int64_t both[] = {first + 3, first + 999};
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_tasks_move(admin, both, 2, made->review, true, NULL, &table, &error),
                  error);
    assert_null(table);
    expect_at(made, 3, made->annotate, "new", 0);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* A part that is refused after it has changed something leaves nothing behind. */
static void test_bulk_refusals_leave_nothing(void **state) {
    (void)state;
    team *made = new_team(4);
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    int64_t tasks[4];
    for (int64_t i = 0; i < 4; i++)
        tasks[i] = made->first_task + i;
    annoproj_task *task = team_task(made, TEAM_BOTH, 1);
    assert_ok(annoproj_task_initiate(task, NULL, &error), error);
    annoproj_task_close(task);
    /* An annotator is no member where the tasks land: taking them first must be undone. */
    annoproj_submit_options options = ANNOPROJ_SUBMIT_OPTIONS_INIT;
    options.retain_assignee = true;
    assert_ok(annoproj_tasks_submit(made->projects[TEAM_ANNOTATOR], tasks, 4, &options, false, NULL, &table, &error),
              error);
    assert_int_equal(outcome(table, 0), ANNOPROJ_INVALID);
    assert_int_equal(outcome(table, 1), ANNOPROJ_CONFLICT);
    annoproj_table_free(table);
    expect_at(made, 0, made->annotate, "new", 0);
    assert_int_equal(figure(made, "assigned"), 1);

    options.retain_assignee = false;
    assert_ok(annoproj_tasks_submit(made->projects[TEAM_ANNOTATOR], tasks, 4, &options, false, NULL, &table, &error),
              error);
    assert_int_equal(outcome(table, 0), ANNOPROJ_OK);
    assert_int_equal(outcome(table, 1), ANNOPROJ_CONFLICT);
    annoproj_table_free(table);
    assert_ok(annoproj_tasks_approve(made->projects[TEAM_REVIEWER], tasks, 4, NULL, false, NULL, &table, &error),
              error);
    assert_int_equal(outcome(table, 0), ANNOPROJ_OK);
    assert_int_equal(outcome(table, 1), ANNOPROJ_NOT_FOUND); /* reviewers do not see annotate stages */
    annoproj_table_free(table);
    expect_at(made, 0, made->complete, "completed", 0);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

static void test_bulk_of_managers(void **state) {
    (void)state;
    team *made = new_team(3);
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    annoproj_project *manager = made->projects[TEAM_MANAGER], *annotator = made->projects[TEAM_ANNOTATOR];
    int64_t tasks[3];
    for (int64_t i = 0; i < 3; i++)
        tasks[i] = made->first_task + i;
    assert_ok(annoproj_tasks_set_priority(manager, tasks, 3, 9, false, NULL, &table, &error), error);
    annoproj_table_free(table);
    assert_ok(annoproj_tasks_assign(manager, tasks, 3, made->users[TEAM_ANNOTATOR], false, NULL, &table, &error),
              error);
    annoproj_table_free(table);
    expect_at(made, 2, made->annotate, "new", made->users[TEAM_ANNOTATOR]);
    assert_ok(annoproj_tasks_release(annotator, tasks, 1, false, NULL, &table, &error), error);
    assert_int_equal(outcome(table, 0), ANNOPROJ_PERMISSION); /* a manager assigned it */
    annoproj_table_free(table);
    assert_ok(annoproj_tasks_release(manager, tasks, 3, false, NULL, &table, &error), error);
    annoproj_table_free(table);
    assert_ok(annoproj_tasks_move(manager, tasks, 3, made->complete, false, NULL, &table, &error), error);
    annoproj_table_free(table);
    assert_ok(annoproj_tasks_reopen(manager, tasks, 3, false, NULL, &table, &error), error);
    assert_int_equal(outcome(table, 2), ANNOPROJ_OK);
    annoproj_table_free(table);
    expect_at(made, 2, made->annotate, "reopened", 0);
    assert_ok(annoproj_tasks_move(manager, tasks, 3, stage_of(made, "agent"), false, NULL, &table, &error), error);
    annoproj_table_free(table);
    assert_ok(annoproj_tasks_pathway(manager, tasks, 2, "ok", false, NULL, &table, &error), error);
    assert_int_equal(outcome(table, 1), ANNOPROJ_OK);
    annoproj_table_free(table);
    assert_ok(annoproj_tasks_pathway(manager, tasks + 2, 1, "nowhere", false, NULL, &table, &error), error);
    assert_int_equal(outcome(table, 0), ANNOPROJ_NOT_FOUND);
    annoproj_table_free(table);
    assert_ok(annoproj_tasks_reject(manager, tasks, 3, NULL, false, NULL, &table, &error), error);
    assert_int_equal(outcome(table, 0), ANNOPROJ_STATE);
    annoproj_table_free(table);

    /* What is wrong with the call itself. */
    assert_status(ANNOPROJ_INVALID, annoproj_tasks_set_priority(manager, tasks, 3, 101, false, NULL, &table, &error),
                  error);
    assert_status(ANNOPROJ_INVALID, annoproj_tasks_move(manager, NULL, 3, made->review, false, NULL, &table, &error),
                  error);
    assert_status(ANNOPROJ_INVALID, annoproj_tasks_move(manager, tasks, 3, made->review, false, NULL, NULL, &error),
                  error);
    assert_status(ANNOPROJ_LIMIT,
                  annoproj_tasks_move(manager, tasks, 10000001, made->review, false, NULL, &table, &error), error);
    assert_status(ANNOPROJ_PERMISSION,
                  annoproj_tasks_move(annotator, tasks, 3, made->review, false, NULL, &table, &error), error);
    assert_ok(annoproj_tasks_move(manager, NULL, 0, made->review, false, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 0);
    annoproj_table_free(table);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* A repeat with the same request key gives the first outcomes and moves nothing more. */
static void test_bulk_request_key(void **state) {
    (void)state;
    team *made = new_team(2);
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    int64_t tasks[] = {made->first_task, made->first_task + 7};
    call.request_key = "once";
    for (int i = 0; i < 2; i++) {
        assert_ok(annoproj_tasks_move(made->host_project, tasks, 2, made->review, false, &call, &table, &error), error);
        assert_int_equal(outcome(table, 0), ANNOPROJ_OK);
        assert_int_equal(outcome(table, 1), ANNOPROJ_NOT_FOUND);
        assert_false(annoproj_table_is_null(table, 1, 3));
        annoproj_table_free(table);
        table = NULL;
    }
    tasks[0]++;
    assert_status(ANNOPROJ_CONFLICT,
                  annoproj_tasks_move(made->host_project, tasks, 2, made->review, false, &call, &table, &error), error);
    assert_int_equal(figure(made, "moved"), 1);
    team_free(made);
}

static void expect_review_state(team *made, int64_t number, const char *state) {
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    annoproj_task *task = team_task(made, TEAM_ADMIN, number);
    assert_ok(annoproj_task_labels(task, NULL, &table, &error), error);
    assert_string_equal(annoproj_table_text(table, 0, annoproj_table_column_index(table, "review_state")), state);
    annoproj_table_free(table);
    annoproj_task_close(task);
}

/* The state of a label is that of the stage it was in last, whatever the numbers of the stages, and however little happened between. */
static void test_states_of_moved_labels(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(1, "", "");
    assert_ok(annoproj_workflow_update(made->projects[TEAM_ADMIN], audited, NULL, &error), error);
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0);
    team_draw(made, task, "", 1, NULL);
    annoproj_task_close(task);
    move(made, TEAM_ADMIN, 0, made->review, ANNOPROJ_OK);
    for (int i = 0; i < 2; i++) {
        move(made, TEAM_ADMIN, 0, stage_of(made, "audit"), ANNOPROJ_OK);
        expect_review_state(made, 0, "new");
        move(made, TEAM_ADMIN, 0, made->complete, ANNOPROJ_OK);
        expect_review_state(made, 0, "approved");
        assert_int_equal(team_differences(made), 0);
    }
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_targets),
        cmocka_unit_test(test_complete_approves_labels_and_counts_nothing),
        cmocka_unit_test(test_archive_approves_nothing),
        cmocka_unit_test(test_reopen),
        cmocka_unit_test(test_reopen_from_the_first_stage),
        cmocka_unit_test(test_bulk_has_an_outcome_for_each),
        cmocka_unit_test(test_bulk_refusals_leave_nothing),
        cmocka_unit_test(test_bulk_of_managers),
        cmocka_unit_test(test_bulk_request_key),
        cmocka_unit_test(test_states_of_moved_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
