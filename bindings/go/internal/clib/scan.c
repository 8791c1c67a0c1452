/* The scan (scan.h): summary, sealed segments and tail into the sums of each part. */
#include <string.h>

#include "failure.h"
#include "scan_lanes.h"
#include "scan_summary.h"
#include "scan_tail.h"
#include "summary.h"

static const char SQL_READ_HEADS[] = "SELECT " SEGMENT_FIELDS
                                     ", id FROM event_segment WHERE id >= ? AND id < ? ORDER BY id";

_Static_assert(EVENTS_SUMMED % SCAN_BLOCK == 0 && SEGMENT_EVENTS % EVENTS_SUMMED == 0, "where a part begins");

typedef struct scanning {
    const scan_request *ask;
    event_log log;
    int64_t summed; /* events whose sums the summary has */
    bool segments;  /* whether any part needs all of these */
    segment *heads; /* of all sealed segments when needed, else of the one that is not all summed */
    size_t head_count;
    bytes summary;
    int32_t last_cube; /* of the summary that is looked at; 0 = none */
    scan_tail tail;
    int64_t highest[SCAN_DIMENSIONS];
    int32_t *cubes; /* by part: of the summary, which answers for the events it has; 0 = none does */
    int64_t *from;  /* by part: the first event that it looks at */
    scan_sums *sums;
    scan_blocks *blocks;
} scanning;

static annoproj_status damaged(const scanning *work, const char *what, annoproj_error **error) {
    return fail(error, ANNOPROJ_CORRUPT, "event log of project %lld: %s; restore a backup of the store",
                (long long)work->ask->project, what);
}

static annoproj_status read_heads(scanning *work, annoproj_error **error) {
    const int64_t first = work->segments ? 0 : work->summed / SEGMENT_EVENTS;
    const size_t count = (size_t)(work->log.segments - first);
    bool sound = true;
    if (count == 0) {
        return ANNOPROJ_OK;
    }
    work->heads = allocate_zeroed(count, sizeof *work->heads);
    if (work->heads == NULL) {
        return fail_memory(error);
    }
    statement *read = sql(work->ask->database, SQL_READ_HEADS);
    bind_int64(read, SEGMENT_ID(work->ask->project, first));
    bind_int64(read, SEGMENT_ID(work->ask->project, work->log.segments));
    while (sound && work->head_count < count && sql_row(read)) {
        segment *head = &work->heads[work->head_count];
        head->number = first + (int64_t)work->head_count++;
        sound = segment_from_row(read, head) && segment_row_intact(read, head) &&
                head->first_seq == head->number * SEGMENT_EVENTS + 1 &&
                column_int64(read, SEGMENT_FIELD_CHECKSUM + 1) == SEGMENT_ID(work->ask->project, head->number);
    }
    annoproj_status status = sql_end(read, error);
    if (status == ANNOPROJ_OK && (!sound || work->head_count < count)) {
        status = damaged(work, "a segment is missing or damaged", error);
    }
    return status;
}

/* Columns that some part looks at. */
static uint32_t columns_of(const scan_request *ask) {
    uint32_t columns = (uint32_t)1 << COLUMN_KIND | (scan_is_lifetime(ask) ? 0 : TIME_COLUMNS);
    for (size_t i = 0; i < ask->part_count; i++) {
        const scan_part *part = &ask->parts[i];
        for (int d = SCAN_KIND; d < SCAN_DIMENSIONS; d++) {
            columns |= (part->group >> d & 1) << scan_dimension_column[d];
        }
        columns |= (uint32_t)(part->sources != NULL) << COLUMN_SOURCE |
                   (uint32_t)(part->stages != NULL) << COLUMN_STAGE |
                   (uint32_t)(part->actors != NULL || part->others_only) << COLUMN_ACTOR |
                   (uint32_t)(part->credited != NULL || part->others_only) << COLUMN_CREDITED |
                   (uint32_t)(part->classes != NULL) << COLUMN_CLASS | (uint32_t)(part->tasks != NULL) << COLUMN_TASK |
                   (uint32_t)((part->sums & SCAN_FRAMES) != 0) << COLUMN_FRAMES |
                   (uint32_t)((part->sums & SCAN_DURATION) != 0 || part->pieces) << COLUMN_DURATION;
    }
    return columns;
}

static void raise_highest(scanning *work, const segment *head) {
    for (int d = SCAN_KIND; d < SCAN_DIMENSIONS; d++) {
        const segment_entry *entry = &head->columns[scan_dimension_column[d]];
        int64_t most = entry->least < 0 ? INT64_MAX : entry->most; /* negative numbers are damage: see scan_sums_make */
        work->highest[d] = most > work->highest[d] ? most : work->highest[d];
    }
}

