/* Waiting for a commit, of this process or of another. */
#include <time.h>

#include "failure.h"
#include "store_state.h"

/* Other processes cannot wake a waiting thread, so it looks this often: some 100 small reads a second. */
#define LOOK_US 10000

/* Until this process commits, it is time to look, or the store closes. */
static void sleep_a_little(struct store_state *state, int64_t seen, const bounds *call) {
    int64_t until = monotonic_us() + LOOK_US;
    until = call->until_us < until ? call->until_us : until;
    const struct timespec time = {.tv_sec = until / 1000000, .tv_nsec = until % 1000000 * 1000};
    pthread_mutex_lock(&state->mutex);
    if (!state->closing && !state->closed && __atomic_load_n(&state->seen_seq, __ATOMIC_ACQUIRE) <= seen) {
        pthread_cond_timedwait(&state->committed, &state->mutex, &time);
    }
    pthread_mutex_unlock(&state->mutex);
}

/* No connection is held while it sleeps, and a close need not wait for it. */
annoproj_status store_wait(store *of, int64_t seen, const bounds *call, int64_t *commit_seq, annoproj_error **error) {
    static const char sequence[] = "SELECT commit_seq FROM store_state";
    *commit_seq = 0;
    for (;;) {
        reader from;
        int64_t found = 0;
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
        sleep_a_little(of->state, seen, call);
    }
}
