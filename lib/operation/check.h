/* What parts of a check share. */
#ifndef CHECK_H
#define CHECK_H

#include "access.h"
#include "replay.h"
#include "rows.h"

typedef struct checking {
    rows *found;
    int64_t project; /* 0 = the store */
    bool quick;
} checking;

void check_report(checking *check, const char *subject, int64_t id, const char *found, const char *expected);
/* "assignee 7" against "assignee 0"; nothing when they are the same. */
void check_compare(checking *check, const char *subject, int64_t id, const char *what, int64_t found, int64_t expected);

/* A project's log and, unless quick, everything that must follow from it. Project 0: the store's own log, and users. */
annoproj_status check_project(scope *in, checking *check, annoproj_error **error);

/* What tasks and issues carry, and who worked on them. */
annoproj_status check_task_facts(scope *in, checking *check, const replay *state, annoproj_error **error);

/* The project's row, numbers given out, collaborators, pathways; users, and what counts data units and features. */
annoproj_status check_project_facts(scope *in, checking *check, const replay *state, annoproj_error **error);
annoproj_status check_store_facts(scope *in, checking *check, const replay *state, annoproj_error **error);

/* What the queue keeps beside the tasks: skips, and stretches that starts hop over. */
annoproj_status check_queue(scope *in, checking *check, annoproj_error **error);

/* Branches: one for each user; and whose went into a task. */
annoproj_status check_consensus(scope *in, checking *check, const replay *state, annoproj_error **error);

/* Members of COCO files that labels and data units keep. */
annoproj_status check_members(scope *in, checking *check, annoproj_error **error);

/* Label versions: their contents, and what is said about the labels there are now. */
annoproj_status check_versions(scope *in, checking *check, annoproj_error **error);

#endif
