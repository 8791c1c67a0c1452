/* From a label that was read to its encodings, and what is wrong with it as a fault. */
#include "label_row_encode.h"

#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "node_ranges.h"

typedef struct class_cover {
    frame_ranges frames;
    int64_t labels;
    bool global; /* one of them is on the whole data unit */
} class_cover;

annoproj_status row_encoder_begin(row_encoder *to, const ontology_features *features, annoproj_error **error) {
    *to = (row_encoder){.features = features, .geometry = geometry_builder_new(0, 0), .answers = answers_builder_new()};
    to->covers = allocate_zeroed((size_t)features->highest + 1, sizeof *to->covers);
    return to->covers ? ANNOPROJ_OK : fail_memory(error);
}

void row_encoder_release(row_encoder *to) {
    for (int32_t i = 0; to->covers && i <= to->features->highest; i++) {
        frame_ranges_release(&to->covers[i].frames);
    }
    release(to->covers);
    geometry_builder_free(to->geometry);
    answers_builder_free(to->answers);
    shape_release(&to->shape);
    frame_ranges_release(&to->ranges);
    bytes_release(&to->geometry_bytes);
    bytes_release(&to->answer_bytes);
    bytes_release(&to->range_bytes);
}

void row_encoder_next_row(row_encoder *to, const label_row *before) {
    for (size_t i = 0; i < before->label_count; i++) {
        if (before->labels[i]->class) {
            class_cover *cover = &to->covers[before->labels[i]->class->number];
            frame_ranges_clear(&cover->frames);
            cover->labels = 0;
            cover->global = false;
        }
    }
}

/* --- encoding ------------------------------------------------------------------------------------------------------ */

static int by_frame(const void *left, const void *right) {
    const row_frame *const *a = left, *const *b = right;
    return ((*a)->frame > (*b)->frame) - ((*a)->frame < (*b)->frame);
}

/* The first shape says in which unit all are. */
static annoproj_status add_shape(row_encoder *to, const row_label *from, const row_frame *frame, int32_t *unit,
                                 annoproj_error **error) {
    if (!row_frame_shape(frame, from->class->type, &to->shape)) {
        return fail_memory(error);
    }
    if (*unit == 0) {
        *unit = to->shape.unit;
        geometry_builder_reset(to->geometry, to->shape.type, *unit);
    }
    if (to->shape.unit != *unit) {
        return fail(error, ANNOPROJ_DATA, "label %s has z on some frames and none on others", from->hash);
    }
    geometry_frame(to->geometry, frame->frame);
    for (size_t part = 0; part < to->shape.part_count; part++) {
        geometry_part(to->geometry);
        for (size_t i = to->shape.starts[part]; i < to->shape.starts[part + 1]; i++) {
            geometry_number(to->geometry, to->shape.numbers[i]);
        }
    }
    return ANNOPROJ_OK;
}

/* Frames in order, each once. */
static const row_frame **sorted_frames(const row_label *from, arena *memory, bool *repeated) {
    const row_frame **frames = arena_array(memory, from->frame_count + 1, sizeof *frames);
    size_t count = 0;
    for (const row_frame *frame = from->frames; frame && frames; frame = frame->next) {
        frames[count++] = frame;
    }
    if (frames && !from->ascending) {
        qsort(frames, count, sizeof *frames, by_frame);
    }
    *repeated = false;
    for (size_t i = 1; frames && i < count; i++) {
        *repeated = *repeated || frames[i]->frame == frames[i - 1]->frame;
    }
    return frames;
}

static annoproj_status encode_geometry(row_encoder *to, arena *memory, const row_label *from, annoproj_error **error) {
    int32_t unit = 0;
    bool repeated = false;
    if (!from->frames) {
        return ANNOPROJ_OK;
    }
    const row_frame **frames = sorted_frames(from, memory, &repeated);
    annoproj_status status = !frames    ? fail_memory(error)
                             : repeated ? fail(error, ANNOPROJ_DATA, "label %s is twice on a frame", from->hash)
                                        : ANNOPROJ_OK;
    for (size_t i = 0; i < from->frame_count && status == ANNOPROJ_OK; i++) {
        frame_ranges_add(&to->ranges, frames[i]->frame, frames[i]->frame);
        status = add_shape(to, from, frames[i], &unit, error);
    }
    return status == ANNOPROJ_OK ? geometry_encode(to->geometry, &to->geometry_bytes, error) : status;
}

