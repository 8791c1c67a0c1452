/* A workflow document, read and checked; apart from the store, so that its rules can be tested alone. */
#ifndef WORKFLOW_DOCUMENT_H
#define WORKFLOW_DOCUMENT_H

#include "workflow.h"

#define WORKFLOW_STAGES  64
#define WORKFLOW_MEMBERS 10000

typedef enum edge_name { EDGE_SUBMIT, EDGE_APPROVE, EDGE_REJECT, EDGE_COUNT } edge_name;
const char *edge_name_text(int32_t edge);

typedef struct document_stage {
    const char *key, *title, *pointer;
    int64_t offset;
    int32_t type;                    /* stage_type */
    const char *targets[EDGE_COUNT]; /* keys; NULL = no such edge */
    int32_t target[EDGE_COUNT];      /* indexes; -1 = no such edge */
    uint32_t edges;                  /* edges the document names, as bits */
    const char **members;            /* e-mails in lower case */
    size_t member_count;
    bool members_listed, hide_unassigned, allow_reassessment, require_complete_labels, reviewer_not_submitter,
        strict_review, reassign_rejected, archive;
    uint32_t settings; /* settings the document names, as bits */
} document_stage;

typedef struct workflow_plan {
    document_stage *stages;
    size_t count;
    const char *start;
    int32_t start_index;
    arena memory;
} workflow_plan;

/* Reads and checks a document. DATA names the stage and the rule, with JSON pointer and byte. Release it also after a
 * failure. */
annoproj_status workflow_plan_read(workflow_plan *plan, const char *json, size_t length, annoproj_error **error);
void workflow_plan_release(workflow_plan *plan);
/* The rules about stages and edges, on a document that was read. */
annoproj_status workflow_plan_check(workflow_plan *plan, annoproj_error **error);

#endif
