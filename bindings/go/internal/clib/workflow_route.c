/* Where a task goes: along an edge or a pathway, and through routers until it rests. Routers decide inside the action's
 * transaction, so that what they count is what happened. */
#include <string.h>

#include "failure.h"
#include "project.h"
#include "route_rule.h"
#include "workflow.h"
#include "workflow_document.h"

/* One id from a statement that is bound; 0 when there is none. */
static annoproj_status one_id(statement *find, int64_t *id, annoproj_error **error) {
    *id = sql_row(find) ? column_int64(find, 0) : 0;
    annoproj_status status = sql_end(find, error);
    if (status != ANNOPROJ_OK)
        *id = 0;
    return status;
}

static annoproj_status along_edge(scope *in, int64_t stage, const char *edge, int64_t *next, annoproj_error **error) {
    static const char query[] = "SELECT target FROM stage_edge WHERE stage = ?1 AND name = ?2";
    statement *find = sql(in->database, query);
    bind_int64(find, stage);
    bind_text(find, edge);
    annoproj_status status = one_id(find, next, error);
    if (status == ANNOPROJ_OK && *next == 0)
        status = fail(error, ANNOPROJ_STATE, "stage %lld has no edge %s", (long long)stage, QUOTED(edge));
    return status;
}

/* --- routers ------------------------------------------------------------------------------------------------------ */

static annoproj_status route_by_user(command *cmd, int64_t stage, int64_t *next, annoproj_error **error) {
    static const char query[] = "SELECT p.target FROM router_user u JOIN stage_pathway p ON p.stage = u.stage"
                                " AND p.position = u.position WHERE u.stage = ?1 AND u.user = ?2";
    statement *find = sql(cmd->scope.database, query);
    bind_int64(find, stage);
    bind_int64(find, cmd->scope.user);
    return one_id(find, next, error);
}

