/* Reading the labels of a task: as rows, their geometries, their answers. */
#include "failure.h"
#include "handle_call.h"
#include "label_table.h"

typedef struct label_reading {
    annoproj_unit unit; /* geometries */
    annoproj_table *table;
} label_reading;

typedef struct adding {
    rows *rows;
    label_table cells;
    ontology_features features;
    data_unit unit;
    annoproj_unit asked;
} adding;

/* Runs a read and hands its table out. */
static annoproj_status read_task(annoproj_task *task, label_reading *reading, read_fn run, const annoproj_call *call,
                                 annoproj_table **table, annoproj_error **error) {
    handle_call what = {.operation = ANNOPROJ_OPERATION_TASK_VIEW, .arguments = reading};
    if (!result_place(table, sizeof *table, "table", error)) {
        return ANNOPROJ_INVALID;
    }
    if (reading->unit < ANNOPROJ_UNIT_STORED || reading->unit > ANNOPROJ_UNIT_NORMALISED) {
        return fail(error, ANNOPROJ_INVALID, "unit %d is no annoproj_unit", (int)reading->unit);
    }
    annoproj_status status = task_read(task, &what, run, call, error);
    if (status == ANNOPROJ_OK) {
        *table = reading->table;
    }
    return status;
}

/* One row after the other for each label of the task. */
static annoproj_status read_each(scope *in, label_reading *reading, const row_type *type, adding *to, label_fn add,
                                 annoproj_error **error) {
    to->asked = reading->unit;
    to->rows = rows_new(type);
    annoproj_status status = label_each(in, in->task.id, add, to, error);
    label_table_release(&to->cells);
    return finish_table(to->rows, status, &reading->table, error);
}

/* ---- labels ---- */

static annoproj_status add_label(void *data, const label *one, annoproj_error **error) {
    adding *to = data;
    return label_table_add(&to->cells, one, to->rows, error);
}

static annoproj_status read_labels(scope *in, void *arguments, annoproj_error **error) {
    adding to = {.cells = {.in = in, .features = &to.features}};
    annoproj_status status = ontology_load(in, in->project.ontology, &to.features, error);
    if (status == ANNOPROJ_OK) {
        status = label_table_reviews(&to.cells, error);
    }
    return status == ANNOPROJ_OK ? read_each(in, arguments, &row_label_row, &to, add_label, error) : status;
}

annoproj_status annoproj_task_labels(annoproj_task *task, const annoproj_call *call, annoproj_table **table,
                                     annoproj_error **error) {
    label_reading reading = {0};
    return read_task(task, &reading, read_labels, call, table, error);
}

/* ---- geometry ---- */

static annoproj_status add_part(void *data, const label *one, const label_part *part, annoproj_error **error) {
    (void)error;
    label_part_add(one, part, ((adding *)data)->rows);
    return ANNOPROJ_OK;
}

static annoproj_status add_geometry(void *data, const label *one, annoproj_error **error) {
    adding *to = data;
    return label_table_parts(&to->cells, one, to->asked, &to->unit, add_part, to, error);
}

static annoproj_status read_geometry(scope *in, void *arguments, annoproj_error **error) {
    adding to = {.cells = {.in = in}};
    annoproj_status status = data_unit_load(in, in->task.data_unit, &to.unit, error);
    return status == ANNOPROJ_OK ? read_each(in, arguments, &row_geometry_row, &to, add_geometry, error) : status;
}

annoproj_status annoproj_task_geometry(annoproj_task *task, annoproj_unit unit, const annoproj_call *call,
                                       annoproj_table **table, annoproj_error **error) {
    label_reading reading = {.unit = unit};
    return read_task(task, &reading, read_geometry, call, table, error);
}

/* ---- answers ---- */

static void add_answer(void *data, const label *one, const answer *given, const frame_range *range) {
    label_answer_add(one, given, range, ((adding *)data)->rows);
}

static annoproj_status add_answers(void *data, const label *one, annoproj_error **error) {
    adding *to = data;
    return label_table_answers(&to->cells, one, add_answer, to, error);
}

static annoproj_status read_answers(scope *in, void *arguments, annoproj_error **error) {
    adding to = {.cells = {.in = in}};
    return read_each(in, arguments, &row_answer_row, &to, add_answers, error);
}

annoproj_status annoproj_task_answers(annoproj_task *task, const annoproj_call *call, annoproj_table **table,
                                      annoproj_error **error) {
    label_reading reading = {0};
    return read_task(task, &reading, read_answers, call, table, error);
}
