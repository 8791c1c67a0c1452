/* Shapes as COCO annotations. */
#include "coco_shape.h"

#include <math.h>

#include "ellipse.h"
#include "export_coco.h"
#include "failure.h"
#include "run_lengths.h"

void coco_shape_release(coco_shape *of) {
    shape_release(&of->shape);
    shape_release(&of->mask);
    text_release(&of->runs);
    release(of->outer);
    *of = (coco_shape){0};
}

static void write_list(const number *numbers, size_t count, text *out) {
    text_character(out, '[');
    text_numbers(out, numbers, count);
    text_character(out, ']');
}

static box bounds_of(const shape *of) {
    scaled_shape scaled;
    scaled_shape_make(&scaled, of);
    const box around = shape_bounds(of, &scaled);
    scaled_shape_release(&scaled);
    return around;
}

/* What comes before the segmentation. */
static void write_head(text *out, number area, const box *around, int64_t category, int64_t image, bool crowd) {
    text_string(out, "\"area\":");
    text_number(out, area);
    text_string(out, ",\"bbox\":");
    write_list((const number[]){around->x, around->y, around->width, around->height}, 4, out);
    text_string(out, ",\"category_id\":");
    text_int64(out, category);
    text_string(out, ",\"image_id\":");
    text_int64(out, image);
    text_string(out, crowd ? ",\"iscrowd\":1,\"segmentation\":" : ",\"iscrowd\":0,\"segmentation\":");
}

static void write_tail(text *out, const number *point) {
    if (!point) {
        text_string(out, ",\"keypoints\":null,\"num_keypoints\":null");
        return;
    }
    text_string(out, ",\"keypoints\":[");
    text_number(out, point[0]);
    text_character(out, ',');
    text_number(out, point[1]);
    text_string(out, ",2],\"num_keypoints\":1");
}

static void write_box(const shape *of, int64_t category, int64_t image, text *out) {
    const number *n = of->numbers;
    const box around = {n[0], n[1], n[2], n[3]};
    const number right = number_add(n[0], n[2]), bottom = number_add(n[1], n[3]);
    write_head(out, number_multiply(n[2], n[3]), &around, category, image, false);
    text_character(out, '[');
    write_list((const number[]){n[0], n[1], right, n[1], right, bottom, n[0], bottom}, 8, out);
    text_character(out, ']');
    write_tail(out, NULL);
}

/* The four corners, turned about the middle, clockwise in degrees. */
static void write_turned_box(const shape *of, int64_t category, int64_t image, text *out) {
    const double angle = number_to_double(&of->numbers[4]) * (acos(-1.0) / 180);
    const double width = number_to_double(&of->numbers[2]), height = number_to_double(&of->numbers[3]);
    const double x = number_to_double(&of->numbers[0]) + width / 2, y = number_to_double(&of->numbers[1]) + height / 2;
    static const double corners[4][2] = {{-0.5, -0.5}, {0.5, -0.5}, {0.5, 0.5}, {-0.5, 0.5}};
    number points[8];
    size_t starts[2] = {0, 8};
    for (size_t i = 0; i < 4; i++) {
        const double right = corners[i][0] * width, down = corners[i][1] * height;
        points[2 * i] = number_from_double(x + right * cos(angle) - down * sin(angle));
        points[2 * i + 1] = number_from_double(y + right * sin(angle) + down * cos(angle));
    }
    const shape turned = {
        .type = SHAPE_POLYGON, .numbers = points, .starts = starts, .part_count = 1, .number_count = 8};
    const box around = bounds_of(&turned);
    write_head(out, number_multiply(of->numbers[2], of->numbers[3]), &around, category, image, false);
    text_character(out, '[');
    write_list(points, 8, out);
    text_character(out, ']');
    write_tail(out, NULL);
}

