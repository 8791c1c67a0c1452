/* Tasks as things to look at: open, get, list. */
#include <string.h>

#include "allocate.h"
#include "failure.h"
#include "options.h"
#include "handle_call.h"
#include "task.h"
#include "utf8.h"

typedef struct task_reading {
    const int64_t *ids;
    size_t count;
    annoproj_task_list_options options;
    annoproj_table *table;
} task_reading;

static annoproj_status see_task(scope *in, void *arguments, annoproj_error **error) {
    (void)in;
    (void)arguments;
    (void)error;
    return ANNOPROJ_OK; /* the gate has looked whether there is such a task for this session */
}

annoproj_status annoproj_task_open(annoproj_project *project, int64_t id, const annoproj_call *call,
                                   annoproj_task **task, annoproj_error **error) {
    project_identity *owner = NULL;
    if (!result_place(task, sizeof *task, "task", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = project_enter(project, &owner, error);
    if (status != ANNOPROJ_OK)
        return status;
    request asked = {
        .session = owner->session, .operation = ANNOPROJ_OPERATION_QUEUE, .subject = SUBJECT_TASK, .id = id};
    if (PROJECT_OF(id) != owner->id)
        status = fail(error, ANNOPROJ_NOT_FOUND, "project %lld has no task %lld", (long long)owner->id, (long long)id);
    else
        status = access_read(&asked, see_task, call, error);
    if (status == ANNOPROJ_OK)
        status = task_handle(owner->session, id, task, error);
    project_leave(owner);
    return status;
}

void annoproj_task_close(annoproj_task *task) {
    handle_close(task, HANDLE_TASK);
}

int64_t annoproj_task_id(const annoproj_task *task) {
    task_identity *identity = NULL;
    int64_t id = task && task_enter(task, &identity, NULL) == ANNOPROJ_OK ? identity->id : 0;
    task_leave(identity);
    return id;
}

static annoproj_status read_task(scope *in, void *arguments, annoproj_error **error) {
    task_reading *reading = arguments;
    rows *table = rows_new(&row_task_row);
    return finish_table(table, task_add_row(in, table, in->task.id, error), &reading->table, error);
}

annoproj_status annoproj_task_get(annoproj_task *task, const annoproj_call *call, annoproj_table **table,
                                  annoproj_error **error) {
    task_reading reading = {0};
    handle_call what = {.operation = ANNOPROJ_OPERATION_QUEUE, .arguments = &reading};
    return task_read_table(task, &what, read_task, call, &reading.table, table, error);
}

static annoproj_status read_tasks(scope *in, void *arguments, annoproj_error **error) {
    task_reading *reading = arguments;
    rows *table = rows_new(&row_task_row);
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < reading->count && status == ANNOPROJ_OK; i++) {
        status = access_task_facts(in, reading->ids[i], &in->task, error);
        if (status == ANNOPROJ_OK)
            status = access_gate(in, ANNOPROJ_OPERATION_QUEUE, error);
        if (status == ANNOPROJ_OK)
            status = task_add_row(in, table, reading->ids[i], error);
        if (status == ANNOPROJ_OK)
            status = bounds_check(in->bounds, error);
    }
    return finish_table(table, status, &reading->table, error);
}

annoproj_status annoproj_tasks_get(annoproj_project *project, const int64_t *tasks, size_t count,
                                   const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    task_reading reading = {.ids = tasks, .count = count};
    handle_call what = {.operation = ANNOPROJ_OPERATION_QUEUE, .arguments = &reading};
    if (!result_place(table, sizeof *table, "table", error) || !ids_given(tasks, count, "tasks", error))
        return ANNOPROJ_INVALID;
    return project_read_table(project, &what, read_tasks, call, &reading.table, table, error);
}

void annoproj_task_list_options_init(annoproj_task_list_options *options) {
    if (options)
        *options = (annoproj_task_list_options)ANNOPROJ_TASK_LIST_OPTIONS_INIT;
}

/* NOT_FOUND for the first id of a filter that names nothing in this project. */
static annoproj_status check_known(scope *in, const char *text, const char *what, const int64_t *ids, size_t count,
                                   annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++) {
        statement *find = sql(in->database, text);
        bind_int64(find, ids[i]);
        bind_int64(find, in->project.id);
        bool known = sql_row(find);
        status = sql_end(find, error);
        if (status == ANNOPROJ_OK && !known)
            status = fail(error, ANNOPROJ_NOT_FOUND, "there is no %s %lld", what, (long long)ids[i]);
    }
    return status;
}

