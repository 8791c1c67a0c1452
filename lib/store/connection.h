/* One SQLite connection as this room sees it. */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <sqlite3.h>

#include "bounds.h"
#include "database.h"

#define STATEMENT_BUCKETS 128

struct statement {
    sqlite3_stmt *handle;
    const char *text; /* the constant it was made from: its key */
    database *database;
    struct statement *next;           /* in its bucket */
    int parameter;                    /* the last one bound */
    int code;                         /* SQLite's extended code of the first failure; 0 = none */
    bool kept, in_use, done, stopped; /* stopped: by the deadline or the cancel of the call */
    char message[160];
};

struct database {
    sqlite3 *handle;
    const char *schema; /* the name under which somebody else's connection has the store; NULL = our own connection */
    statement *kept[STATEMENT_BUCKETS];
    statement spare;      /* handed out when there is no memory for another; always failed */
    const bounds *bounds; /* of the call it works for; NULL = the library's own statements */
    uint32_t ticks;
    int64_t busy_wait_us;  /* how long to wait for a stranger's lock */
    bool spare_checkpoint; /* not behind the next commit */
    int64_t wal_pages;     /* pages in the write-ahead log after the last commit here */
};

typedef enum connection_kind { CONNECTION_WRITER, CONNECTION_READER, CONNECTION_SPOOL } connection_kind;

#define BUSY_WAIT_US 5000000

/* The page size of new stores; a variable so that the bench can compare sizes. */
#define STORE_PAGE_SIZE 4096
extern int32_t store_page_size;

/* Opens an existing file (or, for a spool or a new store, an empty one) and sets it up; `path` is absolute and free of
 * symbolic links. Nothing is checked about its content. */
annoproj_status connection_open(const char *path, connection_kind kind, bool relaxed, database **out,
                                annoproj_error **error);
void connection_close(database *database, bool fold); /* fold: checkpoint and delete the log if it is the last */

/* Reads on somebody else's connection, which is left as it is; `schema` ("main", or as it is attached) stays where it is. */
annoproj_status connection_borrow(sqlite3 *handle, const char *schema, database **out, annoproj_error **error);
void connection_give_back(database *database); /* ends the kept statements; NULL is fine */
/* The statement with the schema's name before that of each table it reads, and of its pragma; a name alone could mean a temporary
 * table, or one of another file. To be released; NULL when out of memory. */
char *sql_in_schema(const char *text, const char *schema);

/* How much of the file the connection keeps in memory. */
annoproj_status connection_cache(database *database, int64_t bytes, annoproj_error **error);

/* Whether deadline and cancel of the call interrupt a running statement: readers always, else only what is a transaction of
 * its own. */
void connection_interruptible(database *database, bool on);

annoproj_status sql_script(database *database, const char *text, annoproj_error **error);
/* The first column of the first row; 0 when there is none. */
annoproj_status sql_value(database *database, const char *text, int64_t *out, annoproj_error **error);

/* SQLite knows a full disk mostly; a quota or a limit of the file size mean the same to the caller. And it takes a page that
 * the disk could not read for a damaged one. `system` is errno as the failing call left it: SQLite's own copy is not kept
 * by COMMIT. */
int true_code(int code, int system);
/* SQLite's codes as statuses, and the error that says what to do about them. */
annoproj_status sqlite_failure(annoproj_error **error, int extended_code, const char *message);
annoproj_status connection_failure(database *database, annoproj_error **error);

#endif
