/* Writing: a queue in memory, a leader, group commit.
 *
 * Threads queue their bodies. Whoever is first in the queue while nobody leads becomes the leader: takes the write
 * lock, runs everything that is queued by then in one transaction, commits, hands out the results. While it waits for
 * the disk, the others queue up and are the next batch. */
#include <string.h>

#include "failure.h"
#include "identity.h"
#include "log_writes.h"
#include "store_state.h"

#define BATCH_MOST    64
#define CLOCK_BACK_US 1000000

int64_t store_slow_us = 1000000;

#define SQL_BEGIN         "BEGIN IMMEDIATE"
#define SQL_COMMIT        "COMMIT"
#define SQL_ROLLBACK      "ROLLBACK"
#define SQL_SAVEPOINT     "SAVEPOINT body"
#define SQL_ROLLBACK_BODY "ROLLBACK TO body"
#define SQL_RELEASE       "RELEASE body"
#define SQL_STATE         "SELECT commit_seq, last_command_us FROM store_state"
#define SQL_SET_STATE     "UPDATE store_state SET commit_seq = ?1, last_command_us = ?2"

typedef struct transaction {
    int64_t sequence, last_us; /* of the store, before and while it runs */
    int32_t changes;           /* rows this connection ever changed, at the beginning */
} transaction;

/* --- one transaction ------------------------------------------------------------------------------ */

static bool alive(const struct store_state *state) {
    return !sqlite3_get_autocommit(state->writer->handle);
}

static void rollback(struct store_state *state) {
    if (alive(state)) {
        sql_run(sql(state->writer, SQL_ROLLBACK), NULL);
    }
    log_writes_forget(state->writer->handle);
}

static void settle(write_job *job, annoproj_status status) {
    job->status = status;
    job->settled = true;
}

static void note_wait(struct store_state *state, const char *what, int64_t began_us) {
    int64_t took_us = monotonic_us() - began_us;
    if (took_us >= store_slow_us) {
        note(state, NOTE_WARNING, "waited %.1f s for %s", (double)took_us / 1e6, what);
    }
}

/* Once, until the clock has caught up. */
static void note_clock(struct store_state *state, int64_t clock_us, int64_t last_us) {
    if (clock_us >= last_us) {
        state->clock_is_behind = false;
    } else if (!state->clock_is_behind && clock_us < last_us - CLOCK_BACK_US) {
        state->clock_is_behind = true;
        note(state, NOTE_WARNING,
             "the clock is %.1f s behind the store's last command: commands get that one's time until it has caught up",
             (double)(last_us - clock_us) / 1e6);
    }
}

