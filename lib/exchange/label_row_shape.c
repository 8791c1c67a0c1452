/* Shapes of label rows: coordinates normalised, polygons as points and as rings, masks row by row. */
#include "export_coco.h"
#include "failure.h"
#include "json_out.h"
#include "label_row.h"
#include "label_row_layout.h"
#include "run_lengths.h"

static void write_point(const number *at, size_t axes, text *out) {
    text_string(out, "{\"x\":");
    text_number(out, at[0]);
    text_string(out, ",\"y\":");
    text_number(out, at[1]);
    if (axes == 3) {
        text_string(out, ",\"z\":");
        text_number(out, at[2]);
    }
    text_character(out, '}');
}

/* {"0":{"x":..,"y":..},...}, in a scene with z */
static void write_points(const shape *of, size_t from, size_t until, text *out) {
    const size_t axes = shape_stride(of->type, of->unit);
    text_character(out, '{');
    for (size_t i = from; i + axes <= until; i += axes) {
        text_printf(out, "%s\"%zu\":", i > from ? "," : "", (i - from) / axes);
        write_point(of->numbers + i, axes, out);
    }
    text_character(out, '}');
}

/* {"h":..,"w":..,"x":..,"y":..} and the like */
static void write_members(const shape *of, const row_layout *layout, text *out) {
    text_printf(out, "\"%s\":", layout->key);
    for (size_t i = 0; i < layout->count; i++) {
        const size_t at = layout->written[i];
        text_printf(out, "%s\"%s\":", i > 0 ? "," : "{", layout->members[at]);
        text_number(out, of->numbers[at]);
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

static void write_numbers(const char *key, const number *numbers, size_t count, text *out) {
    text_printf(out, "\"%s\":[", key);
    text_numbers(out, numbers, count);
    text_character(out, ']');
}

/* What the class says of a vertex; one that no template names is named by its place. */
static void write_vertex(const feature *class, size_t place, text *out) {
    if (place >= class->vertex_count) {
        text_printf(out, ",\"name\":\"%zu\"", place);
        return;
    }
    const vertex *at = &class->vertices[place];
    json_text_member(out, "name", at->name);
    if (*at->color) {
        json_text_member(out, "color", at->color);
    }
    if (*at->value) {
        json_text_member(out, "value", at->value);
    }
    if (*at->hash) {
        json_text_member(out, "featureHash", at->hash);
    }
}

/* {"0":{"x":..,"y":..,"name":..,"visible":true},...} of the vertices that are there. */
static void write_skeleton(const shape *of, const feature *class, text *out) {
    static const char *const states[] = {[ANNOPROJ_VISIBILITY_VISIBLE] = "visible",
                                         [ANNOPROJ_VISIBILITY_OCCLUDED] = "occluded",
                                         [ANNOPROJ_VISIBILITY_SELF_OCCLUDED] = "selfOccluded",
                                         [ANNOPROJ_VISIBILITY_INVISIBLE] = "invisible"};
    text_string(out, "\"skeleton\":{");
    for (size_t i = 0, written = 0; i + 2 < of->number_count; i += 3) {
        const int32_t seen = (int32_t)number_to_double(&of->numbers[i + 2]);
        if (seen == ANNOPROJ_VISIBILITY_MISSING) {
            continue;
        }
        text_printf(out, "%s\"%zu\":{\"x\":", written > 0 ? "," : "", written);
        written++;
        text_number(out, of->numbers[i]);
        text_string(out, ",\"y\":");
        text_number(out, of->numbers[i + 1]);
        write_vertex(class, i / 3, out);
        if (seen > 0 && (size_t)seen < sizeof states / sizeof *states) {
            text_printf(out, ",\"%s\":true", states[seen]);
        }
        text_character(out, '}');
    }
    text_character(out, '}');
}

/* Its front, and the vanishing point with the scale of its back, or how far its back is off. */
static void write_cuboid_2d(const shape *of, text *out) {
    const number *back = of->numbers + of->starts[1];
    const bool perspective = of->number_count - of->starts[1] == 3;
    text_string(out, "\"cuboid_2d\":{");
    write_numbers("front", of->numbers, of->starts[1], out);
    text_string(out, perspective ? ",\"vanishingPoint\":" : ",\"offset\":");
    write_point(back, 2, out);
    if (perspective) {
        text_string(out, ",\"scaleRatio\":");
        text_number(out, back[2]);
    }
    text_character(out, '}');
}

static void write_cuboid(const shape *of, text *out) {
    text_string(out, "\"cuboid\":{");
    write_numbers("position", of->numbers, 3, out);
    text_character(out, ',');
    write_numbers("orientation", of->numbers + 3, 3, out);
    text_character(out, ',');
    write_numbers("size", of->numbers + 6, 3, out);
    text_character(out, '}');
}

static annoproj_status write_segmentation(const shape *of, text *out, annoproj_error **error) {
    text runs_text = {0};
    run_writer runs = {.out = &runs_text};
    for (size_t i = 0; i < of->number_count; i++) {
        run_writer_add(&runs, (int64_t)number_to_double(&of->numbers[i]));
    }
    text_string(out, "\"segmentation\":");
    text_json(out, runs_text.data ? runs_text.data : "", runs_text.length);
    const bool failed = runs_text.failed;
    text_release(&runs_text);
    return failed ? fail_memory(error) : ANNOPROJ_OK;
}

/* Whether a shape has the numbers that are read of it; a damaged store may have fewer. */
static bool is_whole(const shape *of) {
    switch (of->type) {
    case SHAPE_CUBOID: return of->number_count >= 9;
    case SHAPE_CUBOID_2D:
        return of->part_count == 2 && of->number_count >= of->starts[1] + 2 && of->number_count <= of->starts[1] + 3;
    default: return of->number_count >= shape_stride(of->type, of->unit);
    }
}

annoproj_status write_row_shape(label_row_writer *to, const export_task *task, const feature *class,
                                annoproj_error **error) {
    shape *of = &to->shape;
    text *out = &to->plan->out->text;
    const int32_t unit = shape_converts(of->type, of->unit) ? of->unit : ANNOPROJ_UNIT_NORMALISED;
    annoproj_status status = export_needs_size(task, unit, ANNOPROJ_UNIT_NORMALISED, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    if (!is_whole(of)) {
        return fail(error, ANNOPROJ_CORRUPT, "a label of task %lld has a %s of %zu numbers", (long long)task->id,
                    feature_type_name(of->type), of->number_count);
    }
    shape_convert(of, ANNOPROJ_UNIT_NORMALISED, (double)task->unit.width, (double)task->unit.height);
    const row_layout *layout = row_layout_of(of->type);
    if (layout) {
        write_members(of, layout, out);
        return ANNOPROJ_OK;
    }
    switch (of->type) {
    case SHAPE_POLYGON: return write_polygons(to, out, error);
    case SHAPE_BITMASK: return write_mask(of, out, error);
    case SHAPE_SKELETON: write_skeleton(of, class, out); break;
    case SHAPE_CUBOID_2D: write_cuboid_2d(of, out); break;
    case SHAPE_CUBOID: write_cuboid(of, out); break;
    case SHAPE_SEGMENTATION: return write_segmentation(of, out, error);
    default:
        text_printf(out, "\"%s\":", feature_type_name(of->type));
        write_points(of, 0, of->number_count, out);
        break;
    }
    return ANNOPROJ_OK;
}
