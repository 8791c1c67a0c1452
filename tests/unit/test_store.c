/* Making, opening and closing a store: what is refused, with which status, and what is left behind. */
#include "store_support.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "identity.h"
#include "place.h"
#include "format.h"

static char *path_of(const char *name) {
    return scratch_path(name);
}

static bool exists(const char *path, const char *suffix) {
    char name[600];
    snprintf(name, sizeof name, "%s%s", path, suffix);
    return access(name, F_OK) == 0;
}

static annoproj_status try_open(const char *path, bool create, char *message, size_t size) {
    annoproj_error *error = NULL;
    annoproj_store *handle = (annoproj_store *)&error;
    annoproj_status status = create ? annoproj_store_create(path, NULL, NULL, &handle, &error)
                                    : annoproj_store_open(path, NULL, NULL, &handle, &error);
    if (message != NULL) {
        snprintf(message, size, "%s", annoproj_error_message(error));
    }
    annoproj_error_free(error);
    if (status != ANNOPROJ_OK) {
        assert_null(handle);
        return status;
    }
    assert_int_equal(annoproj_store_close(handle, NULL, NULL), ANNOPROJ_OK);
    return status;
}

/* Changes a closed store with plain SQLite. */
static void alter(const char *path, const char *text) {
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void test_create_open_close(void **unused) {
    (void)unused;
    char *path = path_of("plain.annoproj");
    store *of = make_test_store(path);
    assert_true(exists(path, "-lock"));
    struct stat facts;
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    assert_int_equal(ask_value(of, "SELECT commit_seq FROM store_state"), 1);
    assert_int_equal(ask_value(of, "PRAGMA page_size"), store_page_size);
    assert_int_equal(ask_value(of, "PRAGMA application_id"), STORE_APPLICATION_ID);
    assert_int_equal(ask_value(of, "PRAGMA foreign_keys"), 1);
    assert_int_equal(ask_value(of, "PRAGMA trusted_schema"), 0);
    assert_int_equal(ask_value(of, "PRAGMA mmap_size"), 0);
    assert_int_equal(ask_value(of, "SELECT length(uuid) FROM store_state"), 36);
    close_test_store(of);
    assert_false(exists(path, "-wal")); /* folded away */
    assert_true(exists(path, "-lock")); /* never deleted */
    of = open_test_store(path);
    assert_int_equal(ask_value(of, "SELECT count(*) FROM store_state"), 1);
    close_test_store(of);
    free(path);
}

static void test_schema_has_tables_and_indexes_only(void **unused) {
    (void)unused;
    char *path = path_of("kinds.annoproj");
    store *of = make_test_store(path);
    assert_int_equal(ask_value(of, "SELECT count(*) FROM sqlite_schema WHERE type NOT IN ('table', 'index')"), 0);
    close_test_store(of);
    free(path);
}

static void test_paths_that_are_refused(void **unused) {
    (void)unused;
    char message[400];
    char *path = path_of("there.annoproj"), *missing = path_of("missing/a.annoproj"), *empty = path_of("empty");
    assert_int_equal(try_open(path, true, NULL, 0), ANNOPROJ_OK);
    assert_int_equal(try_open(path, true, message, sizeof message), ANNOPROJ_EXISTS);
    assert_non_null(strstr(message, "there.annoproj"));
    write_whole_file(empty, "", 0);
    assert_int_equal(try_open(empty, true, NULL, 0), ANNOPROJ_EXISTS);
    assert_int_equal(try_open(empty, false, message, sizeof message), ANNOPROJ_CORRUPT);
    assert_non_null(strstr(message, "empty"));
    assert_int_equal(try_open(missing, true, NULL, 0), ANNOPROJ_NOT_FOUND);
    assert_int_equal(try_open(missing, false, NULL, 0), ANNOPROJ_NOT_FOUND);
    assert_int_equal(try_open(scratch_folder(), false, NULL, 0), ANNOPROJ_CORRUPT);
    assert_int_equal(try_open("", true, NULL, 0), ANNOPROJ_INVALID);
    assert_int_equal(try_open("folder/", true, NULL, 0), ANNOPROJ_INVALID);
    assert_int_equal(try_open(NULL, true, NULL, 0), ANNOPROJ_INVALID);
    /* A text that SQLite would take for a URI is a file name. */
    assert_int_equal(chdir(scratch_folder()), 0);
    assert_int_equal(try_open("file:odd?mode=memory", true, NULL, 0), ANNOPROJ_OK);
    assert_int_equal(access("file:odd?mode=memory", F_OK), 0);
    free(path);
    free(missing);
    free(empty);
}

static void test_symbolic_links_lead_to_the_file(void **unused) {
    (void)unused;
    char *path = path_of("real.annoproj"), *link = path_of("link.annoproj"), *dangling = path_of("dangling.annoproj");
    assert_int_equal(try_open(path, true, NULL, 0), ANNOPROJ_OK);
    assert_int_equal(symlink(path, link), 0);
    assert_int_equal(try_open(link, false, NULL, 0), ANNOPROJ_OK);
    assert_false(exists(link, "-lock"));
    assert_int_equal(symlink("nowhere", dangling), 0);
    assert_int_equal(try_open(dangling, true, NULL, 0), ANNOPROJ_EXISTS);
    assert_int_equal(try_open(dangling, false, NULL, 0), ANNOPROJ_NOT_FOUND);
    free(path);
    free(link);
    free(dangling);
}

static void test_files_that_are_no_store(void **unused) {
    (void)unused;
    char message[400];
    char *text = path_of("text"), *other = path_of("other.db");
    char bytes[5000];
    memset(bytes, 'x', sizeof bytes);
    write_whole_file(text, bytes, sizeof bytes);
    assert_int_equal(try_open(text, false, message, sizeof message), ANNOPROJ_CORRUPT);
    alter(other, "CREATE TABLE t(a)");
    size_t before, after;
    char *old = read_whole_file(other, &before);
    assert_int_equal(try_open(other, false, message, sizeof message), ANNOPROJ_CORRUPT);
    assert_non_null(strstr(message, "other.db"));
    char *now = read_whole_file(other, &after);
    assert_int_equal(before, after);
    assert_memory_equal(old, now, before); /* a stranger's file is not changed */
    free(old);
    free(now);
    free(text);
    free(other);
}

static void test_versions(void **unused) {
    (void)unused;
    char *path = path_of("version.annoproj");
    assert_int_equal(try_open(path, true, NULL, 0), ANNOPROJ_OK);
    alter(path, "PRAGMA user_version=2");
    assert_int_equal(try_open(path, false, NULL, 0), ANNOPROJ_TOO_NEW);
    alter(path, "PRAGMA user_version=0");
    assert_int_equal(try_open(path, false, NULL, 0), ANNOPROJ_CORRUPT);
    alter(path, "PRAGMA user_version=1");
    assert_int_equal(try_open(path, false, NULL, 0), ANNOPROJ_OK);
    /* Statistics are SQLite's own business; a planted trigger is not. */
    alter(path, "ANALYZE");
    assert_int_equal(try_open(path, false, NULL, 0), ANNOPROJ_OK);
    alter(path, "CREATE TRIGGER planted AFTER INSERT ON request BEGIN DELETE FROM request; END");
    assert_int_equal(try_open(path, false, NULL, 0), ANNOPROJ_CORRUPT);
    free(path);
}

/* One bit of the header turns on that SQLite moves pages at each commit, which no store has. */
static void test_a_header_that_vacuums(void **unused) {
    (void)unused;
    char *path = path_of("vacuums.annoproj"), message[300];
    assert_int_equal(try_open(path, true, NULL, 0), ANNOPROJ_OK);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, 53, SEEK_SET), 0); /* "largest root page" */
    assert_int_equal(fputc(16, file), 16);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(try_open(path, false, message, sizeof message), ANNOPROJ_CORRUPT);
    assert_non_null(strstr(message, "vacuumed by itself"));
    free(path);
}

