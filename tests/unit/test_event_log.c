/* The event log: what is appended comes back, however it was batched; sealing, widths, and what the check finds. */
#include "event_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event_block.h"
#include "event_column.h"
#include "event_pack.h"
#include "segment.h"

static void expect_same(const event *found, const event *expected, size_t count, int64_t first) {
    for (size_t i = 0; i < count; i++) {
        for (int column = 1; column <= COLUMN_COUNT; column++) {
            if (event_get(&found[i], column) != event_get(&expected[i], column)) {
                fail_msg("event %lld column %d: %lld instead of %lld", (long long)(first + (int64_t)i), column,
                         (long long)event_get(&found[i], column), (long long)event_get(&expected[i], column));
            }
        }
    }
}

static void expect_range(log_store *log, int64_t project, const event *all, size_t total, int64_t after, size_t limit) {
    annoproj_error *error = NULL;
    size_t count = 0, left = after >= (int64_t)total ? 0 : total - (size_t)after;
    event *found = calloc(limit + 1, sizeof *found);
    assert_ok(event_read(log_read(log), project, after, limit, found, &count, &error), error);
    log_read_end(log);
    assert_int_equal(count, left < limit ? left : limit);
    expect_same(found, all + after, count, after + 1);
    free(found);
}

typedef struct differences {
    size_t count;
    char text[512];
} differences;

static void note_difference(void *data, const char *subject, int64_t id, const char *found, const char *expected) {
    differences *noted = data;
    if (noted->count++ == 0) {
        snprintf(noted->text, sizeof noted->text, "%s %lld: %s; expected %s", subject, (long long)id, found, expected);
    }
}

static differences check(log_store *log, int64_t project) {
    annoproj_error *error = NULL;
    differences noted = {0};
    assert_ok(event_check(log_read(log), project, note_difference, &noted, &log->bounds, &error), error);
    log_read_end(log);
    return noted;
}

static void expect_sound(log_store *log, int64_t project) {
    differences noted = check(log, project);
    if (noted.count != 0) {
        fail_msg("%zu differences, the first: %s", noted.count, noted.text);
    }
}

static void test_random_batches(void **state) {
    (void)state;
    enum { TOTAL = 3 * SEGMENT_EVENTS + 5000 };
    static const int64_t projects[] = {7, 0, 8};
    event_maker maker = {.now_us = 1700000000000000, .tasks = 100000, .users = 300, .classes = 20, .stages = 5};
    event *all = calloc(TOTAL, sizeof *all);
    log_store *log = log_store_new("batches");
    make_events(&maker, all, TOTAL);
    for (size_t p = 0; p < 3; p++) {
        for (size_t done = 0; done < TOTAL;) {
            size_t count = 1 + (size_t)random_below(random_below(20) == 0 ? 20000 : 3000);
            count = count < TOTAL - done ? count : TOTAL - done;
            log_append(log, projects[p], all + done, count);
            done += count;
        }
        expect_range(log, projects[p], all, TOTAL, 0, TOTAL);
        expect_range(log, projects[p], all, TOTAL, 0, 1);
        expect_range(log, projects[p], all, TOTAL, TOTAL, 5);
        expect_range(log, projects[p], all, TOTAL, TOTAL - 1, 5);
        for (int i = 0; i < 30; i++) {
            expect_range(log, projects[p], all, TOTAL, (int64_t)random_below(TOTAL), 1 + random_below(20000));
        }
        expect_sound(log, projects[p]);
    }
    log_store_free(log);
    free(all);
}

static void test_huge_batch(void **state) {
    (void)state;
    enum { TOTAL = 5 * SEGMENT_EVENTS + 17 };
    event_maker maker = {.now_us = 1, .tasks = 10, .users = 3, .classes = 2, .stages = 2};
    annoproj_error *error = NULL;
    int64_t next = 0;
    event *all = calloc(TOTAL, sizeof *all);
    log_store *log = log_store_new("huge");
    make_events(&maker, all, TOTAL);
    log_append(log, 1, all, 10);
    log_append(log, 1, all + 10, TOTAL - 10);
    assert_ok(event_next_seq(log_read(log), 1, &next, &error), error);
    log_read_end(log);
    assert_int_equal(next, TOTAL + 1);
    expect_range(log, 1, all, TOTAL, 0, TOTAL);
    expect_sound(log, 1);
    log_store_free(log);
    free(all);
}

