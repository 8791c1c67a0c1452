/* Replaying a project's events. */
#include "replay_parts.h"

#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "hash.h"

#define BATCH 4096

void *replay_room(void *elements, size_t *count, int64_t number, size_t size) {
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

static replayed_label *label_at(replay *state, int64_t number) {
    void *grown = replay_room(state->labels, &state->label_count, number, sizeof *state->labels);
    if (grown)
        state->labels = grown;
    return grown ? state->labels + number : NULL;
}

static replayed_issue *issue_at(replay *state, int64_t number) {
    void *grown = replay_room(state->issues, &state->issue_count, number, sizeof *state->issues);
    if (grown)
        state->issues = grown;
    return grown ? state->issues + number : NULL;
}

static void note_writing(replay *state, const event *one) {
    if ((size_t)one->task < state->task_count)
        state->tasks[one->task].version = one->value;
}

static bool apply_to_label(replay *state, const event *one) {
    replayed_label *label = label_at(state, one->reference);
    if (!label)
        return false;
    if (label->task == 0 && (size_t)one->task < state->task_count) {
        label->next = state->tasks[one->task].first_label;
        state->tasks[one->task].first_label = one->reference;
    }
    label->task = one->task;
    state->last_label = one->reference > state->last_label ? one->reference : state->last_label;
    switch (one->kind) {
    case EVENT_LABEL_PUT:
        label->drawn = true;
        label->drawn_class = one->class;
        note_writing(state, one);
        return replay_label_put(state, one);
    case EVENT_REVIEW_APPROVE:
    case EVENT_REVIEW_REJECT:
    case EVENT_REVIEW_REOPEN: return replay_label_decided(state, one);
    case EVENT_LABEL_REMOVE:
        label->drawn = false;
        note_writing(state, one);
        break;
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
        return replay_label_decided(state, one);
    case EVENT_LABEL_COUNTED: label->counted = true; break;
    default: break;
    }
    return true;
}

uint64_t replay_issue(uint64_t print, int64_t resolved, int64_t actor, int64_t time_us) {
    const int64_t facts[] = {resolved, actor, time_us};
    return hash64_with(facts, sizeof facts, print);
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
    case EVENT_ISSUE_COMMENT:
        issue->comments++;
        issue->comments_print = replay_issue(issue->comments_print, false, one->actor, one->time_us);
        return true;
    default: issue->open = one->kind == EVENT_ISSUE_REOPEN;
    }
    issue->changes++;
    issue->changes_print = replay_issue(issue->changes_print, !issue->open, one->actor, one->time_us);
    return true;
}

/* What a project's events say of collaborators, and those of the store of users. */
static bool apply_to_user(replay *state, const event *one) {
    void *grown = replay_room(state->users, &state->user_count, one->credited, sizeof *state->users);
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
    default:
        user->created_us = user->known ? user->created_us : one->time_us;
        user->joined = user->role == 0 ? state->seq : user->joined;
        user->role = one->reference;
        user->known = true;
    }
    return true;
}

static void apply_to_settings(replay *state, const event *one) {
    if (one->reference > 0 && one->reference <= SETTING_COUNT)
        state->settings[one->reference] = (replayed_setting){.value = one->value, .told = true};
}

static void apply_to_project(replay *state, const event *one) {
    switch (one->kind) {
    case EVENT_STORE_SETTING: apply_to_settings(state, one); break;
    case EVENT_PROJECT_CREATE:
        state->owner = one->actor;
        state->ontology = one->reference;
        state->created_us = state->edited_us = one->time_us;
        break;
    case EVENT_PROJECT_STATUS:
        state->status = one->reference;
        state->edited_us = one->time_us;
        break;
    case EVENT_PROJECT_OWNER:
        state->owner = one->credited;
        state->edited_us = one->time_us;
        break;
    case EVENT_PROJECT_UPDATE: apply_to_settings(state, one); /* fall through */
    case EVENT_WORKFLOW_UPDATE: state->edited_us = one->time_us; break;
    case EVENT_PROJECT_DELETE:
        state->deleted = true;
        state->deleted_us = one->time_us;
        break;
    case EVENT_PROJECT_RESTORE: state->deleted = false; break;
    case EVENT_PROJECT_PURGE: state->purged = true; break;
    default: break;
    }
}

/* --- what else there is ------------------------------------------------------------------------------------------- */

static bool make_thing(replayed_thing *thing, const event *one) {
    *thing = (replayed_thing){.created_us = one->time_us,
                              .edited_us = one->time_us,
                              .creator = one->actor,
                              .amount = one->kind == EVENT_TAG_CREATE ? one->value : 0,
                              .content = one->value,
                              .known = true};
    return true;
}

static bool put_on(replay *state, replayed_thing *thing, bool numbered) {
    if (!thing->known && numbered)
        thing->amount = ++state->last_attached;
    thing->known = true;
    thing->gone = false;
    return true;
}

