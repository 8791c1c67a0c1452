/* The reports by bucket: task actions, time spent, label actions. */
#include "failure.h"
#include "query.h"

/* Figures of a report: `columns` numbers for each bucket, in the call's arena. */
static annoproj_status make_figures(const report *made, size_t columns, int64_t **out, annoproj_error **error) {
    *out = arena_array(made->in->memory, report_bucket_count(made) * columns + 1, sizeof **out);
    return *out == NULL ? fail_memory(error) : ANNOPROJ_OK;
}

static annoproj_status begin(report *made, scope *in, const query *asked, size_t columns, int64_t **figures,
                             annoproj_error **error) {
    annoproj_status status = report_begin(made, in, asked, error);
    if (status == ANNOPROJ_OK) {
        status = report_buckets(made, error);
    }
    return status == ANNOPROJ_OK ? make_figures(made, columns, figures, error) : status;
}

static annoproj_status finish(const report *made, const row_type *type, const int64_t *figures, size_t columns,
                              annoproj_table **table, annoproj_error **error) {
    rows *out = rows_new(type);
    for (size_t bucket = 0; bucket < report_bucket_count(made); bucket++) {
        report_add_bucket(made, out, bucket);
        for (size_t column = 0; column < columns; column++) {
            rows_int64(out, figures[bucket * columns + column]);
        }
    }
    return rows_finish(out, table, error);
}

/* Column of a kind: its place in the part's kinds. */
static size_t place_of(const scan_part *part, int32_t kind) {
    size_t place = 0;
    while (place < SCAN_KINDS - 1 && part->kinds[place] != kind) {
        place++;
    }
    return place;
}

/* One column for each kind of the part, in their order; kinds beyond the last column begin with the first one again. */
static annoproj_status count_kinds(report *made, const scan_part *part, size_t columns, const row_type *type,
                                   int64_t *figures, annoproj_table **table, annoproj_error **error) {
    scan_result result;
    annoproj_status status = report_scan(made, part, 1, &result, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    bool frames = (part->sums & SCAN_FRAMES) != 0;
    for (size_t i = 0; i < result.count; i++) {
        const scan_cell *cell = &result.cells[i];
        figures[(size_t)cell->bucket * columns + place_of(part, cell->kind) % columns] += frames ? cell->frames
                                                                                                 : cell->count;
    }
    scan_release(&result);
    return finish(made, type, figures, columns, table, error);
}

annoproj_status report_task_actions(scope *in, const query *asked, annoproj_table **table, annoproj_error **error) {
    report made;
    int64_t *figures = NULL;
    annoproj_status status = begin(&made, in, asked, 8, &figures, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    const scan_part part = {.kinds = {EVENT_TASK_SUBMIT, EVENT_TASK_SKIP, EVENT_TASK_APPROVE, EVENT_TASK_REJECT,
                                      EVENT_TASK_ASSIGN, EVENT_TASK_RELEASE, EVENT_TASK_MOVE, EVENT_TASK_REOPEN},
                            .actors = made.people,
                            .stages = made.stages,
                            .tasks = made.tasks,
                            .sources = made.sources,
                            .group = SCAN_BY_BUCKET | SCAN_BY_KIND};
    return count_kinds(&made, &part, 8, &row_task_actions_row, figures, table, error);
}

annoproj_status report_label_actions(scope *in, const query *asked, annoproj_table **table, annoproj_error **error) {
    report made;
    int64_t *figures = NULL;
    annoproj_status status = begin(&made, in, asked, 3, &figures, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    const scan_part part = {
        .kinds = {EVENT_LABEL_SUBMIT, EVENT_LABEL_APPROVE, EVENT_LABEL_REJECT, EVENT_MAIN_LABEL_SUBMIT},
        .actors = made.people,
        .stages = made.stages,
        .tasks = made.tasks,
        .sources = made.sources,
        .classes = made.classes,
        .group = SCAN_BY_BUCKET | SCAN_BY_KIND,
        .sums = made.by_frame ? SCAN_FRAMES : 0};
    return count_kinds(&made, &part, 3, &row_label_actions_row, figures, table, error);
}

annoproj_status report_time_spent(scope *in, const query *asked, annoproj_table **table, annoproj_error **error) {
    report made;
    int64_t *figures = NULL;
    annoproj_status status = begin(&made, in, asked, TIME_COLUMNS, &figures, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    const scan_part part = {.kinds = {EVENT_TIME_SPENT},
                            .actors = made.people,
                            .stages = made.stages,
                            .tasks = made.tasks,
                            .sources = made.sources,
                            .pieces = true,
                            .group = SCAN_BY_BUCKET | SCAN_BY_STAGE,
                            .sums = SCAN_DURATION};
    scan_result result;
    status = report_scan(&made, &part, 1, &result, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    for (size_t i = 0; i < result.count; i++) {
        const scan_cell *cell = &result.cells[i];
        int64_t *row = figures + cell->bucket * TIME_COLUMNS;
        row[report_time_column(&made, cell->stage)] += cell->duration_us;
        row[TIME_TOTAL] += cell->duration_us;
    }
    scan_release(&result);
    for (size_t i = 0; i < report_bucket_count(&made) * TIME_COLUMNS; i++) {
        figures[i] = seconds_of(figures[i]);
    }
    return finish(&made, &row_time_spent_row, figures, TIME_COLUMNS, table, error);
}
