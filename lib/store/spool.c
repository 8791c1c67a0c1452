/* Private spools: temporary SQLite files beside the store, where there is room for what the store is to take. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "failure.h"
#include "store_state.h"

#define SUFFIX     "-spool-"
#define SQL_BEGIN  "BEGIN"
#define SQL_COMMIT "COMMIT"
#define SQL_ATTACH "ATTACH ?1 AS spool"
#define SQL_DETACH "DETACH spool"

struct spool {
    store *store;
    char *path;
    int descriptor; /* holds a lock that ends with the process: a spool without one is rubbish */
    database *db;
};

static annoproj_status make_file(spool *of, annoproj_error **error) {
    const char *store_path = of->store->state->path;
    size_t size = strlen(store_path) + sizeof SUFFIX "XXXXXX";
    of->path = allocate(size);
    if (of->path == NULL) {
        return fail_memory(error);
    }
    snprintf(of->path, size, "%s" SUFFIX "XXXXXX", store_path);
    of->descriptor = mkostemp(of->path, O_CLOEXEC);
    if (of->descriptor < 0) {
        int reason = errno;
        annoproj_status status = reason == ENOSPC || reason == EDQUOT  ? ANNOPROJ_FULL
                                 : reason == EACCES || reason == EROFS ? ANNOPROJ_READONLY
                                                                       : ANNOPROJ_IO;
        release(of->path);
        of->path = NULL;
        return fail(error, status, "no temporary file could be made beside the store %s (%s): check the folder",
                    QUOTED(store_path), strerror(reason));
    }
    flock(of->descriptor, LOCK_EX | LOCK_NB);
    return ANNOPROJ_OK;
}

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
    made->descriptor = -1;
    status = make_file(made, error);
    if (status == ANNOPROJ_OK) {
        status = connection_open(made->path, CONNECTION_SPOOL, true, &made->db, error);
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
    if (of->path != NULL) {
        unlink(of->path);
    }
    if (of->descriptor >= 0) {
        close(of->descriptor);
    }
    release(of->path);
    release(of);
    operation_end(state);
}

annoproj_status spool_attach(spool *of, writer *into, annoproj_error **error) {
    database *db = into->database;
    if (db->spool_attached) {
        db->spool_refused = true;
        return fail(error, ANNOPROJ_BUSY, "another command of the transaction has a spool attached");
    }
    statement *attach = sql(db, SQL_ATTACH);
    bind_text(attach, of->path);
    annoproj_status status = sql_run(attach, error);
    db->spool_attached = status == ANNOPROJ_OK;
    return status;
}

void spool_detach(database *db) {
    if (db->spool_attached) {
        db->spool_attached = sql_run(sql(db, SQL_DETACH), NULL) != ANNOPROJ_OK;
    }
}

/* A spool of a living process is locked; one that is not was left behind by a crash. */
static void remove_if_stale(int folder, const char *name) {
    int descriptor = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0) {
        return;
    }
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) {
        unlinkat(folder, name, 0);
    }
    close(descriptor);
}

void spools_remove_stale(const struct store_state *state) {
    const char *base = strrchr(state->path, '/') + 1;
    size_t length = strlen(base);
    DIR *folder = opendir(state->folder);
    if (folder == NULL) {
        return;
    }
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (strncmp(entry->d_name, base, length) == 0 &&
            strncmp(entry->d_name + length, SUFFIX, sizeof SUFFIX - 1) == 0) {
            remove_if_stale(dirfd(folder), entry->d_name);
        }
    }
    closedir(folder);
}
