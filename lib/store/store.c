/* Making, opening and closing a store. */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "failure.h"
#include "format.h"
#include "identity.h"
#include "migrate.h"
#include "place.h"
#include "store_state.h"

#define NEW_FILE_MODE    0600
#define FOLD_WAIT_US     20000 /* for readers of other processes */
#define SQL_JOURNAL_MODE "PRAGMA journal_mode"
#define SQL_PAGE_SIZE    "PRAGMA page_size"
#define SQL_SEQUENCE     "SELECT commit_seq FROM store_state"
#define SQL_FIRST_STATE                                                                                                \
    "INSERT INTO store_state(id, commit_seq, last_command_us, created_us, uuid) VALUES(1, 1, ?1, ?1, ?2)"

/* --- the state's life ------------------------------------------------------------------------------ */

static void state_free(struct store_state *state) {
    if (state == NULL) {
        return;
    }
    pthread_cond_destroy(&state->committed);
    pthread_cond_destroy(&state->changed);
    pthread_mutex_destroy(&state->mutex);
    arena_release(&state->memory);
    blob_cache_free(state->cache);
    release(state->path);
    release(state->folder);
    if (state->ticket_key != NULL) {
        explicit_bzero(state->ticket_key, strlen(state->ticket_key));
    }
    release(state->ticket_key);
    release(state);
}

static void state_close_files(struct store_state *state, bool fold) {
    readers_close(state);
    connection_close(state->writer, fold);
    state->writer = NULL;
    write_lock_close(state->lock);
    state->lock = NULL;
    blob_cache_free(state->cache);
    state->cache = NULL;
    open_stores_leave(state);
}

/* The last reference is gone without a close: the log stays beside the file, nothing is lost. In a child of fork SQLite
 * must not be touched, and the state stays in the list of open stores. */
static void store_destroy(body *of) {
    store *gone = (store *)of;
    struct store_state *state = gone->state;
    if (state->process == getpid()) {
        if (!state->closed) {
            state_close_files(state, false);
        }
        state_free(state);
    }
    release(gone);
}

static annoproj_status state_new(const annoproj_store_options *options, struct store_state **out,
                                 annoproj_error **error) {
    struct store_state *made = allocate_zeroed(1, sizeof *made);
    if (made == NULL) {
        return fail_memory(error);
    }
    made->process = getpid();
    made->options = *options;
    made->options.ticket_key = NULL; /* the caller's memory */
    if (options->ticket_key != NULL) {
        made->ticket_key = duplicate_text(options->ticket_key);
        if (made->ticket_key == NULL) {
            fail_memory(error);
            goto no_changed;
        }
    }
    if (state_condition(&made->changed, error) != ANNOPROJ_OK) {
        goto no_changed;
    }
    if (state_condition(&made->committed, error) != ANNOPROJ_OK) {
        goto no_committed;
    }
    made->cache = blob_cache_new(cache_of_blobs(made));
    if (made->cache == NULL) {
        fail_memory(error);
        goto no_cache;
    }
    if (pthread_mutex_init(&made->mutex, NULL) != 0) {
        fail_memory(error);
        goto no_mutex;
    }
    *out = made;
    return ANNOPROJ_OK;
no_mutex:
    blob_cache_free(made->cache);
no_cache:
    pthread_cond_destroy(&made->committed);
no_committed:
    pthread_cond_destroy(&made->changed);
no_changed:
    release(made->ticket_key);
    release(made);
    return ANNOPROJ_NO_MEMORY;
}

/* --- files ------------------------------------------------------------------------------------------ */

static annoproj_status open_lock(struct store_state *state, mode_t mode, annoproj_error **error) {
    size_t size = strlen(state->path) + sizeof "-lock";
    char *side = allocate(size);
    if (side == NULL) {
        return fail_memory(error);
    }
    snprintf(side, size, "%s-lock", state->path);
    annoproj_status status = write_lock_open(side, mode, &state->lock, error);
    release(side);
    return status;
}

/* The only time the library opens the file itself: it is new, so that no lock of SQLite can be lost by closing it. */
static annoproj_status make_file(struct store_state *state, annoproj_error **error) {
    int descriptor = open(state->path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, NEW_FILE_MODE);
    if (descriptor >= 0) {
        close(descriptor);
        return ANNOPROJ_OK;
    }
    int reason = errno;
    if (reason == EEXIST) {
        return fail(error, ANNOPROJ_EXISTS, "there is a file %s already: open it, or choose another path",
                    QUOTED(state->path));
    }
    annoproj_status status = reason == ENOSPC || reason == EDQUOT                     ? ANNOPROJ_FULL
                             : reason == EACCES || reason == EROFS || reason == EPERM ? ANNOPROJ_READONLY
                                                                                      : ANNOPROJ_IO;
    return fail(error, status, "the store %s could not be made (%s)", QUOTED(state->path), strerror(reason));
}

static void remove_file(const struct store_state *state) {
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    char name[4096 + 8];
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        snprintf(name, sizeof name, "%s%s", state->path, suffixes[i]);
        unlink(name);
    }
}

