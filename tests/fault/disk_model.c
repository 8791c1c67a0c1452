/* Is the simulated disk of tests/disk one that a power cut would leave? SQLite itself says so: with its safe settings
 * nothing may be lost, and with its unsafe ones, and on a disk that lies about fsync, damage must be found. The table is
 * the one that an earlier, independent simulator gave. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sqlite3.h>

#include "disk.h"

#define COMMITS 120
#define CUTS    400 /* of each mode */

typedef struct mode {
    const char *name, *journal, *synchronous;
    bool garbage, lying;
    bool may_lose, may_break; /* and then some of the cuts must */
} mode;

static const mode modes[] = {
    {"WAL, FULL", "WAL", "FULL", false, false, false, false},
    {"WAL, FULL, garbage in unsynced sectors", "WAL", "FULL", true, false, false, false},
    {"WAL, NORMAL", "WAL", "NORMAL", false, false, true, false},
    {"DELETE, FULL", "DELETE", "FULL", false, false, true, false},
    {"DELETE, EXTRA", "DELETE", "EXTRA", false, false, false, false},
    {"WAL, OFF", "WAL", "OFF", false, false, true, true},
    {"DELETE, OFF", "DELETE", "OFF", false, false, true, true},
    {"WAL, FULL, fsync lies", "WAL", "FULL", false, true, true, true},
};

typedef struct tally {
    int corrupt, partial, lost;
} tally;

static char *folder, *left;

static void run(sqlite3 *db, const char *format, ...) {
    va_list values;
    va_start(values, format);
    char *text = sqlite3_vmprintf(format, values);
    va_end(values);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_free(text);
}

static sqlite3 *enter(const char *in) {
    char path[600];
    sqlite3 *db = NULL;
    snprintf(path, sizeof path, "%s/model.db", in);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    return db;
}

/* Each commit makes two rows of different size, rewrites an older one and counts up. */
static disk_recording *record(const mode *of, size_t acknowledged[COMMITS + 1]) {
    disk_watch(folder);
    disk_record();
    sqlite3 *db = enter(folder);
    run(db, "PRAGMA page_size=1024; PRAGMA journal_mode=%s; PRAGMA synchronous=%s; PRAGMA wal_autocheckpoint=40",
        of->journal, of->synchronous);
    run(db, "BEGIN; CREATE TABLE t(id INTEGER, part INTEGER, pad BLOB, PRIMARY KEY(id, part)) WITHOUT ROWID;"
            "CREATE TABLE counter(n INTEGER); INSERT INTO counter VALUES(0); COMMIT");
    acknowledged[0] = disk_position();
    for (int i = 1; i <= COMMITS; i++) {
        run(db,
            "BEGIN IMMEDIATE; INSERT INTO t VALUES(%d, 0, randomblob(%d));"
            "UPDATE t SET pad = randomblob(200) WHERE id = %d; INSERT INTO t VALUES(%d, 1, randomblob(%d));"
            "UPDATE counter SET n = %d; COMMIT",
            i, (int)random_below(1500), (int)random_below((uint64_t)i), i, (int)random_below(3000), i);
        acknowledged[i] = disk_position();
    }
    disk_recording *made = disk_recording_take();
    disk_unwatch();
    sqlite3_close(db);
    return made;
}

static int64_t ask(sqlite3 *db, const char *text, bool *broken) {
    sqlite3_stmt *statement = NULL;
    int64_t answer = -1;
    if (sqlite3_prepare_v2(db, text, -1, &statement, NULL) != SQLITE_OK || sqlite3_step(statement) != SQLITE_ROW)
        *broken = true;
    else
        answer = sqlite3_column_int64(statement, 0);
    if (sqlite3_finalize(statement) != SQLITE_OK)
        *broken = true;
    return answer;
}

/* What is left, seen after recovery. */
static void judge(int64_t acknowledged, tally *sum) {
    bool broken = false;
    sqlite3 *db = enter(left);
    int64_t sound = ask(db, "SELECT count(*) = 1 AND max(integrity_check) = 'ok' FROM pragma_integrity_check", &broken);
    int64_t known = ask(db, "SELECT count(*) FROM sqlite_schema WHERE name = 't'", &broken);
    if (broken || sound != 1) {
        sum->corrupt++;
    } else if (known == 0) {
        sum->lost += acknowledged >= 0;
    } else {
        int64_t count = ask(db, "SELECT n FROM counter", &broken);
        int64_t whole = ask(db,
                            "SELECT (SELECT count(*) FROM t) = 2 * n AND NOT EXISTS(SELECT 1 FROM t WHERE id > n)"
                            " FROM counter",
                            &broken);
        sum->corrupt += broken;
        sum->partial += !broken && whole != 1;
        sum->lost += !broken && count < acknowledged;
    }
    sqlite3_close(db);
}

static tally cut(const mode *of, const disk_recording *recording, const size_t acknowledged[COMMITS + 1]) {
    tally sum = {0};
    disk_player *player = disk_player_new(recording, of->lying, random_next());
    size_t length = disk_recording_length(recording);
    int64_t done = -1;
    for (size_t i = 0; i < CUTS; i++) {
        size_t position = length * (i + 1) / CUTS - random_below(length / CUTS);
        disk_player_go(player, position);
        while (done < COMMITS && acknowledged[done + 1] <= position)
            done++;
        disk_style style = of->garbage ? DISK_GARBAGE : (disk_style)random_below(DISK_GARBAGE);
        disk_player_cut(player, style, random_next(), left);
        judge(done, &sum);
    }
    disk_player_free(player);
    return sum;
}

static void test_the_table(void **state) {
    size_t acknowledged[COMMITS + 1];
    (void)state;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        const mode *of = &modes[i];
        char name[32];
        snprintf(name, sizeof name, "disk%zu", i);
        folder = scratch_path(name);
        assert_int_equal(mkdir(folder, 0700), 0);
        disk_recording *recording = record(of, acknowledged);
        tally sum = cut(of, recording, acknowledged);
        print_message("%-40s %d cuts: %d corrupt, %d partial, %d lost acknowledged\n", of->name, CUTS, sum.corrupt,
                      sum.partial, sum.lost);
        disk_recording_free(recording);
        free(folder);
        if (of->may_break)
            assert_true(sum.corrupt > 0);
        else
            assert_int_equal(sum.corrupt + sum.partial, 0);
        if (of->may_lose)
            assert_true(sum.lost > 0);
        else
            assert_int_equal(sum.lost, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_the_table)};
    random_next();
    scratch_in_memory();
    left = scratch_path("left");
    if (mkdir(left, 0700) != 0)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(left);
    return failed;
}
