/* Sixteen threads of one process submit with full durability, against one thread: commands share commits. */
#include "bench_support.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 16

typedef struct submitter {
    pthread_t thread;
    pthread_barrier_t *start;
    annoproj_session *session;
    annoproj_task **tasks;
    int count;
    double worst;
} submitter;

static void *submit_all(void *argument) {
    submitter *me = argument;
    annoproj_error *error = NULL;
    pthread_barrier_wait(me->start);
    for (int i = 0; i < me->count; i++) {
        double began = bench_seconds();
        bench_must(annoproj_task_submit(me->tasks[i], NULL, NULL, &error), error, "submit");
        double took = bench_seconds() - began;
        me->worst = took > me->worst ? took : me->worst;
    }
    return NULL;
}

/* Tasks of its own for each thread, taken before the clock starts. */
static void prepare(submitter *one, bench_project *made, int number, int count, pthread_barrier_t *start) {
    annoproj_project *project = NULL;
    annoproj_error *error = NULL;
    *one = (submitter){.start = start, .count = count, .tasks = calloc((size_t)count, sizeof *one->tasks)};
    if (!one->tasks)
        exit(1);
    one->session = bench_user(made, number, ANNOPROJ_ROLE_ANNOTATOR);
    bench_must(annoproj_project_open(one->session, annoproj_project_id(made->project), NULL, &project, &error), error,
               "project");
    for (int i = 0; i < count; i++) {
        annoproj_task *task = NULL;
        int64_t id = (annoproj_project_id(made->project) << 32) + number * count + i + 1;
        bench_must(annoproj_task_open(project, id, NULL, &task, &error), error, "task");
        bench_must(annoproj_task_initiate(task, NULL, &error), error, "initiate");
        one->tasks[i] = task;
    }
    annoproj_project_close(project);
}

static double submits_per_second(int threads, int each, const char *name, double *worst) {
    bench_project made;
    submitter *all = calloc((size_t)threads, sizeof *all);
    pthread_barrier_t start;
    if (!all)
        exit(1);
    bench_project_make(&made, name, (int64_t)threads * each, true);
    pthread_barrier_init(&start, NULL, (unsigned)threads + 1);
    for (int i = 0; i < threads; i++) {
        prepare(&all[i], &made, i, each, &start);
        if (pthread_create(&all[i].thread, NULL, submit_all, &all[i]) != 0)
            exit(1);
    }
    pthread_barrier_wait(&start);
    double began = bench_seconds();
    for (int i = 0; i < threads; i++)
        pthread_join(all[i].thread, NULL);
    double took = bench_seconds() - began;
    *worst = 0;
    for (int i = 0; i < threads; i++) {
        *worst = all[i].worst > *worst ? all[i].worst : *worst;
        for (int k = 0; k < each; k++)
            annoproj_task_close(all[i].tasks[k]);
        free(all[i].tasks);
        annoproj_session_close(all[i].session);
    }
    pthread_barrier_destroy(&start);
    bench_project_close(&made);
    free(all);
    return threads * each / took;
}

int main(void) {
    int each = bench_small() ? 60 : 400;
    double worst_one = 0, worst_all = 0;
    double one = submits_per_second(1, each * 2, "one.annoproj", &worst_one);
    double all = submits_per_second(THREADS, each, "all.annoproj", &worst_all);
    double again = submits_per_second(1, each * 2, "again.annoproj", &worst_one);
    one = (one + again) / 2;
    printf("16 threads / 1 thread, submits per second, FULL%s: %.2f (%.0f / %.0f); goal >= 2\n", bench_note(),
           all / one, all, one);
    printf("16 threads, worst submit%s: %.1f ms (1 thread: %.1f ms)\n", bench_note(), worst_all * 1e3, worst_one * 1e3);
    return 0;
}
