/* Tables: built row by row, read by cell and by column, written as CSV and JSON. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contract.h"
#include "support.h"

#include "memory_support.h"
#include "rows.h"
#include "table_support.h"

#define MICROSECOND INT64_C(1)
#define SECOND      (1000000 * MICROSECOND)

static void test_shape(void **state) {
    (void)state;
    annoproj_table *table = sample_table();
    assert_int_equal(annoproj_table_row_count(table), 4);
    assert_int_equal(annoproj_table_column_count(table), 12);
    assert_string_equal(annoproj_table_row_type(table), "sample_row");
    assert_string_equal(annoproj_table_column_name(table, 2), "name");
    assert_string_equal(annoproj_table_column_title(table, 2), "=Name");
    assert_string_equal(annoproj_table_column_name(table, 12), "");
    assert_string_equal(annoproj_table_column_title(table, -1), "");
    assert_int_equal(annoproj_table_column_index(table, "tags"), 9);
    assert_int_equal(annoproj_table_column_index(table, "Tags"), -1);
    assert_int_equal(annoproj_table_column_index(table, NULL), -1);
    assert_string_equal(annoproj_table_next_page(table), "page-2");
    annoproj_table_free(table);
}

static void test_cells(void **state) {
    (void)state;
    annoproj_table *table = sample_table();
    for (int64_t row = 0; row < 4; row += 3) {
        assert_true(annoproj_table_int64(table, row, 0) == 7);
        assert_true(annoproj_table_double(table, row, 0) == 7);
        assert_true(annoproj_table_double(table, row, 1) == 0.1);
        assert_string_equal(annoproj_table_text(table, row, 2), "-a \"b\"");
        assert_true(annoproj_table_int64(table, row, 3) == 1704164645678901);
        assert_true(annoproj_table_int64(table, row, 4) == 1);
        assert_string_equal(annoproj_table_text(table, row, 5), "annotate");
    }
    for (int32_t column = 0; column < 12; column++) {
        assert_int_equal(annoproj_table_is_null(table, 0, column), false);
        assert_int_equal(annoproj_table_is_null(table, 1, column), column > 0);
        assert_int_equal(annoproj_table_is_null(table, 2, column), false);
        assert_true(annoproj_table_int64(table, 1, column) == (column ? 0 : -1));
        assert_true(annoproj_table_double(table, 1, column) == (column ? 0 : -1));
        assert_string_equal(annoproj_table_text(table, 1, column), "");
        assert_true(annoproj_table_is_null(table, 4, column));
        assert_true(annoproj_table_is_null(table, -1, column));
        assert_true(annoproj_table_int64(table, 4, column) == 0);
        assert_true(annoproj_table_double(table, INT64_MAX, column) == 0);
        assert_string_equal(annoproj_table_text(table, INT64_MIN, column), "");
    }
    assert_string_equal(annoproj_table_text(table, 2, 2), "cut");
    assert_string_equal(annoproj_table_text(table, 2, 5), "review");
    assert_true(annoproj_table_int64(table, 2, 3) == -1);
    assert_true(annoproj_table_int64(table, 0, 1) == 0); /* of another type */
    assert_true(annoproj_table_double(table, 0, 3) == 0);
    assert_string_equal(annoproj_table_text(table, 0, 6), "");
    assert_true(annoproj_table_is_null(table, 0, 12));
    assert_true(annoproj_table_is_null(table, 0, INT32_MIN));
    assert_string_equal(annoproj_table_text(table, 0, INT32_MAX), "");
    annoproj_table_free(table);
}

