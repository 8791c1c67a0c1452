/* Who may do what: the gate. Every public call that reads or changes the store describes itself in a request and
 * goes through access_read() or access_write(), which re-reads role, membership and status inside the transaction,
 * asks the one table of operations, and only then runs the body. */
#ifndef ACCESS_H
#define ACCESS_H

#include "event.h"
#include "stage_kind.h"
#include "store.h"
#include "ticket.h"
#include "varint.h"

#define PROJECT_OF(id)         ((id) >> 32) /* of a task, stage or issue id; of a data unit: its dataset */
#define NUMBER_OF(id)          ((id)&0xffffffff)
#define MAKE_ID(owner, number) (((int64_t)(owner) << 32) + (int64_t)(number))
#define STAGE_NUMBER_MOST      65535 /* never given again; a task vector has two bytes for one */

/* --- identities: what handles stand for ----------------------------------------------------------------- */
typedef struct session {
    body body;
    store *store;
    int64_t user;   /* 0 = host */
    int32_t source; /* never ANNOPROJ_SOURCE_DEFAULT */
    ticket ticket;  /* what it was opened with; task 0 = none */
} session;

typedef struct project_identity {
    body body;
    session *session;
    int64_t id;
} project_identity;

typedef struct stage_identity {
    body body;
    session *session;
    int64_t id;
} stage_identity;

typedef struct task_identity {
    body body;
    session *session;
    int64_t id;
} task_identity;

/* Make a handle for an identity (retains the session). */
annoproj_status session_handle(store *store, int64_t user, int32_t source, annoproj_session **out,
                               annoproj_error **error);
/* For one that nobody else has yet. */
void session_set_ticket(annoproj_session *handle, const ticket *ticket);
annoproj_status project_handle(session *session, int64_t id, annoproj_project **out, annoproj_error **error);
annoproj_status stage_handle(session *session, int64_t id, annoproj_stage **out, annoproj_error **error);
annoproj_status task_handle(session *session, int64_t id, annoproj_task **out, annoproj_error **error);
/* For a handle that was made, as 0, before the command that gives its id, so that nothing can fail after the commit. Nobody
 * else has it yet. */
void identity_name(void *handle, handle_kind kind, int64_t id);
/* Enter a handle (leave with body_release(&identity->body) or the _leave twin; NULL is fine). */
annoproj_status session_enter(const annoproj_session *handle, session **out, annoproj_error **error);
annoproj_status project_enter(const annoproj_project *handle, project_identity **out, annoproj_error **error);
annoproj_status stage_enter(const annoproj_stage *handle, stage_identity **out, annoproj_error **error);
annoproj_status task_enter(const annoproj_task *handle, task_identity **out, annoproj_error **error);
void session_leave(session *session);
void project_leave(project_identity *project);
void stage_leave(stage_identity *stage);
void task_leave(task_identity *task);

/* --- facts, read anew in every call ------------------------------------------------------------------------ */
typedef struct stage_facts {
    int64_t id;
    int32_t number, type; /* stage_type */
    int32_t annotators;   /* consensus annotation: branches of a task */
    int32_t consensus;    /* consensus review: consensus_kind */
    bool members_listed, hide_unassigned, allow_reassessment, require_complete_labels, reviewer_not_submitter,
        strict_review, reassign_rejected, archive;
    int64_t assignment_ttl_us; /* 0 = what users take for themselves they keep */
    bool member;               /* the session's user may take tasks here (role fits, listed if listed) */
} stage_facts;

/* The assignee of what is in no queue: a task that waits for its branches, a branch that was submitted. */
#define NOT_QUEUED (-1)

enum assigned_by { ASSIGNED_NOBODY = 0, ASSIGNED_SELF = 1, ASSIGNED_MANAGER = 2, ASSIGNED_RETURN = 3 }; /* stored */

typedef struct task_facts {
    int64_t id, data_unit, dataset;
    int64_t assignee, entered_us, version, last_submitter;
    int64_t worked_us; /* last sign of work of an assignment that may lapse; 0 = it may not */
    int64_t
        lapsed; /* in commands: whose assignment has lapsed and stands in the store still; 0 = nobody's. `assignee` is 0 then */
    int64_t last_action_user; /* who actioned it last; 0 = the host or nobody */
    int64_t parent;           /* the task it is a branch of; 0 = it is none */
    int64_t parent_assignee;
    int32_t status, priority, assigned_by, open_issues, resolved_issues;
    bool released, returned;
    bool leaves; /* by an action that is written when it arrives */
    stage_facts stage;
} task_facts;

