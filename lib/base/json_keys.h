/* The keys of the objects that are open just now: finds duplicates and knows the path for messages.
 * Memory is that of the open objects' keys; a closed object leaves a few of them to the next one. */
#ifndef JSON_KEYS_H
#define JSON_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define JSON_MOST_KEYS 1000000 /* of one object */

typedef struct json_key {
    uint64_t signature;     /* the first bytes and the length: most comparisons end here */
    uint32_t start, length; /* in the frame's bytes */
    bool escaped;           /* it stands otherwise in the text */
} json_key;

/* One open container, and what is kept of the last object at its depth. */
typedef struct json_frame {
    json_key *keys;
    char *bytes; /* of the keys */
    size_t key_capacity, byte_capacity;
    uint32_t key_count;  /* objects: the value of the last one is being read */
    uint32_t remembered; /* keys of the object before, as long as this one has the same; 0 = it has others */
    uint32_t slot_count; /* objects with many keys: hash table of key + 1 */
    uint32_t *slots;
    int64_t index; /* arrays: elements before this one; -1 before the first */
    bool is_object;
} json_frame;

typedef struct json_keys {
    json_frame *frames;
    size_t frame_count, frame_capacity;
    uint64_t seed;
} json_keys;

typedef enum json_keys_answer {
    JSON_KEYS_OK,
    JSON_KEYS_DUPLICATE,
    JSON_KEYS_TOO_MANY,
    JSON_KEYS_NO_MEMORY
} json_keys_answer;

bool json_keys_open(json_keys *keys, bool is_object); /* false when out of memory */
void json_keys_close(json_keys *keys);
/* Objects of a list mostly have the same keys in the same order, and what was different once is so again. When the text
 * behind a key's quote is the next key of the object before, that key is added. */
static inline bool json_keys_again(json_keys *keys, const char *at, const char *end, size_t *length) {
    json_frame *frame = &keys->frames[keys->frame_count - 1];
    if (frame->key_count >= frame->remembered) {
        return false;
    }
    const json_key *known = &frame->keys[frame->key_count];
    *length = known->length;
    if (known->escaped || (size_t)(end - at) <= *length || at[*length] != '"' ||
        memcmp(at, frame->bytes + known->start, *length) != 0) {
        return false;
    }
    frame->key_count++;
    return true;
}
/* Room for a key of the innermost object; NULL when out of memory. Fill it, then json_keys_add(). */
char *json_keys_room(json_keys *keys, size_t length);
json_keys_answer json_keys_add(json_keys *keys, size_t length, bool escaped);
/* JSON pointer of the innermost value; cut in the middle when longer than 256 bytes. */
void json_keys_pointer(const json_keys *keys, char out[257]);
void json_keys_release(json_keys *keys);

#endif
