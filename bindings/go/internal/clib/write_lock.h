/* The inter-process write lock: every write transaction, checkpoint and folding close of a store runs under it, because
 * a checkpoint that races with a writer loses committed rows in SQLite 3.7.0 to 3.51.2.
 *
 * The lock itself is a byte lock (of the open file description) of the side file `<path>-lock`: the kernel gives it back when
 * its process dies. Such a lock hands itself to anybody, wakes nobody and cannot be waited for with a deadline, so there is a
 * line in front of it (lock_line.h). The line is advice: when it is wrong, somebody waits a few milliseconds longer.
 * The side file is never deleted. */
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
/* After how long one who is not called tries out of turn; a variable so that a test of the order can wait for ever. */
extern int64_t write_lock_patience_us;
/* Whether somebody else has the side file open. */
bool write_lock_shared(const write_lock *lock);
int write_lock_waiting(const write_lock *lock); /* how many are in line */
void write_lock_close(write_lock *lock);        /* NULL is fine */

#endif
