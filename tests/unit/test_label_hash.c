/* Hashes of labels: those that are drawn tell their number, those that are given are found all the same, none is there twice. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hash.h"
#include "label_hash.h"
#include "label_support.h"

#define MANY 200000

static int by_text(const void *a, const void *b) {
    return memcmp(a, b, 8);
}

/* Numbers come back, of small ones and of large ones, for any key; hashes are 8 letters that no command line takes for an option. */
static void numbers_come_back(void **state) {
    (void)state;
    const uint64_t seed = getenv("TEST_SEED") ? strtoull(getenv("TEST_SEED"), NULL, 10) : (uint64_t)time(NULL);
    printf("TEST_SEED=%llu\n", (unsigned long long)seed);
    for (uint64_t i = 0; i < MANY; i++) {
        const uint64_t key = hash64_with(&i, sizeof i, seed), drawn = hash64_with(&i, sizeof i, ~seed);
        const int64_t number = 1 + (int64_t)(drawn % (UINT64_C(1) << (i % 42 + 1)) % ((UINT64_C(1) << 42) - 1));
        char hash[9];
        label_hash_draw(key, number, hash);
        assert_int_equal(label_hash_number(key, hash), number);
        assert_int_equal(strspn(hash, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), 8);
        assert_true(hash[0] != '-' && hash[0] != '_');
        assert_false(label_hash_given(key, number, hash));
        assert_true(label_hash_given(key, number + 1, hash));
    }
}

static void none_is_drawn_twice(void **state) {
    (void)state;
    char *all = malloc((size_t)MANY * 9);
    assert_non_null(all);
    for (int64_t number = 1; number <= MANY; number++)
        label_hash_draw(7, number, &all[(number - 1) * 9]);
    qsort(all, MANY, 9, by_text);
    for (size_t i = 1; i < MANY; i++)
        assert_memory_not_equal(&all[(i - 1) * 9], &all[i * 9], 8);
    free(all);
}

static void others_tell_nothing(void **state) {
    (void)state;
    assert_int_equal(label_hash_number(1, ""), 0);
    assert_int_equal(label_hash_number(1, "abcdefg"), 0);
    assert_int_equal(label_hash_number(1, "abcdefghi"), 0);
    assert_int_equal(label_hash_number(1, "abc.efgh"), 0);
    assert_int_equal(label_hash_number(1, "abcdefg\x80"), 0);
}

static uint64_t key_of(const team *made) {
    sqlite3 *handle = NULL;
    sqlite3_stmt *find = NULL;
    assert_int_equal(sqlite3_open(made->path, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(handle, "SELECT uuid FROM project", -1, &find, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(find), SQLITE_ROW);
    const uint64_t key = hash64(sqlite3_column_blob(find, 0), (size_t)sqlite3_column_bytes(find, 0));
    sqlite3_finalize(find);
    sqlite3_close(handle);
    return key;
}

/* Somebody gives hashes that the next labels would be drawn: those get other ones, and each hash leads to its label. */
static void given_ones_are_passed(void **state) {
    (void)state;
    team *made = team_new(2, "", "");
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0);
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    const uint64_t key = key_of(made);
    char first[16], coming[2][9], next[16], out[16];
    team_draw(made, task, "", 1, first);
    const int64_t number = label_hash_number(key, first);
    label_hash_draw(key, number + 3, coming[0]);
    label_hash_draw(key, number + 4, coming[1]);
    team_draw(made, task, coming[0], 2, out);
    assert_string_equal(out, coming[0]);
    team_draw(made, task, coming[1], 3, out);
    team_draw(made, task, "", 4, next);
    assert_int_equal(label_hash_number(key, next), number + 5);
    team_draw(made, task, coming[0], 5, out); /* changes that one, makes none */
    team_draw(made, task, first, 6, out);
    assert_ok(annoproj_task_labels(task, NULL, &table, &error), error);
    const int32_t hash = annoproj_table_column_index(table, "label");
    assert_int_equal(annoproj_table_row_count(table), 4);
    assert_string_equal(annoproj_table_text(table, 0, hash), first);
    assert_string_equal(annoproj_table_text(table, 1, hash), coming[0]);
    assert_string_equal(annoproj_table_text(table, 2, hash), coming[1]);
    assert_string_equal(annoproj_table_text(table, 3, hash), next);
    annoproj_table_free(table);
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(task);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_come_back), cmocka_unit_test(none_is_drawn_twice),
                                       cmocka_unit_test(others_tell_nothing), cmocka_unit_test(given_ones_are_passed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
