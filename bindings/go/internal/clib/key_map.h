/* From the ids of a file to indexes: open addressing, 16 bytes for a place. A zeroed map is empty. */
#ifndef KEY_MAP_H
#define KEY_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct key_map {
    struct key_place *places;
    size_t size, count; /* size is a power of two */
} key_map;

#define KEY_MAP_NONE UINT32_MAX

uint32_t key_map_find(const key_map *map, int64_t key);      /* KEY_MAP_NONE when it is not there */
bool key_map_add(key_map *map, int64_t key, uint32_t index); /* false when out of memory; the key is new */
void key_map_clear(key_map *map);                            /* keeps a little memory */
void key_map_release(key_map *map);

#endif
