/* The machinery of migrations, on an older store that the test invents: backup, one transaction, checks before the commit. */
#include "store_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <sqlite3.h>

#include "format.h"
#include "identity.h"
#include "migrate.h"

#define OLD "CREATE TABLE a(x INTEGER); INSERT INTO a VALUES(1), (2); PRAGMA user_version=5"
#define NEW                                                                                                            \
    "CREATE TABLE a(x INTEGER); CREATE TABLE b(y INTEGER REFERENCES c(z)); CREATE TABLE c(z INTEGER PRIMARY KEY)"

static annoproj_status step_five(database *db, annoproj_error **error) {
    return sql_script(db, "CREATE TABLE b(y INTEGER REFERENCES c(z)); UPDATE a SET x = x + 10", error);
}

static annoproj_status step_six(database *db, annoproj_error **error) {
    return sql_script(db, "CREATE TABLE c(z INTEGER PRIMARY KEY)", error);
}

static annoproj_status step_breaks(database *db, annoproj_error **error) {
    annoproj_status status = sql_script(db, "CREATE TABLE c(z INTEGER PRIMARY KEY); UPDATE a SET x = 0", error);
    return status == ANNOPROJ_OK ? fail(error, ANNOPROJ_IO, "the step breaks") : status;
}

static annoproj_status step_dangles(database *db, annoproj_error **error) {
    return sql_script(db, "CREATE TABLE c(z INTEGER PRIMARY KEY); INSERT INTO b VALUES(99)", error);
}

