/* Power cuts. A team works on a store while the simulated disk records; then the power goes at random moments of the
 * recording, again and again, and each time the store is opened from what is left:
 *
 *   - It opens, and is byte for byte what it was after one of the commands: the last acknowledged one, or the one that was
 *     under way. So nothing acknowledged is lost and nothing is half done.
 *   - integrity_check, foreign_key_check and every recomputation of annoproj_store_check find nothing. (Equal bytes have
 *     equal answers, so each different image is checked once, and some again.)
 *   - The command that was under way, repeated with its request key, has the outcome it had, once, and the store then is
 *     what it was after it.
 *   - Sometimes the power goes again while that happens.
 *
 * POWER_CUTS=n sets the number of cuts, TEST_SEED=n repeats a run. Two processes share the work. */
#include "workload_support.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "disk.h"

#define CUTS_USUALLY 40000
#define PROCESSES    2
#define STEPS        120

/* What the disk recorded, and what was true when. */
typedef struct step_made {
    size_t kind, begun, ended; /* positions in the recording */
    int64_t number;
    annoproj_status status;
    uint64_t image, content; /* after it: of the pages, of the rows */
    bool checked;            /* this image was looked through */
} step_made;

typedef struct history {
    world of;
    disk_recording *recording;
    step_made steps[STEPS + 1]; /* [0]: the store as it was at the beginning */
    size_t count;
    bool relaxed;
} history;

typedef struct tally {
    int64_t cuts, kept_less, retries, again, checks, images;
    double started;
} tally;

static char *work_folder, *left_folder, *again_folder, work_path[600], left_path[600], again_path[600];
static tally sum;

static void remember(history *of, size_t kind, size_t begun, annoproj_status status) {
    step_made *one = &of->steps[of->count];
    *one = (step_made){.kind = kind,
                       .begun = begun,
                       .ended = disk_position(),
                       .number = (int64_t)of->count,
                       .status = status,
                       .image = store_image(work_path),
                       .content = store_content(work_path)};
    of->count++;
}

static annoproj_call keyed(int64_t number, char key[24]) {
    annoproj_call call = ANNOPROJ_CALL_INIT;
    snprintf(key, 24, "step-%" PRId64, number);
    call.request_key = key;
    return call;
}

static size_t draw_kind(size_t before) {
    if (before == world_step_named("detach")) {
        return world_step_named("attach");
    }
    size_t kind = random_below(world_step_count);
    return kind == world_step_named("detach") && random_below(4) > 0 ? 0 : kind;
}

static bool may_happen(annoproj_status status) {
    return status == ANNOPROJ_OK || status == ANNOPROJ_NONE || status == ANNOPROJ_STATE ||
           status == ANNOPROJ_CONFLICT || status == ANNOPROJ_NOT_FOUND || status == ANNOPROJ_PERMISSION ||
           status == ANNOPROJ_EXISTS || status == ANNOPROJ_INVALID;
}

/* The team works. Closing in between folds the log into the file. */
static void work(history *of, int32_t page_size, const char *only) {
    annoproj_error *error = NULL;
    size_t kind = 0;
    remove_store_files(work_path);
    world_make(&of->of, work_path, page_size);
    disk_watch(work_folder);
    disk_record();
    of->count = 0;
    assert_ok(world_open(&of->of, work_path, of->relaxed, &error), error);
    remember(of, 0, 0, ANNOPROJ_OK);
    of->steps[0].ended = 0;
    while (of->count < (only != NULL ? 3 : STEPS)) {
        char key[24];
        annoproj_call call = keyed((int64_t)of->count, key);
        kind = only != NULL ? world_step_named(only) : draw_kind(kind);
        size_t begun = disk_position();
        annoproj_status status = world_run(&of->of, kind, (int64_t)of->count, &call, &error);
        if (!may_happen(status)) {
            fail_msg("step %zu, %s: %s: %s", of->count, world_steps[kind].name, annoproj_status_name(status),
                     annoproj_error_message(error));
        }
        annoproj_error_free(error);
        error = NULL;
        remember(of, kind, begun, status);
        if (random_below(40) == 0) {
            assert_ok(world_close(&of->of, &error), error);
            assert_ok(world_open(&of->of, work_path, of->relaxed, &error), error);
        }
    }
    if (random_below(2) == 0) {
        assert_ok(world_close(&of->of, &error), error);
        of->recording = disk_recording_take();
    } else {
        of->recording = disk_recording_take();
        assert_ok(world_close(&of->of, &error), error);
    }
    disk_unwatch();
}

/* The state that the image is, from `least` on, but not before; -1 when it is none of them. */
static int64_t find_state(const history *of, uint64_t image, size_t least, size_t most) {
    for (size_t i = most + 1; i-- > least;) {
        if (of->steps[i].image == image) {
            return (int64_t)i;
        }
    }
    return -1;
}

static int64_t differences(history *of) {
    annoproj_error *error = NULL;
    if (of->of.host == NULL) {
        assert_ok(world_enter(&of->of, &error), error);
    }
    return world_differences(&of->of);
}

