/* The report of annotators: what people did in annotation stages, and what became of what they submitted. */
#include "report_people.h"

/* Decisions and issues belong to the credited user, everything else to the actor; so do the collaborators that the
 * query names. */
static annoproj_status count(people *made, annoproj_error **error) {
    const report *base = &made->report;
    const number_set *work = NULL, *decisions = NULL;
    bool chosen = false;
    annoproj_status status = people_stages(made, &base->annotation, &chosen, &work, error);
    if (status == ANNOPROJ_OK) {
        status = people_stages(made, &base->review, &chosen, &decisions, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    decisions = chosen ? decisions : NULL; /* without a filter, wherever it was decided */
    const scan_part own = {.actors = base->people,
                           .stages = work,
                           .tasks = base->tasks,
                           .sources = base->sources,
                           .group = SCAN_BY_KIND | SCAN_BY_ACTOR};
    const scan_part given = {.credited = base->people,
                             .stages = decisions,
                             .tasks = base->tasks,
                             .sources = base->sources,
                             .group = SCAN_BY_KIND | SCAN_BY_CREDITED};
    const uint32_t unit = base->by_frame ? SCAN_FRAMES : 0;
    scan_part parts[] = {own, own, own, given, given, given};
    parts[0].kinds[0] = EVENT_TASK_SUBMIT;
    parts[0].kinds[1] = EVENT_TASK_SKIP;
    parts[1].kinds[0] = EVENT_LABEL_CREATE;
    parts[1].kinds[1] = EVENT_LABEL_EDIT;
    parts[1].kinds[2] = EVENT_LABEL_DELETE;
    parts[1].kinds[3] = EVENT_LABEL_SUBMIT;
    /* Consensus: what annotators did on their branches, not what became of it. */
    parts[1].kinds[4] = EVENT_BRANCH_LABEL_CREATE;
    parts[1].kinds[5] = EVENT_BRANCH_LABEL_EDIT;
    parts[1].kinds[6] = EVENT_BRANCH_LABEL_DELETE;
    parts[1].kinds[7] = EVENT_BRANCH_LABEL_SUBMIT;
    if (base->by_frame) {
        parts[1].kinds[8] = EVENT_LABEL_FRAMES_CREATE;
        parts[1].kinds[9] = EVENT_LABEL_FRAMES_DELETE;
        parts[1].kinds[10] = EVENT_BRANCH_LABEL_FRAMES_CREATE;
        parts[1].kinds[11] = EVENT_BRANCH_LABEL_FRAMES_DELETE;
    }
    parts[1].classes = base->classes;
    parts[1].sums = unit;
    parts[2].kinds[0] = EVENT_TIME_SPENT;
    parts[2].pieces = true;
    parts[2].sums = SCAN_DURATION;
    parts[3].kinds[0] = EVENT_TASK_APPROVE;
    parts[3].kinds[1] = EVENT_TASK_REJECT;
    parts[3].kinds[2] = EVENT_BRANCH_APPROVE;
    parts[3].kinds[3] = EVENT_BRANCH_REJECT;
    parts[4].kinds[0] = EVENT_LABEL_APPROVE;
    parts[4].kinds[1] = EVENT_LABEL_REJECT;
    parts[4].classes = base->classes;
    parts[4].sums = unit;
    parts[5].kinds[0] = EVENT_ISSUE_CREATE;
    parts[5].kinds[1] = EVENT_ISSUE_RESOLVE;
    parts[5].kinds[2] = EVENT_ISSUE_REOPEN;
    parts[5].classes = base->classes;
    parts[5].others_only = true;
    people_join(&parts[0], &parts[1]);
    people_join(&parts[3], &parts[4]);
    return people_count(made, parts, base->by_frame ? 5 : 6, error);
}

static void add_row(rows *table, const person *who, bool by_frame) {
    rows_int64(table, who->submitted_tasks);
    rows_int64(table, who->skipped_tasks);
    rows_int64(table, who->approved_tasks);
    rows_int64(table, who->rejected_tasks);
    add_rate(table, who->rejected_tasks, who->submitted_tasks);
    rows_int64(table, who->created);
    rows_int64(table, who->edited);
    rows_int64(table, who->deleted);
    rows_int64(table, who->approved);
    rows_int64(table, who->rejected);
    add_rate(table, who->rejected, who->submitted);
    rows_int64(table, seconds_of(who->time_us));
    add_average(table, who->time_us, who->submitted_tasks);
    if (!by_frame) {
        rows_int64(table, who->issues);
    }
}

static annoproj_status make_report(scope *in, const query *asked, bool by_frame, annoproj_table **table,
                                   annoproj_error **error) {
    people made;
    annoproj_status status = people_begin(&made, in, asked, by_frame, error);
    if (status == ANNOPROJ_OK) {
        status = count(&made, error);
    }
    const row_type *type = by_frame ? &row_annotators_frame_row : &row_annotators_row;
    return status == ANNOPROJ_OK ? people_table(&made, type, add_row, table, error) : status;
}

annoproj_status report_annotators(scope *in, const query *asked, annoproj_table **table, annoproj_error **error) {
    return make_report(in, asked, false, table, error);
}

annoproj_status report_annotators_by_frame(scope *in, const query *asked, annoproj_table **table,
                                           annoproj_error **error) {
    return make_report(in, asked, true, table, error);
}
