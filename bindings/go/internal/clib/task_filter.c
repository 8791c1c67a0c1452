/* What a list of tasks is asked for. */
#include "failure.h"
#include "task_list.h"

void listed_task_read(statement *row, listed_task *out) {
    out->id = column_int64(row, 0);
    out->data_unit = column_int64(row, 1);
    out->title = column_text(row, 2);
    out->title_length = column_length(row, 2);
    out->data_type = (int32_t)column_int64(row, 3);
    out->stage = column_int64(row, 4);
    out->status = (int32_t)column_int64(row, 5);
    out->assignee = column_int64(row, 6);
    out->priority = column_int64(row, 7);
    out->entered_us = column_int64(row, 8);
    out->released = column_int64(row, 9) != 0;
    out->last_action_user = column_is_null(row, 10) ? -1 : column_int64(row, 10);
    out->last_action_us = column_is_null(row, 11) ? NEVER : column_int64(row, 11);
    out->open_issues = column_int64(row, 12);
    out->resolved_issues = column_int64(row, 13);
}

/* --- the options ------------------------------------------------------------------------------------------------------ */

annoproj_status task_filter_open(scope *in, const annoproj_task_list_options *options, task_filter *filter,
                                 annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    *filter = (task_filter){.in = in, .options = options};
    if (options->title && *options->title)
        status = pattern_substring(options->title, &filter->title, error);
    if (status == ANNOPROJ_OK && options->title_pattern && *options->title_pattern)
        status = pattern_compile(options->title_pattern, &filter->title_pattern, error);
    if (status == ANNOPROJ_OK && options->metadata && *options->metadata)
        status = wanted_metadata_parse(in->memory, options->metadata, &filter->metadata, error);
    filter->on_titles = filter->title || filter->title_pattern;
    filter->on_rows = options->dataset_count > 0 ||
                      (options->assignee_count > 0 && options->sort != ANNOPROJ_TASK_SORT_PRIORITY) ||
                      options->last_action_user_count > 0 || options->data_type_count > 0 || options->statuses != 0 ||
                      options->derived_statuses != 0 || options->issues != 0 || filter->metadata.count > 0 ||
                      (filter->on_titles && options->sort != ANNOPROJ_TASK_SORT_TITLE) ||
                      ((options->priority_least != 0 || options->priority_below != 0) &&
                       options->sort != ANNOPROJ_TASK_SORT_PRIORITY);
    return status;
}

void task_filter_close(task_filter *filter) {
    pattern_release(filter->title);
    pattern_release(filter->title_pattern);
}

static uint64_t print_ids(uint64_t print, const int64_t *ids, size_t count) {
    return fingerprint_bytes(fingerprint_int64(print, (int64_t)count), ids, count * sizeof *ids);
}

uint64_t task_filter_print(const task_filter *filter) {
    const annoproj_task_list_options *options = filter->options;
    uint64_t print = fingerprint_int64(fingerprint_text(0, "task_list"), filter->in->project.id);
    print = print_ids(print, options->stages, options->stage_count);
    print = print_ids(print, options->datasets, options->dataset_count);
    print = print_ids(print, options->data_units, options->data_unit_count);
    print = print_ids(print, options->assignees, options->assignee_count);
    print = print_ids(print, options->last_action_users, options->last_action_user_count);
    print = fingerprint_int64(print, (int64_t)options->data_type_count);
    print = fingerprint_bytes(print, options->data_types, options->data_type_count * sizeof *options->data_types);
    print = fingerprint_text(print, options->title);
    print = fingerprint_text(print, options->title_pattern);
    print = fingerprint_text(print, options->metadata);
    const int64_t numbers[] = {options->statuses,       options->derived_statuses, options->issues,
                               options->priority_least, options->priority_below,   options->sort,
                               options->reverse,        options->include_waiting};
    return fingerprint_bytes(print, numbers, sizeof numbers);
}

