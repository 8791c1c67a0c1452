/* What an edit of a workflow in use may and may not do (product facts 1.6). */
#include "team.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The team's workflow with what a case changes in it. */
#define ANNOTATE(submit) "{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"" submit "\"}}"
#define REVIEW(reject)                                                                                                 \
    "{\"key\":\"review\",\"type\":\"REVIEW\",\"edges\":{\"approve\":\"complete\",\"reject\":\"" reject "\"}}"
#define COMPLETE     "{\"key\":\"complete\",\"type\":\"DONE\"}"
#define ARCHIVE(set) "{\"key\":\"old\",\"type\":\"DONE\",\"settings\":{" set "}}"
#define FLOW(stages) "{\"start\":\"annotate\",\"stages\":[" stages "]}"
#define SAME         ANNOTATE("review") "," REVIEW("annotate") "," COMPLETE

static void edit(team *made, const char *workflow) {
    annoproj_error *error = NULL;
    assert_ok(annoproj_workflow_update(made->projects[TEAM_ADMIN], workflow, NULL, &error), error);
}

/* STATE, naming the stage and the reason; the document stays. */
static void refuse(team *made, const char *workflow, const char *stage, const char *reason) {
    annoproj_error *error = NULL;
    char *before = NULL, *after = NULL;
    assert_ok(annoproj_workflow_json(made->host_project, NULL, &before, &error), error);
    assert_int_equal(annoproj_workflow_update(made->projects[TEAM_ADMIN], workflow, NULL, &error), ANNOPROJ_STATE);
    if (!strstr(annoproj_error_message(error), stage) || !strstr(annoproj_error_message(error), reason))
        fail_msg("%s does not say %s and %s", annoproj_error_message(error), stage, reason);
    annoproj_error_free(error);
    error = NULL;
    assert_ok(annoproj_workflow_json(made->host_project, NULL, &after, &error), error);
    assert_string_equal(after, before);
    annoproj_free(before);
    annoproj_free(after);
}

