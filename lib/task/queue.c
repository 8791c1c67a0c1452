/* The queue: what a user takes next, and why there is nothing.
 *
 * The index task_queue has the tasks of a (stage, assignee) in queue order. A start walks along the user's own tasks and along
 * the free ones until it meets one that the user may take and did not skip. What it passes over on the way it notes as a
 * stretch, which the next start hops over (queue_passed.h). */
#include "failure.h"
#include "lapse.h"
#include "person_rules.h"
#include "queue_passed.h"
#include "queue_skip.h"
#include "task.h"
#include "task_count.h"

/* So many tasks passed over one by one are worth a note. */
#define WORTH_A_NOTE 16

#define FIRST_PRIORITY 1000 /* above all */

typedef struct walk {
    command *cmd;
    int64_t assignee; /* whose queue: the user's own tasks, or 0 for the free ones */
    /* The statement that is open, and the place behind which it began. */
    statement *open;
    int phase;
    int64_t priority;
    queue_place behind;
    /* What is known of the priority the walk is in, and what was passed over there. */
    queue_stretch ahead, passed;
    int64_t stepped, hopped;
} walk;

#define WALK_COLUMNS                                                                                                   \
    "SELECT id, priority, entered_us, status, last_submitter, returned, worked_us FROM task INDEXED BY task_queue"     \
    " WHERE stage = ?1 AND assignee = ?2 "

/* Behind a place: at the same moment, later, of lower priority. Row values would not be seeks. */
static const char *const walk_texts[] = {WALK_COLUMNS "AND priority = ?3 AND entered_us = ?4 AND id > ?5 ORDER BY id",
                                         WALK_COLUMNS "AND priority = ?3 AND entered_us > ?4 ORDER BY entered_us, id",
                                         WALK_COLUMNS "AND priority < ?3 ORDER BY priority DESC, entered_us, id"};
enum { PHASE_SAME_MOMENT, PHASE_LATER, PHASE_LOWER, PHASES };

static void open_phase(walk *along) {
    along->open = sql(along->cmd->scope.database, walk_texts[along->phase]);
    bind_int64(along->open, along->cmd->scope.stage.id);
    bind_int64(along->open, along->assignee);
    bind_int64(along->open, along->priority);
    if (along->phase < PHASE_LOWER)
        bind_int64(along->open, along->behind.entered_us);
    if (along->phase == PHASE_SAME_MOMENT)
        bind_int64(along->open, along->behind.task);
}

/* The next task of the queue; id 0 at the end. */
static annoproj_status walk_on(walk *along, task_facts *task, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    *task = (task_facts){.assignee = along->assignee, .stage = along->cmd->scope.stage};
    while (along->phase < PHASES && status == ANNOPROJ_OK) {
        if (!along->open)
            open_phase(along);
        if (sql_row(along->open)) {
            task->id = column_int64(along->open, 0);
            task->priority = (int32_t)column_int64(along->open, 1);
            task->entered_us = column_int64(along->open, 2);
            task->status = (int32_t)column_int64(along->open, 3);
            task->last_submitter = column_int64(along->open, 4);
            task->returned = column_int64(along->open, 5) != 0;
            task->worked_us = column_int64(along->open, 6);
            break;
        }
        status = sql_end(along->open, error);
        along->open = NULL;
        along->phase++;
    }
    return status;
}

static bool lies_before(const queue_place *a, const queue_place *b) {
    return a->entered_us != b->entered_us ? a->entered_us < b->entered_us : a->task < b->task;
}

/* Notes what was passed over, if that saves the next start something. */
static annoproj_status take_note(walk *along, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    if (along->stepped >= WORTH_A_NOTE || along->hopped > 1)
        status = queue_passed_note(along->cmd, along->assignee, &along->passed, error);
    along->passed.known = false;
    along->stepped = along->hopped = 0;
    return status;
}

/* Passes over a task, together with the stretch that is known around it. */
static annoproj_status pass_over(walk *along, const task_facts *task, annoproj_error **error) {
    const queue_place here = {task->entered_us, task->id};
    queue_stretch *ahead = &along->ahead, *passed = &along->passed;
    annoproj_status status = ANNOPROJ_OK;
    bool elsewhere = passed->priority != task->priority;
    if (elsewhere)
        status = take_note(along, error);
    if (status == ANNOPROJ_OK && (elsewhere || (ahead->known && lies_before(&ahead->until, &here))))
        status = queue_passed_find(along->cmd, along->assignee, task->priority, &here, ahead, error);
    if (status != ANNOPROJ_OK)
        return status;
    bool within = ahead->known && !lies_before(&here, &ahead->from);
    if (!passed->known)
        *passed = (queue_stretch){task->priority, within ? ahead->from : here, here, true};
    passed->until = within ? ahead->until : here;
    if (!within) {
        along->stepped++;
        return ANNOPROJ_OK;
    }
    along->hopped++;
    along->priority = task->priority;
    along->behind = ahead->until;
    along->phase = PHASE_SAME_MOMENT;
    status = sql_end(along->open, error);
    along->open = NULL;
    return status;
}

