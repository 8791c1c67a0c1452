/* What a label has and a change (ANNOPROJ_LABEL_CHANGE) does not name stays: it goes over into the encoder. */
#ifndef LABEL_MERGE_H
#define LABEL_MERGE_H

#include "label_changes.h"

/* The geometry a label has, frame by frame; none when `before` is NULL. */
typedef struct kept_geometry {
    geometry_cursor cursor;
    bool more;
} kept_geometry;
void kept_geometry_open(kept_geometry *kept, const label *before);
/* Whether it can stand beside frames in that shape and unit. DATA. */
annoproj_status kept_geometry_check(const kept_geometry *kept, int32_t shape, int32_t unit, const char *what,
                                    annoproj_error **error);
/* Its frames before `until`; that one itself is passed over. */
void kept_geometry_copy(kept_geometry *kept, int64_t until, label_encoder *to);

/* The answers of attributes that the change does not name, on the frames the label is on now. What is nested under an
 * attribute goes with it. CORRUPT. */
annoproj_status kept_answers_copy(label_encoder *to, const annoproj_label_changes *changes, size_t index,
                                  const ontology_features *features, const label *before, annoproj_error **error);

#endif
