/* The report of issue actions. What happened in a bucket are sums; what is open at its end follows from everything before,
 * task by task: issues of tasks that were removed then are not open. */
#include <stdlib.h>

#include "failure.h"
#include "query.h"

enum { CREATED, RESOLVED, REOPENED, OPEN, COLUMNS };

typedef struct issue_report {
    report report;
    size_t buckets;
    int64_t *figures; /* COLUMNS for each bucket */
    int64_t *ends;    /* ends[0] = no beginning; then the ends of the buckets, each once */
    size_t end_count;
} issue_report;

/* How many issues of a task were opened and how often it was removed up to the end of a bucket; `at` is in `ends`. */
typedef struct change {
    int64_t task, at, opened, removed;
} change;

static annoproj_status count_actions(issue_report *made, annoproj_error **error) {
    const report *base = &made->report;
    const scan_part part = {.kinds = {EVENT_ISSUE_CREATE, EVENT_ISSUE_RESOLVE, EVENT_ISSUE_REOPEN},
                            .actors = base->people,
                            .stages = base->stages,
                            .tasks = base->tasks,
                            .sources = base->sources,
                            .classes = base->classes,
                            .group = SCAN_BY_BUCKET | SCAN_BY_KIND};
    scan_result result;
    annoproj_status status = report_scan(base, &part, 1, &result, error);
    for (size_t i = 0; i < result.count; i++) {
        const scan_cell *cell = &result.cells[i];
        int column = cell->kind == EVENT_ISSUE_CREATE    ? CREATED
                     : cell->kind == EVENT_ISSUE_RESOLVE ? RESOLVED
                                                         : REOPENED;
        made->figures[cell->bucket * COLUMNS + column] += cell->count;
    }
    scan_release(&result);
    return status;
}

/* --- what is open ---- */

static int64_t end_of(const report *base, size_t bucket) {
    int64_t end = base->query->before_us == 0 ? INT64_MAX : base->query->before_us;
    return base->borders != NULL && base->borders[bucket + 1] < end ? base->borders[bucket + 1] : end;
}

static annoproj_status make_ends(issue_report *made, annoproj_error **error) {
    made->ends = arena_array(made->report.in->memory, made->buckets + 1, sizeof *made->ends);
    if (made->ends == NULL) {
        return fail_memory(error);
    }
    made->ends[made->end_count++] = INT64_MIN;
    for (size_t i = 0; i < made->buckets; i++) {
        int64_t end = end_of(&made->report, i);
        if (end > made->ends[made->end_count - 1]) {
            made->ends[made->end_count++] = end;
        }
    }
    return ANNOPROJ_OK;
}

static annoproj_status scan_history(const issue_report *made, const scan_part *part, scan_result *out,
                                    annoproj_error **error) {
    const scope *in = made->report.in;
    const scan_request ask = {.database = in->database,
                              .bounds = in->bounds,
                              .store = in->store,
                              .project = in->project.id,
                              .after = INT64_MIN,
                              .before = INT64_MAX,
                              .borders = made->ends,
                              .border_count = made->end_count,
                              .parts = part,
                              .part_count = 1};
    return scan_run(&ask, out, error);
}

static annoproj_status scan_issues(const issue_report *made, scan_result *out, annoproj_error **error) {
    const scan_part part = {.kinds = {EVENT_ISSUE_CREATE, EVENT_ISSUE_RESOLVE, EVENT_ISSUE_REOPEN},
                            .tasks = made->report.tasks,
                            .classes = made->report.classes,
                            .group = SCAN_BY_BUCKET | SCAN_BY_KIND | SCAN_BY_TASK};
    return scan_history(made, &part, out, error);
}

/* When tasks that have issues were removed and came back. */
static annoproj_status scan_removals(const issue_report *made, const scan_result *issues, scan_result *out,
                                     annoproj_error **error) {
    int64_t highest = 0;
    number_set tasks;
    for (size_t i = 0; i < issues->count; i++) {
        highest = issues->cells[i].task > highest ? issues->cells[i].task : highest;
    }
    if (!number_set_make(&tasks, made->report.in->memory, highest)) {
        return fail_memory(error);
    }
    for (size_t i = 0; i < issues->count; i++) {
        number_set_add(&tasks, issues->cells[i].task);
    }
    const scan_part part = {.kinds = {EVENT_TASK_REMOVE, EVENT_TASK_RESTORE},
                            .tasks = &tasks,
                            .group = SCAN_BY_BUCKET | SCAN_BY_KIND | SCAN_BY_TASK};
    return scan_history(made, &part, out, error);
}

