/* Assignments that lapse. */
#include "lapse.h"

#include "task.h"

#define MOST_AT_ONCE 1000 /* some 10 ms */

annoproj_status lapse_settle(command *cmd, task_facts *task, annoproj_error **error) {
    int64_t former = task->lapsed;
    if (former == 0)
        return ANNOPROJ_OK;
    task->lapsed = 0;
    task->assignee = former; /* as the store has it */
    annoproj_status status = task_set_assignee(cmd, task, 0, ASSIGNED_NOBODY, true, error);
    if (status == ANNOPROJ_OK)
        command_event(cmd, &(event){.kind = EVENT_TASK_LAPSE,
                                    .task = NUMBER_OF(task->id),
                                    .stage = task->stage.number,
                                    .credited = former});
    return status;
}

annoproj_status lapse_settle_beside(command *cmd, const task_facts *task, int64_t user, annoproj_error **error) {
    static const char text[] = "SELECT id FROM task WHERE parent = (SELECT parent FROM task WHERE id = ?1)"
                               " AND parent <> 0 AND id <> ?1 AND stage <> 0 AND assignee = ?2";
    task_facts other = {0};
    if (task->stage.type != STAGE_CONSENSUS_ANNOTATION || task->stage.assignment_ttl_us == 0)
        return ANNOPROJ_OK;
    statement *find = sql(cmd->scope.database, text);
    bind_int64(find, task->id);
    bind_int64(find, user);
    const int64_t held = sql_row(find) ? column_int64(find, 0) : 0;
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && held != 0)
        status = access_task_facts(&cmd->scope, held, &other, error);
    return status == ANNOPROJ_OK ? lapse_settle(cmd, &other, error) : status;
}

/* The task of the command's stage that is longest without a sign of work, when it has lapsed; id 0 when none has. */
static annoproj_status next_lapsed(command *cmd, task_facts *task, annoproj_error **error) {
    static const char text[] = "SELECT id, assignee, status, priority, entered_us FROM task INDEXED BY task_worked"
                               " WHERE stage = ? AND worked_us <= ? ORDER BY worked_us, id LIMIT 1";
    const stage_facts *stage = &cmd->scope.stage;
    *task = (task_facts){.stage = *stage};
    statement *find = sql(cmd->scope.database, text);
    bind_int64(find, stage->id);
    bind_int64(find, cmd->scope.now_us - stage->assignment_ttl_us);
    if (sql_row(find)) {
        task->id = column_int64(find, 0);
        task->lapsed = column_int64(find, 1);
        task->status = (int32_t)column_int64(find, 2);
        task->priority = (int32_t)column_int64(find, 3);
        task->entered_us = column_int64(find, 4);
    }
    return sql_end(find, error);
}

annoproj_status lapse_settle_stage(command *cmd, annoproj_error **error) {
    task_facts task = {0};
    annoproj_status status = ANNOPROJ_OK;
    if (cmd->scope.stage.assignment_ttl_us == 0)
        return ANNOPROJ_OK;
    for (int i = 0; i < MOST_AT_ONCE && status == ANNOPROJ_OK; i++) {
        status = next_lapsed(cmd, &task, error);
        if (status != ANNOPROJ_OK || task.id == 0)
            break;
        status = lapse_settle(cmd, &task, error);
    }
    return status;
}

static annoproj_status count_from(command *cmd, task_facts *task, int64_t worked_us, annoproj_error **error) {
    static const char text[] = "UPDATE task SET worked_us = ? WHERE id = ?";
    task->worked_us = worked_us;
    statement *update = sql(cmd->scope.database, text);
    bind_int64(update, worked_us);
    bind_int64(update, task->id);
    return sql_run(update, error);
}

annoproj_status lapse_worked(command *cmd, task_facts *task, int64_t from_us, int64_t until_us,
                             annoproj_error **error) {
    int64_t user = cmd->scope.user, now_us = cmd->scope.now_us, ttl_us = task->stage.assignment_ttl_us;
    until_us = until_us < now_us ? until_us : now_us;
    bool recent = until_us + ttl_us > now_us;
    if (user == 0 || (task->lapsed != user && task->assignee != user))
        return lapse_settle(cmd, task, error);
    if (task->lapsed == user && recent && from_us < task->worked_us + ttl_us) {
        task->lapsed = 0; /* as the store has it */
        task->assignee = user;
        task->assigned_by = ASSIGNED_SELF;
        task->released = false;
    }
    if (task->lapsed == user)
        return recent ? task_take(cmd, task, error) : lapse_settle(cmd, task, error);
    return task->worked_us != 0 && until_us > task->worked_us ? count_from(cmd, task, until_us, error) : ANNOPROJ_OK;
}

annoproj_status lapse_follow_edit(command *cmd, const stage_facts *stage, int64_t ttl_before_us,
                                  annoproj_error **error) {
    static const char begin_text[] = "UPDATE task INDEXED BY task_queue SET worked_us = ?2"
                                     " WHERE stage = ?1 AND assignee > 0 AND assigned_by = ?3";
    static const char end_text[] = "UPDATE task SET worked_us = NULL WHERE stage = ?1 AND worked_us IS NOT NULL";
    bool begins = ttl_before_us == 0 && stage->assignment_ttl_us > 0;
    if (!begins && (ttl_before_us == 0 || stage->assignment_ttl_us > 0))
        return ANNOPROJ_OK;
    statement *update = sql(cmd->scope.database, begins ? begin_text : end_text);
    bind_int64(update, stage->id);
    if (begins) {
        bind_int64(update, cmd->scope.now_us);
        bind_int64(update, ASSIGNED_SELF);
    }
    return sql_run(update, error);
}
