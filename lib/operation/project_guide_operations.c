/* What a project tells those who work in it: whose it is, the annotation instructions, the layout of the label editor. */
#include <string.h>

#include "failure.h"
#include "handle_call.h"
#include "json_scan.h"
#include "project.h"
#include "rights.h"
#include "text.h"
#include "utf8.h"

typedef struct guide_call {
    int64_t user;
    const char *words; /* link or JSON */
    text out;
} guide_call;

static annoproj_status edited(command *cmd, annoproj_error **error) {
    command_event(cmd, &(event){.kind = EVENT_PROJECT_UPDATE});
    return project_touch(cmd, error);
}

/* --- owner ---------------------------------------------------------------------------------------------------------- */

static annoproj_status check_owner(scope *in, int64_t user, annoproj_error **error) {
    static const char query[] = "SELECT role FROM collaborator WHERE project = ? AND user = ?";
    statement *find = sql(in->database, query);
    bind_int64(find, in->project.id);
    bind_int64(find, user);
    bool found = sql_row(find);
    int32_t role = found ? (int32_t)column_int64(find, 0) : 0;
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && !found)
        status = fail(error, ANNOPROJ_NOT_FOUND, "user %lld is no collaborator of project %lld", (long long)user,
                      (long long)in->project.id);
    if (status == ANNOPROJ_OK && role_right(role, ANNOPROJ_OPERATION_SETTINGS) != RIGHT_YES)
        status = fail(error, ANNOPROJ_STATE, "user %lld is no admin of project %lld: make the user one first",
                      (long long)user, (long long)in->project.id);
    return status;
}

static annoproj_status set_owner(command *cmd, void *arguments, annoproj_error **error) {
    static const char query[] = "UPDATE project SET owner = ? WHERE id = ?";
    const guide_call *made = arguments;
    annoproj_status status = check_owner(&cmd->scope, made->user, error);
    if (status != ANNOPROJ_OK || cmd->scope.project.owner == made->user)
        return status;
    statement *update = sql(cmd->scope.database, query);
    bind_int64(update, made->user);
    bind_int64(update, cmd->scope.project.id);
    status = sql_run(update, error);
    command_event(cmd, &(event){.kind = EVENT_PROJECT_OWNER, .credited = made->user});
    return status == ANNOPROJ_OK ? project_touch(cmd, error) : status;
}

annoproj_status annoproj_project_set_owner(annoproj_project *project, int64_t user, const annoproj_call *call,
                                           annoproj_error **error) {
    guide_call made = {.user = user};
    handle_call what = {.operation = ANNOPROJ_OPERATION_SETTINGS,
                        .arguments = &made,
                        .fingerprint = fingerprint_int64(fingerprint_text(0, "project_set_owner"), user)};
    clear_error(error);
    return project_write(project, &what, set_owner, call, NULL, error);
}

/* --- instructions ----------------------------------------------------------------------------------------------------- */

static annoproj_status set_instructions(command *cmd, void *arguments, annoproj_error **error) {
    static const char query[] = "UPDATE project SET instructions = ? WHERE id = ?";
    const guide_call *made = arguments;
    statement *update = sql(cmd->scope.database, query);
    bind_text(update, made->words);
    bind_int64(update, cmd->scope.project.id);
    annoproj_status status = sql_run(update, error);
    return status == ANNOPROJ_OK ? edited(cmd, error) : status;
}

annoproj_status annoproj_project_set_instructions(annoproj_project *project, const char *link,
                                                  const annoproj_call *call, annoproj_error **error) {
    guide_call made = {.words = link};
    handle_call what = {.operation = ANNOPROJ_OPERATION_SETTINGS, .arguments = &made};
    clear_error(error);
    annoproj_status status = check_text(link, TEXT_LINK, "link", error);
    if (status != ANNOPROJ_OK)
        return status;
    what.fingerprint = fingerprint_text(fingerprint_text(0, "project_set_instructions"), link);
    return project_write(project, &what, set_instructions, call, NULL, error);
}

/* --- editor layout ------------------------------------------------------------------------------------------------------ */

/* Kept as it is, so only whether it is JSON is looked at. */
static annoproj_status check_json(const char *json, annoproj_error **error) {
    const json_limits limits = {.depth = 512, .string_length = strlen(json) + 1, .key_length = strlen(json) + 1};
    json_scan *scan = NULL;
    json_token token = {.kind = JSON_NULL};
    annoproj_status status = json_scan_memory(json, strlen(json), &limits, &scan, error);
    while (status == ANNOPROJ_OK && token.kind != JSON_END)
        status = json_next(scan, &token, error);
    json_scan_release(scan);
    return status;
}

static annoproj_status set_layout(command *cmd, void *arguments, annoproj_error **error) {
    static const char put[] = "INSERT OR REPLACE INTO editor_layout(project, json) VALUES(?, ?)";
    static const char delete[] = "DELETE FROM editor_layout WHERE project = ?";
    const guide_call *made = arguments;
    statement *change = sql(cmd->scope.database, made->words ? put : delete);
    bind_int64(change, cmd->scope.project.id);
    if (made->words)
        bind_text(change, made->words);
    annoproj_status status = sql_run(change, error);
    return status == ANNOPROJ_OK ? edited(cmd, error) : status;
}

annoproj_status annoproj_project_set_editor_layout(annoproj_project *project, const char *json,
                                                   const annoproj_call *call, annoproj_error **error) {
    guide_call made = {.words = json};
    handle_call what = {.operation = ANNOPROJ_OPERATION_SETTINGS, .arguments = &made};
    clear_error(error);
    annoproj_status status = json ? check_text(json, TEXT_JSON, "json", error) : ANNOPROJ_OK;
    if (status == ANNOPROJ_OK && json)
        status = check_json(json, error);
    if (status != ANNOPROJ_OK)
        return status;
    what.fingerprint = fingerprint_text(fingerprint_text(0, "project_set_editor_layout"), json);
    return project_write(project, &what, set_layout, call, NULL, error);
}

static annoproj_status read_layout(scope *in, void *arguments, annoproj_error **error) {
    static const char query[] = "SELECT json FROM editor_layout WHERE project = ?";
    guide_call *made = arguments;
    statement *find = sql(in->database, query);
    bind_int64(find, in->project.id);
    if (sql_row(find))
        text_append(&made->out, column_text(find, 0), column_length(find, 0));
    return sql_end(find, error);
}

annoproj_status annoproj_project_editor_layout(annoproj_project *project, const annoproj_call *call, char **json,
                                               annoproj_error **error) {
    guide_call made = {0};
    handle_call what = {.operation = ANNOPROJ_OPERATION_PROJECT_SEE, .arguments = &made};
    if (!result_place(json, sizeof *json, "json", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = project_read(project, &what, read_layout, call, error);
    if (status == ANNOPROJ_OK)
        status = text_take(&made.out, json, NULL, error);
    text_release(&made.out);
    return status;
}
