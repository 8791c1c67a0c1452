/* The subject queries: who asks, with which role, about what, in one statement. */
#include "subjects.h"

#include <string.h>

#include "failure.h"
#include "hash.h"
#include "rights.h"
#include "seen.h"

/* ?1 = the session's user, ?2 = the project (dataset, ontology), ?3 = the stage, task or issue. */
#define ASKER_COLUMNS "u.id, u.org_role, u.disabled"
#define ASKER         " FROM (SELECT ?1 AS id) w LEFT JOIN user u ON u.id = w.id"

#define PROJECT_COLUMNS                                                                                                \
    ", p.id, p.ontology, p.owner, p.status, p.idle_limit_us, p.time_window_us, p.self_release, p.strict_status,"       \
    " p.count_text_and_audio, p.deleted_us IS NOT NULL, p.purging, p.uuid, c.role, c.joined"
#define PROJECT_JOIN " LEFT JOIN project p ON p.id = ?2 LEFT JOIN collaborator c ON c.project = p.id AND c.user = w.id"

#define STAGE_COLUMNS                                                                                                  \
    "s.id, s.type, s.members_listed, s.hide_unassigned, s.allow_reassessment, s.require_complete_labels,"              \
    " s.reviewer_not_submitter, s.strict_review, s.reassign_rejected, s.archive, s.assignment_ttl_us, s.annotators,"   \
    " s.consensus"
#define LISTED(user) ", EXISTS(SELECT 1 FROM stage_member m WHERE m.stage = s.id AND m.user = " user ")"

#define TASK_COLUMNS                                                                                                   \
    "t.id, t.data_unit, t.assignee, t.entered_us, t.version, t.last_submitter, t.last_action_user,"                    \
    " t.status, t.priority, t.assigned_by, t.open_issues, t.resolved_issues, t.released, t.returned, t.worked_us,"     \
    " t.parent, (SELECT p.assignee FROM task p WHERE p.id = t.parent)"

static const char sql_store[] = "SELECT " ASKER_COLUMNS ASKER;
static const char sql_project[] = "SELECT " ASKER_COLUMNS PROJECT_COLUMNS ASKER PROJECT_JOIN;
static const char sql_stage[] = "SELECT " ASKER_COLUMNS PROJECT_COLUMNS ", " STAGE_COLUMNS LISTED("w.id")
    ASKER PROJECT_JOIN " LEFT JOIN stage s ON s.id = ?3 AND NOT s.removed";
static const char sql_task[] = "SELECT " ASKER_COLUMNS PROJECT_COLUMNS ", " STAGE_COLUMNS LISTED(
    "w.id") ", " TASK_COLUMNS ASKER PROJECT_JOIN " LEFT JOIN task t ON t.id = ?3 LEFT JOIN stage s ON s.id = t.stage";
static const char sql_issue[] = "SELECT " ASKER_COLUMNS PROJECT_COLUMNS ", " STAGE_COLUMNS LISTED(
    "w.id") ", " TASK_COLUMNS ASKER PROJECT_JOIN " LEFT JOIN issue i ON i.id = ?3 LEFT JOIN task t ON t.id = i.task"
            " LEFT JOIN stage s ON s.id = t.stage";

static const char sql_dataset[] = "SELECT self.id, self.org_role, self.disabled, d.id IS NOT NULL AND" DATASET_SEEN
                                  "," DATASET_OWN " FROM" SEER " LEFT JOIN dataset d ON d.id = ?5";
static const char sql_ontology[] = "SELECT self.id, self.org_role, self.disabled, o.id IS NOT NULL AND" ONTOLOGY_SEEN
                                   "," ONTOLOGY_OWN " FROM" SEER " LEFT JOIN ontology o ON o.id = ?5";

/* Every session sees every template. */
static const char sql_template[] = "SELECT self.id, self.org_role, self.disabled, t.id IS NOT NULL, (" SEES_ALL
                                   " OR t.creator = me.id) FROM" SEER " LEFT JOIN workflow_template t ON t.id = ?5";

static const char sql_one_stage[] = "SELECT " STAGE_COLUMNS LISTED(
    "?1") ", (SELECT c.role FROM collaborator c"
          " WHERE c.project = ?2 AND c.user = ?1) FROM stage s WHERE s.id = ?3 AND NOT s.removed";
static const char sql_one_task[] = "SELECT " STAGE_COLUMNS LISTED(
    "?1") ", " TASK_COLUMNS " FROM task t JOIN stage s ON s.id = t.stage WHERE t.id = ?2";
static const char sql_stages[] = "SELECT " STAGE_COLUMNS LISTED(
    "?1") " FROM stage s WHERE s.id BETWEEN ?2 AND ?3 AND NOT s.removed ORDER BY s.id";
