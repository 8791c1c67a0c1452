/* Appending: a row to the tail, now and then its last rows into one, or, when a segment fills up, the tail and the
 * batch into segments. */
#include <string.h>

#include "event_log.h"
#include "event_pack.h"
#include "failure.h"
#include "segment.h"

/* Whenever the tail has grown by so many events, they become one row if they stand in more rows than this: reading the
 * tail and sealing it must not take longer when commands are small. */
#define FOLD_EVENTS 64
#define FOLD_ROWS   4

static const char SQL_ADD_TAIL[] = "INSERT INTO event_tail(id, first_seq, count, data) VALUES(?, ?, ?, ?)";
static const char SQL_DROP_TAIL[] = "DELETE FROM event_tail WHERE id >= ? AND id <= ?";
static const char SQL_COUNT_ROWS[] = "SELECT count(*), min(first_seq) FROM event_tail WHERE id >= ? AND id <= ?";
static const char SQL_SET_END[] = "UPDATE event_tail SET first_seq = ?2 WHERE id = ?1";
static const char SQL_ADD_END[] = "INSERT INTO event_tail(id, first_seq, count, data) VALUES(?, ?, 0, x'')";
static const char SQL_WRITE_LOG[] =
    "INSERT INTO event_log(project, segments, tail_first) VALUES(?, ?, ?)"
    " ON CONFLICT(project) DO UPDATE SET segments = excluded.segments, tail_first = excluded.tail_first";

annoproj_status event_tail_add(database *db, int64_t project, const event_log *log, int64_t first_seq,
                               const event *events, size_t count, annoproj_error **error) {
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
    bind_int64(add, SEGMENT_ID(project, first_seq - log->tail_first));
    bind_int64(add, first_seq);
    bind_int64(add, (int64_t)count);
    bind_blob(add, packed.data, packed.length);
    annoproj_status status = sql_run(add, error);
    bytes_release(&packed);
    return status;
}

annoproj_status event_tail_drop(database *db, int64_t project, const event_log *log, int64_t from,
                                annoproj_error **error) {
    statement *drop = sql(db, SQL_DROP_TAIL);
    bind_int64(drop, SEGMENT_ID(project, from - log->tail_first));
    bind_int64(drop, SEGMENT_ID(project, log->last_seq - log->tail_first));
    return sql_run(drop, error);
}

/* Where the rows begin that begin at `from` or behind it, when they are many; *first stays when they are few. */
static annoproj_status find_many_rows(database *db, int64_t project, const event_log *log, int64_t from, int64_t *first,
                                      annoproj_error **error) {
    statement *find = sql(db, SQL_COUNT_ROWS);
    bind_int64(find, SEGMENT_ID(project, from - log->tail_first));
    bind_int64(find, SEGMENT_ID(project, log->last_seq - log->tail_first));
    if (log->last_seq >= from && sql_row(find) && column_int64(find, 0) > FOLD_ROWS) {
        *first = column_int64(find, 1);
    }
    return sql_end(find, error);
}

/* The rows from `first` on and the batch become one row. */
static annoproj_status fold_tail(database *db, int64_t project, const event_log *log, int64_t first,
                                 const event_batch *batch, annoproj_error **error) {
    size_t held = (size_t)(log->last_seq - first + 1), count = 0;
    event *events = allocate((held + batch->count) * sizeof *events);
    if (events == NULL) {
        return fail_memory(error);
    }
    annoproj_status status = event_tail_read(db, project, log, first, held, events, &count, error);
    if (status == ANNOPROJ_OK) {
        status = event_tail_drop(db, project, log, first, error);
    }
    if (status == ANNOPROJ_OK) {
        memcpy(events + held, batch->events, batch->count * sizeof *events);
        status = event_tail_add(db, project, log, first, events, held + batch->count, error);
    }
    release(events);
    return status;
}

/* Rows that were looked at before begin before the last multiple of FOLD_EVENTS that the tail has passed. */
static annoproj_status extend_tail(database *db, int64_t project, const event_log *log, const event_batch *batch,
                                   annoproj_error **error) {
    int64_t next = log->last_seq + 1, first = next, held = next - log->tail_first;
    int64_t passed = held / FOLD_EVENTS * FOLD_EVENTS;
    if (held + (int64_t)batch->count >= passed + FOLD_EVENTS) {
        annoproj_status status = find_many_rows(db, project, log, log->tail_first + passed, &first, error);
        if (status != ANNOPROJ_OK) {
            return status;
        }
    }
    return first == next ? event_tail_add(db, project, log, next, batch->events, batch->count, error)
                         : fold_tail(db, project, log, first, batch, error);
}

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
    status = fits ? extend_tail(db, project, &log, batch, error) : event_seal(db, project, &log, batch, error);
    log.last_seq = first + (int64_t)batch->count - 1;
    if (status == ANNOPROJ_OK) {
        status = write_end(db, project, &log, begun, error);
    }
    if (status == ANNOPROJ_OK && !(begun && fits)) {
        status = write_log(db, project, &log, error);
    }
    if (status == ANNOPROJ_OK && event_log_summed(&log) > summed) {
        status = event_sum_up(db, project, summed, event_log_summed(&log), error);
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
