/* A workflow document becomes stages, edges, pathways and members; a later one with the same keys changes them while
 * tasks are on their way. */
#include <string.h>

#include "failure.h"
#include "task_count.h"
#include "workflow.h"
#include "workflow_document.h"

/* A stage as the store has it, for what an edit may not do. */
typedef struct kept_stage {
    int64_t id, tasks, epoch;
    int32_t type;
    bool archive, found; /* found: the new document has it */
    int64_t annotators, consensus;
    int64_t pair; /* of a consensus stage: its other half */
    const char *key;
} kept_stage;

typedef struct replacing {
    int64_t project;
    workflow_plan plan;
    kept_stage *kept;
    size_t kept_count;
    int64_t last_number;
    int64_t ids[WORKFLOW_STAGES];    /* of the plan's stages */
    int64_t epochs[WORKFLOW_STAGES]; /* of percentage routers */
} replacing;

/* --- what is there ------------------------------------------------------------------------------------------------ */

static annoproj_status load_kept(command *cmd, replacing *run, annoproj_error **error) {
    static const char number_text[] =
        "SELECT count(*), coalesce(max(id & 0xffffffff), 0) FROM stage WHERE id > ?1 << 32 AND id < (?1 + 1) << 32";
    static const char query[] = "SELECT s.id, s.type, s.archive, s.annotators, s.consensus, s.epoch, s.key,"
                                " " STAGE_TASKS ", (SELECT target FROM stage_edge e WHERE e.stage = s.id"
                                " AND e.name = CASE s.type WHEN ?2 THEN 'submit' WHEN ?3 THEN 'reject' END)"
                                " FROM stage s WHERE s.id > ?1 << 32 AND s.id < (?1 + 1) << 32 AND NOT s.removed";
    database *db = cmd->scope.database;
    arena *memory = cmd->scope.memory;
    size_t most = 0;
    statement *find = sql(db, number_text);
    bind_int64(find, run->project);
    if (sql_row(find)) {
        most = (size_t)column_int64(find, 0);
        run->last_number = column_int64(find, 1);
    }
    annoproj_status status = sql_end(find, error);
    if (status != ANNOPROJ_OK)
        return status;
    run->kept = arena_array(memory, most + 1, sizeof *run->kept);
    bool copied = run->kept != NULL;
    statement *all = sql(db, query);
    bind_int64(all, run->project);
    bind_int64(all, STAGE_CONSENSUS_ANNOTATION);
    bind_int64(all, STAGE_CONSENSUS_REVIEW);
    while (copied && run->kept_count < most && sql_row(all)) {
        kept_stage *stage = &run->kept[run->kept_count++];
        *stage = (kept_stage){.id = column_int64(all, 0),
                              .type = (int32_t)column_int64(all, 1),
                              .archive = column_int64(all, 2) != 0,
                              .annotators = column_int64(all, 3),
                              .consensus = column_int64(all, 4),
                              .epoch = column_int64(all, 5),
                              .key = arena_text(memory, column_text(all, 6), column_length(all, 6)),
                              .tasks = column_int64(all, 7),
                              .pair = column_int64(all, 8)};
        copied = stage->key != NULL;
    }
    status = sql_end(all, error);
    return status == ANNOPROJ_OK && !copied ? fail_memory(error) : status;
}

static kept_stage *find_kept(replacing *run, const char *key) {
    for (size_t i = 0; i < run->kept_count; i++) {
        if (strcmp(run->kept[i].key, key) == 0)
            return &run->kept[i];
    }
    return NULL;
}

/* --- what an edit may not do (product facts 1.6) ------------------------------------------------------------------ */

static annoproj_status refuse(const char *key, const char *reason, annoproj_error **error) {
    fail(error, ANNOPROJ_STATE, "workflow: stage %s %s", QUOTED(key), reason);
    fail_detail(error, "stage", "%s", key);
    return ANNOPROJ_STATE;
}