static void look_through(history *of, int64_t found) {
    if (!of->steps[found].checked || random_below(64) == 0) {
        assert_int_equal(differences(of), 0);
        sum.images += !of->steps[found].checked;
        for (size_t i = 0; i < of->count; i++) {
            of->steps[i].checked |= of->steps[i].image == of->steps[found].image;
        }
        sum.checks++;
    }
}

typedef struct moment {
    const history *of;
    size_t position, acknowledged, begun; /* states: at least the first, at most the second */
    disk_style style;
    uint64_t seed;
} moment;

static _Noreturn void complain(const moment *at, const char *what, const char *more) {
    print_error("power cut at operation %zu of %zu (%s), style %d, seed %" PRIu64
                ", between states %zu and %zu (%s): %s %s\n",
                at->position, disk_recording_length(at->of->recording),
                disk_recording_describe(at->of->recording, at->position), (int)at->style, at->seed, at->acknowledged,
                at->begun, world_steps[at->of->steps[at->begun].kind].name, what, more);
    _fail(__FILE__, __LINE__);
    abort();
}

static void open_left(history *of, const moment *at, const char *path) {
    annoproj_error *error = NULL;
    if (world_open_store(&of->of, path, of->relaxed, &error) != ANNOPROJ_OK) {
        complain(at, "the store does not open:", annoproj_error_message(error));
    }
}

static void close_left(history *of, const moment *at) {
    annoproj_error *error = NULL;
    if (world_close(&of->of, &error) != ANNOPROJ_OK) {
        complain(at, "the store does not close:", annoproj_error_message(error));
    }
}

static int64_t must_be_a_state(const moment *at, uint64_t image, size_t least, size_t most, const char *when) {
    int64_t found = find_state(at->of, image, least, most);
    if (found < 0) {
        int64_t other = find_state(at->of, image, 0, at->of->count - 1);
        char text[80];
        snprintf(text, sizeof text, other < 0 ? "%s: half a change" : "%s: state %lld", when, (long long)other);
        complain(at, "acknowledged changes are lost or the store is none of its states,", text);
    }
    return found;
}

/* The command that was under way, once more with its key. */
static void repeat(history *of, const moment *at, const char *path) {
    char key[24];
    annoproj_error *error = NULL;
    const step_made *step = &of->steps[at->begun];
    annoproj_call call = keyed(step->number, key);
    if (at->begun == at->acknowledged) {
        return;
    }
    if (of->of.host == NULL) {
        assert_ok(world_enter(&of->of, &error), error);
    }
    annoproj_status status = world_run(&of->of, step->kind, step->number, &call, &error);
    annoproj_error_free(error);
    if (status != step->status) {
        complain(at, "repeated, the command ended otherwise:", annoproj_status_name(status));
    }
    if (store_content(path) != step->content) {
        complain(at, "repeated, the command left something else", "");
    }
    if (random_below(4) == 0) {
        assert_int_equal(differences(of), 0);
    }
    sum.retries++;
}

/* The pages of a command that ran anew may lie elsewhere; its rows are the same. */
static void must_be_content(history *of, const moment *at, uint64_t content, size_t least) {
    for (size_t i = least; i <= at->begun; i++) {
        if (of->steps[i].content == content) {
            if (random_below(8) == 0) {
                assert_int_equal(differences(of), 0);
            }
            return;
        }
    }
    complain(at, "cut again: the store is none of its states", "");
}

/* Opened, perhaps repeated, closed; the power goes while that happens. */
static void cut_again(history *of, moment *at, size_t least) {
    bool with_repeat = !of->relaxed && random_below(2) == 0;
    disk_watch(left_folder);
    disk_record();
    open_left(of, at, left_path);
    if (with_repeat) {
        repeat(of, at, left_path);
    }
    if (random_below(2) == 0) {
        close_left(of, at);
    }
    disk_recording *recording = disk_recording_take();
    if (of->of.store != NULL) {
        close_left(of, at);
    }
    disk_unwatch();
    disk_player *player = disk_player_new(recording, false, random_next());
    size_t length = disk_recording_length(recording);
    for (size_t i = 1; i <= 4 && length > 0; i++) {
        disk_player_go(player, length * i / 4 - random_below(length / 4 + 1));
        disk_player_cut(player, (disk_style)random_below(DISK_STYLES), random_next(), again_folder);
        open_left(of, at, again_path);
        must_be_content(of, at, store_content(again_path), least);
        close_left(of, at);
        sum.again++;
    }
    disk_player_free(player);
    disk_recording_free(recording);
}

static void cut(history *of, disk_player *player, size_t position) {
    moment at = {.of = of, .position = position, .style = (disk_style)random_below(DISK_STYLES), .seed = random_next()};
    for (size_t i = 0; i < of->count && of->steps[i].begun <= position; i++) {
        at.acknowledged = of->steps[i].ended <= position ? i : at.acknowledged;
        at.begun = i;
    }
    size_t least = of->relaxed ? 0 : at.acknowledged;
    disk_player_cut(player, at.style, at.seed, left_folder);
    sum.cuts++;
    if (random_below(48) == 0) {
        cut_again(of, &at, least);
        return;
    }
    open_left(of, &at, left_path);
    int64_t found = must_be_a_state(&at, open_store_image(of->of.store), least, at.begun, "opened");
    sum.kept_less += (size_t)found < at.acknowledged;
    look_through(of, found);
    if (!of->relaxed && random_below(12) == 0) {
        repeat(of, &at, left_path);
    }
    close_left(of, &at);
}

