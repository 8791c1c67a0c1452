/* Calls in flight: who is inside, and how a close waits for them. */
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "failure.h"
#include "store_state.h"

/* A cancel has no way to wake a waiting thread, so that a wait looks at it this often. */
#define LOOK_US 1000

/* Operations this thread is inside of. A call does not change threads. */
static _Thread_local int32_t held;
static _Thread_local bool in_body;

void body_begin(void) {
    in_body = true;
}

void body_end(void) {
    in_body = false;
}

annoproj_status operation_begin(struct store_state *state, annoproj_error **error) {
    if (state->process != getpid()) {
        return fail(error, ANNOPROJ_FORKED, "the store was opened before fork(): open it in this process by exec");
    }
    if (in_callback()) {
        return fail(error, ANNOPROJ_STATE, "a callback called the library: let it return first");
    }
    if (in_body) {
        return fail(error, ANNOPROJ_INTERNAL, "a command began another operation on the store: please report it");
    }
    annoproj_status status = ANNOPROJ_OK;
    pthread_mutex_lock(&state->mutex);
    if (state->closed) {
        status = fail(error, ANNOPROJ_STATE, "the store was closed: open it again");
    } else if (state->closing && held == 0) {
        status = fail(error, ANNOPROJ_STATE, "the store is being closed: open it again");
    } else {
        state->in_flight++;
        held++;
    }
    pthread_mutex_unlock(&state->mutex);
    return status;
}

void operation_end(struct store_state *state) {
    pthread_mutex_lock(&state->mutex);
    state->in_flight--;
    held--;
    pthread_cond_broadcast(&state->changed);
    pthread_mutex_unlock(&state->mutex);
}

annoproj_status state_condition(pthread_cond_t *condition, annoproj_error **error) {
    pthread_condattr_t attributes;
    int answer = pthread_condattr_init(&attributes);
    if (answer == 0) {
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        answer = pthread_cond_init(condition, &attributes);
        pthread_condattr_destroy(&attributes);
    }
    return answer == 0 ? ANNOPROJ_OK : fail_memory(error);
}

annoproj_status state_wait(struct store_state *state, pthread_cond_t *condition, const bounds *call,
                           annoproj_error **error) {
    annoproj_status status = bounds_check(call, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    if (call->cancel == NULL && call->until_us == INT64_MAX) {
        pthread_cond_wait(condition, &state->mutex);
        return ANNOPROJ_OK;
    }
    int64_t until = call->until_us;
    if (call->cancel != NULL && monotonic_us() + LOOK_US < until) {
        until = monotonic_us() + LOOK_US;
    }
    struct timespec time = {.tv_sec = until / 1000000, .tv_nsec = until % 1000000 * 1000};
    pthread_cond_timedwait(condition, &state->mutex, &time);
    return ANNOPROJ_OK;
}

annoproj_status state_quiesce(struct store_state *state, const bounds *call, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    pthread_mutex_lock(&state->mutex);
    if (state->closed || state->closing) {
        status = fail(error, ANNOPROJ_STATE, "the store is closed already, or another thread is closing it");
        goto done;
    }
    state->closing = true;
    pthread_cond_broadcast(&state->committed);
    while (state->in_flight > 0 && status == ANNOPROJ_OK) {
        status = state_wait(state, &state->changed, call, error);
    }
    if (status == ANNOPROJ_TIMEOUT) {
        drop_error(error);
        status = fail(error, ANNOPROJ_BUSY, "%d calls on the store are still running: cancel them or give more time",
                      state->in_flight);
    }
    state->closing = status == ANNOPROJ_OK;
done:
    pthread_mutex_unlock(&state->mutex);
    return status;
}

void state_reopen(struct store_state *state) {
    pthread_mutex_lock(&state->mutex);
    state->closing = false;
    pthread_mutex_unlock(&state->mutex);
}

void state_end(struct store_state *state) {
    pthread_mutex_lock(&state->mutex);
    state->closing = false;
    state->closed = true;
    pthread_cond_broadcast(&state->committed);
    pthread_mutex_unlock(&state->mutex);
}

annoproj_status state_check_file(const struct store_state *state, annoproj_error **error) {
    struct stat now;
    if (stat(state->path, &now) == 0 && now.st_dev == state->device && now.st_ino == state->inode) {
        return ANNOPROJ_OK;
    }
    return fail(error, ANNOPROJ_CORRUPT, "the store file %s was removed or replaced while it was open: open it again",
                QUOTED(state->path));
}

annoproj_status sequence_check(int64_t seen, int64_t found, annoproj_error **error) {
    if (found >= seen) {
        return ANNOPROJ_OK;
    }
    return fail(error, ANNOPROJ_CORRUPT,
                "the store went back from commit %lld to %lld: it was replaced or lost changes; close it and open it "
                "again",
                (long long)seen, (long long)found);
}