static void test_a_file_is_open_once_in_a_process(void **unused) {
    (void)unused;
    char *path = path_of("once.annoproj"), *link = path_of("once-link");
    assert_int_equal(symlink(path, link), 0);
    store *of = make_test_store(path);
    assert_int_equal(try_open(path, false, NULL, 0), ANNOPROJ_STATE);
    assert_int_equal(try_open(link, false, NULL, 0), ANNOPROJ_STATE);
    assert_int_equal(ask_value(of, "SELECT commit_seq FROM store_state"), 1);
    close_test_store(of);
    assert_int_equal(try_open(link, false, NULL, 0), ANNOPROJ_OK);
    free(path);
    free(link);
}

static void test_released_without_a_close(void **unused) {
    (void)unused;
    char *path = path_of("collected.annoproj");
    store *of = make_test_store(path);
    insert one = {.actor = 1, .key = "kept"};
    bounds call = no_bounds();
    assert_int_equal(store_write(of, &call, insert_body, &one, NULL), ANNOPROJ_OK);
    body_release(&of->body);
    assert_true(exists(path, "-wal")); /* not folded, nothing lost */
    of = open_test_store(path);
    assert_int_equal(count_rows(of, -1), 1);
    close_test_store(of);
    free(path);
}

static void test_later_calls_are_state(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    char *path = path_of("shut.annoproj");
    store *of = make_test_store(path);
    bounds call = no_bounds();
    reader from;
    spool *made = NULL;
    uint8_t byte;
    insert one = {.actor = 1, .key = "late"};
    assert_ok(store_shut(of, &call, &error), error);
    assert_status(ANNOPROJ_STATE, store_read_begin(of, &call, &from, &error), error);
    assert_null(from.database);
    assert_status(ANNOPROJ_STATE, store_write(of, &call, insert_body, &one, &error), error);
    assert_int_equal(one.runs, 0);
    assert_status(ANNOPROJ_STATE, spool_open(of, "CREATE TABLE t(a)", &made, &error), error);
    assert_status(ANNOPROJ_STATE, store_random(of, &byte, 1, &error), error);
    assert_status(ANNOPROJ_STATE, store_shut(of, &call, &error), error);
    body_release(&of->body);
    free(path);
}

