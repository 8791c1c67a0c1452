/* What write bodies work with: events for one or several logs, numbers that come out the same in every run. */
#include "command.h"

#include <string.h>

#include "failure.h"
#include "hash.h"
#include "outbox.h"

/* ---- events ---- */

#define EVENT_PIECE 16384 /* written at once: a segment's worth */

void command_event(command *cmd, const event *given) {
    event own = *given;
    own.actor = own.actor == EVENT_BY_HOST ? 0 : own.actor != 0 ? own.actor : cmd->scope.user;
    own.source = own.source != 0 ? own.source : cmd->scope.source;
    own.time_us = own.time_us != 0 ? own.time_us : cmd->scope.now_us;
    event_batch_add(&cmd->events, &own);
}

int64_t command_events_project(command *cmd, int64_t project) {
    int64_t before = cmd->events_project;
    if (project == before) {
        return before;
    }
    command_log *found = cmd->logs;
    while (found && found->project != project) {
        found = found->next;
    }
    if (!found) {
        found = allocate_zeroed(1, sizeof *found);
        if (!found) {
            cmd->events.failed = true;
            return before;
        }
        command_log **last = &cmd->logs;
        while (*last) {
            last = &(*last)->next;
        }
        *last = found;
    }
    /* The two change places: the entry now holds what is set aside. */
    event_batch aside = cmd->events;
    cmd->events = found->events;
    cmd->events_project = project;
    found->events = aside;
    found->project = before;
    return before;
}

static annoproj_status append_log(command *cmd, int64_t project, const event_batch *events, annoproj_error **error) {
    int64_t first = 0;
    if (events->failed) {
        return fail_memory(error);
    }
    if (events->count == 0) {
        return ANNOPROJ_OK;
    }
    annoproj_status status = outbox_collect(cmd, project, events, error);
    return status == ANNOPROJ_OK ? event_append(cmd->scope.database, project, events, &first, error) : status;
}

annoproj_status command_next_seq(command *cmd, int64_t *seq, annoproj_error **error) {
    annoproj_status status = event_next_seq(cmd->scope.database, cmd->events_project, seq, error);
    *seq += (int64_t)cmd->events.count;
    return status;
}

annoproj_status command_send_events(command *cmd, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    if (cmd->events.count >= EVENT_PIECE) {
        status = append_log(cmd, cmd->events_project, &cmd->events, error);
        cmd->events.count = 0;
    }
    return status;
}

annoproj_status command_append_events(command *cmd, annoproj_error **error) {
    annoproj_status status = append_log(cmd, cmd->events_project, &cmd->events, error);
    for (command_log *log = cmd->logs; log && status == ANNOPROJ_OK; log = log->next) {
        status = append_log(cmd, log->project, &log->events, error);
    }
    return status;
}

void command_release(command *cmd) {
    event_batch_release(&cmd->events);
    while (cmd->logs) {
        command_log *log = cmd->logs;
        cmd->logs = log->next;
        event_batch_release(&log->events);
        release(log);
    }
    bytes_release(&cmd->result);
    bytes_release(&cmd->places);
    memset(cmd, 0, sizeof *cmd);
}

void command_note_ticket(command *cmd) {
    const int64_t before = command_events_project(cmd, cmd->scope.project.id);
    command_event(cmd, &(event){.kind = EVENT_TICKET_USE,
                                .task = NUMBER_OF(cmd->scope.ticket->task),
                                .stage = cmd->scope.ticket_stage,
                                .reference = cmd->scope.by_ticket});
    (void)command_events_project(cmd, before);
}

/* ---- parts that may be refused ---- */

static bool is_refusal(annoproj_status status) {
    switch (status) {
    case ANNOPROJ_INVALID:
    case ANNOPROJ_NOT_FOUND:
    case ANNOPROJ_EXISTS:
    case ANNOPROJ_PERMISSION:
    case ANNOPROJ_CONFLICT:
    case ANNOPROJ_STATE:
    case ANNOPROJ_LIMIT:
    case ANNOPROJ_DATA: return true;
    default: return false;
    }
}

annoproj_status command_attempt(command *cmd, write_fn part, void *arguments, bool looks_first,
                                annoproj_status *refusal, annoproj_error **error) {
    static const char begin[] = "SAVEPOINT part", undo[] = "ROLLBACK TO part", end[] = "RELEASE part";
    database *db = cmd->scope.database;
    const size_t events = cmd->events.count, length = cmd->result.length, places = cmd->places.length;
    const annoproj_operation by_ticket = cmd->scope.by_ticket;
    *refusal = ANNOPROJ_OK;
    annoproj_status status = looks_first ? ANNOPROJ_OK : sql_run(sql(db, begin), error);
    if (status != ANNOPROJ_OK)
        return status;
    status = part(cmd, arguments, error);
    if (is_refusal(status)) {
        *refusal = status;
        status = ANNOPROJ_OK;
        if (looks_first && cmd->events.count != events)
            return fail(error, ANNOPROJ_INTERNAL, "a part that was refused had changed something before");
        cmd->events.count = events;
        cmd->result.length = length;
        cmd->places.length = places;
        cmd->scope.by_ticket = by_ticket;
        if (!looks_first)
            status = sql_run(sql(db, undo), NULL);
    }
    if (status == ANNOPROJ_OK && !looks_first)
        status = sql_run(sql(db, end), NULL);
    if (status != ANNOPROJ_OK && *refusal != ANNOPROJ_OK) {
        *refusal = ANNOPROJ_OK;
        if (error) {
            annoproj_error_free(*error);
            *error = NULL;
        }
        status = fail(error, status, "what a refused part had changed could not be undone");
    }
    return status;
}

/* ---- random ---- */

uint64_t command_random(command *cmd) {
    return hash64_with(cmd->seed, sizeof cmd->seed, ++cmd->drawn);
}

void command_uuid(command *cmd, uint8_t out[16]) {
    uint64_t parts[2];
    parts[0] = command_random(cmd);
    parts[1] = command_random(cmd);
    memcpy(out, parts, sizeof parts);
    out[6] = (uint8_t)((out[6] & 0x0f) | 0x40);
    out[8] = (uint8_t)((out[8] & 0x3f) | 0x80);
}

/* ---- results ---- */

void command_result_int64(command *cmd, int64_t value) {
    bytes_append(&cmd->result, &value, sizeof value);
}

int64_t result_int64(const bytes *result, size_t index) {
    int64_t value = 0;
    if (result->length >= (index + 1) * sizeof value) {
        memcpy(&value, result->data + index * sizeof value, sizeof value);
    }
    return value;
}

/* ---- fingerprints ---- */

uint64_t fingerprint_bytes(uint64_t so_far, const void *data, size_t length) {
    uint64_t print = hash64_with(&length, sizeof length, so_far + 1);
    return length == 0 ? print : hash64_with(data, length, print);
}

uint64_t fingerprint_text(uint64_t so_far, const char *text) {
    return text ? fingerprint_bytes(so_far, text, strlen(text)) : hash64_with("", 0, so_far + 2);
}

uint64_t fingerprint_int64(uint64_t so_far, int64_t value) {
    return hash64_with(&value, sizeof value, so_far + 3);
}
