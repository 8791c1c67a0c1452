/* Reading a workflow document: members, settings, edges. */
#include "workflow_document.h"

#include <string.h>

#include "failure.h"
#include "json_read.h"
#include "utf8.h"

#define WHAT        "workflow"
#define KEY_LIMIT   ((size_t)64)
#define TITLE_LIMIT ((size_t)1024)
#define EMAIL_LIMIT ((size_t)320)

#define ON_ANNOTATION (1u << STAGE_ANNOTATION)
#define ON_REVIEW     (1u << STAGE_REVIEW)
#define ON_DONE       (1u << STAGE_DONE)

/* Settings that are true or false, and the stages that have them. "members" is the one of another kind. */
static const struct setting {
    const char *name;
    size_t place;
    uint32_t types;
} settings[] = {
    {"hide_unassigned", offsetof(document_stage, hide_unassigned), ON_ANNOTATION | ON_REVIEW},
    {"allow_reassessment", offsetof(document_stage, allow_reassessment), ON_ANNOTATION},
    {"require_complete_labels", offsetof(document_stage, require_complete_labels), ON_ANNOTATION},
    {"reviewer_not_submitter", offsetof(document_stage, reviewer_not_submitter), ON_REVIEW},
    {"strict_review", offsetof(document_stage, strict_review), ON_REVIEW},
    {"reassign_rejected_to_submitter", offsetof(document_stage, reassign_rejected), ON_REVIEW},
    {"archive", offsetof(document_stage, archive), ON_DONE},
};
#define SETTING_COUNT (sizeof settings / sizeof *settings)
#define MEMBERS       ((uint32_t)SETTING_COUNT) /* its bit */

const char *edge_name_text(int32_t edge) {
    static const char *const names[EDGE_COUNT] = {"submit", "approve", "reject"};
    return edge >= 0 && edge < EDGE_COUNT ? names[edge] : "";
}

void workflow_plan_release(workflow_plan *plan) {
    arena_release(&plan->memory);
    *plan = (workflow_plan){0};
}

static annoproj_status read_type(json_reader *from, document_stage *stage, annoproj_error **error) {
    const char *name = NULL;
    annoproj_status status = json_read_text(from, "type", KEY_LIMIT, &name, error);
    for (int32_t type = STAGE_ANNOTATION; status == ANNOPROJ_OK && type <= STAGE_DONE; type++) {
        if (strcmp(stage_type_name(type), name) == 0) {
            stage->type = type;
            return ANNOPROJ_OK;
        }
    }
    if (status == ANNOPROJ_OK) {
        status = json_fault(from, error, "stage type %s is not known: ANNOTATION, REVIEW and DONE are", QUOTED(name));
    }
    return status;
}

static annoproj_status read_edge(json_reader *from, document_stage *stage, annoproj_error **error) {
    for (int32_t edge = 0; edge < EDGE_COUNT; edge++) {
        if (json_key_is(&from->token, edge_name_text(edge))) {
            stage->edges |= 1u << edge;
            return json_read_text(from, edge_name_text(edge), KEY_LIMIT, &stage->targets[edge], error);
        }
    }
    struct quoted name;
    return json_fault(from, error, "edge %s is not known: submit, approve and reject are",
                      quoted(&name, from->token.start, from->token.length));
}

static annoproj_status read_members(json_reader *from, document_stage *stage, annoproj_error **error) {
    size_t capacity = 0;
    stage->members_listed = true;
    stage->settings |= 1u << MEMBERS;
    annoproj_status status = json_read_kind(from, JSON_ARRAY, "members", error);
    while (status == ANNOPROJ_OK) {
        const char *email = NULL;
        status = json_read_next(from, error);
        if (status != ANNOPROJ_OK || from->token.kind == JSON_ARRAY_END) {
            break;
        }
        if (from->token.kind != JSON_STRING) {
            return json_fault(from, error, "members must hold e-mails");
        }
        if (stage->member_count == WORKFLOW_MEMBERS) {
            return fail(error, ANNOPROJ_LIMIT, WHAT ": more than %d members of one stage", WORKFLOW_MEMBERS);
        }
        if (stage->member_count == capacity) {
            capacity = capacity ? capacity * 2 : 16;
            const char **members = arena_array(from->memory, capacity, sizeof *members);
            if (!members) {
                return fail_memory(error);
            }
            if (stage->member_count > 0) {
                memcpy(members, stage->members, stage->member_count * sizeof *members);
            }
            stage->members = members;
        }
        status = json_take_text(from, "members", EMAIL_LIMIT, &email, error);
        if (status == ANNOPROJ_OK) {
            ascii_lower((char *)(uintptr_t)email); /* our copy */
            stage->members[stage->member_count++] = email;
        }
    }
    return status;
}

static annoproj_status read_setting(json_reader *from, document_stage *stage, annoproj_error **error) {
    if (json_key_is(&from->token, "members")) {
        return read_members(from, stage, error);
    }
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        if (json_key_is(&from->token, settings[i].name)) {
            stage->settings |= 1u << i;
            return json_read_bool(from, settings[i].name, (bool *)((char *)stage + settings[i].place), error);
        }
    }
    struct quoted name;
    return json_fault(from, error,
                      "setting %s is not known: members, hide_unassigned, allow_reassessment, require_complete_labels, "
                      "reviewer_not_submitter, strict_review, reassign_rejected_to_submitter and archive are",
                      quoted(&name, from->token.start, from->token.length));
}

