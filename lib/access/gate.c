/* The gate: the table of operations asked about the facts of this moment. What one may not see is NOT_FOUND, what one
 * may see but not do PERMISSION, what one could do but not now STATE or CONFLICT. */
#include "access.h"

#include "failure.h"
#include "rights.h"
#include "subjects.h"

/* The host holds every operation on the store. */
static right store_right(const scope *in, annoproj_operation operation) {
    return in->user == 0 ? RIGHT_YES : org_right(in->org_role, operation);
}

/* By the role there, else by the org role alone. */
static right project_right(const scope *in, annoproj_operation operation) {
    right held = role_right(in->role, operation);
    return held != RIGHT_NO ? held : org_right(in->org_role, operation);
}

bool access_holds(const scope *in, annoproj_operation operation) {
    const operation_rule *rule = operation_rule_of(operation);
    if (!rule) {
        return false;
    }
    return (rule->store ? store_right(in, operation) : project_right(in, operation)) != RIGHT_NO;
}

/* Assigned to them, or until it lapsed just now. */
static bool is_theirs(const scope *in, const task_facts *task) {
    return task->assignee == in->user || (task->lapsed != 0 && task->lapsed == in->user);
}

/* Of branches, annotators see their own and those nobody has; in the review they go with their task. */
static bool sees_branch(const scope *in, const task_facts *task) {
    if (task->stage.type == STAGE_CONSENSUS_REVIEW)
        return !task->stage.hide_unassigned || task->parent_assignee == in->user;
    if (is_theirs(in, task))
        return true;
    return !task->stage.hide_unassigned &&
           (task->assignee == 0 || (task->assignee == NOT_QUEUED && task->last_submitter == in->user));
}

bool access_sees_task(const scope *in, const task_facts *task) {
    if (task->id == 0 || task->stage.id == 0) {
        return false;
    }
    if (in->manager || !task->stage.member) {
        return in->manager;
    }
    if (task->parent != 0) {
        return sees_branch(in, task);
    }
    return task->assignee != NOT_QUEUED && (!task->stage.hide_unassigned || is_theirs(in, task));
}

bool access_lists_task(const scope *in, const task_facts *task) {
    const bool waits = task->parent == 0 && task->assignee == NOT_QUEUED;
    const bool reviewed = task->parent != 0 && task->stage.type == STAGE_CONSENSUS_REVIEW;
    return !waits && !reviewed && access_sees_task(in, task);
}

/* Whose it is to look at and to work on: of a submitted branch in the review whose its task is. */
static int64_t holder_of(const task_facts *task) {
    if (task->parent == 0 || task->assignee != NOT_QUEUED) {
        return task->assignee;
    }
    return task->stage.type == STAGE_CONSENSUS_REVIEW ? task->parent_assignee : task->last_submitter;
}

static bool is_free_or_own(const scope *in, const task_facts *task) {
    const int64_t holder = holder_of(task);
    return in->manager || holder == 0 || holder == in->user;
}

annoproj_status access_view_task(const scope *in, const task_facts *task, annoproj_error **error) {
    if (!access_sees_task(in, task)) {
        return subject_unseen("task", task->id, error);
    }
    if (!is_free_or_own(in, task)) {
        return fail(error, ANNOPROJ_PERMISSION, "task %lld is assigned to user %lld: only they and managers open it",
                    (long long)task->id, (long long)holder_of(task));
    }
    /* Nothing is read of another's branch, also when they gave it back. */
    if (task->parent != 0 && task->assignee == 0 && task->version > 0 && !in->manager && !is_theirs(in, task)) {
        return fail(error, ANNOPROJ_PERMISSION,
                    "somebody worked on branch %lld before: whoever takes it may read it, initiate it first",
                    (long long)task->id);
    }
    return ANNOPROJ_OK;
}

annoproj_status access_taken(const task_facts *task, int64_t holder, annoproj_error **error) {
    fail(error, ANNOPROJ_CONFLICT, "task %lld is assigned to user %lld: take another one", (long long)task->id,
         (long long)holder);
    fail_detail(error, "assignee", "%lld", (long long)holder);
    return ANNOPROJ_CONFLICT;
}

