/* Validity of one label: its geometry and frames. Its answers: answer_check.c. */
#include <math.h>
#include <string.h>

#include "answer_check.h"
#include "failure.h"
#include "label.h"

#define MOST_COORDINATE 2147483648.0 /* 2^31 */
#define MOST_SIDE       1048576.0    /* 2^20 */
#define MOST_PIXELS     2147483648.0
#define MOST_VERTICES   100000u
#define MOST_RUNS       4000000u

/* Where in a label something is wrong, for messages. */
typedef struct place {
    const char *what;
    int64_t frame, part;
} place;

static annoproj_status wrong(const place *at, annoproj_error **error, const char *reason) {
    fail(error, ANNOPROJ_DATA, "%s, frame %lld, part %lld: %s", at->what, (long long)at->frame, (long long)at->part,
         reason);
    fail_detail(error, "frame", "%lld", (long long)at->frame);
    fail_detail(error, "part", "%lld", (long long)at->part);
    return ANNOPROJ_DATA;
}

/* ---- numbers of one part ---- */

static annoproj_status check_count(const place *at, int32_t shape, uint64_t count, annoproj_error **error) {
    switch (shape) {
    case SHAPE_BOUNDING_BOX:
        return count == 4 ? ANNOPROJ_OK : wrong(at, error, "a box has the 4 numbers x, y, width, height");
    case SHAPE_ROTATABLE_BOUNDING_BOX:
        return count == 5 ? ANNOPROJ_OK
                          : wrong(at, error, "a rotatable box has the 5 numbers x, y, width, height, theta");
    case SHAPE_BITMASK:
        return count >= 3 && count - 2 <= MOST_RUNS
                   ? ANNOPROJ_OK
                   : wrong(at, error, "a bitmask has width, height and 1 to 4,000,000 run lengths");
    default: break;
    }
    uint64_t least = shape == SHAPE_POLYGON ? 3 : shape == SHAPE_POLYLINE ? 2 : 1;
    if (count % 2 != 0) {
        return wrong(at, error, "x and y must come in pairs");
    }
    if (count / 2 < least) {
        return wrong(at, error,
                     shape == SHAPE_POLYGON    ? "a ring has 3 points or more"
                     : shape == SHAPE_POLYLINE ? "a polyline has 2 points or more"
                                               : "a point has x and y");
    }
    return count / 2 <= MOST_VERTICES ? ANNOPROJ_OK : wrong(at, error, "more than 100,000 points");
}

typedef struct mask {
    double width, height, pixels;
} mask;

static annoproj_status check_mask_number(const place *at, const data_unit *unit, uint64_t position, double value,
                                         mask *of, annoproj_error **error) {
    if (value < 0 || value != floor(value)) {
        return wrong(at, error, "sizes and run lengths of a bitmask are integers from 0");
    }
    if (position < 2) {
        int64_t side = position == 0 ? unit->width : unit->height;
        if (value < 1 || value > MOST_SIDE) {
            return wrong(at, error, "the sides of a bitmask are 1 to 1,048,576");
        }
        if (side > 0 && value != (double)side) {
            return wrong(at, error, "the sides of a bitmask must be those of the data unit");
        }
        *(position == 0 ? &of->width : &of->height) = value;
        return ANNOPROJ_OK;
    }
    of->pixels += value;
    return ANNOPROJ_OK;
}

static annoproj_status check_numbers(geometry_cursor *cursor, const place *at, const data_unit *unit,
                                     annoproj_error **error) {
    annoproj_status status = check_count(at, cursor->shape, cursor->numbers_left, error);
    mask sizes = {0};
    number one;
    for (uint64_t i = 0; status == ANNOPROJ_OK && geometry_next_number(cursor, &one); i++) {
        double value = number_to_double(&one);
        bool box = cursor->shape == SHAPE_BOUNDING_BOX || cursor->shape == SHAPE_ROTATABLE_BOUNDING_BOX;
        if (!(fabs(value) <= MOST_COORDINATE)) {
            status = wrong(at, error, "a coordinate is not within -2^31 and 2^31");
        } else if (box && (i == 2 || i == 3) && value < 0) {
            status = wrong(at, error, "width and height of a box are not negative");
        } else if (cursor->shape == SHAPE_BITMASK) {
            status = check_mask_number(at, unit, i, value, &sizes, error);
        }
    }
    if (status == ANNOPROJ_OK && cursor->shape == SHAPE_BITMASK &&
        (sizes.pixels != sizes.width * sizes.height || sizes.pixels > MOST_PIXELS)) {
        status = wrong(at, error, "the run lengths of a bitmask must add up to width times height, at most 2^31");
    }
    return status;
}

/* ---- the whole geometry ---- */

static bool takes_parts(int32_t shape) {
    return shape == SHAPE_POLYGON;
}

static annoproj_status check_frame(geometry_cursor *cursor, const data_unit *unit, const char *what,
                                   annoproj_error **error) {
    place at = {what, cursor->frame, 0};
    annoproj_status status = ANNOPROJ_OK;
    if (cursor->frame >= unit->frames) {
        fail(error, ANNOPROJ_DATA, "%s: frame %lld is not in the data unit, which has %lld frame%s", what,
             (long long)cursor->frame, (long long)unit->frames, unit->frames == 1 ? "" : "s");
        fail_detail(error, "frame", "%lld", (long long)cursor->frame);
        return ANNOPROJ_DATA;
    }
    if (cursor->parts_left == 0 || (cursor->parts_left > 1 && !takes_parts(cursor->shape))) {
        return wrong(&at, error,
                     cursor->parts_left == 0 ? "there are no coordinates" : "only polygons have several parts");
    }
    for (; status == ANNOPROJ_OK && geometry_next_part(cursor); at.part++) {
        status = check_numbers(cursor, &at, unit, error);
    }
    return status;
}

static annoproj_status check_geometry(const label *one, const data_unit *unit, const char *what,
                                      annoproj_error **error) {
    geometry_cursor cursor;
    annoproj_status status = ANNOPROJ_OK;
    geometry_open(&cursor, one->geometry, one->geometry_length);
    while (status == ANNOPROJ_OK && geometry_next_frame(&cursor)) {
        status = check_frame(&cursor, unit, what, error);
    }
    if (status == ANNOPROJ_OK && cursor.failed) {
        status = fail(error, ANNOPROJ_INTERNAL, "%s: its geometry cannot be read back", what);
    }
    return status;
}

static bool is_stored_shape(int32_t shape) {
    return shape >= SHAPE_BOUNDING_BOX && shape <= SHAPE_BITMASK && shape != SHAPE_SKELETON;
}

/* What a class wants: objects a geometry (text and audio ones ranges), classifications none. */
static annoproj_status check_kind(const label *one, const feature *class, const char *what, annoproj_error **error) {
    bool ranged = class->kind == FEATURE_CLASSIFICATION || class->type == SHAPE_AUDIO || class->type == SHAPE_TEXT;
    geometry_cursor cursor;
    if (class->kind != FEATURE_CLASSIFICATION && !ranged && !is_stored_shape(class->type)) {
        return fail(error, ANNOPROJ_UNSUPPORTED, "%s: this library stores no %s", what, feature_type_name(class->type));
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
    if (class->kind == FEATURE_OBJECT && ranged && one->ranges_length == 0) {
        return fail(error, ANNOPROJ_DATA, "%s: %s needs the ranges it is on", what, QUOTED(class->name));
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
    annoproj_status status = check_kind(one, class, what, error);
    if (status == ANNOPROJ_OK) {
        status = check_geometry(one, unit, what, error);
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
