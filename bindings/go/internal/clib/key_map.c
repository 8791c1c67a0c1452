/* Ids to indexes. */
#include "key_map.h"

#include <string.h>

#include "allocate.h"

typedef struct key_place {
    int64_t key;
    uint32_t index_plus_one; /* 0 = free */
} key_place;

#define FIRST_SIZE ((size_t)64)

static size_t place_of(const key_map *map, int64_t key) {
    const uint64_t mixed = (uint64_t)key * UINT64_C(0x9E3779B97F4A7C15);
    size_t at = (size_t)(mixed ^ mixed >> 29) & (map->size - 1);
    while (map->places[at].index_plus_one != 0 && map->places[at].key != key) {
        at = (at + 1) & (map->size - 1);
    }
    return at;
}

uint32_t key_map_find(const key_map *map, int64_t key) {
    if (map->size == 0) {
        return KEY_MAP_NONE;
    }
    return map->places[place_of(map, key)].index_plus_one - 1;
}

static bool grow(key_map *map) {
    key_map larger = {.size = map->size ? map->size * 2 : FIRST_SIZE, .count = map->count};
    larger.places = allocate_zeroed(larger.size, sizeof *larger.places);
    if (!larger.places) {
        return false;
    }
    for (size_t i = 0; i < map->size; i++) {
        if (map->places[i].index_plus_one != 0) {
            larger.places[place_of(&larger, map->places[i].key)] = map->places[i];
        }
    }
    release(map->places);
    *map = larger;
    return true;
}

bool key_map_add(key_map *map, int64_t key, uint32_t index) {
    if (map->count + 1 > map->size / 4 * 3 && !grow(map)) {
        return false;
    }
    key_place *place = &map->places[place_of(map, key)];
    map->count += place->index_plus_one == 0;
    *place = (key_place){.key = key, .index_plus_one = index + 1};
    return true;
}

#define KEPT_SIZE ((size_t)1024) /* a larger map is not wiped again and again */

void key_map_clear(key_map *map) {
    if (map->size > KEPT_SIZE) {
        key_map_release(map);
    } else if (map->count > 0) {
        memset(map->places, 0, map->size * sizeof *map->places);
    }
    map->count = 0;
}

void key_map_release(key_map *map) {
    release(map->places);
    *map = (key_map){0};
}
