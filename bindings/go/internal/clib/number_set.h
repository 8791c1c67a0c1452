/* Sets of small non-negative numbers: users, stages, classes, tasks. */
#ifndef NUMBER_SET_H
#define NUMBER_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "allocate.h"

typedef struct number_set {
    uint64_t *words;
    int64_t limit; /* numbers from 0 to limit - 1 can be in it */
    int64_t least; /* no number below it is */
} number_set;

bool number_set_make(number_set *set, arena *memory, int64_t highest); /* empty; false when out of memory */
void number_set_add(number_set *set, int64_t member);                  /* at most `highest` */
void number_set_add_all(number_set *set, int64_t first, int64_t last); /* [first, last] */
void number_set_remove(number_set *set, int64_t member);
int64_t number_set_next(const number_set *set,
                        int64_t from); /* the least member from there on; `limit` when there is none */
bool number_set_meets(const number_set *set, int64_t least, int64_t most); /* a member in [least, most] */

static inline bool number_set_has(const number_set *set, int64_t member) {
    return (uint64_t)member < (uint64_t)set->limit && (set->words[member >> 6] >> (member & 63) & 1) != 0;
}

#endif
