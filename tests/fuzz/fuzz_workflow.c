/* A workflow document: what is taken has every edge wired, and its routing rules can be asked about a data unit. */
#include "fuzz.h"

#include "route_rule.h"
#include "workflow_document.h"

const unsigned fuzz_rounds = 4000;

static void ask_rule(arena *memory, const document_pathway *path) {
    static const uint8_t dataset[16] = {1};
    const data_unit unit = {.id = 1,
                            .data_type = ANNOPROJ_DATA_IMAGE,
                            .title = "batch7/img_001.jpg",
                            .client_metadata = "{\"site\":\"a\",\"n\":3,\"night\":true}"};
    annoproj_error *error = NULL;
    bool matches = false;
    annoproj_status status = route_rule_matches(memory, path->rule, path->rule_length, &unit, dataset, &matches,
                                                &error);
    require_no_fault(status, error);
    require(status == ANNOPROJ_OK || (status == ANNOPROJ_LIMIT && !matches));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    workflow_plan plan;
    annoproj_error *error = NULL;
    annoproj_status status = workflow_plan_read(&plan, (const char *)data, length, &error);
    require_no_fault(status, error);
    if (status == ANNOPROJ_OK) {
        require(plan.count > 0 && plan.start_index >= 0 && (size_t)plan.start_index < plan.count);
        for (size_t i = 0; i < plan.count; i++) {
            const document_stage *stage = &plan.stages[i];
            for (size_t edge = 0; edge < EDGE_COUNT; edge++)
                require(!stage->targets[edge] ||
                        (stage->target[edge] >= 0 && (size_t)stage->target[edge] < plan.count));
            for (size_t j = 0; j < stage->pathway_count; j++) {
                require(stage->pathways[j].target >= 0 && (size_t)stage->pathways[j].target < plan.count);
                if (stage->pathways[j].rule)
                    ask_rule(&plan.memory, &stage->pathways[j]);
            }
        }
    }
    workflow_plan_release(&plan);
    return 0;
}
