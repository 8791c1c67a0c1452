/* Task properties as vectors for the scan: two bytes for each task, in chunks. */
#ifndef TASK_VECTOR_H
#define TASK_VECTOR_H

#include "access.h"

#define TASK_VECTOR_CHUNK 2000 /* tasks in a chunk: so its row fills a page of 4 KiB and spills over none */

/* Of a row of task_vector; the chunk is what is left of an id under the mask. */
#define TASK_VECTOR_ID(project, attribute, chunk)                                                                      \
    (((int64_t)(project) << 32) + ((int64_t)(attribute) << 24) + (int64_t)(chunk))
#define TASK_VECTOR_CHUNK_MASK 0xffffff

enum task_attribute {                             /* stored */
                      TASK_ATTRIBUTE_DATASET = 1, /* project_dataset.number */
                      TASK_ATTRIBUTE_STAGE = 2    /* stage number; 0 = removed */
};

/* Sets the value for task numbers [first, first + count). */
annoproj_status task_vector_set(command *command, int64_t project, int32_t attribute, int64_t first, int64_t count,
                                int32_t value, annoproj_error **error);

/* The same for many tasks of one project: sorted by number, each of them once. */
typedef struct task_value {
    int64_t task; /* number */
    int32_t value;
} task_value;
annoproj_status task_vector_set_each(command *command, int64_t project, int32_t attribute, const task_value *values,
                                     size_t count, annoproj_error **error);

#endif
