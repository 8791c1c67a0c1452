/* Messages of a command's events, and what becomes of them (outbox.h). */
#include "outbox.h"

#include "failure.h"

/* What the workflow and the project ask for, looked up once for each batch and only when an event is of interest. */
typedef struct outbox_wishes {
    command *cmd;
    int64_t project;
    bool known, issues, status; /* of the project */
    int64_t limit;
    int64_t stage; /* the one that was looked up last */
    bool submitted, completed;
} outbox_wishes;

static annoproj_status load_project(outbox_wishes *wishes, annoproj_error **error) {
    static const char query[] = "SELECT outbox_issues, outbox_status, outbox_limit FROM project WHERE id = ?";
    if (wishes->known)
        return ANNOPROJ_OK;
    statement *find = sql(wishes->cmd->scope.database, query);
    bind_int64(find, wishes->project);
    if (sql_row(find)) {
        wishes->issues = column_int64(find, 0) != 0;
        wishes->status = column_int64(find, 1) != 0;
        wishes->limit = column_int64(find, 2);
    }
    wishes->known = true;
    return sql_end(find, error);
}

static annoproj_status load_stage(outbox_wishes *wishes, int64_t stage, annoproj_error **error) {
    static const char query[] = "SELECT webhook, type, archive FROM stage WHERE id = ?";
    if (wishes->stage == stage)
        return ANNOPROJ_OK;
    wishes->stage = stage;
    wishes->submitted = wishes->completed = false;
    statement *find = sql(wishes->cmd->scope.database, query);
    bind_int64(find, MAKE_ID(wishes->project, stage));
    if (sql_row(find) && column_int64(find, 0) != 0) {
        const bool done = column_int64(find, 1) == STAGE_DONE;
        wishes->submitted = !done;
        wishes->completed = done && column_int64(find, 2) == 0;
    }
    return sql_end(find, error);
}

/* --- writing -------------------------------------------------------------------------------------------------------- */

/* The oldest make room. */
static annoproj_status drop_oldest(outbox_wishes *wishes, int64_t count, annoproj_error **error) {
    static const char forget[] = "DELETE FROM outbox WHERE project = ?1 AND seq IN"
                                 " (SELECT seq FROM outbox WHERE project = ?1 ORDER BY seq LIMIT ?2)";
    static const char note[] =
        "UPDATE outbox_state SET waiting = waiting - ?2, dropped = dropped + ?2 WHERE project = ?1";
    const char *const both[] = {forget, note};
    annoproj_status status = ANNOPROJ_OK;
    for (int i = 0; i < 2 && status == ANNOPROJ_OK; i++) {
        statement *change = sql(wishes->cmd->scope.database, both[i]);
        bind_int64(change, wishes->project);
        bind_int64(change, count);
        status = sql_run(change, error);
    }
    return status;
}

static annoproj_status next_number(outbox_wishes *wishes, int64_t *seq, int64_t *waiting, annoproj_error **error) {
    static const char query[] = "INSERT INTO outbox_state(project, last, waiting, dropped) VALUES(?, 1, 1, 0)"
                                " ON CONFLICT(project) DO UPDATE SET last = last + 1, waiting = waiting + 1"
                                " RETURNING last, waiting";
    statement *count = sql(wishes->cmd->scope.database, query);
    bind_int64(count, wishes->project);
    if (sql_row(count)) {
        *seq = column_int64(count, 0);
        *waiting = column_int64(count, 1);
    }
    return sql_end(count, error);
}

