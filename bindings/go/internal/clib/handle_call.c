/* From a handle to the gate. */
#include "handle_call.h"

#include "failure.h"
#include "options.h"

static request request_on(session *who, const handle_call *what, subject_kind subject, int64_t id) {
    return (request){.session = who,
                     .operation = what->operation,
                     .subject = what->subject != SUBJECT_STORE ? what->subject : subject,
                     .id = what->subject != SUBJECT_STORE ? what->id : id,
                     .arguments = what->arguments,
                     .fingerprint = fingerprint_int64(fingerprint_int64(what->fingerprint, id), what->id)};
}

annoproj_status session_write(const annoproj_session *handle, const handle_call *what, write_fn run,
                              const annoproj_call *call, bytes *result, annoproj_error **error) {
    session *who = NULL;
    annoproj_status status = session_enter(handle, &who, error);
    if (status != ANNOPROJ_OK)
        return status;
    request asked = request_on(who, what, SUBJECT_STORE, 0);
    status = access_write(&asked, run, call, result, error);
    session_leave(who);
    return status;
}

annoproj_status session_read(const annoproj_session *handle, const handle_call *what, read_fn run,
                             const annoproj_call *call, annoproj_error **error) {
    session *who = NULL;
    annoproj_status status = session_enter(handle, &who, error);
    if (status != ANNOPROJ_OK)
        return status;
    request asked = request_on(who, what, SUBJECT_STORE, 0);
    status = access_read(&asked, run, call, error);
    session_leave(who);
    return status;
}

annoproj_status project_write(const annoproj_project *handle, const handle_call *what, write_fn run,
                              const annoproj_call *call, bytes *result, annoproj_error **error) {
    project_identity *project = NULL;
    annoproj_status status = project_enter(handle, &project, error);
    if (status != ANNOPROJ_OK)
        return status;
    request asked = request_on(project->session, what, SUBJECT_PROJECT, project->id);
    status = access_write(&asked, run, call, result, error);
    project_leave(project);
    return status;
}

annoproj_status project_read(const annoproj_project *handle, const handle_call *what, read_fn run,
                             const annoproj_call *call, annoproj_error **error) {
    project_identity *project = NULL;
    annoproj_status status = project_enter(handle, &project, error);
    if (status != ANNOPROJ_OK)
        return status;
    request asked = request_on(project->session, what, SUBJECT_PROJECT, project->id);
    status = access_read(&asked, run, call, error);
    project_leave(project);
    return status;
}

annoproj_status task_write(const annoproj_task *handle, const handle_call *what, write_fn run,
                           const annoproj_call *call, bytes *result, annoproj_error **error) {
    task_identity *task = NULL;
    annoproj_status status = task_enter(handle, &task, error);
    if (status != ANNOPROJ_OK)
        return status;
    request asked = request_on(task->session, what, SUBJECT_TASK, task->id);
    status = access_write(&asked, run, call, result, error);
    task_leave(task);
    return status;
}

annoproj_status task_read(const annoproj_task *handle, const handle_call *what, read_fn run, const annoproj_call *call,
                          annoproj_error **error) {
    task_identity *task = NULL;
    annoproj_status status = task_enter(handle, &task, error);
    if (status != ANNOPROJ_OK)
        return status;
    request asked = request_on(task->session, what, SUBJECT_TASK, task->id);
    status = access_read(&asked, run, call, error);
    task_leave(task);
    return status;
}

static annoproj_status hand_over(annoproj_status status, annoproj_table *const *made, annoproj_table **table) {
    if (status == ANNOPROJ_OK)
        *table = *made;
    return status;
}

annoproj_status session_read_table(const annoproj_session *handle, const handle_call *what, read_fn run,
                                   const annoproj_call *call, annoproj_table **made, annoproj_table **table,
                                   annoproj_error **error) {
    return result_place(table, sizeof *table, "table", error)
               ? hand_over(session_read(handle, what, run, call, error), made, table)
               : ANNOPROJ_INVALID;
}

annoproj_status project_read_table(const annoproj_project *handle, const handle_call *what, read_fn run,
                                   const annoproj_call *call, annoproj_table **made, annoproj_table **table,
                                   annoproj_error **error) {
    return result_place(table, sizeof *table, "table", error)
               ? hand_over(project_read(handle, what, run, call, error), made, table)
               : ANNOPROJ_INVALID;
}

annoproj_status stage_read_table(const annoproj_stage *handle, const handle_call *what, read_fn run,
                                 const annoproj_call *call, annoproj_table **made, annoproj_table **table,
                                 annoproj_error **error) {
    stage_identity *stage = NULL;
    if (!result_place(table, sizeof *table, "table", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = stage_enter(handle, &stage, error);
    if (status != ANNOPROJ_OK)
        return status;
    request asked = request_on(stage->session, what, SUBJECT_STAGE, stage->id);
    status = hand_over(access_read(&asked, run, call, error), made, table);
    stage_leave(stage);
    return status;
}

annoproj_status task_read_table(const annoproj_task *handle, const handle_call *what, read_fn run,
                                const annoproj_call *call, annoproj_table **made, annoproj_table **table,
                                annoproj_error **error) {
    return result_place(table, sizeof *table, "table", error)
               ? hand_over(task_read(handle, what, run, call, error), made, table)
               : ANNOPROJ_INVALID;
}

annoproj_status call_rest(const bounds *limits, const annoproj_call *call, bool keyed, annoproj_call *rest,
                          annoproj_error **error) {
    annoproj_status status = options_read(rest, sizeof *rest, sizeof *rest, call, error);
    const int64_t left = limits->until_us - monotonic_us();
    rest->size = sizeof *rest;
    rest->timeout_us = limits->until_us == INT64_MAX ? -1 : left > 0 ? left : 1;
    rest->request_key = keyed ? rest->request_key : NULL;
    return status;
}

bool ids_given(const int64_t *ids, size_t count, const char *name, annoproj_error **error) {
    if (!ids && count > 0)
        fail(error, ANNOPROJ_INVALID, "%s is NULL but count is %zu", name, count);
    return ids || count == 0;
}

annoproj_status finish_table(rows *table, annoproj_status status, annoproj_table **out, annoproj_error **error) {
    if (status == ANNOPROJ_OK)
        return rows_finish(table, out, error);
    rows_discard(table);
    return status;
}
