/* Fingerprints on xxHash's XXH3. */
#include "hash.h"

#include <string.h>
#include <xxhash.h>

uint64_t hash64(const void *data, size_t length) {
    return XXH3_64bits(data, length);
}

uint64_t hash64_with(const void *data, size_t length, uint64_t seed) {
    return XXH3_64bits_withSeed(data, length, seed);
}

void hash128(const void *data, size_t length, uint8_t out[16]) {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(data, length));
    for (int i = 0; i < 16; i++) {
        out[i] = canonical.digest[i];
    }
}

void uuid_derive(const uint8_t owner[16], const char *kind, int64_t number, uint8_t out[16]) {
    uint8_t source[32] = {0};
    memcpy(source, owner, 16);
    memcpy(source + 16, kind, strnlen(kind, 8));
    memcpy(source + 24, &number, sizeof number);
    hash128(source, sizeof source, out);
    out[6] = (uint8_t)((out[6] & 0x0f) | 0x80);
    out[8] = (uint8_t)((out[8] & 0x3f) | 0x80);
}
