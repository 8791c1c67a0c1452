/* Workflow templates (workflow_template.h). */
#include "workflow_template.h"

#include <string.h>

#include "failure.h"

annoproj_status template_insert(command *cmd, const char *title, const char *json, int64_t *id,
                                annoproj_error **error) {
    static const char query[] = "INSERT INTO workflow_template(uuid, title, json, creator, created_us, edited_us)"
                                " VALUES(?1, ?2, ?3, ?4, ?5, ?5)";
    uint8_t uuid[16];
    annoproj_status status = workflow_check(cmd, json, error);
    if (status != ANNOPROJ_OK)
        return status;
    command_uuid(cmd, uuid);
    statement *insert = sql(cmd->scope.database, query);
    bind_blob(insert, uuid, sizeof uuid);
    bind_text(insert, title);
    bind_text(insert, json);
    bind_int64(insert, cmd->scope.user);
    bind_int64(insert, cmd->scope.now_us);
    status = sql_run(insert, error);
    *id = last_insert_id(cmd->scope.database);
    if (status == ANNOPROJ_OK)
        command_event(cmd, &(event){.kind = EVENT_WORKFLOW_TEMPLATE_CREATE, .reference = *id});
    return status;
}

annoproj_status template_replace(command *cmd, int64_t id, const char *title, const char *json,
                                 annoproj_error **error) {
    static const char query[] = "UPDATE workflow_template SET title = ?, json = ?, edited_us = ? WHERE id = ?";
    annoproj_status status = workflow_check(cmd, json, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *update = sql(cmd->scope.database, query);
    bind_text(update, title);
    bind_text(update, json);
    bind_int64(update, cmd->scope.now_us);
    bind_int64(update, id);
    status = sql_run(update, error);
    if (status == ANNOPROJ_OK)
        command_event(cmd, &(event){.kind = EVENT_WORKFLOW_TEMPLATE_UPDATE, .reference = id});
    return status;
}

annoproj_status template_delete(command *cmd, int64_t id, annoproj_error **error) {
    static const char query[] = "DELETE FROM workflow_template WHERE id = ?";
    statement *forget = sql(cmd->scope.database, query);
    bind_int64(forget, id);
    annoproj_status status = sql_run(forget, error);
    if (status == ANNOPROJ_OK)
        command_event(cmd, &(event){.kind = EVENT_WORKFLOW_TEMPLATE_DELETE, .reference = id});
    return status;
}

annoproj_status template_text(scope *in, int64_t id, char **json, annoproj_error **error) {
    static const char query[] = "SELECT json FROM workflow_template WHERE id = ?";
    text out = {0};
    *json = NULL;
    statement *find = sql(in->database, query);
    bind_int64(find, id);
    const bool found = sql_row(find);
    if (found)
        text_append(&out, column_text(find, 0), column_length(find, 0));
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && !found)
        status = fail(error, ANNOPROJ_NOT_FOUND, "there is no workflow template %lld", (long long)id);
    if (status == ANNOPROJ_OK)
        status = text_take(&out, json, NULL, error);
    text_release(&out);
    return status;
}
