/* What larger commands make projects of. */
#ifndef PROJECT_PARTS_H
#define PROJECT_PARTS_H

#include "access.h"

/* An empty dataset. */
annoproj_status dataset_insert(command *command, const char *title, const char *description, int64_t *dataset,
                               annoproj_error **error);
/* A project with the settings of the store; from then on the command's events go to its log. */
annoproj_status project_insert(command *command, const char *title, int64_t ontology, const char *workflow,
                               int64_t *project, annoproj_error **error);

#endif
