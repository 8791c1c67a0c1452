/* Whether tasks are where the events say, and what is kept beside them of that: counts, vectors, titles. */
#include <stdlib.h>

#include "check.h"
#include "failure.h"
#include "task_titles.h"
#include "task_vector.h"

static void title_line(void *data, int64_t task, const char *found, const char *expected) {
    check_report(data, "task", task, found, expected);
}

/* Places and assignees of tasks. */
static annoproj_status check_tasks(scope *in, checking *check, const replay *state, annoproj_error **error) {
    static const char text[] =
        "SELECT id, stage, assignee, priority, parent, branch FROM task WHERE id >= ? AND id < ? ORDER BY id";
    size_t next = 1;
    statement *find = sql(in->database, text);
    check_bind_project(find, check);
    while (sql_row(find)) {
        int64_t id = column_int64(find, 0), number = NUMBER_OF(id);
        replayed_task expected = {0};
        for (; next < (size_t)number; next++)
            if (next < state->task_count && state->tasks[next].created)
                check_report(check, "task", MAKE_ID(check->project, next), "no such task", "a task");
        next = (size_t)number + 1;
        if ((size_t)number < state->task_count)
            expected = state->tasks[number];
        if (!expected.created) {
            check_report(check, "task", id, "a task", "no event made it");
            continue;
        }
        check_compare(check, "task", id, "stage", check_number(check, column_int64(find, 1)), expected.stage);
        check_compare(check, "assignment", id, "assignee", column_int64(find, 2), expected.assignee);
        check_compare(check, "task", id, "parent", check_number(check, column_int64(find, 4)), expected.parent);
        check_compare(check, "task", id, "branch", column_int64(find, 5), expected.branch);
        if (expected.priority_set)
            check_compare(check, "task", id, "priority", column_int64(find, 3), expected.priority);
    }
    for (; next < state->task_count; next++)
        if (state->tasks[next].created)
            check_report(check, "task", MAKE_ID(check->project, next), "no such task", "a task");
    return sql_end(find, error);
}

typedef struct place {
    int64_t stage, assignee, tasks; /* stage: its id */
} place;

static bool place_before(const place *a, const place *b) {
    return a->stage < b->stage || (a->stage == b->stage && a->assignee < b->assignee);
}

static int compare_places(const void *a, const void *b) {
    return place_before(a, b) ? -1 : place_before(b, a);
}

/* Adds up the places of all replayed tasks that a stage counts; in order, each once. */
static size_t count_places(const checking *check, const replay *state, place *places) {
    size_t all = 0, count = 0;
    for (size_t i = 0; i < state->task_count; i++) {
        const replayed_task *task = state->tasks + i;
        if (task->created && task->stage != 0 && (task->parent == 0 || task->assignee != NOT_QUEUED))
            places[all++] = (place){MAKE_ID(check->project, task->stage), task->assignee, 1};
    }
    qsort(places, all, sizeof *places, compare_places);
    for (size_t i = 0; i < all; i++) {
        if (count > 0 && !place_before(&places[count - 1], &places[i]))
            places[count - 1].tasks++;
        else
            places[count++] = places[i];
    }
    return count;
}

static void compare_count(checking *check, const place *at, int64_t found, int64_t expected) {
    check_compare(check, "counter", at->stage, "tasks", found, expected);
}

/* The counters against them: both are in the same order. */
static annoproj_status compare_counts(scope *in, checking *check, const place *next, const place *end,
                                      annoproj_error **error) {
    static const char text[] = "SELECT stage, assignee, count FROM task_count WHERE stage >= ? AND stage < ?"
                               " AND count <> 0 ORDER BY stage, assignee";
    statement *find = sql(in->database, text);
    check_bind_project(find, check);
    while (sql_row(find)) {
        const place found = {column_int64(find, 0), column_int64(find, 1), column_int64(find, 2)};
        for (; next < end && place_before(next, &found); next++)
            compare_count(check, next, 0, next->tasks);
        const bool known = next < end && !place_before(&found, next);
        compare_count(check, &found, found.tasks, known ? next->tasks : 0);
        next += known;
    }
    annoproj_status status = sql_end(find, error);
    for (; status == ANNOPROJ_OK && next < end; next++)
        compare_count(check, next, 0, next->tasks);
    return status;
}

/* Tasks by stage and assignee. */
static annoproj_status check_counts(scope *in, checking *check, const replay *state, annoproj_error **error) {
    place *places = allocate_zeroed(state->task_count + 1, sizeof *places);
    if (!places)
        return fail_memory(error);
    const size_t count = count_places(check, state, places);
    annoproj_status status = compare_counts(in, check, places, places + count, error);
    release(places);
    return status;
}

