/* Routers, and edits of a workflow while tasks are on their way (behaviour §7, product facts 1.4 and 1.6). */
#include "team.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REVIEW   "{\"key\":\"review\",\"type\":\"REVIEW\",\"edges\":{\"approve\":\"complete\",\"reject\":\"annotate\"}}"
#define COMPLETE "{\"key\":\"complete\",\"type\":\"DONE\"}"
#define FLOW(submit, more)                                                                                             \
    "{\"start\":\"annotate\",\"stages\":[{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"title\":\"Annotate\","        \
    "\"edges\":{\"submit\":\"" submit "\"}}," more REVIEW "," COMPLETE "]}"
#define SHARES(first, second)                                                                                          \
    "{\"key\":\"split\",\"type\":\"PERCENTAGE_ROUTER\",\"pathways\":[{\"key\":\"p\",\"percentage\":" first             \
    ",\"to\":\"review\"},{\"key\":\"q\",\"percentage\":" second ",\"to\":\"complete\"}]},"

static void edit(team *made, const char *workflow) {
    annoproj_error *error = NULL;
    assert_ok(annoproj_workflow_update(made->projects[TEAM_ADMIN], workflow, NULL, &error), error);
}

static int64_t submit(team *made, enum member who, int64_t number) {
    annoproj_error *error = NULL;
    annoproj_task *task = team_task(made, who, number);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    annoproj_task_close(task);
    task = team_task(made, TEAM_ADMIN, number);
    int64_t stage = team_cell(task, "stage");
    annoproj_task_close(task);
    return stage;
}

/* No prefix is a whole task away from the share. */
static void submit_run(team *made, int64_t from, int64_t count, double share) {
    int64_t reviewed = 0;
    for (int64_t i = 0; i < count; i++) {
        reviewed += submit(made, TEAM_ANNOTATOR, from + i) == made->review;
        double off = (double)reviewed - share * (double)(i + 1);
        assert_true(off > -1 && off < 1);
    }
}

