/* Users of the store. */
#include <stdio.h>
#include <string.h>

#include "by_id.h"
#include "failure.h"
#include "handle_call.h"
#include "rights.h"
#include "row_cells.h"
#include "task.h"
#include "utf8.h"
#include "workflow.h"

typedef struct user_call {
    const char *email, *name; /* e-mail in lower case */
    int32_t org_role;
    int64_t user;
    bool disable;
    const int64_t *users;
    size_t count;
    annoproj_table *table;
} user_call;

/* What erased users are called; nobody else is. */
#define ERASED_NAME     "erased user "
#define TEXT_EMAIL_SIZE 321

static annoproj_status check_org_role(int32_t org_role, annoproj_error **error) {
    if (org_role == ANNOPROJ_ORG_MEMBER || org_role == ANNOPROJ_ORG_ADMIN)
        return ANNOPROJ_OK;
    return fail(error, ANNOPROJ_INVALID, "org_role %d is no annoproj_org_role", org_role);
}

static annoproj_status insert_user(command *cmd, void *arguments, annoproj_error **error) {
    static const char find_query[] = "SELECT id FROM user WHERE email = ?";
    static const char insert_query[] =
        "INSERT INTO user(uuid, email, name, org_role, disabled, erased, created_us) VALUES(?, ?, ?, ?, 0, 0, ?)";
    const user_call *made = arguments;
    uint8_t uuid[16];
    statement *find = sql(cmd->scope.database, find_query);
    bind_text(find, made->email);
    bool taken = sql_row(find);
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && taken)
        status = fail(error, ANNOPROJ_EXISTS, "there is a user with the e-mail %s already", QUOTED(made->email));
    if (status != ANNOPROJ_OK)
        return status;
    command_uuid(cmd, uuid);
    statement *insert = sql(cmd->scope.database, insert_query);
    bind_blob(insert, uuid, sizeof uuid);
    bind_text(insert, made->email);
    bind_text(insert, made->name);
    bind_int64(insert, made->org_role);
    bind_int64(insert, cmd->scope.now_us);
    status = sql_run(insert, error);
    if (status == ANNOPROJ_OK) {
        int64_t user = last_insert_id(cmd->scope.database);
        command_event(cmd, &(event){.kind = EVENT_USER_CREATE, .credited = user, .reference = made->org_role});
        command_result_int64(cmd, user);
    }
    return status;
}

