/* The host's connection as a store (host_store.h). */
#include "host_store.h"

#include <string.h>

#include "connection.h"
#include "failure.h"
#include "format.h"
#include "identity.h"
#include "store.h"

struct store_state {
    store store; /* counted by the session, too */
    char *schema;
    database *database;
    annoproj_session *session;
    char *file;     /* that was found to be a store, */
    int64_t cookie; /* with this schema */
    struct store_state *next;
};

struct host_connection {
    sqlite3 *connection;
    int references, tables;
    struct store_state *stores;
};

/* ---- what lib/store offers the rooms, on somebody else's connection ---- */

annoproj_status store_read_begin(store *of, const bounds *call, reader *out, annoproj_error **error) {
    (void)error;
    *out = (reader){.database = of->state->database, .bounds = call, .store = of};
    out->database->bounds = call;
    return ANNOPROJ_OK;
}

void store_read_end(reader *of) {
    if (of->database != NULL) {
        of->database->bounds = NULL;
    }
    *of = (reader){0};
}

annoproj_status store_write(store *of, const bounds *call, write_body run, void *argument, annoproj_error **error) {
    (void)of, (void)call, (void)run, (void)argument;
    return fail(error, ANNOPROJ_READONLY, "the SQL extension only reads: change the store through libannoproj");
}

annoproj_status store_random(store *of, void *out, size_t length, annoproj_error **error) {
    memset(out, 0, length);
    return store_write(of, NULL, NULL, NULL, error);
}

/* ---- the stores of a connection ---- */

static void destroy_store(body *dead) {
    struct store_state *gone = ((store *)dead)->state;
    release(gone->schema);
    release(gone->file);
    release(gone);
}

static void end_store(struct store_state *gone) {
    if (gone->session != NULL) {
        handle_close(gone->session, HANDLE_SESSION);
    }
    connection_give_back(gone->database);
    body_release(&gone->store.body);
}

static annoproj_status make_store(host_connection *host, const char *schema, struct store_state **out,
                                  annoproj_error **error) {
    struct store_state *made = allocate_zeroed(1, sizeof *made);
    if (made == NULL) {
        return fail_memory(error);
    }
    made->store = (store){.body = {.references = 1, .destroy = destroy_store}, .state = made};
    made->schema = duplicate_text(schema);
    annoproj_status status = made->schema == NULL
                                 ? fail_memory(error)
                                 : connection_borrow(host->connection, made->schema, &made->database, error);
    if (status == ANNOPROJ_OK) {
        status = session_handle(&made->store, 0, ANNOPROJ_SOURCE_SDK, &made->session, error);
    }
    if (status != ANNOPROJ_OK) {
        end_store(made);
        return status;
    }
    made->next = host->stores;
    host->stores = *out = made;
    return ANNOPROJ_OK;
}

/* Is it a store at all, and of the version that this is for? */
static annoproj_status check_format(struct store_state *of, const char *file, annoproj_error **error) {
    int64_t application = 0;
    annoproj_status status = sql_value(of->database, "PRAGMA application_id", &application, error);
    if (status == ANNOPROJ_OK && application != STORE_APPLICATION_ID) {
        return fail(
            error, ANNOPROJ_DATA,
            "database %s (%s) is not a store of annotation projects: open one, or name the attached database that "
            "is one, as in annoproj_tasks('name')",
            of->schema, *file == '\0' ? "no file" : file);
    }
    if (status == ANNOPROJ_OK) {
        status = version_check(of->database, error);
        if (status != ANNOPROJ_OK) {
            fail_place(error, "%s", file);
        }
    }
    return status;
}

/* The schema is read when the file is another than before, or its schema was changed. */
static annoproj_status check_store(struct store_state *of, const char *file, annoproj_error **error) {
    int64_t cookie = 0, version = 0;
    annoproj_status status = check_format(of, file, error);
    if (status == ANNOPROJ_OK) {
        status = sql_value(of->database, "PRAGMA schema_version", &cookie, error);
    }
    if (status != ANNOPROJ_OK || (of->file != NULL && of->cookie == cookie && strcmp(of->file, file) == 0)) {
        return status;
    }
    release(of->file);
    of->file = NULL;
    status = identity_check(of->database, file, &version, error);
    if (status == ANNOPROJ_OK) {
        of->cookie = cookie;
        of->file = duplicate_text(file);
        status = of->file == NULL ? fail_memory(error) : status;
    }
    return status;
}

annoproj_status host_store_read(host_connection *host, const char *schema, host_store *out, annoproj_error **error) {
    struct store_state *found = host->stores;
    annoproj_status status = ANNOPROJ_OK;
    *out = (host_store){0};
    if (sqlite3_db_readonly(host->connection, schema) < 0) {
        return fail(error, ANNOPROJ_NOT_FOUND, "this connection has no database %s: ATTACH the store under that name",
                    QUOTED(schema));
    }
    while (found != NULL && sqlite3_stricmp(found->schema, schema) != 0) {
        found = found->next;
    }
    if (found == NULL) {
        status = make_store(host, schema, &found, error);
    }
    if (status == ANNOPROJ_OK) {
        const char *file = sqlite3_db_filename(host->connection, schema);
        status = check_store(found, file == NULL ? "" : file, error);
    }
    if (status == ANNOPROJ_OK) {
        *out = (host_store){found->database, found->session};
    }
    return status;
}

/* ---- the connection ---- */

host_connection *host_connection_new(sqlite3 *connection) {
    host_connection *made = allocate_zeroed(1, sizeof *made);
    if (made != NULL) {
        made->connection = connection;
        made->references = 1;
    }
    return made;
}

void host_connection_retain(host_connection *host) {
    host->references++;
}

void host_connection_release(host_connection *host) {
    if (--host->references == 0) {
        release(host);
    }
}

void host_table_connected(host_connection *host) {
    host->references++;
    host->tables++;
}

void host_table_gone(host_connection *host) {
    host->tables--;
    while (host->tables == 0 && host->stores != NULL) {
        struct store_state *gone = host->stores;
        host->stores = gone->next;
        end_store(gone);
    }
    host_connection_release(host);
}

/* ---- owners ---- */

const char *const host_owner_names[] = {
    [OWNER_NONE] = "", [OWNER_PROJECT] = "project", [OWNER_DATASET] = "dataset", [OWNER_ONTOLOGY] = "ontology"};

annoproj_status host_owner_next(database *db, host_owner kind, int64_t after, int64_t *id, annoproj_error **error) {
    static const char projects[] = "SELECT id FROM project WHERE id > ? AND deleted_us IS NULL AND purging = 0"
                                   " ORDER BY id LIMIT 1";
    static const char datasets[] = "SELECT id FROM dataset WHERE id > ? ORDER BY id LIMIT 1";
    static const char ontologies[] = "SELECT id FROM ontology WHERE id > ? ORDER BY id LIMIT 1";
    statement *find = sql(db, kind == OWNER_PROJECT ? projects : kind == OWNER_DATASET ? datasets : ontologies);
    bind_int64(find, after);
    *id = sql_row(find) ? column_int64(find, 0) : 0;
    return sql_end(find, error);
}