static annoproj_status work_task(const scope *in, const task_facts *task, annoproj_error **error) {
    if (!access_sees_task(in, task)) {
        return subject_unseen("task", task->id, error);
    }
    return is_free_or_own(in, task) ? ANNOPROJ_OK : access_taken(task, holder_of(task), error);
}

/* What waits for branches, or for a review, is not worked on; but a task gets labels before its branches do. */
static annoproj_status gate_waiting(const task_facts *task, const operation_rule *rule, annoproj_error **error) {
    if (task->assignee != NOT_QUEUED || rule->need != NEED_WORK ||
        (task->parent == 0 && rule->operation == ANNOPROJ_OPERATION_LABEL_WRITE)) {
        return ANNOPROJ_OK;
    }
    return fail(error, ANNOPROJ_STATE,
                task->parent != 0 ? "branch %lld was submitted: it waits for the review of its task"
                                  : "task %lld waits for its branches: they are what is worked on",
                (long long)task->id);
}

/* Whoever had a task when it left a stage, or sent it on from there, may still report the time it took there, wherever it is
 * now; of a branch that is closed managers may, too. What was removed with its dataset is not there for anybody. */
static annoproj_status worked_before(const scope *in, const operation_rule *rule, bool *worked,
                                     annoproj_error **error) {
    static const char text[] = "SELECT 1 FROM task t WHERE t.id = ?1 AND t.removed_stage = 0 AND ((?3 AND t.stage = 0)"
                               " OR EXISTS(SELECT 1 FROM task_stay s WHERE s.task = t.id"
                               " AND (s.actor = ?2 OR s.assignee = ?2)))";
    const task_facts *task = &in->task;
    *worked = false;
    if (rule->need != NEED_TIME || task->assignee == in->user || in->user == 0) {
        return ANNOPROJ_OK;
    }
    statement *find = sql(in->database, text);
    bind_int64(find, task->id);
    bind_int64(find, in->user);
    bind_int64(find, in->manager);
    *worked = sql_row(find);
    return sql_end(find, error);
}

static annoproj_status lacks_right(const scope *in, const operation_rule *rule, annoproj_error **error) {
    fail(error, ANNOPROJ_PERMISSION, "user %lld does not hold `%s`%s: %s", (long long)in->user, rule->name,
         rule->store ? " in this store" : " in this project",
         !rule->store && in->role == 0 ? "join the project first" : "ask an admin");
    fail_detail(error, "operation", "%s", rule->name);
    return ANNOPROJ_PERMISSION;
}

static annoproj_status gate_store(const scope *in, const operation_rule *rule, annoproj_error **error) {
    right held = store_right(in, rule->operation);
    if (held == RIGHT_NO || (held == RIGHT_OWN && !in->owns)) {
        return lacks_right(in, rule, error);
    }
    return ANNOPROJ_OK;
}

/* What is seen, then what is allowed, then whose it is. */
static annoproj_status gate_task(const scope *in, const operation_rule *rule, bool late, annoproj_error **error) {
    const task_facts *task = &in->task;
    if (!late && !access_sees_task(in, task)) {
        return subject_unseen("task", task->id, error);
    }
    if (role_right(in->role, rule->operation) == RIGHT_NO) {
        return lacks_right(in, rule, error);
    }
    if (rule->need == NEED_VIEW) {
        return access_view_task(in, task, error);
    }
    if (rule->need == NEED_SEE || late) {
        return ANNOPROJ_OK;
    }
    annoproj_status status = work_task(in, task, error);
    return status == ANNOPROJ_OK ? gate_waiting(task, rule, error) : status;
}

