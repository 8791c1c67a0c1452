/* Several processes with several threads on one store: nobody fails, nothing is lost, nobody starves; a process that is
 * killed while it holds the write lock takes the lock with it. The workers are this program run again, so that no thread
 * of the test is copied by a fork. */
#include "support.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "failure.h"
#include "store_state.h"

#define PROCESSES 4
#define THREADS   4
#define WRITES    60

static const char *program;

static store *enter(const char *path, bool create) {
    annoproj_error *error = NULL;
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    bounds call = {.until_us = INT64_MAX};
    store *of = NULL;
    if (store_open(path, create, &options, &call, &of, &error) != ANNOPROJ_OK) {
        fprintf(stderr, "open: %s\n", annoproj_error_message(error));
        annoproj_error_free(error);
    }
    return of;
}

static bool leave(store *of) {
    bounds call = {.until_us = INT64_MAX};
    bool shut = store_shut(of, &call, NULL) == ANNOPROJ_OK;
    body_release(&of->body);
    return shut;
}

typedef struct row {
    int64_t actor;
    int number;
} row;

static annoproj_status insert_row(writer *work, void *argument, annoproj_error **error) {
    const row *what = argument;
    char key[20];
    snprintf(key, sizeof key, "%d", what->number);
    statement *one = sql(work->database,
                         "INSERT INTO request(actor, key, operation, argument_hash, result, created_us)"
                         " VALUES(?1, ?2, (SELECT commit_seq FROM store_state), 0, zeroblob(2000), ?3)");
    bind_int64(one, what->actor);
    bind_text(one, key);
    bind_int64(one, work->now_us);
    return sql_run(one, error);
}

/* --- the workers ------------------------------------------------------------------------------------------- */

typedef struct worker {
    store *of;
    int64_t actor;
    bool failed;
    int64_t longest_us;
} worker;

static void *worker_main(void *argument) {
    worker *one = argument;
    for (int i = 0; i < WRITES && !one->failed; i++) {
        annoproj_error *error = NULL;
        row what = {one->actor, i};
        bounds call = {.until_us = INT64_MAX};
        int64_t before = monotonic_us();
        one->failed = store_write(one->of, &call, insert_row, &what, &error) != ANNOPROJ_OK;
        int64_t took = monotonic_us() - before;
        one->longest_us = took > one->longest_us ? took : one->longest_us;
        if (one->failed) {
            fprintf(stderr, "actor %lld, row %d: %s\n", (long long)one->actor, i, annoproj_error_message(error));
        }
        annoproj_error_free(error);
    }
    return NULL;
}

/* Says on its standard output that it is ready and waits for the start on its standard input. */
static int run_worker(const char *path, int64_t number) {
    pthread_t threads[THREADS];
    worker workers[THREADS];
    char go;
    int failed = 0;
    int64_t longest_us = 0;
    store *of = enter(path, false);
    if (of == NULL || write(STDOUT_FILENO, "r", 1) != 1 || read(STDIN_FILENO, &go, 1) != 1) {
        return 1;
    }
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (worker){.of = of, .actor = number * THREADS + i + 1};
        failed |= pthread_create(&threads[i], NULL, worker_main, &workers[i]) != 0;
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        failed |= workers[i].failed;
        longest_us = workers[i].longest_us > longest_us ? workers[i].longest_us : longest_us;
    }
    fprintf(stderr, "process %lld: worst wait %lld us\n", (long long)number, (long long)longest_us);
    return failed || !leave(of);
}

/* Says on its standard output that it is inside a body, and stays there until it is killed. */
static annoproj_status stay(writer *work, void *argument, annoproj_error **error) {
    row what = {-1, 0};
    annoproj_status status = insert_row(work, &what, error);
    (void)argument;
    if (write(STDOUT_FILENO, "x", 1) == 1) {
        for (;;) {
            pause();
        }
    }
    return status;
}

static int run_holder(const char *path) {
    bounds call = {.until_us = INT64_MAX};
    store *of = enter(path, false);
    return of == NULL || store_write(of, &call, stay, NULL, NULL) != ANNOPROJ_OK;
}

/* Starts this program again; `in` and `out` become its standard input and output. */
static pid_t start(const char *what, const char *path, int number, int in, int out) {
    char text[20];
    snprintf(text, sizeof text, "%d", number);
    pid_t child = fork();
    if (child == 0) {
        dup2(in, STDIN_FILENO);
        dup2(out, STDOUT_FILENO);
        execl(program, program, what, path, text, (char *)NULL);
        _exit(127);
    }
    return child;
}

static int end_of(pid_t child) {
    int answer = -1;
    while (waitpid(child, &answer, 0) < 0 && errno == EINTR) {
    }
    return answer;
}

/* --- the tests ------------------------------------------------------------------------------------------------ */

static int64_t ask(store *of, const char *text) {
    bounds call = {.until_us = INT64_MAX};
    reader from;
    assert_int_equal(store_read_begin(of, &call, &from, NULL), ANNOPROJ_OK);
    statement *one = sql(from.database, text);
    int64_t value = sql_row(one) ? column_int64(one, 0) : -1;
    assert_int_equal(sql_end(one, NULL), ANNOPROJ_OK);
    store_read_end(&from);
    return value;
}

