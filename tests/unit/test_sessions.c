/* Who an event says did what, and from where (behaviour §2): the source of a session, the host as user 0. */
#include "team.h"

#include <string.h>

typedef struct told {
    char kind[32], source[8];
    int64_t actor, credited; /* INT64_MIN = null */
} told;

static int64_t cell(const annoproj_table *table, int64_t row, const char *column) {
    const int32_t index = annoproj_table_column_index(table, column);
    return annoproj_table_is_null(table, row, index) ? INT64_MIN : annoproj_table_int64(table, row, index);
}

/* The last event of a kind. */
static told last_event(team *made, const char *kind) {
    annoproj_error *error = NULL;
    annoproj_stream *stream = NULL;
    annoproj_table *table = NULL;
    told found = {{0}, {0}, INT64_MIN, INT64_MIN};
    assert_ok(annoproj_project_events(made->host_project, 0, NULL, &stream, &error), error);
    while (annoproj_stream_next(stream, NULL, &table, &error) == ANNOPROJ_OK) {
        for (int64_t row = 0; row < annoproj_table_row_count(table); row++) {
            if (strcmp(annoproj_table_text(table, row, annoproj_table_column_index(table, "kind")), kind) != 0)
                continue;
            strncpy(found.source, annoproj_table_text(table, row, annoproj_table_column_index(table, "source")),
                    sizeof found.source - 1);
            found.actor = cell(table, row, "actor");
            found.credited = cell(table, row, "credited");
        }
        annoproj_table_free(table);
    }
    annoproj_stream_close(stream);
    return found;
}

static void test_sources(void **state) {
    (void)state;
    static const struct {
        bool host;
        annoproj_source source;
        const char *name;
    } cases[] = {
        {false, ANNOPROJ_SOURCE_DEFAULT, "ui"}, {false, ANNOPROJ_SOURCE_UI, "ui"},
        {false, ANNOPROJ_SOURCE_SDK, "sdk"},    {false, ANNOPROJ_SOURCE_AGENT, "agent"},
        {true, ANNOPROJ_SOURCE_DEFAULT, "sdk"}, {true, ANNOPROJ_SOURCE_UI, "ui"},
        {true, ANNOPROJ_SOURCE_SDK, "sdk"},     {true, ANNOPROJ_SOURCE_AGENT, "agent"},
    };
    annoproj_error *error = NULL;
    team *made = team_new(8, "", "");
    for (int64_t i = 0; i < 8; i++) {
        annoproj_session_options options = ANNOPROJ_SESSION_OPTIONS_INIT;
        annoproj_session *session = NULL;
        annoproj_project *project = NULL;
        annoproj_task *task = NULL;
        const int64_t user = cases[i].host ? 0 : made->users[TEAM_ANNOTATOR];
        options.source = cases[i].source;
        assert_ok(annoproj_session_open(made->store, user, &options, NULL, &session, &error), error);
        assert_ok(annoproj_project_open(session, made->project, NULL, &project, &error), error);
        assert_ok(annoproj_task_open(project, made->first_task + i, NULL, &task, &error), error);
        assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
        const told event = last_event(made, "task_submit");
        assert_string_equal(event.source, cases[i].name);
        assert_int_equal(event.actor, user);
        assert_int_equal(event.credited, cases[i].host ? INT64_MIN : user);
        annoproj_task_close(task);
        annoproj_project_close(project);
        annoproj_session_close(session);
    }
    team_free(made);
}

/* A mark, no right: an agent session of an annotator does not choose pathways, nor does one of sdk export. */
static void test_a_source_gives_no_right(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_session_options options = ANNOPROJ_SESSION_OPTIONS_INIT;
    annoproj_session *session = NULL;
    annoproj_project *project = NULL;
    annoproj_task *task = NULL;
    team *made = team_new(1, "", "");
    for (options.source = ANNOPROJ_SOURCE_UI; options.source <= ANNOPROJ_SOURCE_AGENT; options.source++) {
        assert_ok(annoproj_session_open(made->store, made->users[TEAM_ANNOTATOR], &options, NULL, &session, &error),
                  error);
        assert_ok(annoproj_project_open(session, made->project, NULL, &project, &error), error);
        assert_ok(annoproj_task_open(project, made->first_task, NULL, &task, &error), error);
        assert_status(ANNOPROJ_PERMISSION, annoproj_task_pathway(task, "p", NULL, &error), error);
        assert_status(ANNOPROJ_PERMISSION, annoproj_task_move(task, made->complete, NULL, &error), error);
        annoproj_task_close(task);
        annoproj_project_close(project);
        annoproj_session_close(session);
    }
    team_free(made);
}

/* The host acts for nobody: it is credited nowhere, takes nothing, and leaves a task with whom it is. */
static void test_the_host(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_query *query = NULL;
    annoproj_table *table = NULL;
    team *made = team_new(2, "", "\"strict_review\":false");
    annoproj_task *task = NULL;
    assert_ok(annoproj_task_open(made->host_project, made->first_task, NULL, &task, &error), error);
    team_draw(made, task, "", 10, NULL);
    assert_int_equal(team_cell(task, "assignee"), INT64_MIN);
    assert_ok(annoproj_task_labels(task, NULL, &table, &error), error);
    assert_int_equal(cell(table, 0, "creator"), 0);
    annoproj_table_free(table);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    assert_int_equal(last_event(made, "task_submit").credited, INT64_MIN);
    assert_ok(annoproj_task_approve(task, NULL, NULL, &error), error);
    assert_int_equal(last_event(made, "task_approve").credited, INT64_MIN);
    assert_int_equal(last_event(made, "label_approve").credited, INT64_MIN);
    assert_int_equal(last_event(made, "task_assign").actor, INT64_MIN); /* there is none */
    annoproj_task_close(task);

    /* with its assignee */
    annoproj_task *theirs = team_task(made, TEAM_ANNOTATOR, 1);
    assert_ok(annoproj_task_initiate(theirs, NULL, &error), error);
    assert_ok(annoproj_task_open(made->host_project, made->first_task + 1, NULL, &task, &error), error);
    team_draw(made, task, "", 20, NULL);
    assert_int_equal(team_cell(task, "assignee"), made->users[TEAM_ANNOTATOR]);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    assert_int_equal(team_cell(task, "last_action_user"), 0);
    annoproj_task_close(task);
    annoproj_task_close(theirs);

    assert_ok(annoproj_query_open(made->host_project, NULL, NULL, &query, &error), error);
    assert_ok(annoproj_query_annotators(query, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 0);
    annoproj_table_free(table);
    annoproj_query_close(query);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sources), cmocka_unit_test(test_a_source_gives_no_right),
                                       cmocka_unit_test(test_the_host)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
