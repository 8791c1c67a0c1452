/* A chart is what a picture shows: some columns of a table over its categories or its time, bounded, in the order in which it is
 * drawn. Pictures are made from it and see no table. */
#ifndef CHART_H
#define CHART_H

#include "allocate.h"
#include "table.h"
#include "text.h"

#define CHART_SERIES 8

typedef struct chart_series {
    const char *key, *title;
    int color;  /* of the palette */
    bool level; /* what there is at the end of a bucket: of joined ones the last counts */
} chart_series;

typedef struct chart_category {
    const char *name;
    int64_t start_us;            /* time charts, shifted by the offset */
    int64_t merged;              /* rows that became one: more than 1 in "other" and in joined buckets */
    double values[CHART_SERIES]; /* NAN = none */
} chart_category;

typedef struct chart {
    arena memory; /* names that are not the table's */
    annoproj_chart kind;
    const char *title, *category_title;
    const char *unit;  /* of the scaled values: tasks, labels, hours, % */
    double scale;      /* what a value is multiplied by to be shown */
    int decimals;      /* of a shown value */
    bool seconds;      /* the values are durations */
    bool over_time;    /* categories are buckets */
    int64_t bucket_us; /* the shortest distance of two buckets; 0 = one bucket */
    int64_t left_out;  /* rows that are not shown and not in "other" */
    int32_t width;
    size_t series_count, category_count;
    chart_series series[CHART_SERIES];
    chart_category *categories; /* in the arena */
} chart;

/* Rows of one series each: what they are, and how they become categories with a value for each series (chart_pivot.c). */
typedef struct pivot {
    int series, value; /* columns */
    bool ordered;      /* series stay in the order of the table */
} pivot;

/* The text of a cell, "" for null, with a NUL behind it; of numbers NAN for null. */
const char *chart_text(const table *from, int column, int64_t row);
double chart_number(const table *from, int column, int64_t row);
/* Chooses the series and fills in `series_of`, in the arena: the series of each row. */
annoproj_status chart_pivot(chart *chart, const table *from, const pivot *how, int **series_of, annoproj_error **error);
/* Rows of one bucket become one, and buckets that no row has are put between them. */
annoproj_status chart_fill_buckets(chart *chart, annoproj_error **error);
void chart_join(chart *chart, chart_category *into, const chart_category *more);

/* UNSUPPORTED for a row type without a picture, INVALID for options that do not fit it. Borrows the table's texts. Release it also
 * after a failure. */
annoproj_status chart_make(chart *out, const table *from, const annoproj_picture_options *options,
                           annoproj_error **error);
void chart_release(chart *chart);
double chart_total(const chart *chart, size_t category);       /* over its series */
void chart_value(const chart *chart, text *out, double value); /* as it is shown, without unit */
void chart_exact(const chart *chart, text *out, double value); /* as it stands in the table, for a person, with unit */

/* As part of an HTML page (which has chart_style() once) it has no style and no heading of its own. */
void chart_svg(const chart *chart, bool in_page, text *out);
void chart_vega_lite(const chart *chart, text *out);
/* The colours of pictures on dark screens; light ones are in their attributes. */
extern const char chart_style[];
extern const char *const chart_palette[CHART_SERIES];

#endif
