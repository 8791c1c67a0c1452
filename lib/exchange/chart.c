/* From a table to what a picture shows: columns, order, bounds. */
#include "chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "markup.h"
#include "utf8.h"

#define DAY             INT64_C(86400000000)
#define MOST_BUCKETS    124 /* more are joined, so that a bar stays visible */
#define WIDTH           640
#define CATEGORIES      12
#define LEAST_WIDTH     240
#define MOST_WIDTH      4096
#define MOST_CATEGORIES 200

/* What a table must be for a plan. */
enum when { ALWAYS, SEVERAL_BUCKETS, ONE_CLASS };

/* The picture that is natural for a row type: of several plans the first that fits the table. */
typedef struct plan {
    const char *row, *title, *category;
    annoproj_chart kind;
    bool ordered; /* the table's order means something */
    const char *columns;
    bool joined;        /* rows of one name are added up */
    const char *series; /* a column whose values are the series, of one column; NULL = the columns are */
    enum when when;
    const char *answers; /* a column that is null in the rows of classes and not in those of answers; NULL = all rows */
} plan;

static const plan plans[] = {
    {"task_actions_row", "Task actions", "bucket", ANNOPROJ_CHART_LINES, true, "submitted,skipped,approved,rejected",
     .joined = false},
    {"time_spent_row", "Time spent", "bucket", ANNOPROJ_CHART_STACKED, true, "annotate,review,other", .joined = false},
    {"label_actions_row", "Label actions", "bucket", ANNOPROJ_CHART_LINES, true, "submitted,approved,rejected",
     .joined = false},
    {"ontology_actions_row", "Labels by class", "name", ANNOPROJ_CHART_BARS, false, "created", .joined = false},
    {"annotators_row", "Tasks submitted by collaborator", "email", ANNOPROJ_CHART_BARS, false, "submitted_tasks",
     .joined = false},
    {"annotators_frame_row", "Frame labels by annotator", "email", ANNOPROJ_CHART_STACKED, false,
     "created_labels,edited_labels,deleted_labels", .joined = false},
    {"reviewers_row", "Reviewed tasks by collaborator", "email", ANNOPROJ_CHART_STACKED, false,
     "approved_tasks,rejected_tasks", .joined = false},
    {"reviewers_frame_row", "Frame labels by reviewer", "email", ANNOPROJ_CHART_STACKED, false,
     "approved_labels,rejected_labels", .joined = false},
    {"collaborator_time_row", "Time spent by collaborator", "bucket", ANNOPROJ_CHART_STACKED, true, "total",
     .joined = false, .series = "email", .when = SEVERAL_BUCKETS},
    {"collaborator_time_row", "Time spent by collaborator", "email", ANNOPROJ_CHART_STACKED, false,
     "annotate,review,other", .joined = true},
    {"issue_actions_row", "Issue actions", "bucket", ANNOPROJ_CHART_LINES, true, "created,resolved,reopened,open",
     .joined = false},
    {"issue_tags_row", "Issue tags", "name", ANNOPROJ_CHART_BARS, false, "count", .joined = false},
    {"issue_tags_by_class_row", "Issue tags by class", "class_name", ANNOPROJ_CHART_STACKED, false, "count",
     .joined = true, .series = "name"},
    {"task_performance_row", "Time by task", "title", ANNOPROJ_CHART_BARS, false, "total_time", .joined = false},
    {"task_performance_by_stage_row", "Time by stage", "stage_title", ANNOPROJ_CHART_BARS, false, "time_spent",
     .joined = true},
    {"instance_statistics_row", "Instances by data unit", "title", ANNOPROJ_CHART_SHARES, false, "instances",
     .joined = true, .when = ONE_CLASS},
    {"instance_statistics_row", "Instances by class", "class_name", ANNOPROJ_CHART_SHARES, false, "instances",
     .joined = true},
    {"label_statistics_row", "Frame labels by answer", "answer", ANNOPROJ_CHART_BARS, false, "frame_labels",
     .joined = true, .when = ONE_CLASS, .answers = "attribute_name"},
    {"label_statistics_row", "Frame labels by class", "class_name", ANNOPROJ_CHART_SHARES, false, "frame_labels",
     .joined = true, .answers = "attribute_name"},
    {"cumulative_flow_row", "Cumulative flow", "bucket", ANNOPROJ_CHART_AREA, true, "tasks", .joined = false,
     .series = "stage_title", .when = SEVERAL_BUCKETS},
    {"cumulative_flow_row", "Tasks by stage", "stage_title", ANNOPROJ_CHART_SHARES, true, "tasks", .joined = false},
    {"stage_flow_row", "Throughput by stage", "stage_title", ANNOPROJ_CHART_BARS, true, "left", .joined = false},
    {"burn_down_row", "Remaining tasks", "bucket", ANNOPROJ_CHART_LINES, true, "remaining,completed,added",
     .joined = false},
    {"forecast_row", "Days until nothing remains", "p50", ANNOPROJ_CHART_BARS, true, "p50_days,p90_days",
     .joined = false},
    {"collaborator_quality_row", "First-pass acceptance", "email", ANNOPROJ_CHART_BARS, false, "acceptance_rate",
     .joined = false},
    {"class_quality_row", "First-pass acceptance by class", "class_name", ANNOPROJ_CHART_BARS, false, "acceptance_rate",
     .joined = false},
    {"top_users_row", "Time spent by user", "email", ANNOPROJ_CHART_STACKED, false, "annotate,review,other",
     .joined = false},
    {"top_projects_row", "Time spent by project", "title", ANNOPROJ_CHART_STACKED, false, "annotate,review,other",
     .joined = false},
    {"tasks_by_stage_row", "Tasks by stage", "title", ANNOPROJ_CHART_SHARES, true, "tasks", .joined = false},
    {"stage_row", "Tasks by stage", "title", ANNOPROJ_CHART_SHARES, true, "tasks", .joined = false},
    {"project_row", "Tasks by project", "title", ANNOPROJ_CHART_BARS, false, "tasks", .joined = false},
};

