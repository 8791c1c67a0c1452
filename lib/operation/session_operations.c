/* Sessions, and what they may do. */
#include "failure.h"
#include "handle_call.h"
#include "options.h"
#include "rights.h"
#include "utf8.h"

void annoproj_session_options_init(annoproj_session_options *options) {
    if (options)
        *options = (annoproj_session_options)ANNOPROJ_SESSION_OPTIONS_INIT;
}

typedef struct opening {
    const char *ticket_text;
    ticket ticket;
} opening;

/* The subject query has found the user, enabled. A ticket must be this store's, this user's, and in time. */
static annoproj_status see_store(scope *in, void *arguments, annoproj_error **error) {
    opening *made = arguments;
    const char *key = store_ticket_key(in->store);
    char uuid[37];
    int64_t now_us = 0;
    if (!made->ticket_text)
        return ANNOPROJ_OK;
    if (!key)
        return fail(error, ANNOPROJ_STATE, "the store was opened without a ticket_key: open it with one");
    annoproj_status status = access_store_uuid(in, uuid, error);
    if (status == ANNOPROJ_OK)
        status = ticket_read(made->ticket_text, key, uuid, &made->ticket, error);
    if (status == ANNOPROJ_OK)
        status = store_time(in->store, &now_us, error);
    if (status == ANNOPROJ_OK && made->ticket.user != in->user)
        status = fail(error, ANNOPROJ_PERMISSION, "the ticket is for user %lld, not for user %lld",
                      (long long)made->ticket.user, (long long)in->user);
    if (status == ANNOPROJ_OK && now_us >= made->ticket.expires_us)
        status = fail(error, ANNOPROJ_PERMISSION, "the ticket has expired: ask an admin for another one");
    return status;
}

