/* The store: one SQLite file in WAL mode, one writer connection, a pool of readers, and the
 * inter-process write lock. The only room that includes sqlite3.h. */
#ifndef STORE_H
#define STORE_H

#include "blob_cache.h"
#include "bounds.h"
#include "database.h"
#include "handle.h"

typedef struct annoproj_store_body {
    body body;
    struct store_state *state; /* private to this room */
} store;

/* --- open and close ------------------------------------------------------------------------------ */
annoproj_status store_open(const char *path, bool create, const annoproj_store_options *options, const bounds *bounds,
                           store **out, annoproj_error **error);
/* Waits for calls in flight (deadline passed = BUSY and the store stays open), checkpoints under the write
 * lock, folds the WAL away, closes SQLite. Bodies that outlive it get STATE from every later call. */
annoproj_status store_shut(store *store, const bounds *bounds, annoproj_error **error);

/* --- write ---------------------------------------------------------------------------------------- */
/* What a write body works on. A body may be run again from the start (group commit, a transaction that
 * died): it changes nothing outside the transaction and fills no caller's output before store_write
 * returned OK. */
typedef struct writer {
    database *database;
    arena *memory;  /* emptied before each run of a body */
    int64_t now_us; /* command time = max(clock, last command time of the store) */
    const bounds *bounds;
    store *store;
} writer;

typedef annoproj_status (*write_body)(writer *writer, void *argument, annoproj_error **error);

/* Queues the body in memory, first come; the leader takes the inter-process lock, runs what is queued and
 * commits it together. On return the outcome of this body is known: committed (OK), rolled back (its own
 * status), or COMMIT_UNKNOWN. A status other than OK takes back what this body did, nothing else. */
annoproj_status store_write(store *store, const bounds *bounds, write_body body, void *argument,
                            annoproj_error **error);

/* --- read ----------------------------------------------------------------------------------------- */
typedef struct reader {
    database *database;
    const bounds *bounds;
    store *store;
} reader;

/* A connection of the pool with a snapshot taken; waits for a free one with the call's deadline. While it
 * is held, deadline and cancel interrupt its statements. */
annoproj_status store_read_begin(store *store, const bounds *bounds, reader *out, annoproj_error **error);
void store_read_end(reader *reader);

/* --- what the host injected ------------------------------------------------------------------------ */
/* Command times never go back, so a time that no calendar shows would stay for ever. */
#define CLOCK_LEAST_US (-INT64_C(62135596800000000)) /* year 1 */
#define CLOCK_MOST_US  INT64_C(253402300799999999)   /* end of year 9999 */

/* Random bytes for ids and hashes: drawn before a command runs, so that a body run again draws nothing. */
annoproj_status store_random(store *store, void *out, size_t length, annoproj_error **error);
annoproj_status store_time(store *store, int64_t *now_us, annoproj_error **error); /* what the clock says */
const char *store_ticket_key(const store *store); /* option `ticket_key`; NULL = none */
int32_t store_threads(const store *store);        /* worker threads a call may use, option `threads` */

/* What all threads keep in memory of the store, inside option `cache_bytes`; used between store_read_begin() and _end(). */
blob_cache *store_cache(const store *store);

/* --- a private spool: a temporary SQLite database for bulk input, outside the lock ------------------ */
/* `schema` is run once. */
typedef struct spool spool;
annoproj_status spool_open(store *store, const char *schema, spool **out, annoproj_error **error);
database *spool_database(spool *spool);
annoproj_status spool_flush(spool *spool, annoproj_error **error); /* commits what was inserted */
void spool_close(spool *spool);                                    /* deletes it; NULL is fine */
/* The same for plain bytes: an empty file beside the store. */
typedef struct spool_file spool_file;
annoproj_status spool_file_open(store *store, spool_file **out, annoproj_error **error);
int spool_file_descriptor(const spool_file *file); /* to write and read; closed with it */
void spool_file_close(spool_file *file);           /* deletes it; NULL is fine */

/* --- operations ------------------------------------------------------------------------------------ */
typedef struct store_facts {
    int64_t file_bytes, wal_bytes, page_size, page_count, free_pages, schema_version, commit_seq;
    int64_t created_us, last_command_us;
    char fingerprint[33], uuid[37];
    const char *sqlite, *path; /* valid as long as the store */
} store_facts;
annoproj_status store_facts_read(reader *reader, store_facts *out, annoproj_error **error);
/* Copies the snapshot to a file (copy.h): EXISTS, STATE; NOT_FOUND when the folder is missing; INVALID for the store itself. */
typedef struct backup_facts {
    char *path; /* absolute; to be released */
    int64_t bytes, commit_seq, schema_version;
} backup_facts;
annoproj_status store_backup(reader *reader, const char *path, bool replace, backup_facts *out, annoproj_error **error);
/* INVALID when a file written to `path` would take the place of a file beside a store or, unless they may make room, of a store. */
annoproj_status store_spare(const char *path, bool may_be_store, annoproj_error **error);
/* Gives free pages back to the file system; alone under the write lock. */
typedef struct compact_facts {
    int64_t before_bytes, after_bytes, free_bytes;
    bool folded; /* else a reader still needs the log, and the file shrinks when it ends */
} compact_facts;
annoproj_status store_compact(store *store, const bounds *bounds, compact_facts *out, annoproj_error **error);
/* Waits until the store is past commit `seen`: committed here or by another process. */
annoproj_status store_wait(store *store, int64_t seen, const bounds *bounds, int64_t *commit_seq,
                           annoproj_error **error);
/* SQLite's own checks of the whole file, or (not quick) of one table and its indexes: one call of `found` per line. */
typedef void (*line_fn)(void *data, const char *line);
annoproj_status store_integrity(reader *reader, const char *table, bool quick, line_fn found, void *data,
                                annoproj_error **error);
/* Rows of a table that refer to nothing. */
annoproj_status store_foreign_keys(reader *reader, const char *table, line_fn found, void *data,
                                   annoproj_error **error);
/* The name of the table behind `after` ("" = the first); "" behind the last. */
annoproj_status store_next_table(reader *reader, const char *after, char *out, size_t size, annoproj_error **error);

#endif
