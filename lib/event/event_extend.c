/* Extending the tail by less than fills a segment (event_log.h): a row for the events of a command, and each time that there
 * are enough of them a block instead of these rows (event_block.h). */
#include "event_block.h"
#include "event_log.h"
#include "event_pack.h"
#include "failure.h"

static const char SQL_ADD_TAIL[] = "INSERT INTO event_tail(id, first_seq, count, data) VALUES(?, ?, ?, ?)";
static const char SQL_DROP_TAIL[] = "DELETE FROM event_tail WHERE id >= ? AND id <= ?";

static annoproj_status add_row(database *db, int64_t project, event_log *log, size_t count, const bytes *data,
                               annoproj_error **error) {
    const int64_t first = log->last_seq + 1;
    if (data->failed) {
        return fail_memory(error);
    }
    statement *add = sql(db, SQL_ADD_TAIL);
    bind_int64(add, SEGMENT_ID(project, first - log->tail_first));
    bind_int64(add, first);
    bind_int64(add, (int64_t)count);
    bind_blob(add, data->data, data->length);
    log->last_seq += (int64_t)count;
    return sql_run(add, error);
}

static annoproj_status add_events(database *db, int64_t project, event_log *log, const event *events, size_t count,
                                  annoproj_error **error) {
    bytes packed = {0};
    event_pack(events, count, &packed);
    annoproj_status status = add_row(db, project, log, count, &packed, error);
    bytes_release(&packed);
    return status;
}

annoproj_status event_tail_drop(database *db, int64_t project, event_log *log, int64_t from, annoproj_error **error) {
    statement *drop = sql(db, SQL_DROP_TAIL);
    bind_int64(drop, SEGMENT_ID(project, from - log->tail_first));
    bind_int64(drop, SEGMENT_ID(project, log->last_seq - log->tail_first));
    log->last_seq = from - 1;
    return sql_run(drop, error);
}

static annoproj_status add_block(database *db, int64_t project, event_log *log, const event_columns *columns,
                                 annoproj_error **error) {
    encoded_segment encoded = {.head = {.count = 0}};
    bytes block = {0};
    annoproj_status status = segment_encode(columns, &encoded) ? ANNOPROJ_OK : fail_memory(error);
    if (status == ANNOPROJ_OK) {
        event_block_pack(&encoded, &block);
        status = add_row(db, project, log, columns->count, &block, error);
    }
    bytes_release(&block);
    encoded_segment_release(&encoded);
    return status;
}

/* The last `held` events, which stand in rows, and those that are missing become a block. */
static annoproj_status fill_block(database *db, int64_t project, event_log *log, size_t held, const event *missing,
                                  annoproj_error **error) {
    const int64_t first = log->last_seq + 1 - (int64_t)held;
    event_columns columns;
    annoproj_status status = event_columns_make(&columns, BLOCK_EVENTS)
                                 ? event_tail_columns(db, project, log, first, held, ALL_COLUMNS, columns.values, error)
                                 : fail_memory(error);
    if (status == ANNOPROJ_OK && held > 0) {
        status = event_tail_drop(db, project, log, first, error);
    }
    if (status == ANNOPROJ_OK) {
        columns.count = held;
        event_columns_add(&columns, missing, BLOCK_EVENTS - held);
        status = add_block(db, project, log, &columns, error);
    }
    event_columns_release(&columns);
    return status;
}

annoproj_status event_tail_extend(database *db, int64_t project, event_log *log, const event *events, size_t count,
                                  annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    for (size_t done = 0, some; done < count && status == ANNOPROJ_OK; done += some) {
        const size_t held = (size_t)(log->last_seq - log->tail_first + 1) % BLOCK_EVENTS, left = count - done;
        some = left < BLOCK_EVENTS - held ? left : BLOCK_EVENTS - held;
        status = held + some < BLOCK_EVENTS ? add_events(db, project, log, events + done, some, error)
                                            : fill_block(db, project, log, held, events + done, error);
    }
    return status;
}
