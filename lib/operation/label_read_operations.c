/* Reading the labels of a task: as rows, their geometries, their answers. */
#include <string.h>

#include "answers.h"
#include "failure.h"
#include "handle_call.h"
#include "label.h"

typedef struct label_reading {
    annoproj_unit unit; /* geometries */
    annoproj_table *table;
} label_reading;

typedef struct adding {
    scope *in;
    rows *rows;
    ontology_features features;
    data_unit unit;
    annoproj_unit asked;
    frame_ranges frames;
    double *numbers; /* of one part */
    size_t number_capacity;
    struct task_review *reviews;
    size_t review_count;
} adding;

static annoproj_status damaged(const label *one, const char *what, annoproj_error **error) {
    return fail(error, ANNOPROJ_CORRUPT, "the stored %s of label %s are damaged: restore the store from a backup", what,
                one->hash);
}

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
    to->in = in;
    to->asked = reading->unit;
    to->rows = rows_new(type);
    annoproj_status status = label_each(in, in->task.id, add, to, error);
    frame_ranges_release(&to->frames);
    release(to->numbers);
    return finish_table(to->rows, status, &reading->table, error);
}

/* ---- labels ---- */

typedef struct task_review {
    int64_t label;
    int32_t here, last; /* states; 0 = none */
} task_review;

/* Reviews by label: the one in the task's stage and that of the last review stage it was in. */
static annoproj_status load_reviews(adding *to, scope *in, annoproj_error **error) {
    static const char size[] = "SELECT count(DISTINCT label) FROM label_review WHERE task = ?";
    static const char query[] = "SELECT label, stage, state FROM label_review WHERE task = ? ORDER BY label, entered";
    statement *find = sql(in->database, size);
    bind_int64(find, in->task.id);
    size_t count = sql_row(find) ? (size_t)column_int64(find, 0) : 0;
    annoproj_status status = sql_end(find, error);
    to->reviews = status == ANNOPROJ_OK ? arena_array(in->memory, count + 1, sizeof *to->reviews) : NULL;
    if (!to->reviews) {
        return status == ANNOPROJ_OK ? fail_memory(error) : status;
    }
    find = sql(in->database, query);
    bind_int64(find, in->task.id);
    while (sql_row(find)) {
        int64_t of = column_int64(find, 0);
        task_review *one = to->reviews + to->review_count;
        if (to->review_count > 0 && one[-1].label == of) {
            one--;
        } else {
            to->review_count++;
        }
        one->label = of;
        one->last = (int32_t)column_int64(find, 2);
        if (column_int64(find, 1) == in->task.stage.id) {
            one->here = one->last;
        }
    }
    return sql_end(find, error);
}

