/* The state of a log and reading its tail (event_log.h). */
#include <string.h>

#include "event_block.h"
#include "event_log.h"
#include "event_pack.h"
#include "failure.h"

static const char SQL_READ_LOG[] = "SELECT l.segments, l.tail_first, e.first_seq FROM event_log l"
                                   " LEFT JOIN event_tail e ON e.id = ?2 WHERE l.project = ?1";
static const char SQL_HAS_TAIL[] = "SELECT 1 FROM event_tail WHERE id >= ? AND id <= ? LIMIT 1";
static const char SQL_READ_TAIL[] =
    "SELECT first_seq, count, data FROM event_tail WHERE id >= ? AND id <= ? ORDER BY id";
/* The blob that holds a sequence number is the last one that starts at or before it. */
static const char SQL_TAIL_START[] = "SELECT id FROM event_tail WHERE id >= ? AND id <= ? ORDER BY id DESC LIMIT 1";

/* A log that has no row of its own has nothing: the next event would be its first again. */
static annoproj_status expect_no_tail(database *db, int64_t project, annoproj_error **error) {
    statement *find = sql(db, SQL_HAS_TAIL);
    bind_int64(find, SEGMENT_ID(project, 0));
    bind_int64(find, TAIL_END(project));
    const bool has = sql_row(find);
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && has) {
        status = fail(error, ANNOPROJ_CORRUPT,
                      "event log of project %lld: there are events, but the row of event_log is missing; restore a "
                      "backup of the store",
                      (long long)project);
    }
    return status;
}

annoproj_status event_log_read(database *db, int64_t project, event_log *out, annoproj_error **error) {
    *out = (event_log){.tail_first = 1};
    bool damaged = false;
    statement *read = sql(db, SQL_READ_LOG);
    bind_int64(read, project);
    bind_int64(read, TAIL_END(project));
    const bool begun = sql_row(read);
    if (begun) { /* without an end the last number is -1, which never fits */
        *out = (event_log){.last_seq = column_int64(read, 2) - 1,
                           .segments = column_int64(read, 0),
                           .tail_first = column_int64(read, 1)};
        damaged = out->segments < 0 || out->segments >= (int64_t)1 << 24 || out->last_seq < 0 ||
                  out->tail_first != out->segments * SEGMENT_EVENTS + 1 || out->last_seq < out->tail_first - 1 ||
                  out->last_seq - out->tail_first >= SEGMENT_EVENTS;
    }
    annoproj_status status = sql_end(read, error);
    if (status == ANNOPROJ_OK && !begun) {
        status = expect_no_tail(db, project, error);
    }
    if (status == ANNOPROJ_OK && damaged) {
        status = fail(error, ANNOPROJ_CORRUPT,
                      "event log of project %lld: %lld events do not fit %lld segments; restore a backup of the store",
                      (long long)project, (long long)out->last_seq, (long long)out->segments);
    }
    if (status != ANNOPROJ_OK) {
        *out = (event_log){.tail_first = 1};
    }
    return status;
}

static annoproj_status tail_start(database *db, int64_t project, const event_log *log, int64_t from, int64_t *id,
                                  annoproj_error **error) {
    *id = SEGMENT_ID(project, 0);
    statement *find = sql(db, SQL_TAIL_START);
    bind_int64(find, *id);
    bind_int64(find, SEGMENT_ID(project, from - log->tail_first));
    if (sql_row(find)) {
        *id = column_int64(find, 0);
    }
    return sql_end(find, error);
}

/* What has been read so far, and what must come next. */
typedef struct tail_reading {
    int64_t next, from, last; /* last: of the log */
    size_t taken, wanted;
    int columns[COLUMN_COUNT]; /* that are filled */
    int column_count;
    int64_t *const *values;
} tail_reading;

static void note_columns(tail_reading *reading, uint32_t wanted) {
    for (int column = 1; column <= COLUMN_COUNT; column++) {
        if ((wanted >> column & 1) != 0) {
            reading->columns[reading->column_count++] = column;
        }
    }
}

