/* Datasets and projects: attach, detach, grow. */
#include "attach.h"

#include "failure.h"
#include "seen.h"
#include "task.h"
#include "workflow.h"

/* Only what the session may see: attaching must not be a way to read the datasets of others. */
static annoproj_status find_dataset(scope *in, int64_t dataset, int64_t *data_units, annoproj_error **error) {
    static const char query[] = "SELECT d.data_units FROM" SEER " JOIN dataset d ON d.id = ?5 WHERE" DATASET_SEEN;
    statement *find = sql(in->database, query);
    bind_seer(find, in);
    bind_int64(find, dataset);
    bool found = sql_row(find);
    *data_units = found ? column_int64(find, 0) : 0;
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && !found)
        status = fail(error, ANNOPROJ_NOT_FOUND, "there is no dataset %lld, or this session may not see it",
                      (long long)dataset);
    return status;
}

/* 1 = attached, 0 = was once, -1 = never. */
static annoproj_status attachment(scope *in, int64_t project, int64_t dataset, int *attached, annoproj_error **error) {
    static const char query[] = "SELECT attached FROM project_dataset WHERE project = ? AND dataset = ?";
    statement *find = sql(in->database, query);
    bind_int64(find, project);
    bind_int64(find, dataset);
    *attached = sql_row(find) ? (int)column_int64(find, 0) : -1;
    return sql_end(find, error);
}

static annoproj_status set_attached(command *cmd, int64_t project, int64_t dataset, bool attached,
                                    annoproj_error **error) {
    static const char query[] =
        "INSERT INTO project_dataset(project, dataset, number, attached)"
        " SELECT ?1, ?2, coalesce(max(number), 0) + 1, ?3 FROM project_dataset WHERE project = ?1"
        " ON CONFLICT(project, dataset) DO UPDATE SET attached = ?3";
    statement *put = sql(cmd->scope.database, query);
    bind_int64(put, project);
    bind_int64(put, dataset);
    bind_int64(put, attached);
    return sql_run(put, error);
}

/* Highest data unit number of a dataset that has a task in the project, removed ones included. */
static annoproj_status last_unit_with_task(scope *in, int64_t project, int64_t dataset, int64_t *number,
                                           annoproj_error **error) {
    static const char query[] =
        "SELECT max(data_unit) FROM task WHERE data_unit > ? AND data_unit < ? AND id >= ? AND id < ?";
    statement *find = sql(in->database, query);
    bind_int64(find, MAKE_ID(dataset, 0));
    bind_int64(find, MAKE_ID(dataset + 1, 0));
    bind_int64(find, MAKE_ID(project, 0));
    bind_int64(find, MAKE_ID(project + 1, 0));
    *number = sql_row(find) ? NUMBER_OF(column_int64(find, 0)) : 0;
    return sql_end(find, error);
}

annoproj_status dataset_attach(command *cmd, int64_t dataset, const uint8_t *written, int64_t *tasks,
                               annoproj_error **error) {
    int64_t project = cmd->scope.project.id, units = 0, stage = 0, last = 0, restored = 0, created = 0;
    int attached = -1;
    annoproj_status status = find_dataset(&cmd->scope, dataset, &units, error);
    if (status == ANNOPROJ_OK)
        status = attachment(&cmd->scope, project, dataset, &attached, error);
    if (status == ANNOPROJ_OK && attached == 1)
        status = fail(error, ANNOPROJ_EXISTS, "dataset %lld is attached to project %lld already", (long long)dataset,
                      (long long)project);
    if (status == ANNOPROJ_OK)
        status = set_attached(cmd, project, dataset, true, error);
    if (status != ANNOPROJ_OK)
        return status;
    command_event(cmd, &(event){.kind = EVENT_DATASET_ATTACH, .reference = dataset});
    status = workflow_first_stage(&cmd->scope, project, &stage, error);
    if (status == ANNOPROJ_OK && attached == 0)
        status = task_restore_dataset(cmd, project, dataset, &restored, error);
    if (status == ANNOPROJ_OK && attached == 0)
        status = last_unit_with_task(&cmd->scope, project, dataset, &last, error);
    if (status == ANNOPROJ_OK)
        status = task_create_for_dataset(cmd, project, dataset, last + 1, units, stage, written, &created, error);
    *tasks = restored + created;
    return status;
}

annoproj_status dataset_detach(command *cmd, int64_t dataset, int64_t *tasks, annoproj_error **error) {
    int64_t project = cmd->scope.project.id;
    int attached = -1;
    annoproj_status status = attachment(&cmd->scope, project, dataset, &attached, error);
    if (status == ANNOPROJ_OK && attached != 1)
        status = fail(error, ANNOPROJ_NOT_FOUND, "dataset %lld is not attached to project %lld", (long long)dataset,
                      (long long)project);
    if (status == ANNOPROJ_OK)
        status = set_attached(cmd, project, dataset, false, error);
    if (status != ANNOPROJ_OK)
        return status;
    status = task_remove_dataset(cmd, project, dataset, tasks, error);
    command_event(cmd, &(event){.kind = EVENT_DATASET_DETACH, .reference = dataset});
    return status;
}

annoproj_status dataset_grew(command *cmd, int64_t dataset, int64_t first, int64_t last, annoproj_error **error) {
    static const char query[] =
        "SELECT min(project) FROM project_dataset WHERE dataset = ? AND attached = 1 AND project > ?";
    annoproj_status status = ANNOPROJ_OK;
    for (int64_t project = 0; status == ANNOPROJ_OK;) {
        int64_t stage = 0, created = 0;
        statement *find = sql(cmd->scope.database, query);
        bind_int64(find, dataset);
        bind_int64(find, project);
        project = sql_row(find) ? column_int64(find, 0) : 0;
        status = sql_end(find, error);
        if (status != ANNOPROJ_OK || project == 0)
            break;
        int64_t before = command_events_project(cmd, project);
        status = workflow_first_stage(&cmd->scope, project, &stage, error);
        if (status == ANNOPROJ_OK)
            status = task_create_for_dataset(cmd, project, dataset, first, last, stage, NULL, &created, error);
        (void)command_events_project(cmd, before);
    }
    return status;
}
