/* How a public function reaches the gate from the handle it was given: the same few steps for all of them. */
#ifndef HANDLE_CALL_H
#define HANDLE_CALL_H

#include "access.h"
#include "rows.h"

typedef struct handle_call {
    annoproj_operation operation; /* 0 = seeing the subject is enough */
    subject_kind subject; /* of calls on a session; projects and tasks are their own subjects unless it is set */
    int64_t id;           /* of that subject */
    void *arguments;
    uint64_t fingerprint; /* begins with the function's name; the handle's id is added */
} handle_call;

annoproj_status session_write(const annoproj_session *session, const handle_call *what, write_fn run,
                              const annoproj_call *call, bytes *result, annoproj_error **error);
annoproj_status session_read(const annoproj_session *session, const handle_call *what, read_fn run,
                             const annoproj_call *call, annoproj_error **error);
annoproj_status project_write(const annoproj_project *project, const handle_call *what, write_fn run,
                              const annoproj_call *call, bytes *result, annoproj_error **error);
annoproj_status project_read(const annoproj_project *project, const handle_call *what, read_fn run,
                             const annoproj_call *call, annoproj_error **error);
annoproj_status task_write(const annoproj_task *task, const handle_call *what, write_fn run, const annoproj_call *call,
                           bytes *result, annoproj_error **error);
annoproj_status task_read(const annoproj_task *task, const handle_call *what, read_fn run, const annoproj_call *call,
                          annoproj_error **error);

/* The same for functions that read one table: `made` is where the body leaves it, `table` the caller's place for it. */
annoproj_status session_read_table(const annoproj_session *session, const handle_call *what, read_fn run,
                                   const annoproj_call *call, annoproj_table **made, annoproj_table **table,
                                   annoproj_error **error);
annoproj_status project_read_table(const annoproj_project *project, const handle_call *what, read_fn run,
                                   const annoproj_call *call, annoproj_table **made, annoproj_table **table,
                                   annoproj_error **error);
annoproj_status stage_read_table(const annoproj_stage *stage, const handle_call *what, read_fn run,
                                 const annoproj_call *call, annoproj_table **made, annoproj_table **table,
                                 annoproj_error **error);
annoproj_status task_read_table(const annoproj_task *task, const handle_call *what, read_fn run,
                                const annoproj_call *call, annoproj_table **made, annoproj_table **table,
                                annoproj_error **error);

/* For functions that run several requests: the caller's call with the time that is left of it, and with its request key or
 * without. */
annoproj_status call_rest(const bounds *limits, const annoproj_call *call, bool keyed, annoproj_call *rest,
                          annoproj_error **error);

/* For functions that get several things by their ids. INVALID when `ids` is NULL but `count` is not 0. */
bool ids_given(const int64_t *ids, size_t count, const char *name, annoproj_error **error);

/* Ends a read body: the table when `status` is OK, else the builder is given back. */
annoproj_status finish_table(rows *table, annoproj_status status, annoproj_table **out, annoproj_error **error);

#endif
