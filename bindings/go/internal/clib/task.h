/* Tasks: where they are, whose they are, the queue. The only code that changes the task table, its counts, stays, vectors and skips. */
#ifndef TASK_H
#define TASK_H

#include "access.h"
#include "rows.h"

const char *task_status_name(int32_t status); /* "new", ... */
annoproj_derived_status task_derived_status(int32_t status, bool assigned, bool released);

#define TASK_DEFAULT_PRIORITY 50

/* --- making and removing --------------------------------------------------------------------------------------------- */
/* One task for each data unit of [first_number, last_number] of a dataset in a stage: bulk. `written` (nullable) has a byte for each:
 * 1 = its label set has version 1 already. */
annoproj_status task_create_for_dataset(command *command, int64_t project, int64_t dataset, int64_t first_number,
                                        int64_t last_number, int64_t stage, const uint8_t *written, int64_t *created,
                                        annoproj_error **error);
/* Soft: the tasks of a dataset leave their stages, or come back to them. */
annoproj_status task_remove_dataset(command *command, int64_t project, int64_t dataset, int64_t *removed,
                                    annoproj_error **error);
annoproj_status task_restore_dataset(command *command, int64_t project, int64_t dataset, int64_t *restored,
                                     annoproj_error **error);

/* --- assignment --------------------------------------------------------------------------------------------------------- */
/* Sets or clears (user 0) the assignee; keeps counts and the queue. `task` is brought up to date. No event. */
annoproj_status task_set_assignee(command *command, task_facts *task, int64_t user, int32_t assigned_by, bool released,
                                  annoproj_error **error);
/* Assigns an unassigned task to the command's user with its event; OK when it is theirs; CONFLICT when another's.
 * The person rules of the stage hold for everyone who takes it (STATE naming the rule) unless manager or the task was theirs until
 * it lapsed just now. A sign of work (lapse.h). Host: nothing. */
annoproj_status task_take(command *command, task_facts *task, annoproj_error **error);
/* The same for a task that is known to be free and allowed. */
annoproj_status task_claim(command *command, task_facts *task, annoproj_error **error);
/* STATE for what is in no queue (NOT_QUEUED). */
annoproj_status task_check_queued(const task_facts *task, annoproj_error **error);
/* Unassigns, with its event; nothing when it is unassigned. */
annoproj_status task_give_back(command *command, task_facts *task, annoproj_error **error);
/* Releases all tasks of a user in one project (or, stage != 0, one stage) with events, also those removed from there;
 * returns how many. */
annoproj_status task_release_user(command *command, int64_t project, int64_t user, int64_t stage, int64_t *released,
                                  annoproj_error **error);

/* --- moving on -------------------------------------------------------------------------------------------------------------- */
/* Changes the stage: status, assignee (0 = nobody), entered time, counts, stay, vector, place in the queue; forgets
 * skips; appends EVENT_TASK_RETURN (EVENT_TASK_ASSIGN for a manager's choice) when it arrives assigned. STATE when a person
 * rule of the stage bars that assignee. `task` is brought up to date with the new stage's facts. */
typedef struct task_arrival {
    int64_t stage;
    int32_t status;   /* annoproj_task_status */
    int64_t assignee; /* 0 = nobody; NOT_QUEUED in a consensus annotation stage */
    int32_t assigned_by;
    bool returned;            /* came by a reject edge */
    const stage_facts *facts; /* of that stage, where they are known; else NULL */
} task_arrival;
annoproj_status task_arrive(command *command, task_facts *task, const task_arrival *arrival, annoproj_error **error);
/* Its stay in its stage ends now. */
annoproj_status task_close_stay(command *command, const task_facts *task, annoproj_error **error);
/* The last action (who, in which stage, now) and, for submits, the last submitter and worker: of a task that goes to another
 * stage by it, written when it arrives; of one that stays, written at once. */
annoproj_status task_leave_by_action(command *command, task_facts *task, bool submitted, annoproj_error **error);
annoproj_status task_note_action(command *command, task_facts *task, bool submitted, annoproj_error **error);
annoproj_status task_set_version(command *command, task_facts *task, int64_t version, annoproj_error **error);
annoproj_status task_set_priority(command *command, task_facts *task, int32_t priority, annoproj_error **error);
annoproj_status task_set_issue_counts(command *command, int64_t task, int64_t open, int64_t resolved,
                                      annoproj_error **error);

/* --- the queue ----------------------------------------------------------------------------------------------------------------- */
annoproj_status queue_next(command *command, bool include_skipped, int64_t *task, annoproj_queue_reason *reason,
                           annoproj_error **error);
/* Whether start would give the task to the user if it stood first: the user did not skip it, and when it is free no person
 * rule keeps the user from it. */
annoproj_status queue_offers(scope *scope, const task_facts *task, int64_t user, bool *offers, annoproj_error **error);
annoproj_status queue_skip(command *command, task_facts *task, annoproj_error **error);
/* A manager's assignment forgets the user's skip; `forgotten` = there was one. */
annoproj_status queue_forget_skip(command *command, task_facts *task, int64_t user, bool *forgotten,
                                  annoproj_error **error);

/* --- lists ------------------------------------------------------------------------------------------------------------------------ */
/* Appends the row of task_row for a task that is in a stage to `rows`. CORRUPT when what it needs is gone. */
annoproj_status task_add_row(scope *scope, rows *rows, int64_t task, annoproj_error **error);
/* A page of the tasks the session sees, with the token of the next. */
annoproj_status task_list_page(scope *scope, const annoproj_task_list_options *options, rows *rows,
                               annoproj_error **error);
/* The stable id of a task outside the store. */
void task_uuid(const uint8_t project[16], int64_t task, uint8_t out[16]);

/* --- time ---------------------------------------------------------------------------------------------------------------------------- */
/* Records what is new of an activity of the command's user: pieces of at most a UTC day, in the stage of its moment. */
annoproj_status time_record(command *command, const task_facts *task, int64_t start_us, int64_t duration_us,
                            int64_t *recorded_us, annoproj_error **error);
/* The interval a heartbeat at `at_us` stands for; 0 for the first one. */
annoproj_status time_heartbeat(command *command, const task_facts *task, int64_t at_us, int64_t *start_us,
                               int64_t *duration_us, annoproj_error **error);

#endif
