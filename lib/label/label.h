/* Labels of a task: content, reviews, publishing. */
#ifndef LABEL_H
#define LABEL_H

#include <string.h>

#include "access.h"
#include "frame_ranges.h"
#include "geometry.h"
#include "ontology.h"
#include "project.h"
#include "row_walk.h"

/* One label as stored, borrowed blobs; from label_next() or to label_store(). */
typedef struct label {
    int64_t task, number;
    char hash[9];
    int32_t class;
    int64_t creator, created_us, editor, edited_us;
    bool manual;
    double confidence;
    const uint8_t *ranges, *geometry, *answers; /* encodings: geometry.h, frame_ranges.h, answers.h */
    size_t ranges_length, geometry_length, answers_length;
    const uint8_t *nodes;   /* of an HTML document, that it is on: node_ranges.h; empty = none */
    const uint8_t *members; /* that a COCO file had for it; empty = none */
    size_t nodes_length, members_length;
    bool rest_stays; /* to label_store(): nodes and members that are not given stay as they are */
} label;

/* Whether two encodings are the same. */
static inline bool same_bytes(const uint8_t *a, size_t a_length, const uint8_t *b, size_t b_length) {
    return a_length == b_length && (a_length == 0 || memcmp(a, b, a_length) == 0);
}

/* Labels of a task in order of number. `found` returns non-OK to stop; it writes no labels. */
typedef annoproj_status (*label_fn)(void *data, const label *label, annoproj_error **error);
annoproj_status label_each(scope *scope, int64_t task, label_fn found, void *data, annoproj_error **error);
/* The same with only what COCO has: hash, class, manual, confidence, geometry, answers, ranges, members. */
annoproj_status label_each_drawn(scope *scope, int64_t task, label_fn found, void *data, annoproj_error **error);
/* The labels of all tasks of the project, in order of task and number, to be gone through; of each hash, class, ranges and answers. */
row_walk label_walk(const scope *scope);
void label_walk_read(const row_walk *walk, label *out); /* borrows until the next step */
/* The same of what COCO has on images: hash, class, manual, geometry, answers, with `members` also confidence and members. */
row_walk label_walk_drawn(const scope *scope, bool members);
void label_walk_read_drawn(const row_walk *walk, bool members, label *out);
annoproj_status label_by_hash(scope *scope, int64_t task, const char *hash, label *out, bool *found,
                              annoproj_error **error); /* blobs in the arena */

/* Makes a label (number 0: the next of the project's counter, hash drawn when empty) or replaces the one with that number,
 * which may be a removed one that was published and comes back. The ranges of a drawn object are the frames of its geometry.
 * Appends EVENT_LABEL_PUT, and in review stages sets its review (behaviour §9). Raises no version: label_write_done()
 * does, once; the events tell what it will be. For many labels of one task set command->scope.task to its facts: else they are read for each. */
#define VERSION_NOT_RAISED                                                                                             \
    (-1) /* in the facts of the task: nobody wrote the labels, label_write_done() will not be called */
annoproj_status label_store(command *command, label *label, annoproj_error **error);
annoproj_status label_remove(command *command, int64_t task, int64_t which, annoproj_error **error);
annoproj_status label_write_done(command *command, task_facts *task, annoproj_error **error);

/* The frames a label counts: frame 0 for global ones and on units of text, audio or time, whose ranges are no frames.
 * CORRUPT. */
annoproj_status label_frames(const uint8_t *ranges, size_t length, bool media, frame_ranges *out,
                             annoproj_error **error);
bool label_unit_is_media(const data_unit *unit);
/* Whether labels of a class may be on a data unit: classifications on all, objects by their shape. */
bool label_unit_takes(const data_unit *unit, const feature *class);
/* What a review remembers of a label's content: geometry, answers, frames, class. */
int64_t label_fingerprint(const label *label);

/* Who is credited with decisions on a label: the task's last submitter if it was live at that submit, else 0. */
annoproj_status label_submitter(scope *scope, int64_t task, int64_t label, int64_t *user, annoproj_error **error);

/* --- validity --------------------------------------------------------------------------------------------------- */
/* Shape and arity, frames, kind of class, answers. DATA names `what` (such as "label 3") and the place in it;
 * NOT_FOUND (class). */
annoproj_status label_check(const label *label, const ontology_features *features, const data_unit *unit,
                            const char *what, annoproj_error **error);
/* Archived classes are for labels that have them already, archived attributes and options for labels that have the answer: the label is
 * looked up by task and hash. STATE. */
annoproj_status label_check_archived(scope *scope, const label *made, const ontology_features *features,
                                     const char *what, annoproj_error **error);
