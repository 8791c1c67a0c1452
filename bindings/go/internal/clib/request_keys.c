/* Request keys: in the transaction of the change itself, so that both are there or none. */
#include "request_keys.h"

#include "failure.h"

#define KEPT_US (INT64_C(7) * 24 * 3600 * 1000000)

static const char sql_find[] = "SELECT operation, argument_hash, result FROM request WHERE actor = ?1 AND key = ?2"
                               " AND created_us > ?3";
static const char sql_keep[] =
    "INSERT OR REPLACE INTO request(actor, key, operation, argument_hash, result, created_us)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6)";
/* Two for each one kept: the table shrinks, and no command pays for all. */
static const char sql_forget[] = "DELETE FROM request WHERE (actor, key) IN"
                                 " (SELECT actor, key FROM request WHERE created_us <= ?1 ORDER BY created_us LIMIT 2)";

annoproj_status request_key_find(database *db, int64_t actor, const char *key, int32_t operation, uint64_t fingerprint,
                                 int64_t now_us, bytes *result, annoproj_error **error) {
    bool found = false, same = false;
    statement *find = sql(db, sql_find);
    bind_int64(find, actor);
    bind_text(find, key);
    bind_int64(find, now_us - KEPT_US);
    if (sql_row(find)) {
        found = true;
        same = column_int64(find, 0) == operation && (uint64_t)column_int64(find, 1) == fingerprint;
        if (same) {
            bytes_append(result, column_blob(find, 2), column_length(find, 2));
        }
    }
    annoproj_status status = sql_end(find, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    if (found && !same) {
        return fail(error, ANNOPROJ_CONFLICT, "request_key %s was used for another change: use a new key", QUOTED(key));
    }
    if (result->failed) {
        return fail_memory(error);
    }
    return found ? ANNOPROJ_OK : ANNOPROJ_NONE;
}

annoproj_status request_key_keep(database *db, int64_t actor, const char *key, int32_t operation, uint64_t fingerprint,
                                 int64_t now_us, const bytes *result, annoproj_error **error) {
    statement *forget = sql(db, sql_forget);
    bind_int64(forget, now_us - KEPT_US);
    annoproj_status status = sql_run(forget, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    statement *keep = sql(db, sql_keep);
    bind_int64(keep, actor);
    bind_text(keep, key);
    bind_int64(keep, operation);
    bind_int64(keep, (int64_t)fingerprint);
    bind_blob(keep, result->data, result->length);
    bind_int64(keep, now_us);
    return sql_run(keep, error);
}

annoproj_status request_key_forget(database *db, int64_t actor, const char *key, annoproj_error **error) {
    statement *forget = sql(db, "DELETE FROM request WHERE actor = ?1 AND key = ?2");
    bind_int64(forget, actor);
    bind_text(forget, key);
    return sql_run(forget, error);
}
