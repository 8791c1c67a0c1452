/* The pool of readers: at most READERS_MOST connections, made when first needed; one snapshot per read. */
#include "failure.h"
#include "identity.h"
#include "store_state.h"

#define SQL_BEGIN    "BEGIN"
#define SQL_ROLLBACK "ROLLBACK"
#define SQL_SEQUENCE "SELECT commit_seq FROM store_state"

/* A free connection, or a place to make one (*out = NULL); waits its turn. */
static annoproj_status take(struct store_state *state, const bounds *call, database **out, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    *out = NULL;
    pthread_mutex_lock(&state->mutex);
    while (state->readers_free == 0 && state->readers_made == READERS_MOST && status == ANNOPROJ_OK) {
        status = state_wait(state, &state->changed, call, error);
    }
    if (status == ANNOPROJ_OK && state->readers_free > 0) {
        *out = state->readers[--state->readers_free];
    } else if (status == ANNOPROJ_OK) {
        state->readers_made++;
    }
    pthread_mutex_unlock(&state->mutex);
    return status;
}

static void give_back(struct store_state *state, database *db) {
    pthread_mutex_lock(&state->mutex);
    if (db != NULL) {
        state->readers[state->readers_free++] = db;
    } else {
        state->readers_made--;
    }
    pthread_cond_broadcast(&state->changed);
    pthread_mutex_unlock(&state->mutex);
}

/* The snapshot is taken by the first statement that reads. */
static annoproj_status take_snapshot(struct store_state *state, database *db, annoproj_error **error) {
    int64_t least = __atomic_load_n(&state->seen_seq, __ATOMIC_ACQUIRE);
    int64_t sequence = 0;
    annoproj_status status = sql_run(sql(db, SQL_BEGIN), error);
    if (status == ANNOPROJ_OK) {
        status = version_check(db, error);
    }
    if (status == ANNOPROJ_OK) {
        status = sql_value(db, SQL_SEQUENCE, &sequence, error);
    }
    return status == ANNOPROJ_OK ? sequence_check(least, sequence, error) : status;
}

static void end_snapshot(database *db) {
    db->bounds = NULL;
    if (!sqlite3_get_autocommit(db->handle)) {
        sql_run(sql(db, SQL_ROLLBACK), NULL);
    }
}

annoproj_status store_read_begin(store *of, const bounds *call, reader *out, annoproj_error **error) {
    struct store_state *state = of->state;
    *out = (reader){0};
    annoproj_status status = operation_begin(state, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    database *db = NULL;
    status = take(state, call, &db, error);
    if (status != ANNOPROJ_OK) {
        operation_end(state);
        return status;
    }
    if (db == NULL) {
        status = state_check_file(state, error);
        if (status == ANNOPROJ_OK) {
            status = connection_open(state->path, CONNECTION_READER, false, &db, error);
            if (status == ANNOPROJ_OK) {
                status = connection_cache(db, cache_of_reader(state), error);
                if (status != ANNOPROJ_OK) {
                    connection_close(db, false);
                    db = NULL;
                }
            }
        }
    }
    if (status == ANNOPROJ_OK) {
        db->bounds = call;
        status = take_snapshot(state, db, error);
        if (status != ANNOPROJ_OK) {
            end_snapshot(db);
        }
    }
    if (status != ANNOPROJ_OK) {
        give_back(state, db);
        operation_end(state);
        return status;
    }
    *out = (reader){.database = db, .bounds = call, .store = of};
    return ANNOPROJ_OK;
}

void store_read_end(reader *of) {
    if (of->database == NULL) {
        return;
    }
    struct store_state *state = of->store->state;
    end_snapshot(of->database);
    give_back(state, of->database);
    operation_end(state);
    *of = (reader){0};
}

void readers_close(struct store_state *state) {
    while (state->readers_free > 0) {
        connection_close(state->readers[--state->readers_free], false);
    }
    state->readers_made = 0;
}