/* A classification may not overlap itself on a frame, a global one is there once. DATA. */
annoproj_status label_check_overlap(scope *scope, int64_t task, int32_t class, annoproj_error **error);

/* --- publishing (behaviour §12) --------------------------------------------------------------------------------- */
typedef enum publish_action {
    PUBLISH_SUBMIT,
    PUBLISH_APPROVE,
    PUBLISH_REJECT,
    PUBLISH_PATHWAY,
    PUBLISH_SILENT,
    PUBLISH_BRANCH, /* a submit of a branch: counts for its annotator only */
    PUBLISH_MAIN    /* consensus was reached: what becomes of the task counts for the annotators it comes from */
} publish_action;
/* Whether the task has no labels, published ones or reviews, and never had any: nothing need be looked for. A branch has
 * those of its task before anybody wrote to it. */
bool label_never_written(const task_facts *task);
/* Compares the task's labels with what was published and appends create/edit/delete events (none when SILENT), then
 * for a submit EVENT_LABEL_SUBMIT for every live label, and remembers the submitter (the command's user; 0 for the
 * host). Text, HTML, audio and time series units append nothing but EVENT_LABEL_COUNTED (not text) unless the project opted in. */
annoproj_status label_publish(command *command, const task_facts *task, publish_action action, annoproj_error **error);
/* The same for a task that consensus was reached on (PUBLISH_MAIN): each change belongs to the annotator its label comes
 * from. A label that is not in the list belongs to the command's user. */
typedef struct label_origin {
    int64_t label, annotator; /* 0 = the host */
} label_origin;
annoproj_status label_publish_main(command *command, const task_facts *task, const label_origin *origins, size_t count,
                                   annoproj_error **error);
/* Whether the labels of a task's data unit are counted at all; `media` as in label_frames(). */
annoproj_status label_counts(scope *scope, const task_facts *task, bool *counts, bool *media, annoproj_error **error);
/* An event like `of` for each option in a label's answers; on frames of their own are dynamic ones, the others on those of `of`. */
annoproj_status label_answer_events(command *command, const event *of, const uint8_t *answers, size_t length,
                                    bool media, annoproj_error **error);

/* --- reviews (behaviour §9) --------------------------------------------------------------------------------------- */
typedef enum review_state {
    REVIEW_NEW = 1,
    REVIEW_APPROVED = 2,
    REVIEW_REJECTED = 3,
    REVIEW_RESOLVED = 4,
    REVIEW_REOPENED = 5
} review_state;
const char *review_state_name(int32_t state);
/* The task entered a review stage, where it is now: makes or carries over one review for each label. */
annoproj_status review_enter_stage(command *command, const task_facts *task, annoproj_error **error);
/* The task was submitted as mended: rejected reviews, of whatever stage, become resolved. */
annoproj_status review_resolve_rejected(command *command, int64_t task, annoproj_error **error);
/* A label was written while its task is in a review stage: approved when the reviewer wrote it, else new. */
annoproj_status review_label_written(command *command, const task_facts *task, const label *label,
                                     annoproj_error **error);
/* The task was moved to a complete stage: every label counts as approved there. */
annoproj_status review_approve_all(command *command, int64_t task, int64_t stage, annoproj_error **error);
/* One label's decision (state REVIEW_APPROVED, REVIEW_REJECTED or REVIEW_REOPENED). Appends EVENT_REVIEW_*; nothing
 * when it is decided so already. STATE when there is no decision to reopen. */
annoproj_status review_decide(command *command, int64_t task, int64_t stage, const label *of, review_state state,
                              annoproj_error **error);
/* State of a label's review in a stage; 0 = none. */
annoproj_status review_state_of(scope *scope, int64_t task, int64_t stage, int64_t label, int32_t *state,
                                annoproj_error **error);
#define NAMED_LABELS 8 /* so many are named in messages */
typedef struct review_counts {
    int64_t labels, approved, rejected, undecided;
    char undecided_hashes[NAMED_LABELS][9];
    char rejected_hashes[NAMED_LABELS][9];
} review_counts;
annoproj_status review_count(scope *scope, int64_t task, int64_t stage, review_counts *out, annoproj_error **error);
/* The task is being approved or rejected: decides undecided labels when `decide`, appends EVENT_LABEL_APPROVE /
 * REJECT and answer events for every decided label (credited to the label's last submitter). Run after
 * label_publish(). */
annoproj_status review_action(command *command, const task_facts *task, bool approve, bool decide,
                              annoproj_error **error);

/* --- completeness (behaviour §6) ------------------------------------------------------------------------------------ */
/* STATE listing the required answers that are missing on the task's labels. */
annoproj_status label_check_complete(scope *scope, const task_facts *task, annoproj_error **error);

#endif
