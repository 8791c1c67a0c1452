/* The parts of a scan over one segment (scan_segment.h): rows are picked for all parts at once (scan_pick.h), then each
 * part thins out its own by what is left of its filters and adds them up, block by block. A loop touches one column and
 * knows its width; there is no switch per row. */
#include <string.h>

#include "failure.h"
#include "scan_segment.h"

int64_t scan_lower(const scan_request *ask) {
    bool border = ask->border_count > 0 && ask->borders[0] > ask->after;
    return border ? ask->borders[0] : ask->after;
}

int64_t scan_upper(const scan_request *ask) {
    bool border = ask->border_count > 0 && ask->borders[ask->border_count - 1] < ask->before;
    return border ? ask->borders[ask->border_count - 1] : ask->before;
}

size_t scan_bucket(const scan_request *ask, int64_t time, size_t hint) {
    if (ask->border_count == 0) {
        return 0;
    }
    if (time >= ask->borders[hint] && time < ask->borders[hint + 1]) {
        return hint;
    }
    size_t low = 0, high = ask->border_count - 1; /* borders[low] <= time < borders[high] */
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (ask->borders[middle] <= time) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* --- loops over one column ---- */

static size_t keep_members(const number_set *set, const int64_t *values, uint16_t *rows, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        rows[kept] = rows[i];
        kept += number_set_has(set, values[i]);
    }
    return kept;
}

static size_t keep_between(int64_t lower, int64_t upper, const int64_t *values, uint16_t *rows, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        rows[kept] = rows[i];
        kept += values[i] >= lower && values[i] < upper;
    }
    return kept;
}

static size_t keep_different(const int64_t *a, const int64_t *b, uint16_t *rows, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        rows[kept] = rows[i];
        kept += a[i] != b[i];
    }
    return kept;
}

/* --- the plan for one segment ---- */

typedef struct filter {
    const column_view *column;
    const number_set *set;
} filter;

/* For one part. */
typedef struct plan {
    const scan_request *ask;
    scan_sums *sums;
    scan_blocks *blocks;
    uint8_t bit;                                                       /* of picked rows */
    size_t start;                                                      /* the first row that is looked at */
    const column_view *actors, *credited, *times, *frames, *durations; /* NULL = not needed */
    filter filters[SCAN_FILTERS];
    size_t filter_count;
    const column_view *dimensions[SCAN_DIMENSIONS]; /* NULL = not grouped, or constant */
    uint64_t constant_key;                          /* what constant columns and a constant bucket add to every key */
    int64_t lower, upper;
    bool in_window;  /* the whole segment lies in the window */
    bool one_bucket; /* and in one bucket */
    bool ascending;  /* its times never go back: pieces of time may */
    size_t bucket;   /* the last one that was found */
} plan;

/* Whether the segment can hold anything of the part; notes how times must be looked at. */
static bool plan_times(plan *work, const segment *head) {
    const bool pieces = work->sums->part->pieces, late = work->sums->kind_place[EVENT_TIME_SPENT] != 0;
    const int64_t least = late ? head->time_least : head->command_least,
                  most = late ? head->time_most : head->command_most, end = pieces ? head->time_reach : most;
    work->lower = scan_lower(work->ask);
    work->upper = scan_upper(work->ask);
    work->ascending = head->ascending && !late;
    if ((end < work->lower) || least >= work->upper || work->lower >= work->upper) {
        return false;
    }
    work->in_window = least >= work->lower && (pieces ? end <= work->upper : end < work->upper) && most < work->upper;
    if (work->in_window) {
        work->bucket = scan_bucket(work->ask, least, 0);
        work->one_bucket = work->ask->border_count == 0 || (pieces ? end <= work->ask->borders[work->bucket + 1]
                                                                   : end < work->ask->borders[work->bucket + 1]);
        work->one_bucket = work->one_bucket &&
                           (work->ask->border_count == 0 || most < work->ask->borders[work->bucket + 1]);
    }
    bool bucketed = (work->sums->part->group & SCAN_BY_BUCKET) != 0;
    if (work->in_window && (work->one_bucket || !bucketed)) {
        work->one_bucket = true;
        work->constant_key += bucketed ? work->bucket * work->sums->stride[SCAN_BUCKET] : 0;
    }
    return true;
}

