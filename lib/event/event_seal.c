/* Sealing: the tail and the events behind it into full segments. */
#include "event_log.h"
#include "failure.h"
#include "segment.h"

typedef struct sealing {
    database *database;
    int64_t project;
    event_log *log;
    event_columns columns; /* of the segment that is filled */
    encoded_segment encoded;
} sealing;

static annoproj_status seal(sealing *work, annoproj_error **error) {
    event_log *log = work->log;
    if (!segment_encode(&work->columns, &work->encoded)) {
        return fail_memory(error);
    }
    work->encoded.head.number = log->segments;
    work->encoded.head.first_seq = log->tail_first;
    annoproj_status status = segment_write(work->database, work->project, &work->encoded, error);
    log->segments++;
    log->tail_first += SEGMENT_EVENTS;
    log->last_seq = log->tail_first - 1;
    work->columns.count = 0;
    return status;
}

static annoproj_status take_tail(sealing *work, annoproj_error **error) {
    const int64_t first = work->log->tail_first;
    const size_t count = (size_t)(work->log->last_seq - first + 1);
    annoproj_status status = event_tail_columns(work->database, work->project, work->log, first, count, ALL_COLUMNS,
                                                work->columns.values, error);
    work->columns.count = count;
    return status == ANNOPROJ_OK ? event_tail_drop(work->database, work->project, work->log, first, error) : status;
}

annoproj_status event_seal(database *db, int64_t project, event_log *log, const event *events, size_t count,
                           size_t *taken, annoproj_error **error) {
    sealing work = {.database = db, .project = project, .log = log};
    *taken = 0;
    database_spare_checkpoint(db);
    annoproj_status status = event_columns_make(&work.columns, SEGMENT_EVENTS) ? take_tail(&work, error)
                                                                               : fail_memory(error);
    while (status == ANNOPROJ_OK && work.columns.count + (count - *taken) >= SEGMENT_EVENTS) {
        const size_t missing = SEGMENT_EVENTS - work.columns.count;
        event_columns_add(&work.columns, events + *taken, missing);
        *taken += missing;
        status = seal(&work, error);
    }
    encoded_segment_release(&work.encoded);
    event_columns_release(&work.columns);
    return status;
}
