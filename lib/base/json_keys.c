/* Keys of open objects, by depth. A few keys are compared one by one; an object with many gets a hash table, seeded
 * so that a file cannot be made to collide. */
#include "json_keys.h"

#include <stdio.h>
#include <string.h>

#include "allocate.h"
#include "hash.h"
#include "utf8.h"

#define FEW_KEYS        16
#define MOST_REMEMBERED ((size_t)16 << 10) /* bytes of keys that are kept for the next object */
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
        const size_t before = keys->frame_capacity;
        void *frames = keys->frames;
        if (!make_room(&frames, &keys->frame_capacity, keys->frame_count + 1, sizeof(json_frame))) {
            return false;
        }
        keys->frames = frames;
        memset(keys->frames + before, 0, (keys->frame_capacity - before) * sizeof(json_frame));
    }
    json_frame *frame = &keys->frames[keys->frame_count++];
    frame->key_count = 0;
    frame->index = -1;
    frame->is_object = is_object;
    return true;
}

static void release_frame(json_frame *frame) {
    release(frame->slots);
    release(frame->keys);
    release(frame->bytes);
    *frame = (json_frame){0};
}

void json_keys_close(json_keys *keys) {
    json_frame *frame = &keys->frames[--keys->frame_count];
    if (!frame->is_object) {
        return;
    }
    if (frame->byte_capacity > MOST_REMEMBERED) {
        release_frame(frame);
    }
    if (frame->slots) {
        release(frame->slots);
        frame->slots = NULL;
        frame->slot_count = 0;
    }
    frame->remembered = frame->key_count;
}

/* Behind the keys that the object has so far; keys of the object before may stand there. */
static size_t bytes_used(const json_frame *frame) {
    const json_key *last = frame->key_count ? &frame->keys[frame->key_count - 1] : NULL;
    return last ? (size_t)last->start + last->length : 0;
}

char *json_keys_room(json_keys *keys, size_t length) {
    json_frame *frame = &keys->frames[keys->frame_count - 1];
    const size_t used = bytes_used(frame);
    frame->remembered = 0;
    if (frame->byte_capacity - used < length + 8) {
        void *bytes = frame->bytes;
        if (used + length + 8 > UINT32_MAX || !make_room(&bytes, &frame->byte_capacity, used + length + 8, 1)) {
            return NULL;
        }
        frame->bytes = bytes;
    }
    return frame->bytes + used;
}

static bool same_key(const json_frame *frame, const json_key *one, const json_key *other) {
    return one->signature == other->signature && one->length == other->length &&
           (one->length <= 7 || memcmp(frame->bytes + one->start, frame->bytes + other->start, one->length) == 0);
}

static size_t first_slot(const json_keys *keys, const json_frame *frame, const json_key *key) {
    return (size_t)hash64_with(frame->bytes + key->start, key->length, keys->seed) & (frame->slot_count - 1);
}

/* The key's slot: its own (true) or a free one. */
static bool find_slot(const json_keys *keys, const json_frame *frame, const json_key *key, size_t *slot) {
    for (*slot = first_slot(keys, frame, key); frame->slots[*slot]; *slot = (*slot + 1) & (frame->slot_count - 1)) {
        if (same_key(frame, &frame->keys[frame->slots[*slot] - 1], key)) {
            return true;
        }
    }
    return false;
}

/* A hash table with room for twice the keys of the frame, filled with them. */
static bool build_slots(const json_keys *keys, json_frame *frame) {
    uint32_t count = FEW_KEYS * 4;
    while (count <= frame->key_count * 2) {
        count *= 2;
    }
    uint32_t *slots = allocate_zeroed(count, sizeof *slots);
    if (!slots) {
        return false;
    }
    release(frame->slots);
    frame->slots = slots;
    frame->slot_count = count;
    for (uint32_t i = 0; i < frame->key_count; i++) {
        size_t slot = 0;
        find_slot(keys, frame, &frame->keys[i], &slot);
        slots[slot] = i + 1;
    }
    return true;
}

static bool is_among(const json_frame *frame, const json_key *key) {
    for (uint32_t i = 0; i < frame->key_count; i++) {
        if (frame->keys[i].signature == key->signature && same_key(frame, &frame->keys[i], key)) {
            return true;
        }
    }
    return false;
}

json_keys_answer json_keys_add(json_keys *keys, size_t length, bool escaped) {
    json_frame *frame = &keys->frames[keys->frame_count - 1];
    if (frame->key_count == JSON_MOST_KEYS) {
        return JSON_KEYS_TOO_MANY;
    }
    if (frame->key_count == frame->key_capacity) {
        void *array = frame->keys;
        if (!make_room(&array, &frame->key_capacity, frame->key_count + 1, sizeof(json_key))) {
            return JSON_KEYS_NO_MEMORY;
        }
        frame->keys = array;
    }
    json_key key = {0, (uint32_t)bytes_used(frame), (uint32_t)length, escaped};
    char *bytes = frame->bytes + key.start;
    if (length < 7) {
        memset(bytes + length, 0, 7 - length); /* json_keys_room() left 8 bytes for this */
    }
    memcpy(&key.signature, bytes, 7);
    key.signature |= (uint64_t)length << 56;
    if (frame->key_count < FEW_KEYS) {
        if (is_among(frame, &key)) {
            return JSON_KEYS_DUPLICATE;
        }
    } else {
        size_t slot = 0;
        if (frame->key_count * 2 >= frame->slot_count && !build_slots(keys, frame)) {
            return JSON_KEYS_NO_MEMORY;
        }
        if (find_slot(keys, frame, &key, &slot)) {
            return JSON_KEYS_DUPLICATE;
        }
        frame->slots[slot] = frame->key_count + 1;
    }
    frame->keys[frame->key_count++] = key;
    return JSON_KEYS_OK;
}

/* ---- the path ---- */

/* One path element with its slash, escaped by RFC 6901; returns its length (at most 2 * 256 + 1). */
static size_t print_element(const json_frame *frame, char *out) {
    if (!frame->is_object) {
        return frame->index < 0 ? 0 : (size_t)snprintf(out, 32, "/%lld", (long long)frame->index);
    }
    if (frame->key_count == 0) {
        return 0;
    }
    const json_key *key = &frame->keys[frame->key_count - 1];
    size_t used = 0;
    out[used++] = '/';
    for (uint32_t i = 0; i < key->length; i++) {
        char character = frame->bytes[key->start + i];
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
        size_t size = print_element(&keys->frames[i], element);
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
    for (size_t i = 0; i < keys->frame_capacity; i++) {
        release_frame(&keys->frames[i]);
    }
    release(keys->frames);
    memset(keys, 0, sizeof *keys);
}
