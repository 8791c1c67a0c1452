/* Replay: what counters, stages, assignments, issues and published labels must be, from the events alone. */
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
} replayed_task;

typedef struct replayed_label {
    int64_t task, submitter, frames;
    int32_t class;
    bool drawn; /* there now, draft or not */
    bool known; /* was published */
    bool live, counted, frames_known;
} replayed_label;

typedef struct replayed_issue {
    int64_t task;
    bool created, open;
} replayed_issue;

/* A tag put on an issue or taken off it; when the whole log is replayed, those that are on, by issue and tag. */
typedef struct replayed_tag {
    int64_t issue, tag, seq;
    bool on;
} replayed_tag;

typedef struct replay {
    replayed_task *tasks;
    replayed_label *labels;
    replayed_issue *issues;
    replayed_tag *tags;
    size_t task_count, label_count, issue_count; /* room: highest number + 1 */
    size_t tag_count, tag_room;
    int64_t last_seq;
} replay;

annoproj_status replay_project(scope *in, int64_t project, replay *out, annoproj_error **error);
void replay_release(replay *replay);

#endif
