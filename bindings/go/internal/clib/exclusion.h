/* Who may not, or does not want to, take a task in its stage: one interned number per task, so that the queue finds the
 * head of what a user may take with one seek per set present, however many tasks are excluded. */
#ifndef EXCLUSION_H
#define EXCLUSION_H

#include "access.h"

enum exclusion_reason {                         /* bits; stored */
                        EXCLUDED_SKIPPED = 1,   /* the user skipped it */
                        EXCLUDED_SUBMITTER = 2, /* reviewer_not_submitter */
                        EXCLUDED_WORKER = 4     /* allow_reassessment is off */
};
#define EXCLUDED_BY_RULE (EXCLUDED_SUBMITTER | EXCLUDED_WORKER)

/* Why a user is excluded by a set; 0 = is not. */
annoproj_status exclusion_reasons(scope *scope, int64_t exclusion, int64_t user, int32_t *reasons,
                                  annoproj_error **error);
/* The set that differs from `exclusion` in one user's reasons. */
annoproj_status exclusion_change(command *command, int64_t exclusion, int64_t user, int32_t reasons, int64_t *out,
                                 annoproj_error **error);
/* The set the person rules of a stage give for a task that enters it. */
annoproj_status exclusion_for_stage(command *command, const task_facts *task, const stage_facts *stage, bool returned,
                                    int64_t *out, annoproj_error **error);
/* The person rules of a stage changed while tasks rest in it: their sets follow, skips stay. */
annoproj_status exclusion_follow_rules(command *command, const stage_facts *stage, annoproj_error **error);

#endif
