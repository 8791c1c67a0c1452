/* Consensus among the rules of stages, people, time, edits and messages (behaviour §3, §7, §8, §11, §13). */
#include "consensus_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREE "\"annotators\":3"

static int64_t label_count(annoproj_project *project, int64_t id) {
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    annoproj_task *task = panel_task(project, id);
    assert_ok(annoproj_task_labels(task, NULL, &table, &error), error);
    int64_t count = annoproj_table_row_count(table);
    annoproj_table_free(table);
    annoproj_task_close(task);
    return count;
}

/* Starts in `many`: the id of the task, or 0 and the reason. */
static int64_t start(annoproj_project *project, bool include_skipped, annoproj_queue_reason *reason) {
    annoproj_error *error = NULL;
    annoproj_stage *stage = NULL;
    annoproj_task *task = NULL;
    annoproj_start_options options = ANNOPROJ_START_OPTIONS_INIT;
    options.include_skipped = include_skipped;
    assert_ok(annoproj_stage_open(project, "many", NULL, &stage, &error), error);
    annoproj_status status = annoproj_stage_start_next(stage, &options, NULL, &task, reason, &error);
    assert_true(status >= 0);
    int64_t id = annoproj_task_id(task);
    annoproj_task_close(task);
    annoproj_stage_close(stage);
    return id;
}

/* ---- people ---- */

/* Who worked on the task before gets no branch, and who worked on a branch not the task in another annotation stage. */
static void test_reassessment(void **state) {
    (void)state;
    panel *made = panel_new(1, false, "", "");
    team *crew = made->team;
    annoproj_queue_reason reason = 0;
    int64_t branches[16];
    panel_enter(made, crew->first_task, branches); /* by TEAM_BOTH */
    assert_int_equal(start(crew->projects[TEAM_BOTH], false, &reason), 0);
    assert_int_equal(reason, ANNOPROJ_QUEUE_WORKED_ON_BY_YOU);
    assert_int_equal(panel_initiate(crew->projects[TEAM_BOTH], branches[0]), ANNOPROJ_STATE);
    panel_submit(made, 0, branches[0], 1, 5);
    panel_submit(made, 1, branches[1], 1, 5);
    panel_choose(crew->projects[TEAM_REVIEWER], crew->first_task, branches[0]);
    annoproj_error *error = NULL;
    annoproj_task *task = panel_task(crew->projects[TEAM_MANAGER], crew->first_task);
    assert_ok(annoproj_task_move(task, crew->annotate, NULL, &error), error);
    annoproj_task_close(task);
    assert_int_equal(panel_initiate(made->projects[0], crew->first_task), ANNOPROJ_STATE);
    assert_int_equal(panel_initiate(made->projects[1], crew->first_task), ANNOPROJ_STATE);
    assert_int_equal(panel_initiate(made->projects[2], crew->first_task), ANNOPROJ_OK);
    panel_free(made);
}

/* Where rules keep the user from all that is free, the reason is the rule of what stands first. */
static void test_the_first_ones_rule_is_told(void **state) {
    (void)state;
    panel *made = panel_new(2, false, "", "");
    team *crew = made->team;
    annoproj_error *error = NULL;
    annoproj_queue_reason reason = 0;
    int64_t worked_on[16], begun[16], second = crew->first_task + 1;
    panel_enter(made, crew->first_task, worked_on); /* by TEAM_BOTH */
    assert_int_equal(panel_send(crew->projects[TEAM_MANAGER], second), ANNOPROJ_OK);
    panel_branches(made, second, begun);
    assert_int_equal(panel_send(crew->projects[TEAM_BOTH], begun[0]), ANNOPROJ_OK);
    assert_int_equal(start(crew->projects[TEAM_BOTH], false, &reason), 0);
    assert_int_equal(reason, ANNOPROJ_QUEUE_WORKED_ON_BY_YOU);
    annoproj_task *task = panel_task(crew->projects[TEAM_MANAGER], second);
    assert_ok(annoproj_task_set_priority(task, 90, NULL, &error), error);
    annoproj_task_close(task);
    assert_int_equal(start(crew->projects[TEAM_BOTH], false, &reason), 0);
    assert_int_equal(reason, ANNOPROJ_QUEUE_HAS_BRANCH);
    panel_free(made);
}