/* Drawn with corners; area and box are those of the ellipse itself. */
static void write_ellipse(const shape *of, int64_t category, int64_t image, text *out) {
    double given[5], outline[2 * ELLIPSE_CORNERS], right, down;
    number points[2 * ELLIPSE_CORNERS];
    for (size_t i = 0; i < 5; i++) {
        given[i] = number_to_double(&of->numbers[i]);
    }
    const ellipse drawn = ellipse_of(of->type, given);
    ellipse_outline(&drawn, outline);
    ellipse_reach(&drawn, &right, &down);
    for (size_t i = 0; i < 2 * ELLIPSE_CORNERS; i++) {
        points[i] = number_from_double(outline[i]);
    }
    const box around = {.x = number_from_double(drawn.x - right),
                        .y = number_from_double(drawn.y - down),
                        .width = number_from_double(2 * right),
                        .height = number_from_double(2 * down)};
    write_head(out, number_from_double(ellipse_area(&drawn)), &around, category, image, false);
    text_character(out, '[');
    write_list(points, 2 * ELLIPSE_CORNERS, out);
    text_character(out, ']');
    write_tail(out, NULL);
}

/* Compressed, as the public tool writes them. */
static void write_mask(const shape *of, text *runs, int64_t category, int64_t image, text *out) {
    int64_t pixels = 0;
    const box around = mask_bounds(of, &pixels);
    run_writer counts = {.out = runs};
    runs->length = 0;
    for (size_t i = 2; i < of->number_count; i++) {
        run_writer_add(&counts, (int64_t)number_to_double(&of->numbers[i]));
    }
    write_head(out, (number){.decimal = decimal_from_int64(pixels), .exact = true}, &around, category, image, true);
    text_string(out, "{\"counts\":");
    text_json(out, runs->data ? runs->data : "", runs->length);
    out->failed = out->failed || runs->failed;
    text_string(out, ",\"size\":[");
    text_number(out, of->numbers[1]);
    text_character(out, ',');
    text_number(out, of->numbers[0]);
    text_string(out, "]}");
    write_tail(out, NULL);
}

static bool room_for_rings(coco_shape *of) {
    if (of->shape.part_count > of->outer_capacity) {
        size_t *outer = reallocate(of->outer, of->shape.part_count * sizeof *outer);
        if (!outer) {
            return false;
        }
        of->outer = outer;
        of->outer_capacity = of->shape.part_count;
    }
    return true;
}

/* Rings stay rings; holes can only be told by pixels. */
static annoproj_status write_polygon(coco_shape *of, const export_task *task, int64_t category, int64_t image,
                                     text *out, annoproj_error **error) {
    if (!room_for_rings(of)) {
        return fail_memory(error);
    }
    if (polygon_holes(&of->shape, of->outer)) {
        annoproj_status status = export_needs_size(task, 0, 1, error);
        if (status != ANNOPROJ_OK) {
            return status;
        }
        if (!polygon_runs(&of->shape, task->unit.width, task->unit.height, &of->mask)) {
            return fail_memory(error);
        }
        write_mask(&of->mask, &of->runs, category, image, out);
        return ANNOPROJ_OK;
    }
    scaled_shape scaled;
    scaled_shape_make(&scaled, &of->shape);
    const box around = shape_bounds(&of->shape, &scaled);
    write_head(out, polygon_area(&of->shape, &scaled, of->outer), &around, category, image, false);
    scaled_shape_release(&scaled);
    text_character(out, '[');
    for (size_t i = 0; i < of->shape.part_count; i++) {
        if (i > 0) {
            text_character(out, ',');
        }
        write_list(of->shape.numbers + of->shape.starts[i], of->shape.starts[i + 1] - of->shape.starts[i], out);
    }
    text_character(out, ']');
    write_tail(out, NULL);
    return ANNOPROJ_OK;
}

