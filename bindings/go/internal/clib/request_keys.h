/* What a repeat of a change with the same request key is answered with. Private to lib/access. */
#ifndef REQUEST_KEYS_H
#define REQUEST_KEYS_H

#include "database.h"
#include "varint.h"

/* NONE when the actor did not use the key within 7 days; OK with the first result; CONFLICT when it was for something
 * else. */
annoproj_status request_key_find(database *database, int64_t actor, const char *key, int32_t operation,
                                 uint64_t fingerprint, int64_t now_us, bytes *result, annoproj_error **error);
/* Remembers a result; forgets a few that are older than 7 days. */
annoproj_status request_key_keep(database *database, int64_t actor, const char *key, int32_t operation,
                                 uint64_t fingerprint, int64_t now_us, const bytes *result, annoproj_error **error);
/* The actor may use the key for something else. */
annoproj_status request_key_forget(database *database, int64_t actor, const char *key, annoproj_error **error);

#endif
