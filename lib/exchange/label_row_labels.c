/* Objects and classifications of label rows, frame by frame, and their answers. */
#include <string.h>

#include "failure.h"
#include "frame_ranges.h"
#include "hash.h"
#include "label_row_layout.h"
#include "label_row_parts.h"

/* --- labels of the row ------------------------------------------------------------------------------------------------ */

static bool is_hash(const char *given) {
    static const char characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";
    return strlen(given) == 8 && strspn(given, characters) == 8;
}

static row_label *add_label(row_reader *in, const char *hash, int64_t key) {
    label_row *row = in->row;
    if (row->label_count == row->label_capacity) {
        const size_t capacity = row->label_capacity ? row->label_capacity * 2 : 16;
        row_label **larger = reallocate(row->labels, capacity * sizeof(row_label *));
        if (!larger) {
            return NULL;
        }
        row->labels = larger;
        row->label_capacity = capacity;
    }
    row_label *made = arena_allocate(&row->memory, sizeof *made);
    if (!made || !key_map_add(&row->by_hash, key, (uint32_t)row->label_count)) {
        return NULL;
    }
    row->labels[row->label_count++] = made;
    memcpy(made->hash, hash, 8);
    made->ranges_end = &made->ranges;
    made->answers_end = &made->answers;
    made->ascending = true;
    made->created_us = made->edited_us = INT64_MIN;
    made->confidence = 1;
    made->place = row_here(in, &row->memory);
    return made->place.pointer ? made : NULL;
}

row_label *row_label_of(row_reader *in, const char *hash, const feature *class, annoproj_error **error) {
    int64_t key = 0;
    if (!hash || !is_hash(hash)) {
        row_note(in, "%s is no hash of a label: 8 characters of A-Z a-z 0-9 + / - _", QUOTED(hash ? hash : ""));
        return NULL;
    }
    memcpy(&key, hash, sizeof key);
    const uint32_t known = key_map_find(&in->row->by_hash, key);
    row_label *label = known == KEY_MAP_NONE ? add_label(in, hash, key) : in->row->labels[known];
    if (!label) {
        (void)fail_memory(error);
        return NULL;
    }
    if (class && label->class && label->class != class) {
        row_note(in, "label %s is of class %s elsewhere", hash, QUOTED(label->class->name));
        return NULL;
    }
    label->class = class ? class : label->class;
    return label;
}

bool row_add_range(row_reader *in, row_range ***end, int64_t first, int64_t last, int32_t unit) {
    row_range *made = arena_allocate(&in->row->memory, sizeof *made);
    if (!made) {
        return false;
    }
    *made = (row_range){.first = first, .last = last, .unit = unit};
    **end = made;
    *end = &made->next;
    return true;
}

/* --- geometry of a frame ---------------------------------------------------------------------------------------------- */

#define DECIMAL 0
#define REAL    1

static void pack_number(bytes *out, const number *one) {
    if (one->exact) {
        bytes_varint(out, DECIMAL);
        bytes_zigzag(out, one->decimal.scale);
        bytes_zigzag(out, one->decimal.mantissa);
    } else {
        bytes_varint(out, REAL);
        bytes_append(out, &one->real, sizeof one->real);
    }
}

static void pack_shape(bytes *out, const shape *of) {
    out->length = 0;
    bytes_varint(out, (uint32_t)of->unit);
    bytes_varint(out, of->part_count);
    for (size_t part = 0; part < of->part_count; part++) {
        bytes_varint(out, of->starts[part + 1] - of->starts[part]);
        for (size_t i = of->starts[part]; i < of->starts[part + 1]; i++) {
            pack_number(out, &of->numbers[i]);
        }
    }
}

static number unpack_number(unpacker *from) {
    number one = {0};
    one.exact = unpack_varint(from) == DECIMAL;
    if (one.exact) {
        one.decimal.scale = (int32_t)unpack_zigzag(from);
        one.decimal.mantissa = unpack_zigzag(from);
    } else {
        const uint8_t *raw = unpack_bytes(from, sizeof one.real);
        if (raw) {
            memcpy(&one.real, raw, sizeof one.real);
        }
    }
    return one;
}

bool row_frame_shape(const row_frame *of, int32_t type, shape *out) {
    unpacker from = {.at = of->shape, .end = of->shape + of->length};
    bool memory = true;
    shape_begin(out, type, (int32_t)unpack_varint(&from));
    for (uint64_t parts = unpack_varint(&from); memory && parts > 0; parts--) {
        memory = shape_part(out);
        for (uint64_t count = unpack_varint(&from); memory && count > 0; count--) {
            memory = shape_number(out, unpack_number(&from));
        }
    }
    return memory && shape_end(out);
}

static annoproj_status add_frame(row_reader *in, row_label *to, int64_t frame, int32_t unit, annoproj_error **error) {
    pack_shape(&in->packed, &in->shape);
    row_frame *made = arena_allocate(&in->row->memory, sizeof *made + in->packed.length);
    if (in->packed.failed || !made) {
        return fail_memory(error);
    }
    uint8_t *packed = (uint8_t *)(made + 1);
    if (in->packed.length > 0) {
        memcpy(packed, in->packed.data, in->packed.length);
    }
    *made = (row_frame){.frame = frame, .unit = unit, .length = in->packed.length, .shape = packed};
    if (to->last_frame) {
        to->ascending = to->ascending && to->last_frame->unit == unit && to->last_frame->frame < frame;
        to->last_frame->next = made;
    } else {
        to->frames = made;
    }
    to->last_frame = made;
    to->frame_count++;
    return ANNOPROJ_OK;
}

