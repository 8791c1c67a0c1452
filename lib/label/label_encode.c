/* Label changes as flat arrays: from the arrays to the encodings of a label. */
#include <math.h>
#include <string.h>

#include "failure.h"
#include "label_changes.h"
#include "label_merge.h"

void label_encoder_begin(label_encoder *encoder) {
    *encoder = (label_encoder){.geometry = geometry_builder_new(0, 0), .answers = answers_builder_new()};
}

void label_encoder_release(label_encoder *encoder) {
    geometry_builder_free(encoder->geometry);
    answers_builder_free(encoder->answers);
    frame_ranges_release(&encoder->frames);
    bytes_release(&encoder->geometry_bytes);
    bytes_release(&encoder->answer_bytes);
    bytes_release(&encoder->range_bytes);
}

/* ---- geometry ---- */

static annoproj_status add_part(label_encoder *encoder, const annoproj_label_changes *changes, int64_t part,
                                const char *what, int64_t frame, annoproj_error **error) {
    geometry_part(encoder->geometry);
    for (int64_t i = changes->coordinate_starts[part]; i < changes->coordinate_starts[part + 1]; i++) {
        if (!isfinite(changes->coordinates[i])) {
            fail(error, ANNOPROJ_DATA, "%s, frame %lld: coordinate %lld is not finite", what, (long long)frame,
                 (long long)(i - changes->coordinate_starts[part]));
            fail_detail(error, "frame", "%lld", (long long)frame);
            return ANNOPROJ_DATA;
        }
        geometry_number(encoder->geometry, number_from_double(changes->coordinates[i]));
    }
    return ANNOPROJ_OK;
}

static annoproj_status check_order(int64_t frame, int64_t previous, const char *what, annoproj_error **error) {
    if (frame > previous && frame <= FRAME_MOST) {
        return ANNOPROJ_OK;
    }
    fail(error, ANNOPROJ_DATA, "%s: frame %lld is out of order: frames of a label ascend from 0, each once", what,
         (long long)frame);
    fail_detail(error, "frame", "%lld", (long long)frame);
    return ANNOPROJ_DATA;
}

static annoproj_status add_geometry(label_encoder *encoder, const annoproj_label_changes *changes, int64_t at,
                                    const char *what, annoproj_error **error) {
    int64_t frame = changes->frames ? changes->frames[at] : 0;
    int64_t part = changes->part_starts ? changes->part_starts[at] : at;
    int64_t after = changes->part_starts ? changes->part_starts[at + 1] : at + 1;
    annoproj_status status = ANNOPROJ_OK;
    geometry_frame(encoder->geometry, frame);
    frame_ranges_add(&encoder->frames, frame, frame);
    for (; status == ANNOPROJ_OK && part < after; part++) {
        status = add_part(encoder, changes, part, what, frame, error);
    }
    return status;
}

static bool has_parts(const annoproj_label_changes *changes, int64_t at) {
    return !changes->part_starts || changes->part_starts[at] < changes->part_starts[at + 1];
}

static annoproj_status encode_geometry(label_encoder *encoder, const annoproj_label_changes *changes, size_t index,
                                       int32_t shape, const char *what, const label *before, annoproj_error **error) {
    int64_t at = changes->geometry_starts ? changes->geometry_starts[index] : 0;
    int64_t after = changes->geometry_starts ? changes->geometry_starts[index + 1] : 0;
    const bool given = at < after;
    int64_t previous = -1;
    kept_geometry kept;
    kept_geometry_open(&kept, before);
    if (!given && !kept.more) {
        return ANNOPROJ_OK;
    }
    const int32_t unit = given ? shape_unit(shape, changes->unit) : kept.cursor.unit;
    geometry_builder_reset(encoder->geometry, shape, unit);
    annoproj_status status = kept_geometry_check(&kept, shape, unit, what, error);
    for (; status == ANNOPROJ_OK && at < after; at++) {
        const int64_t frame = changes->frames ? changes->frames[at] : 0;
        status = check_order(frame, previous, what, error);
        if (status != ANNOPROJ_OK) {
            break;
        }
        kept_geometry_copy(&kept, frame, encoder);
        if (!before || has_parts(changes, at)) { /* of a change, a frame without parts is taken away */
            status = add_geometry(encoder, changes, at, what, error);
        }
        previous = frame;
    }
    kept_geometry_copy(&kept, INT64_MAX, encoder);
    if (status == ANNOPROJ_OK && kept.cursor.failed) {
        status = fail(error, ANNOPROJ_CORRUPT,
                      "the stored geometry of label %s is damaged: restore the store from a backup", before->hash);
    }
    if (status == ANNOPROJ_OK && encoder->frames.failed) {
        status = fail_memory(error);
    }
    return status == ANNOPROJ_OK && encoder->frames.count > 0
               ? geometry_encode(encoder->geometry, &encoder->geometry_bytes, error)
               : status;
}

