#include "table_support.h"

#include <math.h>

static const column_type sample_columns[] = {
    {"id", "int64", "", "Id", ANNOPROJ_COLUMN_INT64, false, "Number of the thing."},
    {"number", "double", "", "Number", ANNOPROJ_COLUMN_DOUBLE, true, ""},
    {"name", "utf8", "", "=Name", ANNOPROJ_COLUMN_UTF8, true, ""},
    {"made_us", "timestamp_us", "us", "Made", ANNOPROJ_COLUMN_TIMESTAMP_US, true, ""},
    {"done", "bool", "", "Done", ANNOPROJ_COLUMN_BOOL, true, ""},
    {"stage", "dictionary", "", "Stage", ANNOPROJ_COLUMN_DICTIONARY, true, ""},
    {"raw", "binary", "", "Raw", ANNOPROJ_COLUMN_BINARY, true, ""},
    {"ids", "int64_list", "", "Ids", ANNOPROJ_COLUMN_INT64_LIST, true, ""},
    {"points", "double_list", "", "Points", ANNOPROJ_COLUMN_DOUBLE_LIST, true, ""},
    {"tags", "utf8_list", "", "Tags", ANNOPROJ_COLUMN_UTF8_LIST, true, ""},
    {"label_rejection_rate", "double", "", "Rate", ANNOPROJ_COLUMN_DOUBLE, true, ""},
    {"average_time_per_task", "double", "s", "Average", ANNOPROJ_COLUMN_DOUBLE, true, ""},
};
const row_type sample_row = {"sample_row", 12, sample_columns, "A thing"};

void add_full_row(rows *build) {
    rows_int64(build, 7);
    rows_double(build, 0.1);
    rows_text(build, "-a \"b\"");
    rows_time(build, 1704164645678901);
    rows_bool(build, true);
    rows_text(build, "annotate");
    rows_binary(build, "\x01\xFF", 2);
    rows_int64_list(build, (int64_t[]){1, INT64_MIN}, 2);
    rows_double_list(build, (double[]){0.5, 1e21, -3}, 3);
    rows_utf8_list(build, (const char *[]){"x", "", "y\"<"}, 3);
    rows_double(build, 1.0 / 3);
    rows_double(build, 2.0005);
}

static void add_nulls(rows *build) {
    rows_int64(build, -1);
    for (int i = 1; i < 12; i++) {
        rows_null(build);
    }
}

static void add_empty(rows *build) {
    rows_int64(build, 0);
    rows_double(build, NAN);
    rows_text_n(build, "cut off", 3);
    rows_time(build, -1);
    rows_bool(build, false);
    rows_text(build, "review");
    rows_binary(build, "", 0);
    rows_int64_list(build, NULL, 0);
    rows_double_list(build, NULL, 0);
    rows_utf8_list(build, NULL, 0);
    rows_double(build, -0.25);
    rows_double(build, 1000);
}

annoproj_status build_sample(annoproj_table **table, annoproj_error **error) {
    rows *build = rows_new(&sample_row);
    add_full_row(build);
    add_nulls(build);
    add_empty(build);
    add_full_row(build);
    rows_next_page(build, "first");
    rows_next_page(build, "page-2");
    return rows_finish(build, table, error);
}

annoproj_table *sample_table(void) {
    annoproj_table *table = NULL;
    annoproj_error *error = NULL;
    assert_ok(build_sample(&table, &error), error);
    return table;
}
