/* Appending: a blob to the tail, or, when a segment fills up, the tail and the batch into segments. */
#include <string.h>

#include "event_log.h"
#include "event_pack.h"
#include "failure.h"
#include "segment.h"
#include "summary.h"

static const char SQL_ADD_TAIL[] = "INSERT INTO event_tail(id, first_seq, count, data) VALUES(?, ?, ?, ?)";
static const char SQL_DROP_TAIL[] = "DELETE FROM event_tail WHERE id >= ? AND id <= ?";
static const char SQL_SET_LAST[] = "UPDATE event_log SET last_seq = ?2 WHERE project = ?1";
static const char SQL_WRITE_LOG[] =
    "INSERT INTO event_log(project, last_seq, segments, tail_first) VALUES(?, ?, ?, ?)"
    " ON CONFLICT(project) DO UPDATE SET last_seq = excluded.last_seq, segments = excluded.segments,"
    " tail_first = excluded.tail_first";

static annoproj_status add_tail(database *db, int64_t project, int64_t first_seq, const event *events, size_t count,
                                annoproj_error **error) {
    if (count == 0) {
        return ANNOPROJ_OK;
    }
    bytes packed = {0};
    event_pack(events, count, &packed);
    if (packed.failed) {
        bytes_release(&packed);
        return fail_memory(error);
    }
    statement *add = sql(db, SQL_ADD_TAIL);
    bind_int64(add, SEGMENT_ID(project, first_seq & 0xffffffff));
    bind_int64(add, first_seq);
    bind_int64(add, (int64_t)count);
    bind_blob(add, packed.data, packed.length);
    annoproj_status status = sql_run(add, error);
    bytes_release(&packed);
    return status;
}

static annoproj_status drop_tail(database *db, int64_t project, const event_log *log, annoproj_error **error) {
    statement *drop = sql(db, SQL_DROP_TAIL);
    bind_int64(drop, SEGMENT_ID(project, log->tail_first & 0xffffffff));
    bind_int64(drop, SEGMENT_ID(project, log->last_seq & 0xffffffff));
    return sql_run(drop, error);
}

static annoproj_status write_log(database *db, int64_t project, const event_log *log, annoproj_error **error) {
    statement *write = sql(db, SQL_WRITE_LOG);
    bind_int64(write, project);
    bind_int64(write, log->last_seq);
    bind_int64(write, log->segments);
    bind_int64(write, log->tail_first);
    return sql_run(write, error);
}

/* What sealing works with: one segment's events and its columns, and the summary so far. */
typedef struct sealing {
    database *database;
    int64_t project;
    event_log *log;
    event *events; /* SEGMENT_EVENTS of them */
    size_t count;
    encoded_segment encoded;
    summary summary;
} sealing;

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

static annoproj_status renew_summary(sealing *work, int64_t segments_before, annoproj_error **error) {
    bytes before = {0}, now = {0};
    annoproj_status status = summary_read(work->database, work->project, segments_before, &before, error);
    if (status == ANNOPROJ_OK && !summary_merge(&work->summary, before.data, before.length, &now)) {
        status = fail(error, ANNOPROJ_CORRUPT,
                      "event log of project %lld: its summary is damaged; restore a backup of the store",
                      (long long)work->project);
    } else if (status == ANNOPROJ_OK && now.failed) {
        status = fail_memory(error);
    }
    if (status == ANNOPROJ_OK) {
        status = summary_write(work->database, work->project, work->log->segments, &now, error);
    }
    bytes_release(&before);
    bytes_release(&now);
    return status;
}

/* Tail and batch into full segments; what is left over becomes the one blob of the new tail. */
static annoproj_status seal_all(database *db, int64_t project, event_log *log, const event_batch *batch,
                                annoproj_error **error) {
    sealing work = {.database = db, .project = project, .log = log};
    annoproj_status status = ANNOPROJ_OK;
    int64_t segments_before = log->segments;
    work.events = allocate(SEGMENT_EVENTS * sizeof *work.events);
    if (work.events == NULL) {
        status = fail_memory(error);
        goto done;
    }
    status = event_tail_read(db, project, log, log->tail_first, SEGMENT_EVENTS, work.events, &work.count, error);
    if (status == ANNOPROJ_OK) {
        status = drop_tail(db, project, log, error);
    }
    for (size_t taken = 0; taken < batch->count && status == ANNOPROJ_OK;) {
        size_t fits = SEGMENT_EVENTS - work.count, left = batch->count - taken;
        size_t take = left < fits ? left : fits;
        memcpy(work.events + work.count, batch->events + taken, take * sizeof *work.events);
        work.count += take;
        taken += take;
        if (work.count == SEGMENT_EVENTS) {
            status = seal(&work, error);
        }
    }
    if (status == ANNOPROJ_OK) {
        status = renew_summary(&work, segments_before, error);
    }
    if (status == ANNOPROJ_OK) {
        status = add_tail(db, project, log->tail_first, work.events, work.count, error);
    }
done:
    summary_release(&work.summary);
    encoded_segment_release(&work.encoded);
    release(work.events);
    return status;
}

static annoproj_status set_last(database *db, int64_t project, int64_t last_seq, annoproj_error **error) {
    statement *set = sql(db, SQL_SET_LAST);
    bind_int64(set, project);
    bind_int64(set, last_seq);
    return sql_run(set, error);
}

annoproj_status event_append(database *db, int64_t project, const event_batch *batch, int64_t *first_seq,
                             annoproj_error **error) {
    *first_seq = 0;
    if (batch->failed) {
        return fail_memory(error);
    }
    if (batch->count == 0) {
        return ANNOPROJ_OK;
    }
    event_log log;
    annoproj_status status = event_log_read(db, project, &log, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    int64_t first = log.last_seq + 1;
    bool begun = log.last_seq > 0, fits = (uint64_t)(first - log.tail_first) + batch->count < SEGMENT_EVENTS;
    status = fits ? add_tail(db, project, first, batch->events, batch->count, error)
                  : seal_all(db, project, &log, batch, error);
    log.last_seq = first + (int64_t)batch->count - 1;
    if (status == ANNOPROJ_OK) {
        status = begun && fits ? set_last(db, project, log.last_seq, error) : write_log(db, project, &log, error);
    }
    *first_seq = status == ANNOPROJ_OK ? first : 0;
    return status;
}

annoproj_status event_next_seq(database *db, int64_t project, int64_t *seq, annoproj_error **error) {
    event_log log;
    annoproj_status status = event_log_read(db, project, &log, error);
    *seq = status == ANNOPROJ_OK ? log.last_seq + 1 : 0;
    return status;
}
