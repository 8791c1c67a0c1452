/* The numbers that projects and datasets give out, and the counters of projects. */
#include "failure.h"
#include "project.h"

#define NUMBER_MOST INT64_C(0xffffffff) /* ids are (owner << 32) + number */

static annoproj_status take_numbers(command *cmd, const char *update_text, const char *find_text, const char *what,
                                    int64_t owner, int64_t count, int64_t *first, annoproj_error **error) {
    int64_t last = 0;
    *first = 0;
    statement *update = sql(cmd->scope.database, update_text);
    bind_int64(update, count);
    bind_int64(update, owner);
    annoproj_status status = sql_run(update, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *find = sql(cmd->scope.database, find_text);
    bind_int64(find, owner);
    if (sql_row(find))
        last = column_int64(find, 0);
    status = sql_end(find, error);
    if (status == ANNOPROJ_OK && last > NUMBER_MOST)
        status = fail(error, ANNOPROJ_LIMIT, "%s %lld has given out all its numbers (%lld)", what, (long long)owner,
                      (long long)NUMBER_MOST);
    if (status == ANNOPROJ_OK)
        *first = last - count + 1;
    return status;
}

annoproj_status project_next_task(command *cmd, int64_t project, int64_t count, int64_t *first,
                                  annoproj_error **error) {
    static const char update[] = "UPDATE project_counter SET last_task = last_task + ? WHERE project = ?";
    static const char find[] = "SELECT last_task FROM project_counter WHERE project = ?";
    return take_numbers(cmd, update, find, "project", project, count, first, error);
}

annoproj_status project_next_label(command *cmd, int64_t project, int64_t count, int64_t *first,
                                   annoproj_error **error) {
    static const char update[] = "UPDATE project_counter SET last_label = last_label + ? WHERE project = ?";
    static const char find[] = "SELECT last_label FROM project_counter WHERE project = ?";
    return take_numbers(cmd, update, find, "project", project, count, first, error);
}

annoproj_status project_next_issue(command *cmd, int64_t project, int64_t *number, annoproj_error **error) {
    static const char update[] = "UPDATE project_counter SET last_issue = last_issue + ? WHERE project = ?";
    static const char find[] = "SELECT last_issue FROM project_counter WHERE project = ?";
    return take_numbers(cmd, update, find, "project", project, 1, number, error);
}

annoproj_status project_next_version(command *cmd, int64_t project, int64_t *number, annoproj_error **error) {
    static const char update[] = "UPDATE project_counter SET last_version = last_version + ? WHERE project = ?";
    static const char find[] = "SELECT last_version FROM project_counter WHERE project = ?";
    return take_numbers(cmd, update, find, "project", project, 1, number, error);
}

annoproj_status dataset_next_units(command *cmd, int64_t dataset, int64_t count, int64_t *first,
                                   annoproj_error **error) {
    static const char update[] = "UPDATE dataset SET data_units = data_units + ? WHERE id = ?";
    static const char find[] = "SELECT data_units FROM dataset WHERE id = ?";
    return take_numbers(cmd, update, find, "dataset", dataset, count, first, error);
}

annoproj_status project_insert_counter(command *cmd, int64_t project, annoproj_error **error) {
    static const char text[] =
        "INSERT INTO project_counter(project, last_task, last_label, last_issue, last_version, tasks, open_issues,"
        " instance_labels_created) VALUES(?, 0, 0, 0, 0, 0, 0, 0)";
    statement *insert = sql(cmd->scope.database, text);
    bind_int64(insert, project);
    return sql_run(insert, error);
}

annoproj_status project_touch(command *cmd, annoproj_error **error) {
    static const char text[] = "UPDATE project SET edited_us = ? WHERE id = ?";
    statement *update = sql(cmd->scope.database, text);
    bind_int64(update, cmd->scope.now_us);
    bind_int64(update, cmd->scope.project.id);
    return sql_run(update, error);
}

annoproj_status project_add_counts(command *cmd, int64_t project, int64_t tasks, int64_t open_issues,
                                   int64_t instance_labels_created, annoproj_error **error) {
    static const char text[] = "UPDATE project_counter SET tasks = tasks + ?, open_issues = open_issues + ?,"
                               " instance_labels_created = instance_labels_created + ? WHERE project = ?";
    if (tasks == 0 && open_issues == 0 && instance_labels_created == 0)
        return ANNOPROJ_OK;
    statement *update = sql(cmd->scope.database, text);
    bind_int64(update, tasks);
    bind_int64(update, open_issues);
    bind_int64(update, instance_labels_created);
    bind_int64(update, project);
    return sql_run(update, error);
}
