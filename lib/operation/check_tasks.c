/* Whether what tasks and issues carry follows from the events: status, times, last actions, stays, who worked on them, counts. */
#include <inttypes.h>
#include <stdio.h>

#include "check.h"
#include "task.h"
#include "workflow.h"

/* --- tasks -------------------------------------------------------------------------------------------------------- */

/* What nobody is the assignee of has nobody who assigned it; but a branch that was closed while somebody had it keeps that. */
static void check_assignment(checking *check, statement *find, const replayed_task *expected) {
    const int64_t id = column_int64(find, 0);
    check_compare(check, "assignment", id, "assigned by", column_int64(find, 14), expected->assigned_by);
    check_compare(check, "task", id, "submitted by event", column_int64(find, 15), expected->submitted);
    check_compare(check, "task", id, "version of its labels", column_int64(find, 16), expected->version);
}

static void check_one_task(checking *check, statement *find, const replayed_task *expected) {
    const int64_t id = column_int64(find, 0);
    const bool done = column_int64(find, 3) == STAGE_DONE;
    check_compare(check, "task", id, "data unit", column_int64(find, 17), expected->data_unit);
    check_compare(check, "task", id, "open issues", column_int64(find, 4), expected->open_issues);
    check_compare(check, "task", id, "resolved issues", column_int64(find, 5), expected->resolved_issues);
    check_compare(check, "task", id, "removed from stage", check_number(check, column_int64(find, 6)),
                  expected->removed_stage);
    check_compare(check, "task", id, "status", column_int64(find, 1),
                  done ? ANNOPROJ_TASK_COMPLETED : expected->status);
    check_compare(check, "task", id, "entered", column_int64(find, 2), expected->entered_us);
    check_compare(check, "task", id, "released", column_int64(find, 7), expected->released);
    check_compare(check, "task", id, "returned", column_int64(find, 8), expected->returned);
    if (!expected->merged)
        check_compare(check, "task", id, "last submitter", column_int64(find, 9), expected->last_submitter);
    check_compare(check, "task", id, "last action by", column_int64(find, 10), expected->action_user);
    check_compare(check, "task", id, "last action in stage", check_number(check, column_int64(find, 11)),
                  expected->action_stage);
    check_compare(check, "task", id, "last action at", column_int64(find, 12), expected->action_us);
    if (!expected->priority_set)
        check_compare(check, "task", id, "priority", column_int64(find, 13), TASK_DEFAULT_PRIORITY);
    check_assignment(check, find, expected);
}

static annoproj_status check_columns(scope *in, checking *check, const replay *state, annoproj_error **error) {
    static const char query[] =
        "SELECT t.id, t.status, t.entered_us, s.type, t.open_issues, t.resolved_issues, t.removed_stage, t.released,"
        " t.returned, t.last_submitter, t.last_action_user, t.last_action_stage, t.last_action_us, t.priority,"
        " t.assigned_by, t.submitted, t.version, t.data_unit"
        " FROM task t LEFT JOIN stage s ON s.id = t.stage + t.removed_stage WHERE t.id >= ? AND t.id < ?";
    statement *find = sql(in->database, query);
    check_bind_project(find, check);
    while (sql_row(find)) {
        const int64_t number = NUMBER_OF(column_int64(find, 0));
        if ((size_t)number < state->task_count && state->tasks[number].created)
            check_one_task(check, find, &state->tasks[number]);
    }
    return sql_end(find, error);
}

/* --- stays -------------------------------------------------------------------------------------------------------- */

static void compare_stays(checking *check, const replay *state, int64_t task, int64_t stays, uint64_t print) {
    const replayed_task *expected = (size_t)NUMBER_OF(task) < state->task_count ? &state->tasks[NUMBER_OF(task)] : NULL;
    if (task == 0 || expected == NULL)
        return;
    check_compare(check, "task", task, "stays in former stages", stays, expected->stays);
    if (stays == expected->stays && print != expected->stays_print)
        check_report(check, "task", task, "a stay in a former stage that differs", "the stay that its events tell");
}

