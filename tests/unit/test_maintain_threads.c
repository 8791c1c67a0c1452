/* Looking after a store while others work on it: waits that other threads and processes end, backup and compaction among
 * writers and readers. */
#include "store_support.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <sqlite3.h>

#include "store_state.h"

#define WRITERS   3
#define ROUNDS    6
#define MANY_ROWS 8000

static char *path;
static store *of;

static int set_up(void **unused) {
    (void)unused;
    static int number;
    char name[40];
    snprintf(name, sizeof name, "maintain-%d.annoproj", number++);
    path = scratch_path(name);
    of = make_test_store(path);
    return 0;
}

static int tear_down(void **unused) {
    (void)unused;
    if (of != NULL) {
        close_test_store(of);
    }
    free(path);
    return 0;
}

static int64_t commits(void) {
    return ask_value(of, "SELECT commit_seq FROM store_state");
}

/* --- waiting -------------------------------------------------------------------------------------------------- */

typedef struct waiting {
    pthread_t thread;
    int64_t seen, commit_seq;
    annoproj_status status;
} waiting;

static void *wait_main(void *argument) {
    waiting *me = argument;
    bounds call = no_bounds();
    me->status = store_wait(of, me->seen, &call, &me->commit_seq, NULL);
    return NULL;
}

static void test_a_thread_is_woken(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    bounds call = no_bounds();
    waiting all[4];
    int64_t before = commits();
    for (int i = 0; i < 4; i++) {
        all[i] = (waiting){.seen = before + i}; /* the last needs four commits */
        assert_int_equal(pthread_create(&all[i].thread, NULL, wait_main, &all[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        insert one = {.actor = i + 1, .key = "k"};
        assert_ok(store_write(of, &call, insert_body, &one, &error), error);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(all[i].thread, NULL);
        assert_int_equal(all[i].status, ANNOPROJ_OK);
        assert_true(all[i].commit_seq > before + i && all[i].commit_seq <= before + 4);
    }
}

/* A close does not wait for those who wait, and ends their waiting. */
static void test_a_close_ends_the_wait(void **unused) {
    (void)unused;
    waiting one = {.seen = commits() + 1000};
    assert_int_equal(pthread_create(&one.thread, NULL, wait_main, &one), 0);
    annoproj_error *error = NULL;
    bounds call = no_bounds();
    assert_ok(store_shut(of, &call, &error), error);
    pthread_join(one.thread, NULL);
    assert_int_equal(one.status, ANNOPROJ_STATE);
    assert_int_equal(one.commit_seq, 0);
    body_release(&of->body);
    of = NULL;
}

/* A process of its own: forked before the store was opened. */
static void test_another_process_commits(void **unused) {
    (void)unused;
    int go[2], status = -1;
    char byte = 0;
    close_test_store(of);
    assert_int_equal(pipe(go), 0);
    pid_t child = fork();
    if (child == 0) {
        bounds call = no_bounds();
        annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
        insert one = {.actor = 9, .key = "k"};
        store *own = NULL;
        bool well = read(go[0], &byte, 1) == 1 && store_open(path, false, &options, &call, &own, NULL) == ANNOPROJ_OK &&
                    store_write(own, &call, insert_body, &one, NULL) == ANNOPROJ_OK &&
                    store_shut(own, &call, NULL) == ANNOPROJ_OK;
        _exit(!well);
    }
    of = open_test_store(path);
    annoproj_error *error = NULL;
    bounds call = no_bounds();
    int64_t before = commits(), after = 0;
    assert_int_equal(write(go[1], &byte, 1), 1);
    assert_ok(store_wait(of, before, &call, &after, &error), error);
    assert_int_equal(after, before + 1);
    assert_int_equal(count_rows(of, 9), 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* Writes pages to the log and takes them back, as a compaction that is cancelled. */
static annoproj_status give_up(struct store_state *state, const bounds *call, void *unused, annoproj_error **error) {
    static const char many[] = "PRAGMA cache_size = 8; BEGIN IMMEDIATE; CREATE TABLE junk(data);"
                               "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)"
                               " INSERT INTO junk SELECT randomblob(4000) FROM n; ROLLBACK";
    (void)call;
    (void)unused;
    assert_int_equal(sqlite3_exec(state->writer->handle, many, NULL, NULL, NULL), SQLITE_OK);
    return fail(error, ANNOPROJ_CANCELLED, "given up");
}

/* So many rows that each page of them is in the log once. */
static annoproj_status many_rows_body(writer *work, void *argument, annoproj_error **error) {
    insert *one = argument;
    annoproj_status status = ANNOPROJ_OK;
    for (int i = 0; i < MANY_ROWS && status == ANNOPROJ_OK; i++) {
        char key[20];
        snprintf(key, sizeof key, "key %d", i);
        one->key = key;
        status = insert_body(work, one, error);
    }
    return status;
}

/* What a call had written of a change that it took back never lands on what another process has committed there since. */
static void test_what_is_taken_back_stays_away(void **unused) {
    (void)unused;
    int go[2], status = -1;
    char byte = 0;
    close_test_store(of);
    assert_int_equal(pipe(go), 0);
    pid_t child = fork();
    if (child == 0) {
        bounds call = no_bounds();
        annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
        insert one = {.actor = 9};
        store *own = NULL;
        bool well = read(go[0], &byte, 1) == 1 && store_open(path, false, &options, &call, &own, NULL) == ANNOPROJ_OK &&
                    store_write(own, &call, many_rows_body, &one, NULL) == ANNOPROJ_OK;
        _exit(!well); /* its log stays */
    }
    of = open_test_store(path);
    annoproj_error *error = NULL;
    bounds call = no_bounds();
    assert_status(ANNOPROJ_CANCELLED, write_alone(of, &call, give_up, NULL, &error), error);
    assert_int_equal(write(go[1], &byte, 1), 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    close_test_store(of); /* folds the log */
    of = open_test_store(path);
    assert_int_equal(count_rows(of, 9), MANY_ROWS);
    assert_int_equal(ask_value(of, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
}

/* --- writers and readers meanwhile -------------------------------------------------------------------------------- */

typedef struct crowd {
    pthread_t threads[WRITERS + 1];
    bool stop;        /* atomic */
    int64_t written;  /* acknowledged pairs; atomic */
    int64_t failures; /* atomic */
} crowd;

typedef struct pair {
    int64_t number;
} pair;

/* Two rows: a copy has both or none. */
static annoproj_status pair_body(writer *work, void *argument, annoproj_error **error) {
    static const char *const keys[] = {"left", "right"};
    annoproj_status status = ANNOPROJ_OK;
    for (int i = 0; i < 2 && status == ANNOPROJ_OK; i++) {
        statement *one = sql(work->database,
                             "INSERT INTO request(actor, key, operation, argument_hash, result, created_us)"
                             " VALUES(?1, ?2, 0, 0, zeroblob(3000), 0)");
        bind_int64(one, ((pair *)argument)->number);
        bind_text(one, keys[i]);
        status = sql_run(one, error);
    }
    return status;
}

static void *write_main(void *argument) {
    crowd *all = argument;
    static int64_t numbers;
    while (!__atomic_load_n(&all->stop, __ATOMIC_ACQUIRE)) {
        bounds call = no_bounds();
        pair one = {__atomic_add_fetch(&numbers, 1, __ATOMIC_RELAXED)};
        if (store_write(of, &call, pair_body, &one, NULL) == ANNOPROJ_OK) {
            __atomic_add_fetch(&all->written, 1, __ATOMIC_ACQ_REL);
        } else {
            __atomic_add_fetch(&all->failures, 1, __ATOMIC_RELAXED);
        }
    }
    return NULL;
}

static void *read_main(void *argument) {
    crowd *all = argument;
    while (!__atomic_load_n(&all->stop, __ATOMIC_ACQUIRE)) {
        bounds call = no_bounds();
        reader from;
        if (store_read_begin(of, &call, &from, NULL) == ANNOPROJ_OK) {
            statement *ask = sql(from.database, "SELECT count(*) FROM request");
            int64_t count = sql_row(ask) ? column_int64(ask, 0) : 1;
            bool well = sql_end(ask, NULL) == ANNOPROJ_OK && count % 2 == 0;
            __atomic_add_fetch(&all->failures, !well, __ATOMIC_RELAXED);
            store_read_end(&from);
        }
    }
    return NULL;
}

static void crowd_start(crowd *all) {
    *all = (crowd){.stop = false};
    for (int i = 0; i <= WRITERS; i++) {
        assert_int_equal(pthread_create(&all->threads[i], NULL, i < WRITERS ? write_main : read_main, all), 0);
    }
}

static void crowd_end(crowd *all) {
    __atomic_store_n(&all->stop, true, __ATOMIC_RELEASE);
    for (int i = 0; i <= WRITERS; i++) {
        pthread_join(all->threads[i], NULL);
    }
    assert_int_equal(all->failures, 0);
}

static int64_t ask_file(const char *file, const char *text) {
    sqlite3 *db = NULL;
    sqlite3_stmt *ask = NULL;
    assert_int_equal(sqlite3_open_v2(file, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &ask, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(ask), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(ask, 0);
    sqlite3_finalize(ask);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return value;
}

static void test_backup_among_writers(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    crowd all;
    char copy[600];
    snprintf(copy, sizeof copy, "%s.copy", path);
    crowd_start(&all);
    for (int i = 0; i < ROUNDS; i++) {
        bounds call = no_bounds();
        reader from;
        backup_facts made;
        int64_t written = __atomic_load_n(&all.written, __ATOMIC_ACQUIRE), least = commits();
        assert_ok(store_read_begin(of, &call, &from, &error), error);
        assert_ok(store_backup(&from, copy, i > 0, &made, &error), error);
        store_read_end(&from);
        release(made.path);
        assert_true(made.commit_seq >= least);
        assert_int_equal(ask_file(copy, "SELECT commit_seq FROM store_state"), made.commit_seq);
        int64_t rows = ask_file(copy, "SELECT count(*) FROM request");
        assert_true(rows >= 2 * written); /* everything acknowledged before */
        assert_int_equal(
            ask_file(copy, "SELECT count(*) FROM (SELECT actor FROM request GROUP BY actor HAVING count(*) <> 2)"), 0);
    }
    crowd_end(&all);
    assert_int_equal(count_rows(of, -1), 2 * all.written);
}

static void test_compaction_among_writers(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    crowd all;
    crowd_start(&all);
    for (int i = 0; i < ROUNDS; i++) {
        bounds call = no_bounds();
        compact_facts made;
        assert_ok(store_compact(of, &call, &made, &error), error);
        assert_true(made.after_bytes > 0 && made.after_bytes <= made.before_bytes);
    }
    crowd_end(&all);
    assert_int_equal(count_rows(of, -1), 2 * all.written);
    close_test_store(of);
    of = NULL;
    assert_int_equal(ask_file(path, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
    assert_int_equal(ask_file(path, "SELECT count(*) FROM request"), 2 * all.written);
}

/* A snapshot that is held keeps its rows over a compaction; the file shrinks afterwards. */
static void test_compaction_under_a_snapshot(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    bounds call = no_bounds();
    reader from;
    compact_facts made;
    insert one = {.actor = 1, .key = "before"}, two = {.actor = 2, .key = "after"};
    assert_ok(store_write(of, &call, insert_body, &one, &error), error);
    assert_ok(store_read_begin(of, &call, &from, &error), error);
    assert_ok(store_compact(of, &call, &made, &error), error);
    assert_false(made.folded);
    assert_ok(store_write(of, &call, insert_body, &two, &error), error);
    statement *ask = sql(from.database, "SELECT count(*) FROM request");
    assert_true(sql_row(ask));
    assert_int_equal(column_int64(ask, 0), 1);
    assert_ok(sql_end(ask, &error), error);
    store_read_end(&from);
    assert_ok(store_compact(of, &call, &made, &error), error);
    assert_true(made.folded);
    assert_int_equal(count_rows(of, -1), 2);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_STORE(test_another_process_commits),     WITH_STORE(test_what_is_taken_back_stays_away),
        WITH_STORE(test_a_thread_is_woken),           WITH_STORE(test_a_close_ends_the_wait),
        WITH_STORE(test_backup_among_writers),        WITH_STORE(test_compaction_among_writers),
        WITH_STORE(test_compaction_under_a_snapshot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
