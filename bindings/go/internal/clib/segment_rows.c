/* Segments in the database (segment.h). */
#include <string.h>

#include "failure.h"
#include "hash.h"
#include "segment.h"

static const char SQL_ADD_SEGMENT[] = "INSERT INTO event_segment(id, " SEGMENT_FIELDS
                                      ") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_ADD_COLUMN[] = "INSERT INTO event_column(id, data) VALUES(?, ?)";
static const char SQL_FIND_HEAD[] = "SELECT " SEGMENT_FIELDS " FROM event_segment WHERE id = ?";

static annoproj_status write_columns(database *db, int64_t project, const encoded_segment *encoded,
                                     annoproj_error **error) {
    statement *add = sql(db, SQL_ADD_COLUMN);
    bool more = true;
    for (int column = 1; column <= COLUMN_COUNT && more; column++) {
        const segment_entry *entry = &encoded->head.columns[column];
        if (entry->width != 0) {
            bind_int64(add, SEGMENT_COLUMN_ID(project, encoded->head.number, column));
            bind_blob(add, encoded->data[column], entry->length);
            more = sql_step_run(add);
            sql_again(add);
        }
    }
    return sql_end(add, error);
}

annoproj_status segment_write(database *db, int64_t project, const encoded_segment *encoded, annoproj_error **error) {
    const segment *head = &encoded->head;
    bytes directory = {0};
    directory_encode(head, &directory);
    annoproj_status status;
    if (directory.failed) {
        status = fail_memory(error);
        goto done;
    }
    statement *add = sql(db, SQL_ADD_SEGMENT);
    bind_int64(add, SEGMENT_ID(project, head->number));
    bind_int64(add, head->first_seq);
    bind_int64(add, (int64_t)head->count);
    bind_int64(add, head->time_least);
    bind_int64(add, head->time_most);
    bind_int64(add, head->time_reach);
    bind_int64(add, head->command_least);
    bind_int64(add, head->command_most);
    bind_int64(add, head->ascending);
    bind_blob(add, directory.data, directory.length);
    bind_int64(add, (int64_t)segment_checksum(head, directory.data, directory.length));
    status = sql_run(add, error);
    if (status == ANNOPROJ_OK) {
        status = write_columns(db, project, encoded, error);
    }
done:
    bytes_release(&directory);
    return status;
}

static annoproj_status damaged(int64_t project, int64_t number, const char *what, annoproj_error **error) {
    return fail(error, ANNOPROJ_CORRUPT, "event segment %lld of project %lld: %s; restore a backup of the store",
                (long long)number, (long long)project, what);
}

annoproj_status segment_read_head(database *db, int64_t project, int64_t number, segment *out, annoproj_error **error) {
    *out = (segment){.number = number};
    const char *wrong = "it is missing";
    statement *find = sql(db, SQL_FIND_HEAD);
    bind_int64(find, SEGMENT_ID(project, number));
    if (sql_row(find)) {
        wrong = segment_from_row(find, out) && segment_row_intact(find, out) ? NULL : "its directory is damaged";
    }
    annoproj_status status = sql_end(find, error);
    return status != ANNOPROJ_OK || wrong == NULL ? status : damaged(project, number, wrong, error);
}

bool segment_from_row(statement *row, segment *out) {
    out->first_seq = column_int64(row, 0);
    int64_t count = column_int64(row, 1);
    out->count = (size_t)count;
    out->time_least = column_int64(row, 2);
    out->time_most = column_int64(row, 3);
    out->time_reach = column_int64(row, 4);
    out->command_least = column_int64(row, 5);
    out->command_most = column_int64(row, 6);
    out->ascending = column_int64(row, SEGMENT_FIELD_ASCENDING) != 0;
    return count > 0 && count <= SEGMENT_EVENTS &&
           directory_decode(column_blob(row, SEGMENT_FIELD_DIRECTORY), column_length(row, SEGMENT_FIELD_DIRECTORY),
                            out);
}

bool segment_row_intact(statement *row, const segment *read) {
    uint64_t checksum = segment_checksum(read, column_blob(row, SEGMENT_FIELD_DIRECTORY),
                                         column_length(row, SEGMENT_FIELD_DIRECTORY));
    return checksum == (uint64_t)column_int64(row, SEGMENT_FIELD_CHECKSUM);
}

blob_reader segment_columns(database *db) {
    return (blob_reader){.database = db, .table = "event_column", .column = "data"};
}

annoproj_status segment_read_column(blob_reader *columns, int64_t project, const segment *head, int column,
                                    uint8_t *room, column_view *view, annoproj_error **error) {
    static const char *const problems[] = {
        [BLOB_MISSING] = "a column is missing", [BLOB_LENGTH_DIFFERS] = "a column has the wrong length"};
    const segment_entry *entry = &head->columns[column];
    *view = (column_view){.codes = room, .base = entry->least, .width = entry->width};
    if (entry->width == 0) {
        return ANNOPROJ_OK;
    }
    blob_found found;
    annoproj_status status = blob_read(columns, SEGMENT_COLUMN_ID(project, head->number, column), room, entry->length,
                                       &found, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    if (found != BLOB_READ) {
        return damaged(project, head->number, problems[found], error);
    }
    return hash64(room, entry->length) == entry->checksum
               ? ANNOPROJ_OK
               : damaged(project, head->number, "a column's checksum is wrong", error);
}
