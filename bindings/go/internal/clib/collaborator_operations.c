/* Collaborators: users with a role in a project (behaviour §3). */
#include "failure.h"
#include "handle_call.h"
#include "project.h"
#include "rights.h"
#include "task.h"
#include "workflow.h"

#define COLLABORATORS_MOST 10000 /* of a project */

typedef struct collaborator_call {
    int64_t user;
    int32_t role;
    annoproj_table *table;
} collaborator_call;

static annoproj_status check_role(int32_t role, annoproj_error **error) {
    if (role >= ANNOPROJ_ROLE_ADMIN && role <= ANNOPROJ_ROLE_ANNOTATOR_REVIEWER)
        return ANNOPROJ_OK;
    return fail(error, ANNOPROJ_INVALID, "role %d is no annoproj_role", role);
}

/* An admin is who may make and unmake admins. */
static bool is_admin(int32_t role) {
    return role_right(role, ANNOPROJ_OPERATION_COLLABORATOR_CHANGE_ADMIN) == RIGHT_YES;
}

/* The role a user has in the command's project; 0 = none. */
static annoproj_status role_of(scope *in, int64_t user, int32_t *role, annoproj_error **error) {
    static const char query[] = "SELECT role FROM collaborator WHERE project = ? AND user = ?";
    statement *find = sql(in->database, query);
    bind_int64(find, in->project.id);
    bind_int64(find, user);
    *role = sql_row(find) ? (int32_t)column_int64(find, 0) : 0;
    return sql_end(find, error);
}

static annoproj_status check_user(scope *in, int64_t user, annoproj_error **error) {
    static const char query[] = "SELECT disabled FROM user WHERE id = ?";
    statement *find = sql(in->database, query);
    bind_int64(find, user);
    bool found = sql_row(find), disabled = found && column_int64(find, 0) != 0;
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && !found)
        status = fail(error, ANNOPROJ_NOT_FOUND, "there is no user %lld", (long long)user);
    if (status == ANNOPROJ_OK && disabled)
        status = fail(error, ANNOPROJ_STATE, "user %lld is disabled: enable the user first", (long long)user);
    return status;
}

static annoproj_status put_role(command *cmd, int64_t user, int32_t role, annoproj_error **error) {
    static const char query[] = "INSERT INTO collaborator(project, user, role, joined) VALUES(?, ?, ?, ?)"
                                " ON CONFLICT(project, user) DO UPDATE SET role = excluded.role";
    int64_t seq = 0; /* of the event that follows */
    annoproj_status status = command_next_seq(cmd, &seq, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *put = sql(cmd->scope.database, query);
    bind_int64(put, cmd->scope.project.id);
    bind_int64(put, user);
    bind_int64(put, role);
    bind_int64(put, seq);
    return sql_run(put, error);
}

/* STATE when `user` is the project's only admin; disabled ones can do nothing and do not count. */
static annoproj_status keep_an_admin(scope *in, int64_t user, annoproj_error **error) {
    static const char query[] = "SELECT count(*) FROM collaborator c JOIN user u ON u.id = c.user WHERE c.project = ?"
                                " AND ? >> c.role & 1 AND c.user <> ? AND u.disabled = 0";
    int64_t others = 0;
    statement *find = sql(in->database, query);
    bind_int64(find, in->project.id);
    bind_int64(find, roles_with(ANNOPROJ_OPERATION_COLLABORATOR_CHANGE_ADMIN));
    bind_int64(find, user);
    if (sql_row(find))
        others = column_int64(find, 0);
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && others == 0)
        status = fail(error, ANNOPROJ_STATE, "user %lld is the last admin of project %lld: make another one first",
                      (long long)user, (long long)in->project.id);
    return status;
}

/* Reports and lists have a row for each of them. */
static annoproj_status check_room(scope *in, annoproj_error **error) {
    static const char query[] = "SELECT count(*) FROM collaborator WHERE project = ?";
    statement *find = sql(in->database, query);
    bind_int64(find, in->project.id);
    int64_t count = sql_row(find) ? column_int64(find, 0) : 0;
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && count >= COLLABORATORS_MOST)
        status = fail(error, ANNOPROJ_LIMIT,
                      "project %lld has %lld collaborators, the most that it can have: remove one first",
                      (long long)in->project.id, (long long)count);
    return status;
}

/* Tasks in stages that the user does not belong to any more go back to the queue. */
static annoproj_status release_unfit(command *cmd, int64_t user, annoproj_error **error) {
    stage_description *stages = NULL;
    size_t count = 0;
    annoproj_status status = workflow_stages(&cmd->scope, cmd->scope.project.id, &stages, &count, error);
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++) {
        bool member = false;
        int64_t released = 0;
        status = access_stage_member(&cmd->scope, &stages[i].facts, user, &member, error);
        if (status == ANNOPROJ_OK && !member)
            status = task_release_user(cmd, cmd->scope.project.id, user, stages[i].facts.id, &released, error);
    }
    return status;
}

