/* The tasks of a dataset: made when it is attached or grows, removed with it, restored with it. */
#include <stdlib.h>

#include "branch.h"
#include "consensus_units.h"
#include "failure.h"
#include "project.h"
#include "queue_passed.h"
#include "queue_skip.h"
#include "task.h"
#include "task_count.h"
#include "task_titles.h"
#include "task_vector.h"

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

/* What the stage makes of new tasks: in a consensus annotation stage they wait for their branches. */
static annoproj_status first_stage(scope *in, int64_t stage, stage_facts *out, annoproj_error **error) {
    static const char text[] = "SELECT type, annotators FROM stage WHERE id = ?";
    statement *find = sql(in->database, text);
    bind_int64(find, stage);
    *out = (stage_facts){.id = stage, .number = (int32_t)NUMBER_OF(stage)};
    if (sql_row(find)) {
        out->type = (int32_t)column_int64(find, 0);
        out->annotators = (int32_t)column_int64(find, 1);
    }
    return sql_end(find, error);
}

/* Tasks from `first_task` for the data units from `first_unit`, with what lists sort and search by. */
static annoproj_status insert_tasks(command *cmd, int64_t first_task, int64_t first_unit, int64_t count, int64_t stage,
                                    int64_t assignee, const uint8_t *written, annoproj_error **error) {
    static const char text[] =
        "INSERT INTO task(id, data_unit, title, data_type, stage, status, assignee, assigned_by, priority,"
        " entered_us, released, returned, version, last_submitter, open_issues, resolved_issues, removed_stage, parent,"
        " branch)"
        " SELECT ?1 + id - ?2, id, title, data_type, ?4, ?5, ?8, 0, ?6, ?7, 0, 0,"
        " coalesce(substr(?9, 1 + id - ?2, 1) = x'01', 0), 0, 0, 0, 0, 0, 0 FROM data_unit"
        " WHERE id >= ?2 AND id < ?2 + ?3 ORDER BY id";
    statement *insert = sql(cmd->scope.database, text);
    bind_int64(insert, first_task);
    bind_int64(insert, first_unit);
    bind_int64(insert, count);
    bind_int64(insert, stage);
    bind_int64(insert, ANNOPROJ_TASK_NEW);
    bind_int64(insert, TASK_DEFAULT_PRIORITY);
    bind_int64(insert, cmd->scope.now_us);
    bind_int64(insert, assignee);
    bind_blob(insert, written, written ? (size_t)count : 0);
    annoproj_status status = sql_run(insert, error);
    for (int64_t i = 0; i < count && status == ANNOPROJ_OK; i++) {
        command_event(cmd, &(event){.kind = EVENT_TASK_CREATE,
                                    .task = NUMBER_OF(first_task + i),
                                    .stage = (int32_t)NUMBER_OF(stage),
                                    .reference = first_unit + i});
        status = command_send_events(cmd, error);
    }
    return status;
}

annoproj_status task_create_for_dataset(command *cmd, int64_t project, int64_t dataset, int64_t first_number,
                                        int64_t last_number, int64_t stage, const uint8_t *written, int64_t *created,
                                        annoproj_error **error) {
    int64_t count = last_number - first_number + 1, first = 0;
    int32_t number = 0;
    stage_facts facts;
    *created = 0;
    if (count <= 0)
        return ANNOPROJ_OK;
    annoproj_status status = dataset_number(&cmd->scope, project, dataset, &number, error);
    if (status == ANNOPROJ_OK)
        status = first_stage(&cmd->scope, stage, &facts, error);
    if (status == ANNOPROJ_OK)
        status = consensus_check_units(&cmd->scope, &facts, MAKE_ID(dataset, first_number),
                                       MAKE_ID(dataset, last_number), error);
    const int64_t assignee = status == ANNOPROJ_OK && facts.type == STAGE_CONSENSUS_ANNOTATION ? NOT_QUEUED : 0;
    if (status == ANNOPROJ_OK)
        status = project_next_task(cmd, project, count, &first, error);
    if (status == ANNOPROJ_OK)
        status = insert_tasks(cmd, MAKE_ID(project, first), MAKE_ID(dataset, first_number), count, stage, assignee,
                              written, error);
    if (status == ANNOPROJ_OK)
        status = task_count_add(cmd, stage, assignee, count, error);
    if (status == ANNOPROJ_OK)
        status = project_add_counts(cmd, project, count, 0, 0, error);
    if (status == ANNOPROJ_OK)
        status = task_vector_set(cmd, project, TASK_ATTRIBUTE_DATASET, first, count, number, error);
    if (status == ANNOPROJ_OK)
        status = task_vector_set(cmd, project, TASK_ATTRIBUTE_STAGE, first, count, (int32_t)NUMBER_OF(stage), error);
    if (status == ANNOPROJ_OK)
        status = task_titles_add(cmd, project, first, count, error);
    if (status == ANNOPROJ_OK && assignee == NOT_QUEUED)
        status = branch_make(cmd, &facts, MAKE_ID(project, first), count, error);
    if (status == ANNOPROJ_OK)
        *created = count;
    return status;
}