static annoproj_status check_stays(scope *in, checking *check, const replay *state, annoproj_error **error) {
    static const char query[] =
        "SELECT t.id, s.number, s.stage, s.entered_us, s.left_us, s.actor, s.assignee FROM task t"
        " LEFT JOIN task_stay s ON s.task = t.id WHERE t.id >= ? AND t.id < ?"
        " ORDER BY t.id, s.number";
    int64_t task = 0, stays = 0;
    uint64_t print = 0;
    statement *find = sql(in->database, query);
    check_bind_project(find, check);
    while (sql_row(find)) {
        if (column_int64(find, 0) != task) {
            compare_stays(check, state, task, stays, print);
            task = column_int64(find, 0);
            stays = 0;
            print = 0;
        }
        if (column_is_null(find, 1))
            continue;
        stays++;
        check_compare(check, "task", task, "number of a stay", column_int64(find, 1), stays);
        print = replay_stay(print, check_number(check, column_int64(find, 2)), column_int64(find, 3),
                            column_int64(find, 4), column_int64(find, 5), column_int64(find, 6));
    }
    compare_stays(check, state, task, stays, print);
    return sql_end(find, error);
}

/* --- who submitted it --------------------------------------------------------------------------------------------- */

static void report_worker(checking *check, const replayed_worker *one, bool found) {
    char with[96], without[96];
    snprintf(with, sizeof with, "user %" PRId64 " submitted it in stage %" PRId64, one->user, one->stage);
    snprintf(without, sizeof without, "user %" PRId64 " did not submit it in stage %" PRId64, one->user, one->stage);
    check_report(check, "task", MAKE_ID(check->project, one->task), found ? with : without, found ? without : with);
}

/* Both in order of task, stage and user. */
static annoproj_status check_workers(scope *in, checking *check, const replay *state, annoproj_error **error) {
    static const char query[] = "SELECT task, stage, user FROM task_worker WHERE task >= ? AND task < ?"
                                " ORDER BY task, stage, user";
    size_t next = 0;
    statement *find = sql(in->database, query);
    check_bind_project(find, check);
    while (sql_row(find)) {
        const replayed_worker found = {.task = NUMBER_OF(column_int64(find, 0)),
                                       .stage = check_number(check, column_int64(find, 1)),
                                       .user = column_int64(find, 2)};
        for (; next < state->worker_count && replay_compare_workers(&state->workers[next], &found) < 0; next++)
            report_worker(check, &state->workers[next], false);
        if (next < state->worker_count && replay_compare_workers(&state->workers[next], &found) == 0)
            next++;
        else
            report_worker(check, &found, true);
    }
    for (; next < state->worker_count; next++)
        report_worker(check, &state->workers[next], false);
    return sql_end(find, error);
}

/* --- issues ------------------------------------------------------------------------------------------------------- */

static void report_no_issue(checking *check, int64_t number) {
    check_report(check, "issue", MAKE_ID(check->project, number), "no such issue", "an issue");
}

static annoproj_status check_issues(scope *in, checking *check, const replay *state, annoproj_error **error) {
    static const char query[] = "SELECT id, resolved, task, class, creator, created_us, comments FROM issue"
                                " WHERE id >= ? AND id < ? ORDER BY id";
    int64_t next = 1;
    statement *find = sql(in->database, query);
    check_bind_project(find, check);
    while (sql_row(find)) {
        const int64_t id = column_int64(find, 0), number = NUMBER_OF(id);
        const replayed_issue *expected = (size_t)number < state->issue_count ? &state->issues[number] : NULL;
        for (; next < number && (size_t)next < state->issue_count; next++)
            if (state->issues[next].created)
                report_no_issue(check, next);
        next = number + 1;
        if (expected == NULL || !expected->created) {
            check_report(check, "issue", id, "an issue", "no event made it");
            continue;
        }
        check_compare(check, "issue", id, "resolved", column_int64(find, 1), !expected->open);
        check_compare(check, "issue", id, "task", check_number(check, column_int64(find, 2)), expected->task);
        check_compare(check, "issue", id, "class", column_int64(find, 3), expected->class);
        check_compare(check, "issue", id, "creator", column_int64(find, 4), expected->creator);
        check_compare(check, "issue", id, "created", column_int64(find, 5), expected->created_us);
        check_compare(check, "issue", id, "comments", column_int64(find, 6), expected->comments);
    }
    for (; (size_t)next < state->issue_count; next++)
        if (state->issues[next].created)
            report_no_issue(check, next);
    return sql_end(find, error);
}

