/* HMAC-SHA256 (RFC 2104): who has the key made this text, and nobody has changed it since. */
#ifndef HMAC_H
#define HMAC_H

#include <stdbool.h>

#include "sha256.h"

#define SIGNATURE_TEXT (2 * SHA256_SIZE + 1) /* in hexadecimal digits, with the NUL */

void hmac_sha256(const void *key, size_t key_length, const void *data, size_t length, uint8_t out[SHA256_SIZE]);
/* The same in 64 lower-case hexadecimal digits. */
void signature_text(const void *key, size_t key_length, const void *data, size_t length, char out[SIGNATURE_TEXT]);
/* Whether two signatures are the same, in a time that tells nothing about where they differ. */
bool signature_equal(const char a[SIGNATURE_TEXT], const char b[SIGNATURE_TEXT]);

#endif
