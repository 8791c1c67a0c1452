/* Shapes of label rows: what label_row_shape.c writes, read back. */
#include <string.h>

#include "failure.h"
#include "label_row_layout.h"
#include "label_row_parts.h"
#include "run_lengths.h"

#define VERTICES 100000
#define RUNS     4000000
#define SIDE     (1 << 20)
#define AREA     ((int64_t)1 << 31)

static annoproj_status add_number(row_reader *in, number one, annoproj_error **error) {
    return shape_number(&in->shape, one) ? ANNOPROJ_OK : fail_memory(error);
}

/* --- boxes, circles, ellipses ------------------------------------------------------------------------------------- */

typedef struct given_members {
    const row_layout *layout;
    number values[ROW_LAYOUT_MOST];
    bool has[ROW_LAYOUT_MOST];
    number theta; /* of a bounding box, which has none */
} given_members;

static annoproj_status layout_member(row_reader *in, void *data, annoproj_error **error) {
    given_members *given = data;
    bool has = false;
    for (size_t i = 0; i < given->layout->count; i++) {
        const char *name = given->layout->members[i];
        if (json_key_is(&in->token, name)) {
            return row_number(in, name, &given->values[i], &given->has[i], error);
        }
    }
    if (given->layout->type == SHAPE_BOUNDING_BOX && json_key_is(&in->token, "theta")) {
        return row_number(in, "theta", &given->theta, &has, error);
    }
    return row_unknown(in, given->layout->what, error);
}

static annoproj_status read_members(row_reader *in, const row_layout *layout, annoproj_error **error) {
    given_members given = {.layout = layout};
    for (size_t i = 0; i < layout->count; i++) {
        given.values[i] = (number){.decimal = decimal_from_int64(layout->unsaid[i]), .exact = true};
    }
    annoproj_status status = row_members(in, layout->what, layout_member, &given, error);
    if (status == ANNOPROJ_OK && !shape_part(&in->shape)) {
        return fail_memory(error);
    }
    for (size_t i = 0; i < layout->count && status == ANNOPROJ_OK && !in->faulty; i++) {
        if (i < layout->least && !given.has[i]) {
            row_note(in, "%s", layout->wanted);
        }
        status = add_number(in, given.values[i], error);
    }
    if (status == ANNOPROJ_OK && number_to_double(&given.theta) != 0) {
        row_note(in, "a bounding box is not turned: theta is of rotatable bounding boxes");
    }
    return status;
}

/* --- points by number --------------------------------------------------------------------------------------------- */

typedef struct point_members {
    number at[3];
    bool has[3];
} point_members;

static annoproj_status point_member(row_reader *in, void *data, annoproj_error **error) {
    static const char *const axes[] = {"x", "y", "z"};
    point_members *point = data;
    for (size_t i = 0; i < 3; i++) {
        if (json_key_is(&in->token, axes[i])) {
            return row_number(in, axes[i], &point->at[i], &point->has[i], error);
        }
    }
    return row_unknown(in, "a point", error);
}

/* The first point says whether all have z: those are in coordinates of a scene. */
static void check_point(row_reader *in, const point_members *point, bool first) {
    shape *to = &in->shape;
    if (in->faulty) {
        return;
    }
    if (!point->has[0] || !point->has[1]) {
        row_note(in, "a point has x and y");
    }
    if (first && point->has[2]) {
        to->unit = ANNOPROJ_UNIT_SCENE;
    }
    if (to->type == SHAPE_POLYGON && point->has[2]) {
        row_note(in, "a polygon has no z");
    } else if (point->has[2] != (to->unit == ANNOPROJ_UNIT_SCENE)) {
        row_note(in, "of the points of a shape all have z, or none");
    }
}

static size_t axes_of(const row_reader *in) {
    return in->shape.unit == ANNOPROJ_UNIT_SCENE ? 3 : 2;
}

/* {"0":{"x":..,"y":..},"1":...}, also where a writer has sorted "10" before "2". */
static annoproj_status numbered_point(row_reader *in, void *data, annoproj_error **error) {
    size_t *points = data;
    point_members point = {0};
    int64_t index = 0;
    if (!json_key_number(&in->token, &index) || index >= VERTICES) {
        row_note(in, "points are numbered from 0 to %d", VERTICES - 1);
        return json_skip(in->scan, error);
    }
    annoproj_status status = row_members(in, "a point", point_member, &point, error);
    if (status == ANNOPROJ_OK) {
        check_point(in, &point, *points == 0);
    }
    const size_t axes = axes_of(in), place = axes * (size_t)index;
    while (status == ANNOPROJ_OK && in->shape.number_count < place + axes) {
        status = add_number(in, (number){.exact = true}, error);
    }
    if (status == ANNOPROJ_OK) {
        memcpy(in->shape.numbers + place, point.at, axes * sizeof *point.at);
        ++*points;
    }
    return status;
}

