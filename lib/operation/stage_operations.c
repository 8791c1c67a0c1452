/* Public functions: the stages of a project, and handles for them. */
#include "failure.h"
#include "handle_call.h"
#include "project.h"
#include "rows.h"
#include "task_count.h"
#include "utf8.h"
#include "uuid.h"
#include "workflow.h"

typedef struct stage_call {
    const char *key;
    int64_t stage;
    annoproj_table *table;
} stage_call;

static const visible_stage *find_visible(const visible_stage *visible, size_t count, int64_t stage) {
    for (size_t i = 0; i < count; i++) {
        if (visible[i].facts.id == stage) {
            return &visible[i];
        }
    }
    return NULL;
}

static annoproj_status add_stage(scope *in, rows *table, const stage_description *stage, bool own_only,
                                 annoproj_error **error) {
    char uuid[37];
    int64_t tasks = stage->tasks;
    annoproj_status status = own_only ? task_count_of(in, stage->facts.id, in->user, &tasks, error) : ANNOPROJ_OK;
    if (status != ANNOPROJ_OK) {
        return status;
    }
    uuid_text(stage->uuid, uuid);
    rows_int64(table, stage->facts.id);
    rows_text(table, uuid);
    rows_text(table, stage->key);
    rows_text(table, stage->title);
    rows_text(table, stage_kind_of(stage->facts.type)->name);
    rows_int64(table, tasks);
    return ANNOPROJ_OK;
}

static annoproj_status read_stages(scope *in, void *arguments, annoproj_error **error) {
    stage_call *made = arguments;
    visible_stage *visible = NULL;
    stage_description *stages = NULL;
    size_t visible_count = 0, count = 0;
    annoproj_status status = access_visible_stages(in, &visible, &visible_count, error);
    if (status == ANNOPROJ_OK) {
        status = workflow_stages(in, in->project.id, &stages, &count, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    rows *table = rows_new(&row_stage_row);
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++) {
        const visible_stage *seen = find_visible(visible, visible_count, stages[i].facts.id);
        if (seen) {
            status = add_stage(in, table, &stages[i], seen->own_only, error);
        }
    }
    return finish_table(table, status, &made->table, error);
}

annoproj_status annoproj_stage_list(annoproj_project *handle, const annoproj_call *call, annoproj_table **table,
                                    annoproj_error **error) {
    stage_call made = {0};
    handle_call what = {.operation = ANNOPROJ_OPERATION_QUEUE, .arguments = &made};
    return project_read_table(handle, &what, read_stages, call, &made.table, table, error);
}

/* A stage that lists do not show is not found by its key either. */
static annoproj_status find_stage(scope *in, void *arguments, annoproj_error **error) {
    stage_call *made = arguments;
    visible_stage *visible = NULL;
    size_t count = 0;
    annoproj_status status = workflow_stage_by_key(in, in->project.id, made->key, &made->stage, error);
    if (status == ANNOPROJ_OK) {
        status = access_visible_stages(in, &visible, &count, error);
    }
    if (status == ANNOPROJ_OK && !find_visible(visible, count, made->stage)) {
        status = fail(error, ANNOPROJ_NOT_FOUND,
                      "project %lld has no stage with the key %s, or this session may not see it",
                      (long long)in->project.id, QUOTED(made->key));
    }
    return status;
}

annoproj_status annoproj_stage_open(annoproj_project *handle, const char *key, const annoproj_call *call,
                                    annoproj_stage **stage, annoproj_error **error) {
    project_identity *owner = NULL;
    stage_call made = {.key = key};
    if (!result_place(stage, sizeof *stage, "stage", error)) {
        return ANNOPROJ_INVALID;
    }
    annoproj_status status = project_enter(handle, &owner, error);
    if (status == ANNOPROJ_OK) {
        status = check_text(key, TEXT_NAME, "key", error);
    }
    if (status == ANNOPROJ_OK) {
        const request asked = {.session = owner->session,
                               .operation = ANNOPROJ_OPERATION_QUEUE,
                               .subject = SUBJECT_PROJECT,
                               .id = owner->id,
                               .arguments = &made};
        status = access_read(&asked, find_stage, call, error);
    }
    if (status == ANNOPROJ_OK) {
        status = stage_handle(owner->session, made.stage, stage, error);
    }
    project_leave(owner);
    return status;
}

void annoproj_stage_close(annoproj_stage *stage) {
    handle_close(stage, HANDLE_STAGE);
}

int64_t annoproj_stage_id(const annoproj_stage *stage) {
    stage_identity *identity = NULL;
    const int64_t id = stage && stage_enter(stage, &identity, NULL) == ANNOPROJ_OK ? identity->id : 0;
    stage_leave(identity);
    return id;
}

/* --- pathways ------------------------------------------------------------------------------------------------------- */

static annoproj_status read_pathways(scope *in, void *arguments, annoproj_error **error) {
    static const char query[] = "SELECT p.key, p.title, s.key FROM stage_pathway p JOIN stage s ON s.id = p.target"
                                " WHERE p.stage = ? ORDER BY p.position";
    stage_call *made = arguments;
    rows *table = rows_new(&row_pathway_row);
    statement *find = sql(in->database, query);
    bind_int64(find, in->stage.id);
    while (sql_row(find)) {
        rows_text(table, column_text(find, 0));
        rows_text(table, column_text(find, 1));
        rows_text(table, column_text(find, 2));
    }
    return finish_table(table, sql_end(find, error), &made->table, error);
}

annoproj_status annoproj_stage_pathways(annoproj_stage *handle, const annoproj_call *call, annoproj_table **table,
                                        annoproj_error **error) {
    stage_call made = {0};
    handle_call what = {.operation = ANNOPROJ_OPERATION_QUEUE, .arguments = &made};
    return stage_read_table(handle, &what, read_pathways, call, &made.table, table, error);
}