/* The first pathway whose rule holds; 0 when none does. */
static annoproj_status route_by_metadata(command *cmd, const task_facts *task, int64_t stage, int64_t *next,
                                         annoproj_error **error) {
    static const char query[] = "SELECT target, rule FROM stage_pathway WHERE stage = ?1 ORDER BY position";
    static const char uuid_text[] = "SELECT uuid FROM dataset WHERE id = ?1";
    scope *in = &cmd->scope;
    uint8_t dataset[16] = {0};
    data_unit unit;
    *next = 0;
    annoproj_status status = data_unit_load(in, task->data_unit, &unit, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *find = sql(in->database, uuid_text);
    bind_int64(find, task->dataset);
    if (sql_row(find) && column_length(find, 0) == sizeof dataset)
        memcpy(dataset, column_blob(find, 0), sizeof dataset);
    status = sql_end(find, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *rules = sql(in->database, query);
    bind_int64(rules, stage);
    while (status == ANNOPROJ_OK && *next == 0 && sql_row(rules)) {
        bool matches = false;
        status = route_rule_matches(in->memory, column_text(rules, 1), column_length(rules, 1), &unit, dataset,
                                    &matches, error);
        if (matches)
            *next = column_int64(rules, 0);
    }
    annoproj_status ended = sql_end(rules, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

/* The pathway that is furthest behind its share once this task is counted; ties by order. The split is exact at every
 * prefix: no pathway is ever a whole task away from its share. */
static annoproj_status furthest_behind(scope *in, int64_t stage, int64_t *position, annoproj_error **error) {
    static const char query[] = "SELECT p.position, p.share, coalesce(c.count, 0), sum(coalesce(c.count, 0)) OVER ()"
                                " FROM stage_pathway p LEFT JOIN router_count c ON c.stage = p.stage"
                                " AND c.position = p.position WHERE p.stage = ?1 ORDER BY p.position";
    int64_t largest = INT64_MIN;
    *position = 0;
    statement *find = sql(in->database, query);
    bind_int64(find, stage);
    while (sql_row(find)) {
        const int64_t deficit = column_int64(find, 1) * (column_int64(find, 3) + 1) -
                                column_int64(find, 2) * SHARE_WHOLE;
        if (deficit > largest) {
            largest = deficit;
            *position = column_int64(find, 0);
        }
    }
    return sql_end(find, error);
}

static annoproj_status count_routed(command *cmd, int64_t stage, int64_t task, int64_t epoch, int64_t position,
                                    annoproj_error **error) {
    static const char count_text[] = "INSERT INTO router_count(stage, position, count) VALUES(?1, ?2, 1)"
                                     " ON CONFLICT DO UPDATE SET count = count + 1";
    static const char task_text[] = "INSERT OR REPLACE INTO router_task(stage, task, epoch, position)"
                                    " VALUES(?1, ?2, ?3, ?4)";
    statement *count = sql(cmd->scope.database, count_text);
    bind_int64(count, stage);
    bind_int64(count, position);
    annoproj_status status = sql_run(count, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *keep = sql(cmd->scope.database, task_text);
    bind_int64(keep, stage);
    bind_int64(keep, task);
    bind_int64(keep, epoch);
    bind_int64(keep, position);
    return sql_run(keep, error);
}

/* A task that this router has sent on in this epoch keeps its pathway. */
static annoproj_status route_by_percentage(command *cmd, const task_facts *task, int64_t stage, int64_t *next,
                                           annoproj_error **error) {
    static const char seen_text[] = "SELECT s.epoch, r.position FROM stage s LEFT JOIN router_task r ON r.stage = s.id"
                                    " AND r.task = ?2 AND r.epoch = s.epoch WHERE s.id = ?1";
    static const char target_text[] = "SELECT target FROM stage_pathway WHERE stage = ?1 AND position = ?2";
    int64_t epoch = 0, position = -1;
    statement *seen = sql(cmd->scope.database, seen_text);
    bind_int64(seen, stage);
    bind_int64(seen, task->id);
    if (sql_row(seen)) {
        epoch = column_int64(seen, 0);
        position = column_is_null(seen, 1) ? -1 : column_int64(seen, 1);
    }
    annoproj_status status = sql_end(seen, error);
    if (status == ANNOPROJ_OK && position < 0) {
        status = furthest_behind(&cmd->scope, stage, &position, error);
        if (status == ANNOPROJ_OK)
            status = count_routed(cmd, stage, task->id, epoch, position, error);
    }
    if (status != ANNOPROJ_OK)
        return status;
    statement *find = sql(cmd->scope.database, target_text);
    bind_int64(find, stage);
    bind_int64(find, position);
    return one_id(find, next, error);
}

/* Through routers until the task rests. The document has no cycle of them. */
static annoproj_status until_it_rests(command *cmd, const task_facts *task, int64_t *next, annoproj_error **error) {
    static const char query[] = "SELECT type FROM stage WHERE id = ?1 AND NOT removed";
    annoproj_status status = ANNOPROJ_OK;
    for (int steps = 0; status == ANNOPROJ_OK; steps++) {
        const int64_t stage = *next;
        int64_t type = 0;
        statement *find = sql(cmd->scope.database, query);
        bind_int64(find, stage);
        status = one_id(find, &type, error);
        if (status != ANNOPROJ_OK || stage_kind_of((int32_t)type)->rests)
            break;
        *next = 0;
        if (type == STAGE_PERCENTAGE_ROUTER)
            status = route_by_percentage(cmd, task, stage, next, error);
        else if (type == STAGE_USER_ROUTER)
            status = route_by_user(cmd, stage, next, error);
        else if (type == STAGE_METADATA_ROUTER)
            status = route_by_metadata(cmd, task, stage, next, error);
        if (status == ANNOPROJ_OK && *next == 0 && type != STAGE_PERCENTAGE_ROUTER)
            status = along_edge(&cmd->scope, stage, edge_name_text(EDGE_DEFAULT), next, error);
        if (status == ANNOPROJ_OK && (*next == 0 || steps == WORKFLOW_STAGES))
            status = fail(error, ANNOPROJ_CORRUPT, "stage %lld leads nowhere", (long long)stage);
    }
    return status;
}

annoproj_status workflow_next_stage(command *cmd, const task_facts *task, const char *edge, int64_t *next,
                                    annoproj_error **error) {
    annoproj_status status = along_edge(&cmd->scope, task->stage.id, edge, next, error);
    return status == ANNOPROJ_OK ? until_it_rests(cmd, task, next, error) : status;
}

annoproj_status workflow_pathway_stage(command *cmd, const task_facts *task, const char *pathway, int64_t *next,
                                       annoproj_error **error) {
    static const char query[] = "SELECT target FROM stage_pathway WHERE stage = ?1 AND key = ?2";
    statement *find = sql(cmd->scope.database, query);
    bind_int64(find, task->stage.id);
    bind_text(find, pathway);
    annoproj_status status = one_id(find, next, error);
    if (status == ANNOPROJ_OK && *next == 0)
        status = fail(error, ANNOPROJ_NOT_FOUND, "stage %lld has no pathway %s", (long long)task->stage.id,
                      QUOTED(pathway));
    return status == ANNOPROJ_OK ? until_it_rests(cmd, task, next, error) : status;
}
