/* A leader of group commit that stands still inside its body, so that others queue behind it in a known order. Threads are
 * brought into place by looking at the queue, never by time. */
#ifndef GATE_SUPPORT_H
#define GATE_SUPPORT_H

#include <pthread.h>
#include <semaphore.h>

#include "store.h"

typedef struct gate {
    store *of;
    pthread_t thread;
    sem_t inside, go;
    annoproj_status status;
} gate;

void gate_close(gate *at, store *of); /* a thread leads and stands still: it changes nothing */
void gate_open(gate *at);             /* it goes on; returns when it is done */
void wait_for_queued(store *of, int count);

#endif