/* BEGIN, and: is it still the file that was opened, of the same version, and has nothing been lost? */
static annoproj_status begin(struct store_state *state, const bounds *call, transaction *out, annoproj_error **error) {
    database *db = state->writer;
    annoproj_status status = state_check_file(state, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    db->bounds = call;
    int64_t began_us = monotonic_us();
    status = sql_run(sql(db, SQL_BEGIN), error);
    db->bounds = NULL;
    note_wait(state, "SQLite's own write lock, which another program holds: only this library may write to a store",
              began_us);
    if (status == ANNOPROJ_BUSY && bounds_check(call, NULL) != ANNOPROJ_OK) {
        drop_error(error);
        status = bounds_check(call, error);
    }
    if (status == ANNOPROJ_OK) {
        status = version_check(db, error);
    }
    if (status == ANNOPROJ_OK) {
        statement *ask = sql(db, SQL_STATE);
        if (sql_row(ask)) {
            *out = (transaction){column_int64(ask, 0), column_int64(ask, 1), sqlite3_total_changes(db->handle)};
        }
        status = sql_end(ask, error);
    }
    return status == ANNOPROJ_OK ? sequence_check(state->seen_seq, out->sequence, error) : status;
}

static annoproj_status run_body(struct store_state *state, write_job *job, int64_t now_us) {
    database *db = state->writer;
    drop_error(&job->error);
    annoproj_status status = bounds_check(job->call, &job->error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    writer work = {
        .database = db, .memory = &state->memory, .now_us = now_us, .bounds = job->call, .store = job->store};
    db->bounds = job->call;
    body_begin();
    status = job->body(&work, job->argument, &job->error);
    body_end();
    db->bounds = NULL;
    arena_release(&state->memory);
    return status;
}

/* What has become of a transaction of several when one of them has run. */
typedef enum group_state { GROUP_LIVES, GROUP_SPOILED, GROUP_DEAD } group_state;

/* One body of several. In a savepoint, what a failed one has changed is taken back; without, the whole group is spoiled by it, but most
 * that fail have changed nothing yet, and a savepoint costs a copy of each page that is changed behind it. */
static group_state run_one_of_several(struct store_state *state, write_job *job, bool in_savepoint, transaction *of) {
    database *db = state->writer;
    note_clock(state, job->clock_us, of->last_us);
    int64_t now_us = job->clock_us > of->last_us ? job->clock_us : of->last_us;
    if (in_savepoint && sql_run(sql(db, SQL_SAVEPOINT), NULL) != ANNOPROJ_OK) {
        return GROUP_DEAD;
    }
    int changes = sqlite3_total_changes(db->handle);
    annoproj_status status = run_body(state, job, now_us);
    if (!alive(state)) {
        return GROUP_DEAD;
    }
    if (status == ANNOPROJ_OK) {
        of->last_us = now_us;
        job->status = ANNOPROJ_OK;
    } else if (!in_savepoint && sqlite3_total_changes(db->handle) != changes) {
        return GROUP_SPOILED;
    } else {
        settle(job, status);
        if (in_savepoint && sql_run(sql(db, SQL_ROLLBACK_BODY), NULL) != ANNOPROJ_OK) {
            return GROUP_DEAD;
        }
    }
    return !in_savepoint || sql_run(sql(db, SQL_RELEASE), NULL) == ANNOPROJ_OK ? GROUP_LIVES : GROUP_DEAD;
}

typedef enum outcome { COMMITTED, NOT_COMMITTED, UNKNOWN } outcome;

/* A COMMIT that failed may have reached the disk all the same (its record is written, the sync failed): then a crash
 * would bring it back. Look; and when it is not there, commit something else in its place, so that it cannot. */
static outcome find_out(struct store_state *state, int64_t sequence, bool written) {
    database *db = state->writer;
    int64_t found = -1;
    outcome answer = UNKNOWN;
    if (sql_run(sql(db, SQL_BEGIN), NULL) != ANNOPROJ_OK) {
        return UNKNOWN;
    }
    statement *ask = sql(db, SQL_STATE);
    int64_t last_us = 0;
    if (sql_row(ask)) {
        found = column_int64(ask, 0);
        last_us = column_int64(ask, 1);
    }
    if (sql_end(ask, NULL) == ANNOPROJ_OK && found == sequence + 1) {
        answer = COMMITTED;
    } else if (found == sequence && !written) {
        answer = NOT_COMMITTED;
    } else if (found == sequence) {
        statement *set = sql(db, SQL_SET_STATE);
        bind_int64(set, sequence + 1);
        bind_int64(set, last_us);
        if (sql_run(set, NULL) == ANNOPROJ_OK && sql_run(sql(db, SQL_COMMIT), NULL) == ANNOPROJ_OK) {
            __atomic_store_n(&state->seen_seq, sequence + 1, __ATOMIC_RELEASE);
            answer = NOT_COMMITTED;
        }
    }
    rollback(state);
    return answer;
}

/* Without room for the log's own frames the commit record cannot be complete. Behind it the sync and the log's index may
 * lack room, too. */
static bool may_be_written(annoproj_status reason, int extended_code) {
    return reason != ANNOPROJ_FULL || (extended_code != SQLITE_FULL && extended_code != SQLITE_IOERR_WRITE);
}

static outcome commit(struct store_state *state, const transaction *of, annoproj_error **error,
                      annoproj_status *reason) {
    database *db = state->writer;
    *reason = ANNOPROJ_OK;
    if (sqlite3_total_changes(db->handle) == of->changes) {
        rollback(state); /* nothing was changed: nothing is to be written, and nobody to be woken */
        return COMMITTED;
    }
    statement *set = sql(db, SQL_SET_STATE);
    bind_int64(set, of->sequence + 1);
    bind_int64(set, of->last_us);
    *reason = sql_run(set, error);
    if (*reason != ANNOPROJ_OK) {
        rollback(state);
        return NOT_COMMITTED;
    }
    *reason = sql_run(sql(db, SQL_COMMIT), error);
    const bool written = may_be_written(*reason, sqlite3_extended_errcode(db->handle));
    outcome answer = COMMITTED;
    if (*reason != ANNOPROJ_OK) {
        rollback(state);
        answer = find_out(state, of->sequence, written);
        note(state, answer == UNKNOWN ? NOTE_ERROR : NOTE_WARNING, "commit %lld failed (%s): its change is %s",
             (long long)of->sequence + 1, annoproj_status_name(*reason),
             answer == COMMITTED       ? "stored all the same"
             : answer == NOT_COMMITTED ? "not stored"
                                       : "stored or not, which could not be found out");
    }
    if (answer == COMMITTED) {
        __atomic_store_n(&state->seen_seq, of->sequence + 1, __ATOMIC_RELEASE);
    }
    return answer;
}

/* The bodies that ran well get the outcome; what is not settled here is run alone. */
static void hand_outcome(write_job **jobs, size_t count, outcome of, annoproj_status reason, annoproj_error **error) {
    for (size_t i = 0; i < count; i++) {
        write_job *job = jobs[i];
        if (job->settled || job->status != ANNOPROJ_OK) {
            continue;
        }
        if (of == COMMITTED) {
            settle(job, ANNOPROJ_OK);
        } else if (of == UNKNOWN) {
            settle(job, fail(&job->error, ANNOPROJ_COMMIT_UNKNOWN,
                             "the disk failed during the commit and it could not be found out whether the change is "
                             "stored: repeat the call with the same request key"));
        } else if (count == 1) {
            job->error = *error;
            *error = NULL;
            settle(job, reason);
        }
    }
    drop_error(error);
}

/* All in one transaction. Unless that lives, nothing has happened and nobody is settled. */
static group_state run_together(struct store_state *state, write_job **jobs, size_t count, bool in_savepoints) {
    transaction now = {0};
    annoproj_error *error = NULL;
    group_state group = GROUP_LIVES;
    size_t good = 0;
    for (size_t i = 0; i < count; i++) {
        jobs[i]->status = ANNOPROJ_INTERNAL;
    }
    if (begin(state, jobs[0]->call, &now, &error) != ANNOPROJ_OK) {
        group = GROUP_DEAD;
        drop_error(&error);
    }
    for (size_t i = 0; i < count && group == GROUP_LIVES; i++) {
        group = run_one_of_several(state, jobs[i], in_savepoints, &now);
        good += jobs[i]->status == ANNOPROJ_OK;
    }
    if (group != GROUP_LIVES || good == 0) {
        rollback(state);
        for (size_t i = 0; i < count && group != GROUP_LIVES; i++) {
            jobs[i]->settled = false;
        }
        return group;
    }
    annoproj_status reason = ANNOPROJ_OK;
    outcome answer = commit(state, &now, &error, &reason);
    hand_outcome(jobs, count, answer, reason, &error);
    return GROUP_LIVES;
}

/* The same for one body: its failure is the transaction's. */
static void run_alone(struct store_state *state, write_job *job) {
    transaction now = {0};
    drop_error(&job->error);
    annoproj_status status = begin(state, job->call, &now, &job->error);
    if (status == ANNOPROJ_OK) {
        note_clock(state, job->clock_us, now.last_us);
        int64_t now_us = job->clock_us > now.last_us ? job->clock_us : now.last_us;
        status = run_body(state, job, now_us);
        now.last_us = now_us;
    }
    if (status == ANNOPROJ_OK && !alive(state)) {
        status = fail(&job->error, ANNOPROJ_INTERNAL, "a command lost its transaction without noticing: please report");
    }
    if (status != ANNOPROJ_OK) {
        rollback(state);
        settle(job, status);
        return;
    }
    annoproj_error *error = NULL;
    job->status = ANNOPROJ_OK;
    outcome answer = commit(state, &now, &error, &status);
    hand_outcome(&job, 1, answer, status, &error);
}

static void run_batch(struct store_state *state, write_job **jobs, size_t count) {
    if (count > 0 && jobs[0]->alone != NULL) {
        settle(jobs[0], jobs[0]->alone(state, jobs[0]->call, jobs[0]->argument, &jobs[0]->error));
        return;
    }
    group_state group = count > 1 ? run_together(state, jobs, count, false) : GROUP_LIVES;
    if (group == GROUP_SPOILED) {
        group = run_together(state, jobs, count, true);
    }
    if (group != GROUP_LIVES) {
        note(state, NOTE_WARNING, "a transaction of %zu commands failed as a whole: each is run again, alone", count);
    }
    for (size_t i = 0; i < count; i++) {
        if (!jobs[i]->settled) {
            run_alone(state, jobs[i]);
        }
    }
}

/* --- the queue (mutex held unless said otherwise) -------------------------------------------------- */

static void enqueue(struct store_state *state, write_job *job) {
    if (state->last != NULL) {
        state->last->next = job;
    } else {
        state->first = job;
    }
    state->last = job;
}

static void leave_queue(struct store_state *state, write_job *job) {
    write_job *before = NULL;
    for (write_job *at = state->first; at != job; at = at->next) {
        before = at;
    }
    if (before != NULL) {
        before->next = job->next;
    } else {
        state->first = job->next;
    }
    if (state->last == job) {
        state->last = before;
    }
    job->next = NULL;
}

/* Bodies up to the next job that must be alone, or that one. */
static size_t take_queue(struct store_state *state, write_job **jobs) {
    size_t count = 0;
    for (bool alone = false; count < BATCH_MOST && state->first != NULL && !alone;) {
        write_job *job = state->first;
        alone = job->alone != NULL;
        if (count > 0 && alone) {
            break;
        }
        leave_queue(state, job);
        job->taken = true;
        jobs[count++] = job;
    }
    return count;
}

static void wake_first(struct store_state *state) {
    if (!state->led && state->first != NULL) {
        pthread_cond_signal(&state->first->wake);
    }
}

static void hand_out(struct store_state *state, write_job **jobs, size_t count) {
    pthread_mutex_lock(&state->mutex);
    for (size_t i = 0; i < count; i++) {
        jobs[i]->done = true;
        pthread_cond_signal(&jobs[i]->wake);
    }
    pthread_cond_broadcast(&state->committed);
    pthread_mutex_unlock(&state->mutex);
}

/* Mutex not held. Results are handed out before the checkpoint, whose cost is the leader's alone. */
static void lead_with_lock(struct store_state *state) {
    write_job *jobs[BATCH_MOST];
    annoproj_error *error = NULL;
    pthread_mutex_lock(&state->mutex);
    size_t count = take_queue(state, jobs);
    pthread_mutex_unlock(&state->mutex);
    run_batch(state, jobs, count);
    /* What a job that ran alone took back must not be written over what others commit from now on. */
    log_writes_forget(state->writer->handle);
    hand_out(state, jobs, count);
    if (checkpoint_after_commit(state, &error) != ANNOPROJ_OK) {
        note(state, NOTE_WARNING, "a checkpoint failed: %s", annoproj_error_message(error));
    }
    write_lock_leave(state->lock);
    notes_tell(state);
    drop_error(&error);
}

/* Job is the first of the queue and nobody leads. */
static void lead(struct store_state *state, write_job *job) {
    state->led = true;
    pthread_mutex_unlock(&state->mutex);
    int64_t began_us = monotonic_us();
    annoproj_status status = write_lock_take(state->lock, job->call, &job->error);
    note_wait(state, "the write lock, which other processes held", began_us);
    if (status == ANNOPROJ_OK) {
        lead_with_lock(state);
    } else {
        notes_tell(state);
    }
    pthread_mutex_lock(&state->mutex);
    if (status != ANNOPROJ_OK) {
        leave_queue(state, job);
        settle(job, status);
        job->done = true;
    }
    state->led = false;
    wake_first(state);
}

static void wait_turn(struct store_state *state, write_job *job) {
    while (!job->done) {
        if (!state->led && state->first == job) {
            lead(state, job);
        } else if (job->taken) {
            pthread_cond_wait(&job->wake, &state->mutex);
        } else {
            annoproj_status status = state_wait(state, &job->wake, job->call, &job->error);
            if (status != ANNOPROJ_OK && !job->taken) {
                leave_queue(state, job);
                settle(job, status);
                job->done = true;
                wake_first(state);
            }
        }
    }
}

static annoproj_status queue_job(write_job *job, annoproj_error **error) {
    struct store_state *state = job->store->state;
    annoproj_status status = state_condition(&job->wake, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    pthread_mutex_lock(&state->mutex);
    enqueue(state, job);
    wait_turn(state, job);
    pthread_mutex_unlock(&state->mutex);
    pthread_cond_destroy(&job->wake);
    if (error != NULL && job->status != ANNOPROJ_OK) {
        drop_error(error);
        *error = job->error;
    } else {
        drop_error(&job->error);
    }
    return job->status;
}

annoproj_status store_write(store *of, const bounds *call, write_body run, void *argument, annoproj_error **error) {
    annoproj_status status = operation_begin(of->state, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    write_job job = {.store = of, .body = run, .argument = argument, .call = call};
    status = host_clock(of->state, &job.clock_us, error);
    if (status == ANNOPROJ_OK) {
        status = queue_job(&job, error);
    }
    operation_end(of->state);
    return status;
}

annoproj_status write_alone(store *of, const bounds *call, lock_body run, void *argument, annoproj_error **error) {
    annoproj_status status = operation_begin(of->state, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    write_job job = {.store = of, .alone = run, .argument = argument, .call = call};
    status = queue_job(&job, error);
    operation_end(of->state);
    return status;
}
