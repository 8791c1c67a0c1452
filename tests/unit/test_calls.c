/* What every call is made of: errors, options, bounds and cancels, memory, packed integers, hashes, version. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

#include "allocate.h"
#include "bounds.h"
#include "failure.h"
#include "hash.h"
#include "memory_support.h"
#include "options.h"
#include "utf8.h"
#include "varint.h"

static void test_allocator_is_fixed(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    release(allocate(1));
    assert_status(ANNOPROJ_STATE, annoproj_allocator_set(NULL, NULL, &error), error);
    assert_int_equal(annoproj_allocator_set(NULL, NULL, NULL), ANNOPROJ_STATE);
    size_t before = memory_alive();
    void *memory = allocate(0);
    assert_non_null(memory);
    assert_int_equal(memory_alive(), before + 1);
    annoproj_free(memory);
    annoproj_free(NULL);
    assert_int_equal(memory_alive(), before);
    assert_null(allocate(SIZE_MAX));
    assert_null(allocate_zeroed(SIZE_MAX / 2, 3));
    char *grown = allocate_zeroed(3, 5);
    for (int i = 0; i < 15; i++) {
        assert_int_equal(grown[i], 0);
    }
    grown = reallocate(grown, 1000);
    assert_int_equal(grown[14], 0);
    release(grown);
    assert_int_equal(memory_alive(), before);
}

static void test_arena(void **state) {
    (void)state;
    size_t before = memory_alive();
    arena pieces = {0};
    unsigned char *earlier[2000];
    for (size_t i = 0; i < 2000; i++) {
        size_t size = i % 97;
        earlier[i] = arena_allocate(&pieces, size);
        assert_int_equal((uintptr_t)earlier[i] % 16, 0);
        for (size_t k = 0; k < size; k++) {
            assert_int_equal(earlier[i][k], 0);
        }
        memset(earlier[i], (int)(i & 0xFF), size);
    }
    for (size_t i = 0; i < 2000; i++) {
        for (size_t k = 0; k < i % 97; k++) {
            assert_int_equal(earlier[i][k], i & 0xFF);
        }
    }
    assert_string_equal(arena_text(&pieces, "abcdef", 3), "abc");
    assert_string_equal(arena_text(&pieces, NULL, 0), "");
    char *large = arena_array(&pieces, 3, (size_t)1 << 20);
    memset(large, 1, (size_t)3 << 20);
    assert_null(arena_array(&pieces, SIZE_MAX / 2, 4));
    assert_null(arena_allocate(&pieces, SIZE_MAX));
    assert_null(arena_text(&pieces, "", SIZE_MAX));
    memory_fail_at(1);
    assert_null(arena_allocate(&pieces, (size_t)8 << 20));
    memory_fail_at(0);
    arena_release(&pieces);
    assert_int_equal(memory_alive(), before);
    arena_release(&pieces);
    assert_non_null(arena_allocate(&pieces, 1));
    arena_release(&pieces);
    memory_fail_at(1);
    assert_null(duplicate_text("x"));
    memory_fail_at(0);
}

static void test_status_names(void **state) {
    (void)state;
    assert_string_equal(annoproj_status_name(ANNOPROJ_OK), "OK");
    assert_string_equal(annoproj_status_name(ANNOPROJ_NONE), "NONE");
    assert_string_equal(annoproj_status_name(ANNOPROJ_INVALID), "INVALID");
    assert_string_equal(annoproj_status_name(ANNOPROJ_NOT_FOUND), "NOT_FOUND");
    assert_string_equal(annoproj_status_name(ANNOPROJ_EXISTS), "EXISTS");
    assert_string_equal(annoproj_status_name(ANNOPROJ_PERMISSION), "PERMISSION");
    assert_string_equal(annoproj_status_name(ANNOPROJ_CONFLICT), "CONFLICT");
    assert_string_equal(annoproj_status_name(ANNOPROJ_STATE), "STATE");
    assert_string_equal(annoproj_status_name(ANNOPROJ_LIMIT), "LIMIT");
    assert_string_equal(annoproj_status_name(ANNOPROJ_DATA), "DATA");
    assert_string_equal(annoproj_status_name(ANNOPROJ_BUSY), "BUSY");
    assert_string_equal(annoproj_status_name(ANNOPROJ_TIMEOUT), "TIMEOUT");
    assert_string_equal(annoproj_status_name(ANNOPROJ_CANCELLED), "CANCELLED");
    assert_string_equal(annoproj_status_name(ANNOPROJ_READONLY), "READONLY");
    assert_string_equal(annoproj_status_name(ANNOPROJ_IO), "IO");
    assert_string_equal(annoproj_status_name(ANNOPROJ_FULL), "FULL");
    assert_string_equal(annoproj_status_name(ANNOPROJ_CORRUPT), "CORRUPT");
    assert_string_equal(annoproj_status_name(ANNOPROJ_TOO_NEW), "TOO_NEW");
    assert_string_equal(annoproj_status_name(ANNOPROJ_NO_MEMORY), "NO_MEMORY");
    assert_string_equal(annoproj_status_name(ANNOPROJ_UNSUPPORTED), "UNSUPPORTED");
    assert_string_equal(annoproj_status_name(ANNOPROJ_FORKED), "FORKED");
    assert_string_equal(annoproj_status_name(ANNOPROJ_COMMIT_UNKNOWN), "COMMIT_UNKNOWN");
    assert_string_equal(annoproj_status_name(ANNOPROJ_CALLBACK), "CALLBACK");
    assert_string_equal(annoproj_status_name(ANNOPROJ_INTERNAL), "INTERNAL");
    assert_string_equal(annoproj_status_name(2), "UNKNOWN");
    assert_string_equal(annoproj_status_name(-23), "UNKNOWN");
    assert_string_equal(annoproj_status_name(INT32_MIN), "UNKNOWN");
    assert_string_equal(annoproj_status_name(INT32_MAX), "UNKNOWN");
}

static void test_errors(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    size_t before = memory_alive();
    assert_int_equal(fail(NULL, ANNOPROJ_BUSY, "x"), ANNOPROJ_BUSY);
    fail_detail(NULL, "a", "b");
    fail_detail(&error, "a", "b");
    assert_null(error);
    assert_int_equal(fail(&error, ANNOPROJ_STATE, "first"), ANNOPROJ_STATE);
    assert_int_equal(fail(&error, ANNOPROJ_DATA, "task %d\nis\x01wrong", 7), ANNOPROJ_DATA);
    assert_int_equal(annoproj_error_status(error), ANNOPROJ_DATA);
    assert_string_equal(annoproj_error_message(error), "task 7 is wrong");
    assert_int_equal(annoproj_error_detail_count(error), 0);
    assert_string_equal(annoproj_error_detail_key(error, 0), "");
    fail_place(NULL, "here");
    fail_place(&error, "place\n%d", 3);
    assert_string_equal(annoproj_error_message(error), "place 3: task 7 is wrong");
    for (int i = 0; i < 200; i++) {
        fail_detail(&error, "byte", "%d", i);
    }
    assert_int_equal(annoproj_error_detail_count(error), 128);
    assert_string_equal(annoproj_error_detail_key(error, 127), "byte");
    assert_string_equal(annoproj_error_detail_value(error, 127), "127");
    assert_string_equal(annoproj_error_detail_key(error, 128), "");
    assert_string_equal(annoproj_error_detail_value(error, SIZE_MAX), "");
    drop_error(&error);
    assert_null(error);
    drop_error(NULL);
    clear_error(NULL);
    assert_int_equal(fail_sqlite(&error, ANNOPROJ_IO, 522, "disk I/O error"), ANNOPROJ_IO);
    assert_string_equal(annoproj_error_detail_key(error, 0), "sqlite_code");
    assert_string_equal(annoproj_error_detail_value(error, 0), "522");
    assert_int_equal(fail_sqlite(&error, ANNOPROJ_NO_MEMORY, 7, "out of memory"), ANNOPROJ_NO_MEMORY);
    annoproj_error_free(error);
    assert_int_equal(memory_alive(), before);

    assert_int_equal(annoproj_error_status(NULL), ANNOPROJ_OK);
    assert_string_equal(annoproj_error_message(NULL), "");
    assert_int_equal(annoproj_error_detail_count(NULL), 0);
    assert_string_equal(annoproj_error_detail_key(NULL, 0), "");
    assert_string_equal(annoproj_error_detail_value(NULL, 0), "");
    annoproj_error_free(NULL);
}

static void test_errors_without_memory(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    size_t before = memory_alive();
    assert_int_equal(fail_memory(NULL), ANNOPROJ_NO_MEMORY);
    memory_fail_at(1);
    assert_int_equal(fail_memory(&error), ANNOPROJ_NO_MEMORY);
    assert_false(memory_has_failed());
    assert_int_equal(annoproj_error_status(error), ANNOPROJ_NO_MEMORY);
    fail_detail(&error, "a", "b");
    fail_place(&error, "here");
    assert_int_equal(annoproj_error_detail_count(error), 0);
    for (size_t count = 1; count <= 2; count++) {
        memory_fail_at(count);
        assert_int_equal(fail(&error, ANNOPROJ_CONFLICT, "x"), ANNOPROJ_CONFLICT);
        assert_true(memory_has_failed());
        assert_int_equal(annoproj_error_status(error), ANNOPROJ_CONFLICT);
        assert_true(strlen(annoproj_error_message(error)) > 0);
        assert_int_equal(memory_alive(), before);
    }
    memory_fail_at(0);
    fail(&error, ANNOPROJ_CONFLICT, "x");
    const size_t counts[] = {1, 2, 2}; /* the array, which then stays; the value; the key */
    for (size_t i = 0; i < 3; i++) {
        memory_fail_at(counts[i]);
        fail_detail(&error, "a", "b");
        assert_true(memory_has_failed());
        assert_int_equal(annoproj_error_detail_count(error), 0);
    }
    for (size_t count = 1; count <= 2; count++) {
        memory_fail_at(count);
        fail_place(&error, "here");
        assert_true(memory_has_failed());
        assert_string_equal(annoproj_error_message(error), "x");
    }
    memory_fail_at(0);
    annoproj_error_free(error);
    assert_int_equal(memory_alive(), before);
}

