/* Issues as lists and gets show them. */
#ifndef ISSUE_LIST_H
#define ISSUE_LIST_H

#include "issue.h"
#include "rows.h"

#define ISSUE_LIST_DEFAULT 1000
#define ISSUE_LIST_MOST    10000

/* Adds a row of issue_row. Whether the session may view the issue has been asked before. */
annoproj_status issue_add_row(scope *scope, rows *table, int64_t id, annoproj_error **error);
/* Adds the page that the options ask for. */
annoproj_status issue_list_page(scope *scope, const annoproj_issue_list_options *options, rows *table,
                                annoproj_error **error);

#endif