typedef annoproj_status (*member_fn)(json_reader *from, document_stage *stage, annoproj_error **error);

static annoproj_status read_object(json_reader *from, document_stage *stage, const char *name, member_fn member,
                                   annoproj_error **error) {
    bool more = true;
    annoproj_status status = json_read_kind(from, JSON_OBJECT, name, error);
    while (status == ANNOPROJ_OK && more) {
        status = json_read_member(from, &more, error);
        if (status == ANNOPROJ_OK && more) {
            status = member(from, stage, error);
        }
    }
    return status;
}

static annoproj_status read_stage_member(json_reader *from, document_stage *stage, annoproj_error **error) {
    if (json_key_is(&from->token, "key")) {
        return json_read_text(from, "key", KEY_LIMIT, &stage->key, error);
    }
    if (json_key_is(&from->token, "title")) {
        return json_read_text(from, "title", TITLE_LIMIT, &stage->title, error);
    }
    if (json_key_is(&from->token, "type")) {
        return read_type(from, stage, error);
    }
    if (json_key_is(&from->token, "edges")) {
        return read_object(from, stage, "edges", read_edge, error);
    }
    if (json_key_is(&from->token, "settings")) {
        return read_object(from, stage, "settings", read_setting, error);
    }
    return json_skip(from->scan, error);
}

#define stage_fault(stage, error, ...) json_fault_at(WHAT, (stage)->pointer, (stage)->offset, error, __VA_ARGS__)

/* What a stage must have, and settings that its type does not have. */
static annoproj_status check_stage(document_stage *stage, annoproj_error **error) {
    if (!stage->key || !*stage->key) {
        return stage_fault(stage, error, "the stage has no key");
    }
    if (stage->type == 0) {
        return stage_fault(stage, error, "stage %s has no type", QUOTED(stage->key));
    }
    if (!stage->title || !*stage->title) {
        stage->title = stage->key;
    }
    for (size_t i = 0; i <= SETTING_COUNT; i++) {
        const bool has = i < SETTING_COUNT ? (settings[i].types >> stage->type) & 1u : stage->type != STAGE_DONE;
        if ((stage->settings >> i) & 1u && !has) {
            return stage_fault(stage, error, "stage %s: the setting %s is not one of %s stages", QUOTED(stage->key),
                               i < SETTING_COUNT ? settings[i].name : "members", stage_type_name(stage->type));
        }
    }
    return ANNOPROJ_OK;
}

static annoproj_status read_stage(json_reader *from, workflow_plan *plan, annoproj_error **error) {
    if (plan->count == WORKFLOW_STAGES) {
        return fail(error, ANNOPROJ_LIMIT, WHAT ": more than %d stages", WORKFLOW_STAGES);
    }
    document_stage *stage = &plan->stages[plan->count];
    *stage = (document_stage){.offset = from->token.offset,
                              .pointer = json_read_pointer(from),
                              .require_complete_labels = true,
                              .strict_review = true,
                              .reassign_rejected = true};
    if (!stage->pointer) {
        return fail_memory(error);
    }
    bool more = true;
    annoproj_status status = ANNOPROJ_OK;
    while (status == ANNOPROJ_OK && more) {
        status = json_read_member(from, &more, error);
        if (status == ANNOPROJ_OK && more) {
            status = read_stage_member(from, stage, error);
        }
    }
    plan->count++;
    return status == ANNOPROJ_OK ? check_stage(stage, error) : status;
}

static annoproj_status read_stages(json_reader *from, workflow_plan *plan, annoproj_error **error) {
    annoproj_status status = json_read_kind(from, JSON_ARRAY, "stages", error);
    while (status == ANNOPROJ_OK) {
        status = json_read_next(from, error);
        if (status != ANNOPROJ_OK || from->token.kind == JSON_ARRAY_END) {
            break;
        }
        status = from->token.kind == JSON_OBJECT ? read_stage(from, plan, error)
                                                 : json_fault(from, error, "stages must hold objects");
    }
    return status;
}

static annoproj_status read_root(json_reader *from, workflow_plan *plan, annoproj_error **error) {
    bool more = true;
    annoproj_status status = json_read_kind(from, JSON_OBJECT, "the document", error);
    while (status == ANNOPROJ_OK && more) {
        status = json_read_member(from, &more, error);
        if (status != ANNOPROJ_OK || !more) {
            break;
        }
        if (json_key_is(&from->token, "start")) {
            status = json_read_text(from, "start", KEY_LIMIT, &plan->start, error);
        } else if (json_key_is(&from->token, "stages")) {
            status = read_stages(from, plan, error);
        } else {
            status = json_skip(from->scan, error);
        }
    }
    return status == ANNOPROJ_OK ? json_read_kind(from, JSON_END, "the end", error) : status;
}

annoproj_status workflow_plan_read(workflow_plan *plan, const char *json, size_t length, annoproj_error **error) {
    *plan = (workflow_plan){.start_index = -1};
    plan->stages = arena_array(&plan->memory, WORKFLOW_STAGES, sizeof *plan->stages);
    if (!plan->stages) {
        return fail_memory(error);
    }
    json_reader from = {.memory = &plan->memory, .what = WHAT};
    annoproj_status status = json_scan_memory(json, length, NULL, &from.scan, error);
    if (status == ANNOPROJ_OK) {
        status = read_root(&from, plan, error);
    }
    json_scan_release(from.scan);
    return status == ANNOPROJ_OK ? workflow_plan_check(plan, error) : status;
}
