/* The process-wide allocator behind everything the library keeps, and arenas. */
#include "allocate.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"

static annoproj_reallocate_fn hook; /* NULL = malloc */
static void *hook_data;
static bool in_use; /* atomic: something was allocated, the hook is fixed now */

static void *resize(void *memory, size_t size) {
    if (size > PTRDIFF_MAX) {
        return NULL;
    }
    if (!__atomic_load_n(&in_use, __ATOMIC_RELAXED)) {
        __atomic_store_n(&in_use, true, __ATOMIC_RELAXED);
    }
    size_t wanted = size ? size : 1;
    return hook ? hook(memory, wanted, hook_data) : realloc(memory, wanted);
}

void *allocate(size_t size) {
    return resize(NULL, size);
}

void *allocate_zeroed(size_t count, size_t size) {
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) {
        return NULL;
    }
    void *memory = resize(NULL, total);
    if (memory) {
        memset(memory, 0, total);
    }
    return memory;
}

void *reallocate(void *memory, size_t size) {
    return resize(memory, size);
}

void release(void *memory) {
    if (!memory) {
        return;
    }
    if (hook) {
        hook(memory, 0, hook_data);
    } else {
        free(memory);
    }
}

char *duplicate_text(const char *text) {
    size_t size = strlen(text) + 1;
    char *copy = allocate(size);
    if (copy) {
        memcpy(copy, text, size);
    }
    return copy;
}

annoproj_status annoproj_allocator_set(annoproj_reallocate_fn reallocate_fn, void *user_data, annoproj_error **error) {
    clear_error(error);
    if (__atomic_load_n(&in_use, __ATOMIC_RELAXED)) {
        return fail(error, ANNOPROJ_STATE,
                    "the allocator is already in use: set it before any other call of the library");
    }
    hook = reallocate_fn;
    hook_data = reallocate_fn ? user_data : NULL;
    return ANNOPROJ_OK;
}

void annoproj_free(void *memory) {
    release(memory);
}

/* ---- arena ---- */

#define ARENA_ALIGNMENT     16
#define ARENA_FIRST_BLOCK   ((size_t)4096)
#define ARENA_LARGEST_BLOCK ((size_t)1 << 20)

struct arena_block {
    struct arena_block *next;
    size_t size; /* of the bytes behind this header */
    _Alignas(ARENA_ALIGNMENT) unsigned char bytes[];
};

/* Makes room in a new first block; blocks double so that many small pieces cost few allocations. */
static bool arena_grow(arena *from, size_t size) {
    size_t block_size = from->size ? from->size * 2 : ARENA_FIRST_BLOCK;
    if (block_size > ARENA_LARGEST_BLOCK) {
        block_size = ARENA_LARGEST_BLOCK;
    }
    if (block_size < size) {
        block_size = size;
    }
    if (block_size > PTRDIFF_MAX - sizeof(struct arena_block)) {
        return false;
    }
    struct arena_block *block = allocate(sizeof(struct arena_block) + block_size);
    if (!block) {
        return false;
    }
    block->next = from->blocks;
    block->size = block_size;
    from->blocks = block;
    from->size = block_size;
    from->used = 0;
    return true;
}

void *arena_allocate(arena *from, size_t size) {
    if (size > PTRDIFF_MAX - ARENA_ALIGNMENT) {
        return NULL;
    }
    size_t wanted = (size + ARENA_ALIGNMENT - 1) & ~(size_t)(ARENA_ALIGNMENT - 1);
    if (wanted == 0) {
        wanted = ARENA_ALIGNMENT;
    }
    if (!from->blocks || from->size - from->used < wanted) {
        if (!arena_grow(from, wanted)) {
            return NULL;
        }
    }
    void *memory = from->blocks->bytes + from->used;
    from->used += wanted;
    return memset(memory, 0, wanted);
}

void *arena_array(arena *from, size_t count, size_t size) {
    size_t total;
    return __builtin_mul_overflow(count, size, &total) ? NULL : arena_allocate(from, total);
}

char *arena_text(arena *from, const char *text, size_t length) {
    if (length == SIZE_MAX) {
        return NULL;
    }
    char *copy = arena_allocate(from, length + 1);
    if (copy && length > 0) {
        memcpy(copy, text, length);
    }
    return copy;
}

void arena_release(arena *from) {
    struct arena_block *block = from->blocks;
    while (block) {
        struct arena_block *next = block->next;
        release(block);
        block = next;
    }
    memset(from, 0, sizeof *from);
}
