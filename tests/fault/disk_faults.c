/* The n-th operation on the disk fails, for every n: it cannot be done (EIO), there is no room (ENOSPC), a file ends too
 * early; once, or from then on. For each command:
 *
 *   - The status is the one that is documented for it, and when it is not OK, the store is what it was; when it is, what it
 *     should be. COMMIT_UNKNOWN comes only while the disk goes on failing, at a write or a sync of the log.
 *   - That is true also if the power goes right after the call returned, and an fsync that failed loses what it likes.
 *   - With the disk well again the same handles work: the command, repeated with its request key, succeeds, once.
 *   - Closed and opened again the store has the outcome, and the full check finds nothing. */
#include "workload_support.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk.h"

#define MOST 4000 /* operations of one command */

static char *work_folder, *left_folder, work_path[600], left_path[600], base_path[600];
static world of;
static const annoproj_call with_key = {sizeof(annoproj_call), 0, NULL, "fault", NULL, NULL};

static const char *const fault_names[] = {"none", "error", "full", "short read"};

/* --- one command ----------------------------------------------------------------------------------------------- */

typedef struct scenario {
    const char *step;
    const char *before[4]; /* steps that make it possible */
    size_t stride;         /* look at every stride-th operation */
} scenario;

static const scenario scenarios[] = {
    {"start_next", {NULL}, 1},
    {"put_labels", {NULL}, 1},
    {"submit", {"put_labels"}, 1},
    {"approve", {"put_labels", "submit"}, 1},
    {"reject", {"put_labels", "submit"}, 1},
    {"report_time", {NULL}, 1},
    {"issue", {NULL}, 1},
    {"import", {NULL}, 1},
    {"add_units", {NULL}, 1},
    {"user", {NULL}, 1},
    {"detach", {NULL}, 1},
    {"seal", {NULL}, 131},
};

typedef struct expected {
    uint64_t before, after;
} expected;

typedef struct tally {
    size_t runs, ok, failed, unknown;
} tally;

static void run_before(const scenario *what) {
    annoproj_error *error = NULL;
    for (size_t i = 0; i < 4 && what->before[i] != NULL; i++) {
        assert_ok(world_run(&of, world_step_named(what->before[i]), 8, NULL, &error), error);
    }
}

static void begin(void) {
    annoproj_error *error = NULL;
    remove_store_files(work_path);
    copy_file(base_path, work_path);
    disk_watch(work_folder);
    assert_ok(world_open(&of, work_path, false, &error), error);
}

static void end(void) {
    annoproj_error *error = NULL;
    assert_ok(world_close(&of, &error), error);
    disk_unwatch();
}

static expected learn(const scenario *what) {
    annoproj_error *error = NULL;
    expected made;
    begin();
    run_before(what);
    made.before = store_content(work_path);
    assert_ok(world_run(&of, world_step_named(what->step), 8, &with_key, &error), error);
    made.after = store_content(work_path);
    end();
    assert_true(made.before != made.after);
    return made;
}

typedef struct attempt {
    const char *name;
    size_t count;
    disk_fault fault;
    bool lasting;
    annoproj_status status;
    char message[400];
} attempt;

static void must(bool holds, const attempt *at, const char *what) {
    if (!holds) {
        fail_msg("%s, operation %zu (%s), %s%s: %s: %s: %s", at->name, at->count, disk_failed_at(),
                 fault_names[at->fault], at->lasting ? " for good" : "", annoproj_status_name(at->status), at->message,
                 what);
    }
}

static void take_status(attempt *at, annoproj_status status, annoproj_error **error) {
    at->status = status;
    snprintf(at->message, sizeof at->message, "%s", annoproj_error_message(*error));
    annoproj_error_free(*error);
    *error = NULL;
}

static bool concerns_log(const char *operation) {
    return (strncmp(operation, "write", 5) == 0 || strncmp(operation, "fsync", 5) == 0) &&
           strstr(operation, "-wal") != NULL;
}

static void judge_status(const attempt *at) {
    annoproj_status usual = at->fault == DISK_FULL ? ANNOPROJ_FULL : ANNOPROJ_IO;
    if (at->status == ANNOPROJ_COMMIT_UNKNOWN) {
        must(at->lasting && concerns_log(disk_failed_at()), at, "the outcome could have been found out");
    } else if (at->fault == DISK_SHORT_READ && at->status == ANNOPROJ_CORRUPT) {
        must(true, at, "");
    } else {
        must(at->status == ANNOPROJ_OK || at->status == usual, at, "not the documented status");
    }
}

