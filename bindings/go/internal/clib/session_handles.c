/* What handles stand for: a session, and the ids that were reached through one. Identities, never caches. */
#include "access.h"

#include "failure.h"

static void session_destroy(body *of) {
    session *gone = (session *)of;
    body_release(&gone->store->body);
    release(gone);
}

annoproj_status session_handle(store *of, int64_t user, int32_t source, annoproj_session **out,
                               annoproj_error **error) {
    *out = NULL;
    session *made = allocate_zeroed(1, sizeof *made);
    if (!made) {
        return fail_memory(error);
    }
    made->body = (body){.references = 1, .destroy = session_destroy};
    made->store = of;
    made->user = user;
    made->source = source;
    body_retain(&of->body);
    *out = handle_new(HANDLE_SESSION, &made->body);
    if (!*out) {
        body_release(&made->body);
        return fail_memory(error);
    }
    return ANNOPROJ_OK;
}

void session_set_ticket(annoproj_session *handle, const ticket *given) {
    body *kept = handle_pin(handle, HANDLE_SESSION);
    if (kept) {
        ((session *)kept)->ticket = *given;
        handle_unpin(handle);
    }
}

/* Projects, stages and tasks are the same: a session and a number. The structs differ only so that they are not
 * taken for one another. */
_Static_assert(sizeof(stage_identity) == sizeof(project_identity) && sizeof(task_identity) == sizeof(project_identity),
               "identities have one layout");

static void identity_destroy(body *of) {
    project_identity *gone = (project_identity *)of;
    body_release(&gone->session->body);
    release(gone);
}

static annoproj_status identity_handle(handle_kind kind, session *through, int64_t id, void **out,
                                       annoproj_error **error) {
    *out = NULL;
    project_identity *made = allocate_zeroed(1, sizeof *made);
    if (!made) {
        return fail_memory(error);
    }
    made->body = (body){.references = 1, .destroy = identity_destroy};
    made->session = through;
    made->id = id;
    body_retain(&through->body);
    *out = handle_new(kind, &made->body);
    if (!*out) {
        body_release(&made->body);
        return fail_memory(error);
    }
    return ANNOPROJ_OK;
}

annoproj_status project_handle(session *through, int64_t id, annoproj_project **out, annoproj_error **error) {
    void *handle = NULL;
    annoproj_status status = identity_handle(HANDLE_PROJECT, through, id, &handle, error);
    *out = handle;
    return status;
}

annoproj_status stage_handle(session *through, int64_t id, annoproj_stage **out, annoproj_error **error) {
    void *handle = NULL;
    annoproj_status status = identity_handle(HANDLE_STAGE, through, id, &handle, error);
    *out = handle;
    return status;
}

annoproj_status task_handle(session *through, int64_t id, annoproj_task **out, annoproj_error **error) {
    void *handle = NULL;
    annoproj_status status = identity_handle(HANDLE_TASK, through, id, &handle, error);
    *out = handle;
    return status;
}

/* All identities have one layout. */
void identity_name(void *handle, handle_kind kind, int64_t id) {
    body *kept = handle_pin(handle, kind);
    if (kept) {
        ((project_identity *)kept)->id = id;
        handle_unpin(handle);
    }
}

/* ---- entering and leaving ---- */

annoproj_status session_enter(const annoproj_session *handle, session **out, annoproj_error **error) {
    body *entered = NULL;
    annoproj_status status = handle_enter(handle, HANDLE_SESSION, "session", &entered, error);
    *out = (session *)entered;
    return status;
}

annoproj_status project_enter(const annoproj_project *handle, project_identity **out, annoproj_error **error) {
    body *entered = NULL;
    annoproj_status status = handle_enter(handle, HANDLE_PROJECT, "project", &entered, error);
    *out = (project_identity *)entered;
    return status;
}

annoproj_status stage_enter(const annoproj_stage *handle, stage_identity **out, annoproj_error **error) {
    body *entered = NULL;
    annoproj_status status = handle_enter(handle, HANDLE_STAGE, "stage", &entered, error);
    *out = (stage_identity *)entered;
    return status;
}

annoproj_status task_enter(const annoproj_task *handle, task_identity **out, annoproj_error **error) {
    body *entered = NULL;
    annoproj_status status = handle_enter(handle, HANDLE_TASK, "task", &entered, error);
    *out = (task_identity *)entered;
    return status;
}

void session_leave(session *left) {
    body_release((body *)left);
}

void project_leave(project_identity *project) {
    body_release((body *)project);
}

void stage_leave(stage_identity *stage) {
    body_release((body *)stage);
}

void task_leave(task_identity *task) {
    body_release((body *)task);
}
