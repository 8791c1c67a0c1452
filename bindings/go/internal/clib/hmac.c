/* HMAC-SHA256 (RFC 2104). */
#include "hmac.h"

#include <string.h>

static void begin_pad(sha256 *hash, const uint8_t block[SHA256_BLOCK], uint8_t pad) {
    uint8_t padded[SHA256_BLOCK];
    for (size_t i = 0; i < sizeof padded; i++) {
        padded[i] = block[i] ^ pad;
    }
    sha256_begin(hash);
    sha256_add(hash, padded, sizeof padded);
    explicit_bzero(padded, sizeof padded);
}

void hmac_sha256(const void *key, size_t key_length, const void *data, size_t length, uint8_t out[SHA256_SIZE]) {
    uint8_t block[SHA256_BLOCK] = {0};
    sha256 hash;
    if (key_length > sizeof block) {
        sha256_begin(&hash);
        sha256_add(&hash, key, key_length);
        sha256_end(&hash, block);
    } else if (key_length > 0) {
        memcpy(block, key, key_length);
    }
    begin_pad(&hash, block, 0x36);
    sha256_add(&hash, data, length);
    sha256_end(&hash, out);
    begin_pad(&hash, block, 0x5c);
    sha256_add(&hash, out, SHA256_SIZE);
    sha256_end(&hash, out);
    explicit_bzero(block, sizeof block);
}

void signature_text(const void *key, size_t key_length, const void *data, size_t length, char out[SIGNATURE_TEXT]) {
    static const char digits[] = "0123456789abcdef";
    uint8_t bytes[SHA256_SIZE];
    hmac_sha256(key, key_length, data, length, bytes);
    for (size_t i = 0; i < SHA256_SIZE; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * SHA256_SIZE] = 0;
}

bool signature_equal(const char a[SIGNATURE_TEXT], const char b[SIGNATURE_TEXT]) {
    unsigned different = 0;
    for (size_t i = 0; i < SIGNATURE_TEXT; i++) {
        different |= (unsigned)(a[i] ^ b[i]);
    }
    return different == 0;
}
