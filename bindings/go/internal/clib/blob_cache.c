/* Blobs in memory (blob_cache.h): a hash table, and a list from the most to the least recently used. */
#include "blob_cache.h"

#include <pthread.h>
#include <string.h>

#include "allocate.h"

#define FIRST_BUCKETS ((size_t)256)
#define BEHIND        ((size_t)8) /* bytes that may be read behind a blob */
#define ASKED_MOST    ((size_t)16384)
#define ASKED_BESIDE                                                                                                   \
    ((size_t)8) /* fingerprints that have the same place: with one, two blobs might oust each other for ever */

typedef struct blob {
    blob_key key;
    struct blob *next_in_bucket;
    struct blob *newer, *older; /* only while shown */
    uint64_t pass;              /* the last one that used it */
    int32_t holders;
    bool shown;
    _Alignas(16) uint8_t data[];
} blob;

struct blob_cache {
    pthread_mutex_t mutex;
    size_t budget, used;
    blob **buckets;
    size_t bucket_count, count;
    blob *newest, *oldest;
    uint64_t last_pass;
    uint64_t *asked; /* fingerprints of blobs that there was no room made for, the newest of a place first */
    size_t asked_count;
};

blob_cache *blob_cache_new(int64_t budget) {
    blob_cache *made = allocate_zeroed(1, sizeof *made);
    if (made == NULL) {
        return NULL;
    }
    made->budget = budget > 0 ? (size_t)budget : 0;
    made->asked_count = ASKED_BESIDE;
    while (made->asked_count < ASKED_MOST && made->asked_count * 1024 < made->budget) {
        made->asked_count *= 2;
    }
    made->asked = allocate_zeroed(made->asked_count, sizeof *made->asked);
    made->bucket_count = FIRST_BUCKETS;
    made->buckets = allocate_zeroed(FIRST_BUCKETS, sizeof(blob *));
    if (made->asked == NULL || made->buckets == NULL || pthread_mutex_init(&made->mutex, NULL) != 0) {
        release(made->asked);
        release(made->buckets);
        release(made);
        return NULL;
    }
    return made;
}

void blob_cache_free(blob_cache *cache) {
    if (cache == NULL) {
        return;
    }
    while (cache->oldest != NULL) {
        blob *gone = cache->oldest;
        cache->oldest = gone->newer;
        release(gone);
    }
    pthread_mutex_destroy(&cache->mutex);
    release(cache->asked);
    release(cache->buckets);
    release(cache);
}

/* --- table and list (mutex held) ---- */

static blob *blob_of(const void *data) {
    return (blob *)((uint8_t *)(uintptr_t)data - offsetof(blob, data));
}

static size_t size_of(const blob_key *key) {
    return sizeof(blob) + key->length + BEHIND;
}

static size_t bucket_of(const blob_cache *cache, int64_t id) {
    return (size_t)(((uint64_t)id * 0x9e3779b97f4a7c15u) >> 32) & (cache->bucket_count - 1);
}

/* More buckets when there are many blobs; without memory it goes on with those it has. */
static void grow(blob_cache *cache) {
    size_t before = cache->bucket_count;
    blob **more = cache->count < before ? NULL : allocate_zeroed(before * 4, sizeof(blob *));
    if (more == NULL) {
        return;
    }
    blob **old = cache->buckets;
    cache->buckets = more;
    cache->bucket_count = before * 4;
    for (size_t i = 0; i < before; i++) {
        while (old[i] != NULL) {
            blob *one = old[i];
            blob **bucket = &cache->buckets[bucket_of(cache, one->key.id)];
            old[i] = one->next_in_bucket;
            one->next_in_bucket = *bucket;
            *bucket = one;
        }
    }
    release(old);
}

static void link_newest(blob_cache *cache, blob *one) {
    one->newer = NULL;
    one->older = cache->newest;
    if (cache->newest != NULL) {
        cache->newest->newer = one;
    } else {
        cache->oldest = one;
    }
    cache->newest = one;
}

static void unlink_blob(blob_cache *cache, blob *one) {
    if (one->newer != NULL) {
        one->newer->older = one->older;
    } else {
        cache->newest = one->older;
    }
    if (one->older != NULL) {
        one->older->newer = one->newer;
    } else {
        cache->oldest = one->newer;
    }
}

static blob *find(const blob_cache *cache, int64_t id) {
    blob *found = cache->buckets[bucket_of(cache, id)];
    while (found != NULL && found->key.id != id) {
        found = found->next_in_bucket;
    }
    return found;
}

