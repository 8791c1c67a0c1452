/* The queue: what a user takes next, skips, and why there is nothing.
 *
 * The index task_queue has the tasks of a (stage, assignee) grouped by exclusion set, each group in queue order. The head of
 * a group is one seek; a group whose set holds the user is passed over by that seek, whatever its size. */
#include "exclusion.h"
#include "failure.h"
#include "task.h"
#include "task_count.h"

typedef struct candidate {
    int64_t task, entered_us;
    int32_t priority;
    bool own;
} candidate;

/* Queue order: priority, own before unassigned, time of entering, id. */
static bool comes_before(const candidate *a, const candidate *b) {
    if (b->task == 0)
        return true;
    if (a->priority != b->priority)
        return a->priority > b->priority;
    if (a->own != b->own)
        return a->own;
    if (a->entered_us != b->entered_us)
        return a->entered_us < b->entered_us;
    return a->task < b->task;
}

/* Looks at the head of every group of an assignee; improves `best`, gathers why others may not be taken. */
static annoproj_status look_at_groups(command *cmd, int64_t assignee, candidate *best, int32_t *reasons,
                                      annoproj_error **error) {
    static const char text[] = "SELECT exclusion, priority, entered_us, id FROM task INDEXED BY task_queue"
                               " WHERE stage = ? AND assignee = ? AND exclusion > ?"
                               " ORDER BY exclusion, priority DESC, entered_us, id LIMIT 1";
    scope *in = &cmd->scope;
    annoproj_status status = ANNOPROJ_OK;
    for (int64_t exclusion = -1; status == ANNOPROJ_OK;) {
        candidate head = {.own = assignee != 0};
        int32_t excluded = 0;
        statement *find = sql(in->database, text);
        bind_int64(find, in->stage.id);
        bind_int64(find, assignee);
        bind_int64(find, exclusion);
        if (sql_row(find)) {
            exclusion = column_int64(find, 0);
            head.priority = (int32_t)column_int64(find, 1);
            head.entered_us = column_int64(find, 2);
            head.task = column_int64(find, 3);
        }
        status = sql_end(find, error);
        if (status != ANNOPROJ_OK || head.task == 0)
            break;
        status = exclusion_reasons(in, exclusion, in->user, &excluded, error);
        /* What one holds already is not taken away by a rule. */
        if (assignee != 0)
            excluded &= EXCLUDED_SKIPPED;
        if (excluded == 0 && comes_before(&head, best))
            *best = head;
        *reasons |= excluded & EXCLUDED_BY_RULE ? excluded & EXCLUDED_BY_RULE : excluded;
    }
    return status;
}