static annoproj_status read_list(scope *in, void *arguments, annoproj_error **error) {
    static const char dataset_text[] = "SELECT 1 FROM project_dataset WHERE dataset = ? AND project = ?";
    static const char data_unit_text[] = "SELECT 1 FROM data_unit u JOIN project_dataset d ON d.dataset = u.id >> 32"
                                         " WHERE u.id = ? AND d.project = ?";
    static const char user_text[] =
        "SELECT 1 WHERE ?2 > 0 AND (?1 = 0 OR EXISTS(SELECT 1 FROM user WHERE id = ?1))"; /* 0 = nobody, or the host */
    task_reading *reading = arguments;
    const annoproj_task_list_options *options = &reading->options;
    rows *table = rows_new(&row_task_row);
    annoproj_status status = check_known(in, dataset_text, "dataset", options->datasets, options->dataset_count, error);
    if (status == ANNOPROJ_OK)
        status = check_known(in, data_unit_text, "data unit", options->data_units, options->data_unit_count, error);
    if (status == ANNOPROJ_OK)
        status = check_known(in, user_text, "user", options->assignees, options->assignee_count, error);
    if (status == ANNOPROJ_OK)
        status = check_known(in, user_text, "user", options->last_action_users, options->last_action_user_count, error);
    if (status == ANNOPROJ_OK)
        status = task_list_page(in, options, table, error);
    return finish_table(table, status, &reading->table, error);
}

static annoproj_status check_flags(const char *name, int32_t flags, int32_t known, const char *type,
                                   annoproj_error **error) {
    if (flags & ~known)
        return fail(error, ANNOPROJ_INVALID, "%s %d has a bit that is no %s", name, flags, type);
    return ANNOPROJ_OK;
}

static annoproj_status check_data_types(const annoproj_task_list_options *options, annoproj_error **error) {
    for (size_t i = 0; i < options->data_type_count; i++)
        if (options->data_types[i] < ANNOPROJ_DATA_IMAGE || options->data_types[i] > ANNOPROJ_DATA_TIME_SERIES)
            return fail(error, ANNOPROJ_INVALID, "data type %d (place %zu of the list) is no annoproj_data_type",
                        options->data_types[i], i);
    return ANNOPROJ_OK;
}

static annoproj_status check_list_texts(const annoproj_task_list_options *options, annoproj_error **error) {
    const char *const texts[] = {options->page, options->title, options->title_pattern, options->metadata};
    static const char *const names[] = {"page", "title", "title_pattern", "metadata"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i] && !utf8_valid(texts[i], strlen(texts[i])))
            return fail(error, ANNOPROJ_INVALID, "%s is not valid UTF-8: convert it", names[i]);
    return ANNOPROJ_OK;
}

static annoproj_status check_list_options(const annoproj_task_list_options *options, annoproj_error **error) {
    if ((options->stage_count > 0 && !options->stages) || (options->dataset_count > 0 && !options->datasets) ||
        (options->data_unit_count > 0 && !options->data_units) ||
        (options->assignee_count > 0 && !options->assignees) ||
        (options->last_action_user_count > 0 && !options->last_action_users) ||
        (options->data_type_count > 0 && !options->data_types))
        return fail(error, ANNOPROJ_INVALID, "a filter's array is NULL but its count is not 0");
    if (options->sort < ANNOPROJ_TASK_SORT_PRIORITY || options->sort > ANNOPROJ_TASK_SORT_LAST_ACTION)
        return fail(error, ANNOPROJ_INVALID, "sort %d is no annoproj_task_sort", options->sort);
    if (options->priority_least < 0 || options->priority_least > 100 || options->priority_below < 0 ||
        options->priority_below > 101)
        return fail(error, ANNOPROJ_INVALID, "priorities from %d and below %d: they go from 0 to 100",
                    options->priority_least, options->priority_below);
    annoproj_status status = check_flags("statuses", options->statuses,
                                         ANNOPROJ_TASK_NEW | ANNOPROJ_TASK_REOPENED | ANNOPROJ_TASK_SKIPPED |
                                             ANNOPROJ_TASK_COMPLETED,
                                         "annoproj_task_status", error);
    if (status == ANNOPROJ_OK)
        status = check_flags("derived_statuses", options->derived_statuses,
                             ANNOPROJ_DERIVED_NEW | ANNOPROJ_DERIVED_REOPENED | ANNOPROJ_DERIVED_SKIPPED |
                                 ANNOPROJ_DERIVED_COMPLETED | ANNOPROJ_DERIVED_ASSIGNED | ANNOPROJ_DERIVED_RELEASED,
                             "annoproj_derived_status", error);
    if (status == ANNOPROJ_OK)
        status = check_flags("issues", options->issues,
                             ANNOPROJ_ISSUE_STATE_UNRESOLVED | ANNOPROJ_ISSUE_STATE_RESOLVED |
                                 ANNOPROJ_ISSUE_STATE_NONE,
                             "annoproj_issue_state", error);
    if (status == ANNOPROJ_OK)
        status = check_data_types(options, error);
    return status == ANNOPROJ_OK ? check_list_texts(options, error) : status;
}

annoproj_status annoproj_task_list(annoproj_project *project, const annoproj_task_list_options *options,
                                   const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    task_reading reading = {0};
    handle_call what = {.operation = ANNOPROJ_OPERATION_QUEUE, .arguments = &reading};
    clear_error(error);
    if (table)
        *table = NULL;
    annoproj_status status = options_read(&reading.options, sizeof reading.options, sizeof reading.options, options,
                                          error);
    if (status == ANNOPROJ_OK)
        status = check_list_options(&reading.options, error);
    if (status != ANNOPROJ_OK)
        return status;
    return project_read_table(project, &what, read_list, call, &reading.table, table, error);
}