static void test_long_messages(void **state) {
    (void)state;
    char endless[3001];
    for (size_t cut = 0; cut < 4; cut++) {
        annoproj_error *error = NULL;
        memset(endless, 'x', cut);
        for (size_t at = cut; at < 2990; at += 4) {
            memcpy(endless + at, "\xF0\x9F\x98\x80", 5);
        }
        fail(&error, ANNOPROJ_DATA, "%s", endless);
        size_t length = strlen(annoproj_error_message(error));
        assert_in_range(length, 1000, 1023);
        assert_true(utf8_valid(annoproj_error_message(error), length));
        annoproj_error_free(error);
    }
}

static void test_quoted(void **state) {
    (void)state;
    struct quoted buffer;
    char many[4 * 100 + 1] = "";
    assert_string_equal(QUOTED("abc"), "\"abc\"");
    assert_string_equal(quoted(&buffer, "abcdef", 2), "\"ab\"");
    assert_string_equal(quoted(&buffer, NULL, 5), "NULL");
    assert_string_equal(QUOTED("a\nb\xFF\xE2\x80\xAE"), "\"a\xEF\xBF\xBD"
                                                        "b\xEF\xBF\xBD\xEF\xBF\xBD\"");
    for (int i = 0; i < 64; i++) {
        strcat(many, "\xF0\x9F\x98\x80");
    }
    assert_int_equal(strlen(QUOTED(many)), 64 * 4 + 2);
    strcat(many, "z");
    assert_int_equal(strlen(QUOTED(many)), 64 * 4 + 2 + 3);
    for (int i = 0; i < 30; i++) {
        strcat(many, "\xF0\x9F\x98\x80");
    }
    const char *shown = QUOTED(many);
    assert_int_equal(strlen(shown), 64 * 4 + 2 + 3);
    assert_true(utf8_valid(shown, strlen(shown)));
}

