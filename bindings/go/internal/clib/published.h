/* Private to lib/label: what was published of a task's labels. */
#ifndef PUBLISHED_H
#define PUBLISHED_H

#include "label.h"

typedef struct published {
    int64_t label, submitter;
    int32_t class;
    bool live, submitted, at_last_submit;
    const uint8_t *frames, *frames_ever, *answers; /* in the arena */
    size_t frames_length, frames_ever_length, answers_length;
    int64_t nodes; /* node_ranges.h: what it says of them */
    char hash[9];
    bool seen, changed; /* for the comparison */
} published;

/* All of a task, by label number; in the arena. */
annoproj_status published_load(scope *scope, int64_t task, published **out, size_t *count, annoproj_error **error);
published *published_find(published *all, size_t count, int64_t label);
annoproj_status published_put(command *command, int64_t task, const published *row, annoproj_error **error);

#endif
