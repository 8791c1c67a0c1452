/* Lanes of a scan (scan_lanes.h): each takes the next segment that nobody has taken. A worker reads through a reader of
 * its own; its snapshot is not older than that of the call, and sealed segments never change. */
#include <pthread.h>
#include <signal.h>

#include "failure.h"
#include "scan_lanes.h"

#define LANES_MOST         4
#define SEGMENTS_OF_LANE   8    /* fewer are not worth a thread */
#define WAIT_FOR_READER_US 5000 /* a worker without a reader leaves the work to the others */

/* What all lanes share. */
typedef struct shared_work {
    const scan_request *ask;
    const segment *heads;
    size_t count;
    size_t next; /* atomic: the next segment to take */
    const int32_t *cubes;
    blob_cache *cache; /* NULL = none */
    uint64_t pass;
} shared_work;

typedef struct lane {
    shared_work *work;
    database *database;
    scan_sums *sums;
    scan_source source;
    scan_blocks *blocks;
    pthread_t thread;
    bool started;
    annoproj_status status;
    annoproj_error *error;
} lane;

static annoproj_status scan_head(lane *mine, const segment *head) {
    const scan_request *ask = mine->work->ask;
    annoproj_status status = ask->bounds == NULL ? ANNOPROJ_OK : bounds_check(ask->bounds, &mine->error);
    scan_source_turn(&mine->source, head);
    if (status == ANNOPROJ_OK) {
        status = scan_segment(ask, mine->sums, mine->work->cubes, &mine->source, mine->blocks, &mine->error);
    }
    return status;
}

/* Takes segments until there are none; a failure makes the other lanes stop, too. */
static void run_lane(lane *mine) {
    shared_work *shared = mine->work;
    mine->source = (scan_source){.columns = segment_columns(mine->database),
                                 .project = shared->ask->project,
                                 .cache = shared->cache,
                                 .pass = shared->pass};
    mine->blocks = allocate(sizeof *mine->blocks);
    if (mine->blocks == NULL) {
        mine->status = fail_memory(&mine->error);
    }
    while (mine->status == ANNOPROJ_OK) {
        size_t taken = __atomic_fetch_add(&shared->next, 1, __ATOMIC_RELAXED);
        if (taken >= shared->count) {
            break;
        }
        mine->status = scan_head(mine, &shared->heads[taken]);
    }
    if (mine->status != ANNOPROJ_OK) {
        __atomic_store_n(&shared->next, shared->count, __ATOMIC_RELAXED);
    }
    scan_source_release(&mine->source);
    release(mine->blocks);
}

static void *run_worker(void *argument) {
    lane *mine = argument;
    const scan_request *ask = mine->work->ask;
    bounds limits = {.until_us = monotonic_us() + WAIT_FOR_READER_US};
    reader own;
    if (store_read_begin(ask->store, &limits, &own, NULL) != ANNOPROJ_OK) {
        return NULL;
    }
    limits.until_us = INT64_MAX; /* from now on the call's own limits are looked at, before each segment */
    mine->database = own.database;
    run_lane(mine);
    store_read_end(&own);
    return NULL;
}

static annoproj_status make_sums(const shared_work *shared, const scan_sums *like, scan_sums **out,
                                 annoproj_error **error) {
    size_t count = shared->ask->part_count;
    *out = allocate_zeroed(count, sizeof **out);
    if (*out == NULL) {
        return fail_memory(error);
    }
    for (size_t i = 0; i < count; i++) {
        if (!scan_sums_copy_shape(&(*out)[i], &like[i])) {
            return fail_memory(error);
        }
    }
    return ANNOPROJ_OK;
}

/* The error of a lane becomes that of the call. */
static void hand_over(lane *mine, annoproj_error **error) {
    if (error != NULL) {
        drop_error(error);
        *error = mine->error;
    } else {
        drop_error(&mine->error);
    }
    mine->error = NULL;
}

static void start_worker(lane *mine) {
    sigset_t all, before;
    sigfillset(&all); /* the host's signals are for the host's threads */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    mine->started = pthread_create(&mine->thread, NULL, run_worker, mine) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Joins a worker and adds its sums; the first failure of all lanes is the scan's. */
static annoproj_status end_worker(lane *worker, scan_sums *sums, annoproj_status status, annoproj_error **error) {
    const size_t parts = worker->work->ask->part_count;
    if (worker->started) {
        pthread_join(worker->thread, NULL);
    }
    for (size_t i = 0; i < parts && worker->sums != NULL; i++) {
        if (status == ANNOPROJ_OK && worker->status == ANNOPROJ_OK && !scan_sums_merge(&sums[i], &worker->sums[i])) {
            status = fail_memory(error);
        }
        scan_sums_release(&worker->sums[i]);
    }
    release(worker->sums);
    if (status == ANNOPROJ_OK && worker->status != ANNOPROJ_OK) {
        status = worker->status;
        hand_over(worker, error);
    }
    drop_error(&worker->error);
    return status;
}

annoproj_status scan_lanes(const scan_request *ask, const segment *heads, size_t count, const int32_t *cubes,
                           scan_sums *sums, annoproj_error **error) {
    shared_work shared = {.ask = ask, .heads = heads, .count = count, .cubes = cubes};
    if (ask->store != NULL) {
        shared.cache = store_cache(ask->store);
        shared.pass = blob_cache_pass(shared.cache);
    }
    lane lanes[LANES_MOST] = {{0}};
    size_t used = 1, wanted = ask->store == NULL ? 1 : (size_t)store_threads(ask->store);
    wanted = wanted > LANES_MOST ? LANES_MOST : wanted;
    for (; used < wanted && count / SEGMENTS_OF_LANE > used; used++) {
        lanes[used].work = &shared;
        if (make_sums(&shared, sums, &lanes[used].sums, NULL) == ANNOPROJ_OK) {
            start_worker(&lanes[used]);
        }
    }
    lanes[0].work = &shared;
    lanes[0].database = ask->database;
    lanes[0].sums = sums;
    run_lane(&lanes[0]);
    annoproj_status status = lanes[0].status;
    if (status != ANNOPROJ_OK) {
        hand_over(&lanes[0], error);
    }
    for (size_t i = 1; i < used; i++) {
        status = end_worker(&lanes[i], sums, status, error);
    }
    return status;
}
