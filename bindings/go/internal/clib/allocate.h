/* The library's own memory. The allocator is process-wide and set before first use
 * (annoproj_allocator_set); SQLite's and cJSON's allocators are never touched. */
#ifndef ALLOCATE_H
#define ALLOCATE_H

#include <stddef.h>

void *allocate(size_t size); /* NULL when out of memory; size 0 gives a pointer */
void *allocate_zeroed(size_t count, size_t size);
void *reallocate(void *memory, size_t size);
void release(void *memory); /* NULL is fine */
char *duplicate_text(const char *text);

/* Memory of one call: everything taken from an arena goes with it. */
typedef struct arena {
    struct arena_block *blocks;
    size_t used, size;
} arena;

void *arena_allocate(arena *arena, size_t size); /* zeroed, 16-byte aligned; NULL when out of memory */
void *arena_array(arena *arena, size_t count, size_t size);
char *arena_text(arena *arena, const char *text, size_t length); /* copy with a NUL behind it */
void arena_release(arena *arena);                                /* a zeroed arena is an empty one */

#endif
