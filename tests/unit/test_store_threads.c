/* Several threads on one store: group commit, waiting with deadline and cancel, the pool of readers. Threads are brought
 * into place by looking at the queue, never by time. */
#include "store_support.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate_support.h"
#include "store_state.h"

#define NEIGHBOURS 6

static char *path;
static store *of;

static int set_up(void **unused) {
    (void)unused;
    static int number;
    char name[40];
    snprintf(name, sizeof name, "threads-%d.annoproj", number++);
    path = scratch_path(name);
    of = make_test_store(path);
    return 0;
}

static int tear_down(void **unused) {
    (void)unused;
    close_test_store(of);
    free(path);
    return 0;
}

/* --- a group behind a gate ---------------------------------------------------------------------------------- */

static void wait_for_in_flight(int32_t count) {
    for (;;) {
        pthread_mutex_lock(&of->state->mutex);
        int32_t now = of->state->in_flight;
        pthread_mutex_unlock(&of->state->mutex);
        if (now >= count) {
            return;
        }
        sched_yield();
    }
}

typedef struct call_thread {
    pthread_t thread;
    write_body body;
    insert what;
    bounds call;
    annoproj_status status;
    char message[200];
} call_thread;

static void *call_main(void *argument) {
    call_thread *one = argument;
    annoproj_error *error = NULL;
    one->status = store_write(of, &one->call, one->body, &one->what, &error);
    snprintf(one->message, sizeof one->message, "%s", annoproj_error_message(error));
    annoproj_error_free(error);
    return NULL;
}

static void start(call_thread *one, write_body run, int64_t actor, bounds call) {
    *one = (call_thread){.body = run, .what = {.actor = actor, .key = "row"}, .call = call};
    assert_int_equal(pthread_create(&one->thread, NULL, call_main, one), 0);
}

/* Queues the neighbours behind a gate in a known order, then lets all run. */
static void run_group(call_thread *group, const write_body *bodies, const annoproj_status *then) {
    gate at;
    gate_close(&at, of);
    for (int i = 0; i < NEIGHBOURS; i++) {
        group[i] = (call_thread){
            .body = bodies[i], .what = {.actor = i + 1, .key = "row", .then = then[i]}, .call = no_bounds()};
        assert_int_equal(pthread_create(&group[i].thread, NULL, call_main, &group[i]), 0);
        wait_for_queued(of, i + 1);
    }
    gate_open(&at);
    for (int i = 0; i < NEIGHBOURS; i++) {
        pthread_join(group[i].thread, NULL);
    }
}

static int64_t commits(void) {
    return ask_value(of, "SELECT commit_seq FROM store_state");
}

static void test_one_commit_for_all(void **unused) {
    (void)unused;
    call_thread group[NEIGHBOURS];
    const write_body bodies[NEIGHBOURS] = {insert_body, insert_body, insert_body,
                                           insert_body, insert_body, insert_body};
    const annoproj_status then[NEIGHBOURS] = {0, 0, ANNOPROJ_CONFLICT, 0, ANNOPROJ_NONE, 0};
    int64_t before = commits();
    run_group(group, bodies, then);
    assert_int_equal(commits(), before + 1); /* the group's: the gate changed nothing */
    for (int i = 0; i < NEIGHBOURS; i++) {
        assert_int_equal(group[i].status, then[i]);           /* each its own result */
        assert_int_equal(group[i].what.runs, i <= 2 ? 2 : 1); /* up to the first that has changed something and fails */
        assert_int_equal(count_rows(of, i + 1), then[i] == ANNOPROJ_OK ? 1 : 0);
    }
    assert_string_equal(group[2].message, "body of actor 3 says no");
    assert_string_equal(group[0].message, "");
}

