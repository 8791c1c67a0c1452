/* Who may have which branch, who may review what came of them, and whose time is told late (behaviour §7, §8, §11). */
#include "consensus_support.h"

#include <sqlite3.h>
#include <string.h>

/* As panel_new() has it, and nobody reviews what is theirs. */
#define FLOW                                                                                                           \
    "{\"start\":\"many\",\"stages\":[{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"review\"}}" \
    ","                                                                                                                \
    "{\"key\":\"many\",\"type\":\"CONSENSUS_ANNOTATION\",\"settings\":{\"annotators\":3},\"edges\":{\"submit\":"       \
    "\"judge\"}},"                                                                                                     \
    "{\"key\":\"judge\",\"type\":\"CONSENSUS_REVIEW\",\"settings\":{\"consensus\":\"refine\"},"                        \
    "\"edges\":{\"approve\":\"review\",\"reject\":\"many\"}},"                                                         \
    "{\"key\":\"review\",\"type\":\"REVIEW\",\"settings\":{\"reviewer_not_submitter\":true},"                          \
    "\"edges\":{\"approve\":\"complete\",\"reject\":\"annotate\"}},{\"key\":\"complete\",\"type\":\"DONE\"}]}"

static void take_labels(panel *made, const int64_t *branches, const char *hashes) {
    static const int64_t offsets[] = {0, 8, 16};
    annoproj_consensus_options options = ANNOPROJ_CONSENSUS_OPTIONS_INIT;
    annoproj_error *error = NULL;
    annoproj_task *task = panel_task(made->team->projects[TEAM_ADMIN], made->team->first_task);
    options.count = 2;
    options.text = hashes;
    options.text_length = 16;
    options.hash_offsets = offsets;
    options.branches = branches;
    assert_ok(annoproj_consensus_approve(task, &options, NULL, &error), error);
    annoproj_task_close(task);
}

static void submit_box(annoproj_project *project, team *crew, int64_t branch, const char *hash) {
    annoproj_task *task = panel_task(project, branch);
    team_draw(crew, task, hash, 10, NULL);
    annoproj_task_close(task);
    assert_int_equal(panel_send(project, branch), ANNOPROJ_OK);
}

/* Of a task made of several branches each annotator is a submitter, until it is submitted again. */
static void test_reviewers_of_what_was_merged(void **state) {
    (void)state;
    panel *made = panel_new(1, true, "\"annotators\":3", "\"consensus\":\"refine\"");
    team *crew = made->team;
    annoproj_error *error = NULL;
    annoproj_queue_reason reason = 0;
    annoproj_stage *stage = NULL;
    annoproj_task *task = NULL;
    int64_t branches[16], other = 0;
    annoproj_session *more = team_add(crew, "second@x.org", ANNOPROJ_ROLE_ANNOTATOR_REVIEWER, &other);
    annoproj_project *second = NULL;
    assert_ok(annoproj_project_open(more, crew->project, NULL, &second, &error), error);
    assert_ok(annoproj_workflow_update(crew->projects[TEAM_ADMIN], FLOW, NULL, &error), error);
    panel_branches(made, crew->first_task, branches);
    submit_box(crew->projects[TEAM_BOTH], crew, branches[0], "aaaaaaaa");
    submit_box(second, crew, branches[1], "bbbbbbbb");
    submit_box(made->projects[0], crew, branches[2], "cccccccc");
    take_labels(made, branches, "aaaaaaaabbbbbbbb");
    assert_int_equal(panel_initiate(crew->projects[TEAM_BOTH], crew->first_task), ANNOPROJ_STATE);
    assert_int_equal(panel_initiate(second, crew->first_task), ANNOPROJ_STATE);
    assert_ok(annoproj_stage_open(crew->projects[TEAM_BOTH], "review", NULL, &stage, &error), error);
    assert_int_equal(annoproj_stage_start_next(stage, NULL, NULL, &task, &reason, &error), ANNOPROJ_NONE);
    assert_int_equal(reason, ANNOPROJ_QUEUE_SUBMITTED_BY_YOU);
    annoproj_stage_close(stage);
    assert_int_equal(team_differences(crew), 0);
    /* Sent back and submitted by one of them, it is theirs alone. */
    annoproj_review_options again = ANNOPROJ_REVIEW_OPTIONS_INIT;
    again.comment = "again";
    again.undecided = ANNOPROJ_UNDECIDED_DECIDE;
    task = panel_task(crew->projects[TEAM_ADMIN], crew->first_task);
    assert_ok(annoproj_task_reject(task, &again, NULL, &error), error);
    assert_ok(annoproj_task_assign(task, other, NULL, &error), error);
    annoproj_task_close(task);
    assert_int_equal(panel_send(second, crew->first_task), ANNOPROJ_OK);
    assert_int_equal(panel_initiate(second, crew->first_task), ANNOPROJ_STATE);
    assert_int_equal(panel_initiate(crew->projects[TEAM_BOTH], crew->first_task), ANNOPROJ_OK);
    assert_int_equal(team_differences(crew), 0);
    annoproj_project_close(second);
    annoproj_session_close(more);
    panel_free(made);
}

