/* Public functions: the workflow document and its pictures. */
#include "failure.h"
#include "workflow.h"

typedef annoproj_status (*write_text_fn)(scope *in, int64_t project, text *out, annoproj_error **error);

typedef struct text_call {
    write_text_fn write;
    text out;
} text_call;

static annoproj_status read_text(scope *in, void *arguments, annoproj_error **error) {
    text_call *made = arguments;
    return made->write(in, in->project.id, &made->out, error);
}

static annoproj_status workflow_text(annoproj_project *handle, write_text_fn write, const annoproj_call *call,
                                     char **out, annoproj_error **error) {
    project_identity *owner = NULL;
    text_call made = {.write = write};
    clear_error(error);
    if (!out) {
        return fail(error, ANNOPROJ_INVALID, "the place for the result is NULL: give one");
    }
    *out = NULL;
    annoproj_status status = project_enter(handle, &owner, error);
    if (status == ANNOPROJ_OK) {
        const request asked = {.session = owner->session,
                               .operation = ANNOPROJ_OPERATION_WORKFLOW_VIEW,
                               .subject = SUBJECT_PROJECT,
                               .id = owner->id,
                               .arguments = &made};
        status = access_read(&asked, read_text, call, error);
    }
    if (status == ANNOPROJ_OK) {
        status = text_take(&made.out, out, NULL, error);
    }
    text_release(&made.out);
    project_leave(owner);
    return status;
}

annoproj_status annoproj_workflow_json(annoproj_project *project, const annoproj_call *call, char **json,
                                       annoproj_error **error) {
    return workflow_text(project, workflow_document, call, json, error);
}

annoproj_status annoproj_workflow_dot(annoproj_project *project, const annoproj_call *call, char **dot,
                                      annoproj_error **error) {
    return workflow_text(project, workflow_draw_dot, call, dot, error);
}

annoproj_status annoproj_workflow_mermaid(annoproj_project *project, const annoproj_call *call, char **mermaid,
                                          annoproj_error **error) {
    return workflow_text(project, workflow_draw_mermaid, call, mermaid, error);
}
