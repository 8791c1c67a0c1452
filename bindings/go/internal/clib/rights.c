/* The table of operations. */
#include "rights.h"

#include "access.h"
#include "failure.h"
#include "rows.h"

#define Y      RIGHT_YES
#define N      RIGHT_NO
#define OWN    RIGHT_OWN
#define STAGE  RIGHT_STAGE
#define OTHERS RIGHT_NOT_ADMINS

/* Roles in the order of annoproj_role: none, admin, team manager, reviewer, annotator, annotator + reviewer. */
static const operation_rule rules[] = {
    {ANNOPROJ_OPERATION_SUMMARY, "summary", false, {N, Y, Y, N, N, N}, N, N, GATE_OPEN, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_EXPLORE, "explore", false, {N, Y, Y, N, N, N}, N, N, GATE_OPEN, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_QUEUE, "queue", false, {N, Y, Y, STAGE, STAGE, STAGE}, N, N, GATE_OPEN, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_TASK_VIEW, "task_view", false, {N, Y, Y, STAGE, STAGE, STAGE}, N, N, GATE_OPEN, NEED_VIEW, 0},
    {ANNOPROJ_OPERATION_LABEL_WRITE,
     "label_write",
     false,
     {N, Y, Y, STAGE, STAGE, STAGE},
     N,
     N,
     GATE_OWN,
     NEED_WORK,
     0},
    {ANNOPROJ_OPERATION_TIME_REPORT,
     "time_report",
     false,
     {N, Y, Y, STAGE, STAGE, STAGE},
     N,
     N,
     GATE_OWN,
     NEED_TIME,
     0},
    {ANNOPROJ_OPERATION_ANNOTATE, "annotate", false, {N, Y, Y, N, STAGE, STAGE}, N, N, GATE_CLOSED, NEED_WORK, 0},
    {ANNOPROJ_OPERATION_REVIEW, "review", false, {N, Y, Y, STAGE, N, STAGE}, N, N, GATE_CLOSED, NEED_WORK, 0},
    {ANNOPROJ_OPERATION_SKIP, "skip", false, {N, Y, Y, N, Y, Y}, N, N, GATE_CLOSED, NEED_WORK, 0},
    {ANNOPROJ_OPERATION_ASSIGN, "assign", false, {N, Y, Y, N, N, N}, N, N, GATE_CLOSED, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_RELEASE, "release", false, {N, Y, Y, N, N, N}, N, N, GATE_CLOSED, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_RELEASE_OWN, "release_own", false, {N, Y, Y, OWN, OWN, OWN}, N, N, GATE_CLOSED, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_PRIORITY, "priority", false, {N, Y, Y, N, N, N}, N, N, GATE_CLOSED, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_MOVE, "move", false, {N, Y, Y, N, N, N}, N, N, GATE_CLOSED, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_REOPEN, "reopen", false, {N, Y, Y, N, N, N}, N, N, GATE_CLOSED, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_AGENT, "agent", false, {N, Y, Y, N, N, N}, N, N, GATE_CLOSED, NEED_WORK, 0},
    {ANNOPROJ_OPERATION_WORKFLOW_VIEW, "workflow_view", false, {N, Y, Y, N, N, N}, N, N, GATE_OPEN, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_WORKFLOW_EDIT, "workflow_edit", false, {N, Y, N, N, N, N}, N, N, GATE_CLOSED, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_ANALYTICS_TEAM, "analytics_team", false, {N, Y, Y, N, N, N}, N, N, GATE_OPEN, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_ANALYTICS_OWN, "analytics_own", false, {N, Y, Y, OWN, OWN, OWN}, N, N, GATE_OPEN, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_EXPORT, "export", false, {N, Y, N, N, N, N}, N, N, GATE_OPEN, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_LABEL_VERSION, "label_version", false, {N, Y, N, N, N, N}, N, N, GATE_CLOSED, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_IMPORT, "import", false, {N, Y, N, N, N, N}, N, N, GATE_CLOSED, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_TICKET, "ticket", false, {N, Y, N, N, N, N}, N, N, GATE_CLOSED, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_OUTBOX, "outbox", false, {N, Y, N, N, N, N}, N, N, GATE_OPEN, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_PURGE, "purge", false, {N, Y, N, N, N, N}, N, N, GATE_CLOSED, NEED_SEE, LEFT_PURGED},
    {ANNOPROJ_OPERATION_RESTORE, "restore", false, {N, Y, N, N, N, N}, N, N, GATE_CLOSED, NEED_SEE, LEFT_DELETED},
    {ANNOPROJ_OPERATION_SETTINGS, "settings", false, {N, Y, N, N, N, N}, N, N, GATE_CLOSED, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_PROJECT_COPY, "project_copy", false, {N, Y, N, N, N, N}, N, N, GATE_OPEN, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_PROJECT_DELETE,
     "project_delete",
     false,
     {N, Y, N, N, N, N},
     N,
     N,
     GATE_CLOSED,
     NEED_SEE,
     LEFT_DELETED},
    {ANNOPROJ_OPERATION_PROJECT_STATUS,
     "project_status",
     false,
     {N, Y, Y, N, N, N},
     N,
     N,
     GATE_CLOSED,
     NEED_SEE,
     LEFT_ARCHIVED},
    {ANNOPROJ_OPERATION_COLLABORATOR_ADD,
     "collaborator_add",
     false,
     {N, Y, Y, N, N, N},
     N,
     N,
     GATE_CLOSED,
     NEED_SEE,
     0},
    {ANNOPROJ_OPERATION_COLLABORATOR_ADD_ADMIN,
     "collaborator_add_admin",
     false,
     {N, Y, N, N, N, N},
     N,
     N,
     GATE_CLOSED,
     NEED_SEE,
     0},
    {ANNOPROJ_OPERATION_COLLABORATOR_CHANGE,
     "collaborator_change",
     false,
     {N, Y, OTHERS, N, N, N},
     N,
     N,
     GATE_CLOSED,
     NEED_SEE,
     0},
    {ANNOPROJ_OPERATION_COLLABORATOR_CHANGE_ADMIN,
     "collaborator_change_admin",
     false,
     {N, Y, N, N, N, N},
     N,
     N,
     GATE_CLOSED,
     NEED_SEE,
     0},
    {ANNOPROJ_OPERATION_ISSUE_WRITE,
     "issue_write",
     false,
     {N, Y, Y, STAGE, STAGE, STAGE},
     N,
     N,
     GATE_CLOSED,
     NEED_VIEW,
     0},
    {ANNOPROJ_OPERATION_PROJECT_SEE, "project_see", false, {N, Y, Y, Y, Y, Y}, Y, N, GATE_OPEN, NEED_SEE, LEFT_DELETED},
    {ANNOPROJ_OPERATION_COLLABORATOR_LEAVE,
     "collaborator_leave",
     false,
     {N, Y, Y, Y, Y, Y},
     N,
     N,
     GATE_ARCHIVED,
     NEED_SEE,
     0},
    {ANNOPROJ_OPERATION_USER_MANAGE, "user_manage", true, {N, N, N, N, N, N}, Y, N, GATE_OPEN, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_USER_LIST, "user_list", true, {N, N, N, N, N, N}, Y, Y, GATE_OPEN, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_DATASET_CREATE, "dataset_create", true, {N, N, N, N, N, N}, Y, Y, GATE_OPEN, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_DATASET_CHANGE, "dataset_change", true, {N, N, N, N, N, N}, Y, OWN, GATE_OPEN, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_ONTOLOGY_CREATE, "ontology_create", true, {N, N, N, N, N, N}, Y, Y, GATE_OPEN, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_ONTOLOGY_CHANGE, "ontology_change", true, {N, N, N, N, N, N}, Y, OWN, GATE_OPEN, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_PROJECT_CREATE, "project_create", true, {N, N, N, N, N, N}, Y, Y, GATE_OPEN, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_PROJECT_LIST_ALL, "project_list_all", true, {N, N, N, N, N, N}, Y, N, GATE_OPEN, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_PROJECT_JOIN, "project_join", true, {N, N, N, N, N, N}, Y, N, GATE_OPEN, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_STORE_CHECK, "store_check", true, {N, N, N, N, N, N}, Y, N, GATE_OPEN, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_STORE_BACKUP, "store_backup", true, {N, N, N, N, N, N}, N, N, GATE_OPEN, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_STORE_COMPACT, "store_compact", true, {N, N, N, N, N, N}, Y, N, GATE_OPEN, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_STORE_SETTINGS, "store_settings", true, {N, N, N, N, N, N}, Y, N, GATE_OPEN, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_STORE_EVENTS, "store_events", true, {N, N, N, N, N, N}, Y, N, GATE_OPEN, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_TAG_MANAGE, "tag_manage", true, {N, N, N, N, N, N}, Y, N, GATE_OPEN, NEED_SEE, 0},
    {ANNOPROJ_OPERATION_WORKFLOW_TEMPLATE_CREATE,
     "workflow_template_create",
     true,
     {N, N, N, N, N, N},
     Y,
     Y,
     GATE_OPEN,
     NEED_SEE,
     0},
    {ANNOPROJ_OPERATION_WORKFLOW_TEMPLATE_CHANGE,
     "workflow_template_change",
     true,
     {N, N, N, N, N, N},
     Y,
     OWN,
     GATE_OPEN,
     NEED_SEE,
     0},
    {ANNOPROJ_OPERATION_ORGANISATION, "organisation", true, {N, N, N, N, N, N}, Y, N, GATE_OPEN, NEED_SEE, 0},
};

