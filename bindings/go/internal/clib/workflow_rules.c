/* The rules of a workflow: one start, every edge wired, what pathways must say, paired consensus stages, a complete
 * stage within reach of every stage, no cycle of routers. */
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "workflow_document.h"

#define EDGE(name) (1u << EDGE_##name)

/* What leads out of the stages of each type: the edges, all of them, and whether there are pathways beside. */
static const struct ways_out {
    uint32_t edges;
    bool pathways;
} ways_out[STAGE_TYPES] = {
    [STAGE_ANNOTATION] = {EDGE(SUBMIT), false},
    [STAGE_REVIEW] = {EDGE(APPROVE) | EDGE(REJECT), false},
    [STAGE_DONE] = {0, false},
    [STAGE_AGENT] = {0, true},
    [STAGE_CONSENSUS_ANNOTATION] = {EDGE(SUBMIT), false},
    [STAGE_CONSENSUS_REVIEW] = {EDGE(APPROVE) | EDGE(REJECT), false},
    [STAGE_USER_ROUTER] = {EDGE(DEFAULT), true},
    [STAGE_PERCENTAGE_ROUTER] = {0, true},
    [STAGE_METADATA_ROUTER] = {EDGE(DEFAULT), true},
};

static int32_t find_stage(const workflow_plan *plan, const char *key) {
    for (size_t i = 0; i < plan->count; i++) {
        if (strcmp(plan->stages[i].key, key) == 0)
            return (int32_t)i;
    }
    return -1;
}

static annoproj_status check_keys(const workflow_plan *plan, annoproj_error **error) {
    for (size_t i = 0; i < plan->count; i++) {
        const document_stage *stage = &plan->stages[i];
        if (find_stage(plan, stage->key) != (int32_t)i)
            return stage_fault(stage, error, "two stages have the key %s: keys are unique", QUOTED(stage->key));
    }
    return ANNOPROJ_OK;
}

static annoproj_status check_start(workflow_plan *plan, annoproj_error **error) {
    if (plan->count == 0)
        return json_fault_at("workflow", "/stages", 0, error, "there are no stages");
    if (!plan->start)
        return json_fault_at("workflow", "/start", 0, error, "there is no start: exactly one stage must be named");
    plan->start_index = find_stage(plan, plan->start);
    if (plan->start_index < 0)
        return json_fault_at("workflow", "/start", 0, error, "start names %s, but there is no stage with that key",
                             QUOTED(plan->start));
    const document_stage *first = &plan->stages[plan->start_index];
    if (first->type != STAGE_ANNOTATION && first->type != STAGE_CONSENSUS_ANNOTATION && first->type != STAGE_AGENT)
        return stage_fault(first, error,
                           "stage %s comes after the start, but only an ANNOTATION, CONSENSUS_ANNOTATION or AGENT stage"
                           " may, not a %s stage",
                           QUOTED(first->key), stage_kind_of(first->type)->name);
    return ANNOPROJ_OK;
}

/* --- edges and pathways ------------------------------------------------------------------------------------------- */

static annoproj_status check_edges(workflow_plan *plan, document_stage *stage, annoproj_error **error) {
    for (int32_t edge = 0; edge < EDGE_COUNT; edge++) {
        const bool wanted = ways_out[stage->type].edges >> edge & 1u;
        stage->target[edge] = -1;
        if (!wanted && stage->targets[edge])
            return stage_fault(stage, error, "stage %s: %s stages have no edge %s", QUOTED(stage->key),
                               stage_kind_of(stage->type)->name, edge_name_text(edge));
        if (!wanted)
            continue;
        if (!stage->targets[edge])
            return stage_fault(stage, error, "stage %s: the edge %s is not wired: it must name a stage",
                               QUOTED(stage->key), edge_name_text(edge));
        stage->target[edge] = find_stage(plan, stage->targets[edge]);
        if (stage->target[edge] < 0)
            return stage_fault(stage, error, "stage %s: the edge %s leads to %s, but there is no stage with that key",
                               QUOTED(stage->key), edge_name_text(edge), QUOTED(stage->targets[edge]));
        if (&plan->stages[stage->target[edge]] == stage)
            return stage_fault(stage, error, "stage %s: the edge %s leads back to the stage itself", QUOTED(stage->key),
                               edge_name_text(edge));
    }
    return ANNOPROJ_OK;
}

