#include "memory_support.h"

#include <stdint.h>
#include <stdlib.h>

#include "support.h"

/* All atomic: the library's threads allocate, too. */
static size_t alive, counted, failing;
static bool has_failed;

static void *watched(void *memory, size_t size, void *unused) {
    (void)unused;
    if (size == 0) {
        __atomic_sub_fetch(&alive, 1, __ATOMIC_RELAXED);
        free(memory);
        return NULL;
    }
    if (__atomic_add_fetch(&counted, 1, __ATOMIC_RELAXED) == __atomic_load_n(&failing, __ATOMIC_RELAXED)) {
        __atomic_store_n(&has_failed, true, __ATOMIC_RELAXED);
        return NULL;
    }
    void *moved = memory ? realloc(memory, size) : malloc(size);
    if (moved && !memory) {
        __atomic_add_fetch(&alive, 1, __ATOMIC_RELAXED);
    }
    return moved;
}

void memory_watch(void) {
    annoproj_error *error = NULL;
    assert_ok(annoproj_allocator_set(watched, NULL, &error), error);
}

void memory_fail_at(size_t count) {
    __atomic_store_n(&failing, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&counted, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&has_failed, false, __ATOMIC_RELAXED);
    __atomic_store_n(&failing, count, __ATOMIC_RELAXED);
}

bool memory_has_failed(void) {
    return __atomic_load_n(&has_failed, __ATOMIC_RELAXED);
}

size_t memory_counted(void) {
    return __atomic_load_n(&counted, __ATOMIC_RELAXED);
}

size_t memory_alive(void) {
    return __atomic_load_n(&alive, __ATOMIC_RELAXED);
}
