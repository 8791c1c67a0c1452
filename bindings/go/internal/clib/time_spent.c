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

/* A task's time in a stage; one that has not ended is left at INT64_MAX. */
typedef struct stay {
    int64_t stage, entered_us, left_us;
} stay;

/* The stay of a submitted branch ended with its submit. */
static bool has_left(const task_facts *task) {
    return task->parent != 0 && task->assignee == NOT_QUEUED;
}

/* The stay at `at`; stage 0 when the task was in none yet (left = when it came). */
static annoproj_status stay_at(command *cmd, const task_facts *task, int64_t at, stay *out, annoproj_error **error) {
    static const char text[] = "SELECT stage, entered_us, left_us FROM task_stay WHERE task = ? ORDER BY number DESC";
    *out = has_left(task) ? (stay){0, INT64_MAX, INT64_MAX} : (stay){task->stage.id, task->entered_us, INT64_MAX};
    statement *find = sql(cmd->scope.database, text);
    bind_int64(find, task->id);
    while (at < out->entered_us && sql_row(find))
        *out = (stay){column_int64(find, 0), column_int64(find, 1), column_int64(find, 2)};
    annoproj_status status = sql_end(find, error);
    if (at < out->entered_us)
        *out = (stay){.left_us = out->entered_us};
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
    /* Two ranges: SQLite would go through everything the user reported for an OR. */
    static const char find_text[] =
        "SELECT min(from_us), max(until_us) FROM"
        " (SELECT from_us, until_us FROM time_covered WHERE user = ?1 AND from_us >= ?2 AND from_us <= ?3"
        " UNION ALL SELECT from_us, until_us FROM (SELECT from_us, until_us FROM time_covered"
        " WHERE user = ?1 AND from_us < ?2 ORDER BY from_us DESC LIMIT 1) WHERE until_us >= ?2)";
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
    int64_t end = start_us + duration_us;
    stay in;
    annoproj_status status = stay_at(cmd, task, start_us, &in, error);
    if (status == ANNOPROJ_OK && in.stage == 0 && in.left_us < end) { /* it began before the task was there */
        start_us = in.left_us;
        status = stay_at(cmd, task, start_us, &in, error);
    }
    if (status != ANNOPROJ_OK || in.stage == 0)
        return status;
    if (in.left_us < end)
        end = in.left_us;
    while (status == ANNOPROJ_OK && start_us < end) {
        span free_span;
        status = first_uncovered(cmd, start_us, end, &free_span, error);
        if (status != ANNOPROJ_OK || free_span.from_us >= end)
            break;
        start_us = free_span.until_us;
        status = cover(cmd, free_span, error);
        if (status == ANNOPROJ_OK) {
            record_pieces(cmd, task, in.stage, free_span);
            *recorded_us += free_span.until_us - free_span.from_us;
        }
    }
    return status;
}

/* When the task left the stay it entered then; INT64_MAX while it is in it. */
static annoproj_status left_at(command *cmd, const task_facts *task, int64_t entered_us, int64_t *left,
                               annoproj_error **error) {
    static const char text[] = "SELECT max(left_us) FROM task_stay WHERE task = ? AND entered_us = ?";
    *left = INT64_MAX;
    if (entered_us == task->entered_us && !has_left(task))
        return ANNOPROJ_OK;
    statement *find = sql(cmd->scope.database, text);
    bind_int64(find, task->id);
    bind_int64(find, entered_us);
    if (sql_row(find))
        *left = column_int64(find, 0);
    return sql_end(find, error);
}

/* What follows a beat counts in the stay of that beat: of the next one only the first idle limit, and nothing after the
 * task went on. */
annoproj_status time_heartbeat(command *cmd, const task_facts *task, int64_t at_us, int64_t *start_us,
                               int64_t *duration_us, annoproj_error **error) {
    static const char find_text[] = "SELECT at_us, entered_us FROM heartbeat WHERE user = ? AND task = ?";
    static const char put_text[] = "INSERT OR REPLACE INTO heartbeat(user, task, at_us, entered_us) VALUES(?, ?, ?, ?)";
    int64_t entered = task->entered_us, left = 0, end = at_us;
    stay now;
    *start_us = at_us;
    *duration_us = 0;
    statement *find = sql(cmd->scope.database, find_text);
    bind_int64(find, cmd->scope.user);
    bind_int64(find, task->id);
    if (sql_row(find)) {
        *start_us = column_int64(find, 0);
        entered = column_int64(find, 1);
    }
    annoproj_status status = sql_end(find, error);
    if (status != ANNOPROJ_OK || at_us < *start_us)
        return status; /* a late one adds nothing and moves nothing */
    status = left_at(cmd, task, entered, &left, error);
    end = end - *start_us > cmd->scope.project.idle_limit_us ? *start_us + cmd->scope.project.idle_limit_us : end;
    end = end > left ? left : end;
    *duration_us = end > *start_us ? end - *start_us : 0;
    if (status == ANNOPROJ_OK)
        status = stay_at(cmd, task, at_us, &now, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *put = sql(cmd->scope.database, put_text);
    bind_int64(put, cmd->scope.user);
    bind_int64(put, task->id);
    bind_int64(put, at_us);
    bind_int64(put, now.stage != 0 ? now.entered_us : now.left_us); /* before it was there: its first stay */
    return sql_run(put, error);
}
