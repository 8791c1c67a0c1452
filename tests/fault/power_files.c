/* Power cuts while a file comes to be: a new store, a migration with its backup, an export. Each moment, each style: what
 * was acknowledged is there and whole, and what was not is there whole or not at all. */
#include "workload_support.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <sqlite3.h>

#include "disk.h"
#include "identity.h"
#include "migrate.h"

#define SEEDS 6

static char *work_folder, *left_folder, work_path[600], left_path[600];
static int64_t cuts;

/* Each moment of the recording, in each style, several times. */
static void cut_everywhere(disk_recording *recording, void (*judge)(size_t position)) {
    disk_player *player = disk_player_new(recording, false, random_next());
    cuts = 0;
    for (size_t position = 0; position <= disk_recording_length(recording); position++) {
        disk_player_go(player, position);
        for (int style = 0; style < DISK_STYLES; style++) {
            for (int i = 0; i < (style < DISK_KEEP_FIRST ? 1 : SEEDS); i++) {
                disk_player_cut(player, (disk_style)style, random_next(), left_folder);
                judge(position);
                cuts++;
            }
        }
    }
    disk_player_free(player);
    disk_recording_free(recording);
}

static bool exists(const char *path) {
    return access(path, F_OK) == 0;
}

static void begin(void) {
    char command[700];
    snprintf(command, sizeof command, "rm -f %s/*", work_folder);
    assert_int_equal(system(command), 0);
    disk_watch(work_folder);
}

/* --- a new store --------------------------------------------------------------------------------------------- */

static size_t acknowledged;

static void judge_new_store(size_t position) {
    annoproj_error *error = NULL;
    annoproj_store *store = NULL;
    annoproj_status status = annoproj_store_open(left_path, NULL, NULL, &store, &error);
    if (status != ANNOPROJ_OK && position < acknowledged) {
        assert_true(status == ANNOPROJ_CORRUPT || status == ANNOPROJ_NOT_FOUND);
        assert_null(store);
        annoproj_error_free(error);
        return;
    }
    assert_ok(status, error);
    annoproj_session *host = NULL;
    annoproj_table *found = NULL;
    assert_ok(annoproj_session_open(store, 0, NULL, NULL, &host, &error), error);
    assert_ok(annoproj_store_check(host, NULL, NULL, &found, &error), error);
    assert_int_equal(annoproj_table_row_count(found), 0);
    annoproj_table_free(found);
    annoproj_session_close(host);
    assert_ok(annoproj_store_close(store, NULL, &error), error);
}

static void test_create(void **state) {
    annoproj_error *error = NULL;
    annoproj_store *store = NULL;
    (void)state;
    begin();
    disk_record();
    assert_ok(annoproj_store_create(work_path, NULL, NULL, &store, &error), error);
    acknowledged = disk_position();
    assert_ok(annoproj_store_close(store, NULL, &error), error);
    disk_recording *recording = disk_recording_take();
    disk_unwatch();
    cut_everywhere(recording, judge_new_store);
    print_message("a new store: %" PRId64 " power cuts\n", cuts);
}

/* --- a migration ---------------------------------------------------------------------------------------------- */

#define OLD "PRAGMA journal_mode=WAL; CREATE TABLE a(x INTEGER); INSERT INTO a VALUES(1), (2); PRAGMA user_version=5"
#define NEW                                                                                                            \
    "CREATE TABLE a(x INTEGER); CREATE TABLE b(y INTEGER REFERENCES c(z)); CREATE TABLE c(z INTEGER PRIMARY KEY)"

static annoproj_status step_five(database *db, annoproj_error **error) {
    return sql_script(db, "CREATE TABLE b(y INTEGER REFERENCES c(z)); UPDATE a SET x = x + 10", error);
}