static void test_close_with_a_read_in_flight(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    char *path = path_of("busy.annoproj");
    store *of = make_test_store(path);
    bounds call = no_bounds(), past = bounds_of(-1);
    reader from;
    assert_ok(store_read_begin(of, &call, &from, &error), error);
    assert_status(ANNOPROJ_BUSY, store_shut(of, &past, &error), error);
    store_read_end(&from);
    assert_int_equal(ask_value(of, "SELECT commit_seq FROM store_state"), 1); /* it stayed open */
    close_test_store(of);
    free(path);
}

static void test_replaced_while_open(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    char *path = path_of("replaced.annoproj"), *other = path_of("replacement.annoproj");
    assert_int_equal(try_open(other, true, NULL, 0), ANNOPROJ_OK);
    store *of = make_test_store(path);
    assert_int_equal(rename(other, path), 0);
    bounds call = no_bounds();
    insert one = {.actor = 1, .key = "lost"};
    assert_status(ANNOPROJ_CORRUPT, store_write(of, &call, insert_body, &one, &error), error);
    reader from;
    assert_status(ANNOPROJ_CORRUPT, store_read_begin(of, &call, &from, &error), error);
    body_release(&of->body);
    free(path);
    free(other);
}

/* Root may write everywhere unless it gives that up. */
static int become_ordinary(void) {
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}};
    return geteuid() == 0 && syscall(SYS_capset, &head, none) != 0;
}

