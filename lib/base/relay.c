/* Handing on blocks from thread to thread (relay.h). */
#include "relay.h"

#include "failure.h"
#include "worker.h"

/* Who waits, waits for so many: being woken takes a while. */
#define SOME (RELAY_BLOCKS / 2)

struct relay {
    relay_make_fn make;
    relay_use_fn use;
    void *data;
    annoproj_status status; /* of using them */
    annoproj_error *error;
    bool two;
    size_t made, used; /* how many blocks; they and `ended` under the mutex */
    bool ended;
    pthread_mutex_t mutex;
    pthread_cond_t freed, filled;
};

static void use_next(relay *of) {
    if (of->status == ANNOPROJ_OK) {
        of->status = of->use(of->data, of->two ? of->used % RELAY_BLOCKS : 0, &of->error);
    }
}

/* --- the maker ---- */

size_t relay_room(relay *of) {
    if (!of->two) {
        return 0;
    }
    pthread_mutex_lock(&of->mutex);
    if (of->made - of->used == RELAY_BLOCKS) {
        while (of->made - of->used > RELAY_BLOCKS - SOME) {
            pthread_cond_wait(&of->freed, &of->mutex);
        }
    }
    pthread_mutex_unlock(&of->mutex);
    return of->made % RELAY_BLOCKS;
}

void relay_hand_on(relay *of) {
    if (!of->two) {
        use_next(of);
        return;
    }
    pthread_mutex_lock(&of->mutex);
    of->made++;
    if (of->made - of->used >= SOME) {
        pthread_cond_signal(&of->filled);
    }
    pthread_mutex_unlock(&of->mutex);
}

static annoproj_status run_maker(void *argument, annoproj_error **error) {
    relay *of = argument;
    const annoproj_status status = of->make(of->data, of, error);
    pthread_mutex_lock(&of->mutex);
    of->ended = true;
    pthread_cond_signal(&of->filled);
    pthread_mutex_unlock(&of->mutex);
    return status;
}

/* --- the calling thread ---- */

/* False at the end. */
static bool wait_for_block(relay *of) {
    pthread_mutex_lock(&of->mutex);
    if (of->made == of->used) {
        while (of->made - of->used < SOME && !of->ended) {
            pthread_cond_wait(&of->filled, &of->mutex);
        }
    }
    const bool there = of->made > of->used;
    pthread_mutex_unlock(&of->mutex);
    return there;
}

static void use_blocks(relay *of) {
    while (wait_for_block(of)) {
        use_next(of);
        pthread_mutex_lock(&of->mutex);
        of->used++;
        if (of->made - of->used <= RELAY_BLOCKS - SOME) {
            pthread_cond_signal(&of->freed);
        }
        pthread_mutex_unlock(&of->mutex);
    }
}

/* False when the system has no more of them. */
static bool open_waiting(relay *of) {
    if (pthread_mutex_init(&of->mutex, NULL) != 0) {
        return false;
    }
    if (pthread_cond_init(&of->freed, NULL) == 0) {
        if (pthread_cond_init(&of->filled, NULL) == 0) {
            return true;
        }
        pthread_cond_destroy(&of->freed);
    }
    pthread_mutex_destroy(&of->mutex);
    return false;
}

static void close_waiting(relay *of) {
    pthread_cond_destroy(&of->filled);
    pthread_cond_destroy(&of->freed);
    pthread_mutex_destroy(&of->mutex);
}

/* A block that could not be used comes before whatever the maker met later. */
static annoproj_status end(relay *of, annoproj_status made, annoproj_error **error) {
    if (of->status == ANNOPROJ_OK) {
        return made;
    }
    if (error != NULL) {
        drop_error(error);
        *error = of->error;
    } else {
        drop_error(&of->error);
    }
    return of->status;
}

annoproj_status relay_run(bool two, relay_make_fn make, relay_use_fn use, void *data, annoproj_error **error) {
    relay of = {.make = make, .use = use, .data = data};
    annoproj_status status;
    worker maker;
    const bool waiting = two && open_waiting(&of);
    of.two = waiting;
    if (waiting && worker_start(&maker, run_maker, &of)) {
        use_blocks(&of);
        status = worker_join(&maker, error);
    } else {
        of.two = false;
        status = make(data, &of, error);
    }
    if (waiting) {
        close_waiting(&of);
    }
    return end(&of, status, error);
}