/* What the check finds in a store that says otherwise. */
static void expect_found(panel *made, const char *plant, const char *wanted) {
    annoproj_error *error = NULL;
    annoproj_table *found = NULL;
    sqlite3 *database = NULL;
    char *csv = NULL;
    assert_int_equal(sqlite3_open(made->team->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, plant, NULL, NULL, NULL), SQLITE_OK);
    assert_true(sqlite3_total_changes(database) > 0);
    sqlite3_close(database);
    assert_ok(annoproj_store_check(made->team->host, NULL, NULL, &found, &error), error);
    assert_ok(annoproj_table_csv(found, &csv, &error), error);
    if (!strstr(csv, wanted))
        fail_msg("%s: not found: %s\n%s", plant, wanted, csv);
    annoproj_free(csv);
    annoproj_table_free(found);
}

static void test_check(void **state) {
    (void)state;
    panel *made = panel_new(2, true, "", "\"consensus\":\"refine\"");
    team *crew = made->team;
    int64_t branches[16], more[16];
    panel_branches(made, crew->first_task, branches);
    panel_branches(made, crew->first_task + 1, more);
    submit_box(made->projects[0], crew, branches[0], "aaaaaaaa");
    submit_box(made->projects[1], crew, branches[1], "bbbbbbbb");
    take_labels(made, branches, "aaaaaaaabbbbbbbb");
    assert_int_equal(panel_send(made->projects[0], more[0]), ANNOPROJ_OK);
    assert_int_equal(panel_initiate(made->projects[1], more[1]), ANNOPROJ_OK);
    assert_int_equal(team_differences(crew), 0);
    expect_found(made, "UPDATE task_submitter SET user = 5", "among its submitters");
    expect_found(made, "DELETE FROM task_submitter", "submitters beside the last 0");
    expect_found(made,
                 "UPDATE task SET assignee = (SELECT s.assignee FROM task_stay s JOIN task t ON t.id = s.task"
                 " WHERE t.assignee = -1 AND t.stage <> 0 AND t.parent <> 0) WHERE assignee > 0",
                 "has this branch and");
    panel_free(made);
}

/* A branch that has lapsed is nobody's, also before anybody has met it: its former annotator may take one beside it, or be
 * given one. */
static void test_lapse_before_another_branch(void **state) {
    (void)state;
    panel *made = panel_new(2, true, "\"assignment_ttl\":60", "");
    team *crew = made->team;
    annoproj_error *error = NULL;
    int64_t branches[16], more[16];
    panel_branches(made, crew->first_task, branches);
    panel_branches(made, crew->first_task + 1, more);
    assert_int_equal(panel_initiate(made->projects[0], branches[0]), ANNOPROJ_OK);
    assert_int_equal(panel_initiate(made->projects[0], more[0]), ANNOPROJ_OK);
    assert_int_equal(panel_initiate(made->projects[0], branches[1]), ANNOPROJ_STATE);
    crew->now_us += 61000000;
    assert_int_equal(panel_initiate(made->projects[0], branches[1]), ANNOPROJ_OK);
    assert_int_equal(panel_cell(crew->projects[TEAM_ADMIN], branches[0], "assignee"), INT64_MIN);
    assert_int_equal(panel_initiate(made->projects[0], branches[0]), ANNOPROJ_STATE);
    annoproj_task *task = panel_task(crew->projects[TEAM_MANAGER], more[1]);
    assert_ok(annoproj_task_assign(task, made->users[0], NULL, &error), error);
    annoproj_task_close(task);
    assert_int_equal(panel_cell(crew->projects[TEAM_ADMIN], more[0], "assignee"), INT64_MIN);
    /* One they work on again in time is theirs still. */
    crew->now_us += 61000000;
    assert_int_equal(panel_send(made->projects[0], branches[1]), ANNOPROJ_OK);
    assert_int_equal(panel_initiate(made->projects[0], branches[0]), ANNOPROJ_STATE);
    assert_int_equal(team_differences(crew), 0);
    panel_free(made);
}