typedef struct project_facts {
    int64_t id, ontology, owner;
    int32_t status; /* annoproj_project_status */
    int64_t idle_limit_us, time_window_us;
    uint64_t hash_key;   /* label_hash.h */
    int64_t hash_key_of; /* whose key it is: bodies may go on to another project */
    bool self_release, strict_status, count_text_and_audio;
    bool deleted, purging; /* purging: a purge has begun */
} project_facts;

/* What a read body works on. */
typedef struct scope {
    database *database;
    arena *memory; /* goes with the call */
    const bounds *bounds;
    store *store;
    int64_t now_us; /* command time; 0 in reads */
    int64_t user;   /* 0 = host */
    int32_t source;
    int32_t org_role;             /* annoproj_org_role; admin for the host */
    int32_t role;                 /* annoproj_role in the project; admin for the host; 0 = none */
    int64_t joined;               /* the event that made the session's user a collaborator; 0 = none */
    bool manager;                 /* host, admin or team manager: sees and works on every task. From
                                                          the table of operations, so that nothing else compares roles */
    bool owns;                    /* dataset and ontology subjects: `own` rights hold (one's own
                                                          creation, or only projects one administers use it) */
    project_facts project;        /* project subjects and below */
    stage_facts stage;            /* stage subjects */
    task_facts task;              /* task subjects */
    const ticket *ticket;         /* the session's; NULL = none */
    annoproj_operation by_ticket; /* let through by it alone; 0 = none */
    int32_t ticket_stage;         /* number of the stage the task was in then */
} scope;

/* What a write body works on. Only the gate makes one. */
typedef struct command {
    scope scope;
    event_batch events; /* of events_project; other projects' wait in `logs` */
    int64_t events_project;
    struct command_log *logs;
    uint8_t seed[16];   /* drawn before the command ran */
    uint64_t drawn;     /* how many numbers were derived from it */
    bytes result;       /* what the public function hands out; kept with a request key */
    bytes places;       /* where many tasks have come to, written together in the end (task_places.h) */
    bool places_wait;   /* else each is written at once */
    stage_facts aim;    /* of a move: its stage, read once for all tasks; id 0 = not read */
    bool found_nothing; /* no request key is kept: a repeat asks again */
} command;

typedef annoproj_status (*write_fn)(command *command, void *arguments, annoproj_error **error);

/* Appends an event of this command (actor, source and time are filled in when zero; EVENT_BY_HOST = the host's, whoever
 * runs the command). */
#define EVENT_BY_HOST (-1)
void command_event(command *command, const event *event);
/* Sends the events that follow to another project's log; returns where they went before. A command begins with the
 * project of its subject, one on the store, a dataset or an ontology with 0. A body that makes a project, or acts on
 * several, says so with this; each project's events keep their order. */
int64_t command_events_project(command *command, int64_t project);
/* Writes the events so far when they are many: for bodies that make millions, each into the log it goes to now. */
annoproj_status command_send_events(command *command, annoproj_error **error);
/* The sequence number that the command's next event has in the log it goes to. */
annoproj_status command_next_seq(command *command, int64_t *seq, annoproj_error **error);
/* What an earlier command of the caller did is undone: its request key may be used again. */
annoproj_status command_forget_key(command *command, const char *key, annoproj_error **error);
uint64_t command_random(command *command);            /* derived from the seed: the same when the body runs again */
void command_uuid(command *command, uint8_t out[16]); /* version 4 */

/* Runs one of several parts of a body so that its refusal (INVALID, NOT_FOUND, EXISTS, PERMISSION, CONFLICT, STATE, LIMIT,
 * DATA) leaves nothing of it behind: `refusal` is then that status, with its error. Any other failure is returned and ends
 * the command. A part that looks before it changes anything (`looks_first`) needs no savepoint. */
annoproj_status command_attempt(command *command, write_fn part, void *arguments, bool looks_first,
                                annoproj_status *refusal, annoproj_error **error);

/* Results of a command as a row of int64: what create functions return. */
void command_result_int64(command *command, int64_t value);
int64_t result_int64(const bytes *result, size_t index);

