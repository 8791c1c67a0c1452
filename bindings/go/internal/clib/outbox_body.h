/* A message of the outbox as the JSON that a webhook receiver gets. */
#ifndef OUTBOX_BODY_H
#define OUTBOX_BODY_H

#include "outbox.h"
#include "text.h"

const char *outbox_event_type(int32_t kind); /* "task_submitted_event" */
/* Names are those of this moment; everything else is the same whenever it is written. */
annoproj_status outbox_body(scope *scope, const outbox_message *message, const char *source, text *out,
                            annoproj_error **error);

#endif
