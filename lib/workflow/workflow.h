/* Workflow documents: validation, stages, where a task goes next, pictures. */
#ifndef WORKFLOW_H
#define WORKFLOW_H

#include "access.h"
#include "text.h"

typedef enum consensus_kind { CONSENSUS_DETERMINE = 1, CONSENSUS_REFINE = 2 } consensus_kind; /* stored */

/* Checks a document and stores its stages. DATA names the stage and the rule. Members are e-mails of users of the store.
 * A project that has a workflow keeps the stages with the same keys; STATE says what tasks on their way forbid. */
annoproj_status workflow_put(command *command, int64_t project, const char *json, annoproj_error **error);
/* The same checks, for a document that is to be kept. */
annoproj_status workflow_check(command *command, const char *json, annoproj_error **error);
/* In the documents of all projects and templates: another name for who has the e-mail. */
annoproj_status workflow_rename_user(command *command, const char *email, const char *name, annoproj_error **error);
annoproj_status workflow_document(scope *scope, int64_t project, text *out, annoproj_error **error);

/* The annotation stage that comes first: the one after Start, else the first in the document; 0 when there is none. */
annoproj_status workflow_first_annotation(scope *scope, int64_t project, int64_t *stage, annoproj_error **error);
/* The stage after Start. */
annoproj_status workflow_first_stage(scope *scope, int64_t project, int64_t *stage, annoproj_error **error);
/* Where a task goes along an edge of its stage ("submit", "approve", "reject"), or along a pathway of an agent stage
 * (NOT_FOUND): through routers to a stage where tasks rest. */
annoproj_status workflow_next_stage(command *command, const task_facts *task, const char *edge, int64_t *next,
                                    annoproj_error **error);
annoproj_status workflow_pathway_stage(command *command, const task_facts *task, const char *pathway, int64_t *next,
                                       annoproj_error **error);

/* Stages of a project in document order, behind them those that an edit removed, with key and title. In the arena. Who is a
 * member is not told: that is access's to say. */
typedef struct stage_description {
    stage_facts facts;
    uint8_t uuid[16];
    const char *key, *title;
    int64_t tasks; /* all tasks in it */
    bool removed;
} stage_description;
annoproj_status workflow_stages(scope *scope, int64_t project, stage_description **stages, size_t *count,
                                annoproj_error **error);
/* 0 when there is none. */
annoproj_status workflow_stage_by_key(scope *scope, int64_t project, const char *key, int64_t *stage,
                                      annoproj_error **error);

typedef struct workflow_edge {
    int64_t from, to; /* numbers of stages */
    const char *name; /* "submit", "approve", "reject", a pathway's title */
} workflow_edge;
/* The edges of a project's workflow, by stage. In the arena. */
annoproj_status workflow_edges(scope *scope, int64_t project, workflow_edge **edges, size_t *count,
                               annoproj_error **error);

/* Stable id of a stage outside the store: follows from the project's and the stage's number. */
void workflow_stage_uuid(const uint8_t project[16], int64_t stage, uint8_t uuid[16]);

annoproj_status workflow_draw_dot(scope *scope, int64_t project, text *out, annoproj_error **error);
annoproj_status workflow_draw_mermaid(scope *scope, int64_t project, text *out, annoproj_error **error);

#endif
