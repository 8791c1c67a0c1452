/* The cells of labels, of their geometries and answers (label_table.h). */
#include "label_table.h"

#include "failure.h"
#include "node_ranges.h"

static annoproj_status damaged(const label *one, const char *what, annoproj_error **error) {
    return fail(error, ANNOPROJ_CORRUPT, "the stored %s of label %s are damaged: restore the store from a backup", what,
                one->hash);
}

void label_table_release(label_table *table) {
    frame_ranges_release(&table->frames);
    release(table->numbers);
    *table = (label_table){0};
}

/* ---- labels ---- */

typedef struct task_review {
    int64_t label;
    int32_t here, last; /* states; 0 = none */
} task_review;

/* Reviews by label: the one in the task's stage and that of the last review stage it was in. */
annoproj_status label_table_reviews(label_table *to, annoproj_error **error) {
    static const char size[] = "SELECT count(DISTINCT label) FROM label_review WHERE task = ?";
    static const char query[] = "SELECT label, stage, state FROM label_review WHERE task = ? ORDER BY label, entered";
    scope *in = to->in;
    statement *find = sql(in->database, size);
    bind_int64(find, in->task.id);
    size_t count = sql_row(find) ? (size_t)column_int64(find, 0) : 0;
    annoproj_status status = sql_end(find, error);
    to->review_count = 0;
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

static const task_review *review_of(const label_table *to, int64_t label_number) {
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

static annoproj_status add_ranges(label_table *to, const label *one, rows *table, annoproj_error **error) {
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
    rows_int64_list(table, pairs, to->frames.count * 2);
    return ANNOPROJ_OK;
}

annoproj_status label_table_add(label_table *to, const label *one, rows *table, annoproj_error **error) {
    bool known = one->class > 0 && one->class <= to->features->highest && to->features->by_number[one->class];
    if (!known) {
        return damaged(one, "class", error);
    }
    const feature *class = to->features->by_number[one->class];
    const task_review *review = review_of(to, one->number);
    bool in_review = to->in->task.stage.type == STAGE_REVIEW;
    rows_text(table, one->hash);
    rows_int64(table, one->class);
    rows_text(table, class->name);
    rows_text(table, class->hash);
    rows_text(table, feature_kind_name(class->kind));
    rows_text(table, class->kind == FEATURE_OBJECT ? feature_type_name(class->type) : "");
    rows_int64(table, one->creator);
    rows_time(table, one->created_us);
    rows_int64(table, one->editor);
    rows_time(table, one->edited_us);
    rows_bool(table, one->manual);
    rows_double(table, one->confidence);
    annoproj_status status = add_ranges(to, one, table, error);
    rows_text(table, in_review && review && review->here ? review_state_name(review->here) : NULL);
    rows_text(table, review && review->last ? review_state_name(review->last) : NULL);
    if (node_ranges_any(one->nodes, one->nodes_length)) {
        rows_text_n(table, (const char *)one->nodes, one->nodes_length);
    } else {
        rows_null(table);
    }
    return status;
}

/* ---- geometry ---- */

/* What geometries are read in, and what it takes to convert them. */
typedef struct conversion {
    annoproj_unit asked;
    const data_unit *unit;
} conversion;

static bool more_numbers(label_table *to) {
    size_t capacity = to->number_capacity ? to->number_capacity * 2 : 64;
    double *larger = capacity > PTRDIFF_MAX / sizeof *larger ? NULL
                                                             : reallocate(to->numbers, capacity * sizeof *larger);
    if (larger) {
        to->numbers = larger;
        to->number_capacity = capacity;
    }
    return larger != NULL;
}

static double converted(const conversion *by, const geometry_cursor *cursor, size_t part, size_t position,
                        double value) {
    const shape_axis axis = shape_axis_at(cursor->shape, cursor->unit, part, position);
    if (by->asked == ANNOPROJ_UNIT_STORED || by->asked == cursor->unit || axis == AXIS_NONE) {
        return value;
    }
    double side = (double)(axis == AXIS_X ? by->unit->width : by->unit->height);
    return by->asked == ANNOPROJ_UNIT_NORMALISED ? value / side : value * side;
}

static annoproj_status read_part(label_table *to, const conversion *by, geometry_cursor *cursor, label_part *out,
                                 annoproj_error **error) {
    size_t count = 0;
    number value;
    while (geometry_next_number(cursor, &value)) {
        if (count == to->number_capacity && !more_numbers(to)) {
            return fail_memory(error);
        }
        to->numbers[count] = converted(by, cursor, (size_t)out->part, count, number_to_double(&value));
        count++;
    }
    out->frame = cursor->frame;
    out->numbers = to->numbers;
    out->count = count;
    return ANNOPROJ_OK;
}

/* The unit a shape is handed out in. */
static const char *unit_name(int32_t shape, int32_t unit) {
    return shape == SHAPE_SEGMENTATION        ? "points"
           : unit == ANNOPROJ_UNIT_SCENE      ? "scene"
           : unit == ANNOPROJ_UNIT_NORMALISED ? "normalised"
                                              : "pixels";
}

annoproj_status label_table_parts(label_table *to, const label *one, annoproj_unit asked, const data_unit *unit,
                                  label_part_fn found, void *data, annoproj_error **error) {
    const conversion by = {asked, unit};
    geometry_cursor cursor;
    annoproj_status status = ANNOPROJ_OK;
    geometry_open(&cursor, one->geometry, one->geometry_length);
    bool converts = asked != ANNOPROJ_UNIT_STORED && asked != cursor.unit && shape_converts(cursor.shape, cursor.unit);
    label_part part = {.unit = unit_name(cursor.shape, converts ? asked : cursor.unit)};
    if (converts && cursor.frames_left > 0 && (unit->width <= 0 || unit->height <= 0)) {
        return fail(error, ANNOPROJ_STATE,
                    "data unit %lld has no width and height to convert label %s with: ask for the stored unit",
                    (long long)unit->id, one->hash);
    }
    while (status == ANNOPROJ_OK && geometry_next_frame(&cursor)) {
        for (part.part = 0; status == ANNOPROJ_OK && geometry_next_part(&cursor); part.part++) {
            status = read_part(to, &by, &cursor, &part, error);
            status = status == ANNOPROJ_OK ? found(data, one, &part, error) : status;
        }
    }
    return status == ANNOPROJ_OK && cursor.failed ? damaged(one, "coordinates", error) : status;
}

void label_part_add(const label *of, const label_part *part, rows *to) {
    rows_text(to, of->hash);
    rows_int64(to, part->frame);
    rows_int64(to, part->part);
    rows_text(to, part->unit);
    rows_double_list(to, part->numbers, part->count);
}

/* ---- answers ---- */

annoproj_status label_table_answers(label_table *to, const label *one, label_answer_fn found, void *data,
                                    annoproj_error **error) {
    answers_cursor cursor;
    answer given;
    answers_open(&cursor, one->answers, one->answers_length);
    while (answers_next(&cursor, &given)) {
        if (!given.dynamic) {
            found(data, one, &given, NULL);
            continue;
        }
        if (!frame_ranges_decode(given.ranges, given.ranges_length, &to->frames)) {
            return damaged(one, "answers", error);
        }
        if (to->frames.failed) {
            return fail_memory(error);
        }
        for (size_t i = 0; i < to->frames.count; i++) {
            found(data, one, &given, to->frames.ranges + i);
        }
    }
    return cursor.failed ? damaged(one, "answers", error) : ANNOPROJ_OK;
}

void label_answer_add(const label *of, const answer *given, const frame_range *range, rows *to) {
    rows_text(to, of->hash);
    rows_int64(to, given->attribute);
    if (given->kind == ANSWER_OPTION) {
        rows_int64(to, given->option);
    } else {
        rows_null(to);
    }
    if (given->kind == ANSWER_TEXT) {
        rows_text_n(to, given->text, given->text_length);
    } else {
        rows_null(to);
    }
    if (given->kind == ANSWER_NUMBER) {
        rows_double(to, number_to_double(&given->number));
    } else {
        rows_null(to);
    }
    if (range) {
        rows_int64(to, range->first);
        rows_int64(to, range->last);
    } else {
        rows_null(to);
        rows_null(to);
    }
}
