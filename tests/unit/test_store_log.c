/* What the host's log is told: each line of the header's list that a test can bring about, and that it is told outside the
 * write lock. A commit whose outcome is unknown belongs to the fault tests. */
#include "store_support.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sqlite3.h>

#include "store_state.h"

typedef struct host {
    char lines[16][300];
    int32_t levels[16];
    int count, locked; /* locked: how often the write lock was held while it was called */
    int64_t clock_us;
    const char *side;
    store *call_back;
    annoproj_status inner;
} host;

static void log_of(int32_t level, const char *message, void *data) {
    host *me = data;
    bounds now = bounds_of(0), call = no_bounds();
    write_lock *other = NULL;
    assert_true(me->count < 16);
    snprintf(me->lines[me->count], sizeof me->lines[0], "%s", message);
    me->levels[me->count++] = level;
    if (me->side != NULL) {
        assert_int_equal(write_lock_open(me->side, 0600, &other, NULL), ANNOPROJ_OK);
        me->locked += write_lock_take(other, &now, NULL) != ANNOPROJ_OK;
        write_lock_close(other);
    }
    if (me->call_back != NULL) {
        reader from;
        me->inner = store_read_begin(me->call_back, &call, &from, NULL);
        store_read_end(&from);
    }
}

static int32_t clock_of(int64_t *time_us, void *data) {
    *time_us = ((host *)data)->clock_us;
    return 0;
}

static char *path, *side;

static int set_up(void **unused) {
    (void)unused;
    static int number;
    char name[40];
    snprintf(name, sizeof name, "log-%d.annoproj", number);
    path = scratch_path(name);
    snprintf(name, sizeof name, "log-%d.annoproj-lock", number++);
    side = scratch_path(name);
    return 0;
}

static int tear_down(void **unused) {
    (void)unused;
    free(path);
    free(side);
    return 0;
}

static store *enter(host *me, bool create) {
    annoproj_error *error = NULL;
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    bounds call = no_bounds();
    store *made = NULL;
    options.log = log_of;
    options.clock = me->clock_us != 0 ? clock_of : NULL;
    options.user_data = me;
    options.relaxed_durability = true;
    assert_ok(store_open(path, create, &options, &call, &made, &error), error);
    return made;
}

static void write_row(store *of, int64_t actor) {
    annoproj_error *error = NULL;
    bounds call = no_bounds();
    insert one = {.actor = actor, .key = "k"};
    assert_ok(store_write(of, &call, insert_body, &one, &error), error);
}

static void expect_line(const host *me, int32_t level, const char *part) {
    assert_int_equal(me->count, 1);
    assert_int_equal(me->levels[0], level);
    if (strstr(me->lines[0], part) == NULL) {
        fail_msg("'%s' does not say '%s'", me->lines[0], part);
    }
}

static void test_nothing_to_say(void **unused) {
    (void)unused;
    host me = {0};
    store *of = enter(&me, true);
    write_row(of, 1);
    close_test_store(of);
    of = enter(&me, false);
    close_test_store(of);
    assert_int_equal(me.count, 0);
}

/* Collected and not closed: the log stays, and the next one who opens reads it. */
static void test_a_log_that_was_left(void **unused) {
    (void)unused;
    host me = {0};
    store *of = enter(&me, true);
    write_row(of, 1);
    body_release(&of->body);
    of = enter(&me, false);
    expect_line(&me, 2, "was not closed");
    assert_int_equal(count_rows(of, 1), 1);
    close_test_store(of);
}

static void test_temporary_files_that_were_left(void **unused) {
    (void)unused;
    host me = {0};
    char left[600];
    close_test_store(enter(&me, true));
    snprintf(left, sizeof left, "%s-spool-aaaaaa", path);
    write_whole_file(left, "x", 1);
    snprintf(left, sizeof left, "%s-compact-bbbbbb", path);
    write_whole_file(left, "x", 1);
    store *of = enter(&me, false);
    expect_line(&me, 2, "2 temporary files");
    close_test_store(of);
}

