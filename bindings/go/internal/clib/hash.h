/* Fingerprints: checksums of stored blobs, schema fingerprint, request arguments, page tokens (XXH3); derived UUIDs. */
#ifndef HASH_H
#define HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t hash64(const void *data, size_t length);
uint64_t hash64_with(const void *data, size_t length, uint64_t seed);
/* One more value into a fingerprint that is built up value by value. */
static inline uint64_t hash64_join(uint64_t state, uint64_t value) {
    const unsigned __int128 product = (unsigned __int128)(state ^ value ^ UINT64_C(0x9E3779B97F4A7C15)) *
                                      UINT64_C(0xD6E8FEB86659FD93);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}
void hash128(const void *data, size_t length, uint8_t out[16]);

/* A UUID that is stable without being stored (version 8: a rule of our own): of what has that number among the things of one
 * kind (a word of at most 8 letters) that belong to `owner`. */
void uuid_derive(const uint8_t owner[16], const char *kind, int64_t number, uint8_t out[16]);

#endif