static annoproj_status write_message(outbox_wishes *wishes, const outbox_message *of, annoproj_error **error) {
    static const char query[] =
        "INSERT INTO outbox(project, seq, kind, created_us, actor, task, stage, reference, attempts, fetched_us)"
        " VALUES(?, ?, ?, ?, ?, ?, ?, ?, 0, 0)";
    int64_t seq = 0, waiting = 0;
    annoproj_status status = load_project(wishes, error);
    if (status == ANNOPROJ_OK)
        status = next_number(wishes, &seq, &waiting, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *insert = sql(wishes->cmd->scope.database, query);
    bind_int64(insert, wishes->project);
    bind_int64(insert, seq);
    bind_int64(insert, of->kind);
    bind_int64(insert, of->created_us);
    bind_int64(insert, of->actor);
    bind_int64(insert, of->task);
    bind_int64(insert, of->stage);
    bind_int64(insert, of->reference);
    status = sql_run(insert, error);
    return status == ANNOPROJ_OK && waiting > wishes->limit ? drop_oldest(wishes, waiting - wishes->limit, error)
                                                            : status;
}

/* --- which events ----------------------------------------------------------------------------------------------------- */

static outbox_message told_by(const event *of, outbox_kind kind, int64_t stage, int64_t reference) {
    return (outbox_message){.kind = (int32_t)kind,
                            .created_us = of->time_us,
                            .actor = of->actor,
                            .task = of->task,
                            .stage = stage,
                            .reference = reference};
}

/* An action sends a task along the workflow: out of a stage, into another. A move and a reopen pass the workflow by: nobody is
 * told. */
size_t outbox_messages(const event *of, outbox_message out[OUTBOX_OF_EVENT]) {
    size_t count = 0;
    switch (of->kind) {
    case EVENT_TASK_SUBMIT:
        out[count++] = told_by(of, OUTBOX_TASK_SUBMITTED, of->stage, 0);
        if (of->reference != of->stage) /* nobody submits in a complete stage, so what comes back is not in one */
            out[count++] = told_by(of, OUTBOX_TASK_COMPLETED, of->reference, 0);
        break;
    case EVENT_TASK_APPROVE:
    case EVENT_TASK_REJECT:
    case EVENT_TASK_PATHWAY: out[count++] = told_by(of, OUTBOX_TASK_COMPLETED, of->reference, 0); break;
    case EVENT_ISSUE_CREATE: out[count++] = told_by(of, OUTBOX_ISSUE_CREATED, of->stage, of->reference); break;
    case EVENT_ISSUE_RESOLVE: out[count++] = told_by(of, OUTBOX_ISSUE_RESOLVED, of->stage, of->reference); break;
    case EVENT_ISSUE_REOPEN: out[count++] = told_by(of, OUTBOX_ISSUE_REOPENED, of->stage, of->reference); break;
    case EVENT_ISSUE_COMMENT: out[count++] = told_by(of, OUTBOX_ISSUE_COMMENTED, of->stage, of->reference); break;
    case EVENT_PROJECT_STATUS: out[count++] = told_by(of, OUTBOX_PROJECT_STATUS, 0, of->reference); break;
    default: break;
    }
    return count;
}

static annoproj_status is_wanted(outbox_wishes *wishes, const outbox_message *message, bool *wanted,
                                 annoproj_error **error) {
    const bool of_task = message->kind == OUTBOX_TASK_SUBMITTED || message->kind == OUTBOX_TASK_COMPLETED;
    annoproj_status status = of_task ? load_stage(wishes, message->stage, error) : load_project(wishes, error);
    switch (message->kind) {
    case OUTBOX_TASK_SUBMITTED: *wanted = wishes->submitted; break;
    case OUTBOX_TASK_COMPLETED: *wanted = wishes->completed; break;
    case OUTBOX_PROJECT_STATUS: *wanted = wishes->status; break;
    default: *wanted = wishes->issues;
    }
    return status;
}

annoproj_status outbox_collect(command *cmd, int64_t project, const event_batch *events, annoproj_error **error) {
    outbox_wishes wishes = {.cmd = cmd, .project = project, .stage = -1};
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < events->count && status == ANNOPROJ_OK; i++) {
        outbox_message told[OUTBOX_OF_EVENT];
        const size_t count = outbox_messages(&events->events[i], told);
        for (size_t k = 0; k < count && status == ANNOPROJ_OK; k++) {
            bool wanted = false;
            status = is_wanted(&wishes, &told[k], &wanted, error);
            if (status == ANNOPROJ_OK && wanted)
                status = write_message(&wishes, &told[k], error);
        }
    }
    return status;
}

/* --- fetching ----------------------------------------------------------------------------------------------------------- */

annoproj_status outbox_mark(command *cmd, int64_t after, int64_t limit, bytes *out, annoproj_error **error) {
    static const char query[] = "SELECT seq, attempts + 1, fetched_us FROM outbox WHERE project = ? AND seq > ?"
                                " ORDER BY seq LIMIT ?";
    static const char count[] = "UPDATE outbox SET attempts = attempts + 1, fetched_us = ?"
                                " WHERE project = ? AND seq > ? AND seq <= ?";
    int64_t last = after;
    statement *find = sql(cmd->scope.database, query);
    bind_int64(find, cmd->scope.project.id);
    bind_int64(find, after);
    bind_int64(find, limit);
    while (sql_row(find)) {
        last = column_int64(find, 0);
        for (int i = 0; i < 3; i++) {
            const int64_t value = column_int64(find, i);
            bytes_append(out, &value, sizeof value);
        }
    }
    annoproj_status status = sql_end(find, error);
    if (status != ANNOPROJ_OK || last == after)
        return status;
    statement *update = sql(cmd->scope.database, count);
    bind_int64(update, cmd->scope.now_us);
    bind_int64(update, cmd->scope.project.id);
    bind_int64(update, after);
    bind_int64(update, last);
    return sql_run(update, error);
}

