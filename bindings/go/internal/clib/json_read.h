/* Reading small documents (ontology, workflow) from the scanner: one member after the other, every complaint with
 * JSON pointer and byte. */
#ifndef JSON_READ_H
#define JSON_READ_H

#include "allocate.h"
#include "json_scan.h"

typedef struct json_reader {
    json_scan *scan;
    arena *memory;    /* where texts go */
    const char *what; /* "ontology", for messages */
    json_token token; /* the last one */
} json_reader;

annoproj_status json_read_next(json_reader *reader, annoproj_error **error);

/* DATA at the last token, or at a place read earlier. The message is about `what`. */
annoproj_status json_fault(const json_reader *reader, annoproj_error **error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
annoproj_status json_fault_at(const char *what, const char *pointer, int64_t offset, annoproj_error **error,
                              const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The next value, which must be of that kind. `member` is for the message. */
annoproj_status json_read_kind(json_reader *reader, json_kind kind, const char *member, annoproj_error **error);
annoproj_status json_read_bool(json_reader *reader, const char *member, bool *out, annoproj_error **error);
/* A string of at most `limit` bytes without control characters, in the arena. */
annoproj_status json_read_text(json_reader *reader, const char *member, size_t limit, const char **out,
                               annoproj_error **error);
/* The same of a string that is the last token. */
annoproj_status json_take_text(json_reader *reader, const char *member, size_t limit, const char **out,
                               annoproj_error **error);
/* Behind a token of an opening brace: the next key (*more = true; reader->token is the key), or its end. */
annoproj_status json_read_member(json_reader *reader, bool *more, annoproj_error **error);
/* JSON pointer of the last token, in the arena; NULL when out of memory. */
const char *json_read_pointer(json_reader *reader);

#endif