static void test_read_only_folder_and_file(void **unused) {
    (void)unused;
    char *folder = path_of("closed"), *path = path_of("closed/a.annoproj"), *fresh = path_of("closed/b.annoproj");
    assert_int_equal(mkdir(folder, 0777), 0);
    assert_int_equal(try_open(path, true, NULL, 0), ANNOPROJ_OK);
    assert_int_equal(chmod(folder, 0555), 0);
    pid_t child = fork();
    if (child == 0) {
        char message[400];
        int wrong = become_ordinary();
        wrong |= try_open(path, false, message, sizeof message) != ANNOPROJ_READONLY;
        wrong |= strstr(message, "the folder") == NULL || strstr(message, "/closed") == NULL;
        wrong |= (try_open(fresh, true, message, sizeof message) != ANNOPROJ_READONLY) << 1;
        _exit(wrong);
    }
    int answer = -1;
    assert_int_equal(waitpid(child, &answer, 0), child);
    assert_int_equal(answer, 0);
    assert_int_equal(chmod(folder, 0777), 0);
    assert_int_equal(chmod(path, 0444), 0);
    child = fork();
    if (child == 0) {
        char message[400];
        int wrong = become_ordinary();
        wrong |= try_open(path, false, message, sizeof message) != ANNOPROJ_READONLY;
        wrong |= strstr(message, "a.annoproj") == NULL;
        _exit(wrong);
    }
    assert_int_equal(waitpid(child, &answer, 0), child);
    assert_int_equal(answer, 0);
    free(folder);
    free(path);
    free(fresh);
}

