/* Summaries in the database (summary.h). */
#include "failure.h"
#include "hash.h"
#include "summary.h"

static const char SQL_READ[] = "SELECT events, checksum, data FROM event_summary WHERE project = ?";
static const char SQL_WRITE[] = "INSERT INTO event_summary(project, events, checksum, data) VALUES(?, ?, ?, ?)"
                                " ON CONFLICT(project) DO UPDATE SET events = excluded.events, checksum = "
                                "excluded.checksum, data = excluded.data";

annoproj_status summary_read(database *db, int64_t project, int64_t events, bytes *out, annoproj_error **error) {
    out->length = 0;
    if (events == 0) {
        return ANNOPROJ_OK;
    }
    bool found = false;
    statement *read = sql(db, SQL_READ);
    bind_int64(read, project);
    if (sql_row(read)) {
        found = column_int64(read, 0) == events &&
                (uint64_t)column_int64(read, 1) == hash64(column_blob(read, 2), column_length(read, 2));
        bytes_append(out, column_blob(read, 2), column_length(read, 2));
    }
    annoproj_status status = sql_end(read, error);
    if (status == ANNOPROJ_OK && out->failed) {
        status = fail_memory(error);
    } else if (status == ANNOPROJ_OK && !found) {
        status = fail(error, ANNOPROJ_CORRUPT,
                      "event log of project %lld: its summary is missing or damaged; restore a backup of the store",
                      (long long)project);
    }
    return status;
}

annoproj_status summary_write(database *db, int64_t project, int64_t events, const bytes *data,
                              annoproj_error **error) {
    statement *write = sql(db, SQL_WRITE);
    bind_int64(write, project);
    bind_int64(write, events);
    bind_int64(write, (int64_t)hash64(data->data, data->length));
    bind_blob(write, data->data, data->length);
    return sql_run(write, error);
}
