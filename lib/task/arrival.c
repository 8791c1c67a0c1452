/* Where a task is: arriving in a stage, and what its actions leave on it. */
#include "branch.h"
#include "failure.h"
#include "lapse.h"
#include "person_rules.h"
#include "queue_passed.h"
#include "queue_skip.h"
#include "task.h"
#include "task_places.h"

const char *task_status_name(int32_t status) {
    switch (status) {
    case ANNOPROJ_TASK_NEW: return "new";
    case ANNOPROJ_TASK_REOPENED: return "reopened";
    case ANNOPROJ_TASK_SKIPPED: return "skipped";
    case ANNOPROJ_TASK_COMPLETED: return "completed";
    default: return "unknown";
    }
}

annoproj_status task_close_stay(command *cmd, const task_facts *task, annoproj_error **error) {
    static const char text[] =
        "INSERT INTO task_stay(task, number, stage, entered_us, left_us, actor, assignee) VALUES(?1,"
        " (SELECT coalesce(max(number), 0) + 1 FROM task_stay WHERE task = ?1), ?2, ?3, ?4, ?5, ?6)";
    statement *insert = sql(cmd->scope.database, text);
    bind_int64(insert, task->id);
    bind_int64(insert, task->stage.id);
    bind_int64(insert, task->entered_us);
    bind_int64(insert, cmd->scope.now_us);
    bind_int64(insert, task->assignee == NOT_QUEUED ? 0 : cmd->scope.user); /* nobody worked on what waited */
    bind_int64(insert, task->assignee > 0 ? task->assignee : 0);
    return sql_run(insert, error);
}

static annoproj_status write_arrival(command *cmd, task_facts *task, int64_t left_stage, annoproj_error **error) {
    static const char text[] =
        "UPDATE task SET stage = ?2, status = ?3, assignee = ?4, assigned_by = ?5, entered_us = ?6, released = 0,"
        " worked_us = NULL, returned = ?7, last_submitter = ?8, last_action_user = iif(?9, ?10, last_action_user),"
        " last_action_stage = iif(?9, ?11, last_action_stage), last_action_us = iif(?9, ?6, last_action_us) WHERE id = "
        "?1";
    statement *update = sql(cmd->scope.database, text);
    bind_int64(update, task->id);
    bind_int64(update, task->stage.id);
    bind_int64(update, task->status);
    bind_int64(update, task->assignee);
    bind_int64(update, task->assigned_by);
    bind_int64(update, task->entered_us);
    bind_int64(update, task->returned);
    bind_int64(update, task->last_submitter);
    bind_int64(update, task->leaves);
    bind_int64(update, cmd->scope.user);
    bind_int64(update, left_stage);
    task->leaves = false;
    return sql_run(update, error);
}

/* The assignee it arrives with may have it there; a manager in spite of the person rules. */
static annoproj_status welcome_assignee(command *cmd, const task_facts *task, annoproj_error **error) {
    bool manages = false;
    bool assigned = task->assigned_by == ASSIGNED_MANAGER;
    annoproj_status status = access_is_manager(&cmd->scope, task->assignee, &manages, error);
    if (status == ANNOPROJ_OK && !manages)
        status = person_rules_check(&cmd->scope, task, task->assignee, error);
    if (status == ANNOPROJ_OK)
        command_event(cmd, &(event){.kind = assigned ? EVENT_TASK_ASSIGN : EVENT_TASK_RETURN,
                                    .task = NUMBER_OF(task->id),
                                    .stage = task->stage.number,
                                    .credited = task->assignee,
                                    .reference = assigned ? ASSIGNED_MANAGER : 0});
    return status;
}

annoproj_status task_arrive(command *cmd, task_facts *task, const task_arrival *arrival, annoproj_error **error) {
    scope *in = &cmd->scope;
    stage_facts stage;
    annoproj_status status = ANNOPROJ_OK;
    if (arrival->facts)
        stage = *arrival->facts;
    else
        status = access_stage_facts(in, arrival->stage, in->user, &stage, error);
    if (status == ANNOPROJ_OK)
        status = task_close_stay(cmd, task, error);
    if (status == ANNOPROJ_OK)
        status = task_place_changed(cmd, task, stage.id, arrival->assignee, error);
    if (status == ANNOPROJ_OK)
        status = queue_forget_skips(cmd, task, error);
    if (status != ANNOPROJ_OK)
        return status;

    const int64_t left_stage = task->stage.id;
    task->stage = stage;
    task->status = arrival->status;
    task->assignee = arrival->assignee;
    task->assigned_by = arrival->assignee > 0 ? arrival->assigned_by : ASSIGNED_NOBODY;
    task->entered_us = in->now_us;
    task->released = false;
    task->worked_us = 0;
    task->returned = arrival->returned;
    status = write_arrival(cmd, task, left_stage, error);
    if (status == ANNOPROJ_OK)
        status = queue_passed_enter(cmd, task, error);
    return status == ANNOPROJ_OK && task->assignee > 0 ? welcome_assignee(cmd, task, error) : status;
}

