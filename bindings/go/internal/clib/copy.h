/* Copies of a store's file that can be trusted: backups, compaction, the safety copy before a migration. */
#ifndef COPY_H
#define COPY_H

#include "connection.h"

/* Copies every page of `from` into `to`, in one transaction of `to`. `from` holds its snapshot or its lock already.
 * Deadline and cancel are looked at between pieces; progress is told only when `telling` (never inside a write). */
annoproj_status copy_pages(database *from, database *to, const bounds *call, bool telling, annoproj_error **error);

/* What is in a copy, as the copy itself says. */
typedef struct copy_facts {
    int64_t bytes, version, commit_seq;
} copy_facts;

/* Opens a file that nobody else has, runs SQLite's quick check on it and reads what it is. CORRUPT when it is not sound. */
annoproj_status copy_verify(const char *path, copy_facts *out, annoproj_error **error);

/* Writes `from` to the file `path` (absolute): copied beside it, verified, on the disk, then named. EXISTS unless `replace`;
 * STATE when a log lies beside `path`, which SQLite would take for the copy's own. */
annoproj_status copy_to_file(database *from, const char *path, bool replace, const bounds *call, copy_facts *out,
                             annoproj_error **error);

#endif
