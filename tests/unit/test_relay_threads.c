/* Blocks handed on from thread to thread: all of them, in order, each used before its room is filled again; a failure on either side
 * ends the relay with what came first in the order of the blocks. With two threads and with one. */
#include "support.h"

#include <stdlib.h>

#include "failure.h"
#include "relay.h"

typedef struct race {
    size_t count;                 /* blocks to make */
    size_t make_fails, use_fails; /* at that one, from 0 */
    bool slow_maker, slow_user;   /* some blocks take longer */
    size_t blocks[RELAY_BLOCKS];
    size_t used;
    uint64_t made_state, used_state;
} race;

#define NEVER SIZE_MAX

/* Takes a while now and then. */
static void work(uint64_t *state, bool slow) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    for (volatile uint64_t i = slow ? *state >> 54 : 0; i > 0; i--) {
    }
}

static annoproj_status make(void *data, relay *to, annoproj_error **error) {
    race *of = data;
    for (size_t i = 0; i < of->count; i++) {
        if (i == of->make_fails) {
            return fail(error, ANNOPROJ_IO, "block %zu", i);
        }
        work(&of->made_state, of->slow_maker);
        of->blocks[relay_room(to)] = i;
        relay_hand_on(to);
    }
    return ANNOPROJ_OK;
}

static annoproj_status use(void *data, size_t block, annoproj_error **error) {
    race *of = data;
    const size_t number = of->used++;
    if (of->blocks[block] != number) {
        return fail(error, ANNOPROJ_INTERNAL, "block %zu instead of %zu", of->blocks[block], number);
    }
    if (number == of->use_fails) {
        return fail(error, ANNOPROJ_CORRUPT, "block %zu", number);
    }
    work(&of->used_state, of->slow_user);
    return of->blocks[block] == number
               ? ANNOPROJ_OK
               : fail(error, ANNOPROJ_INTERNAL, "block %zu was filled while it was used", number);
}

static race race_of(size_t count) {
    return (race){.count = count,
                  .make_fails = NEVER,
                  .use_fails = NEVER,
                  .slow_maker = random_below(2) == 0,
                  .slow_user = random_below(2) == 0,
                  .made_state = random_next(),
                  .used_state = random_next()};
}

static void expect(annoproj_status status, bool two, race *of, size_t used) {
    annoproj_error *error = NULL;
    assert_status(status, relay_run(two, make, use, of, &error), error);
    assert_int_equal(of->used, used);
    of->used = 0;
    assert_int_equal(relay_run(two, make, use, of, NULL), status); /* an error is not asked for */
}

static void test_all_in_order(void **state) {
    (void)state;
    for (int round = 0; round < 400; round++) {
        race of = race_of(round < 20 ? (size_t)round : random_below(300));
        expect(ANNOPROJ_OK, round % 4 != 0, &of, of.count);
    }
}

static void test_failures(void **state) {
    (void)state;
    for (int round = 0; round < 400; round++) {
        const bool two = round % 4 != 0;
        race of = race_of(1 + random_below(100));
        const size_t early = random_below(of.count), late = early + random_below(of.count - early);
        of.make_fails = early;
        expect(ANNOPROJ_IO, two, &of, early);
        of.used = 0;
        of.use_fails = late; /* never made */
        expect(ANNOPROJ_IO, two, &of, early);
        of.used = 0;
        of.use_fails = early;
        of.make_fails = late + 1; /* whoever of the two comes first in time */
        expect(ANNOPROJ_CORRUPT, two, &of, early + 1);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_in_order), cmocka_unit_test(test_failures)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
