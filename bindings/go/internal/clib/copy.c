/* Copies of a store's file (copy.h). */
#include "copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "failure.h"
#include "private_file.h"

#define SUFFIX          "-copy-"
#define PIECE_PAGES     1024 /* 4 MiB of a store's pages */
#define LONGEST_NAME    (4096 + 32)
#define SQL_PLAIN_FILE  "PRAGMA journal_mode=DELETE" /* one file, without a log beside it */
#define SQL_QUICK_CHECK "PRAGMA quick_check(1)"
#define SQL_VERSION     "PRAGMA user_version"
#define SQL_HAS_STATE   "SELECT count(*) FROM sqlite_schema WHERE name = 'store_state'"
#define SQL_SEQUENCE    "SELECT commit_seq FROM store_state"

/* ---- pages ---- */

annoproj_status copy_pages(database *from, database *to, const bounds *call, bool telling, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    int code = SQLITE_OK;
    errno = 0;
    sqlite3_backup *copy = sqlite3_backup_init(to->handle, "main", from->handle, "main");
    if (copy == NULL) {
        return connection_failure(to, error);
    }
    while (status == ANNOPROJ_OK && code == SQLITE_OK) {
        status = bounds_check(call, error);
        if (status == ANNOPROJ_OK) {
            code = sqlite3_backup_step(copy, PIECE_PAGES);
        }
        if (status == ANNOPROJ_OK && telling && (code == SQLITE_OK || code == SQLITE_DONE)) {
            int64_t total = sqlite3_backup_pagecount(copy);
            status = bounds_progress(call, total - sqlite3_backup_remaining(copy), total, error);
        }
    }
    int system = errno;
    sqlite3_backup_finish(copy); /* rolls back what is not whole */
    if (status == ANNOPROJ_OK && code != SQLITE_DONE) {
        status = sqlite_failure(error, true_code(code, system), sqlite3_errstr(code));
    }
    return status;
}

/* ---- is it sound? ---- */

static annoproj_status quick_check(database *db, const char *path, annoproj_error **error) {
    statement *check = sql(db, SQL_QUICK_CHECK);
    bool sound = sql_row(check) && strcmp(column_text(check, 0), "ok") == 0;
    annoproj_status status = sql_end(check, error);
    return status != ANNOPROJ_OK || sound
               ? status
               : fail(error, ANNOPROJ_CORRUPT, "the copy %s is not sound: nothing was changed; check the disk",
                      QUOTED(path));
}

annoproj_status copy_verify(const char *path, copy_facts *out, annoproj_error **error) {
    database *db = NULL;
    copy_facts facts = {0};
    int64_t has_state = 0;
    struct stat file;
    *out = facts;
    annoproj_status status = connection_open(path, CONNECTION_READER, false, &db, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    status = quick_check(db, path, error);
    if (status == ANNOPROJ_OK) {
        status = sql_value(db, SQL_VERSION, &facts.version, error);
    }
    if (status == ANNOPROJ_OK) {
        status = sql_value(db, SQL_HAS_STATE, &has_state, error);
    }
    if (status == ANNOPROJ_OK && has_state != 0) {
        status = sql_value(db, SQL_SEQUENCE, &facts.commit_seq, error);
    }
    connection_close(db, false);
    if (status == ANNOPROJ_OK) {
        facts.bytes = stat(path, &file) == 0 ? (int64_t)file.st_size : 0;
        *out = facts;
    }
    return status;
}

/* ---- files ---- */

static annoproj_status cannot_write(const char *path, int reason, annoproj_error **error) {
    annoproj_status status = reason == ENOSPC || reason == EDQUOT                     ? ANNOPROJ_FULL
                             : reason == EACCES || reason == EROFS || reason == EPERM ? ANNOPROJ_READONLY
                             : reason == EEXIST                                       ? ANNOPROJ_EXISTS
                                                                                      : ANNOPROJ_IO;
    return fail(error, status, "the copy %s could not be written (%s)", QUOTED(path), strerror(reason));
}

static annoproj_status fill(const char *path, database *from, const bounds *call, annoproj_error **error) {
    database *to = NULL;
    annoproj_status status = connection_open(path, CONNECTION_SPOOL, true, &to, error);
    if (status == ANNOPROJ_OK) {
        status = copy_pages(from, to, call, true, error);
    }
    if (status == ANNOPROJ_OK) {
        status = sql_script(to, SQL_PLAIN_FILE, error);
    }
    connection_close(to, false);
    return status;
}

static annoproj_status sync_folder(const char *path, annoproj_error **error) {
    char folder[LONGEST_NAME];
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path + 1), path);
    int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int reason = descriptor < 0 || fsync(descriptor) != 0 ? errno : 0;
    if (descriptor >= 0) {
        close(descriptor);
    }
    return reason == 0 ? ANNOPROJ_OK : cannot_write(path, reason, error);
}

/* Under its name at once and whole. Where the file system cannot refuse an existing name itself, we look. */
static annoproj_status give_name(private_file *file, const char *path, bool replace, annoproj_error **error) {
    int answer = renameat2(AT_FDCWD, file->path, AT_FDCWD, path, replace ? 0 : RENAME_NOREPLACE);
    if (answer != 0 && (errno == EINVAL || errno == ENOSYS) && (replace || access(path, F_OK) != 0)) {
        answer = rename(file->path, path);
    }
    if (answer != 0) {
        return cannot_write(path, errno, error);
    }
    file->path[0] = '\0'; /* nothing left to delete */
    return sync_folder(path, error);
}

static annoproj_status check_target(const char *path, bool replace, annoproj_error **error) {
    char log[LONGEST_NAME];
    snprintf(log, sizeof log, "%s-wal", path);
    if (access(log, F_OK) == 0) {
        return fail(error, ANNOPROJ_STATE, "%s has a log beside it: a store is open there; choose another path",
                    QUOTED(path));
    }
    if (!replace && faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
        return fail(error, ANNOPROJ_EXISTS, "there is a file %s already: choose another path, or set `replace`",
                    QUOTED(path));
    }
    return ANNOPROJ_OK;
}

annoproj_status copy_to_file(database *from, const char *path, bool replace, const bounds *call, copy_facts *out,
                             annoproj_error **error) {
    private_file file = {.descriptor = -1};
    copy_facts facts = {0};
    *out = facts;
    annoproj_status status = check_target(path, replace, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    private_files_remove_stale(path, SUFFIX);
    status = private_file_make(path, SUFFIX, &file, error);
    if (status == ANNOPROJ_OK) {
        status = fill(file.path, from, call, error);
    }
    if (status == ANNOPROJ_OK) {
        status = copy_verify(file.path, &facts, error);
    }
    if (status == ANNOPROJ_OK && fsync(file.descriptor) != 0) {
        status = cannot_write(path, errno, error);
    }
    if (status == ANNOPROJ_OK) {
        status = check_target(path, replace, error);
    }
    if (status == ANNOPROJ_OK) {
        status = give_name(&file, path, replace, error);
    }
    private_file_drop(&file);
    if (status == ANNOPROJ_OK) {
        *out = facts;
    }
    return status;
}
