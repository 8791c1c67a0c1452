/* Clock, random and log of the host, or the system's; callbacks may not call the library. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "failure.h"
#include "store_state.h"

#define DEFAULT_CACHE_BYTES 67108864
/* More is no use: a page cache is for the few pages that commands and lists share. What a scan streams through a small
 * one stays near the processor. */
#define WRITER_CACHE_MOST 16777216
#define READER_CACHE_MOST 1048576
#define DEFAULT_THREADS   4

annoproj_status host_clock(const struct store_state *state, int64_t *out, annoproj_error **error) {
    *out = 0;
    if (state->options.clock == NULL) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        *out = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
        return ANNOPROJ_OK;
    }
    callback_begin();
    int32_t answer = state->options.clock(out, state->options.user_data);
    callback_end();
    if (answer != 0) {
        return fail(error, ANNOPROJ_CALLBACK, "the clock callback returned %d: it must return 0", answer);
    }
    if (*out < CLOCK_LEAST_US || *out > CLOCK_MOST_US) {
        return fail(error, ANNOPROJ_CALLBACK,
                    "the clock callback gave %lld, which is not in the years 1 to 9999: give microseconds since 1970",
                    (long long)*out);
    }
    return ANNOPROJ_OK;
}

annoproj_status host_random(const struct store_state *state, void *out, size_t length, annoproj_error **error) {
    memset(out, 0, length);
    if (state->options.random != NULL) {
        callback_begin();
        int32_t answer = state->options.random(out, length, state->options.user_data);
        callback_end();
        return answer == 0
                   ? ANNOPROJ_OK
                   : fail(error, ANNOPROJ_CALLBACK, "the random callback returned %d: it must return 0", answer);
    }
    for (size_t done = 0; done < length;) {
        ssize_t got = getrandom((char *)out + done, length - done, 0);
        if (got > 0) {
            done += (size_t)got;
        } else if (errno != EINTR) {
            return fail(error, ANNOPROJ_IO, "the system gives no random bytes (%s)", strerror(errno));
        }
    }
    return ANNOPROJ_OK;
}

void host_log(const struct store_state *state, int32_t level, const char *message) {
    if (state->options.log != NULL && !in_callback()) {
        callback_begin();
        state->options.log(level, message, state->options.user_data);
        callback_end();
    }
}

annoproj_status store_random(store *of, void *out, size_t length, annoproj_error **error) {
    annoproj_status status = operation_begin(of->state, error);
    if (status == ANNOPROJ_OK) {
        status = host_random(of->state, out, length, error);
        operation_end(of->state);
    }
    return status;
}

annoproj_status store_time(store *of, int64_t *now_us, annoproj_error **error) {
    annoproj_status status = operation_begin(of->state, error);
    if (status == ANNOPROJ_OK) {
        status = host_clock(of->state, now_us, error);
        operation_end(of->state);
    }
    return status;
}

const char *store_ticket_key(const store *of) {
    return of->state->ticket_key;
}

static int64_t share(const struct store_state *state, int64_t part, int64_t most) {
    int64_t bytes = state->options.cache_bytes > 0 ? state->options.cache_bytes : DEFAULT_CACHE_BYTES;
    return bytes / part < most ? bytes / part : most;
}

int64_t cache_of_writer(const struct store_state *state) {
    return share(state, 4, WRITER_CACHE_MOST);
}

int64_t cache_of_reader(const struct store_state *state) {
    return share(state, 16, READER_CACHE_MOST);
}

int64_t cache_of_blobs(const struct store_state *state) {
    return share(state, 1, INT64_MAX) - cache_of_writer(state) - READERS_MOST * cache_of_reader(state);
}

blob_cache *store_cache(const store *of) {
    return of->state->cache;
}

int32_t store_threads(const store *of) {
    int32_t threads = of->state->options.threads;
    if (threads > 0) {
        return threads;
    }
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return processors < 1 ? 1 : processors < DEFAULT_THREADS ? (int32_t)processors : DEFAULT_THREADS;
}