/* What picking has left to do. */
static annoproj_status plan_filters(plan *work, const scan_picks *picks, scan_source *source, annoproj_error **error) {
    const scan_part *part = work->sums->part;
    scan_filter filters[SCAN_FILTERS];
    annoproj_status status = ANNOPROJ_OK;
    scan_filters(part, filters);
    for (int i = 0; i < SCAN_FILTERS && status == ANNOPROJ_OK; i++) {
        if (filters[i].set != NULL && !scan_pick_decides(picks, source, filters[i].column)) {
            filter *left = &work->filters[work->filter_count++];
            left->set = filters[i].set;
            status = scan_source_column(source, filters[i].column, &left->column, error);
        }
    }
    if (status == ANNOPROJ_OK && part->others_only) {
        status = scan_source_column(source, COLUMN_ACTOR, &work->actors, error);
        if (status == ANNOPROJ_OK) {
            status = scan_source_column(source, COLUMN_CREDITED, &work->credited, error);
        }
    }
    return status;
}

static annoproj_status plan_sums(plan *work, scan_source *source, annoproj_error **error) {
    const scan_part *part = work->sums->part;
    bool times = !work->in_window || !work->one_bucket;
    annoproj_status status = times ? scan_source_column(source, COLUMN_TIME, &work->times, error) : ANNOPROJ_OK;
    if (status == ANNOPROJ_OK && (part->sums & SCAN_FRAMES) != 0) {
        status = scan_source_column(source, COLUMN_FRAMES, &work->frames, error);
    }
    if (status == ANNOPROJ_OK && ((part->sums & SCAN_DURATION) != 0 || (part->pieces && times))) {
        status = scan_source_column(source, COLUMN_DURATION, &work->durations, error);
    }
    for (int d = SCAN_KIND; d < SCAN_DIMENSIONS && status == ANNOPROJ_OK; d++) {
        int column = scan_dimension_column[d];
        const segment_entry *entry = &source->head->columns[column];
        if ((part->group >> d & 1) == 0) {
            continue;
        }
        if (d != SCAN_KIND && entry->width == 0) {
            work->constant_key += (uint64_t)entry->least * work->sums->stride[d];
        } else {
            status = scan_source_column(source, column, &work->dimensions[d], error);
        }
    }
    return status;
}

/* --- running it ---- */

static size_t pick_rows(plan *work, size_t start, size_t length) {
    scan_blocks *blocks = work->blocks;
    size_t count = scan_picked(blocks->bits + start, length, work->bit, blocks->rows);
    for (size_t i = 0; i < work->filter_count && count > 0; i++) {
        column_gather(work->filters[i].column, start, blocks->rows, count, blocks->values);
        count = keep_members(work->filters[i].set, blocks->values, blocks->rows, count);
    }
    if (work->actors != NULL && count > 0) {
        column_gather(work->actors, start, blocks->rows, count, blocks->values);
        column_gather(work->credited, start, blocks->rows, count, blocks->others);
        count = keep_different(blocks->values, blocks->others, blocks->rows, count);
    }
    if (!work->in_window && !work->sums->part->pieces && count > 0) {
        column_gather(work->times, start, blocks->rows, count, blocks->times);
        count = keep_between(work->lower, work->upper, blocks->times, blocks->rows, count);
    }
    return count;
}

/* Keys of the picked rows but for the bucket. */
static void make_keys(const plan *work, size_t start, size_t count) {
    scan_blocks *blocks = work->blocks;
    for (size_t i = 0; i < count; i++) {
        blocks->keys[i] = work->constant_key;
    }
    for (int d = SCAN_KIND; d < SCAN_DIMENSIONS; d++) {
        if (work->dimensions[d] == NULL) {
            continue;
        }
        uint64_t stride = work->sums->stride[d];
        column_gather(work->dimensions[d], start, blocks->rows, count, blocks->values);
        if (d == SCAN_KIND) {
            for (size_t i = 0; i < count; i++) {
                blocks->keys[i] += (uint64_t)(work->sums->kind_place[blocks->values[i] & 0xff] - 1) * stride;
            }
        } else {
            for (size_t i = 0; i < count; i++) {
                blocks->keys[i] += (uint64_t)blocks->values[i] * stride;
            }
        }
    }
}

