/* Commits that fail: the disk is full, or the sync of the log fails and the record may or may not be on the disk. */
#include "store_support.h"

#include "log_faults_support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char *path;
static store *of;

static int set_up(void **unused) {
    (void)unused;
    static int number;
    char name[40];
    snprintf(name, sizeof name, "commit-%d.annoproj", number++);
    path = scratch_path(name);
    of = make_test_store(path);
    hook_log(of);
    return 0;
}

static int tear_down(void **unused) {
    (void)unused;
    syncs_to_fail = writes_to_fail = 0;
    close_test_store(of);
    free(path);
    return 0;
}

static annoproj_status put(int64_t actor, annoproj_error **error) {
    bounds call = no_bounds();
    insert one = {.actor = actor, .key = "row"};
    return store_write(of, &call, insert_body, &one, error);
}

/* What a process finds that opens the files as they are now: as after a crash of this one. */
static int64_t rows_after_a_crash(int64_t actor) {
    static const char *const suffixes[] = {"", "-wal"};
    char from[700], to[700], copy[600];
    size_t length;
    snprintf(copy, sizeof copy, "%s.copy", path);
    for (int i = 0; i < 2; i++) {
        snprintf(from, sizeof from, "%s%s", path, suffixes[i]);
        snprintf(to, sizeof to, "%s%s", copy, suffixes[i]);
        char *bytes = read_whole_file(from, &length);
        write_whole_file(to, bytes, length);
        free(bytes);
    }
    snprintf(to, sizeof to, "%s-shm", copy);
    unlink(to);
    store *again = open_test_store(copy);
    int64_t rows = count_rows(again, actor);
    close_test_store(again);
    unlink(copy);
    return rows;
}

static void test_full_changes_nothing(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    assert_ok(put(1, &error), error);
    writes_to_fail = -1;
    assert_status(ANNOPROJ_FULL, put(2, &error), error);
    assert_status(ANNOPROJ_FULL, put(2, &error), error);
    assert_int_equal(count_rows(of, -1), 1);
    assert_int_equal(rows_after_a_crash(-1), 1);
    writes_to_fail = 0;
    assert_ok(put(2, &error), error);
    assert_int_equal(count_rows(of, -1), 2);
    assert_int_equal(ask_value(of, "SELECT commit_seq FROM store_state"), 3);
}

/* A quota or a limit of the file size is the same to the caller. */
static void test_file_size_limit_is_full(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    struct rlimit old, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    small = old;
    small.rlim_cur = 20000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    annoproj_status status = put(1, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    signal(SIGXFSZ, handler);
    assert_status(ANNOPROJ_FULL, status, error);
    assert_int_equal(count_rows(of, -1), 0);
    assert_ok(put(1, &error), error);
}

/* The record is in the file, only the sync failed: without a commit in its place a crash would bring it back. */
static void test_a_failed_sync_is_settled(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    assert_ok(put(1, &error), error);
    syncs_to_fail = 1;
    assert_status(ANNOPROJ_IO, put(2, &error), error);
    assert_int_equal(syncs_to_fail, 0);
    assert_int_equal(count_rows(of, 2), 0);
    assert_int_equal(rows_after_a_crash(2), 0);
    assert_int_equal(rows_after_a_crash(1), 1);
    assert_ok(put(2, &error), error);
    assert_int_equal(count_rows(of, 2), 1);
}

static void test_unknown_when_nothing_can_be_found_out(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    assert_ok(put(1, &error), error);
    syncs_to_fail = -1;
    assert_status(ANNOPROJ_COMMIT_UNKNOWN, put(2, &error), error);
    syncs_to_fail = 0;
    assert_int_equal(count_rows(of, 1), 1);
    assert_ok(put(3, &error), error);
    int64_t rows = count_rows(of, 2); /* either way, and the same way from now on */
    assert_int_equal(rows_after_a_crash(2), rows);
    assert_int_equal(rows_after_a_crash(3), 1);
}

static annoproj_status refuse(writer *work, void *argument, annoproj_error **error) {
    (void)work;
    (void)argument;
    return fail(error, ANNOPROJ_CONFLICT, "no");
}

/* A body that fails by itself commits nothing, so that the disk does not matter. */
static void test_a_refused_body_needs_no_disk(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    bounds call = no_bounds();
    writes_to_fail = syncs_to_fail = -1;
    assert_status(ANNOPROJ_CONFLICT, store_write(of, &call, refuse, NULL, &error), error);
}

static annoproj_status write_much(writer *work, void *argument, annoproj_error **error) {
    (void)argument;
    return sql_run(sql(work->database, "INSERT OR REPLACE INTO request(actor, key, operation, argument_hash, result, "
                                       "created_us) VALUES(7, 'much', 0, 0, randomblob(2000000), 0)"),
                   error);
}

static int64_t log_bytes(void) {
    annoproj_error *error = NULL;
    bounds call = no_bounds();
    reader from;
    store_facts facts;
    assert_ok(store_read_begin(of, &call, &from, &error), error);
    assert_ok(store_facts_read(&from, &facts, &error), error);
    store_read_end(&from);
    return facts.wal_bytes;
}

/* The log stays small while nobody reads, and comes back under 64 MiB after a long snapshot. */
static void test_the_log_is_bounded(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    bounds call = no_bounds();
    reader from;
    for (int i = 0; i < 20; i++) {
        assert_ok(store_write(of, &call, write_much, NULL, &error), error);
    }
    assert_true(log_bytes() < 12 << 20);
    assert_ok(store_read_begin(of, &call, &from, &error), error);
    for (int i = 0; i < 40; i++) {
        assert_ok(store_write(of, &call, write_much, NULL, &error), error);
    }
    assert_true(log_bytes() > 64 << 20); /* the snapshot needs it */
    store_read_end(&from);
    for (int i = 0; i < 5; i++) {
        assert_ok(store_write(of, &call, write_much, NULL, &error), error);
    }
    assert_true(log_bytes() <= 64 << 20);
}

static annoproj_status write_much_and_spare(writer *work, void *argument, annoproj_error **error) {
    database_spare_checkpoint(work->database);
    return write_much(work, argument, error);
}

static int64_t file_bytes(void) {
    struct stat facts;
    assert_int_equal(stat(path, &facts), 0);
    return (int64_t)facts.st_size;
}

/* What took long already leaves the checkpoint to the next command, whatever that is; not when the log is large. */
static void test_a_checkpoint_is_left_to_the_next(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    bounds call = no_bounds();
    assert_ok(store_write(of, &call, write_much_and_spare, NULL, &error), error);
    assert_ok(store_write(of, &call, write_much_and_spare, NULL, &error), error);
    assert_ok(store_write(of, &call, write_much_and_spare, NULL, &error), error);
    assert_true(file_bytes() < 1 << 20);
    assert_ok(put(1, &error), error);
    assert_true(file_bytes() > 1 << 20);
    for (int i = 0; i < 40; i++) {
        assert_ok(store_write(of, &call, write_much_and_spare, NULL, &error), error);
    }
    assert_true(log_bytes() < 16 << 20);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_STORE(test_full_changes_nothing),
        WITH_STORE(test_file_size_limit_is_full),
        WITH_STORE(test_a_failed_sync_is_settled),
        WITH_STORE(test_unknown_when_nothing_can_be_found_out),
        WITH_STORE(test_a_refused_body_needs_no_disk),
        WITH_STORE(test_the_log_is_bounded),
        WITH_STORE(test_a_checkpoint_is_left_to_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