/* A batch that fills a segment to the last event leaves an empty tail. */
static void test_exact_fit(void **state) {
    (void)state;
    enum { TOTAL = 2 * SEGMENT_EVENTS };
    event_maker maker = {.now_us = 1, .tasks = 10, .users = 3, .classes = 2, .stages = 2};
    event *all = calloc(TOTAL, sizeof *all);
    log_store *log = log_store_new("exact");
    make_events(&maker, all, TOTAL);
    log_append(log, 1, all, SEGMENT_EVENTS - 1);
    expect_sound(log, 1);
    log_append(log, 1, all + SEGMENT_EVENTS - 1, 1);
    expect_range(log, 1, all, SEGMENT_EVENTS, 0, TOTAL);
    log_append(log, 1, all + SEGMENT_EVENTS, SEGMENT_EVENTS);
    expect_range(log, 1, all, TOTAL, 0, TOTAL);
    expect_sound(log, 1);
    log_store_free(log);
    free(all);
}

static int64_t count_tail_rows(log_store *log, int64_t project) {
    static const char text[] = "SELECT count(*) FROM event_tail WHERE id >> 32 = ?";
    annoproj_error *error = NULL;
    statement *count = sql(log_read(log), text);
    bind_int64(count, project);
    int64_t rows = sql_row(count) ? column_int64(count, 0) : -1;
    assert_ok(sql_end(count, &error), error);
    log_read_end(log);
    return rows;
}

static int64_t summed_events(log_store *log, int64_t project) {
    static const char text[] = "SELECT events FROM event_summary WHERE project = ?";
    annoproj_error *error = NULL;
    statement *find = sql(log_read(log), text);
    bind_int64(find, project);
    int64_t events = sql_row(find) ? column_int64(find, 0) : 0;
    assert_ok(sql_end(find, &error), error);
    log_read_end(log);
    return events;
}

/* However small the commands are, the tail stays short: what docs/file-format.md says, and its end. */
static void test_small_commands(void **state) {
    (void)state;
    enum { TOTAL = SEGMENT_EVENTS + 200 };
    event_maker maker = {.now_us = 1700000000000000, .tasks = 1000, .users = 30, .classes = 5, .stages = 5};
    event *all = calloc(TOTAL, sizeof *all);
    log_store *log = log_store_new("small");
    make_events(&maker, all, TOTAL);
    for (size_t done = 0; done < TOTAL;) {
        size_t count = 1 + random_below(random_below(10) == 0 ? 40 : 3);
        count = count < TOTAL - done ? count : TOTAL - done;
        log_append(log, 9, all + done, count);
        done += count;
        if (random_below(50) == 0) {
            assert_in_range(count_tail_rows(log, 9), done % SEGMENT_EVENTS == 0 ? 1 : 2, 31 + 511 + 1);
        }
    }
    expect_range(log, 9, all, TOTAL, 0, TOTAL);
    expect_range(log, 9, all, TOTAL, TOTAL - 100, 1000);
    expect_sound(log, 9);
    log_store_free(log);
    free(all);
}

