/* Skips: remembered for the user until the task leaves the stage or a manager assigns it to them. A task with a skip has the status
 * `skipped`, so that others cost nothing. */
#ifndef QUEUE_SKIP_H
#define QUEUE_SKIP_H

#include "access.h"

annoproj_status queue_skipped(scope *scope, const task_facts *task, int64_t user, bool *skipped,
                              annoproj_error **error);
/* The least recently skipped task of the user in the command's stage that is free and allowed, or still the user's own (only those with
 * `own_only`); id 0 when there is none. It looks past those that others hold at the moment: what they submit is forgotten. */
annoproj_status queue_first_skipped(command *command, bool own_only, task_facts *task, annoproj_error **error);
/* The command's user skips a free task without having had it. No event. */
annoproj_status queue_skip_also(command *command, task_facts *task, annoproj_error **error);
/* The task was removed (stage 0) or restored. */
annoproj_status queue_skips_follow(command *command, const task_facts *task, annoproj_error **error);
/* The task leaves its stage. */
annoproj_status queue_forget_skips(command *command, const task_facts *task, annoproj_error **error);

#endif
