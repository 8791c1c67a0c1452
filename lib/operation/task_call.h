/* How a public function on a task handle reaches the gate: the same few steps for all of them. */
#ifndef TASK_CALL_H
#define TASK_CALL_H

#include "access.h"

typedef struct task_call {
    annoproj_operation operation;
    void *arguments;
    uint64_t fingerprint; /* begins with the function's name */
} task_call;

annoproj_status task_write(const annoproj_task *task, const task_call *what, write_fn body, const annoproj_call *call,
                           bytes *result, annoproj_error **error);
annoproj_status task_read(const annoproj_task *task, const task_call *what, read_fn body, const annoproj_call *call,
                          annoproj_error **error);

#endif
