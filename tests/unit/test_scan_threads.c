/* Scans with worker threads: many at once give what one alone gives, also when the readers run out, and while events
 * are appended; a cancelled or late call ends all its lanes. */
#include "event_support.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "scan.h"
#include "segment.h"

enum { SEGMENTS = 20, THREADS = 10, ROUNDS = 3 };

static log_store *logs;
static int64_t submits, spent;

static const scan_part parts[] = {
    {.kinds = {EVENT_TASK_SUBMIT}, .group = SCAN_BY_ACTOR | SCAN_BY_KIND},
    {.kinds = {EVENT_TIME_SPENT}, .pieces = true, .group = SCAN_BY_TASK, .sums = SCAN_DURATION},
};

static int set_up(void **state) {
    (void)state;
    enum { COUNT = SEGMENTS * SEGMENT_EVENTS + 7 };
    event_maker maker = {.now_us = 1700000000000000, .tasks = 70000, .users = 40, .classes = 12, .stages = 4};
    event *all = calloc(COUNT, sizeof *all);
    make_events(&maker, all, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        submits += all[i].kind == EVENT_TASK_SUBMIT;
        spent += all[i].kind == EVENT_TIME_SPENT ? all[i].duration_us : 0;
    }
    logs = log_store_new("lanes");
    log_append(logs, 5, all, COUNT);
    free(all);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    log_store_free(logs);
    return 0;
}

static bool scan_once(const bounds *limits, annoproj_status *status) {
    annoproj_error *error = NULL;
    reader own;
    scan_result result = {0};
    int64_t counted = 0, added = 0;
    *status = store_read_begin(logs->store, limits, &own, &error);
    if (*status == ANNOPROJ_OK) {
        const scan_request ask = {.database = own.database,
                                  .bounds = limits,
                                  .project = 5,
                                  .after = INT64_MIN,
                                  .before = INT64_MAX,
                                  .parts = parts,
                                  .part_count = 2,
                                  .store = logs->store,
                                  .no_summaries = true};
        *status = scan_run(&ask, &result, &error);
        store_read_end(&own);
    }
    for (size_t i = 0; i < result.count; i++) {
        counted += result.cells[i].part == 0 ? result.cells[i].count : 0;
        added += result.cells[i].part == 1 ? result.cells[i].duration_us : 0;
    }
    scan_release(&result);
    annoproj_error_free(error);
    return counted == submits && added == spent;
}

static void *scan_many(void *argument) {
    int64_t *wrong = argument;
    for (int round = 0; round < ROUNDS; round++) {
        annoproj_status status;
        bool same = scan_once(&logs->bounds, &status);
        *wrong += !same || status != ANNOPROJ_OK;
    }
    return NULL;
}

static void test_many_at_once(void **state) {
    (void)state;
    pthread_t threads[THREADS];
    int64_t wrong[THREADS] = {0};
    event_maker maker = {.now_us = 1800000000000000, .tasks = 5, .users = 4, .classes = 2, .stages = 2};
    event more[500];
    make_events(&maker, more, 500);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, scan_many, &wrong[i]), 0);
    }
    for (int i = 0; i < 100; i++) {
        log_append(logs, 6, more, 500); /* another project grows and is sealed meanwhile */
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(wrong[i], 0);
    }
}

static void test_limits(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_cancel *cancel = NULL;
    annoproj_status status;
    bounds limits;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    assert_ok(annoproj_cancel_new(&cancel, &error), error);
    call.cancel = cancel;
    assert_ok(bounds_begin(&limits, &call, &error), error);
    assert_true(scan_once(&limits, &status));
    assert_int_equal(status, ANNOPROJ_OK);
    assert_ok(annoproj_cancel_trigger(cancel, &error), error);
    scan_once(&limits, &status);
    assert_int_equal(status, ANNOPROJ_CANCELLED);
    bounds_end(&limits);
    annoproj_cancel_free(cancel);
    limits = logs->bounds;
    limits.until_us = monotonic_us() - 1;
    scan_once(&limits, &status);
    assert_int_equal(status, ANNOPROJ_TIMEOUT);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_many_at_once), cmocka_unit_test(test_limits)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