annoproj_status outbox_load(scope *in, int64_t seq, outbox_message *out, annoproj_error **error) {
    static const char query[] =
        "SELECT kind, created_us, actor, task, stage, reference FROM outbox WHERE project = ? AND seq = ?";
    *out = (outbox_message){.project = in->project.id, .seq = seq};
    statement *find = sql(in->database, query);
    bind_int64(find, in->project.id);
    bind_int64(find, seq);
    const bool found = sql_row(find);
    if (found) {
        out->kind = (int32_t)column_int64(find, 0);
        out->created_us = column_int64(find, 1);
        out->actor = column_int64(find, 2);
        out->task = column_int64(find, 3);
        out->stage = column_int64(find, 4);
        out->reference = column_int64(find, 5);
    }
    annoproj_status status = sql_end(find, error);
    return status == ANNOPROJ_OK && !found ? ANNOPROJ_NONE : status;
}

/* --- forgetting --------------------------------------------------------------------------------------------------------- */

/* The first message in [from, to] that nobody has fetched: to acknowledge it would lose it. */
static annoproj_status check_fetched(command *cmd, int64_t from, int64_t to, annoproj_error **error) {
    static const char last_query[] = "SELECT last FROM outbox_state WHERE project = ?";
    static const char query[] =
        "SELECT seq FROM outbox WHERE project = ? AND seq BETWEEN ? AND ? AND attempts = 0 ORDER BY seq LIMIT 1";
    int64_t last = 0, unseen = 0;
    statement *state = sql(cmd->scope.database, last_query);
    bind_int64(state, cmd->scope.project.id);
    if (sql_row(state))
        last = column_int64(state, 0);
    annoproj_status status = sql_end(state, error);
    if (status == ANNOPROJ_OK && to > last)
        return fail(error, ANNOPROJ_NOT_FOUND, "project %lld has no message %lld: the last one is %lld",
                    (long long)cmd->scope.project.id, (long long)to, (long long)last);
    if (status != ANNOPROJ_OK)
        return status;
    statement *find = sql(cmd->scope.database, query);
    bind_int64(find, cmd->scope.project.id);
    bind_int64(find, from);
    bind_int64(find, to);
    if (sql_row(find))
        unseen = column_int64(find, 0);
    status = sql_end(find, error);
    if (status == ANNOPROJ_OK && unseen != 0) {
        fail(error, ANNOPROJ_STATE, "message %lld was never fetched: fetch it before it is acknowledged",
             (long long)unseen);
        fail_detail(error, "sequence", "%lld", (long long)unseen);
        return ANNOPROJ_STATE;
    }
    return status;
}

static annoproj_status forget_range(command *cmd, int64_t from, int64_t to, int64_t *forgotten,
                                    annoproj_error **error) {
    static const char count[] = "SELECT count(*) FROM outbox WHERE project = ? AND seq BETWEEN ? AND ?";
    static const char forget[] = "DELETE FROM outbox WHERE project = ? AND seq BETWEEN ? AND ?";
    static const char note[] = "UPDATE outbox_state SET waiting = waiting - ? WHERE project = ?";
    int64_t gone = 0;
    annoproj_status status = check_fetched(cmd, from, to, error);
    const char *const both[] = {count, forget};
    for (int i = 0; i < 2 && status == ANNOPROJ_OK; i++) {
        statement *run = sql(cmd->scope.database, both[i]);
        bind_int64(run, cmd->scope.project.id);
        bind_int64(run, from);
        bind_int64(run, to);
        if (sql_row(run))
            gone = column_int64(run, 0);
        status = sql_end(run, error);
        if (gone == 0)
            return status;
    }
    if (status != ANNOPROJ_OK)
        return status;
    *forgotten += gone;
    statement *update = sql(cmd->scope.database, note);
    bind_int64(update, gone);
    bind_int64(update, cmd->scope.project.id);
    return sql_run(update, error);
}

annoproj_status outbox_forget(command *cmd, int64_t seq, int64_t *forgotten, annoproj_error **error) {
    return forget_range(cmd, seq, seq, forgotten, error);
}

annoproj_status outbox_forget_to(command *cmd, int64_t seq, int64_t *forgotten, annoproj_error **error) {
    return forget_range(cmd, 1, seq, forgotten, error);
}
