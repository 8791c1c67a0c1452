/* The n-th operation on the disk fails, for every n: it cannot be done (EIO), there is no room (ENOSPC), a file ends too
 * early; once, or from then on. For each command:
 *
 *   - The status is the one that is documented for it, and when it is not OK, the store is what it was; when it is, what it
 *     should be. COMMIT_UNKNOWN comes only while the disk goes on failing, at a write or a sync of the log or
 *     a write of its index.
 *   - That is true also if the power goes right after the call returned, and an fsync that failed loses what it likes.
 *   - With the disk well again the same handles work: the command, repeated with its request key, succeeds, once. (A page
 *     that was cut short stays in SQLite's cache: CORRUPT, until the store is opened again.)
 *   - Closed and opened again the store has the outcome, and the full check finds nothing.
 *
 * Every STRIDE-th operation of each command by default, from a random one on; FAULT_STRIDE=1 fails all of them. */
#include "workload_support.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk.h"

#define STRIDE 10
#define MOST   4000 /* operations of one command */

static char *work_folder, *left_folder, work_path[600], left_path[600], base_path[600];
static world of;
static const annoproj_call with_key = {sizeof(annoproj_call), 0, NULL, "fault", NULL, NULL};

static const char *const fault_names[] = {"none", "error", "full", "short read"};

/* --- one command ----------------------------------------------------------------------------------------------- */

typedef struct scenario {
    const char *step;
    const char *before[4]; /* steps that make it possible */
    size_t stride;         /* times the general one */
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
    {"seal", {NULL}, 100},
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

static void judge_status(const attempt *at) {
    annoproj_status usual = at->fault == DISK_FULL ? ANNOPROJ_FULL : ANNOPROJ_IO;
    if (at->status == ANNOPROJ_COMMIT_UNKNOWN) {
        must(at->lasting && (disk_failed_on("write", "-wal") || disk_failed_on("fsync", "-wal") ||
                             disk_failed_on("write", "-shm")),
             at, "the outcome could have been found out");
    } else if (at->status == ANNOPROJ_CORRUPT) {
        /* A copy that cannot be read back is as good as damaged. */
        must(at->fault == DISK_SHORT_READ || strstr(disk_failed_at(), "-copy-") != NULL ||
                 strstr(disk_failed_at(), "-compact-") != NULL,
             at, "nothing is damaged");
    } else if (at->status == ANNOPROJ_READONLY) {
        /* SQLite then opens it for reading only. */
        must(strncmp(disk_failed_at(), "open", 4) == 0, at, "it can be written");
    } else if (at->status == ANNOPROJ_IO && at->fault == DISK_FULL) {
        /* SQLite tries to open the file for reading then, and the reason is gone. */
        must(strncmp(disk_failed_at(), "open", 4) == 0, at, "there was no room");
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
    disk_player *player = disk_player_new(recording, false, random_next());
    disk_player_go(player, disk_recording_length(recording));
    disk_player_cut(player, (disk_style)random_below(DISK_STYLES), random_next(), left_folder);
    judge_content(at, store_content(left_path), want, "a power cut afterwards leaves something else");
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
    bool says_so = at->fault == DISK_SHORT_READ && at->status == ANNOPROJ_CORRUPT;
    must(at->status == ANNOPROJ_OK || says_so, at, "repeated on the sound disk it fails");
    take_status(at, world_close(&of, &error), &error);
    must(at->status == ANNOPROJ_OK, at, "the store does not close");
    take_status(at, world_open(&of, work_path, false, &error), &error);
    must(at->status == ANNOPROJ_OK, at, "the store does not open again");
    if (says_so) {
        take_status(at, world_run(&of, step, 8, &with_key, &error), &error);
        must(at->status == ANNOPROJ_OK, at, "repeated in a store opened anew it fails");
    }
    must(store_content(work_path) == want->after, at, "opened again it is something else");
    must(random_below(4) > 0 || world_differences(&of) == 0, at, "the check finds something");
    end();
    return true;
}

static size_t general_stride(void) {
    const char *given = getenv("FAULT_STRIDE");
    size_t stride = given != NULL ? strtoul(given, NULL, 10) : STRIDE;
    return stride > 0 ? stride : 1;
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
                size_t stride = what->stride * general_stride();
                for (size_t count = 1 + random_below(stride); reached && count <= MOST; count += stride) {
                    attempt at = {
                        .name = what->step, .count = count, .fault = (disk_fault)fault, .lasting = lasting != 0};
                    reached = fail_once(what, &want, &at, &sum);
                }
            }
        }
        print_message("%-12s %4zu faults: %zu failed (%zu outcome unknown), %zu done all the same\n", what->step,
                      sum.runs, sum.failed, sum.unknown, sum.ok);
    }
}

