/* Sealing: the tail and a batch into full segments. */
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
    if (!segment_encode(&work->columns, &work->encoded)) {
        return fail_memory(error);
    }
    work->encoded.head.number = work->log->segments;
    work->encoded.head.first_seq = work->log->tail_first;
    annoproj_status status = segment_write(work->database, work->project, &work->encoded, error);
    work->log->segments++;
    work->log->tail_first += (int64_t)work->columns.count;
    work->columns.count = 0;
    return status;
}

static bool take_values(void *data, const int64_t values[COLUMN_COUNT + 1]) {
    event_columns_add(data, values);
    return true;
}

static annoproj_status take_tail(sealing *work, annoproj_error **error) {
    int64_t first = work->log->tail_first;
    annoproj_status status = event_tail_each(work->database, work->project, work->log, first, SEGMENT_EVENTS,
                                             take_values, &work->columns, error);
    return status == ANNOPROJ_OK ? event_tail_drop(work->database, work->project, work->log, first, error) : status;
}

static annoproj_status take_batch(sealing *work, const event_batch *batch, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < batch->count && status == ANNOPROJ_OK; i++) {
        int64_t values[COLUMN_COUNT + 1];
        event_values(&batch->events[i], values);
        event_columns_add(&work->columns, values);
        if (work->columns.count == SEGMENT_EVENTS) {
            status = seal(work, error);
        }
    }
    return status;
}

annoproj_status event_seal(database *db, int64_t project, event_log *log, const event_batch *batch,
                           annoproj_error **error) {
    sealing work = {.database = db, .project = project, .log = log};
    database_spare_checkpoint(db);
    annoproj_status status = event_columns_make(&work.columns) ? take_tail(&work, error) : fail_memory(error);
    if (status == ANNOPROJ_OK) {
        status = take_batch(&work, batch, error);
    }
    if (status == ANNOPROJ_OK) { /* what is left over are the batch's last events */
        const size_t left = work.columns.count;
        status = event_tail_add(db, project, log, log->tail_first, batch->events + (batch->count - left), left, error);
    }
    encoded_segment_release(&work.encoded);
    event_columns_release(&work.columns);
    return status;
}
