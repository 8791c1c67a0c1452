/* Cuboids and segmentations of label rows. */
#include <string.h>

#include "failure.h"
#include "label_row_parts.h"
#include "run_lengths.h"

#define RUNS 4000000

static annoproj_status add_numbers(row_reader *in, const number *numbers, size_t count, annoproj_error **error) {
    for (size_t i = 0; i < count; i++) {
        if (!shape_number(&in->shape, numbers[i])) {
            return fail_memory(error);
        }
    }
    return ANNOPROJ_OK;
}

static annoproj_status array_number(row_reader *in, void *data, annoproj_error **error) {
    number one;
    (void)data;
    if (!row_take_number(in, "a coordinate", &one)) {
        return row_pass(in, error);
    }
    return add_numbers(in, &one, 1, error);
}

/* --- 2D ----------------------------------------------------------------------------------------------------------- */

typedef struct back_members {
    number values[3]; /* x, y of the vanishing point or the offset; the scale */
    bool has[3], has_front, has_point, has_offset;
} back_members;

static annoproj_status point_member(row_reader *in, void *data, annoproj_error **error) {
    back_members *back = data;
    if (json_key_is(&in->token, "x")) {
        return row_number(in, "x", &back->values[0], &back->has[0], error);
    }
    if (json_key_is(&in->token, "y")) {
        return row_number(in, "y", &back->values[1], &back->has[1], error);
    }
    return row_unknown(in, "a point", error);
}

static annoproj_status flat_member(row_reader *in, void *data, annoproj_error **error) {
    back_members *back = data;
    if (json_key_is(&in->token, "front") && !back->has_front) {
        back->has_front = true;
        return row_elements(in, "front", array_number, NULL, error);
    }
    if (json_key_is(&in->token, "vanishingPoint")) {
        back->has_point = true;
        return row_members(in, "vanishingPoint", point_member, back, error);
    }
    if (json_key_is(&in->token, "offset")) {
        back->has_offset = true;
        return row_members(in, "offset", point_member, back, error);
    }
    if (json_key_is(&in->token, "scaleRatio")) {
        return row_number(in, "scaleRatio", &back->values[2], &back->has[2], error);
    }
    return row_unknown(in, "a 2D cuboid", error);
}

annoproj_status row_read_cuboid_2d(row_reader *in, annoproj_error **error) {
    back_members back = {.has_front = false};
    if (!shape_part(&in->shape)) {
        return fail_memory(error);
    }
    annoproj_status status = row_members(in, "a 2D cuboid", flat_member, &back, error);
    if (status != ANNOPROJ_OK || in->faulty) {
        return status;
    }
    if (!back.has_front || back.has_point == back.has_offset || !back.has[0] || !back.has[1] ||
        back.has[2] != back.has_point) {
        row_note(in, "a 2D cuboid has front, and either vanishingPoint and scaleRatio or offset");
        return ANNOPROJ_OK;
    }
    return shape_part(&in->shape) ? add_numbers(in, back.values, back.has_point ? 3 : 2, error) : fail_memory(error);
}

/* --- in space ----------------------------------------------------------------------------------------------------- */

static const char *const sides[] = {"position", "orientation", "size"};

typedef struct space_members {
    number values[9];
    size_t counts[3];
    size_t side;
} space_members;

static annoproj_status space_number(row_reader *in, void *data, annoproj_error **error) {
    space_members *given = data;
    number one;
    if (!row_take_number(in, sides[given->side], &one)) {
        return row_pass(in, error);
    }
    if (given->counts[given->side] < 3) {
        given->values[3 * given->side + given->counts[given->side]] = one;
    }
    given->counts[given->side]++;
    return ANNOPROJ_OK;
}

static annoproj_status space_member(row_reader *in, void *data, annoproj_error **error) {
    space_members *given = data;
    for (given->side = 0; given->side < 3; given->side++) {
        if (json_key_is(&in->token, sides[given->side])) {
            return row_elements(in, sides[given->side], space_number, given, error);
        }
    }
    return row_unknown(in, "a cuboid", error);
}

annoproj_status row_read_cuboid(row_reader *in, annoproj_error **error) {
    space_members given = {.side = 0};
    annoproj_status status = row_members(in, "a cuboid", space_member, &given, error);
    if (status != ANNOPROJ_OK || in->faulty) {
        return status;
    }
    if (given.counts[0] != 3 || given.counts[1] != 3 || given.counts[2] != 3) {
        row_note(in, "a cuboid has position, orientation and size, three numbers each");
        return ANNOPROJ_OK;
    }
    return shape_part(&in->shape) ? add_numbers(in, given.values, 9, error) : fail_memory(error);
}

/* Run lengths as the text that COCO's masks have. */
annoproj_status row_read_segmentation(row_reader *in, annoproj_error **error) {
    const char *runs = NULL;
    size_t length = 0, count = 0;
    int64_t run = 0;
    annoproj_status status = row_text(in, "segmentation", &in->texts, &runs, &length, error);
    if (status != ANNOPROJ_OK || in->faulty) {
        return status;
    }
    run_text from = {.at = runs ? runs : "", .end = runs ? runs + length : ""};
    if (!shape_part(&in->shape)) {
        return fail_memory(error);
    }
    for (; count < RUNS && run_text_next(&from, &run) && status == ANNOPROJ_OK; count++) {
        status = add_numbers(in, &(number){.decimal = decimal_from_int64(run), .exact = true}, 1, error);
    }
    if (status == ANNOPROJ_OK && (from.failed || from.at != from.end || count < 2)) {
        row_note(in, "segmentation is no run-length encoding of points");
    }
    return status;
}