static void test_columns(void **state) {
    (void)state;
    annoproj_table *table = sample_table();
    annoproj_error *error = NULL;
    annoproj_column view, by_macro = ANNOPROJ_COLUMN_INIT;
    annoproj_column_init(NULL);
    annoproj_column_init(&view);
    assert_memory_equal(&view, &by_macro, sizeof view);
    for (int32_t column = 0; column < 12; column++) {
        assert_ok(annoproj_table_column(table, column, &view, &error), error);
        assert_int_equal(view.size, sizeof view);
        assert_int_equal(view.length, 4);
        assert_int_equal(view.type, sample_row.columns[column].type);
        assert_int_equal(view.null_count, column ? 1 : 0);
        assert_true(column ? view.validity[0] == 13 : view.validity == NULL);
        const void *const buffers[] = {view.validity, view.data, view.offsets, view.dictionary_offsets,
                                       view.dictionary_data};
        for (size_t i = 0; i < 5; i++) {
            assert_int_equal((uintptr_t)buffers[i] % 64, 0);
        }
    }
    assert_ok(annoproj_table_column(table, 2, &view, &error), error);
    assert_int_equal(view.data_length, 15);
    assert_memory_equal(view.data, "-a \"b\"cut-a \"b\"", 15);
    assert_memory_equal(view.offsets, ((int32_t[]){0, 6, 6, 9, 15}), 20);
    assert_ok(annoproj_table_column(table, 4, &view, &error), error);
    assert_int_equal(*(const uint8_t *)view.data, 9);
    assert_ok(annoproj_table_column(table, 5, &view, &error), error);
    assert_memory_equal(view.data, ((int32_t[]){0, 0, 1, 0}), 16);
    assert_int_equal(view.dictionary_length, 2);
    assert_memory_equal(view.dictionary_offsets, ((int32_t[]){0, 8, 14}), 12);
    assert_memory_equal(view.dictionary_data, "annotatereview", 14);
    assert_ok(annoproj_table_column(table, 7, &view, &error), error);
    assert_int_equal(view.data_length, 4);
    assert_memory_equal(view.offsets, ((int32_t[]){0, 2, 2, 2, 4}), 20);
    assert_memory_equal(view.data, ((int64_t[]){1, INT64_MIN, 1, INT64_MIN}), 32);
    assert_ok(annoproj_table_column(table, 9, &view, &error), error);
    assert_int_equal(view.data_length, 6);
    assert_null(view.data);
    assert_memory_equal(view.offsets, ((int32_t[]){0, 3, 3, 3, 6}), 20);
    assert_memory_equal(view.dictionary_offsets, ((int32_t[]){0, 1, 1, 4, 5, 5, 8}), 28);
    assert_memory_equal(view.dictionary_data, "xy\"<xy\"<", 8);

    assert_status(ANNOPROJ_INVALID, annoproj_table_column(table, 12, &view, &error), error);
    assert_null(view.data);
    assert_int_equal(view.length, 0);
    assert_status(ANNOPROJ_INVALID, annoproj_table_column(table, -1, &view, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_table_column(table, 0, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_table_column(NULL, 0, &view, &error), error);
    view.size = 8;
    assert_status(ANNOPROJ_INVALID, annoproj_table_column(table, 0, &view, &error), error);
    struct {
        annoproj_column known;
        int64_t newer;
    } longer = {ANNOPROJ_COLUMN_INIT, 9};
    longer.known.size = sizeof longer;
    assert_ok(annoproj_table_column(table, 0, &longer.known, &error), error);
    assert_int_equal(longer.known.length, 4);
    assert_int_equal(longer.newer, 0);
    annoproj_table_free(table);
}

static void test_csv(void **state) {
    (void)state;
    annoproj_table *table = sample_table();
    annoproj_error *error = NULL;
    char *csv = NULL;
    assert_ok(annoproj_table_csv(table, &csv, &error), error);
    const char full[] = "7,0.1,\"'-a \"\"b\"\"\",2024-01-02T03:04:05.678901Z,true,annotate,01ff,"
                        "\"[1,-9223372036854775808]\",\"[0.5,1e21,-3]\",\"[\"\"x\"\",\"\"\"\",\"\"y\\\"\"\\u003c\"\"]"
                        "\",0.3333,2.001\r\n";
    char expected[1000];
    snprintf(expected, sizeof expected,
             "Id,Number,'=Name,Made,Done,Stage,Raw,Ids,Points,Tags,Rate,Average\r\n%s-1,,,,,,,,,,,\r\n"
             "0,,cut,1969-12-31T23:59:59.999999Z,false,review,,[],[],[],-0.2500,1000.000\r\n%s",
             full, full);
    assert_string_equal(csv, expected);
    annoproj_free(csv);
    assert_status(ANNOPROJ_INVALID, annoproj_table_csv(table, NULL, &error), error);
    annoproj_table_free(table);
    assert_status(ANNOPROJ_INVALID, annoproj_table_csv(table, &csv, &error), error);
    assert_null(csv);
}

static void test_json(void **state) {
    (void)state;
    annoproj_table *table = sample_table();
    annoproj_error *error = NULL;
    char *json = NULL;
    assert_ok(annoproj_table_json(table, &json, &error), error);
    const char full[] =
        "{\"id\":7,\"number\":0.1,\"name\":\"-a \\\"b\\\"\",\"made_us\":1704164645678901,\"done\":true,"
        "\"stage\":\"annotate\",\"raw\":\"01ff\",\"ids\":[1,-9223372036854775808],\"points\":[0.5,1e21,-3],"
        "\"tags\":[\"x\",\"\",\"y\\\"\\u003c\"],\"label_rejection_rate\":0.3333333333333333,"
        "\"average_time_per_task\":2.0005}";
    char expected[2000];
    snprintf(
        expected, sizeof expected,
        "[\n%s,\n{\"id\":-1,\"number\":null,\"name\":null,\"made_us\":null,\"done\":null,\"stage\":null,\"raw\":null,"
        "\"ids\":null,\"points\":null,\"tags\":null,\"label_rejection_rate\":null,\"average_time_per_task\":null},\n"
        "{\"id\":0,\"number\":null,\"name\":\"cut\",\"made_us\":-1,\"done\":false,\"stage\":\"review\",\"raw\":\"\","
        "\"ids\":[],\"points\":[],\"tags\":[],\"label_rejection_rate\":-0.25,\"average_time_per_task\":1000},\n%s\n]\n",
        full, full);
    assert_string_equal(json, expected);
    annoproj_free(json);
    assert_status(ANNOPROJ_INVALID, annoproj_table_json(table, NULL, &error), error);
    annoproj_table_free(table);
}

static void expect_time(int64_t time_us, const char *expected) {
    static const column_type columns[] = {{"t", "timestamp_us", "", "T", ANNOPROJ_COLUMN_TIMESTAMP_US, false, ""}};
    static const row_type type = {"time_row", 1, columns, ""};
    annoproj_table *table = NULL;
    annoproj_error *error = NULL;
    char *csv = NULL, line[64];
    rows *build = rows_new(&type);
    rows_time(build, time_us);
    assert_ok(rows_finish(build, &table, &error), error);
    assert_ok(annoproj_table_csv(table, &csv, &error), error);
    snprintf(line, sizeof line, "T\r\n%s\r\n", expected);
    assert_string_equal(csv, line);
    annoproj_free(csv);
    annoproj_table_free(table);
}

static void test_times(void **state) {
    (void)state;
    expect_time(0, "1970-01-01T00:00:00.000000Z");
    expect_time(INT64_C(951782400) * SECOND, "2000-02-29T00:00:00.000000Z");
    expect_time(INT64_C(4107542400) * SECOND - 1, "2100-02-28T23:59:59.999999Z");
    expect_time(INT64_C(4107542400) * SECOND, "2100-03-01T00:00:00.000000Z");
    expect_time(INT64_C(-62135596800) * SECOND, "0001-01-01T00:00:00.000000Z");
    expect_time(INT64_C(253402300799) * SECOND, "9999-12-31T23:59:59.000000Z");
}

static void test_no_rows(void **state) {
    (void)state;
    annoproj_table *table = NULL;
    annoproj_error *error = NULL;
    annoproj_column view = ANNOPROJ_COLUMN_INIT;
    char *json = NULL;
    assert_ok(rows_finish(rows_new(&sample_row), &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 0);
    assert_null(annoproj_table_next_page(table));
    for (int32_t column = 0; column < 12; column++) {
        assert_ok(annoproj_table_column(table, column, &view, &error), error);
        assert_int_equal(view.length, 0);
        assert_true(view.offsets == NULL || view.offsets[0] == 0);
    }
    assert_ok(annoproj_table_json(table, &json, &error), error);
    assert_string_equal(json, "[]\n");
    annoproj_free(json);
    annoproj_table_free(table);
}

static void test_many_rows(void **state) {
    (void)state;
    enum { MANY = 20000 };
    rows *build = rows_new(&sample_row);
    annoproj_table *table = NULL;
    annoproj_error *error = NULL;
    for (int i = 0; i < MANY; i++) {
        char name[32];
        snprintf(name, sizeof name, "stage %d", i % 500);
        rows_int64(build, i);
        rows_double(build, i);
        rows_text(build, i % 3 ? name : NULL);
        rows_time(build, i);
        rows_bool(build, i % 5 == 0);
        rows_text(build, name);
        for (int k = 6; k < 12; k++) {
            rows_null(build);
        }
        assert_int_equal(rows_count(build), i + 1);
    }
    assert_ok(rows_finish(build, &table, &error), error);
    for (int i = 0; i < MANY; i++) {
        char name[32];
        snprintf(name, sizeof name, "stage %d", i % 500);
        assert_true(annoproj_table_int64(table, i, 0) == i);
        assert_string_equal(annoproj_table_text(table, i, 2), i % 3 ? name : "");
        assert_int_equal(annoproj_table_is_null(table, i, 2), i % 3 == 0);
        assert_true(annoproj_table_int64(table, i, 4) == (i % 5 == 0));
        assert_string_equal(annoproj_table_text(table, i, 5), name);
    }
    annoproj_column view = ANNOPROJ_COLUMN_INIT;
    assert_ok(annoproj_table_column(table, 5, &view, &error), error);
    assert_int_equal(view.dictionary_length, 500);
    annoproj_table_free(table);
}

static void expect_broken(annoproj_status expected, rows *build, const char *word) {
    annoproj_table *table = NULL;
    annoproj_error *error = NULL;
    assert_int_equal(rows_finish(build, &table, &error), expected);
    assert_null(table);
    assert_non_null(strstr(annoproj_error_message(error), word));
    annoproj_error_free(error);
}

static void test_wrong_builds(void **state) {
    (void)state;
    rows *build = rows_new(&sample_row);
    rows_text(build, "no number");
    add_full_row(build); /* the first failure stays */
    expect_broken(ANNOPROJ_INTERNAL, build, "column id of sample_row");
    build = rows_new(&sample_row);
    rows_null(build);
    expect_broken(ANNOPROJ_INTERNAL, build, "column id");
    build = rows_new(&sample_row);
    rows_time(build, 5);
    expect_broken(ANNOPROJ_INTERNAL, build, "column id");
    build = rows_new(&sample_row);
    rows_int64(build, 5);
    rows_int64(build, 5);
    expect_broken(ANNOPROJ_INTERNAL, build, "column number");
    build = rows_new(&sample_row);
    rows_int64(build, 5);
    expect_broken(ANNOPROJ_INTERNAL, build, "before column number");
    build = rows_new(&sample_row);
    rows_int64(build, 5);
    rows_double(build, 5);
    rows_text(build, "\xFF");
    expect_broken(ANNOPROJ_CORRUPT, build, "column name");
    build = rows_new(&sample_row);
    add_full_row(build);
    rows_discard(build);
    rows_discard(NULL);
}

static void test_stale_table(void **state) {
    (void)state;
    annoproj_table *table = sample_table();
    annoproj_column view = ANNOPROJ_COLUMN_INIT;
    annoproj_error *error = NULL;
    annoproj_table_free(table);
    for (int i = 0; i < 2; i++) {
        assert_true(annoproj_table_row_count(table) == 0);
        assert_true(annoproj_table_column_count(table) == 0);
        assert_string_equal(annoproj_table_row_type(table), "");
        assert_string_equal(annoproj_table_column_name(table, 0), "");
        assert_string_equal(annoproj_table_column_title(table, 0), "");
        assert_int_equal(annoproj_table_column_index(table, "id"), -1);
        assert_true(annoproj_table_is_null(table, 0, 0));
        assert_true(annoproj_table_int64(table, 0, 0) == 0);
        assert_true(annoproj_table_double(table, 0, 0) == 0);
        assert_string_equal(annoproj_table_text(table, 0, 2), "");
        assert_null(annoproj_table_next_page(table));
        assert_status(ANNOPROJ_INVALID, annoproj_table_column(table, 0, &view, &error), error);
        annoproj_table_free(table);
        table = NULL;
    }
}

static void test_failing_memory(void **state) {
    (void)state;
    size_t before = memory_alive(), count = 1;
    for (bool failed = true; failed; count++) {
        annoproj_table *table = NULL;
        annoproj_error *error = NULL;
        char *csv = NULL, *json = NULL;
        memory_fail_at(count);
        annoproj_status status = build_sample(&table, &error);
        if (status == ANNOPROJ_OK) {
            status = annoproj_table_csv(table, &csv, &error);
        }
        if (status == ANNOPROJ_OK) {
            status = annoproj_table_json(table, &json, &error);
        }
        failed = memory_has_failed();
        memory_fail_at(0);
        assert_int_equal(status, failed ? ANNOPROJ_NO_MEMORY : ANNOPROJ_OK);
        assert_int_equal(annoproj_error_status(error), status);
        annoproj_free(csv);
        annoproj_free(json);
        annoproj_error_free(error);
        annoproj_table_free(table);
        assert_int_equal(memory_alive(), before);
    }
    assert_true(count > 20);
}

/* The header's own row types, as the library sees them. */
static void test_declared_rows(void **state) {
    (void)state;
    assert_string_equal(row_store_row.name, "store_row");
    assert_true(row_store_row.column_count > 0);
    for (size_t i = 0; i < row_store_row.column_count; i++) {
        const column_type *column = &row_store_row.columns[i];
        assert_true(strlen(column->name) > 0 && strlen(column->title) > 0);
        assert_in_range(column->type, ANNOPROJ_COLUMN_INT64, ANNOPROJ_COLUMN_UTF8_LIST);
        static const char *const names[] = {"",           "int64",  "double",     "utf8",        "timestamp_us", "bool",
                                            "dictionary", "binary", "int64_list", "double_list", "utf8_list"};
        assert_string_equal(column->type_name, names[column->type]);
    }
}

int main(void) {
    memory_watch();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shape),       cmocka_unit_test(test_cells),          cmocka_unit_test(test_columns),
        cmocka_unit_test(test_csv),         cmocka_unit_test(test_json),           cmocka_unit_test(test_times),
        cmocka_unit_test(test_no_rows),     cmocka_unit_test(test_many_rows),      cmocka_unit_test(test_wrong_builds),
        cmocka_unit_test(test_stale_table), cmocka_unit_test(test_failing_memory), cmocka_unit_test(test_declared_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
