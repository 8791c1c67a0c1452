/* A workflow document, read and checked; apart from the store, so that its rules can be tested alone. */
#ifndef WORKFLOW_DOCUMENT_H
#define WORKFLOW_DOCUMENT_H

#include "json_read.h"
#include "workflow.h"

#define WORKFLOW_STAGES     64
#define WORKFLOW_PATHWAYS   256 /* of one stage */
#define WORKFLOW_MEMBERS    10000
#define WORKFLOW_ANNOTATORS 100     /* of one consensus stage */
#define SHARE_WHOLE         1000000 /* percentages are counted in millionths */

/* Edges with a name of their own; agents and routers have pathways beside them. */
typedef enum edge_name { EDGE_SUBMIT, EDGE_APPROVE, EDGE_REJECT, EDGE_DEFAULT, EDGE_COUNT } edge_name;
const char *edge_name_text(int32_t edge);

typedef struct document_pathway {
    const char *key, *title, *pointer;
    const char *to; /* key of a stage */
    int64_t offset;
    int32_t target;     /* its index */
    int64_t share;      /* percentage router: millionths of the tasks */
    const char **users; /* user router: e-mails in lower case */
    size_t user_count;
    const char *rule; /* metadata router: its conditions, a JSON object */
    size_t rule_length;
} document_pathway;

typedef struct document_stage {
    const char *key, *title, *pointer;
    int64_t offset;
    int32_t type;                    /* stage_type */
    const char *targets[EDGE_COUNT]; /* keys; NULL = no such edge */
    int32_t target[EDGE_COUNT];      /* indexes; -1 = no such edge */
    document_pathway *pathways;      /* in the order of the document */
    size_t pathway_count;
    bool has_pathways;    /* the document names them */
    const char **members; /* e-mails in lower case */
    size_t member_count;
    bool members_listed, hide_unassigned, allow_reassessment, require_complete_labels, reviewer_not_submitter,
        strict_review, reassign_rejected, archive, webhook;
    int64_t assignment_ttl; /* seconds; 0 = never */
    int64_t annotators;     /* consensus annotation: how many branches */
    int32_t consensus;      /* consensus review: consensus_kind */
    uint32_t settings;      /* settings the document names, as bits of the table of settings */
} document_stage;

typedef struct workflow_plan {
    document_stage *stages;
    size_t count;
    const char *start;
    int32_t start_index;
    arena memory;
} workflow_plan;

/* Reads and checks a document. DATA: up to 100 faults that name the stage and the rule, with JSON pointer and byte. What stages say
 * of themselves comes first, then what they say of each other, then the graph: each is looked at when there is no fault before it.
 * Release it also after a failure. */
annoproj_status workflow_plan_read(workflow_plan *plan, const char *json, size_t length, annoproj_error **error);
void workflow_plan_release(workflow_plan *plan);

/* Its parts: what a stage's settings and pathways say, then the rules about stages and edges. */
annoproj_status workflow_read_setting(json_reader *from, document_stage *stage, annoproj_error **error);
void workflow_check_settings(const document_stage *stage, faults *all);
annoproj_status workflow_read_pathways(json_reader *from, document_stage *stage, annoproj_error **error);
annoproj_status workflow_plan_check(workflow_plan *plan, faults *all, annoproj_error **error);

/* An array of e-mails, in lower case. */
annoproj_status workflow_read_emails(json_reader *from, const char *member, const char ***emails, size_t *count,
                                     annoproj_error **error);

#define WORKFLOW_KEY_LIMIT           ((size_t)64)
#define WORKFLOW_TITLE_LIMIT         ((size_t)1024)
#define stage_fault(all, stage, ...) faults_add(all, (stage)->pointer, (stage)->offset, __VA_ARGS__)

#endif