/* Nobody reviews branches one of which is theirs. */
static void test_reviewers_are_no_annotators(void **state) {
    (void)state;
    panel *made = panel_new(2, true, "", "\"reviewer_not_submitter\":true");
    team *crew = made->team;
    int64_t branches[16];
    for (int64_t i = 0; i < 2; i++) {
        panel_branches(made, crew->first_task + i, branches);
        assert_int_equal(panel_send(i == 0 ? crew->projects[TEAM_BOTH] : made->projects[2], branches[0]), ANNOPROJ_OK);
        panel_submit(made, 0, branches[1], 0, 0);
    }
    assert_int_equal(panel_initiate(crew->projects[TEAM_BOTH], crew->first_task), ANNOPROJ_STATE);
    assert_int_equal(panel_initiate(crew->projects[TEAM_REVIEWER], crew->first_task), ANNOPROJ_OK);
    assert_int_equal(panel_initiate(crew->projects[TEAM_BOTH], crew->first_task + 1), ANNOPROJ_OK);
    panel_free(made);
}

static void test_hidden_until_assigned(void **state) {
    (void)state;
    panel *made = panel_new(1, true, "\"hide_unassigned\":true", "\"hide_unassigned\":true");
    team *crew = made->team;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    annoproj_queue_reason reason = 0;
    annoproj_task *task = NULL;
    int64_t branches[16];
    panel_branches(made, crew->first_task, branches);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_task_open(made->projects[0], branches[0], NULL, &task, &error), error);
    assert_int_equal(start(made->projects[0], false, &reason), 0);
    assert_int_equal(reason, ANNOPROJ_QUEUE_NONE_ASSIGNED_TO_YOU);
    for (int i = 0; i < 2; i++) {
        task = panel_task(crew->projects[TEAM_MANAGER], branches[i]);
        assert_ok(annoproj_task_assign(task, made->users[i], NULL, &error), error);
        annoproj_task_close(task);
        assert_int_equal(panel_stage_count(made->projects[i], "many"), 1);
        assert_int_equal(start(made->projects[i], false, &reason), branches[i]);
        assert_int_equal(panel_send(made->projects[i], branches[i]), ANNOPROJ_OK);
        assert_int_equal(panel_stage_count(made->projects[i], "many"), 0);
        assert_status(ANNOPROJ_NOT_FOUND, annoproj_task_open(made->projects[i], branches[i], NULL, &task, &error),
                      error);
    }
    /* The review is nobody's: neither it nor its branches are there for a reviewer. */
    annoproj_project *reviewer = crew->projects[TEAM_REVIEWER];
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_task_open(reviewer, crew->first_task, NULL, &task, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_task_open(reviewer, branches[0], NULL, &task, &error), error);
    task = panel_task(crew->projects[TEAM_MANAGER], crew->first_task);
    assert_ok(annoproj_task_assign(task, crew->users[TEAM_REVIEWER], NULL, &error), error);
    annoproj_task_close(task);
    task = panel_task(reviewer, branches[0]);
    assert_ok(annoproj_task_labels(task, NULL, &table, &error), error);
    annoproj_table_free(table);
    annoproj_task_close(task);
    assert_int_equal(team_differences(crew), 0);
    panel_free(made);
}

