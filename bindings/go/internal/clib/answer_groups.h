/* Answers on their way out: the options of one attribute together, for one frame or for all. */
#ifndef ANSWER_GROUPS_H
#define ANSWER_GROUPS_H

#include "answers.h"
#include "export_tasks.h"

/* Whether an answer holds on a frame; static ones hold on all. */
bool answer_holds(const answer *answer, int64_t frame, frame_ranges *scratch);

/* "Colour":"Red","Yes":true,...: what a label's top attributes say on a frame. NULL for text, number or radio without an
 * answer, false for options that are not chosen. `nested`: also those under options that are chosen, each by its path:
 * "Colour/Other/Which". `first` tells whether a comma is needed. False when the bytes are damaged. */
bool append_frame_answers(const export_plan *plan, const feature *class, const label *label, int64_t frame, bool nested,
                          frame_ranges *scratch, bool *first, text *out);

#endif
