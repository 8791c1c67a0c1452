/* Public functions: settings of the store and of projects. */
#include "failure.h"
#include "handle_call.h"
#include "settings.h"

typedef struct setting_call {
    annoproj_setting setting;
    int64_t value;
    annoproj_table *table;
} setting_call;

static annoproj_status read_store(scope *in, void *arguments, annoproj_error **error) {
    setting_call *made = arguments;
    setting_values values = {{0}};
    annoproj_status status = settings_of_store(in, &values, error);
    return status == ANNOPROJ_OK ? setting_table(&values, &made->table, error) : status;
}

annoproj_status annoproj_store_settings(annoproj_session *handle, const annoproj_call *call, annoproj_table **table,
                                        annoproj_error **error) {
    setting_call made = {0};
    handle_call what = {.arguments = &made};
    return session_read_table(handle, &what, read_store, call, &made.table, table, error);
}

static annoproj_status read_project(scope *in, void *arguments, annoproj_error **error) {
    setting_call *made = arguments;
    setting_values values = {{0}};
    annoproj_status status = settings_of_project(in, in->project.id, &values, error);
    return status == ANNOPROJ_OK ? setting_table(&values, &made->table, error) : status;
}

annoproj_status annoproj_project_settings(annoproj_project *project, const annoproj_call *call, annoproj_table **table,
                                          annoproj_error **error) {
    setting_call made = {0};
    handle_call what = {.operation = ANNOPROJ_OPERATION_PROJECT_SEE, .arguments = &made};
    return project_read_table(project, &what, read_project, call, &made.table, table, error);
}

static annoproj_status set_store(command *cmd, void *arguments, annoproj_error **error) {
    const setting_call *made = arguments;
    setting_values now = {{0}};
    annoproj_status status = settings_of_store(&cmd->scope, &now, error);
    if (status != ANNOPROJ_OK || now.value[made->setting] == made->value)
        return status;
    return setting_set_store(cmd, made->setting, made->value, error);
}

static annoproj_status set_project(command *cmd, void *arguments, annoproj_error **error) {
    const setting_call *made = arguments;
    setting_values now = {{0}};
    annoproj_status status = settings_of_project(&cmd->scope, cmd->scope.project.id, &now, error);
    if (status != ANNOPROJ_OK || now.value[made->setting] == made->value)
        return status;
    return setting_set_project(cmd, made->setting, made->value, error);
}

static uint64_t print_setting(const char *function, const setting_call *made) {
    return fingerprint_int64(fingerprint_int64(fingerprint_text(0, function), made->setting), made->value);
}

annoproj_status annoproj_store_setting_set(annoproj_session *handle, annoproj_setting setting, int64_t value,
                                           const annoproj_call *call, annoproj_error **error) {
    setting_call made = {.setting = setting, .value = value};
    handle_call what = {.operation = ANNOPROJ_OPERATION_STORE_SETTINGS, .arguments = &made};
    clear_error(error);
    annoproj_status status = setting_check(setting, value, error);
    if (status != ANNOPROJ_OK)
        return status;
    what.fingerprint = print_setting("store_setting_set", &made);
    return session_write(handle, &what, set_store, call, NULL, error);
}

annoproj_status annoproj_project_setting_set(annoproj_project *project, annoproj_setting setting, int64_t value,
                                             const annoproj_call *call, annoproj_error **error) {
    setting_call made = {.setting = setting, .value = value};
    handle_call what = {.operation = ANNOPROJ_OPERATION_SETTINGS, .arguments = &made};
    clear_error(error);
    annoproj_status status = setting_check(setting, value, error);
    if (status != ANNOPROJ_OK)
        return status;
    what.fingerprint = print_setting("project_setting_set", &made);
    return project_write(project, &what, set_project, call, NULL, error);
}
