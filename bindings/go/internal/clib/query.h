/* A query is a window and filters; a report is a function of it. */
#ifndef QUERY_H
#define QUERY_H

#include "access.h"
#include "rows.h"
#include "scan.h"
#include "workflow.h"

/* What a query handle stands for: the options, copied. Never changes. */
typedef struct query {
    body body;
    project_identity *project;
    int64_t after_us, before_us; /* as given: 0 = no end */
    int64_t *numbers;            /* all lists behind each other */
    const int64_t *boundaries, *collaborators, *datasets, *stages, *task_stages, *classes, *sources;
    size_t boundary_count, collaborator_count, dataset_count, stage_count, task_stage_count, class_count, source_count;
    char *file_name; /* NULL = any */
    int32_t bucket, utc_offset_minutes, unit;
} query;

/* Copies and checks what can be checked without the store: INVALID. */
annoproj_status query_make(project_identity *project, const annoproj_query_options *options, query **out,
                           annoproj_error **error);
/* INVALID for a window that is none. */
annoproj_status query_check_window(int64_t after_us, int64_t before_us, annoproj_error **error);
/* NOT_FOUND for an unknown user, dataset, stage or class. */
annoproj_status query_check(scope *scope, const query *query, annoproj_error **error);

/* What every report of one call starts from; all of it in the scope's arena. */
typedef struct report {
    scope *in;
    const query *query;
    bool by_frame;
    const number_set *people; /* collaborators, or the one whose own rows these are; NULL = all */
    const number_set *stages, *tasks, *classes, *sources; /* NULL = all */
    number_set annotation, review, done;                  /* stages of that type; done = nothing is left to do there */
    stage_description *all_stages;
    size_t stage_count;
    int64_t highest_stage; /* number */
    int64_t *borders;      /* of buckets; NULL = one bucket */
    size_t border_count;
} report;

/* The tasks the query is about: by dataset, present stage and file name. NULL = all. */
annoproj_status report_tasks(scope *scope, const query *query, const number_set **out, annoproj_error **error);
annoproj_status report_begin(report *report, scope *scope, const query *query, annoproj_error **error);
/* For the reports by bucket: fills in the borders. LIMIT when there are more than 100,000 buckets. */
annoproj_status report_buckets(report *report, annoproj_error **error);
size_t report_bucket_count(const report *report);
void report_add_bucket(const report *report, rows *rows, size_t bucket); /* the cell of its start */
annoproj_status report_scan(const report *report, const scan_part *parts, size_t count, scan_result *out,
                            annoproj_error **error);

/* Fills in the stages of a project, which report_begin() does for the query's. */
annoproj_status report_stages(report *report, int64_t project, annoproj_error **error);
/* The time columns of a report: by what people do in the stage. */
enum time_column { TIME_ANNOTATE, TIME_REVIEW, TIME_OTHER, TIME_TOTAL, TIME_COLUMNS };
enum time_column report_time_column(const report *report, int64_t stage);

/* All users in the order of their e-mails. Users are never deleted, so that their numbers are dense. */
typedef struct report_user {
    int64_t number;
    const char *email;
} report_user;
typedef struct report_users {
    report_user *by_email;
    int64_t *place; /* by number: in by_email */
    int64_t count;  /* and the highest number */
} report_users;
annoproj_status report_load_users(scope *scope, report_users *out, annoproj_error **error); /* CORRUPT */

annoproj_status report_last_task(scope *scope, int64_t *last, annoproj_error **error); /* number, 0 = none */

int64_t seconds_of(int64_t us);                          /* half up */
void add_rate(rows *rows, int64_t part, int64_t whole);  /* null for x / 0 */
void add_average(rows *rows, int64_t us, int64_t count); /* seconds; null for x / 0 */

/* The reports. Each makes the table of its row type. */
annoproj_status report_task_actions(scope *scope, const query *query, annoproj_table **table, annoproj_error **error);
annoproj_status report_time_spent(scope *scope, const query *query, annoproj_table **table, annoproj_error **error);
annoproj_status report_label_actions(scope *scope, const query *query, annoproj_table **table, annoproj_error **error);
annoproj_status report_ontology_actions(scope *scope, const query *query, annoproj_table **table,
                                        annoproj_error **error);
annoproj_status report_annotators(scope *scope, const query *query, annoproj_table **table, annoproj_error **error);
annoproj_status report_annotators_by_frame(scope *scope, const query *query, annoproj_table **table,
                                           annoproj_error **error);
annoproj_status report_reviewers(scope *scope, const query *query, annoproj_table **table, annoproj_error **error);
annoproj_status report_reviewers_by_frame(scope *scope, const query *query, annoproj_table **table,
                                          annoproj_error **error);
annoproj_status report_collaborator_time(scope *scope, const query *query, annoproj_table **table,
                                         annoproj_error **error);
annoproj_status report_issue_actions(scope *scope, const query *query, annoproj_table **table, annoproj_error **error);
annoproj_status report_issue_tags(scope *scope, const query *query, annoproj_table **table, annoproj_error **error);
annoproj_status report_issue_tags_by_class(scope *scope, const query *query, annoproj_table **table,
                                           annoproj_error **error);
annoproj_status report_task_performance(scope *scope, const query *query, annoproj_table **table,
                                        annoproj_error **error);
annoproj_status report_task_performance_by_stage(scope *scope, const query *query, annoproj_table **table,
                                                 annoproj_error **error);
annoproj_status report_instance_statistics(scope *scope, const query *query, annoproj_table **table,
                                           annoproj_error **error);
annoproj_status report_label_statistics(scope *scope, const query *query, annoproj_table **table,
                                        annoproj_error **error);
annoproj_status report_label_ranges(scope *scope, const query *query, annoproj_table **table, annoproj_error **error);
annoproj_status report_stage_flow(scope *scope, const query *query, annoproj_table **table, annoproj_error **error);
annoproj_status report_cumulative_flow(scope *scope, const query *query, annoproj_table **table,
                                       annoproj_error **error);
annoproj_status report_burn_down(scope *scope, const query *query, annoproj_table **table, annoproj_error **error);
annoproj_status report_collaborator_quality(scope *scope, const query *query, annoproj_table **table,
                                            annoproj_error **error);
annoproj_status report_class_quality(scope *scope, const query *query, annoproj_table **table, annoproj_error **error);
typedef struct forecast_plan {
    int64_t seed, history_days, runs;
} forecast_plan;
annoproj_status report_forecast(scope *scope, const query *query, const forecast_plan *plan, annoproj_table **table,
                                annoproj_error **error);
annoproj_status report_overview(scope *scope, const query *query, annoproj_table **table, annoproj_error **error);
annoproj_status report_tasks_by_stage(scope *scope, const query *query, annoproj_table **table, annoproj_error **error);

/* What the reports of the organisation are asked for. */
typedef struct organisation_query {
    int64_t after_us, before_us, limit; /* 0 = no end */
} organisation_query;
annoproj_status report_organisation(scope *scope, const organisation_query *query, annoproj_table **table,
                                    annoproj_error **error);
annoproj_status report_top_users(scope *scope, const organisation_query *query, annoproj_table **table,
                                 annoproj_error **error);
annoproj_status report_top_projects(scope *scope, const organisation_query *query, annoproj_table **table,
                                    annoproj_error **error);

#endif
