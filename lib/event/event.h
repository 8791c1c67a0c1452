/* The event log of a project: what is recorded. Every change appends events in its own transaction; they are
 * numbered 1.. without gaps in their project (project 0: the store's own). Kinds and columns are numbered for
 * ever; docs/file-format.md has the matrix of kinds and columns. */
#ifndef EVENT_H
#define EVENT_H

#include "bounds.h"
#include "database.h"

/* Numbers are never reused. What `reference` and `value` hold stands behind each. */
typedef enum event_kind {
    /* task actions: counted */
    EVENT_TASK_ASSIGN = 1,     /* credited = the assignee; reference = assigned_by */
    EVENT_TASK_RELEASE = 2,    /* credited = the former assignee */
    EVENT_TASK_SUBMIT = 3,     /* credited = the submitter (0 for the host); reference = destination stage number;
                                * value = 1 when rejected reviews were kept */
    EVENT_TASK_SKIP = 4,       /* reference = 1 when it stayed assigned */
    EVENT_TASK_APPROVE = 5,    /* credited = the last submitter; reference = destination stage number;
                                * value = 1 when undecided labels were decided with it */
    EVENT_TASK_REJECT = 6,     /* the same */
    EVENT_TASK_MOVE = 7,       /* reference = destination stage number */
    EVENT_TASK_REOPEN = 8,     /* reference = destination stage number */
    EVENT_TASK_PATHWAY = 9,    /* reference = destination stage number */
    EVENT_TASK_LAPSE = 10,     /* credited = the former assignee */
    EVENT_BRANCH_APPROVE = 11, /* consensus was reached: credited = the annotator of a branch that was used */
    EVENT_BRANCH_REJECT = 12,  /* consensus was not reached: credited = the annotator of a branch */
    /* task changes: not counted */
    EVENT_TASK_CREATE = 16,  /* stage = first stage; reference = data unit */
    EVENT_TASK_REMOVE = 17,  /* its dataset was detached */
    EVENT_TASK_RESTORE = 18, /* stage = where it is again */
    EVENT_TASK_RETURN = 19,  /* came to its assignee by a reject or as a retained assignment: credited = the assignee */
    EVENT_TASK_PRIORITY = 20,   /* reference = the new priority */
    EVENT_BRANCH_CREATE = 21,   /* reference = number of the task it is a branch of */
    EVENT_CONSENSUS_READY = 22, /* the last branch was submitted: reference = stage number of the review it goes to */
    EVENT_TIME_SPENT = 24,      /* time = start, duration, stage it was in */
    /* labels of a branch, published when it is submitted: as 32 to 37, but only the report of annotators counts them */
    EVENT_BRANCH_LABEL_CREATE = 25,
    EVENT_BRANCH_LABEL_EDIT = 26,
    EVENT_BRANCH_LABEL_DELETE = 27,
    EVENT_BRANCH_LABEL_FRAMES_CREATE = 28,
    EVENT_BRANCH_LABEL_FRAMES_DELETE = 29,
    EVENT_BRANCH_LABEL_SUBMIT = 30,
    /* labels: published at actions; reference = label number, class, frames */
    EVENT_LABEL_CREATE = 32,        /* frames = frames first published */
    EVENT_LABEL_EDIT = 33,          /* frames = frames whose class or answers changed */
    EVENT_LABEL_DELETE = 34,        /* frames = frames that are gone */
    EVENT_LABEL_FRAMES_CREATE = 35, /* an edited label: frames first published; counts in frame units only */
    EVENT_LABEL_FRAMES_DELETE = 36, /* an edited label: frames no longer present; counts in frame units only */
    EVENT_LABEL_SUBMIT = 37,        /* live at a submit */
    EVENT_LABEL_APPROVE = 38,       /* decided when the review task was actioned; credited = its last submitter;
                                     * value = 1 when it was undecided until then */
    EVENT_LABEL_REJECT = 39,
    EVENT_LABEL_COUNTED = 40, /* first submit at which it was live: the overview figure */
    /* what became of a task's labels when consensus was reached: as 32 to 37, actor = the annotator of the branch; every
     * report but those of annotators and reviewers counts them. The others are 68 to 70 */
    EVENT_MAIN_LABEL_CREATE = 41,
    EVENT_MAIN_LABEL_EDIT = 42,
    EVENT_MAIN_LABEL_DELETE = 43,
    /* answers: separate kinds, so that nothing counts double; answer = the option */
    EVENT_ANSWER_CREATE = 44,
    EVENT_ANSWER_APPROVE = 45,
    EVENT_ANSWER_REJECT = 46,
    /* drafts and decisions before the action: raw, no report counts them */
    EVENT_LABEL_PUT = 48,                /* frames = frames it is on; value = the label set's version behind it */
    EVENT_LABEL_REMOVE = 49,             /* the same */
    EVENT_LABEL_SILENTLY_PUBLISHED = 50, /* a move took the draft for published, or a branch has it from its task */
    EVENT_LABEL_SILENTLY_GONE = 51,      /* the same of a deletion */
    EVENT_REVIEW_APPROVE = 52,
    EVENT_REVIEW_REJECT = 53,
    EVENT_REVIEW_REOPEN = 54,
    /* issues; reference = issue number; class of its label; credited = last submitter of the label, else of the task */
    EVENT_ISSUE_CREATE = 64,
    EVENT_ISSUE_RESOLVE = 65,
    EVENT_ISSUE_REOPEN = 66,
    EVENT_ISSUE_COMMENT = 67,
    /* labels when consensus was reached, see 41 */
    EVENT_MAIN_LABEL_FRAMES_CREATE = 68,
    EVENT_MAIN_LABEL_FRAMES_DELETE = 69,
    EVENT_MAIN_LABEL_SUBMIT = 70,
    /* issues, as 64 to 67; answer = tag */
    EVENT_ISSUE_TAG = 71,
    EVENT_ISSUE_UNTAG = 72,
    /* the project */
    EVENT_PROJECT_CREATE = 80,      /* reference = ontology */
    EVENT_PROJECT_UPDATE = 81,      /* reference = annoproj_setting, value = what it is now; 0 = anything else */
    EVENT_PROJECT_STATUS = 82,      /* reference = the new status */
    EVENT_DATASET_ATTACH = 83,      /* reference = dataset */
    EVENT_DATASET_DETACH = 84,      /* reference = dataset */
    EVENT_COLLABORATOR_ADD = 85,    /* credited = the user; reference = role */
    EVENT_COLLABORATOR_ROLE = 86,   /* credited = the user; reference = role */
    EVENT_COLLABORATOR_REMOVE = 87, /* credited = the user */
    EVENT_LABELS_IMPORT = 88,       /* frames = labels; reference = 1 for pre-labels */
    EVENT_WORKFLOW_UPDATE = 89,
    EVENT_PROJECT_DELETE = 90,
    EVENT_PROJECT_RESTORE = 91,
    EVENT_PROJECT_TAG = 92,   /* reference = tag */
    EVENT_PROJECT_UNTAG = 93, /* reference = tag */
    EVENT_PROJECT_COPY = 94,  /* in the copy's log; reference = the project it was made from */
    EVENT_PROJECT_OWNER = 95, /* credited = the new owner */
    /* the store (project 0) */
    EVENT_USER_CREATE = 96,      /* credited = the user; reference = org role */
    EVENT_USER_UPDATE = 97,      /* credited = the user; reference = org role */
    EVENT_USER_DISABLE = 98,     /* credited = the user */
    EVENT_USER_ENABLE = 99,      /* credited = the user */
    EVENT_DATASET_CREATE = 100,  /* reference = dataset */
    EVENT_DATA_UNITS_ADD = 101,  /* frames = how many; reference = dataset */
    EVENT_ONTOLOGY_CREATE = 102, /* reference = ontology; value = fingerprint of its structure */
    EVENT_ONTOLOGY_UPDATE = 103, /* the same */
    EVENT_STORE_SETTING = 104,   /* reference = annoproj_setting, value = what it is now */
    EVENT_TAG_CREATE = 105,      /* reference = tag; value = its kind */
    EVENT_TAG_RENAME = 106,      /* reference = tag */
    EVENT_TAG_DELETE = 107,      /* reference = tag */
    EVENT_PROJECT_PURGE = 108,   /* a purge began; reference = project */
    EVENT_PROJECT_PURGED = 109,  /* and ended; reference = project */
    /* tickets */
    EVENT_TICKET_ISSUE = 110, /* credited = the user; duration = how long it is valid */
    EVENT_TICKET_USE = 111,   /* reference = the operation it let through */
    /* label versions */
    EVENT_LABEL_VERSION_CREATE = 120,  /* reference = version (number) */
    EVENT_LABEL_VERSION_DELETE = 121,  /* the same */
    EVENT_LABEL_VERSION_RESTORE = 122, /* the same; frames = tasks whose labels it changed */
    /* more of the store (project 0) */
    EVENT_WORKFLOW_TEMPLATE_CREATE = 112, /* reference = template */
    EVENT_WORKFLOW_TEMPLATE_UPDATE = 113, /* reference = template */
    EVENT_WORKFLOW_TEMPLATE_DELETE = 114, /* reference = template */
    EVENT_USER_ERASE = 115                /* credited = the user */
} event_kind;