/* Who skips a branch is not offered the same work again, and may take it up when asked. */
static void test_skips(void **state) {
    (void)state;
    panel *made = panel_new(2, true, THREE, "");
    team *crew = made->team;
    annoproj_error *error = NULL;
    annoproj_queue_reason reason = 0;
    int64_t first[16], second[16];
    panel_branches(made, crew->first_task, first);
    panel_branches(made, crew->first_task + 1, second);
    assert_int_equal(start(made->projects[0], false, &reason), first[0]);
    annoproj_task *task = panel_task(made->projects[0], first[0]);
    assert_ok(annoproj_task_skip(task, NULL, &error), error);
    annoproj_task_close(task);
    assert_int_equal(start(made->projects[0], false, &reason), second[0]);
    assert_int_equal(panel_send(made->projects[0], second[0]), ANNOPROJ_OK);
    assert_int_equal(start(made->projects[0], false, &reason), 0);
    assert_int_equal(reason, ANNOPROJ_QUEUE_ONLY_SKIPPED);
    assert_int_equal(start(made->projects[1], false, &reason), first[0]); /* others are offered it */
    assert_int_equal(start(made->projects[0], true, &reason), first[1]);
    assert_int_equal(panel_figure(made, "annotators", made->users[0], "skipped_tasks"), 1);
    assert_int_equal(team_differences(crew), 0);
    panel_free(made);
}

/* All branches of a task are skipped at once; who takes up the second of them has it, though the first is then barred. */
static void test_a_skipped_branch_in_hand(void **state) {
    (void)state;
    panel *made = panel_new(1, true, THREE, "");
    team *crew = made->team;
    annoproj_error *error = NULL;
    annoproj_queue_reason reason = 0;
    int64_t branches[16];
    panel_branches(made, crew->first_task, branches);
    annoproj_task *task = panel_task(made->projects[0], branches[0]);
    assert_ok(annoproj_task_skip(task, NULL, &error), error);
    annoproj_task_close(task);
    assert_int_equal(panel_initiate(made->projects[0], branches[1]), ANNOPROJ_OK);
    assert_int_equal(start(made->projects[0], true, &reason), branches[1]);
    assert_int_equal(team_differences(crew), 0);
    panel_free(made);
}

/* Whoever leaves gives the branch back; the others of the task are free to those who had none. */
static void test_who_leaves_gives_back(void **state) {
    (void)state;
    panel *made = panel_new(1, true, "", "");
    team *crew = made->team;
    annoproj_error *error = NULL;
    int64_t branches[16];
    panel_branches(made, crew->first_task, branches);
    assert_int_equal(panel_initiate(made->projects[1], branches[0]), ANNOPROJ_OK);
    assert_int_equal(panel_initiate(made->projects[2], branches[1]), ANNOPROJ_OK);
    assert_ok(annoproj_user_disable(crew->host, made->users[1], NULL, &error), error);
    assert_int_equal(panel_cell(crew->projects[TEAM_ADMIN], branches[0], "assignee"), INT64_MIN);
    assert_ok(annoproj_collaborator_set_role(crew->projects[TEAM_ADMIN], made->users[2], ANNOPROJ_ROLE_REVIEWER, NULL,
                                             &error),
              error);
    assert_int_equal(panel_cell(crew->projects[TEAM_ADMIN], branches[1], "assignee"), INT64_MIN);
    assert_int_equal(panel_initiate(made->projects[3], branches[0]), ANNOPROJ_OK);
    assert_int_equal(team_differences(crew), 0);
    panel_free(made);
}

/* Who had a branch when somebody else submitted it has had one: nobody gets two. */
static void test_submitted_by_another(void **state) {
    (void)state;
    panel *made = panel_new(1, true, "", "");
    team *crew = made->team;
    int64_t branches[16];
    panel_branches(made, crew->first_task, branches);
    assert_int_equal(panel_initiate(made->projects[0], branches[0]), ANNOPROJ_OK);
    assert_int_equal(panel_send(crew->host_project, branches[0]), ANNOPROJ_OK);
    assert_int_equal(panel_initiate(made->projects[0], branches[1]), ANNOPROJ_STATE);
    assert_int_equal(panel_initiate(made->projects[1], branches[1]), ANNOPROJ_OK);
    assert_int_equal(team_differences(crew), 0);
    panel_free(made);
}

