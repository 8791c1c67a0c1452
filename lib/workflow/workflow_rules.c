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

static void check_keys(const workflow_plan *plan, faults *all) {
    for (size_t i = 0; i < plan->count; i++) {
        const document_stage *stage = &plan->stages[i];
        if (find_stage(plan, stage->key) != (int32_t)i)
            stage_fault(all, stage, "two stages have the key %s: keys are unique", QUOTED(stage->key));
    }
}

static void check_start(workflow_plan *plan, faults *all) {
    plan->start_index = plan->start ? find_stage(plan, plan->start) : -1;
    const document_stage *first = plan->start_index < 0 ? NULL : &plan->stages[plan->start_index];
    if (plan->count == 0)
        faults_add(all, "/stages", 0, "there are no stages");
    else if (!plan->start)
        faults_add(all, "/start", 0, "there is no start: exactly one stage must be named");
    else if (!first)
        faults_add(all, "/start", 0, "start names %s, but there is no stage with that key", QUOTED(plan->start));
    else if (first->type != STAGE_ANNOTATION && first->type != STAGE_CONSENSUS_ANNOTATION && first->type != STAGE_AGENT)
        stage_fault(all, first,
                    "stage %s comes after the start, but only an ANNOTATION, CONSENSUS_ANNOTATION or AGENT stage"
                    " may, not a %s stage",
                    QUOTED(first->key), stage_kind_of(first->type)->name);
}

/* --- edges and pathways ------------------------------------------------------------------------------------------- */

static void check_edge(const workflow_plan *plan, document_stage *stage, int32_t edge, faults *all) {
    const bool wanted = ways_out[stage->type].edges >> edge & 1u;
    const char *target = stage->targets[edge];
    stage->target[edge] = wanted && target ? find_stage(plan, target) : -1;
    if (!wanted && target)
        stage_fault(all, stage, "stage %s: %s stages have no edge %s", QUOTED(stage->key),
                    stage_kind_of(stage->type)->name, edge_name_text(edge));
    if (!wanted)
        return;
    if (!target)
        stage_fault(all, stage, "stage %s: the edge %s is not wired: it must name a stage", QUOTED(stage->key),
                    edge_name_text(edge));
    else if (stage->target[edge] < 0)
        stage_fault(all, stage, "stage %s: the edge %s leads to %s, but there is no stage with that key",
                    QUOTED(stage->key), edge_name_text(edge), QUOTED(target));
    else if (&plan->stages[stage->target[edge]] == stage)
        stage_fault(all, stage, "stage %s: the edge %s leads back to the stage itself", QUOTED(stage->key),
                    edge_name_text(edge));
}

/* That its key is its own, and that it says what its router goes by and nothing else. */
static void check_parts(const document_stage *stage, const document_pathway *path, faults *all) {
    const struct {
        const char *name;
        bool given;
        int32_t type;
    } parts[] = {{"percentage", path->share != 0, STAGE_PERCENTAGE_ROUTER},
                 {"users", path->user_count != 0, STAGE_USER_ROUTER},
                 {"rule", path->rule != NULL, STAGE_METADATA_ROUTER}};
    for (const document_pathway *other = stage->pathways; other < path; other++) {
        if (strcmp(other->key, path->key) == 0) {
            stage_fault(all, path, "stage %s: two pathways have the key %s: keys are unique", QUOTED(stage->key),
                        QUOTED(path->key));
            break;
        }
    }
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].given != (stage->type == parts[i].type))
            stage_fault(all, path, "stage %s: the pathway %s %s %s", QUOTED(stage->key), QUOTED(path->key),
                        parts[i].given ? "may not have" : "must have", parts[i].name);
    }
}

static void check_target(const workflow_plan *plan, const document_stage *stage, document_pathway *path, faults *all) {
    path->target = path->to ? find_stage(plan, path->to) : -1;
    if (!path->to)
        stage_fault(all, path, "stage %s: the pathway %s is not wired: `to` must name a stage", QUOTED(stage->key),
                    QUOTED(path->key));
    else if (path->target < 0)
        stage_fault(all, path, "stage %s: the pathway %s leads to %s, but there is no stage with that key",
                    QUOTED(stage->key), QUOTED(path->key), QUOTED(path->to));
    else if (&plan->stages[path->target] == stage)
        stage_fault(all, path, "stage %s: the pathway %s leads back to the stage itself", QUOTED(stage->key),
                    QUOTED(path->key));
}

