/* The line (lock_line.h): tickets in shared memory, sleeping and waking by futex. */
#include "lock_line.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "failure.h"

#define PAGE_BYTES 4096

typedef struct line_slot {
    uint64_t ticket; /* 0 = not waiting */
    uint32_t calls;  /* how often it was called: what its process sleeps on */
    uint32_t unused;
} line_slot;

/* Zeros in a new file are an empty line. */
struct line_page {
    uint64_t tickets; /* given out */
    uint64_t unused;
    line_slot slots[LINE_SLOTS];
};
_Static_assert(sizeof(struct line_page) <= PAGE_BYTES, "the line fits a page");

/* Whether a slot has no living owner. A process does not see its own lock, so never ask about one's own slot. */
static bool is_orphan(const lock_line *line, int slot) {
    struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = LINE_FIRST_BYTE + slot, .l_len = 1};
    return fcntl(line->descriptor, F_OFD_GETLK, &range) == 0 && range.l_type == F_UNLCK;
}

static int own_slot(int descriptor) {
    for (int slot = 0; slot < LINE_SLOTS; slot++) {
        struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = LINE_FIRST_BYTE + slot, .l_len = 1};
        if (fcntl(descriptor, F_OFD_SETLK, &range) == 0) {
            return slot;
        }
    }
    return -1;
}

annoproj_status line_open(lock_line *line, int descriptor, annoproj_error **error) {
    *line = (lock_line){.descriptor = descriptor, .slot = -1};
    /* Room on the disk now, not a signal later. */
    int reason = posix_fallocate(descriptor, 0, PAGE_BYTES);
    void *page = reason == 0 ? mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0) : MAP_FAILED;
    if (page == MAP_FAILED) {
        reason = reason == 0 ? errno : reason;
        return fail(error, reason == ENOSPC || reason == EDQUOT ? ANNOPROJ_FULL : ANNOPROJ_IO,
                    "the lock file could not be mapped (%s): check the disk", strerror(reason));
    }
    line->page = page;
    madvise(page, PAGE_BYTES, MADV_DONTFORK); /* a mapping keeps the descriptor's locks alive */
    line->slot = own_slot(descriptor);
    line_leave(line); /* what the slot's owner before left there */
    return ANNOPROJ_OK;
}

void line_close(lock_line *line) {
    if (line->page != NULL) {
        munmap(line->page, PAGE_BYTES);
        line->page = NULL;
    }
}

void line_forked(lock_line *line) {
    line->page = NULL;
}

static line_slot *mine(const lock_line *line) {
    return line->slot < 0 ? NULL : &line->page->slots[line->slot];
}

void line_enter(lock_line *line) {
    if (mine(line) != NULL) {
        uint64_t ticket = __atomic_add_fetch(&line->page->tickets, 1, __ATOMIC_SEQ_CST);
        __atomic_store_n(&mine(line)->ticket, ticket, __ATOMIC_SEQ_CST);
    }
}

void line_leave(lock_line *line) {
    if (mine(line) != NULL) {
        __atomic_store_n(&mine(line)->ticket, 0, __ATOMIC_SEQ_CST);
    }
}

/* The slot with the lowest ticket; -1 when nobody waits. */
static int first_in_line(const lock_line *line) {
    uint64_t lowest = UINT64_MAX;
    int first = -1;
    for (int slot = 0; slot < LINE_SLOTS; slot++) {
        uint64_t ticket = __atomic_load_n(&line->page->slots[slot].ticket, __ATOMIC_SEQ_CST);
        if (ticket != 0 && ticket < lowest) {
            lowest = ticket;
            first = slot;
        }
    }
    return first;
}

bool line_is_first(lock_line *line) {
    int first = first_in_line(line);
    if (mine(line) == NULL || first < 0 || first == line->slot) {
        return true;
    }
    if (!is_orphan(line, first)) {
        return false;
    }
    __atomic_store_n(&line->page->slots[first].ticket, 0, __ATOMIC_SEQ_CST);
    return line_is_first(line);
}

uint32_t line_calls(const lock_line *line) {
    return mine(line) == NULL ? 0 : __atomic_load_n(&mine(line)->calls, __ATOMIC_SEQ_CST);
}

bool line_sleep(lock_line *line, uint32_t seen, int64_t most_us) {
    const struct timespec most = {.tv_sec = most_us / 1000000, .tv_nsec = most_us % 1000000 * 1000};
    if (mine(line) == NULL) {
        nanosleep(&most, NULL);
        return false;
    }
    syscall(SYS_futex, &mine(line)->calls, FUTEX_WAIT, seen, &most, NULL, 0);
    return line_calls(line) != seen;
}

void line_call_next(lock_line *line) {
    int first = first_in_line(line);
    if (first >= 0) {
        line_slot *next = &line->page->slots[first];
        __atomic_add_fetch(&next->calls, 1, __ATOMIC_SEQ_CST);
        syscall(SYS_futex, &next->calls, FUTEX_WAKE, 1, NULL, NULL, 0);
    }
}

bool line_is_shared(const lock_line *line) {
    for (int slot = 0; slot < LINE_SLOTS; slot++) {
        if (slot != line->slot && !is_orphan(line, slot)) {
            return true;
        }
    }
    return false;
}

int line_length(const lock_line *line) {
    int waiting = 0;
    for (int slot = 0; slot < LINE_SLOTS; slot++) {
        waiting += __atomic_load_n(&line->page->slots[slot].ticket, __ATOMIC_SEQ_CST) != 0;
    }
    return waiting;
}