static annoproj_status add(command *cmd, void *arguments, annoproj_error **error) {
    const collaborator_call *made = arguments;
    int32_t role = 0;
    annoproj_status status = check_user(&cmd->scope, made->user, error);
    if (status == ANNOPROJ_OK && is_admin(made->role))
        status = access_gate(&cmd->scope, ANNOPROJ_OPERATION_COLLABORATOR_ADD_ADMIN, error);
    if (status == ANNOPROJ_OK)
        status = role_of(&cmd->scope, made->user, &role, error);
    if (status != ANNOPROJ_OK || role != 0)
        return status; /* one who is there already keeps the role */
    status = check_room(&cmd->scope, error);
    if (status == ANNOPROJ_OK)
        status = put_role(cmd, made->user, made->role, error);
    if (status == ANNOPROJ_OK)
        command_event(cmd, &(event){.kind = EVENT_COLLABORATOR_ADD, .credited = made->user, .reference = made->role});
    return status;
}

annoproj_status annoproj_collaborator_add(annoproj_project *project, int64_t user, annoproj_role role,
                                          const annoproj_call *call, annoproj_error **error) {
    collaborator_call made = {.user = user, .role = role};
    handle_call what = {.operation = ANNOPROJ_OPERATION_COLLABORATOR_ADD, .arguments = &made};
    clear_error(error);
    annoproj_status status = check_role(role, error);
    if (status != ANNOPROJ_OK)
        return status;
    what.fingerprint = fingerprint_int64(fingerprint_int64(fingerprint_text(0, "collaborator_add"), user), role);
    return project_write(project, &what, add, call, NULL, error);
}

/* The present role, and whether this session may change it: to or from admin takes the right for admins. */
static annoproj_status check_change(command *cmd, int64_t user, int32_t wanted, int32_t *role, annoproj_error **error) {
    annoproj_status status = role_of(&cmd->scope, user, role, error);
    if (status == ANNOPROJ_OK && *role == 0)
        status = fail(error, ANNOPROJ_NOT_FOUND, "user %lld is no collaborator of project %lld", (long long)user,
                      (long long)cmd->scope.project.id);
    if (status == ANNOPROJ_OK && (is_admin(*role) || is_admin(wanted)))
        status = access_gate(&cmd->scope, ANNOPROJ_OPERATION_COLLABORATOR_CHANGE_ADMIN, error);
    if (status == ANNOPROJ_OK && is_admin(*role) && !is_admin(wanted))
        status = keep_an_admin(&cmd->scope, user, error);
    return status;
}

static annoproj_status change_role(command *cmd, void *arguments, annoproj_error **error) {
    const collaborator_call *made = arguments;
    int32_t role = 0;
    annoproj_status status = check_change(cmd, made->user, made->role, &role, error);
    if (status != ANNOPROJ_OK || role == made->role)
        return status;
    status = put_role(cmd, made->user, made->role, error);
    if (status != ANNOPROJ_OK)
        return status;
    command_event(cmd, &(event){.kind = EVENT_COLLABORATOR_ROLE, .credited = made->user, .reference = made->role});
    return release_unfit(cmd, made->user, error);
}

annoproj_status annoproj_collaborator_set_role(annoproj_project *project, int64_t user, annoproj_role role,
                                               const annoproj_call *call, annoproj_error **error) {
    collaborator_call made = {.user = user, .role = role};
    handle_call what = {.operation = ANNOPROJ_OPERATION_COLLABORATOR_CHANGE, .arguments = &made};
    clear_error(error);
    annoproj_status status = check_role(role, error);
    if (status != ANNOPROJ_OK)
        return status;
    what.fingerprint = fingerprint_int64(fingerprint_int64(fingerprint_text(0, "collaborator_set_role"), user), role);
    return project_write(project, &what, change_role, call, NULL, error);
}