static bool apply_to_thing(replay *state, replay_thing sort, const event *one) {
    if (one->reference < 0 || one->reference > INT32_MAX) /* nothing has such an id */
        return true;
    void *grown = replay_room(state->things[sort], &state->thing_count[sort], one->reference, sizeof(replayed_thing));
    if (!grown)
        return false;
    state->things[sort] = grown;
    replayed_thing *thing = &state->things[sort][one->reference];
    switch (one->kind) {
    case EVENT_DATASET_CREATE:
    case EVENT_ONTOLOGY_CREATE:
    case EVENT_TAG_CREATE:
    case EVENT_WORKFLOW_TEMPLATE_CREATE: return make_thing(thing, one);
    case EVENT_LABEL_VERSION_CREATE:
        state->last_version = one->reference > state->last_version ? one->reference : state->last_version;
        return make_thing(thing, one);
    case EVENT_DATA_UNITS_ADD: thing->amount += one->frames; break;
    case EVENT_ONTOLOGY_UPDATE:
    case EVENT_WORKFLOW_TEMPLATE_UPDATE:
        thing->edited_us = one->time_us;
        thing->content = one->value;
        break;
    case EVENT_DATASET_ATTACH:
    case EVENT_PROJECT_TAG: return put_on(state, thing, sort == THING_ATTACHED);
    case EVENT_TAG_DELETE:
    case EVENT_WORKFLOW_TEMPLATE_DELETE:
    case EVENT_LABEL_VERSION_DELETE:
    case EVENT_DATASET_DETACH:
    case EVENT_PROJECT_UNTAG: thing->gone = true; break;
    default: break;
    }
    return true;
}

/* THING_SORTS = none. */
static replay_thing thing_of(int32_t kind) {
    switch (kind) {
    case EVENT_DATASET_CREATE:
    case EVENT_DATA_UNITS_ADD: return THING_DATASET;
    case EVENT_ONTOLOGY_CREATE:
    case EVENT_ONTOLOGY_UPDATE: return THING_ONTOLOGY;
    case EVENT_TAG_CREATE:
    case EVENT_TAG_DELETE: return THING_TAG;
    case EVENT_WORKFLOW_TEMPLATE_CREATE:
    case EVENT_WORKFLOW_TEMPLATE_UPDATE:
    case EVENT_WORKFLOW_TEMPLATE_DELETE: return THING_TEMPLATE;
    case EVENT_LABEL_VERSION_CREATE:
    case EVENT_LABEL_VERSION_DELETE: return THING_VERSION;
    case EVENT_DATASET_ATTACH:
    case EVENT_DATASET_DETACH: return THING_ATTACHED;
    case EVENT_PROJECT_TAG:
    case EVENT_PROJECT_UNTAG: return THING_ON;
    default: return THING_SORTS;
    }
}

bool replay_pair(replay *state, replayed_pairs *to, int64_t of, int64_t other, bool on) {
    void *grown = replay_room(to->pairs, &to->room, (int64_t)to->count, sizeof *to->pairs);
    if (!grown)
        return false;
    to->pairs = grown;
    to->pairs[to->count++] = (replayed_pair){.of = of, .other = other, .seq = state->seq, .on = on};
    return true;
}