static annoproj_status check_same(const kept_stage *old, const document_stage *new, annoproj_error **error) {
    if (old->type != new->type)
        return refuse(old->key, "cannot change its type: add another stage with a key of its own", error);
    if (old->type == STAGE_DONE && old->archive != new->archive)
        return refuse(old->key, "cannot turn from complete to archive or back: add another stage", error);
    if (old->type == STAGE_CONSENSUS_ANNOTATION && old->annotators != new->annotators)
        return refuse(old->key, "cannot change its number of annotators: tasks have their branches already", error);
    if (old->type == STAGE_CONSENSUS_REVIEW && old->consensus != new->consensus)
        return refuse(old->key, "cannot change its kind of consensus", error);
    return ANNOPROJ_OK;
}

/* Tasks whose dataset was detached while they were in the stage: they come back there when it is attached again. */
static annoproj_status count_away(command *cmd, int64_t project, int64_t stage, int64_t *count,
                                  annoproj_error **error) {
    static const char query[] =
        "SELECT count(*) FROM project_dataset d CROSS JOIN task t INDEXED BY task_data_unit ON t.data_unit > d.dataset "
        "<< 32"
        " AND t.data_unit < (d.dataset + 1) << 32 AND t.id > ?1 << 32 AND t.id < (?1 + 1) << 32 AND t.stage = 0"
        " AND t.removed_stage = ?2 WHERE d.project = ?1 AND NOT d.attached";
    statement *find = sql(cmd->scope.database, query);
    bind_int64(find, project);
    bind_int64(find, stage);
    *count = sql_row(find) ? column_int64(find, 0) : 0;
    return sql_end(find, error);
}

static annoproj_status check_gone(command *cmd, int64_t project, const kept_stage *old, annoproj_error **error) {
    int64_t away = 0;
    if (old->type == STAGE_DONE && !old->archive)
        return refuse(old->key, "is a complete stage and cannot be deleted", error);
    annoproj_status status = count_away(cmd, project, old->id, &away, error);
    if (status == ANNOPROJ_OK && old->tasks + away > 0) {
        status = fail(error, ANNOPROJ_STATE,
                      "workflow: stage %s holds %lld task%s%s and cannot be deleted: move them first", QUOTED(old->key),
                      (long long)(old->tasks + away), old->tasks + away == 1 ? "" : "s",
                      away > 0 ? " (also of detached datasets, which must be attached for that)" : "");
        fail_detail(error, "stage", "%s", old->key);
        fail_detail(error, "tasks", "%lld", (long long)(old->tasks + away));
    }
    return status;
}

/* Whether a percentage router sends tasks along the same pathways in the same shares as before. */
static annoproj_status same_shares(command *cmd, int64_t stage, const document_stage *new, bool *same,
                                   annoproj_error **error) {
    static const char query[] = "SELECT key, share FROM stage_pathway WHERE stage = ?1 ORDER BY position";
    size_t count = 0;
    *same = true;
    statement *find = sql(cmd->scope.database, query);
    bind_int64(find, stage);
    while (sql_row(find)) {
        if (count < new->pathway_count)
            *same = *same && strcmp(column_text(find, 0), new->pathways[count].key) == 0 &&
                    column_int64(find, 1) == new->pathways[count].share;
        count++;
    }
    *same = *same && count == new->pathway_count;
    return sql_end(find, error);
}

/* The halves of a consensus stay together: tasks go back the way their branches came. */
static annoproj_status check_pairs(const replacing *run, annoproj_error **error) {
    for (size_t i = 0; i < run->plan.count; i++) {
        const document_stage *stage = &run->plan.stages[i];
        const int32_t edge = stage->type == STAGE_CONSENSUS_ANNOTATION ? EDGE_SUBMIT : EDGE_REJECT;
        for (size_t j = 0; j < run->kept_count; j++) {
            const kept_stage *old = &run->kept[j];
            if (old->id == run->ids[i] && old->pair != 0 && old->pair != run->ids[stage->target[edge]])
                return refuse(old->key, "cannot get another half: a consensus keeps its annotation and its review",
                              error);
        }
    }
    return ANNOPROJ_OK;
}

