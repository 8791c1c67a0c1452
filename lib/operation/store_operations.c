/* Public functions: create, open and close a store. */
#include "bounds.h"
#include "failure.h"
#include "handle.h"
#include "options.h"
#include "store.h"
#include "utf8.h"

#include <string.h>

void annoproj_store_options_init(annoproj_store_options *options) {
    if (options != NULL) {
        *options = (annoproj_store_options)ANNOPROJ_STORE_OPTIONS_INIT;
    }
}

static annoproj_status check_options(const annoproj_store_options *options, annoproj_error **error) {
    if (options->cache_bytes < 0) {
        return fail(error, ANNOPROJ_INVALID, "`cache_bytes` is %lld: give bytes, or 0 for the default",
                    (long long)options->cache_bytes);
    }
    if (options->threads < 0 || options->threads > 256) {
        return fail(error, ANNOPROJ_INVALID, "`threads` is %d: give 1 to 256, or 0 for the default", options->threads);
    }
    if (options->ticket_key != NULL) {
        annoproj_status status = check_text(options->ticket_key, TEXT_NAME, "ticket_key", error);
        if (status != ANNOPROJ_OK) {
            return status;
        }
        if (strlen(options->ticket_key) < 16) {
            return fail(error, ANNOPROJ_INVALID, "`ticket_key` has %zu bytes: give a secret of 16 bytes or more",
                        strlen(options->ticket_key));
        }
    }
    return ANNOPROJ_OK;
}

static annoproj_status enter(const char *path, bool create, const annoproj_store_options *options,
                             const annoproj_call *call, annoproj_store **out, annoproj_error **error) {
    if (!result_place(out, sizeof *out, "store", error)) {
        return ANNOPROJ_INVALID;
    }
    if (path == NULL) {
        return fail(error, ANNOPROJ_INVALID, "`path` is NULL: give the path of a file");
    }
    annoproj_store_options own;
    bounds limits;
    store *made = NULL;
    annoproj_status status = options_read(&own, sizeof own, sizeof own, options, error);
    if (status == ANNOPROJ_OK) {
        status = check_options(&own, error);
    }
    if (status == ANNOPROJ_OK) {
        status = bounds_begin(&limits, call, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    status = store_open(path, create, &own, &limits, &made, error);
    if (status == ANNOPROJ_OK) {
        *out = handle_new(HANDLE_STORE, &made->body);
        if (*out == NULL) {
            body_release(&made->body);
            status = fail_memory(error);
        }
    }
    bounds_end(&limits);
    return status;
}

annoproj_status annoproj_store_create(const char *path, const annoproj_store_options *options,
                                      const annoproj_call *call, annoproj_store **out, annoproj_error **error) {
    return enter(path, true, options, call, out, error);
}

annoproj_status annoproj_store_open(const char *path, const annoproj_store_options *options, const annoproj_call *call,
                                    annoproj_store **out, annoproj_error **error) {
    return enter(path, false, options, call, out, error);
}

annoproj_status annoproj_store_close(annoproj_store *handle, const annoproj_call *call, annoproj_error **error) {
    clear_error(error);
    if (handle == NULL) {
        return ANNOPROJ_OK;
    }
    body *entered = NULL;
    bounds limits;
    annoproj_status status = handle_enter(handle, HANDLE_STORE, "store", &entered, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    status = bounds_begin(&limits, call, error);
    if (status == ANNOPROJ_OK) {
        status = store_shut((struct annoproj_store_body *)entered, &limits, error);
        bounds_end(&limits);
    }
    if (status == ANNOPROJ_OK) {
        handle_close(handle, HANDLE_STORE);
    }
    body_release(entered);
    return status;
}
