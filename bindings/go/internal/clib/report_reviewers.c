/* The report of reviewers: what people did in review stages. */
#include "report_people.h"

static annoproj_status count(people *made, annoproj_error **error) {
    const report *base = &made->report;
    const number_set *stages = NULL;
    bool chosen = false;
    annoproj_status status = people_stages(made, &base->review, &chosen, &stages, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    const scan_part own = {.actors = base->people,
                           .stages = stages,
                           .tasks = base->tasks,
                           .sources = base->sources,
                           .group = SCAN_BY_KIND | SCAN_BY_ACTOR};
    scan_part parts[] = {own, own, own, own};
    parts[0].kinds[0] = EVENT_TASK_APPROVE;
    parts[0].kinds[1] = EVENT_TASK_REJECT;
    parts[1].kinds[0] = EVENT_LABEL_CREATE;
    parts[1].kinds[1] = EVENT_LABEL_EDIT;
    parts[1].kinds[2] = EVENT_LABEL_DELETE;
    parts[1].kinds[3] = EVENT_LABEL_APPROVE;
    parts[1].kinds[4] = EVENT_LABEL_REJECT;
    parts[1].kinds[5] = base->by_frame ? EVENT_LABEL_FRAMES_CREATE : 0;
    parts[1].kinds[6] = base->by_frame ? EVENT_LABEL_FRAMES_DELETE : 0;
    parts[1].classes = base->classes;
    parts[1].sums = base->by_frame ? SCAN_FRAMES : 0;
    parts[2].kinds[0] = EVENT_TIME_SPENT;
    parts[2].pieces = true;
    parts[2].sums = SCAN_DURATION;
    parts[3].kinds[0] = EVENT_ISSUE_CREATE;
    parts[3].kinds[1] = EVENT_ISSUE_RESOLVE;
    parts[3].kinds[2] = EVENT_ISSUE_REOPEN;
    parts[3].classes = base->classes;
    people_join(&parts[0], &parts[1]);
    if (!base->by_frame) {
        people_join(&parts[3], &parts[1]);
    }
    return people_count(made, parts, base->by_frame ? 3 : 4, error);
}

static void add_row(rows *table, const person *who, bool by_frame) {
    rows_int64(table, who->approved_tasks);
    rows_int64(table, who->rejected_tasks);
    add_rate(table, who->rejected_tasks, who->approved_tasks + who->rejected_tasks);
    rows_int64(table, who->created);
    rows_int64(table, who->edited);
    rows_int64(table, who->deleted);
    rows_int64(table, who->approved);
    rows_int64(table, who->rejected);
    rows_int64(table, seconds_of(who->time_us));
    add_average(table, who->time_us, who->approved + who->rejected);
    add_average(table, who->time_us, who->approved_tasks + who->rejected_tasks);
    if (!by_frame) {
        rows_int64(table, who->issues);
    }
}

static const people_plan plan = {
    .count = count, .add = add_row, .type = &row_reviewers_row, .type_by_frame = &row_reviewers_frame_row};

annoproj_status report_reviewers(scope *in, const query *asked, annoproj_table **table, annoproj_error **error) {
    return people_report(in, asked, &plan, false, table, error);
}

annoproj_status report_reviewers_by_frame(scope *in, const query *asked, annoproj_table **table,
                                          annoproj_error **error) {
    return people_report(in, asked, &plan, true, table, error);
}
