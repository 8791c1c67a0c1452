/* The table of operations: the only place that knows what a role may do. */
#ifndef RIGHTS_H
#define RIGHTS_H

#include "contract.h"

/* What stands in a cell. Everything but RIGHT_NO holds the operation, with the restriction it names. */
typedef enum right {
    RIGHT_NO,
    RIGHT_YES,
    RIGHT_OWN,       /* what is one's own */
    RIGHT_STAGE,     /* in the stages one belongs to */
    RIGHT_NOT_ADMINS /* on everybody but admins */
} right;

/* What paused, completed and cancelled projects do to those who work by stage. Archived projects leave only what is
 * open. */
typedef enum gate_rule {
    GATE_OPEN, /* reads */
    GATE_CLOSED,
    GATE_OWN,     /* goes on for a task that is already theirs */
    GATE_ARCHIVED /* closed by archived only */
} gate_rule;

/* Which projects leave it although they close all or nearly all else. */
typedef enum left_rule {
    LEFT_NOWHERE,
    LEFT_ARCHIVED, /* archived ones, to those who also hold `settings` */
    LEFT_DELETED,  /* deleted ones */
    LEFT_PURGED    /* deleted ones, and those that are being purged */
} left_rule;

/* What the operation asks of a task it is about. */
typedef enum task_need { NEED_SEE, NEED_VIEW, NEED_WORK, NEED_TIME } task_need;

#define ROLE_COUNT     6 /* annoproj_role, and 0 = none */
#define ORG_ROLE_COUNT 3 /* annoproj_org_role, and 0 = none */

typedef struct operation_rule {
    annoproj_operation operation;
    const char *name;
    right roles[ROLE_COUNT];
    gate_rule gate;
    task_need need;
    left_rule left;
    bool store; /* an operation on the store, decided by the org role */
    right org[ORG_ROLE_COUNT];
} operation_rule;

const operation_rule *operation_rule_of(annoproj_operation operation); /* NULL when there is none */
right role_right(int32_t role, annoproj_operation operation);          /* project operations */
right org_right(int32_t org_role,
                annoproj_operation operation); /* store operations, and a project's that need no role in it */
/* Who holds an operation without a restriction, as bits for statements: `roles >> role & 1`. */
int64_t roles_with(annoproj_operation operation);     /* of annoproj_role */
int64_t org_roles_with(annoproj_operation operation); /* of annoproj_org_role */

#endif
