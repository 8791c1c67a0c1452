/* Commands from inside: bodies that run again, request keys, events for several logs, results. */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"
#include "team.h"

#include "access.h"
#include "failure.h"
#include "store_state.h"

#define DAY_US (INT64_C(86400) * 1000000)

/* Runs a body as the session of a handle, with a key or without. */
static annoproj_status run(annoproj_session *handle, write_fn what, void *arguments, uint64_t fingerprint,
                           const char *key, bytes *result) {
    session *who = NULL;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    annoproj_error *error = NULL;
    call.request_key = key;
    assert_ok(session_enter(handle, &who, &error), error);
    request asked = {.session = who,
                     .operation = ANNOPROJ_OPERATION_DATASET_CREATE,
                     .subject = SUBJECT_STORE,
                     .arguments = arguments,
                     .fingerprint = fingerprint};
    annoproj_status status = access_write(&asked, what, &call, result, &error);
    assert_int_equal(annoproj_error_status(error), status < 0 ? status : ANNOPROJ_OK);
    annoproj_error_free(error);
    session_leave(who);
    return status;
}

/* ---- a body that runs again ---- */

typedef struct rerun {
    int runs;
    uint8_t uuid[3][16];
    uint64_t number[3];
} rerun;

/* The first time it takes the transaction down with it, as SQLite does when the disk is full: every body of the batch
 * is run again, alone. */
static annoproj_status dies_once(command *cmd, void *arguments, annoproj_error **error) {
    static const char text[] = "ROLLBACK";
    rerun *seen = arguments;
    int now = seen->runs++;
    assert_true(now < 3);
    command_uuid(cmd, seen->uuid[now]);
    seen->number[now] = command_random(cmd);
    command_result_int64(cmd, 41 + now);
    command_event(cmd, &(event){.kind = EVENT_DATASET_CREATE, .reference = 1000});
    if (now > 0) {
        return ANNOPROJ_OK;
    }
    annoproj_status status = sql_run(sql(cmd->scope.database, text), error);
    return status != ANNOPROJ_OK ? status : fail(error, ANNOPROJ_FULL, "as if the disk were full");
}

/* Holds the store until two others are queued behind it. */
static annoproj_status waits_for_two(command *cmd, void *arguments, annoproj_error **error) {
    struct store_state *state = cmd->scope.store->state;
    bool *inside = arguments;
    (void)error;
    __atomic_store_n(inside, true, __ATOMIC_RELEASE);
    for (bool queued = false; !queued; sched_yield()) {
        pthread_mutex_lock(&state->mutex);
        queued = state->first != NULL && state->first != state->last;
        pthread_mutex_unlock(&state->mutex);
    }
    return ANNOPROJ_OK;
}

typedef struct write_thread {
    pthread_t thread;
    annoproj_session *session;
    write_fn what;
    void *arguments;
    bytes result;
    annoproj_status status;
} write_thread;

static void *write_main(void *argument) {
    write_thread *one = argument;
    one->status = run(one->session, one->what, one->arguments, 0, NULL, &one->result);
    return NULL;
}

static void start(write_thread *one) {
    assert_int_equal(pthread_create(&one->thread, NULL, write_main, one), 0);
}

static annoproj_status counts(command *cmd, void *arguments, annoproj_error **error);

/* Events of project `project`, the last `count` of them, oldest first. */
static void last_events(team *made, int64_t project, event *out, size_t count);

static void test_a_body_that_runs_again_draws_the_same(void **state) {
    (void)state;
    team *made = team_new(0, "", "");
    rerun seen = {0};
    int neighbour = 0;
    bool inside = false;
    event events[2];
    write_thread threads[3] = {{.session = made->host, .what = waits_for_two, .arguments = &inside},
                               {.session = made->host, .what = dies_once, .arguments = &seen},
                               {.session = made->host, .what = counts, .arguments = &neighbour}};
    start(&threads[0]);
    while (!__atomic_load_n(&inside, __ATOMIC_ACQUIRE)) {
        sched_yield();
    }
    start(&threads[1]);
    start(&threads[2]);
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i].thread, NULL);
        assert_int_equal(threads[i].status, ANNOPROJ_OK);
    }
    assert_int_equal(seen.runs, 2);
    assert_memory_equal(seen.uuid[0], seen.uuid[1], 16);
    assert_int_equal(seen.number[0], seen.number[1]);
    /* Of the first run nothing is left: one result, one event. */
    assert_int_equal(threads[1].result.length, sizeof(int64_t));
    assert_int_equal(result_int64(&threads[1].result, 0), 42);
    assert_int_equal(result_int64(&threads[1].result, 1), 0);
    last_events(made, 0, events, 2);
    assert_int_equal(events[1].reference, 1000);
    assert_int_not_equal(events[0].reference, 1000);
    for (int i = 0; i < 3; i++) {
        bytes_release(&threads[i].result);
    }
    team_free(made);
}

