/* Hashes of labels. One that the library draws tells the number of its label to who knows the project's key: it is found without an
 * index, and two numbers never have the same. A hash that came with its label, from a file or another task, is `given` in the row and
 * stands in the index label_given. */
#ifndef LABEL_HASH_H
#define LABEL_HASH_H

#include "access.h"

annoproj_status label_hash_key(scope *scope, int64_t project, uint64_t *key, annoproj_error **error);
/* 8 characters of base64url, the first no - or _. */
void label_hash_draw(uint64_t key, int64_t number, char out[9]);
/* The number it would be drawn for, whether or not that label is there and has it; 0 = none. */
int64_t label_hash_number(uint64_t key, const char *hash);
bool label_hash_given(uint64_t key, int64_t number, const char *hash);
/* Finds the label of task ?1 that has the hash ?2, ?3 being the number it would be drawn for; `select` ends in "FROM label ". */
#define LABEL_OF_HASH(select)                                                                                          \
    select "WHERE task = ?1 AND number = ?3 AND hash = ?2 UNION ALL " select "WHERE task = ?1 AND hash = ?2 AND given"
void label_hash_bind(statement *find, uint64_t key, int64_t task, const char *hash);
/* Whether a label of the task has it. */
annoproj_status label_hash_taken(scope *scope, uint64_t key, int64_t task, const char *hash, bool *taken,
                                 annoproj_error **error);

#endif
