/* What an open store is made of. Private to lib/store.
 *
 * Locks, in the order in which they are taken: `mutex` (counts and queues; never held while waiting for anything else
 * or calling SQLite), and the write lock (write_lock.h), which only the leader of the write queue takes, or the one
 * thread that opens or closes the store. */
#ifndef STORE_STATE_H
#define STORE_STATE_H

#include <pthread.h>
#include <sys/types.h>

#include "callback.h"
#include "blob_cache.h"
#include "connection.h"
#include "notes.h"
#include "store.h"
#include "write_lock.h"

#define READERS_MOST 8

/* Work on the file itself: alone under the write lock, outside a transaction. */
typedef annoproj_status (*lock_body)(struct store_state *state, const bounds *call, void *argument,
                                     annoproj_error **error);

/* One call of store_write() or write_alone(). */
typedef struct write_job {
    store *store;
    write_body body;
    lock_body alone; /* instead of `body` */
    void *argument;
    const bounds *call;
    int64_t clock_us;
    annoproj_status status;
    annoproj_error *error;
    bool taken, settled, done; /* taken by a leader; outcome known; handed out */
    pthread_cond_t wake;
    struct write_job *next;
} write_job;

struct store_state {
    pid_t process;
    char *path, *folder; /* absolute, without symbolic links */
    dev_t device;
    ino_t inode;
    annoproj_store_options options;
    char *ticket_key; /* a copy; NULL = none */

    pthread_mutex_t mutex;
    pthread_cond_t changed;   /* a call ended, a reader came free */
    pthread_cond_t committed; /* this process committed, or the store closes */
    int32_t in_flight;        /* operations that have begun and not ended */
    bool closing, closed;

    blob_cache *cache;

    database *readers[READERS_MOST]; /* free ones first: [0, readers_free) */
    int32_t readers_free, readers_made;

    write_job *first, *last; /* queued, first come */
    bool led;                /* a thread runs a batch */

    /* The leader's, or the opening and closing thread's. */
    write_lock *lock;
    database *writer;
    arena memory;
    int64_t page_size;
    int64_t seen_seq;         /* highest commit_seq seen (atomic): going back means a lost or replaced file */
    int64_t checkpoint_pages; /* log pages at the last checkpoint */
    int64_t checkpoint_us;    /* monotonic time of it */
    int64_t starved_pages;    /* how long the log was when its length was last noted */
    bool clock_is_behind;     /* noted */
    notes notes;
    struct store_state *next; /* in the list of open stores of the process */
};

/* --- calls in flight (store_calls.c) --------------------------------------------------------------- */
/* FORKED, STATE when closed, closing, or called from a callback. A thread that is inside an operation may begin
 * others while the store closes: a call in flight is let finish. */
annoproj_status operation_begin(struct store_state *state, annoproj_error **error);
void operation_end(struct store_state *state);
/* Waits on `changed` (mutex held) for a moment or until the bounds end; their status. */
annoproj_status state_wait(struct store_state *state, pthread_cond_t *condition, const bounds *call,
                           annoproj_error **error);
annoproj_status state_condition(pthread_cond_t *condition, annoproj_error **error); /* on the monotonic clock */
/* Holds back further calls and waits for those in flight; BUSY when the bounds end first. After OK, state_reopen() lets
 * calls in again, state_end() makes all of them STATE for ever. */
annoproj_status state_quiesce(struct store_state *state, const bounds *call, annoproj_error **error);
void state_reopen(struct store_state *state);
void state_end(struct store_state *state);
/* Between these a thread may begin no operation: a command works on its transaction only. */
void body_begin(void);
void body_end(void);
/* CORRUPT when the path no longer leads to the file that was opened. */
annoproj_status state_check_file(const struct store_state *state, annoproj_error **error);
/* CORRUPT when the store is at an older commit than was seen before. */
annoproj_status sequence_check(int64_t seen, int64_t found, annoproj_error **error);

/* --- the writer's queue (writer.c) ------------------------------------------------------------------ */
/* Waits its turn among the writes of this process and for the write lock. */
annoproj_status write_alone(store *of, const bounds *call, lock_body run, void *argument, annoproj_error **error);

/* Waits that take longer are noted; a variable so that tests need not wait. */
extern int64_t store_slow_us;

/* --- open stores of this process (open_stores.c) ----------------------------------------------------- */
/* Enters the state into the list. STATE when this process has the file open already, FORKED when its parent had it open
 * at the fork: SQLite's own book-keeping of the file was copied with it and is wrong here. */
annoproj_status open_stores_enter(struct store_state *state, annoproj_error **error);
void open_stores_leave(struct store_state *state);

/* --- what the host injected (host.c) ----------------------------------------------------------------- */
annoproj_status host_clock(const struct store_state *state, int64_t *out, annoproj_error **error);
annoproj_status host_random(const struct store_state *state, void *out, size_t length, annoproj_error **error);
/* Option `cache_bytes`, shared out: page cache of the writer, page cache of each reader, and blobs. */
int64_t cache_of_writer(const struct store_state *state);
int64_t cache_of_reader(const struct store_state *state);
int64_t cache_of_blobs(const struct store_state *state);
void host_log(const struct store_state *state, int32_t level, const char *message);

/* --- readers (readers.c) ------------------------------------------------------------------------------ */
void readers_close(struct store_state *state);

/* --- checkpoints, under the write lock (checkpoint.c) -------------------------------------------------- */
annoproj_status checkpoint_after_commit(struct store_state *state, annoproj_error **error);
/* Writes the whole log into the file and empties it; a reader that needs it is waited for, then `folded` is false. */
annoproj_status checkpoint_fold(struct store_state *state, int64_t wait_us, bool *folded, annoproj_error **error);

/* --- spools (spool.c) ----------------------------------------------------------------------------------- */
/* Of spools and compactions: what processes that died have left. */
#define COMPACT_SUFFIX "-compact-"
void spools_remove_stale(struct store_state *state);

#endif