/* ---- options ---- */

struct sample {
    size_t size;
    int64_t first, second;
    bool third;
};

static void test_options(void **state) {
    (void)state;
    struct sample own, given = {sizeof given, 1, 2, true};
    annoproj_error *error = NULL;
    const size_t smallest = offsetof(struct sample, second);
    assert_ok(options_read(&own, sizeof own, smallest, NULL, &error), error);
    assert_true(own.size == sizeof own && own.first == 0 && own.second == 0 && !own.third);
    assert_ok(options_read(&own, sizeof own, smallest, &given, &error), error);
    assert_true(own.size == sizeof own && own.first == 1 && own.second == 2 && own.third);
    given.size = smallest;
    assert_ok(options_read(&own, sizeof own, smallest, &given, &error), error);
    assert_true(own.size == sizeof own && own.first == 1 && own.second == 0 && !own.third);
    given.size = smallest - 1;
    assert_status(ANNOPROJ_INVALID, options_read(&own, sizeof own, smallest, &given, &error), error);
    assert_true(own.first == 0);
    given.size = 0;
    assert_status(ANNOPROJ_INVALID, options_read(&own, sizeof own, smallest, &given, &error), error);
    struct {
        struct sample known;
        int64_t newer;
    } longer = {{sizeof longer, 1, 2, false}, 0};
    assert_ok(options_read(&own, sizeof own, smallest, &longer, &error), error);
    assert_true(own.size == sizeof own && own.first == 1 && own.second == 2);
    longer.newer = 1;
    assert_status(ANNOPROJ_UNSUPPORTED, options_read(&own, sizeof own, smallest, &longer, &error), error);
}

