/* Fingerprints: checksums of stored blobs, schema fingerprint, request arguments, page tokens (XXH3). */
#ifndef HASH_H
#define HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t hash64(const void *data, size_t length);
uint64_t hash64_with(const void *data, size_t length, uint64_t seed);
void hash128(const void *data, size_t length, uint8_t out[16]);

#endif
