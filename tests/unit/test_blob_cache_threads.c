/* Blobs in memory: found only as what they are, never more than the budget, kept for the pass that uses them, and the same
 * for many threads. */
#include "support.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "blob_cache.h"

/* What a blob of that id holds, so that any mix-up shows. */
static uint8_t content(int64_t id, size_t at) {
    return (uint8_t)((uint64_t)id * 31 + at * 7);
}

static blob_key key_of(int64_t id, size_t length) {
    return (blob_key){.id = id, .checksum = (uint64_t)id * 1000003, .length = length};
}

/* The second time it is asked for. */
static uint8_t *room_for(blob_cache *cache, const blob_key *key, uint64_t pass) {
    uint8_t *room = blob_cache_room(cache, key, pass, false);
    return room != NULL ? room : blob_cache_room(cache, key, pass, false);
}

static bool put(blob_cache *cache, const blob_key *key, uint64_t pass) {
    uint8_t *room = room_for(cache, key, pass);
    for (size_t i = 0; room != NULL && i < key->length; i++) {
        room[i] = content(key->id, i);
    }
    if (room != NULL) {
        blob_cache_show(cache, room);
        blob_cache_give_back(cache, room);
    }
    return room != NULL;
}

static bool has(blob_cache *cache, const blob_key *key, uint64_t pass) {
    const uint8_t *found = blob_cache_take(cache, key, pass);
    for (size_t i = 0; found != NULL && i < key->length; i++) {
        assert_int_equal(found[i], content(key->id, i));
    }
    if (found != NULL) {
        assert_int_equal((uintptr_t)found % 16, 0);
        blob_cache_give_back(cache, found);
    }
    return found != NULL;
}

static void test_found_as_what_it_is(void **state) {
    (void)state;
    blob_cache *cache = blob_cache_new(100000);
    const blob_key key = key_of(7, 1000);
    blob_key other = key;
    uint64_t pass = blob_cache_pass(cache);
    assert_false(has(cache, &key, pass));
    assert_true(put(cache, &key, pass));
    assert_true(has(cache, &key, pass));
    other.checksum++;
    assert_false(has(cache, &other, pass));
    assert_true(put(cache, &other, pass)); /* the id is now another blob */
    assert_true(has(cache, &other, pass));
    assert_false(has(cache, &key, pass));
    other.length = 999;
    assert_false(has(cache, &other, pass));
    int64_t used = blob_cache_bytes(cache);
    other.checksum = 5;
    assert_null(blob_cache_room(cache, &other, pass, false)); /* the first time */
    void *room = blob_cache_room(cache, &other, pass, false); /* filling failed: it is not shown */
    assert_true(blob_cache_bytes(cache) > used);
    blob_cache_give_back(cache, room);
    assert_false(has(cache, &other, pass));
    assert_int_equal(blob_cache_bytes(cache), used);
    blob_cache_free(cache);
    blob_cache_free(NULL);
}

/* A blob that is held stays as it is while another takes its id. */
static void test_held_while_replaced(void **state) {
    (void)state;
    blob_cache *cache = blob_cache_new(100000);
    const blob_key old = key_of(3, 500);
    blob_key new = old;
    new.checksum = 1;
    assert_true(put(cache, &old, 1));
    const uint8_t *held = blob_cache_take(cache, &old, 1);
    assert_non_null(held);
    assert_true(put(cache, &new, 1));
    for (size_t i = 0; i < old.length; i++) {
        assert_int_equal(held[i], content(3, i));
    }
    int64_t used = blob_cache_bytes(cache);
    blob_cache_give_back(cache, held);
    assert_true(blob_cache_bytes(cache) <= used - (int64_t)old.length);
    blob_cache_free(cache);
}

static void test_budget(void **state) {
    (void)state;
    enum { BUDGET = 50000, BLOBS = 300 };
    blob_cache *cache = blob_cache_new(BUDGET);
    for (int round = 0; round < 2000; round++) {
        const blob_key key = key_of((int64_t)random_below(BLOBS), 1 + random_below(3000));
        uint64_t pass = blob_cache_pass(cache);
        if (!has(cache, &key, pass)) {
            assert_true(put(cache, &key, pass)); /* nothing is held, and all else is of earlier passes */
        }
        assert_in_range(blob_cache_bytes(cache), 1, BUDGET);
    }
    const blob_key large = key_of(1000, BUDGET);
    assert_null(room_for(cache, &large, blob_cache_pass(cache)));
    blob_cache_free(cache);
    cache = blob_cache_new(0);
    assert_false(put(cache, &large, 1));
    blob_cache_free(cache);
}

