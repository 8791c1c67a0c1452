/* The person rules of a stage: who may not have a task by what they did with it before. They follow from the task as it is,
 * and from who submitted it (task_worker, task_submitter). */
#ifndef PERSON_RULES_H
#define PERSON_RULES_H

#include "access.h"

typedef enum person_rule {
    RULE_NONE,
    RULE_SUBMITTER, /* reviewer_not_submitter: made the last submit, or a branch that went into it */
    RULE_WORKER,    /* allow_reassessment is off: submitted it in another annotation stage */
    RULE_BRANCH     /* consensus: has another branch of the same task */
} person_rule;

/* The rule of the task's stage that keeps a user from it; of the task: id, stage, last submitter, whether it was returned. */
annoproj_status person_rule_bars(scope *scope, const task_facts *task, int64_t user, person_rule *rule,
                                 annoproj_error **error);
/* STATE, naming the rule, when one keeps the user from the task. */
annoproj_status person_rules_check(scope *scope, const task_facts *task, int64_t user, annoproj_error **error);

#endif
