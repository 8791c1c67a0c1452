/* A thread of the library. It exists only inside a call: who started it waits for it. */
#ifndef WORKER_H
#define WORKER_H

#include <pthread.h>

#include "contract.h"

typedef struct worker {
    annoproj_status (*run)(void *data, annoproj_error **error);
    void *data;
    pthread_t thread;
    bool started;
    annoproj_status status;
    annoproj_error *error;
} worker;

/* False when there is no thread to be had. The host's signals do not come to it. */
bool worker_start(worker *worker, annoproj_status (*run)(void *data, annoproj_error **error), void *data);
/* Waits for it and gives back what `run` returned, its error becoming that of the call. OK when it was not started. */
annoproj_status worker_join(worker *worker, annoproj_error **error);

#endif