static const task_review *review_of(const adding *to, int64_t label_number) {
    size_t low = 0, high = to->review_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (to->reviews[middle].label < label_number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < to->review_count && to->reviews[low].label == label_number ? to->reviews + low : NULL;
}

static annoproj_status add_ranges(adding *to, const label *one, annoproj_error **error) {
    if (!frame_ranges_decode(one->ranges, one->ranges_length, &to->frames)) {
        return damaged(one, "frames", error);
    }
    int64_t *pairs = arena_array(to->in->memory, to->frames.count * 2 + 1, sizeof *pairs);
    if (!pairs || to->frames.failed) {
        return fail_memory(error);
    }
    for (size_t i = 0; i < to->frames.count; i++) {
        pairs[2 * i] = to->frames.ranges[i].first;
        pairs[2 * i + 1] = to->frames.ranges[i].last;
    }
    rows_int64_list(to->rows, pairs, to->frames.count * 2);
    return ANNOPROJ_OK;
}

static annoproj_status add_label(void *data, const label *one, annoproj_error **error) {
    adding *to = data;
    bool known = one->class > 0 && one->class <= to->features.highest && to->features.by_number[one->class];
    if (!known) {
        return damaged(one, "class", error);
    }
    const feature *class = to->features.by_number[one->class];
    const task_review *review = review_of(to, one->number);
    bool in_review = to->in->task.stage.type == STAGE_REVIEW;
    rows_text(to->rows, one->hash);
    rows_int64(to->rows, one->class);
    rows_text(to->rows, class->name);
    rows_text(to->rows, class->hash);
    rows_text(to->rows, feature_kind_name(class->kind));
    rows_text(to->rows, class->kind == FEATURE_OBJECT ? feature_type_name(class->type) : "");
    rows_int64(to->rows, one->creator);
    rows_time(to->rows, one->created_us);
    rows_int64(to->rows, one->editor);
    rows_time(to->rows, one->edited_us);
    rows_bool(to->rows, one->manual);
    rows_double(to->rows, one->confidence);
    annoproj_status status = add_ranges(to, one, error);
    rows_text(to->rows, in_review && review && review->here ? review_state_name(review->here) : NULL);
    rows_text(to->rows, review && review->last ? review_state_name(review->last) : NULL);
    return status;
}

static annoproj_status read_labels(scope *in, void *arguments, annoproj_error **error) {
    adding to = {0};
    annoproj_status status = ontology_load(in, in->project.ontology, &to.features, error);
    if (status == ANNOPROJ_OK) {
        status = load_reviews(&to, in, error);
    }
    return status == ANNOPROJ_OK ? read_each(in, arguments, &row_label_row, &to, add_label, error) : status;
}

annoproj_status annoproj_task_labels(annoproj_task *task, const annoproj_call *call, annoproj_table **table,
                                     annoproj_error **error) {
    label_reading reading = {0};
    return read_task(task, &reading, read_labels, call, table, error);
}

/* ---- geometry ---- */

static bool more_numbers(adding *to) {
    size_t capacity = to->number_capacity ? to->number_capacity * 2 : 64;
    double *larger = capacity > PTRDIFF_MAX / sizeof *larger ? NULL
                                                             : reallocate(to->numbers, capacity * sizeof *larger);
    if (larger) {
        to->numbers = larger;
        to->number_capacity = capacity;
    }
    return larger != NULL;
}

static double converted(const adding *to, const geometry_cursor *cursor, size_t part, size_t position, double value) {
    const shape_axis axis = shape_axis_at(cursor->shape, part, position);
    if (to->asked == ANNOPROJ_UNIT_STORED || to->asked == cursor->unit || axis == AXIS_NONE) {
        return value;
    }
    double side = (double)(axis == AXIS_X ? to->unit.width : to->unit.height);
    return to->asked == ANNOPROJ_UNIT_NORMALISED ? value / side : value * side;
}

static annoproj_status add_part(adding *to, const label *one, geometry_cursor *cursor, size_t part, const char *unit,
                                annoproj_error **error) {
    size_t count = 0;
    number value;
    while (geometry_next_number(cursor, &value)) {
        if (count == to->number_capacity && !more_numbers(to)) {
            return fail_memory(error);
        }
        to->numbers[count] = converted(to, cursor, part, count, number_to_double(&value));
        count++;
    }
    rows_text(to->rows, one->hash);
    rows_int64(to->rows, cursor->frame);
    rows_int64(to->rows, (int64_t)part);
    rows_text(to->rows, unit);
    rows_double_list(to->rows, to->numbers, count);
    return ANNOPROJ_OK;
}

/* The unit a shape is handed out in. */
static const char *unit_name(int32_t shape, int32_t unit) {
    return shape == SHAPE_CUBOID              ? "scene"
           : shape == SHAPE_SEGMENTATION      ? "points"
           : unit == ANNOPROJ_UNIT_NORMALISED ? "normalised"
                                              : "pixels";
}

static annoproj_status add_geometry(void *data, const label *one, annoproj_error **error) {
    adding *to = data;
    geometry_cursor cursor;
    annoproj_status status = ANNOPROJ_OK;
    geometry_open(&cursor, one->geometry, one->geometry_length);
    bool converts = to->asked != ANNOPROJ_UNIT_STORED && to->asked != cursor.unit && shape_has_units(cursor.shape);
    const char *unit = unit_name(cursor.shape, converts ? to->asked : cursor.unit);
    if (converts && cursor.frames_left > 0 && (to->unit.width <= 0 || to->unit.height <= 0)) {
        return fail(error, ANNOPROJ_STATE,
                    "data unit %lld has no width and height to convert label %s with: ask for the stored unit",
                    (long long)to->unit.id, one->hash);
    }
    while (status == ANNOPROJ_OK && geometry_next_frame(&cursor)) {
        for (size_t part = 0; status == ANNOPROJ_OK && geometry_next_part(&cursor); part++) {
            status = add_part(to, one, &cursor, part, unit, error);
        }
    }
    return status == ANNOPROJ_OK && cursor.failed ? damaged(one, "coordinates", error) : status;
}

static annoproj_status read_geometry(scope *in, void *arguments, annoproj_error **error) {
    adding to = {0};
    annoproj_status status = data_unit_load(in, in->task.data_unit, &to.unit, error);
    return status == ANNOPROJ_OK ? read_each(in, arguments, &row_geometry_row, &to, add_geometry, error) : status;
}

annoproj_status annoproj_task_geometry(annoproj_task *task, annoproj_unit unit, const annoproj_call *call,
                                       annoproj_table **table, annoproj_error **error) {
    label_reading reading = {.unit = unit};
    return read_task(task, &reading, read_geometry, call, table, error);
}

/* ---- answers ---- */

static void add_answer_row(adding *to, const label *one, const answer *given, const frame_range *range) {
    rows_text(to->rows, one->hash);
    rows_int64(to->rows, given->attribute);
    if (given->kind == ANSWER_OPTION) {
        rows_int64(to->rows, given->option);
    } else {
        rows_null(to->rows);
    }
    if (given->kind == ANSWER_TEXT) {
        rows_text_n(to->rows, given->text, given->text_length);
    } else {
        rows_null(to->rows);
    }
    if (given->kind == ANSWER_NUMBER) {
        rows_double(to->rows, number_to_double(&given->number));
    } else {
        rows_null(to->rows);
    }
    if (range) {
        rows_int64(to->rows, range->first);
        rows_int64(to->rows, range->last);
    } else {
        rows_null(to->rows);
        rows_null(to->rows);
    }
}

static annoproj_status add_answers(void *data, const label *one, annoproj_error **error) {
    adding *to = data;
    answers_cursor cursor;
    answer given;
    answers_open(&cursor, one->answers, one->answers_length);
    while (answers_next(&cursor, &given)) {
        if (!given.dynamic) {
            add_answer_row(to, one, &given, NULL);
            continue;
        }
        if (!frame_ranges_decode(given.ranges, given.ranges_length, &to->frames)) {
            return damaged(one, "answers", error);
        }
        if (to->frames.failed) {
            return fail_memory(error);
        }
        for (size_t i = 0; i < to->frames.count; i++) {
            add_answer_row(to, one, &given, to->frames.ranges + i);
        }
    }
    return cursor.failed ? damaged(one, "answers", error) : ANNOPROJ_OK;
}

static annoproj_status read_answers(scope *in, void *arguments, annoproj_error **error) {
    adding to = {0};
    return read_each(in, arguments, &row_answer_row, &to, add_answers, error);
}

annoproj_status annoproj_task_answers(annoproj_task *task, const annoproj_call *call, annoproj_table **table,
                                      annoproj_error **error) {
    label_reading reading = {0};
    return read_task(task, &reading, read_answers, call, table, error);
}
