/* The reports of how work flows: through each stage, into each stage over time, and how much of it is left. */
#include <stdlib.h>

#include "failure.h"
#include "task_flow.h"

/* --- through each stage: entered, left, how long it took ---- */

typedef struct stage_times {
    int64_t entered, left, present;
    int64_t *durations; /* of the stays that ended in the window */
    size_t capacity;
} stage_times;

typedef struct stage_flow {
    report report;
    int64_t after, before;
    stage_times *stages; /* by number */
    bool failed;         /* out of memory */
} stage_flow;

static void add_duration(stage_flow *made, stage_times *of, int64_t duration) {
    if ((size_t)of->left == of->capacity) {
        const size_t capacity = of->capacity == 0 ? 64 : 2 * of->capacity;
        int64_t *durations = reallocate(of->durations, capacity * sizeof *durations);
        if (durations == NULL) {
            made->failed = true;
            return;
        }
        of->durations = durations;
        of->capacity = capacity;
    }
    of->durations[of->left++] = duration;
}

static void count_stay(void *data, const flow_change *change) {
    stage_flow *made = data;
    if (change->time_us >= made->before || made->failed) {
        return;
    }
    const bool inside = change->time_us >= made->after;
    if (change->from > 0 && change->from <= made->report.highest_stage) {
        stage_times *left = &made->stages[change->from];
        left->present--;
        if (inside && change->acted) {
            add_duration(made, left, change->time_us - change->since_us);
        }
    }
    if (change->to > 0 && change->to <= made->report.highest_stage) {
        stage_times *entered = &made->stages[change->to];
        entered->present++;
        entered->entered += inside && (change->acted || change->made);
    }
}

static int ascending(const void *a, const void *b) {
    const int64_t one = *(const int64_t *)a, two = *(const int64_t *)b;
    return (one > two) - (one < two);
}

static void swap(int64_t *one, int64_t *two) {
    const int64_t kept = *one;
    *one = *two;
    *two = kept;
}

/* The value that would stand at `place` if the values were sorted: parts of them are put in order until it stands there. Values
 * that are made for it might take long, and are sorted then. */
static int64_t select_value(int64_t *values, int64_t count, int64_t place) {
    int64_t low = 0, high = count - 1;
    for (int round = 0; low < high; round++) {
        if (round > 100) {
            qsort(values + low, (size_t)(high - low + 1), sizeof *values, ascending);
            break;
        }
        const int64_t pivot = values[low + (high - low) / 2];
        int64_t left = low, right = high;
        while (left <= right) {
            for (; values[left] < pivot; left++) {
            }
            for (; values[right] > pivot; right--) {
            }
            if (left <= right) {
                swap(&values[left++], &values[right--]);
            }
        }
        if (place <= right) {
            high = right;
        } else if (place >= left) {
            low = left;
        } else {
            break; /* between them all are the pivot */
        }
    }
    return values[place];
}

/* The smallest value that a share of the values (in percent) does not exceed. */
static int64_t percentile(int64_t *values, int64_t count, int64_t percent) {
    return select_value(values, count, (count * percent + 99) / 100 - 1);
}

static void add_times(rows *out, stage_times *of) {
    if (of->left == 0) {
        rows_null(out);
        rows_null(out);
        return;
    }
    rows_int64(out, seconds_of(percentile(of->durations, of->left, 50)));
    rows_int64(out, seconds_of(percentile(of->durations, of->left, 90)));
}

/* Whether a stage is shown: tasks rest in it, the filter leaves it, and it is there or something happened in it. */
static bool is_shown(const report *made, const stage_description *stage, bool any) {
    return stage_kind_of(stage->facts.type)->rests &&
           (made->stages == NULL || number_set_has(made->stages, stage->facts.number)) && (!stage->removed || any);
}

static void add_stage(rows *out, const stage_description *stage) {
    rows_int64(out, stage->facts.id);
    rows_text(out, stage->title);
    rows_text(out, stage_kind_of(stage->facts.type)->name);
}

