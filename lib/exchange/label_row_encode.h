/* Labels of label rows as they are stored. */
#ifndef LABEL_ROW_ENCODE_H
#define LABEL_ROW_ENCODE_H

#include "answers.h"
#include "label.h"
#include "label_row_read.h"

typedef struct row_encoder {
    const ontology_features *features;
    struct class_cover *covers; /* by class: where labels of a classification are in the row so far */
    geometry_builder *geometry;
    answers_builder *answers;
    shape shape;
    frame_ranges ranges;
    bytes geometry_bytes, answer_bytes, range_bytes;
} row_encoder;

annoproj_status row_encoder_begin(row_encoder *encoder, const ontology_features *features, annoproj_error **error);
void row_encoder_release(row_encoder *encoder);
void row_encoder_next_row(row_encoder *encoder, const label_row *before);

/* What was met in answers only: nothing to store when it is an object whose frames are gone. */
bool row_label_is_leftover(const row_label *label);
/* The label without number, task, authors and times. Its encodings are the encoder's until the next label. DATA when it is of no class or
 * twice on a frame. */
annoproj_status row_label_encode(row_encoder *encoder, arena *memory, const row_label *from, label *out,
                                 annoproj_error **error);
/* Whether the label that was encoded last may be beside those before it: a classification may not overlap itself on a frame, and one on
 * the whole data unit is the only one. DATA. */
annoproj_status row_label_check_overlap(row_encoder *encoder, const label *made, annoproj_error **error);

/* A failure that is the row's fault becomes one of its faults; another one is handed on. `wrong` is given back. */
annoproj_status row_fault(faults *faults, const row_place *place, annoproj_status status, annoproj_error **wrong,
                          annoproj_error **error);

#endif
