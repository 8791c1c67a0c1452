/* The person rules of a stage. */
#include "person_rules.h"

#include "failure.h"

static annoproj_status worked_elsewhere(scope *in, const task_facts *task, int64_t user, bool *worked,
                                        annoproj_error **error) {
    static const char text[] = "SELECT 1 FROM task_worker WHERE task = ? AND user = ? AND stage <> ? LIMIT 1";
    statement *find = sql(in->database, text);
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
    bool worked = false;
    *rule = RULE_NONE;
    if (user == 0)
        return ANNOPROJ_OK;
    if (work == STAGE_WORK_REVIEW && stage->reviewer_not_submitter && task->last_submitter == user) {
        *rule = RULE_SUBMITTER;
        return ANNOPROJ_OK;
    }
    /* A task that a reject sent back may go to whoever worked on it. */
    if (work != STAGE_WORK_ANNOTATE || stage->allow_reassessment || task->returned)
        return ANNOPROJ_OK;
    annoproj_status status = worked_elsewhere(in, task, user, &worked, error);
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
    if (status == ANNOPROJ_OK && rule == RULE_WORKER)
        status = fail(error, ANNOPROJ_STATE,
                      "user %lld worked on task %lld in another annotation stage and this stage has allow_reassessment "
                      "off: another annotator has to take it",
                      (long long)user, (long long)task->id);
    return status;
}
