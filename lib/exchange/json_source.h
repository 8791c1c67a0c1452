/* Where JSON comes from: a text, a file, or a callback whose bytes are first written to a private file, because some are read
 * twice. */
#ifndef JSON_SOURCE_H
#define JSON_SOURCE_H

#include "bounds.h"
#include "json_scan.h"
#include "store.h"
#include "varint.h"

typedef struct json_source {
    char *name; /* for messages */
    int file;
    int64_t size, read; /* bytes of it; bytes read since the start */
    spool_file *copy;
    const char *text; /* borrowed: read from memory instead of the file */
} json_source;

/* Exactly one of path and read. NOT_FOUND when there is no such file, LIMIT when it is too large, CALLBACK. Close it also
 * after a failure. */
annoproj_status source_open(json_source *source, store *store, const char *path, annoproj_read_fn read, void *user_data,
                            const bounds *bounds, annoproj_error **error);
/* A text that outlives it. */
annoproj_status source_from_text(json_source *source, const char *name, const char *text, size_t length,
                                 annoproj_error **error);
/* From the start, with strings of at most `longest` bytes. */
annoproj_status source_scan(json_source *source, size_t longest, json_scan **scan, annoproj_error **error);
/* All of it, at most `most` bytes. LIMIT. */
annoproj_status source_text(json_source *source, size_t most, bytes *out, annoproj_error **error);
void source_close(json_source *source);

#endif
