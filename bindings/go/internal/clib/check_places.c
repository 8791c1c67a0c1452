/* Whether tasks are where the events say, and what is kept beside them of that: counts, vectors, titles. */
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
        "SELECT id, stage, assignee, priority, parent FROM task WHERE id >= ? AND id < ? ORDER BY id";
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
        check_compare(check, "task", id, "stage", NUMBER_OF(column_int64(find, 1)), expected.stage);
        check_compare(check, "assignment", id, "assignee", column_int64(find, 2), expected.assignee);
        check_compare(check, "task", id, "parent", NUMBER_OF(column_int64(find, 4)), expected.parent);
        if (expected.priority_set)
            check_compare(check, "task", id, "priority", column_int64(find, 3), expected.priority);
    }
    for (; next < state->task_count; next++)
        if (state->tasks[next].created)
            check_report(check, "task", MAKE_ID(check->project, next), "no such task", "a task");
    return sql_end(find, error);
}

static annoproj_status check_one_counter(scope *in, checking *check, int64_t stage, int64_t assignee, int64_t expected,
                                         annoproj_error **error) {
    static const char text[] = "SELECT count FROM task_count WHERE stage = ? AND assignee = ?";
    int64_t found = 0;
    statement *find = sql(in->database, text);
    bind_int64(find, stage);
    bind_int64(find, assignee);
    if (sql_row(find))
        found = column_int64(find, 0);
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK)
        check_compare(check, "counter", stage, "tasks", found, expected);
    return status;
}

typedef struct place {
    int32_t stage;
    int64_t assignee, tasks;
} place;

/* Counts by stage and assignee, from the replayed tasks: few places, so a small sorted list. */
static annoproj_status count_places(scope *in, const replay *state, place **places, size_t *count,
                                    annoproj_error **error) {
    size_t capacity = 64;
    place *list = arena_array(in->memory, capacity, sizeof *list);
    *count = 0;
    for (size_t i = 0; i < state->task_count && list; i++) {
        const replayed_task *task = state->tasks + i;
        size_t at = 0;
        if (!task->created || task->stage == 0 || (task->parent != 0 && task->assignee == NOT_QUEUED))
            continue;
        while (at < *count && (list[at].stage != task->stage || list[at].assignee != task->assignee))
            at++;
        if (at == capacity) {
            place *grown = arena_array(in->memory, capacity * 2, sizeof *list);
            for (size_t k = 0; grown && k < capacity; k++)
                grown[k] = list[k];
            list = grown;
            capacity *= 2;
            if (!list)
                break;
        }
        if (at == *count)
            list[(*count)++] = (place){.stage = task->stage, .assignee = task->assignee};
        list[at].tasks++;
    }
    *places = list;
    return list ? ANNOPROJ_OK : fail_memory(error);
}

static annoproj_status check_counts(scope *in, checking *check, const replay *state, annoproj_error **error) {
    static const char text[] =
        "SELECT stage, assignee, count FROM task_count WHERE stage >= ? AND stage < ? AND count <> 0";
    place *places = NULL;
    size_t count = 0;
    annoproj_status status = count_places(in, state, &places, &count, error);
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++)
        status = check_one_counter(in, check, MAKE_ID(check->project, places[i].stage), places[i].assignee,
                                   places[i].tasks, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *find = sql(in->database, text);
    check_bind_project(find, check);
    while (sql_row(find)) {
        bool known = false;
        for (size_t i = 0; i < count; i++)
            known |= places[i].stage == NUMBER_OF(column_int64(find, 0)) && places[i].assignee == column_int64(find, 1);
        if (!known)
            check_compare(check, "counter", column_int64(find, 0), "tasks", column_int64(find, 2), 0);
    }
    return sql_end(find, error);
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