#define RULE_COUNT (sizeof rules / sizeof rules[0])

const operation_rule *operation_rule_of(annoproj_operation operation) {
    for (size_t i = 0; i < RULE_COUNT; i++) {
        if (rules[i].operation == operation) {
            return &rules[i];
        }
    }
    return NULL;
}

right role_right(int32_t role, annoproj_operation operation) {
    const operation_rule *rule = operation_rule_of(operation);
    return rule && role >= 0 && role < ROLE_COUNT ? rule->roles[role] : RIGHT_NO;
}

right org_right(int32_t org_role, annoproj_operation operation) {
    const operation_rule *rule = operation_rule_of(operation);
    if (!rule) {
        return RIGHT_NO;
    }
    return org_role == ANNOPROJ_ORG_ADMIN ? rule->org_admin : org_role == ANNOPROJ_ORG_MEMBER ? rule->member : RIGHT_NO;
}

int64_t roles_with(annoproj_operation operation) {
    int64_t roles = 0;
    for (int32_t role = 1; role < ROLE_COUNT; role++) {
        roles |= (int64_t)(role_right(role, operation) == RIGHT_YES) << role;
    }
    return roles;
}

int64_t org_roles_with(annoproj_operation operation) {
    int64_t roles = 0;
    for (int32_t role = ANNOPROJ_ORG_MEMBER; role <= ANNOPROJ_ORG_ADMIN; role++) {
        roles |= (int64_t)(org_right(role, operation) == RIGHT_YES) << role;
    }
    return roles;
}

