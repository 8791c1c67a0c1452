/* Lanes of a scan (scan_lanes.h): each takes the next segment that nobody has taken; sealed segments never change. */
#include "failure.h"
#include "lanes.h"
#include "scan_lanes.h"

#define SEGMENTS_OF_LANE 8 /* fewer are not worth a thread */

/* What all lanes share. */
typedef struct shared_work {
    const scan_request *ask;
    const segment *heads;
    size_t count;
    size_t next; /* atomic: the next segment to take */
    const int64_t *from;
    blob_cache *cache; /* NULL = none */
    uint64_t pass;
} shared_work;

typedef struct lane {
    shared_work *work;
    scan_sums *sums;
    scan_source source;
    scan_blocks *blocks;
} lane;

static annoproj_status scan_head(lane *mine, const segment *head, annoproj_error **error) {
    const scan_request *ask = mine->work->ask;
    annoproj_status status = ask->bounds == NULL ? ANNOPROJ_OK : bounds_check(ask->bounds, error);
    scan_source_turn(&mine->source, head);
    if (status == ANNOPROJ_OK) {
        status = scan_segment(ask, mine->sums, mine->work->from, &mine->source, mine->blocks, error);
    }
    return status;
}

/* Takes segments until there are none; a failure makes the other lanes stop, too. */
static annoproj_status run_lane(void *argument, database *from, annoproj_error **error) {
    lane *mine = argument;
    shared_work *shared = mine->work;
    mine->source = (scan_source){.columns = segment_columns(from),
                                 .project = shared->ask->project,
                                 .cache = shared->cache,
                                 .pass = shared->pass};
    mine->blocks = allocate(sizeof *mine->blocks);
    annoproj_status status = mine->blocks == NULL ? fail_memory(error) : ANNOPROJ_OK;
    while (status == ANNOPROJ_OK) {
        size_t taken = __atomic_fetch_add(&shared->next, 1, __ATOMIC_RELAXED);
        if (taken >= shared->count) {
            break;
        }
        status = scan_head(mine, &shared->heads[taken], error);
    }
    if (status != ANNOPROJ_OK) {
        __atomic_store_n(&shared->next, shared->count, __ATOMIC_RELAXED);
    }
    scan_source_release(&mine->source);
    release(mine->blocks);
    return status;
}

static void release_sums(scan_sums *sums, size_t count) {
    for (size_t i = 0; i < count && sums != NULL; i++) {
        scan_sums_release(&sums[i]);
    }
    release(sums);
}

/* Empty sums for another lane; NULL when out of memory. */
static scan_sums *make_sums(const scan_sums *like, size_t count) {
    scan_sums *made = allocate_zeroed(count, sizeof *made);
    bool good = made != NULL;
    for (size_t i = 0; i < count && good; i++) {
        good = scan_sums_copy_shape(&made[i], &like[i]);
    }
    if (!good) {
        release_sums(made, count);
        return NULL;
    }
    return made;
}

annoproj_status scan_lanes(const scan_request *ask, const segment *heads, size_t count, const int64_t *from,
                           scan_sums *sums, annoproj_error **error) {
    shared_work shared = {.ask = ask, .heads = heads, .count = count, .from = from};
    lane lanes[LANES_MOST] = {{.work = &shared, .sums = sums}};
    void *list[LANES_MOST] = {&lanes[0]};
    size_t used = 1;
    if (ask->store != NULL) {
        shared.cache = store_cache(ask->store);
        shared.pass = blob_cache_pass(shared.cache);
    }
    for (const size_t worth = lanes_worth(ask->store, count, SEGMENTS_OF_LANE); used < worth; used++) {
        lanes[used] = (lane){.work = &shared, .sums = make_sums(sums, ask->part_count)};
        list[used] = &lanes[used];
        if (lanes[used].sums == NULL) {
            break; /* the others do it */
        }
    }
    annoproj_status status = lanes_run(ask->store, ask->database, list, used, run_lane, error);
    for (size_t i = 1; i < used; i++) {
        for (size_t part = 0; part < ask->part_count && status == ANNOPROJ_OK; part++) {
            if (!scan_sums_merge(&sums[part], &lanes[i].sums[part])) {
                status = fail_memory(error);
            }
        }
        release_sums(lanes[i].sums, ask->part_count);
    }
    return status;
}
