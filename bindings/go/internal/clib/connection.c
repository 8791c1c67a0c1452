/* Opening a connection: flags, limits, what a file may not do to us, pragmas. */
#include "connection.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "failure.h"
#include "log_writes.h"

int32_t store_page_size = STORE_PAGE_SIZE;

/* The log is cut back to this after it was reset, so that one large command does not leave a large file. */
#define LOG_KEPT_BYTES      33554432
#define OPERATIONS_PER_LOOK 2000

/* No schema of ours has triggers or views, and nothing in a file is trusted. */
static const struct {
    int option, value;
} switches[] = {
    {SQLITE_DBCONFIG_DEFENSIVE, 1},
    {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
    {SQLITE_DBCONFIG_DQS_DML, 0},
    {SQLITE_DBCONFIG_DQS_DDL, 0},
    {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
    {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
    {SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0},
    /* A close must not checkpoint outside the write lock. */
    {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1},
};

static const struct {
    int limit, value;
} limits[] = {
    {SQLITE_LIMIT_LENGTH, 256 * 1024 * 1024},
    {SQLITE_LIMIT_SQL_LENGTH, 100000},
    {SQLITE_LIMIT_COLUMN, 100},
    {SQLITE_LIMIT_EXPR_DEPTH, 100},
    {SQLITE_LIMIT_COMPOUND_SELECT, 20},
    {SQLITE_LIMIT_VDBE_OP, 25000},
    {SQLITE_LIMIT_FUNCTION_ARG, 16},
    {SQLITE_LIMIT_ATTACHED, 1},
    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100},
    {SQLITE_LIMIT_VARIABLE_NUMBER, 500},
    {SQLITE_LIMIT_TRIGGER_DEPTH, 10},
    {SQLITE_LIMIT_WORKER_THREADS, 0},
};

/* Deleted content is overwritten in pages that are written anyway (FAST): that costs no input or output. Pages that
 * become free keep their old bytes until they are used again or the store is compacted; overwriting them too (ON,
 * Debian's default) would write every page of a purge to the log once more. */
#define COMMON_PRAGMAS                                                                                                 \
    "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY;"              \
    "PRAGMA foreign_keys=ON; PRAGMA secure_delete=FAST;"

static const char *const pragmas[] = {
    [CONNECTION_WRITER] = COMMON_PRAGMAS,
    [CONNECTION_READER] = COMMON_PRAGMAS "PRAGMA query_only=ON;",
    /* A spool is nobody's only copy. */
    [CONNECTION_SPOOL] = COMMON_PRAGMAS
    "PRAGMA page_size=32768; PRAGMA cache_size=-8192; PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF;",
};

/* Another program holds a lock (everything of ours is under the write lock): wait a little, as long as the call may. */
static int wait_for_stranger(void *data, int times) {
    database *db = data;
    int64_t step_us = times < 10 ? 200 : 2000;
    if (step_us * times > db->busy_wait_us) {
        return 0;
    }
    if (db->bounds != NULL && bounds_check(db->bounds, NULL) != ANNOPROJ_OK) {
        return 0;
    }
    nanosleep(&(struct timespec){.tv_nsec = step_us * 1000}, NULL);
    return 1;
}

static int look_at_call(void *data) {
    const database *db = data;
    return db->bounds != NULL && bounds_check(db->bounds, NULL) != ANNOPROJ_OK;
}

static int count_log_pages(void *data, sqlite3 *handle, const char *name, int pages) {
    (void)handle;
    (void)name;
    ((database *)data)->wal_pages = pages;
    return SQLITE_OK;
}

static annoproj_status protect(database *db, annoproj_error **error) {
    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++) {
        if (sqlite3_db_config(db->handle, switches[i].option, switches[i].value, NULL) != SQLITE_OK) {
            return fail(error, ANNOPROJ_UNSUPPORTED, "the SQLite library %s lacks protection %d: use 3.37 or newer",
                        sqlite3_libversion(), switches[i].option);
        }
    }
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        sqlite3_limit(db->handle, limits[i].limit, limits[i].value);
    }
    return ANNOPROJ_OK;
}

