/* Handles: misuse is INVALID, and threads may use and close the same one at once. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

#include "allocate.h"
#include "bounds.h"
#include "failure.h"
#include "handle.h"

typedef struct thing {
    body body;
    uint64_t canary;
} thing;

#define CANARY UINT64_C(0x6E6F742066726565)

static size_t destroyed; /* atomic */

static void thing_destroy(body *gone) {
    ((thing *)(void *)gone)->canary = 0;
    free(gone);
    __atomic_add_fetch(&destroyed, 1, __ATOMIC_RELAXED);
}

static void *new_thing(handle_kind kind) {
    thing *made = malloc(sizeof *made);
    *made = (thing){{1, thing_destroy}, CANARY};
    void *handle = handle_new(kind, &made->body);
    assert_non_null(handle);
    return handle;
}

static void expect_invalid(const void *handle, handle_kind kind) {
    annoproj_error *error = NULL;
    body *entered = (body *)&error;
    assert_status(ANNOPROJ_INVALID, handle_enter(handle, kind, "thing", &entered, &error), error);
    assert_null(entered);
    assert_null(handle_pin(handle, kind));
    handle_close((void *)(uintptr_t)handle, kind);
}

static void test_life(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    body *entered = NULL;
    size_t before = destroyed;
    void *handle = new_thing(HANDLE_TASK);
    expect_invalid(handle, HANDLE_PROJECT);
    expect_invalid(handle, HANDLE_FREE);
    assert_ok(handle_enter(handle, HANDLE_TASK, "task", &entered, &error), error);
    assert_true(((thing *)(void *)entered)->canary == CANARY);
    handle_close(handle, HANDLE_PROJECT); /* of another kind: ignored */
    assert_int_equal(destroyed, before);
    handle_close(handle, HANDLE_TASK);
    handle_close(handle, HANDLE_TASK);
    expect_invalid(handle, HANDLE_TASK);
    assert_int_equal(destroyed, before);
    assert_true(((thing *)(void *)entered)->canary == CANARY);
    body_retain(entered);
    body_release(entered);
    body_release(entered);
    assert_int_equal(destroyed, before + 1);
    body_release(NULL);
    handle_close(NULL, HANDLE_TASK);
}

static void test_pins(void **state) {
    (void)state;
    size_t before = destroyed;
    void *handle = new_thing(HANDLE_TABLE);
    body *pinned = handle_pin(handle, HANDLE_TABLE);
    assert_non_null(pinned);
    handle_close(handle, HANDLE_TABLE);
    assert_null(handle_pin(handle, HANDLE_TABLE));
    assert_int_equal(destroyed, before);
    assert_true(((thing *)(void *)pinned)->canary == CANARY);
    handle_unpin(handle);
    assert_int_equal(destroyed, before + 1);
    handle_unpin(NULL);
}

static void test_message(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    body *entered;
    assert_int_equal(handle_enter(NULL, HANDLE_TASK, "task", &entered, &error), ANNOPROJ_INVALID);
    assert_string_equal(annoproj_error_message(error), "`task` is NULL: give an open handle");
    assert_int_equal(handle_enter(&entered, HANDLE_TASK, "task", &entered, &error), ANNOPROJ_INVALID);
    assert_non_null(strstr(annoproj_error_message(error), "`task`"));
    annoproj_error_free(error);
    assert_int_equal(handle_enter(NULL, HANDLE_TASK, "task", &entered, NULL), ANNOPROJ_INVALID);
}

