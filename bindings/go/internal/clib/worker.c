/* Starting and joining threads (worker.h). */
#include "worker.h"

#include <signal.h>

#include "failure.h"

static void *run(void *argument) {
    worker *mine = argument;
    mine->status = mine->run(mine->data, &mine->error);
    return NULL;
}

bool worker_start(worker *one, annoproj_status (*body)(void *data, annoproj_error **error), void *data) {
    sigset_t all, before;
    *one = (worker){.run = body, .data = data};
    sigfillset(&all); /* the host's signals are for the host's threads */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    one->started = pthread_create(&one->thread, NULL, run, one) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return one->started;
}

annoproj_status worker_join(worker *one, annoproj_error **error) {
    if (!one->started) {
        return ANNOPROJ_OK;
    }
    pthread_join(one->thread, NULL);
    one->started = false;
    if (error != NULL && one->error != NULL) {
        drop_error(error);
        *error = one->error;
        one->error = NULL;
    }
    drop_error(&one->error);
    return one->status;
}
