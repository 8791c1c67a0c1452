/* Which task of the project a label row is of. */
#ifndef IMPORT_TASKS_H
#define IMPORT_TASKS_H

#include "access.h"
#include "label_row_read.h"

typedef struct task_finder {
    int64_t project;
    struct unit_task *units; /* of all tasks, by UUID; read when a title does not lead to the data unit */
    size_t count, capacity;
    bool read;
} task_finder;

typedef struct found_task {
    int64_t task, unit; /* 0 = none */
    bool several;       /* none, because several data units have the title */
} found_task;

/* The task whose data unit has the row's data_hash, else the only one whose data unit has its title. */
annoproj_status task_finder_find(task_finder *finder, scope *scope, const label_row *row, found_task *out,
                                 annoproj_error **error);
void task_finder_release(task_finder *finder);

#endif
