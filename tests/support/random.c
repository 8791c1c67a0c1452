/* Seeded random numbers (SplitMix64), so that a failing run can be repeated: TEST_SEED=n. */
#include "support.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint64_t state;
static bool seeded;

static void seed(void) {
    const char *given = getenv("TEST_SEED");
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    state = given ? strtoull(given, NULL, 10) : (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
    seeded = true;
    printf("TEST_SEED=%" PRIu64 "\n", state);
}

uint64_t random_next(void) {
    if (!seeded) {
        seed();
    }
    state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t mixed = (state ^ (state >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ (mixed >> 31);
}

uint64_t random_below(uint64_t bound) {
    return bound ? random_next() % bound : 0;
}
