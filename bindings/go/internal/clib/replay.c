/* Replaying a project's events. */
#include "replay.h"

#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "hash.h"

#define BATCH 4096

/* Room for element `number`; grows by doubling, new elements zeroed. */
static void *make_room(void *elements, size_t *count, int64_t number, size_t size) {
    size_t needed = (size_t)number + 1, capacity = *count;
    if (needed <= capacity)
        return elements;
    while (capacity < needed)
        capacity = capacity * 2 + 64;
    char *grown = reallocate(elements, capacity * size);
    if (!grown)
        return NULL;
    memset(grown + *count * size, 0, (capacity - *count) * size);
    *count = capacity;
    return grown;
}

static replayed_task *task_at(replay *state, int64_t number) {
    void *grown = make_room(state->tasks, &state->task_count, number, sizeof *state->tasks);
    if (grown)
        state->tasks = grown;
    return grown ? state->tasks + number : NULL;
}

static replayed_label *label_at(replay *state, int64_t number) {
    void *grown = make_room(state->labels, &state->label_count, number, sizeof *state->labels);
    if (grown)
        state->labels = grown;
    return grown ? state->labels + number : NULL;
}

static replayed_issue *issue_at(replay *state, int64_t number) {
    void *grown = make_room(state->issues, &state->issue_count, number, sizeof *state->issues);
    if (grown)
        state->issues = grown;
    return grown ? state->issues + number : NULL;
}

/* The branches of a task go where it goes; they are closed when it leaves consensus (stage 0). */
static void move_branches(replay *state, replayed_task *parent, int32_t stage, int64_t assignee) {
    for (int64_t i = 0; i < parent->branches; i++) {
        replayed_task *branch = &state->tasks[parent->first_branch + i];
        branch->stage = stage;
        branch->assignee = assignee;
    }
    if (stage == 0)
        parent->branches = 0;
}