static void test_lapse(void **state) {
    (void)state;
    panel *made = panel_new(1, true, "\"assignment_ttl\":60", "");
    team *crew = made->team;
    annoproj_queue_reason reason = 0;
    int64_t branches[16];
    panel_branches(made, crew->first_task, branches);
    assert_int_equal(start(made->projects[0], false, &reason), branches[0]);
    crew->now_us += 61000000;
    assert_int_equal(start(made->projects[1], false, &reason), branches[0]);
    assert_int_equal(start(made->projects[0], false, &reason), branches[1]);
    assert_int_equal(panel_send(made->projects[0], branches[1]), ANNOPROJ_OK);
    crew->now_us += 61000000;
    assert_int_equal(panel_send(made->projects[1], branches[0]), ANNOPROJ_OK); /* late, and still free */
    assert_int_equal(panel_stage_count(crew->projects[TEAM_ADMIN], "judge"), 1);
    assert_int_equal(team_differences(crew), 0);
    panel_free(made);
}

/* ---- labels of the task itself ---- */

static void test_labels_before_the_work(void **state) {
    (void)state;
    panel *made = panel_new(1, true, "", "");
    team *crew = made->team;
    annoproj_error *error = NULL;
    annoproj_label_changes none = ANNOPROJ_LABEL_CHANGES_INIT;
    annoproj_label_write_options force = ANNOPROJ_LABEL_WRITE_OPTIONS_INIT;
    annoproj_table *table = NULL;
    int64_t branches[16];
    panel_branches(made, crew->first_task, branches);
    annoproj_task *task = panel_task(crew->projects[TEAM_ADMIN], crew->first_task);
    team_draw(crew, task, "", 10, NULL);
    team_draw(crew, task, "", 20, NULL);
    assert_int_equal(label_count(crew->projects[TEAM_ADMIN], crew->first_task), 2);
    assert_int_equal(label_count(made->projects[0], branches[0]), 2);
    assert_int_equal(label_count(made->projects[0], branches[1]), 2);
    assert_int_equal(panel_cell(made->projects[0], branches[0], "version"), 0);
    assert_int_equal(team_differences(crew), 0);
    /* They count for who submits them, as pre-labels do. */
    panel_submit(made, 0, branches[0], 0, 0);
    assert_int_equal(panel_figure(made, "annotators", made->users[0], "created_labels"), 2);
    force.force = true;
    assert_status(ANNOPROJ_STATE, annoproj_labels_write(task, &none, &force, NULL, &table, &error), error);
    panel_submit(made, 1, branches[1], 0, 0);
    assert_status(ANNOPROJ_STATE, annoproj_labels_write(task, &none, &force, NULL, &table, &error), error);
    annoproj_task_close(task);
    task = panel_task(crew->projects[TEAM_ADMIN], branches[1]);
    assert_status(ANNOPROJ_STATE, annoproj_labels_write(task, &none, &force, NULL, &table, &error), error);
    annoproj_task_close(task);
    panel_choose(crew->projects[TEAM_REVIEWER], crew->first_task, branches[1]);
    assert_int_equal(panel_figure(made, "ontology_actions", made->users[1], "created"), 2);
    assert_int_equal(team_differences(crew), 0);
    panel_free(made);
}

typedef struct text_of_export {
    char text[8192];
    size_t length;
} text_of_export;

static int32_t count_bytes(const void *data, size_t length, void *user_data) {
    text_of_export *out = user_data;
    if (length > sizeof out->text - 1 - out->length)
        return 1;
    memcpy(out->text + out->length, data, length);
    out->length += length;
    return 0;
}

