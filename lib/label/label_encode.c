/* Label changes as flat arrays: from the arrays to the encodings of a label. */
#include <math.h>
#include <string.h>

#include "failure.h"
#include "label_changes.h"

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

static annoproj_status add_geometry(label_encoder *encoder, const annoproj_label_changes *changes, int64_t at,
                                    int64_t before, const char *what, annoproj_error **error) {
    int64_t frame = changes->frames ? changes->frames[at] : 0;
    int64_t part = changes->part_starts ? changes->part_starts[at] : at;
    int64_t after = changes->part_starts ? changes->part_starts[at + 1] : at + 1;
    annoproj_status status = ANNOPROJ_OK;
    if (frame <= before || frame > FRAME_MOST) {
        fail(error, ANNOPROJ_DATA, "%s: frame %lld is out of order: frames of a label ascend from 0, each once", what,
             (long long)frame);
        fail_detail(error, "frame", "%lld", (long long)frame);
        return ANNOPROJ_DATA;
    }
    geometry_frame(encoder->geometry, frame);
    frame_ranges_add(&encoder->frames, frame, frame);
    for (; status == ANNOPROJ_OK && part < after; part++) {
        status = add_part(encoder, changes, part, what, frame, error);
    }
    return status;
}

static annoproj_status encode_geometry(label_encoder *encoder, const annoproj_label_changes *changes, size_t index,
                                       int32_t shape, const char *what, annoproj_error **error) {
    bool pixels = changes->unit != ANNOPROJ_UNIT_NORMALISED || !shape_has_units(shape);
    int64_t at = changes->geometry_starts ? changes->geometry_starts[index] : 0;
    int64_t after = changes->geometry_starts ? changes->geometry_starts[index + 1] : 0;
    int64_t before = -1;
    annoproj_status status = ANNOPROJ_OK;
    if (at == after) {
        return ANNOPROJ_OK;
    }
    geometry_builder_reset(encoder->geometry, shape, pixels ? ANNOPROJ_UNIT_PIXELS : ANNOPROJ_UNIT_NORMALISED);
    for (; status == ANNOPROJ_OK && at < after; at++) {
        status = add_geometry(encoder, changes, at, before, what, error);
        before = changes->frames ? changes->frames[at] : 0;
    }
    return status == ANNOPROJ_OK ? geometry_encode(encoder->geometry, &encoder->geometry_bytes, error) : status;
}

/* ---- frames ---- */

static annoproj_status add_ranges(label_encoder *encoder, const annoproj_label_changes *changes, size_t index,
                                  const char *what, annoproj_error **error) {
    int64_t at = changes->range_starts ? changes->range_starts[index] : 0;
    int64_t after = changes->range_starts ? changes->range_starts[index + 1] : 0;
    if (at < after && encoder->frames.count > 0) {
        return fail(error, ANNOPROJ_DATA, "%s: it has a geometry, whose frames are its frames: give no ranges", what);
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
                                  const ontology_features *features, const char *what, annoproj_error **error) {
    int64_t attribute = changes->answer_attributes[at];
    int64_t first = changes->answer_first_frames ? changes->answer_first_frames[at] : -1;
    int64_t last = first >= 0 ? changes->answer_last_frames[at] : -1;
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
    add_value(encoder, changes, at, found, first, last);
    return ANNOPROJ_OK;
}

static annoproj_status encode_answers(label_encoder *encoder, const annoproj_label_changes *changes, size_t index,
                                      const ontology_features *features, const char *what, annoproj_error **error) {
    int64_t at = changes->answer_starts ? changes->answer_starts[index] : 0;
    int64_t after = changes->answer_starts ? changes->answer_starts[index + 1] : 0;
    annoproj_status status = ANNOPROJ_OK;
    answers_builder_reset(encoder->answers);
    for (; status == ANNOPROJ_OK && at < after; at++) {
        status = add_answer(encoder, changes, at, features, what, error);
    }
    return status == ANNOPROJ_OK ? answers_encode(encoder->answers, &encoder->answer_bytes, error) : status;
}

annoproj_status label_change_encode(label_encoder *encoder, const annoproj_label_changes *changes, size_t index,
                                    const ontology_features *features, const char *what, label *out,
                                    annoproj_error **error) {
    int64_t class = changes->classes[index];
    const feature *found = class > 0 && class <= features->highest ? features->by_number[class] : NULL;
    if (!found || (found->kind != FEATURE_OBJECT && found->kind != FEATURE_CLASSIFICATION)) {
        return fail(error, ANNOPROJ_NOT_FOUND, "%s: the ontology has no class %lld", what, (long long)class);
    }
    encoder->geometry_bytes.length = encoder->answer_bytes.length = encoder->range_bytes.length = 0;
    frame_ranges_clear(&encoder->frames);
    annoproj_status status = encode_geometry(encoder, changes, index, found->type, what, error);
    if (status == ANNOPROJ_OK) {
        status = add_ranges(encoder, changes, index, what, error);
    }
    if (status == ANNOPROJ_OK) {
        status = encode_answers(encoder, changes, index, features, what, error);
    }
    out->class = (int32_t) class;
    out->confidence = changes->confidences ? changes->confidences[index] : 1;
    out->manual = !changes->automatic || changes->automatic[index] == 0;
    out->ranges = encoder->range_bytes.data;
    out->ranges_length = encoder->range_bytes.length;
    out->geometry = encoder->geometry_bytes.data;
    out->geometry_length = encoder->geometry_bytes.length;
    out->answers = encoder->answer_bytes.data;
    out->answers_length = encoder->answer_bytes.length;
    return status;
}
