/* Pictures of tables: what is drawn, what is bounded, what is refused. That the SVG is well-formed is looked at from Python. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory_support.h"
#include "rows.h"
#include "support.h"

#define DAY INT64_C(86400000000)

static annoproj_table *actions(int days) {
    annoproj_table *made = NULL;
    annoproj_error *error = NULL;
    rows *build = rows_new(&row_task_actions_row);
    for (int day = 0; day < days; day++) {
        rows_time(build, day * DAY);
        for (int column = 0; column < 8; column++) {
            rows_int64(build, day + column);
        }
    }
    assert_ok(rows_finish(build, &made, &error), error);
    return made;
}

/* Projects with 1, 2, 3, ... tasks. */
static annoproj_table *projects(int count, const char *title) {
    annoproj_table *made = NULL;
    annoproj_error *error = NULL;
    rows *build = rows_new(&row_project_row);
    for (int i = 1; i <= count; i++) {
        char name[200];
        snprintf(name, sizeof name, "%s%d", title, i);
        for (size_t column = 0; column < row_project_row.column_count; column++) {
            const column_type *type = &row_project_row.columns[column];
            if (strcmp(type->name, "title") == 0) {
                rows_text(build, name);
            } else if (strcmp(type->name, "tasks") == 0) {
                rows_int64(build, i);
            } else if (type->type == ANNOPROJ_COLUMN_INT64) {
                rows_int64(build, 1);
            } else if (type->type == ANNOPROJ_COLUMN_TIMESTAMP_US) {
                rows_time(build, 0);
            } else if (type->type == ANNOPROJ_COLUMN_BOOL) {
                rows_bool(build, false);
            } else if (type->type == ANNOPROJ_COLUMN_UTF8_LIST) {
                rows_utf8_list(build, NULL, 0);
            } else {
                rows_text(build, "x");
            }
        }
    }
    assert_ok(rows_finish(build, &made, &error), error);
    return made;
}

/* Of each of `people` so many seconds on each of `days` as the number of their place; every `gap`th day nobody worked. */
static annoproj_table *time_by_day(int people, int days, int gap) {
    annoproj_table *made = NULL;
    annoproj_error *error = NULL;
    rows *build = rows_new(&row_collaborator_time_row);
    for (int day = 0; day < days; day++) {
        for (int user = 1; user <= people && (gap == 0 || day % gap != 1); user++) {
            char email[64];
            snprintf(email, sizeof email, "<b>%03d@x.org", user);
            rows_time(build, day * DAY);
            rows_int64(build, user);
            rows_text(build, email);
            for (int column = 0; column < 4; column++) {
                rows_int64(build, column == 3 ? user : 0);
            }
        }
    }
    assert_ok(rows_finish(build, &made, &error), error);
    return made;
}

/* A table of `days` buckets with two stages, in one of which there are as many tasks as days have passed. */
static annoproj_table *flow(int days) {
    annoproj_table *made = NULL;
    annoproj_error *error = NULL;
    rows *build = rows_new(&row_cumulative_flow_row);
    for (int day = 0; day < days; day++) {
        for (int stage = 1; stage <= 2; stage++) {
            rows_time(build, day * DAY);
            rows_int64(build, stage);
            rows_text(build, stage == 1 ? "To do" : "Done");
            rows_text(build, "ANNOTATION");
            rows_int64(build, 1);
            rows_int64(build, 1);
            rows_int64(build, stage == 1 ? days - day : day);
        }
    }
    assert_ok(rows_finish(build, &made, &error), error);
    return made;
}

static char *svg_of(const annoproj_table *from, const annoproj_picture_options *options) {
    char *svg = NULL;
    annoproj_error *error = NULL;
    assert_ok(annoproj_table_svg(from, options, &svg, &error), error);
    return svg;
}

static size_t count_of(const char *text, const char *part) {
    size_t count = 0;
    while ((text = strstr(text, part)) != NULL) {
        text += strlen(part);
        count++;
    }
    return count;
}