annoproj_status annoproj_user_create(annoproj_session *handle, const char *email, const char *name,
                                     annoproj_org_role org_role, const annoproj_call *call, int64_t *user,
                                     annoproj_error **error) {
    char *lower = NULL;
    bytes result = {0};
    if (!result_place(user, sizeof *user, "user", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = check_text(email, TEXT_EMAIL, "email", error);
    if (status == ANNOPROJ_OK)
        status = check_text(name, TEXT_NAME, "name", error);
    if (status == ANNOPROJ_OK)
        status = check_org_role(org_role, error);
    if (status == ANNOPROJ_OK && !(lower = duplicate_text(email)))
        status = fail_memory(error);
    if (status == ANNOPROJ_OK) {
        ascii_lower(lower);
        if (strncmp(lower, ERASED_NAME, strlen(ERASED_NAME)) == 0)
            status = fail(error, ANNOPROJ_INVALID, "the e-mail %s is what an erased user has: choose another one",
                          QUOTED(lower));
    }
    if (status == ANNOPROJ_OK) {
        user_call made = {.email = lower, .name = name, .org_role = org_role};
        handle_call what = {.operation = ANNOPROJ_OPERATION_USER_MANAGE, .arguments = &made};
        what.fingerprint = fingerprint_int64(
            fingerprint_text(fingerprint_text(fingerprint_text(0, "user_create"), lower), name), org_role);
        status = session_write(handle, &what, insert_user, call, &result, error);
    }
    if (status == ANNOPROJ_OK)
        *user = result_int64(&result, 0);
    bytes_release(&result);
    release(lower);
    return status;
}

/* An org admin is who manages users. */
static bool manages_users(int32_t org_role) {
    return org_right(org_role, ANNOPROJ_OPERATION_USER_MANAGE) == RIGHT_YES;
}

typedef struct user_state {
    bool disabled, erased;
} user_state;

/* NOT_FOUND, and STATE when the change would leave the store without an enabled org admin although it has one. */
static annoproj_status check_user_change(command *cmd, int64_t user, bool stays_admin, user_state *now,
                                         annoproj_error **error) {
    static const char find_query[] = "SELECT org_role, disabled, erased FROM user WHERE id = ?";
    static const char others_query[] = "SELECT count(*) FROM user WHERE ? >> org_role & 1 AND disabled = 0 AND id <> ?";
    int64_t others = 1;
    statement *find = sql(cmd->scope.database, find_query);
    bind_int64(find, user);
    bool found = sql_row(find);
    bool admin = found && manages_users((int32_t)column_int64(find, 0));
    now->disabled = found && column_int64(find, 1) != 0;
    now->erased = found && column_int64(find, 2) != 0;
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && !found)
        status = fail(error, ANNOPROJ_NOT_FOUND, "there is no user %lld", (long long)user);
    if (status != ANNOPROJ_OK || !admin || now->disabled || stays_admin)
        return status;
    statement *count = sql(cmd->scope.database, others_query);
    bind_int64(count, org_roles_with(ANNOPROJ_OPERATION_USER_MANAGE));
    bind_int64(count, user);
    if (sql_row(count))
        others = column_int64(count, 0);
    status = sql_end(count, error);
    if (status == ANNOPROJ_OK && others == 0)
        status = fail(error, ANNOPROJ_STATE, "user %lld is the last org admin: make another one first",
                      (long long)user);
    return status;
}

static annoproj_status refuse_erased(int64_t user, const user_state *now, annoproj_error **error) {
    return now->erased ? fail(error, ANNOPROJ_STATE, "user %lld was erased: make a new user instead", (long long)user)
                       : ANNOPROJ_OK;
}

static annoproj_status update_user(command *cmd, void *arguments, annoproj_error **error) {
    static const char query[] = "UPDATE user SET name = ?, org_role = ? WHERE id = ?";
    const user_call *made = arguments;
    user_state now = {0};
    annoproj_status status = check_user_change(cmd, made->user, manages_users(made->org_role), &now, error);
    if (status == ANNOPROJ_OK)
        status = refuse_erased(made->user, &now, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *update = sql(cmd->scope.database, query);
    bind_text(update, made->name);
    bind_int64(update, made->org_role);
    bind_int64(update, made->user);
    status = sql_run(update, error);
    if (status == ANNOPROJ_OK)
        command_event(cmd, &(event){.kind = EVENT_USER_UPDATE, .credited = made->user, .reference = made->org_role});
    return status;
}

annoproj_status annoproj_user_update(annoproj_session *handle, int64_t user, const char *name,
                                     annoproj_org_role org_role, const annoproj_call *call, annoproj_error **error) {
    user_call made = {.user = user, .name = name, .org_role = org_role};
    handle_call what = {.operation = ANNOPROJ_OPERATION_USER_MANAGE, .arguments = &made};
    clear_error(error);
    annoproj_status status = check_text(name, TEXT_NAME, "name", error);
    if (status == ANNOPROJ_OK)
        status = check_org_role(org_role, error);
    if (status != ANNOPROJ_OK)
        return status;
    what.fingerprint = fingerprint_int64(
        fingerprint_text(fingerprint_int64(fingerprint_text(0, "user_update"), user), name), org_role);
    return session_write(handle, &what, update_user, call, NULL, error);
}

/* In every project; each project's events go to its own log. */
static annoproj_status release_everywhere(command *cmd, int64_t user, annoproj_error **error) {
    static const char query[] =
        "SELECT min(c.project) FROM collaborator c JOIN project p ON p.id = c.project AND NOT p.purging"
        " WHERE c.user = ? AND c.project > ?";
    annoproj_status status = ANNOPROJ_OK;
    for (int64_t project = 0; status == ANNOPROJ_OK;) {
        int64_t released = 0;
        statement *find = sql(cmd->scope.database, query);
        bind_int64(find, user);
        bind_int64(find, project);
        project = sql_row(find) ? column_int64(find, 0) : 0;
        status = sql_end(find, error);
        if (status != ANNOPROJ_OK || project == 0)
            break;
        int64_t before = command_events_project(cmd, project);
        status = task_release_user(cmd, project, user, 0, &released, error);
        (void)command_events_project(cmd, before);
    }
    return status;
}

static annoproj_status set_disabled(command *cmd, void *arguments, annoproj_error **error) {
    static const char query[] = "UPDATE user SET disabled = ? WHERE id = ?";
    const user_call *made = arguments;
    user_state now = {0};
    annoproj_status status = check_user_change(cmd, made->user, !made->disable, &now, error);
    if (status == ANNOPROJ_OK && !made->disable)
        status = refuse_erased(made->user, &now, error);
    if (status != ANNOPROJ_OK || now.disabled == made->disable)
        return status;
    statement *update = sql(cmd->scope.database, query);
    bind_int64(update, made->disable);
    bind_int64(update, made->user);
    status = sql_run(update, error);
    if (status == ANNOPROJ_OK)
        command_event(cmd,
                      &(event){.kind = made->disable ? EVENT_USER_DISABLE : EVENT_USER_ENABLE, .credited = made->user});
    if (status == ANNOPROJ_OK && made->disable)
        status = release_everywhere(cmd, made->user, error);
    return status;
}

static annoproj_status change_disabled(annoproj_session *handle, int64_t user, bool disable, const annoproj_call *call,
                                       annoproj_error **error) {
    user_call made = {.user = user, .disable = disable};
    handle_call what = {
        .operation = ANNOPROJ_OPERATION_USER_MANAGE,
        .arguments = &made,
        .fingerprint = fingerprint_int64(fingerprint_text(0, disable ? "user_disable" : "user_enable"), user)};
    clear_error(error);
    return session_write(handle, &what, set_disabled, call, NULL, error);
}

annoproj_status annoproj_user_disable(annoproj_session *handle, int64_t user, const annoproj_call *call,
                                      annoproj_error **error) {
    return change_disabled(handle, user, true, call, error);
}

annoproj_status annoproj_user_enable(annoproj_session *handle, int64_t user, const annoproj_call *call,
                                     annoproj_error **error) {
    return change_disabled(handle, user, false, call, error);
}

/* --- erasing ------------------------------------------------------------------------------------------------------- */

static annoproj_status user_email_now(command *cmd, int64_t user, char email[TEXT_EMAIL_SIZE], annoproj_error **error) {
    static const char query[] = "SELECT email FROM user WHERE id = ?";
    statement *find = sql(cmd->scope.database, query);
    bind_int64(find, user);
    snprintf(email, TEXT_EMAIL_SIZE, "%s", sql_row(find) ? column_text(find, 0) : "");
    return sql_end(find, error);
}

/* Name and e-mail wherever they are stored: in the user's row, and in workflow documents that name members. */
static annoproj_status forget_name(command *cmd, int64_t user, annoproj_error **error) {
    static const char query[] =
        "UPDATE user SET email = ?1, name = ?1, org_role = ?2, disabled = 1, erased = 1 WHERE id = ?3";
    char email[TEXT_EMAIL_SIZE], name[48];
    snprintf(name, sizeof name, ERASED_NAME "%lld", (long long)user);
    annoproj_status status = user_email_now(cmd, user, email, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *update = sql(cmd->scope.database, query);
    bind_text(update, name);
    bind_int64(update, ANNOPROJ_ORG_MEMBER);
    bind_int64(update, user);
    status = sql_run(update, error);
    return status == ANNOPROJ_OK ? workflow_rename_user(cmd, email, name, error) : status;
}

static annoproj_status erase_user(command *cmd, void *arguments, annoproj_error **error) {
    const user_call *made = arguments;
    user_state now = {0};
    annoproj_status status = check_user_change(cmd, made->user, false, &now, error);
    if (status != ANNOPROJ_OK || now.erased)
        return status;
    command_event(cmd, &(event){.kind = EVENT_USER_ERASE, .credited = made->user});
    if (!now.disabled)
        status = release_everywhere(cmd, made->user, error);
    if (status == ANNOPROJ_OK)
        status = database_overwrite(cmd->scope.database, true, error);
    if (status == ANNOPROJ_OK)
        status = forget_name(cmd, made->user, error);
    annoproj_status after = database_overwrite(cmd->scope.database, false, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? after : status;
}

annoproj_status annoproj_user_erase(annoproj_session *handle, int64_t user, const annoproj_call *call,
                                    annoproj_error **error) {
    user_call made = {.user = user};
    handle_call what = {.operation = ANNOPROJ_OPERATION_USER_MANAGE,
                        .arguments = &made,
                        .fingerprint = fingerprint_int64(fingerprint_text(0, "user_erase"), user)};
    clear_error(error);
    return session_write(handle, &what, erase_user, call, NULL, error);
}

/* --- reading ----------------------------------------------------------------------------------------------------- */

#define USER_COLUMNS "SELECT id, uuid, email, name, org_role, disabled, created_us, erased FROM user "

static void add_user(rows *table, statement *find) {
    rows_int64(table, column_int64(find, 0));
    add_uuid(table, find, 1);
    rows_text(table, column_text(find, 2));
    rows_text(table, column_text(find, 3));
    rows_text(table, column_int64(find, 4) == ANNOPROJ_ORG_ADMIN ? "admin" : "member");
    rows_bool(table, column_int64(find, 5) != 0);
    rows_time(table, column_int64(find, 6));
    rows_bool(table, column_int64(find, 7) != 0);
}

static annoproj_status read_users(scope *in, void *arguments, annoproj_error **error) {
    static const by_id what = {
        .type = &row_user_row, .query = USER_COLUMNS "WHERE id = ?", .add = add_user, .noun = "user"};
    user_call *made = arguments;
    return read_by_id(in, &what, made->users, made->count, &made->table, error);
}

annoproj_status annoproj_users_get(annoproj_session *handle, const int64_t *users, size_t count,
                                   const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    user_call made = {.users = users, .count = count};
    handle_call what = {.operation = ANNOPROJ_OPERATION_USER_LIST, .arguments = &made};
    if (!result_place(table, sizeof *table, "table", error) || !ids_given(users, count, "users", error))
        return ANNOPROJ_INVALID;
    return session_read_table(handle, &what, read_users, call, &made.table, table, error);
}

annoproj_status annoproj_user_get(annoproj_session *handle, int64_t user, const annoproj_call *call,
                                  annoproj_table **table, annoproj_error **error) {
    return annoproj_users_get(handle, &user, 1, call, table, error);
}

static annoproj_status list_users(scope *in, void *arguments, annoproj_error **error) {
    static const char query[] = USER_COLUMNS "ORDER BY email";
    user_call *made = arguments;
    rows *table = rows_new(&row_user_row);
    statement *find = sql(in->database, query);
    while (sql_row(find))
        add_user(table, find);
    return finish_table(table, sql_end(find, error), &made->table, error);
}

annoproj_status annoproj_user_list(annoproj_session *handle, const annoproj_call *call, annoproj_table **table,
                                   annoproj_error **error) {
    user_call made = {0};
    handle_call what = {.operation = ANNOPROJ_OPERATION_USER_LIST, .arguments = &made};
    return session_read_table(handle, &what, list_users, call, &made.table, table, error);
}
