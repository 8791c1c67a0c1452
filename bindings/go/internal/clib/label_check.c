/* Validity of one label: its geometry and frames. Its answers: answer_check.c. */
#include "answer_check.h"
#include "failure.h"
#include "label.h"
#include "node_ranges.h"
#include "shape_check.h"

/* ---- the whole geometry ---- */

static annoproj_status check_frame(geometry_cursor *cursor, const feature *class, const data_unit *unit,
                                   const char *what, annoproj_error **error) {
    if (cursor->frame >= unit->frames) {
        fail(error, ANNOPROJ_DATA, "%s: frame %lld is not in the data unit, which has %lld frame%s", what,
             (long long)cursor->frame, (long long)unit->frames, unit->frames == 1 ? "" : "s");
        fail_detail(error, "frame", "%lld", (long long)cursor->frame);
        return ANNOPROJ_DATA;
    }
    return shape_check(cursor, class, unit, what, error);
}

static annoproj_status check_geometry(const label *one, const feature *class, const data_unit *unit, const char *what,
                                      annoproj_error **error) {
    geometry_cursor cursor;
    annoproj_status status = ANNOPROJ_OK;
    geometry_open(&cursor, one->geometry, one->geometry_length);
    while (status == ANNOPROJ_OK && geometry_next_frame(&cursor)) {
        status = check_frame(&cursor, class, unit, what, error);
    }
    if (status == ANNOPROJ_OK && cursor.failed) {
        status = fail(error, ANNOPROJ_INTERNAL, "%s: its geometry cannot be read back", what);
    }
    return status;
}

/* ---- what fits what ---- */

#define SHAPE(type) (UINT32_C(1) << (type))
#define FLAT                                                                                                           \
    (SHAPE(SHAPE_BOUNDING_BOX) | SHAPE(SHAPE_ROTATABLE_BOUNDING_BOX) | SHAPE(SHAPE_POLYGON) | SHAPE(SHAPE_POLYLINE) |  \
     SHAPE(SHAPE_POINT) | SHAPE(SHAPE_SKELETON) | SHAPE(SHAPE_BITMASK) | SHAPE(SHAPE_CUBOID_2D) |                      \
     SHAPE(SHAPE_CIRCLE) | SHAPE(SHAPE_ELLIPSE))
#define SPATIAL (SHAPE(SHAPE_CUBOID) | SHAPE(SHAPE_SEGMENTATION))

/* The shapes of objects on a data unit, by data type. */
static const uint32_t shapes_on[] = {
    [ANNOPROJ_DATA_IMAGE] = FLAT,
    [ANNOPROJ_DATA_IMG_GROUP] = FLAT,
    [ANNOPROJ_DATA_VIDEO] = FLAT,
    [ANNOPROJ_DATA_DICOM] = FLAT,
    [ANNOPROJ_DATA_DICOM_STUDY] = FLAT,
    [ANNOPROJ_DATA_NIFTI] = FLAT,
    [ANNOPROJ_DATA_AUDIO] = SHAPE(SHAPE_AUDIO),
    [ANNOPROJ_DATA_PLAIN_TEXT] = SHAPE(SHAPE_TEXT),
    [ANNOPROJ_DATA_PDF] = FLAT,
    [ANNOPROJ_DATA_GROUP] = FLAT | SPATIAL,
    [ANNOPROJ_DATA_SCENE] = FLAT | SPATIAL,
    [ANNOPROJ_DATA_TIME_SERIES] = SHAPE(SHAPE_TIME_RANGE),
};

bool label_unit_takes(const data_unit *unit, const feature *class) {
    return class->kind != FEATURE_OBJECT ||
           (unit->data_type > 0 && (size_t)unit->data_type < sizeof shapes_on / sizeof *shapes_on &&
            (shapes_on[unit->data_type] & SHAPE(class->type)) != 0);
}

/* What a class wants: objects a geometry or, on media without frames, ranges; classifications none. */
static annoproj_status check_kind(const label *one, const feature *class, const data_unit *unit, const char *what,
                                  annoproj_error **error) {
    const bool object = class->kind == FEATURE_OBJECT;
    const bool ranged = !object || shape_is_ranged(class->type);
    geometry_cursor cursor;
    if (!label_unit_takes(unit, class)) {
        return fail(error, ANNOPROJ_DATA, "%s: %s is a %s, which a data unit of type %s does not have", what,
                    QUOTED(class->name), feature_type_name(class->type), data_type_name(unit->data_type));
    }
    geometry_open(&cursor, one->geometry, one->geometry_length);
    if (ranged && cursor.frames_left > 0) {
        return fail(error, ANNOPROJ_DATA, "%s: %s has no geometry, give frame ranges or none", what,
                    QUOTED(class->name));
    }
    if (!ranged && cursor.frames_left == 0) {
        return fail(error, ANNOPROJ_DATA, "%s: %s is a %s and needs a geometry on a frame", what, QUOTED(class->name),
                    feature_type_name(class->type));
    }
    if (one->geometry_length == 0 && node_ranges_any(one->nodes, one->nodes_length) &&
        (class->type != SHAPE_TEXT || !node_ranges_unit(unit))) {
        return fail(error, ANNOPROJ_DATA,
                    "%s: only texts on an HTML document (media type text/html) are on nodes: give ranges of characters",
                    what);
    }
    if (object && ranged && one->ranges_length == 0 && !node_ranges_any(one->nodes, one->nodes_length)) {
        return fail(error, ANNOPROJ_DATA, "%s: %s needs the ranges it is on", what, QUOTED(class->name));
    }
    if (class->global && one->ranges_length > 0) {
        return fail(error, ANNOPROJ_DATA, "%s: %s is a classification of the whole data unit, give no ranges", what,
                    QUOTED(class->name));
    }
    return ANNOPROJ_OK;
}