/* Every width of every column, negative numbers and the extremes included. */
static void test_widths(void **state) {
    (void)state;
    static const int64_t ranges[] = {0,
                                     1,
                                     UINT8_MAX,
                                     UINT8_MAX + 1,
                                     UINT16_MAX,
                                     UINT16_MAX + 1,
                                     UINT32_MAX,
                                     (int64_t)UINT32_MAX + 1,
                                     INT64_MAX,
                                     1 << 24,
                                     (1 << 24) - 1,
                                     (INT64_C(1) << 40) - 1,
                                     INT64_C(1) << 40,
                                     INT64_C(1) << 48,
                                     INT64_C(1) << 56};
    event *all = calloc(SEGMENT_EVENTS, sizeof *all);
    log_store *log = log_store_new("widths");
    for (size_t r = 0; r < sizeof ranges / sizeof ranges[0]; r++) {
        for (size_t i = 0; i < SEGMENT_EVENTS; i++) {
            for (int column = 1; column <= COLUMN_COUNT; column++) {
                int64_t base = (column % 3 - 1) * 12345, range = ranges[r];
                int64_t value = i == 0   ? base
                                : i == 1 ? (int64_t)((uint64_t)base + (uint64_t)range)
                                         : (int64_t)((uint64_t)base + random_below((uint64_t)range + 1));
                if (!event_set(&all[i], column, value)) { /* a narrow field: as wide as it goes */
                    assert_true(event_set(&all[i], column, (int32_t)random_next()));
                }
            }
        }
        log_append(log, (int64_t)r + 1, all, SEGMENT_EVENTS);
        expect_range(log, (int64_t)r + 1, all, SEGMENT_EVENTS, 0, SEGMENT_EVENTS);
        expect_sound(log, (int64_t)r + 1);
    }
    log_store_free(log);
    free(all);
}

static void test_pack(void **state) {
    (void)state;
    for (int round = 0; round < 200; round++) {
        event events[40];
        event_unpacker cursor;
        bytes packed = {0};
        size_t count = random_below(40), found = 0;
        for (size_t i = 0; i < count; i++) {
            for (int column = 1; column <= COLUMN_COUNT; column++) {
                int64_t value = (int64_t)random_next() >> random_below(64);
                assert_true(event_set(&events[i], column, value) || event_set(&events[i], column, (int32_t)value));
            }
        }
        event_pack(events, count, &packed);
        assert_false(packed.failed);
        assert_true(event_pack_intact(packed.data, packed.length));
        assert_true(event_unpack_open(&cursor, packed.data, packed.length));
        while (event_unpack_next(&cursor)) {
            event one;
            assert_true(found < count);
            assert_true(event_from_values(cursor.values, &one));
            expect_same(&one, &events[found++], 1, 0);
        }
        assert_false(cursor.failed);
        assert_int_equal(found, count);
        size_t flipped = (size_t)random_below(packed.length);
        packed.data[flipped] ^= (uint8_t)(1 << random_below(8));
        assert_false(event_pack_intact(packed.data, packed.length));
        if (event_unpack_open(&cursor, packed.data, packed.length)) { /* must end, whatever it gives */
            while (event_unpack_next(&cursor)) {
            }
        }
        bytes_release(&packed);
    }
}

/* A block of events whose columns have all widths, as it is written. */
static bytes make_block(event events[BLOCK_EVENTS]) {
    event_columns columns;
    encoded_segment encoded = {.head = {.count = 0}};
    bytes packed = {0};
    for (int column = 1; column <= COLUMN_COUNT; column++) {
        const uint64_t bits = random_below(64);
        for (size_t i = 0; i < BLOCK_EVENTS; i++) {
            const int64_t value = bits == 0 ? 0 : (int64_t)random_next() >> (64 - bits);
            assert_true(event_set(&events[i], column, value) || event_set(&events[i], column, (int32_t)value));
        }
    }
    assert_true(event_columns_make(&columns, BLOCK_EVENTS));
    event_columns_add(&columns, events, BLOCK_EVENTS);
    assert_true(segment_encode(&columns, &encoded));
    event_block_pack(&encoded, &packed);
    assert_false(packed.failed);
    encoded_segment_release(&encoded);
    event_columns_release(&columns);
    return packed;
}

/* Of a copy that ends where the bytes end, as memory checkers like it: whatever the bytes are, values can be read. */
static bool read_block(const uint8_t *data, size_t length, event found[BLOCK_EVENTS]) {
    uint8_t *copy = malloc(length);
    event_block block;
    assert_non_null(copy);
    memcpy(copy, data, length);
    const bool open = event_block_open(&block, copy, length);
    for (int column = 1; column <= COLUMN_COUNT && open; column++) {
        int64_t values[BLOCK_EVENTS];
        column_values(&block.views[column], 0, BLOCK_EVENTS, values);
        event_set_all(found, BLOCK_EVENTS, column, values);
    }
    free(copy);
    return open;
}