/* --- leaving and coming back: in bulk, since a dataset may have millions: some data units at a time --------------- */

#define UNITS_AT_ONCE 16384

typedef struct switched_task {
    int64_t id, assignee, parent;
    int64_t stage; /* that is left or come back to */
    int32_t open_issues, status;
} switched_task;

typedef struct switching {
    int64_t project;
    int64_t first, before; /* data units */
    bool removed;          /* the tasks leave their stages; else they come back */
    bytes gathered;
    const switched_task *tasks; /* by id */
    size_t count;
    int64_t whole, open_issues; /* of all: tasks that are no branches */
} switching;

#define OF_UNITS                                                                                                       \
    " WHERE data_unit >= ?1 AND data_unit < ?2 AND id >= ?3 AND id < ?4 AND (stage <> 0) = ?5"                         \
    " AND stage + removed_stage <> 0"

static void bind_units(statement *one, const switching *run) {
    bind_int64(one, run->first);
    bind_int64(one, run->before);
    bind_int64(one, MAKE_ID(run->project, 0));
    bind_int64(one, MAKE_ID(run->project + 1, 0));
    bind_int64(one, run->removed);
}

static int by_id(const void *a, const void *b) {
    const switched_task *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

static annoproj_status gather_tasks(command *cmd, switching *run, annoproj_error **error) {
    static const char text[] = "SELECT id, assignee, parent, stage + removed_stage, open_issues, status FROM task"
                               " INDEXED BY task_data_unit" OF_UNITS;
    statement *find = sql(cmd->scope.database, text);
    run->gathered.length = 0;
    bind_units(find, run);
    while (sql_row(find)) {
        const switched_task task = {.id = column_int64(find, 0),
                                    .assignee = column_int64(find, 1),
                                    .parent = column_int64(find, 2),
                                    .stage = column_int64(find, 3),
                                    .open_issues = (int32_t)column_int64(find, 4),
                                    .status = (int32_t)column_int64(find, 5)};
        bytes_append(&run->gathered, &task, sizeof task);
        run->whole += task.parent == 0;
        run->open_issues += task.open_issues;
    }
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && run->gathered.failed)
        status = fail_memory(error);
    if (status != ANNOPROJ_OK)
        return status;
    run->count = run->gathered.length / sizeof(switched_task);
    run->tasks = (const switched_task *)(const void *)run->gathered.data;
    if (run->count > 0)
        qsort(run->gathered.data, run->count, sizeof(switched_task), by_id);
    return ANNOPROJ_OK;
}

static annoproj_status update_tasks(command *cmd, const switching *run, annoproj_error **error) {
    static const char remove_text[] = "UPDATE task INDEXED BY task_data_unit SET removed_stage = stage, stage = 0,"
                                      " worked_us = NULL" OF_UNITS;
    /* Nobody could work on them while they were away. */
    static const char restore_text[] =
        "UPDATE task INDEXED BY task_data_unit SET stage = removed_stage, removed_stage = 0,"
        " worked_us = CASE WHEN assigned_by = ?7 AND"
        " (SELECT assignment_ttl_us FROM stage WHERE id = removed_stage) > 0 THEN ?6 END" OF_UNITS;
    statement *update = sql(cmd->scope.database, run->removed ? remove_text : restore_text);
    bind_units(update, run);
    if (!run->removed) {
        bind_int64(update, cmd->scope.now_us);
        bind_int64(update, ASSIGNED_SELF);
    }
    return sql_run(update, error);
}

static int by_place(const void *a, const void *b) {
    const switched_task *x = *(const switched_task *const *)a, *y = *(const switched_task *const *)b;
    if (x->stage != y->stage)
        return x->stage < y->stage ? -1 : 1;
    return x->assignee < y->assignee ? -1 : x->assignee > y->assignee;
}