static void discard(blob_cache *cache, blob *one) {
    cache->used -= size_of(&one->key);
    release(one);
}

/* Nobody finds it any more; it goes when its last holder gives it back. */
static void hide(blob_cache *cache, blob *one) {
    blob **at = &cache->buckets[bucket_of(cache, one->key.id)];
    while (*at != one) {
        at = &(*at)->next_in_bucket;
    }
    *at = one->next_in_bucket;
    cache->count--;
    unlink_blob(cache, one);
    one->shown = false;
    if (one->holders == 0) {
        discard(cache, one);
    }
}

/* Puts away what was used longest ago until there is room, but nothing that this pass, or a later one, has used. */
static bool make_room(blob_cache *cache, size_t size, uint64_t pass) {
    blob *oldest = cache->oldest;
    while (cache->budget - cache->used < size && oldest != NULL && oldest->pass < pass) {
        blob *next = oldest->newer;
        if (oldest->holders == 0) {
            hide(cache, oldest);
        }
        oldest = next;
    }
    return cache->budget - cache->used >= size;
}

/* Whether the blob was asked for before; from now on it was. */
static bool was_asked(blob_cache *cache, const blob_key *key) {
    uint64_t print = ((uint64_t)key->id * 0x9e3779b97f4a7c15u ^ key->checksum) * 0xbf58476d1ce4e5b9u | 1;
    uint64_t *place = &cache->asked[(print >> 32) & (cache->asked_count - ASKED_BESIDE)];
    size_t at = 0;
    while (at < ASKED_BESIDE - 1 && place[at] != print) {
        at++;
    }
    const bool before = place[at] == print;
    memmove(place + 1, place, at * sizeof *place);
    *place = print;
    return before;
}

/* --- for everybody ---- */

uint64_t blob_cache_pass(blob_cache *cache) {
    pthread_mutex_lock(&cache->mutex);
    uint64_t pass = ++cache->last_pass;
    pthread_mutex_unlock(&cache->mutex);
    return pass;
}

const void *blob_cache_take(blob_cache *cache, const blob_key *key, uint64_t pass) {
    pthread_mutex_lock(&cache->mutex);
    blob *found = find(cache, key->id);
    if (found != NULL && (found->key.checksum != key->checksum || found->key.length != key->length)) {
        found = NULL;
    }
    if (found != NULL) {
        found->holders++;
        found->pass = pass > found->pass ? pass : found->pass;
        unlink_blob(cache, found);
        link_newest(cache, found);
    }
    pthread_mutex_unlock(&cache->mutex);
    return found == NULL ? NULL : found->data;
}

void *blob_cache_room(blob_cache *cache, const blob_key *key, uint64_t pass, bool at_once) {
    blob *made = NULL;
    size_t size = size_of(key);
    pthread_mutex_lock(&cache->mutex);
    bool room = (at_once || was_asked(cache, key)) && make_room(cache, size, pass);
    cache->used += room ? size : 0;
    pthread_mutex_unlock(&cache->mutex);
    if (room) {
        made = allocate(size);
    }
    if (made == NULL) {
        pthread_mutex_lock(&cache->mutex);
        cache->used -= room ? size : 0;
        pthread_mutex_unlock(&cache->mutex);
        return NULL;
    }
    *made = (blob){.key = *key, .pass = pass, .holders = 1};
    return made->data;
}

void blob_cache_show(blob_cache *cache, const void *data) {
    blob *one = blob_of(data);
    pthread_mutex_lock(&cache->mutex);
    blob *before = find(cache, one->key.id);
    if (before != NULL) { /* another thread was faster, or it is what the file held before */
        hide(cache, before);
    }
    grow(cache);
    blob **bucket = &cache->buckets[bucket_of(cache, one->key.id)];
    one->next_in_bucket = *bucket;
    *bucket = one;
    cache->count++;
    link_newest(cache, one);
    one->shown = true;
    pthread_mutex_unlock(&cache->mutex);
}

void blob_cache_give_back(blob_cache *cache, const void *data) {
    blob *one = blob_of(data);
    pthread_mutex_lock(&cache->mutex);
    if (--one->holders == 0 && !one->shown) {
        discard(cache, one);
    }
    pthread_mutex_unlock(&cache->mutex);
}

int64_t blob_cache_bytes(blob_cache *cache) {
    pthread_mutex_lock(&cache->mutex);
    int64_t used = (int64_t)cache->used;
    pthread_mutex_unlock(&cache->mutex);
    return used;
}
