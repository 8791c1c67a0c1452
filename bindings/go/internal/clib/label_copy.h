/* Labels that go from one task to another: from a task to its branches, and from branches to their task. A copy keeps hash,
 * content, creator and times, and has a number of its own. */
#ifndef LABEL_COPY_H
#define LABEL_COPY_H

#include "label.h"

/* Labels that are gathered with their content: a label_fn on a `label_list`, which begins with its arena. */
typedef struct label_list {
    arena *memory;
    label *labels;
    size_t count, capacity;
} label_list;
annoproj_status label_list_add(void *list, const label *found, annoproj_error **error);
/* Whether two are the same in all but task, number and hash. */
bool label_same(const label *a, const label *b);

/* The labels of a task, with their content, in order of number; in the arena. */
annoproj_status label_load_all(scope *scope, int64_t task, label **labels, size_t *count, annoproj_error **error);

/* Gives a task exactly these labels. One whose hash the task has, or had when it was published, keeps that number; what
 * stays the same is not written. Raises no version. The task is that of the command's scope. `numbers` (nullable) gets the
 * number of each label there. */
annoproj_status label_replace_all(command *command, const label *labels, size_t count, int64_t *numbers,
                                  annoproj_error **error);
/* A branch begins with what was published of its task, and counts for nobody. */
annoproj_status label_copy_published(command *command, int64_t from, const task_facts *to, annoproj_error **error);

#endif
