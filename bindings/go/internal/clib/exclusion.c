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

/* Adds a reason to those a user has. */
static annoproj_status add_reason(arena *memory, member_set *set, int64_t user, int32_t reason,
                                  annoproj_error **error) {
    int32_t reasons = reason;
    for (size_t i = 0; i < set->count; i++)
        reasons |= set->members[i].user == user ? set->members[i].reasons : 0;
    return set_reasons(memory, set, user, reasons, error);
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

/* Adds whom the person rules of a stage keep from a task. */
static annoproj_status add_by_rule(scope *in, const task_facts *task, const stage_facts *stage, bool returned,
                                   member_set *set, annoproj_error **error) {
    static const char text[] = "SELECT DISTINCT user FROM task_worker WHERE task = ? AND stage <> ?";
    annoproj_status status = ANNOPROJ_OK;
    if (stage_kind_of(stage->type)->work == STAGE_WORK_REVIEW && stage->reviewer_not_submitter &&
        task->last_submitter != 0)
        status = add_reason(in->memory, set, task->last_submitter, EXCLUDED_SUBMITTER, error);
    /* A task that a reject sent back may go to whoever worked on it. */
    if (status == ANNOPROJ_OK && stage_kind_of(stage->type)->work == STAGE_WORK_ANNOTATE &&
        !stage->allow_reassessment && !returned) {
        statement *find = sql(in->database, text);
        bind_int64(find, task->id);
        bind_int64(find, stage->id);
        while (status == ANNOPROJ_OK && sql_row(find))
            status = add_reason(in->memory, set, column_int64(find, 0), EXCLUDED_WORKER, error);
        annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
        if (status == ANNOPROJ_OK)
            status = ended;
    }
    return status;
}

annoproj_status exclusion_for_stage(command *cmd, const task_facts *task, const stage_facts *stage, bool returned,
                                    int64_t *out, annoproj_error **error) {
    member_set set = {0};
    *out = 0;
    annoproj_status status = add_by_rule(&cmd->scope, task, stage, returned, &set, error);
    return status == ANNOPROJ_OK ? intern_set(cmd, &set, out, error) : status;
}

/* The next task of a stage by id. */
static annoproj_status next_task(scope *in, const stage_facts *stage, task_facts *task, annoproj_error **error) {
    static const char text[] = "SELECT id, exclusion, last_submitter, returned FROM task WHERE id > ? AND id < ?"
                               " AND stage = ? ORDER BY id LIMIT 1";
    statement *find = sql(in->database, text);
    bind_int64(find, task->id);
    bind_int64(find, MAKE_ID(PROJECT_OF(stage->id) + 1, 0));
    bind_int64(find, stage->id);
    *task = (task_facts){0};
    if (sql_row(find)) {
        task->id = column_int64(find, 0);
        task->exclusion = column_int64(find, 1);
        task->last_submitter = column_int64(find, 2);
        task->returned = column_int64(find, 3) != 0;
    }
    return sql_end(find, error);
}

annoproj_status exclusion_follow_rules(command *cmd, const stage_facts *stage, annoproj_error **error) {
    static const char text[] = "UPDATE task SET exclusion = ? WHERE id = ?";
    task_facts task = {.id = MAKE_ID(PROJECT_OF(stage->id), 0)};
    annoproj_status status = next_task(&cmd->scope, stage, &task, error);
    while (status == ANNOPROJ_OK && task.id != 0) {
        member_set set = {0};
        int64_t exclusion = 0;
        status = load_set(&cmd->scope, task.exclusion, &set, error);
        for (size_t i = set.count; i > 0 && status == ANNOPROJ_OK; i--)
            status = set_reasons(cmd->scope.memory, &set, set.members[i - 1].user,
                                 set.members[i - 1].reasons & ~EXCLUDED_BY_RULE, error);
        if (status == ANNOPROJ_OK)
            status = add_by_rule(&cmd->scope, &task, stage, task.returned, &set, error);
        if (status == ANNOPROJ_OK)
            status = intern_set(cmd, &set, &exclusion, error);
        if (status == ANNOPROJ_OK && exclusion != task.exclusion) {
            statement *update = sql(cmd->scope.database, text);
            bind_int64(update, exclusion);
            bind_int64(update, task.id);
            status = sql_run(update, error);
        }
        if (status == ANNOPROJ_OK)
            status = next_task(&cmd->scope, stage, &task, error);
    }
    return status;
}
