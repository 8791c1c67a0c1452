/* Labels out as COCO, and as label rows. */
#ifndef EXPORT_COCO_H
#define EXPORT_COCO_H

#include "export_tasks.h"

annoproj_status export_coco(export_plan *plan, annoproj_error **error);
annoproj_status export_label_rows(export_plan *plan, annoproj_error **error);
/* The label row of one task, which may be a branch. NOT_FOUND. */
annoproj_status export_label_row(export_plan *plan, int64_t task, annoproj_error **error);

/* STATE when a conversion needs a width or height that the data unit does not have. */
annoproj_status export_needs_size(const export_task *task, int32_t unit, int32_t wanted, annoproj_error **error);

#endif