/* The least recently skipped task of the user that is free or still the user's. */
static annoproj_status look_at_skipped(command *cmd, bool own_only, candidate *best, annoproj_error **error) {
    static const char text[] =
        "SELECT t.id, t.assignee, t.exclusion FROM task_skip s JOIN task t ON t.id = s.task"
        " WHERE s.user = ?1 AND s.stage = ?2 AND t.stage = ?2 AND (t.assignee = ?1 OR (t.assignee = 0 AND NOT ?3))"
        " ORDER BY s.skipped";
    scope *in = &cmd->scope;
    annoproj_status status = ANNOPROJ_OK;
    statement *find = sql(in->database, text);
    bind_int64(find, in->user);
    bind_int64(find, in->stage.id);
    bind_int64(find, own_only);
    while (status == ANNOPROJ_OK && best->task == 0 && sql_row(find)) {
        int32_t excluded = 0;
        bool own = column_int64(find, 1) != 0;
        status = exclusion_reasons(in, column_int64(find, 2), in->user, &excluded, error);
        if (own || !(excluded & EXCLUDED_BY_RULE))
            *best = (candidate){.task = column_int64(find, 0), .own = own};
    }
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

/* Why there is nothing to take; costs no scan. */
static annoproj_status explain(command *cmd, bool own_only, int32_t reasons, annoproj_queue_reason *reason,
                               annoproj_error **error) {
    int64_t tasks = 0;
    annoproj_status status = task_count_of(&cmd->scope, cmd->scope.stage.id, -1, &tasks, error);
    if (reasons & EXCLUDED_SKIPPED)
        *reason = ANNOPROJ_QUEUE_ONLY_SKIPPED;
    else if (reasons & EXCLUDED_SUBMITTER)
        *reason = ANNOPROJ_QUEUE_SUBMITTED_BY_YOU;
    else if (reasons & EXCLUDED_WORKER)
        *reason = ANNOPROJ_QUEUE_WORKED_ON_BY_YOU;
    else if (own_only)
        *reason = ANNOPROJ_QUEUE_NONE_ASSIGNED_TO_YOU;
    else if (tasks == 0)
        *reason = ANNOPROJ_QUEUE_EMPTY;
    else
        *reason = ANNOPROJ_QUEUE_ALL_ASSIGNED;
    return status;
}

annoproj_status queue_next(command *cmd, bool include_skipped, int64_t *task, annoproj_queue_reason *reason,
                           annoproj_error **error) {
    scope *in = &cmd->scope;
    bool own_only = in->stage.hide_unassigned && !in->manager;
    candidate best = {0};
    int32_t reasons = 0;
    *task = 0;
    *reason = ANNOPROJ_QUEUE_FOUND;
    annoproj_status status = look_at_groups(cmd, in->user, &best, &reasons, error);
    if (status == ANNOPROJ_OK && !own_only)
        status = look_at_groups(cmd, 0, &best, &reasons, error);
    if (status == ANNOPROJ_OK && best.task == 0 && include_skipped && (reasons & EXCLUDED_SKIPPED))
        status = look_at_skipped(cmd, own_only, &best, error);
    if (status != ANNOPROJ_OK)
        return status;
    if (best.task == 0)
        return explain(cmd, own_only, reasons, reason, error);

    if (!best.own) {
        task_facts facts = {.id = best.task, .stage = in->stage};
        status = task_set_assignee(cmd, &facts, in->user, ASSIGNED_SELF, false, error);
        if (status != ANNOPROJ_OK)
            return status;
        command_event(cmd, &(event){.kind = EVENT_TASK_ASSIGN,
                                    .task = NUMBER_OF(best.task),
                                    .stage = in->stage.number,
                                    .credited = in->user,
                                    .reference = ASSIGNED_SELF});
    }
    *task = best.task;
    return ANNOPROJ_OK;
}

static annoproj_status set_exclusion(command *cmd, task_facts *task, int64_t exclusion, int32_t status_now,
                                     annoproj_error **error) {
    static const char text[] = "UPDATE task SET exclusion = ?, status = ? WHERE id = ?";
    statement *update = sql(cmd->scope.database, text);
    bind_int64(update, exclusion);
    bind_int64(update, status_now);
    bind_int64(update, task->id);
    annoproj_status status = sql_run(update, error);
    if (status == ANNOPROJ_OK) {
        task->exclusion = exclusion;
        task->status = status_now;
    }
    return status;
}

annoproj_status queue_skip(command *cmd, task_facts *task, annoproj_error **error) {
    static const char text[] = "INSERT OR REPLACE INTO task_skip(task, user, stage, skipped) VALUES(?, ?, ?, ?)";
    scope *in = &cmd->scope;
    bool stays = task->assigned_by == ASSIGNED_MANAGER || task->stage.hide_unassigned;
    int64_t seq = 0, exclusion = 0;
    int32_t reasons = 0;
    annoproj_status status = event_next_seq(in->database, PROJECT_OF(task->id), &seq, error);
    if (status == ANNOPROJ_OK)
        status = exclusion_reasons(in, task->exclusion, in->user, &reasons, error);
    if (status == ANNOPROJ_OK)
        status = exclusion_change(cmd, task->exclusion, in->user, reasons | EXCLUDED_SKIPPED, &exclusion, error);
    if (status == ANNOPROJ_OK)
        status = set_exclusion(cmd, task, exclusion, ANNOPROJ_TASK_SKIPPED, error);
    if (status == ANNOPROJ_OK && !stays)
        status = task_set_assignee(cmd, task, 0, ASSIGNED_NOBODY, false, error);
    if (status != ANNOPROJ_OK)
        return status;

    statement *insert = sql(in->database, text);
    bind_int64(insert, task->id);
    bind_int64(insert, in->user);
    bind_int64(insert, task->stage.id);
    bind_int64(insert, seq);
    status = sql_run(insert, error);
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
    int64_t exclusion = 0;
    int32_t reasons = 0;
    annoproj_status status = exclusion_reasons(&cmd->scope, task->exclusion, user, &reasons, error);
    *forgotten = status == ANNOPROJ_OK && (reasons & EXCLUDED_SKIPPED);
    if (!*forgotten)
        return status;
    status = exclusion_change(cmd, task->exclusion, user, reasons & ~EXCLUDED_SKIPPED, &exclusion, error);
    if (status == ANNOPROJ_OK)
        status = set_exclusion(cmd, task, exclusion, task->status, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *delete = sql(cmd->scope.database, text);
    bind_int64(delete, task->id);
    bind_int64(delete, user);
    return sql_run(delete, error);
}
