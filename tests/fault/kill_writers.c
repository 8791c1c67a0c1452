/* kill -9. Several processes write to one store and note what was acknowledged; all are killed at a random moment, again and
 * again on the same store. Then: nobody holds the lock, the log is read, all that was acknowledged is there, once, and the
 * full check finds nothing. The writers are this program run again. KILLS=n sets how often. */
#include "workload_support.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <sqlite3.h>

#define WRITERS 4
#ifdef __SANITIZE_THREAD__
#define KILLS_USUALLY 5
#else
#define KILLS_USUALLY 40
#endif
#define LONGEST_US 120000 /* before a kill */

/* What a writer acknowledges: user `user` was made, the first of the process being number `first`. */
typedef struct note {
    int64_t writer, number, user;
} note;

static void email_of(int64_t writer, int64_t number, char out[64]) {
    snprintf(out, 64, "w%" PRId64 "-%" PRId64 "@x.org", writer, number);
}

/* --- a writer: PATH WRITER FIRST FD ----------------------------------------------------------------------------- */

static bool good(annoproj_status status, annoproj_error *error) {
    if (status != ANNOPROJ_OK)
        fprintf(stderr, "writer: %s: %s\n", annoproj_status_name(status), annoproj_error_message(error));
    annoproj_error_free(error);
    return status == ANNOPROJ_OK;
}

/* Makes users and works on tasks until it is killed. */
static int write_until_killed(char **arguments) {
    annoproj_store *store = NULL;
    annoproj_session *host = NULL;
    annoproj_project *project = NULL;
    annoproj_error *error = NULL;
    int out = (int)strtol(arguments[5], NULL, 10);
    note made = {.writer = strtoll(arguments[3], NULL, 10), .number = strtoll(arguments[4], NULL, 10)};
    if (!good(annoproj_store_open(arguments[2], NULL, NULL, &store, &error), error) ||
        !good(annoproj_session_open(store, 0, NULL, NULL, &host, &error), error) ||
        !good(annoproj_project_open(host, 1, NULL, &project, &error), error))
        return 1;
    for (;; made.number++) {
        annoproj_task *task = NULL;
        char email[64];
        email_of(made.writer, made.number, email);
        error = NULL;
        if (!good(annoproj_user_create(host, email, "Made", ANNOPROJ_ORG_MEMBER, NULL, &made.user, &error), error) ||
            write(out, &made, sizeof made) != (ssize_t)sizeof made)
            return 1;
        int64_t id = (INT64_C(1) << 32) + 1 + (made.number * WRITERS + made.writer) % WORLD_TASKS;
        if (annoproj_task_open(project, id, NULL, &task, NULL) == ANNOPROJ_OK &&
            !good(annoproj_task_set_priority(task, (int32_t)(made.number % 100), NULL, &error), error))
            return 1;
        annoproj_task_close(task);
    }
}

static pid_t start(const char *path, int64_t writer, int64_t first, int out) {
    char writer_text[24], first_text[24], out_text[24];
    snprintf(writer_text, sizeof writer_text, "%" PRId64, writer);
    snprintf(first_text, sizeof first_text, "%" PRId64, first);
    snprintf(out_text, sizeof out_text, "%d", out);
    pid_t child = fork();
    if (child == 0) {
        execl("/proc/self/exe", "kill_writers", "--write", path, writer_text, first_text, out_text, (char *)NULL);
        _exit(127);
    }
    return child;
}

/* --- the test ------------------------------------------------------------------------------------------------------ */

typedef struct journal {
    int64_t acknowledged;
    int64_t next[WRITERS]; /* first number that was not acknowledged */
    sqlite3 *seen;         /* number of a user by e-mail: a database in memory */
} journal;

