/* Compaction: the store is written anew without its free pages, into a private file beside it, and copied back over itself in
 * one transaction. Readers keep their snapshots and other processes wait for the write lock. SQLite's own VACUUM does
 * the same with its copy in memory or in the system's folder for temporary files. */
#include <stdio.h>
#include <string.h>

#include "copy.h"
#include "failure.h"
#include "format.h"
#include "identity.h"
#include "private_file.h"
#include "store_state.h"

#define SQL_PAGE_COUNT "PRAGMA page_count"
#define SQL_FREE_PAGES "PRAGMA freelist_count"
#define SQL_SEQUENCE   "SELECT commit_seq FROM store_state"
#define SQL_COPY       "VACUUM INTO ?1"
/* How long readers are given to let go of the log, while writers wait. */
#define FOLD_WAIT_US 1000000

typedef struct sizes {
    int64_t pages, free_pages, commit_seq;
} sizes;

static annoproj_status measure(struct store_state *state, sizes *out, annoproj_error **error) {
    database *db = state->writer;
    annoproj_status status = sql_value(db, SQL_PAGE_COUNT, &out->pages, error);
    if (status == ANNOPROJ_OK) {
        status = sql_value(db, SQL_FREE_PAGES, &out->free_pages, error);
    }
    if (status == ANNOPROJ_OK) {
        status = sql_value(db, SQL_SEQUENCE, &out->commit_seq, error);
    }
    return status;
}

/* A new file of the same rows. It takes as long as the store is large, so that the call's bounds interrupt it. */
static annoproj_status write_anew(struct store_state *state, const char *path, const bounds *call,
                                  annoproj_error **error) {
    database *db = state->writer;
    db->bounds = call;
    connection_interruptible(db, true);
    statement *copy = sql(db, SQL_COPY);
    bind_text(copy, path);
    annoproj_status status = sql_run(copy, error);
    connection_interruptible(db, false);
    db->bounds = NULL;
    return status;
}

static annoproj_status copy_back(struct store_state *state, const char *path, const sizes *before, const bounds *call,
                                 annoproj_error **error) {
    copy_facts made;
    database *from = NULL;
    annoproj_status status = copy_verify(path, &made, error);
    if (status == ANNOPROJ_OK && (made.version != format_now->version || made.commit_seq != before->commit_seq)) {
        status = fail(error, ANNOPROJ_CORRUPT,
                      "the compacted copy is not the store: nothing was changed; check the disk");
    }
    if (status == ANNOPROJ_OK) {
        status = connection_open(path, CONNECTION_SPOOL, true, &from, error);
    }
    if (status == ANNOPROJ_OK) {
        status = copy_pages(from, state->writer, call, false, error);
    }
    connection_close(from, false);
    return status;
}

static annoproj_status compact(struct store_state *state, const bounds *call, void *argument, annoproj_error **error) {
    compact_facts *out = argument;
    sizes before = {0}, after = {0};
    private_file file = {.descriptor = -1};
    annoproj_status status = state_check_file(state, error);
    if (status == ANNOPROJ_OK) {
        status = version_check(state->writer, error);
    }
    if (status == ANNOPROJ_OK) {
        status = measure(state, &before, error);
    }
    if (status == ANNOPROJ_OK) {
        status = sequence_check(state->seen_seq, before.commit_seq, error);
    }
    if (status == ANNOPROJ_OK) {
        status = private_file_make(state->path, COMPACT_SUFFIX, &file, error);
    }
    if (status == ANNOPROJ_OK) {
        status = write_anew(state, file.path, call, error);
    }
    if (status == ANNOPROJ_OK) {
        status = copy_back(state, file.path, &before, call, error);
    }
    private_file_drop(&file);
    if (status == ANNOPROJ_OK) {
        status = measure(state, &after, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    out->before_bytes = before.pages * state->page_size;
    out->free_bytes = before.free_pages * state->page_size;
    out->after_bytes = after.pages * state->page_size;
    note(state, NOTE_INFORMATION, "the store was compacted from %lld to %lld bytes", (long long)out->before_bytes,
         (long long)out->after_bytes);
    return checkpoint_fold(state, FOLD_WAIT_US, &out->folded, error);
}

annoproj_status store_compact(store *of, const bounds *call, compact_facts *out, annoproj_error **error) {
    *out = (compact_facts){0};
    return write_alone(of, call, compact, out, error);
}
