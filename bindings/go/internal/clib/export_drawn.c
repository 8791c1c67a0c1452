/* Going through tasks and labels (export_drawn.h). */
#include "export_drawn.h"

#include <string.h>

#include "export_version.h"
#include "failure.h"

#define COLUMNS    "SELECT t.id, t.stage, u.data_type, u.width, u.height, u.frames, u.title"
#define OF_UNIT    " JOIN data_unit u ON u.id = t.data_unit"
#define ALL        " WHERE t.id > ?1 << 32 AND t.id < (?1 + 1) << 32 AND t.parent = 0 ORDER BY t.id"
#define SQL_TASKS  COLUMNS " FROM task t" OF_UNIT ALL
#define SQL_IMAGES COLUMNS ", u.uuid, u.media_type, u.link, u.members FROM task t LEFT" OF_UNIT ALL

/* What both have, the title borrowed. */
static export_task read_task(statement *row) {
    return (export_task){.id = column_int64(row, 0),
                         .stage = column_int64(row, 1),
                         .unit = {.data_type = (int32_t)column_int64(row, 2),
                                  .width = column_int64(row, 3),
                                  .height = column_int64(row, 4),
                                  .frames = column_int64(row, 5),
                                  .title = column_text(row, 6)}};
}

/* --- images ----------------------------------------------------------------------------------------------------------- */

static annoproj_status take_image(export_plan *plan, statement *row, export_task_fn found, void *data,
                                  annoproj_error **error) {
    export_task task = read_task(row);
    if (!export_is_wanted(plan->stages, plan->stage_count, task.stage)) {
        return ANNOPROJ_OK;
    }
    if (column_length(row, 7) != sizeof task.unit.uuid) {
        return fail(error, ANNOPROJ_CORRUPT,
                    "task %lld: its data unit or its UUID is damaged: restore a backup of the store",
                    (long long)task.id);
    }
    memcpy(task.unit.uuid, column_blob(row, 7), sizeof task.unit.uuid);
    task.unit.media_type = column_text(row, 8);
    task.unit.link = column_text(row, 9);
    annoproj_status status = export_unit_members(plan, row, 10, &task, error);
    if (status == ANNOPROJ_OK) {
        status = found(plan, &task, data, error);
    }
    arena_release(&task.memory);
    return status;
}

annoproj_status export_each_image(export_plan *plan, export_task_fn found, void *data, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    if (plan->version) {
        return export_version_each(plan, found, data, error);
    }
    statement *all = sql(plan->in->database, SQL_IMAGES);
    bind_int64(all, plan->in->project.id);
    for (int64_t count = 0; status == ANNOPROJ_OK && sql_row(all); count++) {
        status = export_look_up(plan, count, error);
        if (status == ANNOPROJ_OK) {
            status = take_image(plan, all, found, data, error);
        }
    }
    annoproj_status ended = sql_end(all, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

/* --- annotations ------------------------------------------------------------------------------------------------------- */

typedef struct drawn_walk {
    export_plan *plan;
    row_walk labels;
    export_task_fn found;
    void *data;
} drawn_walk;

static annoproj_status take_labels(drawn_walk *walk, export_task *task, annoproj_error **error) {
    const bool members = walk->plan->extended;
    annoproj_status status = ANNOPROJ_OK;
    bool there = row_walk_to(&walk->labels, task->id);
    while (there && walk->labels.at == task->id && status == ANNOPROJ_OK) {
        label one;
        label_walk_read_drawn(&walk->labels, members, &one);
        status = export_keep_label(walk->plan, task, &one, error);
        there = status == ANNOPROJ_OK && row_walk_next(&walk->labels);
    }
    return status;
}

static annoproj_status take_task(drawn_walk *walk, statement *row, annoproj_error **error) {
    export_plan *plan = walk->plan;
    export_task task = read_task(row);
    if (!export_is_wanted(plan->stages, plan->stage_count, task.stage)) {
        return ANNOPROJ_OK;
    }
    task.unit.title = arena_text(&task.memory, column_text(row, 6), column_length(row, 6));
    annoproj_status status = task.unit.title ? ANNOPROJ_OK : fail_memory(error);
    if (status == ANNOPROJ_OK) {
        status = task.unit.data_type == ANNOPROJ_DATA_IMAGE ? take_labels(walk, &task, error)
                                                            : export_load_labels(plan, &task, error);
    }
    if (status == ANNOPROJ_OK) {
        status = walk->found(plan, &task, walk->data, error);
    }
    arena_release(&task.memory);
    return status;
}

static annoproj_status take_kept(export_plan *plan, export_task *task, void *data, annoproj_error **error) {
    const drawn_walk *walk = data;
    annoproj_status status = export_load_labels(plan, task, error);
    return status == ANNOPROJ_OK ? walk->found(plan, task, walk->data, error) : status;
}

annoproj_status export_each_drawn(export_plan *plan, export_task_fn found, void *data, annoproj_error **error) {
    drawn_walk walk = {.plan = plan, .found = found, .data = data};
    annoproj_status status = ANNOPROJ_OK;
    if (plan->version) {
        return export_version_each(plan, take_kept, &walk, error);
    }
    walk.labels = label_walk_drawn(plan->in, plan->extended);
    statement *tasks = sql(plan->in->database, SQL_TASKS);
    bind_int64(tasks, plan->in->project.id);
    for (int64_t count = 0; status == ANNOPROJ_OK && sql_row(tasks); count++) {
        status = export_look_up(plan, count, error);
        if (status == ANNOPROJ_OK) {
            status = take_task(&walk, tasks, error);
        }
    }
    annoproj_status ended = sql_end(tasks, status == ANNOPROJ_OK ? error : NULL);
    status = status == ANNOPROJ_OK ? ended : status;
    ended = row_walk_end(&walk.labels, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}
