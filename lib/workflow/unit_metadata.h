/* Conditions on a data unit's client metadata: a JSON object of its top-level members and the values they may have.
 *     {"site": ["a", "b"], "batch": 3, "night": []}
 * All members must hold; of a list one value is enough, and an empty list asks only that the member is there. */
#ifndef UNIT_METADATA_H
#define UNIT_METADATA_H

#include "json_read.h"

#define WANTED_MOST ((size_t)64) /* members, and values of one */

typedef struct wanted_value { /* one scalar: its kind, and its characters */
    json_kind kind;
    const char *text;
} wanted_value;

typedef struct wanted_values {
    wanted_value *list;
    size_t count;
} wanted_values;

typedef struct wanted_member {
    const char *key;
    wanted_values values;
} wanted_member;

typedef struct wanted_metadata {
    wanted_member *members;
    size_t count;
} wanted_metadata;

/* The next value, or array of values: plain ones, or strings only. DATA names `name`. */
annoproj_status wanted_values_read(json_reader *from, const char *name, bool texts_only, wanted_values *out,
                                   annoproj_error **error);
/* The next value as such an object; texts go into the reader's arena. */
annoproj_status wanted_metadata_read(json_reader *from, wanted_metadata *out, annoproj_error **error);
/* A whole text as such an object. */
annoproj_status wanted_metadata_parse(arena *memory, const char *json, wanted_metadata *out, annoproj_error **error);
/* Whether metadata (NULL = none) meet the conditions. */
annoproj_status wanted_metadata_match(const wanted_metadata *wanted, const char *metadata, bool *matches,
                                      annoproj_error **error);

#endif
