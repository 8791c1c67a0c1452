/* The forecast: when what is left will be done, drawn from the days that were. */
#include <math.h>
#include <stdlib.h>

#include "failure.h"
#include "task_flow.h"

#define DAY        INT64_C(86400000000)
#define LEAST_DAYS 7
#define MOST_DAYS  3650 /* of a run: further off nothing is foretold */

typedef struct forecast {
    report report;
    const forecast_plan *plan;
    int64_t now_us, until_us; /* the moment; what is not before it does not count */
    int64_t remaining, completed;
    int64_t days;          /* of history */
    int64_t *completed_on; /* by day before now */
} forecast;

/* --- what was ---- */

static void count_change(void *data, const flow_change *change) {
    forecast *made = data;
    if (change->time_us >= made->until_us) {
        return;
    }
    const bool from_done = number_set_has(&made->report.done, change->from),
               to_done = number_set_has(&made->report.done, change->to);
    made->remaining += (change->to > 0 && !to_done) - (change->from > 0 && !from_done);
    const int64_t day = change->time_us >= made->now_us ? 0 : (made->now_us - 1 - change->time_us) / DAY;
    if (change->acted && from_done != to_done && day < made->days) {
        made->completed_on[day] += to_done ? 1 : -1;
        made->completed += to_done ? 1 : -1;
    }
}

static annoproj_status begin(forecast *made, scope *in, const query *asked, annoproj_error **error) {
    int64_t first = 0, last = 0, clock = 0;
    bool any = false;
    annoproj_status status = report_begin(&made->report, in, asked, error);
    if (status == ANNOPROJ_OK) {
        status = scan_time_range(in->database, in->project.id, &first, &last, &any, error);
    }
    if (status == ANNOPROJ_OK) {
        status = store_time(in->store, &clock, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    made->now_us = asked->before_us != 0 ? asked->before_us : clock;
    made->until_us = asked->before_us != 0 ? asked->before_us : INT64_MAX;
    const int64_t whole = any && made->now_us > first ? (made->now_us - first) / DAY : 0;
    made->days = whole < made->plan->history_days ? whole : made->plan->history_days;
    made->completed_on = arena_array(in->memory, (size_t)made->days + 1, sizeof *made->completed_on);
    return made->completed_on == NULL ? fail_memory(error) : task_flow_walk(&made->report, count_change, made, error);
}

/* --- what may be ---- */

static uint64_t next_random(uint64_t *state) {
    uint64_t x = *state += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* Days until nothing is left when each day is like one that was; MOST_DAYS + 1 = not in sight. */
static int64_t run_once(const forecast *made, uint64_t *state) {
    int64_t left = made->remaining, day = 0;
    while (left > 0 && day <= MOST_DAYS) {
        const uint64_t drawn = (next_random(state) >> 32) * (uint64_t)made->days >> 32;
        left -= made->completed_on[drawn];
        day++;
    }
    return day;
}

static int ascending(const void *a, const void *b) {
    const int64_t one = *(const int64_t *)a, two = *(const int64_t *)b;
    return (one > two) - (one < two);
}

static annoproj_status draw(const forecast *made, int64_t days[2], const bounds *limits, annoproj_error **error) {
    const size_t runs = (size_t)made->plan->runs;
    int64_t *results = arena_array(made->report.in->memory, runs, sizeof *results);
    uint64_t state = (uint64_t)made->plan->seed;
    annoproj_status status = results == NULL ? fail_memory(error) : ANNOPROJ_OK;
    for (size_t i = 0; i < runs && status == ANNOPROJ_OK; i++) {
        results[i] = run_once(made, &state);
        status = i % 64 == 0 && limits != NULL ? bounds_check(limits, error) : ANNOPROJ_OK;
    }
    if (status == ANNOPROJ_OK) {
        qsort(results, runs, sizeof *results, ascending);
        days[0] = results[(runs * 50 + 99) / 100 - 1];
        days[1] = results[(runs * 90 + 99) / 100 - 1];
    }
    return status;
}

/* --- the row ---- */

static void add_days(const forecast *made, rows *out, int64_t days) {
    if (days < 0 || days > MOST_DAYS) {
        rows_null(out);
        rows_null(out);
    } else {
        rows_int64(out, days);
        rows_time(out, made->now_us + days * DAY);
    }
}

annoproj_status report_forecast(scope *in, const query *asked, const forecast_plan *plan, annoproj_table **table,
                                annoproj_error **error) {
    forecast made = {.plan = plan};
    int64_t days[2] = {-1, -1};
    annoproj_status status = begin(&made, in, asked, error);
    const char *undefined = made.days < LEAST_DAYS ? "too_little_history" : NULL;
    if (status == ANNOPROJ_OK && made.remaining == 0) {
        undefined = NULL;
        days[0] = days[1] = 0;
    } else if (status == ANNOPROJ_OK && undefined == NULL) {
        status = draw(&made, days, in->bounds, error);
        undefined = days[0] > MOST_DAYS ? "out_of_sight" : NULL;
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    rows *out = rows_new(&row_forecast_row);
    rows_int64(out, made.remaining);
    rows_int64(out, made.days);
    rows_int64(out, made.completed);
    if (made.days == 0) {
        rows_null(out);
    } else {
        rows_double(out, (double)made.completed / (double)made.days);
    }
    add_days(&made, out, days[0]);
    add_days(&made, out, days[1]);
    rows_text(out, undefined);
    return rows_finish(out, table, error);
}
