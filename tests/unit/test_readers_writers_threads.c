/* Threads that write, read, check, copy, and open and close on one store, all at once: what a reader sees in one snapshot adds up,
 * every failure is one that was asked for, and the store is right afterwards. Run it under the thread sanitizer. */
#include "team.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TASKS = 60, WRITERS = 3, READERS = 3, ROUNDS = 25 };

static annoproj_store *store;
static int64_t users[TEAM_SIZE], project_id, first_task;
static char *copy_path;
static int64_t wrong, submits; /* atomic */

#define expect(truth)                                                                                                  \
    do {                                                                                                               \
        if (!(truth)) {                                                                                                \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #truth);                                                \
            __atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED);                                                           \
        }                                                                                                              \
    } while (0)

/* Says what went wrong with a call that nothing stands in the way of. */
static bool well(annoproj_status status, annoproj_error *error) {
    if (status < 0)
        fprintf(stderr, "%s: %s\n", annoproj_status_name(status), annoproj_error_message(error));
    annoproj_error_free(error);
    return status >= 0;
}

static annoproj_project *open_project(enum member who, annoproj_session **session) {
    annoproj_project *project = NULL;
    annoproj_error *error = NULL;
    expect(annoproj_session_open(store, who == TEAM_SIZE ? 0 : users[who], NULL, NULL, session, &error) == ANNOPROJ_OK);
    expect(annoproj_project_open(*session, project_id, NULL, &project, &error) == ANNOPROJ_OK);
    return project;
}

static int64_t sum(const annoproj_table *table, const char *column) {
    int64_t total = 0;
    for (int64_t row = 0; row < annoproj_table_row_count(table); row++) {
        total += annoproj_table_int64(table, row, annoproj_table_column_index(table, column));
    }
    return total;
}

/* --- writers: labels and submits, bulk actions, settings ------------------------------------------------------- */

static void annotate(annoproj_project *project) {
    annoproj_stage *stage = NULL;
    annoproj_task *task = NULL;
    annoproj_queue_reason reason = 0;
    annoproj_error *error = NULL;
    expect(annoproj_stage_open(project, "annotate", NULL, &stage, &error) == ANNOPROJ_OK);
    annoproj_status status = annoproj_stage_start_next(stage, NULL, NULL, &task, &reason, &error);
    expect(well(status, error));
    if (status == ANNOPROJ_OK) {
        const int64_t classes[] = {TEAM_BOX}, starts[] = {0, 1}, coordinate_starts[] = {0, 4};
        const double box[] = {1, 2, 3, 4};
        annoproj_label_changes changes = ANNOPROJ_LABEL_CHANGES_INIT;
        annoproj_label_write_options options = ANNOPROJ_LABEL_WRITE_OPTIONS_INIT;
        annoproj_table *hashes = NULL;
        changes.count = changes.geometry_count = changes.part_count = 1;
        changes.classes = classes;
        changes.geometry_starts = starts;
        changes.coordinate_starts = coordinate_starts;
        changes.coordinates = box;
        changes.coordinate_count = 4;
        options.force = true;
        error = NULL;
        expect(well(annoproj_labels_write(task, &changes, &options, NULL, &hashes, &error), error));
        error = NULL;
        expect(well(annoproj_task_submit(task, NULL, NULL, &error), error));
        __atomic_add_fetch(&submits, 1, __ATOMIC_RELAXED);
        annoproj_table_free(hashes);
    }
    annoproj_task_close(task);
    annoproj_stage_close(stage);
}

static void bulk(annoproj_project *project, int64_t round) {
    int64_t tasks[TASKS];
    for (int64_t i = 0; i < TASKS; i++) {
        tasks[i] = first_task + i;
    }
    annoproj_table *outcomes = NULL;
    annoproj_error *error = NULL;
    expect(
        well(annoproj_tasks_set_priority(project, tasks, TASKS, (int32_t)(round % 100), false, NULL, &outcomes, &error),
             error));
    annoproj_table_free(outcomes);
    error = NULL;
    expect(well(annoproj_project_setting_set(project, ANNOPROJ_SETTING_STRICT_STATUS, round % 2, NULL, &error), error));
}