/* Pre-labels reach every branch; exports have the task only. */
static void test_import_and_export(void **state) {
    (void)state;
    static const char coco[] = "{\"images\":[{\"id\":1,\"file_name\":\"first\",\"width\":100,\"height\":100}],"
                               "\"categories\":[{\"id\":1,\"name\":\"Car\"}],"
                               "\"annotations\":[{\"id\":1,\"image_id\":1,\"category_id\":1,\"bbox\":[1,2,3,4]}]}";
    panel *made = panel_new(1, true, "", "");
    team *crew = made->team;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
    text_of_export out = {0};
    int64_t branches[16], labels = 0;
    char *path = scratch_path("consensus.json");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(coco, file);
    fclose(file);
    panel_branches(made, crew->first_task, branches);
    assert_ok(annoproj_project_import_coco(crew->projects[TEAM_ADMIN], path, NULL, NULL, &table, &error), error);
    annoproj_table_free(table);
    assert_int_equal(label_count(made->projects[0], branches[0]), 1);
    assert_int_equal(label_count(made->projects[0], branches[1]), 1);
    panel_submit(made, 0, branches[0], 3, 10);
    options.write = count_bytes;
    options.user_data = &out;
    assert_ok(annoproj_project_export_coco(crew->projects[TEAM_ADMIN], &options, NULL, &labels, &error), error);
    assert_int_equal(labels, 1);
    assert_null(strstr(strstr(out.text, "\"file_name\"") + 1, "\"file_name\""));
    assert_status(ANNOPROJ_STATE,
                  annoproj_project_import_coco(crew->projects[TEAM_ADMIN], path, NULL, NULL, &table, &error), error);
    assert_int_equal(team_differences(crew), 0);
    free(path);
    panel_free(made);
}

/* ---- time ---- */

static void test_time_on_branches(void **state) {
    (void)state;
    panel *made = panel_new(1, true, "", "");
    team *crew = made->team;
    annoproj_error *error = NULL;
    int64_t branches[16], begun = crew->now_us, recorded = 0;
    panel_branches(made, crew->first_task, branches);
    annoproj_task *branch = panel_task(made->projects[0], branches[0]);
    crew->now_us = begun + 60000000;
    assert_ok(annoproj_task_submit(branch, NULL, NULL, &error), error);
    crew->now_us = begun + 120000000;
    /* What lies behind the submit is dropped, what lies before it may come late. */
    const int64_t whole = 120000000;
    assert_ok(annoproj_task_report_time(branch, &begun, &whole, 1, NULL, &recorded, &error), error);
    assert_int_equal(recorded, 60000000);
    annoproj_task_close(branch);
    panel_submit(made, 1, branches[1], 0, 0);
    annoproj_task *task = panel_task(crew->projects[TEAM_REVIEWER], crew->first_task);
    const int64_t entered = crew->now_us, ten = 10000000;
    crew->now_us += 30000000;
    assert_ok(annoproj_task_report_time(task, &entered, &ten, 1, NULL, &recorded, &error), error);
    assert_int_equal(recorded, ten);
    annoproj_task_close(task);
    assert_int_equal(panel_figure(made, "annotators", made->users[0], "total_annotation_time"), 60);
    assert_int_equal(panel_figure(made, "reviewers", crew->users[TEAM_REVIEWER], "total_review_time"), 10);
    assert_int_equal(panel_figure(made, "time_spent", 0, "annotate"), 60);
    assert_int_equal(panel_figure(made, "time_spent", 0, "review"), 10);
    assert_int_equal(panel_figure(made, "time_spent", 0, "other"), 0);
    panel_free(made);
}

/* ---- managers ---- */

static void test_priority(void **state) {
    (void)state;
    panel *made = panel_new(1, true, "", "");
    team *crew = made->team;
    annoproj_error *error = NULL;
    int64_t branches[16];
    panel_branches(made, crew->first_task, branches);
    annoproj_task *branch = panel_task(crew->projects[TEAM_ADMIN], branches[0]);
    assert_ok(annoproj_task_set_priority(branch, 10, NULL, &error), error);
    assert_int_equal(panel_cell(crew->projects[TEAM_ADMIN], branches[1], "priority"), 50);
    annoproj_task *task = panel_task(crew->projects[TEAM_ADMIN], crew->first_task);
    assert_ok(annoproj_task_set_priority(task, 90, NULL, &error), error);
    assert_int_equal(team_cell(branch, "priority"), 90);
    assert_int_equal(panel_cell(crew->projects[TEAM_ADMIN], branches[1], "priority"), 90);
    assert_int_equal(team_cell(task, "priority"), 90);
    annoproj_task_close(task);
    annoproj_task_close(branch);
    assert_int_equal(team_differences(crew), 0);
    panel_free(made);
}

