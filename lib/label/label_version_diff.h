/* What is different between two label versions, or a version and the labels there are now. */
#ifndef LABEL_VERSION_DIFF_H
#define LABEL_VERSION_DIFF_H

#include "label_version.h"

typedef enum change_kind { CHANGE_ADDED, CHANGE_REMOVED, CHANGE_CHANGED } change_kind;

typedef struct label_change {
    change_kind kind;
    int64_t task, data_unit;
    const label *before, *after;                    /* NULL = it is not there */
    bool class, answers, geometry, frames, details; /* changed: which of them */
    int64_t frame_count, first_frame;               /* on which it differs */
    const char *title;                              /* of the data unit */
} label_change;

/* Calls back for each label that differs, by task, then by hash, from that task on. `before` and `after` are versions of one
 * project; NULL = what a version made now with the choices of the other one would have. Returns what `found` returned
 * if that was not OK. */
typedef annoproj_status (*label_change_fn)(void *data, const label_change *change, annoproj_error **error);
annoproj_status version_diff(scope *scope, const label_version *before, const label_version *after, int64_t from_task,
                             label_change_fn found, void *data, annoproj_error **error);

/* The frames of `frames` on which two geometries differ. CORRUPT. */
annoproj_status geometry_changed_frames(const label *before, const label *after, const frame_ranges *frames,
                                        frame_ranges *changed, annoproj_error **error);

#endif