static void *write_main(void *argument) {
    int64_t number = *(const int64_t *)argument;
    for (int64_t round = 0; round < ROUNDS; round++) {
        annoproj_session *session = NULL;
        annoproj_project *project = open_project(number == 0   ? TEAM_SIZE
                                                 : number == 1 ? TEAM_ANNOTATOR
                                                               : TEAM_BOTH,
                                                 &session);
        annoproj_session_close(session); /* the project keeps it */
        if (number == 0) {
            bulk(project, round);
        } else {
            annotate(project);
        }
        annoproj_project_close(project);
    }
    return NULL;
}

/* --- readers ---------------------------------------------------------------------------------------------------- */

static int32_t count_bytes(const void *data, size_t length, void *user_data) {
    (void)data;
    *(size_t *)user_data += length;
    return 0;
}

/* Every event once, in order, whatever is being appended. How many of them are submits. */
static int64_t read_events(annoproj_project *project) {
    annoproj_stream *stream = NULL;
    annoproj_table *events = NULL;
    int64_t last = 0, submitted = 0;
    expect(annoproj_project_events(project, 0, NULL, &stream, NULL) == ANNOPROJ_OK);
    while (annoproj_stream_next(stream, NULL, &events, NULL) == ANNOPROJ_OK) {
        int32_t column = annoproj_table_column_index(events, "seq"), kind = annoproj_table_column_index(events, "kind");
        for (int64_t row = 0; row < annoproj_table_row_count(events); row++) {
            expect(annoproj_table_int64(events, row, column) == ++last);
            submitted += strcmp(annoproj_table_text(events, row, kind), "task_submit") == 0;
        }
        annoproj_table_free(events);
    }
    expect(last > TASKS);
    annoproj_stream_close(stream);
    return submitted;
}

static int64_t submitted_by_report(annoproj_query *query) {
    annoproj_table *table = NULL;
    expect(annoproj_query_task_actions(query, NULL, &table, NULL) == ANNOPROJ_OK);
    int64_t submitted = sum(table, "submitted");
    annoproj_table_free(table);
    return submitted;
}

static void *read_main(void *unused) {
    (void)unused;
    annoproj_session *session = NULL;
    annoproj_project *project = open_project(TEAM_SIZE, &session);
    int64_t submitted_before = 0;
    for (int64_t round = 0; round < ROUNDS; round++) {
        annoproj_table *table = NULL;
        annoproj_query *query = NULL;
        annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
        size_t bytes = 0;
        int64_t labels = 0;
        expect(annoproj_project_tasks_by_stage(project, NULL, &table, NULL) == ANNOPROJ_OK);
        expect(sum(table, "tasks") == TASKS);
        annoproj_table_free(table);
        expect(annoproj_project_overview(project, NULL, &table, NULL) == ANNOPROJ_OK);
        expect(sum(table, "tasks") == TASKS);
        annoproj_table_free(table);
        expect(annoproj_task_list(project, NULL, NULL, &table, NULL) == ANNOPROJ_OK);
        annoproj_table_free(table);
        expect(annoproj_query_open(project, NULL, NULL, &query, NULL) == ANNOPROJ_OK);
        int64_t before = submitted_by_report(query), fed = read_events(project), after = submitted_by_report(query);
        expect(submitted_before <= before && before <= fed && fed <= after && after <= TASKS);
        submitted_before = after;
        expect(annoproj_query_annotators(query, NULL, &table, NULL) == ANNOPROJ_OK);
        annoproj_table_free(table);
        annoproj_query_close(query);
        options.write = count_bytes;
        options.user_data = &bytes;
        expect(annoproj_project_export_labels(project, &options, NULL, &labels, NULL) == ANNOPROJ_OK && bytes > 0);
    }
    annoproj_project_close(project);
    annoproj_session_close(session);
    return NULL;
}