/* ---- bounds ---- */

static int32_t record_progress(int64_t done, int64_t total, void *data) {
    int64_t *seen = data;
    seen[0] = done;
    seen[1] = total;
    return done == 13 ? -5 : 0;
}

static void expect_call(annoproj_status expected, const annoproj_call *call) {
    annoproj_error *error = NULL;
    bounds limits;
    assert_status(expected, bounds_begin(&limits, call, &error), error);
    bounds_end(&limits);
    bounds_end(&limits);
}

static void test_bounds(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_call call, by_macro = ANNOPROJ_CALL_INIT;
    char key[66];
    bounds limits;
    annoproj_call_init(&call);
    annoproj_call_init(NULL);
    assert_memory_equal(&call, &by_macro, sizeof call);
    expect_call(ANNOPROJ_OK, NULL);
    expect_call(ANNOPROJ_OK, &call);
    call.size = 4;
    expect_call(ANNOPROJ_INVALID, &call);
    annoproj_call_init(&call);
    call.timeout_us = -2;
    expect_call(ANNOPROJ_INVALID, &call);
    annoproj_call_init(&call);
    memset(key, 'k', sizeof key);
    key[65] = 0;
    call.request_key = key;
    expect_call(ANNOPROJ_INVALID, &call);
    key[64] = 0;
    expect_call(ANNOPROJ_OK, &call);
    key[0] = 0;
    expect_call(ANNOPROJ_INVALID, &call);
    key[0] = (char)0xFF;
    expect_call(ANNOPROJ_INVALID, &call);

    int64_t seen[2] = {0, 0};
    annoproj_call_init(&call);
    call.timeout_us = -1;
    call.progress = record_progress;
    call.user_data = seen;
    assert_ok(bounds_begin(&limits, &call, &error), error);
    assert_true(limits.until_us == INT64_MAX);
    assert_ok(bounds_check(&limits, &error), error);
    assert_ok(bounds_progress(&limits, 12, -1, &error), error);
    assert_true(seen[0] == 12 && seen[1] == -1);
    assert_status(ANNOPROJ_CALLBACK, bounds_progress(&limits, 13, 20, &error), error);
    bounds_end(&limits);
    call.timeout_us = INT64_MAX;
    assert_ok(bounds_begin(&limits, &call, &error), error);
    assert_true(limits.until_us == INT64_MAX);
    bounds_end(&limits);
    call.timeout_us = 1; /* has passed, however fast the machine is */
    assert_ok(bounds_begin(&limits, &call, &error), error);
    assert_status(ANNOPROJ_TIMEOUT, bounds_check(&limits, &error), error);
    bounds_end(&limits);
    assert_ok(bounds_begin(&limits, NULL, &error), error);
    assert_true(limits.until_us - monotonic_us() <= 30000000);
    assert_ok(bounds_progress(&limits, 1, 2, &error), error);
    bounds_end(&limits);
}

