/* Sums of one part of a scan (scan_sums.h). */
#include <string.h>

#include "event_column.h"
#include "failure.h"
#include "scan_sums.h"

#define ARRAY_CELLS ((uint64_t)1 << 17) /* 4 MiB of sums; beyond that a hash table is as fast */

#define FIRST_HASHED ((size_t)4096)

const int scan_dimension_column[SCAN_DIMENSIONS] = {
    0, COLUMN_KIND, COLUMN_STAGE, COLUMN_ACTOR, COLUMN_CREDITED, COLUMN_CLASS, COLUMN_ANSWER, COLUMN_TASK};

static int64_t *dimension_field(scan_cell *cell, int dimension) {
    switch (dimension) {
    case 0: return &cell->bucket;
    case 2: return &cell->stage;
    case 3: return &cell->actor;
    case 4: return &cell->credited;
    case 5: return &cell->class;
    case 6: return &cell->answer;
    default: return &cell->task;
    }
}

annoproj_status scan_sums_make(scan_sums *sums, const scan_part *part, const int64_t highest[SCAN_DIMENSIONS],
                               annoproj_error **error) {
    *sums = (scan_sums){.part = part, .total = 1};
    int64_t kinds = 0;
    while (kinds < SCAN_KINDS && part->kinds[kinds] != 0) {
        sums->kind_place[part->kinds[kinds] & 0xff] = (uint8_t)(kinds + 1);
        kinds++;
    }
    for (int d = 0; d < SCAN_DIMENSIONS; d++) {
        bool grouped = (part->group >> d & 1) != 0;
        if (grouped && (highest[d] < 0 || highest[d] >= INT64_MAX - 1)) {
            return fail(error, ANNOPROJ_CORRUPT,
                        "the event log holds a number that is too large; run annoproj_store_check");
        }
        sums->extent[d] = !grouped ? 1 : d == SCAN_KIND ? (kinds > 0 ? kinds : 1) : highest[d] + 1;
        sums->stride[d] = sums->total;
        if (sums->extent[d] < 1 || sums->total > ((uint64_t)1 << 62) / (uint64_t)sums->extent[d]) {
            return fail(error, ANNOPROJ_LIMIT,
                        "the report has too many combinations of its columns; filter it, or use fewer buckets");
        }
        sums->total *= (uint64_t)sums->extent[d];
    }
    sums->hashed = sums->total > ARRAY_CELLS;
    sums->capacity = sums->hashed ? FIRST_HASHED : (size_t)sums->total;
    sums->cells = allocate_zeroed(sums->capacity, sizeof *sums->cells);
    return sums->cells == NULL ? fail_memory(error) : ANNOPROJ_OK;
}

static size_t slot_of(const scan_sum_cell *cells, size_t capacity, uint64_t key) {
    size_t slot = (size_t)((key * 0x9e3779b97f4a7c15u) >> 20) & (capacity - 1);
    while (cells[slot].key != 0 && cells[slot].key != key + 1) {
        slot = (slot + 1) & (capacity - 1);
    }
    return slot;
}

static bool grow(scan_sums *sums) {
    size_t capacity = sums->capacity * 4;
    scan_sum_cell *cells = allocate_zeroed(capacity, sizeof *cells);
    if (cells == NULL) {
        return false;
    }
    for (size_t i = 0; i < sums->capacity; i++) {
        if (sums->cells[i].key != 0) {
            cells[slot_of(cells, capacity, sums->cells[i].key - 1)] = sums->cells[i];
        }
    }
    release(sums->cells);
    sums->cells = cells;
    sums->capacity = capacity;
    return true;
}

/* Damaged numbers may wrap around; they are found by the check, not here. */
static inline void add_to(int64_t *sum, int64_t value) {
    *sum = (int64_t)((uint64_t)*sum + (uint64_t)value);
}

