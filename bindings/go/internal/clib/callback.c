/* Whether this thread is inside a callback (callback.h). A callback cannot begin another one: it may not call the library. */
#include "callback.h"

static _Thread_local bool inside;

void callback_begin(void) {
    inside = true;
}

void callback_end(void) {
    inside = false;
}

bool in_callback(void) {
    return inside;
}
