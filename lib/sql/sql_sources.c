/* The tables that the extension shows, each by the public function that gives it (sql_table.h). */
#include "sql_table.h"

static annoproj_status users(const sql_place *at, annoproj_table **page, annoproj_error **error) {
    return at->key != 0 ? annoproj_user_get(at->session, at->key, NULL, page, error)
                        : annoproj_user_list(at->session, NULL, page, error);
}

static annoproj_status projects(const sql_place *at, annoproj_table **page, annoproj_error **error) {
    annoproj_project_list_options options = ANNOPROJ_PROJECT_LIST_OPTIONS_INIT;
    options.page = at->token;
    options.deleted = ANNOPROJ_DELETED_ALSO;
    return at->key != 0 ? annoproj_projects_get(at->session, &at->key, 1, NULL, page, error)
                        : annoproj_project_list(at->session, &options, NULL, page, error);
}

static annoproj_status datasets(const sql_place *at, annoproj_table **page, annoproj_error **error) {
    return at->key != 0 ? annoproj_dataset_get(at->session, at->key, NULL, page, error)
                        : annoproj_dataset_list(at->session, NULL, page, error);
}

static annoproj_status data_units(const sql_place *at, annoproj_table **page, annoproj_error **error) {
    annoproj_page_options options = ANNOPROJ_PAGE_OPTIONS_INIT;
    options.page = at->token;
    return at->key != 0 ? annoproj_data_unit_get(at->session, at->key, NULL, page, error)
                        : annoproj_data_unit_list(at->session, at->owner, &options, NULL, page, error);
}

static annoproj_status features(const sql_place *at, annoproj_table **page, annoproj_error **error) {
    return annoproj_ontology_features(at->session, at->owner, NULL, page, error);
}

static annoproj_status stages(const sql_place *at, annoproj_table **page, annoproj_error **error) {
    return annoproj_stage_list(at->project, NULL, page, error);
}

static annoproj_status tasks(const sql_place *at, annoproj_table **page, annoproj_error **error) {
    annoproj_task_list_options options = ANNOPROJ_TASK_LIST_OPTIONS_INIT;
    options.page = at->token;
    options.include_waiting = true;
    return at->key != 0 ? annoproj_tasks_get(at->project, &at->key, 1, NULL, page, error)
                        : annoproj_task_list(at->project, &options, NULL, page, error);
}

static annoproj_status issues(const sql_place *at, annoproj_table **page, annoproj_error **error) {
    annoproj_issue_list_options options = ANNOPROJ_ISSUE_LIST_OPTIONS_INIT;
    options.page = at->token;
    return at->key != 0 ? annoproj_issues_get(at->project, &at->key, 1, NULL, page, error)
                        : annoproj_issue_list(at->project, &options, NULL, page, error);
}

const sql_source sql_sources[] = {
    {"annoproj_users", &row_user_row, OWNER_NONE, "user", false, "\"user\"", users},
    {"annoproj_projects", &row_project_row, OWNER_NONE, "project", false, "\"project\"", projects},
    {"annoproj_datasets", &row_dataset_row, OWNER_NONE, "dataset", false, "\"dataset\"", datasets},
    {"annoproj_data_units", &row_data_unit_row, OWNER_DATASET, "data_unit", true, "\"data_unit\"", data_units},
    {"annoproj_features", &row_feature_row, OWNER_ONTOLOGY, NULL, false, "\"ontology\", \"feature\"", features},
    {"annoproj_stages", &row_stage_row, OWNER_PROJECT, NULL, false, "\"stage\"", stages},
    {"annoproj_tasks", &row_task_row, OWNER_PROJECT, "task", true, "\"task\"", tasks},
    {"annoproj_issues", &row_issue_row, OWNER_PROJECT, "issue", true, "\"issue\"", issues},
    {"annoproj_labels", &sql_label_type, OWNER_PROJECT, "task", true, "\"task\", \"label\"", sql_label_page},
    {"annoproj_geometry", &sql_geometry_type, OWNER_PROJECT, "task", true, "\"task\", \"label\", \"frame\", \"part\"",
     sql_geometry_page},
    {"annoproj_answers", &sql_answer_type, OWNER_PROJECT, "task", true, "\"task\", \"label\", \"answer\"",
     sql_answer_page},
    {NULL, NULL, OWNER_NONE, NULL, false, NULL, NULL},
};