static bool add_hashed(scan_sums *sums, const uint64_t *keys, const int64_t *frames, const int64_t *durations,
                       size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (keys[i] >= sums->total || (sums->used * 2 >= sums->capacity && !grow(sums))) {
            return false;
        }
        scan_sum_cell *cell = &sums->cells[slot_of(sums->cells, sums->capacity, keys[i])];
        sums->used += cell->key == 0;
        cell->key = keys[i] + 1;
        cell->count++;
        add_to(&cell->frames, frames == NULL ? 0 : frames[i]);
        add_to(&cell->duration_us, durations == NULL ? 0 : durations[i]);
    }
    return true;
}

bool scan_sums_add(scan_sums *sums, const uint64_t *keys, const int64_t *frames, const int64_t *durations,
                   size_t count) {
    if (sums->hashed) {
        return add_hashed(sums, keys, frames, durations, count);
    }
    for (size_t i = 0; i < count; i++) {
        if (keys[i] >= sums->total) {
            return false;
        }
        sums->cells[keys[i]].count++;
    }
    for (size_t i = 0; i < count && frames != NULL; i++) {
        add_to(&sums->cells[keys[i]].frames, frames[i]);
    }
    for (size_t i = 0; i < count && durations != NULL; i++) {
        add_to(&sums->cells[keys[i]].duration_us, durations[i]);
    }
    return true;
}

bool scan_sums_add_sum(scan_sums *sums, uint64_t key, int64_t count, int64_t frames, int64_t duration_us) {
    if (key >= sums->total || (sums->hashed && sums->used * 2 >= sums->capacity && !grow(sums))) {
        return false;
    }
    scan_sum_cell *cell = &sums->cells[sums->hashed ? slot_of(sums->cells, sums->capacity, key) : key];
    sums->used += cell->key == 0;
    cell->key = key + 1;
    add_to(&cell->count, count);
    add_to(&cell->frames, frames);
    add_to(&cell->duration_us, duration_us);
    return true;
}

bool scan_sums_copy_shape(scan_sums *sums, const scan_sums *like) {
    *sums = *like;
    sums->used = 0;
    sums->capacity = like->hashed ? FIRST_HASHED : (size_t)like->total;
    sums->cells = allocate_zeroed(sums->capacity, sizeof *sums->cells);
    return sums->cells != NULL;
}

bool scan_sums_merge(scan_sums *sums, const scan_sums *more) {
    bool good = true;
    for (size_t i = 0; i < more->capacity && good; i++) {
        const scan_sum_cell *cell = &more->cells[i];
        if (cell->count != 0) {
            good = scan_sums_add_sum(sums, more->hashed ? cell->key - 1 : i, cell->count, cell->frames,
                                     cell->duration_us);
        }
    }
    return good;
}

size_t scan_sums_count(const scan_sums *sums) {
    size_t count = 0;
    for (size_t i = 0; i < sums->capacity; i++) {
        count += sums->cells[i].count != 0;
    }
    return count;
}

void scan_sums_cells(const scan_sums *sums, int32_t part, scan_cell *out) {
    for (size_t i = 0; i < sums->capacity; i++) {
        const scan_sum_cell *cell = &sums->cells[i];
        if (cell->count == 0) {
            continue;
        }
        *out = (scan_cell){
            .part = part, .count = cell->count, .frames = cell->frames, .duration_us = cell->duration_us};
        uint64_t rest = sums->hashed ? cell->key - 1
                                     : i; /* of the key, when the dimensions before have been taken off */
        for (int d = 0; d < SCAN_DIMENSIONS; d++) {
            const uint64_t extent = (uint64_t)sums->extent[d];
            if ((sums->part->group >> d & 1) == 0) {
                continue;
            }
            if (d == SCAN_KIND) {
                out->kind = sums->part->kinds[rest % extent];
            } else {
                *dimension_field(out, d) = (int64_t)(rest % extent);
            }
            rest /= extent;
        }
        out++;
    }
}

void scan_sums_release(scan_sums *sums) {
    release(sums->cells);
    sums->cells = NULL;
}
