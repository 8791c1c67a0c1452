/* Sealing: the tail and a batch into full segments, and the summary with them. */
#include <string.h>

#include "event_log.h"
#include "failure.h"
#include "segment.h"
#include "summary.h"

/* One segment's events and its columns, and the sums so far. */
typedef struct sealing {
    database *database;
    int64_t project;
    event_log *log;
    event *events; /* SEGMENT_EVENTS of them */
    size_t count;
    encoded_segment encoded;
    summary summary;
} sealing;

static annoproj_status load_summary(sealing *work, annoproj_error **error) {
    bytes stored = {0};
    annoproj_status status = summary_read(work->database, work->project, work->log->segments, &stored, error);
    if (status == ANNOPROJ_OK && !summary_decode(&work->summary, stored.data, stored.length)) {
        status = fail(error, ANNOPROJ_CORRUPT,
                      "event log of project %lld: its summary is damaged; restore a backup of the store",
                      (long long)work->project);
    }
    bytes_release(&stored);
    return status;
}

static annoproj_status store_summary(sealing *work, annoproj_error **error) {
    bytes now = {0};
    summary_encode(&work->summary, &now);
    annoproj_status status = now.failed
                                 ? fail_memory(error)
                                 : summary_write(work->database, work->project, work->log->segments, &now, error);
    bytes_release(&now);
    return status;
}

/* One segment; its events are added to the sums, which are written once, when all segments are. */
static annoproj_status seal(sealing *work, annoproj_error **error) {
    summary_add(&work->summary, work->events, work->count);
    if (!segment_encode(work->events, work->count, ALL_COLUMNS, &work->encoded)) {
        return fail_memory(error);
    }
    work->encoded.head.number = work->log->segments;
    work->encoded.head.first_seq = work->log->tail_first;
    annoproj_status status = segment_write(work->database, work->project, &work->encoded, error);
    work->log->segments++;
    work->log->tail_first += (int64_t)work->count;
    work->count = 0;
    return status;
}

static annoproj_status take_tail(sealing *work, annoproj_error **error) {
    int64_t first = work->log->tail_first;
    annoproj_status status = event_tail_read(work->database, work->project, work->log, first, SEGMENT_EVENTS,
                                             work->events, &work->count, error);
    return status == ANNOPROJ_OK ? event_tail_drop(work->database, work->project, work->log, first, error) : status;
}

static annoproj_status take_batch(sealing *work, const event_batch *batch, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    for (size_t taken = 0; taken < batch->count && status == ANNOPROJ_OK;) {
        size_t fits = SEGMENT_EVENTS - work->count, left = batch->count - taken;
        size_t take = left < fits ? left : fits;
        memcpy(work->events + work->count, batch->events + taken, take * sizeof *work->events);
        work->count += take;
        taken += take;
        if (work->count == SEGMENT_EVENTS) {
            status = seal(work, error);
        }
    }
    return status;
}

annoproj_status event_seal(database *db, int64_t project, event_log *log, const event_batch *batch,
                           annoproj_error **error) {
    sealing work = {.database = db, .project = project, .log = log};
    work.events = allocate(SEGMENT_EVENTS * sizeof *work.events);
    annoproj_status status = work.events == NULL ? fail_memory(error) : load_summary(&work, error);
    if (status == ANNOPROJ_OK) {
        status = take_tail(&work, error);
    }
    if (status == ANNOPROJ_OK) {
        status = take_batch(&work, batch, error);
    }
    if (status == ANNOPROJ_OK) {
        status = store_summary(&work, error);
    }
    if (status == ANNOPROJ_OK) {
        status = event_tail_add(db, project, log->tail_first, work.events, work.count, error);
    }
    summary_release(&work.summary);
    encoded_segment_release(&work.encoded);
    release(work.events);
    return status;
}
