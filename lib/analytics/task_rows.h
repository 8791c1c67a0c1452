/* What every row of a task begins with, task by task: a worker reads ahead while the calling thread makes the rows. */
#ifndef TASK_ROWS_H
#define TASK_ROWS_H

#include "query.h"

typedef struct task_row {
    int64_t id, dataset;
    int32_t data_type;
    const char *title, *dataset_title; /* as long as the row is looked at */
} task_row;

typedef struct task_rows {
    scope *in;
    int64_t first, end; /* tasks by number: [first, end) */
    bool (*wanted)(const void *data, int64_t task);
    annoproj_status (*take)(void *data, const task_row *row, annoproj_error **error);
    void *data; /* `wanted` is asked by the worker: what it looks at does not change meanwhile */
} task_rows;

/* Takes the tasks that are wanted, in the order of their numbers. */
annoproj_status task_rows_run(const task_rows *rows, annoproj_error **error);

#endif
