/* Taking a project out of the store in small steps. */
#ifndef PURGE_H
#define PURGE_H

#include "access.h"

/* Removes rows of the command's project, which is being purged, until about `budget` are gone or none is left: then the project
 * is gone, too. Each step may be the last that ever runs: what is there then is what the next one goes on with. */
annoproj_status purge_step(command *command, int64_t budget, int64_t *removed, bool *done, annoproj_error **error);

/* How much of it is left: tasks with what hangs on them, and events. */
annoproj_status purge_left(scope *scope, int64_t *tasks, int64_t *events, annoproj_error **error);

#endif
