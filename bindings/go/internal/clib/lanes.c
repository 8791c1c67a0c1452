/* Lanes (lanes.h). */
#include "lanes.h"

#include "failure.h"
#include "worker.h"

#define WAIT_FOR_READER_US 5000

typedef struct lane_worker {
    store *store;
    lane_fn run;
    void *lane;
    worker thread;
} lane_worker;

size_t lanes_worth(const store *from, size_t pieces, size_t enough) {
    const size_t most = from == NULL ? 1 : (size_t)store_threads(from), worth = (pieces + enough - 1) / enough;
    const size_t wanted = worth < most ? worth : most;
    return wanted < 1 ? 1 : wanted > LANES_MOST ? LANES_MOST : wanted;
}

static annoproj_status run_worker(void *argument, annoproj_error **error) {
    const lane_worker *mine = argument;
    bounds limits = {.until_us = monotonic_us() + WAIT_FOR_READER_US};
    reader own;
    if (store_read_begin(mine->store, &limits, &own, NULL) != ANNOPROJ_OK) {
        return ANNOPROJ_OK;
    }
    limits.until_us = INT64_MAX; /* from now on the lane looks at the call's own limits */
    annoproj_status status = mine->run(mine->lane, own.database, error);
    store_read_end(&own);
    return status;
}

annoproj_status lanes_run(store *from, database *own, void *const lanes[], size_t count, lane_fn run,
                          annoproj_error **error) {
    lane_worker workers[LANES_MOST] = {{0}};
    for (size_t i = 1; i < count; i++) {
        workers[i] = (lane_worker){.store = from, .run = run, .lane = lanes[i]};
        worker_start(&workers[i].thread, run_worker, &workers[i]);
    }
    annoproj_status status = run(lanes[0], own, error);
    for (size_t i = 1; i < count; i++) {
        const annoproj_status ended = worker_join(&workers[i].thread, status == ANNOPROJ_OK ? error : NULL);
        status = status == ANNOPROJ_OK ? ended : status;
    }
    return status;
}
