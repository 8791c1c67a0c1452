/* Deadlines, cancels and progress of one call. */
#include "bounds.h"

#include <string.h>
#include <time.h>

#include "allocate.h"
#include "callback.h"
#include "failure.h"
#include "handle.h"
#include "options.h"
#include "utf8.h"

#define DEFAULT_TIMEOUT_US INT64_C(30000000)
#define LONGEST_KEY        64

/* The body behind an annoproj_cancel handle. */
struct annoproj_cancel {
    body body;
    bool triggered; /* atomic; never goes back */
};

int64_t monotonic_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void annoproj_call_init(annoproj_call *call) {
    if (call) {
        *call = (annoproj_call)ANNOPROJ_CALL_INIT;
    }
}

static annoproj_status check_key(const char *key, annoproj_error **error) {
    if (!key) {
        return ANNOPROJ_OK;
    }
    size_t length = strnlen(key, LONGEST_KEY + 1);
    if (length == 0 || length > LONGEST_KEY || !utf8_valid(key, length)) {
        return fail(error, ANNOPROJ_INVALID, "the call's request_key %s is not a UTF-8 text of 1 to %d bytes",
                    QUOTED(key), LONGEST_KEY);
    }
    return ANNOPROJ_OK;
}

annoproj_status bounds_begin(bounds *limits, const annoproj_call *call, annoproj_error **error) {
    memset(limits, 0, sizeof *limits);
    annoproj_call own;
    annoproj_status status = options_read(&own, sizeof own, sizeof own, call, error);
    if (status == ANNOPROJ_OK) {
        status = check_key(own.request_key, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    if (own.timeout_us < -1) {
        return fail(error, ANNOPROJ_INVALID,
                    "the call's timeout_us is %lld: give microseconds, 0 for 30 seconds or -1 for none",
                    (long long)own.timeout_us);
    }
    if (own.cancel) {
        body *cancel = NULL;
        status = handle_enter(own.cancel, HANDLE_CANCEL, "call->cancel", &cancel, error);
        if (status != ANNOPROJ_OK) {
            return status;
        }
        limits->cancel = (const struct annoproj_cancel *)cancel;
    }
    /* Of the microsecond that now is part has gone: a timeout ends with that, so that the shortest has no time at all. */
    int64_t timeout = own.timeout_us == 0 ? DEFAULT_TIMEOUT_US : own.timeout_us;
    if (timeout < 0 || __builtin_add_overflow(monotonic_us(), timeout - 1, &limits->until_us)) {
        limits->until_us = INT64_MAX;
    }
    limits->progress = own.progress;
    limits->progress_data = own.user_data;
    limits->request_key = own.request_key;
    return ANNOPROJ_OK;
}

void bounds_end(bounds *limits) {
    if (limits->cancel) {
        body_release((body *)(uintptr_t)limits->cancel);
    }
    memset(limits, 0, sizeof *limits);
}

annoproj_status bounds_check(const bounds *limits, annoproj_error **error) {
    if (limits->cancel && __atomic_load_n(&limits->cancel->triggered, __ATOMIC_ACQUIRE)) {
        return fail(error, ANNOPROJ_CANCELLED, "the call was cancelled");
    }
    if (limits->until_us != INT64_MAX && monotonic_us() >= limits->until_us) {
        return fail(error, ANNOPROJ_TIMEOUT, "the call's time is up: give it a longer timeout_us or ask for less");
    }
    return ANNOPROJ_OK;
}

annoproj_status bounds_progress(const bounds *limits, int64_t done, int64_t total, annoproj_error **error) {
    if (!limits->progress) {
        return ANNOPROJ_OK;
    }
    callback_begin();
    int32_t answer = limits->progress(done, total, limits->progress_data);
    callback_end();
    if (answer != 0) {
        fail(error, ANNOPROJ_CALLBACK, "the progress callback returned %ld, which ends the call", (long)answer);
        fail_detail(error, "value", "%ld", (long)answer);
        return ANNOPROJ_CALLBACK;
    }
    return ANNOPROJ_OK;
}

/* ---- cancels ---- */

static void cancel_destroy(body *cancel) {
    release(cancel);
}

annoproj_status annoproj_cancel_new(annoproj_cancel **cancel, annoproj_error **error) {
    if (!result_place(cancel, sizeof *cancel, "cancel", error)) {
        return ANNOPROJ_INVALID;
    }
    struct annoproj_cancel *made = allocate_zeroed(1, sizeof *made);
    if (!made) {
        return fail_memory(error);
    }
    made->body.references = 1;
    made->body.destroy = cancel_destroy;
    *cancel = handle_new(HANDLE_CANCEL, &made->body);
    if (!*cancel) {
        release(made);
        return fail_memory(error);
    }
    return ANNOPROJ_OK;
}

annoproj_status annoproj_cancel_trigger(annoproj_cancel *cancel, annoproj_error **error) {
    clear_error(error);
    body *entered = NULL;
    annoproj_status status = handle_enter(cancel, HANDLE_CANCEL, "cancel", &entered, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    __atomic_store_n(&((struct annoproj_cancel *)entered)->triggered, true, __ATOMIC_RELEASE);
    body_release(entered);
    return ANNOPROJ_OK;
}

void annoproj_cancel_free(annoproj_cancel *cancel) {
    handle_close(cancel, HANDLE_CANCEL);
}
