/* Tables with a row for each bucket (or class) and collaborator, stage or tag: a series for each of these. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "chart.h"
#include "failure.h"
#include "markup.h"

#define DAY         INT64_C(86400000000)
#define MOST_FILLED 100000 /* buckets, as many as reports have */

/* --- series ------------------------------------------------------------------------------------------------------- */

typedef struct named {
    const char *name;
    double total;
    int64_t first; /* row */
    int series;
} named;

static int by_name(const void *left, const void *right) {
    return strcmp(((const named *)left)->name, ((const named *)right)->name);
}

static int by_first(const void *left, const void *right) {
    const named *a = left, *b = right;
    return (a->first > b->first) - (a->first < b->first);
}

static int by_total(const void *left, const void *right) {
    const named *a = left, *b = right;
    return a->total != b->total ? (a->total < b->total) - (a->total > b->total) : by_first(left, right);
}

static double amount(const table *from, const pivot *how, int64_t row) {
    const double value = chart_number(from, how->value, row);
    return isnan(value) ? 0 : value;
}

/* The names of all series, each once, by name. */
static annoproj_status list_names(chart *made, const table *from, const pivot *how, named **out, size_t *count,
                                  annoproj_error **error) {
    named *list = arena_array(&made->memory, (size_t)from->row_count + 1, sizeof *list);
    size_t kept = 0;
    if (list == NULL) {
        return fail_memory(error);
    }
    for (int64_t row = 0; row < from->row_count; row++) {
        list[row] = (named){chart_text(from, how->series, row), amount(from, how, row), row, 0};
    }
    qsort(list, (size_t)from->row_count, sizeof *list, by_name);
    for (int64_t row = 0; row < from->row_count; row++) {
        if (kept > 0 && by_name(&list[kept - 1], &list[row]) == 0) {
            list[kept - 1].total += list[row].total;
            list[kept - 1].first = list[row].first < list[kept - 1].first ? list[row].first : list[kept - 1].first;
        } else {
            list[kept++] = list[row];
        }
    }
    *out = list;
    *count = kept;
    return ANNOPROJ_OK;
}

static annoproj_status name_others(chart *made, size_t count, annoproj_error **error) {
    text name = {0};
    char *taken = NULL;
    text_string(&name, "other (");
    markup_grouped(&name, (double)count, 0);
    text_string(&name, ")");
    annoproj_status status = text_take(&name, &taken, NULL, error);
    if (status == ANNOPROJ_OK) {
        const char *kept = arena_text(&made->memory, taken, strlen(taken));
        made->series[CHART_SERIES - 1] = (chart_series){.key = kept, .title = kept, .color = CHART_SERIES - 1};
        status = kept == NULL ? fail_memory(error) : ANNOPROJ_OK;
    }
    release(taken);
    return status;
}

annoproj_status chart_pivot(chart *made, const table *from, const pivot *how, int **series_of, annoproj_error **error) {
    named *list = NULL;
    size_t count = 0;
    annoproj_status status = list_names(made, from, how, &list, &count, error);
    *series_of = arena_array(&made->memory, (size_t)from->row_count + 1, sizeof **series_of);
    if (status == ANNOPROJ_OK && *series_of == NULL) {
        status = fail_memory(error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    const size_t shown = count <= CHART_SERIES ? count : CHART_SERIES - 1;
    qsort(list, count, sizeof *list, how->ordered ? by_first : by_total);
    for (size_t i = 0; i < count; i++) {
        list[i].series = i < shown ? (int)i : CHART_SERIES - 1;
        if (i < shown) {
            made->series[i] = (chart_series){.key = list[i].name, .title = list[i].name, .color = (int)i};
        }
    }
    made->series_count = count <= CHART_SERIES ? count : CHART_SERIES;
    if (count > CHART_SERIES) {
        status = name_others(made, count - shown, error);
    }
    qsort(list, count, sizeof *list, by_name);
    for (int64_t row = 0; row < from->row_count; row++) {
        const named wanted = {.name = chart_text(from, how->series, row)};
        const named *found = bsearch(&wanted, list, count, sizeof *list, by_name);
        (*series_of)[row] = found == NULL ? 0 : found->series;
    }
    return status;
}

/* --- buckets ------------------------------------------------------------------------------------------------------ */

/* The next bucket after one that began at `start`. Days of 23 and of 25 hours are days. */
static int64_t next_bucket(int64_t start, int64_t length) {
    if (length >= 28 * DAY) {
        return calendar_next(ANNOPROJ_BUCKET_MONTH, 0, start);
    }
    return start + (length >= DAY - DAY / 12 ? (length + DAY / 2) / DAY * DAY : length);
}

/* Half a bucket earlier or later is the same bucket. */
static int64_t missing_after(const chart *made, size_t category, int64_t length) {
    int64_t count = 0, at = next_bucket(made->categories[category].start_us, length);
    while (at + length / 2 < made->categories[category + 1].start_us && count < INT32_MAX) {
        at = next_bucket(at, length);
        count++;
    }
    return count;
}

static void join_rows(chart *made) {
    size_t kept = 0;
    for (size_t i = 0; i < made->category_count; i++) {
        if (kept > 0 && made->categories[kept - 1].start_us == made->categories[i].start_us) {
            chart_join(made, &made->categories[kept - 1], &made->categories[i]);
            made->categories[kept - 1].merged = 1; /* still one bucket */
        } else {
            made->categories[kept++] = made->categories[i];
        }
    }
    made->category_count = kept;
}

static int64_t shortest(const chart *made) {
    int64_t length = 0;
    for (size_t i = 1; i < made->category_count; i++) {
        const int64_t distance = made->categories[i].start_us - made->categories[i - 1].start_us;
        length = length == 0 || distance < length ? distance : length;
    }
    return length;
}

static void fill_zeros(const chart *made, chart_category *one) {
    for (size_t s = 0; s < made->series_count; s++) {
        one->values[s] = isnan(one->values[s]) ? 0 : one->values[s];
    }
}

annoproj_status chart_fill_buckets(chart *made, annoproj_error **error) {
    join_rows(made);
    const int64_t length = shortest(made);
    size_t room = made->category_count, count = 0;
    for (size_t i = 0; length > 0 && i + 1 < made->category_count; i++) {
        room += (size_t)missing_after(made, i, length);
    }
    if (room > MOST_FILLED) {
        room = made->category_count; /* explicit buckets of very different lengths */
    }
    const bool fills = room > made->category_count;
    chart_category *filled = arena_array(&made->memory, room + CHART_SERIES, sizeof *filled);
    if (filled == NULL) {
        return fail_memory(error);
    }
    for (size_t i = 0; i < made->category_count; i++) {
        filled[count] = made->categories[i];
        fill_zeros(made, &filled[count++]);
        const int64_t missing = fills && i + 1 < made->category_count ? missing_after(made, i, length) : 0;
        for (int64_t k = 0; k < missing; k++, count++) {
            filled[count] = (chart_category){.name = "", .merged = 1};
            filled[count].start_us = next_bucket(filled[count - 1].start_us, length);
        }
    }
    made->categories = filled;
    made->category_count = count;
    return ANNOPROJ_OK;
}
