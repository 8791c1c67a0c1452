/* The workflow as a picture: stages as boxes in layers, from the start to the right. */
#ifndef WORKFLOW_SVG_H
#define WORKFLOW_SVG_H

#include "workflow.h"

/* Without its own style and background when it is part of a page that has them. */
annoproj_status workflow_svg(scope *scope, int64_t project, bool in_page, text *out, annoproj_error **error);

#endif
