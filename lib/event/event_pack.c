/* Packing events (event_pack.h), and gathering those of a command (event_batch). */
#include <string.h>

#include "allocate.h"
#include "event_pack.h"
#include "hash.h"

void event_batch_add(event_batch *batch, const event *one) {
    if (batch->count == batch->capacity && !batch->failed) {
        size_t capacity = batch->capacity == 0 ? 16 : batch->capacity * 2;
        struct event *grown = reallocate(batch->events, capacity * sizeof *grown);
        if (grown == NULL) {
            batch->failed = true;
        } else {
            batch->events = grown;
            batch->capacity = capacity;
        }
    }
    if (!batch->failed) {
        batch->events[batch->count++] = *one;
    }
}

void event_batch_release(event_batch *batch) {
    release(batch->events);
    *batch = (event_batch){0};
}

/* Differences wrap around, so that any two values have one. */
static int64_t difference(int64_t value, int64_t before) {
    return (int64_t)((uint64_t)value - (uint64_t)before);
}

#define LONGEST_EVENT ((size_t)(COLUMN_COUNT + 1) * LONGEST_VARINT)

/* What differs from the event before; behind what it wrote. */
static uint8_t *put_event(uint8_t *at, const int64_t now[COLUMN_COUNT + 1], const int64_t before[COLUMN_COUNT + 1]) {
    uint64_t differs = 0;
    for (int column = 1; column <= COLUMN_COUNT; column++) {
        differs |= (uint64_t)(now[column] != before[column]) << (column - 1);
    }
    at = put_varint(at, differs);
    for (; differs != 0; differs &= differs - 1) {
        const int column = __builtin_ctzll(differs) + 1;
        at = put_varint(at, zigzag(difference(now[column], before[column])));
    }
    return at;
}

void event_pack(const event *events, size_t count, bytes *out) {
    const size_t start = out->length;
    int64_t values[2][COLUMN_COUNT + 1] = {{0}};
    for (size_t i = 0; i < count; i++) {
        uint8_t *at = bytes_room(out, LONGEST_EVENT);
        if (at == NULL) {
            return;
        }
        event_values(&events[i], values[(i + 1) % 2]);
        out->length = (size_t)(put_event(at, values[(i + 1) % 2], values[i % 2]) - out->data);
    }
    event_pack_end(out, start);
}

void event_pack_end(bytes *out, size_t start) {
    if (!out->failed) {
        const uint64_t checksum = hash64(out->data + start, out->length - start);
        bytes_append(out, &checksum, sizeof checksum);
    }
}

bool event_unpack_open(event_unpacker *cursor, const uint8_t *data, size_t length) {
    *cursor = (event_unpacker){0};
    if (length < sizeof(uint64_t)) {
        cursor->failed = true;
        return false;
    }
    cursor->unpacker.at = data;
    cursor->unpacker.end = data + (length - sizeof(uint64_t));
    return true;
}

bool event_unpack_next(event_unpacker *cursor) {
    if (cursor->failed || cursor->unpacker.at == cursor->unpacker.end) {
        return false;
    }
    uint64_t differs = unpack_varint(&cursor->unpacker);
    if (differs >> COLUMN_COUNT != 0) {
        cursor->failed = true;
    }
    while (differs != 0 && !cursor->failed) {
        int64_t *value = &cursor->values[__builtin_ctzll(differs) + 1];
        *value = (int64_t)((uint64_t)*value + (uint64_t)unpack_zigzag(&cursor->unpacker));
        differs &= differs - 1;
    }
    cursor->failed = cursor->failed || cursor->unpacker.failed;
    return !cursor->failed;
}

bool event_pack_intact(const uint8_t *data, size_t length) {
    uint64_t checksum;
    if (length < sizeof checksum) {
        return false;
    }
    memcpy(&checksum, data + (length - sizeof checksum), sizeof checksum);
    return checksum == hash64(data, length - sizeof checksum);
}
