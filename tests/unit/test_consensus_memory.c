/* Every allocation of every call of consensus fails once: NO_MEMORY, nothing changed, nothing lost. */
#include <stdio.h>
#include <string.h>

#include "consensus_support.h"
#include "memory_support.h"

typedef struct scene {
    panel *made;
    annoproj_task *task;        /* of the reviewer */
    annoproj_task *branches[2]; /* of their annotators */
    int64_t ids[16];
    char hashes[2][16];
} scene;

typedef annoproj_status (*call_fn)(scene *on, annoproj_error **error);

static annoproj_status submit_first(scene *on, annoproj_error **error) {
    return annoproj_task_submit(on->branches[0], NULL, NULL, error);
}

static annoproj_status submit_last(scene *on, annoproj_error **error) {
    return annoproj_task_submit(on->branches[1], NULL, NULL, error);
}

static annoproj_status keep_table(annoproj_status status, annoproj_table *table) {
    assert_true((status == ANNOPROJ_OK) == (table != NULL));
    annoproj_table_free(table);
    return status;
}

static annoproj_status list_branches(scene *on, annoproj_error **error) {
    annoproj_table *table = NULL;
    annoproj_status status = annoproj_consensus_branches(on->task, NULL, &table, error);
    return keep_table(status, table);
}

static annoproj_status agree(scene *on, annoproj_error **error) {
    annoproj_table *table = NULL;
    annoproj_status status = annoproj_consensus_agreement(on->task, NULL, NULL, &table, error);
    return keep_table(status, table);
}

static annoproj_status reject(scene *on, annoproj_error **error) {
    annoproj_review_options options = ANNOPROJ_REVIEW_OPTIONS_INIT;
    options.comment = "again";
    return annoproj_task_reject(on->task, &options, NULL, error);
}

static annoproj_status approve(scene *on, annoproj_error **error) {
    annoproj_consensus_options options = ANNOPROJ_CONSENSUS_OPTIONS_INIT;
    const int64_t offsets[] = {0, 8, 16};
    char text[32];
    snprintf(text, sizeof text, "%s%s", on->hashes[0], on->hashes[1]);
    options.text = text;
    options.text_length = 16;
    options.hash_offsets = offsets;
    options.branches = on->ids;
    options.count = 2;
    return annoproj_consensus_approve(on->task, &options, NULL, error);
}

static int64_t last_event(scene *on) {
    annoproj_error *error = NULL;
    annoproj_stream *stream = NULL;
    annoproj_table *table = NULL;
    int64_t seq = 0;
    assert_ok(annoproj_project_events(on->made->team->host_project, 0, NULL, &stream, &error), error);
    while (annoproj_stream_next(stream, NULL, &table, &error) == ANNOPROJ_OK) {
        seq += annoproj_table_row_count(table);
        annoproj_table_free(table);
    }
    annoproj_stream_close(stream);
    return seq;
}

/* Until a run meets no failing allocation any more. */
static void fail_everywhere(const char *name, scene *on, call_fn call) {
    size_t refused = 0;
    for (size_t at = 1;; at++) {
        annoproj_error *error = NULL;
        int64_t before = last_event(on);
        memory_fail_at(at);
        annoproj_status status = call(on, &error);
        bool failed = memory_has_failed();
        memory_fail_at(0);
        if (status != ANNOPROJ_OK && (!failed || status != ANNOPROJ_NO_MEMORY))
            fail_msg("%s, allocation %zu: %s: %s", name, at, annoproj_status_name(status),
                     annoproj_error_message(error));
        annoproj_error_free(error);
        if (status == ANNOPROJ_OK)
            break;
        refused++;
        assert_int_equal(last_event(on), before);
    }
    if (refused == 0)
        fail_msg("%s: no allocation was refused", name);
}

static void every_call(void **state) {
    (void)state;
    scene on = {.made = panel_new(1, false, "", "\"consensus\":\"refine\"")};
    team *crew = on.made->team;
    annoproj_task *task = team_task(crew, TEAM_BOTH, 0);
    team_draw(crew, task, "", 5, NULL);
    annoproj_task_close(task);
    panel_enter(on.made, crew->first_task, on.ids);
    for (int i = 0; i < 2; i++) {
        on.branches[i] = panel_task(on.made->projects[i], on.ids[i]);
        team_draw(crew, on.branches[i], "", 10 + i, on.hashes[i]);
    }
    on.task = panel_task(crew->projects[TEAM_MANAGER], crew->first_task);
    fail_everywhere("task_submit", &on, submit_first);
    fail_everywhere("task_submit, the last", &on, submit_last);
    fail_everywhere("consensus_branches", &on, list_branches);
    fail_everywhere("consensus_agreement", &on, agree);
    fail_everywhere("task_reject", &on, reject);
    annoproj_error *error = NULL;
    for (int i = 0; i < 2; i++)
        assert_ok(annoproj_task_submit(on.branches[i], NULL, NULL, &error), error);
    fail_everywhere("consensus_approve", &on, approve);
    assert_int_equal(team_differences(crew), 0);
    annoproj_task_close(on.task);
    for (int i = 0; i < 2; i++)
        annoproj_task_close(on.branches[i]);
    panel_free(on.made);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_call)};
    memory_watch();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