/* Reads what there is to read before the columns, and makes the sums. */
static annoproj_status prepare(scanning *work, annoproj_error **error) {
    const scan_request *ask = work->ask;
    annoproj_status status = event_log_read(ask->database, ask->project, &work->log, error);
    work->cubes = allocate_zeroed(ask->part_count + 1, sizeof *work->cubes);
    work->from = allocate_zeroed(ask->part_count + 1, sizeof *work->from);
    if (work->cubes == NULL || work->from == NULL) {
        return status != ANNOPROJ_OK ? status : fail_memory(error);
    }
    work->summed = event_log_summed(&work->log);
    for (size_t i = 0; i < ask->part_count; i++) {
        work->cubes[i] = scan_summary_cube(ask, &ask->parts[i]);
        work->from[i] = work->cubes[i] == 0 ? 1 : work->summed + 1;
        work->segments = work->segments || work->cubes[i] == 0;
        int32_t last = scan_summary_last_cube(&ask->parts[i], work->cubes[i]);
        work->last_cube = last > work->last_cube ? last : work->last_cube;
    }
    if (status == ANNOPROJ_OK) {
        status = read_heads(work, error);
    }
    if (status == ANNOPROJ_OK && work->last_cube > 0) {
        status = summary_read(ask->database, ask->project, work->summed, &work->summary, error);
    }
    if (status == ANNOPROJ_OK) {
        const bool some = !work->segments && work->summed >= work->log.tail_first;
        status = scan_tail_read(ask->database, ask->project, &work->log, some ? work->summed + 1 : work->log.tail_first,
                                columns_of(ask), &work->tail, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    work->highest[SCAN_BUCKET] = ask->border_count < 2 ? 0 : (int64_t)ask->border_count - 2;
    for (size_t i = 0; i < work->head_count; i++) {
        raise_highest(work, &work->heads[i]);
    }
    raise_highest(work, &work->tail.head);
    if (!scan_summary_highest(work->summary.data, work->summary.length, work->last_cube, work->highest)) {
        return damaged(work, "a summary is damaged", error);
    }
    work->sums = allocate_zeroed(ask->part_count + 1, sizeof *work->sums);
    work->blocks = allocate(sizeof *work->blocks);
    status = work->sums == NULL || work->blocks == NULL ? fail_memory(error) : ANNOPROJ_OK;
    for (size_t i = 0; i < ask->part_count && status == ANNOPROJ_OK; i++) {
        status = scan_sums_make(&work->sums[i], &ask->parts[i], work->highest, error);
    }
    return status;
}

static annoproj_status add_tail(scanning *work, annoproj_error **error) {
    scan_source source = {.head = &work->tail.head, .project = work->ask->project, .loaded = UINT32_MAX};
    memcpy(source.views, work->tail.views, sizeof source.views);
    return scan_segment(work->ask, work->sums, work->from, &source, work->blocks, error);
}

static annoproj_status scan_all(scanning *work, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    if (work->summary.length > 0 && !scan_summary_add(work->sums, work->cubes, work->ask->part_count,
                                                      work->summary.data, work->summary.length, work->last_cube)) {
        status = damaged(work, "a summary is damaged, or memory is short", error);
    }
    if (status == ANNOPROJ_OK && work->head_count > 0) {
        status = scan_lanes(work->ask, work->heads, work->head_count, work->from, work->sums, error);
    }
    return status == ANNOPROJ_OK ? add_tail(work, error) : status;
}

static annoproj_status collect(const scanning *work, scan_result *out, annoproj_error **error) {
    size_t count = 0;
    for (size_t i = 0; i < work->ask->part_count; i++) {
        count += scan_sums_count(&work->sums[i]);
    }
    out->cells = allocate((count + 1) * sizeof *out->cells);
    if (out->cells == NULL) {
        return fail_memory(error);
    }
    for (size_t i = 0; i < work->ask->part_count; i++) {
        scan_sums_cells(&work->sums[i], (int32_t)i, out->cells + out->count);
        out->count += scan_sums_count(&work->sums[i]);
    }
    return ANNOPROJ_OK;
}

annoproj_status scan_run(const scan_request *ask, scan_result *out, annoproj_error **error) {
    scanning work = {.ask = ask};
    *out = (scan_result){0};
    annoproj_status status = prepare(&work, error);
    if (status == ANNOPROJ_OK) {
        status = scan_all(&work, error);
    }
    if (status == ANNOPROJ_OK) {
        status = collect(&work, out, error);
    }
    for (size_t i = 0; i < ask->part_count && work.sums != NULL; i++) {
        scan_sums_release(&work.sums[i]);
    }
    scan_tail_release(&work.tail);
    bytes_release(&work.summary);
    release(work.cubes);
    release(work.from);
    release(work.sums);
    release(work.blocks);
    release(work.heads);
    return status;
}

void scan_release(scan_result *result) {
    release(result->cells);
    *result = (scan_result){0};
}

annoproj_status scan_time_range(database *db, int64_t project, int64_t *first, int64_t *last, bool *any,
                                annoproj_error **error) {
    static const char text[] =
        "SELECT min(time_least), max(time_reach), count(*) FROM event_segment WHERE id >= ? AND id < ?";
    scan_tail tail = {0};
    event_log log;
    *first = *last = 0;
    *any = false;
    annoproj_status status = event_log_read(db, project, &log, error);
    if (status == ANNOPROJ_OK) {
        status = scan_tail_read(db, project, &log, log.tail_first, TIME_COLUMNS, &tail, error);
    }
    if (status == ANNOPROJ_OK && tail.head.count > 0) {
        *first = tail.head.time_least;
        *last = tail.head.time_reach;
        *any = true;
    }
    scan_tail_release(&tail);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    statement *read = sql(db, text);
    bind_int64(read, SEGMENT_ID(project, 0));
    bind_int64(read, SEGMENT_ID(project + 1, 0));
    if (sql_row(read) && column_int64(read, 2) > 0) {
        int64_t least = column_int64(read, 0), most = column_int64(read, 1);
        *first = !*any || least < *first ? least : *first;
        *last = !*any || most > *last ? most : *last;
        *any = true;
    }
    return sql_end(read, error);
}