static void test_processes_and_threads(void **unused) {
    (void)unused;
    char *path = scratch_path("processes.annoproj"), log[600];
    pid_t children[PROCESSES];
    int go[2], ready[2];
    char bytes[PROCESSES];
    assert_true(leave(enter(path, true)));
    assert_int_equal(pipe(go), 0);
    assert_int_equal(pipe(ready), 0);
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = start("worker", path, i, go[0], ready[1]);
    }
    close(go[0]);
    close(ready[1]);
    for (int i = 0; i < PROCESSES; i++) {
        assert_int_equal(read(ready[0], &bytes[i], 1), 1);
    }
    close(ready[0]);
    assert_int_equal(write(go[1], "xxxx", PROCESSES), PROCESSES);
    close(go[1]);
    for (int i = 0; i < PROCESSES; i++) {
        assert_int_equal(end_of(children[i]), 0);
    }
    snprintf(log, sizeof log, "%s-wal", path);
    struct stat facts;
    assert_true(stat(log, &facts) != 0 || facts.st_size < 64 << 20);
    store *of = enter(path, false);
    assert_int_equal(ask(of, "SELECT count(*) FROM request"), PROCESSES * THREADS * WRITES);
    assert_int_equal(ask(of, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
    /* Commands of one transaction saw one commit number, and no transaction is missing or counted twice. */
    assert_int_equal(ask(of, "SELECT count(DISTINCT operation) FROM request"),
                     ask(of, "SELECT commit_seq - 1 FROM store_state"));
    assert_int_equal(ask(of, "SELECT max(operation) + 1 FROM request"), ask(of, "SELECT commit_seq FROM store_state"));
    /* Nobody finished before another began to be served: first come, first served, among processes too. */
    assert_true(ask(of, "SELECT max(least) FROM (SELECT min(operation) least FROM request GROUP BY actor)") <
                ask(of, "SELECT min(most) FROM (SELECT max(operation) most FROM request GROUP BY actor)"));
    assert_true(leave(of));
    free(path);
}

static void test_a_killed_holder_leaves_the_lock(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    char *path = scratch_path("killed.annoproj"), byte;
    int inside[2];
    store *of = enter(path, true);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(pipe(inside), 0);
        pid_t holder = start("holder", path, 0, STDIN_FILENO, inside[1]);
        close(inside[1]);
        assert_int_equal(read(inside[0], &byte, 1), 1);
        /* It holds the lock: others wait, with a deadline. */
        row what = {i + 1, 0};
        bounds soon = {.until_us = monotonic_us() + 1000}, call = {.until_us = INT64_MAX};
        assert_status(ANNOPROJ_TIMEOUT, store_write(of, &soon, insert_row, &what, &error), error);
        assert_int_equal(ask(of, "SELECT count(*) FROM request"), i); /* readers do not */
        assert_int_equal(kill(holder, SIGKILL), 0);
        assert_int_equal(WTERMSIG(end_of(holder)), SIGKILL);
        assert_ok(store_write(of, &call, insert_row, &what, &error), error);
        close(inside[0]);
    }
    assert_int_equal(ask(of, "SELECT count(*) FROM request"), 5); /* nothing of the killed */
    assert_true(leave(of));
    free(path);
}

/* The child closes its copy of the lock's descriptor at once, so that a child which lives on holds nothing. */
static void test_a_forked_child_does_not_keep_the_lock(void **unused) {
    (void)unused;
    char *path = scratch_path("fork.annoproj"), side[600];
    int stay_alive[2];
    char byte;
    write_lock *first = NULL, *second = NULL;
    snprintf(side, sizeof side, "%s-lock", path);
    assert_int_equal(write_lock_open(side, 0600, &first, NULL), ANNOPROJ_OK);
    assert_int_equal(write_lock_take(first, NULL, NULL), ANNOPROJ_OK);
    assert_int_equal(pipe(stay_alive), 0);
    pid_t child = fork();
    if (child == 0) {
        close(stay_alive[1]);
        _exit(read(stay_alive[0], &byte, 1) != 0);
    }
    /* As if this process had died: its descriptor is closed without an unlock. */
    write_lock_close(first);
    bounds soon = {.until_us = monotonic_us() + 30000000};
    assert_int_equal(write_lock_open(side, 0600, &second, NULL), ANNOPROJ_OK);
    assert_int_equal(write_lock_take(second, &soon, NULL), ANNOPROJ_OK);
    write_lock_close(second);
    close(stay_alive[1]);
    close(stay_alive[0]);
    assert_int_equal(end_of(child), 0);
    free(path);
}

int main(int count, char **arguments) {
    program = "/proc/self/exe";
    if (count == 4 && strcmp(arguments[1], "worker") == 0) {
        return run_worker(arguments[2], atoi(arguments[3]));
    }
    if (count == 4 && strcmp(arguments[1], "holder") == 0) {
        return run_holder(arguments[2]);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_processes_and_threads),
        cmocka_unit_test(test_a_killed_holder_leaves_the_lock),
        cmocka_unit_test(test_a_forked_child_does_not_keep_the_lock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