/* Every vertex counts, whatever is seen of it; one that is missing keeps its place, as COCO has it, also behind the last that is there. */
static void write_skeleton(const shape *of, size_t vertex_count, int64_t category, int64_t image, text *out) {
    static const char *const flags[] = {",2", ",2", ",1", ",1", ",0", "0,0,0"}; /* by annoproj_visibility */
    const box around = skeleton_bounds(of);
    int64_t vertices = 0;
    write_head(out, (number){.exact = true}, &around, category, image, false);
    text_string(out, "[],\"keypoints\":[");
    for (size_t i = 0; i + 2 < of->number_count; i += 3) {
        const double seen = number_to_double(&of->numbers[i + 2]);
        const size_t flag = seen >= 0 && seen < ANNOPROJ_VISIBILITY_MISSING ? (size_t)seen
                                                                            : ANNOPROJ_VISIBILITY_MISSING;
        text_string(out, i > 0 ? "," : "");
        if (flag < ANNOPROJ_VISIBILITY_MISSING) {
            text_numbers(out, of->numbers + i, 2);
            vertices++;
        }
        text_string(out, flags[flag]);
    }
    for (size_t i = of->number_count / 3; i < vertex_count; i++) {
        text_string(out, i > 0 ? ",0,0,0" : "0,0,0");
    }
    text_string(out, "],\"num_keypoints\":");
    text_int64(out, vertices);
}

/* There and back again. */
static void write_polyline(const shape *of, int64_t category, int64_t image, text *out) {
    const box around = bounds_of(of);
    write_head(out, (number){.exact = true}, &around, category, image, false);
    text_string(out, "[[");
    text_numbers(out, of->numbers, of->number_count);
    for (size_t i = of->number_count / 2; i > 0; i--) {
        text_character(out, ',');
        text_numbers(out, of->numbers + 2 * i - 2, 2);
    }
    text_string(out, "]]");
    write_tail(out, NULL);
}

static void write_point(const shape *of, int64_t category, int64_t image, text *out) {
    const number zero = {.exact = true};
    const box around = {of->numbers[0], of->numbers[1], zero, zero};
    write_head(out, zero, &around, category, image, false);
    text_character(out, '[');
    write_list(of->numbers, 2, out);
    text_character(out, ']');
    write_tail(out, of->numbers);
}

static size_t fewest_numbers(int32_t type) {
    switch (type) {
    case SHAPE_BOUNDING_BOX: return 4;
    case SHAPE_ROTATABLE_BOUNDING_BOX:
    case SHAPE_CIRCLE:
    case SHAPE_ELLIPSE: return 5;
    default: return 2;
    }
}

annoproj_status coco_shape_write(coco_shape *of, const export_task *task, const feature *class, int64_t category,
                                 int64_t image, text *out, annoproj_error **error) {
    shape *drawn = &of->shape;
    const int32_t unit = drawn->type == SHAPE_BITMASK ? ANNOPROJ_UNIT_PIXELS : drawn->unit;
    annoproj_status status = export_needs_size(task, unit, ANNOPROJ_UNIT_PIXELS, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    if (drawn->number_count < fewest_numbers(drawn->type)) {
        return fail(error, ANNOPROJ_CORRUPT, "a label of task %lld has a %s of %zu numbers", (long long)task->id,
                    feature_type_name(drawn->type), drawn->number_count);
    }
    shape_convert(drawn, ANNOPROJ_UNIT_PIXELS, (double)task->unit.width, (double)task->unit.height);
    switch (drawn->type) {
    case SHAPE_ROTATABLE_BOUNDING_BOX: (of->turned ? write_turned_box : write_box)(drawn, category, image, out); break;
    case SHAPE_BOUNDING_BOX: write_box(drawn, category, image, out); break;
    case SHAPE_CIRCLE:
    case SHAPE_ELLIPSE: write_ellipse(drawn, category, image, out); break;
    case SHAPE_POLYGON: return write_polygon(of, task, category, image, out, error);
    case SHAPE_POLYLINE: write_polyline(drawn, category, image, out); break;
    case SHAPE_BITMASK: write_mask(drawn, &of->runs, category, image, out); break;
    case SHAPE_SKELETON: write_skeleton(drawn, class->vertex_count, category, image, out); break;
    default: write_point(drawn, category, image, out); break;
    }
    return ANNOPROJ_OK;
}
