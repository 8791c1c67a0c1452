/* Consensus (behaviour §8): branches, their submits, reached and not reached, what moves and edits do to them. */
#include "consensus_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREE "\"annotators\":3"

static void expect_task(annoproj_project *project, int64_t id, int64_t stage, const char *status, int64_t assignee) {
    char word[64];
    annoproj_task *task = panel_task(project, id);
    assert_int_equal(team_cell(task, "stage"), stage);
    assert_string_equal(team_word(task, "status", word), status);
    assert_int_equal(team_cell(task, "assignee"), assignee ? assignee : INT64_MIN);
    annoproj_task_close(task);
}

static annoproj_status open_status(annoproj_project *project, int64_t id) {
    annoproj_error *error = NULL;
    annoproj_task *task = NULL;
    annoproj_status status = annoproj_task_open(project, id, NULL, &task, &error);
    annoproj_error_free(error);
    annoproj_task_close(task);
    return status;
}

static annoproj_status act(annoproj_project *project, int64_t id,
                           annoproj_status (*action)(annoproj_task *, const annoproj_call *, annoproj_error **)) {
    annoproj_error *error = NULL;
    annoproj_task *task = panel_task(project, id);
    annoproj_status status = action(task, NULL, &error);
    assert_int_equal(status != ANNOPROJ_OK, error != NULL);
    annoproj_error_free(error);
    annoproj_task_close(task);
    return status;
}

static annoproj_status submit(annoproj_project *project, int64_t id) {
    annoproj_error *error = NULL;
    annoproj_task *task = panel_task(project, id);
    annoproj_status status = annoproj_task_submit(task, NULL, NULL, &error);
    annoproj_error_free(error);
    annoproj_task_close(task);
    return status;
}

static annoproj_status reject(annoproj_project *project, int64_t id, const char *comment) {
    annoproj_review_options options = ANNOPROJ_REVIEW_OPTIONS_INIT;
    annoproj_error *error = NULL;
    annoproj_task *task = panel_task(project, id);
    options.comment = comment;
    annoproj_status status = annoproj_task_reject(task, &options, NULL, &error);
    annoproj_error_free(error);
    annoproj_task_close(task);
    return status;
}

static annoproj_status choose(annoproj_project *project, int64_t id, int64_t branch) {
    annoproj_consensus_options options = ANNOPROJ_CONSENSUS_OPTIONS_INIT;
    annoproj_error *error = NULL;
    annoproj_task *task = panel_task(project, id);
    options.branch = branch;
    annoproj_status status = annoproj_consensus_approve(task, &options, NULL, &error);
    annoproj_error_free(error);
    annoproj_task_close(task);
    return status;
}

/* Takes two labels of two branches. */
static annoproj_status merge(annoproj_project *project, int64_t id, const char *first, int64_t from, const char *second,
                             int64_t also_from) {
    annoproj_consensus_options options = ANNOPROJ_CONSENSUS_OPTIONS_INIT;
    const int64_t branches[] = {from, also_from},
                  offsets[] = {0, (int64_t)strlen(first), (int64_t)(strlen(first) + strlen(second))};
    char text[64];
    annoproj_error *error = NULL;
    annoproj_task *task = panel_task(project, id);
    snprintf(text, sizeof text, "%s%s", first, second);
    options.text = text;
    options.text_length = strlen(text);
    options.hash_offsets = offsets;
    options.branches = branches;
    options.count = 2;
    annoproj_status status = annoproj_consensus_approve(task, &options, NULL, &error);
    annoproj_error_free(error);
    annoproj_task_close(task);
    return status;
}

/* Hashes of a task's labels, in their order, with a blank between them. */
static const char *hashes_of(annoproj_project *project, int64_t id, char out[256]) {
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    annoproj_task *task = panel_task(project, id);
    assert_ok(annoproj_task_labels(task, NULL, &table, &error), error);
    out[0] = 0;
    for (int64_t row = 0; row < annoproj_table_row_count(table); row++) {
        if (row > 0)
            strcat(out, " ");
        strcat(out, annoproj_table_text(table, row, annoproj_table_column_index(table, "label")));
    }
    annoproj_table_free(table);
    annoproj_task_close(task);
    return out;
}