static annoproj_status know_file(struct store_state *state, mode_t *mode, annoproj_error **error) {
    struct stat facts;
    if (stat(state->path, &facts) != 0) {
        return fail(error, ANNOPROJ_NOT_FOUND, "the store %s is gone", QUOTED(state->path));
    }
    state->device = facts.st_dev;
    state->inode = facts.st_ino;
    *mode = facts.st_mode;
    return ANNOPROJ_OK;
}

static annoproj_status use_log(database *db, annoproj_error **error) {
    statement *ask = sql(db, SQL_JOURNAL_MODE);
    bool wal = sql_row(ask) && strcmp(column_text(ask, 0), "wal") == 0;
    annoproj_status status = sql_end(ask, error);
    return status != ANNOPROJ_OK || wal ? status : sql_script(db, "PRAGMA journal_mode=WAL", error);
}

/* --- making ------------------------------------------------------------------------------------------ */

static void print_uuid(uint8_t bytes[16], char out[37]) {
    bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
    for (size_t i = 0, at = 0; i < 16; i++) {
        at += (size_t)snprintf(out + at, 4, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", bytes[i]);
    }
}

static annoproj_status make_tables(struct store_state *state, int64_t now_us, const char *uuid,
                                   annoproj_error **error) {
    database *db = state->writer;
    char text[120];
    annoproj_status status = sql_script(db, "BEGIN IMMEDIATE", error);
    for (size_t i = 0; status == ANNOPROJ_OK && format_now->tables[i] != NULL; i++) {
        status = sql_script(db, format_now->tables[i], error);
    }
    snprintf(text, sizeof text, "PRAGMA application_id=%d; PRAGMA user_version=%lld", STORE_APPLICATION_ID,
             (long long)format_now->version);
    if (status == ANNOPROJ_OK) {
        status = sql_script(db, text, error);
    }
    if (status == ANNOPROJ_OK) {
        statement *first = sql(db, SQL_FIRST_STATE);
        bind_int64(first, now_us);
        bind_text(first, uuid);
        status = sql_run(first, error);
    }
    return status == ANNOPROJ_OK ? sql_script(db, "COMMIT", error) : status;
}

static annoproj_status make_store(struct store_state *state, const bounds *call, annoproj_error **error) {
    int64_t now_us;
    uint8_t random[16];
    char uuid[37], text[60];
    annoproj_status status = host_clock(state, &now_us, error);
    if (status == ANNOPROJ_OK) {
        status = host_random(state, random, sizeof random, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    print_uuid(random, uuid);
    status = write_lock_take(state->lock, call, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    status = connection_open(state->path, CONNECTION_WRITER, state->options.relaxed_durability, &state->writer, error);
    snprintf(text, sizeof text, "PRAGMA page_size=%d; PRAGMA journal_mode=WAL", store_page_size);
    if (status == ANNOPROJ_OK) {
        status = sql_script(state->writer, text, error);
    }
    if (status == ANNOPROJ_OK) {
        status = connection_cache(state->writer, cache_of_writer(state), error);
    }
    if (status == ANNOPROJ_OK) {
        status = make_tables(state, now_us, uuid, error);
    }
    write_lock_leave(state->lock);
    return status;
}

/* --- opening ------------------------------------------------------------------------------------------ */

static annoproj_status identify(struct store_state *state, int64_t *version, annoproj_error **error) {
    *version = 0;
    annoproj_status status = connection_open(state->path, CONNECTION_WRITER, state->options.relaxed_durability,
                                             &state->writer, error);
    if (status == ANNOPROJ_OK) {
        status = connection_cache(state->writer, cache_of_writer(state), error);
    }
    if (status == ANNOPROJ_OK) {
        status = identity_check(state->writer, state->path, version, error);
    }
    return status;
}

static annoproj_status bring_up(struct store_state *state, int64_t from, const bounds *call, annoproj_error **error) {
    char fingerprint[FINGERPRINT_SIZE];
    annoproj_status status = expected_fingerprint(fingerprint, error);
    if (status == ANNOPROJ_OK) {
        migration_goal goal = {format_now->version, fingerprint};
        status = migrate(state->writer, state->path, from, format_now->steps, &goal, call, error);
    }
    if (status == ANNOPROJ_OK) {
        note(state, NOTE_INFORMATION,
             "the store was migrated from format version %lld to %lld; a backup is %s.backup-v%lld", (long long)from,
             (long long)format_now->version, strrchr(state->path, '/') + 1, (long long)from);
    }
    return status;
}

/* A file that does not look right may be one that another process is making or migrating: look again under its lock. */
static annoproj_status look_again(struct store_state *state, const bounds *call, annoproj_error **error) {
    int64_t version;
    drop_error(error);
    connection_close(state->writer, false);
    state->writer = NULL;
    annoproj_status status = write_lock_take(state->lock, call, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    status = identify(state, &version, error);
    if (status == ANNOPROJ_STATE && state->options.migrate) {
        drop_error(error);
        status = bring_up(state, version, call, error);
    }
    if (status == ANNOPROJ_OK) {
        status = use_log(state->writer, error);
    }
    write_lock_leave(state->lock);
    return status;
}

/* Nobody else has the store open, and there is a log: whoever wrote it did not close the store. SQLite reads it. */
static void note_log_left(struct store_state *state) {
    char name[4096 + 8];
    struct stat facts;
    snprintf(name, sizeof name, "%s-wal", state->path);
    if (!write_lock_shared(state->lock) && stat(name, &facts) == 0 && facts.st_size > 0) {
        note(state, NOTE_INFORMATION,
             "the store was not closed: its log of %lld bytes, with what was committed, is read",
             (long long)facts.st_size);
    }
}

static annoproj_status open_store(struct store_state *state, const bounds *call, annoproj_error **error) {
    int64_t version;
    note_log_left(state);
    annoproj_status status = identify(state, &version, error);
    if (status == ANNOPROJ_CORRUPT || status == ANNOPROJ_STATE) {
        return look_again(state, call, error);
    }
    if (status == ANNOPROJ_OK) {
        status = use_log(state->writer, error);
    }
    return status;
}

static annoproj_status open_files(struct store_state *state, bool create, const bounds *call, annoproj_error **error) {
    mode_t mode = NEW_FILE_MODE;
    annoproj_status status = bounds_check(call, error);
    if (status == ANNOPROJ_OK && create) {
        status = make_file(state, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    status = know_file(state, &mode, error);
    if (status == ANNOPROJ_OK) {
        status = open_stores_enter(state, error);
    }
    if (status == ANNOPROJ_OK) {
        status = open_lock(state, mode, error);
        if (status == ANNOPROJ_OK) {
            status = create ? make_store(state, call, error) : open_store(state, call, error);
        }
        if (status == ANNOPROJ_OK) {
            status = sql_value(state->writer, SQL_PAGE_SIZE, &state->page_size, error);
        }
        if (status == ANNOPROJ_OK) {
            status = sql_value(state->writer, SQL_SEQUENCE, &state->seen_seq, error);
        }
        if (status != ANNOPROJ_OK) {
            state_close_files(state, false);
        }
    }
    if (status != ANNOPROJ_OK && create) {
        remove_file(state);
    }
    return status;
}

annoproj_status store_open(const char *path, bool create, const annoproj_store_options *options, const bounds *call,
                           store **out, annoproj_error **error) {
    struct store_state *state = NULL;
    *out = NULL;
    if (in_callback()) {
        return fail(error, ANNOPROJ_STATE, "a callback called the library: let it return first");
    }
    store *made = allocate_zeroed(1, sizeof *made);
    if (made == NULL) {
        return fail_memory(error);
    }
    annoproj_status status = state_new(options, &state, error);
    if (status == ANNOPROJ_OK) {
        status = place_find(path, create, &state->path, &state->folder, error);
    }
    if (status == ANNOPROJ_OK) {
        status = place_check(state->path, state->folder, create, error);
    }
    if (status == ANNOPROJ_OK) {
        status = open_files(state, create, call, error);
    }
    if (status != ANNOPROJ_OK) {
        fail_detail(error, "path", "%s", state != NULL && state->path != NULL ? state->path : path);
        state_free(state);
        release(made);
        return status;
    }
    spools_remove_stale(state);
    notes_tell(state);
    made->body.references = 1;
    made->body.destroy = store_destroy;
    made->state = state;
    *out = made;
    return ANNOPROJ_OK;
}

/* --- closing ------------------------------------------------------------------------------------------- */

annoproj_status store_shut(store *of, const bounds *call, annoproj_error **error) {
    struct store_state *state = of->state;
    annoproj_error *folding = NULL;
    bool all = false;
    if (state->process != getpid()) {
        return ANNOPROJ_OK;
    }
    if (in_callback()) {
        return fail(error, ANNOPROJ_STATE, "a callback called the library: let it return first");
    }
    annoproj_status status = state_quiesce(state, call, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    status = write_lock_take(state->lock, call, error);
    if (status != ANNOPROJ_OK) {
        state_reopen(state);
        if (status == ANNOPROJ_TIMEOUT) {
            drop_error(error);
            status = fail(error, ANNOPROJ_BUSY, "other processes are writing to the store: give the close more time");
        }
        return status;
    }
    state_end(state);
    readers_close(state);
    annoproj_status folded = checkpoint_fold(state, FOLD_WAIT_US, &all, &folding);
    state_close_files(state, true); /* closes the lock last, which leaves it */
    if (folded != ANNOPROJ_OK || !all) {
        /* Everything committed is in the log, which the next open reads. */
        note(state, NOTE_WARNING, "the store's log was not folded into it: %s",
             folding == NULL ? "a reader still needs it" : annoproj_error_message(folding));
    }
    notes_tell(state);
    drop_error(&folding);
    return ANNOPROJ_OK;
}
