/* Appending: to the tail (event_extend.c), or, when a segment fills up, the tail and the batch into segments. */
#include "event_log.h"
#include "failure.h"
#include "segment.h"

static const char SQL_SET_END[] = "UPDATE event_tail SET first_seq = ?2 WHERE id = ?1";
static const char SQL_ADD_END[] = "INSERT INTO event_tail(id, first_seq, count, data) VALUES(?, ?, 0, x'')";
static const char SQL_WRITE_LOG[] =
    "INSERT INTO event_log(project, segments, tail_first) VALUES(?, ?, ?)"
    " ON CONFLICT(project) DO UPDATE SET segments = excluded.segments, tail_first = excluded.tail_first";

static annoproj_status write_log(database *db, int64_t project, const event_log *log, annoproj_error **error) {
    statement *write = sql(db, SQL_WRITE_LOG);
    bind_int64(write, project);
    bind_int64(write, log->segments);
    bind_int64(write, log->tail_first);
    return sql_run(write, error);
}

static annoproj_status write_end(database *db, int64_t project, const event_log *log, bool begun,
                                 annoproj_error **error) {
    statement *write = sql(db, begun ? SQL_SET_END : SQL_ADD_END);
    bind_int64(write, TAIL_END(project));
    bind_int64(write, log->last_seq + 1);
    return sql_run(write, error);
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
    const int64_t first = log.last_seq + 1, summed = event_log_summed(&log);
    bool begun = log.last_seq > 0, fits = (uint64_t)(first - log.tail_first) + batch->count < SEGMENT_EVENTS;
    size_t sealed = 0;
    if (!fits) {
        status = event_seal(db, project, &log, batch->events, batch->count, &sealed, error);
    }
    if (status == ANNOPROJ_OK) {
        status = event_tail_extend(db, project, &log, batch->events + sealed, batch->count - sealed, error);
    }
    if (status == ANNOPROJ_OK) {
        status = write_end(db, project, &log, begun, error);
    }
    if (status == ANNOPROJ_OK && !(begun && fits)) {
        status = write_log(db, project, &log, error);
    }
    if (status == ANNOPROJ_OK && event_log_summed(&log) > summed) {
        status = event_sum_up(db, project, &log, summed, event_log_summed(&log), error);
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
