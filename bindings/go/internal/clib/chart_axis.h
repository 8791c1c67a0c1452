/* Axes: round ticks, and which buckets get a label. */
#ifndef CHART_AXIS_H
#define CHART_AXIS_H

#include "chart.h"

typedef struct axis {
    double step, end; /* in shown units, from 0 */
    int steps;        /* from 0 to the end */
    int decimals;
} axis;

/* Ticks at 1, 2 or 5 times a power of ten, at most `most` of them, the last not below the greatest value. */
axis axis_of(double greatest, int most, bool whole);
/* The label of a bucket, short; the range of the whole axis and the length of a bucket, for the heading. */
void axis_bucket(const chart *chart, size_t category, text *out);
void axis_range(const chart *chart, text *out);
const char *axis_bucket_word(const chart *chart); /* "per day"; "" when the buckets are of no usual length */

#endif
