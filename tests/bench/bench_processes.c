/* Eight processes claim from one queue with full durability: doubles, errors, fairness, worst wait. The disk's own worst
 * sync, measured in the same run on a file of the same folder, stands beside it: no wait can be shorter. */
#include "bench_support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES 8

/* Shared by all processes. */
typedef struct shared {
    volatile int go, stop;
    int ready;
    int64_t claims[PROCESSES], errors[PROCESSES];
    double worst[PROCESSES];
    unsigned char times[]; /* by task number */
} shared;

static void claim_until_stopped(shared *all, int number, const char *path, int64_t project_id, int64_t user) {
    annoproj_store *store = NULL;
    annoproj_session *session = NULL;
    annoproj_project *project = NULL;
    annoproj_stage *stage = NULL;
    annoproj_error *error = NULL;
    bench_must(annoproj_store_open(path, NULL, NULL, &store, &error), error, "open");
    bench_must(annoproj_session_open(store, user, NULL, NULL, &session, &error), error, "session");
    bench_must(annoproj_project_open(session, project_id, NULL, &project, &error), error, "project");
    bench_must(annoproj_stage_open(project, "annotate", NULL, &stage, &error), error, "stage");
    __atomic_add_fetch(&all->ready, 1, __ATOMIC_SEQ_CST);
    while (!all->go)
        usleep(100);
    while (!all->stop) {
        annoproj_task *task = NULL;
        annoproj_queue_reason reason = 0;
        double began = bench_seconds();
        annoproj_status status = annoproj_stage_start_next(stage, NULL, NULL, &task, &reason, &error);
        double took = bench_seconds() - began;
        if (took > all->worst[number])
            all->worst[number] = took;
        if (status == ANNOPROJ_NONE)
            break;
        if (status != ANNOPROJ_OK) {
            all->errors[number]++;
            annoproj_error_free(error);
            continue;
        }
        __atomic_fetch_add(&all->times[annoproj_task_id(task) & 0xffffffff], 1, __ATOMIC_RELAXED);
        all->claims[number]++;
        began = bench_seconds();
        status = annoproj_task_submit(task, NULL, NULL, &error);
        took = bench_seconds() - began;
        if (took > all->worst[number])
            all->worst[number] = took;
        if (status != ANNOPROJ_OK)
            all->errors[number]++;
        annoproj_task_close(task);
    }
    annoproj_stage_close(stage);
    annoproj_project_close(project);
    annoproj_session_close(session);
    bench_must(annoproj_store_close(store, NULL, &error), error, "close");
}

/* Runs this program as a claiming process: a child of fork() may not use the library. */
static void run_claimer(const bench_project *made, int number, int64_t user, const char *shared_name, size_t size) {
    char texts[4][24];
    char *arguments[] = {"bench_processes", (char *)made->path,  texts[0], texts[1],
                         texts[2],          (char *)shared_name, texts[3], NULL};
    snprintf(texts[0], sizeof texts[0], "%lld", (long long)annoproj_project_id(made->project));
    snprintf(texts[1], sizeof texts[1], "%d", number);
    snprintf(texts[2], sizeof texts[2], "%lld", (long long)user);
    snprintf(texts[3], sizeof texts[3], "%zu", size);
    execv("/proc/self/exe", arguments);
    _exit(127);
}

static shared *map_shared(const char *name, size_t size) {
    int file = open(name, O_RDWR | O_CREAT, 0600);
    if (file < 0 || ftruncate(file, (off_t)size) != 0)
        exit(1);
    shared *all = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (all == MAP_FAILED)
        exit(1);
    return all;
}

/* What a commit costs the disk at the least: as much as a command writes to the log, and a sync. */
typedef struct disk {
    double mean, worst;
} disk;

static disk raw_syncs(double seconds) {
    static const size_t written = 65536;
    char path[512], *bytes = calloc(1, written);
    disk found = {0};
    int64_t count = 0;
    bench_path("raw", path);
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (!bytes || file < 0)
        exit(1);
    double end = bench_seconds() + seconds;
    while (bench_seconds() < end) {
        double began = bench_seconds();
        if (pwrite(file, bytes, written, (off_t)(count % 64) * (off_t)written) != (ssize_t)written ||
            fdatasync(file) != 0)
            exit(1);
        double took = bench_seconds() - began;
        found.mean += took;
        found.worst = took > found.worst ? took : found.worst;
        count++;
    }
    close(file);
    unlink(path);
    free(bytes);
    found.mean /= (double)count;
    return found;
}