/* --- care, and calls that end early ------------------------------------------------------------------------------- */

static void *care_main(void *unused) {
    (void)unused;
    annoproj_session *session = NULL;
    annoproj_project *project = open_project(TEAM_SIZE, &session);
    for (int round = 0; round < ROUNDS / 5; round++) {
        annoproj_backup_options options = ANNOPROJ_BACKUP_OPTIONS_INIT;
        annoproj_table *table = NULL;
        options.replace = true;
        expect(annoproj_store_check(session, NULL, NULL, &table, NULL) == ANNOPROJ_OK &&
               annoproj_table_row_count(table) == 0);
        annoproj_table_free(table);
        expect(annoproj_store_backup(session, copy_path, &options, NULL, &table, NULL) == ANNOPROJ_OK);
        annoproj_table_free(table);
    }
    annoproj_project_close(project);
    annoproj_session_close(session);
    return NULL;
}

static void *trigger_main(void *cancel) {
    expect(annoproj_cancel_trigger(cancel, NULL) == ANNOPROJ_OK);
    return NULL;
}

static void *hurry_main(void *unused) {
    (void)unused;
    annoproj_session *session = NULL;
    annoproj_project *project = open_project(TEAM_SIZE, &session);
    for (int round = 0; round < ROUNDS * 2; round++) {
        annoproj_call call = ANNOPROJ_CALL_INIT;
        annoproj_table *table = NULL;
        pthread_t thread;
        bool cancels = round % 2 == 0;
        if (cancels) {
            expect(annoproj_cancel_new(&call.cancel, NULL) == ANNOPROJ_OK);
            expect(pthread_create(&thread, NULL, trigger_main, call.cancel) == 0);
        } else {
            call.timeout_us = 1 + round * 40;
        }
        annoproj_status status = round % 4 < 2 ? annoproj_task_list(project, NULL, &call, &table, NULL)
                                               : annoproj_project_setting_set(project, ANNOPROJ_SETTING_STRICT_STATUS,
                                                                              1, &call, NULL);
        expect(status == ANNOPROJ_OK ||
               (cancels ? status == ANNOPROJ_CANCELLED : status == ANNOPROJ_TIMEOUT || status == ANNOPROJ_BUSY));
        annoproj_table_free(table);
        if (cancels) {
            pthread_join(thread, NULL);
            annoproj_cancel_free(call.cancel);
        }
    }
    annoproj_project_close(project);
    annoproj_session_close(session);
    return NULL;
}

static void test_all_at_once(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(TASKS, "", "");
    memcpy(users, made->users, sizeof users);
    project_id = made->project;
    first_task = made->first_task;
    char *path = strdup(made->path);
    team_free(made); /* its clock and random source are for one thread */
    copy_path = scratch_path("copy.annoproj");
    assert_ok(annoproj_store_open(path, NULL, NULL, &store, &error), error);

    pthread_t threads[WRITERS + READERS + 2];
    int64_t numbers[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
        numbers[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, write_main, &numbers[i]), 0);
    }
    for (int i = 0; i < READERS; i++) {
        assert_int_equal(pthread_create(&threads[WRITERS + i], NULL, read_main, NULL), 0);
    }
    assert_int_equal(pthread_create(&threads[WRITERS + READERS], NULL, care_main, NULL), 0);
    assert_int_equal(pthread_create(&threads[WRITERS + READERS + 1], NULL, hurry_main, NULL), 0);
    for (int i = 0; i < WRITERS + READERS + 2; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(wrong, 0);
    assert_int_equal(submits, 2 * ROUNDS);
    care_main(NULL);
    assert_int_equal(wrong, 0);
    assert_ok(annoproj_store_close(store, NULL, &error), error);
    free(path);
    free(copy_path);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_at_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
