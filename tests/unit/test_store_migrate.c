/* The machinery of migrations, on an older store that the test invents: backup, one transaction, checks before the commit. */
#include "store_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <sqlite3.h>

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
    return sql_script(
        db, "CREATE TABLE c(z INTEGER PRIMARY KEY); PRAGMA defer_foreign_keys=ON; INSERT INTO b VALUES(99)", error);
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
    annoproj_status status = migrate(db, path, 5, steps, &goal, error);
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

#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_FILES(test_two_steps),
        WITH_FILES(test_a_step_that_fails),
        WITH_FILES(test_a_result_of_another_schema),
        WITH_FILES(test_rows_that_refer_to_nothing),
        WITH_FILES(test_a_version_without_a_step),
        WITH_FILES(test_no_backup_no_migration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