static annoproj_status step_six(database *db, annoproj_error **error) {
    return sql_script(db, "CREATE TABLE c(z INTEGER PRIMARY KEY)", error);
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

#define SOUND "SELECT count(*) = 1 AND max(integrity_check) = 'ok' FROM pragma_integrity_check"

static void judge_migration(size_t position) {
    char backup[640];
    snprintf(backup, sizeof backup, "%s.backup-v5", left_path);
    assert_int_equal(number(left_path, SOUND), 1);
    int64_t version = number(left_path, "PRAGMA user_version");
    assert_true(version == 7 || (version == 5 && position < acknowledged));
    assert_int_equal(number(left_path, "SELECT sum(x) FROM a"), version == 5 ? 3 : 23);
    assert_int_equal(number(left_path, "SELECT count(*) FROM sqlite_schema"), version == 5 ? 1 : 3);
    if (version == 7 || exists(backup)) {
        assert_int_equal(number(backup, SOUND), 1);
        assert_int_equal(number(backup, "PRAGMA user_version"), 5);
        assert_int_equal(number(backup, "SELECT sum(x) FROM a"), 3);
    }
}

static void test_migrate(void **state) {
    static const migration steps[] = {{5, step_five}, {6, step_six}, {0, NULL}};
    annoproj_error *error = NULL;
    char wanted[FINGERPRINT_SIZE];
    database *db = NULL;
    (void)state;
    begin();
    char *fresh = scratch_path("new.db");
    plain(fresh, NEW);
    assert_ok(connection_open(fresh, CONNECTION_WRITER, false, &db, &error), error);
    assert_ok(schema_fingerprint(db, wanted, &error), error);
    connection_close(db, false);
    free(fresh);
    plain(work_path, OLD);
    disk_record();
    const migration_goal goal = {7, wanted};
    assert_ok(connection_open(work_path, CONNECTION_WRITER, false, &db, &error), error);
    const bounds call = {.until_us = INT64_MAX};
    assert_ok(migrate(db, work_path, 5, steps, &goal, &call, &error), error);
    acknowledged = disk_position();
    connection_close(db, true);
    disk_recording *recording = disk_recording_take();
    disk_unwatch();
    cut_everywhere(recording, judge_migration);
    print_message("a migration: %" PRId64 " power cuts\n", cuts);
}

/* --- an export -------------------------------------------------------------------------------------------------- */

static char *whole;
static size_t whole_length;

static void judge_export(size_t position) {
    char path[640];
    snprintf(path, sizeof path, "%s/labels.json", left_folder);
    if (!exists(path)) {
        assert_true(position < acknowledged);
        return;
    }
    size_t length = 0;
    char *bytes = read_whole_file(path, &length);
    bool old = length == 3 && memcmp(bytes, "old", 3) == 0;
    assert_true((old && position < acknowledged) ||
                (length == whole_length && memcmp(bytes, whole, whole_length) == 0));
    free(bytes);
}

static void test_export(void **state) {
    static world of;
    annoproj_error *error = NULL;
    annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
    char path[640];
    int64_t labels = 0;
    (void)state;
    begin();
    snprintf(path, sizeof path, "%s/labels.json", work_folder);
    options.path = path;
    world_make(&of, work_path, 0);
    write_whole_file(path, "old", 3);
    assert_ok(world_open(&of, work_path, false, &error), error);
    assert_ok(world_run(&of, world_step_named("import"), 1, NULL, &error), error);
    disk_record();
    assert_ok(annoproj_project_export_labels(of.host_project, &options, NULL, &labels, &error), error);
    acknowledged = disk_position();
    disk_recording *recording = disk_recording_take();
    assert_true(labels > 0);
    assert_ok(world_close(&of, &error), error);
    disk_unwatch();
    whole = read_whole_file(path, &whole_length);
    cut_everywhere(recording, judge_export);
    print_message("an export: %" PRId64 " power cuts\n", cuts);
    free(whole);
    world_free(&of);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_create),
        cmocka_unit_test(test_migrate),
        cmocka_unit_test(test_export),
    };
    random_next();
    scratch_in_memory();
    work_folder = scratch_path("work");
    left_folder = scratch_path("left");
    if (mkdir(work_folder, 0700) != 0 || mkdir(left_folder, 0700) != 0) {
        return 1;
    }
    snprintf(work_path, sizeof work_path, "%s/store.annoproj", work_folder);
    snprintf(left_path, sizeof left_path, "%s/store.annoproj", left_folder);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(work_folder);
    free(left_folder);
    return failed;
}