/* What an issue has several of, in order: number, whether it was resolved with it, who, when. */
typedef struct issue_entries {
    const char *amount, *number, *differs, *text;
    bool changes; /* else comments */
} issue_entries;

static void compare_entries(checking *check, const issue_entries *of, int64_t issue, int64_t count, uint64_t print) {
    const replay *state = check->state;
    if ((size_t)NUMBER_OF(issue) >= state->issue_count || !state->issues[NUMBER_OF(issue)].created)
        return;
    const replayed_issue *expected = &state->issues[NUMBER_OF(issue)];
    const int64_t amount = of->changes ? expected->changes : expected->comments;
    check_compare(check, "issue", issue, of->amount, count, amount);
    if (count == amount && print != (of->changes ? expected->changes_print : expected->comments_print))
        check_report(check, "issue", issue, of->differs, "what its events tell");
}

static annoproj_status check_entries(scope *in, checking *check, const issue_entries *of, annoproj_error **error) {
    int64_t issue = 0, count = 0;
    uint64_t print = 0;
    statement *find = sql(in->database, of->text);
    check_bind_project(find, check);
    while (sql_row(find)) {
        if (column_int64(find, 0) != issue) {
            if (issue != 0)
                compare_entries(check, of, issue, count, print);
            issue = column_int64(find, 0);
            count = 0;
            print = 0;
        }
        if (column_is_null(find, 1))
            continue;
        count++;
        check_compare(check, "issue", issue, of->number, column_int64(find, 1), count);
        print = replay_issue(print, column_int64(find, 2), column_int64(find, 3), column_int64(find, 4));
    }
    if (issue != 0)
        compare_entries(check, of, issue, count, print);
    return sql_end(find, error);
}

static annoproj_status check_issue_entries(scope *in, checking *check, annoproj_error **error) {
    static const issue_entries history = {
        "entries of its history", "number in its history", "a history that differs",
        "SELECT i.id, h.number, h.resolved, h.actor, h.at_us FROM issue i LEFT JOIN issue_history h ON h.issue = i.id"
        " WHERE i.id >= ? AND i.id < ? ORDER BY i.id, h.number",
        true};
    static const issue_entries comments = {
        "comments kept", "number of a comment", "a comment by another or of another time",
        "SELECT i.id, c.number, 0, c.author, c.created_us FROM issue i LEFT JOIN issue_comment c ON c.issue = i.id"
        " WHERE i.id >= ? AND i.id < ? ORDER BY i.id, c.number",
        false};
    annoproj_status status = check_entries(in, check, &history, error);
    return status == ANNOPROJ_OK ? check_entries(in, check, &comments, error) : status;
}

static const kept_pairs tags = {
    "issue", "tag", "SELECT issue, tag, NULL FROM issue_tag WHERE issue >= ? AND issue < ? ORDER BY issue, tag"};

annoproj_status check_task_facts(scope *in, checking *check, annoproj_error **error) {
    const replay *state = check->state;
    annoproj_status status = check_columns(in, check, state, error);
    if (status == ANNOPROJ_OK)
        status = check_stays(in, check, state, error);
    if (status == ANNOPROJ_OK)
        status = check_workers(in, check, state, error);
    if (status == ANNOPROJ_OK)
        status = check_issues(in, check, state, error);
    if (status == ANNOPROJ_OK)
        status = check_issue_entries(in, check, error);
    return status == ANNOPROJ_OK ? check_pairs(in, check, &tags, &state->tags, error) : status;
}