/* Gives every stage of the document its id, refusing what may not be. */
static annoproj_status match_stages(command *cmd, replacing *run, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < run->plan.count && status == ANNOPROJ_OK; i++) {
        const document_stage *stage = &run->plan.stages[i];
        kept_stage *old = find_kept(run, stage->key);
        bool same = true;
        if (!old) {
            if (run->last_number == STAGE_NUMBER_MOST)
                return fail(error, ANNOPROJ_LIMIT,
                            "workflow: stage %s would be number %d of the project, deleted ones included: copy the"
                            " project to go on",
                            QUOTED(stage->key), STAGE_NUMBER_MOST + 1);
            run->ids[i] = MAKE_ID(run->project, ++run->last_number);
            run->epochs[i] = 1;
            continue;
        }
        old->found = true;
        run->ids[i] = old->id;
        status = check_same(old, stage, error);
        if (status == ANNOPROJ_OK && stage->type == STAGE_PERCENTAGE_ROUTER)
            status = same_shares(cmd, old->id, stage, &same, error);
        run->epochs[i] = old->epoch + !same;
    }
    for (size_t i = 0; i < run->kept_count && status == ANNOPROJ_OK; i++) {
        if (!run->kept[i].found)
            status = check_gone(cmd, run->project, &run->kept[i], error);
    }
    return status == ANNOPROJ_OK ? check_pairs(run, error) : status;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static annoproj_status write_stage(command *cmd, const replacing *run, size_t index, annoproj_error **error) {
    static const char query[] =
        "INSERT INTO stage(id, position, key, title, type, members_listed, hide_unassigned, allow_reassessment,"
        " require_complete_labels, reviewer_not_submitter, strict_review, reassign_rejected, archive, webhook,"
        " assignment_ttl_us, annotators, consensus, epoch, start, removed)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, 0)"
        " ON CONFLICT(id) DO UPDATE SET position = ?2, title = ?4, members_listed = ?6, hide_unassigned = ?7,"
        " allow_reassessment = ?8, require_complete_labels = ?9, reviewer_not_submitter = ?10, strict_review = ?11,"
        " reassign_rejected = ?12, webhook = ?14, assignment_ttl_us = ?15, epoch = ?18, start = ?19";
    const document_stage *stage = &run->plan.stages[index];
    statement *insert = sql(cmd->scope.database, query);
    bind_int64(insert, run->ids[index]);
    bind_int64(insert, (int64_t)index);
    bind_text(insert, stage->key);
    bind_text(insert, stage->title);
    bind_int64(insert, stage->type);
    bind_int64(insert, stage->members_listed);
    bind_int64(insert, stage->hide_unassigned);
    bind_int64(insert, stage->allow_reassessment);
    bind_int64(insert, stage->require_complete_labels);
    bind_int64(insert, stage->reviewer_not_submitter);
    bind_int64(insert, stage->strict_review);
    bind_int64(insert, stage->reassign_rejected);
    bind_int64(insert, stage->archive);
    bind_int64(insert, stage->webhook);
    bind_int64(insert, stage->assignment_ttl * 1000000);
    bind_int64(insert, stage->annotators);
    bind_int64(insert, stage->consensus);
    bind_int64(insert, run->epochs[index]);
    bind_int64(insert, (int32_t)index == run->plan.start_index);
    return sql_run(insert, error);
}

static annoproj_status write_edges(command *cmd, const replacing *run, size_t index, annoproj_error **error) {
    static const char query[] = "INSERT INTO stage_edge(stage, name, target) VALUES(?1, ?2, ?3)";
    const document_stage *stage = &run->plan.stages[index];
    annoproj_status status = ANNOPROJ_OK;
    for (int32_t edge = 0; edge < EDGE_COUNT && status == ANNOPROJ_OK; edge++) {
        if (stage->target[edge] < 0)
            continue;
        statement *insert = sql(cmd->scope.database, query);
        bind_int64(insert, run->ids[index]);
        bind_text(insert, edge_name_text(edge));
        bind_int64(insert, run->ids[stage->target[edge]]);
        status = sql_run(insert, error);
    }
    return status;
}