static void test_blocks(void **state) {
    (void)state;
    static event events[BLOCK_EVENTS], found[BLOCK_EVENTS];
    for (int round = 0; round < 100; round++) {
        bytes packed = make_block(events);
        assert_true(read_block(packed.data, packed.length, found));
        expect_same(found, events, BLOCK_EVENTS, 0);
        for (int i = 0; i < 20; i++) {
            const size_t at = (size_t)random_below(packed.length), directory = 1 + 13 * sizeof(segment_entry);
            const uint8_t bit = (uint8_t)(1 << random_below(8));
            packed.data[at] ^= bit;
            assert_false(read_block(packed.data, packed.length, found));
            packed.data[at] ^= bit;
            assert_false(read_block(packed.data, at, found));
            bytes wrong = {0}; /* with a checksum that fits */
            bytes_append(&wrong, packed.data, packed.length - sizeof(uint64_t));
            wrong.data[random_below(directory < wrong.length ? directory : wrong.length)] ^= bit;
            wrong.length = i % 4 == 0 ? (size_t)random_below(wrong.length) : wrong.length;
            event_pack_end(&wrong, 0);
            read_block(wrong.data, wrong.length, found);
            bytes_release(&wrong);
        }
        bytes_release(&packed);
    }
}

static void test_names(void **state) {
    (void)state;
    assert_string_equal(event_kind_name(EVENT_TASK_SUBMIT), "task_submit");
    assert_string_equal(event_kind_name(EVENT_ONTOLOGY_UPDATE), "ontology_update");
    assert_string_equal(event_kind_name(0), "unknown");
    assert_string_equal(event_kind_name(9999), "unknown");
}

static void expect_damage(const char *change) {
    enum { TOTAL = 2 * SEGMENT_EVENTS + 100 };
    event_maker maker = {.now_us = 1700000000000000, .tasks = 100000, .users = 300, .classes = 20, .stages = 5};
    event *all = calloc(TOTAL, sizeof *all);
    static int made;
    char name[32];
    snprintf(name, sizeof name, "damaged%d", made++);
    log_store *log = log_store_new(name);
    make_events(&maker, all, TOTAL);
    log_append(log, 3, all, 2 * SEGMENT_EVENTS);
    log_append(log, 3, all + 2 * SEGMENT_EVENTS, 60);
    log_append(log, 3, all + 2 * SEGMENT_EVENTS + 60, 40);
    expect_sound(log, 3);
    log_damage(log, change);
    if (check(log, 3).count == 0) {
        fail_msg("not found: %s", change);
    }
    log_store_free(log);
    free(all);
}

static void test_damage(void **state) {
    (void)state;
    static const char *const statements[] = {
        ("UPDATE event_column SET data = CAST(substr(data, 1, 700) || x'A5' || substr(data, 702) AS BLOB)"
         " WHERE id = (3 << 32) + (1 << 8) + 3"),
        "UPDATE event_column SET data = substr(data, 2) WHERE id = (3 << 32) + (1 << 8) + 7",
        "DELETE FROM event_column WHERE id = (3 << 32) + (0 << 8) + 2",
        "INSERT INTO event_column VALUES((3 << 32) + (1 << 8) + 13, x'00')",
        "UPDATE event_segment SET time_most = time_most + 1 WHERE id = (3 << 32)",
        "UPDATE event_segment SET ascending = 1 - ascending WHERE id = (3 << 32)",
        "UPDATE event_segment SET command_least = command_least + 1 WHERE id = (3 << 32)",
        "UPDATE event_segment SET command_most = command_most - 1 WHERE id = (3 << 32) + 1",
        "UPDATE event_segment SET first_seq = first_seq + 1 WHERE id = (3 << 32) + 1",
        "UPDATE event_segment SET checksum = checksum + 1 WHERE id = (3 << 32) + 1",
        "UPDATE event_summary SET data = CAST(substr(data, 1, 99) || x'A5' || substr(data, 101) AS BLOB)",
        "UPDATE event_summary SET events = events + 1",
        "UPDATE event_summary SET events = events - 8192",
        "UPDATE event_summary SET checksum = checksum + 1",
        "DELETE FROM event_summary",
        "UPDATE event_segment SET directory = substr(directory, 33) WHERE id = (3 << 32)",
        "UPDATE event_segment SET directory = x'00' WHERE id = (3 << 32)",
        "DELETE FROM event_segment WHERE id = (3 << 32)",
        "UPDATE event_segment SET id = id + 5 WHERE id = (3 << 32) + 1",
        "UPDATE event_tail SET data = CAST(substr(data, 1, 20) || x'A5A6' || substr(data, 23) AS BLOB) WHERE first_seq "
        "% 2 = 1 AND count > 0",
        "DELETE FROM event_tail WHERE count = 60",
        "DELETE FROM event_tail WHERE count = 40",
        "UPDATE event_tail SET count = 39 WHERE count = 40",
        "UPDATE event_tail SET data = x'' WHERE count = 40",
        "UPDATE event_tail SET first_seq = first_seq + 1 WHERE count = 0",
        "UPDATE event_tail SET data = x'00' WHERE count = 0",
        "UPDATE event_tail SET count = 1 WHERE count = 0",
        "DELETE FROM event_tail WHERE count = 0",
        "UPDATE event_tail SET id = id + 1 WHERE count = 40",
        "UPDATE event_log SET segments = 1",
        "UPDATE event_log SET tail_first = 1",
        "DELETE FROM event_log",
    };
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
        expect_damage(statements[i]);
    }
}