/* How many days the window has: from its beginning or the first event to its end or the last. */
static annoproj_status window_days(const stage_flow *made, double *days, annoproj_error **error) {
    const scope *in = made->report.in;
    int64_t first = 0, last = 0;
    bool any = false;
    annoproj_status status = scan_time_range(in->database, in->project.id, &first, &last, &any, error);
    first = made->after > first || !any ? made->after : first;
    last = made->before < last || !any ? made->before : last;
    *days = any && last > first ? (double)(last - first) / 86400e6 : 0;
    return status;
}

static annoproj_status stage_flow_table(stage_flow *made, annoproj_table **table, annoproj_error **error) {
    double days = 0;
    annoproj_status status = window_days(made, &days, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    rows *out = rows_new(&row_stage_flow_row);
    for (size_t i = 0; i < made->report.stage_count; i++) {
        const stage_description *stage = &made->report.all_stages[i];
        stage_times *of = &made->stages[stage->facts.number];
        if (!is_shown(&made->report, stage, of->entered > 0 || of->left > 0)) {
            continue;
        }
        add_stage(out, stage);
        rows_int64(out, of->entered);
        rows_int64(out, of->left);
        rows_int64(out, of->present);
        if (days > 0) {
            rows_double(out, (double)of->left / days);
        } else {
            rows_null(out);
        }
        add_times(out, of);
    }
    return rows_finish(out, table, error);
}

static annoproj_status make_stages(stage_flow *made, annoproj_error **error) {
    made->stages = arena_array(made->report.in->memory, (size_t)made->report.highest_stage + 1, sizeof *made->stages);
    return made->stages == NULL ? fail_memory(error) : ANNOPROJ_OK;
}

annoproj_status report_stage_flow(scope *in, const query *asked, annoproj_table **table, annoproj_error **error) {
    stage_flow made = {.after = asked->after_us == 0 ? INT64_MIN : asked->after_us,
                       .before = asked->before_us == 0 ? INT64_MAX : asked->before_us};
    annoproj_status status = report_begin(&made.report, in, asked, error);
    if (status == ANNOPROJ_OK) {
        status = make_stages(&made, error);
    }
    if (status == ANNOPROJ_OK) {
        status = task_flow_walk(&made.report, count_stay, &made, error);
    }
    if (status == ANNOPROJ_OK) {
        status = made.failed ? fail_memory(error) : stage_flow_table(&made, table, error);
    }
    for (int64_t i = 0; i <= made.report.highest_stage && made.stages != NULL; i++) {
        release(made.stages[i].durations);
    }
    return status;
}

/* --- over time ---- */

typedef struct level {
    int64_t entered, left, growth; /* growth also by tasks that come and go with their dataset */
} level;

typedef struct flow_series {
    report report;
    size_t buckets, columns;
    level *levels;      /* by bucket and column; those of bucket 0 are before the first one */
    int64_t *column_of; /* by stage number; -1 = none */
    size_t at;          /* bucket of the last event: events come in order */
} flow_series;

/* The bucket of a time from 1; 0 = before all of them, buckets + 1 = behind them. */
static size_t bucket_of(flow_series *made, int64_t time) {
    const report *base = &made->report;
    if (base->borders == NULL) {
        const query *asked = base->query;
        return time < asked->after_us && asked->after_us != 0      ? 0
               : asked->before_us != 0 && time >= asked->before_us ? 2
                                                                   : 1;
    }
    while (made->at <= made->buckets && time >= base->borders[made->at]) {
        made->at++;
    }
    return base->query->before_us != 0 && time >= base->query->before_us ? made->buckets + 1 : made->at;
}

static level *level_of(const flow_series *made, size_t bucket, int64_t stage) {
    const int64_t column = stage > 0 && stage <= made->report.highest_stage ? made->column_of[stage] : -1;
    return column < 0 ? NULL : &made->levels[bucket * made->columns + (size_t)column];
}

static void count_change(void *data, const flow_change *change) {
    flow_series *made = data;
    const size_t bucket = bucket_of(made, change->time_us);
    if (bucket > made->buckets) {
        return;
    }
    level *from = level_of(made, bucket, change->from), *to = level_of(made, bucket, change->to);
    if (from == to) {
        return; /* within what is looked at as one */
    }
    const bool inside = change->time_us >= made->report.query->after_us || made->report.query->after_us == 0;
    if (from != NULL) {
        from->growth--;
        from->left += change->acted && inside;
    }
    if (to != NULL) {
        to->growth++;
        to->entered += inside && (change->acted || change->made);
    }
}

static annoproj_status begin_series(flow_series *made, scope *in, const query *asked, annoproj_error **error) {
    annoproj_status status = report_begin(&made->report, in, asked, error);
    if (status == ANNOPROJ_OK) {
        status = report_buckets(&made->report, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    made->buckets = report_bucket_count(&made->report);
    made->column_of = arena_array(in->memory, (size_t)made->report.highest_stage + 1, sizeof *made->column_of);
    if (made->column_of == NULL) {
        return fail_memory(error);
    }
    for (int64_t i = 0; i <= made->report.highest_stage; i++) {
        made->column_of[i] = -1;
    }
    return ANNOPROJ_OK;
}

static annoproj_status run_series(flow_series *made, annoproj_error **error) {
    made->levels = arena_array(made->report.in->memory, (made->buckets + 1) * made->columns + 1, sizeof *made->levels);
    return made->levels == NULL ? fail_memory(error) : task_flow_walk(&made->report, count_change, made, error);
}

annoproj_status report_cumulative_flow(scope *in, const query *asked, annoproj_table **table, annoproj_error **error) {
    flow_series made = {.columns = 0};
    annoproj_status status = begin_series(&made, in, asked, error);
    for (size_t i = 0; i < made.report.stage_count && status == ANNOPROJ_OK; i++) {
        const stage_description *stage = &made.report.all_stages[i];
        if (is_shown(&made.report, stage, true)) {
            made.column_of[stage->facts.number] = (int64_t)made.columns++;
        }
    }
    if (status == ANNOPROJ_OK) {
        status = run_series(&made, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    rows *out = rows_new(&row_cumulative_flow_row);
    for (size_t bucket = 1; bucket <= made.buckets; bucket++) {
        for (size_t i = 0; i < made.report.stage_count; i++) {
            const stage_description *stage = &made.report.all_stages[i];
            level *now = level_of(&made, bucket, stage->facts.number);
            if (now == NULL) {
                continue;
            }
            now->growth += level_of(&made, bucket - 1, stage->facts.number)->growth;
            report_add_bucket(&made.report, out, bucket - 1);
            add_stage(out, stage);
            rows_int64(out, now->entered);
            rows_int64(out, now->left);
            rows_int64(out, now->growth);
        }
    }
    return rows_finish(out, table, error);
}

/* What is left: all stages in which something is left to do are looked at as one. */
annoproj_status report_burn_down(scope *in, const query *asked, annoproj_table **table, annoproj_error **error) {
    flow_series made = {.columns = 1};
    annoproj_status status = begin_series(&made, in, asked, error);
    for (int64_t i = 1; i <= made.report.highest_stage && status == ANNOPROJ_OK; i++) {
        made.column_of[i] = number_set_has(&made.report.done, i) ? -1 : 0;
    }
    if (status == ANNOPROJ_OK) {
        status = run_series(&made, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    rows *out = rows_new(&row_burn_down_row);
    for (size_t bucket = 1; bucket <= made.buckets; bucket++) {
        made.levels[bucket].growth += made.levels[bucket - 1].growth;
        report_add_bucket(&made.report, out, bucket - 1);
        rows_int64(out, made.levels[bucket].entered);
        rows_int64(out, made.levels[bucket].left);
        rows_int64(out, made.levels[bucket].growth);
    }
    return rows_finish(out, table, error);
}
