#include "memory_support.h"

#include <stdint.h>
#include <stdlib.h>

#include "support.h"

static size_t alive, countdown; /* atomic */
static bool has_failed;

static void *watched(void *memory, size_t size, void *unused) {
    (void)unused;
    if (size == 0) {
        __atomic_sub_fetch(&alive, 1, __ATOMIC_RELAXED);
        free(memory);
        return NULL;
    }
    if (countdown > 0 && --countdown == 0) {
        has_failed = true;
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
    countdown = count;
    has_failed = false;
}

bool memory_has_failed(void) {
    return has_failed;
}

size_t memory_alive(void) {
    return __atomic_load_n(&alive, __ATOMIC_RELAXED);
}
