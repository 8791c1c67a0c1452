/* Whether what the queue keeps beside the tasks is true: skips, clocks of assignments, and stretches that starts hop over. */
#include <inttypes.h>
#include <stdio.h>

#include "check.h"
#include "task.h"

/* Skips of tasks that are in another stage or were not skipped. */
static annoproj_status check_skips(scope *in, checking *check, annoproj_error **error) {
    static const char text[] = "SELECT s.task, s.user FROM task_skip s LEFT JOIN task t ON t.id = s.task"
                               " WHERE s.task >= ? AND s.task < ?"
                               " AND (t.id IS NULL OR t.status <> ? OR s.stage <> t.stage)";
    statement *find = sql(in->database, text);
    check_bind_project(find, check);
    bind_int64(find, ANNOPROJ_TASK_SKIPPED);
    while (sql_row(find)) {
        char skip[64];
        snprintf(skip, sizeof skip, "a skip of user %" PRId64, column_int64(find, 1));
        check_report(check, "queue", column_int64(find, 0), skip, "no skip: the task is not skipped in that stage");
    }
    return sql_end(find, error);
}

static annoproj_status check_passed_task(scope *in, checking *check, int64_t task, int64_t user,
                                         annoproj_error **error) {
    task_facts facts;
    bool offers = false;
    char passed[96];
    annoproj_status status = access_task_facts(in, task, &facts, error);
    if (status == ANNOPROJ_OK)
        status = queue_offers(in, &facts, user, &offers, error);
    snprintf(passed, sizeof passed, "passed over for user %" PRId64, user);
    if (offers)
        check_report(check, "queue", task, passed, "offered");
    return status;
}

/* Tasks in a stretch that start would have to offer. */
static annoproj_status check_stretches(scope *in, checking *check, annoproj_error **error) {
    static const char text[] =
        "SELECT t.id, p.user FROM queue_passed p JOIN task t INDEXED BY task_queue ON t.stage = p.stage"
        " AND t.assignee = p.assignee AND t.priority = p.priority AND t.entered_us BETWEEN p.from_us AND p.until_us"
        " AND (t.entered_us > p.from_us OR t.id >= p.from_task)"
        " AND (t.entered_us < p.until_us OR t.id <= p.until_task) WHERE p.stage >= ? AND p.stage < ?";
    annoproj_status status = ANNOPROJ_OK;
    int64_t project = in->project.id;
    statement *find = sql(in->database, text);
    check_bind_project(find, check);
    in->project.id = check->project; /* facts are asked of one's own project only */
    while (status == ANNOPROJ_OK && sql_row(find)) {
        status = check_passed_task(in, check, column_int64(find, 0), column_int64(find, 1), error);
        if (status == ANNOPROJ_OK)
            status = bounds_check(in->bounds, error);
    }
    in->project.id = project;
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

/* The clock of an assignment runs where its stage has a time for it, and only of those that users took themselves. */
static annoproj_status check_clocks(scope *in, checking *check, annoproj_error **error) {
    static const char text[] =
        "SELECT t.id, t.worked_us IS NOT NULL FROM task t JOIN stage g ON g.id = t.stage WHERE t.id >= ? AND t.id < ?"
        " AND t.status <> ? AND (t.worked_us IS NULL) = (t.assigned_by = ? AND g.assignment_ttl_us > 0)";
    statement *find = sql(in->database, text);
    check_bind_project(find, check);
    bind_int64(find, ANNOPROJ_TASK_COMPLETED);
    bind_int64(find, ASSIGNED_SELF);
    while (sql_row(find)) {
        int64_t runs = column_int64(find, 1);
        check_compare(check, "assignment", column_int64(find, 0), "runs out", runs, !runs);
    }
    return sql_end(find, error);
}

static const kept_pairs skips = {
    "queue", "skip of user",
    "SELECT task, user, skipped FROM task_skip WHERE task >= ? AND task < ? ORDER BY task, user"};

annoproj_status check_queue(scope *in, checking *check, annoproj_error **error) {
    annoproj_status status = check_skips(in, check, error);
    if (status == ANNOPROJ_OK)
        status = check_pairs(in, check, &skips, &check->state->skips, error);
    if (status == ANNOPROJ_OK)
        status = check_clocks(in, check, error);
    return status == ANNOPROJ_OK ? check_stretches(in, check, error) : status;
}