/* What a manager sets while branches wait, for each other or for the review, holds when they come back. */
static void test_priority_of_waiting_branches(void **state) {
    (void)state;
    panel *made = panel_new(1, true, "", "");
    team *crew = made->team;
    annoproj_error *error = NULL;
    int64_t branches[16];
    panel_branches(made, crew->first_task, branches);
    annoproj_task *task = panel_task(crew->projects[TEAM_ADMIN], crew->first_task);
    for (int i = 0; i < 2; i++) {
        panel_submit(made, i, branches[i], 1, 10 * i);
        assert_ok(annoproj_task_set_priority(task, 80 + i, NULL, &error), error);
    }
    assert_int_equal(team_cell(task, "priority"), 81);
    assert_ok(annoproj_task_reject(task, NULL, NULL, &error), error);
    for (int i = 0; i < 2; i++)
        assert_int_equal(panel_cell(crew->projects[TEAM_ADMIN], branches[i], "priority"), 81);
    annoproj_task_close(task);
    assert_int_equal(team_differences(crew), 0);
    panel_free(made);
}

/* A priority that only a branch did not have is a write on its task, which meets what has lapsed there (behaviour §8). */
static void test_priority_of_branches_meets_a_lapse(void **state) {
    (void)state;
    panel *made = panel_new(1, true, "", "\"assignment_ttl\":60");
    team *crew = made->team;
    annoproj_error *error = NULL;
    int64_t branches[16];
    panel_branches(made, crew->first_task, branches);
    for (int i = 0; i < 2; i++)
        panel_submit(made, i, branches[i], 0, 0);
    assert_int_equal(panel_initiate(crew->projects[TEAM_REVIEWER], crew->first_task), ANNOPROJ_OK);
    annoproj_task *branch = panel_task(crew->projects[TEAM_ADMIN], branches[0]);
    annoproj_task *task = panel_task(crew->projects[TEAM_ADMIN], crew->first_task);
    assert_ok(annoproj_task_set_priority(branch, 90, NULL, &error), error);
    crew->now_us += INT64_C(61000000);
    assert_ok(annoproj_task_set_priority(task, 50, NULL, &error), error); /* which it has */
    assert_int_equal(panel_cell(crew->projects[TEAM_ADMIN], branches[0], "priority"), 50);
    assert_int_equal(panel_cell(crew->projects[TEAM_ADMIN], crew->first_task, "assignee"), INT64_MIN); /* nobody */
    annoproj_task_close(branch);
    annoproj_task_close(task);
    assert_int_equal(team_differences(crew), 0);
    panel_free(made);
}

static int64_t outcome(const annoproj_table *table, int64_t row) {
    return annoproj_table_int64(table, row, annoproj_table_column_index(table, "status"));
}

