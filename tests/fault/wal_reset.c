/* The WAL-reset bug of SQLite 3.7.0 to 3.51.2, on the system's library and real files: a checkpoint that has read the
 * log's header sleeps while a writer restarts the log; it then takes the new log for one it has copied, and rows that were
 * acknowledged are gone. The schedule is placed by one hooked method of the checkpointing connection, so it happens every
 * time. First it is shown that the schedule loses rows, so that the second test can fail; then that the write lock
 * prevents it; then that the store never writes or checkpoints without the lock. */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sqlite3.h>

#include "failure.h"
#include "store_state.h"

#define ROWS_BEFORE 30
#define ROWS_AFTER  5
#define ROWS        (ROWS_BEFORE + 1 + ROWS_AFTER)

/* --- hooking one method of one open file ------------------------------------------------------------------ */

static sqlite3_io_methods hooked;
static const sqlite3_io_methods *original;
static void (*pause_hook)(void);
static void (*lock_hook)(int offset, int count, int flags);

static int hooked_unfetch(sqlite3_file *file, sqlite3_int64 offset, void *page) {
    void (*now)(void) = pause_hook;
    pause_hook = NULL;
    if (now != NULL) {
        now();
    }
    return original->xUnfetch(file, offset, page);
}

static int hooked_lock(sqlite3_file *file, int offset, int count, int flags) {
    int answer = original->xShmLock(file, offset, count, flags);
    if (answer == SQLITE_OK && lock_hook != NULL) {
        lock_hook(offset, count, flags);
    }
    return answer;
}

static void hook(sqlite3 *db) {
    sqlite3_file *file = NULL;
    assert_int_equal(sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file), SQLITE_OK);
    if (file->pMethods == &hooked) {
        return;
    }
    original = file->pMethods;
    hooked = *original;
    hooked.xUnfetch = hooked_unfetch;
    hooked.xShmLock = hooked_lock;
    file->pMethods = &hooked;
}

/* --- the schedule ------------------------------------------------------------------------------------------- */

static sqlite3 *writer_db;
static int inserted;
static bool with_lock, turned_away;
static write_lock *writer_lock, *checkpoint_lock;

static sqlite3 *plain_open(const char *path) {
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0", NULL, NULL, NULL),
                     SQLITE_OK);
    return db;
}

static void insert_row(void) {
    assert_int_equal(sqlite3_exec(writer_db, "INSERT INTO t(pad) VALUES(zeroblob(10))", NULL, NULL, NULL), SQLITE_OK);
    inserted++;
}

/* What a writer does while the checkpoint sleeps. */
static void write_meanwhile(void) {
    if (with_lock) {
        bounds past = {.until_us = monotonic_us() - 1};
        if (write_lock_take(writer_lock, &past, NULL) != ANNOPROJ_OK) {
            turned_away = true;
            return;
        }
    }
    insert_row();
    if (with_lock) {
        write_lock_leave(writer_lock);
    }
}

static void write_later(void) {
    if (with_lock) {
        assert_int_equal(write_lock_take(writer_lock, NULL, NULL), ANNOPROJ_OK);
    }
    insert_row();
    if (with_lock) {
        write_lock_leave(writer_lock);
    }
}

static void checkpoint(sqlite3 *db) {
    if (with_lock) {
        assert_int_equal(write_lock_take(checkpoint_lock, NULL, NULL), ANNOPROJ_OK);
    }
    assert_int_equal(sqlite3_wal_checkpoint_v2(db, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL), SQLITE_OK);
    if (with_lock) {
        write_lock_leave(checkpoint_lock);
    }
}

static int count_after_reopening(const char *path) {
    sqlite3_stmt *ask = NULL;
    sqlite3 *db = plain_open(path);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM t", -1, &ask, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(ask), SQLITE_ROW);
    int rows = sqlite3_column_int(ask, 0);
    sqlite3_finalize(ask);
    sqlite3_close(db);
    return rows;
}

