/* What every write of a task's labels begins and ends with. */
#ifndef LABEL_WRITING_H
#define LABEL_WRITING_H

#include "access.h"

/* The task of the command may be written to, its label set is at the version last seen, and whoever writes has it: STATE, CONFLICT. */
annoproj_status label_writing_begin(command *command, const annoproj_label_write_options *options,
                                    annoproj_error **error);
/* Labels were written: the set has its next version, and the task's branches have them, too. */
annoproj_status label_writing_end(command *command, annoproj_error **error);

#endif