static const char sql_assignable[] =
    "SELECT c.role, u.disabled, EXISTS(SELECT 1 FROM stage_member m WHERE m.stage = ?3"
    " AND m.user = ?1) FROM user u JOIN collaborator c ON c.project = ?2 AND c.user = u.id WHERE u.id = ?1";

/* Columns of a row from left to right. */
typedef struct cursor {
    statement *from;
    int at;
} cursor;

static int64_t next_int64(cursor *row) {
    return column_int64(row->from, row->at++);
}

static int32_t next_int32(cursor *row) {
    return (int32_t)next_int64(row);
}

static bool next_bool(cursor *row) {
    return next_int64(row) != 0;
}

bool subject_project_seen(const scope *in) {
    return in->role != 0 || (in->project.id != 0 && !in->project.purging &&
                             org_right(in->org_role, ANNOPROJ_OPERATION_PROJECT_LIST_ALL) == RIGHT_YES);
}

annoproj_status subject_unseen(const char *what, int64_t id, annoproj_error **error) {
    fail(error, ANNOPROJ_NOT_FOUND, "there is no %s %lld, or this session may not see it", what, (long long)id);
    fail_detail(error, what, "%lld", (long long)id);
    return ANNOPROJ_NOT_FOUND;
}

/* ---- what rows hold ---- */

/* The host is admin of everything; a user is what the store says now. */
static annoproj_status read_asker(cursor *row, scope *in, annoproj_error **error) {
    bool known = next_int64(row) != 0;
    int32_t org_role = next_int32(row);
    bool disabled = next_bool(row);
    in->org_role = in->user == 0 ? ANNOPROJ_ORG_ADMIN : org_role;
    if (in->user != 0 && !known) {
        return fail(error, ANNOPROJ_NOT_FOUND, "there is no user %lld in this store", (long long)in->user);
    }
    if (in->user != 0 && disabled) {
        return fail(error, ANNOPROJ_STATE, "user %lld is disabled: an org admin can enable the user again",
                    (long long)in->user);
    }
    return ANNOPROJ_OK;
}

static void read_project(cursor *row, scope *in) {
    project_facts *project = &in->project;
    project->id = next_int64(row);
    project->ontology = next_int64(row);
    project->owner = next_int64(row);
    project->status = next_int32(row);
    project->idle_limit_us = next_int64(row);
    project->time_window_us = next_int64(row);
    project->self_release = next_bool(row);
    project->strict_status = next_bool(row);
    project->count_text_and_audio = next_bool(row);
    project->deleted = next_bool(row);
    project->purging = next_bool(row);
    project->hash_key = hash64(column_blob(row->from, row->at), column_length(row->from, row->at));
    project->hash_key_of = project->id;
    row->at++;
    int32_t role = next_int32(row);
    in->joined = next_int64(row);
    in->role = project->id == 0 ? 0 : in->user == 0 ? ANNOPROJ_ROLE_ADMIN : role;
    if (project->deleted && role_right(in->role, ANNOPROJ_OPERATION_RESTORE) == RIGHT_NO)
        in->role = 0; /* a deleted project is there for those only who can bring it back */
    in->manager = role_right(in->role, ANNOPROJ_OPERATION_QUEUE) == RIGHT_YES;
}

/* Whether a role works in stages of that type: everywhere, or where listed when members are listed. */
static bool is_member(const stage_facts *stage, int32_t role, bool listed) {
    right held = role_right(role, stage_kind_of(stage->type)->operation);
    return held == RIGHT_YES || (held != RIGHT_NO && (!stage->members_listed || listed));
}

/* Leaves `listed` to the caller when the role comes later in the row. */
static void read_stage(cursor *row, stage_facts *stage, bool *listed) {
    stage->id = next_int64(row);
    stage->number = (int32_t)NUMBER_OF(stage->id);
    stage->type = next_int32(row);
    stage->members_listed = next_bool(row);
    stage->hide_unassigned = next_bool(row);
    stage->allow_reassessment = next_bool(row);
    stage->require_complete_labels = next_bool(row);
    stage->reviewer_not_submitter = next_bool(row);
    stage->strict_review = next_bool(row);
    stage->reassign_rejected = next_bool(row);
    stage->archive = next_bool(row);
    stage->assignment_ttl_us = next_int64(row);
    stage->annotators = next_int32(row);
    stage->consensus = next_int32(row);
    *listed = next_bool(row);
}

static void read_own_stage(cursor *row, const scope *in, stage_facts *stage) {
    bool listed = false;
    read_stage(row, stage, &listed);
    stage->member = is_member(stage, in->role, listed);
}

/* A command meets a task whose assignee gave no sign of work for too long as unassigned. The task room logs the lapse before
 * it writes to the task. */
