/* Blobs of one column by row id, read straight into the caller's memory: a statement would copy them twice. */
#ifndef BLOB_READER_H
#define BLOB_READER_H

#include "database.h"

/* Closed before the snapshot ends. Made by setting database, table and column (constants). */
typedef struct blob_reader {
    database *database;
    const char *table, *column;
    void *handle; /* private */
} blob_reader;

typedef enum blob_found { BLOB_READ, BLOB_MISSING, BLOB_LENGTH_DIFFERS } blob_found;

annoproj_status blob_read(blob_reader *reader, int64_t id, void *room, size_t length, blob_found *found,
                          annoproj_error **error);
void blob_close(blob_reader *reader); /* and may go on reading */

#endif
