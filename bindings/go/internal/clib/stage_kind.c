/* The types of stages. */
#include "stage_kind.h"

#include <string.h>

static const stage_kind kinds[STAGE_TYPES] = {
    [0] = {"", 0, STAGE_WORK_OTHER, false},
    [STAGE_ANNOTATION] = {"ANNOTATION", ANNOPROJ_OPERATION_ANNOTATE, STAGE_WORK_ANNOTATE, true},
    [STAGE_REVIEW] = {"REVIEW", ANNOPROJ_OPERATION_REVIEW, STAGE_WORK_REVIEW, true},
    [STAGE_DONE] = {"DONE", 0, STAGE_WORK_OTHER, true},
    [STAGE_AGENT] = {"AGENT", ANNOPROJ_OPERATION_AGENT, STAGE_WORK_OTHER, true},
    [STAGE_CONSENSUS_ANNOTATION] = {"CONSENSUS_ANNOTATION", ANNOPROJ_OPERATION_ANNOTATE, STAGE_WORK_ANNOTATE, true},
    [STAGE_CONSENSUS_REVIEW] = {"CONSENSUS_REVIEW", ANNOPROJ_OPERATION_REVIEW, STAGE_WORK_REVIEW, true},
    [STAGE_USER_ROUTER] = {"USER_ROUTER", 0, STAGE_WORK_OTHER, false},
    [STAGE_PERCENTAGE_ROUTER] = {"PERCENTAGE_ROUTER", 0, STAGE_WORK_OTHER, false},
    [STAGE_METADATA_ROUTER] = {"METADATA_ROUTER", 0, STAGE_WORK_OTHER, false},
};

const stage_kind *stage_kind_of(int32_t type) {
    return &kinds[type > 0 && type < STAGE_TYPES ? type : 0];
}

int32_t stage_type_of(const char *name) {
    for (int32_t type = 1; type < STAGE_TYPES; type++) {
        if (strcmp(kinds[type].name, name) == 0)
            return type;
    }
    return 0;
}
