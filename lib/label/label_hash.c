/* Hashes that tell their label's number: a keyed permutation of 42 bits, as seven letters behind one more (label_hash.h). */
#include "label_hash.h"

#include <string.h>

#include "hash.h"

#define ROUNDS 4
#define HALF   ((UINT64_C(1) << 21) - 1)
#define FIRST  62 /* letters the first may be: a hash is never taken for an option on a command line */

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static uint64_t turn(uint64_t key, uint64_t round, uint64_t half) {
    return hash64_join(key + round, half) >> 40 & HALF;
}

/* A Feistel network of two halves; numbers are far below 2^42, which the largest SQLite file has no room for. */
static uint64_t hide(uint64_t key, uint64_t number) {
    uint64_t left = number >> 21 & HALF, right = number & HALF;
    for (uint64_t i = 0; i < ROUNDS; i++) {
        const uint64_t next = left ^ turn(key, i, right);
        left = right;
        right = next;
    }
    return left << 21 | right;
}

static uint64_t reveal(uint64_t key, uint64_t hidden) {
    uint64_t left = hidden >> 21, right = hidden & HALF;
    for (uint64_t i = ROUNDS; i-- > 0;) {
        const uint64_t before = right ^ turn(key, i, left);
        right = left;
        left = before;
    }
    return left << 21 | right;
}

void label_hash_draw(uint64_t key, int64_t number, char out[9]) {
    uint64_t hidden = hide(key, (uint64_t)number);
    out[0] = letters[hash64_join(key + ROUNDS, hidden) % FIRST];
    for (int i = 1; i < 8; i++) {
        out[i] = letters[hidden & 63];
        hidden >>= 6;
    }
    out[8] = 0;
}

int64_t label_hash_number(uint64_t key, const char *hash) {
    uint64_t hidden = 0;
    if (strlen(hash) != 8) {
        return 0;
    }
    for (int i = 7; i > 0; i--) {
        const char *letter = strchr(letters, hash[i]);
        if (!letter) {
            return 0;
        }
        hidden = hidden << 6 | (uint64_t)(letter - letters);
    }
    return (int64_t)reveal(key, hidden);
}

bool label_hash_given(uint64_t key, int64_t number, const char *hash) {
    char drawn[9];
    label_hash_draw(key, number, drawn);
    return strcmp(drawn, hash) != 0;
}

annoproj_status label_hash_key(scope *in, int64_t project, uint64_t *key, annoproj_error **error) {
    static const char query[] = "SELECT uuid FROM project WHERE id = ?";
    if (in->project.hash_key_of == project) {
        *key = in->project.hash_key;
        return ANNOPROJ_OK;
    }
    statement *find = sql(in->database, query);
    bind_int64(find, project);
    *key = sql_row(find) ? hash64(column_blob(find, 0), column_length(find, 0)) : 0;
    return sql_end(find, error);
}

void label_hash_bind(statement *find, uint64_t key, int64_t task, const char *hash) {
    bind_int64(find, task);
    bind_text(find, hash);
    bind_int64(find, label_hash_number(key, hash));
}

annoproj_status label_hash_taken(scope *in, uint64_t key, int64_t task, const char *hash, bool *taken,
                                 annoproj_error **error) {
    static const char query[] = LABEL_OF_HASH("SELECT 1 FROM label ");
    statement *find = sql(in->database, query);
    label_hash_bind(find, key, task, hash);
    *taken = sql_row(find);
    return sql_end(find, error);
}