/* Told once, and again only after it had caught up. */
static void test_a_clock_that_goes_back(void **unused) {
    (void)unused;
    host me = {.clock_us = 100000000, .side = side};
    store *of = enter(&me, true);
    write_row(of, 1);
    me.clock_us = 99500000; /* half a second is nothing */
    write_row(of, 2);
    assert_int_equal(me.count, 0);
    me.clock_us = 60000000;
    write_row(of, 3);
    write_row(of, 4);
    expect_line(&me, 1, "40.0 s behind");
    me.clock_us = 200000000;
    write_row(of, 5);
    me.clock_us = 60000000;
    write_row(of, 6);
    assert_int_equal(me.count, 2);
    assert_int_equal(me.locked, 0);
    close_test_store(of);
}

static void *write_main(void *of) {
    write_row(of, 1);
    return NULL;
}

static void test_a_wait_for_the_lock(void **unused) {
    (void)unused;
    host me = {0};
    pthread_t thread;
    annoproj_error *error = NULL;
    write_lock *stranger = NULL;
    int64_t slow_us = store_slow_us;
    store *of = enter(&me, true);
    store_slow_us = 1;
    assert_ok(write_lock_open(side, 0600, &stranger, &error), error);
    assert_ok(write_lock_take(stranger, NULL, &error), error);
    assert_int_equal(pthread_create(&thread, NULL, write_main, of), 0);
    while (write_lock_waiting(stranger) == 0) {
        sched_yield();
    }
    write_lock_leave(stranger);
    pthread_join(thread, NULL);
    store_slow_us = slow_us;
    assert_true(me.count >= 1);
    assert_int_equal(me.levels[0], 1);
    assert_non_null(strstr(me.lines[0], "for the write lock"));
    write_lock_close(stranger);
    close_test_store(of);
}

static annoproj_status large_body(writer *work, void *argument, annoproj_error **error) {
    statement *one = sql(work->database, "INSERT INTO request(actor, key, operation, argument_hash, result, created_us)"
                                         " VALUES(?1, 'large', 0, 0, zeroblob(8000000), 0)");
    bind_int64(one, *(int64_t *)argument);
    return sql_run(one, error);
}

/* A read keeps the log: told at 64 MiB and at twice that, not with each commit. */
static void test_a_long_read(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    host me = {.side = side};
    bounds call = no_bounds();
    reader from;
    store *of = enter(&me, true);
    assert_ok(store_read_begin(of, &call, &from, &error), error);
    for (int64_t i = 0; i < 12; i++) {
        assert_ok(store_write(of, &call, large_body, &i, &error), error);
    }
    expect_line(&me, 1, "a long read");
    for (int64_t i = 12; i < 19; i++) {
        assert_ok(store_write(of, &call, large_body, &i, &error), error);
    }
    assert_int_equal(me.count, 2);
    assert_int_equal(me.locked, 0);
    store_read_end(&from);
    close_test_store(of);
}

static void test_the_log_may_not_call_back(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    host me = {.clock_us = 100000000};
    bounds call = no_bounds();
    compact_facts facts;
    store *of = enter(&me, true);
    me.call_back = of;
    assert_ok(store_compact(of, &call, &facts, &error), error);
    expect_line(&me, 2, "compacted");
    assert_int_equal(me.inner, ANNOPROJ_STATE);
    me.call_back = NULL;
    close_test_store(of);
}

/* Another connection of SQLite in this process reads: the close cannot fold the log, and says so. */
static void test_a_close_that_could_not_fold(void **unused) {
    (void)unused;
    host me = {0};
    sqlite3 *db = NULL;
    store *of = enter(&me, true);
    write_row(of, 1);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN; SELECT * FROM request", NULL, NULL, NULL), SQLITE_OK);
    write_row(of, 2);
    close_test_store(of);
    expect_line(&me, 1, "was not folded");
    sqlite3_close(db);
}

#define WITH_PATH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_PATH(test_nothing_to_say),
        WITH_PATH(test_a_log_that_was_left),
        WITH_PATH(test_temporary_files_that_were_left),
        WITH_PATH(test_a_clock_that_goes_back),
        WITH_PATH(test_a_wait_for_the_lock),
        WITH_PATH(test_a_long_read),
        WITH_PATH(test_the_log_may_not_call_back),
        WITH_PATH(test_a_close_that_could_not_fold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
