/* The packed form of the tail: events that follow each other, each as what differs from the one before it, then an
 * XXH3 checksum of those bytes. */
#ifndef EVENT_PACK_H
#define EVENT_PACK_H

#include "event_column.h"
#include "varint.h"

void event_pack(const event *events, size_t count, bytes *out); /* appends; failure is sticky in out */
void event_pack_end(bytes *out, size_t start); /* appends the checksum of what is there from `start` on */

/* A cursor over one packed blob. */
typedef struct event_unpacker {
    unpacker unpacker;
    int64_t values[COLUMN_COUNT + 1]; /* of the event it stands on, by column number */
    bool failed;
} event_unpacker;

/* False when the blob is too short to hold its checksum. */
bool event_unpack_open(event_unpacker *unpacker, const uint8_t *data, size_t length);
/* The next event is in unpacker->values; false at the end, and when the bytes make no sense (failed). */
bool event_unpack_next(event_unpacker *unpacker);
bool event_pack_intact(const uint8_t *data, size_t length); /* the checksum fits */

#endif
