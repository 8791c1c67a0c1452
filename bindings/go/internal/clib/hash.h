/* Fingerprints: checksums of stored blobs, schema fingerprint, request arguments, page tokens (XXH3). */
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

#endif
