/* Issues as things to read: of a task with comments and history, by id, and as a list. */
#include <string.h>

#include "failure.h"
#include "handle_call.h"
#include "issue_list.h"
#include "options.h"
#include "project.h"
#include "row_cells.h"
#include "utf8.h"

typedef struct issue_reading {
    annoproj_issue_list_options options;
    const int64_t *ids;
    size_t count;
    annoproj_table *table;
} issue_reading;

/* --- of a task -------------------------------------------------------------------------------------------------------- */

/* Issues are on the task itself: whoever works on a branch of it reads what its review said. */
static int64_t issues_of(const scope *in) {
    return in->task.parent != 0 ? in->task.parent : in->task.id;
}

static annoproj_status read_issues(scope *in, void *arguments, annoproj_error **error) {
    static const char query[] = "SELECT id FROM issue WHERE task = ? ORDER BY id";
    issue_reading *made = arguments;
    annoproj_status status = ANNOPROJ_OK;
    rows *table = rows_new(&row_issue_row);
    statement *find = sql(in->database, query);
    bind_int64(find, issues_of(in));
    while (status == ANNOPROJ_OK && sql_row(find))
        status = issue_add_row(in, table, column_int64(find, 0), error);
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    return finish_table(table, status == ANNOPROJ_OK ? ended : status, &made->table, error);
}

static annoproj_status read_comments(scope *in, void *arguments, annoproj_error **error) {
    static const char query[] = "SELECT c.issue, c.author, u.email, c.created_us, c.text FROM issue i"
                                " JOIN issue_comment c ON c.issue = i.id LEFT JOIN user u ON u.id = c.author"
                                " WHERE i.task = ? ORDER BY c.created_us, c.issue, c.number";
    issue_reading *made = arguments;
    rows *table = rows_new(&row_comment_row);
    statement *find = sql(in->database, query);
    bind_int64(find, issues_of(in));
    while (sql_row(find)) {
        rows_int64(table, column_int64(find, 0));
        rows_int64(table, column_int64(find, 1));
        add_text(table, find, 2);
        rows_time(table, column_int64(find, 3));
        rows_text(table, column_text(find, 4));
    }
    return finish_table(table, sql_end(find, error), &made->table, error);
}

static annoproj_status read_history(scope *in, void *arguments, annoproj_error **error) {
    static const char query[] = "SELECT h.issue, h.resolved, h.actor, u.email, h.at_us FROM issue i"
                                " JOIN issue_history h ON h.issue = i.id LEFT JOIN user u ON u.id = h.actor"
                                " WHERE i.task = ? ORDER BY h.at_us, h.issue, h.number";
    issue_reading *made = arguments;
    rows *table = rows_new(&row_issue_history_row);
    statement *find = sql(in->database, query);
    bind_int64(find, issues_of(in));
    while (sql_row(find)) {
        rows_int64(table, column_int64(find, 0));
        rows_bool(table, column_int64(find, 1) != 0);
        rows_int64(table, column_int64(find, 2));
        add_text(table, find, 3);
        rows_time(table, column_int64(find, 4));
    }
    return finish_table(table, sql_end(find, error), &made->table, error);
}

static annoproj_status read_of_task(annoproj_task *task, read_fn run, const annoproj_call *call, annoproj_table **table,
                                    annoproj_error **error) {
    issue_reading made = {0};
    handle_call what = {.operation = ANNOPROJ_OPERATION_TASK_VIEW, .arguments = &made};
    return task_read_table(task, &what, run, call, &made.table, table, error);
}

annoproj_status annoproj_task_issues(annoproj_task *task, const annoproj_call *call, annoproj_table **table,
                                     annoproj_error **error) {
    return read_of_task(task, read_issues, call, table, error);
}

annoproj_status annoproj_task_comments(annoproj_task *task, const annoproj_call *call, annoproj_table **table,
                                       annoproj_error **error) {
    return read_of_task(task, read_comments, call, table, error);
}

annoproj_status annoproj_task_issue_history(annoproj_task *task, const annoproj_call *call, annoproj_table **table,
                                            annoproj_error **error) {
    return read_of_task(task, read_history, call, table, error);
}

/* --- by id ------------------------------------------------------------------------------------------------------------ */

static annoproj_status read_some(scope *in, void *arguments, annoproj_error **error) {
    issue_reading *made = arguments;
    annoproj_status status = ANNOPROJ_OK;
    rows *table = rows_new(&row_issue_row);
    for (size_t i = 0; i < made->count && status == ANNOPROJ_OK; i++) {
        issue one;
        task_facts task;
        if (PROJECT_OF(made->ids[i]) != in->project.id)
            status = fail(error, ANNOPROJ_NOT_FOUND, "project %lld has no issue %lld", (long long)in->project.id,
                          (long long)made->ids[i]);
        else
            status = issue_find(in, made->ids[i], &one, error);
        if (status == ANNOPROJ_OK)
            status = access_task_facts(in, one.task, &task, error);
        if (status == ANNOPROJ_OK)
            status = access_view_task(in, &task, error);
        if (status == ANNOPROJ_OK)
            status = issue_add_row(in, table, one.id, error);
    }
    return finish_table(table, status, &made->table, error);
}

annoproj_status annoproj_issues_get(annoproj_project *project, const int64_t *issues, size_t count,
                                    const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    issue_reading made = {.ids = issues, .count = count};
    handle_call what = {.operation = ANNOPROJ_OPERATION_TASK_VIEW, .arguments = &made};
    if (!result_place(table, sizeof *table, "table", error) || !ids_given(issues, count, "issues", error))
        return ANNOPROJ_INVALID;
    return project_read_table(project, &what, read_some, call, &made.table, table, error);
}