static void find_lapse(const scope *in, task_facts *task) {
    if (task->worked_us == 0 || in->now_us == 0 || task->worked_us + task->stage.assignment_ttl_us > in->now_us) {
        return;
    }
    task->lapsed = task->assignee;
    task->assignee = 0;
    task->assigned_by = ASSIGNED_NOBODY;
    task->released = true;
}

static void read_task(cursor *row, const scope *in, task_facts *task) {
    read_own_stage(row, in, &task->stage);
    task->id = next_int64(row);
    task->data_unit = next_int64(row);
    task->dataset = PROJECT_OF(task->data_unit);
    task->assignee = next_int64(row);
    task->entered_us = next_int64(row);
    task->version = next_int64(row);
    task->last_submitter = next_int64(row);
    task->last_action_user = next_int64(row);
    task->status = next_int32(row);
    task->priority = next_int32(row);
    task->assigned_by = next_int32(row);
    task->open_issues = next_int32(row);
    task->resolved_issues = next_int32(row);
    task->released = next_bool(row);
    task->returned = next_bool(row);
    task->worked_us = next_int64(row);
    task->parent = next_int64(row);
    task->parent_assignee = next_int64(row);
    find_lapse(in, task);
}

/* ---- the one predicate of datasets and ontologies (seen.h) ---- */

void bind_seer(statement *find, const scope *in) {
    bind_int64(find, in->user);
    bind_int64(find, roles_with(ANNOPROJ_OPERATION_PROJECT_SEE));
    bind_int64(find, roles_with(ANNOPROJ_OPERATION_SETTINGS));
    bind_int64(find,
               org_roles_with(ANNOPROJ_OPERATION_DATASET_CHANGE) & org_roles_with(ANNOPROJ_OPERATION_ONTOLOGY_CHANGE));
}

void bind_project_seer(statement *find, const scope *in) {
    bind_int64(find, in->user);
    bind_int64(find, roles_with(ANNOPROJ_OPERATION_PROJECT_SEE));
    bind_int64(find, roles_with(ANNOPROJ_OPERATION_RESTORE));
    bind_int64(find, org_roles_with(ANNOPROJ_OPERATION_PROJECT_LIST_ALL));
}

/* ---- one statement for each kind ---- */

static const char *subject_text(subject_kind kind) {
    switch (kind) {
    case SUBJECT_STORE: return sql_store;
    case SUBJECT_PROJECT: return sql_project;
    case SUBJECT_STAGE: return sql_stage;
    case SUBJECT_TASK: return sql_task;
    case SUBJECT_ISSUE: return sql_issue;
    case SUBJECT_DATASET: return sql_dataset;
    case SUBJECT_ONTOLOGY: return sql_ontology;
    case SUBJECT_WORKFLOW_TEMPLATE: return sql_template;
    }
    return sql_store;
}

static const char *subject_name(subject_kind kind) {
    static const char *const names[] = {
        [SUBJECT_STORE] = "store",       [SUBJECT_PROJECT] = "project",
        [SUBJECT_STAGE] = "stage",       [SUBJECT_TASK] = "task",
        [SUBJECT_ISSUE] = "issue",       [SUBJECT_DATASET] = "dataset",
        [SUBJECT_ONTOLOGY] = "ontology", [SUBJECT_WORKFLOW_TEMPLATE] = "workflow template"};
    return names[kind];
}

/* Reads what stands behind the asker's columns; whether it is there and in a project of the session. */
static bool read_subject(cursor *row, scope *in, subject_kind kind) {
    bool seen = false;
    switch (kind) {
    case SUBJECT_STORE: return true;
    case SUBJECT_DATASET:
    case SUBJECT_ONTOLOGY:
    case SUBJECT_WORKFLOW_TEMPLATE:
        seen = next_bool(row);
        in->owns = seen && next_bool(row);
        return seen;
    case SUBJECT_PROJECT: read_project(row, in); return subject_project_seen(in);
    case SUBJECT_STAGE:
        read_project(row, in);
        read_own_stage(row, in, &in->stage);
        return in->role != 0 && in->stage.id != 0;
    case SUBJECT_TASK: /* one that is in no stage the gate knows from its history alone */
    case SUBJECT_ISSUE:
        read_project(row, in);
        read_task(row, in, &in->task);
        in->stage = in->task.stage;
        return in->role != 0 && /* an issue of an unseen task is none */
               (kind == SUBJECT_TASK ? in->task.id != 0 : access_sees_task(in, &in->task));
    }
    return false;
}

