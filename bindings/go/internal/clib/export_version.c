/* Label versions as exports read them: tasks as they were, data units as they are, which is how they were. */
#include "export_version.h"

#include <string.h>

#include "failure.h"
#include "ontology_snapshot.h"
#include "task.h"

#define SQL_UNIT                                                                                                       \
    "SELECT d.uuid, d.title, p.uuid, " DATA_UNIT_COLUMNS                                                               \
    ", u.members FROM data_unit u JOIN dataset d ON d.id = u.id >> 32"                                                 \
    " JOIN project p ON p.id = ?1 WHERE u.id = ?2"

annoproj_status export_version_begin(export_plan *plan, annoproj_error **error) {
    bytes snapshot = {0};
    const label_version *version = plan->version;
    annoproj_status status = content_get(plan->in, version->project, version->ontology, &snapshot, error);
    if (status == ANNOPROJ_OK)
        status = ontology_snapshot_load(plan->in, &snapshot, &plan->features, error);
    bytes_release(&snapshot);
    plan->tasks = version->tasks;
    return status;
}

static annoproj_status read_unit(export_plan *plan, export_task *task, annoproj_error **error) {
    bool sound = false, memory = true;
    statement *find = sql(plan->in->database, SQL_UNIT);
    bind_int64(find, plan->version->project);
    bind_int64(find, task->kept->data_unit);
    if (sql_row(find) && column_length(find, 0) == 16 && column_length(find, 2) == 16) {
        sound = true;
        memcpy(task->dataset_uuid, column_blob(find, 0), 16);
        task_uuid(column_blob(find, 2), task->id, task->uuid);
        task->dataset_title = arena_text(&task->memory, column_text(find, 1), column_length(find, 1));
        memory = task->dataset_title && data_unit_read(&task->memory, find, 3, &task->unit) &&
                 export_unit_members(plan, find, 16, task, NULL) == ANNOPROJ_OK;
    }
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && !sound)
        status = fail(error, ANNOPROJ_CORRUPT,
                      "task %lld: its data unit or the UUID of its dataset or project is damaged: restore a backup of "
                      "the store",
                      (long long)task->id);
    return status == ANNOPROJ_OK && !memory ? fail_memory(error) : status;
}

typedef struct version_walk {
    export_plan *plan;
    export_task_fn found;
    void *data;
    int64_t done;
} version_walk;

static annoproj_status take_task(version_walk *walk, const version_task *kept, annoproj_error **error) {
    export_plan *plan = walk->plan;
    export_task task = {.id = kept->id,
                        .stage = kept->stage,
                        .assignee = kept->assignee,
                        .entered_us = kept->entered_us,
                        .stage_type = kept->stage_type,
                        .status = kept->status,
                        .kept = kept};
    annoproj_status status = read_unit(plan, &task, error);
    if (status == ANNOPROJ_OK)
        status = walk->found(plan, &task, walk->data, error);
    if (status == ANNOPROJ_OK)
        status = output_pass(plan->out, error);
    arena_release(&task.memory);
    return status;
}

static annoproj_status take_part(version_walk *walk, version_part *part, annoproj_error **error) {
    export_plan *plan = walk->plan;
    arena memory = {0};
    annoproj_status status = bounds_check(plan->in->bounds, error);
    if (status == ANNOPROJ_OK)
        status = bounds_progress(plan->in->bounds, walk->done, plan->tasks, error);
    if (status == ANNOPROJ_OK)
        status = version_part_load(plan->in, plan->version->project, part, &memory, error);
    for (size_t i = 0; i < part->count && status == ANNOPROJ_OK; i++) {
        walk->done++;
        if (export_is_wanted(plan->stages, plan->stage_count, part->tasks[i].stage))
            status = take_task(walk, &part->tasks[i], error);
    }
    arena_release(&memory);
    return status;
}

annoproj_status export_version_each(export_plan *plan, export_task_fn found, void *data, annoproj_error **error) {
    version_walk walk = {.plan = plan, .found = found, .data = data};
    version_part *parts = NULL;
    size_t count = 0;
    annoproj_status status = version_list_parts(plan->in, plan->version->id, &parts, &count, error);
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++)
        status = take_part(&walk, &parts[i], error);
    return status;
}

/* Of the classes the version was made with. */
typedef struct class_choice {
    const label_version *version;
    label_fn found;
    void *data;
} class_choice;

static annoproj_status take_label(void *data, const label *one, annoproj_error **error) {
    const class_choice *to = data;
    return label_version_has_class(to->version, one->class) ? to->found(to->data, one, error) : ANNOPROJ_OK;
}

annoproj_status export_version_labels(export_plan *plan, export_task *task, label_fn found, void *data,
                                      annoproj_error **error) {
    class_choice to = {plan->version, found, data};
    return version_each_label(plan->in, task->kept, take_label, &to, error);
}