static size_t add_changes(change *list, size_t count, const scan_result *result) {
    for (size_t i = 0; i < result->count; i++) {
        const scan_cell *cell = &result->cells[i];
        const bool issue = cell->kind != EVENT_TASK_REMOVE && cell->kind != EVENT_TASK_RESTORE;
        const bool less = cell->kind == EVENT_ISSUE_RESOLVE || cell->kind == EVENT_TASK_RESTORE;
        const int64_t amount = less ? -cell->count : cell->count;
        list[count++] = (change){
            .task = cell->task, .at = cell->bucket, .opened = issue ? amount : 0, .removed = issue ? 0 : amount};
    }
    return count;
}

static int by_task_and_time(const void *a, const void *b) {
    const change *one = a, *two = b;
    if (one->task != two->task) {
        return one->task < two->task ? -1 : 1;
    }
    return (one->at > two->at) - (one->at < two->at);
}

/* By how much the number of open issues grows in each bucket. */
static void add_growth(change *list, size_t count, int64_t *growth) {
    int64_t opened = 0, removed = 0, open = 0;
    qsort(list, count, sizeof *list, by_task_and_time);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && list[i].task != list[i - 1].task) {
            opened = removed = open = 0;
        }
        opened += list[i].opened;
        removed += list[i].removed;
        if (i + 1 == count || by_task_and_time(&list[i], &list[i + 1]) != 0) {
            int64_t now = removed > 0 ? 0 : opened;
            growth[list[i].at] += now - open;
            open = now;
        }
    }
}

static annoproj_status add_open(issue_report *made, change *list, size_t count, annoproj_error **error) {
    int64_t *growth = arena_array(made->report.in->memory, made->end_count, sizeof *growth);
    if (growth == NULL) {
        return fail_memory(error);
    }
    add_growth(list, count, growth);
    for (size_t i = 1; i + 1 < made->end_count; i++) {
        growth[i] += growth[i - 1]; /* from here on what is open at ends[i + 1] */
    }
    size_t at = 0;
    for (size_t i = 0; i < made->buckets; i++) {
        while (made->ends[at + 1] < end_of(&made->report, i)) {
            at++;
        }
        made->figures[i * COLUMNS + OPEN] = growth[at];
    }
    return ANNOPROJ_OK;
}

static annoproj_status count_open(issue_report *made, annoproj_error **error) {
    scan_result issues = {0}, removals = {0};
    annoproj_status status = make_ends(made, error);
    if (status == ANNOPROJ_OK && made->end_count > 1) {
        status = scan_issues(made, &issues, error);
    }
    if (status == ANNOPROJ_OK && issues.count > 0) {
        status = scan_removals(made, &issues, &removals, error);
    }
    if (status == ANNOPROJ_OK && issues.count > 0) {
        change *list = arena_array(made->report.in->memory, issues.count + removals.count, sizeof *list);
        status = list == NULL ? fail_memory(error) : ANNOPROJ_OK;
        if (status == ANNOPROJ_OK) {
            size_t count = add_changes(list, add_changes(list, 0, &issues), &removals);
            status = add_open(made, list, count, error);
        }
    }
    scan_release(&removals);
    scan_release(&issues);
    return status;
}

annoproj_status report_issue_actions(scope *in, const query *asked, annoproj_table **table, annoproj_error **error) {
    issue_report made = {.buckets = 0};
    annoproj_status status = report_begin(&made.report, in, asked, error);
    if (status == ANNOPROJ_OK) {
        status = report_buckets(&made.report, error);
    }
    if (status == ANNOPROJ_OK) {
        made.buckets = report_bucket_count(&made.report);
        made.figures = arena_array(in->memory, made.buckets * COLUMNS + 1, sizeof *made.figures);
        status = made.figures == NULL ? fail_memory(error) : count_actions(&made, error);
    }
    if (status == ANNOPROJ_OK) {
        status = count_open(&made, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    rows *out = rows_new(&row_issue_actions_row);
    for (size_t i = 0; i < made.buckets; i++) {
        report_add_bucket(&made.report, out, i);
        for (int column = 0; column < COLUMNS; column++) {
            rows_int64(out, made.figures[i * COLUMNS + (size_t)column]);
        }
    }
    return rows_finish(out, table, error);
}
