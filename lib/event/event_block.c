/* Blocks of the tail (event_block.h). */
#include <string.h>

#include "event_block.h"
#include "event_pack.h"

void event_block_pack(const encoded_segment *encoded, bytes *out) {
    const size_t start = out->length;
    const uint8_t none = 0;
    bytes_append(out, &none, sizeof none);
    directory_encode(&encoded->head, out);
    if (!out->failed) {
        out->data[start] = (uint8_t)((out->length - start) / sizeof(segment_entry));
    }
    for (int column = 1; column <= COLUMN_COUNT; column++) {
        bytes_append(out, encoded->data[column], encoded->head.columns[column].length);
    }
    event_pack_end(out, start);
}

bool event_block_open(event_block *block, const uint8_t *data, size_t length) {
    if (!event_pack_intact(data, length) || length < 1 + sizeof(uint64_t)) {
        return false;
    }
    const size_t directory = data[0] * sizeof(segment_entry), behind = length - 1 - sizeof(uint64_t);
    block->head = (segment){.count = BLOCK_EVENTS};
    if (directory > behind || !directory_decode(data + 1, directory, &block->head)) {
        return false;
    }
    const uint8_t *codes = data + 1 + directory; /* behind the last one there are the 8 bytes of the checksum */
    size_t left = behind - directory;
    for (int column = 1; column <= COLUMN_COUNT; column++) {
        const segment_entry *entry = &block->head.columns[column];
        if (entry->length > left) {
            return false;
        }
        block->views[column] = (column_view){.codes = codes, .base = entry->least, .width = entry->width};
        codes += entry->length;
        left -= entry->length;
    }
    return true;
}
