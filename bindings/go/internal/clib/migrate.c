/* Migrations (migrate.h). */
#include "migrate.h"

#include <stdio.h>
#include <string.h>

#include "copy.h"
#include "failure.h"
#include "identity.h"

#define SQL_FOREIGN_KEYS "PRAGMA foreign_key_check"
#define LONGEST_NAME     (4096 + 32)

static annoproj_status back_up(database *db, const char *path, int64_t version, const bounds *call,
                               annoproj_error **error) {
    char name[LONGEST_NAME];
    copy_facts made;
    snprintf(name, sizeof name, "%s.backup-v%lld", path, (long long)version);
    annoproj_status status = copy_to_file(db, name, true, call, &made, error);
    if (status == ANNOPROJ_OK && made.version != version) {
        status = fail(error, ANNOPROJ_CORRUPT, "the backup %s has format version %lld instead of %lld: check the disk",
                      QUOTED(name), (long long)made.version, (long long)version);
    }
    return status;
}

static annoproj_status run_steps(database *db, int64_t from, const migration *steps, int64_t goal, const bounds *call,
                                 annoproj_error **error) {
    for (int64_t version = from; version < goal; version++) {
        const migration *step = steps;
        while (step->run != NULL && step->from != version) {
            step++;
        }
        if (step->run == NULL) {
            return fail(error, ANNOPROJ_UNSUPPORTED,
                        "this library cannot migrate from format version %lld: migrate with an older library first",
                        (long long)version);
        }
        annoproj_status status = bounds_check(call, error);
        if (status == ANNOPROJ_OK) {
            status = step->run(db, error);
        }
        if (status != ANNOPROJ_OK) {
            return status;
        }
    }
    return ANNOPROJ_OK;
}

static annoproj_status check_result(database *db, const migration_goal *goal, annoproj_error **error) {
    char found[FINGERPRINT_SIZE];
    annoproj_status status = schema_fingerprint(db, found, error);
    if (status == ANNOPROJ_OK && strcmp(found, goal->fingerprint) != 0) {
        status = fail(error, ANNOPROJ_INTERNAL, "the migration made schema %s instead of %s: please report it", found,
                      goal->fingerprint);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    statement *check = sql(db, SQL_FOREIGN_KEYS);
    bool broken = sql_row(check);
    status = sql_end(check, error);
    if (status == ANNOPROJ_OK && broken) {
        status = fail(error, ANNOPROJ_CORRUPT, "the store has rows that refer to nothing, so it was not migrated");
    }
    return status;
}

/* One transaction, up to the commit. */
static annoproj_status change(database *db, int64_t from, const migration *steps, const migration_goal *goal,
                              const bounds *call, annoproj_error **error) {
    char text[60];
    annoproj_status status = sql_script(db, "BEGIN IMMEDIATE", error);
    if (status == ANNOPROJ_OK) {
        status = run_steps(db, from, steps, goal->version, call, error);
    }
    snprintf(text, sizeof text, "PRAGMA user_version=%lld", (long long)goal->version);
    if (status == ANNOPROJ_OK) {
        status = sql_script(db, text, error);
    }
    if (status == ANNOPROJ_OK) {
        status = check_result(db, goal, error);
    }
    if (status == ANNOPROJ_OK) {
        status = bounds_check(call, error);
    }
    return status == ANNOPROJ_OK ? sql_script(db, "COMMIT", error) : status;
}

annoproj_status migrate(database *db, const char *path, int64_t from, const migration *steps,
                        const migration_goal *goal, const bounds *call, annoproj_error **error) {
    annoproj_status status = back_up(db, path, from, call, error);
    if (status == ANNOPROJ_OK) {
        status = sql_script(db, "PRAGMA foreign_keys=OFF", error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    status = change(db, from, steps, goal, call, error);
    if (!sqlite3_get_autocommit(db->handle)) {
        sql_script(db, "ROLLBACK", NULL);
    }
    annoproj_status enforced = sql_script(db, "PRAGMA foreign_keys=ON", status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? enforced : status;
}