/* A branch is made, and its task waits. */
static bool apply_branch(replay *state, const event *one) {
    if (!task_at(state, one->task > one->reference ? one->task : one->reference))
        return false;
    replayed_task *branch = &state->tasks[one->task], *parent = &state->tasks[one->reference];
    *branch = (replayed_task){.created = true,
                              .stage = one->stage,
                              .parent = one->reference,
                              .entered_us = one->time_us,
                              .status = ANNOPROJ_TASK_NEW};
    state->last_task = one->task > state->last_task ? one->task : state->last_task;
    parent->assignee = NOT_QUEUED;
    if (parent->branches++ == 0)
        parent->first_branch = one->task;
    return true;
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

/* A branch is work on its task. */
static void add_worker(replay *state, const replayed_task *task, const event *one) {
    void *grown = make_room(state->workers, &state->worker_room, (int64_t)state->worker_count, sizeof *state->workers);
    if (!grown) {
        state->failed = true;
        return;
    }
    state->workers = grown;
    state->workers[state->worker_count++] = (replayed_worker){
        .task = task->parent != 0 ? task->parent : one->task, .stage = one->stage, .user = one->actor};
}

uint64_t replay_stay(uint64_t print, int64_t stage, int64_t entered_us, int64_t left_us, int64_t actor,
                     int64_t assignee) {
    const int64_t facts[] = {stage, entered_us, left_us, actor, assignee};
    return hash64_with(facts, sizeof facts, print);
}

/* What the action that sends a task on leaves on it. */
static void note_action(replay *state, replayed_task *task, const event *one) {
    const bool waits = task->assignee == NOT_QUEUED, merges = one->kind == EVENT_TASK_APPROVE && task->branches > 0;
    task->stays++;
    task->stays_print = replay_stay(task->stays_print, task->stage, task->entered_us, one->time_us,
                                    waits ? 0 : one->actor, waits ? 0 : task->assignee);
    task->action_user = one->actor;
    task->action_stage = one->stage;
    task->action_us = one->time_us;
    task->submits += one->kind == EVENT_TASK_SUBMIT || merges;
    task->merged = merges || (task->merged && one->kind != EVENT_TASK_SUBMIT);
    task->last_submitter = one->kind == EVENT_TASK_SUBMIT ? one->actor : task->last_submitter;
    task->returned = one->kind == EVENT_TASK_REJECT || one->kind == EVENT_TASK_REOPEN;
    task->status = task->returned ? ANNOPROJ_TASK_REOPENED : ANNOPROJ_TASK_NEW;
    task->entered_us = one->time_us;
    task->released = false;
    if (one->kind == EVENT_TASK_SUBMIT && one->actor != 0)
        add_worker(state, task, one);
}

/* Submit, approve, reject, move, reopen, pathway, and the last branch that was submitted: to another stage. */
static void apply_move(replay *state, replayed_task *task, const event *one) {
    const bool waits = task->assignee == NOT_QUEUED;
    note_action(state, task, one);
    task->stage = (int32_t)one->reference;
    task->assignee = task->parent != 0 ? NOT_QUEUED : 0;
    if (one->kind == EVENT_TASK_SUBMIT && task->parent == 0)
        task->submitters = 0;
    if (one->kind == EVENT_TASK_APPROVE && task->branches > 0)
        task->submitters = count_used(state, task);
    if (task->branches == 0)
        return;
    if (one->kind == EVENT_TASK_REJECT && !waits) { /* behind it each branch that goes back to somebody says so */
        task->assignee = NOT_QUEUED;
        move_branches(state, task, task->stage, 0);
    } else {
        move_branches(state, task, one->kind == EVENT_CONSENSUS_READY ? task->stage : 0, NOT_QUEUED);
    }
}

static bool apply_to_task(replay *state, const event *one) {
    replayed_task *task = task_at(state, one->task);
    if (!task)
        return false;
    switch (one->kind) {
    case EVENT_TASK_CREATE:
        task->created = true;
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
        task->assignee = one->credited;
        task->released = false;
        break;
    case EVENT_TASK_RELEASE:
    case EVENT_TASK_LAPSE:
        task->assignee = 0;
        task->released = true;
        break;
    case EVENT_TASK_SKIP:
        task->status = ANNOPROJ_TASK_SKIPPED;
        if (one->reference == 0) {
            task->assignee = 0;
            task->released = false;
        }
        break;
    case EVENT_BRANCH_APPROVE: task->used_from = one->credited; break;
    case EVENT_TASK_PRIORITY:
        task->priority = (int32_t)one->reference;
        task->priority_set = true;
        break;
    default: apply_move(state, task, one);
    }
    return true;
}

static bool apply_to_label(replay *state, const event *one) {
    replayed_label *label = label_at(state, one->reference);
    if (!label)
        return false;
    label->task = one->task;
    state->last_label = one->reference > state->last_label ? one->reference : state->last_label;
    switch (one->kind) {
    case EVENT_LABEL_PUT:
        label->drawn = true;
        label->drawn_class = one->class;
        break;
    case EVENT_LABEL_REMOVE: label->drawn = false; break;
    case EVENT_LABEL_CREATE:
    case EVENT_BRANCH_LABEL_CREATE:
    case EVENT_MAIN_LABEL_CREATE:
        label->known = label->live = label->frames_known = true;
        label->class = one->class;
        label->frames = one->frames;
        break;
    case EVENT_LABEL_EDIT:
    case EVENT_BRANCH_LABEL_EDIT:
    case EVENT_MAIN_LABEL_EDIT:
        label->known = label->live = true;
        label->class = one->class;
        label->frames_known = false;
        break;
    case EVENT_LABEL_SILENTLY_PUBLISHED:
        label->known = label->live = true;
        label->class = one->class;
        label->frames_known = false;
        break;
    case EVENT_LABEL_SILENTLY_GONE:
    case EVENT_LABEL_DELETE:
    case EVENT_BRANCH_LABEL_DELETE:
    case EVENT_MAIN_LABEL_DELETE: label->live = false; break;
    case EVENT_LABEL_FRAMES_CREATE:
    case EVENT_LABEL_FRAMES_DELETE:
    case EVENT_BRANCH_LABEL_FRAMES_CREATE:
    case EVENT_BRANCH_LABEL_FRAMES_DELETE:
    case EVENT_MAIN_LABEL_FRAMES_CREATE:
    case EVENT_MAIN_LABEL_FRAMES_DELETE: label->frames_known = false; break;
    case EVENT_LABEL_SUBMIT:
    case EVENT_BRANCH_LABEL_SUBMIT:
    case EVENT_MAIN_LABEL_SUBMIT:
        label->submitter = one->actor;
        label->submit = state->tasks && (size_t)one->task < state->task_count ? state->tasks[one->task].submits + 1 : 1;
        label->frames = one->frames;
        label->frames_known = true;
        break;
    case EVENT_LABEL_APPROVE:
    case EVENT_LABEL_REJECT:
        label->frames = one->frames;
        label->frames_known = true;
        break;
    case EVENT_LABEL_COUNTED: label->counted = true; break;
    default: break;
    }
    return true;
}

static bool apply_to_issue(replay *state, const event *one) {
    replayed_issue *issue = issue_at(state, one->reference);
    if (!issue)
        return false;
    switch (one->kind) {
    case EVENT_ISSUE_CREATE:
        issue->created = issue->open = true;
        issue->task = one->task;
        issue->class = one->class;
        issue->creator = one->actor;
        issue->created_us = one->time_us;
        state->last_issue = one->reference > state->last_issue ? one->reference : state->last_issue;
        break;
    case EVENT_ISSUE_COMMENT: issue->comments++; break;
    default: issue->open = one->kind == EVENT_ISSUE_REOPEN;
    }
    issue->changes += one->kind != EVENT_ISSUE_COMMENT;
    return true;
}

/* What a project's events say of collaborators, and those of the store of users. */
static bool apply_to_user(replay *state, const event *one) {
    void *grown = make_room(state->users, &state->user_count, one->credited, sizeof *state->users);
    if (!grown)
        return false;
    state->users = grown;
    replayed_user *user = &state->users[one->credited];
    switch (one->kind) {
    case EVENT_USER_DISABLE: user->disabled = true; break;
    case EVENT_USER_ENABLE: user->disabled = false; break;
    case EVENT_USER_ERASE:
        user->erased = user->disabled = true;
        user->role = ANNOPROJ_ORG_MEMBER;
        break;
    case EVENT_COLLABORATOR_REMOVE: user->role = 0; break;
    default: user->role = one->reference; user->known = true;
    }
    return true;
}

static void apply_to_project(replay *state, const event *one) {
    switch (one->kind) {
    case EVENT_PROJECT_CREATE:
        state->owner = one->actor;
        state->ontology = one->reference;
        break;
    case EVENT_PROJECT_STATUS: state->status = one->reference; break;
    case EVENT_PROJECT_OWNER: state->owner = one->credited; break;
    case EVENT_PROJECT_DELETE:
    case EVENT_PROJECT_RESTORE: state->deleted = one->kind == EVENT_PROJECT_DELETE; break;
    case EVENT_LABEL_VERSION_CREATE:
        state->last_version = one->reference > state->last_version ? one->reference : state->last_version;
        break;
    default: break;
    }
}

static bool apply_to_tags(replay *state, const event *one) {
    void *grown = make_room(state->tags, &state->tag_room, (int64_t)state->tag_count, sizeof *state->tags);
    if (!grown)
        return false;
    state->tags = grown;
    state->tags[state->tag_count] = (replayed_tag){.issue = one->reference,
                                                   .tag = one->answer,
                                                   .seq = (int64_t)state->tag_count,
                                                   .on = one->kind == EVENT_ISSUE_TAG};
    state->tag_count++;
    return true;
}

static int by_issue_and_tag(const void *a, const void *b) {
    const replayed_tag *x = a, *y = b;
    if (x->issue != y->issue)
        return x->issue < y->issue ? -1 : 1;
    if (x->tag != y->tag)
        return x->tag < y->tag ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* The last that happened to a tag of an issue says whether it is on. */
static void settle_tags(replay *state) {
    const size_t all = state->tag_count;
    replayed_tag *tags = state->tags;
    state->tag_count = 0;
    if (all > 0)
        qsort(tags, all, sizeof *tags, by_issue_and_tag);
    for (size_t i = 0; i < all; i++)
        if (tags[i].on && (i + 1 == all || tags[i + 1].issue != tags[i].issue || tags[i + 1].tag != tags[i].tag))
            tags[state->tag_count++] = tags[i];
}

int replay_compare_workers(const void *a, const void *b) {
    const replayed_worker *x = a, *y = b;
    return x->task != y->task     ? (x->task > y->task) - (x->task < y->task)
           : x->stage != y->stage ? (x->stage > y->stage) - (x->stage < y->stage)
                                  : (x->user > y->user) - (x->user < y->user);
}

static void settle_workers(replay *state) {
    size_t kept = 0;
    if (state->worker_count > 0)
        qsort(state->workers, state->worker_count, sizeof *state->workers, replay_compare_workers);
    for (size_t i = 0; i < state->worker_count; i++)
        if (kept == 0 || replay_compare_workers(&state->workers[kept - 1], &state->workers[i]) != 0)
            state->workers[kept++] = state->workers[i];
    state->worker_count = kept;
}

/* What issues count for their tasks. */
static void settle_issues(replay *state) {
    for (size_t i = 0; i < state->issue_count; i++) {
        const replayed_issue *issue = &state->issues[i];
        if (issue->created && (size_t)issue->task < state->task_count) {
            state->tasks[issue->task].open_issues += issue->open;
            state->tasks[issue->task].resolved_issues += !issue->open;
        }
    }
}

static void settle(replay *state) {
    settle_tags(state);
    settle_workers(state);
    settle_issues(state);
}

static bool is_of_label(int32_t kind) {
    return (kind >= EVENT_LABEL_CREATE && kind <= EVENT_LABEL_COUNTED) ||
           (kind >= EVENT_LABEL_PUT && kind <= EVENT_LABEL_SILENTLY_GONE) ||
           (kind >= EVENT_BRANCH_LABEL_CREATE && kind <= EVENT_BRANCH_LABEL_SUBMIT) ||
           (kind >= EVENT_MAIN_LABEL_CREATE && kind <= EVENT_MAIN_LABEL_DELETE) ||
           (kind >= EVENT_MAIN_LABEL_FRAMES_CREATE && kind <= EVENT_MAIN_LABEL_SUBMIT);
}

static bool apply(replay *state, const event *one) {
    int32_t kind = one->kind;
    if (kind == EVENT_BRANCH_CREATE)
        return apply_branch(state, one);
    if ((kind >= EVENT_TASK_ASSIGN && kind <= EVENT_TASK_LAPSE) ||
        (kind >= EVENT_TASK_CREATE && kind <= EVENT_TASK_PRIORITY) || kind == EVENT_CONSENSUS_READY ||
        kind == EVENT_BRANCH_APPROVE)
        return apply_to_task(state, one);
    if (is_of_label(kind))
        return apply_to_label(state, one);
    if (kind >= EVENT_ISSUE_CREATE && kind <= EVENT_ISSUE_COMMENT)
        return apply_to_issue(state, one);
    if (one->credited != 0 && ((kind >= EVENT_COLLABORATOR_ADD && kind <= EVENT_COLLABORATOR_REMOVE) ||
                               (kind >= EVENT_USER_CREATE && kind <= EVENT_USER_ENABLE) || kind == EVENT_USER_ERASE))
        return apply_to_user(state, one);
    if (kind == EVENT_ISSUE_TAG || kind == EVENT_ISSUE_UNTAG)
        return apply_to_tags(state, one);
    apply_to_project(state, one);
    return true;
}

annoproj_status replay_project(scope *in, int64_t project, replay *out, annoproj_error **error) {
    event *events = allocate(BATCH * sizeof *events);
    annoproj_status status = events ? ANNOPROJ_OK : fail_memory(error);
    *out = (replay){.owner = -1, .status = ANNOPROJ_PROJECT_NOT_STARTED};
    for (size_t count = BATCH; status == ANNOPROJ_OK && count == BATCH;) {
        status = event_read(in->database, project, out->last_seq, BATCH, events, &count, error);
        for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++)
            if (!apply(out, events + i))
                status = fail_memory(error);
        out->last_seq += (int64_t)count;
        if (status == ANNOPROJ_OK)
            status = bounds_check(in->bounds, error);
    }
    release(events);
    if (status == ANNOPROJ_OK && out->failed)
        status = fail_memory(error);
    if (status == ANNOPROJ_OK)
        settle(out);
    else
        replay_release(out);
    return status;
}

void replay_release(replay *state) {
    release(state->tasks);
    release(state->labels);
    release(state->issues);
    release(state->tags);
    release(state->workers);
    release(state->users);
    *state = (replay){0};
}
