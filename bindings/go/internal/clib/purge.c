/* Taking a project out of the store (purge.h).
 *
 * Every table that holds rows of projects has a statement here, and a test compares the list with the schema. Statements
 * remove a limited number of rows, by ranges of ids: what belongs to a project lies together. First the tasks go, some at
 * a time with all that hangs on them, so that what is left can be told; then the log, from its beginning; then the rest. */
#include "purge.h"

#include "event_log.h"

#define TASKS_AT_ONCE 256
#define SEGMENT       16384 /* events */

typedef struct purge_rule {
    const char *remove; /* ?1 to before ?2, at most ?3 rows */
    int64_t weight;     /* what one row counts: as many ordinary ones */
} purge_rule;

#define LIMITED(table, columns, key)                                                                                   \
    "DELETE FROM " table " WHERE (" columns ") IN (SELECT " columns " FROM " table " WHERE " key " >= ?1 AND " key     \
    " < ?2 LIMIT ?3)"

/* Ranges of tasks. */
static const purge_rule of_tasks[] = {
    {LIMITED("label", "task, number", "task"), 1},          {LIMITED("label_review", "task, label, stage", "task"), 1},
    {LIMITED("label_published", "task, label", "task"), 1}, {LIMITED("label_state", "task", "task"), 1},
    {LIMITED("task_skip", "task, user", "task"), 1},        {LIMITED("task_worker", "task, stage, user", "task"), 1},
    {LIMITED("task_submitter", "task, user", "task"), 1},   {LIMITED("task_stay", "task, number", "task"), 1},
};
static const purge_rule tasks = {LIMITED("task", "id", "id"), 1};

/* Ranges of ids of the whole project. A segment's column is a blob of some hundred kilobytes. */
static const purge_rule of_ranges[] = {
    {LIMITED("issue_comment", "issue, number", "issue"), 1},
    {LIMITED("issue_tag", "issue, tag", "issue"), 1},
    {LIMITED("issue_history", "issue, number", "issue"), 1},
    {LIMITED("issue", "id", "id"), 1},
    {LIMITED("label_version_part", "version, position", "version"), 1},
    {LIMITED("label_version", "id", "id"), 1},
    /* Heartbeats lie by user: one look for each. */
    {"DELETE FROM heartbeat WHERE (user, task) IN (SELECT h.user, h.task FROM (SELECT 0 AS id UNION ALL SELECT id FROM "
     "user)"
     " u CROSS JOIN heartbeat h ON h.user = u.id AND h.task >= ?1 AND h.task < ?2 LIMIT ?3)",
     1},
    {LIMITED("router_task", "stage, task", "stage"), 1},
    {LIMITED("queue_passed", "stage, assignee, user, priority, until_us, until_task", "stage"), 1},
    {LIMITED("event_column", "id", "id"), 64},
    {LIMITED("event_segment", "id", "id"), 1},
    {LIMITED("event_tail", "id", "id"), 16},
    {LIMITED("task_titles", "id", "id"), 8},
    {LIMITED("task_vector", "id", "id"), 8},
    {LIMITED("task_count", "stage, assignee", "stage"), 1},
    {LIMITED("router_user", "stage, user", "stage"), 1},
    {LIMITED("router_count", "stage, position", "stage"), 1},
    {LIMITED("stage_member", "stage, user", "stage"), 1},
    {LIMITED("stage_pathway", "stage, position", "stage"), 1},
    {LIMITED("stage_edge", "stage, name", "stage"), 1},
    {LIMITED("stage", "id", "id"), 1},
};

/* The project's number from ?1 to before ?2. The project itself goes last: its collaborators may purge until then. */
static const purge_rule of_numbers[] = {
    {LIMITED("label_content", "id", "project"), 8},
    {LIMITED("outbox", "project, seq", "project"), 1},
    {LIMITED("outbox_state", "project", "project"), 1},
    {LIMITED("event_summary", "project", "project"), 64},
    {LIMITED("event_log", "project", "project"), 1},
    {LIMITED("workflow", "project", "project"), 64},
    {LIMITED("editor_layout", "project", "project"), 64},
    {LIMITED("project_tag", "project, tag", "project"), 1},
    {LIMITED("project_dataset", "project, dataset", "project"), 1},
    {LIMITED("project_counter", "project", "project"), 1},
    {LIMITED("collaborator", "project, user", "project"), 1},
    {LIMITED("project", "id", "id"), 1},
};

#define COUNT(rules) (sizeof(rules) / sizeof *(rules))