static void keep(journal *of, const note *made) {
    char *text = sqlite3_mprintf("INSERT INTO note VALUES('w%lld-%lld@x.org', %lld)", (long long)made->writer,
                                 (long long)made->number, (long long)made->user);
    assert_int_equal(sqlite3_exec(of->seen, text, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_free(text);
    of->acknowledged++;
    of->next[made->writer] = made->number + 1;
}

/* Lets them write, kills all of them at once, reads what they acknowledged. */
static void run_and_kill(const char *path, journal *of, int64_t round) {
    pid_t children[WRITERS];
    int pipes[2];
    note made;
    assert_int_equal(pipe(pipes), 0);
    for (int64_t i = 0; i < WRITERS; i++) {
        /* A number may have been written without being acknowledged: go on behind it. */
        of->next[i] += round > 0 ? 2 : 0;
        children[i] = start(path, i, of->next[i], pipes[1]);
        assert_true(children[i] > 0);
    }
    close(pipes[1]);
    assert_int_equal(read(pipes[0], &made, sizeof made), sizeof made); /* somebody is at work */
    keep(of, &made);
    nanosleep(&(struct timespec){.tv_nsec = (long)random_below(LONGEST_US) * 1000}, NULL);
    for (int i = 0; i < WRITERS; i++)
        kill(children[i], SIGKILL);
    while (read(pipes[0], &made, sizeof made) == (ssize_t)sizeof made)
        keep(of, &made);
    close(pipes[0]);
    for (int i = 0; i < WRITERS; i++) {
        int status = 0;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    }
}

/* All that was acknowledged, once and as it was said. */
static void compare(const char *path, journal *of) {
    sqlite3_stmt *ask = NULL;
    char *attach = sqlite3_mprintf("ATTACH %Q AS store", path);
    assert_int_equal(sqlite3_exec(of->seen, attach, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_free(attach);
    assert_int_equal(sqlite3_prepare_v2(of->seen,
                                        "SELECT (SELECT count(*) FROM note),"
                                        " (SELECT count(*) FROM note JOIN store.user u ON u.id = note.user AND"
                                        " u.email = note.email),"
                                        " (SELECT count(*) - count(DISTINCT email) FROM store.user)",
                                        -1, &ask, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(ask), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int64(ask, 0), of->acknowledged);
    assert_int_equal(sqlite3_column_int64(ask, 1), of->acknowledged);
    assert_int_equal(sqlite3_column_int64(ask, 2), 0);
    sqlite3_finalize(ask);
    assert_int_equal(sqlite3_exec(of->seen, "DETACH store", NULL, NULL, NULL), SQLITE_OK);
}

static void test_killed_writers(void **state) {
    static world of;
    const char *given = getenv("KILLS");
    int64_t kills = given != NULL ? strtoll(given, NULL, 10) : KILLS_USUALLY;
    annoproj_error *error = NULL;
    journal all = {0};
    char *path = scratch_path("killed.annoproj");
    (void)state;
    random_next();
    world_make(&of, path, 0);
    assert_int_equal(sqlite3_open(":memory:", &all.seen), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(all.seen, "CREATE TABLE note(email TEXT PRIMARY KEY, user INTEGER)", NULL, NULL, NULL), SQLITE_OK);
    for (int64_t i = 0; i < kills; i++) {
        run_and_kill(path, &all, i);
        of.now_us = INT64_C(4102444800000000); /* behind all that the writers did by the real clock */
        annoproj_call soon = ANNOPROJ_CALL_INIT;
        soon.timeout_us = 2000000;
        int64_t user = 0;
        char email[64];
        snprintf(email, sizeof email, "after%" PRId64 "@x.org", i);
        assert_ok(world_open(&of, path, false, &error), error);
        /* The lock went with those who held it. */
        assert_ok(annoproj_user_create(of.host, email, "After", ANNOPROJ_ORG_MEMBER, &soon, &user, &error), error);
        assert_int_equal(world_differences(&of), 0);
        assert_ok(world_close(&of, &error), error);
        compare(path, &all);
    }
    print_message("%" PRId64 " kills of %d writers: %" PRId64 " acknowledged changes, none lost\n", kills, WRITERS,
                  all.acknowledged);
    sqlite3_close(all.seen);
    world_free(&of);
    free(path);
}

int main(int argc, char **argv) {
    if (argc == 6)
        return write_until_killed(argv);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_killed_writers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
