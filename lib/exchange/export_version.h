/* Tasks and labels of a label version, for the exports. */
#ifndef EXPORT_VERSION_H
#define EXPORT_VERSION_H

#include "export_tasks.h"

/* What export_plan_begin(), export_each_task() and export_load_labels() do for a plan that has a version. */
annoproj_status export_version_begin(export_plan *plan, annoproj_error **error);
annoproj_status export_version_each(export_plan *plan, export_task_fn found, void *data, annoproj_error **error);
annoproj_status export_version_labels(export_plan *plan, export_task *task, label_fn found, void *data,
                                      annoproj_error **error);

#endif
