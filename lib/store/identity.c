/* application_id, user_version and the schema's fingerprint (identity.h). */
#include "identity.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "failure.h"
#include "format.h"
#include "hash.h"
#include "text.h"

#define SQL_SCHEMA                                                                                                     \
    "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY type, name"
#define SQL_APPLICATION_ID "PRAGMA application_id"
#define SQL_USER_VERSION   "PRAGMA user_version"
#define SQL_SEQUENCE       "SELECT commit_seq FROM store_state"
#define SQL_AUTO_VACUUM    "PRAGMA auto_vacuum"

annoproj_status schema_fingerprint(database *db, char out[FINGERPRINT_SIZE], annoproj_error **error) {
    text all = {0};
    uint8_t hash[16];
    memset(out, 0, FINGERPRINT_SIZE);
    statement *list = sql(db, SQL_SCHEMA);
    while (sql_row(list)) {
        for (int column = 0; column < 4; column++) {
            text_append(&all, column_text(list, column), column_length(list, column));
            text_character(&all, '\0');
        }
    }
    annoproj_status status = sql_end(list, error);
    if (status == ANNOPROJ_OK && all.failed) {
        status = fail_memory(error);
    }
    if (status == ANNOPROJ_OK) {
        hash128(all.data == NULL ? "" : all.data, all.length, hash);
        for (size_t i = 0; i < sizeof hash; i++) {
            snprintf(out + 2 * i, 3, "%02x", hash[i]);
        }
    }
    text_release(&all);
    return status;
}

static annoproj_status compute_expected(char out[FINGERPRINT_SIZE], annoproj_error **error) {
    database *db = NULL;
    annoproj_status status = connection_open(":memory:", CONNECTION_SPOOL, true, &db, error);
    for (size_t i = 0; status == ANNOPROJ_OK && format_now->tables[i] != NULL; i++) {
        status = sql_script(db, format_now->tables[i], error);
    }
    if (status == ANNOPROJ_OK) {
        status = schema_fingerprint(db, out, error);
    }
    connection_close(db, false);
    return status;
}

annoproj_status expected_fingerprint(char out[FINGERPRINT_SIZE], annoproj_error **error) {
    static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
    static char known[FINGERPRINT_SIZE];
    static const store_format *of;
    annoproj_status status = ANNOPROJ_OK;
    pthread_mutex_lock(&guard);
    if (of != format_now) {
        status = compute_expected(known, error);
        of = status == ANNOPROJ_OK ? format_now : NULL;
    }
    memcpy(out, known, FINGERPRINT_SIZE);
    pthread_mutex_unlock(&guard);
    return status;
}

static annoproj_status judge_version(int64_t version, annoproj_error **error) {
    if (version > format_now->version) {
        return fail(error, ANNOPROJ_TOO_NEW,
                    "the store has format version %lld, this library knows up to %lld: use a newer library",
                    (long long)version, (long long)format_now->version);
    }
    if (version < 1) {
        return fail(error, ANNOPROJ_CORRUPT, "the store has format version %lld, which never existed: restore a backup",
                    (long long)version);
    }
    if (version < format_now->version) {
        return fail(error, ANNOPROJ_STATE,
                    "the store has format version %lld, this library works on %lld: open it with option `migrate`",
                    (long long)version, (long long)format_now->version);
    }
    return ANNOPROJ_OK;
}

annoproj_status version_check(database *db, annoproj_error **error) {
    int64_t version;
    annoproj_status status = sql_value(db, SQL_USER_VERSION, &version, error);
    return status == ANNOPROJ_OK ? judge_version(version, error) : status;
}

/* No store has it; where a damaged header says so, a commit would move pages. */
static annoproj_status check_auto_vacuum(database *db, const char *path, annoproj_error **error) {
    int64_t mode = 0;
    annoproj_status status = sql_value(db, SQL_AUTO_VACUUM, &mode, error);
    if (status == ANNOPROJ_OK && mode != 0) {
        status = fail(
            error, ANNOPROJ_CORRUPT,
            "%s says that it is vacuumed by itself, which no store is: its header is damaged, restore a backup",
            QUOTED(path));
    }
    return status;
}

/* Every commit counts itself there. */
static annoproj_status check_state(database *db, const char *path, annoproj_error **error) {
    int64_t commits = 0;
    annoproj_status status = sql_value(db, SQL_SEQUENCE, &commits, error);
    if (status == ANNOPROJ_OK && commits < 1) {
        status = fail(error, ANNOPROJ_CORRUPT, "%s does not tell its last commit: it is damaged, restore a backup",
                      QUOTED(path));
    }
    return status;
}

annoproj_status identity_check(database *db, const char *path, int64_t *version, annoproj_error **error) {
    char found[FINGERPRINT_SIZE], expected[FINGERPRINT_SIZE];
    int64_t application;
    *version = 0;
    annoproj_status status = sql_value(db, SQL_APPLICATION_ID, &application, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    if (application != STORE_APPLICATION_ID) {
        return fail(error, ANNOPROJ_CORRUPT, "%s is not a store of annotation projects: give the path of one",
                    QUOTED(path));
    }
    status = sql_value(db, SQL_USER_VERSION, version, error);
    if (status == ANNOPROJ_OK) {
        status = judge_version(*version, error);
    }
    if (status == ANNOPROJ_OK) {
        status = check_auto_vacuum(db, path, error);
    }
    if (status == ANNOPROJ_OK) {
        status = expected_fingerprint(expected, error);
    }
    if (status == ANNOPROJ_OK) {
        status = schema_fingerprint(db, found, error);
    }
    if (status == ANNOPROJ_OK && strcmp(found, expected) != 0) {
        return fail(error, ANNOPROJ_CORRUPT,
                    "%s has tables that this library did not make (schema %s, expected %s): restore a backup",
                    QUOTED(path), found, expected);
    }
    return status == ANNOPROJ_OK ? check_state(db, path, error) : status;
}