static void test_all_fail(void **unused) {
    (void)unused;
    call_thread group[NEIGHBOURS];
    const write_body bodies[NEIGHBOURS] = {insert_body, insert_body, insert_body,
                                           insert_body, insert_body, insert_body};
    const annoproj_status then[NEIGHBOURS] = {-5, -5, -5, -5, -5, -5};
    int64_t before = commits();
    run_group(group, bodies, then);
    assert_int_equal(commits(), before);
    assert_int_equal(count_rows(of, -1), 0);
}

/* Ends the transaction under everyone's feet, as SQLite does when the disk is full; alone it does not. */
static annoproj_status killing_body(writer *work, void *argument, annoproj_error **error) {
    insert *what = argument;
    annoproj_status status = insert_body(work, what, error);
    return what->runs == 1 ? sql_run(sql(work->database, "ROLLBACK"), error) : status;
}

static void test_a_transaction_that_dies_is_run_again_alone(void **unused) {
    (void)unused;
    call_thread group[NEIGHBOURS];
    const write_body bodies[NEIGHBOURS] = {insert_body,  insert_body, insert_body,
                                           killing_body, insert_body, insert_body};
    const annoproj_status then[NEIGHBOURS] = {0, ANNOPROJ_CONFLICT, 0, 0, 0, 0};
    int64_t before = commits();
    run_group(group, bodies, then);
    assert_int_equal(commits(), before + NEIGHBOURS - 1);
    for (int i = 0; i < NEIGHBOURS; i++) {
        assert_int_equal(group[i].status, then[i]);
        /* Together, once more because of the refused one, then alone. */
        assert_int_equal(group[i].what.runs, i <= 1 ? 3 : i <= 3 ? 2 : 1);
        assert_int_equal(count_rows(of, i + 1), then[i] == ANNOPROJ_OK ? 1 : 0);
    }
}

/* --- waiting ------------------------------------------------------------------------------------------------ */

static void test_deadline_in_the_queue(void **unused) {
    (void)unused;
    gate at;
    call_thread late;
    gate_close(&at, of);
    start(&late, insert_body, 1, bounds_of(2000));
    pthread_join(late.thread, NULL); /* returns though the leader stands still */
    assert_int_equal(late.status, ANNOPROJ_TIMEOUT);
    assert_int_equal(late.what.runs, 0);
    wait_for_queued(of, 0);
    gate_open(&at);
    assert_int_equal(count_rows(of, -1), 0);
}

static bounds cancellable(annoproj_cancel **cancel) {
    bounds call;
    assert_int_equal(annoproj_cancel_new(cancel, NULL), ANNOPROJ_OK);
    annoproj_call outside = {.size = sizeof outside, .timeout_us = -1, .cancel = *cancel};
    assert_int_equal(bounds_begin(&call, &outside, NULL), ANNOPROJ_OK);
    return call;
}

static void test_cancel_in_the_queue(void **unused) {
    (void)unused;
    gate at;
    call_thread waiting;
    annoproj_cancel *cancel;
    gate_close(&at, of);
    start(&waiting, insert_body, 1, cancellable(&cancel));
    wait_for_queued(of, 1);
    assert_int_equal(annoproj_cancel_trigger(cancel, NULL), ANNOPROJ_OK);
    pthread_join(waiting.thread, NULL);
    assert_int_equal(waiting.status, ANNOPROJ_CANCELLED);
    assert_int_equal(waiting.what.runs, 0);
    gate_open(&at);
    bounds_end(&waiting.call);
    annoproj_cancel_free(cancel);
}

