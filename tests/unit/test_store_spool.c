/* Spools beside the store, and what the host injects: clock, random, log, none of which may call back. */
#include "store_support.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define SPOOL_SCHEMA "CREATE TABLE item(id INTEGER PRIMARY KEY)"
#define SQL_ITEM     "INSERT INTO item(id) VALUES(?1)"

static char *path;
static store *of;

static int set_up(void **unused) {
    (void)unused;
    static int number;
    char name[40];
    snprintf(name, sizeof name, "spool-%d.annoproj", number++);
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

static int spools_beside(void) {
    int count = 0;
    char prefix[300];
    snprintf(prefix, sizeof prefix, "%s-spool-", strrchr(path, '/') + 1);
    DIR *folder = opendir(scratch_folder());
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        count += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
    }
    closedir(folder);
    return count;
}

static spool *filled(int first, int count) {
    annoproj_error *error = NULL;
    spool *made = NULL;
    assert_ok(spool_open(of, SPOOL_SCHEMA, &made, &error), error);
    for (int i = 0; i < count; i++) {
        statement *one = sql(spool_database(made), SQL_ITEM);
        bind_int64(one, first + i);
        assert_ok(sql_run(one, &error), error);
    }
    assert_ok(spool_flush(made, &error), error);
    return made;
}