static void expect_no_log(log_store *log, const event *all, size_t total) {
    annoproj_error *error = NULL;
    event *found = calloc(total, sizeof *found);
    size_t count = 0;
    assert_int_equal(log_try_append(log, 3, all, 1, &error), ANNOPROJ_CORRUPT);
    assert_non_null(strstr(annoproj_error_message(error), "project 3"));
    annoproj_error_free(error);
    error = NULL;
    assert_int_equal(event_read(log_read(log), 3, 0, total, found, &count, &error), ANNOPROJ_CORRUPT);
    log_read_end(log);
    annoproj_error_free(error);
    assert_int_not_equal(check(log, 3).count, 0);
    free(found);
}

/* A log without its row is damaged: it is not one without events, to which the next one would be the first again. */
static void test_missing_log(void **state) {
    (void)state;
    enum { TOTAL = SEGMENT_EVENTS + 10 };
    event_maker maker = {.now_us = 1700000000000000, .tasks = 100000, .users = 300, .classes = 20, .stages = 5};
    event *all = calloc(TOTAL, sizeof *all);
    make_events(&maker, all, TOTAL);
    for (int sealed = 0; sealed < 2; sealed++) { /* with a tail, with one that is empty, without its end */
        log_store *log = log_store_new(sealed ? "no_log" : "no_log_of_tail");
        const size_t count = sealed ? SEGMENT_EVENTS : 10;
        log_append(log, 4, all, count);
        log_append(log, 3, all, count);
        log_damage(log, "DELETE FROM event_log WHERE project = 3");
        expect_no_log(log, all, TOTAL);
        if (!sealed) {
            log_damage(log, "DELETE FROM event_tail WHERE id >> 32 = 3 AND count = 0");
            expect_no_log(log, all, TOTAL);
        }
        log_append(log, 4, all, 1);
        log_append(log, 5, all, 1);
        expect_sound(log, 4);
        expect_sound(log, 5);
        log_store_free(log);
    }
    free(all);
}

