/* Branches: in consensus each annotator works on a branch of the task, a task of its own in the queue. While they do, the
 * task itself waits in nobody's hands (NOT_QUEUED); a branch that was submitted waits in the same way until the others
 * are. Branches are in the stage of their task, and closed (in no stage) when it leaves consensus. */
#ifndef BRANCH_H
#define BRANCH_H

#include "access.h"

typedef struct branch {
    int64_t task, assignee, last_submitter, submitted_us, version;
    int64_t submitted; /* event sequence number of its last submit: in the same microsecond it tells who was last */
    int64_t annotator; /* whose it is: the assignee, of a submitted one who submitted it; 0 = nobody's, or the host's */
    int32_t number, status;
    bool released;
} branch;

/* What it is called where names are wanted: "branch 2 of task 7". */
#define BRANCH_NAME 64
void branch_name(int64_t parent, int32_t number, char out[BRANCH_NAME]);

/* The branches of a task that are not closed, in order of number; in the arena. */
annoproj_status branch_list(scope *scope, int64_t parent, branch **list, size_t *count, annoproj_error **error);
/* Whether a task has, or ever had, branches. */
annoproj_status branch_ever(scope *scope, int64_t parent, bool *ever, annoproj_error **error);

/* Makes the branches of tasks [first_parent, first_parent + parents), which wait in a consensus annotation stage already;
 * without labels. */
annoproj_status branch_make(command *command, const stage_facts *stage, int64_t first_parent, int64_t parents,
                            annoproj_error **error);
/* A branch is submitted: its event (with that value), the end of its stay. `*last` = no branch of its task is in the queue any more. */
annoproj_status branch_submit(command *command, task_facts *branch, int64_t value, bool *last, annoproj_error **error);
/* All branches of a task follow it from a stage to its review. */
annoproj_status branch_follow(command *command, const task_facts *parent, int64_t from, annoproj_error **error);
/* A branch comes back from the review with its task, `reopened`: to a user, or to nobody (0). */
annoproj_status branch_return(command *command, const task_facts *parent, int64_t from, const branch *one, int64_t user,
                              annoproj_error **error);
/* The branches of a task that leaves consensus are closed; their labels stay. */
annoproj_status branch_close(command *command, const task_facts *parent, annoproj_error **error);
/* The priority of a task is that of its branches, also of those that wait. */
annoproj_status branch_set_priority(command *command, task_facts *parent, int32_t priority, annoproj_error **error);

/* Another branch of the same task that the user has or submitted; 0 = none, or one that has lapsed. `task` may be any task. */
annoproj_status branch_held(scope *scope, const task_facts *task, int64_t user, int64_t *held, annoproj_error **error);
/* Whether the user submitted a branch of the task. */
annoproj_status branch_submitted_by(scope *scope, int64_t parent, int64_t user, bool *submitted,
                                    annoproj_error **error);
/* The task was made of these branches: its last submitter, and the other annotators of theirs, are kept until it is
 * submitted again. */
annoproj_status branch_note_submitters(command *command, const task_facts *task, branch *const *used, size_t count,
                                       annoproj_error **error);
annoproj_status branch_forget_submitters(command *command, const task_facts *task, annoproj_error **error);
/* Whether the last submit of the task was the user's, alone or with others. */
annoproj_status branch_was_submitted_by(scope *scope, const task_facts *task, int64_t user, bool *submitted,
                                        annoproj_error **error);
/* Somebody has the branch no more: the free ones beside it are theirs to take again. */
annoproj_status branch_given_up(command *command, const task_facts *task, annoproj_error **error);
/* Who skips a branch and gives it back skips the free ones beside it, which are the same work. */
annoproj_status branch_skip(command *command, const task_facts *task, annoproj_error **error);
/* STATE when the user has another branch of the same task; nobody has two. OK for what is no branch. */
annoproj_status branch_check_one(scope *scope, const task_facts *task, int64_t user, annoproj_error **error);

#endif
