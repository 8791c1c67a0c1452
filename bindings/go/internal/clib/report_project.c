/* The project at a glance: counters that are kept, and time from the summary of the log. */
#include "query.h"

annoproj_status report_overview(scope *in, const query *asked, annoproj_table **table, annoproj_error **error) {
    static const char find_text[] =
        "SELECT instance_labels_created, open_issues, tasks FROM project_counter WHERE project = ?";
    (void)asked;
    const scan_part part = {.kinds = {EVENT_TIME_SPENT}, .sums = SCAN_DURATION};
    const scan_request ask = {.database = in->database,
                              .bounds = in->bounds,
                              .project = in->project.id,
                              .after = INT64_MIN,
                              .before = INT64_MAX,
                              .parts = &part,
                              .part_count = 1};
    scan_result result;
    int64_t labels = 0, issues = 0, tasks = 0;
    annoproj_status status = scan_run(&ask, &result, error);
    int64_t spent = result.count > 0 ? result.cells[0].duration_us : 0;
    scan_release(&result);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    statement *find = sql(in->database, find_text);
    bind_int64(find, in->project.id);
    if (sql_row(find)) {
        labels = column_int64(find, 0);
        issues = column_int64(find, 1);
        tasks = column_int64(find, 2);
    }
    status = sql_end(find, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    rows *out = rows_new(&row_overview_row);
    rows_int64(out, labels);
    rows_int64(out, seconds_of(spent));
    rows_int64(out, issues);
    rows_int64(out, tasks);
    return rows_finish(out, table, error);
}

annoproj_status report_tasks_by_stage(scope *in, const query *asked, annoproj_table **table, annoproj_error **error) {
    stage_description *stages = NULL;
    size_t count = 0;
    (void)asked;
    annoproj_status status = workflow_stages(in, in->project.id, &stages, &count, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    rows *out = rows_new(&row_tasks_by_stage_row);
    for (size_t i = 0; i < count && !stages[i].removed; i++) {
        if (!stage_kind_of(stages[i].facts.type)->rests)
            continue;
        rows_int64(out, stages[i].facts.id);
        rows_text(out, stages[i].key);
        rows_text(out, stages[i].title);
        rows_text(out, stage_kind_of(stages[i].facts.type)->name);
        rows_int64(out, stages[i].tasks);
    }
    return rows_finish(out, table, error);
}
