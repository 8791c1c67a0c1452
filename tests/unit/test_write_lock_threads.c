/* The write lock and the line in front of it. Each write_lock here is what a process has: its own descriptor and slot. Threads
 * are brought into place by looking at the line, never by time. */
#include "support.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "write_lock.h"

#define WAITERS 6

static char *side;

static int set_up(void **unused) {
    (void)unused;
    static int number;
    char name[40];
    snprintf(name, sizeof name, "side-%d-lock", number++);
    side = scratch_path(name);
    return 0;
}

static int tear_down(void **unused) {
    (void)unused;
    free(side);
    return 0;
}

static write_lock *enter(void) {
    annoproj_error *error = NULL;
    write_lock *lock = NULL;
    assert_ok(write_lock_open(side, 0600, &lock, &error), error);
    return lock;
}

static void wait_for_length(const write_lock *any, int length) {
    while (write_lock_waiting(any) != length) {
        sched_yield();
    }
}

typedef struct waiter {
    pthread_t thread;
    write_lock *lock;
    int *order, *next; /* who got it, in turn; the lock orders them, which a thread sanitizer does not see */
    int number;
    bounds call;
    annoproj_status status;
} waiter;

static void *wait_main(void *argument) {
    waiter *me = argument;
    me->status = write_lock_take(me->lock, &me->call, NULL);
    if (me->status == ANNOPROJ_OK) {
        me->order[__atomic_fetch_add(me->next, 1, __ATOMIC_ACQ_REL)] = me->number;
        write_lock_leave(me->lock);
    }
    return NULL;
}

static void start(waiter *me, write_lock *lock, int number, int *order, int *next, int64_t until_us) {
    *me = (waiter){.lock = lock, .order = order, .next = next, .number = number, .call = {.until_us = until_us}};
    assert_int_equal(pthread_create(&me->thread, NULL, wait_main, me), 0);
}

/* First come, first served, however long it takes. */
static void test_in_order(void **unused) {
    (void)unused;
    write_lock *first = enter(), *locks[WAITERS];
    waiter waiters[WAITERS];
    int order[WAITERS], next = 0;
    int64_t patience_us = write_lock_patience_us;
    write_lock_patience_us = INT64_MAX / 2;
    assert_int_equal(write_lock_take(first, NULL, NULL), ANNOPROJ_OK);
    for (int i = 0; i < WAITERS; i++) {
        locks[i] = enter();
        start(&waiters[i], locks[i], i, order, &next, INT64_MAX);
        wait_for_length(first, i + 1);
    }
    write_lock_leave(first);
    for (int i = 0; i < WAITERS; i++) {
        pthread_join(waiters[i].thread, NULL);
        write_lock_close(locks[i]);
    }
    for (int i = 0; i < WAITERS; i++) {
        assert_int_equal(order[i], i);
    }
    assert_int_equal(write_lock_waiting(first), 0);
    write_lock_patience_us = patience_us;
    write_lock_close(first);
}

/* Whoever gives up leaves the line to the others. */
static void test_giving_up_in_line(void **unused) {
    (void)unused;
    write_lock *first = enter(), *impatient = enter(), *patient = enter();
    annoproj_call call = ANNOPROJ_CALL_INIT;
    waiter waiters[2];
    int order[2], next = 0;
    call.timeout_us = -1;
    assert_int_equal(annoproj_cancel_new(&call.cancel, NULL), ANNOPROJ_OK);
    assert_int_equal(write_lock_take(first, NULL, NULL), ANNOPROJ_OK);
    waiters[0] = (waiter){.lock = impatient, .order = order, .next = &next};
    assert_int_equal(bounds_begin(&waiters[0].call, &call, NULL), ANNOPROJ_OK);
    assert_int_equal(pthread_create(&waiters[0].thread, NULL, wait_main, &waiters[0]), 0);
    wait_for_length(first, 1);
    start(&waiters[1], patient, 1, order, &next, INT64_MAX);
    wait_for_length(first, 2);
    assert_int_equal(annoproj_cancel_trigger(call.cancel, NULL), ANNOPROJ_OK);
    pthread_join(waiters[0].thread, NULL);
    assert_int_equal(waiters[0].status, ANNOPROJ_CANCELLED);
    assert_int_equal(write_lock_waiting(first), 1);
    write_lock_leave(first);
    pthread_join(waiters[1].thread, NULL);
    assert_int_equal(waiters[1].status, ANNOPROJ_OK);
    assert_int_equal(next, 1);
    bounds_end(&waiters[0].call);
    annoproj_cancel_free(call.cancel);
    write_lock_close(first);
    write_lock_close(impatient);
    write_lock_close(patient);
}

