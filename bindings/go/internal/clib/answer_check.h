/* Private to lib/label: validity of a label's answers. */
#ifndef ANSWER_CHECK_H
#define ANSWER_CHECK_H

#include "label.h"

/* The attribute belongs to the class and the option to the attribute; a nested attribute only where its option is
 * chosen; radio, text and number single on every frame; dynamic exactly where the attribute is, on frames of the
 * label. DATA names the attribute. */
annoproj_status answers_check(const label *label, const feature *class, const ontology_features *features,
                              const frame_ranges *frames, const char *what, annoproj_error **error);

#endif
