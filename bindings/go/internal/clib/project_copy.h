/* The parts of a copy of a project, on a command whose events go to the copy's log. */
#ifndef PROJECT_COPY_H
#define PROJECT_COPY_H

#include "access.h"

/* Where the tasks of one dataset of the source went: number `first_task` of the copy is that of data unit 1, and so on. */
typedef struct copied_dataset {
    int64_t source, data_units, first_task;
    int64_t target; /* the same dataset, or its clone */
} copied_dataset;

/* Attaches the datasets of project `source`, or clones of them, to the command's project. In the arena. */
annoproj_status copy_datasets(command *command, int64_t source, bool clone, copied_dataset **datasets, size_t *count,
                              annoproj_error **error);

typedef struct label_choice {
    int32_t review_states; /* annoproj_review_state; 0 = any */
    const char *hashes;    /* of 8 bytes each, one separator between two; NULL = any */
} label_choice;

/* Copies the labels of the live tasks of those datasets as pre-labels. */
annoproj_status copy_labels(command *command, int64_t source, const label_choice *choice,
                            const copied_dataset *datasets, size_t count, annoproj_error **error);

#endif
