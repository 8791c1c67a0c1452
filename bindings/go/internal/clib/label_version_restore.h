/* Labels of a version for a task that is to have them again. */
#ifndef LABEL_VERSION_RESTORE_H
#define LABEL_VERSION_RESTORE_H

#include "label_version.h"

/* What the task of the command's scope has to have to be as in the version: the labels there of the version's classes, and its own of
 * others; in the arena. *same = it has them. */
annoproj_status version_wanted_labels(scope *scope, const label_version *version, const version_task *task,
                                      label **labels, size_t *count, bool *same, annoproj_error **error);

#endif
