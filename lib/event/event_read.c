/* Reading events in order. */
#include "event_log.h"
#include "failure.h"
#include "segment.h"

/* Rows [start, start + count) of one sealed segment into events. */
static annoproj_status read_rows(blob_reader *columns, int64_t project, const segment *head, size_t start, size_t count,
                                 uint8_t *room, event *events, annoproj_error **error) {
    for (size_t i = 0; i < count; i++) {
        events[i] = (event){0};
    }
    bool fits = true;
    for (int column = 1; column <= COLUMN_COUNT; column++) {
        column_view view;
        annoproj_status status = segment_read_column(columns, project, head, column, room, &view, error);
        if (status != ANNOPROJ_OK) {
            return status;
        }
        fits = column_to_events(&view, column, start, count, events) && fits;
    }
    if (!fits) {
        return fail(error, ANNOPROJ_CORRUPT,
                    "event segment %lld of project %lld: a value is too large; restore a backup of the store",
                    (long long)head->number, (long long)project);
    }
    return ANNOPROJ_OK;
}

static annoproj_status read_segments(database *db, int64_t project, const event_log *log, int64_t *from, size_t limit,
                                     event *events, size_t *count, annoproj_error **error) {
    uint8_t *room = allocate((size_t)SEGMENT_EVENTS * 8);
    blob_reader columns = segment_columns(db);
    annoproj_status status = room == NULL ? fail_memory(error) : ANNOPROJ_OK;
    while (status == ANNOPROJ_OK && *from < log->tail_first && *count < limit) {
        segment head;
        int64_t number = (*from - 1) / SEGMENT_EVENTS;
        size_t start = (size_t)((*from - 1) % SEGMENT_EVENTS);
        status = segment_read_head(db, project, number, &head, error);
        if (status == ANNOPROJ_OK && (head.count != SEGMENT_EVENTS || head.first_seq != number * SEGMENT_EVENTS + 1)) {
            status = fail(
                error, ANNOPROJ_CORRUPT,
                "event segment %lld of project %lld: its sequence numbers are wrong; restore a backup of the store",
                (long long)number, (long long)project);
        }
        if (status == ANNOPROJ_OK) {
            size_t there = head.count - start, wanted = limit - *count;
            size_t take = there < wanted ? there : wanted;
            status = read_rows(&columns, project, &head, start, take, room, events + *count, error);
            *count += take;
            *from += (int64_t)take;
        }
    }
    blob_close(&columns);
    release(room);
    return status;
}

annoproj_status event_read(database *db, int64_t project, int64_t after, size_t limit, event *events, size_t *count,
                           annoproj_error **error) {
    *count = 0;
    event_log log;
    annoproj_status status = event_log_read(db, project, &log, error);
    if (status != ANNOPROJ_OK || limit == 0 || after >= log.last_seq) {
        return status;
    }
    int64_t from = after < 0 ? 1 : after + 1;
    status = read_segments(db, project, &log, &from, limit, events, count, error);
    if (status == ANNOPROJ_OK && *count < limit) {
        const size_t left = limit - *count, held = (size_t)(log.last_seq - from + 1), tail = held < left ? held : left;
        status = event_tail_read(db, project, &log, from, tail, events + *count, error);
        *count += tail;
    }
    if (status != ANNOPROJ_OK) {
        *count = 0;
    }
    return status;
}