/* The same without numbers: [{"x":..,"y":..},...] */
static annoproj_status listed_point(row_reader *in, void *data, annoproj_error **error) {
    size_t *points = data;
    point_members point = {0};
    if (*points == VERTICES) {
        row_note(in, "it has more than %d points", VERTICES);
        return row_pass(in, error);
    }
    annoproj_status status = row_members_here(in, "a point", point_member, &point, error);
    if (status == ANNOPROJ_OK) {
        check_point(in, &point, *points == 0);
    }
    ++*points;
    for (size_t i = 0; i < axes_of(in) && status == ANNOPROJ_OK; i++) {
        status = add_number(in, point.at[i], error);
    }
    return status;
}

static annoproj_status read_points(row_reader *in, annoproj_error **error) {
    size_t points = 0;
    if (!shape_part(&in->shape)) {
        return fail_memory(error);
    }
    annoproj_status status = row_next(in, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    status = in->token.kind == JSON_ARRAY ? row_elements_here(in, listed_point, &points, error)
                                          : row_members_here(in, "points", numbered_point, &points, error);
    if (status == ANNOPROJ_OK && !in->faulty && axes_of(in) * points != in->shape.number_count) {
        row_note(in, "points are numbered from 0 without gaps");
    }
    return status;
}

/* --- polygons ----------------------------------------------------------------------------------------------------- */

typedef struct ring_place {
    size_t ring, polygon; /* of this polygon; of the shape */
} ring_place;

static annoproj_status ring_number(row_reader *in, void *data, annoproj_error **error) {
    (void)data;
    number one;
    if (!row_take_number(in, "a coordinate", &one)) {
        return row_pass(in, error);
    }
    return add_number(in, one, error);
}

static bool note_outer(row_reader *in, size_t outer) {
    const size_t ring = in->shape.part_count;
    if (ring >= in->outer_capacity) {
        const size_t capacity = in->outer_capacity ? in->outer_capacity * 2 : 16;
        size_t *larger = reallocate(in->outer, capacity * sizeof *larger);
        if (!larger) {
            return false;
        }
        in->outer = larger;
        in->outer_capacity = capacity;
    }
    in->outer[ring] = outer;
    return true;
}

/* The rest of an array whose bracket has been read. */
static annoproj_status read_ring(row_reader *in, size_t outer, annoproj_error **error) {
    const size_t before = in->shape.number_count;
    if (!note_outer(in, outer) || !shape_part(&in->shape)) {
        return fail_memory(error);
    }
    annoproj_status status = row_next(in, error);
    for (; status == ANNOPROJ_OK && in->token.kind != JSON_ARRAY_END; status = row_next(in, error)) {
        status = ring_number(in, NULL, error);
        if (status != ANNOPROJ_OK) {
            break;
        }
    }
    const size_t count = in->shape.number_count - before;
    if (status == ANNOPROJ_OK && !in->faulty && (count % 2 != 0 || count > 2 * VERTICES)) {
        row_note(in, "a ring has pairs of x and y, at most %d", VERTICES);
    }
    return status;
}

static annoproj_status polygon_of(row_reader *in, void *data, annoproj_error **error) {
    bool *any = data;
    if (!*any) {
        shape_begin(&in->shape, SHAPE_POLYGON, ANNOPROJ_UNIT_NORMALISED);
        *any = true;
    }
    const size_t outer = in->shape.part_count;
    if (in->token.kind != JSON_ARRAY) {
        row_note(in, "a polygon must be an array of rings");
        return row_pass(in, error);
    }
    annoproj_status status = row_next(in, error);
    for (; status == ANNOPROJ_OK && in->token.kind != JSON_ARRAY_END; status = row_next(in, error)) {
        if (in->token.kind == JSON_ARRAY) {
            status = read_ring(in, outer, error);
        } else {
            row_note(in, "a ring must be an array of numbers");
            status = row_pass(in, error);
        }
        if (status != ANNOPROJ_OK) {
            break;
        }
    }
    return status;
}

static void turn_round(shape *of, size_t ring) {
    for (size_t i = of->starts[ring], j = of->starts[ring + 1]; i + 3 < j; i += 2, j -= 2) {
        for (size_t axis = 0; axis < 2; axis++) {
            const number kept = of->numbers[i + axis];
            of->numbers[i + axis] = of->numbers[j - 2 + axis];
            of->numbers[j - 2 + axis] = kept;
        }
    }
}

/* A stored hole is told by the way it runs (polygon_holes()): rings for which that says otherwise are turned round. */
static annoproj_status settle_holes(row_reader *in, annoproj_error **error) {
    shape *of = &in->shape;
    size_t *found = allocate((of->part_count + 1) * sizeof *found);
    if (!found) {
        return fail_memory(error);
    }
    polygon_holes(of, found);
    for (size_t i = 0; i < of->part_count; i++) {
        if ((found[i] != i) != (in->outer[i] != i)) {
            turn_round(of, i);
        }
    }
    release(found);
    return ANNOPROJ_OK;
}

annoproj_status row_read_rings(row_reader *in, bool *any, annoproj_error **error) {
    *any = false;
    annoproj_status status = row_elements(in, "polygons", polygon_of, any, error);
    if (status == ANNOPROJ_OK && *any && !shape_end(&in->shape)) {
        status = fail_memory(error);
    }
    return status == ANNOPROJ_OK && *any && in->shape.part_count > 1 && !in->faulty ? settle_holes(in, error) : status;
}

/* --- masks -------------------------------------------------------------------------------------------------------- */

typedef struct mask_members {
    number top, left, width, height;
    bool has_top, has_left, has_width, has_height;
    const char *runs;
    size_t runs_length;
} mask_members;

static annoproj_status mask_member(row_reader *in, void *data, annoproj_error **error) {
    mask_members *mask = data;
    if (json_key_is(&in->token, "top")) {
        return row_number(in, "top", &mask->top, &mask->has_top, error);
    }
    if (json_key_is(&in->token, "left")) {
        return row_number(in, "left", &mask->left, &mask->has_left, error);
    }
    if (json_key_is(&in->token, "width")) {
        return row_number(in, "width", &mask->width, &mask->has_width, error);
    }
    if (json_key_is(&in->token, "height")) {
        return row_number(in, "height", &mask->height, &mask->has_height, error);
    }
    if (json_key_is(&in->token, "rleString")) {
        return row_text(in, "rleString", &in->texts, &mask->runs, &mask->runs_length, error);
    }
    return row_unknown(in, "a bitmask", error);
}

/* Runs of the text, which must cover the mask. NULL after a fault or without memory. */
static int64_t *read_runs(row_reader *in, const mask_members *mask, int64_t pixels, size_t *count, bool *memory) {
    run_text from = {.at = mask->runs, .end = mask->runs + mask->runs_length};
    int64_t *runs = NULL, run = 0, sum = 0;
    size_t capacity = 0;
    *count = 0;
    while (*count < RUNS && run_text_next(&from, &run)) {
        if (*count == capacity) {
            capacity = capacity ? capacity * 2 : 256;
            int64_t *larger = reallocate(runs, capacity * sizeof *runs);
            if (!larger) {
                release(runs);
                *memory = false;
                return NULL;
            }
            runs = larger;
        }
        runs[(*count)++] = run;
        sum += run;
    }
    if (from.failed || from.at != from.end || sum != pixels) {
        row_note(in, "rleString is no run-length encoding of width times height pixels");
        release(runs);
        return NULL;
    }
    return runs;
}

typedef struct run_adding {
    shape *to;
    bool memory;
} run_adding;

static void add_run(void *data, int64_t run) {
    run_adding *adding = data;
    const number one = {.decimal = decimal_from_int64(run), .exact = true};
    adding->memory = adding->memory && shape_number(adding->to, one);
}

static annoproj_status read_mask(row_reader *in, annoproj_error **error) {
    mask_members mask = {0};
    annoproj_status status = row_members(in, "a bitmask", mask_member, &mask, error);
    const double width = number_to_double(&mask.width), height = number_to_double(&mask.height);
    if (status != ANNOPROJ_OK || in->faulty) {
        return status;
    }
    if (!mask.runs || !mask.has_width || !mask.has_height || !(width >= 1 && width <= SIDE) ||
        !(height >= 1 && height <= SIDE) || width * height > (double)AREA || width != (double)(int64_t)width ||
        height != (double)(int64_t)height || number_to_double(&mask.top) != 0 || number_to_double(&mask.left) != 0) {
        row_note(in, "a bitmask has top and left 0, width and height of its data unit, and rleString");
        return ANNOPROJ_OK;
    }
    size_t count = 0;
    run_adding adding = {.to = &in->shape, .memory = true};
    int64_t *runs = read_runs(in, &mask, (int64_t)width * (int64_t)height, &count, &adding.memory);
    if (runs) { /* what runs row by row there runs column by column here */
        adding.memory = shape_part(&in->shape) && shape_number(&in->shape, mask.width) &&
                        shape_number(&in->shape, mask.height) &&
                        runs_transpose(runs, count, (int64_t)height, (int64_t)width, add_run, &adding) && adding.memory;
    }
    release(runs);
    return adding.memory ? ANNOPROJ_OK : fail_memory(error);
}

annoproj_status row_read_shape(row_reader *in, int32_t type, annoproj_error **error) {
    shape_begin(&in->shape, type, shape_unit(type, ANNOPROJ_UNIT_NORMALISED));
    annoproj_status status = ANNOPROJ_OK;
    const row_layout *layout = row_layout_of(type);
    switch (layout ? 0 : type) {
    case 0: status = read_members(in, layout, error); break;
    case SHAPE_BITMASK: status = read_mask(in, error); break;
    case SHAPE_SKELETON: return row_read_skeleton(in, error);
    case SHAPE_CUBOID_2D: status = row_read_cuboid_2d(in, error); break;
    case SHAPE_CUBOID: status = row_read_cuboid(in, error); break;
    case SHAPE_SEGMENTATION: status = row_read_segmentation(in, error); break;
    default: status = read_points(in, error); break;
    }
    return status == ANNOPROJ_OK && !shape_end(&in->shape) ? fail_memory(error) : status;
}
