/* The scan: sums over events. A request has a window, buckets and parts; each part picks events by kinds and filters,
 * and sums them by the columns it is grouped by. Answers are exact: nothing is pre-aggregated but the summaries, which
 * are used where they give the same answer. */
#ifndef SCAN_H
#define SCAN_H

#include "event.h"
#include "number_set.h"
#include "store.h"

enum scan_group {
    SCAN_BY_BUCKET = 1,
    SCAN_BY_KIND = 2,
    SCAN_BY_STAGE = 4,
    SCAN_BY_ACTOR = 8,
    SCAN_BY_CREDITED = 16,
    SCAN_BY_CLASS = 32,
    SCAN_BY_ANSWER = 64,
    SCAN_BY_TASK = 128
};
enum scan_sum { SCAN_FRAMES = 1, SCAN_DURATION = 2 }; /* the count is always there */

#define SCAN_KINDS 16

/* A filter that is NULL lets everything pass. */
typedef struct scan_part {
    int32_t kinds[SCAN_KINDS]; /* up to the first 0 */
    const number_set *sources, *actors, *credited, *stages, *tasks, *classes;
    bool others_only; /* the actor is not the credited user */
    bool pieces;      /* events last from time to time + duration and are cut at the window and at buckets */
    uint32_t group, sums;
} scan_part;

typedef struct scan_request {
    database *database;
    const bounds *bounds; /* NULL-able */
    int64_t project;
    int64_t after, before;  /* INT64_MIN, INT64_MAX = no end */
    const int64_t *borders; /* ascending; bucket i = [borders[i], borders[i + 1]); what lies outside is left out */
    size_t border_count;    /* 0 = one bucket */
    const scan_part *parts;
    size_t part_count;
    store *store;      /* worker threads read through its readers; NULL = none */
    bool no_summaries; /* for comparing the two ways */
} scan_request;

/* One sum. Columns it is not grouped by are 0. */
typedef struct scan_cell {
    int32_t part, kind;
    int64_t bucket, stage, actor, credited, class, answer, task;
    int64_t count, frames, duration_us;
} scan_cell;

typedef struct scan_result {
    scan_cell *cells; /* of all parts, in no order; none without an event */
    size_t count;
} scan_result;

annoproj_status scan_run(const scan_request *ask, scan_result *out, annoproj_error **error);
void scan_release(scan_result *result);

/* First and last moment of the project's events, time pieces to their end; false in *any when there is no event. */
annoproj_status scan_time_range(database *database, int64_t project, int64_t *first, int64_t *last, bool *any,
                                annoproj_error **error);

#endif
