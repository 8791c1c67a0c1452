/* The report of a project as one HTML page that needs nothing else. */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include "output.h"
#include "query.h"

/* Everything in the scope's one snapshot. `title` NULL = the project's. */
annoproj_status report_page(scope *scope, const query *query, const char *title, output *out, annoproj_error **error);

#endif
