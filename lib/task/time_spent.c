/* Time spent: what is new of a reported activity (behaviour §11).
 *
 * A report is clipped when it is written: what the user's earlier reports cover is cut out, then what lies outside the
 * task's stay in the stage where the activity began; the rest is recorded in pieces that end at midnight UTC. */
#include "failure.h"
#include "task.h"

#define DAY_US INT64_C(86400000000)

typedef struct span {
    int64_t from_us, until_us;
} span;

/* The stage the task was in at `at`, and when it left it; stage 0 when it was in none yet (until = when it came). */
static annoproj_status stay_at(command *cmd, const task_facts *task, int64_t at, int64_t *stage, int64_t *until,
                               annoproj_error **error) {
    static const char text[] = "SELECT stage, entered_us, left_us FROM task_stay WHERE task = ? ORDER BY number DESC";
    int64_t entered = task->entered_us;
    *stage = task->stage.id;
    *until = INT64_MAX;
    statement *find = sql(cmd->scope.database, text);
    bind_int64(find, task->id);
    while (at < entered && sql_row(find)) {
        *stage = column_int64(find, 0);
        entered = column_int64(find, 1);
        *until = column_int64(find, 2);
    }
    annoproj_status status = sql_end(find, error);
    if (at < entered) {
        *stage = 0;
        *until = entered;
    }
    return status;
}

/* The first part of [from, until) that is not covered yet; empty when all is. */
static annoproj_status first_uncovered(command *cmd, int64_t from, int64_t until, span *out, annoproj_error **error) {
    static const char before_text[] =
        "SELECT until_us FROM time_covered WHERE user = ? AND from_us <= ? ORDER BY from_us DESC LIMIT 1";
    static const char next_text[] =
        "SELECT from_us FROM time_covered WHERE user = ? AND from_us > ? ORDER BY from_us LIMIT 1";
    annoproj_status status;
    statement *find = sql(cmd->scope.database, before_text);
    bind_int64(find, cmd->scope.user);
    bind_int64(find, from);
    if (sql_row(find) && column_int64(find, 0) > from)
        from = column_int64(find, 0);
    status = sql_end(find, error);
    if (status != ANNOPROJ_OK)
        return status;
    find = sql(cmd->scope.database, next_text);
    bind_int64(find, cmd->scope.user);
    bind_int64(find, from);
    if (sql_row(find) && column_int64(find, 0) < until)
        until = column_int64(find, 0);
    *out = (span){from, until > from ? until : from};
    return sql_end(find, error);
}

/* Adds a span to what is covered, joined with the neighbours it touches. */
static annoproj_status cover(command *cmd, span new_span, annoproj_error **error) {
    static const char find_text[] =
        "SELECT min(from_us), max(until_us) FROM time_covered"
        " WHERE user = ?1 AND ((from_us >= ?2 AND from_us <= ?3) OR from_us ="
        " (SELECT max(from_us) FROM time_covered WHERE user = ?1 AND from_us < ?2)) AND until_us >= ?2";
    static const char delete_text[] = "DELETE FROM time_covered WHERE user = ? AND from_us >= ? AND from_us <= ?";
    static const char insert_text[] = "INSERT INTO time_covered(user, from_us, until_us) VALUES(?, ?, ?)";
    span joined = new_span;
    statement *find = sql(cmd->scope.database, find_text);
    bind_int64(find, cmd->scope.user);
    bind_int64(find, new_span.from_us);
    bind_int64(find, new_span.until_us);
    if (sql_row(find) && !column_is_null(find, 0)) {
        if (column_int64(find, 0) < joined.from_us)
            joined.from_us = column_int64(find, 0);
        if (column_int64(find, 1) > joined.until_us)
            joined.until_us = column_int64(find, 1);
    }
    annoproj_status status = sql_end(find, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *delete = sql(cmd->scope.database, delete_text);
    bind_int64(delete, cmd->scope.user);
    bind_int64(delete, joined.from_us);
    bind_int64(delete, joined.until_us);
    status = sql_run(delete, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *insert = sql(cmd->scope.database, insert_text);
    bind_int64(insert, cmd->scope.user);
    bind_int64(insert, joined.from_us);
    bind_int64(insert, joined.until_us);
    return sql_run(insert, error);
}

/* Events for one uncovered span: one for each UTC day it touches. */
static void record_pieces(command *cmd, const task_facts *task, int64_t stage, span whole) {
    while (whole.from_us < whole.until_us) {
        int64_t midnight = (whole.from_us / DAY_US + 1) * DAY_US;
        int64_t end = midnight < whole.until_us ? midnight : whole.until_us;
        command_event(cmd, &(event){.kind = EVENT_TIME_SPENT,
                                    .task = NUMBER_OF(task->id),
                                    .stage = (int32_t)NUMBER_OF(stage),
                                    .time_us = whole.from_us,
                                    .duration_us = end - whole.from_us});
        whole.from_us = end;
    }
}

annoproj_status time_record(command *cmd, const task_facts *task, int64_t start_us, int64_t duration_us,
                            int64_t *recorded_us, annoproj_error **error) {
    int64_t stage = 0, left = 0, end = start_us + duration_us;
    annoproj_status status = stay_at(cmd, task, start_us, &stage, &left, error);
    if (status == ANNOPROJ_OK && stage == 0 && left < end) { /* it began before the task was there */
        start_us = left;
        status = stay_at(cmd, task, start_us, &stage, &left, error);
    }
    if (status != ANNOPROJ_OK || stage == 0)
        return status;
    if (left < end)
        end = left;
    while (status == ANNOPROJ_OK && start_us < end) {
        span free_span;
        status = first_uncovered(cmd, start_us, end, &free_span, error);
        if (status != ANNOPROJ_OK || free_span.from_us >= end)
            break;
        start_us = free_span.until_us;
        status = cover(cmd, free_span, error);
        if (status == ANNOPROJ_OK) {
            record_pieces(cmd, task, stage, free_span);
            *recorded_us += free_span.until_us - free_span.from_us;
        }
    }
    return status;
}

annoproj_status time_heartbeat(command *cmd, const task_facts *task, int64_t at_us, int64_t *start_us,
                               int64_t *duration_us, annoproj_error **error) {
    static const char find_text[] =
        "SELECT at_us FROM heartbeat WHERE user = ? AND task = ? AND stage = ? AND entered_us = ?";
    static const char put_text[] =
        "INSERT OR REPLACE INTO heartbeat(user, task, at_us, stage, entered_us) VALUES(?, ?, ?, ?, ?)";
    int64_t previous = at_us, limit = cmd->scope.project.idle_limit_us;
    statement *find = sql(cmd->scope.database, find_text);
    bind_int64(find, cmd->scope.user);
    bind_int64(find, task->id);
    bind_int64(find, task->stage.id);
    bind_int64(find, task->entered_us);
    if (sql_row(find))
        previous = column_int64(find, 0);
    annoproj_status status = sql_end(find, error);
    *start_us = previous;
    *duration_us = at_us > previous ? at_us - previous : 0;
    if (*duration_us > limit)
        *duration_us = limit;
    if (status != ANNOPROJ_OK || at_us < previous)
        return status; /* a late one adds nothing and moves nothing */
    statement *put = sql(cmd->scope.database, put_text);
    bind_int64(put, cmd->scope.user);
    bind_int64(put, task->id);
    bind_int64(put, at_us);
    bind_int64(put, task->stage.id);
    bind_int64(put, task->entered_us);
    return sql_run(put, error);
}