/* ---- frames ---- */

static annoproj_status add_ranges(label_encoder *encoder, const annoproj_label_changes *changes, size_t index,
                                  const char *what, const label *before, annoproj_error **error) {
    int64_t at = changes->range_starts ? changes->range_starts[index] : 0;
    int64_t after = changes->range_starts ? changes->range_starts[index + 1] : 0;
    if (at < after && encoder->frames.count > 0) {
        return fail(error, ANNOPROJ_DATA, "%s: it has a geometry, whose frames are its frames: give no ranges", what);
    }
    if (at == after && before && encoder->frames.count == 0 &&
        !frame_ranges_decode(before->ranges, before->ranges_length, &encoder->frames) && !encoder->frames.failed) {
        return fail(error, ANNOPROJ_CORRUPT,
                    "the stored frames of label %s are damaged: restore the store from a backup", before->hash);
    }
    for (; at < after; at++) {
        int64_t first = changes->range_first_frames[at], last = changes->range_last_frames[at];
        if (first < 0 || last < first || last > FRAME_MOST) {
            fail(error, ANNOPROJ_DATA, "%s: %lld to %lld is no range of frames", what, (long long)first,
                 (long long)last);
            fail_detail(error, "frame", "%lld", (long long)first);
            return ANNOPROJ_DATA;
        }
        frame_ranges_add(&encoder->frames, first, last);
    }
    frame_ranges_encode(&encoder->frames, &encoder->range_bytes);
    return encoder->range_bytes.failed ? fail_memory(error) : ANNOPROJ_OK;
}

/* ---- answers ---- */

static void add_value(label_encoder *encoder, const annoproj_label_changes *changes, int64_t at,
                      const feature *attribute, int64_t first, int64_t last) {
    int64_t option = changes->answer_options ? changes->answer_options[at] : 0;
    if (option > 0 && option <= INT32_MAX) {
        answers_option(encoder->answers, attribute->number, (int32_t)option, first, last);
    } else if (attribute->type == ATTRIBUTE_NUMERIC && changes->answer_numbers) {
        answers_number(encoder->answers, attribute->number, number_from_double(changes->answer_numbers[at]), first,
                       last);
    } else if (attribute->type == ATTRIBUTE_TEXT && changes->answer_text_offsets) {
        int64_t from = changes->answer_text_offsets[at];
        answers_text(encoder->answers, attribute->number, changes->text ? changes->text + from : "",
                     (size_t)(changes->answer_text_offsets[at + 1] - from), first, last);
    } else {
        answers_option(encoder->answers, attribute->number, 0, first,
                       last); /* no value at all: label_check() says so */
    }
}