/* --- what is not a command ------------------------------------------------------------------------------------- */

/* Everything about files: the store is the same before and after, whatever happens. `work_path` is a store that is closed,
 * with a log beside it that was never folded. */
typedef annoproj_status (*file_work)(annoproj_error **error);

static annoproj_status open_and_close(annoproj_error **error) {
    annoproj_store *store = NULL;
    annoproj_status status = annoproj_store_open(work_path, NULL, NULL, &store, error);
    return status == ANNOPROJ_OK ? annoproj_store_close(store, NULL, error) : status;
}

static annoproj_status create(annoproj_error **error) {
    char path[640];
    annoproj_store *store = NULL;
    snprintf(path, sizeof path, "%s/new.annoproj", work_folder);
    annoproj_status status = annoproj_store_create(path, NULL, NULL, &store, error);
    if (status != ANNOPROJ_OK) {
        disk_fail_at(0, DISK_NO_FAULT, false);
        /* Nothing is in the way, unless what was begun could not be removed. */
        annoproj_status again = annoproj_store_create(path, NULL, NULL, &store, NULL);
        assert_true(again == ANNOPROJ_OK || (again == ANNOPROJ_EXISTS && disk_failed_on("unlink", "new.annoproj")));
        assert_int_equal(annoproj_store_close(store, NULL, NULL), ANNOPROJ_OK);
    } else {
        status = annoproj_store_close(store, NULL, error);
    }
    disk_fail_at(0, DISK_NO_FAULT, false);
    remove_store_files(path);
    return status;
}

