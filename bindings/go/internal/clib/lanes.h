/* One reading shared out among lanes: the calling thread, and worker threads with readers of their own. They exist only inside
 * a call. A worker's snapshot is not older than the caller's, but may be newer: lanes read what never changes. */
#ifndef LANES_H
#define LANES_H

#include "store.h"

#define LANES_MOST 4

/* What a lane does: it takes pieces of the work until there are none that nobody has taken. */
typedef annoproj_status (*lane_fn)(void *lane, database *database, annoproj_error **error);

/* How many lanes so many pieces are worth, when one of them should have `enough`. Without a store one. */
size_t lanes_worth(const store *store, size_t pieces, size_t enough);

/* Runs the first lane here, on `own`, and each other one in a worker; a worker that gets no reader soon leaves its work to the
 * others. Returns when all have ended, with the first failure. */
annoproj_status lanes_run(store *store, database *own, void *const lanes[], size_t count, lane_fn run,
                          annoproj_error **error);

#endif
