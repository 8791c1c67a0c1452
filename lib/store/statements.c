/* Statements: kept per connection, bound in order, failure sticky (database.h). */
#include <stdio.h>
#include <string.h>
#include <errno.h>

#include "connection.h"
#include "failure.h"

/* How many steps may go by between two looks at the call's deadline and cancel. */
#define STEPS_PER_LOOK 64

static void remember(statement *one, int code, const char *message) {
    if (one->code != SQLITE_OK) {
        return;
    }
    one->code = code;
    snprintf(one->message, sizeof one->message, "%s", message);
}

/* `system`: errno as the failing call left it, 0 when it set none. */
static void remember_last(statement *one, int found, int system) {
    int code = true_code(found, system);
    remember(one, code, code == found ? sqlite3_errmsg(one->database->handle) : sqlite3_errstr(code));
}

static size_t bucket_of(const char *text) {
    return (size_t)(((uintptr_t)text * 0x9e3779b97f4a7c15u) >> 57) % STATEMENT_BUCKETS;
}

static int compile(database *db, const char *text, bool keep, sqlite3_stmt **out, bool *single) {
    const char *rest = "";
    char *qualified = db->schema == NULL ? NULL : sql_in_schema(text, db->schema);
    if (db->schema != NULL && qualified == NULL) {
        return SQLITE_NOMEM;
    }
    int code = sqlite3_prepare_v3(db->handle, qualified != NULL ? qualified : text, -1,
                                  keep ? SQLITE_PREPARE_PERSISTENT : 0, out, &rest);
    *single = *out != NULL && rest[strspn(rest, " \n\t;")] == '\0';
    release(qualified);
    return code;
}

static statement *prepare(database *db, const char *text, bool keep) {
    statement *made = allocate_zeroed(1, sizeof *made);
    if (made == NULL) {
        db->spare = (statement){.database = db, .code = SQLITE_NOMEM};
        return &db->spare;
    }
    made->text = text;
    made->database = db;
    made->in_use = true;
    bool single = false;
    errno = 0;
    int code = compile(db, text, keep, &made->handle, &single);
    if (code != SQLITE_OK) {
        remember_last(made, code, errno);
        keep = false;
    } else if (!single) {
        remember(made, SQLITE_MISUSE, "not exactly one statement");
        keep = false;
    }
    made->kept = keep;
    if (keep) {
        size_t bucket = bucket_of(text);
        made->next = db->kept[bucket];
        db->kept[bucket] = made;
    }
    return made;
}

statement *sql(database *db, const char *text) {
    statement *found = db->kept[bucket_of(text)];
    while (found != NULL && found->text != text) {
        found = found->next;
    }
    if (found == NULL || found->in_use) {
        return prepare(db, text, found == NULL);
    }
    found->in_use = true;
    found->parameter = 0;
    found->code = SQLITE_OK;
    found->done = false;
    found->stopped = false;
    return found;
}

static void bound(statement *one, int code) {
    if (code != SQLITE_OK) {
        remember_last(one, code, 0);
    }
}

void bind_int64(statement *one, int64_t value) {
    if (one->code == SQLITE_OK) {
        bound(one, sqlite3_bind_int64(one->handle, ++one->parameter, value));
    }
}

void bind_double(statement *one, double value) {
    if (one->code == SQLITE_OK) {
        bound(one, sqlite3_bind_double(one->handle, ++one->parameter, value));
    }
}

void bind_null(statement *one) {
    if (one->code == SQLITE_OK) {
        bound(one, sqlite3_bind_null(one->handle, ++one->parameter));
    }
}

void bind_text_n(statement *one, const char *text, size_t length) {
    if (text == NULL) {
        bind_null(one);
    } else if (one->code == SQLITE_OK) {
        bound(one, sqlite3_bind_text64(one->handle, ++one->parameter, text, length, SQLITE_STATIC, SQLITE_UTF8));
    }
}

void bind_text(statement *one, const char *text) {
    bind_text_n(one, text, text == NULL ? 0 : strlen(text));
}

