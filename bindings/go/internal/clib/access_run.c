/* The way of every write and every read: bounds, session, subject, gate, body; for writes also request key and events. */
#include <string.h>

#include "command.h"
#include "failure.h"
#include "request_keys.h"
#include "subjects.h"

/* ---- writes ---- */

typedef struct write_run {
    const request *request;
    write_fn body;
    const bounds *bounds;
    uint8_t seed[16];
    uint64_t fingerprint;
    command command; /* of the last run */
} write_run;

/* The same key for something else is a mistake of the caller, so everything that tells requests apart is in it. */
static uint64_t request_fingerprint(const request *of) {
    uint64_t print = fingerprint_int64(fingerprint_text(0, "request"), of->operation);
    print = fingerprint_int64(print, of->subject);
    print = fingerprint_int64(print, of->id);
    return fingerprint_int64(print, (int64_t)of->fingerprint);
}

/* A body may run again, so a run begins with nothing of the one before. */
static void begin_run(write_run *run, const writer *at) {
    command *cmd = &run->command;
    const session *by = run->request->session;
    command_release(cmd);
    memcpy(cmd->seed, run->seed, sizeof cmd->seed);
    cmd->scope = (scope){.database = at->database,
                         .memory = at->memory,
                         .bounds = at->bounds,
                         .store = at->store,
                         .now_us = at->now_us,
                         .user = by->user,
                         .source = by->source,
                         .ticket = by->ticket.task != 0 ? &by->ticket : NULL};
}

/* NONE when the key is new (or there is none); OK with the first result; CONFLICT. */
static annoproj_status look_up_key(write_run *run, annoproj_error **error) {
    const char *key = run->bounds->request_key;
    command *cmd = &run->command;
    return key ? request_key_find(cmd->scope.database, cmd->scope.user, key, run->request->operation, run->fingerprint,
                                  cmd->scope.now_us, &cmd->result, error)
               : ANNOPROJ_NONE;
}

static annoproj_status run_write(writer *at, void *argument, annoproj_error **error) {
    write_run *run = argument;
    const request *asked = run->request;
    command *cmd = &run->command;
    begin_run(run, at);
    if (run->bounds->request_key) {
        annoproj_status known = subject_load(&cmd->scope, SUBJECT_STORE, 0, error);
        known = known == ANNOPROJ_OK ? look_up_key(run, error) : known;
        if (known != ANNOPROJ_NONE) {
            return known;
        }
    }
    annoproj_status status = subject_load(&cmd->scope, asked->subject, asked->id, error);
    if (status == ANNOPROJ_OK) {
        status = access_gate(&cmd->scope, asked->operation, error);
    }
    if (status == ANNOPROJ_OK) {
        cmd->events_project = cmd->scope.project.id;
        status = run->body(cmd, asked->arguments, error);
    }
    if (status == ANNOPROJ_OK && cmd->scope.by_ticket != 0) {
        command_note_ticket(cmd);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    if (cmd->result.failed) {
        return fail_memory(error);
    }
    status = command_append_events(cmd, error);
    if (status == ANNOPROJ_OK && run->bounds->request_key && !cmd->found_nothing) {
        status = request_key_keep(cmd->scope.database, cmd->scope.user, run->bounds->request_key, asked->operation,
                                  run->fingerprint, cmd->scope.now_us, &cmd->result, error);
    }
    return status;
}

annoproj_status command_forget_key(command *cmd, const char *key, annoproj_error **error) {
    return request_key_forget(cmd->scope.database, cmd->scope.user, key, error);
}

annoproj_status access_write(const request *asked, write_fn run_body, const annoproj_call *call, bytes *result,
                             annoproj_error **error) {
    if (result) {
        memset(result, 0, sizeof *result);
    }
    bounds limits;
    annoproj_status status = bounds_begin(&limits, call, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    write_run run = {.request = asked, .body = run_body, .bounds = &limits, .fingerprint = request_fingerprint(asked)};
    status = store_random(asked->session->store, run.seed, sizeof run.seed, error);
    if (status == ANNOPROJ_OK) {
        status = store_write(asked->session->store, &limits, run_write, &run, error);
    }
    if (status >= ANNOPROJ_OK && result) {
        *result = run.command.result;
        memset(&run.command.result, 0, sizeof run.command.result);
    }
    command_release(&run.command);
    bounds_end(&limits);
    return status;
}

/* ---- reads ---- */

/* One snapshot: subject, gate, body. Without a body it only asks. */
static annoproj_status read_within(const request *asked, read_fn run_body, const bounds *limits,
                                   annoproj_error **error) {
    reader snapshot = {0};
    arena memory = {0};
    annoproj_status status = store_read_begin(asked->session->store, limits, &snapshot, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    scope in = {.database = snapshot.database,
                .memory = &memory,
                .bounds = limits,
                .store = snapshot.store,
                .user = asked->session->user,
                .source = asked->session->source,
                .ticket = asked->session->ticket.task != 0 ? &asked->session->ticket : NULL};
    status = subject_load(&in, asked->subject, asked->id, error);
    if (status == ANNOPROJ_OK && asked->operation != 0) {
        status = access_gate(&in, asked->operation, error);
    }
    if (status == ANNOPROJ_OK && run_body) {
        status = run_body(&in, asked->arguments, error);
    }
    store_read_end(&snapshot);
    arena_release(&memory);
    return status;
}

annoproj_status access_read(const request *asked, read_fn run_body, const annoproj_call *call, annoproj_error **error) {
    bounds limits;
    annoproj_status status = bounds_begin(&limits, call, error);
    if (status == ANNOPROJ_OK) {
        status = read_within(asked, run_body, &limits, error);
        bounds_end(&limits);
    }
    return status;
}

annoproj_status access_file(const request *asked, file_fn run, const annoproj_call *call, annoproj_error **error) {
    bounds limits;
    annoproj_status status = bounds_begin(&limits, call, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    status = read_within(asked, NULL, &limits, error);
    if (status == ANNOPROJ_OK) {
        status = run(asked->session->store, &limits, asked->arguments, error);
    }
    bounds_end(&limits);
    return status;
}