/* Why the session's ticket does not open the task, "" when there is none; NULL when it does. */
static const char *ticket_lacks(const scope *in) {
    const ticket *given = in->ticket;
    if (!given || in->task.id == 0) {
        return "";
    }
    if (given->task != in->task.id || given->user != in->user) {
        return "; the session's ticket is for another task";
    }
    if (given->joined != in->joined) {
        return "; the user was removed from the project since the session's ticket was issued: ask an admin for "
               "another one";
    }
    if (in->project.strict_status) {
        return "; tickets open nothing in a project with strict_status on";
    }
    return in->now_us >= given->expires_us ? "; the session's ticket has expired" : NULL;
}

static annoproj_status gate_deleted(const scope *in, const operation_rule *rule, annoproj_error **error) {
    if (in->project.deleted && rule->left != LEFT_DELETED && rule->left != LEFT_PURGED) {
        return fail(error, ANNOPROJ_STATE, "project %lld is deleted: restore it first", (long long)in->project.id);
    }
    return ANNOPROJ_OK;
}

/* Does the status of the project leave the operation open to this session? */
static annoproj_status gate_status(scope *in, const operation_rule *rule, bool late, annoproj_error **error) {
    static const char *const closed[] = {[ANNOPROJ_PROJECT_PAUSED] = "paused",
                                         [ANNOPROJ_PROJECT_COMPLETED] = "completed",
                                         [ANNOPROJ_PROJECT_CANCELLED] = "cancelled"};
    const task_facts *task = &in->task;
    int32_t status = in->project.status;
    annoproj_status lives = gate_deleted(in, rule, error);
    if (lives != ANNOPROJ_OK || rule->gate == GATE_OPEN) {
        return lives;
    }
    if (status == ANNOPROJ_PROJECT_ARCHIVED) {
        if (rule->left == LEFT_ARCHIVED && access_holds(in, ANNOPROJ_OPERATION_SETTINGS)) {
            return ANNOPROJ_OK;
        }
        return fail(error, ANNOPROJ_STATE, "project %lld is archived and read-only: an admin can change its status",
                    (long long)in->project.id);
    }
    if (in->manager || rule->gate == GATE_ARCHIVED || status < ANNOPROJ_PROJECT_PAUSED ||
        status > ANNOPROJ_PROJECT_CANCELLED) {
        return ANNOPROJ_OK;
    }
    bool theirs = task->id != 0 && (is_theirs(in, task) || late);
    if (rule->gate == GATE_OWN && theirs) {
        return ANNOPROJ_OK;
    }
    const char *lacks = ticket_lacks(in);
    if (!lacks) {
        in->by_ticket = rule->operation;
        in->ticket_stage = task->stage.number;
        return ANNOPROJ_OK;
    }
    return fail(error, ANNOPROJ_STATE,
                "project %lld is %s: `%s` waits until an admin or team manager changes its status%s",
                (long long)in->project.id, closed[status], rule->name, lacks);
}

annoproj_status access_gate(scope *in, annoproj_operation operation, annoproj_error **error) {
    const operation_rule *rule = operation_rule_of(operation);
    if (!rule) {
        return fail(error, ANNOPROJ_INTERNAL, "operation %d is not in the table of operations", (int)operation);
    }
    if (rule->store) {
        return gate_store(in, rule, error);
    }
    /* Of a project that is being purged nothing is left but the purge. */
    if (!subject_project_seen(in) || (in->project.purging && rule->left != LEFT_PURGED)) {
        return subject_unseen("project", in->project.id, error);
    }
    bool late = false;
    annoproj_status status = ANNOPROJ_OK;
    if (in->task.id != 0) {
        status = worked_before(in, rule, &late, error);
        status = status == ANNOPROJ_OK ? gate_task(in, rule, late, error) : status;
    } else if (project_right(in, operation) == RIGHT_NO) {
        status = lacks_right(in, rule, error);
    } else if (in->stage.id != 0 && role_right(in->role, operation) == RIGHT_STAGE && !in->stage.member) {
        status = subject_unseen("stage", in->stage.id, error);
    }
    return status == ANNOPROJ_OK ? gate_status(in, rule, late, error) : status;
}