/* Gives back the user's tasks and ends the role. */
static annoproj_status take_out(command *cmd, int64_t user, annoproj_error **error) {
    static const char query[] = "DELETE FROM collaborator WHERE project = ? AND user = ?";
    int64_t released = 0;
    annoproj_status status = task_release_user(cmd, cmd->scope.project.id, user, 0, &released, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *delete = sql(cmd->scope.database, query);
    bind_int64(delete, cmd->scope.project.id);
    bind_int64(delete, user);
    status = sql_run(delete, error);
    if (status == ANNOPROJ_OK)
        command_event(cmd, &(event){.kind = EVENT_COLLABORATOR_REMOVE, .credited = user});
    return status;
}

static annoproj_status remove_body(command *cmd, void *arguments, annoproj_error **error) {
    const collaborator_call *made = arguments;
    int32_t role = 0;
    annoproj_status status = check_change(cmd, made->user, 0, &role, error);
    return status == ANNOPROJ_OK ? take_out(cmd, made->user, error) : status;
}

annoproj_status annoproj_collaborator_remove(annoproj_project *project, int64_t user, const annoproj_call *call,
                                             annoproj_error **error) {
    collaborator_call made = {.user = user};
    handle_call what = {.operation = ANNOPROJ_OPERATION_COLLABORATOR_CHANGE,
                        .arguments = &made,
                        .fingerprint = fingerprint_int64(fingerprint_text(0, "collaborator_remove"), user)};
    clear_error(error);
    return project_write(project, &what, remove_body, call, NULL, error);
}

/* --- for oneself -------------------------------------------------------------------------------------------------- */

static annoproj_status check_person(const scope *in, annoproj_error **error) {
    return in->user != 0 ? ANNOPROJ_OK
                         : fail(error, ANNOPROJ_INVALID, "the host has no role in projects: use a person's session");
}

static annoproj_status leave(command *cmd, void *arguments, annoproj_error **error) {
    (void)arguments;
    annoproj_status status = check_person(&cmd->scope, error);
    if (status == ANNOPROJ_OK && is_admin(cmd->scope.role))
        status = keep_an_admin(&cmd->scope, cmd->scope.user, error);
    return status == ANNOPROJ_OK ? take_out(cmd, cmd->scope.user, error) : status;
}

annoproj_status annoproj_collaborator_leave(annoproj_project *project, const annoproj_call *call,
                                            annoproj_error **error) {
    handle_call what = {.operation = ANNOPROJ_OPERATION_COLLABORATOR_LEAVE,
                        .fingerprint = fingerprint_text(0, "collaborator_leave")};
    clear_error(error);
    return project_write(project, &what, leave, call, NULL, error);
}

/* The scope's role does not say it all: in a deleted project most roles count for nothing. */
static annoproj_status join(command *cmd, void *arguments, annoproj_error **error) {
    int32_t role = 0;
    (void)arguments;
    annoproj_status status = check_person(&cmd->scope, error);
    if (status == ANNOPROJ_OK)
        status = role_of(&cmd->scope, cmd->scope.user, &role, error);
    if (status != ANNOPROJ_OK || is_admin(role))
        return status;
    if (role == 0)
        status = check_room(&cmd->scope, error);
    if (status == ANNOPROJ_OK)
        status = put_role(cmd, cmd->scope.user, ANNOPROJ_ROLE_ADMIN, error);
    if (status == ANNOPROJ_OK)
        command_event(cmd, &(event){.kind = role != 0 ? EVENT_COLLABORATOR_ROLE : EVENT_COLLABORATOR_ADD,
                                    .credited = cmd->scope.user,
                                    .reference = ANNOPROJ_ROLE_ADMIN});
    return status;
}

annoproj_status annoproj_project_join(annoproj_session *handle, int64_t project, const annoproj_call *call,
                                      annoproj_error **error) {
    handle_call what = {.operation = ANNOPROJ_OPERATION_PROJECT_JOIN,
                        .subject = SUBJECT_PROJECT,
                        .id = project,
                        .fingerprint = fingerprint_int64(fingerprint_text(0, "project_join"), project)};
    clear_error(error);
    return session_write(handle, &what, join, call, NULL, error);
}

static annoproj_status list(scope *in, void *arguments, annoproj_error **error) {
    static const char query[] =
        "SELECT u.id, u.email, u.name, c.role, u.disabled FROM collaborator c JOIN user u ON u.id = c.user"
        " WHERE c.project = ? ORDER BY u.email";
    collaborator_call *made = arguments;
    rows *table = rows_new(&row_collaborator_row);
    statement *find = sql(in->database, query);
    bind_int64(find, in->project.id);
    while (sql_row(find)) {
        rows_int64(table, column_int64(find, 0));
        rows_text(table, column_text(find, 1));
        rows_text(table, column_text(find, 2));
        rows_text(table, role_name((int32_t)column_int64(find, 3)));
        rows_bool(table, column_int64(find, 4) != 0);
    }
    return finish_table(table, sql_end(find, error), &made->table, error);
}

annoproj_status annoproj_collaborator_list(annoproj_project *project, const annoproj_call *call, annoproj_table **table,
                                           annoproj_error **error) {
    collaborator_call made = {0};
    handle_call what = {.operation = ANNOPROJ_OPERATION_PROJECT_SEE, .arguments = &made};
    return project_read_table(project, &what, list, call, &made.table, table, error);
}
