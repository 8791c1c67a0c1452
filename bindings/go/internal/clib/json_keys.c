/* Keys of open objects. A few keys are compared one by one; an object with many gets a hash table, seeded
 * so that a file cannot be made to collide. */
#include "json_keys.h"

#include <stdio.h>
#include <string.h>

#include "allocate.h"
#include "hash.h"
#include "utf8.h"

#define FEW_KEYS        16
#define LONGEST_POINTER 256

static bool make_room(void **array, size_t *capacity, size_t needed, size_t size) {
    if (needed <= *capacity) {
        return true;
    }
    size_t wanted = *capacity ? *capacity * 2 : 64;
    if (wanted < needed) {
        wanted = needed;
    }
    void *grown = wanted > PTRDIFF_MAX / size ? NULL : reallocate(*array, wanted * size);
    if (!grown) {
        return false;
    }
    *array = grown;
    *capacity = wanted;
    return true;
}

bool json_keys_open(json_keys *keys, bool is_object) {
    if (keys->frame_count == keys->frame_capacity) {
        void *frames = keys->frames;
        if (!make_room(&frames, &keys->frame_capacity, keys->frame_count + 1, sizeof(json_frame))) {
            return false;
        }
        keys->frames = frames;
    }
    json_frame *frame = &keys->frames[keys->frame_count++];
    frame->first_key = (uint32_t)keys->key_count;
    frame->key_count = 0;
    frame->last_key = UINT32_MAX;
    frame->slot_count = 0;
    frame->slots = NULL;
    frame->index = -1;
    frame->is_object = is_object;
    return true;
}

void json_keys_close(json_keys *keys) {
    json_frame *frame = &keys->frames[--keys->frame_count];
    if (frame->key_count > 0) {
        keys->byte_count = keys->keys[frame->first_key].start;
        keys->key_count = frame->first_key;
    }
    if (frame->slots) {
        release(frame->slots);
        frame->slots = NULL;
    }
}

char *json_keys_room(json_keys *keys, size_t length) {
    if (keys->byte_capacity - keys->byte_count < length + 8) {
        void *bytes = keys->bytes;
        if (keys->byte_count + length + 8 > UINT32_MAX ||
            !make_room(&bytes, &keys->byte_capacity, keys->byte_count + length + 8, 1)) {
            return NULL;
        }
        keys->bytes = bytes;
    }
    return keys->bytes + keys->byte_count;
}

static bool same_key(const json_keys *keys, const json_key *one, const json_key *other) {
    return one->signature == other->signature && one->length == other->length &&
           (one->length <= 7 || memcmp(keys->bytes + one->start, keys->bytes + other->start, one->length) == 0);
}

static size_t first_slot(const json_keys *keys, const json_frame *frame, const json_key *key) {
    return (size_t)hash64_with(keys->bytes + key->start, key->length, keys->seed) & (frame->slot_count - 1);
}

/* A hash table with room for twice the keys of the frame, filled with them. */
static bool build_slots(json_keys *keys, json_frame *frame) {
    uint32_t count = frame->slot_count ? frame->slot_count * 2 : FEW_KEYS * 4;
    uint32_t *slots = allocate_zeroed(count, sizeof *slots);
    if (!slots) {
        return false;
    }
    release(frame->slots);
    frame->slots = slots;
    frame->slot_count = count;
    /* keys of an object do not lie side by side only while a nested object is open, and then none is added */
    for (uint32_t i = 0; i < frame->key_count; i++) {
        size_t slot = first_slot(keys, frame, &keys->keys[frame->first_key + i]);
        while (slots[slot]) {
            slot = (slot + 1) & (count - 1);
        }
        slots[slot] = frame->first_key + i + 1;
    }
    return true;
}

static bool find_slot(const json_keys *keys, const json_frame *frame, const json_key *key, size_t *slot) {
    for (*slot = first_slot(keys, frame, key); frame->slots[*slot]; *slot = (*slot + 1) & (frame->slot_count - 1)) {
        if (same_key(keys, &keys->keys[frame->slots[*slot] - 1], key)) {
            return true;
        }
    }
    return false;
}

