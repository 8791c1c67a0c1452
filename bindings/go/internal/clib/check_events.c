/* Whether what is kept of single events beside the log follows from them: messages that wait for the host, the union of the time
 * that each user reported, and the time of the last command. Looked at while the log is replayed, so that none is held in memory. */
#include <inttypes.h>
#include <stdio.h>

#include "check.h"
#include "failure.h"
#include "outbox.h"

#define SPANS_KEPT 1024

typedef struct span {
    int64_t user, from_us, until_us;
} span;

struct event_checks {
    scope *in;
    checking *check;
    statement *messages; /* in order: the event of each comes after that of the one before */
    bool waiting;        /* there is a message, which no event was found for yet */
    outbox_message message;
    int64_t last_command_us;  /* greatest time of a command */
    span covered[SPANS_KEPT]; /* of users, the span that was met last */
};

/* --- messages ----------------------------------------------------------------------------------------------------- */

static void next_message(event_checks *made) {
    statement *find = made->messages;
    made->waiting = sql_row(find);
    const int64_t kind = made->waiting ? column_int64(find, 1) : 0;
    if (made->waiting)
        made->message = (outbox_message){.seq = column_int64(find, 0),
                                         .kind = kind == (int32_t)kind ? (int32_t)kind : -1, /* -1: there is none */
                                         .created_us = column_int64(find, 2),
                                         .actor = column_int64(find, 3),
                                         .task = column_int64(find, 4),
                                         .stage = column_int64(find, 5),
                                         .reference = column_int64(find, 6)};
}

static void report_message(event_checks *made) {
    check_report(made->check, "outbox", made->message.seq, "a message", "no event that it tells of");
    next_message(made);
}

static bool is_same(const outbox_message *a, const outbox_message *b) {
    return a->kind == b->kind && a->created_us == b->created_us && a->actor == b->actor && a->task == b->task &&
           a->stage == b->stage && a->reference == b->reference;
}

/* Messages stand in the order of their events, so that time says which of them have none. */
static void see_messages(event_checks *made, const event *one) {
    outbox_message told[OUTBOX_OF_EVENT];
    const size_t count = outbox_messages(one, told);
    if (count == 0)
        return;
    while (made->waiting && made->message.created_us < one->time_us)
        report_message(made);
    for (size_t i = 0; i < count; i++)
        if (made->waiting && is_same(&made->message, &told[i]))
            next_message(made);
}

/* What the outbox counts. */
static annoproj_status check_outbox(event_checks *made, annoproj_error **error) {
    static const char query[] = "SELECT count(o.seq), coalesce(max(o.seq), 0), coalesce(s.waiting, 0), "
                                "coalesce(s.last, 0), coalesce(s.dropped, 0)"
                                " FROM (SELECT ?1 AS project) p LEFT JOIN outbox o ON o.project = p.project"
                                " LEFT JOIN outbox_state s ON s.project = p.project";
    statement *find = sql(made->in->database, query);
    bind_int64(find, made->check->project);
    if (sql_row(find)) {
        const int64_t count = column_int64(find, 0), highest = column_int64(find, 1), last = column_int64(find, 3);
        const int64_t given_out = count + column_int64(find, 4); /* those that were acknowledged are not counted */
        const int64_t least = highest > given_out ? highest : given_out;
        check_compare(made->check, "counter", 0, "waiting messages", column_int64(find, 2), count);
        if (least > last)
            check_compare(made->check, "counter", 0, "last message", last, least);
    }
    return sql_end(find, error);
}

/* --- time --------------------------------------------------------------------------------------------------------- */

static annoproj_status find_covered(event_checks *made, const event *at, span *out, annoproj_error **error) {
    static const char query[] = "SELECT from_us, until_us FROM time_covered WHERE user = ? AND from_us <= ?"
                                " ORDER BY from_us DESC LIMIT 1";
    statement *find = sql(made->in->database, query);
    bind_int64(find, at->actor);
    bind_int64(find, at->time_us);
    *out = sql_row(find) ? (span){at->actor, column_int64(find, 0), column_int64(find, 1)} : (span){0};
    return sql_end(find, error);
}

static bool holds(const span *covered, const event *one) {
    return covered->user == one->actor && covered->from_us <= one->time_us &&
           one->time_us + one->duration_us <= covered->until_us;
}

static annoproj_status see_time(event_checks *made, const event *one, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    span *covered = &made->covered[(uint64_t)one->actor % SPANS_KEPT];
    if (!holds(covered, one))
        status = find_covered(made, one, covered, error);
    if (status == ANNOPROJ_OK && !holds(covered, one)) {
        char found[128];
        snprintf(found, sizeof found, "no time of user %" PRId64 " from %" PRId64 " for %" PRId64 " us", one->actor,
                 one->time_us, one->duration_us);
        check_report(made->check, "time", MAKE_ID(made->check->project, one->task), found, "time that was reported");
    }
    return status;
}

/* --- commands ----------------------------------------------------------------------------------------------------- */

/* A command whose time is before that of another would make events that go back in time. */
static annoproj_status check_last_command(event_checks *made, annoproj_error **error) {
    static const char query[] = "SELECT last_command_us FROM store_state";
    statement *find = sql(made->in->database, query);
    if (!sql_row(find))
        check_report(made->check, "counter", 0, "no last command", "the number of the last commit and its time");
    else if (column_int64(find, 0) < made->last_command_us)
        check_compare(made->check, "counter", 0, "last command", column_int64(find, 0), made->last_command_us);
    return sql_end(find, error);
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

annoproj_status check_events_begin(scope *in, checking *check, event_checks **out, annoproj_error **error) {
    static const char query[] =
        "SELECT seq, kind, created_us, actor, task, stage, reference FROM outbox WHERE project = ? ORDER BY seq";
    event_checks *made = allocate_zeroed(1, sizeof *made);
    *out = made;
    if (!made)
        return fail_memory(error);
    *made = (event_checks){.in = in, .check = check};
    made->messages = sql(in->database, query);
    bind_int64(made->messages, check->project);
    next_message(made);
    return ANNOPROJ_OK;
}

annoproj_status check_events_see(void *checks, const event *one, annoproj_error **error) {
    event_checks *made = checks;
    see_messages(made, one);
    if (one->kind == EVENT_TIME_SPENT)
        return see_time(made, one, error);
    made->last_command_us = one->time_us > made->last_command_us ? one->time_us : made->last_command_us;
    return ANNOPROJ_OK;
}

annoproj_status check_events_end(event_checks *made, annoproj_status status, annoproj_error **error) {
    if (!made)
        return status;
    while (status == ANNOPROJ_OK && made->waiting)
        report_message(made);
    if (made->messages) {
        const annoproj_status ended = sql_end(made->messages, status == ANNOPROJ_OK ? error : NULL);
        status = status == ANNOPROJ_OK ? ended : status;
    }
    if (status == ANNOPROJ_OK)
        status = check_outbox(made, error);
    if (status == ANNOPROJ_OK)
        status = check_last_command(made, error);
    release(made);
    return status;
}
