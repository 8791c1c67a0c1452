/* Bringing an older store to this library's version. */
#ifndef MIGRATE_H
#define MIGRATE_H

#include "connection.h"

typedef struct migration {
    int64_t from;                                                 /* to from + 1 */
    annoproj_status (*run)(database *db, annoproj_error **error); /* inside the transaction */
} migration;

/* What the result must be. */
typedef struct migration_goal {
    int64_t version;
    const char *fingerprint;
} migration_goal;

/* Under the write lock, by nobody but the opening thread: a verified backup `<path>.backup-v<from>` beside the store, then
 * all steps in one transaction, foreign keys and fingerprint checked before the commit. Foreign keys are not enforced
 * in between, so that a step may make a table anew. Whatever fails leaves the store as it was. The call's bounds are
 * looked at until the commit. */
annoproj_status migrate(database *db, const char *path, int64_t from, const migration *steps,
                        const migration_goal *goal, const bounds *call, annoproj_error **error);

#endif