/* Another open file description holds the lock, as another process would. */
static void test_deadline_and_cancel_at_the_lock(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    char side[600];
    write_lock *stranger = NULL;
    call_thread waiting;
    annoproj_cancel *cancel;
    snprintf(side, sizeof side, "%s-lock", path);
    assert_ok(write_lock_open(side, 0600, &stranger, &error), error);
    assert_ok(write_lock_take(stranger, NULL, &error), error);
    start(&waiting, insert_body, 1, bounds_of(2000));
    pthread_join(waiting.thread, NULL);
    assert_int_equal(waiting.status, ANNOPROJ_TIMEOUT);
    start(&waiting, insert_body, 1, cancellable(&cancel));
    wait_for_queued(of, 1);
    assert_int_equal(annoproj_cancel_trigger(cancel, NULL), ANNOPROJ_OK);
    pthread_join(waiting.thread, NULL);
    assert_int_equal(waiting.status, ANNOPROJ_CANCELLED);
    bounds_end(&waiting.call);
    annoproj_cancel_free(cancel);
    bounds past = bounds_of(-1);
    assert_status(ANNOPROJ_BUSY, store_shut(of, &past, &error), error);
    write_lock_leave(stranger);
    write_lock_close(stranger);
    start(&waiting, insert_body, 1, no_bounds());
    pthread_join(waiting.thread, NULL);
    assert_int_equal(waiting.status, ANNOPROJ_OK);
}

static void test_close_waits_for_a_write(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    gate at;
    gate_close(&at, of);
    bounds past = bounds_of(-1);
    assert_status(ANNOPROJ_BUSY, store_shut(of, &past, &error), error);
    gate_open(&at);
    assert_int_equal(commits(), 1); /* the one that made the store */
}

static annoproj_status cancelling_body(writer *work, void *argument, annoproj_error **error) {
    annoproj_cancel_trigger(argument, NULL);
    insert one = {.actor = 9, .key = "too late"};
    return insert_body(work, &one, error);
}

static void test_cancel_between_the_statements_of_a_body(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    annoproj_cancel *cancel;
    bounds call = cancellable(&cancel);
    int64_t before = commits();
    assert_status(ANNOPROJ_CANCELLED, store_write(of, &call, cancelling_body, cancel, &error), error);
    assert_int_equal(commits(), before);
    assert_int_equal(count_rows(of, -1), 0);
    bounds_end(&call);
    annoproj_cancel_free(cancel);
}

/* --- readers -------------------------------------------------------------------------------------------------- */

typedef struct ninth {
    pthread_t thread;
    bounds call;
    reader from;
    annoproj_status status;
} ninth;

static void *ninth_main(void *argument) {
    ninth *one = argument;
    one->status = store_read_begin(of, &one->call, &one->from, NULL);
    store_read_end(&one->from);
    return NULL;
}

static void test_the_ninth_reader_waits(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    bounds call = no_bounds();
    reader eight[READERS_MOST];
    for (int i = 0; i < READERS_MOST; i++) {
        assert_ok(store_read_begin(of, &call, &eight[i], &error), error);
    }
    bounds soon = bounds_of(2000);
    reader none;
    assert_status(ANNOPROJ_TIMEOUT, store_read_begin(of, &soon, &none, &error), error);
    assert_null(none.database);
    ninth waiting = {.call = no_bounds()};
    assert_int_equal(pthread_create(&waiting.thread, NULL, ninth_main, &waiting), 0);
    wait_for_in_flight(READERS_MOST + 1);
    store_read_end(&eight[3]);
    pthread_join(waiting.thread, NULL);
    assert_int_equal(waiting.status, ANNOPROJ_OK);
    for (int i = 0; i < READERS_MOST; i++) {
        if (i != 3) {
            store_read_end(&eight[i]);
        }
    }
}

static void test_a_read_is_one_snapshot(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    bounds call = no_bounds();
    reader from;
    insert one = {.actor = 1, .key = "new"};
    assert_ok(store_read_begin(of, &call, &from, &error), error);
    assert_ok(store_write(of, &call, insert_body, &one, &error), error);
    statement *ask = sql(from.database, "SELECT count(*) FROM request");
    assert_true(sql_row(ask));
    assert_int_equal(column_int64(ask, 0), 0);
    assert_ok(sql_end(ask, &error), error);
    assert_status(ANNOPROJ_READONLY, sql_run(sql(from.database, "DELETE FROM request"), &error), error);
    store_read_end(&from);
    assert_int_equal(count_rows(of, -1), 1);
}

