/* Tasks and labels in the order in which exports have them. */
#include "export_tasks.h"

#include <string.h>

#include "callback.h"
#include "export_version.h"
#include "failure.h"
#include "hash.h"
#include "task.h"
#include "utf8.h"
#include "uuid.h"

#define SQL_TASK                                                                                                       \
    "SELECT t.id, t.stage, t.assignee, t.entered_us, s.type, t.status, d.uuid, d.title, p.uuid, " DATA_UNIT_COLUMNS    \
    ", t.parent, t.branch, u.members"                                                                                  \
    " FROM task t LEFT JOIN data_unit u ON u.id = t.data_unit JOIN stage s ON s.id = t.stage"                          \
    " JOIN dataset d ON d.id = t.data_unit >> 32 JOIN project p ON p.id = ?1 WHERE "
#define SQL_TASKS   SQL_TASK "t.id > ?1 << 32 AND t.id < (?1 + 1) << 32 AND t.parent = 0 ORDER BY t.id"
#define SQL_ONE     SQL_TASK "t.id = ?2"
#define SQL_COUNT   "SELECT tasks FROM project_counter WHERE project = ?1"
#define CHECK_EVERY 64 /* tasks between two looks at deadline, cancel and progress */

const feature *export_feature(const export_plan *plan, int32_t wanted) {
    return wanted > 0 && wanted <= plan->features.highest ? plan->features.by_number[wanted] : NULL;
}

annoproj_status export_damaged(const export_task *task, const label *at, annoproj_error **error) {
    return fail(error, ANNOPROJ_CORRUPT, "label %s of task %lld is damaged: restore the store from a backup", at->hash,
                (long long)task->id);
}

annoproj_status export_plan_begin(export_plan *plan, annoproj_error **error) {
    scope *in = plan->in;
    annoproj_status status = plan->version ? export_version_begin(plan, error)
                                           : ontology_load(in, in->project.ontology, &plan->features, error);
    for (size_t i = 0; i < plan->stage_count && status == ANNOPROJ_OK; i++) {
        stage_facts facts;
        status = access_stage_facts(in, plan->stages[i], in->user, &facts, error);
    }
    for (size_t i = 0; i < plan->class_count && status == ANNOPROJ_OK; i++) {
        const feature *class = plan->classes[i] > 0 && plan->classes[i] <= INT32_MAX
                                   ? export_feature(plan, (int32_t)plan->classes[i])
                                   : NULL;
        if (!class || class->class != class->number) {
            status = fail(error, ANNOPROJ_NOT_FOUND, "the ontology has no class %lld", (long long)plan->classes[i]);
        }
    }
    if (status != ANNOPROJ_OK || plan->version) {
        return status;
    }
    statement *count = sql(in->database, SQL_COUNT);
    bind_int64(count, in->project.id);
    plan->tasks = sql_row(count) ? column_int64(count, 0) : 0;
    return sql_end(count, error);
}

bool export_is_wanted(const int64_t *list, size_t count, int64_t value) {
    for (size_t i = 0; i < count; i++) {
        if (list[i] == value) {
            return true;
        }
    }
    return count == 0;
}

static const uint8_t *keep(arena *memory, const uint8_t *data, size_t length) {
    return length > 0 ? (const uint8_t *)arena_text(memory, (const char *)data, length) : (const uint8_t *)"";
}

static annoproj_status read_task(statement *row, export_task *out, annoproj_error **error) {
    const uint8_t *dataset = column_blob(row, 6), *project = column_blob(row, 8);
    if (column_length(row, 6) != 16 || column_length(row, 8) != 16 || column_is_null(row, 9)) {
        return fail(
            error, ANNOPROJ_CORRUPT,
            "task %lld: its data unit or the UUID of its dataset or project is damaged: restore a backup of the "
            "store",
            (long long)column_int64(row, 0));
    }
    out->id = column_int64(row, 0);
    out->stage = column_int64(row, 1);
    out->assignee = column_int64(row, 2) > 0 ? column_int64(row, 2) : 0;
    out->entered_us = column_int64(row, 3);
    out->stage_type = (int32_t)column_int64(row, 4);
    out->status = (int32_t)column_int64(row, 5);
    out->parent = column_int64(row, 22);
    out->branch = (int32_t)column_int64(row, 23);
    memcpy(out->dataset_uuid, dataset, 16);
    task_uuid(project, out->id, out->uuid);
    out->dataset_title = arena_text(&out->memory, column_text(row, 7), column_length(row, 7));
    return out->dataset_title && data_unit_read(&out->memory, row, 9, &out->unit) ? ANNOPROJ_OK : fail_memory(error);
}

