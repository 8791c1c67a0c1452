/* Looking after a store: info, backup, compaction, through the public functions. What waits for threads or processes is in
 * test_maintain_threads.c. */
#include "team.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int64_t cell(const annoproj_table *table, const char *column) {
    assert_int_equal(annoproj_table_row_count(table), 1);
    return annoproj_table_int64(table, 0, annoproj_table_column_index(table, column));
}

static const char *word(const annoproj_table *table, const char *column) {
    return annoproj_table_text(table, 0, annoproj_table_column_index(table, column));
}

static annoproj_table *info_of(annoproj_session *who) {
    annoproj_table *table = NULL;
    annoproj_error *error = NULL;
    assert_ok(annoproj_store_info(who, NULL, &table, &error), error);
    return table;
}

/* One value read by SQLite alone, from a file that no store has open. */
static int64_t ask_file(const char *path, const char *text) {
    sqlite3 *db = NULL;
    sqlite3_stmt *ask = NULL;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &ask, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(ask), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(ask, 0);
    sqlite3_finalize(ask);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return value;
}

static int64_t file_size(const char *path) {
    struct stat facts;
    assert_int_equal(stat(path, &facts), 0);
    return (int64_t)facts.st_size;
}

/* How many files beside `path` begin with its name. */
static bool exists_beside(const char *path, const char *suffix) {
    char name[600];
    snprintf(name, sizeof name, "%s%s", path, suffix);
    return access(name, F_OK) == 0;
}

/* --- info ---------------------------------------------------------------------------------------------------- */

