/* Checkpoints, always under the write lock (write_lock.h says why). */
#include <errno.h>

#include "failure.h"
#include "store_state.h"

#define PASSIVE_BYTES 4194304
/* Behind a command that took long already, but made no more of it than the next can bear. */
#define SPARED_BYTES    8388608
#define RESTART_BYTES   33554432
#define RESTART_WAIT_US 20000
#define LARGE_BYTES     67108864
/* A large log that a long snapshot keeps from restarting is tried again after this. */
#define RETRY_US 1000000

static annoproj_status run(struct store_state *state, int mode, int64_t wait_us, bool *whole, annoproj_error **error) {
    database *db = state->writer;
    db->busy_wait_us = wait_us;
    errno = 0;
    int code = sqlite3_wal_checkpoint_v2(db->handle, "main", mode, NULL, NULL);
    db->busy_wait_us = BUSY_WAIT_US;
    *whole = code == SQLITE_OK;
    if (*whole && mode == SQLITE_CHECKPOINT_TRUNCATE) {
        db->wal_pages = 0;
    }
    state->checkpoint_pages = db->wal_pages;
    state->checkpoint_us = monotonic_us();
    /* Busy: a reader needs the log's older pages. What could be done was done. */
    return code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY ? ANNOPROJ_OK : connection_failure(db, error);
}

/* Once, and again when it has doubled. */
static void note_starvation(struct store_state *state, int64_t pages) {
    if (pages * state->page_size >= LARGE_BYTES && pages >= 2 * state->starved_pages) {
        state->starved_pages = pages;
        note(state, NOTE_WARNING,
             "the store's log has %lld MiB: a long read keeps it from being shortened; it ends with that read",
             (long long)(pages * state->page_size / 1048576));
    }
}

annoproj_status checkpoint_after_commit(struct store_state *state, annoproj_error **error) {
    int64_t pages = state->writer->wal_pages;
    bool whole, spare = state->writer->spare_checkpoint;
    state->writer->spare_checkpoint = false;
    if (pages < state->checkpoint_pages) {
        state->checkpoint_pages = 0; /* the log was restarted */
        state->starved_pages = 0;
    }
    int64_t grown = (pages - state->checkpoint_pages) * state->page_size;
    if (pages * state->page_size < RESTART_BYTES) {
        return grown < (spare ? SPARED_BYTES : PASSIVE_BYTES) ? ANNOPROJ_OK
                                                              : run(state, SQLITE_CHECKPOINT_PASSIVE, 0, &whole, error);
    }
    note_starvation(state, pages);
    if (grown >= PASSIVE_BYTES) {
        return run(state, SQLITE_CHECKPOINT_RESTART, RESTART_WAIT_US, &whole, error);
    }
    if (monotonic_us() - state->checkpoint_us >= RETRY_US) {
        return run(state, SQLITE_CHECKPOINT_RESTART, 0, &whole, error);
    }
    return ANNOPROJ_OK;
}

annoproj_status checkpoint_fold(struct store_state *state, int64_t wait_us, bool *folded, annoproj_error **error) {
    return run(state, SQLITE_CHECKPOINT_TRUNCATE, wait_us, folded, error);
}
