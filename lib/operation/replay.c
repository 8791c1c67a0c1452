/* Replaying a project's events. */
#include "replay.h"

#include <stdlib.h>
#include <string.h>

#include "failure.h"

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
    *branch = (replayed_task){.created = true, .stage = one->stage, .parent = one->reference};
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

/* Submit, approve, reject, move, reopen, pathway, and the last branch that was submitted: to another stage. */
static void apply_move(replay *state, replayed_task *task, const event *one) {
    const bool waits = task->assignee == NOT_QUEUED;
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
        break;
    case EVENT_TASK_RESTORE:
        task->stage = one->stage;
        if (task->assignee != NOT_QUEUED)
            task->assignee = one->credited;
        break;
    case EVENT_TASK_REMOVE: task->stage = 0; break;
    case EVENT_TASK_ASSIGN:
    case EVENT_TASK_RETURN: task->assignee = one->credited; break;
    case EVENT_TASK_RELEASE:
    case EVENT_TASK_LAPSE: task->assignee = 0; break;
    case EVENT_TASK_SKIP:
        if (one->reference == 0)
            task->assignee = 0;
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
    switch (one->kind) {
    case EVENT_LABEL_PUT: label->drawn = true; break;
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
    issue->task = one->task;
    if (one->kind == EVENT_ISSUE_CREATE)
        issue->created = issue->open = true;
    if (one->kind == EVENT_ISSUE_REOPEN)
        issue->open = true;
    if (one->kind == EVENT_ISSUE_RESOLVE)
        issue->open = false;
    return true;
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
    if (kind >= EVENT_ISSUE_CREATE && kind <= EVENT_ISSUE_REOPEN)
        return apply_to_issue(state, one);
    if (kind == EVENT_ISSUE_TAG || kind == EVENT_ISSUE_UNTAG)
        return apply_to_tags(state, one);
    return true;
}

annoproj_status replay_project(scope *in, int64_t project, replay *out, annoproj_error **error) {
    event *events = allocate(BATCH * sizeof *events);
    annoproj_status status = events ? ANNOPROJ_OK : fail_memory(error);
    *out = (replay){0};
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
    if (status == ANNOPROJ_OK)
        settle_tags(out);
    else
        replay_release(out);
    return status;
}

void replay_release(replay *state) {
    release(state->tasks);
    release(state->labels);
    release(state->issues);
    release(state->tags);
    *state = (replay){0};
}
