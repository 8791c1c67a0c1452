/* Changes of a task's labels as the parallel flat arrays of annoproj_labels_write(). */
#ifndef LABEL_CHANGES_H
#define LABEL_CHANGES_H

#include "answers.h"
#include "label.h"

/* Whether the arrays fit one another: INVALID names the array and the index, LIMIT. Nothing else looks at offsets
 * again. */
annoproj_status label_changes_check(const annoproj_label_changes *changes, annoproj_error **error);
uint64_t label_changes_fingerprint(const annoproj_label_changes *changes, uint64_t so_far);
bool label_change_is_removal(const annoproj_label_changes *changes, size_t index);
bool label_change_is_partial(const annoproj_label_changes *changes, size_t index); /* what is not given stays */
/* The hash of a change, "" for a new label. DATA when it is none of 8 characters A-Z a-z 0-9 + / - _. */
annoproj_status label_change_hash(const annoproj_label_changes *changes, size_t index, char out[9],
                                  annoproj_error **error);

/* Encodes one change after the other; what a label borrows of it is valid until the next one. */
typedef struct label_encoder {
    geometry_builder *geometry;
    answers_builder *answers;
    frame_ranges frames;
    bytes geometry_bytes, answer_bytes, range_bytes;
} label_encoder;
void label_encoder_begin(label_encoder *encoder);
void label_encoder_release(label_encoder *encoder);
/* Class, confidence, geometry, frames and answers of a change; of a partial one with what stays of the label `before`, else
 * NULL. DATA names `what` and the place, NOT_FOUND (class). label_check() comes after it. */
annoproj_status label_change_encode(label_encoder *encoder, const annoproj_label_changes *changes, size_t index,
                                    const ontology_features *features, const char *what, const label *before,
                                    label *out, annoproj_error **error);

#endif
