/* Walks through events, with one thread and with two: exactly the events asked for, in their order, of sealed segments and the tail;
 * many walks at once; a call's end, a damaged segment and failing memory end a walk. */
#include "event_support.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "event_walk.h"
#include "memory_support.h"
#include "segment.h"

enum { SEGMENTS = 10, COUNT = SEGMENTS * SEGMENT_EVENTS + 77, PROJECT = 5 };

static log_store *logs;
static event *all;

#define EVERY_COLUMN (ALL_COLUMNS & ~EVENT_WALK_COLUMN(COLUMN_KIND))

static int set_up(void **state) {
    (void)state;
    event_maker maker = {.now_us = 1700000000000000, .tasks = 70000, .users = 40, .classes = 12, .stages = 4};
    memory_watch();
    all = calloc(COUNT, sizeof *all);
    make_events(&maker, all, COUNT);
    all[3 * SEGMENT_EVENTS + 5].kind =
        200; /* two bytes would be needed for kinds of this segment if it were any larger */
    logs = log_store_new("walk");
    log_append(logs, PROJECT, all, COUNT);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    log_store_free(logs);
    free(all);
    return 0;
}

/* A walk that looks at what it meets. */
typedef struct meeting {
    const event_walk *walk;
    size_t next; /* of all events */
    int64_t met, wrong, foreseen;
} meeting;

static bool is_wanted(const event_walk *walk, const event *one) {
    const int32_t *kind = walk->kinds;
    while (*kind != 0 && *kind != one->kind) {
        kind++;
    }
    return *kind != 0;
}

/* As the walk shows it: only what was asked for is filled in. */
static event shown(const event_walk *walk, const event *one) {
    event out = {.kind = one->kind};
    for (int column = 1; column <= COLUMN_COUNT; column++) {
        if ((walk->columns >> column & 1) != 0) {
            event_set(&out, column, event_get(one, column));
        }
    }
    return out;
}

static void meet(void *data, const event *one) {
    meeting *at = data;
    while (at->next < COUNT && !is_wanted(at->walk, &all[at->next])) {
        at->next++;
    }
    if (at->next == COUNT) {
        at->wrong++;
        return;
    }
    const event wanted = shown(at->walk, &all[at->next++]);
    for (int column = 1; column <= COLUMN_COUNT; column++) {
        at->wrong += event_get(&wanted, column) != event_get(one, column);
    }
    at->met++;
}

static void foresee(void *data, const event *one) {
    (void)one;
    ((meeting *)data)->foreseen++;
}

static annoproj_status walk_with(store *of, const bounds *limits, const int32_t *kinds, uint32_t columns, meeting *at,
                                 annoproj_error **error) {
    reader own;
    *at = (meeting){.next = 0};
    annoproj_status status = store_read_begin(logs->store, limits, &own, error);
    if (status == ANNOPROJ_OK) {
        const event_walk walk = {.database = own.database,
                                 .store = of,
                                 .bounds = limits,
                                 .project = PROJECT,
                                 .kinds = kinds,
                                 .columns = columns,
                                 .after = INT64_MIN,
                                 .before = INT64_MAX,
                                 .visit = meet,
                                 .foresee = foresee,
                                 .data = at};
        at->walk = &walk;
        status = event_walk_run(&walk, error);
        at->walk = NULL;
        store_read_end(&own);
    }
    return status;
}

static const int32_t few[] = {EVENT_TASK_SUBMIT, EVENT_TASK_REJECT, 0}, none[] = {EVENT_BRANCH_CREATE, 0},
                     many[] = {EVENT_TASK_ASSIGN,   EVENT_TASK_SUBMIT, EVENT_TIME_SPENT,   EVENT_LABEL_CREATE,
                               EVENT_ANSWER_CREATE, EVENT_LABEL_PUT,   EVENT_LABEL_SUBMIT, 0};

static int64_t count_of(const int32_t *kinds) {
    const event_walk walk = {.kinds = kinds};
    int64_t count = 0;
    for (size_t i = 0; i < COUNT; i++) {
        count += is_wanted(&walk, &all[i]);
    }
    return count;
}