static void test_lines(void **state) {
    (void)state;
    annoproj_table *from = actions(30);
    char *svg = svg_of(from, NULL);
    assert_int_equal(count_of(svg, "<circle"), 4 * 30);
    assert_int_equal(count_of(svg, "<path"), 4);
    assert_int_equal(count_of(svg, "data-series=\"rejected\""), 30);
    assert_non_null(strstr(svg, "tasks per day"));
    assert_non_null(strstr(svg, "1 Jan 1970 \xE2\x80\x93 30 Jan 1970"));
    annoproj_free(svg);
    annoproj_picture_options options = ANNOPROJ_PICTURE_OPTIONS_INIT;
    options.chart = ANNOPROJ_CHART_STACKED;
    options.utc_offset_minutes = -60;
    svg = svg_of(from, &options);
    assert_non_null(strstr(svg, "31 Dec 1969"));
    assert_int_equal(count_of(svg, "<circle"), 0);
    annoproj_free(svg);
    annoproj_table_free(from);
}

/* The sum of what the marks of a series are worth. */
static int64_t worth_of(const char *svg, const char *series) {
    char begin[128];
    int64_t sum = 0;
    snprintf(begin, sizeof begin, "data-series=\"%s\" data-value=\"", series);
    for (const char *at = svg; (at = strstr(at, begin)) != NULL;) {
        at += strlen(begin);
        sum += strtoll(at, NULL, 10);
    }
    return sum;
}

/* Time by day and collaborator: the seven who spent most and all others as one; a day on which nobody worked has a place. */
static void test_series_of_people(void **state) {
    (void)state;
    annoproj_table *from = time_by_day(200, 9, 3);
    char *svg = svg_of(from, NULL);
    assert_null(strstr(svg, "<b>"));
    assert_int_equal(worth_of(svg, "&lt;b&gt;200@x.org"), 200 * 6);
    assert_int_equal(worth_of(svg, "&lt;b&gt;193@x.org"), 0);
    assert_int_equal(worth_of(svg, "other (193)"), 193 * 194 / 2 * 6);
    assert_non_null(strstr(svg, "1 Jan 1970 \xE2\x80\x93 9 Jan 1970"));
    assert_non_null(strstr(svg, ">2 Jan<"));
    annoproj_free(svg);
    annoproj_picture_options options = ANNOPROJ_PICTURE_OPTIONS_INIT;
    options.columns = "annotate,review"; /* the columns are the series: by collaborator */
    svg = svg_of(from, &options);
    assert_non_null(strstr(svg, "data-category=\"other (189)\""));
    annoproj_free(svg);
    annoproj_table_free(from);
}

/* What there is at the end of a bucket is not added up when buckets are joined. */
static void test_area(void **state) {
    (void)state;
    annoproj_table *from = flow(1000);
    char *svg = svg_of(from, NULL);
    const char *last = strstr(svg, "data-series=\"Done\" data-value=\"8\"");
    assert_non_null(last); /* nine buckets together: of days 0 to 8 the last */
    assert_non_null(strstr(svg, "data-series=\"Done\" data-value=\"999\""));
    assert_non_null(strstr(svg, "buckets together"));
    annoproj_free(svg);
    annoproj_table_free(from);
    annoproj_picture_options options = ANNOPROJ_PICTURE_OPTIONS_INIT;
    annoproj_error *error = NULL;
    options.chart = ANNOPROJ_CHART_AREA;
    from = projects(3, "p");
    svg = NULL;
    assert_int_equal(annoproj_table_svg(from, &options, &svg, &error), ANNOPROJ_INVALID);
    annoproj_error_free(error);
    annoproj_table_free(from);
}

/* A single bucket is bars, one for each column. */
static void test_one_bucket(void **state) {
    (void)state;
    annoproj_table *from = actions(1);
    char *svg = svg_of(from, NULL);
    assert_non_null(strstr(svg, "data-category=\"Rejected\" data-series=\"value\" data-value=\"3\""));
    assert_int_equal(count_of(svg, "data-value"), 4);
    annoproj_free(svg);
    annoproj_table_free(from);
}

