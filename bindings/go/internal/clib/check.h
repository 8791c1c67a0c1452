/* What parts of a check share. */
#ifndef CHECK_H
#define CHECK_H

#include "access.h"
#include "replay.h"
#include "rows.h"

typedef struct checking {
    rows *found;
    int64_t project; /* 0 = the store */
    replay *state;   /* what the project's events tell, while it is checked */
    bool quick;
} checking;

void check_report(checking *check, const char *subject, int64_t id, const char *found, const char *expected);
/* "assignee 7" against "assignee 0"; nothing when they are the same. */
void check_compare(checking *check, const char *subject, int64_t id, const char *what, int64_t found, int64_t expected);

/* The number in an id of the project; another's id stays as it is, so that it is no number that is expected. */
int64_t check_number(const checking *check, int64_t id);

/* Pairs that rows have, in order, against those that the events tell; where there is a third column it is the event that made each. */
typedef struct kept_pairs {
    const char *subject, *what, *text; /* "tag": "tag 5" against "no tag 5" */
} kept_pairs;
annoproj_status check_pairs(scope *in, checking *check, const kept_pairs *of, const replayed_pairs *expected,
                            annoproj_error **error);

/* The next two parameters become the project's ids of tasks, stages or issues: from the first up to but without the second. */
void check_bind_project(statement *find, const checking *check);

/* A project's log and, unless quick, everything that must follow from it. Project 0: the store's own log, and users. */
annoproj_status check_project(scope *in, checking *check, annoproj_error **error);

/* What is kept of single events beside them, while they go by: messages that wait for the host, and whose time was reported. Ends also
 * what failed. */
typedef struct event_checks event_checks;
annoproj_status check_events_begin(scope *in, checking *check, event_checks **out, annoproj_error **error);
annoproj_status check_events_see(void *checks, const event *one, annoproj_error **error); /* a replay_watcher */
annoproj_status check_events_end(event_checks *checks, annoproj_status status, annoproj_error **error);

/* Everybody's reported time is as long as all projects together say. */
annoproj_status check_time(scope *in, checking *check, annoproj_error **error);

/* Rows that say what a document says: stages, pathways and members, features and vertices. */
annoproj_status check_workflow(scope *in, checking *check, annoproj_error **error);
annoproj_status check_ontologies(scope *in, checking *check, annoproj_error **error);

/* Where tasks are, and what is kept beside them of that. */
annoproj_status check_places(scope *in, checking *check, annoproj_error **error);

/* What tasks and issues carry, and who worked on them. */
annoproj_status check_task_facts(scope *in, checking *check, annoproj_error **error);

/* The project's row, numbers given out, collaborators, pathways; users, and what counts data units and features. */
annoproj_status check_project_facts(scope *in, checking *check, annoproj_error **error);
annoproj_status check_store_facts(scope *in, checking *check, annoproj_error **error);

/* Labels that there are, and what was published. */
annoproj_status check_labels(scope *in, checking *check, annoproj_error **error);

/* What was decided on labels. Marks the reviews it finds. */
annoproj_status check_reviews(scope *in, checking *check, annoproj_error **error);

/* What the queue keeps beside the tasks: skips, and stretches that starts hop over. */
annoproj_status check_queue(scope *in, checking *check, annoproj_error **error);

/* Branches: one for each user; and whose went into a task. */
annoproj_status check_consensus(scope *in, checking *check, annoproj_error **error);

/* Hashes of labels, given and drawn. */
annoproj_status check_hashes(scope *in, checking *check, annoproj_error **error);

/* Members of COCO files that labels and data units keep. */
annoproj_status check_members(scope *in, checking *check, annoproj_error **error);

/* Label versions: their contents, and what is said about the labels there are now. */
annoproj_status check_versions(scope *in, checking *check, annoproj_error **error);

#endif
