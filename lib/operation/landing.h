/* Where an action takes a task along the workflow, and what happens when it gets there. */
#ifndef LANDING_H
#define LANDING_H

#include "access.h"

typedef struct landing {
    const char *edge;    /* "submit", "approve", "reject"; or */
    const char *pathway; /* key of a pathway */
    int64_t assignee;    /* asked for; 0 = nobody in particular */
    bool retain;
    bool to_submitter; /* back to the last submitter when still a member there */
    int64_t value;     /* of the action's event */
} landing;

/* The stage where the command's task lands, and whose it is there: decided before anything moves. STATE for data that the stage does not take, PERMISSION to
 * name somebody for those who may not assign, or to keep it where unassigned tasks are hidden, INVALID for an assignee who is no member there, or when there is none to retain. */
annoproj_status landing_find(command *command, const landing *to, stage_facts *stage, int64_t *assignee,
                             annoproj_error **error);
/* Notes the action (an event of that kind) and lets the task arrive. */
annoproj_status landing_go(command *command, int32_t kind, const landing *to, const stage_facts *stage,
                           int64_t assignee, annoproj_error **error);

#endif
