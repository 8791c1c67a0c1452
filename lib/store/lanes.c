/* Lanes (lanes.h). */
#include "lanes.h"

#include <pthread.h>
#include <signal.h>

#include "failure.h"

#define WAIT_FOR_READER_US 5000

typedef struct worker {
    store *store;
    lane_fn run;
    void *lane;
    pthread_t thread;
    bool started;
    annoproj_status status;
    annoproj_error *error;
} worker;

size_t lanes_worth(const store *from, size_t pieces, size_t enough) {
    const size_t most = from == NULL ? 1 : (size_t)store_threads(from), worth = (pieces + enough - 1) / enough;
    const size_t wanted = worth < most ? worth : most;
    return wanted < 1 ? 1 : wanted > LANES_MOST ? LANES_MOST : wanted;
}

static void *run_worker(void *argument) {
    worker *mine = argument;
    bounds limits = {.until_us = monotonic_us() + WAIT_FOR_READER_US};
    reader own;
    if (store_read_begin(mine->store, &limits, &own, NULL) != ANNOPROJ_OK) {
        return NULL;
    }
    limits.until_us = INT64_MAX; /* from now on the lane looks at the call's own limits */
    mine->status = mine->run(mine->lane, own.database, &mine->error);
    store_read_end(&own);
    return NULL;
}

static void start(worker *one) {
    sigset_t all, before;
    sigfillset(&all); /* the host's signals are for the host's threads */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    one->started = pthread_create(&one->thread, NULL, run_worker, one) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* The error of a lane becomes that of the call. */
static void hand_over(worker *mine, annoproj_error **error) {
    if (error != NULL) {
        drop_error(error);
        *error = mine->error;
    } else {
        drop_error(&mine->error);
    }
    mine->error = NULL;
}

annoproj_status lanes_run(store *from, database *own, void *const lanes[], size_t count, lane_fn run,
                          annoproj_error **error) {
    worker workers[LANES_MOST] = {{0}};
    for (size_t i = 1; i < count; i++) {
        workers[i] = (worker){.store = from, .run = run, .lane = lanes[i]};
        start(&workers[i]);
    }
    annoproj_status status = run(lanes[0], own, error);
    for (size_t i = 1; i < count; i++) {
        if (workers[i].started) {
            pthread_join(workers[i].thread, NULL);
        }
        if (status == ANNOPROJ_OK && workers[i].status != ANNOPROJ_OK) {
            status = workers[i].status;
            hand_over(&workers[i], error);
        }
        drop_error(&workers[i].error);
    }
    return status;
}
