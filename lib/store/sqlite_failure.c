/* SQLite's result codes as the library's statuses. */
#include "connection.h"

#include <errno.h>
#include <stdio.h>

#include "failure.h"

typedef struct meaning {
    int code; /* primary code */
    annoproj_status status;
    const char *advice;
} meaning;

static const meaning meanings[] = {
    {SQLITE_BUSY, ANNOPROJ_BUSY, "another program holds the store, repeat the call"},
    {SQLITE_LOCKED, ANNOPROJ_BUSY, "another call holds the table, repeat the call"},
    {SQLITE_NOMEM, ANNOPROJ_NO_MEMORY, "out of memory"},
    {SQLITE_READONLY, ANNOPROJ_READONLY, "the store cannot be written, check the rights of the file and its folder"},
    {SQLITE_PERM, ANNOPROJ_READONLY, "the store cannot be accessed, check the rights of the file and its folder"},
    {SQLITE_FULL, ANNOPROJ_FULL, "the disk is full, make room and repeat the call"},
    {SQLITE_CORRUPT, ANNOPROJ_CORRUPT, "the store is damaged, restore a backup"},
    {SQLITE_NOTADB, ANNOPROJ_CORRUPT, "the file is not a store"},
    {SQLITE_IOERR, ANNOPROJ_IO, "reading or writing the store failed, check the disk"},
    {SQLITE_CANTOPEN, ANNOPROJ_IO, "the store could not be opened, check the file and its folder"},
    {SQLITE_PROTOCOL, ANNOPROJ_BUSY, "the store's locks are contended, repeat the call"},
    {SQLITE_TOOBIG, ANNOPROJ_LIMIT, "a value is larger than the store takes"},
};

annoproj_status sqlite_failure(annoproj_error **error, int extended_code, const char *message) {
    char line[320];
    int primary = extended_code & 0xff;
    if (extended_code == SQLITE_IOERR_NOMEM) {
        primary = SQLITE_NOMEM;
    }
    if (extended_code == SQLITE_CONSTRAINT_UNIQUE || extended_code == SQLITE_CONSTRAINT_PRIMARYKEY ||
        extended_code == SQLITE_CONSTRAINT_ROWID) {
        snprintf(line, sizeof line, "there is one already: %s", message);
        return fail_sqlite(error, ANNOPROJ_EXISTS, extended_code, line);
    }
    if (primary == SQLITE_NOMEM) {
        return fail_memory(error);
    }
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
        if (meanings[i].code == primary) {
            snprintf(line, sizeof line, "%s: %s", meanings[i].advice, message);
            return fail_sqlite(error, meanings[i].status, extended_code, line);
        }
    }
    snprintf(line, sizeof line, "a statement failed, please report it: %s", message);
    return fail_sqlite(error, ANNOPROJ_INTERNAL, extended_code, line);
}

int true_code(int code, int system) {
    int primary = code & 0xff;
    if (primary == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT || system == EFBIG)) {
        return SQLITE_FULL;
    }
    return (primary == SQLITE_CORRUPT || primary == SQLITE_ERROR) && (system == EIO || system == ENXIO) ? SQLITE_IOERR
                                                                                                        : code;
}

annoproj_status connection_failure(database *db, annoproj_error **error) {
    int found = sqlite3_extended_errcode(db->handle), code = true_code(found, errno);
    return sqlite_failure(error, code, code == found ? sqlite3_errmsg(db->handle) : sqlite3_errstr(code));
}