/* Everything that is no handle: own memory, other addresses of the same head, of its neighbours, nonsense. */
static void test_forged(void **state) {
    (void)state;
    void *handle = new_thing(HANDLE_STORE);
    char on_stack[64] = {0};
    void *on_heap = calloc(1, 64);
    volatile uintptr_t freed = (uintptr_t)on_heap;
    expect_invalid(on_stack, HANDLE_STORE);
    expect_invalid(on_heap, HANDLE_STORE);
    free(on_heap);
    expect_invalid((void *)freed, HANDLE_STORE);
    expect_invalid((void *)(uintptr_t)1, HANDLE_STORE);
    expect_invalid((void *)UINTPTR_MAX, HANDLE_STORE);
    for (intptr_t shift = -256; shift <= 256; shift++) {
        if (shift != 0) {
            expect_invalid((void *)((uintptr_t)handle + (uintptr_t)shift), HANDLE_STORE);
        }
    }
    for (int i = 0; i < 20000; i++) {
        uintptr_t near = (uintptr_t)handle ^ (1 + random_below(1 << 20)), anywhere = (uintptr_t)random_next();
        expect_invalid((void *)near, HANDLE_STORE);
        expect_invalid((void *)anywhere, HANDLE_STORE);
    }
    annoproj_error *error = NULL;
    body *entered;
    assert_ok(handle_enter(handle, HANDLE_STORE, "store", &entered, &error), error);
    body_release(entered);
    handle_close(handle, HANDLE_STORE);
}

/* A stale pointer stays invalid while a hundred thousand other handles come and go. */
static void test_stale_for_long(void **state) {
    (void)state;
    enum { STALE = 50, LATER = 100000 };
    void *stale[STALE];
    for (int i = 0; i < STALE; i++) {
        stale[i] = new_thing(HANDLE_TASK);
    }
    for (int i = 0; i < STALE; i++) {
        handle_close(stale[i], HANDLE_TASK);
    }
    for (int i = 0; i < LATER; i++) {
        void *handle = new_thing(HANDLE_TASK);
        const void *old = stale[i % STALE];
        assert_true(handle != old);
        assert_null(handle_pin(old, HANDLE_TASK));
        handle_close(handle, HANDLE_TASK);
    }
}

static void test_many_at_once(void **state) {
    (void)state;
    enum { MANY = 30000 };
    void **handles = malloc(MANY * sizeof *handles);
    size_t before = destroyed;
    for (int i = 0; i < MANY; i++) {
        handles[i] = new_thing(i % 2 ? HANDLE_TASK : HANDLE_STAGE);
    }
    for (int i = 0; i < MANY; i++) {
        assert_non_null(handle_pin(handles[i], i % 2 ? HANDLE_TASK : HANDLE_STAGE));
        assert_null(handle_pin(handles[i], i % 2 ? HANDLE_STAGE : HANDLE_TASK));
        handle_unpin(handles[i]);
        handle_close(handles[i], i % 2 ? HANDLE_TASK : HANDLE_STAGE);
    }
    assert_int_equal(destroyed, before + MANY);
    free(handles);
}

/* ---- threads ---- */

enum { THREADS = 4, ROUNDS = 20000, SHARED = 8 };

static void *shared[SHARED]; /* atomic; replaced and closed by any thread */
static size_t wrong, made;   /* atomic */

static void *use_and_close(void *unused) {
    (void)unused;
    for (unsigned round = 0; round < ROUNDS; round++) {
        void **place = &shared[round * 7 % SHARED];
        void *handle = __atomic_load_n(place, __ATOMIC_ACQUIRE);
        body *entered = NULL;
        if (handle_enter(handle, HANDLE_QUERY, "query", &entered, NULL) == ANNOPROJ_OK) {
            if (((thing *)(void *)entered)->canary != CANARY) {
                __atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED);
            }
            body_release(entered);
        }
        body *pinned = handle_pin(handle, HANDLE_QUERY);
        if (pinned) {
            if (((thing *)(void *)pinned)->canary != CANARY) {
                __atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED);
            }
            handle_unpin(handle);
        }
        if (round % 3 == 0) {
            thing *next = malloc(sizeof *next);
            *next = (thing){{1, thing_destroy}, CANARY};
            void *mine = handle_new(HANDLE_QUERY, &next->body);
            __atomic_add_fetch(&made, 1, __ATOMIC_RELAXED);
            void *replaced = __atomic_exchange_n(place, mine, __ATOMIC_ACQ_REL);
            handle_close(replaced, HANDLE_QUERY); /* others may be using it */
            handle_close(handle, HANDLE_QUERY);   /* perhaps closed before by another thread */
        }
    }
    return NULL;
}