/* Where a pathway leads, that its key is its own, and that it says what its router goes by and nothing else. */
static annoproj_status check_pathway(const workflow_plan *plan, const document_stage *stage, document_pathway *path,
                                     annoproj_error **error) {
    for (const document_pathway *other = stage->pathways; other < path; other++) {
        if (strcmp(other->key, path->key) == 0)
            return stage_fault(path, error, "stage %s: two pathways have the key %s: keys are unique",
                               QUOTED(stage->key), QUOTED(path->key));
    }
    const struct {
        const char *name;
        bool given;
        int32_t type;
    } parts[] = {{"percentage", path->share != 0, STAGE_PERCENTAGE_ROUTER},
                 {"users", path->user_count != 0, STAGE_USER_ROUTER},
                 {"rule", path->rule != NULL, STAGE_METADATA_ROUTER}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].given != (stage->type == parts[i].type))
            return stage_fault(path, error, "stage %s: the pathway %s %s %s", QUOTED(stage->key), QUOTED(path->key),
                               parts[i].given ? "may not have" : "must have", parts[i].name);
    }
    path->target = path->to ? find_stage(plan, path->to) : -1;
    if (!path->to)
        return stage_fault(path, error, "stage %s: the pathway %s is not wired: `to` must name a stage",
                           QUOTED(stage->key), QUOTED(path->key));
    if (path->target < 0)
        return stage_fault(path, error, "stage %s: the pathway %s leads to %s, but there is no stage with that key",
                           QUOTED(stage->key), QUOTED(path->key), QUOTED(path->to));
    if (&plan->stages[path->target] == stage)
        return stage_fault(path, error, "stage %s: the pathway %s leads back to the stage itself", QUOTED(stage->key),
                           QUOTED(path->key));
    return ANNOPROJ_OK;
}

static annoproj_status check_shares(const document_stage *stage, annoproj_error **error) {
    int64_t sum = 0;
    for (size_t i = 0; i < stage->pathway_count; i++)
        sum += stage->pathways[i].share;
    if (stage->type == STAGE_PERCENTAGE_ROUTER && sum != SHARE_WHOLE)
        return stage_fault(stage, error, "stage %s: the percentages sum to %lld.%06lld, not to 1", QUOTED(stage->key),
                           (long long)(sum / SHARE_WHOLE), (long long)(sum % SHARE_WHOLE));
    return ANNOPROJ_OK;
}

static int compare_texts(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static annoproj_status check_users(const document_stage *stage, arena *memory, annoproj_error **error) {
    size_t total = 0, count = 0;
    for (size_t i = 0; i < stage->pathway_count; i++)
        total += stage->pathways[i].user_count;
    const char **users = arena_array(memory, total + 1, sizeof *users);
    if (!users)
        return fail_memory(error);
    for (size_t i = 0; i < stage->pathway_count; i++) {
        for (size_t j = 0; j < stage->pathways[i].user_count; j++)
            users[count++] = stage->pathways[i].users[j];
    }
    qsort(users, count, sizeof *users, compare_texts);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(users[i - 1], users[i]) == 0)
            return stage_fault(stage, error, "stage %s: %s is named twice: each user may be in one pathway",
                               QUOTED(stage->key), QUOTED(users[i]));
    }
    return ANNOPROJ_OK;
}

static annoproj_status check_pathways(workflow_plan *plan, document_stage *stage, annoproj_error **error) {
    const bool wanted = ways_out[stage->type].pathways;
    annoproj_status status = ANNOPROJ_OK;
    if (stage->has_pathways && !wanted)
        return stage_fault(stage, error, "stage %s: %s stages have no pathways", QUOTED(stage->key),
                           stage_kind_of(stage->type)->name);
    if (wanted && stage->pathway_count == 0)
        return stage_fault(stage, error, "stage %s: a %s stage needs at least one pathway", QUOTED(stage->key),
                           stage_kind_of(stage->type)->name);
    for (size_t i = 0; i < stage->pathway_count && status == ANNOPROJ_OK; i++)
        status = check_pathway(plan, stage, &stage->pathways[i], error);
    if (status == ANNOPROJ_OK)
        status = check_shares(stage, error);
    return status == ANNOPROJ_OK ? check_users(stage, &plan->memory, error) : status;
}

/* --- the graph ---------------------------------------------------------------------------------------------------- */

/* The next target of a stage, edges first; -1 behind the last. */
static int32_t next_target(const document_stage *stage, size_t *at) {
    while (*at < EDGE_COUNT + stage->pathway_count) {
        const size_t i = (*at)++;
        const int32_t target = i < EDGE_COUNT ? stage->target[i] : stage->pathways[i - EDGE_COUNT].target;
        if (target >= 0)
            return target;
    }
    return -1;
}

