/* The inter-process write lock: every write transaction, checkpoint and folding close of a store runs under it, because
 * a checkpoint that races with a writer loses committed rows in SQLite 3.7.0 to 3.51.2.
 *
 * Two byte locks (of the open file description) of the side file `<path>-lock`, taken as a turnstile: wait place, then
 * lock, then leave the wait place; so one process waits at the lock and the others behind it, and nobody is overtaken
 * twice. A blocking wait could neither be timed nor woken, so waiting polls. The side file is never deleted. */
#ifndef WRITE_LOCK_H
#define WRITE_LOCK_H

#include <sys/types.h>

#include "bounds.h"

typedef struct write_lock write_lock;

/* `mode`: permissions of a side file that does not exist yet. */
annoproj_status write_lock_open(const char *side_path, mode_t mode, write_lock **out, annoproj_error **error);
/* By one thread of a process at a time. TIMEOUT or CANCELLED by the bounds (NULL = without limit). */
annoproj_status write_lock_take(write_lock *lock, const bounds *bounds, annoproj_error **error);
void write_lock_leave(write_lock *lock);
void write_lock_close(write_lock *lock); /* NULL is fine */

#endif