static annoproj_status read_everything(annoproj_error **error) {
    annoproj_table *table = NULL;
    annoproj_stream *stream = NULL;
    annoproj_status status = world_open(&of, work_path, false, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    status = annoproj_task_list(of.host_project, NULL, NULL, &table, error);
    if (status == ANNOPROJ_OK) {
        annoproj_table_free(table);
        status = annoproj_project_overview(of.host_project, NULL, &table, error);
    }
    if (status == ANNOPROJ_OK) {
        annoproj_table_free(table);
        status = annoproj_project_events(of.host_project, 0, NULL, &stream, error);
    }
    if (status == ANNOPROJ_OK) {
        status = annoproj_stream_next(stream, NULL, &table, error);
    }
    if (status == ANNOPROJ_OK) {
        annoproj_table_free(table);
        status = annoproj_store_check(of.host, NULL, NULL, &table, error); /* a page it cannot read is a finding */
    }
    annoproj_table_free(table);
    annoproj_stream_close(stream);
    annoproj_status closed = world_close(&of, NULL);
    return status == ANNOPROJ_OK ? closed : status;
}

/* `path` is written whole or not at all. */
static annoproj_status make_beside(const char *name, annoproj_status (*make)(const char *path, annoproj_error **error),
                                   annoproj_error **error) {
    char path[640];
    snprintf(path, sizeof path, "%s/%s", work_folder, name);
    annoproj_status status = world_open(&of, work_path, false, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    status = make(path, error);
    disk_fail_at(0, DISK_NO_FAULT, false);
    /* When only the name could not be made safe, the whole file is there. */
    if ((access(path, F_OK) == 0) != (status == ANNOPROJ_OK) && !disk_failed_on("fsync", "the folder")) {
        fail_msg("%s after %s: %s %s", name, disk_failed_at(), annoproj_status_name(status),
                 annoproj_error_message(*error));
    }
    unlink(path);
    assert_int_equal(world_close(&of, NULL), ANNOPROJ_OK);
    return status;
}

static annoproj_status back_up(const char *path, annoproj_error **error) {
    annoproj_table *table = NULL;
    annoproj_status status = annoproj_store_backup(of.host, path, NULL, NULL, &table, error);
    annoproj_table_free(table);
    return status;
}

static annoproj_status export_labels(const char *path, annoproj_error **error) {
    annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
    int64_t labels = 0;
    options.path = path;
    return annoproj_project_export_labels(of.host_project, &options, NULL, &labels, error);
}

static annoproj_status backup(annoproj_error **error) {
    return make_beside("copy.annoproj", back_up, error);
}

static annoproj_status export(annoproj_error **error) {
    return make_beside("labels.json", export_labels, error);
}

static annoproj_status compact(annoproj_error **error) {
    annoproj_table *table = NULL;
    annoproj_status status = world_open(&of, work_path, false, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    status = annoproj_store_compact(of.host, NULL, &table, error);
    annoproj_table_free(table);
    annoproj_status closed = world_close(&of, NULL);
    return status == ANNOPROJ_OK ? closed : status;
}

/* SQLite takes a short read for a page of zeros, so compaction, which copies all pages over the store, would copy it: that
 * another program truncates its private file in the middle is not among the faults it withstands. */
static const struct {
    const char *name;
    file_work run;
    disk_fault last;
} file_works[] = {
    {"open, close", open_and_close, DISK_SHORT_READ},
    {"create", create, DISK_SHORT_READ},
    {"read", read_everything, DISK_SHORT_READ},
    {"backup", backup, DISK_SHORT_READ},
    {"export", export, DISK_SHORT_READ},
    {"compact", compact, DISK_FULL},
};

/* A store whose last commits are in the log only, as after a crash. */
static uint64_t lay_out(const char *saved) {
    char log[640], name[640];
    remove_store_files(work_path);
    snprintf(name, sizeof name, "%s-wal", saved);
    snprintf(log, sizeof log, "%s-wal", work_path);
    copy_file(saved, work_path);
    copy_file(name, log);
    return store_content(work_path);
}

static void save_crashed(const char *saved) {
    char log[640], name[640];
    annoproj_error *error = NULL;
    remove_store_files(work_path);
    copy_file(base_path, work_path);
    assert_ok(world_open(&of, work_path, false, &error), error);
    assert_ok(world_run(&of, world_step_named("put_labels"), 8, NULL, &error), error);
    assert_ok(world_run(&of, world_step_named("submit"), 8, NULL, &error), error);
    snprintf(name, sizeof name, "%s-wal", saved);
    snprintf(log, sizeof log, "%s-wal", work_path);
    copy_file(work_path, saved);
    copy_file(log, name);
    assert_ok(world_close(&of, &error), error);
}

static bool fail_file_work(size_t work, const char *saved, attempt *at, tally *sum) {
    annoproj_error *error = NULL;
    uint64_t before = lay_out(saved);
    disk_watch(work_folder);
    disk_fail_at(at->count, at->fault, at->lasting);
    take_status(at, file_works[work].run(&error), &error);
    bool reached = disk_failed_at() != NULL;
    disk_unwatch();
    sum->runs += reached;
    sum->ok += reached && at->status == ANNOPROJ_OK;
    sum->failed += at->status < 0;
    if (!reached) {
        must(at->status == ANNOPROJ_OK, at, "failed without a fault");
        return false;
    }
    judge_status(at);
    must(at->status != ANNOPROJ_COMMIT_UNKNOWN, at, "nothing was to be committed");
    must(store_content(work_path) == before, at, "the store is something else now");
    take_status(at, world_open(&of, work_path, false, &error), &error);
    must(at->status == ANNOPROJ_OK, at, "the store does not open any more");
    must(random_below(4) > 0 || world_differences(&of) == 0, at, "the check finds something");
    assert_ok(world_close(&of, &error), error);
    return true;
}

static void test_files(void **state) {
    (void)state;
    char *saved = scratch_path("crashed.annoproj");
    save_crashed(saved);
    for (size_t work = 0; work < sizeof file_works / sizeof file_works[0]; work++) {
        tally sum = {0};
        for (int fault = DISK_ERROR; fault <= (int)file_works[work].last; fault++) {
            for (int lasting = 0; lasting < 2; lasting++) {
                bool reached = true;
                size_t stride = general_stride();
                for (size_t count = 1 + random_below(stride); reached && count <= MOST; count += stride) {
                    attempt at = {.name = file_works[work].name,
                                  .count = count,
                                  .fault = (disk_fault)fault,
                                  .lasting = lasting != 0};
                    reached = fail_file_work(work, saved, &at, &sum);
                }
            }
        }
        print_message("%-12s %4zu faults: %zu failed, %zu done all the same\n", file_works[work].name, sum.runs,
                      sum.failed, sum.ok);
    }
    free(saved);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_files),
    };
    random_next();
    scratch_in_memory();
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