static void judge_content(const attempt *at, uint64_t content, const expected *want, const char *what) {
    if (at->status == ANNOPROJ_OK) {
        must(content == want->after, at, what);
    } else if (at->status == ANNOPROJ_COMMIT_UNKNOWN) {
        must(content == want->after || content == want->before, at, what);
    } else {
        must(content == want->before, at, what);
    }
}

static void judge_power_cut(const attempt *at, const expected *want) {
    disk_recording *recording = disk_recording_take();
    disk_player *player = disk_player_new(recording, false);
    disk_player_go(player, disk_recording_length(recording));
    for (int style = 0; style < DISK_STYLES; style++) {
        disk_player_cut(player, style, random_next(), left_folder);
        judge_content(at, store_content(left_path), want, "a power cut afterwards leaves something else");
    }
    disk_player_free(player);
    disk_recording_free(recording);
}

/* False when the fault was not reached any more. */
static bool fail_once(const scenario *what, const expected *want, attempt *at, tally *sum) {
    annoproj_error *error = NULL;
    size_t step = world_step_named(what->step);
    begin();
    run_before(what);
    disk_record();
    disk_fail_at(at->count, at->fault, at->lasting);
    take_status(at, world_run(&of, step, 8, &with_key, &error), &error);
    bool reached = disk_failed_at() != NULL;
    disk_fail_at(0, DISK_NO_FAULT, false);
    if (!reached) {
        disk_recording_free(disk_recording_take());
        must(at->status == ANNOPROJ_OK, at, "failed without a fault");
        end();
        return false;
    }
    sum->runs++;
    sum->ok += at->status == ANNOPROJ_OK;
    sum->unknown += at->status == ANNOPROJ_COMMIT_UNKNOWN;
    sum->failed += at->status < 0;
    judge_status(at);
    judge_content(at, store_content(work_path), want, "the store is something else now");
    judge_power_cut(at, want);
    take_status(at, world_run(&of, step, 8, &with_key, &error), &error);
    must(at->status == ANNOPROJ_OK, at, "repeated on the sound disk it fails");
    must(store_content(work_path) == want->after, at, "repeated it leaves something else");
    take_status(at, world_close(&of, &error), &error);
    must(at->status == ANNOPROJ_OK, at, "the store does not close");
    take_status(at, world_open(&of, work_path, false, &error), &error);
    must(at->status == ANNOPROJ_OK, at, "the store does not open again");
    must(store_content(work_path) == want->after, at, "opened again it is something else");
    must(random_below(4) > 0 || world_differences(&of) == 0, at, "the check finds something");
    end();
    return true;
}

static void test_commands(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
        const scenario *what = &scenarios[i];
        expected want = learn(what);
        tally sum = {0};
        for (int fault = DISK_ERROR; fault <= DISK_SHORT_READ; fault++) {
            for (int lasting = 0; lasting < 2; lasting++) {
                bool reached = true;
                for (size_t count = 1; reached && count <= MOST; count += what->stride) {
                    attempt at = {.name = what->step, .count = count, .fault = fault, .lasting = lasting != 0};
                    reached = fail_once(what, &want, &at, &sum);
                }
            }
        }
        print_message("%-12s %4zu faults: %zu failed (%zu outcome unknown), %zu done all the same\n", what->step,
                      sum.runs, sum.failed, sum.unknown, sum.ok);
        assert_true(sum.runs > 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands),
    };
    random_next();
    work_folder = scratch_path("work");
    left_folder = scratch_path("left");
    if (mkdir(work_folder, 0700) != 0 || mkdir(left_folder, 0700) != 0) {
        return 1;
    }
    snprintf(work_path, sizeof work_path, "%s/store.annoproj", work_folder);
    snprintf(left_path, sizeof left_path, "%s/store.annoproj", left_folder);
    char *base = scratch_path("base.annoproj");
    snprintf(base_path, sizeof base_path, "%s", base);
    free(base);
    world_make(&of, base_path, 1024);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    world_free(&of);
    free(work_folder);
    free(left_folder);
    return failed;
}