annoproj_status queue_offers(scope *in, const task_facts *task, int64_t user, bool *offers, annoproj_error **error) {
    person_rule rule = RULE_NONE;
    bool skipped = false;
    annoproj_status status = queue_skipped(in, task, user, &skipped, error);
    /* What one holds already is not taken away by a rule. */
    if (status == ANNOPROJ_OK && !skipped && task->assignee == 0)
        status = person_rule_bars(in, task, user, &rule, error);
    *offers = !skipped && rule == RULE_NONE;
    return status;
}

/* The first task of a queue that the user may take, of a priority above `above`; id 0 when there is none. */
static annoproj_status first_offered(command *cmd, int64_t assignee, int64_t above, task_facts *found,
                                     annoproj_error **error) {
    walk along = {.cmd = cmd, .assignee = assignee, .phase = PHASE_LOWER, .priority = FIRST_PRIORITY};
    bool offers = false;
    along.passed.priority = -1; /* none */
    annoproj_status status = walk_on(&along, found, error);
    while (status == ANNOPROJ_OK && found->id != 0 && found->priority > above) {
        status = queue_offers(&cmd->scope, found, cmd->scope.user, &offers, error);
        if (status != ANNOPROJ_OK || offers)
            break;
        status = pass_over(&along, found, error);
        if (status == ANNOPROJ_OK)
            status = bounds_check(cmd->scope.bounds, error);
        if (status == ANNOPROJ_OK)
            status = walk_on(&along, found, error);
    }
    if (along.open) {
        annoproj_status ended = sql_end(along.open, status == ANNOPROJ_OK ? error : NULL);
        status = status == ANNOPROJ_OK ? ended : status;
    }
    if (status == ANNOPROJ_OK)
        status = take_note(&along, error);
    if (!offers)
        *found = (task_facts){0};
    return status;
}

/* Why there is nothing to take; costs no walk. `skipped` = a skipped task might be had. */
static annoproj_status explain(command *cmd, bool own_only, bool skipped, annoproj_queue_reason *reason,
                               annoproj_error **error) {
    scope *in = &cmd->scope;
    walk head = {.cmd = cmd, .phase = PHASE_LOWER, .priority = FIRST_PRIORITY};
    task_facts first = {0};
    person_rule rule = RULE_NONE;
    int64_t tasks = 0;
    annoproj_status status = task_count_of(in, in->stage.id, -1, &tasks, error);
    if (status == ANNOPROJ_OK && !skipped && !own_only)
        status = walk_on(&head, &first, error);
    if (head.open) {
        annoproj_status ended = sql_end(head.open, status == ANNOPROJ_OK ? error : NULL);
        status = status == ANNOPROJ_OK ? ended : status;
    }
    /* Nothing was skipped, nothing is offered: a rule keeps the user from each free task, so from the first. */
    if (status == ANNOPROJ_OK && first.id != 0)
        status = person_rule_bars(in, &first, in->user, &rule, error);
    if (skipped)
        *reason = ANNOPROJ_QUEUE_ONLY_SKIPPED;
    else if (rule == RULE_SUBMITTER)
        *reason = ANNOPROJ_QUEUE_SUBMITTED_BY_YOU;
    else if (rule == RULE_WORKER)
        *reason = ANNOPROJ_QUEUE_WORKED_ON_BY_YOU;
    else if (rule == RULE_BRANCH)
        *reason = ANNOPROJ_QUEUE_HAS_BRANCH;
    else if (own_only)
        *reason = ANNOPROJ_QUEUE_NONE_ASSIGNED_TO_YOU;
    else if (tasks == 0)
        *reason = ANNOPROJ_QUEUE_EMPTY;
    else
        *reason = ANNOPROJ_QUEUE_ALL_ASSIGNED;
    return status;
}

/* The task that stands first for the user; id 0 when there is none. */
static annoproj_status find_next(command *cmd, bool own_only, task_facts *best, annoproj_error **error) {
    task_facts free_one = {0};
    annoproj_status status = first_offered(cmd, cmd->scope.user, -1, best, error);
    /* One's own stand before free ones of the same priority. */
    if (status == ANNOPROJ_OK && !own_only)
        status = first_offered(cmd, 0, best->id != 0 ? best->priority : -1, &free_one, error);
    if (free_one.id != 0)
        *best = free_one;
    return status;
}

annoproj_status queue_next(command *cmd, bool include_skipped, int64_t *task, annoproj_queue_reason *reason,
                           annoproj_error **error) {
    scope *in = &cmd->scope;
    bool own_only = in->stage.hide_unassigned && !in->manager;
    task_facts best = {0}, skipped = {0};
    *task = 0;
    *reason = ANNOPROJ_QUEUE_FOUND;
    annoproj_status status = lapse_settle_stage(cmd, error);
    if (status == ANNOPROJ_OK)
        status = find_next(cmd, own_only, &best, error);
    if (status == ANNOPROJ_OK && best.id == 0) {
        status = queue_first_skipped(cmd, own_only, &skipped, error);
        if (include_skipped)
            best = skipped;
    }
    if (status == ANNOPROJ_OK && best.id == 0)
        status = explain(cmd, own_only, skipped.id != 0, reason, error);
    if (status == ANNOPROJ_OK && best.id != 0)
        status = best.assignee == 0 ? task_claim(cmd, &best, error) : task_take(cmd, &best, error);
    if (status == ANNOPROJ_OK)
        *task = best.id;
    return status;
}
