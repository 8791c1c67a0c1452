/* Figures by user, for the reports of annotators and reviewers. */
#ifndef REPORT_PEOPLE_H
#define REPORT_PEOPLE_H

#include "query.h"

typedef struct person {
    int64_t submitted_tasks, skipped_tasks, approved_tasks, rejected_tasks;
    int64_t created, edited, deleted, submitted, approved, rejected; /* labels, in the query's unit */
    int64_t time_us, issues;
} person;

typedef struct people {
    report report;
    report_users users;
    person *figures; /* by user number */
} people;

annoproj_status people_begin(people *people, scope *scope, const query *query, bool by_frame, annoproj_error **error);
/* Runs the parts and adds what they count: to the credited user when a part is grouped by it, else to the actor. */
annoproj_status people_count(people *people, const scan_part *parts, size_t count, annoproj_error **error);
/* Without a class filter the kinds of one part can be picked together with another's: one pass less over the log. */
void people_join(scan_part *from, scan_part *into);
/* A report of figures by user: how they are counted, and what a row shows of them behind the user. */
typedef struct people_plan {
    annoproj_status (*count)(people *people, annoproj_error **error);
    void (*add)(rows *rows, const person *person, bool by_frame);
    const row_type *type, *type_by_frame;
} people_plan;

/* Has a row for every user with a figure, by e-mail. */
annoproj_status people_report(scope *scope, const query *query, const people_plan *plan, bool by_frame,
                              annoproj_table **table, annoproj_error **error);

/* Stages of a type that the query's stage filter leaves; all of them when it names none of that type. */
annoproj_status people_stages(people *people, const number_set *type, bool *chosen, const number_set **out,
                              annoproj_error **error);

#endif