static const char *hash_at(annoproj_project *project, int64_t id, int at, char out[16]) {
    char all[256];
    hashes_of(project, id, all);
    assert_true(strlen(all) >= (size_t)at * 9 + 8);
    memcpy(out, all + (ptrdiff_t)at * 9, 8);
    out[8] = 0;
    return out;
}

/* ---- the annotation half ---- */

static void test_branches_are_made_from_the_task(void **state) {
    (void)state;
    panel *made = panel_new(2, false, THREE, "");
    team *crew = made->team;
    int64_t branches[16];
    char before[256], hashes[256];
    annoproj_error *error = NULL;
    annoproj_task *task = team_task(crew, TEAM_BOTH, 0);
    team_draw(crew, task, "", 10, NULL);
    team_draw(crew, task, "", 20, NULL);
    annoproj_task *seen = panel_task(crew->projects[TEAM_ADMIN], crew->first_task);
    assert_ok(annoproj_task_set_priority(seen, 70, NULL, &error), error);
    annoproj_task_close(seen);
    hashes_of(crew->projects[TEAM_ADMIN], crew->first_task, before);
    annoproj_task_close(task);
    assert_int_equal(panel_enter(made, crew->first_task, branches), 3);
    expect_task(crew->projects[TEAM_ADMIN], crew->first_task, made->many, "new", 0);
    assert_int_equal(panel_stage_count(crew->projects[TEAM_ADMIN], "many"), 1);
    for (int i = 0; i < 3; i++) {
        expect_task(crew->projects[TEAM_ADMIN], branches[i], made->many, "new", 0);
        task = panel_task(crew->projects[TEAM_ADMIN], branches[i]);
        assert_int_equal(team_cell(task, "parent"), crew->first_task);
        assert_int_equal(team_cell(task, "priority"), 70);
        assert_int_equal(team_cell(task, "entered"), crew->now_us);
        assert_int_equal(team_cell(task, "version"), 0);
        annoproj_task_close(task);
        assert_string_equal(hashes_of(crew->projects[TEAM_ADMIN], branches[i], hashes), before);
    }
    assert_int_equal(team_differences(crew), 0);
    panel_free(made);
}