static void plain(const char *path, const char *text) {
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int64_t number(const char *path, const char *text) {
    sqlite3 *db = NULL;
    sqlite3_stmt *ask = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &ask, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(ask), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(ask, 0);
    sqlite3_finalize(ask);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return value;
}

static char *path, backup[600], wanted[FINGERPRINT_SIZE];

static int set_up(void **unused) {
    (void)unused;
    static int count;
    char name[40];
    snprintf(name, sizeof name, "new-%d.db", count);
    char *fresh = scratch_path(name);
    plain(fresh, NEW);
    database *db = NULL;
    if (connection_open(fresh, CONNECTION_WRITER, false, &db, NULL) != ANNOPROJ_OK ||
        schema_fingerprint(db, wanted, NULL) != ANNOPROJ_OK) {
        return 1;
    }
    connection_close(db, false);
    free(fresh);
    snprintf(name, sizeof name, "old-%d.db", count++);
    path = scratch_path(name);
    plain(path, OLD);
    snprintf(backup, sizeof backup, "%s.backup-v5", path);
    return 0;
}

static int tear_down(void **unused) {
    (void)unused;
    free(path);
    return 0;
}

static annoproj_status run(const migration *steps, const char *fingerprint, annoproj_error **error) {
    database *db = NULL;
    migration_goal goal = {7, fingerprint};
    assert_int_equal(connection_open(path, CONNECTION_WRITER, false, &db, NULL), ANNOPROJ_OK);
    const bounds call = no_bounds();
    annoproj_status status = migrate(db, path, 5, steps, &goal, &call, error);
    connection_close(db, false);
    return status;
}

static void assert_unchanged(void) {
    assert_int_equal(number(path, "PRAGMA user_version"), 5);
    assert_int_equal(number(path, "SELECT sum(x) FROM a"), 3);
    assert_int_equal(number(path, "SELECT count(*) FROM sqlite_schema"), 1);
}

static void test_two_steps(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    const migration steps[] = {{6, step_six}, {5, step_five}, {0, NULL}}; /* found by version, not by place */
    assert_ok(run(steps, wanted, &error), error);
    assert_int_equal(number(path, "PRAGMA user_version"), 7);
    assert_int_equal(number(path, "SELECT sum(x) FROM a"), 23);
    assert_int_equal(number(backup, "PRAGMA user_version"), 5); /* the store as it was */
    assert_int_equal(number(backup, "SELECT sum(x) FROM a"), 3);
    char temporary[620];
    snprintf(temporary, sizeof temporary, "%s.tmp", backup);
    assert_int_not_equal(access(temporary, F_OK), 0);
}

static void test_a_step_that_fails(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    const migration steps[] = {{5, step_five}, {6, step_breaks}, {0, NULL}};
    assert_status(ANNOPROJ_IO, run(steps, wanted, &error), error);
    assert_unchanged();
    assert_int_equal(number(backup, "SELECT sum(x) FROM a"), 3);
}

static void test_a_result_of_another_schema(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    const migration steps[] = {{5, step_five}, {6, step_six}, {0, NULL}};
    assert_status(ANNOPROJ_INTERNAL, run(steps, "0123456789abcdef0123456789abcdef", &error), error);
    assert_unchanged();
}

static void test_rows_that_refer_to_nothing(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    const migration steps[] = {{5, step_five}, {6, step_dangles}, {0, NULL}};
    assert_status(ANNOPROJ_CORRUPT, run(steps, wanted, &error), error);
    assert_unchanged();
}

static void test_a_version_without_a_step(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    const migration steps[] = {{5, step_five}, {0, NULL}};
    assert_status(ANNOPROJ_UNSUPPORTED, run(steps, wanted, &error), error);
    assert_unchanged();
}

static void test_no_backup_no_migration(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    const migration steps[] = {{5, step_five}, {6, step_six}, {0, NULL}};
    char blocked[700];
    snprintf(blocked, sizeof blocked, "%s/in-the-way", backup);
    assert_int_equal(mkdir(backup, 0700), 0); /* a folder of that name, not empty */
    write_whole_file(blocked, "x", 1);
    assert_status(ANNOPROJ_IO, run(steps, wanted, &error), error);
    assert_unchanged();
}

/* --- a store of this library's format, and a library that is one version ahead ----------------------------------------- */

static annoproj_status add_table(database *db, annoproj_error **error) {
    return sql_script(db, "CREATE TABLE later(x INTEGER) STRICT; INSERT INTO later VALUES(7)", error);
}

static annoproj_status add_wrong_table(database *db, annoproj_error **error) {
    return sql_script(db, "DELETE FROM request; CREATE TABLE other(x INTEGER) STRICT", error);
}

static const char *next_tables[32];

static store_format ahead(const migration *steps) {
    size_t count = 0;
    for (; format_released.tables[count] != NULL; count++) {
        next_tables[count] = format_released.tables[count];
    }
    next_tables[count] = "CREATE TABLE later(x INTEGER) STRICT";
    next_tables[count + 1] = NULL;
    return (store_format){format_released.version + 1, next_tables, steps};
}

static annoproj_status try_store(const char *at, bool may_migrate, store **out, annoproj_error **error) {
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    bounds call = no_bounds();
    options.migrate = may_migrate;
    return store_open(at, false, &options, &call, out, error);
}

/* A store of the version now, with one row in `request`. */
static char *old_store(const char *name) {
    annoproj_error *error = NULL;
    bounds call = no_bounds();
    insert one = {.actor = 1, .key = "k"};
    char *at = scratch_path(name);
    store *of = make_test_store(at);
    assert_ok(store_write(of, &call, insert_body, &one, &error), error);
    close_test_store(of);
    return at;
}

static void test_an_older_store(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    const migration steps[] = {{1, add_table}, {0, NULL}};
    store_format next = ahead(steps);
    store *of = NULL;
    char *at = old_store("older.annoproj"), copy[600];
    snprintf(copy, sizeof copy, "%s.backup-v1", at);
    format_now = &next;
    assert_status(ANNOPROJ_STATE, try_store(at, false, &of, &error), error);
    assert_null(of);
    assert_int_equal(number(at, "PRAGMA user_version"), 1);
    assert_int_not_equal(access(copy, F_OK), 0);
    assert_ok(try_store(at, true, &of, &error), error);
    assert_int_equal(ask_value(of, "SELECT x FROM later"), 7);
    assert_int_equal(count_rows(of, 1), 1);
    close_test_store(of);
    assert_int_equal(number(at, "PRAGMA user_version"), 2);
    assert_ok(try_store(at, false, &of, &error), error); /* it is of this version now */
    close_test_store(of);
    format_now = &format_released; /* the library before: the store is too new, the backup is not */
    assert_status(ANNOPROJ_TOO_NEW, try_store(at, true, &of, &error), error);
    assert_ok(try_store(copy, false, &of, &error), error);
    assert_int_equal(count_rows(of, 1), 1);
    close_test_store(of);
    free(at);
}

static void test_a_migration_that_fails(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    const migration steps[] = {{1, add_wrong_table}, {0, NULL}};
    store_format next = ahead(steps);
    store *of = NULL;
    char *at = old_store("fails.annoproj");
    format_now = &next;
    assert_status(ANNOPROJ_INTERNAL, try_store(at, true, &of, &error), error);
    assert_null(of);
    format_now = &format_released;
    assert_ok(try_store(at, false, &of, &error), error);
    assert_int_equal(count_rows(of, 1), 1);
    close_test_store(of);
    free(at);
}

/* Who has the store open while another migrates it is told with the next call, read or write. */
static void test_migrated_under_an_open_store(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    const migration steps[] = {{1, add_table}, {0, NULL}};
    store_format next = ahead(steps);
    store *of = NULL, *other = NULL;
    bounds call = no_bounds();
    reader from;
    insert one = {.actor = 2, .key = "k"};
    char *at = old_store("open.annoproj");
    int ready[2], done[2];
    char byte = 0;
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(done), 0);
    pid_t child = fork(); /* opens nothing before it: a process of its own */
    if (child == 0) {
        format_now = &next;
        bool well = read(ready[0], &byte, 1) == 1 && try_store(at, true, &other, NULL) == ANNOPROJ_OK &&
                    store_shut(other, &call, NULL) == ANNOPROJ_OK && write(done[1], &byte, 1) == 1;
        _exit(!well);
    }
    assert_ok(try_store(at, false, &of, &error), error);
    assert_int_equal(write(ready[1], &byte, 1), 1);
    assert_int_equal(read(done[0], &byte, 1), 1);
    assert_status(ANNOPROJ_TOO_NEW, store_read_begin(of, &call, &from, &error), error);
    assert_status(ANNOPROJ_TOO_NEW, store_write(of, &call, insert_body, &one, &error), error);
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    close_test_store(of);
    assert_int_equal(number(at, "SELECT count(*) FROM request"), 1);
    free(at);
}

static void test_deadline_of_a_migration(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    database *db = NULL;
    const migration steps[] = {{5, step_five}, {6, step_six}, {0, NULL}};
    migration_goal goal = {7, wanted};
    const bounds past = bounds_of(-1);
    assert_int_equal(connection_open(path, CONNECTION_WRITER, false, &db, NULL), ANNOPROJ_OK);
    assert_status(ANNOPROJ_TIMEOUT, migrate(db, path, 5, steps, &goal, &past, &error), error);
    connection_close(db, false);
    assert_unchanged();
    assert_int_not_equal(access(backup, F_OK), 0);
}

#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_FILES(test_two_steps),
        WITH_FILES(test_a_step_that_fails),
        WITH_FILES(test_a_result_of_another_schema),
        WITH_FILES(test_rows_that_refer_to_nothing),
        WITH_FILES(test_a_version_without_a_step),
        WITH_FILES(test_no_backup_no_migration),
        WITH_FILES(test_deadline_of_a_migration),
        cmocka_unit_test(test_migrated_under_an_open_store),
        cmocka_unit_test(test_an_older_store),
        cmocka_unit_test(test_a_migration_that_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