/* As an import does: rows are read from the spool and written to the store, one by one. */
static annoproj_status copy_body(writer *work, void *argument, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    statement *from = sql(spool_database(argument), "SELECT id FROM item");
    while (status == ANNOPROJ_OK && sql_row(from)) {
        statement *into = sql(work->database,
                              "INSERT INTO request(actor, key, operation, argument_hash, result, created_us)"
                              " VALUES(?1, 'k', 0, 0, x'', 0)");
        bind_int64(into, column_int64(from, 0));
        status = sql_run(into, error);
    }
    annoproj_status ended = sql_end(from, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

static void test_a_spool_is_copied_by_a_command(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    bounds call = no_bounds();
    spool *what = filled(1, 500);
    assert_int_equal(spools_beside(), 1);
    assert_ok(store_write(of, &call, copy_body, what, &error), error);
    assert_int_equal(count_rows(of, -1), 500);
    assert_status(ANNOPROJ_EXISTS, store_write(of, &call, copy_body, what, &error), error);
    assert_int_equal(count_rows(of, -1), 500);
    spool_close(what);
    spool_close(NULL);
    assert_int_equal(spools_beside(), 0);
}

static void test_an_open_spool_is_a_call_in_flight(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    bounds past = bounds_of(-1), call = no_bounds();
    spool *what = filled(1, 1);
    assert_status(ANNOPROJ_BUSY, store_shut(of, &past, &error), error);
    assert_ok(store_write(of, &call, copy_body, what, &error), error);
    spool_close(what);
}

static void test_spools_of_the_dead_are_removed(void **unused) {
    (void)unused;
    char dead[600], living[600];
    snprintf(dead, sizeof dead, "%s-spool-aaaaaa", path);
    snprintf(living, sizeof living, "%s-spool-bbbbbb", path);
    write_whole_file(dead, "x", 1);
    write_whole_file(living, "x", 1);
    int descriptor = open(living, O_RDONLY | O_CLOEXEC);
    assert_int_equal(flock(descriptor, LOCK_EX | LOCK_NB), 0);
    close_test_store(of);
    of = open_test_store(path);
    assert_int_not_equal(access(dead, F_OK), 0);
    assert_int_equal(access(living, F_OK), 0);
    close(descriptor);
    unlink(living);
}

static void test_a_schema_that_is_wrong(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    spool *made = NULL;
    assert_status(ANNOPROJ_INTERNAL, spool_open(of, "CREATE NONSENSE", &made, &error), error);
    assert_null(made);
    assert_int_equal(spools_beside(), 0);
}

/* --- the host --------------------------------------------------------------------------------------------- */

typedef struct host {
    store *of;
    int64_t time_us;
    int32_t answer;
    annoproj_status inner; /* what a call from inside the callback gave */
    int calls;
} host;

static annoproj_status call_back(host *me) {
    bounds call = no_bounds();
    reader from;
    annoproj_status status = store_read_begin(me->of, &call, &from, NULL);
    store_read_end(&from);
    return status;
}

static int32_t clock_of(int64_t *time_us, void *data) {
    host *me = data;
    me->calls++;
    if (me->of != NULL) {
        me->inner = call_back(me);
    }
    *time_us = me->time_us;
    return me->answer;
}

static int32_t random_of(void *buffer, size_t length, void *data) {
    host *me = data;
    memset(buffer, 0xab, length);
    return me->answer;
}

static store *open_with(host *me, const char *name) {
    annoproj_error *error = NULL;
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    bounds call = no_bounds();
    store *made = NULL;
    options.clock = clock_of;
    options.random = random_of;
    options.user_data = me;
    char *own = scratch_path(name);
    assert_ok(store_open(own, true, &options, &call, &made, &error), error);
    free(own);
    return made;
}

static void test_clock_and_random_are_the_hosts(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    bounds call = no_bounds();
    host me = {.time_us = 1000};
    uint8_t bytes[4];
    store *own = open_with(&me, "host.annoproj");
    assert_int_equal(ask_value(own, "SELECT created_us FROM store_state"), 1000);
    assert_int_equal(ask_value(own, "SELECT uuid = 'abababab-abab-4bab-abab-abababababab' FROM store_state"), 1);
    assert_ok(store_random(own, bytes, sizeof bytes, &error), error);
    assert_memory_equal(bytes, "\xab\xab\xab\xab", 4);
    const int64_t times[] = {5000, 3000, 6000}, expected[] = {5000, 5000, 6000}; /* never back */
    for (int i = 0; i < 3; i++) {
        insert one = {.actor = i + 1, .key = "k"};
        me.time_us = times[i];
        assert_ok(store_write(own, &call, insert_body, &one, &error), error);
        assert_int_equal(ask_value(own, "SELECT last_command_us FROM store_state"), expected[i]);
    }
    assert_int_equal(ask_value(own, "SELECT created_us FROM request WHERE actor = 2"), 5000);
    close_test_store(own);
}

static void test_a_callback_may_not_call_back(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    bounds call = no_bounds();
    host me = {.time_us = 1};
    store *own = open_with(&me, "back.annoproj");
    me.of = own;
    insert one = {.actor = 1, .key = "k"};
    assert_ok(store_write(own, &call, insert_body, &one, &error), error);
    assert_int_equal(me.inner, ANNOPROJ_STATE);
    me.of = NULL;
    me.answer = 7;
    assert_status(ANNOPROJ_CALLBACK, store_write(own, &call, insert_body, &one, &error), error);
    uint8_t byte;
    assert_status(ANNOPROJ_CALLBACK, store_random(own, &byte, 1, &error), error);
    assert_int_equal(one.runs, 1);
    close_test_store(own);
}

static annoproj_status nesting_body(writer *work, void *argument, annoproj_error **error) {
    bounds call = no_bounds();
    (void)argument;
    insert one = {.actor = 1, .key = "inner"};
    return store_write(work->store, &call, insert_body, &one, error);
}

static void test_a_body_begins_no_other_operation(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    bounds call = no_bounds();
    assert_status(ANNOPROJ_INTERNAL, store_write(of, &call, nesting_body, NULL, &error), error);
    assert_int_equal(count_rows(of, -1), 0);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_STORE(test_a_spool_is_copied_by_a_command),       WITH_STORE(test_an_open_spool_is_a_call_in_flight),
        WITH_STORE(test_spools_of_the_dead_are_removed),       WITH_STORE(test_a_schema_that_is_wrong),
        cmocka_unit_test(test_clock_and_random_are_the_hosts), cmocka_unit_test(test_a_callback_may_not_call_back),
        WITH_STORE(test_a_body_begins_no_other_operation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
