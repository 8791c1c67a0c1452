/* The tasks of a dataset: made when it is attached or grows, removed with it, restored with it. */
#include "failure.h"
#include "project.h"
#include "task.h"
#include "task_count.h"
#include "task_vector.h"

#define DEFAULT_PRIORITY 50

static annoproj_status dataset_number(scope *in, int64_t project, int64_t dataset, int32_t *number,
                                      annoproj_error **error) {
    static const char text[] = "SELECT number FROM project_dataset WHERE project = ? AND dataset = ?";
    statement *find = sql(in->database, text);
    *number = 0;
    bind_int64(find, project);
    bind_int64(find, dataset);
    if (sql_row(find))
        *number = (int32_t)column_int64(find, 0);
    return sql_end(find, error);
}

static annoproj_status insert_tasks(command *cmd, int64_t first_task, int64_t first_unit, int64_t count, int64_t stage,
                                    annoproj_error **error) {
    static const char text[] = "INSERT INTO task(id, data_unit, stage, status, assignee, assigned_by, exclusion, "
                               "priority, entered_us, released,"
                               " returned, version, last_submitter, open_issues, resolved_issues, removed_stage)"
                               " VALUES(?, ?, ?, ?, 0, 0, 0, ?, ?, 0, 0, 0, 0, 0, 0, 0)";
    statement *insert = sql(cmd->scope.database, text);
    bool good = true;
    for (int64_t i = 0; i < count && good; i++) {
        if (i > 0)
            sql_again(insert);
        bind_int64(insert, first_task + i);
        bind_int64(insert, first_unit + i);
        bind_int64(insert, stage);
        bind_int64(insert, ANNOPROJ_TASK_NEW);
        bind_int64(insert, DEFAULT_PRIORITY);
        bind_int64(insert, cmd->scope.now_us);
        good = sql_step_run(insert);
        command_event(cmd, &(event){.kind = EVENT_TASK_CREATE,
                                    .task = NUMBER_OF(first_task + i),
                                    .stage = (int32_t)NUMBER_OF(stage),
                                    .reference = first_unit + i});
    }
    return sql_end(insert, error);
}

annoproj_status task_create_for_dataset(command *cmd, int64_t project, int64_t dataset, int64_t first_number,
                                        int64_t last_number, int64_t stage, int64_t *created, annoproj_error **error) {
    int64_t count = last_number - first_number + 1, first = 0;
    int32_t number = 0;
    *created = 0;
    if (count <= 0)
        return ANNOPROJ_OK;
    annoproj_status status = dataset_number(&cmd->scope, project, dataset, &number, error);
    if (status == ANNOPROJ_OK)
        status = project_next_task(cmd, project, count, &first, error);
    if (status == ANNOPROJ_OK)
        status = insert_tasks(cmd, MAKE_ID(project, first), MAKE_ID(dataset, first_number), count, stage, error);
    if (status == ANNOPROJ_OK)
        status = task_count_add(cmd, stage, 0, count, error);
    if (status == ANNOPROJ_OK)
        status = project_add_counts(cmd, project, count, 0, 0, error);
    if (status == ANNOPROJ_OK)
        status = task_vector_set(cmd, project, TASK_ATTRIBUTE_DATASET, first, count, number, error);
    if (status == ANNOPROJ_OK)
        status = task_vector_set(cmd, project, TASK_ATTRIBUTE_STAGE, first, count, (int32_t)NUMBER_OF(stage), error);
    if (status == ANNOPROJ_OK)
        *created = count;
    return status;
}

/* One task leaves its stage, or comes back to the one it left. */
static annoproj_status set_removed(command *cmd, const task_facts *task, int64_t stage, bool removed,
                                   annoproj_error **error) {
    static const char remove_text[] = "UPDATE task SET removed_stage = stage, stage = 0 WHERE id = ?";
    static const char restore_text[] = "UPDATE task SET stage = removed_stage, removed_stage = 0 WHERE id = ?";
    int64_t project = PROJECT_OF(task->id);
    statement *update = sql(cmd->scope.database, removed ? remove_text : restore_text);
    bind_int64(update, task->id);
    annoproj_status status = sql_run(update, error);
    if (status == ANNOPROJ_OK)
        status = task_count_add(cmd, stage, task->assignee, removed ? -1 : 1, error);
    if (status == ANNOPROJ_OK)
        status = task_vector_set(cmd, project, TASK_ATTRIBUTE_STAGE, NUMBER_OF(task->id), 1,
                                 removed ? 0 : (int32_t)NUMBER_OF(stage), error);
    if (status == ANNOPROJ_OK)
        status = project_add_counts(cmd, project, removed ? -1 : 1, removed ? -task->open_issues : task->open_issues, 0,
                                    error);
    if (status == ANNOPROJ_OK)
        command_event(cmd, &(event){.kind = removed ? EVENT_TASK_REMOVE : EVENT_TASK_RESTORE,
                                    .task = NUMBER_OF(task->id),
                                    .stage = (int32_t)NUMBER_OF(stage),
                                    .credited = task->assignee});
    return status;
}

/* Walks the project's tasks of a dataset that are removed, or are not, in order of data unit. */
static annoproj_status switch_dataset(command *cmd, int64_t project, int64_t dataset, bool removed, int64_t *count,
                                      annoproj_error **error) {
    static const char text[] = "SELECT id, data_unit, stage, removed_stage, assignee, open_issues FROM task"
                               " WHERE data_unit > ? AND data_unit < ? AND id >= ? AND id < ? AND (stage <> 0) = ?"
                               " ORDER BY data_unit LIMIT 1";
    annoproj_status status = ANNOPROJ_OK;
    *count = 0;
    for (int64_t at = MAKE_ID(dataset, 0); status == ANNOPROJ_OK;) {
        task_facts task = {0};
        int64_t stage = 0;
        statement *find = sql(cmd->scope.database, text);
        bind_int64(find, at);
        bind_int64(find, MAKE_ID(dataset + 1, 0));
        bind_int64(find, MAKE_ID(project, 0));
        bind_int64(find, MAKE_ID(project + 1, 0));
        bind_int64(find, removed);
        if (sql_row(find)) {
            task.id = column_int64(find, 0);
            at = column_int64(find, 1);
            stage = column_int64(find, removed ? 2 : 3);
            task.assignee = column_int64(find, 4);
            task.open_issues = (int32_t)column_int64(find, 5);
        }
        status = sql_end(find, error);
        if (task.id == 0)
            break;
        if (status == ANNOPROJ_OK)
            status = set_removed(cmd, &task, stage, removed, error);
        if (status == ANNOPROJ_OK)
            ++*count;
        if (status == ANNOPROJ_OK)
            status = bounds_check(cmd->scope.bounds, error);
    }
    return status;
}

annoproj_status task_remove_dataset(command *cmd, int64_t project, int64_t dataset, int64_t *removed,
                                    annoproj_error **error) {
    return switch_dataset(cmd, project, dataset, true, removed, error);
}

annoproj_status task_restore_dataset(command *cmd, int64_t project, int64_t dataset, int64_t *restored,
                                     annoproj_error **error) {
    return switch_dataset(cmd, project, dataset, false, restored, error);
}