/* ---- the table as a table ---- */

static const char *right_name(right cell) {
    static const char *const names[] = {[RIGHT_NO] = "no",
                                        [RIGHT_YES] = "yes",
                                        [RIGHT_OWN] = "own",
                                        [RIGHT_STAGE] = "stage",
                                        [RIGHT_NOT_ADMINS] = "not_admins"};
    return names[cell];
}

static const char *gate_name(gate_rule gate) {
    static const char *const names[] = {
        [GATE_OPEN] = "open", [GATE_CLOSED] = "closed", [GATE_OWN] = "own", [GATE_ARCHIVED] = "archived"};
    return names[gate];
}

static const char *deleted_name(left_rule left) {
    return left == LEFT_DELETED ? "yes" : left == LEFT_PURGED ? "purged" : "no";
}

annoproj_status annoproj_operations(annoproj_table **table, annoproj_error **error) {
    if (!result_place(table, sizeof *table, "table", error)) {
        return ANNOPROJ_INVALID;
    }
    rows *list = rows_new(&row_operation_row);
    for (size_t i = 0; i < RULE_COUNT; i++) {
        const operation_rule *rule = &rules[i];
        rows_int64(list, rule->operation);
        rows_text(list, rule->name);
        rows_text(list, rule->store ? "store" : "project");
        for (int32_t role = 1; role < ROLE_COUNT; role++) {
            rows_text(list, right_name(rule->roles[role]));
        }
        rows_text(list, right_name(rule->org_admin));
        rows_text(list, right_name(rule->member));
        rows_text(list, gate_name(rule->gate));
        rows_text(list, deleted_name(rule->left));
    }
    return rows_finish(list, table, error);
}