static void test_fork(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    char *path = path_of("forked.annoproj");
    annoproj_store *handle = NULL;
    store *inner = NULL;
    assert_ok(annoproj_store_create(path, NULL, NULL, &handle, &error), error);
    body *entered = NULL;
    assert_ok(handle_enter(handle, HANDLE_STORE, "store", &entered, &error), error);
    inner = (store *)entered;
    pid_t child = fork();
    if (child == 0) {
        bounds call = no_bounds();
        reader from;
        insert one = {.actor = 1, .key = "child"};
        int wrong = store_write(inner, &call, insert_body, &one, NULL) != ANNOPROJ_FORKED;
        wrong |= (store_read_begin(inner, &call, &from, NULL) != ANNOPROJ_FORKED) << 1;
        /* SQLite's knowledge of the file came along and is wrong here: not even a fresh open. */
        wrong |= (try_open(path, false, NULL, 0) != ANNOPROJ_FORKED) << 2;
        body_release(entered);
        wrong |= (annoproj_store_close(handle, NULL, NULL) != ANNOPROJ_OK) << 3;
        wrong |= (try_open(path, false, NULL, 0) != ANNOPROJ_FORKED) << 4;
        _exit(wrong);
    }
    int answer = -1;
    assert_int_equal(waitpid(child, &answer, 0), child);
    assert_int_equal(answer, 0);
    bounds call = no_bounds();
    insert one = {.actor = 2, .key = "parent"};
    assert_ok(store_write(inner, &call, insert_body, &one, &error), error);
    assert_int_equal(count_rows(inner, -1), 1);
    body_release(entered);
    assert_ok(annoproj_store_close(handle, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_store_close(handle, NULL, &error), error);
    assert_ok(annoproj_store_close(NULL, NULL, &error), error);
    free(path);
}

static void test_network_file_systems(void **unused) {
    (void)unused;
    assert_true(network_file_system(0x6969));      /* NFS */
    assert_true(network_file_system(0xff534d42));  /* CIFS */
    assert_true(network_file_system(0x65735546));  /* FUSE */
    assert_false(network_file_system(0xef53));     /* ext4 */
    assert_false(network_file_system(0x58465342)); /* XFS */
    assert_false(network_file_system(0x9123683e)); /* btrfs */
    assert_false(network_file_system(0x01021994)); /* tmpfs */
    assert_false(network_file_system(0x794c7630)); /* overlay */
}

static void test_options(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    char *path = path_of("options.annoproj");
    annoproj_store *handle = NULL;
    annoproj_store_options options, zero = {.size = sizeof zero};
    annoproj_store_options_init(&options);
    assert_memory_equal(&options, &zero, sizeof zero);
    options.cache_bytes = -1;
    assert_status(ANNOPROJ_INVALID, annoproj_store_create(path, &options, NULL, &handle, &error), error);
    options.cache_bytes = 0;
    options.threads = -1;
    assert_status(ANNOPROJ_INVALID, annoproj_store_create(path, &options, NULL, &handle, &error), error);
    assert_false(exists(path, ""));
    options.threads = 3;
    options.relaxed_durability = true;
    assert_ok(annoproj_store_create(path, &options, NULL, &handle, &error), error);
    body *entered = NULL;
    assert_ok(handle_enter(handle, HANDLE_STORE, "store", &entered, &error), error);
    assert_int_equal(store_threads((store *)entered), 3);
    body_release(entered);
    assert_ok(annoproj_store_close(handle, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_store_open(path, NULL, NULL, NULL, &error), error);
    free(path);
}

/* Programs that are not of the library may hold SQLite's own lock: a write waits within its bounds, and says what is in the way. */
static void test_a_stranger_holds_the_write_lock(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    char *path = path_of("stranger.annoproj");
    store *of = make_test_store(path);
    bounds call = no_bounds(), soon = bounds_of(30000);
    insert one = {.actor = 1, .key = "row"};
    sqlite3 *stranger = NULL;
    assert_int_equal(sqlite3_open(path, &stranger), SQLITE_OK);
    assert_int_equal(sqlite3_exec(stranger, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_status(ANNOPROJ_TIMEOUT, store_write(of, &soon, insert_body, &one, &error), error);
    assert_status(ANNOPROJ_BUSY, store_write(of, &call, insert_body, &one, &error), error);
    assert_int_equal(one.runs, 0);
    assert_int_equal(count_rows(of, 1), 0); /* reads go on */
    assert_int_equal(sqlite3_exec(stranger, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(stranger), SQLITE_OK);
    assert_ok(store_write(of, &call, insert_body, &one, &error), error);
    assert_int_equal(count_rows(of, 1), 1);
    close_test_store(of);
    free(path);
}

static void test_deadline_before_the_open(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    char *path = path_of("late.annoproj");
    bounds past = bounds_of(-1);
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    store *made = NULL;
    assert_status(ANNOPROJ_TIMEOUT, store_open(path, true, &options, &past, &made, &error), error);
    assert_null(made);
    assert_false(exists(path, ""));
    free(path);
}

static void test_facts_and_integrity(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    char *path = path_of("facts.annoproj"), expected[33];
    store *of = make_test_store(path);
    bounds call = no_bounds();
    insert one = {.actor = 1, .key = "row"};
    assert_ok(store_write(of, &call, insert_body, &one, &error), error);
    reader from;
    store_facts facts;
    assert_ok(store_read_begin(of, &call, &from, &error), error);
    assert_ok(store_facts_read(&from, &facts, &error), error);
    store_read_end(&from);
    assert_int_equal(facts.page_size, store_page_size);
    assert_int_equal(facts.commit_seq, 2);
    assert_int_equal(facts.schema_version, 1);
    assert_true(facts.page_count > 0 && facts.wal_bytes > 0);
    assert_ok(expected_fingerprint(expected, &error), error);
    assert_string_equal(facts.fingerprint, expected);
    close_test_store(of);
    free(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_create_open_close),
        cmocka_unit_test(test_schema_has_tables_and_indexes_only),
        cmocka_unit_test(test_paths_that_are_refused),
        cmocka_unit_test(test_symbolic_links_lead_to_the_file),
        cmocka_unit_test(test_files_that_are_no_store),
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_a_header_that_vacuums),
        cmocka_unit_test(test_a_file_is_open_once_in_a_process),
        cmocka_unit_test(test_released_without_a_close),
        cmocka_unit_test(test_later_calls_are_state),
        cmocka_unit_test(test_close_with_a_read_in_flight),
        cmocka_unit_test(test_replaced_while_open),
        cmocka_unit_test(test_read_only_folder_and_file),
        cmocka_unit_test(test_fork),
        cmocka_unit_test(test_network_file_systems),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_a_stranger_holds_the_write_lock),
        cmocka_unit_test(test_deadline_before_the_open),
        cmocka_unit_test(test_facts_and_integrity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
