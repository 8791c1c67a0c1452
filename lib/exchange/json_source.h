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
    int64_t size, read; /* bytes of it; those before the next one that is read */
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
/* The same in the middle of a file, before an element of an array that is in the top object. */
annoproj_status source_scan_inside(json_source *source, int64_t offset, size_t longest, json_scan **scan,
                                   annoproj_error **error);
/* The bytes that come next, at most `size`, 0 at the end of the file; not of a text. */
annoproj_status source_read(void *source, void *buffer, size_t size, size_t *length, annoproj_error **error);
/* Another place in the same file, which stays that of `of`; for one thread. */
json_source source_beside(const json_source *of, int64_t offset);
/* All of it, at most `most` bytes. LIMIT. */
annoproj_status source_text(json_source *source, size_t most, bytes *out, annoproj_error **error);
void source_close(json_source *source);

#endif
