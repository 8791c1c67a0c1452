/* Checking a log: every row of it is read and recomputed. Differences are told, and the check goes on. */
#include <stdio.h>
#include <string.h>

#include "event_block.h"
#include "event_log.h"
#include "event_pack.h"
#include "failure.h"
#include "hash.h"
#include "segment.h"
#include "summary.h"

static const char SQL_READ_SEGMENT[] = "SELECT " SEGMENT_FIELDS " FROM event_segment WHERE id = ?";
static const char SQL_READ_SUMMARY[] = "SELECT events, checksum, data FROM event_summary WHERE project = ?";
static const char SQL_READ_COLUMN[] = "SELECT data FROM event_column WHERE id = ?";
static const char SQL_COUNT_SEGMENTS[] = "SELECT count(*) FROM event_segment WHERE id >= ? AND id < ?";
static const char SQL_COUNT_COLUMNS[] = "SELECT count(*) FROM event_column WHERE id >= ? AND id < ?";
static const char SQL_READ_TAIL[] =
    "SELECT first_seq, count, data, id FROM event_tail WHERE id >= ? AND id < ? ORDER BY id";

typedef struct checking {
    database *database;
    int64_t project;
    event_found_fn found;
    void *data;
    event_columns values; /* of one segment */
    event *events;        /* and the same, SEGMENT_EVENTS of them */
    uint8_t *room;
    encoded_segment encoded; /* what its columns must be */
    int64_t summed;          /* events that the summary must have */
    summary summary;         /* of those up to here; not looked at once an event could not be read */
    bool sound;              /* every event could be read */
    int64_t columns;         /* column rows there must be */
    bool no_memory;          /* for a row of the tail */
} checking;

static void tell(checking *check, const char *subject, int64_t id, const char *found, const char *expected) {
    check->found(check->data, subject, id, found, expected);
}

static void tell_number(checking *check, const char *subject, int64_t id, const char *what, int64_t found,
                        int64_t expected) {
    if (found != expected) {
        char is[96], should[96];
        snprintf(is, sizeof is, "%s %lld", what, (long long)found);
        snprintf(should, sizeof should, "%s %lld", what, (long long)expected);
        tell(check, subject, id, is, should);
    }
}

/* Events that have been read, into the summary if they are in it. */
static void sum_up(checking *check, int64_t first, size_t count) {
    const int64_t left = check->summed - first + 1;
    if (left > 0) {
        summary_add(&check->summary, check->events, (int64_t)count < left ? count : (size_t)left);
    }
}

/* --- one segment ---- */