annoproj_status annoproj_session_open(annoproj_store *handle, int64_t user, const annoproj_session_options *options,
                                      const annoproj_call *call, annoproj_session **out, annoproj_error **error) {
    annoproj_session_options own;
    body *of = NULL;
    opening made = {0};
    handle_call what = {.arguments = &made};
    if (!result_place(out, sizeof *out, "session", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = options_read(&own, sizeof own, sizeof own, options, error);
    if (status == ANNOPROJ_OK)
        status = options_reserved(own.reserved, error);
    if (status == ANNOPROJ_OK && (own.source < ANNOPROJ_SOURCE_DEFAULT || own.source > ANNOPROJ_SOURCE_AGENT))
        status = fail(error, ANNOPROJ_INVALID, "source %d is no annoproj_source", own.source);
    if (status == ANNOPROJ_OK && user < 0)
        status = fail(error, ANNOPROJ_INVALID, "user %lld: users are positive, the host is 0", (long long)user);
    if (status == ANNOPROJ_OK && own.ticket)
        status = check_text(own.ticket, TEXT_NAME, "ticket", error);
    if (status == ANNOPROJ_OK)
        status = handle_enter(handle, HANDLE_STORE, "store", &of, error);
    if (status != ANNOPROJ_OK)
        return status;
    made.ticket_text = own.ticket;
    int32_t source = own.source != ANNOPROJ_SOURCE_DEFAULT ? own.source
                     : user == 0                           ? ANNOPROJ_SOURCE_SDK
                                                           : ANNOPROJ_SOURCE_UI;
    status = session_handle((store *)of, user, source, out, error);
    if (status == ANNOPROJ_OK)
        status = session_read(*out, &what, see_store, call, error);
    if (status == ANNOPROJ_OK) {
        session_set_ticket(*out, &made.ticket);
    } else {
        annoproj_session_close(*out);
        *out = NULL;
    }
    body_release(of);
    return status;
}

void annoproj_session_close(annoproj_session *handle) {
    handle_close(handle, HANDLE_SESSION);
}

int64_t annoproj_session_user(const annoproj_session *handle) {
    session *who = NULL;
    int64_t user = handle && session_enter(handle, &who, NULL) == ANNOPROJ_OK ? who->user : 0;
    session_leave(who);
    return user;
}

/* --- what may this session do ----------------------------------------------------------------------------------- */

typedef struct can_question {
    annoproj_operation operation;
    bool can;
} can_question;

static annoproj_status ask_can(scope *in, void *arguments, annoproj_error **error) {
    can_question *question = arguments;
    (void)error;
    question->can = access_holds(in, question->operation);
    return ANNOPROJ_OK;
}

annoproj_status annoproj_session_can(annoproj_session *handle, annoproj_project *project, annoproj_operation operation,
                                     const annoproj_call *call, bool *can, annoproj_error **error) {
    const operation_rule *rule = operation_rule_of(operation);
    can_question question = {.operation = operation};
    handle_call what = {.arguments = &question};
    project_identity *identity = NULL;
    if (!result_place(can, sizeof *can, "can", error))
        return ANNOPROJ_INVALID;
    if (!rule)
        return fail(error, ANNOPROJ_INVALID, "operation %d is no annoproj_operation", operation);
    if (!rule->store && !project)
        return fail(error, ANNOPROJ_STATE, "%s is an operation on a project: give the project", rule->name);
    annoproj_status status = project ? project_enter(project, &identity, error) : ANNOPROJ_OK;
    if (status != ANNOPROJ_OK)
        return status;
    if (identity && !rule->store) {
        session *who = NULL;
        status = session_enter(handle, &who, error);
        if (status == ANNOPROJ_OK && identity->session->store != who->store)
            status = fail(error, ANNOPROJ_INVALID, "project %lld was opened in another store than the session",
                          (long long)identity->id);
        session_leave(who);
        what.subject = SUBJECT_PROJECT;
        what.id = identity->id;
    }
    if (status == ANNOPROJ_OK)
        status = session_read(handle, &what, ask_can, call, error);
    if (status == ANNOPROJ_OK)
        *can = question.can;
    project_leave(identity);
    return status;
}

/* --- tabs (behaviour §3), from the same table ---------------------------------------------------------------------- */

typedef struct tab_rule {
    const char *tab;
    annoproj_operation full, lesser; /* lesser 0 = none */
    const char *lesser_name;
} tab_rule;

static const tab_rule tab_rules[] = {
    {"summary", ANNOPROJ_OPERATION_SUMMARY, 0, ""},
    {"explore", ANNOPROJ_OPERATION_EXPLORE, 0, ""},
    {"queue", ANNOPROJ_OPERATION_ASSIGN, ANNOPROJ_OPERATION_QUEUE, "own"},
    {"workflow", ANNOPROJ_OPERATION_WORKFLOW_EDIT, ANNOPROJ_OPERATION_WORKFLOW_VIEW, "view"},
    {"analytics", ANNOPROJ_OPERATION_ANALYTICS_TEAM, ANNOPROJ_OPERATION_ANALYTICS_OWN, "own"},
    {"settings", ANNOPROJ_OPERATION_SETTINGS, ANNOPROJ_OPERATION_COLLABORATOR_ADD, "limited"},
};

static annoproj_status read_tabs(scope *in, void *arguments, annoproj_error **error) {
    rows *out = rows_new(&row_tab_row);
    for (size_t i = 0; i < sizeof tab_rules / sizeof *tab_rules; i++) {
        const tab_rule *tab = &tab_rules[i];
        const char *access = "none";
        if (access_holds(in, tab->full))
            access = "full";
        else if (tab->lesser != 0 && access_holds(in, tab->lesser))
            access = tab->lesser_name;
        rows_text(out, tab->tab);
        rows_text(out, access);
    }
    return rows_finish(out, arguments, error);
}

annoproj_status annoproj_project_tabs(annoproj_project *project, const annoproj_call *call, annoproj_table **table,
                                      annoproj_error **error) {
    annoproj_table *read = NULL;
    handle_call what = {.operation = ANNOPROJ_OPERATION_PROJECT_SEE, .arguments = &read};
    return project_read_table(project, &what, read_tabs, call, &read, table, error);
}
