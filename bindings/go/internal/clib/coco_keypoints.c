/* Names of categories; keypoints: their names in categories, their places in annotations. */
#include <stdio.h>
#include <string.h>

#include "coco_parts.h"
#include "failure.h"
#include "hash.h"

#define KEYPOINTS_MOST 1000
#define KEYPOINTS_SEED UINT64_C(0x5e)

const char *coco_category_name(const coco_category *of, char stand_in[COCO_STAND_IN]) {
    if (of->name && *of->name) {
        return of->name;
    }
    snprintf(stand_in, COCO_STAND_IN, "category %.60s", of->id);
    return stand_in;
}

/* --- of a category ---------------------------------------------------------------------------------------------------- */

static annoproj_status add_name(coco_reader *in, coco_category *out, annoproj_error **error) {
    char *characters = arena_allocate(&in->texts, in->token.length + 1);
    if (!characters) {
        return fail_memory(error);
    }
    const size_t length = json_unescape(&in->token, characters);
    in->content += hash64_with(characters, length, KEYPOINTS_SEED + out->keypoint_count);
    if (strlen(characters) != length || out->keypoint_count == KEYPOINTS_MOST) {
        coco_note(in, "keypoints must be at most %d names without NUL", KEYPOINTS_MOST);
        return ANNOPROJ_OK;
    }
    if (!out->keypoints) {
        out->keypoints = arena_array(&in->texts, KEYPOINTS_MOST, sizeof *out->keypoints);
    }
    if (!out->keypoints) {
        return fail_memory(error);
    }
    out->keypoints[out->keypoint_count++] = characters;
    return ANNOPROJ_OK;
}

annoproj_status coco_keypoint_names(coco_reader *in, coco_category *out, annoproj_error **error) {
    annoproj_status status = coco_next(in, error);
    if (status == ANNOPROJ_OK && in->token.kind == JSON_STRING) {
        return add_name(in, out, error);
    }
    if (status != ANNOPROJ_OK || in->token.kind != JSON_ARRAY) {
        return status == ANNOPROJ_OK ? coco_pass(in, error) : status;
    }
    for (status = coco_next(in, error); status == ANNOPROJ_OK && in->token.kind != JSON_ARRAY_END;
         status = coco_next(in, error)) {
        if (in->token.kind == JSON_STRING) {
            status = add_name(in, out, error);
        } else {
            coco_note(in, "keypoints must be names");
            status = coco_pass(in, error);
        }
        if (status != ANNOPROJ_OK) {
            break;
        }
    }
    return status;
}

/* Anything but pairs of whole numbers draws no edge. */
annoproj_status coco_keypoint_edges(coco_reader *in, coco_category *out, annoproj_error **error) {
    annoproj_status status = coco_next(in, error);
    int64_t *edges = arena_array(&in->texts, 2 * KEYPOINTS_MOST, sizeof *edges);
    if (status == ANNOPROJ_OK && !edges) {
        status = fail_memory(error);
    }
    int depth = status == ANNOPROJ_OK && in->token.kind == JSON_ARRAY;
    if (depth == 0) {
        return status == ANNOPROJ_OK ? coco_pass(in, error) : status;
    }
    while (depth > 0 && status == ANNOPROJ_OK) {
        int64_t place = 0;
        status = coco_next(in, error);
        if (status != ANNOPROJ_OK) {
            break;
        }
        if (in->token.kind == JSON_ARRAY || in->token.kind == JSON_OBJECT) {
            depth++;
        } else if (in->token.kind == JSON_ARRAY_END || in->token.kind == JSON_OBJECT_END) {
            depth--;
        } else if (depth == 2 && json_int64(&in->token, &place) && out->edge_count < 2 * KEYPOINTS_MOST) {
            edges[out->edge_count++] = place;
            in->content += hash64_with(&place, sizeof place, KEYPOINTS_SEED * 2 + out->edge_count);
        }
    }
    out->edges = edges;
    return status;
}

/* --- of an annotation ------------------------------------------------------------------------------------------------- */

