/* Sets of small numbers (number_set.h). */
#include "number_set.h"

bool number_set_make(number_set *set, arena *memory, int64_t highest) {
    size_t words = (size_t)(highest < 0 ? 0 : highest) / 64 + 1;
    set->words = arena_array(memory, words, sizeof *set->words);
    set->limit = set->words == NULL ? 0 : (int64_t)words * 64;
    set->least = set->limit;
    return set->words != NULL;
}

void number_set_add(number_set *set, int64_t number) {
    if (number >= 0 && number < set->limit) {
        set->words[number >> 6] |= (uint64_t)1 << (number & 63);
        set->least = number < set->least ? number : set->least;
    }
}

void number_set_add_all(number_set *set, int64_t first, int64_t last) {
    int64_t number = first;
    for (; number <= last && (number & 63) != 0; number++) {
        number_set_add(set, number);
    }
    for (; number >= 0 && number + 63 <= last && number < set->limit; number += 64) {
        set->words[number >> 6] = UINT64_MAX;
        set->least = number < set->least ? number : set->least;
    }
    for (; number <= last; number++) {
        number_set_add(set, number);
    }
}

void number_set_remove(number_set *set, int64_t number) {
    if (number_set_has(set, number)) {
        set->words[number >> 6] &= ~((uint64_t)1 << (number & 63));
    }
}

int64_t number_set_next(const number_set *set, int64_t from) {
    int64_t number = from < set->least ? set->least : from;
    while (number < set->limit) {
        const uint64_t word = set->words[number >> 6] >> (number & 63);
        if (word != 0) {
            return number + __builtin_ctzll(word);
        }
        number = (number | 63) + 1;
    }
    return set->limit;
}

bool number_set_meets(const number_set *set, int64_t least, int64_t most) {
    const int64_t next = number_set_next(set, least);
    return next <= most && next < set->limit;
}