static annoproj_status add_answer(label_encoder *encoder, const annoproj_label_changes *changes, int64_t at,
                                  const ontology_features *features, const char *what, bool is_change,
                                  annoproj_error **error) {
    int64_t attribute = changes->answer_attributes[at];
    int64_t first = changes->answer_first_frames ? changes->answer_first_frames[at] : -1;
    int64_t last = first >= 0 ? changes->answer_last_frames[at] : -1;
    const bool none = changes->answer_options && changes->answer_options[at] < 0;
    const feature *found = attribute > 0 && attribute <= features->highest ? features->by_number[attribute] : NULL;
    if (!found || found->kind != FEATURE_ATTRIBUTE) {
        fail(error, ANNOPROJ_DATA, "%s: feature %lld is no attribute", what, (long long)attribute);
        fail_detail(error, "attribute", "%lld", (long long)attribute);
        return ANNOPROJ_DATA;
    }
    if (first < -1 || (first >= 0 && (last < first || last > FRAME_MOST))) {
        fail(error, ANNOPROJ_DATA, "%s, attribute %s: %lld to %lld is no range of frames", what, QUOTED(found->name),
             (long long)first, (long long)last);
        fail_detail(error, "attribute", "%lld", (long long)attribute);
        return ANNOPROJ_DATA;
    }
    if (none && !is_change) {
        return fail(error, ANNOPROJ_DATA, "%s, attribute %s: only a change takes an answer away", what,
                    QUOTED(found->name));
    }
    if (!none) {
        add_value(encoder, changes, at, found, first, last);
    }
    return ANNOPROJ_OK;
}

static annoproj_status encode_answers(label_encoder *encoder, const annoproj_label_changes *changes, size_t index,
                                      const ontology_features *features, const char *what, const label *before,
                                      annoproj_error **error) {
    int64_t at = changes->answer_starts ? changes->answer_starts[index] : 0;
    int64_t after = changes->answer_starts ? changes->answer_starts[index + 1] : 0;
    annoproj_status status = ANNOPROJ_OK;
    answers_builder_reset(encoder->answers);
    for (; status == ANNOPROJ_OK && at < after; at++) {
        status = add_answer(encoder, changes, at, features, what, before != NULL, error);
    }
    if (status == ANNOPROJ_OK && before) {
        status = kept_answers_copy(encoder, changes, index, features, before, error);
    }
    return status == ANNOPROJ_OK ? answers_encode(encoder->answers, &encoder->answer_bytes, error) : status;
}

static void encode_marks(const annoproj_label_changes *changes, size_t index, const label *before, label *out) {
    const bool sure = changes->confidences && !(before && isnan(changes->confidences[index]));
    const bool told = changes->automatic && !(before && changes->automatic[index] < 0);
    out->confidence = sure ? changes->confidences[index] : before ? before->confidence : 1;
    out->manual = told ? changes->automatic[index] == 0 : !before || before->manual;
}

annoproj_status label_change_encode(label_encoder *encoder, const annoproj_label_changes *changes, size_t index,
                                    const ontology_features *features, const char *what, const label *before,
                                    label *out, annoproj_error **error) {
    const int64_t given = changes->classes ? changes->classes[index] : 0;
    const int64_t class = given == 0 && before ? before->class : given;
    const feature *found = class > 0 && class <= features->highest ? features->by_number[class] : NULL;
    if (!found || (found->kind != FEATURE_OBJECT && found->kind != FEATURE_CLASSIFICATION)) {
        return fail(error, ANNOPROJ_NOT_FOUND, "%s: the ontology has no class %lld", what, (long long)class);
    }
    encoder->geometry_bytes.length = encoder->answer_bytes.length = encoder->range_bytes.length = 0;
    frame_ranges_clear(&encoder->frames);
    annoproj_status status = encode_geometry(encoder, changes, index, found->type, what, before, error);
    if (status == ANNOPROJ_OK) {
        status = add_ranges(encoder, changes, index, what, before, error);
    }
    if (status == ANNOPROJ_OK) {
        status = encode_answers(encoder, changes, index, features, what, before, error);
    }
    encode_marks(changes, index, before, out);
    out->class = (int32_t) class;
    out->ranges = encoder->range_bytes.data;
    out->ranges_length = encoder->range_bytes.length;
    out->geometry = encoder->geometry_bytes.data;
    out->geometry_length = encoder->geometry_bytes.length;
    out->answers = encoder->answer_bytes.data;
    out->answers_length = encoder->answer_bytes.length;
    out->nodes = before ? before->nodes : NULL;
    out->nodes_length = before ? before->nodes_length : 0;
    out->members = NULL;
    out->members_length = 0;
    out->rest_stays = true;
    return status;
}
