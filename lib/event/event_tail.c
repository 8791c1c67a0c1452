/* The state of a log and its packed tail (event_log.h). */
#include "event_log.h"
#include "event_pack.h"
#include "failure.h"
#include "segment.h"

static const char SQL_READ_LOG[] = "SELECT l.segments, l.tail_first, e.first_seq FROM event_log l"
                                   " LEFT JOIN event_tail e ON e.id = ?2 WHERE l.project = ?1";
static const char SQL_READ_TAIL[] =
    "SELECT first_seq, count, data FROM event_tail WHERE id >= ? AND id <= ? ORDER BY id";
/* The blob that holds a sequence number is the last one that starts at or before it. */
static const char SQL_TAIL_START[] = "SELECT id FROM event_tail WHERE id >= ? AND id <= ? ORDER BY id DESC LIMIT 1";

annoproj_status event_log_read(database *db, int64_t project, event_log *out, annoproj_error **error) {
    *out = (event_log){.tail_first = 1};
    bool damaged = false;
    statement *read = sql(db, SQL_READ_LOG);
    bind_int64(read, project);
    bind_int64(read, TAIL_END(project));
    if (sql_row(read)) { /* without an end the last number is -1, which never fits */
        *out = (event_log){.last_seq = column_int64(read, 2) - 1,
                           .segments = column_int64(read, 0),
                           .tail_first = column_int64(read, 1)};
        damaged = out->segments < 0 || out->segments >= (int64_t)1 << 24 || out->last_seq < 0 ||
                  out->tail_first != out->segments * SEGMENT_EVENTS + 1 || out->last_seq < out->tail_first - 1 ||
                  out->last_seq - out->tail_first >= SEGMENT_EVENTS;
    }
    annoproj_status status = sql_end(read, error);
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
    size_t left;
    tail_event_fn take;
    void *data;
} tail_reading;

/* Takes one blob; false when it does not continue the sequence or makes no sense. */
static bool take_blob(tail_reading *reading, statement *row) {
    event_unpacker cursor;
    int64_t count = 0;
    bool sound = true;
    if (column_int64(row, 0) != reading->next || !event_pack_intact(column_blob(row, 2), column_length(row, 2)) ||
        !event_unpack_open(&cursor, column_blob(row, 2), column_length(row, 2))) {
        return false;
    }
    while (sound && event_unpack_next(&cursor)) {
        if (reading->next++ >= reading->from && reading->left > 0) {
            sound = reading->take(reading->data, cursor.values);
            reading->left--;
        }
        count++;
    }
    return sound && !cursor.failed && count == column_int64(row, 1) && reading->next - 1 <= reading->last;
}

annoproj_status event_tail_each(database *db, int64_t project, const event_log *log, int64_t from, size_t limit,
                                tail_event_fn take, void *data, annoproj_error **error) {
    int64_t left = log->last_seq - from + 1, first;
    if (left <= 0 || limit == 0) {
        return ANNOPROJ_OK;
    }
    size_t wanted = (uint64_t)left < limit ? (size_t)left : limit;
    annoproj_status status = tail_start(db, project, log, from, &first, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    tail_reading reading = {.next = log->tail_first + (first - SEGMENT_ID(project, 0)),
                            .from = from,
                            .last = log->last_seq,
                            .left = wanted,
                            .take = take,
                            .data = data};
    bool sound = true;
    statement *read = sql(db, SQL_READ_TAIL);
    bind_int64(read, first);
    bind_int64(read, SEGMENT_ID(project, log->last_seq - log->tail_first));
    while (sound && reading.left > 0 && sql_row(read)) {
        sound = take_blob(&reading, read);
    }
    status = sql_end(read, error);
    if (status == ANNOPROJ_OK && (!sound || reading.left > 0)) {
        status = fail(error, ANNOPROJ_CORRUPT,
                      "event log of project %lld: event %lld is missing or damaged; restore a backup of the store",
                      (long long)project, (long long)(from + (int64_t)(wanted - reading.left)));
    }
    return status;
}

typedef struct tail_events {
    event *events;
    size_t count;
} tail_events;

static bool take_event(void *data, const int64_t values[COLUMN_COUNT + 1]) {
    tail_events *to = data;
    return event_from_values(values, &to->events[to->count++]);
}

annoproj_status event_tail_read(database *db, int64_t project, const event_log *log, int64_t from, size_t limit,
                                event *events, size_t *count, annoproj_error **error) {
    tail_events to = {.events = events};
    annoproj_status status = event_tail_each(db, project, log, from, limit, take_event, &to, error);
    *count = status == ANNOPROJ_OK ? to.count : 0;
    return status;
}