static void test_cancel(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_cancel *cancel = NULL;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    bounds limits, later;
    size_t before = memory_alive();
    assert_status(ANNOPROJ_INVALID, annoproj_cancel_new(NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_cancel_trigger(NULL, &error), error);
    assert_ok(annoproj_cancel_new(&cancel, &error), error);
    call.cancel = cancel;
    assert_ok(bounds_begin(&limits, &call, &error), error);
    assert_ok(bounds_check(&limits, &error), error);
    assert_ok(annoproj_cancel_trigger(cancel, &error), error);
    assert_status(ANNOPROJ_CANCELLED, bounds_check(&limits, &error), error);
    assert_ok(bounds_begin(&later, &call, &error), error);
    annoproj_cancel_free(cancel);
    /* the calls keep what they need */
    assert_status(ANNOPROJ_CANCELLED, bounds_check(&limits, &error), error);
    assert_status(ANNOPROJ_CANCELLED, bounds_check(&later, &error), error);
    bounds_end(&limits);
    assert_true(memory_alive() > before);
    bounds_end(&later);
    assert_int_equal(memory_alive(), before);
    assert_status(ANNOPROJ_INVALID, bounds_begin(&limits, &call, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_cancel_trigger(cancel, &error), error);
    annoproj_cancel_free(cancel);
    annoproj_cancel_free(NULL);
    memory_fail_at(1);
    assert_status(ANNOPROJ_NO_MEMORY, annoproj_cancel_new(&cancel, &error), error);
    assert_null(cancel);
    memory_fail_at(0);
}

/* ---- packed integers, hashes, version ---- */

static void test_varints(void **state) {
    (void)state;
    bytes packed = {0};
    uint64_t plain[500];
    int64_t zigzag[500];
    for (int i = 0; i < 500; i++) {
        plain[i] = i == 0 ? UINT64_MAX : i == 1 ? 0 : random_next() >> random_below(64);
        zigzag[i] = i == 0 ? INT64_MIN : i == 1 ? INT64_MAX : (int64_t)random_next() >> random_below(64);
        bytes_varint(&packed, plain[i]);
        bytes_zigzag(&packed, zigzag[i]);
        bytes_append(&packed, "xyz", 3);
    }
    assert_false(packed.failed);
    unpacker from = {packed.data, packed.data + packed.length, false};
    for (int i = 0; i < 500; i++) {
        assert_true(unpack_varint(&from) == plain[i]);
        assert_true(unpack_zigzag(&from) == zigzag[i]);
        assert_memory_equal(unpack_bytes(&from, 3), "xyz", 3);
    }
    assert_false(from.failed);
    assert_true(from.at == from.end);
    assert_non_null(unpack_bytes(&from, 0));
    assert_true(unpack_varint(&from) == 0);
    assert_true(from.failed);
    assert_null(unpack_bytes(&from, 0));
    bytes_release(&packed);

    const uint8_t known[] = {0xAC, 0x02, 0x03, 0x80};
    unpacker few = {known, known + 4, false};
    assert_true(unpack_varint(&few) == 300);
    assert_true(unpack_zigzag(&few) == -2);
    assert_true(unpack_varint(&few) == 0);
    assert_true(few.failed);
    const uint8_t too_long[] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02};
    unpacker large = {too_long, too_long + 10, false};
    assert_true(unpack_varint(&large) == 0);
    assert_true(large.failed);
    unpacker short_bytes = {known, known + 4, false};
    assert_null(unpack_bytes(&short_bytes, 5));
    assert_true(short_bytes.failed);

    memory_fail_at(1);
    bytes_varint(&packed, 1);
    assert_true(packed.failed);
    memory_fail_at(0);
    bytes_append(&packed, "x", 1);
    assert_int_equal(packed.length, 0);
    bytes_release(&packed);
    assert_false(packed.failed);
}

static void test_hashes(void **state) {
    (void)state;
    uint8_t one[16], other[16];
    /* the test vector of the empty input that xxHash publishes */
    assert_true(hash64("", 0) == UINT64_C(0x2D06800538D394C2));
    assert_true(hash64_with("abc", 3, 0) == hash64("abc", 3));
    assert_true(hash64_with("abc", 3, 1) != hash64("abc", 3));
    hash128("abc", 3, one);
    hash128("abc", 3, other);
    assert_memory_equal(one, other, 16);
    hash128("abd", 3, other);
    assert_memory_not_equal(one, other, 16);
    hash128("", 0, one);
    const uint8_t empty[16] = {0x99, 0xAA, 0x06, 0xD3, 0x01, 0x47, 0x98, 0xD8,
                               0x60, 0x01, 0xC3, 0x24, 0x46, 0x8D, 0x49, 0x7F};
    assert_memory_equal(one, empty, 16);
}

static void test_version(void **state) {
    (void)state;
    char expected[32];
    snprintf(expected, sizeof expected, "%d.%d.%d", ANNOPROJ_VERSION_MAJOR, ANNOPROJ_VERSION_MINOR,
             ANNOPROJ_VERSION_PATCH);
    assert_string_equal(annoproj_version(), expected);
    assert_string_equal(annoproj_version(), ANNOPROJ_VERSION);
    assert_int_equal(annoproj_version_number(),
                     ANNOPROJ_VERSION_MAJOR * 1000000 + ANNOPROJ_VERSION_MINOR * 1000 + ANNOPROJ_VERSION_PATCH);
}

int main(void) {
    memory_watch();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allocator_is_fixed),
        cmocka_unit_test(test_arena),
        cmocka_unit_test(test_status_names),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_errors_without_memory),
        cmocka_unit_test(test_long_messages),
        cmocka_unit_test(test_quoted),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_varints),
        cmocka_unit_test(test_hashes),
        cmocka_unit_test(test_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
