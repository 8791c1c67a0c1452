/* Events that a test appends itself, and reports compared as CSV. */
#ifndef REPORT_SUPPORT_H
#define REPORT_SUPPORT_H

#include "team.h"

#include "event.h"

#define HOUR   INT64_C(3600000000)
#define DAY    (24 * HOUR)
#define MONDAY INT64_C(1767571200000000) /* 2026-01-05 00:00 UTC */

enum { ANNOTATE = 1, REVIEW = 2, COMPLETE = 3 }; /* stages of a team's workflow */

typedef annoproj_status (*report_fn)(annoproj_query *, const annoproj_call *, annoproj_table **, annoproj_error **);

void report_append(team *made, const event *events, size_t count); /* source ui where none is given */
void expect_table(annoproj_table *table, const char *expected);    /* its rows without the heading; frees it */
/* The rows, without the heading, of a report that this member asks for. */
void expect_report(team *made, enum member who, const annoproj_query_options *options, report_fn report,
                   const char *expected);

#endif