/* Without a store the calling thread does all of it; with one there are as many as processors. */
static void test_what_was_asked_for(void **state) {
    (void)state;
    const int32_t *const kinds[] = {few, many, none};
    const uint32_t columns[] = {0, EVERY_COLUMN, EVENT_WALK_COLUMN(COLUMN_TASK) | EVENT_WALK_COLUMN(COLUMN_STAGE)};
    for (size_t i = 0; i < 3 * 3 * 3; i++) { /* three times: the cache fills meanwhile */
        annoproj_error *error = NULL;
        meeting at;
        const int32_t *wanted = kinds[i % 3];
        assert_ok(walk_with(i % 2 == 0 ? logs->store : NULL, &logs->bounds, wanted, columns[i / 3 % 3], &at, &error),
                  error);
        assert_int_equal(at.wrong, 0);
        assert_int_equal(at.met, count_of(wanted));
        assert_int_equal(at.foreseen, at.met);
    }
}

enum { THREADS = 6, ROUNDS = 1 };

static void *walk_many(void *argument) {
    int64_t *wrong = argument;
    for (int round = 0; round < ROUNDS; round++) {
        meeting at;
        *wrong += walk_with(logs->store, &logs->bounds, few, EVERY_COLUMN, &at, NULL) != ANNOPROJ_OK;
        *wrong += at.wrong;
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
        assert_int_equal(pthread_create(&threads[i], NULL, walk_many, &wrong[i]), 0);
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
    annoproj_call call = ANNOPROJ_CALL_INIT;
    meeting at;
    bounds limits;
    assert_ok(annoproj_cancel_new(&cancel, &error), error);
    call.cancel = cancel;
    assert_ok(bounds_begin(&limits, &call, &error), error);
    assert_ok(walk_with(logs->store, &limits, few, 0, &at, &error), error);
    assert_ok(annoproj_cancel_trigger(cancel, &error), error);
    assert_status(ANNOPROJ_CANCELLED, walk_with(logs->store, &limits, few, 0, &at, &error), error);
    bounds_end(&limits);
    annoproj_cancel_free(cancel);
    limits = logs->bounds;
    limits.until_us = monotonic_us() - 1;
    assert_status(ANNOPROJ_TIMEOUT, walk_with(logs->store, &limits, few, 0, &at, &error), error);
}

static void test_failing_memory(void **state) {
    (void)state;
    for (size_t at = 1, reached = 1; reached; at += 1 + random_below(1 + at / 4)) {
        annoproj_error *error = NULL;
        meeting met;
        memory_fail_at(at);
        const annoproj_status status = walk_with(logs->store, &logs->bounds, few, EVERY_COLUMN, &met, &error);
        reached = memory_has_failed();
        memory_fail_at(0);
        assert_true(status == ANNOPROJ_OK || status == ANNOPROJ_NO_MEMORY); /* the cache does without */
        assert_int_equal(met.wrong, 0);
        if (status == ANNOPROJ_OK) {
            assert_int_equal(met.met, count_of(few));
        }
        annoproj_error_free(error);
    }
}

/* What came before the damage has been visited; it is the last test. */
static void test_damage(void **state) {
    (void)state;
    static const char *const changes[] = {
        "UPDATE event_segment SET checksum = checksum + 1 WHERE id = (5 << 32) + 9",
        "DELETE FROM event_segment WHERE id = (5 << 32) + 7",
    };
    const size_t segments[] = {9, 7};
    for (size_t i = 0; i < 2; i++) {
        annoproj_error *error = NULL;
        meeting at;
        log_damage(logs, changes[i]);
        for (int two = 0; two < 2; two++) {
            assert_status(ANNOPROJ_CORRUPT,
                          walk_with(two ? logs->store : NULL, &logs->bounds, many, EVERY_COLUMN, &at, &error), error);
            assert_int_equal(at.wrong, 0);
            assert_true(at.next > (segments[i] - 1) * SEGMENT_EVENTS && at.next <= segments[i] * SEGMENT_EVENTS);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_asked_for), cmocka_unit_test(test_many_at_once), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_failing_memory),     cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
