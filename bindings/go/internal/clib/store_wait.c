/* Waiting for a commit, of this process or of another. */
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "failure.h"
#include "store_state.h"

/* Other processes cannot wake a waiting thread, so it looks this often: some 100 times a second. */
#define LOOK_US 10000

/* Nothing to be told of: this process did not commit, and the store is open. */
static bool is_quiet(const struct store_state *state, int64_t seen) {
    return !state->closing && !state->closed && __atomic_load_n(&state->seen_seq, __ATOMIC_ACQUIRE) <= seen;
}

/* Until this process commits, it is time to look, or the store closes; whether it still is quiet. */
static bool sleep_a_little(struct store_state *state, int64_t seen, const bounds *call) {
    int64_t until = monotonic_us() + LOOK_US;
    until = call->until_us < until ? call->until_us : until;
    const struct timespec time = {.tv_sec = until / 1000000, .tv_nsec = until % 1000000 * 1000};
    pthread_mutex_lock(&state->mutex);
    if (is_quiet(state, seen)) {
        pthread_cond_timedwait(&state->committed, &state->mutex, &time);
    }
    bool quiet = is_quiet(state, seen);
    pthread_mutex_unlock(&state->mutex);
    return quiet;
}

/* Every commit writes to the log, so a log that nobody wrote to for a while needs no read. For a while: what is written is
 * seen only when it is on the disk, too, and the time of a file has the coarse grain of the kernel's clock. */
#define SETTLED_NS INT64_C(2000000000)
#define TRUST_US   1000000 /* then the store is read all the same */

typedef struct log_state {
    int64_t written_ns, size; /* -1 = not settled, or no log */
    int64_t read_us;          /* when the store was read last */
} log_state;

static log_state look_at_log(const struct store_state *state) {
    char name[4096 + 8];
    struct stat facts;
    struct timespec now;
    log_state found = {-1, -1, monotonic_us()};
    snprintf(name, sizeof name, "%s-wal", state->path);
    clock_gettime(CLOCK_REALTIME, &now);
    if (stat(name, &facts) == 0) {
        int64_t written_ns = (int64_t)facts.st_mtim.tv_sec * 1000000000 + facts.st_mtim.tv_nsec;
        if ((int64_t)now.tv_sec * 1000000000 + now.tv_nsec - written_ns > SETTLED_NS) {
            found.written_ns = written_ns;
            found.size = (int64_t)facts.st_size;
        }
    }
    return found;
}

static bool is_unchanged(const struct store_state *state, const log_state *before) {
    log_state now = look_at_log(state);
    return before->written_ns >= 0 && now.written_ns == before->written_ns && now.size == before->size &&
           now.read_us - before->read_us < TRUST_US;
}

/* No connection is held while it sleeps, and a close need not wait for it. */
annoproj_status store_wait(store *of, int64_t seen, const bounds *call, int64_t *commit_seq, annoproj_error **error) {
    static const char sequence[] = "SELECT commit_seq FROM store_state";
    *commit_seq = 0;
    for (;;) {
        reader from;
        int64_t found = 0;
        log_state log = look_at_log(of->state); /* before the read: what comes later is seen later */
        annoproj_status status = bounds_check(call, error);
        if (status == ANNOPROJ_OK) {
            status = store_read_begin(of, call, &from, error);
        }
        if (status != ANNOPROJ_OK) {
            return status;
        }
        status = sql_value(from.database, sequence, &found, error);
        store_read_end(&from);
        if (status != ANNOPROJ_OK) {
            return status;
        }
        if (found > seen) {
            *commit_seq = found;
            return ANNOPROJ_OK;
        }
        while (sleep_a_little(of->state, seen, call) && is_unchanged(of->state, &log) &&
               bounds_check(call, NULL) == ANNOPROJ_OK) {
        }
    }
}