/* Reads a column into the events; *sound = false when its row does not fit its directory entry. */
static annoproj_status check_column(checking *check, const segment *head, int column, bool *sound,
                                    annoproj_error **error) {
    const segment_entry *entry = &head->columns[column];
    const char *wrong = NULL;
    column_view view = {.codes = check->room, .base = entry->least, .width = entry->width};
    annoproj_status status = ANNOPROJ_OK;
    if (entry->width != 0) {
        check->columns++;
        wrong = "no row";
        statement *read = sql(check->database, SQL_READ_COLUMN);
        bind_int64(read, SEGMENT_COLUMN_ID(check->project, head->number, column));
        if (sql_row(read)) {
            wrong = "wrong length";
            if (column_length(read, 0) == entry->length) {
                memcpy(check->room, column_blob(read, 0), entry->length);
                wrong = hash64(check->room, entry->length) == entry->checksum ? NULL : "wrong checksum";
            }
        }
        status = sql_end(read, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    if (wrong == NULL) {
        int64_t *values = check->values.values[column];
        column_values(&view, 0, head->count, values);
        wrong = event_set_all(check->events, head->count, column, values) ? NULL : "a value too large for it";
    }
    if (wrong != NULL) {
        char is[64];
        snprintf(is, sizeof is, "column %d: %s", column, wrong);
        tell(check, "segment", head->number, is, "the column of its directory");
        *sound = false;
    }
    return ANNOPROJ_OK;
}

/* The segment's own facts against what its events say. */
static void compare_facts(checking *check, const segment *head, const uint8_t *directory, size_t length) {
    const segment *made = &check->encoded.head;
    tell_number(check, "segment", head->number, "least time", head->time_least, made->time_least);
    tell_number(check, "segment", head->number, "greatest time", head->time_most, made->time_most);
    tell_number(check, "segment", head->number, "reach", head->time_reach, made->time_reach);
    tell_number(check, "segment", head->number, "least time of a command", head->command_least, made->command_least);
    tell_number(check, "segment", head->number, "greatest time of a command", head->command_most, made->command_most);
    tell_number(check, "segment", head->number, "ascending", head->ascending, made->ascending);
    bytes expected = {0};
    directory_encode(made, &expected);
    if (!expected.failed && (expected.length != length || memcmp(expected.data, directory, length) != 0)) {
        tell(check, "segment", head->number, "a directory that differs", "the directory of its columns");
    }
    bytes_release(&expected);
}

static annoproj_status check_events(checking *check, const segment *head, const bytes *directory,
                                    annoproj_error **error) {
    bool sound = true;
    check->values.count = head->count;
    for (int column = 1; column <= COLUMN_COUNT; column++) {
        annoproj_status status = check_column(check, head, column, &sound, error);
        if (status != ANNOPROJ_OK) {
            return status;
        }
    }
    check->sound = check->sound && sound;
    if (!sound) {
        return ANNOPROJ_OK;
    }
    if (!segment_encode(&check->values, &check->encoded)) {
        return fail_memory(error);
    }
    compare_facts(check, head, directory->data, directory->length);
    sum_up(check, head->number * SEGMENT_EVENTS + 1, head->count);
    return ANNOPROJ_OK;
}

static annoproj_status check_segment(checking *check, int64_t number, annoproj_error **error) {
    segment head = {.number = number};
    bytes directory = {0};
    const char *wrong = "no row";
    statement *read = sql(check->database, SQL_READ_SEGMENT);
    bind_int64(read, SEGMENT_ID(check->project, number));
    if (sql_row(read)) {
        bytes_append(&directory, column_blob(read, SEGMENT_FIELD_DIRECTORY),
                     column_length(read, SEGMENT_FIELD_DIRECTORY));
        wrong = segment_from_row(read, &head) ? NULL : "a directory that cannot be read";
        if (wrong == NULL && !segment_row_intact(read, &head)) {
            tell(check, "segment", number, "wrong checksum of its row", "the checksum that it was written with");
        }
        tell_number(check, "segment", number, "ascending", column_int64(read, SEGMENT_FIELD_ASCENDING), head.ascending);
    }
    annoproj_status status = sql_end(read, error);
    if (status == ANNOPROJ_OK && directory.failed) {
        status = fail_memory(error);
    }
    if (status == ANNOPROJ_OK && wrong != NULL) {
        tell(check, "segment", number, wrong, "a segment");
        check->sound = false;
    } else if (status == ANNOPROJ_OK) {
        tell_number(check, "segment", number, "count", (int64_t)head.count, SEGMENT_EVENTS);
        tell_number(check, "segment", number, "first event", head.first_seq, number * SEGMENT_EVENTS + 1);
        status = check_events(check, &head, &directory, error);
    }
    bytes_release(&directory);
    return status;
}

/* The stored sums against those of the events, byte by byte: equal sums are equal bytes. */
static annoproj_status check_summary(checking *check, annoproj_error **error) {
    bytes expected = {0};
    const char *wrong = check->summed == 0 ? NULL : "no summary";
    summary_encode(&check->summary, &expected);
    statement *read = sql(check->database, SQL_READ_SUMMARY);
    bind_int64(read, check->project);
    if (sql_row(read)) {
        size_t length = column_length(read, 2);
        const void *data = column_blob(read, 2);
        tell_number(check, "event", check->summed, "events in the summary", column_int64(read, 0), check->summed);
        wrong = (uint64_t)column_int64(read, 1) != hash64(data, length) ? "wrong checksum of the summary"
                : length != expected.length || (length > 0 && memcmp(data, expected.data, length) != 0)
                    ? "a summary that differs"
                    : NULL;
    }
    annoproj_status status = sql_end(read, error);
    if (status == ANNOPROJ_OK && expected.failed) {
        status = fail_memory(error);
    } else if (status == ANNOPROJ_OK && wrong != NULL) {
        tell(check, "event", check->summed, wrong, "the sums of the events up to here");
    }
    bytes_release(&expected);
    return status;
}

/* --- the tail, and rows that nothing refers to ---- */

/* Reads the events that a row packs: how many; -1 when that makes no sense. */
static int64_t read_packed(checking *check, const uint8_t *data, size_t length) {
    event_unpacker cursor;
    bool fits = true;
    int64_t count = 0;
    if (event_unpack_open(&cursor, data, length)) {
        while (fits && event_unpack_next(&cursor)) {
            fits = count < (int64_t)BLOCK_EVENTS && event_from_values(cursor.values, &check->events[count]);
            count++;
        }
    }
    return cursor.failed || !fits ? -1 : count;
}

/* Whether a row is the block that its events make. */
static bool is_block(checking *check, const uint8_t *data, size_t length) {
    event_block block;
    bytes again = {0};
    bool fits = event_block_open(&block, data, length);
    for (int column = 1; column <= COLUMN_COUNT && fits; column++) {
        int64_t *values = check->values.values[column];
        column_values(&block.views[column], 0, BLOCK_EVENTS, values);
        fits = event_set_all(check->events, BLOCK_EVENTS, column, values);
    }
    if (!fits) {
        return false;
    }
    check->values.count = BLOCK_EVENTS;
    again.failed = !segment_encode(&check->values, &check->encoded);
    if (!again.failed) {
        event_block_pack(&check->encoded, &again);
    }
    const bool same = again.failed || (again.length == length && memcmp(again.data, data, length) == 0);
    check->no_memory = check->no_memory || again.failed;
    bytes_release(&again);
    return same;
}

/* What one row of the tail holds; *next goes on behind it. */
static void check_tail_row(checking *check, const event_log *log, statement *row, int64_t *next) {
    const int64_t first = column_int64(row, 0), count = column_int64(row, 1);
    const uint8_t *data = column_blob(row, 2);
    const size_t length = column_length(row, 2);
    int64_t found = count;
    check->sound = check->sound && first == *next;
    tell_number(check, "event", *next, "event", first, *next);
    tell_number(check, "event", first, "tail row", column_int64(row, 3),
                SEGMENT_ID(check->project, first - log->tail_first));
    *next = first + count;
    if (!event_pack_intact(data, length)) {
        check->sound = false;
        tell(check, "event", first, "wrong checksum of a tail row", "the checksum that it was written with");
    } else if (count != (int64_t)BLOCK_EVENTS) {
        found = read_packed(check, data, length);
    } else if (!is_block(check, data, length)) {
        found = -1;
    }
    if (found < 0) {
        tell(check, "event", first, "a tail row that cannot be read", "packed events");
    } else {
        tell_number(check, "event", first, "events in a tail row", found, count);
    }
    check->sound = check->sound && found == count;
    if (check->sound) {
        sum_up(check, first, (size_t)count);
    }
}

static annoproj_status check_tail(checking *check, const event_log *log, annoproj_error **error) {
    int64_t next = log->tail_first;
    statement *read = sql(check->database, SQL_READ_TAIL);
    bind_int64(read, SEGMENT_ID(check->project, 0));
    bind_int64(read, SEGMENT_ID(check->project + 1, 0));
    while (sql_row(read)) {
        if (column_int64(read, 3) == TAIL_END(check->project)) {
            tell_number(check, "event", log->last_seq, "events at the tail's end", column_int64(read, 1), 0);
            tell_number(check, "event", log->last_seq, "bytes at the tail's end", (int64_t)column_length(read, 2), 0);
        } else {
            check_tail_row(check, log, read, &next);
        }
    }
    annoproj_status status = sql_end(read, error);
    if (status == ANNOPROJ_OK && check->no_memory) {
        status = fail_memory(error);
    } else if (status == ANNOPROJ_OK) {
        check->sound = check->sound && next - 1 == log->last_seq;
        tell_number(check, "event", next - 1, "last event", next - 1, log->last_seq);
    }
    return status;
}

static annoproj_status check_rows(checking *check, const char *count, const char *what, int64_t expected,
                                  annoproj_error **error) {
    statement *read = sql(check->database, count);
    bind_int64(read, SEGMENT_ID(check->project, 0));
    bind_int64(read, SEGMENT_ID(check->project + 1, 0));
    if (sql_row(read)) {
        tell_number(check, "segment", 0, what, column_int64(read, 0), expected);
    }
    return sql_end(read, error);
}

static annoproj_status check_log(checking *check, const event_log *log, const bounds *limits, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    check->summed = event_log_summed(log);
    for (int64_t number = 0; number < log->segments && status == ANNOPROJ_OK; number++) {
        status = limits == NULL ? ANNOPROJ_OK : bounds_check(limits, error);
        if (status == ANNOPROJ_OK) {
            status = check_segment(check, number, error);
        }
    }
    if (status == ANNOPROJ_OK) {
        status = check_rows(check, SQL_COUNT_SEGMENTS, "segments", log->segments, error);
    }
    if (status == ANNOPROJ_OK && check->sound) {
        status = check_rows(check, SQL_COUNT_COLUMNS, "columns", check->columns, error);
    }
    if (status == ANNOPROJ_OK) {
        status = check_tail(check, log, error);
    }
    return status == ANNOPROJ_OK && check->sound ? check_summary(check, error) : status;
}

annoproj_status event_check(database *db, int64_t project, event_found_fn found, void *data, const bounds *limits,
                            annoproj_error **error) {
    checking check = {.database = db, .project = project, .found = found, .data = data, .sound = true};
    check.events = allocate_zeroed(SEGMENT_EVENTS, sizeof *check.events);
    check.room = allocate((size_t)SEGMENT_EVENTS * 8);
    event_log log = {0};
    const bool made = event_columns_make(&check.values, SEGMENT_EVENTS) && check.events != NULL && check.room != NULL;
    annoproj_status status = made ? event_log_read(db, project, &log, error) : fail_memory(error);
    if (status == ANNOPROJ_CORRUPT) {
        drop_error(error);
        tell(&check, "event", 0, "a log whose numbers do not fit", "last event, segments and tail that fit");
        status = ANNOPROJ_OK;
    } else if (status == ANNOPROJ_OK) {
        status = check_log(&check, &log, limits, error);
    }
    event_columns_release(&check.values);
    release(check.events);
    release(check.room);
    summary_release(&check.summary);
    encoded_segment_release(&check.encoded);
    return status;
}
