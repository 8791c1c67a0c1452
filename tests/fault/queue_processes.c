/* Four processes of four threads work one queue at once: nobody gets a task twice, nobody gets an error, and the counters
 * equal a recount. Each worker reports what it took through a pipe. The processes are this program, run anew: a child of
 * fork() may not use the library. */
#include "team.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES 4
#define THREADS   4
#define TASKS     400

typedef struct worker {
    annoproj_store *store;
    int64_t project, user;
    int out; /* the pipe */
    bool failed;
} worker;

static bool good(annoproj_status status, annoproj_error *error) {
    if (status >= 0)
        return true;
    fprintf(stderr, "worker: %s: %s\n", annoproj_status_name(status), annoproj_error_message(error));
    annoproj_error_free(error);
    return false;
}

/* Starts and submits tasks until the queue is empty. */
static void *work(void *data) {
    worker *self = data;
    annoproj_session *session = NULL;
    annoproj_project *project = NULL;
    annoproj_stage *stage = NULL;
    annoproj_error *error = NULL;
    annoproj_status status;
    self->failed = !good(annoproj_session_open(self->store, self->user, NULL, NULL, &session, &error), error) ||
                   !good(annoproj_project_open(session, self->project, NULL, &project, &error), error) ||
                   !good(annoproj_stage_open(project, "annotate", NULL, &stage, &error), error);
    while (!self->failed) {
        annoproj_task *task = NULL;
        annoproj_queue_reason reason = 0;
        status = annoproj_stage_start_next(stage, NULL, NULL, &task, &reason, &error);
        if (status == ANNOPROJ_NONE)
            break;
        self->failed = !good(status, error);
        int64_t id = annoproj_task_id(task);
        if (!self->failed && write(self->out, &id, sizeof id) != (ssize_t)sizeof id)
            self->failed = true;
        if (!self->failed)
            self->failed = !good(annoproj_task_submit(task, NULL, NULL, &error), error);
        annoproj_task_close(task);
    }
    annoproj_stage_close(stage);
    annoproj_project_close(project);
    annoproj_session_close(session);
    return NULL;
}

/* One process: opens the store by itself, its threads work as different users. */
static int run_process(const char *path, int64_t project, const int64_t *users, int out) {
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    annoproj_error *error = NULL;
    annoproj_store *store = NULL;
    pthread_t threads[THREADS];
    worker workers[THREADS];
    bool failed = false;
    options.relaxed_durability = true;
    if (!good(annoproj_store_open(path, &options, NULL, &store, &error), error))
        return 1;
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (worker){.store = store, .project = project, .user = users[i], .out = out};
        if (pthread_create(&threads[i], NULL, work, &workers[i]) != 0)
            return 1;
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        failed |= workers[i].failed;
    }
    failed |= !good(annoproj_store_close(store, NULL, &error), error);
    return failed;
}

/* Runs this program as a worker process: --work PATH PROJECT FD USER... */
static void run_worker_program(const team *made, const int64_t *users, int out) {
    char project[24], descriptor[24], numbers[THREADS][24];
    char *arguments[5 + THREADS + 1] = {"queue_processes", "--work", made->path, project, descriptor};
    snprintf(project, sizeof project, "%lld", (long long)made->project);
    snprintf(descriptor, sizeof descriptor, "%d", out);
    for (int i = 0; i < THREADS; i++) {
        snprintf(numbers[i], sizeof numbers[i], "%lld", (long long)users[i]);
        arguments[5 + i] = numbers[i];
    }
    execv("/proc/self/exe", arguments);
    _exit(127);
}

static int work_as_process(char **arguments) {
    int64_t users[THREADS];
    for (int i = 0; i < THREADS; i++)
        users[i] = strtoll(arguments[5 + i], NULL, 10);
    return run_process(arguments[2], strtoll(arguments[3], NULL, 10), users, (int)strtol(arguments[4], NULL, 10));
}

static void test_no_task_twice(void **state) {
    (void)state;
    team *made = team_new(TASKS, "", "");
    int64_t users[PROCESSES * THREADS], id = 0, taken = 0;
    static int times[TASKS];
    int pipes[2];
    for (int i = 0; i < PROCESSES * THREADS; i++) {
        char email[32];
        snprintf(email, sizeof email, "worker%d@x.org", i);
        annoproj_session_close(team_add(made, email, ANNOPROJ_ROLE_ANNOTATOR, &users[i]));
    }
    assert_int_equal(pipe(pipes), 0);
    for (int i = 0; i < PROCESSES; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            close(pipes[0]);
            run_worker_program(made, users + i * THREADS, pipes[1]);
        }
    }
    close(pipes[1]);
    while (read(pipes[0], &id, sizeof id) == (ssize_t)sizeof id) {
        assert_true(id >= made->first_task && id < made->first_task + TASKS);
        times[id - made->first_task]++;
        taken++;
    }
    close(pipes[0]);
    for (int i = 0; i < PROCESSES; i++) {
        int status = -1;
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    assert_int_equal(taken, TASKS);
    for (int i = 0; i < TASKS; i++)
        assert_int_equal(times[i], 1);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

int main(int argc, char **argv) {
    if (argc == 5 + THREADS)
        return work_as_process(argv);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_no_task_twice)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
