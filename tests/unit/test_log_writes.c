/* The log's writes in large pieces: what is committed is in the file, seen by connections that know nothing of it, and after a
 * crash; what is not is not; fewer calls; and a disk that is full. The oracle is a twin in memory that runs the same statements. */
#include "support.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log_writes.h"

static char path[600], copy[620];

static void name_files(void) {
    static int number;
    char name[40];
    snprintf(name, sizeof name, "pieces-%d.db", number++);
    char *made = scratch_path(name);
    snprintf(path, sizeof path, "%s", made);
    snprintf(copy, sizeof copy, "%s.copy", made);
    free(made);
}

static int run(sqlite3 *on, const char *text) {
    return sqlite3_exec(on, text, NULL, NULL, NULL);
}

static void must(sqlite3 *on, const char *text) {
    if (run(on, text) != SQLITE_OK)
        fail_msg("%s: %s", text, sqlite3_errmsg(on));
}

static sqlite3 *open_with(const char *name, const char *vfs) {
    sqlite3 *made = NULL;
    assert_int_equal(sqlite3_open_v2(name, &made, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs), SQLITE_OK);
    sqlite3_wal_autocheckpoint(made, 0);
    sqlite3_db_config(made, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return made;
}

#define TABLE "CREATE TABLE t(id INTEGER PRIMARY KEY, mark INTEGER, data BLOB); CREATE INDEX by_mark ON t(mark)"

/* A cache of a few pages, so that transactions write to the log before they end, and read there what they wrote. */
static sqlite3 *open_writer(bool durable) {
    assert_non_null(log_writes_vfs());
    sqlite3 *made = open_with(path, log_writes_vfs());
    must(made, "PRAGMA page_size = 1024; PRAGMA journal_mode = WAL; PRAGMA cache_size = 8; PRAGMA cache_spill = 1");
    must(made, durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
    must(made, TABLE);
    return made;
}

static int64_t value_of(sqlite3 *on, const char *text) {
    sqlite3_stmt *ask = NULL;
    assert_int_equal(sqlite3_prepare_v2(on, text, -1, &ask, NULL), SQLITE_OK);
    int step = sqlite3_step(ask);
    if (step != SQLITE_ROW)
        fail_msg("%s: %s", text, sqlite3_errmsg(on));
    int64_t value = sqlite3_column_int64(ask, 0);
    sqlite3_finalize(ask);
    return value;
}

static int64_t digest(sqlite3 *on) {
    return value_of(on,
                    "SELECT coalesce(sum((id * 31 + mark) * (length(data) + 1) % 1000003 + (SELECT count(*) FROM t b"
                    " WHERE b.mark = t.mark)), 0) + 1000000007 * count(*) FROM t");
}

/* What is found by who opens the files as they are now. */
static int64_t digest_after_a_crash(void) {
    static const char *const suffixes[] = {"", "-wal"};
    char from[700], to[700];
    for (int i = 0; i < 2; i++) {
        size_t length;
        snprintf(from, sizeof from, "%s%s", path, suffixes[i]);
        snprintf(to, sizeof to, "%s%s", copy, suffixes[i]);
        char *bytes = read_whole_file(from, &length);
        write_whole_file(to, bytes, length);
        free(bytes);
    }
    sqlite3 *found = open_with(copy, NULL);
    int64_t answer = digest(found);
    sqlite3_stmt *check = NULL;
    assert_int_equal(sqlite3_prepare_v2(found, "PRAGMA integrity_check", -1, &check, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(check), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(check, 0), "ok");
    sqlite3_finalize(check);
    sqlite3_close(found);
    for (int i = 0; i < 3; i++) {
        snprintf(to, sizeof to, "%s%s", copy, i == 2 ? "-shm" : suffixes[i]);
        unlink(to);
    }
    return answer;
}

/* False when the first fails as log_writes.c wants it to, sooner than lose a commit; then both are where they were before. */
static bool on_both(sqlite3 *one, sqlite3 *twin, const char *text) {
    int code = run(one, text);
    if (code == SQLITE_OK) {
        must(twin, text);
        return true;
    }
    if (code != SQLITE_IOERR)
        fail_msg("%s: %s", text, sqlite3_errmsg(one));
    run(one, "ROLLBACK"); /* SQLite may have done so */
    log_writes_forget(one);
    must(twin, "ROLLBACK");
    return false;
}

static bool change_something(sqlite3 *one, sqlite3 *twin) {
    char text[200];
    long long id = (long long)random_below(200), mark = (long long)random_below(50),
              size = (long long)random_below(3000);
    switch (random_below(4)) {
    case 0: snprintf(text, sizeof text, "DELETE FROM t WHERE id = %lld", id); break;
    case 1: snprintf(text, sizeof text, "UPDATE t SET mark = %lld WHERE id %% 7 = %lld", mark, id % 7); break;
    default: snprintf(text, sizeof text, "INSERT OR REPLACE INTO t VALUES(%lld, %lld, zeroblob(%lld))", id, mark, size);
    }
    return on_both(one, twin, text);
}

/* Some changes, parts of which are taken back, and the end; whether it went well. */
static bool one_transaction(sqlite3 *one, sqlite3 *twin, bool look, int64_t before) {
    bool well = on_both(one, twin, "BEGIN");
    for (int parts = 1 + (int)random_below(4); parts > 0 && well; parts--) {
        well = on_both(one, twin, "SAVEPOINT part");
        for (int i = (int)random_below(40); i >= 0 && well; i--)
            well = change_something(one, twin);
        if (well && random_below(3) == 0)
            well = on_both(one, twin, "ROLLBACK TO part");
        well = well && on_both(one, twin, "RELEASE part");
        if (look)
            assert_int_equal(digest_after_a_crash(), before);
    }
    const bool back = random_below(4) == 0;
    well = well && on_both(one, twin, back ? "ROLLBACK" : "COMMIT");
    if (back)
        log_writes_forget(one);
    return well;
}

static void test_against_a_twin(void **unused) {
    (void)unused;
    for (int durable = 0; durable < 2; durable++) {
        name_files();
        sqlite3 *one = open_writer(durable != 0), *twin = open_with(":memory:", NULL), *other = open_with(path, NULL);
        must(twin, TABLE);
        int well = 0;
        for (int i = 0; i < 100; i++) {
            bool look = random_below(10) == 0;
            int64_t before = digest(twin);
            well += one_transaction(one, twin, look, before);
            assert_int_equal(digest(one), digest(twin));
            assert_int_equal(digest(other), digest(twin));
            if (look)
                assert_int_equal(digest_after_a_crash(), digest(twin));
            if (random_below(12) == 0)
                assert_int_equal(sqlite3_wal_checkpoint_v2(one, NULL, (int)random_below(4), NULL, NULL), SQLITE_OK);
        }
        assert_in_range(well, 50, 100);
        sqlite3_close(other);
        sqlite3_close(one);
        assert_int_equal(digest_after_a_crash(), digest(twin));
        sqlite3_close(twin);
    }
}

/* --- the system's calls ------------------------------------------------------------------------------------------- */

static ssize_t (*true_write)(int, const void *, size_t, off_t);
static int calls;
static off_t room = INT64_MAX; /* of a file */

static ssize_t counted_write(int file, const void *data, size_t length, off_t offset) {
    calls++;
    if (offset + (off_t)length > room) {
        errno = ENOSPC;
        return -1;
    }
    return true_write(file, data, length, offset);
}

/* SQLite has one of the two, as it was built. */
static bool hook_calls(bool on) {
    static const char *const names[] = {"pwrite64", "pwrite"};
    sqlite3_vfs *system = sqlite3_vfs_find("unix");
    calls = 0;
    for (int i = 0; i < 2; i++) {
        sqlite3_syscall_ptr now = system->xGetSystemCall(system, names[i]);
        if (now == NULL)
            continue;
        if (on)
            true_write = (ssize_t(*)(int, const void *, size_t, off_t))now;
        assert_int_equal(system->xSetSystemCall(system, names[i], on ? (sqlite3_syscall_ptr)counted_write : NULL),
                         SQLITE_OK);
        return true;
    }
    return false;
}

#define MANY                                                                                                           \
    "INSERT INTO t(mark, data) SELECT value, zeroblob(900) FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL"       \
    " SELECT value + 1 FROM n WHERE value < 300) SELECT value FROM n)"

static void test_few_calls(void **unused) {
    (void)unused;
    name_files();
    sqlite3 *one = open_writer(true), *other = open_with(path, NULL);
    must(one, "PRAGMA cache_size = 1000");
    if (!hook_calls(true))
        skip();
    must(one, MANY);
    const int needed = calls;
    hook_calls(false);
    assert_int_equal(value_of(other, "SELECT count(*) FROM t"), 300);
    assert_in_range(needed, 2, 10); /* of 300 pages */
    sqlite3_close(other);
    sqlite3_close(one);
}

/* There is no room for what a transaction writes: it is not committed, whenever that comes out, and once it was taken back
 * there is room for a smaller one. */
static void test_a_full_disk(void **unused) {
    (void)unused;
    for (off_t limit = 20000; limit < 300000; limit += 40000) {
        name_files();
        sqlite3 *one = open_writer(true), *other = open_with(path, NULL);
        must(one, "INSERT INTO t VALUES(1, 1, NULL)");
        const int64_t before = digest(other);
        if (!hook_calls(true))
            skip();
        room = limit;
        must(one, "BEGIN");
        int code = run(one, MANY);
        code = code == SQLITE_OK ? run(one, "COMMIT") : code;
        assert_int_equal(code, SQLITE_FULL);
        run(one, "ROLLBACK"); /* SQLite may have done so */
        log_writes_forget(one);
        must(one, "UPDATE t SET mark = mark");
        room = INT64_MAX;
        assert_int_equal(digest(other), before);
        assert_int_equal(digest_after_a_crash(), before);
        room = limit;
        must(one, "UPDATE t SET mark = 7");
        room = INT64_MAX;
        hook_calls(false);
        assert_int_equal(value_of(other, "SELECT mark FROM t"), 7);
        assert_int_equal(digest_after_a_crash(), digest(other));
        sqlite3_close(other);
        sqlite3_close(one);
    }
}

/* The second frame's page is written again, then a frame before it, as behind a savepoint that was taken back. */
static int write_behind_a_replaced_page(bool with_sums) {
    enum { HEADER = 24, PAGE = 1024, FIRST = 32, SECOND = FIRST + HEADER + PAGE };
    uint8_t header[HEADER] = {0, 0, 0, 1}, page[PAGE] = {0};
    sqlite3_vfs *vfs = sqlite3_vfs_find(log_writes_vfs());
    sqlite3_file *log = calloc(1, (size_t)vfs->szOsFile);
    char name[700];
    assert_non_null(log);
    name_files();
    write_whole_file(path, "", 0); /* whose log it is: they have the same mode */
    snprintf(name, sizeof name, "%s-wal", path);
    const int flags = SQLITE_OPEN_WAL | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    assert_int_equal(vfs->xOpen(vfs, name, log, flags, NULL), SQLITE_OK);
    header[HEADER - 1] = 7; /* both have their checksums */
    for (int at = FIRST; at <= SECOND; at += HEADER + PAGE) {
        assert_int_equal(log->pMethods->xWrite(log, header, HEADER, at), SQLITE_OK);
        assert_int_equal(log->pMethods->xWrite(log, page, PAGE, at + HEADER), SQLITE_OK);
    }
    assert_int_equal(log->pMethods->xWrite(log, page, PAGE, SECOND + HEADER), SQLITE_OK);
    header[HEADER - 1] = with_sums ? 7 : 0;
    const int code = log->pMethods->xWrite(log, header, HEADER, FIRST);
    assert_int_equal(log->pMethods->xClose(log), SQLITE_OK);
    free(log);
    return code;
}

/* An SQLite that forgets what is to be computed writes frames without checksums; one that does not, with them. */
static void test_frames_that_would_be_lost(void **unused) {
    (void)unused;
    assert_int_equal(write_behind_a_replaced_page(false), SQLITE_IOERR_WRITE);
    assert_int_equal(write_behind_a_replaced_page(true), SQLITE_OK);
}

int main(void) {
    scratch_in_memory();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_a_twin),
        cmocka_unit_test(test_few_calls),
        cmocka_unit_test(test_a_full_disk),
        cmocka_unit_test(test_frames_that_would_be_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
