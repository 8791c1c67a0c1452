/* Stretches of a queue that hold nothing for a user. */
#include "queue_passed.h"

#define PASSED_BY " WHERE stage = ? AND assignee = ? AND user = ? AND priority = ?"

annoproj_status queue_passed_find(command *cmd, int64_t assignee, int64_t priority, const queue_place *at,
                                  queue_stretch *out, annoproj_error **error) {
    static const char text[] = "SELECT from_us, from_task, until_us, until_task FROM queue_passed" PASSED_BY
                               " AND (until_us, until_task) >= (?, ?) ORDER BY until_us, until_task LIMIT 1";
    statement *find = sql(cmd->scope.database, text);
    bind_int64(find, cmd->scope.stage.id);
    bind_int64(find, assignee);
    bind_int64(find, cmd->scope.user);
    bind_int64(find, priority);
    bind_int64(find, at->entered_us);
    bind_int64(find, at->task);
    *out = (queue_stretch){.priority = priority};
    if (sql_row(find)) {
        out->from = (queue_place){column_int64(find, 0), column_int64(find, 1)};
        out->until = (queue_place){column_int64(find, 2), column_int64(find, 3)};
        out->known = true;
    }
    return sql_end(find, error);
}

annoproj_status queue_passed_note(command *cmd, int64_t assignee, const queue_stretch *stretch,
                                  annoproj_error **error) {
    static const char delete_text[] = "DELETE FROM queue_passed" PASSED_BY
                                      " AND (until_us, until_task) >= (?, ?) AND (until_us, until_task) <= (?, ?)";
    static const char insert_text[] = "INSERT INTO queue_passed(stage, assignee, user, priority, from_us, from_task,"
                                      " until_us, until_task) VALUES(?, ?, ?, ?, ?, ?, ?, ?)";
    static const char *const texts[] = {delete_text, insert_text};
    annoproj_status status = ANNOPROJ_OK;
    for (int i = 0; i < 2 && status == ANNOPROJ_OK; i++) {
        statement *change = sql(cmd->scope.database, texts[i]);
        bind_int64(change, cmd->scope.stage.id);
        bind_int64(change, assignee);
        bind_int64(change, cmd->scope.user);
        bind_int64(change, stretch->priority);
        bind_int64(change, stretch->from.entered_us);
        bind_int64(change, stretch->from.task);
        bind_int64(change, stretch->until.entered_us);
        bind_int64(change, stretch->until.task);
        status = sql_run(change, error);
    }
    return status;
}

/* Binds the place of a task in its queue: parameters 1 to 5. */
static statement *at_place(command *cmd, const char *text, const task_facts *task) {
    statement *one = sql(cmd->scope.database, text);
    bind_int64(one, task->stage.id);
    bind_int64(one, task->assignee);
    bind_int64(one, task->priority);
    bind_int64(one, task->entered_us);
    bind_int64(one, task->id);
    return one;
}

#define AT_PLACE " WHERE stage = ?1 AND assignee = ?2 AND priority = ?3 AND until_us >= ?4"
#define HOLDS_IT AT_PLACE " AND (from_us, from_task) <= (?4, ?5) AND (until_us, until_task) >= (?4, ?5)"

annoproj_status queue_passed_enter(command *cmd, const task_facts *task, annoproj_error **error) {
    static const char find_text[] = "SELECT 1 FROM queue_passed" HOLDS_IT " LIMIT 1";
    /* What lies before the task becomes a stretch of its own, what lies behind it keeps the end; nothing lies behind the
     * last task of a stretch. */
    static const char *const cut[] = {
        "INSERT INTO queue_passed(stage, assignee, user, priority, from_us, from_task, until_us, until_task)"
        " SELECT stage, assignee, user, priority, from_us, from_task, ?4, ?5 - 1 FROM queue_passed" HOLDS_IT
        " AND (from_us, from_task) < (?4, ?5)",
        "UPDATE queue_passed SET from_us = ?4, from_task = ?5 + 1" HOLDS_IT,
        "DELETE FROM queue_passed" AT_PLACE " AND until_us = ?4 AND until_task = ?5"};
    statement *find = at_place(cmd, find_text, task);
    bool held = sql_row(find);
    annoproj_status status = sql_end(find, error);
    for (size_t i = 0; i < sizeof cut / sizeof *cut && held && status == ANNOPROJ_OK; i++)
        status = sql_run(at_place(cmd, cut[i], task), error);
    return status;
}

annoproj_status queue_passed_forget(command *cmd, int64_t stage, annoproj_error **error) {
    static const char text[] = "DELETE FROM queue_passed WHERE stage = ?";
    statement *delete = sql(cmd->scope.database, text);
    bind_int64(delete, stage);
    return sql_run(delete, error);
}