static bool leads_to(const document_stage *stage, const bool *set) {
    int32_t target = 0;
    for (size_t at = 0; (target = next_target(stage, &at)) >= 0;) {
        if (set[target])
            return true;
    }
    return false;
}

/* Grows the set of stages from which a complete stage is in reach until it grows no more. */
static annoproj_status check_reach(const workflow_plan *plan, annoproj_error **error) {
    bool reaches[WORKFLOW_STAGES] = {false};
    bool grown = true;
    for (size_t i = 0; i < plan->count; i++)
        reaches[i] = plan->stages[i].type == STAGE_DONE && !plan->stages[i].archive;
    while (grown) {
        grown = false;
        for (size_t i = 0; i < plan->count; i++) {
            const bool now = reaches[i] || leads_to(&plan->stages[i], reaches);
            grown = grown || now != reaches[i];
            reaches[i] = now;
        }
    }
    for (size_t i = 0; i < plan->count; i++) {
        const document_stage *stage = &plan->stages[i];
        if (!reaches[i] && stage->type != STAGE_DONE)
            return stage_fault(stage, error,
                               "stage %s: no complete stage (DONE without archive) can be reached from it",
                               QUOTED(stage->key));
    }
    return ANNOPROJ_OK;
}

/* Takes away the routers that lead to no other router that is left, again and again: a cycle stays. */
static annoproj_status check_router_cycles(const workflow_plan *plan, annoproj_error **error) {
    bool left[WORKFLOW_STAGES] = {false};
    bool shrunk = true;
    for (size_t i = 0; i < plan->count; i++)
        left[i] = !stage_kind_of(plan->stages[i].type)->rests;
    while (shrunk) {
        shrunk = false;
        for (size_t i = 0; i < plan->count; i++) {
            if (left[i] && !leads_to(&plan->stages[i], left)) {
                left[i] = false;
                shrunk = true;
            }
        }
    }
    for (size_t i = 0; i < plan->count; i++) {
        if (left[i])
            return stage_fault(&plan->stages[i], error, "stage %s: the routers lead in a cycle among themselves",
                               QUOTED(plan->stages[i].key));
    }
    return ANNOPROJ_OK;
}

/* A consensus annotation stage submits into its review, which rejects back to it and which nothing else leads to. */
static annoproj_status check_consensus(const workflow_plan *plan, annoproj_error **error) {
    for (size_t i = 0; i < plan->count; i++) {
        const document_stage *stage = &plan->stages[i];
        const int32_t review = stage->target[EDGE_SUBMIT], annotate = stage->target[EDGE_REJECT];
        if (stage->type == STAGE_CONSENSUS_ANNOTATION && (plan->stages[review].type != STAGE_CONSENSUS_REVIEW ||
                                                          plan->stages[review].target[EDGE_REJECT] != (int32_t)i))
            return stage_fault(stage, error,
                               "stage %s: its submit must lead to the CONSENSUS_REVIEW stage that rejects back to it",
                               QUOTED(stage->key));
        if (stage->type == STAGE_CONSENSUS_REVIEW && (plan->stages[annotate].type != STAGE_CONSENSUS_ANNOTATION ||
                                                      plan->stages[annotate].target[EDGE_SUBMIT] != (int32_t)i))
            return stage_fault(stage, error,
                               "stage %s: its reject must lead to the CONSENSUS_ANNOTATION stage that submits to it",
                               QUOTED(stage->key));
        int32_t target = 0;
        for (size_t at = 0; (target = next_target(stage, &at)) >= 0;) {
            if (plan->stages[target].type == STAGE_CONSENSUS_REVIEW && stage->type != STAGE_CONSENSUS_ANNOTATION)
                return stage_fault(stage, error,
                                   "stage %s leads to the consensus review %s: only its CONSENSUS_ANNOTATION stage may",
                                   QUOTED(stage->key), QUOTED(plan->stages[target].key));
        }
    }
    return ANNOPROJ_OK;
}

annoproj_status workflow_plan_check(workflow_plan *plan, annoproj_error **error) {
    annoproj_status status = check_keys(plan, error);
    if (status == ANNOPROJ_OK)
        status = check_start(plan, error);
    for (size_t i = 0; i < plan->count && status == ANNOPROJ_OK; i++) {
        status = check_edges(plan, &plan->stages[i], error);
        if (status == ANNOPROJ_OK)
            status = check_pathways(plan, &plan->stages[i], error);
    }
    if (status == ANNOPROJ_OK)
        status = check_consensus(plan, error);
    if (status == ANNOPROJ_OK)
        status = check_router_cycles(plan, error);
    return status == ANNOPROJ_OK ? check_reach(plan, error) : status;
}
