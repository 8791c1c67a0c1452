/* Is this file a store of ours, and of which version? */
#ifndef IDENTITY_H
#define IDENTITY_H

#include "connection.h"

#define FINGERPRINT_SIZE 33

/* Hexadecimal hash of everything sqlite_schema declares (statistics tables apart). */
annoproj_status schema_fingerprint(database *db, char out[FINGERPRINT_SIZE], annoproj_error **error);
/* The fingerprint that the schema of this library gives; computed once per process, in memory. */
annoproj_status expected_fingerprint(char out[FINGERPRINT_SIZE], annoproj_error **error);
/* CORRUPT when it is no store or its schema is not the one of its version, TOO_NEW, STATE when it is older.
 * `version` is set as soon as it is a store at all. */
annoproj_status identity_check(database *db, const char *path, int64_t *version, annoproj_error **error);
/* What every transaction asks: has another process migrated the store? */
annoproj_status version_check(database *db, annoproj_error **error);

#endif
