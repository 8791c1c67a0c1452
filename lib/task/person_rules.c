/* The person rules of a stage. */
#include "person_rules.h"

#include "branch.h"
#include "failure.h"

/* Who worked on a branch worked on its task. */
static annoproj_status worked_elsewhere(scope *in, const task_facts *task, int64_t user, bool *worked,
                                        annoproj_error **error) {
    static const char text[] = "SELECT 1 FROM task_worker WHERE task = ? AND user = ? AND stage <> ? LIMIT 1";
    static const char of_branch[] = "SELECT 1 FROM task_worker WHERE task = (SELECT parent FROM task WHERE id = ?)"
                                    " AND user = ? AND stage <> ? LIMIT 1";
    statement *find = sql(in->database, task->stage.type == STAGE_CONSENSUS_ANNOTATION ? of_branch : text);
    bind_int64(find, task->id);
    bind_int64(find, user);
    bind_int64(find, task->stage.id);
    *worked = sql_row(find);
    return sql_end(find, error);
}

annoproj_status person_rule_bars(scope *in, const task_facts *task, int64_t user, person_rule *rule,
                                 annoproj_error **error) {
    const stage_facts *stage = &task->stage;
    stage_work work = stage_kind_of(stage->type)->work;
    bool worked = false, submitted = false;
    int64_t held = 0;
    annoproj_status status = ANNOPROJ_OK;
    *rule = RULE_NONE;
    if (user == 0)
        return ANNOPROJ_OK;
    if (work == STAGE_WORK_REVIEW && stage->reviewer_not_submitter)
        status = stage->type == STAGE_CONSENSUS_REVIEW ? branch_submitted_by(in, task->id, user, &submitted, error)
                                                       : branch_was_submitted_by(in, task, user, &submitted, error);
    if (stage->type == STAGE_CONSENSUS_ANNOTATION)
        status = branch_held(in, task, user, &held, error);
    if (held != 0)
        *rule = RULE_BRANCH;
    if (submitted)
        *rule = RULE_SUBMITTER;
    if (status != ANNOPROJ_OK || *rule != RULE_NONE)
        return status;
    /* A task that a reject sent back may go to whoever worked on it. */
    if (work != STAGE_WORK_ANNOTATE || stage->allow_reassessment || task->returned)
        return ANNOPROJ_OK;
    status = worked_elsewhere(in, task, user, &worked, error);
    *rule = worked ? RULE_WORKER : RULE_NONE;
    return status;
}

annoproj_status person_rules_check(scope *in, const task_facts *task, int64_t user, annoproj_error **error) {
    person_rule rule = RULE_NONE;
    annoproj_status status = person_rule_bars(in, task, user, &rule, error);
    if (status == ANNOPROJ_OK && rule == RULE_SUBMITTER)
        status = fail(error, ANNOPROJ_STATE,
                      "user %lld submitted task %lld and its review stage has reviewer_not_submitter: another reviewer "
                      "has to take it",
                      (long long)user, (long long)task->id);
    if (status == ANNOPROJ_OK && rule == RULE_BRANCH)
        status = branch_check_one(in, task, user, error);
    if (status == ANNOPROJ_OK && rule == RULE_WORKER)
        status = fail(error, ANNOPROJ_STATE,
                      "user %lld worked on task %lld in another annotation stage and this stage has allow_reassessment "
                      "off: another annotator has to take it",
                      (long long)user, (long long)task->id);
    return status;
}
