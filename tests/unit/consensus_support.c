#include "consensus_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void set_workflow(panel *made, bool first, const char *many_settings, const char *judge_settings) {
    annoproj_error *error = NULL;
    char flow[4096];
    snprintf(flow, sizeof flow,
             "{\"start\":\"%s\",\"stages\":["
             "{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"many\"}},"
             "{\"key\":\"many\",\"type\":\"CONSENSUS_ANNOTATION\",\"settings\":{%s},\"edges\":{\"submit\":\"judge\"}},"
             "{\"key\":\"judge\",\"type\":\"CONSENSUS_REVIEW\",\"settings\":{%s},"
             "\"edges\":{\"approve\":\"review\",\"reject\":\"many\"}},"
             "{\"key\":\"review\",\"type\":\"REVIEW\",\"edges\":{\"approve\":\"complete\",\"reject\":\"annotate\"}},"
             "{\"key\":\"complete\",\"type\":\"DONE\"}]}",
             first ? "many" : "annotate", many_settings, judge_settings);
    assert_ok(annoproj_workflow_update(made->team->projects[TEAM_ADMIN], flow, NULL, &error), error);
}

static int64_t stage_of(panel *made, const char *key) {
    annoproj_error *error = NULL;
    annoproj_stage *stage = NULL;
    assert_ok(annoproj_stage_open(made->team->host_project, key, NULL, &stage, &error), error);
    int64_t id = annoproj_stage_id(stage);
    annoproj_stage_close(stage);
    return id;
}

/* Tasks that begin in the first stage of the workflow as it is now. */
static void attach(team *of, int64_t tasks) {
    static const int64_t offsets[] = {0, 5}, sides[] = {100};
    annoproj_data_units units = ANNOPROJ_DATA_UNITS_INIT;
    annoproj_error *error = NULL;
    int64_t unit = 0, made = 0;
    units.count = 1;
    units.text = "first";
    units.text_length = 5;
    units.title_offsets = offsets;
    units.widths = units.heights = sides;
    for (int64_t i = 0; i < tasks; i++)
        assert_ok(annoproj_data_units_add(of->host, of->dataset, &units, NULL, &unit, &error), error);
    assert_ok(annoproj_project_attach_dataset(of->host_project, of->dataset, NULL, &made, &error), error);
    assert_int_equal(made, tasks);
    of->first_task = (of->project << 32) + 1;
}

panel *panel_new(int64_t tasks, bool first, const char *many_settings, const char *judge_settings) {
    annoproj_error *error = NULL;
    panel *made = calloc(1, sizeof *made);
    assert_non_null(made);
    made->team = team_new(first ? 0 : tasks, "", "");
    set_workflow(made, first, many_settings, judge_settings);
    made->many = stage_of(made, "many");
    made->judge = stage_of(made, "judge");
    made->users[0] = made->team->users[TEAM_ANNOTATOR];
    made->projects[0] = made->team->projects[TEAM_ANNOTATOR];
    for (int i = 1; i < PANEL_SIZE; i++) {
        char email[32];
        snprintf(email, sizeof email, "panel%d@x.org", i);
        made->sessions[i] = team_add(made->team, email, ANNOPROJ_ROLE_ANNOTATOR, &made->users[i]);
        assert_ok(annoproj_project_open(made->sessions[i], made->team->project, NULL, &made->projects[i], &error),
                  error);
    }
    if (first)
        attach(made->team, tasks);
    return made;
}

void panel_free(panel *made) {
    for (int i = 1; i < PANEL_SIZE; i++) {
        annoproj_project_close(made->projects[i]);
        annoproj_session_close(made->sessions[i]);
    }
    team_free(made->team);
    free(made);
}

annoproj_task *panel_task(annoproj_project *project, int64_t id) {
    annoproj_error *error = NULL;
    annoproj_task *task = NULL;
    assert_ok(annoproj_task_open(project, id, NULL, &task, &error), error);
    return task;
}

size_t panel_branches(panel *made, int64_t id, int64_t branches[16]) {
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    annoproj_task *task = panel_task(made->team->host_project, id);
    assert_ok(annoproj_consensus_branches(task, NULL, &table, &error), error);
    size_t count = (size_t)annoproj_table_row_count(table);
    assert_true(count <= 16);
    for (size_t i = 0; i < count; i++)
        branches[i] = annoproj_table_int64(table, (int64_t)i, annoproj_table_column_index(table, "branch"));
    annoproj_table_free(table);
    annoproj_task_close(task);
    return count;
}