static void test_allowed(void **state) {
    (void)state;
    team *made = team_new(2, "", "");
    edit(made, FLOW(SAME "," ARCHIVE("\"archive\":true"))); /* adds a stage */
    edit(made, FLOW(SAME));                                 /* deletes an empty one */
    edit(made, FLOW(ANNOTATE("second") ",{\"key\":\"second\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"review\"}}"
                                       "," REVIEW("second") "," COMPLETE)); /* between others, edges changed */
    edit(made, FLOW("{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"title\":\"Draw\",\"edges\":{\"submit\":\"review\"}"
                    "}," REVIEW("annotate") "," COMPLETE)); /* renames */
#define SPLIT(paths) "{\"key\":\"split\",\"type\":\"PERCENTAGE_ROUTER\",\"pathways\":[" paths "]},"
    edit(made, FLOW(ANNOTATE("split") "," SPLIT("{\"key\":\"p\",\"percentage\":1,\"to\":\"review\"}")
                        REVIEW("annotate") "," COMPLETE));
    edit(made, FLOW(ANNOTATE("split") "," SPLIT("{\"key\":\"p\",\"percentage\":0.5,\"to\":\"review\"},"
                                                "{\"key\":\"q\",\"percentage\":0.5,\"to\":\"complete\"}")
                        REVIEW("annotate") "," COMPLETE));                    /* a pathway more, other percentages */
    edit(made, FLOW(ANNOTATE("review") "," REVIEW("annotate") "," COMPLETE)); /* a router holds no tasks */
    annoproj_task *task = team_task(made, TEAM_ADMIN, 0);
    assert_int_equal(team_cell(task, "stage"), made->annotate);
    annoproj_task_close(task);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* Another start: tasks made from now on begin there, those that are there stay. */
static void test_another_start(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_table *stages = NULL;
    team *made = team_new(1, "", "");
    int64_t first = 0;
    edit(made, "{\"start\":\"label\",\"stages\":[{\"key\":\"label\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":"
               "\"annotate\"}}," SAME "]}");
    annoproj_data_units units = ANNOPROJ_DATA_UNITS_INIT;
    const int64_t offsets[] = {0, 1};
    units.count = 1;
    units.text = "n";
    units.text_length = 1;
    units.title_offsets = offsets;
    assert_ok(annoproj_data_units_add(made->host, made->dataset, &units, NULL, &first, &error), error);
    assert_ok(annoproj_stage_list(made->host_project, NULL, &stages, &error), error);
    for (int64_t row = 0; row < 2; row++)
        assert_int_equal(annoproj_table_int64(stages, row, annoproj_table_column_index(stages, "tasks")), 1);
    annoproj_table_free(stages);
    team_free(made);
}

static void test_refused(void **state) {
    (void)state;
    team *made = team_new(2, "", "");
    edit(made, FLOW(SAME "," ARCHIVE("\"archive\":true")));
    refuse(made,
           FLOW("{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"other\"}},"
                "{\"key\":\"other\",\"type\":\"DONE\"}"),
           "\"complete\"", "cannot be deleted");
    refuse(made, FLOW(SAME "," ARCHIVE("")), "\"old\"", "complete to archive");
    refuse(made,
           FLOW(ANNOTATE("review") ",{\"key\":\"review\",\"type\":\"AGENT\",\"pathways\":[{\"key\":\"p\",\"to\":"
                                   "\"complete\"}]}," COMPLETE "," ARCHIVE("\"archive\":true")),
           "\"review\"", "type");
    refuse(made,
           "{\"start\":\"new\",\"stages\":[{\"key\":\"new\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"review\"}}"
           "," REVIEW("new") "," COMPLETE "]}",
           "\"annotate\"", "holds 2 tasks");
    team_free(made);
}

/* The tasks of a detached dataset come back into the stage they were in, so it stays, too. */
static void test_tasks_of_detached_datasets_hold_their_stage(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(2, "", "");
    int64_t tasks = 0;
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    annoproj_task_close(task);
    assert_ok(annoproj_project_detach_dataset(made->host_project, made->dataset, NULL, &tasks, &error), error);
    const char *without_review = FLOW(
        "{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"complete\"}}," COMPLETE);
    refuse(made, without_review, "\"review\"", "detached");
    assert_ok(annoproj_project_attach_dataset(made->host_project, made->dataset, NULL, &tasks, &error), error);
    task = team_task(made, TEAM_ADMIN, 0);
    assert_int_equal(team_cell(task, "stage"), made->review);
    assert_ok(annoproj_task_move(task, made->annotate, NULL, &error), error);
    annoproj_task_close(task);
    assert_ok(annoproj_project_detach_dataset(made->host_project, made->dataset, NULL, &tasks, &error), error);
    edit(made, without_review);
    assert_ok(annoproj_project_attach_dataset(made->host_project, made->dataset, NULL, &tasks, &error), error);
    assert_int_equal(tasks, 2);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* Who is no member any more gives back tasks of a detached dataset, too: they must not come back assigned. */
static void test_strangers_give_detached_tasks_back(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(1, "", "");
    int64_t count = 0;
    annoproj_task *task = team_task(made, TEAM_ADMIN, 0);
    assert_ok(annoproj_task_assign(task, made->users[TEAM_ANNOTATOR], NULL, &error), error);
    assert_ok(annoproj_project_detach_dataset(made->host_project, made->dataset, NULL, &count, &error), error);
    edit(made, FLOW("{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"review\"},"
                    "\"settings\":{\"members\":[\"both@x.org\"]}}," REVIEW("annotate") "," COMPLETE));
    assert_ok(annoproj_project_attach_dataset(made->host_project, made->dataset, NULL, &count, &error), error);
    assert_int_equal(team_cell(task, "assignee"), INT64_MIN);
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(task);
    team_free(made);
}

/* Who edited and when is in the log, and the project says when. */
static void test_edits_are_tracked(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_table *facts = NULL;
    annoproj_stream *stream = NULL;
    team *made = team_new(0, "", "");
    made->now_us += 77000000;
    edit(made, FLOW(SAME));
    assert_ok(annoproj_project_get(made->host_project, NULL, &facts, &error), error);
    assert_int_equal(annoproj_table_int64(facts, 0, annoproj_table_column_index(facts, "edited")), made->now_us);
    annoproj_table_free(facts);
    assert_ok(annoproj_project_events(made->host_project, 0, NULL, &stream, &error), error);
    assert_ok(annoproj_stream_next(stream, NULL, &facts, &error), error);
    const int64_t last = annoproj_table_row_count(facts) - 1;
    assert_string_equal(annoproj_table_text(facts, last, annoproj_table_column_index(facts, "kind")),
                        "workflow_update");
    assert_int_equal(annoproj_table_int64(facts, last, annoproj_table_column_index(facts, "actor")),
                     made->users[TEAM_ADMIN]);
    annoproj_table_free(facts);
    annoproj_stream_close(stream);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allowed),
        cmocka_unit_test(test_another_start),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_tasks_of_detached_datasets_hold_their_stage),
        cmocka_unit_test(test_strangers_give_detached_tasks_back),
        cmocka_unit_test(test_edits_are_tracked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