static void check_shares(const document_stage *stage, faults *all) {
    int64_t sum = 0;
    for (size_t i = 0; i < stage->pathway_count; i++)
        sum += stage->pathways[i].share;
    if (stage->type == STAGE_PERCENTAGE_ROUTER && sum != SHARE_WHOLE)
        stage_fault(all, stage, "stage %s: the percentages sum to %lld.%06lld, not to 1", QUOTED(stage->key),
                    (long long)(sum / SHARE_WHOLE), (long long)(sum % SHARE_WHOLE));
}

static int compare_texts(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static annoproj_status check_users(const document_stage *stage, arena *memory, faults *all, annoproj_error **error) {
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
        if (strcmp(users[i - 1], users[i]) == 0 && (i == 1 || strcmp(users[i - 2], users[i]) != 0))
            stage_fault(all, stage, "stage %s: %s is named twice: each user may be in one pathway", QUOTED(stage->key),
                        QUOTED(users[i]));
    }
    return ANNOPROJ_OK;
}

static annoproj_status check_pathways(workflow_plan *plan, document_stage *stage, faults *all, annoproj_error **error) {
    const bool wanted = ways_out[stage->type].pathways;
    if (stage->has_pathways && !wanted)
        stage_fault(all, stage, "stage %s: %s stages have no pathways", QUOTED(stage->key),
                    stage_kind_of(stage->type)->name);
    if (wanted && stage->pathway_count == 0)
        stage_fault(all, stage, "stage %s: a %s stage needs at least one pathway", QUOTED(stage->key),
                    stage_kind_of(stage->type)->name);
    if (!wanted || stage->pathway_count == 0)
        return ANNOPROJ_OK;
    for (size_t i = 0; i < stage->pathway_count; i++) {
        check_parts(stage, &stage->pathways[i], all);
        check_target(plan, stage, &stage->pathways[i], all);
    }
    check_shares(stage, all);
    return check_users(stage, &plan->memory, all, error);
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
static void check_reach(const workflow_plan *plan, faults *all) {
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
            stage_fault(all, stage, "stage %s: no complete stage (DONE without archive) can be reached from it",
                        QUOTED(stage->key));
    }
}

/* Takes away the routers that lead to no other router that is left, again and again: a cycle stays. */
static void check_router_cycles(const workflow_plan *plan, faults *all) {
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
            stage_fault(all, &plan->stages[i], "stage %s: the routers lead in a cycle among themselves",
                        QUOTED(plan->stages[i].key));
    }
}

/* A consensus annotation stage submits into its review, which rejects back to it and which nothing else leads to. */
static void check_consensus(const workflow_plan *plan, faults *all) {
    for (size_t i = 0; i < plan->count; i++) {
        const document_stage *stage = &plan->stages[i];
        const int32_t review = stage->target[EDGE_SUBMIT], annotate = stage->target[EDGE_REJECT];
        if (stage->type == STAGE_CONSENSUS_ANNOTATION && (plan->stages[review].type != STAGE_CONSENSUS_REVIEW ||
                                                          plan->stages[review].target[EDGE_REJECT] != (int32_t)i))
            stage_fault(all, stage,
                        "stage %s: its submit must lead to the CONSENSUS_REVIEW stage that rejects back to it",
                        QUOTED(stage->key));
        if (stage->type == STAGE_CONSENSUS_REVIEW && (plan->stages[annotate].type != STAGE_CONSENSUS_ANNOTATION ||
                                                      plan->stages[annotate].target[EDGE_SUBMIT] != (int32_t)i))
            stage_fault(all, stage,
                        "stage %s: its reject must lead to the CONSENSUS_ANNOTATION stage that submits to it",
                        QUOTED(stage->key));
        int32_t target = 0;
        for (size_t at = 0; (target = next_target(stage, &at)) >= 0;) {
            if (plan->stages[target].type == STAGE_CONSENSUS_REVIEW && stage->type != STAGE_CONSENSUS_ANNOTATION)
                stage_fault(all, stage,
                            "stage %s leads to the consensus review %s: only its CONSENSUS_ANNOTATION stage may",
                            QUOTED(stage->key), QUOTED(plan->stages[target].key));
        }
    }
}

annoproj_status workflow_plan_check(workflow_plan *plan, faults *all, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    check_keys(plan, all);
    check_start(plan, all);
    for (size_t i = 0; i < plan->count && status == ANNOPROJ_OK; i++) {
        for (int32_t edge = 0; edge < EDGE_COUNT; edge++)
            check_edge(plan, &plan->stages[i], edge, all);
        status = check_pathways(plan, &plan->stages[i], all, error);
    }
    if (status == ANNOPROJ_OK && all->count == 0) {
        check_consensus(plan, all);
        check_router_cycles(plan, all);
        check_reach(plan, all);
    }
    return status;
}
