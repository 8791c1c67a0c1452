/* An allocator that counts what is alive and fails when told to. */
#ifndef MEMORY_SUPPORT_H
#define MEMORY_SUPPORT_H

#include <stdbool.h>
#include <stddef.h>

void memory_watch(void);           /* installs it; before any other call of the library */
void memory_fail_at(size_t count); /* the count-th allocation from now on fails, once; 0 = none */
bool memory_has_failed(void);      /* whether that allocation was reached */
size_t memory_counted(void);       /* allocations since memory_fail_at() */
size_t memory_alive(void);         /* blocks not given back */

#endif