/* --- requests ------------------------------------------------------------------------------------------------ */
typedef enum subject_kind {
    SUBJECT_STORE, /* id ignored */
    SUBJECT_PROJECT,
    SUBJECT_STAGE,
    SUBJECT_TASK,
    SUBJECT_ISSUE, /* facts are those of its task */
    SUBJECT_DATASET,
    SUBJECT_ONTOLOGY,         /* store operations with `own` rights */
    SUBJECT_WORKFLOW_TEMPLATE /* the same */
} subject_kind;

typedef annoproj_status (*read_fn)(scope *scope, void *arguments, annoproj_error **error);

typedef struct request {
    session *session;
    annoproj_operation operation; /* 0 = seeing the subject is enough (reads) */
    subject_kind subject;
    int64_t id;
    void *arguments;
    uint64_t fingerprint; /* of the arguments, for the request key (hash64) */
} request;

/* Fingerprints of arguments: begin with the function's name, since functions may share an operation.
 *     uint64_t print = fingerprint_int64(fingerprint_text(0, "task_assign"), user); */
uint64_t fingerprint_text(uint64_t so_far, const char *text); /* NULL differs from "" */
uint64_t fingerprint_int64(uint64_t so_far, int64_t value);
uint64_t fingerprint_bytes(uint64_t so_far, const void *data, size_t length);

/* Runs a write: bounds, session (user enabled), request key, store_write, subject query, gate, body, events, key kept.
 * `result` (nullable) receives the command's result after the commit; release with bytes_release. */
annoproj_status access_write(const request *request, write_fn body, const annoproj_call *call, bytes *result,
                             annoproj_error **error);
/* Runs a read in one snapshot. The body may leave allocated results in its arguments. */
annoproj_status access_read(const request *request, read_fn body, const annoproj_call *call, annoproj_error **error);
/* For work on the store's file, which is neither read nor command: asks the gate in a snapshot, gives it back, then runs. */
typedef annoproj_status (*file_fn)(store *store, const bounds *bounds, void *arguments, annoproj_error **error);
annoproj_status access_file(const request *request, file_fn run, const annoproj_call *call, annoproj_error **error);

/* --- the gate, for bodies that need a finer question ------------------------------------------------------------ */
/* Whether the scope's session holds an operation by role (no project status, no task). */
bool access_holds(const scope *scope, annoproj_operation operation);
/* The gate itself, on the facts in the scope: NOT_FOUND, PERMISSION, STATE; on a task also CONFLICT for work on another's.
 * access_write() and access_read() have asked it for the request's operation; bodies ask for more. */
annoproj_status access_gate(scope *scope, annoproj_operation operation, annoproj_error **error);
/* Facts of another stage or task of the same project; `user` is whose membership `member` tells. */
annoproj_status access_stage_facts(scope *scope, int64_t stage, int64_t user, stage_facts *out, annoproj_error **error);
annoproj_status access_task_facts(scope *scope, int64_t task, task_facts *out, annoproj_error **error);
/* Whether a user could be assigned tasks of that stage (enabled, collaborator, role fits, listed when listed). */
annoproj_status access_stage_member(scope *scope, const stage_facts *stage, int64_t user, bool *member,
                                    annoproj_error **error);

/* The store's UUID as text. */
annoproj_status access_store_uuid(scope *scope, char out[37], annoproj_error **error);

/* Whether a user is admin or team manager of the scope's project. */
annoproj_status access_is_manager(scope *scope, int64_t user, bool *manager, annoproj_error **error);

/* The one visibility predicate of tasks: the stages of the project the session sees, and whether only its own
 * tasks there (hide_unassigned). Managers and host see all stages. Lists, counts and single gets use it. */
typedef struct visible_stage {
    stage_facts facts;
    bool own_only;
} visible_stage;
annoproj_status access_visible_stages(scope *scope, visible_stage **stages, size_t *count,
                                      annoproj_error **error); /* in the arena */
bool access_sees_task(const scope *scope, const task_facts *task);
/* Whether lists show a task that the session sees: not what waits for its branches, nor branches in the review, which go
 * with their task. */
bool access_lists_task(const scope *scope, const task_facts *task);
/* View (behaviour §8): sees it, and it is unassigned or one's own, or manager. NOT_FOUND or PERMISSION. */
annoproj_status access_view_task(const scope *scope, const task_facts *task, annoproj_error **error);
/* CONFLICT: `holder` has the task. */
annoproj_status access_taken(const task_facts *task, int64_t holder, annoproj_error **error);

#endif
