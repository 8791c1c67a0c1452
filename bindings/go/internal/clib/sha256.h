/* SHA-256 (FIPS 180-4), for signatures only: fingerprints of our own are in hash.h. */
#ifndef SHA256_H
#define SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_BLOCK 64
#define SHA256_SIZE  32

typedef struct sha256 {
    uint32_t state[8];
    uint64_t length; /* bytes added */
    uint8_t block[SHA256_BLOCK];
} sha256;

void sha256_begin(sha256 *hash);
void sha256_add(sha256 *hash, const void *data, size_t length);
void sha256_end(sha256 *hash, uint8_t out[SHA256_SIZE]); /* the state is wiped */

#endif