static void test_percentages_are_exact_at_every_prefix(void **state) {
    (void)state;
    team *made = team_new(60, "", "");
    edit(made, FLOW("split", SHARES("0.3", "0.7")));
    submit_run(made, 0, 30, 0.3);
    edit(made, FLOW("split", SHARES("0.85", "0.15"))); /* a new epoch counts from nothing */
    submit_run(made, 30, 30, 0.85);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

static void test_a_task_keeps_its_pathway_within_the_epoch(void **state) {
    (void)state;
    team *made = team_new(4, "", "");
    annoproj_error *error = NULL;
    edit(made, FLOW("split", SHARES("0.5", "0.5")));
    assert_int_equal(submit(made, TEAM_ANNOTATOR, 0), made->review); /* ties go by order */
    assert_int_equal(submit(made, TEAM_ANNOTATOR, 1), made->complete);
    assert_int_equal(submit(made, TEAM_ANNOTATOR, 2), made->review);
    annoproj_review_options options = ANNOPROJ_REVIEW_OPTIONS_INIT;
    options.comment = "again";
    annoproj_task *task = team_task(made, TEAM_REVIEWER, 2);
    assert_ok(annoproj_task_reject(task, &options, NULL, &error), error);
    annoproj_task_close(task);
    /* The other pathway is behind, yet the task goes where it went, and counts once. */
    assert_int_equal(submit(made, TEAM_ANNOTATOR, 2), made->review);
    assert_int_equal(submit(made, TEAM_ANNOTATOR, 3), made->complete);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

static void test_users_are_routed_by_who_acts(void **state) {
    (void)state;
    team *made = team_new(3, "", "");
    edit(made, FLOW("who", "{\"key\":\"who\",\"type\":\"USER_ROUTER\",\"edges\":{\"default\":\"review\"},\"pathways\":["
                           "{\"key\":\"trusted\",\"users\":[\"Both@X.org\"],\"to\":\"complete\"}]},"));
    assert_int_equal(submit(made, TEAM_ANNOTATOR, 0), made->review);
    assert_int_equal(submit(made, TEAM_BOTH, 1), made->complete);
    assert_int_equal(submit(made, TEAM_ADMIN, 2), made->review);
    team_free(made);
}

static void test_metadata_first_rule_wins(void **state) {
    (void)state;
    team *made = team_new(3, "", "");
    annoproj_error *error = NULL;
    static const char text[] = "other{\"site\":\"b\",\"n\":7.0}";
    static const int64_t titles[] = {0, 5}, metadata[] = {5, (int64_t)sizeof text - 1};
    annoproj_data_units units = ANNOPROJ_DATA_UNITS_INIT;
    int64_t first = 0;
    units.count = 1;
    units.text = text;
    units.text_length = sizeof text - 1;
    units.title_offsets = titles;
    units.client_metadata_offsets = metadata;
    assert_ok(annoproj_data_units_add(made->host, made->dataset, &units, NULL, &first, &error), error);
    edit(made, FLOW("data", "{\"key\":\"data\",\"type\":\"METADATA_ROUTER\",\"edges\":{\"default\":\"review\"},"
                            "\"pathways\":[{\"key\":\"never\",\"rule\":{\"data_type\":\"video\"},\"to\":\"archive\"},"
                            "{\"key\":\"title\",\"rule\":{\"title\":\"1\\\\.jpg$\",\"data_type\":[\"image\",\"pdf\"]},"
                            "\"to\":\"complete\"},{\"key\":\"site\",\"rule\":{\"metadata\":{\"site\":[\"a\",\"b\"],"
                            "\"n\":7}},\"to\":\"archive\"}]},{\"key\":\"archive\",\"type\":\"DONE\",\"settings\":"
                            "{\"archive\":true}},"));
    assert_int_equal(submit(made, TEAM_ANNOTATOR, 0), made->review);
    assert_int_equal(submit(made, TEAM_ANNOTATOR, 1), made->complete);
    int64_t archive = submit(made, TEAM_ANNOTATOR, 3);
    assert_int_not_equal(archive, made->review);
    assert_int_not_equal(archive, made->complete);
    team_free(made);
}

static void refuse(team *made, enum member who, annoproj_status expected, const char *workflow, const char *words) {
    annoproj_error *error = NULL;
    char *before = NULL, *after = NULL;
    assert_ok(annoproj_workflow_json(made->host_project, NULL, &before, &error), error);
    assert_int_equal(annoproj_workflow_update(made->projects[who], workflow, NULL, &error), expected);
    if (!strstr(annoproj_error_message(error), words))
        fail_msg("%s does not say %s", annoproj_error_message(error), words);
    annoproj_error_free(error);
    error = NULL;
    assert_ok(annoproj_workflow_json(made->host_project, NULL, &after, &error), error);
    assert_string_equal(before, after);
    annoproj_free(before);
    annoproj_free(after);
}

static void test_edits_that_are_refused(void **state) {
    (void)state;
    team *made = team_new(2, "", "");
    refuse(made, TEAM_ADMIN, ANNOPROJ_STATE,
           "{\"start\":\"other\",\"stages\":[{\"key\":\"other\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":"
           "\"review\"}},{\"key\":\"review\",\"type\":\"REVIEW\",\"edges\":{\"approve\":\"complete\",\"reject\":"
           "\"other\"}}," COMPLETE "]}",
           "holds 2 tasks");
    refuse(made, TEAM_ADMIN, ANNOPROJ_STATE,
           "{\"start\":\"annotate\",\"stages\":[{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":"
           "\"done\"}},{\"key\":\"done\",\"type\":\"DONE\"}]}",
           "complete stage");
    refuse(made, TEAM_ADMIN, ANNOPROJ_STATE,
           "{\"start\":\"annotate\",\"stages\":[{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":"
           "\"review\"}},{\"key\":\"review\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"complete\"}}," COMPLETE
           "]}",
           "type");
    refuse(made, TEAM_ADMIN, ANNOPROJ_DATA, "{}", "no stages");
    refuse(made, TEAM_MANAGER, ANNOPROJ_PERMISSION, FLOW("review", ""), "workflow_edit");
    refuse(made, TEAM_ANNOTATOR, ANNOPROJ_PERMISSION, FLOW("review", ""), "workflow_edit");
    team_free(made);
}

/* Tasks of a detached dataset come back into their stage: it must still be there. */
static void test_a_stage_of_removed_tasks_stays(void **state) {
    static const char without[] = "{\"start\":\"annotate\",\"stages\":[{\"key\":\"annotate\",\"type\":\"ANNOTATION\","
                                  "\"edges\":{\"submit\":\"complete\"}}," COMPLETE "]}";
    (void)state;
    team *made = team_new(2, "", "");
    annoproj_error *error = NULL;
    int64_t count = 0;
    assert_int_equal(submit(made, TEAM_ANNOTATOR, 0), made->review);
    assert_ok(annoproj_project_detach_dataset(made->host_project, made->dataset, NULL, &count, &error), error);
    refuse(made, TEAM_ADMIN, ANNOPROJ_STATE, without, "holds 1 task (also of detached datasets");
    assert_ok(annoproj_project_attach_dataset(made->host_project, made->dataset, NULL, &count, &error), error);
    annoproj_task *task = team_task(made, TEAM_ADMIN, 0);
    assert_int_equal(team_cell(task, "stage"), made->review);
    assert_ok(annoproj_task_move(task, made->complete, NULL, &error), error);
    annoproj_task_close(task);
    edit(made, without);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

static void test_edits_keep_tasks_and_release_strangers(void **state) {
    (void)state;
    team *made = team_new(3, "", "");
    annoproj_error *error = NULL;
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0);
    assert_ok(annoproj_task_initiate(task, NULL, &error), error);
    annoproj_task_close(task);
    edit(made, "{\"start\":\"annotate\",\"stages\":["
               "{\"key\":\"second\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"complete\"}},"
               "{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"title\":\"Draw\",\"settings\":{\"members\":"
               "[\"both@x.org\"]},\"edges\":{\"submit\":\"second\"}},{\"key\":\"complete\",\"type\":\"DONE\"}]}");
    task = team_task(made, TEAM_ADMIN, 0);
    assert_int_equal(team_cell(task, "stage"), made->annotate);
    assert_int_equal(team_cell(task, "assignee"), INT64_MIN);
    char word[64];
    assert_string_equal(team_word(task, "derived_status", word), "released");
    annoproj_task_close(task);
    /* The order is the document's; the removed stage is gone from lists and may be opened no more. */
    annoproj_table *stages = NULL;
    annoproj_stage *stage = NULL;
    assert_ok(annoproj_stage_list(made->projects[TEAM_ADMIN], NULL, &stages, &error), error);
    assert_int_equal(annoproj_table_row_count(stages), 3);
    assert_string_equal(annoproj_table_text(stages, 0, annoproj_table_column_index(stages, "key")), "second");
    assert_string_equal(annoproj_table_text(stages, 1, annoproj_table_column_index(stages, "title")), "Draw");
    annoproj_table_free(stages);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_stage_open(made->projects[TEAM_ADMIN], "review", NULL, &stage, &error),
                  error);
    /* Who worked on it in the first stage may not in the second (allow_reassessment is off). */
    int64_t second = submit(made, TEAM_BOTH, 1);
    assert_int_not_equal(second, made->annotate);
    task = team_task(made, TEAM_BOTH, 1);
    assert_status(ANNOPROJ_STATE, annoproj_task_initiate(task, NULL, &error), error);
    annoproj_task_close(task);
    edit(made, "{\"start\":\"annotate\",\"stages\":["
               "{\"key\":\"second\",\"type\":\"ANNOTATION\",\"settings\":{\"allow_reassessment\":true},\"edges\":"
               "{\"submit\":\"complete\"}},{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":"
               "\"second\"}},{\"key\":\"complete\",\"type\":\"DONE\"}]}");
    task = team_task(made, TEAM_BOTH, 1);
    assert_ok(annoproj_task_initiate(task, NULL, &error), error);
    annoproj_task_close(task);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

static void test_agents_choose_pathways(void **state) {
    (void)state;
    team *made = team_new(3, "", "");
    annoproj_error *error = NULL;
    annoproj_stage *stage = NULL;
    annoproj_table *table = NULL;
    char hash[16];
    edit(made, FLOW("agent", "{\"key\":\"agent\",\"type\":\"AGENT\",\"pathways\":[{\"key\":\"good\",\"title\":\"Good "
                             "enough\",\"to\":\"complete\"},{\"key\":\"look\",\"to\":\"review\"}]},"));
    assert_ok(annoproj_stage_open(made->projects[TEAM_ADMIN], "agent", NULL, &stage, &error), error);
    assert_ok(annoproj_stage_pathways(stage, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 2);
    assert_string_equal(annoproj_table_text(table, 0, 1), "Good enough");
    assert_string_equal(annoproj_table_text(table, 1, 2), "review");
    annoproj_table_free(table);
    assert_status(ANNOPROJ_INVALID, annoproj_stage_pathways(stage, NULL, NULL, &error), error);
    int64_t agent = annoproj_stage_id(stage);
    annoproj_stage_close(stage);

    annoproj_task *task = team_task(made, TEAM_MANAGER, 0);
    assert_status(ANNOPROJ_STATE, annoproj_task_pathway(task, "good", NULL, &error), error);
    annoproj_task_close(task);
    for (int64_t i = 0; i < 3; i++)
        assert_int_equal(submit(made, TEAM_ANNOTATOR, i), agent);

    /* Nobody but managers and the host sees it there. */
    assert_status(ANNOPROJ_NOT_FOUND,
                  annoproj_task_open(made->projects[TEAM_ANNOTATOR], made->first_task, NULL, &task, &error), error);
    task = team_task(made, TEAM_MANAGER, 0);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_task_pathway(task, "bad", NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_task_pathway(task, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_task_skip(task, NULL, &error), error);
    team_draw(made, task, "", 10, hash); /* initiates it for the manager */
    assert_int_equal(team_cell(task, "assignee"), made->users[TEAM_MANAGER]);
    annoproj_task *other = team_task(made, TEAM_ADMIN, 0);
    assert_ok(annoproj_task_pathway(other, "look", NULL, &error), error); /* admins may action any */
    annoproj_task_close(other);
    assert_int_equal(team_cell(task, "stage"), made->review);
    annoproj_task_close(task);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_percentages_are_exact_at_every_prefix),
        cmocka_unit_test(test_a_task_keeps_its_pathway_within_the_epoch),
        cmocka_unit_test(test_users_are_routed_by_who_acts),
        cmocka_unit_test(test_metadata_first_rule_wins),
        cmocka_unit_test(test_agents_choose_pathways),
        cmocka_unit_test(test_edits_that_are_refused),
        cmocka_unit_test(test_a_stage_of_removed_tasks_stays),
        cmocka_unit_test(test_edits_keep_tasks_and_release_strangers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