int64_t panel_stage_count(annoproj_project *project, const char *key) {
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    int64_t tasks = -1;
    assert_ok(annoproj_stage_list(project, NULL, &table, &error), error);
    for (int64_t row = 0; row < annoproj_table_row_count(table); row++)
        if (strcmp(annoproj_table_text(table, row, annoproj_table_column_index(table, "key")), key) == 0)
            tasks = annoproj_table_int64(table, row, annoproj_table_column_index(table, "tasks"));
    annoproj_table_free(table);
    return tasks;
}

size_t panel_enter(panel *made, int64_t id, int64_t branches[16]) {
    annoproj_error *error = NULL;
    annoproj_task *task = panel_task(made->team->projects[TEAM_BOTH], id);
    made->team->now_us += 1000000;
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    annoproj_task_close(task);
    return panel_branches(made, id, branches);
}

void panel_submit(panel *made, int who, int64_t branch, int boxes, double x) {
    annoproj_error *error = NULL;
    annoproj_task *task = panel_task(made->projects[who], branch);
    made->team->now_us += 1000000;
    assert_ok(annoproj_task_initiate(task, NULL, &error), error);
    for (int i = 0; i < boxes; i++)
        team_draw(made->team, task, "", x + i, NULL);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    annoproj_task_close(task);
}

annoproj_status panel_initiate(annoproj_project *project, int64_t id) {
    annoproj_error *error = NULL;
    annoproj_task *task = panel_task(project, id);
    annoproj_status status = annoproj_task_initiate(task, NULL, &error);
    annoproj_error_free(error);
    annoproj_task_close(task);
    return status;
}

annoproj_status panel_send(annoproj_project *project, int64_t id) {
    annoproj_error *error = NULL;
    annoproj_task *task = panel_task(project, id);
    annoproj_status status = annoproj_task_submit(task, NULL, NULL, &error);
    annoproj_error_free(error);
    annoproj_task_close(task);
    return status;
}

void panel_choose(annoproj_project *project, int64_t id, int64_t branch) {
    annoproj_consensus_options options = ANNOPROJ_CONSENSUS_OPTIONS_INIT;
    annoproj_error *error = NULL;
    annoproj_task *task = panel_task(project, id);
    options.branch = branch;
    assert_ok(annoproj_consensus_approve(task, &options, NULL, &error), error);
    annoproj_task_close(task);
}

int64_t panel_cell(annoproj_project *project, int64_t id, const char *column) {
    annoproj_task *task = panel_task(project, id);
    int64_t value = team_cell(task, column);
    annoproj_task_close(task);
    return value;
}

int64_t panel_figure(panel *made, const char *report, int64_t user, const char *column) {
    annoproj_error *error = NULL;
    annoproj_query *query = NULL;
    annoproj_table *table = NULL;
    int64_t figure = INT64_MIN;
    annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
    bool people = strcmp(report, "annotators") == 0 || strcmp(report, "reviewers") == 0;
    if (!people && user != 0) {
        options.collaborators = &user;
        options.collaborator_count = 1;
    }
    assert_ok(annoproj_query_open(made->team->host_project, &options, NULL, &query, &error), error);
    annoproj_status (*run)(annoproj_query *, const annoproj_call *, annoproj_table **,
                           annoproj_error **) = strcmp(report, "annotators") == 0      ? annoproj_query_annotators
                                                : strcmp(report, "reviewers") == 0     ? annoproj_query_reviewers
                                                : strcmp(report, "task_actions") == 0  ? annoproj_query_task_actions
                                                : strcmp(report, "label_actions") == 0 ? annoproj_query_label_actions
                                                : strcmp(report, "time_spent") == 0    ? annoproj_query_time_spent
                                                                                    : annoproj_query_ontology_actions;
    assert_ok(run(query, NULL, &table, &error), error);
    int32_t at = annoproj_table_column_index(table, column);
    assert_true(at >= 0);
    if (!people && annoproj_table_row_count(table) > 0)
        figure = annoproj_table_int64(table, 0, at);
    for (int64_t row = 0; people && row < annoproj_table_row_count(table); row++)
        if (annoproj_table_int64(table, row, annoproj_table_column_index(table, "user")) == user)
            figure = annoproj_table_int64(table, row, at);
    annoproj_table_free(table);
    annoproj_query_close(query);
    return figure;
}
