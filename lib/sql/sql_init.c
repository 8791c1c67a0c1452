/* The extension's way in: SQLite calls it when the file is loaded, by the name it makes of annoproj_sql. */
#include "sql_table.h"

#include <pthread.h>

#include "allocate.h"

const sqlite3_api_routines *sqlite3_api; /* the host's, see host_sqlite.h */

#define SQLITE_LEAST 3037000 /* what lib/store asks for */

static void forget_module(void *registered) {
    sql_module *gone = registered;
    host_connection_release(gone->host);
    release(gone);
}

static int register_module(sqlite3 *connection, host_connection *host, const char *name, const sqlite3_module *methods,
                           const sql_source *source) {
    sql_module *made = allocate_zeroed(1, sizeof *made);
    if (made == NULL) {
        return SQLITE_NOMEM;
    }
    made->host = host;
    made->source = source;
    host_connection_retain(host);
    /* What cannot be registered is forgotten by SQLite, too. */
    return sqlite3_create_module_v2(connection, name, methods, made, forget_module);
}

static int register_modules(sqlite3 *connection, host_connection *host) {
    int code = register_module(connection, host, "annoproj_events", &sql_event_module, NULL);
    for (const sql_source *source = sql_sources; source->name != NULL && code == SQLITE_OK; source++) {
        code = register_module(connection, host, source->name, &sql_table_module, source);
    }
    return code;
}

__attribute__((visibility("default"))) int sqlite3_annoprojsql_init(sqlite3 *connection, char **message,
                                                                    const sqlite3_api_routines *api);

int sqlite3_annoprojsql_init(sqlite3 *connection, char **message, const sqlite3_api_routines *api) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    SQLITE_EXTENSION_INIT2(api);
    if (sqlite3_libversion_number() < SQLITE_LEAST) {
        *message = sqlite3_mprintf("annoproj_sql needs SQLite 3.37 or newer, this is %s", sqlite3_libversion());
        return SQLITE_ERROR;
    }
    pthread_once(&once, sql_label_types);
    host_connection *host = host_connection_new(connection);
    if (host == NULL) {
        return SQLITE_NOMEM;
    }
    int code = register_modules(connection, host);
    host_connection_release(host);
    return code;
}
