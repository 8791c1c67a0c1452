/* From a task handle to the gate. */
#include "task_call.h"

static request request_of(const task_identity *identity, const task_call *what) {
    return (request){.session = identity->session,
                     .operation = what->operation,
                     .subject = SUBJECT_TASK,
                     .id = identity->id,
                     .arguments = what->arguments,
                     .fingerprint = fingerprint_int64(what->fingerprint, identity->id)};
}

annoproj_status task_write(const annoproj_task *task, const task_call *what, write_fn run, const annoproj_call *call,
                           bytes *result, annoproj_error **error) {
    task_identity *identity = NULL;
    annoproj_status status = task_enter(task, &identity, error);
    if (status != ANNOPROJ_OK)
        return status;
    request asked = request_of(identity, what);
    status = access_write(&asked, run, call, result, error);
    task_leave(identity);
    return status;
}

annoproj_status task_read(const annoproj_task *task, const task_call *what, read_fn run, const annoproj_call *call,
                          annoproj_error **error) {
    task_identity *identity = NULL;
    annoproj_status status = task_enter(task, &identity, error);
    if (status != ANNOPROJ_OK)
        return status;
    request asked = request_of(identity, what);
    status = access_read(&asked, run, call, error);
    task_leave(identity);
    return status;
}