/* --- the list --------------------------------------------------------------------------------------------------------- */

void annoproj_issue_list_options_init(annoproj_issue_list_options *options) {
    if (options)
        *options = (annoproj_issue_list_options)ANNOPROJ_ISSUE_LIST_OPTIONS_INIT;
}

/* What is filtered by must be there; of tasks and stages what the session sees. */
static annoproj_status check_known(scope *in, const char *query, const char *what, const int64_t *ids, size_t count,
                                   annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++) {
        statement *find = sql(in->database, query);
        bind_int64(find, ids[i]);
        bind_int64(find, in->project.ontology);
        const bool known = sql_row(find);
        status = sql_end(find, error);
        if (status == ANNOPROJ_OK && !known)
            status = fail(error, ANNOPROJ_NOT_FOUND, "there is no %s %lld to find issues by", what, (long long)ids[i]);
    }
    return status;
}

static annoproj_status check_places(scope *in, const annoproj_issue_list_options *options, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < options->stage_count && status == ANNOPROJ_OK; i++) {
        stage_facts stage;
        status = access_stage_facts(in, options->stages[i], in->user, &stage, error);
        if (status == ANNOPROJ_OK && !in->manager && !stage.member)
            status = fail(error, ANNOPROJ_NOT_FOUND, "there is no stage %lld, or this session may not see it",
                          (long long)options->stages[i]);
    }
    for (size_t i = 0; i < options->task_count && status == ANNOPROJ_OK; i++) {
        task_facts task;
        status = access_task_facts(in, options->tasks[i], &task, error);
        if (status == ANNOPROJ_OK && !access_sees_task(in, &task))
            status = fail(error, ANNOPROJ_NOT_FOUND, "there is no task %lld, or this session may not see it",
                          (long long)options->tasks[i]);
    }
    return status;
}

static annoproj_status read_list(scope *in, void *arguments, annoproj_error **error) {
    static const char users[] = "SELECT 1 WHERE ?1 = 0 AND ?2 > 0 UNION ALL SELECT 1 FROM user WHERE id = ?1";
    static const char tags[] = "SELECT 1 FROM tag WHERE id = ?1 AND kind = 1 /* TAG_OF_ISSUES */ AND ?2 > 0";
    static const char classes[] = "SELECT 1 FROM feature WHERE number = ?1 AND ontology = ?2 AND class = number";
    issue_reading *made = arguments;
    const annoproj_issue_list_options *options = &made->options;
    rows *table = rows_new(&row_issue_row);
    annoproj_status status = check_known(in, users, "user", options->creators, options->creator_count, error);
    if (status == ANNOPROJ_OK)
        status = check_known(in, tags, "issue tag", options->tags, options->tag_count, error);
    if (status == ANNOPROJ_OK)
        status = check_known(in, classes, "class", options->classes, options->class_count, error);
    if (status == ANNOPROJ_OK)
        status = check_places(in, options, error);
    if (status == ANNOPROJ_OK)
        status = issue_list_page(in, options, table, error);
    return finish_table(table, status, &made->table, error);
}

static annoproj_status check_options(const annoproj_issue_list_options *options, annoproj_error **error) {
    if (!ids_given(options->tasks, options->task_count, "tasks", error) ||
        !ids_given(options->stages, options->stage_count, "stages", error) ||
        !ids_given(options->classes, options->class_count, "classes", error) ||
        !ids_given(options->creators, options->creator_count, "creators", error) ||
        !ids_given(options->tags, options->tag_count, "tags", error))
        return ANNOPROJ_INVALID;
    if (options->anchor_count > 0 && !options->anchors)
        return fail(error, ANNOPROJ_INVALID, "anchors is NULL but anchor_count is %zu", options->anchor_count);
    for (size_t i = 0; i < options->anchor_count; i++)
        if (options->anchors[i] < ANNOPROJ_ANCHOR_DATA_UNIT || options->anchors[i] > ANNOPROJ_ANCHOR_LABEL)
            return fail(error, ANNOPROJ_INVALID, "anchor %d (place %zu of the list) is no annoproj_anchor",
                        options->anchors[i], i);
    if (options->states & ~(ANNOPROJ_ISSUE_STATE_UNRESOLVED | ANNOPROJ_ISSUE_STATE_RESOLVED))
        return fail(error, ANNOPROJ_INVALID, "states %d: an issue is unresolved (1) or resolved (2)", options->states);
    if (options->limit < 0 || options->limit > ISSUE_LIST_MOST)
        return fail(error, ANNOPROJ_INVALID, "limit %lld: a page has 1 to %d rows", (long long)options->limit,
                    ISSUE_LIST_MOST);
    if (options->created_after_us < 0 || options->created_before_us < 0)
        return fail(error, ANNOPROJ_INVALID, "the window begins or ends before 1970: give microseconds, 0 for open");
    return options->text ? check_text(options->text, TEXT_COMMENT, "text", error) : ANNOPROJ_OK;
}

annoproj_status annoproj_issue_list(annoproj_project *project, const annoproj_issue_list_options *options,
                                    const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    issue_reading made = {0};
    handle_call what = {.operation = ANNOPROJ_OPERATION_TASK_VIEW, .arguments = &made};
    if (!result_place(table, sizeof *table, "table", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = options_read(&made.options, sizeof made.options, sizeof made.options, options, error);
    if (status == ANNOPROJ_OK)
        status = check_options(&made.options, error);
    if (status != ANNOPROJ_OK)
        return status;
    return project_read_table(project, &what, read_list, call, &made.table, table, error);
}
