/* Unsigned LEB128 and zigzag: the integers of every packed blob. */
#ifndef VARINT_H
#define VARINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A growing byte buffer with sticky failure, the binary sister of `text`. */
typedef struct bytes {
    uint8_t *data;
    size_t length, capacity;
    bool failed;
} bytes;

void bytes_append(bytes *bytes, const void *data, size_t length);
void bytes_varint(bytes *bytes, uint64_t value);
void bytes_zigzag(bytes *bytes, int64_t value);
void bytes_release(bytes *bytes);

/* Room for `more` bytes at the end; NULL when there is no memory. Who writes there raises `length`. */
uint8_t *bytes_room(bytes *bytes, size_t more);
#define LONGEST_VARINT 10
static inline uint8_t *put_varint(uint8_t *at, uint64_t value) { /* behind what it wrote */
    for (; value >= 0x80; value >>= 7) {
        *at++ = (uint8_t)(value | 0x80);
    }
    *at++ = (uint8_t)value;
    return at;
}
static inline uint64_t zigzag(int64_t value) {
    return ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0);
}
static inline int64_t unzigzag(uint64_t value) {
    return (int64_t)((value >> 1) ^ (value & 1 ? UINT64_MAX : 0));
}

/* A cursor over packed bytes. Reading past the end sets `failed` and gives 0: check once at the end. */
typedef struct unpacker {
    const uint8_t *at, *end;
    bool failed;
} unpacker;

uint64_t unpack_long_varint(unpacker *unpacker);

/* Most are one byte or two. */
static inline uint64_t unpack_varint(unpacker *from) {
    const uint8_t *at = from->at;
    if (from->failed || from->end - at < 2) {
        return unpack_long_varint(from);
    }
    if (at[0] < 0x80) {
        from->at = at + 1;
        return at[0];
    }
    if (at[1] < 0x80) {
        from->at = at + 2;
        return (uint64_t)(at[0] & 0x7F) | (uint64_t)at[1] << 7;
    }
    return unpack_long_varint(from);
}

static inline int64_t unpack_zigzag(unpacker *from) {
    return unzigzag(unpack_varint(from));
}

const uint8_t *unpack_bytes(unpacker *unpacker, size_t length); /* NULL when there are not so many */

#endif