/* As the event feed shows them. */
const char *event_kind_name(int32_t kind);      /* "task_submit"; "unknown" */
int32_t event_kind_of_name(const char *name);   /* -1 = there is none */
const char *event_source_name(int32_t source);  /* "ui", "sdk" or "agent" */
bool event_reference_may_be_zero(int32_t kind); /* where 0 is a value and not the absence of one */

/* One event. Zero = not applicable, for every field. Numbers (stage, task, label, issue) are the low 32 bits of ids. */
typedef struct event {
    int64_t time_us; /* 0 when appending = the command's time */
    int64_t actor;   /* user number; filled by command_event() */
    int64_t credited;
    int64_t task; /* task number */
    int64_t reference;
    int64_t value; /* what it became, by kind */
    int64_t frames;
    int64_t duration_us;
    int32_t kind;
    int32_t source; /* annoproj_source; filled by command_event() */
    int32_t stage;  /* stage number */
    int32_t class;  /* feature number */
    int32_t answer; /* feature number; a tag */
} event;

/* The events of one command, gathered in memory and written in one go when its body has run. */
typedef struct event_batch {
    event *events;
    size_t count, capacity;
    bool failed; /* out of memory */
} event_batch;

void event_batch_add(event_batch *batch, const event *event);
void event_batch_release(event_batch *batch);

/* Appends the batch to the project's log: one packed blob in the tail, filling blocks of it and sealing full segments; a batch
 * larger than a segment writes segments directly. Sets *first_seq. */
annoproj_status event_append(database *database, int64_t project, const event_batch *batch, int64_t *first_seq,
                             annoproj_error **error);
/* The number the next event of the project will get (for "when was it skipped" and the like). */
annoproj_status event_next_seq(database *database, int64_t project, int64_t *seq, annoproj_error **error);

/* Reads events after `after` in order, at most `limit`, into events (room for limit). */
annoproj_status event_read(database *database, int64_t project, int64_t after, size_t limit, event *events,
                           size_t *count, annoproj_error **error);

/* Checks directory, checksums, counts, sequence, time ranges and summaries of a project's log; calls found() for each
 * difference. */
typedef void (*event_found_fn)(void *data, const char *subject, int64_t id, const char *found, const char *expected);
annoproj_status event_check(database *database, int64_t project, event_found_fn found, void *data, const bounds *bounds,
                            annoproj_error **error);

#endif
