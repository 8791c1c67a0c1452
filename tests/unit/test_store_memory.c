/* Every allocation of the library fails once, in each scenario: NO_MEMORY or done, nothing half, nothing leaked. */
#include "store_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "memory_support.h"

static char *path;

static void remove_store(void) {
    static const char *const suffixes[] = {"", "-wal", "-shm", "-lock"};
    char name[600];
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
        unlink(name);
    }
}

/* Runs a scenario with the first, second, ... allocation failing until none is left to fail. */
static void sweep(annoproj_status (*scenario)(annoproj_error **error)) {
    size_t failed = 0;
    for (size_t count = 1;; count++) {
        annoproj_error *error = NULL;
        size_t before = memory_alive();
        memory_fail_at(count);
        annoproj_status status = scenario(&error);
        bool reached = memory_has_failed();
        memory_fail_at(0);
        annoproj_error_free(error);
        assert_int_equal(memory_alive(), before);
        if (!reached) {
            assert_int_equal(status, ANNOPROJ_OK);
            break;
        }
        /* Where the library can do without, it does. */
        assert_true(status == ANNOPROJ_NO_MEMORY || status == ANNOPROJ_OK);
        failed++;
    }
    assert_true(failed > 0);
}

static annoproj_status create(annoproj_error **error) {
    annoproj_store *handle = NULL;
    annoproj_status status = annoproj_store_create(path, NULL, NULL, &handle, error);
    if (status == ANNOPROJ_OK) {
        assert_int_equal(annoproj_store_close(handle, NULL, NULL), ANNOPROJ_OK);
    } else {
        assert_null(handle);
        assert_int_not_equal(access(path, F_OK), 0); /* a store that was not made is not there */
    }
    remove_store();
    return status;
}

static annoproj_status open_and_close(annoproj_error **error) {
    annoproj_store *handle = NULL;
    annoproj_status status = annoproj_store_open(path, NULL, NULL, &handle, error);
    return status == ANNOPROJ_OK ? annoproj_store_close(handle, NULL, error) : status;
}

static store *of;

/* Says in `reached` whether the allocation that was to fail was reached. */
static annoproj_status write_a_row(bool *reached, annoproj_error **error) {
    bounds call = no_bounds();
    static int64_t actor;
    insert one = {.actor = ++actor, .key = "k"};
    annoproj_status status = store_write(of, &call, insert_body, &one, error);
    *reached = memory_has_failed();
    memory_fail_at(0);
    assert_int_equal(count_rows(of, actor), status == ANNOPROJ_OK);
    return status;
}

static annoproj_status use_a_spool(annoproj_error **error) {
    spool *made = NULL;
    annoproj_status status = spool_open(of, "CREATE TABLE item(id INTEGER PRIMARY KEY)", &made, error);
    if (status == ANNOPROJ_OK) {
        status = sql_run(sql(spool_database(made), "INSERT INTO item VALUES(1)"), error);
    }
    if (status == ANNOPROJ_OK) {
        status = spool_flush(made, error);
    }
    spool_close(made);
    return status;
}

static void test_create(void **unused) {
    (void)unused;
    sweep(create);
}

static void test_open(void **unused) {
    (void)unused;
    annoproj_store *handle = NULL;
    assert_int_equal(annoproj_store_create(path, NULL, NULL, &handle, NULL), ANNOPROJ_OK);
    assert_int_equal(annoproj_store_close(handle, NULL, NULL), ANNOPROJ_OK);
    sweep(open_and_close);
    remove_store();
}

/* Statements are kept, so that only a fresh connection allocates: each sweep has its own store. */
static void test_spool(void **unused) {
    (void)unused;
    of = make_test_store(path);
    sweep(use_a_spool);
    close_test_store(of);
    remove_store();
}

static void test_write(void **unused) {
    (void)unused;
    bool reached = true, ignored;
    for (size_t count = 1; reached; count++) {
        annoproj_error *error = NULL;
        size_t before = memory_alive();
        of = make_test_store(path);
        memory_fail_at(count);
        annoproj_status status = write_a_row(&reached, &error);
        assert_true(status == ANNOPROJ_OK || (status == ANNOPROJ_NO_MEMORY && reached));
        annoproj_error_free(error);
        error = NULL;
        assert_ok(write_a_row(&ignored, &error), error); /* and it works afterwards */
        close_test_store(of);
        assert_int_equal(memory_alive(), before);
        remove_store();
    }
}

static int set_up(void **unused) {
    (void)unused;
    memory_watch();
    path = scratch_path("memory.annoproj");
    return 0;
}

static int tear_down(void **unused) {
    (void)unused;
    free(path);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_create),
        cmocka_unit_test(test_open),
        cmocka_unit_test(test_spool),
        cmocka_unit_test(test_write),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