annoproj_status export_unit_members(const export_plan *plan, statement *row, int column, export_task *task,
                                    annoproj_error **error) {
    if (!plan->extended) {
        return ANNOPROJ_OK;
    }
    task->unit.members_length = column_length(row, column);
    task->unit.members = keep(&task->memory, column_blob(row, column), task->unit.members_length);
    return task->unit.members ? ANNOPROJ_OK : fail_memory(error);
}

static annoproj_status take_task(export_plan *plan, statement *row, export_task_fn found, void *data,
                                 annoproj_error **error) {
    export_task task = {0};
    annoproj_status status = ANNOPROJ_OK;
    if (export_is_wanted(plan->stages, plan->stage_count, column_int64(row, 1))) {
        status = read_task(row, &task, error);
        if (status == ANNOPROJ_OK) {
            status = export_unit_members(plan, row, 24, &task, error);
        }
        if (status == ANNOPROJ_OK) {
            status = found(plan, &task, data, error);
        }
        if (status == ANNOPROJ_OK) {
            status = output_pass(plan->out, error);
        }
    }
    arena_release(&task.memory);
    return status;
}

annoproj_status export_look_up(const export_plan *plan, int64_t tasks_done, annoproj_error **error) {
    const bounds *limits = plan->in->bounds;
    if (tasks_done % CHECK_EVERY != 0) {
        return ANNOPROJ_OK;
    }
    annoproj_status status = bounds_check(limits, error);
    return status == ANNOPROJ_OK ? bounds_progress(limits, tasks_done, plan->tasks, error) : status;
}

