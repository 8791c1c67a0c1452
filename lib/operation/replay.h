/* Replay: what counters, stages, assignments, issues, published labels, collaborators, users and what else a store or a project has
 * must be, from the events alone. */
#ifndef REPLAY_H
#define REPLAY_H

#include "access.h"
#include "settings.h"

typedef struct replayed_task {
    int64_t assignee;
    int32_t stage;    /* 0 = removed or never there */
    int32_t priority; /* 0 = never set: the default */
    int32_t assigned_by;
    bool created, priority_set;
    int64_t data_unit;
    int64_t parent, branch;         /* of a branch: its task, and its number among them; 0 = it is none */
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
    int64_t submitted;              /* of a branch: the sequence number of its last submit; 0 = none */
    int64_t version, ready_version; /* of its label set; and when its branches were ready for review */
    int64_t first_label;            /* number of one of its labels; 0 = it never had one */
    int64_t skipped_from;           /* sequence number of the skip that made it skipped; older skips are forgotten */
} replayed_task;

#define SUBMITTER_UNTOLD                                                                                               \
    (-1) /* of a label of consensus that does not count: no event tells whose branch it came from */

typedef struct replayed_label {
    int64_t task, submitter, frames;
    int64_t submit; /* of the task's submits the last at which it was live; 0 = none */
    int64_t next;   /* number of another label of the task; 0 = none */
    size_t reviews; /* index + 1 of one of its reviews; 0 = none */
    int32_t class, drawn_class;
    bool drawn; /* there now, draft or not */
    bool known; /* was published */
    bool live, counted, frames_known;
} replayed_label;

/* A label's review in one stage: the states it may be in, as bits of review_state. Events do not tell whether a label that was written
 * again is as it was. */
typedef struct replayed_review {
    size_t next;                      /* index + 1 of another review of the label; 0 = none */
    int64_t label, reviewer, touched; /* touched: sequence number, grows with each entering and decision */
    int32_t stage;
    uint8_t states;
    bool reviewer_known; /* reviewer is who decided, if it is decided */
    bool written;        /* the label, since */
    bool optional;       /* an import of labels makes no reviews that are new */
    bool found;          /* for the check */
} replayed_review;

typedef struct replayed_issue {
    int64_t task, creator, created_us;
    int64_t comments, changes; /* changes: opened, resolved and reopened */
    uint64_t comments_print;   /* and who made them when, as fingerprints */
    uint64_t changes_print;
    int32_t class;
    bool created, open;
} replayed_issue;

/* What comes and goes again: a tag of an issue, a user's skip of a task. When the whole log is replayed, those that are there, by both. */
typedef struct replayed_pair {
    int64_t of, other, seq;
    bool on;
} replayed_pair;

typedef struct replayed_pairs {
    replayed_pair *pairs;
    size_t count, room;
} replayed_pairs;

/* Who submitted a task in which annotation stage; sorted, each once. */
typedef struct replayed_worker {
    int64_t task, stage, user;
} replayed_worker;

/* A user, in the store's events, or a collaborator, in a project's. */
typedef struct replayed_user {
    int64_t role;               /* organisation's or project's; 0 in a project = no collaborator */
    int64_t created_us, joined; /* joined: sequence number of the event that added a collaborator */
    bool known, disabled, erased;
} replayed_user;

/* What else the store and projects have, by id or number. */
typedef enum replay_thing {
    THING_DATASET,
    THING_ONTOLOGY,
    THING_TAG,
    THING_TEMPLATE,
    THING_VERSION,  /* of labels, in a project */
    THING_ATTACHED, /* a project's datasets */
    THING_ON,       /* a project's tags */
    THING_SORTS
} replay_thing;

typedef struct replayed_thing {
    int64_t created_us, edited_us, creator;
    int64_t amount;   /* of a dataset: its data units; of an attached one: its number among them; of a tag: its kind */
    int64_t content;  /* of an ontology: fingerprint of its structure */
    bool known, gone; /* made once; removed, detached, taken off */
} replayed_thing;

typedef struct replayed_setting {
    int64_t value;
    bool told;
} replayed_setting;

/* What a stage makes of reviews: nothing, new ones, or approved ones of a move to it. */
typedef enum stage_place { PLACE_OTHER, PLACE_REVIEW, PLACE_COMPLETE } stage_place;

typedef struct replay {
    replayed_task *tasks;
    replayed_label *labels;
    replayed_review *reviews;
    replayed_issue *issues;
    replayed_pairs tags, skips;                  /* issue and tag, task and user */
    size_t task_count, label_count, issue_count; /* room: highest number + 1 */
    size_t review_count, review_room;
    stage_place *stages; /* by number */
    size_t stage_count;
    replayed_worker *workers;
    size_t worker_count, worker_room;
    replayed_user *users;
    size_t user_count;
    replayed_thing *things[THING_SORTS];
    size_t thing_count[THING_SORTS];
    int64_t last_attached;                                   /* highest number of an attached dataset */
    int64_t last_task, last_label, last_issue, last_version; /* highest numbers seen */
    int64_t status, owner, ontology;                         /* of the project; owner -1 = not told */
    replayed_setting settings[SETTING_COUNT + 1];            /* of the project, or of the store: by annoproj_setting */
    int64_t created_us, deleted_us;
    int64_t edited_us,
        tagged_us;        /* edited for certain; a tag came or went, which is an edit unless the tag itself went */
    bool deleted, purged; /* purged: of the store, a project was */
    bool failed;          /* out of memory */
    int64_t seq, last_seq;
} replay;

/* Sees each event of a replay as it goes by; anything but OK ends it. */
typedef struct replay_watcher {
    annoproj_status (*see)(void *data, const event *one, annoproj_error **error);
    void *data;
} replay_watcher;

/* The fingerprint of a task's stays with one more. */
uint64_t replay_stay(uint64_t print, int64_t stage, int64_t entered_us, int64_t left_us, int64_t actor,
                     int64_t assignee);

/* The fingerprint of an issue's changes, or of its comments, with one more. */
uint64_t replay_issue(uint64_t print, int64_t resolved, int64_t actor, int64_t time_us);

replayed_review *replay_review_of(const replay *state, int64_t label, int32_t stage); /* NULL = none */

int replay_compare_workers(const void *a, const void *b); /* by task, stage, user */

annoproj_status replay_project(scope *in, int64_t project, const replay_watcher *watcher, replay *out,
                               annoproj_error **error);
void replay_release(replay *replay);

#endif