/* Rows that are there at the end, of the ROWS that were acknowledged. */
static int run_schedule(const char *name, bool locked) {
    char *path = scratch_path(name), side[600];
    with_lock = locked;
    turned_away = false;
    inserted = 0;
    snprintf(side, sizeof side, "%s-lock", path);
    assert_int_equal(write_lock_open(side, 0600, &writer_lock, NULL), ANNOPROJ_OK);
    assert_int_equal(write_lock_open(side, 0600, &checkpoint_lock, NULL), ANNOPROJ_OK);
    writer_db = plain_open(path);
    assert_int_equal(sqlite3_exec(writer_db, "CREATE TABLE t(id INTEGER PRIMARY KEY, pad BLOB)", NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3 *first = plain_open(path), *second = plain_open(path);
    for (int i = 0; i < ROWS_BEFORE; i++) {
        write_later();
    }
    checkpoint(first); /* everything is copied: the next writer may restart the log */
    hook(second);
    pause_hook = write_meanwhile;
    checkpoint(second);      /* reads the header, sleeps, goes on */
    assert_null(pause_hook); /* the schedule took place */
    if (turned_away) {
        write_later();
    }
    for (int i = 0; i < ROWS_AFTER; i++) {
        write_later();
    }
    assert_int_equal(inserted, ROWS);
    sqlite3_close(second);
    sqlite3_close(first);
    sqlite3_close(writer_db);
    write_lock_close(writer_lock);
    write_lock_close(checkpoint_lock);
    int rows = count_after_reopening(path);
    free(path);
    return rows;
}

static bool library_has_the_bug(void) {
    int version = sqlite3_libversion_number();
    bool fixed = version >= 3051003 || (version >= 3050007 && version < 3051000) ||
                 (version >= 3044006 && version < 3045000);
    return !fixed;
}

static void test_without_the_lock_rows_are_lost(void **unused) {
    (void)unused;
    int rows = run_schedule("without.db", false);
    print_message("SQLite %s, without the lock: %d of %d acknowledged rows are left\n", sqlite3_libversion(), rows,
                  ROWS);
    if (library_has_the_bug()) {
        assert_true(rows < ROWS);
    } else {
        assert_int_equal(rows, ROWS);
    }
}

static void test_with_the_lock_none_is_lost(void **unused) {
    (void)unused;
    assert_int_equal(run_schedule("with.db", true), ROWS);
    assert_true(turned_away);
}

/* --- the store keeps to it ------------------------------------------------------------------------------------ */

#define WRITER_BYTE     0 /* SQLite's lock of a writer, its lock of a checkpoint */
#define CHECKPOINT_BYTE 1

static int side_descriptor;
static int writes, checkpoints, unprotected;

/* SQLite has just become writer or checkpointer: does somebody hold the second byte of the side file? */
static void must_be_protected(int offset, int count, int flags) {
    if ((flags & (SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE)) != (SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE) ||
        offset > CHECKPOINT_BYTE || count < 1) {
        return;
    }
    writes += offset == WRITER_BYTE;
    checkpoints += offset == CHECKPOINT_BYTE;
    struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 1, .l_len = 1};
    unprotected += fcntl(side_descriptor, F_OFD_GETLK, &range) != 0 || range.l_type == F_UNLCK;
}

static annoproj_status fill(writer *work, void *argument, annoproj_error **error) {
    statement *one = sql(work->database, "INSERT INTO request(actor, key, operation, argument_hash, result, created_us)"
                                         " VALUES(?1, 'k', 0, 0, zeroblob(400000), 0)");
    bind_int64(one, *(int *)argument);
    return sql_run(one, error);
}

static void test_the_store_writes_and_checkpoints_under_the_lock(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    bounds call = {.until_us = INT64_MAX};
    char *path = scratch_path("invariant.annoproj"), side[600];
    store *of = NULL;
    assert_ok(store_open(path, true, &options, &call, &of, &error), error);
    snprintf(side, sizeof side, "%s-lock", path);
    side_descriptor = open(side, O_RDWR | O_CLOEXEC);
    assert_true(side_descriptor >= 0);
    hook(of->state->writer->handle);
    lock_hook = must_be_protected;
    for (int i = 0; i < 60; i++) { /* 24 MB through a log that is copied at 4 MiB */
        assert_ok(store_write(of, &call, fill, &i, &error), error);
    }
    assert_true(writes >= 60);
    assert_true(checkpoints >= 3);
    int before = checkpoints;
    assert_ok(store_shut(of, &call, &error), error);
    assert_true(checkpoints > before); /* the folding close */
    assert_int_equal(unprotected, 0);
    lock_hook = NULL;
    close(side_descriptor);
    body_release(&of->body);
    free(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_the_lock_rows_are_lost),
        cmocka_unit_test(test_with_the_lock_none_is_lost),
        cmocka_unit_test(test_the_store_writes_and_checkpoints_under_the_lock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