static annoproj_status note_worker(command *cmd, const task_facts *task, annoproj_error **error) {
    static const char text[] = "INSERT OR IGNORE INTO task_worker(task, stage, user) VALUES(?, ?, ?)";
    statement *insert = sql(cmd->scope.database, text);
    bind_int64(insert, task->parent != 0 ? task->parent : task->id);
    bind_int64(insert, task->stage.id);
    bind_int64(insert, cmd->scope.user);
    return sql_run(insert, error);
}

annoproj_status task_leave_by_action(command *cmd, task_facts *task, bool submitted, annoproj_error **error) {
    annoproj_status status = lapse_settle(cmd, task, error);
    if (status != ANNOPROJ_OK)
        return status;
    task->leaves = true;
    if (!submitted)
        return ANNOPROJ_OK;
    task->last_submitter = cmd->scope.user;
    status = branch_forget_submitters(cmd, task, error);
    return status == ANNOPROJ_OK && cmd->scope.user != 0 ? note_worker(cmd, task, error) : status;
}

annoproj_status task_note_action(command *cmd, task_facts *task, bool submitted, annoproj_error **error) {
    static const char text[] = "UPDATE task SET last_action_user = ?, last_action_stage = ?, last_action_us = ?,"
                               " last_submitter = ?, worked_us = iif(?, NULL, worked_us) WHERE id = ?";
    annoproj_status status = lapse_settle(cmd, task, error);
    if (status != ANNOPROJ_OK)
        return status;
    /* A submit by the host credits nobody. */
    if (submitted)
        task->last_submitter = cmd->scope.user;
    statement *update = sql(cmd->scope.database, text);
    bind_int64(update, cmd->scope.user);
    bind_int64(update, task->stage.id);
    bind_int64(update, cmd->scope.now_us);
    bind_int64(update, task->last_submitter);
    bind_int64(update, submitted); /* the assignment has served: it lapses no more */
    bind_int64(update, task->id);
    status = sql_run(update, error);
    if (status == ANNOPROJ_OK && submitted && cmd->scope.user != 0)
        status = note_worker(cmd, task, error);
    return status;
}

annoproj_status task_set_version(command *cmd, task_facts *task, int64_t version, annoproj_error **error) {
    static const char text[] = "UPDATE task SET version = ? WHERE id = ?";
    annoproj_status status = lapse_settle(cmd, task, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *update = sql(cmd->scope.database, text);
    bind_int64(update, version);
    bind_int64(update, task->id);
    status = sql_run(update, error);
    if (status == ANNOPROJ_OK)
        task->version = version;
    return status;
}

annoproj_status task_set_issue_counts(command *cmd, int64_t task, int64_t open, int64_t resolved,
                                      annoproj_error **error) {
    static const char text[] = "UPDATE task SET open_issues = ?, resolved_issues = ? WHERE id = ?";
    statement *update = sql(cmd->scope.database, text);
    bind_int64(update, open);
    bind_int64(update, resolved);
    bind_int64(update, task);
    return sql_run(update, error);
}

annoproj_status task_set_priority(command *cmd, task_facts *task, int32_t priority, annoproj_error **error) {
    static const char text[] = "UPDATE task SET priority = ? WHERE id = ?";
    annoproj_status status = lapse_settle(cmd, task, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *update = sql(cmd->scope.database, text);
    bind_int64(update, priority);
    bind_int64(update, task->id);
    status = sql_run(update, error);
    if (status == ANNOPROJ_OK) {
        task->priority = priority;
        command_event(cmd, &(event){.kind = EVENT_TASK_PRIORITY,
                                    .task = NUMBER_OF(task->id),
                                    .stage = task->stage.number,
                                    .reference = priority});
        status = queue_passed_enter(cmd, task, error);
    }
    return status;
}
