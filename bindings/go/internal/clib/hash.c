/* Fingerprints on xxHash's XXH3. */
#include "hash.h"

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
