/* The rules of a workflow: one start, every edge wired, a complete stage within reach of every stage. */
#include <string.h>

#include "failure.h"
#include "json_read.h"
#include "workflow_document.h"

#define WHAT                           "workflow"
#define stage_fault(stage, error, ...) json_fault_at(WHAT, (stage)->pointer, (stage)->offset, error, __VA_ARGS__)

/* Edges that a stage of each type has, all of them. */
static const uint32_t edges_of[] = {
    [STAGE_ANNOTATION] = 1u << EDGE_SUBMIT,
    [STAGE_REVIEW] = 1u << EDGE_APPROVE | 1u << EDGE_REJECT,
    [STAGE_DONE] = 0,
};

static int32_t find_stage(const workflow_plan *plan, const char *key) {
    for (size_t i = 0; i < plan->count; i++) {
        if (strcmp(plan->stages[i].key, key) == 0) {
            return (int32_t)i;
        }
    }
    return -1;
}

static annoproj_status check_keys(const workflow_plan *plan, annoproj_error **error) {
    for (size_t i = 0; i < plan->count; i++) {
        const document_stage *stage = &plan->stages[i];
        if (find_stage(plan, stage->key) != (int32_t)i) {
            return stage_fault(stage, error, "two stages have the key %s: keys are unique", QUOTED(stage->key));
        }
    }
    return ANNOPROJ_OK;
}

static annoproj_status check_start(workflow_plan *plan, annoproj_error **error) {
    if (plan->count == 0) {
        return json_fault_at(WHAT, "/stages", 0, error, "there are no stages");
    }
    if (!plan->start) {
        return json_fault_at(WHAT, "/start", 0, error, "there is no start: exactly one stage must be named");
    }
    plan->start_index = find_stage(plan, plan->start);
    if (plan->start_index < 0) {
        return json_fault_at(WHAT, "/start", 0, error, "start names %s, but there is no stage with that key",
                             QUOTED(plan->start));
    }
    const document_stage *first = &plan->stages[plan->start_index];
    if (first->type != STAGE_ANNOTATION) {
        return stage_fault(first, error,
                           "stage %s comes after the start, but only an ANNOTATION stage may, not a %s stage",
                           QUOTED(first->key), stage_type_name(first->type));
    }
    return ANNOPROJ_OK;
}

static annoproj_status check_edges(workflow_plan *plan, document_stage *stage, annoproj_error **error) {
    for (int32_t edge = 0; edge < EDGE_COUNT; edge++) {
        const bool wanted = (edges_of[stage->type] >> edge) & 1u;
        stage->target[edge] = -1;
        if (!wanted && stage->targets[edge]) {
            return stage_fault(stage, error, "stage %s: a %s stage has no edge %s", QUOTED(stage->key),
                               stage_type_name(stage->type), edge_name_text(edge));
        }
        if (!wanted) {
            continue;
        }
        if (!stage->targets[edge]) {
            return stage_fault(stage, error, "stage %s: the edge %s is not wired", QUOTED(stage->key),
                               edge_name_text(edge));
        }
        stage->target[edge] = find_stage(plan, stage->targets[edge]);
        if (stage->target[edge] < 0) {
            return stage_fault(stage, error, "stage %s: the edge %s leads to %s, but there is no stage with that key",
                               QUOTED(stage->key), edge_name_text(edge), QUOTED(stage->targets[edge]));
        }
        if (&plan->stages[stage->target[edge]] == stage) {
            return stage_fault(stage, error, "stage %s: the edge %s leads back to the stage itself", QUOTED(stage->key),
                               edge_name_text(edge));
        }
    }
    return ANNOPROJ_OK;
}

/* Grows the set of stages from which a complete stage is in reach until it grows no more. */
static annoproj_status check_reach(const workflow_plan *plan, annoproj_error **error) {
    bool reaches[WORKFLOW_STAGES] = {false};
    bool grown = true;
    for (size_t i = 0; i < plan->count; i++) {
        reaches[i] = plan->stages[i].type == STAGE_DONE && !plan->stages[i].archive;
    }
    while (grown) {
        grown = false;
        for (size_t i = 0; i < plan->count; i++) {
            for (int32_t edge = 0; edge < EDGE_COUNT && !reaches[i]; edge++) {
                const int32_t target = plan->stages[i].target[edge];
                reaches[i] = target >= 0 && reaches[target];
                grown = grown || reaches[i];
            }
        }
    }
    for (size_t i = 0; i < plan->count; i++) {
        const document_stage *stage = &plan->stages[i];
        if (!reaches[i] && stage->type != STAGE_DONE) {
            return stage_fault(stage, error,
                               "stage %s: no complete stage (DONE without archive) can be reached from it",
                               QUOTED(stage->key));
        }
    }
    return ANNOPROJ_OK;
}

annoproj_status workflow_plan_check(workflow_plan *plan, annoproj_error **error) {
    annoproj_status status = check_keys(plan, error);
    if (status == ANNOPROJ_OK) {
        status = check_start(plan, error);
    }
    for (size_t i = 0; i < plan->count && status == ANNOPROJ_OK; i++) {
        status = check_edges(plan, &plan->stages[i], error);
    }
    return status == ANNOPROJ_OK ? check_reach(plan, error) : status;
}
