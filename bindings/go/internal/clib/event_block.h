/* A block of the tail: its events column by column, encoded like a segment's but in one row. In it stand the number of
 * columns in its directory (a byte), the directory, the columns in order of number, then an XXH3 checksum of all that. */
#ifndef EVENT_BLOCK_H
#define EVENT_BLOCK_H

#include "segment.h"

#define BLOCK_EVENTS ((size_t)512) /* a segment is made of whole blocks */

void event_block_pack(const encoded_segment *encoded, bytes *out); /* appends; failure is sticky in out */

typedef struct event_block {
    segment head;                        /* only its count and its columns */
    column_view views[COLUMN_COUNT + 1]; /* of the packed bytes */
} event_block;

/* False when the checksum is wrong or the bytes make no sense. */
bool event_block_open(event_block *block, const uint8_t *data, size_t length);

#endif
