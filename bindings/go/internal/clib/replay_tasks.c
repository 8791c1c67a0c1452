/* Replaying what happens to tasks and to branches. */
#include "failure.h"
#include "hash.h"
#include "replay_parts.h"

static replayed_task *task_at(replay *state, int64_t number) {
    void *grown = replay_room(state->tasks, &state->task_count, number, sizeof *state->tasks);
    if (grown)
        state->tasks = grown;
    return grown ? state->tasks + number : NULL;
}

/* --- stays -------------------------------------------------------------------------------------------------------- */

uint64_t replay_stay(uint64_t print, int64_t stage, int64_t entered_us, int64_t left_us, int64_t actor,
                     int64_t assignee) {
    const int64_t facts[] = {stage, entered_us, left_us, actor, assignee};
    return hash64_with(facts, sizeof facts, print);
}

/* Nobody worked on what waited. */
static void end_stay(replayed_task *task, const event *one) {
    const bool waits = task->assignee == NOT_QUEUED;
    task->stays++;
    task->stays_print = replay_stay(task->stays_print, task->stage, task->entered_us, one->time_us,
                                    waits ? 0 : one->actor, waits ? 0 : task->assignee);
}

/* --- branches ----------------------------------------------------------------------------------------------------- */

/* A branch is made, and its task waits. It comes as its task came. */
bool replay_branch(replay *state, const event *one) {
    if (!task_at(state, one->task > one->reference ? one->task : one->reference))
        return false;
    replayed_task *branch = &state->tasks[one->task], *parent = &state->tasks[one->reference];
    *branch = (replayed_task){.created = true,
                              .stage = one->stage,
                              .data_unit = parent->data_unit,
                              .parent = one->reference,
                              .branch = parent->branches + 1,
                              .entered_us = one->time_us,
                              .priority = parent->priority,
                              .priority_set = parent->priority_set,
                              .returned = parent->returned,
                              .status = parent->returned ? ANNOPROJ_TASK_REOPENED : ANNOPROJ_TASK_NEW};
    state->last_task = one->task > state->last_task ? one->task : state->last_task;
    parent->assignee = NOT_QUEUED;
    if (parent->branches++ == 0)
        parent->first_branch = one->task;
    return true;
}

/* Behind its submit a branch stays where it is, in nobody's hands. */
static void submit_branch(replay *state, replayed_task *branch) {
    branch->status = ANNOPROJ_TASK_COMPLETED;
    branch->assignee = NOT_QUEUED;
    branch->submitted = state->seq;
}

/* The branches of a task that became ready go where it goes. */
static void follow(replay *state, const replayed_task *parent) {
    for (int64_t i = 0; i < parent->branches; i++)
        state->tasks[parent->first_branch + i].stage = parent->stage;
}

/* Consensus was not reached: they go back. Behind it each that goes back to somebody says so. */
static void send_back(replay *state, const replayed_task *parent, const event *one) {
    for (int64_t i = 0; i < parent->branches; i++) {
        replayed_task *branch = &state->tasks[parent->first_branch + i];
        branch->stage = parent->stage;
        branch->assignee = 0;
        branch->assigned_by = ASSIGNED_NOBODY;
        branch->entered_us = one->time_us;
        branch->status = ANNOPROJ_TASK_REOPENED;
        branch->returned = true;
        branch->released = false;
    }
}

/* Their task left consensus: what was still in the queue ends its stay. */
static void close_branches(replay *state, replayed_task *parent, const event *one) {
    for (int64_t i = 0; i < parent->branches; i++) {
        replayed_task *branch = &state->tasks[parent->first_branch + i];
        if (branch->assignee != NOT_QUEUED)
            end_stay(branch, one);
        branch->stage = 0;
        branch->assignee = NOT_QUEUED;
        branch->skipped_from = state->seq + 1;
    }
    parent->branches = 0;
}

/* The user has skipped it, until it is no longer skipped. */
static bool note_skip(replay *state, int64_t number, int64_t user) {
    replayed_task *task = &state->tasks[number];
    if (task->status != ANNOPROJ_TASK_SKIPPED)
        task->skipped_from = state->seq;
    task->status = ANNOPROJ_TASK_SKIPPED;
    return replay_pair(state, &state->skips, number, user, true);
}

/* Who skips one branch of a task skips those beside it that are free. */
static bool skip_beside(replay *state, int64_t number, int64_t user) {
    const replayed_task *parent = &state->tasks[state->tasks[number].parent];
    bool done = true;
    for (int64_t i = parent->first_branch; i < parent->first_branch + parent->branches && done; i++)
        if (i != number && state->tasks[i].stage != 0 && state->tasks[i].assignee == 0)
            done = note_skip(state, i, user);
    return done;
}

/* How many annotators the branches that were used came from. */
static int64_t count_used(const replay *state, const replayed_task *parent) {
    const replayed_task *first = &state->tasks[parent->first_branch];
    int64_t count = 0;
    for (int64_t i = 0; i < parent->branches; i++) {
        bool counted = first[i].used_from == 0;
        for (int64_t k = 0; k < i && !counted; k++)
            counted = first[k].used_from == first[i].used_from;
        count += !counted;
    }
    return count;
}

/* --- tasks -------------------------------------------------------------------------------------------------------- */

/* A branch is work on its task. */
static void add_worker(replay *state, const replayed_task *task, const event *one) {
    void *grown = replay_room(state->workers, &state->worker_room, (int64_t)state->worker_count,
                              sizeof *state->workers);
    if (!grown) {
        state->failed = true;
        return;
    }
    state->workers = grown;
    state->workers[state->worker_count++] = (replayed_worker){
        .task = task->parent != 0 ? task->parent : one->task, .stage = one->stage, .user = one->actor};
}

