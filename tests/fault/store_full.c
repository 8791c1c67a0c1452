/* A disk that is really full: a store on a tmpfs of a few megabytes. Needs the right to mount; says so and passes over
 * when there is none (test_store_commit has the same without a mount). */
#include "support.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store.h"

static char *folder;

/* In a mount namespace of its own, so that nothing stays behind. */
static bool make_small_disk(void) {
    folder = scratch_path("small");
    if (mkdir(folder, 0700) != 0 || unshare(CLONE_NEWNS) != 0 ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 || mount("tmpfs", folder, "tmpfs", 0, "size=6m") != 0) {
        print_message("needs the right to mount a tmpfs: passed over (%s)\n", strerror(errno));
        return false;
    }
    return true;
}

static annoproj_status put(writer *work, void *argument, annoproj_error **error) {
    statement *one = sql(work->database, "INSERT INTO request(actor, key, operation, argument_hash, result, created_us)"
                                         " VALUES(?1, 'k', 0, 0, randomblob(200000), 0)");
    bind_int64(one, *(int64_t *)argument);
    return sql_run(one, error);
}

static annoproj_status put_little(writer *work, void *argument, annoproj_error **error) {
    (void)argument;
    return sql_run(sql(work->database, "DELETE FROM request WHERE actor = 0"), error);
}

static int64_t rows(store *of, bounds *call) {
    annoproj_error *error = NULL;
    reader from;
    assert_ok(store_read_begin(of, call, &from, &error), error);
    statement *ask = sql(from.database, "SELECT count(*) FROM request");
    int64_t count = sql_row(ask) ? column_int64(ask, 0) : -1;
    assert_ok(sql_end(ask, &error), error);
    store_read_end(&from);
    return count;
}

static void test_full_disk(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    bounds call = {.until_us = INT64_MAX};
    store *of = NULL;
    char path[600], filler[600];
    if (!make_small_disk()) {
        skip();
    }
    snprintf(path, sizeof path, "%s/a.annoproj", folder);
    snprintf(filler, sizeof filler, "%s/filler", folder);
    assert_ok(store_open(path, true, &options, &call, &of, &error), error);
    int64_t done = 0;
    annoproj_status status = ANNOPROJ_OK;
    while (status == ANNOPROJ_OK && done < 1000) {
        status = store_write(of, &call, put, &done, &error);
        done += status == ANNOPROJ_OK;
    }
    assert_status(ANNOPROJ_FULL, status, error);
    assert_int_equal(rows(of, &call), done); /* reads go on, nothing half */
    assert_status(ANNOPROJ_FULL, store_write(of, &call, put, &done, &error), error);
    /* Opened anew on the full disk it has all that was acknowledged. */
    assert_ok(store_shut(of, &call, &error), error);
    body_release(&of->body);
    assert_ok(store_open(path, false, &options, &call, &of, &error), error);
    assert_int_equal(rows(of, &call), done);
    /* With room again it works again. */
    assert_int_equal(mount(NULL, folder, "tmpfs", MS_REMOUNT, "size=32m"), 0);
    assert_ok(store_write(of, &call, put_little, NULL, &error), error);
    assert_ok(store_write(of, &call, put, &done, &error), error);
    assert_int_equal(rows(of, &call), done);
    assert_ok(store_shut(of, &call, &error), error);
    body_release(&of->body);
    /* No room for a new store: nothing is left behind but the lock file. */
    snprintf(path, sizeof path, "%s/b.annoproj", folder);
    assert_int_equal(mount(NULL, folder, "tmpfs", MS_REMOUNT, "size=32m"), 0);
    FILE *file = fopen(filler, "w");
    static char block[65536];
    while (fwrite(block, 1, sizeof block, file) == sizeof block && fflush(file) == 0) {
    }
    fclose(file);
    assert_status(ANNOPROJ_FULL, store_open(path, true, &options, &call, &of, &error), error);
    assert_int_not_equal(access(path, F_OK), 0);
    umount(folder);
    free(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_full_disk)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
