/* Public functions: the workflow document, its edits while tasks are on their way, and its pictures. */
#include "failure.h"
#include "handle_call.h"
#include "lapse.h"
#include "queue_passed.h"
#include "task.h"
#include "task_count.h"
#include "utf8.h"
#include "workflow.h"
#include "workflow_svg.h"
#include "workflow_template.h"

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
                                     char **out, const char *name, annoproj_error **error) {
    text_call made = {.write = write};
    handle_call what = {.operation = ANNOPROJ_OPERATION_WORKFLOW_VIEW, .arguments = &made};
    if (!result_place(out, sizeof *out, name, error)) {
        return ANNOPROJ_INVALID;
    }
    annoproj_status status = project_read(handle, &what, read_text, call, error);
    if (status == ANNOPROJ_OK) {
        status = text_take(&made.out, out, NULL, error);
    }
    text_release(&made.out);
    return status;
}

annoproj_status annoproj_workflow_json(annoproj_project *project, const annoproj_call *call, char **json,
                                       annoproj_error **error) {
    return workflow_text(project, workflow_document, call, json, "json", error);
}

annoproj_status annoproj_workflow_dot(annoproj_project *project, const annoproj_call *call, char **dot,
                                      annoproj_error **error) {
    return workflow_text(project, workflow_draw_dot, call, dot, "dot", error);
}

annoproj_status annoproj_workflow_mermaid(annoproj_project *project, const annoproj_call *call, char **mermaid,
                                          annoproj_error **error) {
    return workflow_text(project, workflow_draw_mermaid, call, mermaid, "mermaid", error);
}

/* --- editing ---------------------------------------------------------------------------------------------------------- */

/* Those who hold tasks of a stage and belong to it no more give them back, those of detached datasets, too. */
static annoproj_status release_strangers(command *cmd, const stage_facts *stage, annoproj_error **error) {
    static const char query[] =
        "SELECT min(assignee) FROM"
        " (SELECT min(assignee) AS assignee FROM task_count WHERE stage = ?1 AND assignee > ?2 AND count > 0"
        " UNION ALL SELECT min(assignee) FROM task WHERE stage = 0 AND assignee > ?2 AND removed_stage = ?1)";
    annoproj_status status = ANNOPROJ_OK;
    for (int64_t user = 0; status == ANNOPROJ_OK;) {
        bool member = false;
        int64_t released = 0;
        statement *find = sql(cmd->scope.database, query);
        bind_int64(find, stage->id);
        bind_int64(find, user);
        user = sql_row(find) ? column_int64(find, 0) : 0;
        status = sql_end(find, error);
        if (status != ANNOPROJ_OK || user == 0)
            break;
        status = access_stage_member(&cmd->scope, stage, user, &member, error);
        if (status == ANNOPROJ_OK && !member)
            status = task_release_user(cmd, PROJECT_OF(stage->id), user, stage->id, &released, error);
    }
    return status;
}

static annoproj_status follow_edit(command *cmd, const stage_description *before, size_t before_count,
                                   annoproj_error **error) {
    stage_description *after = NULL;
    size_t count = 0;
    annoproj_status status = workflow_stages(&cmd->scope, cmd->scope.project.id, &after, &count, error);
    for (size_t i = 0; i < count && !after[i].removed && status == ANNOPROJ_OK; i++) {
        const stage_facts *now = &after[i].facts;
        bool rules_changed = false;
        int64_t ttl_us = 0;
        for (size_t j = 0; j < before_count; j++) {
            const stage_facts *was = &before[j].facts;
            if (was->id == now->id)
                ttl_us = was->assignment_ttl_us;
            rules_changed = rules_changed ||
                            (was->id == now->id && (was->allow_reassessment != now->allow_reassessment ||
                                                    was->reviewer_not_submitter != now->reviewer_not_submitter));
        }
        status = release_strangers(cmd, now, error);
        if (status == ANNOPROJ_OK && rules_changed)
            status = queue_passed_forget(cmd, now->id, error);
        if (status == ANNOPROJ_OK)
            status = lapse_follow_edit(cmd, now, ttl_us, error);
    }
    return status;
}

static annoproj_status update_workflow(command *cmd, void *arguments, annoproj_error **error) {
    static const char query[] = "UPDATE project SET edited_us = ? WHERE id = ?";
    stage_description *before = NULL;
    size_t count = 0;
    int64_t project = cmd->scope.project.id;
    annoproj_status status = workflow_stages(&cmd->scope, project, &before, &count, error);
    if (status == ANNOPROJ_OK)
        status = workflow_put(cmd, project, arguments, error);
    if (status == ANNOPROJ_OK)
        status = follow_edit(cmd, before, count, error);
    if (status != ANNOPROJ_OK)
        return status;
    command_event(cmd, &(event){.kind = EVENT_WORKFLOW_UPDATE});
    statement *update = sql(cmd->scope.database, query);
    bind_int64(update, cmd->scope.now_us);
    bind_int64(update, project);
    return sql_run(update, error);
}

static annoproj_status update_from_template(command *cmd, void *arguments, annoproj_error **error) {
    char *json = NULL;
    annoproj_status status = template_text(&cmd->scope, *(const int64_t *)arguments, &json, error);
    if (status == ANNOPROJ_OK)
        status = update_workflow(cmd, json, error);
    release(json);
    return status;
}

annoproj_status annoproj_workflow_use_template(annoproj_project *project, int64_t workflow_template,
                                               const annoproj_call *call, annoproj_error **error) {
    handle_call what = {.operation = ANNOPROJ_OPERATION_WORKFLOW_EDIT,
                        .arguments = &workflow_template,
                        .fingerprint = fingerprint_int64(fingerprint_text(0, "use_template"), workflow_template)};
    clear_error(error);
    return project_write(project, &what, update_from_template, call, NULL, error);
}

static annoproj_status draw_svg(scope *in, int64_t project, text *out, annoproj_error **error) {
    return workflow_svg(in, project, false, out, error);
}

annoproj_status annoproj_workflow_svg(annoproj_project *project, const annoproj_call *call, char **svg,
                                      annoproj_error **error) {
    return workflow_text(project, draw_svg, call, svg, "svg", error);
}

annoproj_status annoproj_workflow_update(annoproj_project *project, const char *workflow, const annoproj_call *call,
                                         annoproj_error **error) {
    handle_call what = {.operation = ANNOPROJ_OPERATION_WORKFLOW_EDIT, .arguments = (void *)(uintptr_t)workflow};
    clear_error(error);
    annoproj_status status = check_text(workflow, TEXT_JSON, "workflow", error);
    if (status != ANNOPROJ_OK)
        return status;
    what.fingerprint = fingerprint_text(fingerprint_text(0, "workflow_update"), workflow);
    return project_write(project, &what, update_workflow, call, NULL, error);
}
