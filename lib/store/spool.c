/* Private spools: temporary SQLite files beside the store, where there is room for what the store is to take. */
#include "failure.h"
#include "private_file.h"
#include "store_state.h"

#define SUFFIX     "-spool-"
#define SQL_BEGIN  "BEGIN"
#define SQL_COMMIT "COMMIT"

struct spool {
    store *store;
    private_file file;
    database *db;
};

annoproj_status spool_open(store *of, const char *schema, spool **out, annoproj_error **error) {
    *out = NULL;
    annoproj_status status = operation_begin(of->state, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    spool *made = allocate_zeroed(1, sizeof *made);
    if (made == NULL) {
        operation_end(of->state);
        return fail_memory(error);
    }
    made->store = of;
    status = private_file_make(of->state->path, SUFFIX, &made->file, error);
    if (status == ANNOPROJ_OK) {
        status = connection_open(made->file.path, CONNECTION_SPOOL, true, &made->db, error);
    }
    if (status == ANNOPROJ_OK) {
        status = sql_script(made->db, schema, error);
    }
    if (status == ANNOPROJ_OK) {
        status = sql_run(sql(made->db, SQL_BEGIN), error);
    }
    if (status != ANNOPROJ_OK) {
        spool_close(made);
        return status;
    }
    *out = made;
    return ANNOPROJ_OK;
}

database *spool_database(spool *of) {
    return of->db;
}

annoproj_status spool_flush(spool *of, annoproj_error **error) {
    annoproj_status status = sql_run(sql(of->db, SQL_COMMIT), error);
    return status == ANNOPROJ_OK ? sql_run(sql(of->db, SQL_BEGIN), error) : status;
}

void spool_close(spool *of) {
    if (of == NULL) {
        return;
    }
    struct store_state *state = of->store->state;
    connection_close(of->db, false);
    private_file_drop(&of->file);
    release(of);
    operation_end(state);
}

struct spool_file {
    store *store;
    private_file file;
};

annoproj_status spool_file_open(store *of, spool_file **out, annoproj_error **error) {
    *out = NULL;
    annoproj_status status = operation_begin(of->state, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    spool_file *made = allocate_zeroed(1, sizeof *made);
    if (made == NULL) {
        operation_end(of->state);
        return fail_memory(error);
    }
    made->store = of;
    status = private_file_make(of->state->path, SUFFIX, &made->file, error);
    if (status != ANNOPROJ_OK) {
        spool_file_close(made);
        return status;
    }
    *out = made;
    return ANNOPROJ_OK;
}

int spool_file_descriptor(const spool_file *of) {
    return of->file.descriptor;
}

void spool_file_close(spool_file *of) {
    if (of == NULL) {
        return;
    }
    struct store_state *state = of->store->state;
    private_file_drop(&of->file);
    release(of);
    operation_end(state);
}

void spools_remove_stale(struct store_state *state) {
    int32_t removed = private_files_remove_stale(state->path, SUFFIX);
    removed += private_files_remove_stale(state->path, COMPACT_SUFFIX);
    if (removed > 0) {
        note(state, NOTE_INFORMATION, "removed %d temporary files beside the store that processes which died have left",
             removed);
    }
}
