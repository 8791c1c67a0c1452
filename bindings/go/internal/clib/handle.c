/* The pool of handle heads.
 *
 * A handle is a pointer into a head: its address says which head, its offset inside the head says which
 * generation of it (a head has 64 addresses, a generation uses one). A head is used again only after many
 * others were closed, and then under the next offset, so that a pointer kept too long does not match. Heads
 * are never dereferenced before their address was found in a chunk of the pool, and chunks live for ever:
 * no value of a pointer is undefined behaviour.
 *
 * The word `state` of a head holds kind, generation and the number of threads that are just looking at it
 * (pins). Looking is: add a pin if kind and generation are right, use the body, take the pin away. Closing
 * makes the kind FREE; whoever finds the head FREE and without pins gives the body up. */
#include "handle.h"

#include <pthread.h>
#include <sys/mman.h>

#include "failure.h"

#define HEAD_SIZE   64
#define GENERATIONS HEAD_SIZE
#define FIRST_CHUNK ((size_t)4096) /* heads; each chunk is twice as large as the one before */
#define CHUNK_COUNT 16
#define QUARANTINE  ((size_t)2048) /* closed heads that wait before one is used again */

#define PIN              UINT64_C(1)
#define PIN_MASK         UINT64_C(0xFFFFFFFF)
#define KIND_SHIFT       32
#define GENERATION_SHIFT 40

typedef struct head {
    _Alignas(HEAD_SIZE) uint64_t state; /* atomic */
    body *body;
    struct head *next; /* in the queue of closed heads */
} head;

_Static_assert(sizeof(head) == HEAD_SIZE, "a head is as large as it has generations");

static head first_chunk[FIRST_CHUNK];
static head *chunks[CHUNK_COUNT] = {first_chunk};        /* atomic; NULL behind the last */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards all below */
static size_t fresh_chunk, fresh_head;                   /* heads from here on were never used */
static head *oldest, *newest;                            /* closed heads, first in first out */
static size_t closed_count;

static uint64_t make_state(handle_kind kind, uint64_t generation) {
    return (uint64_t)kind << KIND_SHIFT | (generation % GENERATIONS) << GENERATION_SHIFT;
}

static handle_kind state_kind(uint64_t state) {
    return (handle_kind)(state >> KIND_SHIFT & 0xFF);
}

static uint64_t state_generation(uint64_t state) {
    return state >> GENERATION_SHIFT;
}

/* A child of fork must find the pool unlocked, even if another thread of the parent was just using it. */
static void before_fork(void) {
    pthread_mutex_lock(&lock);
}

static void after_fork(void) {
    pthread_mutex_unlock(&lock);
}

static void watch_forks(void) {
    pthread_atfork(before_fork, after_fork, after_fork);
}

/* The head that the address lies in, NULL when it lies in none. */
static head *find_head(const void *handle, uint64_t *generation) {
    uintptr_t address = (uintptr_t)handle;
    for (size_t i = 0; i < CHUNK_COUNT; i++) {
        head *chunk = __atomic_load_n(&chunks[i], __ATOMIC_ACQUIRE);
        if (!chunk) {
            return NULL;
        }
        uintptr_t distance = address - (uintptr_t)chunk;
        if (distance < (FIRST_CHUNK << i) * HEAD_SIZE) {
            *generation = distance % HEAD_SIZE;
            return &chunk[distance / HEAD_SIZE];
        }
    }
    return NULL;
}

/* With the lock held: a head that was never used, mapping a new chunk when `grow`. */
static head *take_fresh(bool grow) {
    if (fresh_chunk < CHUNK_COUNT && fresh_head == FIRST_CHUNK << fresh_chunk) {
        fresh_chunk++;
        fresh_head = 0;
    }
    if (fresh_chunk == CHUNK_COUNT) {
        return NULL;
    }
    head *chunk = chunks[fresh_chunk];
    if (!chunk) {
        if (!grow) {
            return NULL;
        }
        void *memory = mmap(NULL, (FIRST_CHUNK << fresh_chunk) * HEAD_SIZE, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED) {
            return NULL;
        }
        chunk = memory;
        __atomic_store_n(&chunks[fresh_chunk], chunk, __ATOMIC_RELEASE);
    }
    return &chunk[fresh_head++];
}