/* What is held is never put away. */
static void test_held_stays(void **state) {
    (void)state;
    blob_cache *cache = blob_cache_new(5000);
    const blob_key first = key_of(1, 2000);
    assert_true(put(cache, &first, 1));
    const void *held = blob_cache_take(cache, &first, 1);
    for (int64_t id = 2; id < 50; id++) {
        const blob_key key = key_of(id, 1500);
        assert_true(put(cache, &key, blob_cache_pass(cache)));
    }
    blob_cache_give_back(cache, held);
    assert_true(has(cache, &first, blob_cache_pass(cache)));
    blob_cache_free(cache);
}

/* Passes over twice as much as there is room for find half of it each time, not nothing. */
static void test_passes_over_too_much(void **state) {
    (void)state;
    enum { BLOBS = 100, LENGTH = 1000 };
    blob_cache *cache = blob_cache_new(BLOBS / 2 * (LENGTH + 100));
    int found = 0;
    for (int round = 0; round < 3; round++) {
        uint64_t pass = blob_cache_pass(cache);
        found = 0;
        for (int64_t id = 0; id < BLOBS; id++) {
            const blob_key key = key_of(id, LENGTH);
            if (has(cache, &key, pass)) {
                found++;
            } else {
                put(cache, &key, pass);
            }
        }
    }
    assert_in_range(found, BLOBS / 2 - 5, BLOBS / 2 + 10);
    blob_cache_free(cache);
}

typedef struct visitor {
    blob_cache *cache;
    uint64_t state;
    int64_t wrong;
} visitor;

static void *visit(void *argument) {
    visitor *mine = argument;
    for (int round = 0; round < 4000; round++) {
        mine->state = mine->state * UINT64_C(6364136223846793005) + 1;
        int64_t id = (int64_t)(mine->state >> 33) % 60;
        const blob_key key = key_of(id, (size_t)(200 + id * 10));
        uint64_t pass = round % 16 == 0 ? blob_cache_pass(mine->cache) : (uint64_t)round;
        const uint8_t *found = blob_cache_take(mine->cache, &key, pass);
        if (found == NULL) {
            uint8_t *room = room_for(mine->cache, &key, pass);
            for (size_t i = 0; room != NULL && i < key.length; i++) {
                room[i] = content(id, i);
            }
            if (room != NULL && round % 5 != 0) {
                blob_cache_show(mine->cache, room);
            }
            found = room;
        }
        for (size_t i = 0; found != NULL && i < key.length; i++) {
            mine->wrong += found[i] != content(id, i);
        }
        if (found != NULL) {
            blob_cache_give_back(mine->cache, found);
        }
        mine->wrong += blob_cache_bytes(mine->cache) > 20000;
    }
    return NULL;
}

/* However many are asked for in turn, as by a report of many columns: none is forgotten before it is asked for again. */
static void test_kept_when_asked_twice(void **state) {
    (void)state;
    enum { BLOBS = 3000 };
    blob_cache *cache = blob_cache_new(256 << 20);
    for (int64_t id = 1; id <= BLOBS; id++) {
        const blob_key key = key_of(id, 100);
        assert_null(blob_cache_room(cache, &key, 1, false));
    }
    for (int64_t id = 1; id <= BLOBS; id++) {
        const blob_key key = key_of(id, 100);
        void *room = blob_cache_room(cache, &key, 2, false);
        assert_non_null(room);
        blob_cache_give_back(cache, room);
    }
    blob_cache_free(cache);
}

static void test_threads(void **state) {
    (void)state;
    enum { THREADS = 6 };
    pthread_t threads[THREADS];
    visitor visitors[THREADS];
    blob_cache *cache = blob_cache_new(20000);
    for (size_t i = 0; i < THREADS; i++) {
        visitors[i] = (visitor){.cache = cache, .state = i + 1};
        assert_int_equal(pthread_create(&threads[i], NULL, visit, &visitors[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(visitors[i].wrong, 0);
    }
    blob_cache_free(cache);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found_as_what_it_is),
        cmocka_unit_test(test_held_while_replaced),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_held_stays),
        cmocka_unit_test(test_passes_over_too_much),
        cmocka_unit_test(test_kept_when_asked_twice),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
