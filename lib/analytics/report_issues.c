/* The report of issue actions. What happened in a bucket are sums; what is open at its end follows from everything before;
 * where tasks were removed, task by task: issues of tasks that were removed then are not open. */
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "query.h"

enum { CREATED, RESOLVED, REOPENED, OPEN, COLUMNS };

typedef struct issue_report {
    report report;
    size_t buckets;
    int64_t *figures; /* COLUMNS for each bucket */
    int64_t start;    /* of the window; INT64_MIN = no beginning */
    int64_t *times;   /* ascending: INT64_MIN, the start of the window, the ends of the buckets, each once */
    size_t time_count;
    int64_t *growth; /* of open issues, from each time to the next */
    bool removals;   /* tasks were removed, ever */
} issue_report;

/* How many issues of a task were opened and how often it was removed between two times; `at` is in `times`. */
typedef struct change {
    int64_t task, at, opened, removed;
} change;

/* --- the history, in pieces ---- */

static int64_t end_of(const report *base, size_t bucket) {
    int64_t end = base->query->before_us == 0 ? INT64_MAX : base->query->before_us;
    return base->borders != NULL && base->borders[bucket + 1] < end ? base->borders[bucket + 1] : end;
}

static int ascending(const void *a, const void *b) {
    const int64_t one = *(const int64_t *)a, two = *(const int64_t *)b;
    return (one > two) - (one < two);
}

static annoproj_status make_times(issue_report *made, annoproj_error **error) {
    const report *base = &made->report;
    size_t count = 0;
    made->times = arena_array(base->in->memory, made->buckets + 2, sizeof *made->times);
    made->growth = arena_array(base->in->memory, made->buckets + 2, sizeof *made->growth);
    if (made->times == NULL || made->growth == NULL) {
        return fail_memory(error);
    }
    made->start = base->query->after_us == 0 ? INT64_MIN : base->query->after_us;
    made->start = base->borders != NULL && base->borders[0] > made->start ? base->borders[0] : made->start;
    made->times[count++] = INT64_MIN;
    made->times[count++] = made->start;
    for (size_t i = 0; i < made->buckets; i++) {
        made->times[count++] = end_of(base, i);
    }
    qsort(made->times, count, sizeof *made->times, ascending);
    for (size_t i = 0; i < count; i++) {
        if (made->time_count == 0 || made->times[i] > made->times[made->time_count - 1]) {
            made->times[made->time_count++] = made->times[i];
        }
    }
    return ANNOPROJ_OK;
}

static annoproj_status scan_history(const issue_report *made, const scan_part *parts, size_t count, scan_result *out,
                                    annoproj_error **error) {
    const scope *in = made->report.in;
    const bool lifetime = made->time_count == 2 && made->times[1] == INT64_MAX; /* then summaries may answer */
    const scan_request ask = {.database = in->database,
                              .bounds = in->bounds,
                              .store = in->store,
                              .project = in->project.id,
                              .after = INT64_MIN,
                              .before = INT64_MAX,
                              .borders = made->times,
                              .border_count = lifetime ? 0 : made->time_count,
                              .parts = parts,
                              .part_count = count};
    return scan_run(&ask, out, error);
}

#define ISSUE_ACTIONS EVENT_ISSUE_CREATE, EVENT_ISSUE_RESOLVE, EVENT_ISSUE_REOPEN

/* --- what happened ---- */

static void add_action(issue_report *made, const scan_cell *cell, size_t *bucket) {
    const int64_t time = made->times[cell->bucket];
    const int column = cell->kind == EVENT_ISSUE_CREATE    ? CREATED
                       : cell->kind == EVENT_ISSUE_RESOLVE ? RESOLVED
                                                           : REOPENED;
    if (time < made->start) {
        return;
    }
    if (*bucket > 0 && end_of(&made->report, *bucket - 1) > time) {
        *bucket = 0; /* cells are in no order, but those of an array are nearly */
    }
    while (*bucket < made->buckets && end_of(&made->report, *bucket) <= time) {
        ++*bucket;
    }
    if (*bucket < made->buckets) {
        made->figures[*bucket * COLUMNS + (size_t)column] += cell->count;
    }
}

