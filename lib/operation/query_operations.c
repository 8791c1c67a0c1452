/* Public functions: queries and reports. */
#include "failure.h"
#include "handle_call.h"
#include "options.h"
#include "query.h"

#define DEFAULT_HISTORY_DAYS 28
#define MOST_HISTORY_DAYS    3650
#define DEFAULT_RUNS         10000
#define MOST_RUNS            1000000

typedef annoproj_status (*report_fn)(scope *in, const query *asked, annoproj_table **table, annoproj_error **error);

typedef struct report_call {
    report_fn make;
    const query *asked;
    forecast_plan plan; /* of the forecast alone */
    annoproj_table *table;
} report_call;

static annoproj_status read_report(scope *in, void *arguments, annoproj_error **error) {
    report_call *made = arguments;
    return made->make(in, made->asked, &made->table, error);
}

static annoproj_status check_query(scope *in, void *arguments, annoproj_error **error) {
    const report_call *made = arguments;
    return query_check(in, made->asked, error);
}

static annoproj_status run(const project_identity *project, annoproj_operation operation, read_fn read,
                           report_call *made, const annoproj_call *call, annoproj_error **error) {
    const request asked = {.session = project->session,
                           .operation = operation,
                           .subject = SUBJECT_PROJECT,
                           .id = project->id,
                           .arguments = made};
    return access_read(&asked, read, call, error);
}

void annoproj_query_options_init(annoproj_query_options *options) {
    if (options)
        *options = (annoproj_query_options)ANNOPROJ_QUERY_OPTIONS_INIT;
}

annoproj_status annoproj_query_open(annoproj_project *handle, const annoproj_query_options *options,
                                    const annoproj_call *call, annoproj_query **out, annoproj_error **error) {
    if (!result_place(out, sizeof *out, "query", error)) {
        return ANNOPROJ_INVALID;
    }
    annoproj_query_options own;
    project_identity *project = NULL;
    query *made = NULL;
    annoproj_status status = options_read(&own, sizeof own, sizeof own, options, error);
    if (status == ANNOPROJ_OK) {
        status = options_reserved(own.reserved, error);
    }
    if (status == ANNOPROJ_OK) {
        status = project_enter(handle, &project, error);
    }
    if (status == ANNOPROJ_OK) {
        status = query_make(project, &own, &made, error);
    }
    if (status == ANNOPROJ_OK) {
        report_call check = {.asked = made};
        status = run(project, ANNOPROJ_OPERATION_ANALYTICS_OWN, check_query, &check, call, error);
    }
    if (status == ANNOPROJ_OK) {
        *out = handle_new(HANDLE_QUERY, &made->body);
        status = *out == NULL ? fail_memory(error) : ANNOPROJ_OK;
    }
    if (status != ANNOPROJ_OK && made != NULL) {
        body_release(&made->body);
    }
    project_leave(project);
    return status;
}

void annoproj_query_close(annoproj_query *handle) {
    handle_close(handle, HANDLE_QUERY);
}