/* --- asking ----------------------------------------------------------------------------------------------------------- */

static bool in_list(const int64_t *values, size_t count, int64_t value) {
    for (size_t i = 0; i < count; i++)
        if (values[i] == value)
            return true;
    return count == 0;
}

static bool has_data_type(const annoproj_task_list_options *options, int32_t data_type) {
    for (size_t i = 0; i < options->data_type_count; i++)
        if (options->data_types[i] == data_type)
            return true;
    return options->data_type_count == 0;
}

static bool has_flag(int32_t flags, int32_t flag) {
    return flags == 0 || (flags & flag) != 0;
}

static int32_t issue_state(const listed_task *task) {
    if (task->open_issues > 0)
        return ANNOPROJ_ISSUE_STATE_UNRESOLVED;
    return task->resolved_issues > 0 ? ANNOPROJ_ISSUE_STATE_RESOLVED : ANNOPROJ_ISSUE_STATE_NONE;
}

/* What needs nothing but numbers of the row. */
static bool numbers_pass(const annoproj_task_list_options *options, const listed_task *task) {
    return in_list(options->assignees, options->assignee_count, task->assignee > 0 ? task->assignee : 0) &&
           in_list(options->datasets, options->dataset_count, PROJECT_OF(task->data_unit)) &&
           in_list(options->last_action_users, options->last_action_user_count, task->last_action_user) &&
           has_data_type(options, task->data_type) && has_flag(options->statuses, task->status) &&
           has_flag(options->derived_statuses, task_derived_status(task->status, task->assignee > 0, task->released)) &&
           has_flag(options->issues, issue_state(task)) && task->priority >= options->priority_least &&
           (options->priority_below == 0 || task->priority < options->priority_below);
}

annoproj_status task_filter_title(const task_filter *filter, const char *title, size_t length, bool *passes,
                                  annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    *passes = true;
    if (filter->title)
        status = pattern_match(filter->title, title, length, passes, error);
    if (status == ANNOPROJ_OK && *passes && filter->title_pattern)
        status = pattern_match(filter->title_pattern, title, length, passes, error);
    return status;
}

static annoproj_status metadata_passes(const task_filter *filter, int64_t data_unit, bool *passes,
                                       annoproj_error **error) {
    static const char text[] = "SELECT client_metadata FROM data_unit WHERE id = ?";
    annoproj_status status = ANNOPROJ_OK;
    statement *find = sql(filter->in->database, text);
    *passes = false;
    bind_int64(find, data_unit);
    if (sql_row(find))
        status = wanted_metadata_match(&filter->metadata, column_is_null(find, 0) ? NULL : column_text(find, 0), passes,
                                       error);
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

bool task_filter_is_consensus(const task_filter *filter, int64_t stage) {
    return filter->consensus_count > 0 && in_list(filter->consensus, filter->consensus_count, stage);
}

/* Branches that others have are not seen, and what waits is shown when it is asked for. */
static annoproj_status consensus_passes(const task_filter *filter, int64_t id, bool *passes, annoproj_error **error) {
    task_facts task;
    annoproj_status status = access_task_facts(filter->in, id, &task, error);
    *passes = status == ANNOPROJ_OK &&
              (filter->options->include_waiting ? access_sees_task : access_lists_task)(filter->in, &task);
    return status;
}

annoproj_status task_filter_passes(const task_filter *filter, const listed_task *task, bool *passes,
                                   annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    *passes = numbers_pass(filter->options, task);
    if (*passes && task_filter_is_consensus(filter, task->stage))
        status = consensus_passes(filter, task->id, passes, error);
    if (status == ANNOPROJ_OK && *passes && filter->on_titles)
        status = task_filter_title(filter, task->title, task->title_length, passes, error);
    if (status == ANNOPROJ_OK && *passes && filter->metadata.count > 0)
        status = metadata_passes(filter, task->data_unit, passes, error);
    return status;
}
