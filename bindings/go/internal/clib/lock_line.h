/* The line in front of the write lock: who waits, in which order, and how to wake the next one.
 *
 * It lies in the side file and is mapped by every process that has the store open. Each has a slot, which it owns by a byte
 * lock; who waits writes a ticket there. Who leaves the lock wakes the slot with the lowest ticket. All of it is advice: the
 * byte lock alone decides who has the write lock, and a process that died or stands still costs the others some
 * milliseconds, never more. */
#ifndef LOCK_LINE_H
#define LOCK_LINE_H

#include "contract.h"

#define LINE_SLOTS      64 /* processes with a place in line; more of them just poll */
#define LINE_FIRST_BYTE 16 /* slot i is owned by the lock on byte LINE_FIRST_BYTE + i */

typedef struct lock_line {
    struct line_page *page; /* shared; NULL without a mapping */
    int descriptor;
    int slot; /* -1 = none was free */
} lock_line;

annoproj_status line_open(lock_line *line, int descriptor, annoproj_error **error);
void line_close(lock_line *line);
void line_forked(lock_line *line);   /* in a child, which has no mapping */
void line_enter(lock_line *line);    /* takes a ticket */
bool line_is_first(lock_line *line); /* nobody living has a lower ticket; true without a slot */
/* Sleeps until woken, or `most_us` at the longest; whether it was woken. `seen` from line_calls() before looking. */
uint32_t line_calls(const lock_line *line);
bool line_sleep(lock_line *line, uint32_t seen, int64_t most_us);
void line_leave(lock_line *line);     /* has the lock, or gave up */
void line_call_next(lock_line *line); /* the lock is free */
bool line_is_shared(const lock_line *line);
int line_length(const lock_line *line); /* how many wait */

#endif