static void test_bulk(void **state) {
    (void)state;
    panel *made = panel_new(2, true, "", "");
    team *crew = made->team;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    int64_t branches[16], others[16];
    panel_branches(made, crew->first_task, branches);
    panel_branches(made, crew->first_task + 1, others);
    /* Both are one person's to submit at once, but nobody's to have. */
    assert_ok(annoproj_tasks_submit(made->projects[0], branches, 2, NULL, false, NULL, &table, &error), error);
    assert_int_equal(outcome(table, 0), ANNOPROJ_OK);
    assert_int_equal(outcome(table, 1), ANNOPROJ_STATE);
    annoproj_table_free(table);
    /* The host has none, and may submit both. */
    assert_ok(annoproj_tasks_submit(crew->host_project, others, 2, NULL, true, NULL, &table, &error), error);
    annoproj_table_free(table);
    const int64_t review = crew->first_task + 1;
    assert_ok(annoproj_tasks_approve(crew->projects[TEAM_REVIEWER], &review, 1, NULL, false, NULL, &table, &error),
              error);
    assert_int_equal(outcome(table, 0), ANNOPROJ_STATE); /* a branch must be named */
    annoproj_table_free(table);
    assert_ok(annoproj_tasks_reject(crew->projects[TEAM_REVIEWER], &review, 1, NULL, true, NULL, &table, &error),
              error);
    annoproj_table_free(table);
    assert_int_equal(panel_cell(crew->projects[TEAM_ADMIN], others[0], "assignee"), INT64_MIN); /* nobody's */
    /* A branch stands for its task; the second one is gone then. */
    assert_ok(annoproj_tasks_move(crew->projects[TEAM_MANAGER], others, 2, crew->complete, false, NULL, &table, &error),
              error);
    assert_int_equal(outcome(table, 0), ANNOPROJ_OK);
    assert_int_equal(outcome(table, 1), ANNOPROJ_NOT_FOUND);
    annoproj_table_free(table);
    assert_int_equal(team_differences(crew), 0);
    panel_free(made);
}

static void refuse_edit(panel *made, const char *flow, const char *reason) {
    annoproj_error *error = NULL;
    annoproj_status status = annoproj_workflow_update(made->team->projects[TEAM_ADMIN], flow, NULL, &error);
    assert_int_equal(status, ANNOPROJ_STATE);
    assert_non_null(strstr(annoproj_error_message(error), reason));
    annoproj_error_free(error);
}

#define HALF(key, settings, submit)                                                                                    \
    "{\"key\":\"" key "\",\"type\":\"CONSENSUS_ANNOTATION\",\"settings\":{" settings                                   \
    "},\"edges\":{\"submit\":\"" submit "\"}},"
#define JUDGE(key, kind, reject)                                                                                       \
    "{\"key\":\"" key "\",\"type\":\"CONSENSUS_REVIEW\",\"settings\":{\"consensus\":\"" kind                           \
    "\"},\"edges\":{\"approve\":\"review\",\"reject\":\"" reject "\"}},"
#define FLOW(middle)                                                                                                   \
    "{\"start\":\"annotate\",\"stages\":[{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"many\"" \
    "}}," middle                                                                                                       \
    "{\"key\":\"review\",\"type\":\"REVIEW\",\"edges\":{\"approve\":\"complete\",\"reject\":\"annotate\"}},"           \
    "{\"key\":\"complete\",\"type\":\"DONE\"}]}"

static void test_edits(void **state) {
    (void)state;
    panel *made = panel_new(1, false, "", "");
    team *crew = made->team;
    annoproj_error *error = NULL;
    int64_t branches[16];
    panel_enter(made, crew->first_task, branches);
    assert_int_equal(panel_initiate(made->projects[0], branches[0]), ANNOPROJ_OK);
    refuse_edit(made, FLOW(HALF("many", THREE, "judge") JUDGE("judge", "determine", "many")), "annotators");
    refuse_edit(made, FLOW(HALF("many", "", "judge") JUDGE("judge", "refine", "many")), "kind");
    refuse_edit(made,
                FLOW(HALF("many", "", "other") JUDGE("other", "determine", "many") HALF("more", "", "judge")
                         JUDGE("judge", "determine", "more")),
                "half");
    refuse_edit(made,
                FLOW(HALF("more", "", "jury")
                         JUDGE("jury", "determine",
                               "more") "{\"key\":\"many\",\"type\":"
                                       "\"REVIEW\",\"edges\":{\"approve\":\"complete\",\"reject\":\"annotate\"}},"),
                "type");
    /* Other members: who belongs to the stage no more gives the branch back. */
    assert_ok(annoproj_workflow_update(
                  crew->projects[TEAM_ADMIN],
                  FLOW(HALF("many", "\"members\":[\"panel1@x.org\"]", "judge") JUDGE("judge", "determine", "many")),
                  NULL, &error),
              error);
    assert_int_equal(panel_cell(crew->projects[TEAM_ADMIN], branches[0], "assignee"), INT64_MIN);
    assert_int_equal(panel_initiate(made->projects[1], branches[0]), ANNOPROJ_OK);
    assert_int_equal(team_differences(crew), 0);
    panel_free(made);
}

