/* Going through the blocks of the log: sealed segments, then the tail, of one project after the other (event_scan.h). */
#include "event_scan.h"

#include "failure.h"

void event_scan_begin(event_scan *scan, database *db, uint32_t used) {
    *scan = (event_scan){.database = db,
                         .used = used,
                         .only_project = -1,
                         .seq_least = 1,
                         .seq_most = INT64_MAX,
                         .time_least = INT64_MIN,
                         .time_most = INT64_MAX,
                         .project = -1,
                         .columns = segment_columns(db)};
    scan->block = 1; /* behind the tail of a log without segments: a project comes next */
}

static void leave_block(event_scan *scan) {
    scan_tail_release(&scan->tail);
    scan->loaded = 0;
    scan->count = scan->at = 0;
}

void event_scan_end(event_scan *scan) {
    if (scan->database == NULL) {
        return;
    }
    leave_block(scan);
    blob_close(&scan->columns);
    for (int column = 1; column <= COLUMN_COUNT; column++) {
        release(scan->room[column]);
    }
    release(scan->rows);
    *scan = (event_scan){0};
}

bool event_scan_filter(event_scan *scan, int column, int64_t value) {
    for (int i = 0; i < scan->filter_count; i++) {
        if (scan->filters[i].column == column && scan->filters[i].value != value) {
            return false;
        }
    }
    if (scan->filter_count < EVENT_FILTERS) {
        scan->filters[scan->filter_count++] = (event_filter){column, value};
    }
    return true;
}

int64_t event_scan_seq(const event_scan *scan) {
    return scan->head.first_seq + scan->rows[scan->at];
}

const char *event_scan_kind_name(event_scan *scan, int64_t kind) {
    if (kind < 0 || kind > 255) {
        return event_kind_name(-1);
    }
    if (scan->kind_names[kind] == NULL) {
        scan->kind_names[kind] = event_kind_name((int32_t)kind);
    }
    return scan->kind_names[kind];
}

/* ---- columns of a block ---- */

static annoproj_status damaged(const event_scan *scan, const char *what, annoproj_error **error) {
    return fail(error, ANNOPROJ_CORRUPT, "event segment %lld of project %lld: %s; restore a backup of the store",
                (long long)scan->block, (long long)scan->project, what);
}

static annoproj_status load(event_scan *scan, int column, annoproj_error **error) {
    event probe = {0};
    const segment_entry *entry = &scan->head.columns[column];
    if ((scan->loaded >> column & 1) != 0) {
        return ANNOPROJ_OK;
    }
    if (!event_set(&probe, column, entry->least) || !event_set(&probe, column, entry->most)) {
        return damaged(scan, "a value is too large", error);
    }
    annoproj_status status = ANNOPROJ_OK;
    if (scan->block < scan->log.segments) {
        if (scan->room[column] == NULL) {
            scan->room[column] = allocate((size_t)SEGMENT_EVENTS * 8 + 8);
        }
        status = scan->room[column] == NULL ? fail_memory(error)
                                            : segment_read_column(&scan->columns, scan->project, &scan->head, column,
                                                                  scan->room[column], &scan->views[column], error);
    } else {
        scan->views[column] = scan->tail.views[column];
    }
    scan->loaded |= status == ANNOPROJ_OK ? (uint32_t)1 << column : 0;
    return status;
}

annoproj_status event_scan_value(event_scan *scan, int column, int64_t *out, annoproj_error **error) {
    annoproj_status status = load(scan, column, error);
    if (status == ANNOPROJ_OK) {
        *out = column_value(&scan->views[column], scan->rows[scan->at]);
    }
    return status;
}

/* ---- rows of a block ---- */

/* All that have the sequence numbers wanted. */
static void pick_numbers(event_scan *scan) {
    const int64_t first = scan->head.first_seq, last = first + (int64_t)scan->head.count - 1;
    const int64_t from = scan->seq_least > first ? scan->seq_least : first;
    const int64_t to = scan->seq_most < last ? scan->seq_most : last;
    scan->count = 0;
    for (int64_t seq = from; seq <= to; seq++) {
        scan->rows[scan->count++] = (uint16_t)(seq - first);
    }
}