static int compare_pairs(const void *a, const void *b) {
    const replayed_pair *x = a, *y = b;
    if (x->of != y->of)
        return x->of < y->of ? -1 : 1;
    if (x->other != y->other)
        return x->other < y->other ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* The last that happened to a pair says whether it is there. */
static void settle_pairs(replayed_pairs *of) {
    const size_t all = of->count;
    replayed_pair *pairs = of->pairs;
    of->count = 0;
    if (all > 0)
        qsort(pairs, all, sizeof *pairs, compare_pairs);
    for (size_t i = 0; i < all; i++)
        if (pairs[i].on && (i + 1 == all || pairs[i + 1].of != pairs[i].of || pairs[i + 1].other != pairs[i].other))
            pairs[of->count++] = pairs[i];
}

/* Skips are forgotten when their task is no longer skipped. */
static void settle_skips(replay *state) {
    replayed_pair *pairs = state->skips.pairs;
    size_t kept = 0;
    settle_pairs(&state->skips);
    for (size_t i = 0; i < state->skips.count; i++) {
        const replayed_task *task = &state->tasks[pairs[i].of];
        if (task->status == ANNOPROJ_TASK_SKIPPED && pairs[i].seq >= task->skipped_from)
            pairs[kept++] = pairs[i];
    }
    state->skips.count = kept;
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
    settle_pairs(&state->tags);
    settle_skips(state);
    settle_workers(state);
    settle_issues(state);
}

static bool is_of_label(int32_t kind) {
    return (kind >= EVENT_LABEL_CREATE && kind <= EVENT_LABEL_COUNTED) ||
           (kind >= EVENT_LABEL_PUT && kind <= EVENT_REVIEW_REOPEN) ||
           (kind >= EVENT_BRANCH_LABEL_CREATE && kind <= EVENT_BRANCH_LABEL_SUBMIT) ||
           (kind >= EVENT_MAIN_LABEL_CREATE && kind <= EVENT_MAIN_LABEL_DELETE) ||
           (kind >= EVENT_MAIN_LABEL_FRAMES_CREATE && kind <= EVENT_MAIN_LABEL_SUBMIT);
}

static bool apply(replay *state, const event *one) {
    int32_t kind = one->kind;
    if (kind == EVENT_BRANCH_CREATE)
        return replay_branch(state, one);
    if ((kind >= EVENT_TASK_ASSIGN && kind <= EVENT_TASK_LAPSE) ||
        (kind >= EVENT_TASK_CREATE && kind <= EVENT_TASK_PRIORITY) || kind == EVENT_CONSENSUS_READY ||
        kind == EVENT_BRANCH_APPROVE)
        return replay_task(state, one);
    if (is_of_label(kind))
        return apply_to_label(state, one);
    if (kind >= EVENT_ISSUE_CREATE && kind <= EVENT_ISSUE_COMMENT)
        return apply_to_issue(state, one);
    if (one->credited != 0 && ((kind >= EVENT_COLLABORATOR_ADD && kind <= EVENT_COLLABORATOR_REMOVE) ||
                               (kind >= EVENT_USER_CREATE && kind <= EVENT_USER_ENABLE) || kind == EVENT_USER_ERASE))
        return apply_to_user(state, one);
    if (kind == EVENT_ISSUE_TAG || kind == EVENT_ISSUE_UNTAG)
        return replay_pair(state, &state->tags, one->reference, one->answer, kind == EVENT_ISSUE_TAG);
    const replay_thing sort = thing_of(kind);
    state->tagged_us = sort == THING_ON ? one->time_us : state->tagged_us;
    if (sort != THING_SORTS)
        return apply_to_thing(state, sort, one);
    apply_to_project(state, one);
    return true;
}

/* No project makes as many in all its changes: a greater number is damaged, and nothing is in a stage of that number. */
#define MOST_STAGES (1 << 20)

/* Types of stages never change, and those that were removed are kept. */
static annoproj_status load_stages(scope *in, int64_t project, replay *out, annoproj_error **error) {
    static const char query[] =
        "SELECT id & 0xffffffff, type, archive FROM stage WHERE id > ?1 << 32 AND id < (?1 + 1) << 32";
    bool memory = true;
    statement *find = sql(in->database, query);
    bind_int64(find, project);
    while (memory && sql_row(find)) {
        const int64_t number = column_int64(find, 0), type = column_int64(find, 1);
        if (number > MOST_STAGES)
            continue;
        void *grown = replay_room(out->stages, &out->stage_count, number, sizeof *out->stages);
        memory = grown != NULL;
        if (!memory)
            break;
        out->stages = grown;
        out->stages[number] = type == STAGE_REVIEW                               ? PLACE_REVIEW
                              : type == STAGE_DONE && column_int64(find, 2) == 0 ? PLACE_COMPLETE
                                                                                 : PLACE_OTHER;
    }
    annoproj_status status = sql_end(find, error);
    return status == ANNOPROJ_OK && !memory ? fail_memory(error) : status;
}

/* The events behind out->last_seq, in order. */
static annoproj_status apply_all(replay *out, const event *events, size_t count, const replay_watcher *watcher,
                                 annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++) {
        out->seq = out->last_seq + 1 + (int64_t)i;
        status = apply(out, events + i) ? ANNOPROJ_OK : fail_memory(error);
        if (status == ANNOPROJ_OK && watcher)
            status = watcher->see(watcher->data, events + i, error);
    }
    return status;
}

annoproj_status replay_project(scope *in, int64_t project, const replay_watcher *watcher, replay *out,
                               annoproj_error **error) {
    event *events = allocate(BATCH * sizeof *events);
    annoproj_status status = events ? ANNOPROJ_OK : fail_memory(error);
    *out = (replay){.owner = -1, .status = ANNOPROJ_PROJECT_NOT_STARTED};
    if (status == ANNOPROJ_OK && project != 0)
        status = load_stages(in, project, out, error);
    for (size_t count = BATCH; status == ANNOPROJ_OK && count == BATCH;) {
        status = event_read(in->database, project, out->last_seq, BATCH, events, &count, error);
        if (status == ANNOPROJ_OK)
            status = apply_all(out, events, count, watcher, error);
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
    release(state->reviews);
    release(state->stages);
    release(state->issues);
    release(state->tags.pairs);
    release(state->skips.pairs);
    release(state->workers);
    release(state->users);
    for (size_t i = 0; i < THING_SORTS; i++)
        release(state->things[i]);
    *state = (replay){0};
}