annoproj_status export_each_task(export_plan *plan, export_task_fn found, void *data, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    if (plan->version) {
        return export_version_each(plan, found, data, error);
    }
    statement *all = sql(plan->in->database, SQL_TASKS);
    bind_int64(all, plan->in->project.id);
    for (int64_t count = 0; status == ANNOPROJ_OK && sql_row(all); count++) {
        status = export_look_up(plan, count, error);
        if (status == ANNOPROJ_OK) {
            status = take_task(plan, all, found, data, error);
        }
    }
    annoproj_status ended = sql_end(all, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

annoproj_status export_one_task(export_plan *plan, int64_t task, export_task_fn found, void *data,
                                annoproj_error **error) {
    statement *one = sql(plan->in->database, SQL_ONE);
    bind_int64(one, plan->in->project.id);
    bind_int64(one, task);
    const bool there = sql_row(one);
    annoproj_status status = there ? take_task(plan, one, found, data, error) : ANNOPROJ_OK;
    annoproj_status ended = sql_end(one, status == ANNOPROJ_OK ? error : NULL);
    if (status == ANNOPROJ_OK && ended == ANNOPROJ_OK && !there) {
        return fail(error, ANNOPROJ_NOT_FOUND, "there is no task %lld", (long long)task);
    }
    return status == ANNOPROJ_OK ? ended : status;
}

void export_unit_uuid(const data_unit *unit, int64_t frame, char out[37]) {
    struct {
        uint8_t uuid[16];
        int64_t frame;
    } source = {.frame = frame};
    uint8_t uuid[16];
    memcpy(source.uuid, unit->uuid, sizeof source.uuid);
    hash128(&source, sizeof source, uuid);
    uuid[6] = (uint8_t)((uuid[6] & 0x0f) | 0x80);
    uuid[8] = (uint8_t)((uuid[8] & 0x3f) | 0x80);
    uuid_text(frame == 0 ? unit->uuid : uuid, out);
}

#define LINK_MOST ((size_t)16 << 10)

static annoproj_status sign_link(const export_plan *plan, export_task *task, annoproj_error **error) {
    char *made = arena_allocate(&task->memory, LINK_MOST + 1);
    size_t length = 0;
    if (!made) {
        return fail_memory(error);
    }
    callback_begin();
    const int32_t answer = plan->sign(task->unit.link, made, LINK_MOST, &length, plan->user_data);
    callback_end();
    if (answer != 0) {
        return fail(error, ANNOPROJ_CALLBACK, "the callback that signs links returned %d", (int)answer);
    }
    if (length > LINK_MOST || !utf8_valid(made, length) || memchr(made, 0, length)) {
        return fail(error, ANNOPROJ_CALLBACK,
                    "the callback that signs links gave no UTF-8 text of at most %zu bytes without NUL", LINK_MOST);
    }
    made[length] = 0;
    task->link = made;
    return ANNOPROJ_OK;
}

annoproj_status export_link(export_plan *plan, export_task *task, annoproj_error **error) {
    annoproj_status status = plan->sign && !task->link ? sign_link(plan, task, error) : ANNOPROJ_OK;
    const char *link = task->link ? task->link : task->unit.link;
    text_json(&plan->out->text, link, strlen(link));
    return status;
}

/* --- labels ---------------------------------------------------------------------------------------------------------- */

static bool make_room(export_task *task) {
    if (task->label_count < task->label_capacity) {
        return true;
    }
    const size_t capacity = task->label_capacity ? task->label_capacity * 2 : 16;
    label *labels = arena_array(&task->memory, capacity, sizeof *labels);
    const feature **classes = arena_array(&task->memory, capacity, sizeof *classes);
    if (!labels || !classes) {
        return false;
    }
    if (task->label_count > 0) {
        memcpy(labels, task->labels, task->label_count * sizeof *labels);
        memcpy(classes, task->classes, task->label_count * sizeof *classes);
    }
    task->labels = labels;
    task->classes = classes;
    task->label_capacity = capacity;
    return true;
}

annoproj_status export_keep_label(const export_plan *plan, export_task *task, const label *found,
                                  annoproj_error **error) {
    const feature *class = export_feature(plan, found->class);
    if (!export_is_wanted(plan->classes, plan->class_count, found->class)) {
        return ANNOPROJ_OK;
    }
    if (!class) {
        return export_damaged(task, found, error);
    }
    if (!make_room(task)) {
        return fail_memory(error);
    }
    label *kept = &task->labels[task->label_count];
    *kept = *found;
    kept->ranges = keep(&task->memory, found->ranges, found->ranges_length);
    kept->geometry = keep(&task->memory, found->geometry, found->geometry_length);
    kept->answers = keep(&task->memory, found->answers, found->answers_length);
    kept->nodes = keep(&task->memory, found->nodes, found->nodes_length);
    kept->members = keep(&task->memory, found->members, found->members_length);
    if (!kept->ranges || !kept->geometry || !kept->answers || !kept->nodes || !kept->members) {
        return fail_memory(error);
    }
    task->classes[task->label_count++] = class;
    return ANNOPROJ_OK;
}

typedef struct gathering {
    const export_plan *plan;
    export_task *task;
} gathering;

static annoproj_status gather(void *data, const label *found, annoproj_error **error) {
    const gathering *to = data;
    return export_keep_label(to->plan, to->task, found, error);
}

annoproj_status export_load_labels(export_plan *plan, export_task *task, annoproj_error **error) {
    gathering to = {.plan = plan, .task = task};
    task->label_count = 0;
    if (plan->version) {
        return export_version_labels(plan, task, gather, &to, error);
    }
    return plan->drawn_only ? label_each_drawn(plan->in, task->id, gather, &to, error)
                            : label_each(plan->in, task->id, gather, &to, error);
}