/* The events of a row that are wanted: [start, end). */
static void find_wanted(const tail_reading *reading, size_t count, size_t *start, size_t *end) {
    const size_t left = reading->wanted - reading->taken;
    *start = reading->from > reading->next ? (size_t)(reading->from - reading->next) : 0;
    *start = *start < count ? *start : count;
    *end = count - *start < left ? count : *start + left;
}

static bool take_block(tail_reading *reading, const uint8_t *data, size_t length) {
    event_block block;
    size_t start, end;
    if (!event_block_open(&block, data, length)) {
        return false;
    }
    find_wanted(reading, BLOCK_EVENTS, &start, &end);
    for (int c = 0; c < reading->column_count; c++) {
        const int column = reading->columns[c];
        column_values(&block.views[column], start, end - start, reading->values[column] + reading->taken);
    }
    reading->taken += end - start;
    return true;
}

static bool take_packed(tail_reading *reading, const uint8_t *data, size_t length, size_t count) {
    event_unpacker cursor;
    size_t start, end, found = 0;
    find_wanted(reading, count, &start, &end);
    if (!event_pack_intact(data, length) || !event_unpack_open(&cursor, data, length)) {
        return false;
    }
    for (; event_unpack_next(&cursor); found++) {
        for (int c = 0; c < reading->column_count && found >= start && found < end; c++) {
            reading->values[reading->columns[c]][reading->taken + (found - start)] = cursor.values[reading->columns[c]];
        }
    }
    reading->taken += end - start;
    return !cursor.failed && found == count;
}

/* Takes one row; false when it does not continue the sequence or makes no sense. */
static bool take_row(tail_reading *reading, statement *row) {
    const int64_t count = column_int64(row, 1);
    if (column_int64(row, 0) != reading->next || count <= 0 || count > reading->last - reading->next + 1) {
        return false;
    }
    const bool sound = (size_t)count == BLOCK_EVENTS
                           ? take_block(reading, column_blob(row, 2), column_length(row, 2))
                           : take_packed(reading, column_blob(row, 2), column_length(row, 2), (size_t)count);
    reading->next += count;
    return sound;
}

annoproj_status event_tail_columns(database *db, int64_t project, const event_log *log, int64_t from, size_t count,
                                   uint32_t wanted, int64_t *const values[COLUMN_COUNT + 1], annoproj_error **error) {
    int64_t first;
    if (count == 0) {
        return ANNOPROJ_OK;
    }
    annoproj_status status = tail_start(db, project, log, from, &first, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    tail_reading reading = {.next = log->tail_first + (first - SEGMENT_ID(project, 0)),
                            .from = from,
                            .last = log->last_seq,
                            .wanted = count,
                            .values = values};
    note_columns(&reading, wanted);
    bool sound = true;
    statement *read = sql(db, SQL_READ_TAIL);
    bind_int64(read, first);
    bind_int64(read, SEGMENT_ID(project, log->last_seq - log->tail_first));
    while (sound && reading.taken < count && sql_row(read)) {
        sound = take_row(&reading, read);
    }
    status = sql_end(read, error);
    if (status == ANNOPROJ_OK && (!sound || reading.taken < count)) {
        status = fail(error, ANNOPROJ_CORRUPT,
                      "event log of project %lld: event %lld is missing or damaged; restore a backup of the store",
                      (long long)project, (long long)reading.next);
    }
    return status;
}

annoproj_status event_tail_read(database *db, int64_t project, const event_log *log, int64_t from, size_t count,
                                event *events, annoproj_error **error) {
    event_columns columns = {0};
    bool fits = true;
    if (count == 0) {
        return ANNOPROJ_OK;
    }
    annoproj_status status = event_columns_make(&columns, count)
                                 ? event_tail_columns(db, project, log, from, count, ALL_COLUMNS, columns.values, error)
                                 : fail_memory(error);
    for (int column = 1; column <= COLUMN_COUNT && status == ANNOPROJ_OK; column++) {
        fits = event_set_all(events, count, column, columns.values[column]) && fits;
    }
    if (status == ANNOPROJ_OK && !fits) {
        status = fail(error, ANNOPROJ_CORRUPT,
                      "event log of project %lld: a value is too large; restore a backup of the store",
                      (long long)project);
    }
    event_columns_release(&columns);
    return status;
}
