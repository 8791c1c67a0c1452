/* Workflow templates: documents of the store, which projects copy. */
#ifndef WORKFLOW_TEMPLATE_H
#define WORKFLOW_TEMPLATE_H

#include "workflow.h"

/* Checked as workflow_put() checks a document. */
annoproj_status template_insert(command *command, const char *title, const char *json, int64_t *id,
                                annoproj_error **error);
annoproj_status template_replace(command *command, int64_t id, const char *title, const char *json,
                                 annoproj_error **error);
annoproj_status template_delete(command *command, int64_t id, annoproj_error **error);
/* The document, to be released. NOT_FOUND. */
annoproj_status template_text(scope *scope, int64_t id, char **json, annoproj_error **error);

#endif