annoproj_status subject_load(scope *in, subject_kind kind, int64_t id, annoproj_error **error) {
    bool store_thing = kind == SUBJECT_DATASET || kind == SUBJECT_ONTOLOGY || kind == SUBJECT_WORKFLOW_TEMPLATE;
    bool inner = kind == SUBJECT_STAGE || kind == SUBJECT_TASK || kind == SUBJECT_ISSUE;
    bool found = false, seen = false;
    annoproj_status status = ANNOPROJ_OK;
    statement *find = sql(in->database, subject_text(kind));
    if (store_thing) {
        bind_seer(find, in);
    } else {
        bind_int64(find, in->user);
    }
    if (kind != SUBJECT_STORE) {
        bind_int64(find, inner ? PROJECT_OF(id) : id);
    }
    if (inner) {
        bind_int64(find, id);
    }
    if (sql_row(find)) {
        found = true;
        cursor row = {find, 0};
        status = read_asker(&row, in, error);
        seen = status == ANNOPROJ_OK && read_subject(&row, in, kind);
    }
    if (status != ANNOPROJ_OK) {
        sql_end(find, NULL);
        return status;
    }
    status = sql_end(find, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    if (!found) {
        return fail(error, ANNOPROJ_INTERNAL, "the subject query gave no row");
    }
    if (!seen) {
        return subject_unseen(store_thing || inner || kind == SUBJECT_PROJECT ? subject_name(kind) : "store", id,
                              error);
    }
    return ANNOPROJ_OK;
}

/* ---- facts of others ---- */

annoproj_status access_stage_facts(scope *in, int64_t stage, int64_t user, stage_facts *out, annoproj_error **error) {
    memset(out, 0, sizeof *out);
    if (PROJECT_OF(stage) != in->project.id) {
        return subject_unseen("stage", stage, error);
    }
    statement *find = sql(in->database, sql_one_stage);
    bind_int64(find, user);
    bind_int64(find, in->project.id);
    bind_int64(find, stage);
    bool found = sql_row(find);
    if (found) {
        cursor row = {find, 0};
        bool listed = false;
        read_stage(&row, out, &listed);
        int32_t role = next_int32(&row);
        out->member = is_member(out, user == 0 ? ANNOPROJ_ROLE_ADMIN : role, listed);
    }
    annoproj_status status = sql_end(find, error);
    return status != ANNOPROJ_OK || found ? status : subject_unseen("stage", stage, error);
}

annoproj_status access_task_facts(scope *in, int64_t task, task_facts *out, annoproj_error **error) {
    memset(out, 0, sizeof *out);
    if (PROJECT_OF(task) != in->project.id) {
        return subject_unseen("task", task, error);
    }
    statement *find = sql(in->database, sql_one_task);
    bind_int64(find, in->user);
    bind_int64(find, task);
    bool found = sql_row(find);
    if (found) {
        cursor row = {find, 0};
        read_task(&row, in, out);
    }
    annoproj_status status = sql_end(find, error);
    return status != ANNOPROJ_OK || found ? status : subject_unseen("task", task, error);
}

annoproj_status access_stage_member(scope *in, const stage_facts *stage, int64_t user, bool *member,
                                    annoproj_error **error) {
    *member = false;
    statement *find = sql(in->database, sql_assignable);
    bind_int64(find, user);
    bind_int64(find, PROJECT_OF(stage->id));
    bind_int64(find, stage->id);
    if (sql_row(find)) {
        int32_t role = (int32_t)column_int64(find, 0);
        bool disabled = column_int64(find, 1) != 0, listed = column_int64(find, 2) != 0;
        *member = !disabled && is_member(stage, role, listed);
    }
    return sql_end(find, error);
}

annoproj_status access_visible_stages(scope *in, visible_stage **stages, size_t *count, annoproj_error **error) {
    *stages = NULL;
    *count = 0;
    size_t capacity = 0, used = 0;
    visible_stage *list = NULL;
    statement *find = sql(in->database, sql_stages);
    bind_int64(find, in->user);
    bind_int64(find, MAKE_ID(in->project.id, 0));
    bind_int64(find, MAKE_ID(in->project.id, UINT32_MAX));
    while (sql_row(find)) {
        cursor row = {find, 0};
        visible_stage stage = {.own_only = false};
        read_own_stage(&row, in, &stage.facts);
        if (!stage_kind_of(stage.facts.type)->rests || (!in->manager && !stage.facts.member)) {
            continue;
        }
        stage.own_only = !in->manager && stage.facts.hide_unassigned;
        if (used == capacity) {
            capacity = capacity ? capacity * 2 : 16;
            visible_stage *larger = arena_array(in->memory, capacity, sizeof *larger);
            if (!larger) {
                sql_end(find, NULL);
                return fail_memory(error);
            }
            if (used > 0) {
                memcpy(larger, list, used * sizeof *list);
            }
            list = larger;
        }
        list[used++] = stage;
    }
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK) {
        *stages = list;
        *count = used;
    }
    return status;
}
