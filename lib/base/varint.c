/* Packed integers. */
#include "varint.h"

#include <string.h>

#include "allocate.h"

#define FIRST_CAPACITY ((size_t)64)

static bool bytes_reserve(bytes *to, size_t more) {
    if (to->failed) {
        return false;
    }
    if (to->capacity - to->length >= more) {
        return true;
    }
    size_t capacity = to->capacity ? to->capacity : FIRST_CAPACITY;
    while (capacity - to->length < more) {
        if (capacity > PTRDIFF_MAX / 2) {
            to->failed = true;
            return false;
        }
        capacity *= 2;
    }
    uint8_t *data = reallocate(to->data, capacity);
    if (!data) {
        to->failed = true;
        return false;
    }
    to->data = data;
    to->capacity = capacity;
    return true;
}

void bytes_append(bytes *to, const void *data, size_t length) {
    if (length > 0 && bytes_reserve(to, length)) {
        memcpy(to->data + to->length, data, length);
        to->length += length;
    }
}

uint8_t *bytes_room(bytes *to, size_t more) {
    return bytes_reserve(to, more) ? to->data + to->length : NULL;
}

void bytes_varint(bytes *to, uint64_t value) {
    uint8_t *at = bytes_room(to, LONGEST_VARINT);
    if (at) {
        to->length = (size_t)(put_varint(at, value) - to->data);
    }
}

void bytes_zigzag(bytes *to, int64_t value) {
    bytes_varint(to, zigzag(value));
}

void bytes_release(bytes *to) {
    release(to->data);
    memset(to, 0, sizeof *to);
}

uint64_t unpack_long_varint(unpacker *from) {
    uint64_t value = 0;
    for (unsigned shift = 0; !from->failed && shift < 64; shift += 7) {
        if (from->at == from->end) {
            break;
        }
        uint8_t byte = *from->at++;
        if (shift == 63 && byte > 1) {
            break; /* more than 64 bits */
        }
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            return value;
        }
    }
    from->failed = true;
    return 0;
}

const uint8_t *unpack_bytes(unpacker *from, size_t length) {
    if (from->failed || (size_t)(from->end - from->at) < length) {
        from->failed = true;
        return NULL;
    }
    const uint8_t *start = from->at;
    from->at += length;
    return start;
}
