/* Deleting a project, bringing it back, and purging it for good. */
#include <string.h>

#include "failure.h"
#include "handle_call.h"
#include "options.h"
#include "project.h"
#include "purge.h"
#include "utf8.h"

#define ROWS_DEFAULT 10000
#define ROWS_MOST    1000000

typedef struct removal_call {
    const char *title;
    int64_t rows;
    annoproj_table *table;
} removal_call;

/* --- delete and restore ------------------------------------------------------------------------------------------- */

static annoproj_status check_title(scope *in, const char *given, annoproj_error **error) {
    static const char query[] = "SELECT title FROM project WHERE id = ?";
    annoproj_status status = ANNOPROJ_OK;
    statement *find = sql(in->database, query);
    bind_int64(find, in->project.id);
    if (sql_row(find) && strcmp(column_text(find, 0), given) != 0)
        status = fail(error, ANNOPROJ_INVALID, "project %lld is called %s, not %s: repeat its title to delete it",
                      (long long)in->project.id, QUOTED(column_text(find, 0)), QUOTED(given));
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

static annoproj_status set_deleted(command *cmd, bool deleted, annoproj_error **error) {
    static const char query[] = "UPDATE project SET deleted_us = ? WHERE id = ?";
    statement *update = sql(cmd->scope.database, query);
    if (deleted)
        bind_int64(update, cmd->scope.now_us);
    else
        bind_null(update);
    bind_int64(update, cmd->scope.project.id);
    command_event(cmd, &(event){.kind = deleted ? EVENT_PROJECT_DELETE : EVENT_PROJECT_RESTORE});
    return sql_run(update, error);
}

static annoproj_status delete_project(command *cmd, void *arguments, annoproj_error **error) {
    const removal_call *made = arguments;
    annoproj_status status = check_title(&cmd->scope, made->title, error);
    return status == ANNOPROJ_OK && !cmd->scope.project.deleted ? set_deleted(cmd, true, error) : status;
}

annoproj_status annoproj_project_delete(annoproj_project *project, const char *title, const annoproj_call *call,
                                        annoproj_error **error) {
    removal_call made = {.title = title};
    handle_call what = {.operation = ANNOPROJ_OPERATION_PROJECT_DELETE, .arguments = &made};
    clear_error(error);
    annoproj_status status = check_text(title, TEXT_TITLE, "title", error);
    if (status != ANNOPROJ_OK)
        return status;
    what.fingerprint = fingerprint_text(fingerprint_text(0, "project_delete"), title);
    return project_write(project, &what, delete_project, call, NULL, error);
}

static annoproj_status restore_project(command *cmd, void *arguments, annoproj_error **error) {
    (void)arguments;
    return cmd->scope.project.deleted ? set_deleted(cmd, false, error) : ANNOPROJ_OK;
}

annoproj_status annoproj_project_restore(annoproj_project *project, const annoproj_call *call, annoproj_error **error) {
    handle_call what = {.operation = ANNOPROJ_OPERATION_RESTORE, .fingerprint = fingerprint_text(0, "project_restore")};
    clear_error(error);
    return project_write(project, &what, restore_project, call, NULL, error);
}

/* --- purge ---------------------------------------------------------------------------------------------------------- */

/* From here on nobody but the purge sees the project, and nothing that goes on elsewhere may reach into it: datasets that grow
 * make no tasks there any more. */
static annoproj_status begin_purge(command *cmd, annoproj_error **error) {
    static const char detach[] = "DELETE FROM project_dataset WHERE project = ?";
    static const char begin[] = "UPDATE project SET purging = 1 WHERE id = ?";
    const int64_t project = cmd->scope.project.id;
    if (!cmd->scope.project.deleted)
        return fail(error, ANNOPROJ_STATE, "project %lld is not deleted: delete it before you purge it",
                    (long long)project);
    statement *update = sql(cmd->scope.database, begin);
    bind_int64(update, project);
    annoproj_status status = sql_run(update, error);
    if (status != ANNOPROJ_OK)
        return status;
    command_event(cmd, &(event){.kind = EVENT_PROJECT_PURGE, .reference = project});
    statement *remove = sql(cmd->scope.database, detach);
    bind_int64(remove, project);
    return sql_run(remove, error);
}

static annoproj_status purge_table(const bytes *result, annoproj_table **out, annoproj_error **error) {
    rows *table = rows_new(&row_purge_row);
    for (size_t i = 0; i < 3; i++)
        rows_int64(table, result_int64(result, i));
    rows_bool(table, result_int64(result, 3) != 0);
    return rows_finish(table, out, error);
}

/* The events are the store's: the project's own log is on its way out. The table is made before the commit, so that nothing
 * fails behind it. */
static annoproj_status purge_project(command *cmd, void *arguments, annoproj_error **error) {
    removal_call *made = arguments;
    int64_t removed = 0, tasks = 0, events = 0;
    bool done = false;
    (void)command_events_project(cmd, 0);
    annoproj_status status = cmd->scope.project.purging ? ANNOPROJ_OK : begin_purge(cmd, error);
    if (status == ANNOPROJ_OK)
        status = purge_step(cmd, made->rows, &removed, &done, error);
    if (status == ANNOPROJ_OK && done)
        command_event(cmd, &(event){.kind = EVENT_PROJECT_PURGED, .reference = cmd->scope.project.id});
    if (status == ANNOPROJ_OK)
        status = purge_left(&cmd->scope, &tasks, &events, error);
    command_result_int64(cmd, removed);
    command_result_int64(cmd, tasks);
    command_result_int64(cmd, events);
    command_result_int64(cmd, done);
    annoproj_table_free(made->table); /* of a run that was not the last */
    made->table = NULL;
    if (status == ANNOPROJ_OK)
        status = cmd->result.failed ? fail_memory(error) : purge_table(&cmd->result, &made->table, error);
    return status;
}

void annoproj_purge_options_init(annoproj_purge_options *options) {
    if (options)
        *options = (annoproj_purge_options)ANNOPROJ_PURGE_OPTIONS_INIT;
}

annoproj_status annoproj_project_purge(annoproj_project *project, const annoproj_purge_options *options,
                                       const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    annoproj_purge_options own;
    removal_call made = {0};
    handle_call what = {.operation = ANNOPROJ_OPERATION_PURGE, .arguments = &made};
    bytes result = {0};
    if (!result_place(table, sizeof *table, "table", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = options_read(&own, sizeof own, sizeof own, options, error);
    if (status == ANNOPROJ_OK && (own.rows < 0 || own.rows > ROWS_MOST))
        status = fail(error, ANNOPROJ_INVALID, "rows %lld: a step removes 1 to %d", (long long)own.rows, ROWS_MOST);
    if (status != ANNOPROJ_OK)
        return status;
    made.rows = own.rows == 0 ? ROWS_DEFAULT : own.rows;
    what.fingerprint = fingerprint_int64(fingerprint_text(0, "project_purge"), made.rows);
    status = project_write(project, &what, purge_project, call, &result, error);
    if (status == ANNOPROJ_OK && !made.table) /* a request key was repeated */
        status = purge_table(&result, &made.table, error);
    if (status == ANNOPROJ_OK)
        *table = made.table;
    else
        annoproj_table_free(made.table);
    bytes_release(&result);
    return status;
}
