/* The keys of the objects that are open just now: finds duplicates and knows the path for messages.
 * Memory is that of the open objects' keys; a closed object gives its part back. */
#ifndef JSON_KEYS_H
#define JSON_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_MOST_KEYS 1000000 /* of one object */

typedef struct json_key {
    uint64_t signature;     /* the first bytes and the length: most comparisons end here */
    uint32_t start, length; /* in json_keys.bytes */
} json_key;

/* One open container. */
typedef struct json_frame {
    uint32_t first_key, key_count; /* objects: its keys, in json_keys.keys */
    uint32_t last_key;             /* objects: the key whose value is being read */
    uint32_t slot_count;           /* objects with many keys: hash table of key + 1 */
    uint32_t *slots;
    int64_t index; /* arrays: elements before this one; -1 before the first */
    bool is_object;
} json_frame;

typedef struct json_keys {
    json_frame *frames;
    json_key *keys;
    char *bytes;
    size_t frame_count, frame_capacity, key_count, key_capacity, byte_count, byte_capacity;
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
/* Room for a key of the innermost object; NULL when out of memory. Fill it, then json_keys_add(). */
char *json_keys_room(json_keys *keys, size_t length);
json_keys_answer json_keys_add(json_keys *keys, size_t length);
/* JSON pointer of the innermost value; cut in the middle when longer than 256 bytes. */
void json_keys_pointer(const json_keys *keys, char out[257]);
void json_keys_release(json_keys *keys);

#endif