static annoproj_status check_ranges(const label *one, const data_unit *unit, const char *what, frame_ranges *frames,
                                    annoproj_error **error) {
    if (!frame_ranges_decode(one->ranges, one->ranges_length, frames)) {
        return fail(error, ANNOPROJ_INTERNAL, "%s: its frames cannot be read back", what);
    }
    if (frames->failed) {
        return fail_memory(error);
    }
    const frame_range *last = frames->count > 0 ? &frames->ranges[frames->count - 1] : NULL;
    if (last && last->last >= unit->frames && !label_unit_is_media(unit)) {
        fail(error, ANNOPROJ_DATA, "%s: frames %lld to %lld reach beyond the data unit's %lld frame%s", what,
             (long long)last->first, (long long)last->last, (long long)unit->frames, unit->frames == 1 ? "" : "s");
        fail_detail(error, "frame", "%lld", (long long)last->last);
        return ANNOPROJ_DATA;
    }
    return ANNOPROJ_OK;
}

annoproj_status label_check(const label *one, const ontology_features *features, const data_unit *unit,
                            const char *what, annoproj_error **error) {
    const feature *class = one->class > 0 && one->class <= features->highest ? features->by_number[one->class] : NULL;
    frame_ranges frames = {0};
    if (!class || (class->kind != FEATURE_OBJECT && class->kind != FEATURE_CLASSIFICATION)) {
        return fail(error, ANNOPROJ_NOT_FOUND, "%s: the ontology has no class %d", what, (int)one->class);
    }
    if (!(one->confidence >= 0 && one->confidence <= 1)) {
        return fail(error, ANNOPROJ_DATA, "%s: its confidence %g is not within 0 and 1", what, one->confidence);
    }
    annoproj_status status = check_kind(one, class, unit, what, error);
    if (status == ANNOPROJ_OK) {
        status = check_geometry(one, class, unit, what, error);
    }
    if (status == ANNOPROJ_OK) {
        status = check_ranges(one, unit, what, &frames, error);
    }
    if (status == ANNOPROJ_OK) {
        status = answers_check(one, class, features, &frames, what, error);
    }
    frame_ranges_release(&frames);
    return status;
}

/* ---- several labels ---- */

typedef struct overlap {
    int32_t class;
    int64_t labels, global;
    frame_ranges covered, own;
} overlap;

static annoproj_status add_to_overlap(void *data, const label *one, annoproj_error **error) {
    overlap *so_far = data;
    if (one->class != so_far->class) {
        return ANNOPROJ_OK;
    }
    if (!frame_ranges_decode(one->ranges, one->ranges_length, &so_far->own)) {
        return fail(error, ANNOPROJ_CORRUPT,
                    "the stored frames of label %s are damaged: restore the store from a backup", one->hash);
    }
    so_far->labels++;
    so_far->global += so_far->own.count == 0;
    if (so_far->labels > 1 && so_far->global > 0) {
        return fail(error, ANNOPROJ_DATA, "label %s: class %d is on the whole data unit already, and only once",
                    one->hash, (int)one->class);
    }
    if (frame_ranges_overlap(&so_far->own, &so_far->covered)) {
        return fail(error, ANNOPROJ_DATA, "label %s: another label of class %d is on some of its frames", one->hash,
                    (int)one->class);
    }
    for (size_t i = 0; i < so_far->own.count; i++) {
        frame_ranges_add(&so_far->covered, so_far->own.ranges[i].first, so_far->own.ranges[i].last);
    }
    return so_far->own.failed || so_far->covered.failed ? fail_memory(error) : ANNOPROJ_OK;
}

annoproj_status label_check_overlap(scope *in, int64_t task, int32_t class, annoproj_error **error) {
    overlap so_far = {.class = class};
    annoproj_status status = label_each(in, task, add_to_overlap, &so_far, error);
    frame_ranges_release(&so_far.covered);
    frame_ranges_release(&so_far.own);
    return status;
}
