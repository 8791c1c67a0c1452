/* The report of annotators: what people did in annotation stages, and what became of what they submitted. */
#include <string.h>

#include "report_people.h"

/* The parts of the scan. */
enum { TASKS_DONE, LABELS_DONE, TIME, TASKS_DECIDED, LABELS_DECIDED, ISSUES, PARTS };

static const int32_t kinds[PARTS][SCAN_KINDS] = {
    [TASKS_DONE] = {EVENT_TASK_SUBMIT, EVENT_TASK_SKIP},
    /* Of consensus what annotators did on their branches, not what became of it. */
    [LABELS_DONE] = {EVENT_LABEL_CREATE, EVENT_LABEL_EDIT, EVENT_LABEL_DELETE, EVENT_LABEL_SUBMIT,
                     EVENT_BRANCH_LABEL_CREATE, EVENT_BRANCH_LABEL_EDIT, EVENT_BRANCH_LABEL_DELETE,
                     EVENT_BRANCH_LABEL_SUBMIT},
    [TIME] = {EVENT_TIME_SPENT},
    [TASKS_DECIDED] = {EVENT_TASK_APPROVE, EVENT_TASK_REJECT, EVENT_BRANCH_APPROVE, EVENT_BRANCH_REJECT},
    [LABELS_DECIDED] = {EVENT_LABEL_APPROVE, EVENT_LABEL_REJECT},
    [ISSUES] = {EVENT_ISSUE_CREATE, EVENT_ISSUE_RESOLVE, EVENT_ISSUE_REOPEN},
};
static const int32_t of_frames[] = {EVENT_LABEL_FRAMES_CREATE, EVENT_LABEL_FRAMES_DELETE,
                                    EVENT_BRANCH_LABEL_FRAMES_CREATE, EVENT_BRANCH_LABEL_FRAMES_DELETE};

/* What the parts sum, and the filters that only some of them have. */
static void finish_parts(const report *base, scan_part parts[PARTS]) {
    const uint32_t unit = base->by_frame ? SCAN_FRAMES : 0;
    for (int i = 0; i < PARTS; i++) {
        memcpy(parts[i].kinds, kinds[i], sizeof kinds[i]);
    }
    int32_t *of_labels = parts[LABELS_DONE].kinds;
    while (*of_labels != 0) {
        of_labels++;
    }
    memcpy(of_labels, of_frames, base->by_frame ? sizeof of_frames : 0);
    parts[LABELS_DONE].classes = parts[LABELS_DECIDED].classes = parts[ISSUES].classes = base->classes;
    parts[LABELS_DONE].sums = parts[LABELS_DECIDED].sums = unit;
    parts[TIME].pieces = true;
    parts[TIME].sums = SCAN_DURATION;
    parts[ISSUES].others_only = true;
    people_join(&parts[TASKS_DONE], &parts[LABELS_DONE]);
    people_join(&parts[TASKS_DECIDED], &parts[LABELS_DECIDED]);
}

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
    scan_part parts[PARTS] = {own, own, own, given, given, given};
    finish_parts(base, parts);
    return people_count(made, parts, base->by_frame ? ISSUES : PARTS, error); /* issues have no frames */
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

static const people_plan plan = {
    .count = count, .add = add_row, .type = &row_annotators_row, .type_by_frame = &row_annotators_frame_row};

annoproj_status report_annotators(scope *in, const query *asked, annoproj_table **table, annoproj_error **error) {
    return people_report(in, asked, &plan, false, table, error);
}

annoproj_status report_annotators_by_frame(scope *in, const query *asked, annoproj_table **table,
                                           annoproj_error **error) {
    return people_report(in, asked, &plan, true, table, error);
}