/* A dashboard asks for the same picture on its first day, and before anybody worked. */
static void test_lines_of_little(void **state) {
    (void)state;
    static const annoproj_chart kinds[] = {ANNOPROJ_CHART_LINES, ANNOPROJ_CHART_AREA};
    for (size_t k = 0; k < 2; k++) {
        for (int days = 0; days < 3; days++) {
            annoproj_table *all[] = {actions(days), time_by_day(3, days, 0), flow(days)};
            annoproj_picture_options options = ANNOPROJ_PICTURE_OPTIONS_INIT;
            options.chart = kinds[k];
            for (size_t i = 0; i < 3; i++) {
                char *svg = svg_of(all[i], &options), *json = NULL;
                annoproj_error *error = NULL;
                assert_ok(annoproj_table_vega_lite(all[i], &options, &json, &error), error);
                assert_int_equal(count_of(svg, "data-value"), (i == 0 ? 4 : i == 1 ? 3 : 2) * days);
                assert_true(days != 1 || strstr(json, "\"type\":\"bar\"")); /* one bucket is no line */
                annoproj_free(svg);
                annoproj_free(json);
                annoproj_table_free(all[i]);
            }
        }
    }
}

/* Nothing gets lost: what is joined keeps its sum. */
static void test_joined_buckets(void **state) {
    (void)state;
    annoproj_table *from = actions(1000);
    annoproj_picture_options options = ANNOPROJ_PICTURE_OPTIONS_INIT;
    options.columns = "submitted";
    char *svg = svg_of(from, &options);
    int64_t sum = 0;
    size_t marks = 0;
    for (const char *at = svg; (at = strstr(at, "data-value=\"")) != NULL; marks++) {
        at += strlen("data-value=\"");
        sum += strtoll(at, NULL, 10);
    }
    assert_in_range(marks, 60, 124);
    assert_int_equal(sum, 999 * 1000 / 2);
    assert_non_null(strstr(svg, "buckets together"));
    annoproj_free(svg);
    annoproj_table_free(from);
}

static void test_top_and_other(void **state) {
    (void)state;
    annoproj_table *from = projects(100, "<Project> & \"co\" ");
    char *svg = svg_of(from, NULL);
    assert_int_equal(count_of(svg, "data-value"), 12);
    assert_non_null(strstr(svg, "data-category=\"&lt;Project&gt; &amp; &quot;co&quot; 100\""));
    assert_non_null(strstr(svg, "data-category=\"other (89)\" data-series=\"tasks\" data-value=\"4005\""));
    assert_null(strstr(svg, "<Project>"));
    annoproj_free(svg);
    annoproj_picture_options options = ANNOPROJ_PICTURE_OPTIONS_INIT;
    options.categories = 200;
    options.chart = ANNOPROJ_CHART_SHARES;
    options.title = "Mine";
    svg = svg_of(from, &options);
    assert_int_equal(count_of(svg, "data-value"), 100);
    assert_non_null(strstr(svg, "<title>Mine</title>"));
    annoproj_free(svg);
    annoproj_table_free(from);
}

static void test_empty(void **state) {
    (void)state;
    annoproj_table *none[] = {actions(0), projects(0, "")};
    for (size_t i = 0; i < 2; i++) {
        char *svg = svg_of(none[i], NULL), *json = NULL;
        annoproj_error *error = NULL;
        assert_non_null(strstr(svg, "No data"));
        assert_ok(annoproj_table_vega_lite(none[i], NULL, &json, &error), error);
        assert_non_null(strstr(json, "\"values\":[]"));
        annoproj_free(json);
        annoproj_free(svg);
        annoproj_table_free(none[i]);
    }
}

static void expect_refused(const annoproj_table *from, const annoproj_picture_options *options,
                           annoproj_status expected, const char *word) {
    char *svg = (char *)1, *json = (char *)1;
    annoproj_error *error = NULL;
    assert_int_equal(annoproj_table_svg(from, options, &svg, &error), expected);
    assert_null(svg);
    assert_non_null(strstr(annoproj_error_message(error), word));
    annoproj_error_free(error);
    assert_int_equal(annoproj_table_vega_lite(from, options, &json, NULL), expected);
    assert_null(json);
}