static void cut_history(history *of, size_t cuts) {
    size_t length = disk_recording_length(of->recording);
    disk_player *player = disk_player_new(of->recording, false, random_next());
    for (size_t i = 1; i <= cuts; i++) {
        size_t position = length * i / cuts - random_below(length / cuts + 1);
        disk_player_go(player, position);
        cut(of, player, position);
    }
    disk_player_free(player);
    disk_recording_free(of->recording);
    world_free(&of->of);
}

static void one_round(bool relaxed, int32_t page_size, const char *only, size_t cuts) {
    static history of;
    memset(&of, 0, sizeof of);
    of.relaxed = relaxed;
    work(&of, page_size, only);
    cut_history(&of, cuts);
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void begin(void) {
    memset(&sum, 0, sizeof sum);
    sum.started = seconds();
}

static void say(const char *name) {
    print_message("%s, %.1f s: %" PRId64 " power cuts, %" PRId64 " in a recovery; 0 lost acknowledged, 0 half; %" PRId64
                  " repeated commands; %" PRId64 " different stores, %" PRId64 " full checks\n",
                  name, seconds() - sum.started, sum.cuts, sum.again, sum.retries, sum.images, sum.checks);
}

static size_t cuts_wanted(void) {
    const char *given = getenv("POWER_CUTS");
    return (given != NULL ? strtoul(given, NULL, 10) : CUTS_USUALLY) / PROCESSES;
}

static void test_nothing_is_lost(void **state) {
    /* Small pages make small files, so most cuts are of those; with large ones the log is checkpointed in between. */
    static const struct {
        int32_t page_size;
        size_t cuts;
    } rounds[] = {{512, 1500}, {1024, 1500}, {4096, 500}, {512, 1500}, {1024, 1500}, {0, 500}};
    (void)state;
    begin();
    size_t wanted = cuts_wanted();
    for (size_t round = 0; (size_t)sum.cuts < wanted; round++) {
        size_t left = wanted - (size_t)sum.cuts;
        size_t here = rounds[round % 6].cuts;
        one_round(false, rounds[round % 6].page_size, NULL, left < here ? left : here);
    }
    say("commands");
    assert_true(sum.retries > 0);
    assert_true(sum.again > 0);
}

/* 16,500 tasks in one command: a segment is sealed. Large, so few. */
static void test_a_sealing(void **state) {
    (void)state;
    begin();
    one_round(false, 4096, "seal", cuts_wanted() / 1000 + 10);
    say("sealing");
}

/* Relaxed durability may lose the last commits, and does, but nothing else. */
static void test_relaxed_is_never_broken(void **state) {
    (void)state;
    begin();
    one_round(true, 1024, NULL, cuts_wanted() / 20 + 100);
    print_message("relaxed, %.1f s: %" PRId64 " power cuts, %" PRId64 " lost acknowledged, 0 broken\n",
                  seconds() - sum.started, sum.cuts, sum.kept_less);
    assert_true(sum.kept_less > 0);
}

static int run(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_lost),
        cmocka_unit_test(test_a_sealing),
        cmocka_unit_test(test_relaxed_is_never_broken),
    };
    random_next();
    scratch_in_memory();
    work_folder = scratch_path("work");
    left_folder = scratch_path("left");
    again_folder = scratch_path("again");
    if (mkdir(work_folder, 0700) != 0 || mkdir(left_folder, 0700) != 0 || mkdir(again_folder, 0700) != 0) {
        return 1;
    }
    snprintf(work_path, sizeof work_path, "%s/store.annoproj", work_folder);
    snprintf(left_path, sizeof left_path, "%s/store.annoproj", left_folder);
    snprintf(again_path, sizeof again_path, "%s/store.annoproj", again_folder);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(work_folder);
    free(left_folder);
    free(again_folder);
    return failed;
}

/* This program again, with a seed of its own. */
static pid_t start(const char *program, uint64_t seed) {
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, seed);
    pid_t child = fork();
    if (child == 0) {
        setenv("TEST_SEED", text, 1);
        execl(program, program, "one", (char *)NULL);
        _exit(127);
    }
    return child;
}

int main(int argc, char **argv) {
    int failed = 0;
    if (argc > 1) {
        return run();
    }
    uint64_t seed = random_next() >> 1;
    const char *given = getenv("TEST_SEED");
    for (int i = 0; i < PROCESSES; i++) {
        failed |= start(argv[0], (given != NULL ? (uint64_t)strtoull(given, NULL, 10) : seed) + (uint64_t)i) < 0;
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status = -1;
        failed |= wait(&status) < 0 || status != 0;
    }
    return failed;
}
