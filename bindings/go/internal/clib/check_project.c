/* Whether a project is sound: its log, and everything that must follow from it. */
#include <inttypes.h>
#include <stdio.h>

#include "check.h"
#include "event_log.h"
#include "failure.h"

void check_report(checking *check, const char *subject, int64_t id, const char *found, const char *expected) {
    if (check->project != 0)
        rows_int64(check->found, check->project);
    else
        rows_null(check->found);
    rows_text(check->found, subject);
    if (id != 0)
        rows_int64(check->found, id);
    else
        rows_null(check->found);
    rows_text(check->found, found);
    rows_text(check->found, expected);
}

/* "assignee 7" against "assignee 0". */
void check_compare(checking *check, const char *subject, int64_t id, const char *what, int64_t found,
                   int64_t expected) {
    char found_text[96], expected_text[96];
    if (found == expected)
        return;
    snprintf(found_text, sizeof found_text, "%s %" PRId64, what, found);
    snprintf(expected_text, sizeof expected_text, "%s %" PRId64, what, expected);
    check_report(check, subject, id, found_text, expected_text);
}

int64_t check_number(const checking *check, int64_t id) {
    return PROJECT_OF(id) == check->project && NUMBER_OF(id) != 0 ? NUMBER_OF(id) : id;
}

static void report_pair(checking *check, const kept_pairs *of, const replayed_pair *one, bool on) {
    char with[64], without[64];
    snprintf(with, sizeof with, "%s %" PRId64, of->what, one->other);
    snprintf(without, sizeof without, "no %s %" PRId64, of->what, one->other);
    check_report(check, of->subject, MAKE_ID(check->project, one->of), on ? with : without, on ? without : with);
}

static bool pair_before(const replayed_pair *a, const replayed_pair *b) {
    return a->of < b->of || (a->of == b->of && a->other < b->other);
}

annoproj_status check_pairs(scope *in, checking *check, const kept_pairs *of, const replayed_pairs *expected,
                            annoproj_error **error) {
    const replayed_pair *next = expected->pairs, *end = next + expected->count;
    statement *find = sql(in->database, of->text);
    check_bind_project(find, check);
    while (sql_row(find)) {
        const replayed_pair found = {.of = NUMBER_OF(column_int64(find, 0)), .other = column_int64(find, 1)};
        for (; next < end && pair_before(next, &found); next++)
            report_pair(check, of, next, false);
        if (next == end || pair_before(&found, next)) {
            report_pair(check, of, &found, true);
            continue;
        }
        if (!column_is_null(find, 2))
            check_compare(check, of->subject, column_int64(find, 0), "event that made it", column_int64(find, 2),
                          next->seq);
        next++;
    }
    annoproj_status status = sql_end(find, error);
    for (; status == ANNOPROJ_OK && next < end; next++)
        report_pair(check, of, next, false);
    return status;
}

void check_bind_project(statement *find, const checking *check) {
    bind_int64(find, MAKE_ID(check->project, 0));
    bind_int64(find, MAKE_ID(check->project + 1, 0));
}

static void log_line(void *data, const char *subject, int64_t id, const char *found, const char *expected) {
    check_report(data, subject, id, found, expected);
}

/* Of a project that is being purged there is what there is. */
static annoproj_status is_being_purged(scope *in, int64_t project, bool *purging, annoproj_error **error) {
    static const char text[] = "SELECT purging FROM project WHERE id = ?";
    statement *find = sql(in->database, text);
    bind_int64(find, project);
    *purging = sql_row(find) && column_int64(find, 0) != 0;
    return sql_end(find, error);
}

static annoproj_status replay_and_watch(scope *in, checking *check, replay *state, annoproj_error **error) {
    event_checks *checks = NULL;
    annoproj_status status = check_events_begin(in, check, &checks, error);
    const replay_watcher watcher = {check_events_see, checks};
    if (status == ANNOPROJ_OK)
        status = replay_project(in, check->project, &watcher, state, error);
    return check_events_end(checks, status, error);
}

typedef annoproj_status (*check_part)(scope *in, checking *check, annoproj_error **error);

/* In the order in which differences are told. */
static const check_part of_store[] = {check_store_facts, check_time, check_ontologies, NULL};
static const check_part of_projects[] = {check_project_facts, check_workflow,  check_places,   check_task_facts,
                                         check_queue,         check_consensus, check_labels,   check_hashes,
                                         check_reviews,       check_members,   check_versions, NULL};

annoproj_status check_project(scope *in, checking *check, annoproj_error **error) {
    replay state = {0};
    bool purging = false;
    annoproj_status status = is_being_purged(in, check->project, &purging, error);
    if (status != ANNOPROJ_OK || purging)
        return status;
    status = event_check(in->database, check->project, log_line, check, in->bounds, error);
    if (status != ANNOPROJ_OK || check->quick)
        return status;
    status = replay_and_watch(in, check, &state, error);
    if (status == ANNOPROJ_CORRUPT) { /* the log's own check has said what is wrong with it */
        drop_error(error);
        return ANNOPROJ_OK;
    }
    check->state = &state;
    for (const check_part *part = check->project == 0 ? of_store : of_projects; *part && status == ANNOPROJ_OK; part++)
        status = (*part)(in, check, error);
    check->state = NULL;
    replay_release(&state);
    return status;
}