/* Colours that mean the same in every picture; other series take the first one that is free. */
static const struct {
    const char *begin;
    int color;
} meanings[] = {{"submitted", 0}, {"annotate", 0}, {"created", 0}, {"approved", 2}, {"review", 2},
                {"rejected", 3},  {"deleted", 3},  {"edited", 1},  {"skipped", 7},  {"other", 7}};

/* Columns of what there is at the end of a bucket; the others tell what happened in it. */
static bool is_level(const char *row, const char *column) {
    return (strcmp(row, "burn_down_row") == 0 && strcmp(column, "remaining") == 0) ||
           (strcmp(row, "issue_actions_row") == 0 && strcmp(column, "open") == 0) ||
           (strcmp(row, "cumulative_flow_row") == 0 && strcmp(column, "tasks") == 0);
}

static int find_column(const row_type *type, const char *name, size_t length) {
    for (size_t i = 0; i < type->column_count; i++) {
        if (strlen(type->columns[i].name) == length && memcmp(type->columns[i].name, name, length) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* Whether rows have one value of a column, or all the same. */
static bool all_same(const table *from, const char *name) {
    const int column = find_column(from->type, name, strlen(name));
    for (int64_t row = 1; row < from->row_count; row++) {
        if (((const int64_t *)from->columns[column].data)[row] !=
            ((const int64_t *)from->columns[column].data)[row - 1]) {
            return false;
        }
    }
    return true;
}

static bool is_over_time(annoproj_chart kind) {
    return kind == ANNOPROJ_CHART_LINES || kind == ANNOPROJ_CHART_AREA;
}

/* Who asks for lines gets the picture over time, also of a table that has no row yet, or one bucket. */
static bool fits(const plan *one, const table *from, const annoproj_picture_options *options) {
    if (strcmp(one->row, from->type->name) != 0 || (one->series && options->columns && strchr(options->columns, ','))) {
        return false;
    }
    return one->when == ALWAYS || (one->when == ONE_CLASS ? from->row_count > 0 && all_same(from, "class")
                                                          : is_over_time(options->chart) || !all_same(from, "bucket"));
}

static annoproj_status find_plan(const table *from, const annoproj_picture_options *options, const plan **out,
                                 annoproj_error **error) {
    for (size_t i = 0; i < sizeof plans / sizeof *plans; i++) {
        if (fits(&plans[i], from, options)) {
            *out = &plans[i];
            return ANNOPROJ_OK;
        }
    }
    return fail(error, ANNOPROJ_UNSUPPORTED, "%s has no natural picture: use its CSV, JSON or Arrow form",
                from->type->name);
}

static bool is_rate(const column_type *column) {
    const size_t length = strlen(column->name);
    return length > 5 && strcmp(column->name + length - 5, "_rate") == 0;
}

/* ---- columns ---- */

static annoproj_status add_series(chart *made, const row_type *type, const char *name, size_t length, int *columns,
                                  annoproj_error **error) {
    const int index = find_column(type, name, length);
    const column_type *column = index >= 0 ? &type->columns[index] : NULL;
    struct quoted buffer;
    if (!column || (column->type != ANNOPROJ_COLUMN_INT64 && column->type != ANNOPROJ_COLUMN_DOUBLE)) {
        return fail(error, ANNOPROJ_INVALID, "`columns` names %s, which is no column of numbers of %s",
                    quoted(&buffer, name, length), type->name);
    }
    if (made->series_count == CHART_SERIES) {
        return fail(error, ANNOPROJ_INVALID, "`columns` names more than %d columns: draw fewer in one picture",
                    CHART_SERIES);
    }
    for (size_t i = 0; i < made->series_count; i++) {
        const column_type *other = &type->columns[columns[i]];
        if (columns[i] == index || strcmp(other->unit, column->unit) != 0 || is_rate(other) != is_rate(column)) {
            return fail(error, ANNOPROJ_INVALID,
                        "`columns` names %s, which is there already or has another unit than %s",
                        quoted(&buffer, name, length), other->name);
        }
    }
    columns[made->series_count] = index;
    made->series[made->series_count++] = (chart_series){
        .key = column->name, .title = column->title, .color = -1, .level = is_level(type->name, column->name)};
    return ANNOPROJ_OK;
}

static annoproj_status choose_columns(chart *made, const row_type *type, const char *names, int *columns,
                                      annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    while (status == ANNOPROJ_OK) {
        const size_t length = strcspn(names, ",");
        status = add_series(made, type, names, length, columns, error);
        if (!names[length]) {
            break;
        }
        names += length + 1;
    }
    return status;
}

static void choose_colors(chart *made) {
    bool taken[CHART_SERIES] = {false};
    for (size_t s = 0; s < made->series_count; s++) {
        for (size_t i = 0; i < sizeof meanings / sizeof *meanings && made->series[s].color < 0; i++) {
            if (strncmp(made->series[s].key, meanings[i].begin, strlen(meanings[i].begin)) == 0 &&
                !taken[meanings[i].color]) {
                made->series[s].color = meanings[i].color;
                taken[meanings[i].color] = true;
            }
        }
    }
    for (size_t s = 0; s < made->series_count; s++) {
        for (int color = 0; color < CHART_SERIES && made->series[s].color < 0; color++) {
            if (!taken[color]) {
                made->series[s].color = color;
                taken[color] = true;
            }
        }
    }
}

/* ---- values ---- */

double chart_number(const table *from, int column, int64_t row) {
    const table_column *data = &from->columns[column];
    if (table_is_null(data, row)) {
        return NAN;
    }
    const double value = from->type->columns[column].type == ANNOPROJ_COLUMN_DOUBLE
                             ? ((const double *)data->data)[row]
                             : (double)((const int64_t *)data->data)[row];
    return isfinite(value) ? value : NAN;
}

/* A text with a NUL behind it: dictionaries and texts keep one. */
const char *chart_text(const table *from, int column, int64_t row) {
    const table_column *data = &from->columns[column];
    if (table_is_null(data, row)) {
        return "";
    }
    if (from->type->columns[column].type == ANNOPROJ_COLUMN_DICTIONARY) {
        const int32_t entry = ((const int32_t *)data->data)[row];
        return data->texts + data->dictionary_offsets[entry] + entry;
    }
    return data->texts + data->offsets[row] + row;
}

/* Where the rows of a chart come from. */
typedef struct source {
    const table *from;
    const plan *natural;
    int columns[CHART_SERIES], category;
    int *series_of; /* by row; NULL = the columns are the series */
    int64_t offset_us;
} source;

/* "Colour: red": answers of two attributes may have one name. */
static annoproj_status name_answer(chart *made, const source *of, int64_t row, chart_category *one,
                                   annoproj_error **error) {
    const int attribute = find_column(of->from->type, of->natural->answers, strlen(of->natural->answers));
    text name = {0};
    char *taken = NULL;
    text_string(&name, chart_text(of->from, attribute, row));
    text_string(&name, ": ");
    text_string(&name, one->name);
    annoproj_status status = text_take(&name, &taken, NULL, error);
    if (status == ANNOPROJ_OK) {
        one->name = arena_text(&made->memory, taken, strlen(taken));
        status = one->name ? ANNOPROJ_OK : fail_memory(error);
    }
    release(taken);
    return status;
}

static annoproj_status add_row(chart *made, const source *of, int64_t row, annoproj_error **error) {
    const table *from = of->from;
    const int category = of->category;
    chart_category *one = &made->categories[made->category_count++];
    one->merged = 1;
    if (made->over_time) {
        one->start_us = table_is_null(&from->columns[category], row)
                            ? 0
                            : ((const int64_t *)from->columns[category].data)[row] + of->offset_us;
        one->name = "";
    } else {
        one->name = chart_text(from, category, row);
    }
    for (size_t s = 0; s < made->series_count; s++) {
        const bool other = of->series_of && of->series_of[row] != (int)s;
        one->values[s] = other ? NAN : chart_number(from, of->columns[of->series_of ? 0 : s], row);
    }
    return of->natural->answers && of->natural->when == ONE_CLASS ? name_answer(made, of, row, one, error)
                                                                  : ANNOPROJ_OK;
}

/* Of the rows of classes and of those below them one kind is drawn. */
static bool is_drawn(const source *of, int64_t row) {
    const table *from = of->from;
    const int level = find_column(from->type, "level", 5);
    if (level >= 0 && chart_number(from, level, row) != 0) {
        return false;
    }
    if (!of->natural->answers) {
        return true;
    }
    const int answers = find_column(from->type, of->natural->answers, strlen(of->natural->answers));
    return table_is_null(&from->columns[answers], row) == (of->natural->when != ONE_CLASS);
}

static annoproj_status read_rows(chart *made, const source *of, annoproj_error **error) {
    const table *from = of->from;
    annoproj_status status = ANNOPROJ_OK;
    made->categories = arena_array(&made->memory, (size_t)from->row_count + CHART_SERIES, sizeof *made->categories);
    if (!made->categories) {
        return fail_memory(error);
    }
    for (int64_t row = 0; row < from->row_count && status == ANNOPROJ_OK; row++) {
        if (is_drawn(of, row)) {
            status = add_row(made, of, row, error);
        }
    }
    return status;
}

double chart_total(const chart *of, size_t category) {
    double total = 0;
    for (size_t s = 0; s < of->series_count; s++) {
        const double value = of->categories[category].values[s];
        total += isnan(value) ? 0 : value;
    }
    return total;
}

/* ---- bounds ---- */

static bool sums(const table *from, const int *columns, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (from->type->columns[columns[i]].type != ANNOPROJ_COLUMN_INT64) {
            return false;
        }
    }
    return true;
}

void chart_join(chart *made, chart_category *into, const chart_category *more) {
    into->merged += more->merged;
    for (size_t s = 0; s < made->series_count; s++) {
        if (isnan(into->values[s])) {
            into->values[s] = more->values[s];
        } else if (!isnan(more->values[s])) {
            into->values[s] += more->values[s];
        }
    }
}

/* A later bucket. */
static void join_later(chart *made, chart_category *into, const chart_category *more) {
    const chart_category before = *into;
    chart_join(made, into, more);
    for (size_t s = 0; s < made->series_count; s++) {
        if (made->series[s].level) {
            into->values[s] = isnan(more->values[s]) ? before.values[s] : more->values[s];
        }
    }
}

static int compare_names(const void *left, const void *right) {
    const chart_category *a = left, *b = right;
    return strcmp(a->name, b->name);
}

/* Several rows of one name are one bar: what a report says by collaborator and day, or by class and data unit. */
static void join_names(chart *made) {
    size_t kept = 0;
    qsort(made->categories, made->category_count, sizeof *made->categories, compare_names);
    for (size_t i = 0; i < made->category_count; i++) {
        if (kept > 0 && compare_names(&made->categories[kept - 1], &made->categories[i]) == 0) {
            chart_join(made, &made->categories[kept - 1], &made->categories[i]);
            made->categories[kept - 1].merged = 1; /* still one category */
        } else {
            made->categories[kept++] = made->categories[i];
        }
    }
    made->category_count = kept;
}

typedef struct rank {
    double total;
    size_t category;
} rank;

static int compare_ranks(const void *left, const void *right) {
    const rank *a = left, *b = right;
    if (a->total != b->total) {
        return a->total < b->total ? 1 : -1;
    }
    return a->category < b->category ? -1 : 1;
}

static annoproj_status sort_categories(chart *made, annoproj_error **error) {
    const size_t count = made->category_count;
    rank *ranks = arena_array(&made->memory, count + 1, sizeof *ranks);
    chart_category *sorted = arena_array(&made->memory, count + 1, sizeof *sorted);
    if (!ranks || !sorted) {
        return fail_memory(error);
    }
    for (size_t i = 0; i < count; i++) {
        ranks[i] = (rank){chart_total(made, i), i};
    }
    qsort(ranks, count, sizeof *ranks, compare_ranks);
    for (size_t i = 0; i < count; i++) {
        sorted[i] = made->categories[ranks[i].category];
    }
    made->categories = sorted;
    return ANNOPROJ_OK;
}

/* The first ones, and all others as one where their sum means something. */
static annoproj_status bound_categories(chart *made, size_t most, bool summable, annoproj_error **error) {
    if (made->category_count <= most) {
        return ANNOPROJ_OK;
    }
    if (!summable) {
        made->left_out = (int64_t)(made->category_count - most);
        made->category_count = most;
        return ANNOPROJ_OK;
    }
    chart_category *other = &made->categories[most - 1];
    for (size_t i = most; i < made->category_count; i++) {
        chart_join(made, other, &made->categories[i]);
    }
    text name = {0};
    char *taken = NULL;
    text_string(&name, "other (");
    markup_grouped(&name, (double)other->merged, 0);
    text_string(&name, ")");
    annoproj_status status = text_take(&name, &taken, NULL, error);
    if (status == ANNOPROJ_OK) {
        other->name = arena_text(&made->memory, taken, strlen(taken));
        status = other->name ? ANNOPROJ_OK : fail_memory(error);
    }
    release(taken);
    made->category_count = most;
    return status;
}

/* Neighbouring buckets are joined until they fit; an average of averages would be wrong, so those are only shown in part. */
static void bound_buckets(chart *made, bool summable) {
    if (!summable && made->category_count > MOST_BUCKETS) {
        made->left_out = (int64_t)made->category_count - MOST_BUCKETS;
        memmove(made->categories, made->categories + made->left_out, MOST_BUCKETS * sizeof *made->categories);
        made->category_count = MOST_BUCKETS;
    }
    const size_t group = (made->category_count + MOST_BUCKETS - 1) / MOST_BUCKETS;
    size_t kept = 0;
    for (size_t i = 0; group > 1 && i < made->category_count; i++) {
        if (i % group == 0) {
            made->categories[kept++] = made->categories[i];
        } else {
            join_later(made, &made->categories[kept - 1], &made->categories[i]);
        }
    }
    made->category_count = group > 1 ? kept : made->category_count;
    for (size_t i = 1; i < made->category_count; i++) {
        const int64_t distance = made->categories[i].start_us - made->categories[i - 1].start_us;
        made->bucket_us = made->bucket_us == 0 || distance < made->bucket_us ? distance : made->bucket_us;
    }
}

/* One bucket alone is no line: its columns become the categories. */
static void transpose(chart *made) {
    const chart_category only = made->categories[0];
    chart_category *turned = made->categories;
    if (is_over_time(made->kind) || (made->series_count > 1 && made->kind != ANNOPROJ_CHART_SHARES)) {
        made->kind = ANNOPROJ_CHART_BARS;
    }
    for (size_t s = 0; s < made->series_count; s++) {
        turned[s] = (chart_category){.name = made->series[s].title, .merged = 1, .values = {only.values[s]}};
    }
    made->category_count = made->series_count;
    made->series_count = 1;
    made->series[0] = (chart_series){.key = "value", .title = "Value", .color = 0};
    made->category_title = "Figure";
    made->over_time = false;
}

/* ---- how values are shown ---- */

static void choose_scale(chart *made, const column_type *column) {
    double most = 0;
    for (size_t i = 0; i < made->category_count; i++) {
        for (size_t s = 0; s < made->series_count; s++) {
            most = fmax(most, isnan(made->categories[i].values[s]) ? 0 : fabs(made->categories[i].values[s]));
        }
    }
    made->scale = 1;
    made->unit = strcmp(column->unit, "d") == 0 ? "days" : column->unit;
    made->decimals = column->type == ANNOPROJ_COLUMN_DOUBLE ? 1 : 0;
    made->seconds = strcmp(column->unit, "s") == 0;
    if (is_rate(column)) {
        made->scale = 100;
        made->unit = "%";
    } else if (made->seconds) {
        made->scale = most >= 7200 ? 1.0 / 3600 : most >= 120 ? 1.0 / 60 : 1;
        made->unit = most >= 7200 ? "hours" : most >= 120 ? "minutes" : "seconds";
        made->decimals = most >= 120 && most * made->scale < 1000 ? 1 : made->decimals;
    }
}

void chart_value(const chart *of, text *out, double value) {
    markup_grouped(out, value * of->scale, of->decimals);
}

void chart_exact(const chart *of, text *out, double value) {
    if (of->seconds && value == floor(value) && fabs(value) < 1e15) {
        markup_duration(out, (int64_t)value);
        return;
    }
    if (of->scale == 100) {
        markup_grouped(out, value * 100, 2);
        text_string(out, " %");
        return;
    }
    markup_grouped(out, value, value == floor(value) ? 0 : 3);
    if (*of->unit) {
        text_character(out, ' ');
        text_string(out, of->seconds ? "s" : of->unit);
    }
}

/* ---- all of it ---- */

/* "Approved tasks, Rejected tasks by Collaborator" */
static annoproj_status name_after_columns(chart *made, annoproj_error **error) {
    text title = {0};
    char *taken = NULL;
    for (size_t s = 0; s < made->series_count; s++) {
        text_string(&title, s ? ", " : "");
        text_string(&title, made->series[s].title);
    }
    text_string(&title, " by ");
    text_string(&title, made->category_title);
    annoproj_status status = text_take(&title, &taken, NULL, error);
    if (status == ANNOPROJ_OK) {
        made->title = arena_text(&made->memory, taken, strlen(taken));
        status = made->title ? ANNOPROJ_OK : fail_memory(error);
    }
    release(taken);
    return status;
}

static annoproj_status check_options(const annoproj_picture_options *options, annoproj_error **error) {
    if (options->chart < ANNOPROJ_CHART_NATURAL || options->chart > ANNOPROJ_CHART_AREA) {
        return fail(error, ANNOPROJ_INVALID, "`chart` is %d, which is no annoproj_chart", (int)options->chart);
    }
    if (options->width != 0 && (options->width < LEAST_WIDTH || options->width > MOST_WIDTH)) {
        return fail(error, ANNOPROJ_INVALID, "`width` is %d, not between %d and %d", (int)options->width, LEAST_WIDTH,
                    MOST_WIDTH);
    }
    if (options->categories != 0 && (options->categories < 2 || options->categories > MOST_CATEGORIES)) {
        return fail(error, ANNOPROJ_INVALID, "`categories` is %d, not between 2 and %d", (int)options->categories,
                    MOST_CATEGORIES);
    }
    if (options->utc_offset_minutes < -1080 || options->utc_offset_minutes > 1080) {
        return fail(error, ANNOPROJ_INVALID, "`utc_offset_minutes` is %d, not between -1080 and 1080",
                    (int)options->utc_offset_minutes);
    }
    annoproj_status status = options->title ? check_text(options->title, TEXT_TITLE, "title", error) : ANNOPROJ_OK;
    if (status == ANNOPROJ_OK && options->columns) {
        status = check_text(options->columns, TEXT_TITLE, "columns", error);
    }
    return status;
}

static annoproj_status check_kind(const chart *made, const plan *natural, annoproj_error **error) {
    if (is_over_time(made->kind) && !made->over_time) {
        return fail(error, ANNOPROJ_INVALID, "`chart` is %s, but %s has no time to draw them over",
                    made->kind == ANNOPROJ_CHART_LINES ? "lines" : "area", natural->row);
    }
    if (made->kind == ANNOPROJ_CHART_SHARES && made->series_count > 1 && made->category_count > 1) {
        return fail(error, ANNOPROJ_INVALID, "`chart` is shares, which are of one column: `columns` gives %zu",
                    made->series_count);
    }
    return ANNOPROJ_OK;
}

/* What the options and the plan ask for; `of` says where its rows come from. */
static annoproj_status begin(chart *out, source *of, const annoproj_picture_options *options, annoproj_error **error) {
    const row_type *type = of->from->type;
    const plan *natural = of->natural;
    annoproj_status status = choose_columns(out, type, options->columns ? options->columns : natural->columns,
                                            of->columns, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    of->category = find_column(type, natural->category, strlen(natural->category));
    of->offset_us = (int64_t)options->utc_offset_minutes * 60000000;
    out->kind = options->chart ? options->chart : natural->kind;
    out->title = options->title ? options->title : natural->title;
    out->category_title = type->columns[of->category].title;
    out->over_time = type->columns[of->category].type == ANNOPROJ_COLUMN_TIMESTAMP_US;
    out->width = options->width ? options->width : WIDTH;
    choose_colors(out);
    if (options->columns && !options->title) {
        status = name_after_columns(out, error);
    }
    if (status == ANNOPROJ_OK && natural->series) {
        const bool level = out->series[0].level;
        const pivot how = {.series = find_column(type, natural->series, strlen(natural->series)),
                           .value = of->columns[0],
                           .ordered = natural->ordered && level};
        status = chart_pivot(out, of->from, &how, &of->series_of, error);
        for (size_t s = 0; s < out->series_count; s++) {
            out->series[s].level = level;
        }
    }
    return status;
}

/* Order and bounds. */
static annoproj_status arrange(chart *made, const source *of, size_t most, bool summable, annoproj_error **error) {
    const plan *natural = of->natural;
    annoproj_status status = ANNOPROJ_OK;
    if (made->over_time && natural->series && summable) {
        status = chart_fill_buckets(made, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    if (made->over_time && made->category_count == 1) {
        transpose(made);
        return ANNOPROJ_OK;
    }
    if (made->over_time) {
        bound_buckets(made, summable);
        return ANNOPROJ_OK;
    }
    if (natural->joined) {
        join_names(made);
    }
    status = natural->ordered ? ANNOPROJ_OK : sort_categories(made, error);
    return status == ANNOPROJ_OK ? bound_categories(made, most, summable, error) : status;
}

annoproj_status chart_make(chart *out, const table *from, const annoproj_picture_options *options,
                           annoproj_error **error) {
    source of = {.from = from};
    *out = (chart){0};
    annoproj_status status = check_options(options, error);
    if (status == ANNOPROJ_OK) {
        status = find_plan(from, options, &of.natural, error);
    }
    if (status == ANNOPROJ_OK) {
        status = begin(out, &of, options, error);
    }
    if (status == ANNOPROJ_OK) {
        status = read_rows(out, &of, error);
    }
    if (status == ANNOPROJ_OK) {
        status = check_kind(out, of.natural, error);
    }
    if (status == ANNOPROJ_OK) {
        const bool summable = sums(from, of.columns, of.series_of ? 1 : out->series_count);
        status = arrange(out, &of, options->categories ? (size_t)options->categories : CATEGORIES, summable, error);
    }
    if (status == ANNOPROJ_OK) {
        choose_scale(out, &from->type->columns[of.columns[0]]);
    }
    return status;
}

void chart_release(chart *gone) {
    arena_release(&gone->memory);
}