typedef struct purge {
    command *cmd;
    int64_t budget, removed;
} purge;

static annoproj_status remove_rows(purge *run, const purge_rule *rule, int64_t from, int64_t until,
                                   annoproj_error **error) {
    static const char changes[] = "SELECT changes()";
    if (run->budget <= 0)
        return ANNOPROJ_OK;
    statement *delete = sql(run->cmd->scope.database, rule->remove);
    bind_int64(delete, from);
    bind_int64(delete, until);
    bind_int64(delete, (run->budget + rule->weight - 1) / rule->weight);
    annoproj_status status = sql_run(delete, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *count = sql(run->cmd->scope.database, changes);
    int64_t removed = sql_row(count) ? column_int64(count, 0) : 0;
    run->removed += removed;
    run->budget -= removed * rule->weight;
    return sql_end(count, error);
}

static annoproj_status remove_all(purge *run, const purge_rule *rules, size_t count, int64_t from, int64_t until,
                                  annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < count && run->budget > 0 && status == ANNOPROJ_OK; i++)
        status = remove_rows(run, &rules[i], from, until, error);
    return status;
}

/* The first id of a range, 0 when there is none. */
static annoproj_status first_id(scope *in, const char *query, int64_t *id, annoproj_error **error) {
    statement *find = sql(in->database, query);
    bind_int64(find, MAKE_ID(in->project.id, 0));
    bind_int64(find, MAKE_ID(in->project.id + 1, 0));
    *id = sql_row(find) ? column_int64(find, 0) : 0;
    return sql_end(find, error);
}

static const char first_task[] = "SELECT min(id) FROM task WHERE id >= ? AND id < ?";
static const char last_task[] = "SELECT max(id) FROM task WHERE id >= ? AND id < ?";
static const char first_column[] = "SELECT min(id) FROM event_column WHERE id >= ? AND id < ?";
static const char first_tail[] = "SELECT min(id) FROM event_tail WHERE id >= ? AND id < ?";

static annoproj_status remove_tasks(purge *run, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    while (run->budget > 0 && status == ANNOPROJ_OK) {
        int64_t from = 0;
        status = first_id(&run->cmd->scope, first_task, &from, error);
        if (status != ANNOPROJ_OK || from == 0)
            break;
        status = remove_all(run, of_tasks, COUNT(of_tasks), from, from + TASKS_AT_ONCE, error);
        if (status == ANNOPROJ_OK)
            status = remove_rows(run, &tasks, from, from + TASKS_AT_ONCE, error);
    }
    return status;
}

annoproj_status purge_step(command *cmd, int64_t budget, int64_t *removed, bool *done, annoproj_error **error) {
    const int64_t project = cmd->scope.project.id;
    purge run = {.cmd = cmd, .budget = budget};
    annoproj_status status = remove_tasks(&run, error);
    if (status == ANNOPROJ_OK)
        status = remove_all(&run, of_ranges, COUNT(of_ranges), MAKE_ID(project, 0), MAKE_ID(project + 1, 0), error);
    if (status == ANNOPROJ_OK)
        status = remove_all(&run, of_numbers, COUNT(of_numbers), project, project + 1, error);
    *removed = run.removed;
    if (status != ANNOPROJ_OK)
        return status;
    static const char there[] = "SELECT 1 FROM project WHERE id = ?";
    statement *find = sql(cmd->scope.database, there);
    bind_int64(find, project);
    *done = !sql_row(find);
    return sql_end(find, error);
}

annoproj_status purge_left(scope *in, int64_t *tasks_left, int64_t *events_left, annoproj_error **error) {
    int64_t first = 0, last = 0, column = 0, tail = 0;
    event_log log = {0};
    annoproj_status status = first_id(in, first_task, &first, error);
    if (status == ANNOPROJ_OK)
        status = first_id(in, last_task, &last, error);
    if (status == ANNOPROJ_OK)
        status = first_id(in, first_column, &column, error);
    if (status == ANNOPROJ_OK)
        status = first_id(in, first_tail, &tail, error);
    if (status == ANNOPROJ_OK && tail != 0) /* the end of the tail is the last of the log's rows that goes */
        status = event_log_read(in->database, in->project.id, &log, error);
    *tasks_left = first == 0 ? 0 : last - first + 1;
    *events_left = column != 0 ? log.last_seq - (NUMBER_OF(column) >> 8) * SEGMENT
                   : tail != 0 ? log.last_seq - log.tail_first + 1
                               : 0;
    return status;
}