static void test_a_dataset_begins_in_consensus(void **state) {
    (void)state;
    panel *made = panel_new(5, true, "", "");
    team *crew = made->team;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    int64_t branches[16];
    assert_int_equal(panel_stage_count(crew->projects[TEAM_ADMIN], "many"), 5);
    assert_int_equal(panel_branches(made, crew->first_task + 4, branches), 2);
    assert_ok(annoproj_project_overview(crew->host_project, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_int64(table, 0, annoproj_table_column_index(table, "tasks")), 5);
    annoproj_table_free(table);
    /* The lists have the branches, and not what waits for them. */
    assert_ok(annoproj_task_list(crew->host_project, NULL, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 10);
    for (int64_t row = 0; row < 10; row++)
        assert_false(annoproj_table_is_null(table, row, annoproj_table_column_index(table, "parent")));
    annoproj_table_free(table);
    assert_int_equal(team_differences(crew), 0);
    panel_free(made);
}

/* Nobody gets two branches of a task, by start, initiate or assign, whatever the role. */
static void test_each_annotator_gets_one_branch(void **state) {
    (void)state;
    panel *made = panel_new(1, true, THREE, "");
    team *crew = made->team;
    annoproj_error *error = NULL;
    annoproj_stage *stage = NULL;
    annoproj_task *task = NULL;
    annoproj_queue_reason reason = 0;
    int64_t branches[16];
    panel_branches(made, crew->first_task, branches);
    assert_ok(annoproj_stage_open(made->projects[0], "many", NULL, &stage, &error), error);
    assert_ok(annoproj_stage_start_next(stage, NULL, NULL, &task, &reason, &error), error);
    assert_int_equal(annoproj_task_id(task), branches[0]);
    annoproj_task_close(task);
    task = panel_task(made->projects[0], branches[1]);
    assert_status(ANNOPROJ_STATE, annoproj_task_initiate(task, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_task_submit(task, NULL, NULL, &error), error);
    annoproj_task_close(task);
    task = panel_task(crew->projects[TEAM_ADMIN], branches[1]);
    assert_status(ANNOPROJ_STATE, annoproj_task_assign(task, made->users[0], NULL, &error), error);
    annoproj_task_close(task);
    /* Submitted: still no other one. */
    assert_int_equal(submit(made->projects[0], branches[0]), ANNOPROJ_OK);
    expect_task(made->projects[0], branches[0], made->many, "completed", 0);
    assert_status(ANNOPROJ_NONE, annoproj_stage_start_next(stage, NULL, NULL, &task, &reason, &error), error);
    assert_int_equal(reason, ANNOPROJ_QUEUE_HAS_BRANCH);
    annoproj_stage_close(stage);
    /* A manager is an annotator like others. */
    assert_int_equal(act(crew->projects[TEAM_MANAGER], branches[1], annoproj_task_initiate), ANNOPROJ_OK);
    assert_int_equal(act(crew->projects[TEAM_MANAGER], branches[2], annoproj_task_initiate), ANNOPROJ_STATE);
    assert_int_equal(act(crew->projects[TEAM_MANAGER], branches[1], annoproj_task_release), ANNOPROJ_OK);
    assert_int_equal(act(crew->projects[TEAM_MANAGER], branches[2], annoproj_task_initiate), ANNOPROJ_OK);
    assert_int_equal(team_differences(crew), 0);
    panel_free(made);
}

/* Members see their own branches and those nobody has; what was begun is read by who takes it. */
static void test_branches_are_blind_to_each_other(void **state) {
    (void)state;
    panel *made = panel_new(1, true, THREE, "");
    team *crew = made->team;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    int64_t branches[16];
    panel_branches(made, crew->first_task, branches);
    annoproj_task *own = panel_task(made->projects[0], branches[0]);
    team_draw(crew, own, "", 5, NULL); /* takes it */
    assert_int_equal(open_status(made->projects[1], branches[0]), ANNOPROJ_NOT_FOUND);
    assert_int_equal(open_status(made->projects[1], branches[1]), ANNOPROJ_OK);
    assert_int_equal(open_status(made->projects[1], crew->first_task), ANNOPROJ_NOT_FOUND);
    assert_int_equal(open_status(crew->projects[TEAM_REVIEWER], branches[0]), ANNOPROJ_NOT_FOUND);
    assert_ok(annoproj_task_list(made->projects[1], NULL, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 2);
    annoproj_table_free(table);
    assert_int_equal(open_status(crew->projects[TEAM_MANAGER], branches[0]), ANNOPROJ_OK);
    /* Given back with what was drawn on it. */
    assert_ok(annoproj_task_release(own, NULL, &error), error);
    annoproj_task *other = panel_task(made->projects[1], branches[0]);
    assert_status(ANNOPROJ_PERMISSION, annoproj_task_labels(other, NULL, &table, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_task_geometry(other, 0, NULL, &table, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_task_answers(other, NULL, &table, &error), error);
    assert_ok(annoproj_task_initiate(other, NULL, &error), error);
    assert_ok(annoproj_task_labels(other, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 1);
    annoproj_table_free(table);
    annoproj_task_close(other);
    annoproj_task_close(own);
    assert_int_equal(open_status(made->projects[0], branches[0]), ANNOPROJ_NOT_FOUND);
    panel_free(made);
}

/* What is submitted waits; the last submit makes the review task. */
static void test_the_last_submit_makes_the_review(void **state) {
    (void)state;
    panel *made = panel_new(1, true, "", "");
    team *crew = made->team;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    annoproj_submit_options named = ANNOPROJ_SUBMIT_OPTIONS_INIT;
    int64_t branches[16];
    char word[64];
    panel_branches(made, crew->first_task, branches);
    annoproj_task *branch = panel_task(made->projects[0], branches[0]);
    named.assignee = crew->users[TEAM_REVIEWER];
    assert_status(ANNOPROJ_INVALID, annoproj_task_submit(branch, &named, NULL, &error), error);
    annoproj_task_close(branch);
    panel_submit(made, 0, branches[0], 1, 5);
    expect_task(crew->projects[TEAM_ADMIN], branches[0], made->many, "completed", 0);
    expect_task(crew->projects[TEAM_ADMIN], crew->first_task, made->many, "new", 0);
    /* It waits: nothing is done to it. */
    assert_int_equal(act(crew->projects[TEAM_ADMIN], branches[0], annoproj_task_initiate), ANNOPROJ_STATE);
    assert_int_equal(act(crew->projects[TEAM_ADMIN], branches[0], annoproj_task_release), ANNOPROJ_STATE);
    assert_int_equal(act(made->projects[0], branches[0], annoproj_task_skip), ANNOPROJ_STATE);
    assert_int_equal(submit(made->projects[0], branches[0]), ANNOPROJ_STATE);
    assert_int_equal(submit(crew->projects[TEAM_ADMIN], crew->first_task), ANNOPROJ_STATE);
    assert_int_equal(act(crew->projects[TEAM_ADMIN], crew->first_task, annoproj_task_initiate), ANNOPROJ_STATE);
    assert_int_equal(act(crew->projects[TEAM_ADMIN], crew->first_task, annoproj_task_reopen), ANNOPROJ_STATE);
    assert_int_equal(open_status(crew->projects[TEAM_REVIEWER], crew->first_task), ANNOPROJ_NOT_FOUND);
    panel_submit(made, 1, branches[1], 2, 15);
    expect_task(crew->projects[TEAM_REVIEWER], crew->first_task, made->judge, "new", 0);
    assert_int_equal(panel_stage_count(crew->projects[TEAM_ADMIN], "many"), 0);
    assert_int_equal(panel_stage_count(crew->projects[TEAM_ADMIN], "judge"), 1);
    annoproj_task *task = panel_task(crew->projects[TEAM_REVIEWER], crew->first_task);
    assert_int_equal(team_cell(task, "entered"), crew->now_us);
    assert_int_equal(team_cell(task, "last_action_user"), made->users[1]);
    assert_string_equal(team_word(task, "last_action_stage", word), "many");
    /* The reviewer reads the branches through it; the annotators do no more. */
    assert_ok(annoproj_consensus_branches(task, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 2);
    assert_int_equal(annoproj_table_int64(table, 1, annoproj_table_column_index(table, "annotator")), made->users[1]);
    assert_int_equal(annoproj_table_int64(table, 1, annoproj_table_column_index(table, "labels")), 2);
    assert_int_equal(annoproj_table_int64(table, 1, annoproj_table_column_index(table, "submitted")), crew->now_us);
    annoproj_table_free(table);
    assert_int_equal(open_status(made->projects[1], branches[1]), ANNOPROJ_NOT_FOUND);
    branch = panel_task(crew->projects[TEAM_REVIEWER], branches[1]);
    assert_ok(annoproj_task_labels(branch, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 2);
    annoproj_table_free(table);
    assert_status(ANNOPROJ_STATE, annoproj_consensus_branches(branch, NULL, &table, &error), error);
    /* When another has the task, its branches are theirs to look at, too. */
    assert_int_equal(act(crew->projects[TEAM_BOTH], crew->first_task, annoproj_task_initiate), ANNOPROJ_OK);
    assert_status(ANNOPROJ_PERMISSION, annoproj_task_labels(branch, NULL, &table, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_consensus_branches(task, NULL, &table, &error), error);
    annoproj_task_close(branch);
    annoproj_task_close(task);
    assert_int_equal(team_differences(crew), 0);
    panel_free(made);
}

/* ---- reached and not reached ---- */

static void test_one_branch_whole(void **state) {
    (void)state;
    panel *made = panel_new(1, false, "", "");
    team *crew = made->team;
    annoproj_project *reviewer = crew->projects[TEAM_REVIEWER];
    int64_t branches[16];
    char kept[16], taken[256], got[256], word[64];
    annoproj_task *task = team_task(crew, TEAM_BOTH, 0);
    team_draw(crew, task, "", 40, kept);
    annoproj_task_close(task);
    panel_enter(made, crew->first_task, branches);
    panel_submit(made, 0, branches[0], 1, 5);
    panel_submit(made, 1, branches[1], 3, 15);
    hashes_of(reviewer, branches[1], taken);
    assert_int_equal(choose(reviewer, crew->first_task, 0), ANNOPROJ_INVALID);
    assert_int_equal(choose(reviewer, crew->first_task, crew->first_task), ANNOPROJ_NOT_FOUND);
    assert_int_equal(choose(reviewer, branches[1], branches[1]), ANNOPROJ_STATE); /* a branch is not approved */
    char hash[16], other[16];
    assert_int_equal(merge(reviewer, crew->first_task, hash_at(reviewer, branches[0], 1, hash), branches[0],
                           hash_at(reviewer, branches[1], 1, other), branches[1]),
                     ANNOPROJ_INVALID); /* determine */
    assert_int_equal(choose(reviewer, crew->first_task, branches[1]), ANNOPROJ_OK);
    expect_task(crew->projects[TEAM_ADMIN], crew->first_task, crew->review, "new", 0);
    assert_string_equal(hashes_of(crew->projects[TEAM_ADMIN], crew->first_task, got), taken);
    assert_int_equal(memcmp(got, kept, 8), 0);
    assert_int_equal(open_status(crew->projects[TEAM_ADMIN], branches[0]), ANNOPROJ_NOT_FOUND);
    assert_int_equal(panel_branches(made, crew->first_task, branches), 0);
    assert_int_equal(panel_stage_count(crew->projects[TEAM_ADMIN], "judge"), 0);
    /* Each label has its reviews where it goes, and who made it is who made it on the branch. */
    task = panel_task(crew->projects[TEAM_ADMIN], crew->first_task);
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    assert_ok(annoproj_task_labels(task, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_int64(table, 0, annoproj_table_column_index(table, "creator")),
                     crew->users[TEAM_BOTH]);
    assert_int_equal(annoproj_table_int64(table, 1, annoproj_table_column_index(table, "creator")), made->users[1]);
    assert_string_equal(annoproj_table_text(table, 1, annoproj_table_column_index(table, "review")), "new");
    annoproj_table_free(table);
    assert_string_equal(team_word(task, "last_action_email", word), "reviewer@x.org");
    assert_status(ANNOPROJ_STATE, annoproj_task_reopen(task, NULL, &error), error);
    annoproj_task_close(task);
    assert_int_equal(team_differences(crew), 0);
    panel_free(made);
}

static void test_labels_of_several_branches(void **state) {
    (void)state;
    panel *made = panel_new(1, false, THREE, "\"consensus\":\"refine\"");
    team *crew = made->team;
    annoproj_project *reviewer = crew->projects[TEAM_REVIEWER];
    int64_t branches[16];
    char kept[16], first[16], second[16], got[256], expected[64];
    annoproj_task *task = team_task(crew, TEAM_BOTH, 0);
    team_draw(crew, task, "", 40, kept);
    annoproj_task_close(task);
    panel_enter(made, crew->first_task, branches);
    for (int i = 0; i < 3; i++)
        panel_submit(made, i, branches[i], 1, 5 + i);
    hash_at(reviewer, branches[0], 1, first);
    hash_at(reviewer, branches[2], 1, second);
    assert_int_equal(merge(reviewer, crew->first_task, kept, branches[0], kept, branches[1]), ANNOPROJ_DATA);
    assert_int_equal(merge(reviewer, crew->first_task, first, branches[1], second, branches[2]), ANNOPROJ_NOT_FOUND);
    assert_int_equal(merge(reviewer, crew->first_task, first, branches[0], "short", branches[2]), ANNOPROJ_NOT_FOUND);
    assert_int_equal(merge(reviewer, crew->first_task, first, branches[0], second, 77), ANNOPROJ_NOT_FOUND);
    assert_int_equal(merge(reviewer, crew->first_task, first, branches[0], second, branches[2]), ANNOPROJ_OK);
    snprintf(expected, sizeof expected, "%s %s", first, second);
    assert_string_equal(hashes_of(crew->projects[TEAM_ADMIN], crew->first_task, got), expected);
    assert_int_equal(panel_figure(made, "annotators", made->users[0], "approved_tasks"), 1);
    assert_int_equal(panel_figure(made, "annotators", made->users[1], "approved_tasks"), 0);
    assert_int_equal(panel_figure(made, "annotators", made->users[2], "approved_tasks"), 1);
    assert_int_equal(team_differences(crew), 0);
    panel_free(made);
}

/* The task's last submitter is who submitted last of its branches' annotators, also when the clock stood still. */
static void last_submitter_of(bool backwards) {
    panel *made = panel_new(1, true, THREE, "\"consensus\":\"refine\"");
    team *crew = made->team;
    annoproj_review_options options = ANNOPROJ_REVIEW_OPTIONS_INIT;
    annoproj_error *error = NULL;
    int64_t branches[16];
    char first[16], third[16];
    panel_branches(made, crew->first_task, branches);
    for (int i = 0; i < 3; i++) {
        crew->now_us = INT64_C(1767603600000000);
        panel_submit(made, backwards ? 2 - i : i, branches[backwards ? 2 - i : i], 1, 5);
    }
    hash_at(crew->projects[TEAM_REVIEWER], branches[0], 0, first);
    hash_at(crew->projects[TEAM_REVIEWER], branches[2], 0, third);
    assert_int_equal(merge(crew->projects[TEAM_REVIEWER], crew->first_task, first, branches[0], third, branches[2]),
                     ANNOPROJ_OK);
    annoproj_task *task = panel_task(crew->projects[TEAM_ADMIN], crew->first_task);
    options.undecided = ANNOPROJ_UNDECIDED_DECIDE;
    assert_ok(annoproj_task_reject(task, &options, NULL, &error), error);
    annoproj_task_close(task);
    int64_t last = made->users[backwards ? 0 : 2], other = made->users[backwards ? 2 : 0];
    expect_task(crew->projects[TEAM_ADMIN], crew->first_task, crew->annotate, "reopened", last);
    assert_int_equal(panel_figure(made, "annotators", last, "rejected_tasks"), 1);
    assert_int_equal(panel_figure(made, "annotators", other, "rejected_tasks"), 0);
    assert_int_equal(team_differences(crew), 0);
    panel_free(made);
}

static void test_the_last_submitter_of_several(void **state) {
    (void)state;
    last_submitter_of(false);
    last_submitter_of(true);
}

static void test_not_reached_sends_every_branch_back(void **state) {
    (void)state;
    panel *made = panel_new(1, true, THREE, "");
    team *crew = made->team;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    int64_t branches[16];
    panel_branches(made, crew->first_task, branches);
    for (int i = 0; i < 3; i++)
        panel_submit(made, i, branches[i], 1, 5 + i);
    /* One of them belongs to the project no more. */
    assert_ok(annoproj_collaborator_remove(crew->projects[TEAM_ADMIN], made->users[1], NULL, &error), error);
    crew->now_us += 5000000;
    assert_int_equal(reject(crew->projects[TEAM_REVIEWER], crew->first_task, "look at the left"), ANNOPROJ_OK);
    expect_task(crew->projects[TEAM_ADMIN], crew->first_task, made->many, "reopened", 0);
    expect_task(made->projects[0], branches[0], made->many, "reopened", made->users[0]);
    expect_task(crew->projects[TEAM_ADMIN], branches[1], made->many, "reopened", 0);
    expect_task(made->projects[2], branches[2], made->many, "reopened", made->users[2]);
    assert_int_equal(panel_stage_count(crew->projects[TEAM_ADMIN], "many"), 1);
    /* Its annotators read what the reviewer said, and cannot answer there. */
    annoproj_task *branch = panel_task(made->projects[0], branches[0]);
    int64_t issue = 0;
    assert_ok(annoproj_task_comments(branch, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 1);
    assert_string_equal(annoproj_table_text(table, 0, annoproj_table_column_index(table, "text")), "look at the left");
    annoproj_table_free(table);
    assert_status(ANNOPROJ_STATE, annoproj_issue_create(branch, "x", NULL, NULL, &issue, &error), error);
    assert_int_equal(team_cell(branch, "entered"), crew->now_us);
    annoproj_task_close(branch);
    for (int i = 0; i < 3; i++)
        if (i != 1)
            assert_int_equal(panel_figure(made, "annotators", made->users[i], "rejected_tasks"), 1);
    assert_int_equal(panel_figure(made, "annotators", made->users[1], "rejected_tasks"), 1);
    assert_int_equal(panel_figure(made, "reviewers", crew->users[TEAM_REVIEWER], "rejected_tasks"), 1);
    assert_int_equal(team_differences(crew), 0);
    /* And again: the free one goes to somebody else. */
    panel_submit(made, 3, branches[1], 0, 0);
    assert_int_equal(submit(made->projects[0], branches[0]), ANNOPROJ_OK);
    assert_int_equal(submit(made->projects[2], branches[2]), ANNOPROJ_OK);
    assert_int_equal(choose(crew->projects[TEAM_REVIEWER], crew->first_task, branches[1]), ANNOPROJ_OK);
    assert_int_equal(panel_figure(made, "annotators", made->users[3], "approved_tasks"), 1);
    assert_int_equal(team_differences(crew), 0);
    panel_free(made);
}

/* ---- figures ---- */

/* A branch counts for its annotator in `annotators` only; the rest of the reports see what becomes of the task. */
static void test_figures(void **state) {
    (void)state;
    panel *made = panel_new(1, false, "", "");
    team *crew = made->team;
    int64_t branches[16], both = crew->users[TEAM_BOTH];
    annoproj_task *task = team_task(crew, TEAM_BOTH, 0);
    team_draw(crew, task, "", 40, NULL);
    annoproj_task_close(task);
    panel_enter(made, crew->first_task, branches);
    assert_int_equal(panel_figure(made, "ontology_actions", 0, "created"), 1);
    panel_submit(made, 0, branches[0], 1, 5);
    panel_submit(made, 1, branches[1], 3, 15);
    assert_int_equal(panel_figure(made, "annotators", made->users[0], "created_labels"), 1);
    assert_int_equal(panel_figure(made, "annotators", made->users[1], "created_labels"), 3);
    assert_int_equal(panel_figure(made, "annotators", made->users[1], "submitted_tasks"), 1);
    assert_int_equal(panel_figure(made, "task_actions", made->users[1], "submitted"), 1);
    assert_int_equal(panel_figure(made, "ontology_actions", 0, "created"), 1);
    assert_int_equal(panel_figure(made, "label_actions", 0, "submitted"), 1);
    assert_int_equal(choose(crew->projects[TEAM_REVIEWER], crew->first_task, branches[1]), ANNOPROJ_OK);
    assert_int_equal(panel_figure(made, "annotators", made->users[1], "created_labels"), 3);
    assert_int_equal(panel_figure(made, "annotators", both, "created_labels"), 1);
    assert_int_equal(panel_figure(made, "ontology_actions", 0, "created"), 4);
    assert_int_equal(panel_figure(made, "ontology_actions", made->users[1], "created"), 3);
    assert_int_equal(panel_figure(made, "ontology_actions", made->users[0], "created"), 0);
    assert_int_equal(panel_figure(made, "label_actions", 0, "submitted"), 1 + 4);
    assert_int_equal(panel_figure(made, "label_actions", made->users[1], "submitted"), 4);
    assert_int_equal(panel_figure(made, "task_actions", crew->users[TEAM_REVIEWER], "approved"), 1);
    assert_int_equal(panel_figure(made, "annotators", made->users[1], "approved_tasks"), 1);
    assert_int_equal(panel_figure(made, "annotators", made->users[0], "approved_tasks"), 0);
    assert_int_equal(panel_figure(made, "annotators", both, "approved_tasks"), 0);
    assert_int_equal(panel_figure(made, "reviewers", crew->users[TEAM_REVIEWER], "approved_tasks"), 1);
    assert_int_equal(panel_figure(made, "reviewers", made->users[1], "created_labels"), INT64_MIN);
    /* A later decision is on what its annotator submitted last. */
    annoproj_review_options options = ANNOPROJ_REVIEW_OPTIONS_INIT;
    annoproj_error *error = NULL;
    options.undecided = ANNOPROJ_UNDECIDED_DECIDE;
    task = panel_task(crew->projects[TEAM_MANAGER], crew->first_task);
    assert_ok(annoproj_task_approve(task, &options, NULL, &error), error);
    annoproj_task_close(task);
    assert_int_equal(panel_figure(made, "annotators", made->users[1], "approved_tasks"), 2);
    assert_int_equal(panel_figure(made, "annotators", made->users[1], "approved_labels"), 4);
    assert_int_equal(team_differences(crew), 0);
    panel_free(made);
}

/* ---- moves, edits, datasets ---- */

static void test_a_move_takes_the_task_as_it_was(void **state) {
    (void)state;
    panel *made = panel_new(2, false, "", "");
    team *crew = made->team;
    annoproj_project *manager = crew->projects[TEAM_MANAGER];
    annoproj_error *error = NULL;
    int64_t branches[16], others[16];
    char before[256], got[256];
    for (int64_t i = 0; i < 2; i++) {
        annoproj_task *task = team_task(crew, TEAM_BOTH, i);
        team_draw(crew, task, "", 40, NULL);
        annoproj_task_close(task);
    }
    hashes_of(manager, crew->first_task, before);
    panel_enter(made, crew->first_task, branches);
    panel_enter(made, crew->first_task + 1, others);
    /* From the annotation half, by a branch; not to the review, nor into another consensus. */
    panel_submit(made, 0, branches[0], 2, 5);
    annoproj_task *branch = panel_task(manager, branches[1]);
    assert_status(ANNOPROJ_INVALID, annoproj_task_move(branch, made->judge, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_task_move(branch, made->many, NULL, &error), error);
    assert_int_equal(act(made->projects[1], branches[1], annoproj_task_initiate), ANNOPROJ_OK);
    assert_ok(annoproj_task_move(branch, crew->complete, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_task_move(branch, crew->review, NULL, &error), error);
    annoproj_task_close(branch);
    expect_task(manager, crew->first_task, crew->complete, "completed", 0);
    assert_string_equal(hashes_of(manager, crew->first_task, got), before);
    assert_int_equal(panel_stage_count(manager, "many"), 1);
    /* From the review, by the task. */
    panel_submit(made, 0, others[0], 2, 5);
    panel_submit(made, 1, others[1], 2, 5);
    annoproj_task *task = panel_task(manager, crew->first_task + 1);
    assert_ok(annoproj_task_move(task, crew->annotate, NULL, &error), error);
    annoproj_task_close(task);
    expect_task(manager, crew->first_task + 1, crew->annotate, "new", 0);
    assert_int_equal(panel_branches(made, crew->first_task + 1, others), 0);
    assert_int_equal(team_differences(crew), 0);
    /* It may go through consensus once more. */
    assert_int_equal(panel_enter(made, crew->first_task + 1, others), 2);
    assert_int_equal(panel_stage_count(manager, "many"), 1);
    assert_int_equal(team_differences(crew), 0);
    panel_free(made);
}

static void test_a_dataset_leaves_and_comes_back(void **state) {
    (void)state;
    panel *made = panel_new(3, true, THREE, "");
    team *crew = made->team;
    annoproj_error *error = NULL;
    int64_t branches[16], moved[16], tasks = 0;
    panel_branches(made, crew->first_task, branches);
    panel_branches(made, crew->first_task + 1, moved);
    panel_submit(made, 0, branches[0], 1, 5);
    assert_int_equal(act(made->projects[1], branches[1], annoproj_task_initiate), ANNOPROJ_OK);
    annoproj_task *task = panel_task(crew->projects[TEAM_ADMIN], crew->first_task + 1);
    assert_ok(annoproj_task_move(task, crew->complete, NULL, &error), error);
    annoproj_task_close(task);
    assert_ok(annoproj_project_detach_dataset(crew->host_project, crew->dataset, NULL, &tasks, &error), error);
    assert_int_equal(tasks, 3);
    assert_int_equal(panel_stage_count(crew->projects[TEAM_ADMIN], "many"), 0);
    assert_int_equal(open_status(crew->projects[TEAM_ADMIN], branches[0]), ANNOPROJ_NOT_FOUND);
    assert_int_equal(team_differences(crew), 0);
    assert_ok(annoproj_project_attach_dataset(crew->host_project, crew->dataset, NULL, &tasks, &error), error);
    assert_int_equal(tasks, 3);
    expect_task(crew->projects[TEAM_ADMIN], branches[0], made->many, "completed", 0);
    expect_task(made->projects[1], branches[1], made->many, "new", made->users[1]);
    expect_task(crew->projects[TEAM_ADMIN], crew->first_task, made->many, "new", 0);
    assert_int_equal(open_status(crew->projects[TEAM_ADMIN], moved[0]), ANNOPROJ_NOT_FOUND);
    assert_int_equal(team_differences(crew), 0);
    panel_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_branches_are_made_from_the_task),
        cmocka_unit_test(test_a_dataset_begins_in_consensus),
        cmocka_unit_test(test_each_annotator_gets_one_branch),
        cmocka_unit_test(test_branches_are_blind_to_each_other),
        cmocka_unit_test(test_the_last_submit_makes_the_review),
        cmocka_unit_test(test_one_branch_whole),
        cmocka_unit_test(test_labels_of_several_branches),
        cmocka_unit_test(test_the_last_submitter_of_several),
        cmocka_unit_test(test_not_reached_sends_every_branch_back),
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_a_move_takes_the_task_as_it_was),
        cmocka_unit_test(test_a_dataset_leaves_and_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
