/* Reading small documents (ontology, workflow) from the scanner: one member after the other, every complaint with
 * JSON pointer and byte. */
#ifndef JSON_READ_H
#define JSON_READ_H

#include "allocate.h"
#include "faults.h"
#include "json_scan.h"

typedef struct json_reader {
    json_scan *scan;
    arena *memory;    /* where texts go */
    const char *what; /* "ontology", for messages */
    json_token token; /* the last one */
    faults *faults;   /* where those of json_fault() are gathered; NULL = the first one ends the reading */
    bool faulty;      /* the last failure was one of these */
} json_reader;

annoproj_status json_read_next(json_reader *reader, annoproj_error **error);

/* DATA at the last token. The message is about `what`; where faults are gathered it is one of them, and no error is made. */
annoproj_status json_fault(json_reader *reader, annoproj_error **error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Behind a member or an element, whose first token stood in a container of that depth: when it had a fault that was gathered, the
 * rest of it is passed and the reading goes on. Any other failure is handed on. */
annoproj_status json_go_on(json_reader *reader, int32_t depth, annoproj_status status, annoproj_error **error);
/* At the end: DATA with all faults that were gathered. */
annoproj_status json_report(const json_reader *reader, annoproj_status status, annoproj_error **error);

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