static void test_info(void **state) {
    (void)state;
    team *made = team_new(7, "", "");
    annoproj_table *table = info_of(made->sessions[TEAM_ANNOTATOR]);
    assert_int_equal(cell(table, "users"), TEAM_SIZE);
    assert_int_equal(cell(table, "projects"), 1);
    assert_int_equal(cell(table, "datasets"), 1);
    assert_int_equal(cell(table, "ontologies"), 1);
    assert_int_equal(cell(table, "data_units"), 7);
    assert_int_equal(cell(table, "tasks"), 7);
    assert_true(cell(table, "events") > 7 + TEAM_SIZE);
    assert_int_equal(cell(table, "page_size"), 4096);
    assert_int_equal(cell(table, "schema_version"), 1);
    assert_true(cell(table, "commit_seq") > TEAM_SIZE);
    assert_int_equal(cell(table, "file_bytes"), file_size(made->path));
    assert_true(cell(table, "wal_bytes") > 0);
    assert_int_equal(cell(table, "free_bytes") % 4096, 0);
    assert_string_equal(word(table, "sqlite"), sqlite3_libversion());
    assert_string_equal(word(table, "path"), made->path);
    assert_int_equal(strlen(word(table, "uuid")), 36);
    assert_int_equal(strlen(word(table, "schema_hash")), 32);
    assert_true(cell(table, "created") <= cell(table, "changed"));
    annoproj_table_free(table);
    made->now_us += 5000000;
    annoproj_error *error = NULL;
    int64_t user = 0;
    assert_ok(annoproj_user_create(made->host, "new@x.org", "New", ANNOPROJ_ORG_MEMBER, NULL, &user, &error), error);
    table = info_of(made->host);
    assert_int_equal(cell(table, "changed"), made->now_us);
    annoproj_table_free(table);
    assert_status(ANNOPROJ_INVALID, annoproj_store_info(made->host, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_store_info(NULL, NULL, &table, &error), error);
    team_free(made);
}

/* --- backup -------------------------------------------------------------------------------------------------- */

static annoproj_status back_up(team *made, annoproj_session *who, const char *path, bool replace,
                               const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    (void)made;
    annoproj_backup_options options = ANNOPROJ_BACKUP_OPTIONS_INIT;
    options.replace = replace;
    return annoproj_store_backup(who, path, &options, call, table, error);
}

static void test_backup_opens_as_a_store(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    annoproj_store *copy = NULL;
    annoproj_session *host = NULL;
    struct stat facts;
    team *made = team_new(5, "", "");
    char *path = scratch_path("copy.annoproj");
    annoproj_table *before = info_of(made->host);
    assert_ok(back_up(made, made->host, path, false, NULL, &table, &error), error);
    assert_string_equal(word(table, "path"), path);
    assert_int_equal(cell(table, "commit_seq"), cell(before, "commit_seq"));
    assert_int_equal(cell(table, "schema_version"), 1);
    assert_int_equal(cell(table, "file_bytes"), file_size(path));
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    assert_false(exists_beside(path, "-wal"));
    assert_false(exists_beside(path, "-shm"));
    assert_int_equal(ask_file(path, "SELECT count(*) FROM task"), 5);
    annoproj_table_free(table);
    assert_ok(annoproj_store_open(path, NULL, NULL, &copy, &error), error);
    assert_ok(annoproj_session_open(copy, 0, NULL, NULL, &host, &error), error);
    table = info_of(host);
    assert_string_equal(word(table, "uuid"), word(before, "uuid"));
    assert_string_equal(word(table, "schema_hash"), word(before, "schema_hash"));
    assert_int_equal(cell(table, "tasks"), 5);
    annoproj_table_free(table);
    assert_ok(annoproj_store_check(host, NULL, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 0);
    annoproj_table_free(table);
    /* A store is open there: its log lies beside it. */
    assert_status(ANNOPROJ_STATE, back_up(made, made->host, path, true, NULL, &table, &error), error);
    annoproj_session_close(host);
    assert_ok(annoproj_store_close(copy, NULL, &error), error);
    annoproj_table_free(before);
    free(path);
    team_free(made);
}

static void test_backup_statuses(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    team *made = team_new(1, "", "");
    char *path = scratch_path("there"), *missing = scratch_path("no/folder"), *locked = scratch_path("locked");
    write_whole_file(path, "mine", 4);
    assert_status(ANNOPROJ_EXISTS, back_up(made, made->host, path, false, NULL, &table, &error), error);
    assert_null(table);
    assert_int_equal(file_size(path), 4);
    assert_ok(back_up(made, made->host, path, true, NULL, &table, &error), error);
    annoproj_table_free(table);
    assert_int_equal(ask_file(path, "SELECT count(*) FROM task"), 1);
    assert_status(ANNOPROJ_NOT_FOUND, back_up(made, made->host, missing, false, NULL, &table, &error), error);
    assert_status(ANNOPROJ_INVALID, back_up(made, made->host, made->path, true, NULL, &table, &error), error);
    assert_status(ANNOPROJ_INVALID, back_up(made, made->host, "", false, NULL, &table, &error), error);
    assert_status(ANNOPROJ_INVALID, back_up(made, made->host, NULL, false, NULL, &table, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_store_backup(made->host, path, NULL, NULL, NULL, &error), error);
    assert_int_equal(mkdir(locked, 0500), 0);
    if (geteuid() != 0) { /* root may write everywhere */
        char inside[600];
        snprintf(inside, sizeof inside, "%s/x", locked);
        assert_status(ANNOPROJ_READONLY, back_up(made, made->host, inside, false, NULL, &table, &error), error);
    }
    for (int who = TEAM_ADMIN; who < TEAM_SIZE; who++) { /* also the org admin: it holds the data of all projects */
        assert_status(ANNOPROJ_PERMISSION,
                      annoproj_store_backup(made->sessions[who], missing, NULL, NULL, &table, &error), error);
    }
    free(path);
    free(missing);
    free(locked);
    team_free(made);
}

typedef struct watch {
    int calls;
    int64_t last, total;
    int32_t answer;
    annoproj_session *call_back;
    annoproj_status inner;
} watch;

static int32_t progress(int64_t done, int64_t total, void *user_data) {
    watch *seen = user_data;
    annoproj_table *table = NULL;
    assert_true(done >= seen->last && done <= total);
    seen->calls++;
    seen->last = done;
    seen->total = total;
    if (seen->call_back) {
        seen->inner = annoproj_store_info(seen->call_back, NULL, &table, NULL);
    }
    return seen->answer;
}

static void test_backup_progress_and_cancel(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    team *made = team_new(30000, "", "");
    char *path = scratch_path("watched");
    watch seen = {.call_back = made->host};
    call.progress = progress;
    call.user_data = &seen;
    assert_ok(back_up(made, made->host, path, false, &call, &table, &error), error);
    assert_true(seen.calls > 1);
    assert_int_equal(seen.last, seen.total);
    assert_int_equal(seen.total * 4096, cell(table, "file_bytes"));
    assert_int_equal(seen.inner, ANNOPROJ_STATE); /* a callback may not call back */
    annoproj_table_free(table);
    assert_int_equal(unlink(path), 0);
    seen = (watch){.answer = 1};
    assert_status(ANNOPROJ_CALLBACK, back_up(made, made->host, path, false, &call, &table, &error), error);
    assert_int_equal(seen.calls, 1);
    assert_false(exists_beside(path, ""));
    call.progress = NULL;
    assert_ok(annoproj_cancel_new(&call.cancel, &error), error);
    assert_ok(annoproj_cancel_trigger(call.cancel, &error), error);
    assert_status(ANNOPROJ_CANCELLED, back_up(made, made->host, path, false, &call, &table, &error), error);
    annoproj_cancel_free(call.cancel);
    free(path);
    team_free(made);
}

/* --- compact ------------------------------------------------------------------------------------------------- */

static void test_compact_gives_back_what_was_deleted(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    sqlite3 *db = NULL;
    team *made = team_new(3, "", "");
    /* A table of a megabyte that goes again leaves free pages. */
    assert_int_equal(sqlite3_open(made->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "CREATE TABLE big AS WITH n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 64)"
                                  " SELECT randomblob(16384) AS b FROM n; DROP TABLE big",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    annoproj_table *before = info_of(made->host);
    assert_true(cell(before, "free_bytes") >= 64 * 16384);
    assert_ok(annoproj_store_compact(made->sessions[TEAM_ADMIN], NULL, &table, &error), error);
    assert_true(cell(table, "folded"));
    assert_int_equal(cell(table, "free_bytes"), cell(before, "free_bytes"));
    assert_true(cell(table, "after_bytes") <= cell(table, "before_bytes") - cell(table, "free_bytes"));
    assert_int_equal(cell(table, "after_bytes"), file_size(made->path));
    annoproj_table_free(table);
    table = info_of(made->host);
    assert_int_equal(cell(table, "free_bytes"), 0);
    assert_int_equal(cell(table, "wal_bytes"), 0);
    assert_int_equal(cell(table, "commit_seq"), cell(before, "commit_seq"));
    assert_string_equal(word(table, "uuid"), word(before, "uuid"));
    annoproj_table_free(table);
    annoproj_table_free(before);
    assert_int_equal(team_differences(made), 0);
    assert_false(exists_beside(made->path, "-compact-"));
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0); /* and it goes on */
    assert_ok(annoproj_task_initiate(task, NULL, &error), error);
    annoproj_task_close(task);
    team_free(made);
}

static void test_compact_statuses(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    team *made = team_new(1, "", "");
    assert_status(ANNOPROJ_INVALID, annoproj_store_compact(made->host, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_store_compact(NULL, NULL, &table, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_store_compact(made->sessions[TEAM_MANAGER], NULL, &table, &error),
                  error);
    assert_ok(annoproj_cancel_new(&call.cancel, &error), error);
    assert_ok(annoproj_cancel_trigger(call.cancel, &error), error);
    assert_status(ANNOPROJ_CANCELLED, annoproj_store_compact(made->host, &call, &table, &error), error);
    annoproj_cancel_free(call.cancel);
    assert_null(table);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* --- wait, what one thread can see of it ------------------------------------------------------------------------ */

static void test_wait(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    int64_t now = 0, next = 0;
    team *made = team_new(1, "", "");
    assert_ok(annoproj_store_wait(made->store, 0, NULL, &now, &error), error);
    annoproj_table *table = info_of(made->host);
    assert_int_equal(now, cell(table, "commit_seq"));
    annoproj_table_free(table);
    assert_ok(annoproj_store_wait(made->store, now - 1, NULL, &next, &error), error);
    assert_int_equal(next, now);
    call.timeout_us = 20000;
    assert_status(ANNOPROJ_TIMEOUT, annoproj_store_wait(made->store, now, &call, &next, &error), error);
    assert_int_equal(next, 0);
    assert_ok(annoproj_cancel_new(&call.cancel, &error), error);
    assert_ok(annoproj_cancel_trigger(call.cancel, &error), error);
    assert_status(ANNOPROJ_CANCELLED, annoproj_store_wait(made->store, now, &call, &next, &error), error);
    annoproj_cancel_free(call.cancel);
    assert_status(ANNOPROJ_INVALID, annoproj_store_wait(made->store, -1, NULL, &next, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_store_wait(made->store, 0, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_store_wait(NULL, 0, NULL, &next, &error), error);
    team_free(made);
}

/* --- the store's own events --------------------------------------------------------------------------------------- */

static void test_store_events(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_stream *stream = NULL;
    annoproj_table *table = NULL;
    int64_t user = 0;
    team *made = team_new(2, "", "");
    assert_ok(annoproj_store_events(made->sessions[TEAM_ADMIN], 0, NULL, &stream, &error), error);
    assert_ok(annoproj_user_create(made->host, "later@x.org", "L", ANNOPROJ_ORG_MEMBER, NULL, &user, &error), error);
    assert_ok(annoproj_stream_next(stream, NULL, &table, &error), error);
    int64_t rows = annoproj_table_row_count(table), users = 0;
    for (int64_t row = 0; row < rows; row++) {
        const char *kind = annoproj_table_text(table, row, annoproj_table_column_index(table, "kind"));
        assert_int_equal(annoproj_table_int64(table, row, 0), row + 1);
        assert_null(strstr(kind, "task"));
        users += strcmp(kind, "user_create") == 0;
    }
    assert_int_equal(users, TEAM_SIZE); /* not the one that came later */
    annoproj_table_free(table);
    assert_status(ANNOPROJ_NONE, annoproj_stream_next(stream, NULL, &table, &error), error);
    annoproj_stream_close(stream);
    assert_ok(annoproj_store_events(made->host, rows, NULL, &stream, &error), error);
    assert_ok(annoproj_stream_next(stream, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 1);
    assert_int_equal(annoproj_table_int64(table, 0, annoproj_table_column_index(table, "credited")), user);
    annoproj_table_free(table);
    annoproj_stream_close(stream);
    assert_status(ANNOPROJ_PERMISSION, annoproj_store_events(made->sessions[TEAM_MANAGER], 0, NULL, &stream, &error),
                  error);
    assert_status(ANNOPROJ_INVALID, annoproj_store_events(made->host, -1, NULL, &stream, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_store_events(made->host, 0, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_store_events(NULL, 0, NULL, &stream, &error), error);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_info),
        cmocka_unit_test(test_backup_opens_as_a_store),
        cmocka_unit_test(test_backup_statuses),
        cmocka_unit_test(test_backup_progress_and_cancel),
        cmocka_unit_test(test_compact_gives_back_what_was_deleted),
        cmocka_unit_test(test_compact_statuses),
        cmocka_unit_test(test_wait),
        cmocka_unit_test(test_store_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