json_keys_answer json_keys_add(json_keys *keys, size_t length) {
    json_frame *frame = &keys->frames[keys->frame_count - 1];
    if (frame->key_count == JSON_MOST_KEYS) {
        return JSON_KEYS_TOO_MANY;
    }
    if (keys->key_count == keys->key_capacity) {
        void *array = keys->keys;
        if (!make_room(&array, &keys->key_capacity, keys->key_count + 1, sizeof(json_key))) {
            return JSON_KEYS_NO_MEMORY;
        }
        keys->keys = array;
    }
    json_key key = {0, (uint32_t)keys->byte_count, (uint32_t)length};
    char *bytes = keys->bytes + keys->byte_count;
    if (length < 7) {
        memset(bytes + length, 0, 7 - length); /* json_keys_room() left 8 bytes for this */
    }
    memcpy(&key.signature, bytes, 7);
    key.signature |= (uint64_t)length << 56;
    size_t slot = 0;
    if (frame->key_count >= FEW_KEYS) {
        if (frame->key_count * 2 >= frame->slot_count && !build_slots(keys, frame)) {
            return JSON_KEYS_NO_MEMORY;
        }
        if (find_slot(keys, frame, &key, &slot)) {
            return JSON_KEYS_DUPLICATE;
        }
        frame->slots[slot] = (uint32_t)keys->key_count + 1;
    } else {
        const json_key *seen = keys->keys + frame->first_key;
        for (uint32_t i = 0; i < frame->key_count; i++) {
            if (seen[i].signature == key.signature && same_key(keys, &seen[i], &key)) {
                return JSON_KEYS_DUPLICATE;
            }
        }
    }
    frame->last_key = (uint32_t)keys->key_count;
    keys->keys[keys->key_count++] = key;
    keys->byte_count += length;
    frame->key_count++;
    return JSON_KEYS_OK;
}

/* ---- the path ---- */

/* One path element with its slash, escaped by RFC 6901; returns its length (at most 2 * 256 + 1). */
static size_t print_element(const json_keys *keys, const json_frame *frame, char *out) {
    if (!frame->is_object) {
        return frame->index < 0 ? 0 : (size_t)snprintf(out, 32, "/%lld", (long long)frame->index);
    }
    if (frame->last_key == UINT32_MAX) {
        return 0;
    }
    const json_key *key = &keys->keys[frame->last_key];
    size_t used = 0;
    out[used++] = '/';
    for (uint32_t i = 0; i < key->length; i++) {
        char character = keys->bytes[key->start + i];
        if (character == '~' || character == '/') {
            out[used++] = '~';
            out[used++] = character == '~' ? '0' : '1';
        } else {
            out[used++] = character;
        }
    }
    return used;
}

/* The longest part of at most `length` bytes that does not end inside a character. */
static size_t keep_front(const char *text, size_t length) {
    while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80) {
        length--;
    }
    return length;
}

void json_keys_pointer(const json_keys *keys, char out[257]) {
    enum { HALF = (LONGEST_POINTER - 3) / 2 };
    char front[LONGEST_POINTER], back[HALF + 1], element[2 * 256 + 64];
    size_t total = 0, kept = 0;
    for (size_t i = 0; i < keys->frame_count; i++) {
        size_t size = print_element(keys, &keys->frames[i], element);
        for (size_t at = 0; at < size; at++, total++) {
            if (total < LONGEST_POINTER) {
                front[total] = element[at];
            }
            if (kept == HALF) { /* the last bytes, whatever comes */
                memmove(back, back + 1, HALF - 1);
                kept--;
            }
            back[kept++] = element[at];
        }
    }
    if (total <= LONGEST_POINTER) {
        memcpy(out, front, total);
        out[total] = 0;
        return;
    }
    size_t length = keep_front(front, HALF), skip = 0;
    while (skip < kept && ((unsigned char)back[skip] & 0xC0) == 0x80) {
        skip++;
    }
    memcpy(out, front, length);
    memcpy(out + length, "...", 3);
    memcpy(out + length + 3, back + skip, kept - skip);
    out[length + 3 + kept - skip] = 0;
}

void json_keys_release(json_keys *keys) {
    for (size_t i = 0; i < keys->frame_count; i++) {
        release(keys->frames[i].slots);
    }
    release(keys->frames);
    release(keys->keys);
    release(keys->bytes);
    memset(keys, 0, sizeof *keys);
}
