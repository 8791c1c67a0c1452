/* Replay: what counters, stages, assignments, issues, published labels, collaborators and users must be, from the events alone. */
#ifndef REPLAY_H
#define REPLAY_H

#include "access.h"

typedef struct replayed_task {
    int64_t assignee;
    int32_t stage;    /* 0 = removed or never there */
    int32_t priority; /* 0 = never set: the default */
    bool created, priority_set;
    int64_t parent;                 /* of a branch: its task; 0 = it is none */
    int64_t first_branch, branches; /* of a task in consensus: those that are not closed */
    int64_t used_from;              /* of a branch: whose it was when it was used */
    int64_t submitters;             /* by consensus: how many made what it is; 0 when it was submitted since */
    int64_t entered_us;
    int32_t status; /* a done stage makes it completed */
    bool released, returned;
    bool merged;                     /* by consensus: its last submitter is one of several */
    int64_t last_submitter, submits; /* how many submits it has seen, by consensus too */
    int64_t action_user, action_us;  /* the last action that sent it on; action_stage 0 = none */
    int32_t action_stage, removed_stage;
    int64_t stays; /* stages it was in before, and what they were as a fingerprint */
    uint64_t stays_print;
    int64_t open_issues, resolved_issues;
} replayed_task;

typedef struct replayed_label {
    int64_t task, submitter, frames;
    int64_t submit; /* of the task's submits the last at which it was live; 0 = none */
    int32_t class, drawn_class;
    bool drawn; /* there now, draft or not */
    bool known; /* was published */
    bool live, counted, frames_known;
} replayed_label;

typedef struct replayed_issue {
    int64_t task, creator, created_us;
    int64_t comments, changes; /* changes: resolved and reopened */
    int32_t class;
    bool created, open;
} replayed_issue;

/* A tag put on an issue or taken off it; when the whole log is replayed, those that are on, by issue and tag. */
typedef struct replayed_tag {
    int64_t issue, tag, seq;
    bool on;
} replayed_tag;

/* Who submitted a task in which annotation stage; sorted, each once. */
typedef struct replayed_worker {
    int64_t task, stage, user;
} replayed_worker;

/* A user, in the store's events, or a collaborator, in a project's. */
typedef struct replayed_user {
    int64_t role; /* organisation's or project's; 0 in a project = no collaborator */
    bool known, disabled, erased;
} replayed_user;

typedef struct replay {
    replayed_task *tasks;
    replayed_label *labels;
    replayed_issue *issues;
    replayed_tag *tags;
    size_t task_count, label_count, issue_count; /* room: highest number + 1 */
    size_t tag_count, tag_room;
    replayed_worker *workers;
    size_t worker_count, worker_room;
    replayed_user *users;
    size_t user_count;
    int64_t last_task, last_label, last_issue, last_version; /* highest numbers seen */
    int64_t status, owner, ontology;                         /* of the project; owner -1 = not told */
    bool deleted;
    bool failed; /* out of memory */
    int64_t last_seq;
} replay;

/* The fingerprint of a task's stays with one more. */
uint64_t replay_stay(uint64_t print, int64_t stage, int64_t entered_us, int64_t left_us, int64_t actor,
                     int64_t assignee);

int replay_compare_workers(const void *a, const void *b); /* by task, stage, user */

annoproj_status replay_project(scope *in, int64_t project, replay *out, annoproj_error **error);
void replay_release(replay *replay);

#endif