/* The actions of each bucket; how many issues opened, were no task ever removed; and whether one was. */
static annoproj_status count_actions(issue_report *made, annoproj_error **error) {
    const report *base = &made->report;
    const scan_part parts[] = {{.kinds = {ISSUE_ACTIONS},
                                .actors = base->people,
                                .stages = base->stages,
                                .tasks = base->tasks,
                                .sources = base->sources,
                                .classes = base->classes,
                                .group = SCAN_BY_BUCKET | SCAN_BY_KIND},
                               {.kinds = {ISSUE_ACTIONS},
                                .tasks = base->tasks,
                                .classes = base->classes,
                                .group = SCAN_BY_BUCKET | SCAN_BY_KIND},
                               {.kinds = {EVENT_TASK_REMOVE, EVENT_TASK_RESTORE}}};
    scan_result result;
    size_t bucket = 0;
    annoproj_status status = scan_history(made, parts, sizeof parts / sizeof *parts, &result, error);
    for (size_t i = 0; i < result.count; i++) {
        const scan_cell *cell = &result.cells[i];
        if (cell->part == 0) {
            add_action(made, cell, &bucket);
        } else if (cell->part == 1) {
            made->growth[cell->bucket] += cell->kind == EVENT_ISSUE_RESOLVE ? -cell->count : cell->count;
        } else {
            made->removals = true;
        }
    }
    scan_release(&result);
    return status;
}

/* --- what is open where tasks were removed ---- */

static annoproj_status scan_issues(const issue_report *made, scan_result *out, annoproj_error **error) {
    const scan_part part = {.kinds = {ISSUE_ACTIONS},
                            .tasks = made->report.tasks,
                            .classes = made->report.classes,
                            .group = SCAN_BY_BUCKET | SCAN_BY_KIND | SCAN_BY_TASK};
    return scan_history(made, &part, 1, out, error);
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
    return scan_history(made, &part, 1, out, error);
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

static annoproj_status count_by_task(issue_report *made, annoproj_error **error) {
    scan_result issues = {0}, removals = {0};
    change *list = NULL;
    memset(made->growth, 0, made->time_count * sizeof *made->growth);
    annoproj_status status = scan_issues(made, &issues, error);
    if (status == ANNOPROJ_OK) {
        status = scan_removals(made, &issues, &removals, error);
    }
    if (status == ANNOPROJ_OK) {
        list = arena_array(made->report.in->memory, issues.count + removals.count + 1, sizeof *list);
        status = list == NULL ? fail_memory(error) : ANNOPROJ_OK;
    }
    if (status == ANNOPROJ_OK) {
        add_growth(list, add_changes(list, add_changes(list, 0, &issues), &removals), made->growth);
    }
    scan_release(&removals);
    scan_release(&issues);
    return status;
}

static void add_open(issue_report *made) {
    size_t at = 0;
    int64_t open = 0;
    for (size_t i = 0; i < made->buckets; i++) {
        for (; at + 1 < made->time_count && made->times[at] < end_of(&made->report, i); at++) {
            open += made->growth[at];
        }
        made->figures[i * COLUMNS + OPEN] = open;
    }
}

static annoproj_status fill(issue_report *made, annoproj_error **error) {
    annoproj_status status = make_times(made, error);
    if (status == ANNOPROJ_OK) {
        status = count_actions(made, error);
    }
    if (status == ANNOPROJ_OK && made->removals) {
        status = count_by_task(made, error);
    }
    if (status == ANNOPROJ_OK) {
        add_open(made);
    }
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
        status = made.figures == NULL ? fail_memory(error) : ANNOPROJ_OK;
    }
    if (status == ANNOPROJ_OK && made.buckets > 0) {
        status = fill(&made, error);
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