static annoproj_status check_project_counter(scope *in, checking *check, const replay *state, annoproj_error **error) {
    static const char text[] =
        "SELECT tasks, open_issues, instance_labels_created FROM project_counter WHERE project = ?";
    int64_t tasks = 0, open_issues = 0, counted = 0;
    for (size_t i = 0; i < state->task_count; i++)
        tasks += state->tasks[i].created && state->tasks[i].stage != 0 && state->tasks[i].parent == 0;
    for (size_t i = 0; i < state->label_count; i++)
        counted += state->labels[i].counted;
    for (size_t i = 0; i < state->issue_count; i++) {
        const replayed_issue *issue = state->issues + i;
        open_issues += issue->open && (size_t)issue->task < state->task_count && state->tasks[issue->task].stage != 0;
    }
    statement *find = sql(in->database, text);
    bind_int64(find, check->project);
    if (sql_row(find)) {
        check_compare(check, "counter", 0, "tasks of the project", column_int64(find, 0), tasks);
        check_compare(check, "counter", 0, "open issues", column_int64(find, 1), open_issues);
        check_compare(check, "counter", 0, "instance labels created", column_int64(find, 2), counted);
    } else {
        check_report(check, "counter", 0, "no counters", "counters of the project");
    }
    return sql_end(find, error);
}

static int64_t vector_value(statement *find, int column, int64_t task) {
    size_t at = (size_t)(NUMBER_OF(task) % TASK_VECTOR_CHUNK) * 2;
    const uint8_t *data = column_blob(find, column);
    return column_length(find, column) >= at + 2 ? data[at] | data[at + 1] << 8 : -1;
}

/* What tasks carry of their data units, for lists. */
static annoproj_status check_units(scope *in, checking *check, annoproj_error **error) {
    static const char query[] = "SELECT t.id, u.id IS NULL FROM task t LEFT JOIN data_unit u ON u.id = t.data_unit"
                                " WHERE t.id >= ? AND t.id < ? AND (t.title = u.title AND t.data_type = u.data_type)"
                                " IS NOT 1";
    statement *find = sql(in->database, query);
    check_bind_project(find, check);
    while (sql_row(find)) {
        const bool none = column_int64(find, 1) != 0;
        check_report(check, "task", column_int64(find, 0), none ? "no data unit" : "title or type of another data unit",
                     none ? "a data unit" : "those of its own");
    }
    return sql_end(find, error);
}

/* The vectors that reports join with: dataset and stage of each task. */
static annoproj_status check_vectors(scope *in, checking *check, annoproj_error **error) {
    static const char query[] =
        "SELECT t.id, t.stage & 0xffffffff, d.number, s.data, v.data FROM task t"
        " LEFT JOIN project_dataset d ON d.project = t.id >> 32 AND d.dataset = t.data_unit >> 32"
        " LEFT JOIN task_vector s ON s.id = ?3 + (t.id & 0xffffffff) / ?5"
        " LEFT JOIN task_vector v ON v.id = ?4 + (t.id & 0xffffffff) / ?5"
        " WHERE t.id >= ?1 AND t.id < ?2 ORDER BY t.id";
    statement *find = sql(in->database, query);
    check_bind_project(find, check);
    bind_int64(find, TASK_VECTOR_ID(check->project, TASK_ATTRIBUTE_STAGE, 0));
    bind_int64(find, TASK_VECTOR_ID(check->project, TASK_ATTRIBUTE_DATASET, 0));
    bind_int64(find, TASK_VECTOR_CHUNK);
    while (sql_row(find)) {
        int64_t id = column_int64(find, 0);
        check_compare(check, "task", id, "stage in the vector", vector_value(find, 3, id), column_int64(find, 1));
        check_compare(check, "task", id, "dataset in the vector", vector_value(find, 4, id), column_int64(find, 2));
    }
    return sql_end(find, error);
}

annoproj_status check_places(scope *in, checking *check, annoproj_error **error) {
    annoproj_status status = check_tasks(in, check, check->state, error);
    if (status == ANNOPROJ_OK)
        status = check_counts(in, check, check->state, error);
    if (status == ANNOPROJ_OK)
        status = check_project_counter(in, check, check->state, error);
    if (status == ANNOPROJ_OK)
        status = check_units(in, check, error);
    if (status == ANNOPROJ_OK)
        status = check_vectors(in, check, error);
    return status == ANNOPROJ_OK ? task_titles_check(in, check->project, title_line, check, error) : status;
}
