/* Public functions: the event feeds of projects and of the store. */
#include "access.h"
#include "failure.h"
#include "rows.h"
#include "segment.h"
#include "stream.h"

/* A stream is a place in a feed; it holds no snapshot between calls. */
typedef struct event_stream {
    table_stream stream;
    session *session;
    int64_t project; /* 0 = the store's own events */
    int64_t after;   /* atomic: the last event handed out */
    int64_t last;    /* the last one at the time of opening */
} event_stream;

static void destroy_stream(body *dead) {
    event_stream *gone = (event_stream *)dead;
    session_leave(gone->session);
    release(gone);
}

static void add_optional(rows *table, int64_t value, int64_t shown) {
    if (value == 0) {
        rows_null(table);
    } else {
        rows_int64(table, shown);
    }
}

static void add_event(rows *table, int64_t project, int64_t seq, const event *one) {
    rows_int64(table, seq);
    rows_time(table, one->time_us);
    rows_text(table, event_kind_name(one->kind));
    rows_text(table, event_source_name(one->source));
    rows_int64(table, one->actor);
    add_optional(table, one->credited, one->credited);
    add_optional(table, one->stage, MAKE_ID(project, one->stage));
    add_optional(table, one->task, MAKE_ID(project, one->task));
    add_optional(table, one->class, one->class);
    add_optional(table, one->answer, one->answer);
    rows_int64(table, one->frames);
    rows_int64(table, one->duration_us);
    add_optional(table, event_reference_may_be_zero(one->kind) ? 1 : one->reference, one->reference);
    rows_int64(table, one->value);
}

typedef struct feed_call {
    int64_t after, last;
    annoproj_table *table;
} feed_call;

static annoproj_status read_last(scope *in, void *arguments, annoproj_error **error) {
    feed_call *made = arguments;
    annoproj_status status = event_next_seq(in->database, in->project.id, &made->last, error);
    made->last--;
    return status;
}

/* One table ends where a segment ends, so that each segment is read once. */
static annoproj_status read_page(scope *in, void *arguments, annoproj_error **error) {
    feed_call *made = arguments;
    int64_t left = made->last - made->after, whole = SEGMENT_EVENTS - made->after % SEGMENT_EVENTS;
    size_t limit = (size_t)(left < whole ? left : whole), count = 0;
    event *events = allocate(limit * sizeof *events);
    if (events == NULL) {
        return fail_memory(error);
    }
    annoproj_status status = event_read(in->database, in->project.id, made->after, limit, events, &count, error);
    if (status == ANNOPROJ_OK) {
        rows *table = rows_new(&row_event_row);
        for (size_t i = 0; i < count; i++) {
            add_event(table, in->project.id, made->after + 1 + (int64_t)i, &events[i]);
        }
        status = rows_finish(table, &made->table, error);
        made->after += (int64_t)count;
    }
    release(events);
    return status;
}

static request feed_request(session *who, int64_t project, feed_call *made) {
    return (request){.session = who,
                     .operation = project == 0 ? ANNOPROJ_OPERATION_STORE_EVENTS : ANNOPROJ_OPERATION_ANALYTICS_TEAM,
                     .subject = project == 0 ? SUBJECT_STORE : SUBJECT_PROJECT,
                     .id = project,
                     .arguments = made};
}

/* Two threads on one stream: whoever is first keeps his page, the other reads again from there. */
static annoproj_status next_page(body *entered, const annoproj_call *call, annoproj_table **table,
                                 annoproj_error **error) {
    event_stream *feed = (event_stream *)entered;
    annoproj_status status = ANNOPROJ_OK;
    for (bool mine = false; status == ANNOPROJ_OK && !mine;) {
        feed_call made = {.last = feed->last};
        made.after = __atomic_load_n(&feed->after, __ATOMIC_ACQUIRE);
        int64_t start = made.after;
        if (start >= feed->last) {
            return ANNOPROJ_NONE;
        }
        const request asked = feed_request(feed->session, feed->project, &made);
        status = access_read(&asked, read_page, call, error);
        mine = status == ANNOPROJ_OK &&
               __atomic_compare_exchange_n(&feed->after, &start, made.after, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
        if (mine) {
            *table = made.table;
        } else {
            annoproj_table_free(made.table);
        }
    }
    return status;
}

static annoproj_status open_feed(session *who, int64_t project, int64_t after, const annoproj_call *call,
                                 annoproj_stream **stream, annoproj_error **error) {
    feed_call made = {.after = after};
    const request asked = feed_request(who, project, &made);
    annoproj_status status = access_read(&asked, read_last, call, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    event_stream *opened = allocate_zeroed(1, sizeof *opened);
    if (opened == NULL) {
        return fail_memory(error);
    }
    *opened = (event_stream){
        .stream = {.body = {.references = 1, .destroy = destroy_stream}, .type = &row_event_row, .next = next_page},
        .session = who,
        .project = project,
        .after = after,
        .last = made.last};
    body_retain(&who->body);
    *stream = handle_new(HANDLE_STREAM, &opened->stream.body);
    if (*stream == NULL) {
        body_release(&opened->stream.body);
        return fail_memory(error);
    }
    return ANNOPROJ_OK;
}

static annoproj_status check_arguments(int64_t after, annoproj_stream **stream, annoproj_error **error) {
    if (!result_place(stream, sizeof *stream, "stream", error)) {
        return ANNOPROJ_INVALID;
    }
    if (after < 0) {
        return fail(error, ANNOPROJ_INVALID, "`after` is %lld: give 0 for all events, or a sequence number",
                    (long long)after);
    }
    return ANNOPROJ_OK;
}

annoproj_status annoproj_project_events(annoproj_project *handle, int64_t after, const annoproj_call *call,
                                        annoproj_stream **stream, annoproj_error **error) {
    project_identity *project = NULL;
    annoproj_status status = check_arguments(after, stream, error);
    if (status == ANNOPROJ_OK) {
        status = project_enter(handle, &project, error);
    }
    if (status == ANNOPROJ_OK) {
        status = open_feed(project->session, project->id, after, call, stream, error);
        project_leave(project);
    }
    return status;
}

annoproj_status annoproj_store_events(annoproj_session *handle, int64_t after, const annoproj_call *call,
                                      annoproj_stream **stream, annoproj_error **error) {
    session *who = NULL;
    annoproj_status status = check_arguments(after, stream, error);
    if (status == ANNOPROJ_OK) {
        status = session_enter(handle, &who, error);
    }
    if (status == ANNOPROJ_OK) {
        status = open_feed(who, 0, after, call, stream, error);
        session_leave(who);
    }
    return status;
}