/* One change of count for each stage and assignee met. */
static annoproj_status count_places(command *cmd, const switching *run, annoproj_error **error) {
    const switched_task **sorted = allocate((run->count + 1) * sizeof *sorted);
    annoproj_status status = sorted ? ANNOPROJ_OK : fail_memory(error);
    size_t counted = 0;
    for (size_t i = 0; i < run->count && sorted; i++) {
        const switched_task *task = &run->tasks[i];
        if (task->parent == 0 || task->assignee != NOT_QUEUED) /* a branch that was submitted counts nowhere */
            sorted[counted++] = task;
    }
    if (sorted)
        qsort(sorted, counted, sizeof *sorted, by_place);
    for (size_t i = 0, next; i < counted && status == ANNOPROJ_OK; i = next) {
        for (next = i + 1; next < counted && by_place(&sorted[i], &sorted[next]) == 0;)
            next++;
        int64_t met = (int64_t)(next - i);
        status = task_count_add(cmd, sorted[i]->stage, sorted[i]->assignee, run->removed ? -met : met, error);
        if (status == ANNOPROJ_OK && !run->removed)
            status = queue_passed_forget(cmd, sorted[i]->stage, error);
    }
    release(sorted);
    return status;
}

/* Skips of what is removed are out of reach; they come back with the task. */
static annoproj_status switch_skips(command *cmd, const switching *run, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < run->count && status == ANNOPROJ_OK; i++) {
        const switched_task *one = &run->tasks[i];
        const task_facts task = {.id = one->id, .status = one->status, .stage = {.id = run->removed ? 0 : one->stage}};
        status = queue_skips_follow(cmd, &task, error);
    }
    return status;
}

/* Runs of neighbouring tasks in one stage change their vector together. */
static annoproj_status set_vectors(command *cmd, const switching *run, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0, next; i < run->count && status == ANNOPROJ_OK; i = next) {
        const switched_task *first = &run->tasks[i];
        for (next = i + 1; next < run->count && run->tasks[next].id == first->id + (int64_t)(next - i) &&
                           run->tasks[next].stage == first->stage;)
            next++;
        status = task_vector_set(cmd, run->project, TASK_ATTRIBUTE_STAGE, NUMBER_OF(first->id), (int64_t)(next - i),
                                 run->removed ? 0 : (int32_t)NUMBER_OF(first->stage), error);
    }
    return status;
}

static annoproj_status tell_switched(command *cmd, const switching *run, annoproj_error **error) {
    for (size_t i = 0; i < run->count; i++) {
        const switched_task *task = &run->tasks[i];
        command_event(cmd, &(event){.kind = run->removed ? EVENT_TASK_REMOVE : EVENT_TASK_RESTORE,
                                    .task = NUMBER_OF(task->id),
                                    .stage = (int32_t)NUMBER_OF(task->stage),
                                    .credited = task->assignee > 0 ? task->assignee : 0});
    }
    return command_send_events(cmd, error);
}

static annoproj_status switch_units(command *cmd, switching *run, annoproj_error **error) {
    annoproj_status status = gather_tasks(cmd, run, error);
    if (status != ANNOPROJ_OK || run->count == 0)
        return status;
    status = update_tasks(cmd, run, error);
    if (status == ANNOPROJ_OK)
        status = count_places(cmd, run, error);
    if (status == ANNOPROJ_OK)
        status = switch_skips(cmd, run, error);
    if (status == ANNOPROJ_OK)
        status = set_vectors(cmd, run, error);
    return status == ANNOPROJ_OK ? tell_switched(cmd, run, error) : status;
}

/* Behind the last data unit of a dataset that has a task. */
static annoproj_status units_end(command *cmd, int64_t dataset, int64_t *end, annoproj_error **error) {
    static const char text[] =
        "SELECT max(data_unit) FROM task INDEXED BY task_data_unit WHERE data_unit > ? AND data_unit < ?";
    statement *find = sql(cmd->scope.database, text);
    bind_int64(find, MAKE_ID(dataset, 0));
    bind_int64(find, MAKE_ID(dataset + 1, 0));
    *end = sql_row(find) && !column_is_null(find, 0) ? column_int64(find, 0) + 1 : 0;
    return sql_end(find, error);
}

static annoproj_status switch_dataset(command *cmd, int64_t project, int64_t dataset, bool removed, int64_t *count,
                                      annoproj_error **error) {
    switching run = {.project = project, .removed = removed};
    int64_t end = 0;
    *count = 0;
    annoproj_status status = units_end(cmd, dataset, &end, error);
    for (int64_t first = MAKE_ID(dataset, 0); first < end && status == ANNOPROJ_OK; first = run.before) {
        run.first = first;
        run.before = end - first > UNITS_AT_ONCE ? first + UNITS_AT_ONCE : end;
        status = switch_units(cmd, &run, error);
    }
    bytes_release(&run.gathered);
    if (status == ANNOPROJ_OK)
        status = project_add_counts(cmd, project, removed ? -run.whole : run.whole,
                                    removed ? -run.open_issues : run.open_issues, 0, error);
    if (status == ANNOPROJ_OK)
        *count = run.whole;
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
