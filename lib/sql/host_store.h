/* The store as the extension has it: on the connection of the program that loaded it, in that connection's snapshot, only to
 * read. It stands in for lib/store's own (store.h), so that everything between here and there reads as it always does. */
#ifndef HOST_STORE_H
#define HOST_STORE_H

#include "host_sqlite.h"

#include "access.h"

/* A connection of the host, with what it has read so far. Referred to by each module; statements are kept as long as a virtual
 * table is connected, so that the host can close its connection. */
typedef struct host_connection host_connection;

host_connection *host_connection_new(sqlite3 *connection); /* NULL when out of memory */
void host_connection_retain(host_connection *host);
void host_connection_release(host_connection *host);
void host_table_connected(host_connection *host);
void host_table_gone(host_connection *host);

/* One of its databases that is a store. */
typedef struct host_store {
    database *database;
    annoproj_session *session; /* the host's: it sees everything, as whoever can read the file does */
} host_store;

/* The database of that name ("main", or as it was attached). Looks each time whether it is still what it was. NOT_FOUND, DATA (not a
 * store), CORRUPT, TOO_NEW, STATE (an older format). */
annoproj_status host_store_read(host_connection *host, const char *schema, host_store *out, annoproj_error **error);

/* What tables are owned by. */
typedef enum host_owner { OWNER_NONE, OWNER_PROJECT, OWNER_DATASET, OWNER_ONTOLOGY } host_owner;
extern const char *const host_owner_names[]; /* of the column */
/* The next owner behind `after`; 0 = no more. Deleted projects have nothing to read. */
annoproj_status host_owner_next(database *database, host_owner kind, int64_t after, int64_t *id,
                                annoproj_error **error);

#endif