void bind_blob(statement *one, const void *data, size_t length) {
    if (one->code == SQLITE_OK) {
        /* An empty blob is a blob, not NULL. */
        bound(one, sqlite3_bind_blob64(one->handle, ++one->parameter, data == NULL ? "" : data,
                                       data == NULL ? 0 : length, SQLITE_STATIC));
    }
}

/* Between statements and now and then between rows: is the call still wanted? */
static bool wanted(statement *one, bool first) {
    database *db = one->database;
    if (db->bounds == NULL || (!first && ++db->ticks % STEPS_PER_LOOK != 0)) {
        return true;
    }
    if (bounds_check(db->bounds, NULL) == ANNOPROJ_OK) {
        return true;
    }
    one->stopped = true;
    remember(one, SQLITE_INTERRUPT, "stopped");
    return false;
}

bool sql_row(statement *one) {
    if (one->code != SQLITE_OK || one->done || !wanted(one, !sqlite3_stmt_busy(one->handle))) {
        return false;
    }
    errno = 0;
    int code = sqlite3_step(one->handle);
    if (code == SQLITE_ROW) {
        return true;
    }
    one->done = true;
    if (code != SQLITE_DONE) {
        remember_last(one, code, errno);
    }
    return false;
}

bool sql_step_run(statement *one) {
    while (sql_row(one)) {
    }
    return one->code == SQLITE_OK;
}

void sql_again(statement *one) {
    if (one->handle != NULL) {
        sqlite3_reset(one->handle);
    }
    one->parameter = 0;
    one->done = false;
}

bool column_is_null(statement *one, int column) {
    return sqlite3_column_type(one->handle, column) == SQLITE_NULL;
}

int64_t column_int64(statement *one, int column) {
    return sqlite3_column_int64(one->handle, column);
}

double column_double(statement *one, int column) {
    return sqlite3_column_double(one->handle, column);
}

const char *column_text(statement *one, int column) {
    const char *text = (const char *)sqlite3_column_text(one->handle, column);
    if (text != NULL) {
        return text;
    }
    if (sqlite3_column_type(one->handle, column) != SQLITE_NULL) {
        remember(one, SQLITE_NOMEM, "out of memory");
    }
    return "";
}

size_t column_length(statement *one, int column) {
    return (size_t)sqlite3_column_bytes(one->handle, column);
}

const void *column_blob(statement *one, int column) {
    return sqlite3_column_blob(one->handle, column);
}

static annoproj_status report(const statement *one, annoproj_error **error) {
    if (one->code == SQLITE_OK) {
        return ANNOPROJ_OK;
    }
    if (one->stopped || (one->code & 0xff) == SQLITE_INTERRUPT) {
        const bounds *call = one->database->bounds;
        annoproj_status status = call == NULL ? ANNOPROJ_OK : bounds_check(call, error);
        return status != ANNOPROJ_OK
                   ? status
                   : fail_sqlite(error, ANNOPROJ_INTERNAL, SQLITE_INTERRUPT, "a statement was interrupted");
    }
    return sqlite_failure(error, one->code, one->message);
}

annoproj_status sql_end(statement *one, annoproj_error **error) {
    annoproj_status status = report(one, error);
    if (one->handle != NULL) {
        sqlite3_reset(one->handle);
        sqlite3_clear_bindings(one->handle);
    }
    one->in_use = false;
    if (!one->kept && one != &one->database->spare) {
        sqlite3_finalize(one->handle);
        release(one);
    }
    return status;
}

annoproj_status sql_run(statement *one, annoproj_error **error) {
    sql_step_run(one);
    return sql_end(one, error);
}

int64_t last_insert_id(database *db) {
    return sqlite3_last_insert_rowid(db->handle);
}

annoproj_status sql_script(database *db, const char *text, annoproj_error **error) {
    errno = 0;
    int code = sqlite3_exec(db->handle, text, NULL, NULL, NULL);
    return code == SQLITE_OK ? ANNOPROJ_OK : connection_failure(db, error);
}

annoproj_status sql_value(database *db, const char *text, int64_t *out, annoproj_error **error) {
    statement *ask = sql(db, text);
    *out = sql_row(ask) ? column_int64(ask, 0) : 0;
    return sql_end(ask, error);
}
