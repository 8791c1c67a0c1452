/* Blobs that never change once they are written, kept in memory for all threads of a store and within a budget. A blob is
 * found by its key, its checksum and its length: what another process removed and wrote anew is another blob. */
#ifndef BLOB_CACHE_H
#define BLOB_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct blob_cache blob_cache;

typedef struct blob_key {
    int64_t id;
    uint64_t checksum;
    size_t length;
} blob_key;

blob_cache *blob_cache_new(int64_t budget); /* bytes; NULL when out of memory */
void blob_cache_free(blob_cache *cache);    /* nobody holds a blob any more; NULL is fine */

/* A number for one pass over many blobs: what a pass has used is not put away for what the same pass has not, so that a
 * pass over more than there is room for finds the rest of it again. */
uint64_t blob_cache_pass(blob_cache *cache);

/* The blob, to be given back; NULL when it is not there. 16-byte aligned, and 8 bytes behind its end
 * can be read. */
const void *blob_cache_take(blob_cache *cache, const blob_key *key, uint64_t pass);
/* Room for a blob that is not there: filled by the caller, who then shows it to the others and gives it back, or only
 * gives it back. NULL when it is asked for the first time unless that is `at_once` (most blobs are wanted once, and memory that
 * was never used is not cheap), when the budget is used up, or out of memory. */
void *blob_cache_room(blob_cache *cache, const blob_key *key, uint64_t pass, bool at_once);
void blob_cache_show(blob_cache *cache, const void *blob);
void blob_cache_give_back(blob_cache *cache, const void *blob);

int64_t blob_cache_bytes(blob_cache *cache); /* in use now: never more than the budget */

#endif
