/* One annotation: box, polygon or mask. Polygons and masks win over boxes. */
#include "coco_parts.h"
#include "failure.h"
#include "hash.h"

#define BOX_SEED        UINT64_C(0xb0)
#define POLYGON_SEED    UINT64_C(0x90)
#define ATTRIBUTES_SEED UINT64_C(0xa7)

/* The box's numbers; null and [] are no box. */
static annoproj_status read_box(coco_reader *in, coco_annotation *out, annoproj_error **error) {
    annoproj_status status = coco_next(in, error);
    if (status != ANNOPROJ_OK || in->token.kind == JSON_NULL) {
        return status;
    }
    if (in->token.kind != JSON_ARRAY) {
        coco_note(in, "bbox must be an array of 4 numbers");
        return coco_pass(in, error);
    }
    uint64_t content = BOX_SEED;
    size_t count = 0;
    bool sound = true;
    for (;;) {
        const size_t many = coco_numbers(in, &content);
        for (size_t i = 0; i < many && count + i < 4; i++) {
            out->box[count + i] = (number){.decimal = in->decimals[i], .exact = true};
        }
        count += many;
        status = coco_next(in, error);
        if (status != ANNOPROJ_OK || in->token.kind == JSON_ARRAY_END) {
            break;
        }
        if (in->token.kind != JSON_NUMBER) {
            coco_note(in, "bbox must hold numbers");
            sound = false;
            status = coco_pass(in, error);
            if (status != ANNOPROJ_OK) {
                break;
            }
            continue;
        }
        number one;
        sound = coco_number(in, &one, &content) && sound;
        if (count < 4) {
            out->box[count] = one;
        }
        count++;
    }
    if (status != ANNOPROJ_OK || !sound || count == 0) {
        return status;
    }
    if (count != 4) {
        coco_note(in, "bbox has %zu numbers, not 4", count);
    } else if (number_to_double(&out->box[2]) < 0 || number_to_double(&out->box[3]) < 0) {
        coco_note(in, "the width or height of bbox is negative");
    }
    out->has_box = count == 4;
    in->content += content;
    return ANNOPROJ_OK;
}

/* Numbers of a ring that has `count` numbers: the first open its part, those beyond the limit are only counted. */
static void add_number(coco_reader *in, number one, size_t *count) {
    if (*count == 0) {
        geometry_part(in->geometry);
    }
    if (*count < 2 * COCO_VERTICES) {
        geometry_number(in->geometry, one);
    }
    ++*count;
}

static void add_numbers(coco_reader *in, size_t *count, uint64_t *content) {
    if (in->shapes_only) {
        *count += json_pass_numbers(in->scan);
        return;
    }
    const size_t many = coco_numbers(in, content);
    if (*count == 0 && many > 0) {
        geometry_part(in->geometry);
    }
    const size_t room = *count < 2 * COCO_VERTICES ? 2 * COCO_VERTICES - *count : 0;
    geometry_decimals(in->geometry, in->decimals, many < room ? many : room);
    *count += many;
}

/* The ring of that index, its opening bracket read, or at its first number when the polygon is a plain list of numbers. */
static annoproj_status read_ring(coco_reader *in, coco_annotation *out, size_t index, uint64_t *content,
                                 annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    size_t count = 0;
    bool first = in->token.kind == JSON_NUMBER;
    for (;;) {
        if (!first) {
            add_numbers(in, &count, content);
            status = coco_next(in, error);
        }
        first = false;
        if (status != ANNOPROJ_OK || in->token.kind == JSON_ARRAY_END) {
            break;
        }
        if (in->token.kind != JSON_NUMBER) {
            coco_note(in, "a polygon must hold numbers");
            status = coco_pass(in, error);
            if (status != ANNOPROJ_OK) {
                break;
            }
            continue;
        }
        number one;
        if (coco_number(in, &one, content)) {
            add_number(in, one, &count);
        }
    }
    if (status == ANNOPROJ_OK && count > 2 * COCO_VERTICES) {
        coco_note(in, "a polygon has more than %d vertices", COCO_VERTICES);
    } else if (status == ANNOPROJ_OK && count % 2 != 0) {
        coco_note(in, "a polygon has %zu numbers: x and y come in pairs", count);
    }
    if (count > 0 && count < 6 && out->short_ring == 0) {
        out->short_ring = index + 1;
    }
    out->polygon_numbers += count;
    return status;
}

