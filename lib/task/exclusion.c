/* Interned exclusion sets. */
#include "exclusion.h"

#include <string.h>

#include "failure.h"

typedef struct member {
    int64_t user;
    int32_t reasons;
} member;

typedef struct member_set {
    member *members; /* by user; in the arena */
    size_t count, capacity;
} member_set;

static annoproj_status set_reasons(arena *memory, member_set *set, int64_t user, int32_t reasons,
                                   annoproj_error **error) {
    size_t at = 0;
    while (at < set->count && set->members[at].user < user)
        at++;
    bool found = at < set->count && set->members[at].user == user;
    if (found && reasons != 0) {
        set->members[at].reasons = reasons;
    } else if (found) {
        memmove(set->members + at, set->members + at + 1, (set->count - at - 1) * sizeof *set->members);
        set->count--;
    } else if (reasons != 0) {
        if (set->count == set->capacity) {
            size_t capacity = set->capacity * 2 + 4;
            member *members = arena_array(memory, capacity, sizeof *members);
            if (!members)
                return fail_memory(error);
            if (set->count > 0)
                memcpy(members, set->members, set->count * sizeof *members);
            set->members = members;
            set->capacity = capacity;
        }
        memmove(set->members + at + 1, set->members + at, (set->count - at) * sizeof *set->members);
        set->members[at] = (member){.user = user, .reasons = reasons};
        set->count++;
    }
    return ANNOPROJ_OK;
}

static annoproj_status load_set(scope *in, int64_t exclusion, member_set *set, annoproj_error **error) {
    static const char text[] = "SELECT user, reason FROM exclusion_member WHERE exclusion = ? ORDER BY user";
    annoproj_status status = ANNOPROJ_OK;
    if (exclusion == 0)
        return ANNOPROJ_OK;
    statement *find = sql(in->database, text);
    bind_int64(find, exclusion);
    while (status == ANNOPROJ_OK && sql_row(find))
        status = set_reasons(in->memory, set, column_int64(find, 0), (int32_t)column_int64(find, 1), error);
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

/* The number of a set; the empty one is 0. */
static annoproj_status intern_set(command *cmd, const member_set *set, int64_t *out, annoproj_error **error) {
    static const char find_text[] = "SELECT id FROM exclusion WHERE members = ?";
    static const char insert_text[] = "INSERT INTO exclusion(members) VALUES(?)";
    static const char member_text[] = "INSERT INTO exclusion_member(exclusion, user, reason) VALUES(?, ?, ?)";
    database *db = cmd->scope.database;
    bytes key = {0};
    annoproj_status status = ANNOPROJ_OK;
    *out = 0;
    if (set->count == 0)
        return ANNOPROJ_OK;
    for (size_t i = 0; i < set->count; i++) {
        bytes_varint(&key, (uint64_t)set->members[i].user);
        bytes_varint(&key, (uint64_t)set->members[i].reasons);
    }
    if (key.failed) {
        status = fail_memory(error);
        goto done;
    }
    statement *find = sql(db, find_text);
    bind_blob(find, key.data, key.length);
    if (sql_row(find))
        *out = column_int64(find, 0);
    status = sql_end(find, error);
    if (status != ANNOPROJ_OK || *out != 0)
        goto done;

    statement *insert = sql(db, insert_text);
    bind_blob(insert, key.data, key.length);
    status = sql_run(insert, error);
    if (status != ANNOPROJ_OK)
        goto done;
    *out = last_insert_id(db);
    for (size_t i = 0; i < set->count && status == ANNOPROJ_OK; i++) {
        statement *add = sql(db, member_text);
        bind_int64(add, *out);
        bind_int64(add, set->members[i].user);
        bind_int64(add, set->members[i].reasons);
        status = sql_run(add, error);
    }
done:
    bytes_release(&key);
    return status;
}

annoproj_status exclusion_reasons(scope *in, int64_t exclusion, int64_t user, int32_t *reasons,
                                  annoproj_error **error) {
    static const char text[] = "SELECT reason FROM exclusion_member WHERE exclusion = ? AND user = ?";
    *reasons = 0;
    if (exclusion == 0)
        return ANNOPROJ_OK;
    statement *find = sql(in->database, text);
    bind_int64(find, exclusion);
    bind_int64(find, user);
    if (sql_row(find))
        *reasons = (int32_t)column_int64(find, 0);
    return sql_end(find, error);
}

annoproj_status exclusion_change(command *cmd, int64_t exclusion, int64_t user, int32_t reasons, int64_t *out,
                                 annoproj_error **error) {
    member_set set = {0};
    *out = 0;
    annoproj_status status = load_set(&cmd->scope, exclusion, &set, error);
    if (status == ANNOPROJ_OK)
        status = set_reasons(cmd->scope.memory, &set, user, reasons, error);
    if (status == ANNOPROJ_OK)
        status = intern_set(cmd, &set, out, error);
    return status;
}

annoproj_status exclusion_for_stage(command *cmd, const task_facts *task, const stage_facts *stage, bool returned,
                                    int64_t *out, annoproj_error **error) {
    static const char text[] = "SELECT DISTINCT user FROM task_worker WHERE task = ? AND stage <> ?";
    arena *memory = cmd->scope.memory;
    member_set set = {0};
    annoproj_status status = ANNOPROJ_OK;
    *out = 0;
    if (stage->type == STAGE_REVIEW && stage->reviewer_not_submitter && task->last_submitter != 0)
        status = set_reasons(memory, &set, task->last_submitter, EXCLUDED_SUBMITTER, error);
    /* A task that a reject sent back may go to whoever worked on it. */
    if (status == ANNOPROJ_OK && stage->type == STAGE_ANNOTATION && !stage->allow_reassessment && !returned) {
        statement *find = sql(cmd->scope.database, text);
        bind_int64(find, task->id);
        bind_int64(find, stage->id);
        while (status == ANNOPROJ_OK && sql_row(find))
            status = set_reasons(memory, &set, column_int64(find, 0), EXCLUDED_WORKER, error);
        annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
        if (status == ANNOPROJ_OK)
            status = ended;
    }
    if (status == ANNOPROJ_OK)
        status = intern_set(cmd, &set, out, error);
    return status;
}
