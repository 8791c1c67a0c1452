/* What data a consensus takes. */
#ifndef CONSENSUS_UNITS_H
#define CONSENSUS_UNITS_H

#include "access.h"

/* STATE when the stage is a consensus that does not take some of these data units, which are of one dataset: groups need the kind
 * `refine`. OK for other stages. */
annoproj_status consensus_check_units(scope *scope, const stage_facts *stage, int64_t first_unit, int64_t last_unit,
                                      annoproj_error **error);

#endif
