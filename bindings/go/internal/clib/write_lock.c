/* The write lock (write_lock.h). */
#include "write_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "allocate.h"
#include "failure.h"
#include "lock_line.h"

#define THE_LOCK 1 /* the byte */

/* How long to sleep without being called. The first in line also has to find out that the owner of the lock died; those
 * behind are called, but one that was called and stands still must not hold them up. */
#define FIRST_SLEEP_US 1000
#define CANCEL_LOOK_US 1000 /* a cancel wakes nobody */

int64_t write_lock_patience_us = 50000;

struct write_lock {
    int descriptor;
    lock_line line;
    struct write_lock *next;
};

/* A forked child inherits the open file description and with it the lock: it closes the descriptors, so that the lock
 * ends with the process that took it. A mapping would hold it, too, and is not inherited. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static write_lock *open_locks;

static void before_fork(void) {
    pthread_mutex_lock(&guard);
}

static void after_fork_parent(void) {
    pthread_mutex_unlock(&guard);
}

static void after_fork_child(void) {
    for (write_lock *lock = open_locks; lock != NULL; lock = lock->next) {
        close(lock->descriptor);
        lock->descriptor = -1;
        line_forked(&lock->line);
    }
    pthread_mutex_unlock(&guard);
}

static void watch_forks(void) {
    pthread_atfork(before_fork, after_fork_parent, after_fork_child);
}

static annoproj_status cannot_open(const char *side_path, int reason, annoproj_error **error) {
    annoproj_status status = reason == EACCES || reason == EPERM || reason == EROFS ? ANNOPROJ_READONLY
                             : reason == ENOSPC || reason == EDQUOT                 ? ANNOPROJ_FULL
                                                                                    : ANNOPROJ_IO;
    return fail(error, status, "the lock file %s could not be opened (%s): check its rights", QUOTED(side_path),
                strerror(reason));
}

/* Under the guard, so that no fork happens in between. */
static annoproj_status open_side(write_lock *made, const char *side_path, mode_t mode, annoproj_error **error) {
    made->descriptor = open(side_path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (made->descriptor < 0 && errno == ENOENT) {
        made->descriptor = open(side_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode & 0777);
        if (made->descriptor >= 0) {
            fchmod(made->descriptor, mode & 0777);
        }
    }
    if (made->descriptor < 0) {
        return cannot_open(side_path, errno, error);
    }
    annoproj_status status = line_open(&made->line, made->descriptor, error);
    if (status != ANNOPROJ_OK) {
        close(made->descriptor);
        return status;
    }
    made->next = open_locks;
    open_locks = made;
    return ANNOPROJ_OK;
}

annoproj_status write_lock_open(const char *side_path, mode_t mode, write_lock **out, annoproj_error **error) {
    *out = NULL;
    pthread_once(&once, watch_forks);
    write_lock *made = allocate_zeroed(1, sizeof *made);
    if (made == NULL) {
        return fail_memory(error);
    }
    pthread_mutex_lock(&guard);
    annoproj_status status = open_side(made, side_path, mode, error);
    pthread_mutex_unlock(&guard);
    if (status != ANNOPROJ_OK) {
        release(made);
        return status;
    }
    *out = made;
    return ANNOPROJ_OK;
}

/* One attempt; EAGAIN when another has it. */
static int change_lock(const write_lock *lock, short type) {
    struct flock range = {.l_type = type, .l_whence = SEEK_SET, .l_start = THE_LOCK, .l_len = 1};
    int answer;
    do {
        answer = fcntl(lock->descriptor, F_OFD_SETLK, &range);
    } while (answer != 0 && errno == EINTR);
    if (answer == 0) {
        return 0;
    }
    return errno == EACCES ? EAGAIN : errno;
}

static int64_t sleep_us(const bounds *call, bool first) {
    int64_t most = first ? FIRST_SLEEP_US : write_lock_patience_us;
    if (call == NULL) {
        return most;
    }
    if (call->cancel != NULL && most > CANCEL_LOOK_US) {
        most = CANCEL_LOOK_US;
    }
    int64_t left = call->until_us == INT64_MAX ? most : call->until_us - monotonic_us();
    return left < most ? (left > 0 ? left : 0) : most;
}

/* In turn, as long as the line moves. */
static annoproj_status wait_in_line(write_lock *lock, const bounds *call, annoproj_error **error) {
    int64_t slept_us = 0; /* since it was called, or tried */
    for (;;) {
        uint32_t seen = line_calls(&lock->line);
        bool first = line_is_first(&lock->line);
        if (first || slept_us >= write_lock_patience_us) {
            int answer = change_lock(lock, F_WRLCK);
            if (answer == 0) {
                return ANNOPROJ_OK;
            }
            if (answer != EAGAIN) {
                return fail(error, ANNOPROJ_IO,
                            "the write lock could not be taken (%s): is the folder on a local disk?", strerror(answer));
            }
            slept_us = 0;
        }
        annoproj_status status = call == NULL ? ANNOPROJ_OK : bounds_check(call, error);
        if (status != ANNOPROJ_OK) {
            return status;
        }
        int64_t most_us = sleep_us(call, first);
        slept_us = line_sleep(&lock->line, seen, most_us) ? 0 : slept_us + most_us;
    }
}

annoproj_status write_lock_take(write_lock *lock, const bounds *call, annoproj_error **error) {
    line_enter(&lock->line);
    annoproj_status status = wait_in_line(lock, call, error);
    line_leave(&lock->line);
    if (status != ANNOPROJ_OK) {
        line_call_next(&lock->line); /* it may have been our turn */
    }
    return status;
}

void write_lock_leave(write_lock *lock) {
    change_lock(lock, F_UNLCK);
    line_call_next(&lock->line);
}

bool write_lock_shared(const write_lock *lock) {
    return line_is_shared(&lock->line);
}

int write_lock_waiting(const write_lock *lock) {
    return line_length(&lock->line);
}

void write_lock_close(write_lock *lock) {
    if (lock == NULL) {
        return;
    }
    pthread_mutex_lock(&guard);
    write_lock **place = &open_locks;
    while (*place != lock) {
        place = &(*place)->next;
    }
    *place = lock->next;
    if (lock->descriptor >= 0) {
        close(lock->descriptor); /* gives the lock back */
        line_call_next(&lock->line);
    }
    line_close(&lock->line);
    pthread_mutex_unlock(&guard);
    release(lock);
}
