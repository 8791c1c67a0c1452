/* Public functions: tickets. */
#include <string.h>

#include "failure.h"
#include "handle_call.h"

#define LONGEST_US (INT64_C(30) * 86400 * 1000000)

typedef struct ticket_call {
    int64_t user, joined, expires_us;
    char written[TICKET_TEXT];
} ticket_call;

static annoproj_status require_collaborator(command *cmd, int64_t user, int64_t *joined, annoproj_error **error) {
    static const char query[] = "SELECT u.disabled, c.joined FROM collaborator c JOIN user u ON u.id = c.user"
                                " WHERE c.project = ? AND c.user = ?";
    bool found = false, disabled = false;
    statement *find = sql(cmd->scope.database, query);
    bind_int64(find, cmd->scope.project.id);
    bind_int64(find, user);
    if (sql_row(find)) {
        found = true;
        disabled = column_int64(find, 0) != 0;
        *joined = column_int64(find, 1);
    }
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && !found)
        status = fail(error, ANNOPROJ_NOT_FOUND, "user %lld is no collaborator of project %lld", (long long)user,
                      (long long)cmd->scope.project.id);
    if (status == ANNOPROJ_OK && disabled)
        status = fail(error, ANNOPROJ_STATE, "user %lld is disabled: a ticket would open nothing", (long long)user);
    return status;
}

static annoproj_status check_time(int64_t now_us, int64_t expires_us, annoproj_error **error) {
    if (expires_us > now_us && expires_us - now_us <= LONGEST_US)
        return ANNOPROJ_OK;
    return fail(error, ANNOPROJ_INVALID, "expires_us is %lld, now is %lld: give a time within the next 30 days",
                (long long)expires_us, (long long)now_us);
}

/* The same text whenever it is written. */
static annoproj_status write_text(scope *in, void *arguments, annoproj_error **error) {
    ticket_call *call = arguments;
    const ticket made = {in->task.id, call->user, call->joined, call->expires_us};
    const char *key = store_ticket_key(in->store);
    char uuid[37];
    if (!key)
        return fail(error, ANNOPROJ_STATE, "the store was opened without a ticket_key: open it with one");
    annoproj_status status = access_store_uuid(in, uuid, error);
    if (status == ANNOPROJ_OK)
        ticket_write(&made, key, uuid, call->written);
    return status;
}

static annoproj_status issue_ticket(command *cmd, void *arguments, annoproj_error **error) {
    ticket_call *call = arguments;
    const scope *in = &cmd->scope;
    if (in->project.strict_status)
        return fail(error, ANNOPROJ_STATE, "project %lld has strict_status on: tickets open nothing there",
                    (long long)in->project.id);
    annoproj_status status = require_collaborator(cmd, call->user, &call->joined, error);
    if (status == ANNOPROJ_OK)
        status = check_time(in->now_us, call->expires_us, error);
    if (status == ANNOPROJ_OK)
        status = write_text(&cmd->scope, call, error);
    if (status == ANNOPROJ_OK)
        command_event(cmd, &(event){.kind = EVENT_TICKET_ISSUE,
                                    .task = NUMBER_OF(in->task.id),
                                    .stage = in->task.stage.number,
                                    .credited = call->user,
                                    .duration_us = call->expires_us - in->now_us});
    command_result_int64(cmd, call->joined);
    return status;
}

annoproj_status annoproj_ticket_issue(annoproj_task *task, int64_t user, int64_t expires_us, const annoproj_call *call,
                                      char **out, annoproj_error **error) {
    ticket_call made = {.user = user, .expires_us = expires_us};
    handle_call what = {
        .operation = ANNOPROJ_OPERATION_TICKET,
        .arguments = &made,
        .fingerprint = fingerprint_int64(fingerprint_int64(fingerprint_text(0, "ticket_issue"), user), expires_us)};
    if (!result_place(out, sizeof *out, "ticket", error))
        return ANNOPROJ_INVALID;
    bytes result = {0};
    char *text = allocate(TICKET_TEXT);
    if (!text)
        return fail_memory(error);
    annoproj_status status = task_write(task, &what, issue_ticket, call, &result, error);
    if (status == ANNOPROJ_OK && !made.written[0]) { /* a request key was repeated, and tickets are not stored */
        made.joined = result_int64(&result, 0);
        status = task_read(task, &what, write_text, call, error);
    }
    bytes_release(&result);
    if (status == ANNOPROJ_OK) {
        memcpy(text, made.written, sizeof made.written);
        *out = text;
    } else {
        release(text);
    }
    return status;
}

static annoproj_status see_task(scope *in, void *arguments, annoproj_error **error) {
    (void)in;
    (void)arguments;
    (void)error;
    return ANNOPROJ_OK; /* the gate has looked whether the session sees it */
}

annoproj_status annoproj_session_ticket_task(annoproj_session *handle, const annoproj_call *call, annoproj_task **task,
                                             annoproj_error **error) {
    session *who = NULL;
    handle_call what = {.operation = ANNOPROJ_OPERATION_QUEUE, .subject = SUBJECT_TASK};
    if (!result_place(task, sizeof *task, "task", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = session_enter(handle, &who, error);
    if (status == ANNOPROJ_OK && who->ticket.task == 0)
        status = fail(error, ANNOPROJ_STATE, "the session was opened without a ticket");
    if (status == ANNOPROJ_OK) {
        what.id = who->ticket.task;
        status = session_read(handle, &what, see_task, call, error);
    }
    if (status == ANNOPROJ_OK)
        status = task_handle(who, who->ticket.task, task, error);
    session_leave(who);
    return status;
}