/* One consensus behind another. */
static void test_two_in_a_row(void **state) {
    (void)state;
    panel *made = panel_new(1, false, "", "");
    team *crew = made->team;
    annoproj_error *error = NULL;
    int64_t branches[16], again[16];
    assert_ok(annoproj_workflow_update(
                  crew->projects[TEAM_ADMIN],
                  FLOW(HALF("many", "\"allow_reassessment\":true",
                            "judge") "{\"key\":\"judge\",\"type\":\"CONSENSUS_"
                                     "REVIEW\",\"edges\":{\"approve\":\"more\",\"reject\":\"many\"}}," HALF(
                                         "more", "\"annotators\":3,\"allow_reassessment\":true", "jury")
                                         JUDGE("jury", "refine", "more")),
                  NULL, &error),
              error);
    panel_enter(made, crew->first_task, branches);
    panel_submit(made, 0, branches[0], 1, 5);
    panel_submit(made, 1, branches[1], 1, 5);
    panel_choose(crew->projects[TEAM_REVIEWER], crew->first_task, branches[0]);
    assert_int_equal(panel_branches(made, crew->first_task, again), 3);
    assert_int_equal(panel_stage_count(crew->projects[TEAM_ADMIN], "more"), 1);
    assert_int_equal(team_differences(crew), 0);
    for (int i = 0; i < 3; i++)
        panel_submit(made, i, again[i], 0, 0);
    panel_choose(crew->projects[TEAM_REVIEWER], crew->first_task, again[2]);
    assert_int_equal(panel_cell(crew->projects[TEAM_ADMIN], crew->first_task, "stage"), crew->review);
    assert_int_equal(team_differences(crew), 0);
    panel_free(made);
}

/* Each submit of a branch is told where the stage asks for it; a move never is. */
static void test_messages(void **state) {
    (void)state;
    panel *made = panel_new(2, true, "\"webhook\":true", "");
    team *crew = made->team;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    int64_t branches[16];
    panel_branches(made, crew->first_task, branches);
    panel_submit(made, 0, branches[0], 1, 5);
    panel_submit(made, 1, branches[1], 1, 5);
    annoproj_task *task = panel_task(crew->projects[TEAM_MANAGER], crew->first_task + 1);
    assert_ok(annoproj_task_move(task, crew->complete, NULL, &error), error);
    annoproj_task_close(task);
    assert_ok(annoproj_outbox_fetch(crew->projects[TEAM_ADMIN], NULL, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 2);
    for (int64_t row = 0; row < 2; row++)
        assert_string_equal(annoproj_table_text(table, row, annoproj_table_column_index(table, "event_type")),
                            "task_submitted_event");
    annoproj_table_free(table);
    panel_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reassessment),
        cmocka_unit_test(test_the_first_ones_rule_is_told),
        cmocka_unit_test(test_reviewers_are_no_annotators),
        cmocka_unit_test(test_hidden_until_assigned),
        cmocka_unit_test(test_skips),
        cmocka_unit_test(test_a_skipped_branch_in_hand),
        cmocka_unit_test(test_who_leaves_gives_back),
        cmocka_unit_test(test_submitted_by_another),
        cmocka_unit_test(test_lapse),
        cmocka_unit_test(test_labels_before_the_work),
        cmocka_unit_test(test_import_and_export),
        cmocka_unit_test(test_time_on_branches),
        cmocka_unit_test(test_priority),
        cmocka_unit_test(test_priority_of_waiting_branches),
        cmocka_unit_test(test_priority_of_branches_meets_a_lapse),
        cmocka_unit_test(test_bulk),
        cmocka_unit_test(test_edits),
        cmocka_unit_test(test_two_in_a_row),
        cmocka_unit_test(test_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