/* A move of their task closes branches, also one that lapsed before: it is told, and its last stay was nobody's. */
static void test_lapse_before_a_move(void **state) {
    (void)state;
    panel *made = panel_new(1, true, "\"assignment_ttl\":60", "");
    team *crew = made->team;
    annoproj_error *error = NULL;
    int64_t branches[16];
    panel_branches(made, crew->first_task, branches);
    assert_int_equal(panel_initiate(made->projects[0], branches[0]), ANNOPROJ_OK);
    crew->now_us += 30000000;
    assert_int_equal(panel_initiate(made->projects[1], branches[1]), ANNOPROJ_OK);
    crew->now_us += 40000000;
    annoproj_task *task = panel_task(crew->projects[TEAM_ADMIN], crew->first_task);
    assert_ok(annoproj_task_move(task, crew->complete, NULL, &error), error);
    annoproj_task_close(task);
    assert_int_equal(team_events(crew, "task_lapse", NULL), 1);
    assert_int_equal(team_differences(crew), 0);
    expect_found(made, "UPDATE task_stay SET assignee = 5 WHERE assignee = 0", "a stay in a former stage that differs");
    expect_found(made, "UPDATE task SET status = 4 WHERE parent <> 0", "status 4");
    panel_free(made);
}

static int64_t report(annoproj_task *branch, int64_t from, int64_t duration, annoproj_status wanted) {
    annoproj_error *error = NULL;
    int64_t recorded = -1;
    assert_status(wanted, annoproj_task_report_time(branch, &from, &duration, 1, NULL, &recorded, &error), error);
    return recorded;
}

/* Also when the branches are closed: of whoever had one, in the stage it was in. */
static void test_late_time_on_closed_branches(void **state) {
    (void)state;
    panel *made = panel_new(2, true, "", "");
    team *crew = made->team;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    annoproj_task *own[4];
    const int64_t begun = crew->now_us, minute = 60000000;
    int64_t branches[16], more[16], recorded = -1;
    panel_branches(made, crew->first_task, branches);
    panel_branches(made, crew->first_task + 1, more);
    for (int i = 0; i < 2; i++) {
        own[i] = panel_task(made->projects[i], branches[i]);
        own[2 + i] = panel_task(made->projects[i], more[i]);
        assert_ok(annoproj_task_initiate(own[2 + i], NULL, &error), error);
    }
    annoproj_task *stranger = panel_task(made->projects[2], branches[0]),
                  *manager = panel_task(crew->projects[TEAM_MANAGER], branches[0]);
    crew->now_us = begun + minute;
    for (int i = 0; i < 2; i++)
        assert_ok(annoproj_task_submit(own[i], NULL, NULL, &error), error);
    panel_choose(crew->projects[TEAM_REVIEWER], crew->first_task, branches[0]);
    annoproj_task *task = panel_task(crew->projects[TEAM_MANAGER], crew->first_task + 1);
    assert_ok(annoproj_task_move(task, crew->complete, NULL, &error), error);
    annoproj_task_close(task);
    crew->now_us = begun + 3 * minute;
    assert_int_equal(report(own[0], begun, 2 * minute, ANNOPROJ_OK), minute);
    assert_int_equal(report(own[1], begun, minute / 2, ANNOPROJ_OK), minute / 2); /* it was not the one taken */
    assert_int_equal(report(own[3], begun + minute / 2, minute, ANNOPROJ_OK), minute / 2);
    assert_int_equal(report(own[2], begun + 2 * minute, minute / 2, ANNOPROJ_OK), 0);
    assert_int_equal(report(manager, begun, minute, ANNOPROJ_OK), minute); /* any task */
    assert_ok(annoproj_task_heartbeat(own[0], 0, NULL, &recorded, &error), error);
    report(stranger, begun, minute, ANNOPROJ_NOT_FOUND);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_task_labels(own[0], NULL, &table, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_task_submit(own[0], NULL, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_task_release(own[2], NULL, &error), error);
    assert_int_equal(panel_figure(made, "annotators", made->users[0], "total_annotation_time"), 60);
    assert_int_equal(panel_figure(made, "annotators", made->users[1], "total_annotation_time"), 60);
    assert_int_equal(panel_figure(made, "time_spent", 0, "annotate"), 180);
    assert_ok(annoproj_collaborator_remove(crew->projects[TEAM_ADMIN], made->users[0], NULL, &error), error);
    report(own[0], begun, minute, ANNOPROJ_NOT_FOUND);
    for (int i = 0; i < 4; i++)
        annoproj_task_close(own[i]);
    annoproj_task_close(stranger);
    annoproj_task_close(manager);
    assert_int_equal(team_differences(crew), 0);
    panel_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reviewers_of_what_was_merged), cmocka_unit_test(test_check),
        cmocka_unit_test(test_lapse_before_another_branch),  cmocka_unit_test(test_lapse_before_a_move),
        cmocka_unit_test(test_late_time_on_closed_branches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