/* What the action that sends a task on leaves on it. */
static void note_action(replay *state, replayed_task *task, const event *one) {
    const bool submit = one->kind == EVENT_TASK_SUBMIT, merges = one->kind == EVENT_TASK_APPROVE && task->branches > 0;
    end_stay(task, one);
    task->action_user = one->actor;
    task->action_stage = one->stage;
    task->action_us = one->time_us;
    task->submits += submit || merges;
    task->merged = merges || (task->merged && !submit);
    task->last_submitter = submit ? one->actor : task->last_submitter;
    task->assigned_by = ASSIGNED_NOBODY;
    task->released = false;
    if (submit && one->actor != 0)
        add_worker(state, task, one);
}

/* Every label that is live is submitted with its task, also where labels do not count and no event of the label tells it. */
static void submit_labels(replay *state, const replayed_task *task, const event *one) {
    for (int64_t which = task->first_label; which != 0; which = state->labels[which].next) {
        replayed_label *label = &state->labels[which];
        if (label->known && label->live) {
            label->submitter = one->actor;
            label->submit = task->submits;
        }
    }
}

/* The same when consensus is reached: labels that count were told before. */
static void merge_labels(replay *state, const replayed_task *task) {
    for (int64_t which = task->first_label; which != 0; which = state->labels[which].next) {
        replayed_label *label = &state->labels[which];
        if (label->known && label->live && label->submit != task->submits) {
            label->submitter = SUBMITTER_UNTOLD;
            label->submit = task->submits;
        }
    }
}

static void arrive(replayed_task *task, const event *one) {
    task->returned = one->kind == EVENT_TASK_REJECT || one->kind == EVENT_TASK_REOPEN;
    task->status = task->returned ? ANNOPROJ_TASK_REOPENED : ANNOPROJ_TASK_NEW;
    task->entered_us = one->time_us;
    task->stage = (int32_t)one->reference;
    task->assignee = 0;
}

/* Submit, approve, reject, move, reopen, pathway, and the last branch that was submitted: to another stage. */
static void move(replay *state, replayed_task *task, const event *one) {
    const bool in_review = task->assignee != NOT_QUEUED;
    note_action(state, task, one);
    if (one->kind == EVENT_TASK_SUBMIT)
        submit_labels(state, task, one);
    if (task->parent != 0) {
        submit_branch(state, task);
        return;
    }
    arrive(task, one);
    if (one->kind == EVENT_TASK_SUBMIT)
        task->submitters = 0;
    if (one->kind == EVENT_TASK_APPROVE && task->branches > 0) {
        task->submitters = count_used(state, task);
        merge_labels(state, task);
        task->version = task->ready_version + 1; /* one writing, whether or not it changed anything */
    }
    if (task->branches == 0)
        return;
    if (one->kind == EVENT_TASK_REJECT && in_review) {
        task->assignee = NOT_QUEUED;
        send_back(state, task, one);
    } else if (one->kind == EVENT_CONSENSUS_READY) {
        task->ready_version = task->version;
        follow(state, task);
    } else {
        close_branches(state, task, one);
    }
}

/* Reviews of labels are told last: what is written in a review stage is judged by whose the task was. */
static bool apply_move(replay *state, replayed_task *task, const event *one) {
    move(state, task, one);
    return replay_labels_sent_on(state, one, (int32_t)one->reference);
}

static void assign(replayed_task *task, const event *one) {
    task->assignee = one->credited;
    task->assigned_by = one->kind == EVENT_TASK_RETURN ? ASSIGNED_RETURN : (int32_t)one->reference;
    task->released = false;
}

static void unassign(replayed_task *task, bool released) {
    task->assignee = 0;
    task->assigned_by = ASSIGNED_NOBODY;
    task->released = released;
}

static bool skip(replay *state, replayed_task *task, const event *one) {
    if (!note_skip(state, one->task, one->actor))
        return false;
    if (one->reference != 0) /* it stayed assigned */
        return true;
    unassign(task, false);
    return task->parent == 0 || skip_beside(state, one->task, one->actor);
}

bool replay_task(replay *state, const event *one) {
    replayed_task *task = task_at(state, one->task);
    if (!task)
        return false;
    switch (one->kind) {
    case EVENT_TASK_CREATE:
        task->created = true;
        task->data_unit = one->reference;
        task->stage = one->stage;
        task->entered_us = one->time_us;
        task->status = ANNOPROJ_TASK_NEW;
        state->last_task = one->task > state->last_task ? one->task : state->last_task;
        break;
    case EVENT_TASK_RESTORE:
        task->stage = one->stage;
        task->removed_stage = 0;
        if (task->assignee != NOT_QUEUED)
            task->assignee = one->credited;
        break;
    case EVENT_TASK_REMOVE:
        task->removed_stage = task->stage;
        task->stage = 0;
        break;
    case EVENT_TASK_ASSIGN:
    case EVENT_TASK_RETURN:
        assign(task, one); /* a manager's assignment forgets that user's skip */
        return task->assigned_by != ASSIGNED_MANAGER || task->status != ANNOPROJ_TASK_SKIPPED ||
               replay_pair(state, &state->skips, one->task, one->credited, false);
    case EVENT_TASK_RELEASE:
    case EVENT_TASK_LAPSE: unassign(task, true); break;
    case EVENT_TASK_SKIP: return skip(state, task, one);
    case EVENT_BRANCH_APPROVE: task->used_from = one->credited; break;
    case EVENT_TASK_PRIORITY:
        task->priority = (int32_t)one->reference;
        task->priority_set = true;
        break;
    default: return apply_move(state, task, one);
    }
    return true;
}