/* Rings, the opening bracket read. An empty list is no polygon. */
static annoproj_status read_polygon(coco_reader *in, coco_annotation *out, annoproj_error **error) {
    uint64_t content = POLYGON_SEED;
    geometry_builder_reset(in->geometry, SHAPE_POLYGON, ANNOPROJ_UNIT_PIXELS);
    geometry_frame(in->geometry, 0);
    annoproj_status status = coco_next(in, error);
    if (status == ANNOPROJ_OK && in->token.kind == JSON_NUMBER) {
        status = read_ring(in, out, 0, &content, error);
    } else {
        for (size_t index = 0; status == ANNOPROJ_OK && in->token.kind != JSON_ARRAY_END; index++) {
            if (in->token.kind == JSON_ARRAY) {
                content = hash64_with("[", 1, content);
                status = read_ring(in, out, index, &content, error);
            } else {
                coco_note(in, "segmentation must hold arrays of numbers");
                status = coco_pass(in, error);
            }
            if (status == ANNOPROJ_OK) {
                status = coco_next(in, error);
            }
        }
    }
    if (out->polygon_numbers > 0) {
        out->shape = SHAPE_POLYGON;
        in->content += content;
    }
    return status;
}

static annoproj_status read_segmentation(coco_reader *in, coco_annotation *out, annoproj_error **error) {
    bool sound = true;
    annoproj_status status = coco_next(in, error);
    if (status != ANNOPROJ_OK || in->token.kind == JSON_NULL) {
        return status;
    }
    if (in->token.kind == JSON_ARRAY) {
        return read_polygon(in, out, error);
    }
    if (in->token.kind == JSON_OBJECT) {
        status = coco_read_mask(in, out, &sound, error);
        if (status == ANNOPROJ_OK && sound) {
            out->shape = SHAPE_BITMASK;
        }
        return status;
    }
    coco_note(in, "segmentation must be an array of polygons or a run-length encoding");
    return coco_pass(in, error);
}