static annoproj_status run_made(annoproj_query *handle, annoproj_operation operation, read_fn read, report_call *made,
                                const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    body *entered = NULL;
    annoproj_status status = handle_enter(handle, HANDLE_QUERY, "query", &entered, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    made->asked = (const query *)entered;
    status = run(made->asked->project, operation, read, made, call, error);
    *table = made->table;
    body_release(entered);
    return status;
}

static annoproj_status run_query(annoproj_query *handle, annoproj_operation operation, report_fn make,
                                 const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    report_call made = {.make = make};
    if (!result_place(table, sizeof *table, "table", error)) {
        return ANNOPROJ_INVALID;
    }
    return run_made(handle, operation, read_report, &made, call, table, error);
}

static annoproj_status run_summary(annoproj_project *handle, report_fn make, const annoproj_call *call,
                                   annoproj_table **table, annoproj_error **error) {
    report_call made = {.make = make};
    handle_call what = {.operation = ANNOPROJ_OPERATION_SUMMARY, .arguments = &made};
    return project_read_table(handle, &what, read_report, call, &made.table, table, error);
}

annoproj_status annoproj_query_task_actions(annoproj_query *handle, const annoproj_call *call, annoproj_table **table,
                                            annoproj_error **error) {
    return run_query(handle, ANNOPROJ_OPERATION_ANALYTICS_OWN, report_task_actions, call, table, error);
}

annoproj_status annoproj_query_time_spent(annoproj_query *handle, const annoproj_call *call, annoproj_table **table,
                                          annoproj_error **error) {
    return run_query(handle, ANNOPROJ_OPERATION_ANALYTICS_OWN, report_time_spent, call, table, error);
}

annoproj_status annoproj_query_label_actions(annoproj_query *handle, const annoproj_call *call, annoproj_table **table,
                                             annoproj_error **error) {
    return run_query(handle, ANNOPROJ_OPERATION_ANALYTICS_OWN, report_label_actions, call, table, error);
}

annoproj_status annoproj_query_ontology_actions(annoproj_query *handle, const annoproj_call *call,
                                                annoproj_table **table, annoproj_error **error) {
    return run_query(handle, ANNOPROJ_OPERATION_ANALYTICS_TEAM, report_ontology_actions, call, table, error);
}

annoproj_status annoproj_query_annotators(annoproj_query *handle, const annoproj_call *call, annoproj_table **table,
                                          annoproj_error **error) {
    return run_query(handle, ANNOPROJ_OPERATION_ANALYTICS_TEAM, report_annotators, call, table, error);
}

annoproj_status annoproj_query_annotators_by_frame(annoproj_query *handle, const annoproj_call *call,
                                                   annoproj_table **table, annoproj_error **error) {
    return run_query(handle, ANNOPROJ_OPERATION_ANALYTICS_TEAM, report_annotators_by_frame, call, table, error);
}

annoproj_status annoproj_query_reviewers(annoproj_query *handle, const annoproj_call *call, annoproj_table **table,
                                         annoproj_error **error) {
    return run_query(handle, ANNOPROJ_OPERATION_ANALYTICS_TEAM, report_reviewers, call, table, error);
}

annoproj_status annoproj_query_reviewers_by_frame(annoproj_query *handle, const annoproj_call *call,
                                                  annoproj_table **table, annoproj_error **error) {
    return run_query(handle, ANNOPROJ_OPERATION_ANALYTICS_TEAM, report_reviewers_by_frame, call, table, error);
}

annoproj_status annoproj_query_collaborator_time(annoproj_query *handle, const annoproj_call *call,
                                                 annoproj_table **table, annoproj_error **error) {
    return run_query(handle, ANNOPROJ_OPERATION_ANALYTICS_TEAM, report_collaborator_time, call, table, error);
}

annoproj_status annoproj_query_issue_actions(annoproj_query *handle, const annoproj_call *call, annoproj_table **table,
                                             annoproj_error **error) {
    return run_query(handle, ANNOPROJ_OPERATION_ANALYTICS_TEAM, report_issue_actions, call, table, error);
}

annoproj_status annoproj_query_issue_tags(annoproj_query *handle, const annoproj_call *call, annoproj_table **table,
                                          annoproj_error **error) {
    return run_query(handle, ANNOPROJ_OPERATION_ANALYTICS_TEAM, report_issue_tags, call, table, error);
}

annoproj_status annoproj_query_issue_tags_by_class(annoproj_query *handle, const annoproj_call *call,
                                                   annoproj_table **table, annoproj_error **error) {
    return run_query(handle, ANNOPROJ_OPERATION_ANALYTICS_TEAM, report_issue_tags_by_class, call, table, error);
}

annoproj_status annoproj_query_task_performance(annoproj_query *handle, const annoproj_call *call,
                                                annoproj_table **table, annoproj_error **error) {
    return run_query(handle, ANNOPROJ_OPERATION_ANALYTICS_TEAM, report_task_performance, call, table, error);
}

annoproj_status annoproj_query_task_performance_by_stage(annoproj_query *handle, const annoproj_call *call,
                                                         annoproj_table **table, annoproj_error **error) {
    return run_query(handle, ANNOPROJ_OPERATION_ANALYTICS_TEAM, report_task_performance_by_stage, call, table, error);
}

annoproj_status annoproj_query_instance_statistics(annoproj_query *handle, const annoproj_call *call,
                                                   annoproj_table **table, annoproj_error **error) {
    return run_query(handle, ANNOPROJ_OPERATION_EXPLORE, report_instance_statistics, call, table, error);
}

annoproj_status annoproj_query_label_statistics(annoproj_query *handle, const annoproj_call *call,
                                                annoproj_table **table, annoproj_error **error) {
    return run_query(handle, ANNOPROJ_OPERATION_EXPLORE, report_label_statistics, call, table, error);
}

annoproj_status annoproj_query_label_ranges(annoproj_query *handle, const annoproj_call *call, annoproj_table **table,
                                            annoproj_error **error) {
    return run_query(handle, ANNOPROJ_OPERATION_EXPLORE, report_label_ranges, call, table, error);
}

annoproj_status annoproj_query_stage_flow(annoproj_query *handle, const annoproj_call *call, annoproj_table **table,
                                          annoproj_error **error) {
    return run_query(handle, ANNOPROJ_OPERATION_ANALYTICS_TEAM, report_stage_flow, call, table, error);
}

annoproj_status annoproj_query_cumulative_flow(annoproj_query *handle, const annoproj_call *call,
                                               annoproj_table **table, annoproj_error **error) {
    return run_query(handle, ANNOPROJ_OPERATION_ANALYTICS_TEAM, report_cumulative_flow, call, table, error);
}

annoproj_status annoproj_query_burn_down(annoproj_query *handle, const annoproj_call *call, annoproj_table **table,
                                         annoproj_error **error) {
    return run_query(handle, ANNOPROJ_OPERATION_ANALYTICS_TEAM, report_burn_down, call, table, error);
}

annoproj_status annoproj_query_collaborator_quality(annoproj_query *handle, const annoproj_call *call,
                                                    annoproj_table **table, annoproj_error **error) {
    return run_query(handle, ANNOPROJ_OPERATION_ANALYTICS_TEAM, report_collaborator_quality, call, table, error);
}

annoproj_status annoproj_query_class_quality(annoproj_query *handle, const annoproj_call *call, annoproj_table **table,
                                             annoproj_error **error) {
    return run_query(handle, ANNOPROJ_OPERATION_ANALYTICS_TEAM, report_class_quality, call, table, error);
}

/* --- the forecast ------------------------------------------------------------------------------------------------- */

void annoproj_forecast_options_init(annoproj_forecast_options *options) {
    if (options)
        *options = (annoproj_forecast_options)ANNOPROJ_FORECAST_OPTIONS_INIT;
}

static annoproj_status read_forecast(scope *in, void *arguments, annoproj_error **error) {
    report_call *made = arguments;
    return report_forecast(in, made->asked, &made->plan, &made->table, error);
}

static annoproj_status read_plan(const annoproj_forecast_options *options, forecast_plan *plan,
                                 annoproj_error **error) {
    annoproj_forecast_options own;
    annoproj_status status = options_read(&own, sizeof own, sizeof own, options, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    if (own.history_days < 0 || own.history_days > MOST_HISTORY_DAYS) {
        return fail(error, ANNOPROJ_INVALID, "`history_days` is %lld, not between 0 and %d",
                    (long long)own.history_days, MOST_HISTORY_DAYS);
    }
    if (own.runs < 0 || own.runs > MOST_RUNS) {
        return fail(error, ANNOPROJ_INVALID, "`runs` is %lld, not between 0 and %d", (long long)own.runs, MOST_RUNS);
    }
    *plan = (forecast_plan){.seed = own.seed,
                            .history_days = own.history_days == 0 ? DEFAULT_HISTORY_DAYS : own.history_days,
                            .runs = own.runs == 0 ? DEFAULT_RUNS : own.runs};
    return ANNOPROJ_OK;
}

annoproj_status annoproj_query_forecast(annoproj_query *handle, const annoproj_forecast_options *options,
                                        const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    report_call made = {.make = NULL};
    if (!result_place(table, sizeof *table, "table", error)) {
        return ANNOPROJ_INVALID;
    }
    annoproj_status status = read_plan(options, &made.plan, error);
    return status == ANNOPROJ_OK
               ? run_made(handle, ANNOPROJ_OPERATION_ANALYTICS_TEAM, read_forecast, &made, call, table, error)
               : status;
}

annoproj_status annoproj_project_overview(annoproj_project *project, const annoproj_call *call, annoproj_table **table,
                                          annoproj_error **error) {
    return run_summary(project, report_overview, call, table, error);
}

annoproj_status annoproj_project_tasks_by_stage(annoproj_project *project, const annoproj_call *call,
                                                annoproj_table **table, annoproj_error **error) {
    return run_summary(project, report_tasks_by_stage, call, table, error);
}
