/* Integers of a few bits each behind each other, from the lowest bit of each byte on. */
#ifndef BIT_PACKING_H
#define BIT_PACKING_H

#include <string.h>

#include "varint.h"

static inline uint32_t bits_of(uint64_t value) {
    return value == 0 ? 1 : 64 - (uint32_t)__builtin_clzll(value);
}

typedef struct packer {
    uint8_t *at;
    uint64_t waiting;
    uint32_t bits; /* of those, below 64 */
} packer;

static inline void pack(packer *to, uint64_t value, uint32_t width) {
    to->waiting |= value << to->bits;
    to->bits += width;
    if (to->bits >= 64) {
        memcpy(to->at, &to->waiting, sizeof to->waiting);
        to->at += sizeof to->waiting;
        to->bits -= 64;
        to->waiting = to->bits > 0 ? value >> (width - to->bits) : 0;
    }
}

/* The last byte is filled up with zeros. */
static inline void pack_end(packer *to, bytes *out) {
    for (; to->bits > 0; to->bits -= to->bits < 8 ? to->bits : 8) {
        *to->at++ = (uint8_t)to->waiting;
        to->waiting >>= 8;
    }
    out->length = (size_t)(to->at - out->data);
}

/* The next bits, of which `width` are there, from `*bit` of the first byte on. */
static inline uint64_t take_bits(unpacker *from, uint32_t *bit, uint32_t width) {
    const uint8_t *at = from->at;
    const size_t left = (size_t)(from->end - at);
    uint64_t low = 0, high = 0;
    if (left > sizeof low) {
        memcpy(&low, at, sizeof low);
        high = at[sizeof low];
    } else {
        memcpy(&low, at, left);
    }
    uint64_t value = low >> *bit;
    if (*bit > 0) {
        value |= high << (64 - *bit);
    }
    const uint32_t after = *bit + width;
    from->at = at + after / 8;
    *bit = after % 8;
    return value & (UINT64_MAX >> (64 - width));
}

#endif
