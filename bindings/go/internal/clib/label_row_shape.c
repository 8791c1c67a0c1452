/* Shapes of label rows: coordinates normalised, polygons as points and as rings, masks row by row. */
#include "export_coco.h"
#include "failure.h"
#include "label_row.h"
#include "run_lengths.h"

static void write_point(const number *at, text *out) {
    text_string(out, "{\"x\":");
    text_number(out, at[0]);
    text_string(out, ",\"y\":");
    text_number(out, at[1]);
    text_character(out, '}');
}

/* {"0":{"x":..,"y":..},...} */
static void write_points(const shape *of, size_t from, size_t until, text *out) {
    text_character(out, '{');
    for (size_t i = from; i + 1 < until; i += 2) {
        text_printf(out, "%s\"%zu\":", i > from ? "," : "", (i - from) / 2);
        write_point(of->numbers + i, out);
    }
    text_character(out, '}');
}

static void write_box(const char *key, const number *n, bool turned, text *out) {
    text_printf(out, "\"%s\":{\"h\":", key);
    text_number(out, n[3]);
    text_string(out, ",\"w\":");
    text_number(out, n[2]);
    text_string(out, ",\"x\":");
    text_number(out, n[0]);
    text_string(out, ",\"y\":");
    text_number(out, n[1]);
    if (turned) {
        text_string(out, ",\"theta\":");
        text_number(out, n[4]);
    }
    text_character(out, '}');
}

static void write_ring(const shape *of, size_t ring, text *out) {
    text_character(out, '[');
    text_numbers(out, of->numbers + of->starts[ring], of->starts[ring + 1] - of->starts[ring]);
    text_character(out, ']');
}

/* Each polygon is its outer ring, then the holes in it. */
static annoproj_status write_polygons(label_row_writer *to, text *out, annoproj_error **error) {
    const shape *of = &to->shape;
    if (of->part_count > to->outer_capacity) {
        size_t *outer = reallocate(to->outer, of->part_count * sizeof *outer);
        if (!outer) {
            return fail_memory(error);
        }
        to->outer = outer;
        to->outer_capacity = of->part_count;
    }
    polygon_holes(of, to->outer);
    text_string(out, "\"polygon\":");
    write_points(of, of->starts[0], of->starts[of->part_count > 0], out);
    text_string(out, ",\"polygons\":[");
    for (size_t i = 0, written = 0; i < of->part_count; i++) {
        if (to->outer[i] != i) {
            continue;
        }
        text_string(out, written++ > 0 ? ",[" : "[");
        write_ring(of, i, out);
        for (size_t j = 0; j < of->part_count; j++) {
            if (j != i && to->outer[j] == i) {
                text_character(out, ',');
                write_ring(of, j, out);
            }
        }
        text_character(out, ']');
    }
    text_character(out, ']');
    return ANNOPROJ_OK;
}

static void add_run(void *data, int64_t run) {
    run_writer_add(data, run);
}

static annoproj_status write_mask(const shape *of, text *out, annoproj_error **error) {
    const size_t count = of->number_count - 2;
    const int64_t width = (int64_t)number_to_double(&of->numbers[0]),
                  height = (int64_t)number_to_double(&of->numbers[1]);
    text runs_text = {0};
    run_writer runs = {.out = &runs_text};
    int64_t *columns = allocate((count + 1) * sizeof *columns);
    bool done = columns != NULL;
    for (size_t i = 0; done && i < count; i++) {
        columns[i] = (int64_t)number_to_double(&of->numbers[i + 2]);
    }
    done = done && runs_transpose(columns, count, width, height, add_run, &runs);
    text_printf(out,
                "\"bitmask\":{\"top\":0,\"left\":0,\"width\":%lld,\"height\":%lld,\"rleString\":", (long long)width,
                (long long)height);
    text_json(out, runs_text.data ? runs_text.data : "", runs_text.length);
    text_character(out, '}');
    done = done && !runs_text.failed;
    text_release(&runs_text);
    release(columns);
    return done ? ANNOPROJ_OK : fail_memory(error);
}

static size_t fewest_numbers(int32_t type) {
    return type == SHAPE_BOUNDING_BOX ? 4 : type == SHAPE_ROTATABLE_BOUNDING_BOX ? 5 : 2;
}

annoproj_status write_row_shape(label_row_writer *to, const export_task *task, annoproj_error **error) {
    shape *of = &to->shape;
    text *out = &to->plan->out->text;
    const int32_t unit = of->type == SHAPE_BITMASK ? ANNOPROJ_UNIT_NORMALISED : of->unit;
    annoproj_status status = export_needs_size(task, unit, ANNOPROJ_UNIT_NORMALISED, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    if (of->number_count < fewest_numbers(of->type)) {
        return fail(error, ANNOPROJ_CORRUPT, "a label of task %lld has a %s of %zu numbers", (long long)task->id,
                    feature_type_name(of->type), of->number_count);
    }
    shape_convert(of, ANNOPROJ_UNIT_NORMALISED, (double)task->unit.width, (double)task->unit.height);
    switch (of->type) {
    case SHAPE_BOUNDING_BOX: write_box("boundingBox", of->numbers, false, out); break;
    case SHAPE_ROTATABLE_BOUNDING_BOX: write_box("rotatableBoundingBox", of->numbers, true, out); break;
    case SHAPE_POLYGON: return write_polygons(to, out, error);
    case SHAPE_BITMASK: return write_mask(of, out, error);
    default:
        text_printf(out, "\"%s\":", feature_type_name(of->type));
        write_points(of, 0, of->number_count, out);
        break;
    }
    return ANNOPROJ_OK;
}