static double run(int processes, int64_t tasks, double seconds, const char *shared_name, size_t size, shared *all,
                  const char *name) {
    bench_project made;
    pid_t children[PROCESSES];
    int64_t users[PROCESSES], claims = 0;
    bench_project_make(&made, name, tasks, true);
    for (int i = 0; i < processes; i++) {
        annoproj_session *session = bench_user(&made, i, ANNOPROJ_ROLE_ANNOTATOR);
        users[i] = annoproj_session_user(session);
        annoproj_session_close(session);
    }
    fflush(stdout);
    for (int i = 0; i < processes; i++) {
        children[i] = fork();
        if (children[i] < 0)
            exit(1);
        if (children[i] == 0)
            run_claimer(&made, i, users[i], shared_name, size);
    }
    while (__atomic_load_n(&all->ready, __ATOMIC_SEQ_CST) < processes)
        usleep(1000);
    all->go = 1;
    usleep((useconds_t)(seconds * 1e6));
    all->stop = 1;
    for (int i = 0; i < processes; i++) {
        int status = 0;
        waitpid(children[i], &status, 0);
        if (status != 0)
            all->errors[i]++;
        claims += all->claims[i];
    }
    bench_project_close(&made);
    return (double)claims / seconds;
}

int main(int argc, char **argv) {
    int64_t tasks = bench_small() ? 20000 : 200000, doubles = 0, errors = 0, fastest = 0, slowest = INT64_MAX;
    double seconds = bench_small() ? 1 : 5, worst = 0;
    size_t size = sizeof(shared) + (size_t)tasks + 2;
    char shared_name[512];
    if (argc == 7) {
        shared *all = map_shared(argv[5], (size_t)strtoull(argv[6], NULL, 10));
        claim_until_stopped(all, (int)strtol(argv[3], NULL, 10), argv[1], strtoll(argv[2], NULL, 10),
                            strtoll(argv[4], NULL, 10));
        return 0;
    }
    bench_path("shared", shared_name);
    shared *all = map_shared(shared_name, size);
    disk before = raw_syncs(seconds / 2);
    double one = run(1, tasks, seconds, shared_name, size, all, "one.annoproj");
    memset(all, 0, size);
    double eight = run(PROCESSES, tasks, seconds, shared_name, size, all, "eight.annoproj");
    disk after = raw_syncs(seconds / 2);
    double raw_worst = before.worst > after.worst ? before.worst : after.worst;
    double raw_mean = (before.mean + after.mean) / 2;
    for (int64_t i = 0; i <= tasks; i++)
        doubles += all->times[i] > 1;
    for (int i = 0; i < PROCESSES; i++) {
        errors += all->errors[i];
        if (all->claims[i] > fastest)
            fastest = all->claims[i];
        if (all->claims[i] < slowest)
            slowest = all->claims[i];
        if (all->worst[i] > worst)
            worst = all->worst[i];
    }
    printf("8 processes claiming and submitting, FULL%s: %lld doubles, %lld errors (goal 0, 0)\n", bench_note(),
           (long long)doubles, (long long)errors);
    printf("8 processes, slowest / fastest%s: %.2f; goal >= 0.8\n", bench_note(), (double)slowest / (double)fastest);
    printf(
        "8 processes, worst wait%s: %.1f ms; goal <= 50; %.1f x the disk's worst sync (%.1f ms), %.0f commits of all\n",
        bench_note(), worst * 1e3, worst / raw_worst, raw_worst * 1e3, worst * eight * 2);
    printf("8 processes, a commit%s: %.2f ms, %.1f x a raw write and sync (%.2f ms)\n", bench_note(), 500 / eight,
           0.5 / eight / raw_mean, raw_mean * 1e3);
    printf("8 processes / 1 process, claims per second%s: %.2f (%.0f / %.0f)\n", bench_note(), eight / one, eight, one);
    return doubles > 0 || errors > 0;
}
