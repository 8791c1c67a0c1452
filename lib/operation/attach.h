/* What ties datasets, projects and tasks together. */
#ifndef ATTACH_H
#define ATTACH_H

#include "access.h"

/* On the command's project. `written` (NULL = none): one byte for each data unit of a dataset that was never attached, 1 when labels are
 * about to be written to its task, which is made with the version it has then. */
annoproj_status dataset_attach(command *command, int64_t dataset, const uint8_t *written, int64_t *tasks,
                               annoproj_error **error);
annoproj_status dataset_detach(command *command, int64_t dataset, int64_t *tasks, annoproj_error **error);
/* Data units [first, last] were added: every project it is attached to gets their tasks. */
annoproj_status dataset_grew(command *command, int64_t dataset, int64_t first, int64_t last, annoproj_error **error);

#endif