void connection_interruptible(database *db, bool on) {
    sqlite3_progress_handler(db->handle, on ? OPERATIONS_PER_LOOK : 0, on ? look_at_call : NULL, db);
}

static annoproj_status set_up(database *db, connection_kind kind, bool relaxed, annoproj_error **error) {
    sqlite3_busy_handler(db->handle, wait_for_stranger, db);
    sqlite3_wal_autocheckpoint(db->handle, 0);
    sqlite3_wal_hook(db->handle, count_log_pages, db);
    annoproj_status status = protect(db, error);
    if (status == ANNOPROJ_OK) {
        status = sql_script(db, pragmas[kind], error);
    }
    if (status == ANNOPROJ_OK && kind == CONNECTION_WRITER) {
        char text[80];
        snprintf(text, sizeof text, "PRAGMA synchronous=%s; PRAGMA journal_size_limit=%d", relaxed ? "NORMAL" : "FULL",
                 LOG_KEPT_BYTES);
        status = sql_script(db, text, error);
    }
    if (kind == CONNECTION_READER) {
        connection_interruptible(db, true);
    }
    return status;
}

annoproj_status connection_open(const char *path, connection_kind kind, bool relaxed, database **out,
                                annoproj_error **error) {
    *out = NULL;
    if (sqlite3_threadsafe() == 0) {
        return fail(error, ANNOPROJ_UNSUPPORTED, "the SQLite library is built without threads: use another build");
    }
    database *made = allocate_zeroed(1, sizeof *made);
    if (made == NULL) {
        return fail_memory(error);
    }
    made->busy_wait_us = BUSY_WAIT_US;
    /* Each connection is used by one thread at a time. */
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX;
    annoproj_status status;
    const char *vfs = kind == CONNECTION_WRITER ? log_writes_vfs() : NULL;
    int code = sqlite3_open_v2(path, &made->handle, flags, vfs);
    if (code != SQLITE_OK) {
        status = sqlite_failure(error, code, made->handle != NULL ? sqlite3_errmsg(made->handle) : "out of memory");
    } else {
        status = set_up(made, kind, relaxed, error);
    }
    if (status != ANNOPROJ_OK) {
        connection_close(made, false);
        return status;
    }
    *out = made;
    return ANNOPROJ_OK;
}

annoproj_status database_overwrite(database *db, bool all, annoproj_error **error) {
    static const char fast[] = "PRAGMA secure_delete=FAST", whole[] = "PRAGMA secure_delete=ON";
    statement *set = sql(db, all ? whole : fast);
    (void)sql_row(set); /* what it is now */
    return sql_end(set, error);
}

void database_spare_checkpoint(database *db) {
    db->spare_checkpoint = true;
}

annoproj_status connection_cache(database *db, int64_t bytes, annoproj_error **error) {
    char text[64];
    snprintf(text, sizeof text, "PRAGMA cache_size=-%" PRId64, bytes / 1024 + 1);
    return sql_script(db, text, error);
}

static void end_statements(database *db) {
    for (size_t i = 0; i < STATEMENT_BUCKETS; i++) {
        while (db->kept[i] != NULL) {
            statement *gone = db->kept[i];
            db->kept[i] = gone->next;
            sqlite3_finalize(gone->handle);
            release(gone);
        }
    }
}

annoproj_status connection_borrow(sqlite3 *handle, const char *schema, database **out, annoproj_error **error) {
    *out = allocate_zeroed(1, sizeof **out);
    if (*out == NULL) {
        return fail_memory(error);
    }
    (*out)->handle = handle;
    (*out)->schema = schema;
    return ANNOPROJ_OK;
}

void connection_give_back(database *db) {
    if (db != NULL) {
        end_statements(db);
        release(db);
    }
}

void connection_close(database *db, bool fold) {
    if (db == NULL) {
        return;
    }
    end_statements(db);
    if (fold) {
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    }
    sqlite3_close_v2(db->handle);
    release(db);
}