/* The user with an e-mail the document names. */
static annoproj_status find_user(command *cmd, const document_stage *stage, const char *place, const char *email,
                                 int64_t *user, annoproj_error **error) {
    static const char query[] = "SELECT id FROM user WHERE email = ?1";
    statement *find = sql(cmd->scope.database, query);
    bind_text(find, email);
    *user = sql_row(find) ? column_int64(find, 0) : 0;
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && *user == 0) {
        status = fail(error, ANNOPROJ_DATA, "workflow: stage %s names %s, but there is no such user",
                      QUOTED(stage->key), QUOTED(email));
        fail_detail(error, "pointer", "%s", place);
        fail_detail(error, "byte", "%lld", (long long)stage->offset);
    }
    return status;
}

static annoproj_status write_members(command *cmd, const document_stage *stage, int64_t id, annoproj_error **error) {
    static const char query[] = "INSERT INTO stage_member(stage, user) VALUES(?1, ?2) ON CONFLICT DO NOTHING";
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < stage->member_count && status == ANNOPROJ_OK; i++) {
        int64_t user = 0;
        status = find_user(cmd, stage, stage->pointer, stage->members[i], &user, error);
        if (status == ANNOPROJ_OK) {
            statement *insert = sql(cmd->scope.database, query);
            bind_int64(insert, id);
            bind_int64(insert, user);
            status = sql_run(insert, error);
        }
    }
    return status;
}

static annoproj_status write_router_users(command *cmd, const document_stage *stage, int64_t id, size_t position,
                                          annoproj_error **error) {
    static const char query[] = "INSERT INTO router_user(stage, user, position) VALUES(?1, ?2, ?3)";
    const document_pathway *path = &stage->pathways[position];
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < path->user_count && status == ANNOPROJ_OK; i++) {
        int64_t user = 0;
        status = find_user(cmd, stage, path->pointer, path->users[i], &user, error);
        if (status == ANNOPROJ_OK) {
            statement *insert = sql(cmd->scope.database, query);
            bind_int64(insert, id);
            bind_int64(insert, user);
            bind_int64(insert, (int64_t)position);
            status = sql_run(insert, error);
        }
    }
    return status;
}

static annoproj_status write_pathways(command *cmd, const replacing *run, size_t index, annoproj_error **error) {
    static const char query[] = "INSERT INTO stage_pathway(stage, position, key, title, target, share, rule)"
                                " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    const document_stage *stage = &run->plan.stages[index];
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < stage->pathway_count && status == ANNOPROJ_OK; i++) {
        const document_pathway *path = &stage->pathways[i];
        statement *insert = sql(cmd->scope.database, query);
        bind_int64(insert, run->ids[index]);
        bind_int64(insert, (int64_t)i);
        bind_text(insert, path->key);
        bind_text(insert, path->title);
        bind_int64(insert, run->ids[path->target]);
        bind_int64(insert, path->share);
        bind_text(insert, path->rule);
        status = sql_run(insert, error);
        if (status == ANNOPROJ_OK)
            status = write_router_users(cmd, stage, run->ids[index], i, error);
    }
    return status;
}

/* Runs a statement on one stage. */
static annoproj_status on_stage(command *cmd, const char *query, int64_t stage, annoproj_error **error) {
    statement *change = sql(cmd->scope.database, query);
    bind_int64(change, stage);
    return sql_run(change, error);
}

