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

static annoproj_status write_message(outbox_wishes *wishes, outbox_kind kind, const event *of, int64_t stage,
                                     int64_t reference, annoproj_error **error) {
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
    bind_int64(insert, kind);
    bind_int64(insert, of->time_us);
    bind_int64(insert, of->actor);
    bind_int64(insert, of->task);
    bind_int64(insert, stage);
    bind_int64(insert, reference);
    status = sql_run(insert, error);
    return status == ANNOPROJ_OK && waiting > wishes->limit ? drop_oldest(wishes, waiting - wishes->limit, error)
                                                            : status;
}

/* --- which events ----------------------------------------------------------------------------------------------------- */

/* An action that sends a task along the workflow: out of a stage, into another. */
static annoproj_status tell_action(outbox_wishes *wishes, const event *of, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    if (of->kind == EVENT_TASK_SUBMIT) {
        status = load_stage(wishes, of->stage, error);
        if (status == ANNOPROJ_OK && wishes->submitted)
            status = write_message(wishes, OUTBOX_TASK_SUBMITTED, of, of->stage, 0, error);
    }
    if (status == ANNOPROJ_OK)
        status = load_stage(wishes, of->reference, error);
    if (status == ANNOPROJ_OK && wishes->completed)
        status = write_message(wishes, OUTBOX_TASK_COMPLETED, of, of->reference, 0, error);
    return status;
}

static annoproj_status tell_issue(outbox_wishes *wishes, outbox_kind kind, const event *of, annoproj_error **error) {
    annoproj_status status = load_project(wishes, error);
    return status == ANNOPROJ_OK && wishes->issues ? write_message(wishes, kind, of, of->stage, of->reference, error)
                                                   : status;
}

static annoproj_status tell_status(outbox_wishes *wishes, const event *of, annoproj_error **error) {
    annoproj_status status = load_project(wishes, error);
    return status == ANNOPROJ_OK && wishes->status
               ? write_message(wishes, OUTBOX_PROJECT_STATUS, of, 0, of->reference, error)
               : status;
}

/* A move and a reopen pass the workflow by: nobody is told. */
annoproj_status outbox_collect(command *cmd, int64_t project, const event_batch *events, annoproj_error **error) {
    outbox_wishes wishes = {.cmd = cmd, .project = project, .stage = -1};
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < events->count && status == ANNOPROJ_OK; i++) {
        const event *one = &events->events[i];
        switch (one->kind) {
        case EVENT_TASK_SUBMIT:
        case EVENT_TASK_APPROVE:
        case EVENT_TASK_REJECT:
        case EVENT_TASK_PATHWAY: status = tell_action(&wishes, one, error); break;
        case EVENT_ISSUE_CREATE: status = tell_issue(&wishes, OUTBOX_ISSUE_CREATED, one, error); break;
        case EVENT_ISSUE_RESOLVE: status = tell_issue(&wishes, OUTBOX_ISSUE_RESOLVED, one, error); break;
        case EVENT_ISSUE_REOPEN: status = tell_issue(&wishes, OUTBOX_ISSUE_REOPENED, one, error); break;
        case EVENT_ISSUE_COMMENT: status = tell_issue(&wishes, OUTBOX_ISSUE_COMMENTED, one, error); break;
        case EVENT_PROJECT_STATUS: status = tell_status(&wishes, one, error); break;
        default: break;
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