static bool add_number(coco_reader *in, number one) {
    if (in->keypoint_numbers == in->keypoint_capacity) {
        const size_t capacity = in->keypoint_capacity ? in->keypoint_capacity * 2 : 64;
        number *larger = reallocate(in->keypoints, capacity * sizeof *larger);
        if (!larger) {
            return false;
        }
        in->keypoints = larger;
        in->keypoint_capacity = capacity;
    }
    in->keypoints[in->keypoint_numbers++] = one;
    return true;
}

static bool is_labelled(const number *keypoint) {
    return number_to_double(&keypoint[0]) != 0 || number_to_double(&keypoint[1]) != 0 ||
           number_to_double(&keypoint[2]) != 0;
}

static void settle_keypoints(coco_reader *in, coco_annotation *out, uint64_t content) {
    const size_t count = in->keypoint_numbers / 3;
    bool any = false;
    if (in->keypoint_numbers % 3 != 0 || count > KEYPOINTS_MOST) {
        coco_note(in, "keypoints have %zu numbers: x, y and visibility of each, at most %d", in->keypoint_numbers,
                  KEYPOINTS_MOST);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const double seen = number_to_double(&in->keypoints[3 * i + 2]);
        if (seen != 0 && seen != 1 && seen != 2) {
            coco_note(in, "the visibility of keypoint %zu is not 0, 1 or 2", i);
            return;
        }
        any = any || is_labelled(&in->keypoints[3 * i]);
    }
    if (any) {
        out->keypoints = count;
        in->content += content;
    }
}

annoproj_status coco_read_keypoints(coco_reader *in, coco_annotation *out, annoproj_error **error) {
    uint64_t content = KEYPOINTS_SEED;
    annoproj_status status = coco_next(in, error);
    in->keypoint_numbers = 0;
    if (status != ANNOPROJ_OK || in->token.kind == JSON_NULL) {
        return status;
    }
    if (in->token.kind != JSON_ARRAY) {
        coco_note(in, "keypoints must be an array of numbers");
        return coco_pass(in, error);
    }
    bool sound = true;
    for (status = coco_next(in, error); status == ANNOPROJ_OK && in->token.kind != JSON_ARRAY_END;
         status = coco_next(in, error)) {
        number one;
        if (in->token.kind != JSON_NUMBER) {
            coco_note(in, "keypoints must hold numbers");
            sound = false;
            status = coco_pass(in, error);
        } else if (!coco_number(in, &one, &content)) {
            sound = false;
        } else if (!add_number(in, one)) {
            status = fail_memory(error);
        }
        if (status != ANNOPROJ_OK) {
            break;
        }
    }
    if (status == ANNOPROJ_OK && sound && in->keypoint_numbers > 0) {
        settle_keypoints(in, out, content);
    }
    return status;
}

static number whole(int64_t value) {
    return (number){.decimal = decimal_from_int64(value), .exact = true};
}

/* What is not labelled at all is missing; what has a place but is not labelled is not to be seen. */
static int64_t visibility_of(const number *keypoint) {
    const double seen = number_to_double(&keypoint[2]);
    return seen == 2               ? ANNOPROJ_VISIBILITY_VISIBLE
           : seen == 1             ? ANNOPROJ_VISIBILITY_OCCLUDED
           : is_labelled(keypoint) ? ANNOPROJ_VISIBILITY_INVISIBLE
                                   : ANNOPROJ_VISIBILITY_MISSING;
}

void coco_take_keypoints(coco_reader *in, coco_annotation *out) {
    out->shape = out->keypoints == 1 ? SHAPE_POINT : SHAPE_SKELETON;
    out->content += KEYPOINTS_SEED;
    geometry_builder_reset(in->geometry, out->shape, ANNOPROJ_UNIT_PIXELS);
    geometry_frame(in->geometry, 0);
    geometry_part(in->geometry);
    for (size_t i = 0; i < out->keypoints; i++) {
        geometry_number(in->geometry, in->keypoints[3 * i]);
        geometry_number(in->geometry, in->keypoints[3 * i + 1]);
        if (out->shape == SHAPE_SKELETON) {
            geometry_number(in->geometry, whole(visibility_of(&in->keypoints[3 * i])));
        }
    }
}
