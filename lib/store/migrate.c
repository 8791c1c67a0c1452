/* Migrations (migrate.h). */
#include "migrate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "failure.h"
#include "identity.h"

#define SQL_BACKUP       "VACUUM INTO ?1"
#define SQL_QUICK_CHECK  "PRAGMA quick_check"
#define SQL_FOREIGN_KEYS "PRAGMA foreign_key_check"
#define LONGEST_NAME     (4096 + 32)

/* There is no older version yet: version 1 is the first. */
const migration store_migrations[] = {{0, NULL}};

static annoproj_status sync_path(const char *path, int flags, annoproj_error **error) {
    int descriptor = open(path, flags | O_CLOEXEC);
    if (descriptor < 0 || fsync(descriptor) != 0) {
        int reason = errno;
        if (descriptor >= 0) {
            close(descriptor);
        }
        return fail(error, ANNOPROJ_IO, "the backup %s could not be written to the disk (%s)", QUOTED(path),
                    strerror(reason));
    }
    close(descriptor);
    return ANNOPROJ_OK;
}

static annoproj_status verify_backup(const char *path, int64_t version, annoproj_error **error) {
    database *db = NULL;
    int64_t found = 0;
    annoproj_status status = connection_open(path, CONNECTION_READER, false, &db, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    status = sql_value(db, "PRAGMA user_version", &found, error);
    if (status == ANNOPROJ_OK) {
        statement *check = sql(db, SQL_QUICK_CHECK);
        bool sound = sql_row(check) && strcmp(column_text(check, 0), "ok") == 0;
        status = sql_end(check, error);
        if (status == ANNOPROJ_OK && (!sound || found != version)) {
            status = fail(error, ANNOPROJ_CORRUPT,
                          "the backup %s is not sound: the store was not changed; check the disk", QUOTED(path));
        }
    }
    connection_close(db, false);
    return status;
}

/* Appears under its name only when it is whole, sound and on the disk. */
static annoproj_status back_up(database *db, const char *path, int64_t version, annoproj_error **error) {
    char name[LONGEST_NAME], temporary[LONGEST_NAME], folder[LONGEST_NAME];
    snprintf(name, sizeof name, "%s.backup-v%lld", path, (long long)version);
    snprintf(temporary, sizeof temporary, "%s.backup-v%lld.tmp", path, (long long)version);
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path + 1), path);
    unlink(temporary);
    statement *copy = sql(db, SQL_BACKUP);
    bind_text(copy, temporary);
    annoproj_status status = sql_run(copy, error);
    if (status == ANNOPROJ_OK) {
        status = verify_backup(temporary, version, error);
    }
    if (status == ANNOPROJ_OK) {
        status = sync_path(temporary, O_RDONLY, error);
    }
    if (status == ANNOPROJ_OK && rename(temporary, name) != 0) {
        status = fail(error, ANNOPROJ_IO, "the backup %s could not be named (%s)", QUOTED(name), strerror(errno));
    }
    if (status == ANNOPROJ_OK) {
        status = sync_path(folder, O_RDONLY | O_DIRECTORY, error);
    }
    if (status != ANNOPROJ_OK) {
        unlink(temporary);
    }
    return status;
}

static annoproj_status run_steps(database *db, int64_t from, const migration *steps, int64_t goal,
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
        annoproj_status status = step->run(db, error);
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

annoproj_status migrate(database *db, const char *path, int64_t from, const migration *steps,
                        const migration_goal *goal, annoproj_error **error) {
    char text[60];
    annoproj_status status = back_up(db, path, from, error);
    if (status == ANNOPROJ_OK) {
        status = sql_script(db, "BEGIN IMMEDIATE", error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    status = run_steps(db, from, steps, goal->version, error);
    snprintf(text, sizeof text, "PRAGMA user_version=%lld", (long long)goal->version);
    if (status == ANNOPROJ_OK) {
        status = sql_script(db, text, error);
    }
    if (status == ANNOPROJ_OK) {
        status = check_result(db, goal, error);
    }
    if (status == ANNOPROJ_OK) {
        status = sql_script(db, "COMMIT", error);
    }
    if (status != ANNOPROJ_OK && !sqlite3_get_autocommit(db->handle)) {
        sql_script(db, "ROLLBACK", NULL);
    }
    return status;
}