static head *take_closed(void) {
    head *found = oldest;
    if (found) {
        oldest = found->next;
        newest = oldest ? newest : NULL;
        closed_count--;
    }
    return found;
}

void *handle_new(handle_kind kind, body *kept) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, watch_forks);

    pthread_mutex_lock(&lock);
    head *found = take_fresh(false);
    if (!found && closed_count > QUARANTINE) {
        found = take_closed();
    }
    if (!found) {
        found = take_fresh(true);
    }
    if (!found) {
        found = take_closed(); /* no more address space: better early than not at all */
    }
    pthread_mutex_unlock(&lock);
    if (!found) {
        return NULL;
    }
    uint64_t generation = state_generation(__atomic_load_n(&found->state, __ATOMIC_RELAXED));
    found->body = kept;
    __atomic_store_n(&found->state, make_state(kind, generation), __ATOMIC_RELEASE);
    return (char *)found + generation;
}

/* The head is FREE and nobody looks at it: gives the body up and puts the head into the queue. */
static void retire(head *found) {
    body *kept = found->body;
    uint64_t generation = state_generation(__atomic_load_n(&found->state, __ATOMIC_RELAXED));
    found->body = NULL;
    found->next = NULL;
    __atomic_store_n(&found->state, make_state(HANDLE_FREE, generation + 1), __ATOMIC_RELAXED);

    pthread_mutex_lock(&lock);
    if (newest) {
        newest->next = found;
    } else {
        oldest = found;
    }
    newest = found;
    closed_count++;
    pthread_mutex_unlock(&lock);
    body_release(kept);
}

body *handle_pin(const void *handle, handle_kind kind) {
    uint64_t generation = 0;
    head *found = find_head(handle, &generation);
    if (!found || kind == HANDLE_FREE) {
        return NULL;
    }
    uint64_t state = __atomic_load_n(&found->state, __ATOMIC_RELAXED);
    do {
        if ((state & ~PIN_MASK) != make_state(kind, generation)) {
            return NULL;
        }
    } while (
        !__atomic_compare_exchange_n(&found->state, &state, state + PIN, true, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
    return found->body;
}

static void unpin(head *found) {
    uint64_t state = __atomic_sub_fetch(&found->state, PIN, __ATOMIC_ACQ_REL);
    if ((state & PIN_MASK) == 0 && state_kind(state) == HANDLE_FREE) {
        retire(found);
    }
}

void handle_unpin(const void *handle) {
    uint64_t generation = 0;
    head *found = find_head(handle, &generation);
    if (found) {
        unpin(found);
    }
}

annoproj_status handle_enter(const void *handle, handle_kind kind, const char *name, body **out,
                             annoproj_error **error) {
    *out = NULL;
    body *kept = handle_pin(handle, kind);
    if (!kept) {
        return fail(error, ANNOPROJ_INVALID, "`%s` is %s", name,
                    handle ? "no such handle: it was closed, is of another type or was never one"
                           : "NULL: give an open handle");
    }
    body_retain(kept);
    handle_unpin(handle);
    *out = kept;
    return ANNOPROJ_OK;
}

void handle_close(void *handle, handle_kind kind) {
    uint64_t generation = 0;
    head *found = find_head(handle, &generation);
    if (!found || kind == HANDLE_FREE) {
        return;
    }
    /* From here on nobody new gets in. Our own pin makes the last one out, perhaps us, retire the head. */
    uint64_t state = __atomic_load_n(&found->state, __ATOMIC_RELAXED);
    do {
        if ((state & ~PIN_MASK) != make_state(kind, generation)) {
            return;
        }
    } while (!__atomic_compare_exchange_n(&found->state, &state,
                                          make_state(HANDLE_FREE, generation) | ((state & PIN_MASK) + PIN), true,
                                          __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
    unpin(found);
}

void body_retain(body *kept) {
    __atomic_add_fetch(&kept->references, 1, __ATOMIC_RELAXED);
}

void body_release(body *kept) {
    if (kept && __atomic_sub_fetch(&kept->references, 1, __ATOMIC_ACQ_REL) == 0) {
        kept->destroy(kept);
    }
}
