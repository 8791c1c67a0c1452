/* Replaying what becomes of label reviews: the states that each may be in (replay.h). */
#include "label.h"
#include "replay_parts.h"

#define BIT(state) (1u << (state))
#define UNDECIDED  (BIT(REVIEW_NEW) | BIT(REVIEW_RESOLVED) | BIT(REVIEW_REOPENED))

static stage_place place_of(const replay *state, int64_t stage) {
    return stage > 0 && (size_t)stage < state->stage_count ? state->stages[stage] : PLACE_OTHER;
}

replayed_review *replay_review_of(const replay *state, int64_t which, int32_t stage) {
    size_t at = which > 0 && (size_t)which < state->label_count ? state->labels[which].reviews : 0;
    while (at != 0 && state->reviews[at - 1].stage != stage)
        at = state->reviews[at - 1].next;
    return at != 0 ? &state->reviews[at - 1] : NULL;
}

/* NULL when out of memory. */
static replayed_review *review_at(replay *state, int64_t which, int32_t stage) {
    replayed_review *found = replay_review_of(state, which, stage);
    if (found)
        return found;
    void *grown = replay_room(state->reviews, &state->review_room, (int64_t)state->review_count,
                              sizeof *state->reviews);
    if (!grown)
        return NULL;
    state->reviews = grown;
    found = &state->reviews[state->review_count++];
    *found = (replayed_review){.label = which, .stage = stage, .next = state->labels[which].reviews};
    state->labels[which].reviews = state->review_count;
    return found;
}

/* For certain. */
static void settle(const replay *state, replayed_review *one, int32_t as, int64_t reviewer) {
    one->states = (uint8_t)BIT(as);
    one->reviewer = reviewer;
    one->reviewer_known = true;
    one->written = one->optional = false;
    one->touched = state->seq;
}

/* --- one label ---------------------------------------------------------------------------------------------------- */

bool replay_label_put(replay *state, const event *one) {
    for (size_t at = state->labels[one->reference].reviews; at != 0; at = state->reviews[at - 1].next)
        state->reviews[at - 1].written = true;
    if (place_of(state, one->stage) != PLACE_REVIEW || (size_t)one->task >= state->task_count)
        return true;
    const bool had = replay_review_of(state, one->reference, one->stage) != NULL;
    const bool by_reviewer = one->actor != 0 && one->actor == state->tasks[one->task].assignee;
    replayed_review *review = review_at(state, one->reference, one->stage);
    if (!review)
        return false;
    settle(state, review, by_reviewer ? REVIEW_APPROVED : REVIEW_NEW, by_reviewer ? one->actor : 0);
    review->optional = !had && !by_reviewer; /* an import makes none that would be new */
    return true;
}

static int32_t decision_of(int32_t kind) {
    switch (kind) {
    case EVENT_REVIEW_APPROVE:
    case EVENT_LABEL_APPROVE:
    case EVENT_TASK_APPROVE: return REVIEW_APPROVED;
    case EVENT_REVIEW_REOPEN: return REVIEW_REOPENED;
    default: return REVIEW_REJECTED;
    }
}

bool replay_label_decided(replay *state, const event *one) {
    const int32_t decision = decision_of(one->kind);
    const bool actioned = one->kind == EVENT_LABEL_APPROVE || one->kind == EVENT_LABEL_REJECT;
    replayed_review *review = review_at(state, one->reference, one->stage);
    if (!review)
        return false;
    if (actioned && one->value == 0 &&
        (review->states & BIT(decision)) != 0) { /* it was decided before, and is as it was then */
        review->states = (uint8_t)BIT(decision);
        review->written = review->optional = false;
        return true;
    }
    settle(state, review, decision, decision == REVIEW_REOPENED ? 0 : one->actor);
    return true;
}

/* --- all labels of a task ----------------------------------------------------------------------------------------- */

/* An undecided one is decided with its task, also where labels do not count and no event of the label tells it. */
static bool decide_with_task(replay *state, int64_t which, const event *one) {
    replayed_review *review = review_at(state, which, one->stage);
    if (!review)
        return false;
    const unsigned decided = review->states & ~UNDECIDED;
    if (decided != 0 && decided == review->states)
        return true;
    settle(state, review, decision_of(one->kind), one->actor);
    review->states = (uint8_t)(review->states | decided);
    review->reviewer_known = decided == 0;
    return true;
}

static void resolve(replay *state, const replayed_label *of) {
    for (size_t at = of->reviews; at != 0; at = state->reviews[at - 1].next) {
        replayed_review *review = &state->reviews[at - 1];
        if ((review->states & BIT(REVIEW_REJECTED)) != 0)
            review->states = (uint8_t)((review->states & ~BIT(REVIEW_REJECTED)) | BIT(REVIEW_RESOLVED));
    }
}

/* What the states become when the stage is entered. */
static uint8_t entered(unsigned states, bool written) {
    unsigned after = states & (BIT(REVIEW_APPROVED) | BIT(REVIEW_REJECTED) | BIT(REVIEW_RESOLVED));
    if (states == 0 || (states & (BIT(REVIEW_NEW) | BIT(REVIEW_REOPENED))) != 0 ||
        (written && (states & BIT(REVIEW_APPROVED)) != 0))
        after |= BIT(REVIEW_NEW);
    return (uint8_t)after;
}

static bool enter(replay *state, int64_t which, int32_t stage) {
    replayed_review *review = review_at(state, which, stage);
    if (!review)
        return false;
    review->states = entered(review->states, review->written);
    review->optional = false;
    review->touched = state->seq;
    return true;
}

/* A move to where tasks are complete approves them. */
static bool approve_moved(replay *state, int64_t which, const event *one, int32_t to) {
    replayed_review *review = review_at(state, which, to);
    if (review)
        settle(state, review, REVIEW_APPROVED, one->actor);
    return review != NULL;
}

bool replay_labels_sent_on(replay *state, const event *one, int32_t to) {
    const bool decides = one->kind == EVENT_TASK_APPROVE || one->kind == EVENT_TASK_REJECT;
    const stage_place place = place_of(state, to);
    const replayed_task *task = &state->tasks[one->task];
    if (!decides && place == PLACE_OTHER && one->kind != EVENT_TASK_SUBMIT)
        return true;
    if (task->parent != 0) /* the reviews of what it is a branch of */
        task = &state->tasks[task->parent];
    for (int64_t which = task->first_label; which != 0; which = state->labels[which].next) {
        if (one->kind == EVENT_TASK_SUBMIT && one->value == 0)
            resolve(state, &state->labels[which]);
        if (!state->labels[which].drawn || state->tasks[one->task].parent != 0)
            continue;
        if (decides && one->value != 0 && !decide_with_task(state, which, one))
            return false;
        if (place == PLACE_REVIEW && !enter(state, which, to))
            return false;
        if (place == PLACE_COMPLETE && one->kind == EVENT_TASK_MOVE && !approve_moved(state, which, one, to))
            return false;
    }
    return true;
}
