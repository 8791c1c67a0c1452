/* Reading a workflow document: its stages, what each leads to. Settings and pathways have files of their own. */
#include "workflow_document.h"

#include <string.h>

#include "failure.h"

const char *edge_name_text(int32_t edge) {
    static const char *const names[EDGE_COUNT] = {"submit", "approve", "reject", "default"};
    return edge >= 0 && edge < EDGE_COUNT ? names[edge] : "";
}

void workflow_plan_release(workflow_plan *plan) {
    arena_release(&plan->memory);
    *plan = (workflow_plan){0};
}

static annoproj_status read_type(json_reader *from, document_stage *stage, annoproj_error **error) {
    const char *name = NULL;
    annoproj_status status = json_read_text(from, "type", WORKFLOW_KEY_LIMIT, &name, error);
    if (status != ANNOPROJ_OK)
        return status;
    stage->type = stage_type_of(name);
    return stage->type ? ANNOPROJ_OK : json_fault(from, error, "stage type %s is not known", QUOTED(name));
}

static annoproj_status read_edge(json_reader *from, document_stage *stage, annoproj_error **error) {
    for (int32_t edge = 0; edge < EDGE_COUNT; edge++) {
        if (json_key_is(&from->token, edge_name_text(edge))) {
            return json_read_text(from, edge_name_text(edge), WORKFLOW_KEY_LIMIT, &stage->targets[edge], error);
        }
    }
    struct quoted name;
    return json_fault(from, error, "edge %s is not known: submit, approve, reject and default are",
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
            const int32_t depth = from->token.depth;
            status = json_go_on(from, depth, member(from, stage, error), error);
        }
    }
    return status;
}

static annoproj_status read_stage_member(json_reader *from, document_stage *stage, annoproj_error **error) {
    if (json_key_is(&from->token, "key")) {
        return json_read_text(from, "key", WORKFLOW_KEY_LIMIT, &stage->key, error);
    }
    if (json_key_is(&from->token, "title")) {
        return json_read_text(from, "title", WORKFLOW_TITLE_LIMIT, &stage->title, error);
    }
    if (json_key_is(&from->token, "type")) {
        return read_type(from, stage, error);
    }
    if (json_key_is(&from->token, "edges")) {
        return read_object(from, stage, "edges", read_edge, error);
    }
    if (json_key_is(&from->token, "settings")) {
        return read_object(from, stage, "settings", workflow_read_setting, error);
    }
    if (json_key_is(&from->token, "pathways")) {
        return workflow_read_pathways(from, stage, error);
    }
    return json_skip(from->scan, error);
}

/* What a stage must have, and what its type does not have. */
static void check_stage(document_stage *stage, faults *all) {
    if (!stage->key || !*stage->key) {
        stage_fault(all, stage, "the stage has no key");
    } else if (stage->type == 0) {
        stage_fault(all, stage, "stage %s has no type", QUOTED(stage->key));
    } else {
        workflow_check_settings(stage, all);
    }
    if (!stage->title || !*stage->title) {
        stage->title = stage->key;
    }
}

static annoproj_status read_stage(json_reader *from, workflow_plan *plan, annoproj_error **error) {
    if (plan->count == WORKFLOW_STAGES) {
        return fail(error, ANNOPROJ_LIMIT, "workflow: more than %d stages", WORKFLOW_STAGES);
    }
    document_stage *stage = &plan->stages[plan->count];
    *stage = (document_stage){.offset = from->token.offset,
                              .pointer = json_read_pointer(from),
                              .require_complete_labels = true,
                              .strict_review = true,
                              .reassign_rejected = true,
                              .annotators = 2,
                              .consensus = CONSENSUS_DETERMINE};
    if (!stage->pointer) {
        return fail_memory(error);
    }
    const int64_t before = from->faults->count;
    bool more = true;
    annoproj_status status = ANNOPROJ_OK;
    while (status == ANNOPROJ_OK && more) {
        status = json_read_member(from, &more, error);
        if (status == ANNOPROJ_OK && more) {
            const int32_t depth = from->token.depth;
            status = json_go_on(from, depth, read_stage_member(from, stage, error), error);
        }
    }
    plan->count++;
    if (status == ANNOPROJ_OK && from->faults->count == before) {
        check_stage(stage, from->faults);
    }
    return status;
}

static annoproj_status read_stages(json_reader *from, workflow_plan *plan, annoproj_error **error) {
    annoproj_status status = json_read_kind(from, JSON_ARRAY, "stages", error);
    while (status == ANNOPROJ_OK) {
        status = json_read_next(from, error);
        if (status != ANNOPROJ_OK || from->token.kind == JSON_ARRAY_END) {
            break;
        }
        const int32_t depth = from->token.depth;
        status = from->token.kind == JSON_OBJECT ? read_stage(from, plan, error)
                                                 : json_fault(from, error, "stages must hold objects");
        status = json_go_on(from, depth, status, error);
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
        const int32_t depth = from->token.depth;
        if (json_key_is(&from->token, "start")) {
            status = json_read_text(from, "start", WORKFLOW_KEY_LIMIT, &plan->start, error);
        } else if (json_key_is(&from->token, "stages")) {
            status = read_stages(from, plan, error);
        } else {
            status = json_skip(from->scan, error);
        }
        status = json_go_on(from, depth, status, error);
    }
    return status == ANNOPROJ_OK ? json_read_kind(from, JSON_END, "the end", error) : status;
}

annoproj_status workflow_plan_read(workflow_plan *plan, const char *json, size_t length, annoproj_error **error) {
    *plan = (workflow_plan){.start_index = -1};
    plan->stages = arena_array(&plan->memory, WORKFLOW_STAGES, sizeof *plan->stages);
    if (!plan->stages) {
        return fail_memory(error);
    }
    faults all = {0};
    json_reader from = {.memory = &plan->memory, .what = "workflow", .faults = &all};
    annoproj_status status = json_scan_memory(json, length, NULL, &from.scan, error);
    if (status == ANNOPROJ_OK) {
        status = read_root(&from, plan, error);
    }
    if (status == ANNOPROJ_OK && all.count == 0) {
        status = workflow_plan_check(plan, &all, error);
    }
    status = json_report(&from, status, error);
    json_scan_release(from.scan);
    faults_release(&all);
    return status;
}
