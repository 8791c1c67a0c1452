/* Skips of the queue. */
#include "queue_skip.h"

#include "branch.h"
#include "person_rules.h"
#include "task.h"

annoproj_status queue_skipped(scope *in, const task_facts *task, int64_t user, bool *skipped, annoproj_error **error) {
    static const char text[] = "SELECT 1 FROM task_skip WHERE task = ? AND user = ?";
    *skipped = false;
    if (task->status != ANNOPROJ_TASK_SKIPPED)
        return ANNOPROJ_OK;
    statement *find = sql(in->database, text);
    bind_int64(find, task->id);
    bind_int64(find, user);
    *skipped = sql_row(find);
    return sql_end(find, error);
}

annoproj_status queue_skips_follow(command *cmd, const task_facts *task, annoproj_error **error) {
    static const char text[] = "UPDATE task_skip SET stage = ? WHERE task = ?";
    if (task->status != ANNOPROJ_TASK_SKIPPED)
        return ANNOPROJ_OK;
    statement *update = sql(cmd->scope.database, text);
    bind_int64(update, task->stage.id);
    bind_int64(update, task->id);
    return sql_run(update, error);
}

annoproj_status queue_forget_skips(command *cmd, const task_facts *task, annoproj_error **error) {
    static const char text[] = "DELETE FROM task_skip WHERE task = ?";
    if (task->status != ANNOPROJ_TASK_SKIPPED)
        return ANNOPROJ_OK;
    statement *delete = sql(cmd->scope.database, text);
    bind_int64(delete, task->id);
    return sql_run(delete, error);
}

/* The user's next skip behind the one of `id` at `after` (branches of a task are skipped at once) whose task is the user's
 * own or (not with `own_only`) free; id 0 at the end. */
static annoproj_status next_skip(command *cmd, bool own_only, int64_t *after, int64_t *id, annoproj_error **error) {
    static const char text[] =
        "SELECT s.skipped, s.task FROM task_skip s INDEXED BY task_skip_user CROSS JOIN task t ON t.id = s.task"
        " WHERE s.user = ?1 AND s.stage = ?2 AND s.skipped >= ?3 AND (s.skipped > ?3 OR s.task > ?5)"
        " AND (t.assignee = ?1 OR (t.assignee = 0 AND NOT ?4)) ORDER BY s.skipped, s.task LIMIT 1";
    statement *find = sql(cmd->scope.database, text);
    bind_int64(find, cmd->scope.user);
    bind_int64(find, cmd->scope.stage.id);
    bind_int64(find, *after);
    bind_int64(find, own_only);
    bind_int64(find, *id);
    bool found = sql_row(find);
    *after = found ? column_int64(find, 0) : INT64_MAX;
    *id = found ? column_int64(find, 1) : 0;
    return sql_end(find, error);
}

annoproj_status queue_first_skipped(command *cmd, bool own_only, task_facts *task, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    for (int64_t after = 0, id = 0; status == ANNOPROJ_OK;) {
        person_rule rule = RULE_NONE;
        *task = (task_facts){0};
        status = next_skip(cmd, own_only, &after, &id, error);
        if (status != ANNOPROJ_OK || id == 0)
            break;
        status = access_task_facts(&cmd->scope, id, task, error);
        /* A rule that was changed since, or that a manager passed over, may keep the user from a free one. */
        if (status == ANNOPROJ_OK && task->assignee == 0)
            status = person_rule_bars(&cmd->scope, task, cmd->scope.user, &rule, error);
        if (status != ANNOPROJ_OK || rule == RULE_NONE)
            break;
        status = bounds_check(cmd->scope.bounds, error);
    }
    return status;
}

static annoproj_status set_skipped(command *cmd, task_facts *task, annoproj_error **error) {
    static const char text[] = "UPDATE task SET status = ? WHERE id = ?";
    statement *update = sql(cmd->scope.database, text);
    bind_int64(update, ANNOPROJ_TASK_SKIPPED);
    bind_int64(update, task->id);
    annoproj_status status = sql_run(update, error);
    if (status == ANNOPROJ_OK)
        task->status = ANNOPROJ_TASK_SKIPPED;
    return status;
}

static annoproj_status remember(command *cmd, const task_facts *task, annoproj_error **error) {
    static const char text[] = "INSERT OR REPLACE INTO task_skip(task, user, stage, skipped)"
                               " VALUES(?, ?, ?, ?)";
    int64_t seq = 0;
    annoproj_status status = command_next_seq(cmd, &seq, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *insert = sql(cmd->scope.database, text);
    bind_int64(insert, task->id);
    bind_int64(insert, cmd->scope.user);
    bind_int64(insert, task->stage.id);
    bind_int64(insert, seq);
    return sql_run(insert, error);
}

annoproj_status queue_skip_also(command *cmd, task_facts *task, annoproj_error **error) {
    annoproj_status status = set_skipped(cmd, task, error);
    return status == ANNOPROJ_OK ? remember(cmd, task, error) : status;
}

annoproj_status queue_skip(command *cmd, task_facts *task, annoproj_error **error) {
    bool stays = task->assigned_by == ASSIGNED_MANAGER || task->stage.hide_unassigned;
    annoproj_status status = set_skipped(cmd, task, error);
    if (status == ANNOPROJ_OK)
        status = remember(cmd, task, error);
    if (status == ANNOPROJ_OK && !stays)
        status = task_set_assignee(cmd, task, 0, ASSIGNED_NOBODY, false, error);
    if (status == ANNOPROJ_OK && !stays && task->parent != 0)
        status = branch_skip(cmd, task, error);
    if (status == ANNOPROJ_OK)
        command_event(cmd, &(event){.kind = EVENT_TASK_SKIP,
                                    .task = NUMBER_OF(task->id),
                                    .stage = task->stage.number,
                                    .reference = stays});
    return status;
}

annoproj_status queue_forget_skip(command *cmd, task_facts *task, int64_t user, bool *forgotten,
                                  annoproj_error **error) {
    static const char text[] = "DELETE FROM task_skip WHERE task = ? AND user = ?";
    annoproj_status status = queue_skipped(&cmd->scope, task, user, forgotten, error);
    if (status != ANNOPROJ_OK || !*forgotten)
        return status;
    statement *delete = sql(cmd->scope.database, text);
    bind_int64(delete, task->id);
    bind_int64(delete, user);
    return sql_run(delete, error);
}