/* --- one object or classification ------------------------------------------------------------------------------------- */

typedef struct frame_item {
    const char *hash, *feature_hash, *hash_key;
    int32_t type; /* of the shape read; 0 = none */
    bool rings, deleted;
    row_authors authors;
} frame_item;

/* The value of a shape's key. Polygons say more than polygon, unless there are none. */
static annoproj_status read_geometry(row_reader *in, frame_item *item, int32_t type, annoproj_error **error) {
    const bool rings = json_key_is(&in->token, "polygons");
    annoproj_status status = ANNOPROJ_OK;
    bool any = true;
    if (item->rings && type == SHAPE_POLYGON) {
        return json_skip(in->scan, error);
    }
    if (item->type != 0 && item->type != type) {
        row_note(in, "the object has two shapes");
    }
    status = rings ? row_read_rings(in, &any, error) : row_read_shape(in, type, error);
    item->type = any ? type : item->type;
    item->rings = rings && any;
    return status;
}

static annoproj_status item_member(row_reader *in, frame_item *item, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    if (json_key_is(&in->token, item->hash_key)) {
        return row_text(in, item->hash_key, &in->texts, &item->hash, NULL, error);
    }
    if (json_key_is(&in->token, "featureHash")) {
        return row_text(in, "featureHash", &in->texts, &item->feature_hash, NULL, error);
    }
    if (json_key_is(&in->token, "isDeleted")) {
        return row_bool(in, "isDeleted", &item->deleted, error);
    }
    if (json_key_is(&in->token, "event") || json_key_is(&in->token, "interpolate")) {
        return row_refuse(in, NO_EVENTS, error);
    }
    if (row_author_member(in, &item->authors, &status, error)) {
        return status;
    }
    const int32_t type = row_shape_of_key(&in->token);
    return type == 0 ? json_skip(in->scan, error) : read_geometry(in, item, type, error);
}

static annoproj_status read_item(row_reader *in, frame_item *item, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    in->faulty = false;
    item->authors = (row_authors){.created_us = INT64_MIN, .edited_us = INT64_MIN};
    for (status = row_next(in, error); status == ANNOPROJ_OK && in->token.kind == JSON_KEY;
         status = row_next(in, error)) {
        status = item_member(in, item, error);
        if (status != ANNOPROJ_OK) {
            break;
        }
    }
    return status;
}

static const feature *class_of(row_reader *in, const char *hash, int32_t kind) {
    const feature *class = hash ? row_feature(in, hash) : NULL;
    if (!class || class->kind != kind) {
        row_note(in, "the project's ontology has no %s with the feature hash %s",
                 kind == FEATURE_OBJECT ? "object" : "classification", QUOTED(hash ? hash : ""));
        return NULL;
    }
    return class;
}

annoproj_status row_read_object(row_reader *in, int64_t frame, int32_t unit, annoproj_error **error) {
    frame_item item = {.hash_key = "objectHash"};
    annoproj_status status = read_item(in, &item, error);
    if (status != ANNOPROJ_OK || in->faulty || item.deleted) {
        return status;
    }
    const feature *class = class_of(in, item.feature_hash, FEATURE_OBJECT);
    if (class && item.type == 0) {
        row_note(in, "the object has no %s", feature_type_name(class->type));
    } else if (class && item.type != class->type) {
        row_note(in, "the object is a %s, its class %s a %s", feature_type_name(item.type), QUOTED(class->name),
                 feature_type_name(class->type));
    }
    if (class && !in->faulty && class->type == SHAPE_SKELETON) {
        status = row_settle_skeleton(in, class, error);
        if (status != ANNOPROJ_OK) {
            return status;
        }
    }
    row_label *label = class && !in->faulty ? row_label_of(in, item.hash, class, error) : NULL;
    if (!label) {
        return in->faulty ? ANNOPROJ_OK : ANNOPROJ_NO_MEMORY;
    }
    row_set_authors(in, label, &item.authors, error, &status);
    return status == ANNOPROJ_OK ? add_frame(in, label, frame, unit, error) : status;
}

annoproj_status row_read_classification(row_reader *in, int64_t frame, int32_t unit, annoproj_error **error) {
    frame_item item = {.hash_key = "classificationHash"};
    annoproj_status status = read_item(in, &item, error);
    if (status != ANNOPROJ_OK || in->faulty || item.deleted) {
        return status;
    }
    const feature *class = class_of(in, item.feature_hash, FEATURE_CLASSIFICATION);
    row_label *label = class ? row_label_of(in, item.hash, class, error) : NULL;
    if (!label) {
        return in->faulty ? ANNOPROJ_OK : ANNOPROJ_NO_MEMORY;
    }
    if (!label->settled) {
        row_set_authors(in, label, &item.authors, error, &status);
    }
    label->frame_count++;
    return status == ANNOPROJ_OK && !row_add_range(in, &label->ranges_end, frame, frame, unit) ? fail_memory(error)
                                                                                               : status;
}
