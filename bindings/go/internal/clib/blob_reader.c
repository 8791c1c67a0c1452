/* Reading blobs (blob_reader.h): SQLite's incremental input, on one handle that goes from row to row. */
#include "blob_reader.h"

#include "connection.h"

/* SQLITE_ERROR: there is no such row, or what it holds is no blob. */
static int open_row(blob_reader *from, int64_t id) {
    sqlite3_blob *handle = from->handle;
    if (handle == NULL) {
        const char *schema = from->database->schema != NULL ? from->database->schema : "main";
        int code = sqlite3_blob_open(from->database->handle, schema, from->table, from->column, id, 0, &handle);
        from->handle = handle;
        return code;
    }
    return sqlite3_blob_reopen(handle, id);
}

annoproj_status blob_read(blob_reader *from, int64_t id, void *room, size_t length, blob_found *found,
                          annoproj_error **error) {
    int code = open_row(from, id);
    *found = code == SQLITE_OK ? BLOB_READ : BLOB_MISSING;
    if (code == SQLITE_OK && (size_t)sqlite3_blob_bytes(from->handle) != length) {
        *found = BLOB_LENGTH_DIFFERS;
    } else if (code == SQLITE_OK) {
        code = sqlite3_blob_read(from->handle, room, (int)length, 0);
    }
    annoproj_status status = ANNOPROJ_OK;
    if (code != SQLITE_OK) {
        status = (code & 0xff) == SQLITE_ERROR ? ANNOPROJ_OK : connection_failure(from->database, error);
        *found = BLOB_MISSING;
        blob_close(from); /* a handle that failed stays so */
    }
    return status;
}

void blob_close(blob_reader *from) {
    sqlite3_blob_close(from->handle);
    from->handle = NULL;
}
