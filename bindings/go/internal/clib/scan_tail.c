/* Reading the tail for a scan (scan_tail.h). */
#include "failure.h"
#include "scan_tail.h"

/* What the head says of a column, and how its values are seen. */
static void describe(scan_tail *tail, int column, const int64_t *values) {
    int64_t least = values[0], most = values[0];
    for (size_t i = 1; i < tail->head.count; i++) {
        least = values[i] < least ? values[i] : least;
        most = values[i] > most ? values[i] : most;
    }
    uint8_t width = least == most ? 0 : 8;
    tail->head.columns[column] = (segment_entry){
        .column = (uint8_t)column, .width = width, .least = least, .most = most};
    tail->views[column] = (column_view){
        .codes = (const uint8_t *)values, .base = width == 0 ? least : 0, .width = width};
}

/* As of a segment. */
static void describe_times(segment *head, const int64_t *times, const int64_t *kinds, const int64_t *durations) {
    for (size_t i = 0; i < head->count; i++) {
        segment_add_times(head, i, times[i], kinds[i], durations[i]);
    }
}

annoproj_status scan_tail_read(database *db, int64_t project, const event_log *log, int64_t from, uint32_t columns,
                               scan_tail *out, annoproj_error **error) {
    const size_t count = (size_t)(log->last_seq - from + 1);
    int64_t *arrays[COLUMN_COUNT + 1] = {0}, *next;
    *out = (scan_tail){.head = {.count = count, .first_seq = from, .number = log->segments}};
    if (count == 0) {
        return ANNOPROJ_OK;
    }
    next = out->values = allocate(count * (size_t)__builtin_popcount(columns) * sizeof *out->values);
    if (out->values == NULL) {
        return fail_memory(error);
    }
    for (int column = 1; column <= COLUMN_COUNT; column++) {
        if ((columns >> column & 1) != 0) {
            arrays[column] = next;
            next += count;
        }
    }
    annoproj_status status = event_tail_columns(db, project, log, from, count, columns, arrays, error);
    for (int column = 1; column <= COLUMN_COUNT && status == ANNOPROJ_OK; column++) {
        if (arrays[column] != NULL) {
            describe(out, column, arrays[column]);
        }
    }
    if (status == ANNOPROJ_OK && (columns & TIME_COLUMNS) == TIME_COLUMNS) {
        describe_times(&out->head, arrays[COLUMN_TIME], arrays[COLUMN_KIND], arrays[COLUMN_DURATION]);
    }
    return status;
}

void scan_tail_release(scan_tail *tail) {
    release(tail->values);
    *tail = (scan_tail){0};
}
