/* Options structs: `size` first, NULL = defaults, a shorter struct has its missing tail at default,
 * a longer one is accepted when the part we do not know is zero (libxkbcommon's rule). */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "contract.h"

/* Copies the caller's options into `own` (zeroed first). `smallest` is the size of the struct's first
 * release. UNSUPPORTED for an unknown tail that is not zero, INVALID for a size too small. */
annoproj_status options_read(void *own, size_t own_size, size_t smallest, const void *caller, annoproj_error **error);
/* For structs that end in `reserved`, as read: UNSUPPORTED when it is not 0, because a newer header may make a field of it. */
annoproj_status options_reserved(int32_t reserved, annoproj_error **error);

#endif
