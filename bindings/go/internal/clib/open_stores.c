/* The stores this process has open, by file: each process opens a file once and shares the handle. */
#include <unistd.h>

#include "failure.h"
#include "store_state.h"

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static struct store_state *open_stores;

annoproj_status open_stores_enter(struct store_state *state, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    pthread_mutex_lock(&guard);
    for (const struct store_state *at = open_stores; at != NULL && status == ANNOPROJ_OK; at = at->next) {
        if (at->device != state->device || at->inode != state->inode) {
            continue;
        }
        if (at->process != state->process) {
            status = fail(error, ANNOPROJ_FORKED,
                          "the store %s was open when this process was forked: close it before fork() or use exec",
                          QUOTED(state->path));
        } else {
            status = fail(error, ANNOPROJ_STATE,
                          "this process has the store %s open already: share that handle among its threads",
                          QUOTED(state->path));
        }
    }
    if (status == ANNOPROJ_OK) {
        state->next = open_stores;
        open_stores = state;
    }
    pthread_mutex_unlock(&guard);
    return status;
}

void open_stores_leave(struct store_state *state) {
    pthread_mutex_lock(&guard);
    for (struct store_state **place = &open_stores; *place != NULL; place = &(*place)->next) {
        if (*place == state) {
            *place = state->next;
            break;
        }
    }
    pthread_mutex_unlock(&guard);
}