static annoproj_status draws(command *cmd, void *arguments, annoproj_error **error) {
    uint64_t *numbers = arguments;
    (void)error;
    for (int i = 0; i < 1000; i++) {
        uint8_t uuid[16];
        command_uuid(cmd, uuid);
        assert_int_equal(uuid[6] >> 4, 4);
        assert_int_equal(uuid[8] >> 6, 2);
        numbers[i] = command_random(cmd);
    }
    return ANNOPROJ_OK;
}

static int by_value(const void *a, const void *b) {
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

static void test_drawn_numbers_differ(void **state) {
    (void)state;
    static uint64_t numbers[2000];
    team *made = team_new(0, "", "");
    assert_int_equal(run(made->host, draws, numbers, 0, NULL, NULL), ANNOPROJ_OK);
    assert_int_equal(run(made->host, draws, numbers + 1000, 0, NULL, NULL), ANNOPROJ_OK);
    qsort(numbers, 2000, sizeof *numbers, by_value);
    for (int i = 1; i < 2000; i++) {
        assert_true(numbers[i] != numbers[i - 1]);
    }
    team_free(made);
}

/* ---- request keys ---- */

static annoproj_status counts(command *cmd, void *arguments, annoproj_error **error) {
    int *runs = arguments;
    (void)error;
    command_result_int64(cmd, ++*runs);
    command_result_int64(cmd, cmd->scope.user);
    return ANNOPROJ_OK;
}

static int64_t counted(annoproj_session *by, int *runs, uint64_t fingerprint, const char *key) {
    bytes result = {0};
    assert_int_equal(run(by, counts, runs, fingerprint, key, &result), ANNOPROJ_OK);
    int64_t value = result_int64(&result, 0);
    bytes_release(&result);
    return value;
}

static void test_request_keys(void **state) {
    (void)state;
    team *made = team_new(0, "", "");
    bytes result = {0};
    int runs = 0;
    assert_int_equal(counted(made->host, &runs, 7, "k"), 1);
    assert_int_equal(counted(made->host, &runs, 7, "k"), 1);
    assert_int_equal(runs, 1);
    assert_int_equal(counted(made->host, &runs, 7, NULL), 2);
    assert_int_equal(counted(made->host, &runs, 7, "other"), 3);
    /* Other arguments: a mistake. Other actors have keys of their own. */
    assert_int_equal(run(made->host, counts, &runs, 8, "k", &result), ANNOPROJ_CONFLICT);
    assert_null(result.data);
    assert_int_equal(runs, 3);
    assert_int_equal(counted(made->sessions[TEAM_ADMIN], &runs, 8, "k"), 4);
    assert_int_equal(counted(made->sessions[TEAM_ANNOTATOR], &runs, 9, "k"), 5);
    assert_int_equal(counted(made->host, &runs, 7, "k"), 1);
    made->now_us += 8 * DAY_US;
    assert_int_equal(counted(made->host, &runs, 8, "k"), 6);
    assert_int_equal(counted(made->host, &runs, 8, "k"), 6);
    team_free(made);
}

static void test_a_key_needs_an_enabled_user(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    bytes result = {0};
    int runs = 0;
    assert_int_equal(counted(made->sessions[TEAM_BOTH], &runs, 7, "k"), 1);
    assert_ok(annoproj_user_disable(made->host, made->users[TEAM_BOTH], NULL, &error), error);
    assert_int_equal(run(made->sessions[TEAM_BOTH], counts, &runs, 7, "k", &result), ANNOPROJ_STATE);
    assert_null(result.data);
    team_free(made);
}

/* ---- a body that fails ---- */

static annoproj_status fails_late(command *cmd, void *arguments, annoproj_error **error) {
    static const char text[] = "UPDATE dataset SET title = 'changed'";
    int *runs = arguments;
    ++*runs;
    command_result_int64(cmd, 5);
    command_event(cmd, &(event){.kind = EVENT_DATASET_CREATE, .reference = 2000});
    annoproj_status status = sql_run(sql(cmd->scope.database, text), error);
    return status == ANNOPROJ_OK && *runs == 1 ? ANNOPROJ_NONE : status;
}

static void test_a_failed_body_leaves_nothing(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    annoproj_table *table = NULL;
    bytes result = {0};
    event last;
    int runs = 0;
    assert_int_equal(run(made->host, fails_late, &runs, 7, "k", &result), ANNOPROJ_NONE);
    bytes_release(&result);
    assert_ok(annoproj_dataset_get(made->host, made->dataset, NULL, &table, &error), error);
    assert_string_equal(annoproj_table_text(table, 0, annoproj_table_column_index(table, "title")), "Files");
    annoproj_table_free(table);
    last_events(made, 0, &last, 1);
    assert_int_not_equal(last.reference, 2000);
    /* Its key was not kept: the repeat runs. */
    assert_int_equal(run(made->host, fails_late, &runs, 7, "k", NULL), ANNOPROJ_OK);
    assert_int_equal(runs, 2);
    last_events(made, 0, &last, 1);
    assert_int_equal(last.reference, 2000);
    team_free(made);
}

/* ---- events ---- */

typedef struct event_question {
    int64_t project;
    event *out;
    size_t count;
} event_question;

static annoproj_status read_last(scope *in, void *arguments, annoproj_error **error) {
    const event_question *asked = arguments;
    size_t count = 0;
    int64_t next = 0;
    annoproj_status status = event_next_seq(in->database, asked->project, &next, error);
    if (status == ANNOPROJ_OK) {
        status = event_read(in->database, asked->project, next - 1 - (int64_t)asked->count, asked->count, asked->out,
                            &count, error);
    }
    assert_int_equal(count, asked->count);
    return status;
}

static void last_events(team *made, int64_t project, event *out, size_t count) {
    session *who = NULL;
    annoproj_error *error = NULL;
    event_question asked = {project, out, count};
    assert_ok(session_enter(made->host, &who, &error), error);
    request read = {.session = who, .subject = SUBJECT_STORE, .arguments = &asked};
    assert_ok(access_read(&read, read_last, NULL, &error), error);
    session_leave(who);
}

static annoproj_status speaks_of_several(command *cmd, void *arguments, annoproj_error **error) {
    const int64_t *projects = arguments;
    (void)error;
    command_event(cmd, &(event){.kind = EVENT_USER_ENABLE, .reference = 1});
    assert_int_equal(command_events_project(cmd, projects[0]), 0);
    command_event(cmd, &(event){.kind = EVENT_PROJECT_UPDATE, .reference = 2});
    assert_int_equal(command_events_project(cmd, projects[1]), projects[0]);
    command_event(cmd, &(event){.kind = EVENT_PROJECT_UPDATE, .reference = 3});
    assert_int_equal(command_events_project(cmd, projects[0]), projects[1]);
    command_event(
        cmd, &(event){.kind = EVENT_PROJECT_UPDATE, .reference = 4, .time_us = 77, .source = ANNOPROJ_SOURCE_AGENT});
    assert_int_equal(command_events_project(cmd, projects[0]), projects[0]);
    assert_int_equal(command_events_project(cmd, 0), projects[0]);
    command_event(cmd, &(event){.kind = EVENT_USER_ENABLE, .reference = 5});
    return ANNOPROJ_OK;
}

static void test_events_of_several_projects(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    annoproj_project *second = NULL;
    event events[2];
    const char *workflow = "{\"start\":\"a\",\"stages\":[{\"key\":\"a\",\"type\":\"ANNOTATION\",\"title\":\"A\","
                           "\"edges\":{\"submit\":\"d\"}},"
                           "{\"key\":\"d\",\"type\":\"DONE\",\"title\":\"D\"}]}";
    assert_ok(annoproj_project_create(made->sessions[TEAM_ADMIN], "Second", made->ontology, workflow, NULL, NULL,
                                      &second, &error),
              error);
    int64_t projects[2] = {made->project, annoproj_project_id(second)};
    made->now_us += 5;
    assert_int_equal(run(made->sessions[TEAM_MANAGER], speaks_of_several, projects, 0, NULL, NULL), ANNOPROJ_OK);
    last_events(made, 0, events, 2);
    assert_int_equal(events[0].reference, 1);
    assert_int_equal(events[1].reference, 5);
    assert_int_equal(events[1].actor, made->users[TEAM_MANAGER]);
    assert_int_equal(events[1].source, ANNOPROJ_SOURCE_UI);
    assert_int_equal(events[1].time_us, made->now_us);
    last_events(made, projects[0], events, 2);
    assert_int_equal(events[0].reference, 2);
    assert_int_equal(events[1].reference, 4);
    assert_int_equal(events[1].time_us, 77);
    assert_int_equal(events[1].source, ANNOPROJ_SOURCE_AGENT);
    last_events(made, projects[1], events, 1);
    assert_int_equal(events[0].reference, 3);
    annoproj_project_close(second);
    team_free(made);
}

static void test_fingerprints_tell_apart(void **state) {
    (void)state;
    uint64_t prints[] = {
        fingerprint_text(0, NULL),
        fingerprint_text(0, ""),
        fingerprint_text(0, "a"),
        fingerprint_text(fingerprint_text(0, "a"), "b"),
        fingerprint_text(0, "ab"),
        fingerprint_text(fingerprint_text(0, "ab"), ""),
        fingerprint_text(fingerprint_text(0, ""), "ab"),
        fingerprint_int64(0, 0),
        fingerprint_int64(0, 1),
        fingerprint_int64(fingerprint_int64(0, 1), 0),
        fingerprint_int64(fingerprint_int64(0, 0), 1),
        fingerprint_bytes(0, "\0\0", 2),
    };
    size_t count = sizeof prints / sizeof *prints;
    qsort(prints, count, sizeof *prints, by_value);
    for (size_t i = 1; i < count; i++) {
        assert_true(prints[i] != prints[i - 1]);
    }
    assert_int_equal(fingerprint_text(3, "same"), fingerprint_text(3, "same"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_body_that_runs_again_draws_the_same),
        cmocka_unit_test(test_drawn_numbers_differ),
        cmocka_unit_test(test_request_keys),
        cmocka_unit_test(test_a_key_needs_an_enabled_user),
        cmocka_unit_test(test_a_failed_body_leaves_nothing),
        cmocka_unit_test(test_events_of_several_projects),
        cmocka_unit_test(test_fingerprints_tell_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