/* The bucket of a row, whose time may lie outside the window. */
static size_t bucket_of_row(plan *work, size_t row) {
    int64_t time = column_value(work->times, row);
    time = time < work->lower ? work->lower : time >= work->upper ? work->upper - 1 : time;
    work->bucket = scan_bucket(work->ask, time, work->bucket);
    return work->bucket;
}

typedef struct span {
    int64_t from, until;
} span;

/* What of a bucket lies in the window. */
static span bucket_span(const plan *work, size_t bucket) {
    span out = {work->lower, work->upper};
    if (work->ask->border_count > 0) {
        const int64_t *borders = work->ask->borders + bucket;
        out.from = borders[0] > out.from ? borders[0] : out.from;
        out.until = borders[1] < out.until ? borders[1] : out.until;
    }
    return out;
}

static void add_buckets(plan *work, size_t start, size_t count) {
    scan_blocks *blocks = work->blocks;
    uint64_t stride = work->sums->stride[SCAN_BUCKET];
    /* Where times ascend, the first row and the last tell of those between. */
    if (work->ascending &&
        bucket_of_row(work, start + blocks->rows[0]) == bucket_of_row(work, start + blocks->rows[count - 1])) {
        for (size_t i = 0; i < count; i++) {
            blocks->keys[i] += work->bucket * stride;
        }
        return;
    }
    column_gather(work->times, start, blocks->rows, count, blocks->times); /* all of them in the window */
    span now = bucket_span(work, work->bucket);
    for (size_t i = 0; i < count; i++) {
        const int64_t time = blocks->times[i];
        if (time < now.from || time >= now.until) {
            work->bucket = scan_bucket(work->ask, time, work->bucket);
            now = bucket_span(work, work->bucket);
        }
        blocks->keys[i] += work->bucket * stride;
    }
}

/* One piece of time, cut at the window's and the buckets' borders. */
static bool add_piece(plan *work, uint64_t key, int64_t frames, int64_t from, int64_t duration) {
    uint64_t stride = (work->sums->part->group & SCAN_BY_BUCKET) != 0 ? work->sums->stride[SCAN_BUCKET] : 0;
    int64_t until = from;
    if (duration > 0) {
        until = from > INT64_MAX - duration ? INT64_MAX : from + duration;
    } else if (from >= work->lower && from < work->upper) { /* a moment: it is where it is */
        until = from + 1;
    }
    from = from < work->lower ? work->lower : from;
    until = until > work->upper ? work->upper : until;
    while (from < until) {
        int64_t stop = until;
        work->bucket = scan_bucket(work->ask, from, work->bucket);
        if (stride != 0 && work->ask->border_count > 0 && work->ask->borders[work->bucket + 1] < stop) {
            stop = work->ask->borders[work->bucket + 1];
        }
        uint64_t whole = key + work->bucket * stride;
        int64_t length = duration <= 0 ? 0 : (int64_t)((uint64_t)stop - (uint64_t)from);
        if (!scan_sums_add(work->sums, &whole, &frames, &length, 1)) {
            return false;
        }
        from = stop;
    }
    return true;
}