/* A number from 0 to 1 is a confidence. Scores of another kind are kept as they are. */
static annoproj_status read_score(coco_reader *in, coco_annotation *out, annoproj_error **error) {
    double score = 1;
    annoproj_status status = coco_next(in, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    const json_token *token = &in->token;
    if (token->kind == JSON_NUMBER && json_double(token, &score) && score >= 0 && score <= 1) {
        out->confidence = score;
        in->content += hash64_with(&score, sizeof score, 1);
        return ANNOPROJ_OK;
    }
    if (token->kind == JSON_ARRAY || token->kind == JSON_OBJECT) {
        return coco_pass(in, error);
    }
    const size_t quote = token->kind == JSON_STRING;
    in->content += hash64_with(token->start, token->length, 1);
    if (in->keep_members) {
        coco_members_add(&in->members, "score", 5, token->start - quote, token->length + 2 * quote);
    }
    return in->members.failed ? fail_memory(error) : ANNOPROJ_OK;
}

/* Exports write these themselves. */
static bool is_own_attribute(const json_token *key) {
    static const char *const names[] = {"track_id", "encord_track_uuid", "classifications", "manual_annotation"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (json_key_is(key, names[i])) {
            return true;
        }
    }
    return false;
}

static annoproj_status read_attributes(coco_reader *in, annoproj_error **error) {
    const uint64_t before = in->content;
    annoproj_status status = coco_next(in, error);
    if (status != ANNOPROJ_OK || in->token.kind != JSON_OBJECT) {
        return status == ANNOPROJ_OK ? coco_pass(in, error) : status;
    }
    in->content = 0;
    while (status == ANNOPROJ_OK && (status = coco_next(in, error)) == ANNOPROJ_OK && in->token.kind == JSON_KEY) {
        status = coco_other(in, is_own_attribute(&in->token) ? NULL : &in->attributes, error);
    }
    in->content = before + hash64_join(ATTRIBUTES_SEED, in->content);
    return status;
}

/* COCO's own that follow from the geometry. */
static bool is_computed(const json_token *key) {
    return json_key_is(key, "area") || json_key_is(key, "iscrowd") || json_key_is(key, "num_keypoints");
}

typedef struct annotation_ids {
    bool id, image, category;
} annotation_ids;

static annoproj_status read_member(coco_reader *in, coco_annotation *out, annotation_ids *has, annoproj_error **error) {
    const json_token *key = &in->token;
    if (json_key_is(key, "segmentation")) {
        return read_segmentation(in, out, error);
    }
    if (json_key_is(key, "bbox")) {
        return read_box(in, out, error);
    }
    if (json_key_is(key, "image_id")) {
        return coco_id(in, &out->image, &has->image, NULL, error);
    }
    if (json_key_is(key, "category_id")) {
        return coco_id(in, &out->category, &has->category, NULL, error);
    }
    if (json_key_is(key, "id")) {
        int64_t id = 0;
        annoproj_status status = coco_id(in, &id, &has->id, NULL, error);
        in->content += has->id ? hash64_with(&id, sizeof id, 2) : 0;
        return status;
    }
    if (json_key_is(key, "keypoints")) {
        return coco_read_keypoints(in, out, error);
    }
    if (json_key_is(key, "score")) {
        return read_score(in, out, error);
    }
    if (in->shapes_only) {
        return json_skip(in->scan, error);
    }
    return json_key_is(key, "attributes") ? read_attributes(in, error)
                                          : coco_other(in, is_computed(key) ? NULL : &in->members, error);
}

/* Keypoints are the geometry when no region is drawn (some writers repeat the point there), a box when there is nothing better. */
static void settle_geometry(coco_reader *in, coco_annotation *out) {
    if (out->keypoints > 0 && (out->shape == 0 || (out->shape == SHAPE_POLYGON && out->polygon_numbers < 6))) {
        coco_take_keypoints(in, out);
    }
    if (out->shape == 0 && out->has_box) {
        out->shape = SHAPE_BOUNDING_BOX;
        geometry_builder_reset(in->geometry, SHAPE_BOUNDING_BOX, ANNOPROJ_UNIT_PIXELS);
        geometry_frame(in->geometry, 0);
        geometry_part(in->geometry);
        for (size_t i = 0; i < 4; i++) {
            geometry_number(in->geometry, out->box[i]);
        }
    }
}

annoproj_status coco_read_annotation(coco_reader *in, coco_annotation *out, annoproj_error **error) {
    annotation_ids has = {0};
    annoproj_status status = ANNOPROJ_OK;
    for (;;) {
        status = coco_next(in, error);
        if (status != ANNOPROJ_OK || in->token.kind != JSON_KEY) {
            break;
        }
        status = read_member(in, out, &has, error);
        if (status != ANNOPROJ_OK) {
            break;
        }
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    if (!in->faulty && !has.image) {
        coco_note(in, "the annotation has no image_id");
    }
    if (!in->faulty && !has.category) {
        coco_note(in, "the annotation has no category_id");
    }
    settle_geometry(in, out);
    if (!in->faulty && out->shape == 0) {
        coco_note(in, "the annotation has neither bbox nor segmentation");
    }
    if (!in->faulty && out->shape == SHAPE_POLYGON && out->short_ring > 0) {
        coco_note(in, "polygon %zu of the segmentation has fewer than 3 points", out->short_ring - 1);
    }
    if (in->faulty) {
        out->shape = 0;
    }
    uint64_t ids[2] = {(uint64_t)out->image, (uint64_t)out->category};
    out->content = in->content + hash64(ids, sizeof ids);
    out->geometry = in->geometry;
    coco_members_join(&in->members, &in->attributes);
    out->members = in->members.data;
    out->members_length = in->members.length;
    return in->members.failed ? fail_memory(error) : ANNOPROJ_OK;
}