/* What hangs on the stages that were there: written anew, or gone with them. */
static annoproj_status clear_kept(command *cmd, const replacing *run, annoproj_error **error) {
    static const char *const everywhere[] = {
        "DELETE FROM stage_edge WHERE stage = ?1", "DELETE FROM stage_pathway WHERE stage = ?1",
        "DELETE FROM router_user WHERE stage = ?1", "DELETE FROM stage_member WHERE stage = ?1"};
    static const char remove[] = "UPDATE stage SET removed = 1, start = 0 WHERE id = ?1";
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < run->kept_count && status == ANNOPROJ_OK; i++) {
        for (size_t j = 0; j < sizeof everywhere / sizeof *everywhere && status == ANNOPROJ_OK; j++)
            status = on_stage(cmd, everywhere[j], run->kept[i].id, error);
        if (status == ANNOPROJ_OK && !run->kept[i].found)
            status = on_stage(cmd, remove, run->kept[i].id, error);
    }
    return status;
}

/* Counts of a percentage router begin anew with its epoch. */
static annoproj_status begin_epochs(command *cmd, const replacing *run, annoproj_error **error) {
    static const char query[] = "DELETE FROM router_count WHERE stage = ?1";
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < run->plan.count && status == ANNOPROJ_OK; i++) {
        const kept_stage *old = NULL;
        for (size_t j = 0; j < run->kept_count; j++)
            old = run->kept[j].id == run->ids[i] ? &run->kept[j] : old;
        if (old && old->epoch != run->epochs[i])
            status = on_stage(cmd, query, old->id, error);
    }
    return status;
}

static annoproj_status write_document(command *cmd, int64_t project, const char *json, annoproj_error **error) {
    static const char query[] = "INSERT INTO workflow(project, json) VALUES(?1, ?2)"
                                " ON CONFLICT(project) DO UPDATE SET json = ?2";
    statement *insert = sql(cmd->scope.database, query);
    bind_int64(insert, project);
    bind_text(insert, json);
    return sql_run(insert, error);
}

static annoproj_status write_plan(command *cmd, const replacing *run, const char *json, annoproj_error **error) {
    annoproj_status status = write_document(cmd, run->project, json, error);
    if (status == ANNOPROJ_OK)
        status = clear_kept(cmd, run, error);
    if (status == ANNOPROJ_OK)
        status = begin_epochs(cmd, run, error);
    for (size_t i = 0; i < run->plan.count && status == ANNOPROJ_OK; i++) {
        status = write_stage(cmd, run, i, error);
        if (status == ANNOPROJ_OK)
            status = write_edges(cmd, run, i, error);
        if (status == ANNOPROJ_OK)
            status = write_pathways(cmd, run, i, error);
        if (status == ANNOPROJ_OK)
            status = write_members(cmd, &run->plan.stages[i], run->ids[i], error);
    }
    return status;
}

/* The users that a stage names are there. */
static annoproj_status check_users(command *cmd, const document_stage *stage, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    int64_t user = 0;
    for (size_t i = 0; i < stage->member_count && status == ANNOPROJ_OK; i++)
        status = find_user(cmd, stage, stage->pointer, stage->members[i], &user, error);
    for (size_t i = 0; i < stage->pathway_count; i++) {
        const document_pathway *path = &stage->pathways[i];
        for (size_t j = 0; j < path->user_count && status == ANNOPROJ_OK; j++)
            status = find_user(cmd, stage, path->pointer, path->users[j], &user, error);
    }
    return status;
}

annoproj_status workflow_check(command *cmd, const char *json, annoproj_error **error) {
    workflow_plan plan;
    annoproj_status status = workflow_plan_read(&plan, json, strlen(json), error);
    for (size_t i = 0; i < plan.count && status == ANNOPROJ_OK; i++)
        status = check_users(cmd, &plan.stages[i], error);
    workflow_plan_release(&plan);
    return status;
}

annoproj_status workflow_put(command *cmd, int64_t project, const char *json, annoproj_error **error) {
    replacing run = {.project = project};
    annoproj_status status = workflow_plan_read(&run.plan, json, strlen(json), error);
    if (status == ANNOPROJ_OK)
        status = load_kept(cmd, &run, error);
    if (status == ANNOPROJ_OK)
        status = match_stages(cmd, &run, error);
    if (status == ANNOPROJ_OK)
        status = write_plan(cmd, &run, json, error);
    workflow_plan_release(&run.plan);
    return status;
}
