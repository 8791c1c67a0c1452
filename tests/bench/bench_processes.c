/* Eight processes claim from one queue with full durability: doubles, errors, fairness, worst wait. The disk's own worst
 * sync, measured in the same run on a file of the same folder, stands beside it: no wait can be shorter. Where a call's
 * time goes is seen at the system calls, which this program stands in for: the lock's fcntl, and syncs. */
#include "bench_support.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES 8

/* --- where the time of a call goes ------------------------------------------------------------------------------ */

/* Seconds of one call. */
typedef struct parts {
    double whole, line, commit, checkpoint; /* in line for the lock; syncs of the commit; checkpoint under the lock */
    double syncs, bytes;                    /* of the commit: how many, and what was written to the log */
} parts;

typedef struct sync_seen {
    bool of_log;
    double began, ended;
} sync_seen;

#define SYNCS_MOST 16
static struct {
    double began, locked, left;
    sync_seen syncs[SYNCS_MOST];
    int count;
    size_t bytes; /* written to the log */
} now;            /* the call that runs: a claiming process has one thread */

static bool is_log(int file) {
    char name[64], path[512];
    snprintf(name, sizeof name, "/proc/self/fd/%d", file);
    ssize_t length = readlink(name, path, sizeof path);
    return length > 4 && memcmp(path + length - 4, "-wal", 4) == 0;
}

static int seen_sync(long call, int file) {
    double began = bench_seconds();
    int answer = (int)syscall(call, file);
    if (now.count < SYNCS_MOST)
        now.syncs[now.count++] = (sync_seen){is_log(file), began, bench_seconds()};
    return answer;
}

#define SEEN_BY_SQLITE __attribute__((visibility("default")))

SEEN_BY_SQLITE int fdatasync(int file) {
    return seen_sync(SYS_fdatasync, file);
}

SEEN_BY_SQLITE ssize_t pwrite64(int file, const void *data, size_t size, off64_t offset) {
    now.bytes += is_log(file) ? size : 0;
    return syscall(SYS_pwrite64, file, data, size, offset);
}

SEEN_BY_SQLITE int fsync(int file) {
    return seen_sync(SYS_fsync, file);
}

/* The lock's byte is 1 of its file; those of the line follow. */
SEEN_BY_SQLITE int fcntl(int file, int command, ...) {
    va_list more;
    va_start(more, command);
    void *argument = va_arg(more, void *);
    va_end(more);
    int answer = (int)syscall(SYS_fcntl, file, command, argument);
    if (command == F_OFD_SETLK && answer == 0 && ((struct flock *)argument)->l_start == 1) {
        if (((struct flock *)argument)->l_type == F_UNLCK)
            now.left = bench_seconds();
        else
            now.locked = bench_seconds();
    }
    return answer;
}

static void call_begins(void) {
    memset(&now, 0, sizeof now);
    now.began = bench_seconds();
}

/* A checkpoint syncs the log, writes its pages to the file and syncs that: it begins at the sync before the first of the
 * file. All other syncs are the commit's. */
static parts call_ends(void) {
    parts of = {.whole = bench_seconds() - now.began, .line = now.locked - now.began};
    int checkpoint = now.count;
    for (int i = now.count - 1; i >= 0; i--)
        checkpoint = now.syncs[i].of_log ? checkpoint : i;
    if (checkpoint < now.count) {
        checkpoint -= checkpoint > 0;
        of.checkpoint = now.left - now.syncs[checkpoint].began;
    }
    of.syncs = checkpoint;
    of.bytes = (double)now.bytes;
    for (int i = 0; i < checkpoint; i++)
        of.commit += now.syncs[i].ended - now.syncs[i].began;
    return of;
}

/* Shared by all processes. */
typedef struct tally {
    int64_t claims, errors, calls, checkpoints;
    parts worst, sum; /* of the calls */
    double held, checkpoint,
        longest_commit; /* longest that the lock was held, and of it the checkpoint; longest syncs */
} tally;

typedef struct shared {
    volatile int go, stop;
    int ready;
    tally by[PROCESSES];
    unsigned char times[]; /* by task number */
} shared;

static void add_call(tally *to) {
    parts of = call_ends();
    double held = of.whole - of.line;
    to->worst = of.whole > to->worst.whole ? of : to->worst;
    to->sum.whole += of.whole;
    to->sum.line += of.line;
    to->sum.commit += of.commit;
    to->sum.checkpoint += of.checkpoint;
    to->sum.syncs += of.syncs;
    to->sum.bytes += of.bytes;
    to->calls++;
    to->checkpoints += of.checkpoint > 0;
    to->checkpoint = held > to->held ? of.checkpoint : to->checkpoint;
    to->held = held > to->held ? held : to->held;
    to->longest_commit = of.commit > to->longest_commit ? of.commit : to->longest_commit;
}