static void add_value(row_encoder *to, const row_answer *from, int64_t first, int64_t last) {
    if (from->option) {
        answers_option(to->answers, from->attribute->number, from->option->number, first, last);
    } else if (from->text) {
        answers_text(to->answers, from->attribute->number, from->text, from->text_length, first, last);
    } else {
        answers_number(to->answers, from->attribute->number, from->number, first, last);
    }
}

static annoproj_status encode_answers(row_encoder *to, const row_label *from, annoproj_error **error) {
    answers_builder_reset(to->answers);
    for (const row_answer *one = from->answers; one; one = one->next) {
        if (!one->dynamic) {
            add_value(to, one, -1, -1);
        }
        for (const row_range *range = one->ranges; range; range = range->next) {
            add_value(to, one, range->first, range->last);
        }
    }
    return answers_encode(to->answers, &to->answer_bytes, error);
}

annoproj_status row_label_encode(row_encoder *to, arena *memory, const row_label *from, label *out,
                                 annoproj_error **error) {
    if (!from->class) {
        return fail(error, ANNOPROJ_DATA, "label %s has frames or ranges, but no featureHash tells its class",
                    from->hash);
    }
    to->geometry_bytes.length = to->answer_bytes.length = to->range_bytes.length = 0;
    frame_ranges_clear(&to->ranges);
    annoproj_status status = encode_geometry(to, memory, from, error);
    if (status == ANNOPROJ_OK) {
        status = encode_answers(to, from, error);
    }
    for (const row_range *range = from->ranges; range && status == ANNOPROJ_OK; range = range->next) {
        frame_ranges_add(&to->ranges, range->first, range->last);
    }
    frame_ranges_encode(&to->ranges, &to->range_bytes);
    if (status == ANNOPROJ_OK && (to->ranges.failed || to->range_bytes.failed)) {
        status = fail_memory(error);
    }
    *out = (label){.class = from->class->number,
                   .confidence = from->confidence,
                   .manual = from->manual,
                   .ranges = to->range_bytes.data,
                   .ranges_length = to->range_bytes.length,
                   .geometry = to->geometry_bytes.data,
                   .geometry_length = to->geometry_bytes.length,
                   .answers = to->answer_bytes.data,
                   .answers_length = to->answer_bytes.length,
                   .nodes = from->nodes,
                   .nodes_length = from->nodes_length,
                   .rest_stays = true};
    memcpy(out->hash, from->hash, sizeof out->hash);
    return status;
}

bool row_label_is_leftover(const row_label *from) {
    return !from->frames && !from->ranges && !node_ranges_any(from->nodes, from->nodes_length) &&
           (!from->class || from->class->kind == FEATURE_OBJECT);
}

annoproj_status row_label_check_overlap(row_encoder *to, const label *made, annoproj_error **error) {
    class_cover *cover = &to->covers[made->class];
    const bool global = to->ranges.count == 0;
    if (to->features->by_number[made->class]->kind != FEATURE_CLASSIFICATION) {
        return ANNOPROJ_OK;
    }
    if (cover->labels > 0 && (global || cover->global || frame_ranges_overlap(&to->ranges, &cover->frames))) {
        return fail(error, ANNOPROJ_DATA, "label %s: another label of the same classification is on some of its frames",
                    made->hash);
    }
    for (size_t i = 0; i < to->ranges.count; i++) {
        frame_ranges_add(&cover->frames, to->ranges.ranges[i].first, to->ranges.ranges[i].last);
    }
    cover->labels++;
    cover->global = global;
    return cover->frames.failed ? fail_memory(error) : ANNOPROJ_OK;
}

annoproj_status row_fault(faults *all, const row_place *place, annoproj_status status, annoproj_error **wrong,
                          annoproj_error **error) {
    const bool own = status == ANNOPROJ_DATA || status == ANNOPROJ_LIMIT || status == ANNOPROJ_NOT_FOUND ||
                     status == ANNOPROJ_UNSUPPORTED || status == ANNOPROJ_STATE;
    const char *message = *wrong ? annoproj_error_message(*wrong) : "out of memory";
    if (own && *wrong) {
        faults_add(all, place->pointer, place->offset, "%s", message);
        status = ANNOPROJ_OK;
    } else if (status == ANNOPROJ_NO_MEMORY) {
        status = fail_memory(error);
    } else if (status != ANNOPROJ_OK) {
        status = fail(error, status, "%s", message);
    }
    drop_error(wrong);
    return status;
}