/* The sums of 8,192 events are there from 160 events later on, also while they are all in the tail (docs/file-format.md). */
static void test_sums_of_the_tail(void **state) {
    (void)state;
    enum { SUMMED = 8192, LATER = 160, TOTAL = SUMMED + LATER };
    static const char *const statements[] = {
        "UPDATE event_summary SET data = CAST(substr(data, 1, 99) || x'A5' || substr(data, 101) AS BLOB)",
        "UPDATE event_summary SET events = events + 8192",
        "DELETE FROM event_summary",
        "INSERT INTO event_summary VALUES(4, 8192, 0, x'')",
        "UPDATE event_tail SET data = x'00' WHERE id = 3 << 32",
    };
    event_maker maker = {.now_us = 1700000000000000, .tasks = 100000, .users = 300, .classes = 20, .stages = 5};
    event *all = calloc(TOTAL, sizeof *all);
    log_store *log = log_store_new("tail_sums");
    make_events(&maker, all, TOTAL);
    log_append(log, 3, all, TOTAL - 1);
    log_append(log, 4, all, TOTAL - 1);
    assert_int_equal(summed_events(log, 3), 0);
    expect_sound(log, 3);
    log_append(log, 3, all + TOTAL - 1, 1);
    assert_int_equal(summed_events(log, 3), SUMMED);
    expect_sound(log, 3);
    log_damage(log,
               "CREATE TABLE kept_tail(id, first_seq, count, data); INSERT INTO kept_tail SELECT * FROM event_tail");
    log_damage(log, "CREATE TABLE kept_sums(project, events, checksum, data);"
                    "INSERT INTO kept_sums SELECT * FROM event_summary");
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
        log_damage(log, statements[i]);
        if (check(log, 3).count + check(log, 4).count == 0) {
            fail_msg("not found: %s", statements[i]);
        }
        log_damage(log, "REPLACE INTO event_tail SELECT * FROM kept_tail; DELETE FROM event_summary;"
                        "INSERT INTO event_summary SELECT * FROM kept_sums");
        expect_sound(log, 3);
        expect_sound(log, 4);
    }
    log_store_free(log);
    free(all);
}

/* A flipped byte anywhere in a row of the tail: reading over it says so, and so does the check. */
static void test_flipped_bytes(void **state) {
    (void)state;
    enum { TOTAL = 3 * BLOCK_EVENTS + 30, FLIPS = 12 };
    event_maker maker = {.now_us = 1700000000000000, .tasks = 100000, .users = 300, .classes = 20, .stages = 5};
    event *all = calloc(TOTAL, sizeof *all), *found = calloc(TOTAL, sizeof *found);
    log_store *log = log_store_new("flipped");
    make_events(&maker, all, TOTAL);
    log_append(log, 3, all, TOTAL - 20);
    log_append(log, 3, all + TOTAL - 20, 20);
    assert_int_equal(count_tail_rows(log, 3), 3 + 2 + 1);
    log_damage(log, "CREATE TABLE kept(id, first_seq, count, data); INSERT INTO kept SELECT * FROM event_tail");
    for (int64_t row = 0; row < 5; row++) {
        const int64_t id = row < 4 ? row * (int64_t)BLOCK_EVENTS : TOTAL - 20;
        for (int i = 0; i < FLIPS; i++) {
            char flip[256];
            annoproj_error *error = NULL;
            size_t count;
            snprintf(flip, sizeof flip,
                     "UPDATE event_tail SET data = CAST(substr(data, 1, %llu %% length(data)) || x'%02x' ||"
                     " substr(data, %llu %% length(data) + 2) AS BLOB) WHERE id = (3 << 32) + %lld",
                     (unsigned long long)i * 4099, (unsigned)random_below(256), (unsigned long long)i * 4099,
                     (long long)id);
            log_damage(log, flip);
            const annoproj_status status = event_read(log_read(log), 3, 0, TOTAL, found, &count, &error);
            log_read_end(log);
            if (status == ANNOPROJ_OK) { /* the byte was that already */
                expect_same(found, all, TOTAL, 0);
                expect_sound(log, 3);
            } else {
                assert_int_equal(status, ANNOPROJ_CORRUPT);
                annoproj_error_free(error);
                assert_int_not_equal(check(log, 3).count, 0);
            }
            log_damage(log, "REPLACE INTO event_tail SELECT * FROM kept");
        }
    }
    expect_range(log, 3, all, TOTAL, 0, TOTAL);
    expect_sound(log, 3);
    log_store_free(log);
    free(found);
    free(all);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks),         cmocka_unit_test(test_flipped_bytes),
        cmocka_unit_test(test_pack),           cmocka_unit_test(test_names),
        cmocka_unit_test(test_random_batches), cmocka_unit_test(test_huge_batch),
        cmocka_unit_test(test_exact_fit),      cmocka_unit_test(test_widths),
        cmocka_unit_test(test_small_commands), cmocka_unit_test(test_damage),
        cmocka_unit_test(test_missing_log),    cmocka_unit_test(test_sums_of_the_tail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
