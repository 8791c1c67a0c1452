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
/* Whether a label of the task has it. */
annoproj_status label_hash_taken(scope *scope, uint64_t key, int64_t task, const char *hash, bool *taken,
                                 annoproj_error **error);

#endif
