/* Whether consensus is sound: nobody has two branches of a task, and who made a task together is who had the branches used. */
#include <inttypes.h>
#include <stdio.h>

#include "check.h"

/* A branch is whose it is, or whose it was when it was submitted; a manager may submit another's. */
static annoproj_status check_one_each(scope *in, checking *check, annoproj_error **error) {
    static const char text[] =
        "SELECT max(id), user, min(id) FROM (SELECT t.id, t.parent, iif(t.assignee = ?3, (SELECT s.assignee"
        " FROM task_stay s WHERE s.task = t.id ORDER BY s.number DESC LIMIT 1), t.assignee) AS user FROM task t"
        " WHERE t.parent >= ?1 AND t.parent < ?2 AND t.parent <> 0 AND t.stage <> 0)"
        " WHERE user > 0 GROUP BY parent, user HAVING count(*) > 1";
    statement *find = sql(in->database, text);
    check_bind_project(find, check);
    bind_int64(find, NOT_QUEUED);
    while (sql_row(find)) {
        char found[96];
        snprintf(found, sizeof found, "user %" PRId64 " has this branch and %" PRId64, column_int64(find, 1),
                 column_int64(find, 2));
        check_report(check, "assignment", column_int64(find, 0), found, "one branch of a task for each user");
    }
    return sql_end(find, error);
}

static annoproj_status check_submitters(scope *in, checking *check, annoproj_error **error) {
    static const char text[] =
        "SELECT s.task, s.user FROM task_submitter s LEFT JOIN task t ON t.id = s.task WHERE s.task >= ?1 AND s.task < "
        "?2 AND (t.id IS NULL OR t.last_submitter = s.user OR NOT EXISTS(SELECT 1 FROM task b WHERE b.parent = s.task"
        " AND b.parent <> 0 AND b.stage = 0 AND b.last_submitter = s.user))";
    statement *find = sql(in->database, text);
    check_bind_project(find, check);
    while (sql_row(find)) {
        char found[64];
        snprintf(found, sizeof found, "user %" PRId64 " among its submitters", column_int64(find, 1));
        check_report(check, "task", column_int64(find, 0), found, "no branch of theirs went into it");
    }
    return sql_end(find, error);
}

/* Those beside the last submitter, as many as the events say. */
static annoproj_status count_submitters(scope *in, checking *check, const replay *state, annoproj_error **error) {
    static const char text[] = "SELECT (SELECT count(*) FROM task_submitter WHERE task = ?1), last_submitter <> 0"
                               " FROM task WHERE id = ?1";
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < state->task_count && status == ANNOPROJ_OK; i++) {
        if (state->tasks[i].submitters == 0)
            continue;
        const int64_t task = MAKE_ID(check->project, i);
        statement *find = sql(in->database, text);
        bind_int64(find, task);
        if (sql_row(find))
            check_compare(check, "task", task, "submitters beside the last", column_int64(find, 0),
                          state->tasks[i].submitters - column_int64(find, 1));
        status = sql_end(find, error);
    }
    return status;
}

annoproj_status check_consensus(scope *in, checking *check, annoproj_error **error) {
    annoproj_status status = check_one_each(in, check, error);
    if (status == ANNOPROJ_OK)
        status = check_submitters(in, check, error);
    return status == ANNOPROJ_OK ? count_submitters(in, check, check->state, error) : status;
}
