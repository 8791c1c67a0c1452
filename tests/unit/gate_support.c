#include "gate_support.h"

#include <sched.h>

#include "store_state.h"
#include "support.h"

static annoproj_status gate_body(writer *work, void *argument, annoproj_error **error) {
    (void)work;
    (void)error;
    gate *at = argument;
    sem_post(&at->inside);
    while (sem_wait(&at->go) != 0) {
    }
    return ANNOPROJ_OK;
}

static void *gate_main(void *argument) {
    gate *at = argument;
    bounds call = {.until_us = INT64_MAX};
    at->status = store_write(at->of, &call, gate_body, at, NULL);
    return NULL;
}

void gate_close(gate *at, store *of) {
    at->of = of;
    sem_init(&at->inside, 0, 0);
    sem_init(&at->go, 0, 0);
    assert_int_equal(pthread_create(&at->thread, NULL, gate_main, at), 0);
    while (sem_wait(&at->inside) != 0) {
    }
}

void gate_open(gate *at) {
    sem_post(&at->go);
    pthread_join(at->thread, NULL);
    assert_int_equal(at->status, ANNOPROJ_OK);
    sem_destroy(&at->inside);
    sem_destroy(&at->go);
}

void wait_for_queued(store *of, int count) {
    for (int queued = -1; queued != count; sched_yield()) {
        queued = 0;
        pthread_mutex_lock(&of->state->mutex);
        for (const write_job *at = of->state->first; at != NULL; at = at->next) {
            queued++;
        }
        pthread_mutex_unlock(&of->state->mutex);
    }
}