static void claim_until_stopped(shared *all, int number, const char *path, int64_t project_id, int64_t user) {
    annoproj_store *store = NULL;
    annoproj_session *session = NULL;
    annoproj_project *project = NULL;
    annoproj_stage *stage = NULL;
    annoproj_error *error = NULL;
    tally *mine = &all->by[number];
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
        call_begins();
        annoproj_status status = annoproj_stage_start_next(stage, NULL, NULL, &task, &reason, &error);
        add_call(mine);
        if (status == ANNOPROJ_NONE)
            break;
        if (status != ANNOPROJ_OK) {
            mine->errors++;
            annoproj_error_free(error);
            continue;
        }
        __atomic_fetch_add(&all->times[annoproj_task_id(task) & 0xffffffff], 1, __ATOMIC_RELAXED);
        mine->claims++;
        call_begins();
        status = annoproj_task_submit(task, NULL, NULL, &error);
        add_call(mine);
        mine->errors += status != ANNOPROJ_OK;
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
            all->by[i].errors++;
        claims += all->by[i].claims;
    }
    bench_project_close(&made);
    return (double)claims / seconds;
}

static void add_tally(tally *to, const tally *one) {
    to->calls += one->calls;
    to->checkpoints += one->checkpoints;
    to->worst = one->worst.whole > to->worst.whole ? one->worst : to->worst;
    to->sum.whole += one->sum.whole;
    to->sum.line += one->sum.line;
    to->sum.commit += one->sum.commit;
    to->sum.checkpoint += one->sum.checkpoint;
    to->sum.syncs += one->sum.syncs;
    to->sum.bytes += one->sum.bytes;
    to->checkpoint = one->held > to->held ? one->checkpoint : to->checkpoint;
    to->held = one->held > to->held ? one->held : to->held;
    to->longest_commit = one->longest_commit > to->longest_commit ? one->longest_commit : to->longest_commit;
}

static void print_parts(const char *what, const parts *of, double scale) {
    printf("8 processes, %s%s: %.2f ms = in line %.2f + syncs of the commit %.2f + checkpoint %.2f + rest %.2f\n", what,
           bench_note(), of->whole * scale, of->line * scale, of->commit * scale, of->checkpoint * scale,
           (of->whole - of->line - of->commit - of->checkpoint) * scale);
}

int main(int argc, char **argv) {
    int64_t tasks = bench_small() ? 20000 : 200000, doubles = 0, errors = 0, fastest = 0, slowest = INT64_MAX;
    double seconds = bench_small() ? 1 : 5;
    tally total = {0};
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
        const tally *by = &all->by[i];
        errors += by->errors;
        fastest = by->claims > fastest ? by->claims : fastest;
        slowest = by->claims < slowest ? by->claims : slowest;
        add_tally(&total, by);
    }
    const double worst = total.worst.whole;
    printf("8 processes claiming and submitting, FULL%s: %lld doubles, %lld errors (goal 0, 0)\n", bench_note(),
           (long long)doubles, (long long)errors);
    printf("8 processes, slowest / fastest%s: %.2f; goal >= 0.8\n", bench_note(), (double)slowest / (double)fastest);
    printf(
        "8 processes, worst wait%s: %.1f ms; goal <= 50; %.1f x the disk's worst sync (%.1f ms), %.0f commits of all\n",
        bench_note(), worst * 1e3, worst / raw_worst, raw_worst * 1e3, worst * eight * 2);
    print_parts("the worst call", &total.worst, 1e3);
    print_parts("a call", &total.sum, 1e3 / (double)total.calls);
    printf("8 processes, a commit%s: %.0f KiB written to the log, %.2f syncs\n", bench_note(),
           total.sum.bytes / (double)total.calls / 1024, total.sum.syncs / (double)total.calls);
    printf("8 processes, one held the lock longest%s: %.1f ms, of which a checkpoint %.1f; longest syncs of a commit "
           "%.1f; %lld "
           "checkpoints of %.1f ms\n",
           bench_note(), total.held * 1e3, total.checkpoint * 1e3, total.longest_commit * 1e3,
           (long long)total.checkpoints,
           total.sum.checkpoint * 1e3 / (double)(total.checkpoints ? total.checkpoints : 1));
    printf("8 processes, a commit%s: %.2f ms, %.1f x a raw write and sync (%.2f ms)\n", bench_note(), 500 / eight,
           0.5 / eight / raw_mean, raw_mean * 1e3);
    printf("8 processes / 1 process, claims per second%s: %.2f (%.0f / %.0f)\n", bench_note(), eight / one, eight, one);
    return doubles > 0 || errors > 0;
}
