/* Public functions: workflow templates. */
#include <string.h>

#include "by_id.h"
#include "failure.h"
#include "handle_call.h"
#include "row_cells.h"
#include "utf8.h"
#include "workflow_template.h"

typedef struct template_call {
    const char *title, *json;
    int64_t id;
    const int64_t *ids;
    size_t count;
    char *text;
    annoproj_table *table;
} template_call;

static annoproj_status check_texts(const char *title, const char *workflow, annoproj_error **error) {
    annoproj_status status = check_text(title, TEXT_TITLE, "title", error);
    return status == ANNOPROJ_OK ? check_text(workflow, TEXT_JSON, "workflow", error) : status;
}

static annoproj_status create(command *cmd, void *arguments, annoproj_error **error) {
    const template_call *made = arguments;
    int64_t id = 0;
    annoproj_status status = template_insert(cmd, made->title, made->json, &id, error);
    command_result_int64(cmd, id);
    return status;
}

annoproj_status annoproj_workflow_template_create(annoproj_session *handle, const char *title, const char *workflow,
                                                  const annoproj_call *call, int64_t *workflow_template,
                                                  annoproj_error **error) {
    template_call made = {.title = title, .json = workflow};
    handle_call what = {.operation = ANNOPROJ_OPERATION_WORKFLOW_TEMPLATE_CREATE, .arguments = &made};
    bytes result = {0};
    if (!result_place(workflow_template, sizeof *workflow_template, "workflow_template", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = check_texts(title, workflow, error);
    if (status != ANNOPROJ_OK)
        return status;
    what.fingerprint = fingerprint_text(fingerprint_text(fingerprint_text(0, "template_create"), title), workflow);
    status = session_write(handle, &what, create, call, &result, error);
    if (status == ANNOPROJ_OK)
        *workflow_template = result_int64(&result, 0);
    bytes_release(&result);
    return status;
}

static annoproj_status update(command *cmd, void *arguments, annoproj_error **error) {
    const template_call *made = arguments;
    return template_replace(cmd, made->id, made->title, made->json, error);
}

annoproj_status annoproj_workflow_template_update(annoproj_session *handle, int64_t workflow_template,
                                                  const char *title, const char *workflow, const annoproj_call *call,
                                                  annoproj_error **error) {
    template_call made = {.id = workflow_template, .title = title, .json = workflow};
    handle_call what = {.operation = ANNOPROJ_OPERATION_WORKFLOW_TEMPLATE_CHANGE,
                        .subject = SUBJECT_WORKFLOW_TEMPLATE,
                        .id = workflow_template,
                        .arguments = &made};
    clear_error(error);
    annoproj_status status = check_texts(title, workflow, error);
    if (status != ANNOPROJ_OK)
        return status;
    what.fingerprint = fingerprint_text(fingerprint_text(fingerprint_text(0, "template_update"), title), workflow);
    return session_write(handle, &what, update, call, NULL, error);
}

static annoproj_status forget(command *cmd, void *arguments, annoproj_error **error) {
    const template_call *made = arguments;
    return template_delete(cmd, made->id, error);
}

annoproj_status annoproj_workflow_template_delete(annoproj_session *handle, int64_t workflow_template,
                                                  const annoproj_call *call, annoproj_error **error) {
    template_call made = {.id = workflow_template};
    handle_call what = {.operation = ANNOPROJ_OPERATION_WORKFLOW_TEMPLATE_CHANGE,
                        .subject = SUBJECT_WORKFLOW_TEMPLATE,
                        .id = workflow_template,
                        .arguments = &made,
                        .fingerprint = fingerprint_text(0, "template_delete")};
    clear_error(error);
    return session_write(handle, &what, forget, call, NULL, error);
}

/* --- reading: every session sees all of them ------------------------------------------------------------------------- */

#define TEMPLATE_ROW                                                                                                   \
    "SELECT t.id, t.uuid, t.title, t.creator, u.email, t.created_us, t.edited_us FROM workflow_template t"             \
    " LEFT JOIN user u ON u.id = t.creator "

static void add_template(rows *table, statement *find) {
    rows_int64(table, column_int64(find, 0));
    add_uuid(table, find, 1);
    rows_text(table, column_text(find, 2));
    rows_int64(table, column_int64(find, 3));
    add_text(table, find, 4);
    rows_time(table, column_int64(find, 5));
    rows_time(table, column_int64(find, 6));
}

static annoproj_status read_templates(scope *in, void *arguments, annoproj_error **error) {
    static const by_id what = {.type = &row_workflow_template_row,
                               .query = TEMPLATE_ROW "WHERE t.id = ?",
                               .add = add_template,
                               .noun = "workflow template"};
    template_call *made = arguments;
    return read_by_id(in, &what, made->ids, made->count, &made->table, error);
}

annoproj_status annoproj_workflow_templates_get(annoproj_session *handle, const int64_t *workflow_templates,
                                                size_t count, const annoproj_call *call, annoproj_table **table,
                                                annoproj_error **error) {
    template_call made = {.ids = workflow_templates, .count = count};
    handle_call what = {.arguments = &made};
    if (!result_place(table, sizeof *table, "table", error) ||
        !ids_given(workflow_templates, count, "workflow_templates", error))
        return ANNOPROJ_INVALID;
    return session_read_table(handle, &what, read_templates, call, &made.table, table, error);
}

annoproj_status annoproj_workflow_template_get(annoproj_session *handle, int64_t workflow_template,
                                               const annoproj_call *call, annoproj_table **table,
                                               annoproj_error **error) {
    return annoproj_workflow_templates_get(handle, &workflow_template, 1, call, table, error);
}

static annoproj_status list_templates(scope *in, void *arguments, annoproj_error **error) {
    static const char query[] = TEMPLATE_ROW "ORDER BY t.title, t.id";
    template_call *made = arguments;
    rows *table = rows_new(&row_workflow_template_row);
    statement *find = sql(in->database, query);
    while (sql_row(find))
        add_template(table, find);
    return finish_table(table, sql_end(find, error), &made->table, error);
}

annoproj_status annoproj_workflow_template_list(annoproj_session *handle, const annoproj_call *call,
                                                annoproj_table **table, annoproj_error **error) {
    template_call made = {0};
    handle_call what = {.arguments = &made};
    return session_read_table(handle, &what, list_templates, call, &made.table, table, error);
}

static annoproj_status read_document(scope *in, void *arguments, annoproj_error **error) {
    template_call *made = arguments;
    return template_text(in, made->id, &made->text, error);
}

annoproj_status annoproj_workflow_template_json(annoproj_session *handle, int64_t workflow_template,
                                                const annoproj_call *call, char **json, annoproj_error **error) {
    template_call made = {.id = workflow_template};
    handle_call what = {.arguments = &made};
    if (!result_place(json, sizeof *json, "json", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = session_read(handle, &what, read_document, call, error);
    if (status == ANNOPROJ_OK)
        *json = made.text;
    return status;
}
