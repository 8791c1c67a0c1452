/* Questions about the stages of a project. */
#include "workflow.h"

#include <string.h>

#include "failure.h"
#include "hash.h"
#include "task_count.h"
#include "workflow_document.h"

#define SQL_DOCUMENT "SELECT json FROM workflow WHERE project = ?1"
#define SQL_FIRST    "SELECT id FROM stage WHERE id > ?1 << 32 AND id < (?1 + 1) << 32 AND start AND NOT removed"
#define SQL_BY_KEY   "SELECT id FROM stage WHERE id > ?1 << 32 AND id < (?1 + 1) << 32 AND key = ?2 AND NOT removed"
#define SQL_STAGES                                                                                                     \
    "SELECT s.id, s.key, s.title, s.type, " STAGE_TASKS ","                                                            \
    " s.members_listed, s.hide_unassigned, s.allow_reassessment, s.require_complete_labels, s.reviewer_not_submitter," \
    " s.strict_review, s.reassign_rejected, s.archive, s.removed, s.assignment_ttl_us, s.annotators, s.consensus,"     \
    " (SELECT uuid FROM project WHERE id = ?1)"                                                                        \
    " FROM stage s WHERE s.id > ?1 << 32 AND s.id < (?1 + 1) << 32 ORDER BY s.removed, s.position, s.id"

/* --- asking --------------------------------------------------------------------------------------------------- */

annoproj_status workflow_document(scope *in, int64_t project, text *out, annoproj_error **error) {
    statement *find = sql(in->database, SQL_DOCUMENT);
    bind_int64(find, project);
    const bool found = sql_row(find);
    if (found) {
        text_append(out, column_text(find, 0), column_length(find, 0));
    }
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && !found) {
        status = fail(error, ANNOPROJ_NOT_FOUND, "project %lld has no workflow", (long long)project);
    }
    return status;
}

/* One id from a statement that is bound; 0 when there is none. */
static annoproj_status one_id(statement *find, int64_t *id, annoproj_error **error) {
    *id = sql_row(find) ? column_int64(find, 0) : 0;
    annoproj_status status = sql_end(find, error);
    if (status != ANNOPROJ_OK) {
        *id = 0;
    }
    return status;
}

annoproj_status workflow_first_stage(scope *in, int64_t project, int64_t *stage, annoproj_error **error) {
    statement *find = sql(in->database, SQL_FIRST);
    bind_int64(find, project);
    annoproj_status status = one_id(find, stage, error);
    if (status == ANNOPROJ_OK && *stage == 0) {
        status = fail(error, ANNOPROJ_NOT_FOUND, "project %lld has no first stage", (long long)project);
    }
    return status;
}

annoproj_status workflow_first_annotation(scope *in, int64_t project, int64_t *stage, annoproj_error **error) {
    static const char query[] = "SELECT id FROM stage WHERE id > ?1 << 32 AND id < (?1 + 1) << 32 AND NOT removed"
                                " AND type = ?2 ORDER BY start DESC, position LIMIT 1";
    statement *find = sql(in->database, query);
    bind_int64(find, project);
    bind_int64(find, STAGE_ANNOTATION);
    return one_id(find, stage, error);
}

annoproj_status workflow_stage_by_key(scope *in, int64_t project, const char *key, int64_t *stage,
                                      annoproj_error **error) {
    statement *find = sql(in->database, SQL_BY_KEY);
    bind_int64(find, project);
    bind_text(find, key);
    return one_id(find, stage, error);
}

static bool read_stage(statement *row, arena *memory, stage_description *out) {
    *out = (stage_description){
        .facts = {.id = column_int64(row, 0),
                  .number = (int32_t)NUMBER_OF(column_int64(row, 0)),
                  .type = (int32_t)column_int64(row, 3),
                  .members_listed = column_int64(row, 5) != 0,
                  .hide_unassigned = column_int64(row, 6) != 0,
                  .allow_reassessment = column_int64(row, 7) != 0,
                  .require_complete_labels = column_int64(row, 8) != 0,
                  .reviewer_not_submitter = column_int64(row, 9) != 0,
                  .strict_review = column_int64(row, 10) != 0,
                  .reassign_rejected = column_int64(row, 11) != 0,
                  .archive = column_int64(row, 12) != 0,
                  .assignment_ttl_us = column_int64(row, 14),
                  .annotators = (int32_t)column_int64(row, 15),
                  .consensus = (int32_t)column_int64(row, 16)},
        .key = arena_text(memory, column_text(row, 1), column_length(row, 1)),
        .title = arena_text(memory, column_text(row, 2), column_length(row, 2)),
        .tasks = column_int64(row, 4),
        .removed = column_int64(row, 13) != 0,
    };
    if (column_length(row, 17) == 16)
        workflow_stage_uuid(column_blob(row, 17), out->facts.id, out->uuid);
    return out->key && out->title;
}

annoproj_status workflow_stages(scope *in, int64_t project, stage_description **stages, size_t *count,
                                annoproj_error **error) {
    static const char number_text[] = "SELECT count(*) FROM stage WHERE id > ?1 << 32 AND id < (?1 + 1) << 32";
    int64_t number = 0;
    *count = 0;
    *stages = NULL;
    statement *how_many = sql(in->database, number_text);
    bind_int64(how_many, project);
    annoproj_status status = one_id(how_many, &number, error);
    if (status != ANNOPROJ_OK)
        return status;
    *stages = arena_array(in->memory, (size_t)number + 1, sizeof **stages);
    bool memory = *stages != NULL;
    statement *all = sql(in->database, SQL_STAGES);
    bind_int64(all, project);
    while (memory && *count < (size_t)number && sql_row(all)) {
        memory = read_stage(all, in->memory, &(*stages)[*count]);
        *count += memory;
    }
    status = sql_end(all, error);
    if (status == ANNOPROJ_OK && !memory)
        status = fail_memory(error);
    if (status != ANNOPROJ_OK) {
        *stages = NULL;
        *count = 0;
    }
    return status;
}

void workflow_stage_uuid(const uint8_t project[16], int64_t stage, uint8_t uuid[16]) {
    uuid_derive(project, "stage", NUMBER_OF(stage), uuid);
}