/* A process that waits first in line, then is killed or stopped; it has its own program state, so it is forked before. */
static pid_t wait_in_child(const write_lock *any) {
    int before = write_lock_waiting(any);
    pid_t child = fork();
    if (child == 0) {
        write_lock *lock = NULL;
        if (write_lock_open(side, 0600, &lock, NULL) == ANNOPROJ_OK) {
            write_lock_take(lock, NULL, NULL);
        }
        _exit(0);
    }
    wait_for_length(any, before + 1);
    return child;
}

static void test_the_first_in_line_dies(void **unused) {
    (void)unused;
    write_lock *first = enter(), *second = enter();
    waiter behind;
    int order[1], next = 0, status = 0;
    assert_int_equal(write_lock_take(first, NULL, NULL), ANNOPROJ_OK);
    pid_t child = wait_in_child(first);
    start(&behind, second, 1, order, &next, INT64_MAX);
    wait_for_length(first, 2);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(write_lock_waiting(first), 2); /* its ticket is still there */
    write_lock_leave(first);
    pthread_join(behind.thread, NULL);
    assert_int_equal(behind.status, ANNOPROJ_OK);
    assert_int_equal(write_lock_waiting(first), 0);
    write_lock_close(first);
    write_lock_close(second);
}

static void test_the_first_in_line_stands_still(void **unused) {
    (void)unused;
    write_lock *first = enter(), *second = enter();
    waiter behind;
    int order[1], next = 0, status = 0;
    assert_int_equal(write_lock_take(first, NULL, NULL), ANNOPROJ_OK);
    pid_t child = wait_in_child(first);
    assert_int_equal(kill(child, SIGSTOP), 0);
    assert_int_equal(waitpid(child, &status, WUNTRACED), child);
    assert_true(WIFSTOPPED(status));
    start(&behind, second, 1, order, &next, INT64_MAX);
    wait_for_length(first, 2);
    write_lock_leave(first);
    pthread_join(behind.thread, NULL); /* overtakes it */
    assert_int_equal(behind.status, ANNOPROJ_OK);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    write_lock_close(first);
    write_lock_close(second);
}

static void test_who_is_there(void **unused) {
    (void)unused;
    write_lock *first = enter();
    assert_false(write_lock_shared(first));
    write_lock *second = enter();
    assert_true(write_lock_shared(first));
    assert_true(write_lock_shared(second));
    write_lock_close(second);
    assert_false(write_lock_shared(first));
    write_lock_close(first);
}

/* More than the line has places for: the lock is theirs all the same. */
static void test_more_than_the_line_holds(void **unused) {
    (void)unused;
    write_lock *locks[70];
    for (int i = 0; i < 70; i++) {
        locks[i] = enter();
    }
    for (int i = 0; i < 70; i++) {
        bounds soon = {.until_us = monotonic_us()};
        assert_int_equal(write_lock_take(locks[i], NULL, NULL), ANNOPROJ_OK);
        assert_int_equal(write_lock_take(locks[(i + 1) % 70], &soon, NULL), ANNOPROJ_TIMEOUT);
        write_lock_leave(locks[i]);
    }
    for (int i = 0; i < 70; i++) {
        write_lock_close(locks[i]);
    }
}

#define WITH_FILE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_FILE(test_in_order),
        WITH_FILE(test_giving_up_in_line),
        WITH_FILE(test_the_first_in_line_dies),
        WITH_FILE(test_the_first_in_line_stands_still),
        WITH_FILE(test_who_is_there),
        WITH_FILE(test_more_than_the_line_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
