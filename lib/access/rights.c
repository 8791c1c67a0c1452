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

#define OP(name) ANNOPROJ_OPERATION_##name

/* By the number of the operation. Roles stand in the order of annoproj_role: none, admin, team manager, reviewer, annotator,
 * annotator + reviewer; org roles in that of annoproj_org_role: none, member, admin. */
/* clang-format off */
static const operation_rule rules[] = {
    /* tasks, and figures of them */
    {OP(SUMMARY),        "summary",        {N, Y, Y, N, N, N},             .gate = GATE_OPEN},
    {OP(EXPLORE),        "explore",        {N, Y, Y, N, N, N},             .gate = GATE_OPEN},
    {OP(QUEUE),          "queue",          {N, Y, Y, STAGE, STAGE, STAGE}, .gate = GATE_OPEN},
    {OP(TASK_VIEW),      "task_view",      {N, Y, Y, STAGE, STAGE, STAGE}, .gate = GATE_OPEN,   .need = NEED_VIEW},
    {OP(LABEL_WRITE),    "label_write",    {N, Y, Y, STAGE, STAGE, STAGE}, .gate = GATE_OWN,    .need = NEED_WORK},
    {OP(TIME_REPORT),    "time_report",    {N, Y, Y, STAGE, STAGE, STAGE}, .gate = GATE_OWN,    .need = NEED_TIME},
    {OP(ANNOTATE),       "annotate",       {N, Y, Y, N, STAGE, STAGE},     .gate = GATE_CLOSED, .need = NEED_WORK},
    {OP(REVIEW),         "review",         {N, Y, Y, STAGE, N, STAGE},     .gate = GATE_CLOSED, .need = NEED_WORK},
    {OP(SKIP),           "skip",           {N, Y, Y, N, Y, Y},             .gate = GATE_CLOSED, .need = NEED_WORK},
    {OP(ASSIGN),         "assign",         {N, Y, Y, N, N, N},             .gate = GATE_CLOSED},
    {OP(RELEASE),        "release",        {N, Y, Y, N, N, N},             .gate = GATE_CLOSED},
    {OP(RELEASE_OWN),    "release_own",    {N, Y, Y, OWN, OWN, OWN},       .gate = GATE_CLOSED},
    {OP(PRIORITY),       "priority",       {N, Y, Y, N, N, N},             .gate = GATE_CLOSED},
    {OP(MOVE),           "move",           {N, Y, Y, N, N, N},             .gate = GATE_CLOSED},
    {OP(REOPEN),         "reopen",         {N, Y, Y, N, N, N},             .gate = GATE_CLOSED},
    {OP(AGENT),          "agent",          {N, Y, Y, N, N, N},             .gate = GATE_CLOSED, .need = NEED_WORK},
    {OP(WORKFLOW_VIEW),  "workflow_view",  {N, Y, Y, N, N, N},             .gate = GATE_OPEN},
    {OP(WORKFLOW_EDIT),  "workflow_edit",  {N, Y, N, N, N, N},             .gate = GATE_CLOSED},
    {OP(ANALYTICS_TEAM), "analytics_team", {N, Y, Y, N, N, N},             .gate = GATE_OPEN},
    {OP(ANALYTICS_OWN),  "analytics_own",  {N, Y, Y, OWN, OWN, OWN},       .gate = GATE_OPEN},
    /* the project */
    {OP(EXPORT),         "export",         {N, Y, N, N, N, N}, .gate = GATE_OPEN},
    {OP(LABEL_VERSION),  "label_version",  {N, Y, N, N, N, N}, .gate = GATE_CLOSED},
    {OP(IMPORT),         "import",         {N, Y, N, N, N, N}, .gate = GATE_CLOSED},
    {OP(TICKET),         "ticket",         {N, Y, N, N, N, N}, .gate = GATE_CLOSED},
    {OP(OUTBOX),         "outbox",         {N, Y, N, N, N, N}, .gate = GATE_OPEN},
    {OP(PURGE),          "purge",          {N, Y, N, N, N, N}, .gate = GATE_CLOSED, .left = LEFT_PURGED},
    {OP(RESTORE),        "restore",        {N, Y, N, N, N, N}, .gate = GATE_CLOSED, .left = LEFT_DELETED},
    {OP(SETTINGS),       "settings",       {N, Y, N, N, N, N}, .gate = GATE_CLOSED},
    {OP(PROJECT_COPY),   "project_copy",   {N, Y, N, N, N, N}, .gate = GATE_OPEN},
    {OP(PROJECT_DELETE), "project_delete", {N, Y, N, N, N, N}, .gate = GATE_CLOSED, .left = LEFT_DELETED},
    {OP(PROJECT_STATUS), "project_status", {N, Y, Y, N, N, N}, .gate = GATE_CLOSED, .left = LEFT_ARCHIVED},
    /* who is in it */
    {OP(COLLABORATOR_ADD),          "collaborator_add",          {N, Y, Y, N, N, N},      .gate = GATE_CLOSED},
    {OP(COLLABORATOR_ADD_ADMIN),    "collaborator_add_admin",    {N, Y, N, N, N, N},      .gate = GATE_CLOSED},
    {OP(COLLABORATOR_CHANGE),       "collaborator_change",       {N, Y, OTHERS, N, N, N}, .gate = GATE_CLOSED},
    {OP(COLLABORATOR_CHANGE_ADMIN), "collaborator_change_admin", {N, Y, N, N, N, N},      .gate = GATE_CLOSED},
    /* what all of them may */
    {OP(ISSUE_WRITE), "issue_write", {N, Y, Y, STAGE, STAGE, STAGE}, .gate = GATE_CLOSED, .need = NEED_VIEW},
    {OP(PROJECT_SEE), "project_see", {N, Y, Y, Y, Y, Y}, .gate = GATE_OPEN, .left = LEFT_DELETED, .org = {N, N, Y}},
    {OP(COLLABORATOR_LEAVE), "collaborator_leave", {N, Y, Y, Y, Y, Y}, .gate = GATE_ARCHIVED},
    /* the store, by the org role */
    {OP(USER_MANAGE),              "user_manage",              .store = true, .org = {N, N, Y}},
    {OP(USER_LIST),                "user_list",                .store = true, .org = {N, Y, Y}},
    {OP(DATASET_CREATE),           "dataset_create",           .store = true, .org = {N, Y, Y}},
    {OP(DATASET_CHANGE),           "dataset_change",           .store = true, .org = {N, OWN, Y}},
    {OP(ONTOLOGY_CREATE),          "ontology_create",          .store = true, .org = {N, Y, Y}},
    {OP(ONTOLOGY_CHANGE),          "ontology_change",          .store = true, .org = {N, OWN, Y}},
    {OP(PROJECT_CREATE),           "project_create",           .store = true, .org = {N, Y, Y}},
    {OP(PROJECT_LIST_ALL),         "project_list_all",         .store = true, .org = {N, N, Y}},
    {OP(PROJECT_JOIN),             "project_join",             .store = true, .org = {N, N, Y}},
    {OP(STORE_CHECK),              "store_check",              .store = true, .org = {N, N, Y}},
    {OP(STORE_BACKUP),             "store_backup",             .store = true},
    {OP(STORE_COMPACT),            "store_compact",            .store = true, .org = {N, N, Y}},
    {OP(STORE_SETTINGS),           "store_settings",           .store = true, .org = {N, N, Y}},
    {OP(STORE_EVENTS),             "store_events",             .store = true, .org = {N, N, Y}},
    {OP(TAG_MANAGE),               "tag_manage",               .store = true, .org = {N, N, Y}},
    {OP(WORKFLOW_TEMPLATE_CREATE), "workflow_template_create", .store = true, .org = {N, Y, Y}},
    {OP(WORKFLOW_TEMPLATE_CHANGE), "workflow_template_change", .store = true, .org = {N, OWN, Y}},
    {OP(ORGANISATION),             "organisation",             .store = true, .org = {N, N, Y}},
};
/* clang-format on */

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
    return rule && org_role >= 0 && org_role < ORG_ROLE_COUNT ? rule->org[org_role] : RIGHT_NO;
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
        rows_text(list, right_name(rule->org[ANNOPROJ_ORG_ADMIN]));
        rows_text(list, right_name(rule->org[ANNOPROJ_ORG_MEMBER]));
        rows_text(list, gate_name(rule->gate));
        rows_text(list, deleted_name(rule->left));
    }
    return rows_finish(list, table, error);
}
