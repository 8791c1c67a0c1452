/* Public functions: queries and reports. */
#include "failure.h"
#include "handle_call.h"
#include "options.h"
#include "query.h"

typedef annoproj_status (*report_fn)(scope *in, const query *asked, annoproj_table **table, annoproj_error **error);

typedef struct report_call {
    report_fn make;
    const query *asked;
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

static annoproj_status run_query(annoproj_query *handle, annoproj_operation operation, report_fn make,
                                 const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    if (!result_place(table, sizeof *table, "table", error)) {
        return ANNOPROJ_INVALID;
    }
    body *entered = NULL;
    annoproj_status status = handle_enter(handle, HANDLE_QUERY, "query", &entered, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    const query *asked = (const query *)entered;
    report_call made = {.make = make, .asked = asked};
    status = run(asked->project, operation, read_report, &made, call, error);
    *table = made.table;
    body_release(entered);
    return status;
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

annoproj_status annoproj_project_overview(annoproj_project *project, const annoproj_call *call, annoproj_table **table,
                                          annoproj_error **error) {
    return run_summary(project, report_overview, call, table, error);
}

annoproj_status annoproj_project_tasks_by_stage(annoproj_project *project, const annoproj_call *call,
                                                annoproj_table **table, annoproj_error **error) {
    return run_summary(project, report_tasks_by_stage, call, table, error);
}