static void test_refusals(void **state) {
    (void)state;
    annoproj_table *from = projects(3, "P"), *over_time = actions(3), *operations = NULL;
    annoproj_error *error = NULL;
    char *svg = NULL;
    assert_ok(annoproj_operations(&operations, &error), error);
    expect_refused(operations, NULL, ANNOPROJ_UNSUPPORTED, "operation_row");
    expect_refused(NULL, NULL, ANNOPROJ_INVALID, "table");
    assert_status(ANNOPROJ_INVALID, annoproj_table_svg(from, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_table_vega_lite(from, NULL, NULL, &error), error);
    static const struct {
        int32_t chart, width, categories, offset;
        const char *columns, *word;
    } wrong[] = {
        {9, 0, 0, 0, NULL, "`chart`"},
        {-1, 0, 0, 0, NULL, "`chart`"},
        {0, 239, 0, 0, NULL, "`width`"},
        {0, 4097, 0, 0, NULL, "`width`"},
        {0, 0, 1, 0, NULL, "`categories`"},
        {0, 0, 201, 0, NULL, "`categories`"},
        {0, 0, 0, 1081, NULL, "`utc_offset"},
        {0, 0, 0, 0, "title", "\"title\""},
        {0, 0, 0, 0, "", "columns"},
        {0, 0, 0, 0, "tasks,nothing", "\"nothing\""},
        {0, 0, 0, 0, "tasks,tasks", "\"tasks\""},
        {ANNOPROJ_CHART_LINES, 0, 0, 0, NULL, "lines"},
        {ANNOPROJ_CHART_SHARES, 0, 0, 0, "tasks,owner", "shares"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        annoproj_picture_options options = ANNOPROJ_PICTURE_OPTIONS_INIT;
        options.chart = wrong[i].chart;
        options.width = wrong[i].width;
        options.categories = wrong[i].categories;
        options.utc_offset_minutes = wrong[i].offset;
        options.columns = wrong[i].columns;
        expect_refused(from, &options, ANNOPROJ_INVALID, wrong[i].word);
    }
    annoproj_picture_options small = {.size = 4};
    assert_status(ANNOPROJ_INVALID, annoproj_table_svg(over_time, &small, &svg, &error), error);
    annoproj_table_free(operations);
    annoproj_table_free(over_time);
    annoproj_table_free(from);
}

/* Columns of another unit in one picture would say nothing. */
static void test_units(void **state) {
    (void)state;
    annoproj_table *made = NULL;
    annoproj_error *error = NULL;
    assert_ok(rows_finish(rows_new(&row_annotators_row), &made, &error), error);
    annoproj_picture_options options = ANNOPROJ_PICTURE_OPTIONS_INIT;
    options.columns = "submitted_tasks,created_labels";
    expect_refused(made, &options, ANNOPROJ_INVALID, "another unit");
    options.columns = "task_rejection_rate,user";
    expect_refused(made, &options, ANNOPROJ_INVALID, "another unit");
    annoproj_table_free(made);
}

static void test_failing_memory(void **state) {
    (void)state;
    annoproj_table *tables[] = {actions(40), actions(1), projects(60, "Project ")};
    annoproj_picture_options options = ANNOPROJ_PICTURE_OPTIONS_INIT;
    for (int kind = 0; kind < 12; kind++) {
        annoproj_table *from = tables[kind % 3];
        const size_t before = memory_alive();
        size_t count = 1;
        options.chart = kind < 6 ? ANNOPROJ_CHART_NATURAL : ANNOPROJ_CHART_STACKED;
        options.columns = kind % 3 == 2 && kind % 2 ? "tasks" : NULL;
        for (bool failed = true; failed; count++) {
            char *drawn = NULL;
            annoproj_error *error = NULL;
            memory_fail_at(count);
            const annoproj_status status = (kind % 2 ? annoproj_table_svg : annoproj_table_vega_lite)(from, &options,
                                                                                                      &drawn, &error);
            failed = memory_has_failed();
            memory_fail_at(0);
            assert_int_equal(status, failed ? ANNOPROJ_NO_MEMORY : ANNOPROJ_OK);
            assert_int_equal(drawn != NULL, !failed);
            annoproj_free(drawn);
            annoproj_error_free(error);
            assert_int_equal(memory_alive(), before);
        }
        assert_true(count > 4);
    }
    for (size_t i = 0; i < 3; i++) {
        annoproj_table_free(tables[i]);
    }
}

int main(void) {
    memory_watch();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_one_bucket),
        cmocka_unit_test(test_lines_of_little),
        cmocka_unit_test(test_series_of_people),
        cmocka_unit_test(test_area),
        cmocka_unit_test(test_joined_buckets),
        cmocka_unit_test(test_top_and_other),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_failing_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