#define SQL_ENDLESS "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

static void test_deadline_interrupts_a_running_statement(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    bounds call = no_bounds();
    reader from;
    assert_ok(store_read_begin(of, &call, &from, &error), error);
    call.until_us = bounds_of(20000).until_us; /* however long the beginning took */
    assert_status(ANNOPROJ_TIMEOUT, sql_run(sql(from.database, SQL_ENDLESS), &error), error);
    store_read_end(&from);
    assert_int_equal(commits(), 1); /* the connection is as good as new */
}

static void *cancel_when_reading(void *argument) {
    wait_for_in_flight(1);
    annoproj_cancel_trigger(argument, NULL);
    return NULL;
}

static void test_cancel_interrupts_a_running_statement(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    annoproj_cancel *cancel;
    bounds call = cancellable(&cancel);
    reader from;
    pthread_t thread;
    assert_ok(store_read_begin(of, &call, &from, &error), error);
    assert_int_equal(pthread_create(&thread, NULL, cancel_when_reading, cancel), 0);
    assert_status(ANNOPROJ_CANCELLED, sql_run(sql(from.database, SQL_ENDLESS), &error), error);
    pthread_join(thread, NULL);
    store_read_end(&from);
    bounds_end(&call);
    annoproj_cancel_free(cancel);
}

/* --- many at once ----------------------------------------------------------------------------------------------- */

#define WRITERS 6
#define ROUNDS  60

static void *many_main(void *argument) {
    int64_t actor = *(int64_t *)argument;
    for (int i = 0; i < ROUNDS; i++) {
        char key[20];
        snprintf(key, sizeof key, "%d", i);
        bounds call = no_bounds();
        insert one = {.actor = actor, .key = key, .then = i % 7 == 3 ? ANNOPROJ_CONFLICT : ANNOPROJ_OK};
        annoproj_status status = store_write(of, &call, insert_body, &one, NULL);
        reader from;
        if (status != one.then || store_read_begin(of, &call, &from, NULL) != ANNOPROJ_OK) {
            return argument;
        }
        statement *ask = sql(from.database, "SELECT count(*) FROM request WHERE actor = ?1 AND key = ?2");
        bind_int64(ask, actor);
        bind_text(ask, key);
        bool there = sql_row(ask) && column_int64(ask, 0) == 1;
        annoproj_status ended = sql_end(ask, NULL);
        store_read_end(&from);
        if (ended != ANNOPROJ_OK || there != (status == ANNOPROJ_OK)) {
            return argument;
        }
    }
    return NULL;
}

static void test_many_threads(void **unused) {
    (void)unused;
    pthread_t threads[WRITERS];
    int64_t actors[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
        actors[i] = i + 1;
        assert_int_equal(pthread_create(&threads[i], NULL, many_main, &actors[i]), 0);
    }
    for (int i = 0; i < WRITERS; i++) {
        void *wrong = NULL;
        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
    int64_t refused = 0;
    for (int i = 0; i < ROUNDS; i++) {
        refused += i % 7 == 3;
    }
    assert_int_equal(count_rows(of, -1), WRITERS * (ROUNDS - refused));
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_STORE(test_one_commit_for_all),
        WITH_STORE(test_all_fail),
        WITH_STORE(test_a_transaction_that_dies_is_run_again_alone),
        WITH_STORE(test_deadline_in_the_queue),
        WITH_STORE(test_cancel_in_the_queue),
        WITH_STORE(test_deadline_and_cancel_at_the_lock),
        WITH_STORE(test_close_waits_for_a_write),
        WITH_STORE(test_cancel_between_the_statements_of_a_body),
        WITH_STORE(test_the_ninth_reader_waits),
        WITH_STORE(test_a_read_is_one_snapshot),
        WITH_STORE(test_deadline_interrupts_a_running_statement),
        WITH_STORE(test_cancel_interrupts_a_running_statement),
        WITH_STORE(test_many_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