/* Pieces that lie in the bucket of the one before, as most do, are added together. */
static bool add_pieces(plan *work, size_t start, size_t count) {
    scan_blocks *blocks = work->blocks;
    const bool bucketed = (work->sums->part->group & SCAN_BY_BUCKET) != 0;
    size_t whole = 0;
    column_gather(work->times, start, blocks->rows, count, blocks->times);
    column_gather(work->durations, start, blocks->rows, count, blocks->durations);
    span now = bucket_span(work, work->bucket);
    for (size_t i = 0; i < count; i++) {
        const int64_t frames = work->frames == NULL ? 0 : blocks->frames[i], from = blocks->times[i],
                      duration = blocks->durations[i];
        if (duration > 0 && from >= now.from && from < now.until &&
            (uint64_t)duration <= (uint64_t)now.until - (uint64_t)from) {
            blocks->keys[whole] = blocks->keys[i] + (bucketed ? work->bucket * work->sums->stride[SCAN_BUCKET] : 0);
            blocks->frames[whole] = frames;
            blocks->durations[whole++] = duration;
        } else if (!add_piece(work, blocks->keys[i], frames, from, duration)) {
            return false;
        } else {
            now = bucket_span(work, work->bucket);
        }
    }
    return scan_sums_add(work->sums, blocks->keys, blocks->frames, blocks->durations, whole);
}

static bool add_rows(plan *work, size_t start, size_t count) {
    scan_blocks *blocks = work->blocks;
    bool whole = work->in_window && work->one_bucket;
    make_keys(work, start, count);
    if (work->frames != NULL) {
        column_gather(work->frames, start, blocks->rows, count, blocks->frames);
    }
    if (work->sums->part->pieces && !whole) {
        return add_pieces(work, start, count);
    }
    if (!whole && (work->sums->part->group & SCAN_BY_BUCKET) != 0) {
        add_buckets(work, start, count);
    }
    if (work->durations != NULL) {
        column_gather(work->durations, start, blocks->rows, count, blocks->durations);
    }
    return scan_sums_add(work->sums, blocks->keys, work->frames == NULL ? NULL : blocks->frames,
                         work->durations == NULL ? NULL : blocks->durations, count);
}

static annoproj_status scan_part_rows(plan *work, const scan_picks *picks, scan_source *source,
                                      annoproj_error **error) {
    annoproj_status status = plan_filters(work, picks, source, error);
    if (status == ANNOPROJ_OK) {
        status = plan_sums(work, source, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    for (size_t start = work->start; start < source->head->count; start += SCAN_BLOCK) {
        size_t left = source->head->count - start;
        size_t count = pick_rows(work, start, left < SCAN_BLOCK ? left : SCAN_BLOCK);
        if (count > 0 && !add_rows(work, start, count)) {
            return fail(error, ANNOPROJ_CORRUPT,
                        "event segment %lld of project %lld: a number is larger than its directory says, or memory is "
                        "short; run annoproj_store_check",
                        (long long)source->head->number, (long long)source->project);
        }
    }
    return ANNOPROJ_OK;
}

/* At most SCAN_TOGETHER parts. */
static annoproj_status scan_parts(const scan_request *ask, scan_sums *sums, const int64_t *from, size_t count,
                                  scan_source *source, scan_blocks *blocks, annoproj_error **error) {
    const int64_t first = source->head->first_seq;
    plan plans[SCAN_TOGETHER] = {0};
    scan_picks picks = {0};
    uint8_t wanted = 0;
    for (size_t i = 0; i < count; i++) {
        plans[i] = (plan){.ask = ask, .sums = &sums[i], .blocks = blocks, .bit = (uint8_t)(1 << i)};
        plans[i].start = from[i] <= first ? 0 : (size_t)(from[i] - first);
        if (plans[i].start < source->head->count && sums[i].part->kinds[0] != 0 &&
            plan_times(&plans[i], source->head)) {
            wanted |= plans[i].bit;
        }
    }
    annoproj_status status = wanted == 0 ? ANNOPROJ_OK : scan_pick(sums, wanted, source, blocks->bits, &picks, error);
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++) {
        if ((picks.found & plans[i].bit) != 0) {
            status = scan_part_rows(&plans[i], &picks, source, error);
        }
    }
    return status;
}

annoproj_status scan_segment(const scan_request *ask, scan_sums *sums, const int64_t *from, scan_source *source,
                             scan_blocks *blocks, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < ask->part_count && status == ANNOPROJ_OK && source->head->count > 0; i += SCAN_TOGETHER) {
        size_t left = ask->part_count - i;
        status = scan_parts(ask, sums + i, from + i, left < SCAN_TOGETHER ? left : SCAN_TOGETHER, source, blocks,
                            error);
    }
    return status;
}
