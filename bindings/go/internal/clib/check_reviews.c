/* Whether label reviews are in a state that the events lead to, decided by whom they tell, and whether the last one of a label is the
 * one of the stage it was in last. */
#include <inttypes.h>
#include <stdio.h>

#include "check.h"
#include "label.h"

typedef struct review_check {
    checking *check;
    replay *state;
    int64_t label, latest; /* the label that is looked at, the highest `entered` of its reviews */
    int32_t latest_stage;
    bool tied;
} review_check;

static void report(const review_check *run, int64_t which, int32_t stage, const char *found, const char *expected) {
    char found_text[128];
    snprintf(found_text, sizeof found_text, "review in stage %" PRId32 ": %s", stage, found);
    check_report(run->check, "review", which, found_text, expected);
}

/* The stage whose review was touched last. */
static void compare_latest(const review_check *run) {
    const replayed_review *last = NULL;
    if (run->label <= 0 || (size_t)run->label >= run->state->label_count || run->tied)
        return;
    for (size_t at = run->state->labels[run->label].reviews; at != 0; at = run->state->reviews[at - 1].next) {
        const replayed_review *one = &run->state->reviews[at - 1];
        if (one->found && (!last || one->touched > last->touched))
            last = one;
    }
    if (last && last->stage != run->latest_stage)
        report(run, run->label, run->latest_stage, "the last one",
               "an earlier one: the label was in another stage since");
}

static void see_entered(review_check *run, int64_t which, int32_t stage, int64_t entered) {
    if (which != run->label) {
        compare_latest(run);
        run->label = which;
        run->latest = INT64_MIN;
    }
    run->tied = entered == run->latest || (run->tied && entered < run->latest);
    if (entered > run->latest) {
        run->latest = entered;
        run->latest_stage = stage;
    }
}

static bool is_decided(int64_t as) {
    return as == REVIEW_APPROVED || as == REVIEW_REJECTED;
}

static void compare_one(const review_check *run, replayed_review *expected, int64_t as, int64_t reviewer) {
    char found[64], wanted[64];
    expected->found = true;
    if (as < REVIEW_NEW || as > REVIEW_REOPENED || (expected->states & 1u << as) == 0) {
        report(run, expected->label, expected->stage,
               as >= 0 && as <= REVIEW_REOPENED ? review_state_name((int32_t)as) : "a state that is none",
               "another state");
        return;
    }
    const int64_t who = is_decided(as) ? expected->reviewer : 0;
    if (reviewer != who && (!is_decided(as) || expected->reviewer_known)) {
        snprintf(found, sizeof found, "by user %" PRId64, reviewer);
        snprintf(wanted, sizeof wanted, "by user %" PRId64, who);
        report(run, expected->label, expected->stage, found, wanted);
    }
}

static annoproj_status check_rows(review_check *run, scope *in, annoproj_error **error) {
    static const char query[] = "SELECT r.label, r.stage, r.state, r.reviewer, r.entered, r.task FROM label_review r"
                                " WHERE r.task >= ? AND r.task < ? ORDER BY r.task, r.label";
    statement *find = sql(in->database, query);
    check_bind_project(find, run->check);
    while (sql_row(find)) {
        const int64_t which = column_int64(find, 0);
        const int32_t stage = (int32_t)NUMBER_OF(column_int64(find, 1));
        replayed_review *expected = replay_review_of(run->state, which, stage);
        see_entered(run, which, stage, column_int64(find, 4));
        if (expected && run->state->labels[which].task == NUMBER_OF(column_int64(find, 5)))
            compare_one(run, expected, column_int64(find, 2), column_int64(find, 3));
        else
            report(run, which, stage, "there is one", "none: the label was not reviewed there");
    }
    compare_latest(run);
    return sql_end(find, error);
}

/* While a label is in the stage where it was approved, it is as it was then: who writes it writes its review anew. */
static annoproj_status check_approved(review_check *run, scope *in, annoproj_error **error) {
    static const char query[] =
        "SELECT r.label, r.stage, r.content, l.class, l.ranges, l.geometry, l.answers, l.nodes FROM task t"
        " JOIN label_review r ON r.task = t.id AND r.stage = t.stage AND r.state = ?3"
        " JOIN stage s ON s.id = r.stage AND s.type = ?4 JOIN label l ON l.task = r.task AND l.number = r.label"
        " WHERE t.id >= ?1 AND t.id < ?2";
    statement *find = sql(in->database, query);
    check_bind_project(find, run->check);
    bind_int64(find, REVIEW_APPROVED);
    bind_int64(find, STAGE_REVIEW);
    while (sql_row(find)) {
        const label one = {.class = (int32_t)column_int64(find, 3),
                           .ranges = column_blob(find, 4),
                           .ranges_length = column_length(find, 4),
                           .geometry = column_blob(find, 5),
                           .geometry_length = column_length(find, 5),
                           .answers = column_blob(find, 6),
                           .answers_length = column_length(find, 6),
                           .nodes = column_blob(find, 7),
                           .nodes_length = column_length(find, 7)};
        if (label_fingerprint(&one) != column_int64(find, 2))
            report(run, column_int64(find, 0), (int32_t)NUMBER_OF(column_int64(find, 1)), "another content",
                   "the label as it was approved");
    }
    return sql_end(find, error);
}

annoproj_status check_reviews(scope *in, checking *check, annoproj_error **error) {
    replay *state = check->state;
    review_check run = {.check = check, .state = state};
    annoproj_status status = check_rows(&run, in, error);
    if (status == ANNOPROJ_OK)
        status = check_approved(&run, in, error);
    for (size_t i = 0; i < state->review_count && status == ANNOPROJ_OK; i++) {
        const replayed_review *one = &state->reviews[i];
        if (!one->found && !one->optional)
            report(&run, one->label, one->stage, "there is none", "one: the label was reviewed there");
    }
    return status;
}