static void test_threads(void **state) {
    (void)state;
    pthread_t threads[THREADS];
    size_t before = destroyed;
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, use_and_close, NULL), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(wrong, 0);
    assert_int_equal(made, (size_t)THREADS * ((ROUNDS + 2) / 3));
    for (int i = 0; i < SHARED; i++) {
        handle_close(shared[i], HANDLE_QUERY);
    }
    assert_int_equal(destroyed - before, made);
}

/* A body is destroyed exactly once when all threads close the same handle. */
static void *close_all(void *handles) {
    for (int i = 0; i < ROUNDS; i++) {
        handle_close(((void **)handles)[i], HANDLE_STREAM);
    }
    return NULL;
}

static void test_closing_race(void **state) {
    (void)state;
    void **handles = malloc(ROUNDS * sizeof *handles);
    pthread_t threads[THREADS];
    for (int i = 0; i < ROUNDS; i++) {
        handles[i] = new_thing(HANDLE_STREAM);
    }
    size_t before = destroyed;
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, close_all, handles), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(destroyed, before + ROUNDS);
    free(handles);
}

static void *trigger(void *cancel) {
    return annoproj_cancel_trigger(cancel, NULL) == ANNOPROJ_OK ? cancel : NULL;
}

static void test_cancel_from_another_thread(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    bounds limits;
    pthread_t thread;
    void *answer = NULL;
    call.timeout_us = -1;
    assert_ok(annoproj_cancel_new(&call.cancel, &error), error);
    assert_ok(bounds_begin(&limits, &call, &error), error);
    assert_int_equal(pthread_create(&thread, NULL, trigger, call.cancel), 0);
    while (bounds_check(&limits, NULL) == ANNOPROJ_OK) {
    }
    assert_status(ANNOPROJ_CANCELLED, bounds_check(&limits, &error), error);
    pthread_join(thread, &answer);
    assert_ptr_equal(answer, call.cancel);
    annoproj_cancel_free(call.cancel);
    bounds_end(&limits);
}

/* A child of fork may close what it inherited, whatever the parent's threads were doing. */
static void *make_and_close(void *stop) {
    while (!__atomic_load_n((int *)stop, __ATOMIC_RELAXED)) {
        thing *next = malloc(sizeof *next);
        *next = (thing){{1, thing_destroy}, CANARY};
        handle_close(handle_new(HANDLE_TABLE, &next->body), HANDLE_TABLE);
    }
    return NULL;
}

static void test_fork(void **state) {
    (void)state;
    pthread_t thread;
    int stop = 0;
    assert_int_equal(pthread_create(&thread, NULL, make_and_close, &stop), 0);
    for (int i = 0; i < 30; i++) {
        void *handle = new_thing(HANDLE_SESSION);
        pid_t child = fork();
        if (child == 0) {
            handle_close(handle, HANDLE_SESSION);
            _exit(handle_pin(handle, HANDLE_SESSION) ? 1 : 0);
        }
        int status = -1;
        assert_true(child > 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
        handle_close(handle, HANDLE_SESSION);
    }
    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
    pthread_join(thread, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_life),
        cmocka_unit_test(test_pins),
        cmocka_unit_test(test_message),
        cmocka_unit_test(test_forged),
        cmocka_unit_test(test_stale_for_long),
        cmocka_unit_test(test_many_at_once),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_closing_race),
        cmocka_unit_test(test_cancel_from_another_thread),
        cmocka_unit_test(test_fork),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