/* Of those, the ones with a value in [least, most]. */
static annoproj_status pick_values(event_scan *scan, int column, int64_t least, int64_t most, annoproj_error **error) {
    const segment_entry *entry = &scan->head.columns[column];
    if (scan->count == 0 || (least <= entry->least && entry->most <= most)) {
        return ANNOPROJ_OK;
    }
    if (most < entry->least || least > entry->most) {
        scan->count = 0;
        return ANNOPROJ_OK;
    }
    annoproj_status status = load(scan, column, error);
    size_t kept = 0;
    for (size_t i = 0; i < scan->count && status == ANNOPROJ_OK; i++) {
        const int64_t value = column_value(&scan->views[column], scan->rows[i]);
        scan->rows[kept] = scan->rows[i];
        kept += least <= value && value <= most;
    }
    scan->count = kept;
    return status;
}

static annoproj_status pick_rows(event_scan *scan, annoproj_error **error) {
    pick_numbers(scan);
    annoproj_status status = pick_values(scan, COLUMN_TIME, scan->time_least, scan->time_most, error);
    for (int i = 0; i < scan->filter_count && status == ANNOPROJ_OK; i++) {
        const event_filter *one = &scan->filters[i];
        status = pick_values(scan, one->column, one->value, one->value, error);
    }
    return status;
}

/* ---- from block to block ---- */

static annoproj_status read_segment(event_scan *scan, annoproj_error **error) {
    annoproj_status status = segment_read_head(scan->database, scan->project, scan->block, &scan->head, error);
    if (status == ANNOPROJ_OK &&
        (scan->head.count != SEGMENT_EVENTS || scan->head.first_seq != scan->block * (int64_t)SEGMENT_EVENTS + 1)) {
        return damaged(scan, "its sequence numbers are wrong", error);
    }
    return status;
}

/* The tail is many small rows: what will be asked for is unpacked in one go. */
static annoproj_status read_tail(event_scan *scan, annoproj_error **error) {
    uint32_t columns = scan->used | (uint32_t)1 << COLUMN_TIME | (uint32_t)1 << COLUMN_KIND;
    for (int i = 0; i < scan->filter_count; i++) {
        columns |= (uint32_t)1 << scan->filters[i].column;
    }
    annoproj_status status = scan_tail_read(scan->database, scan->project, &scan->log, scan->log.tail_first, columns,
                                            &scan->tail, error);
    scan->head = scan->tail.head;
    return status;
}

static annoproj_status enter_block(event_scan *scan, annoproj_error **error) {
    const int64_t first = scan->block * (int64_t)SEGMENT_EVENTS + 1;
    const int64_t last = scan->block < scan->log.segments ? first + SEGMENT_EVENTS - 1 : scan->log.last_seq;
    if (last < scan->seq_least || first > scan->seq_most || last < first) {
        return ANNOPROJ_OK;
    }
    annoproj_status status = scan->block < scan->log.segments ? read_segment(scan, error) : read_tail(scan, error);
    return status == ANNOPROJ_OK ? pick_rows(scan, error) : status;
}

/* Segments that hold no sequence number that is wanted are not even looked at. */
static void first_block(event_scan *scan) {
    const int64_t wanted = (scan->seq_least - 1) / SEGMENT_EVENTS;
    scan->block = wanted < scan->log.segments ? wanted : scan->log.segments;
}

/* The store's own events, then those of each project. */
static annoproj_status next_project(event_scan *scan, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    const int64_t only = scan->only_project;
    if (scan->project < 0 && only <= 0) {
        scan->project = 0;
    } else if (only == 0) {
        scan->end = true;
    } else {
        const int64_t after = scan->project < 0 ? only - 1 : scan->project;
        status = host_owner_next(scan->database, OWNER_PROJECT, after, &scan->project, error);
        scan->end = scan->project == 0 || (only > 0 && scan->project != only);
    }
    if (status == ANNOPROJ_OK && !scan->end) {
        status = event_log_read(scan->database, scan->project, &scan->log, error);
        first_block(scan);
    }
    return status;
}

annoproj_status event_scan_next(event_scan *scan, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    if (++scan->at < scan->count) {
        return status;
    }
    if (scan->rows == NULL) {
        scan->rows = allocate(SEGMENT_EVENTS * sizeof *scan->rows);
        status = scan->rows == NULL ? fail_memory(error) : status;
    }
    leave_block(scan);
    while (status == ANNOPROJ_OK && !scan->end && scan->count == 0) {
        leave_block(scan);
        if (++scan->block > scan->log.segments) {
            status = next_project(scan, error);
        }
        if (status == ANNOPROJ_OK && !scan->end) {
            status = enter_block(scan, error);
        }
    }
    return status;
}
