/* The turnstile (write_lock.h). */
#include "write_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "allocate.h"
#include "failure.h"

enum { WAIT_PLACE = 0, THE_LOCK = 1 };

#define SHORTEST_PAUSE_NS 5000
#define LONGEST_PAUSE_NS  200000

struct write_lock {
    int descriptor;
    struct write_lock *next;
};

/* A forked child inherits the open file description and with it the lock: it closes the descriptors, so that the lock
 * ends with the process that took it. */
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
    }
    pthread_mutex_unlock(&guard);
}

static void watch_forks(void) {
    pthread_atfork(before_fork, after_fork_parent, after_fork_child);
}

annoproj_status write_lock_open(const char *side_path, mode_t mode, write_lock **out, annoproj_error **error) {
    *out = NULL;
    pthread_once(&once, watch_forks);
    write_lock *made = allocate_zeroed(1, sizeof *made);
    if (made == NULL) {
        return fail_memory(error);
    }
    pthread_mutex_lock(&guard);
    made->descriptor = open(side_path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (made->descriptor < 0 && errno == ENOENT) {
        made->descriptor = open(side_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode & 0777);
        if (made->descriptor >= 0) {
            fchmod(made->descriptor, mode & 0777);
        }
    }
    int reason = errno;
    if (made->descriptor >= 0) {
        made->next = open_locks;
        open_locks = made;
    }
    pthread_mutex_unlock(&guard);
    if (made->descriptor < 0) {
        release(made);
        annoproj_status status = reason == EACCES || reason == EPERM || reason == EROFS ? ANNOPROJ_READONLY
                                 : reason == ENOSPC || reason == EDQUOT                 ? ANNOPROJ_FULL
                                                                                        : ANNOPROJ_IO;
        return fail(error, status, "the lock file %s could not be opened (%s): check its rights", QUOTED(side_path),
                    strerror(reason));
    }
    *out = made;
    return ANNOPROJ_OK;
}

/* One attempt; EAGAIN when another process has the byte. */
static int try_byte(const write_lock *lock, short type, off_t byte) {
    struct flock range = {.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
    int answer;
    do {
        answer = fcntl(lock->descriptor, F_OFD_SETLK, &range);
    } while (answer != 0 && errno == EINTR);
    if (answer == 0) {
        return 0;
    }
    return errno == EACCES ? EAGAIN : errno;
}

static annoproj_status take_byte(const write_lock *lock, off_t byte, const bounds *call, annoproj_error **error) {
    long pause_ns = SHORTEST_PAUSE_NS;
    int answer = try_byte(lock, F_WRLCK, byte);
    while (answer == EAGAIN) {
        annoproj_status status = call == NULL ? ANNOPROJ_OK : bounds_check(call, error);
        if (status != ANNOPROJ_OK) {
            return status;
        }
        nanosleep(&(struct timespec){.tv_nsec = pause_ns}, NULL);
        pause_ns = pause_ns * 2 < LONGEST_PAUSE_NS ? pause_ns * 2 : LONGEST_PAUSE_NS;
        answer = try_byte(lock, F_WRLCK, byte);
    }
    if (answer != 0) {
        return fail(error, ANNOPROJ_IO, "the write lock could not be taken (%s): is the folder on a local disk?",
                    strerror(answer));
    }
    return ANNOPROJ_OK;
}

annoproj_status write_lock_take(write_lock *lock, const bounds *call, annoproj_error **error) {
    annoproj_status status = take_byte(lock, WAIT_PLACE, call, error);
    if (status == ANNOPROJ_OK) {
        status = take_byte(lock, THE_LOCK, call, error);
        try_byte(lock, F_UNLCK, WAIT_PLACE);
    }
    return status;
}

void write_lock_leave(write_lock *lock) {
    try_byte(lock, F_UNLCK, THE_LOCK);
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
        close(lock->descriptor);
    }
    pthread_mutex_unlock(&guard);
    release(lock);
}
