/* Made-up events of a big project (events_support.h). */
#include "events_support.h"

#include <stdio.h>
#include <stdlib.h>

#include "event_log.h"
#include "handle.h"
#include "segment.h"
#include "store.h"

/* ---- the events ---- */

static uint64_t draw(event_source *from, uint64_t below) {
    from->state = from->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (from->state >> 33) % below;
}

static const int32_t work_actions[] = {EVENT_TASK_SUBMIT, EVENT_TASK_SUBMIT, EVENT_TASK_SUBMIT, EVENT_TASK_SKIP,
                                       EVENT_TASK_ASSIGN};
static const int32_t review_actions[] = {EVENT_TASK_APPROVE, EVENT_TASK_APPROVE, EVENT_TASK_REJECT};
static const int32_t work_kinds[] = {EVENT_LABEL_PUT,    EVENT_LABEL_PUT,    EVENT_LABEL_PUT,    EVENT_LABEL_CREATE,
                                     EVENT_LABEL_CREATE, EVENT_LABEL_SUBMIT, EVENT_LABEL_SUBMIT, EVENT_LABEL_COUNTED,
                                     EVENT_LABEL_EDIT,   EVENT_LABEL_DELETE, EVENT_ANSWER_CREATE};
static const int32_t review_kinds[] = {EVENT_LABEL_APPROVE, EVENT_LABEL_APPROVE,  EVENT_LABEL_APPROVE,
                                       EVENT_LABEL_REJECT,  EVENT_REVIEW_APPROVE, EVENT_ANSWER_APPROVE};
static const int32_t issue_kinds[] = {EVENT_ISSUE_CREATE, EVENT_ISSUE_CREATE, EVENT_ISSUE_RESOLVE, EVENT_ISSUE_REOPEN,
                                      EVENT_ISSUE_TAG};
#define PICK(from, kinds) (kinds)[draw(from, sizeof(kinds) / sizeof *(kinds))]

static void begin_command(event_source *from) {
    static const int32_t stages[] = {1, 1, 1, 2, 2, 3, 4, 5};
    from->shared = (event){.time_us = BENCH_START_US + (int64_t)((double)from->made / (double)from->total * BENCH_DAYS *
                                                                 (double)BENCH_DAY_US),
                           .actor = 1 + (int64_t)draw(from, BENCH_USERS),
                           .task = 1 + (int64_t)draw(from, (uint64_t)from->tasks),
                           .source = ANNOPROJ_SOURCE_UI,
                           .stage = PICK(from, stages)};
    from->review = from->shared.stage != 1 && from->shared.stage != 3;
}

/* One command in eight has to do with an issue, on a label or on none. */
static event draw_issue(event_source *from) {
    event one = from->shared;
    one.kind = PICK(from, issue_kinds);
    one.credited = 1 + (int64_t)draw(from, BENCH_USERS);
    one.class = (int32_t)draw(from, BENCH_CLASSES + 1);
    one.answer = one.kind == EVENT_ISSUE_TAG ? 1 + (int32_t)draw(from, BENCH_ISSUE_TAGS) : 0;
    one.reference = 1 + (int64_t)draw(from, (uint64_t)from->tasks);
    return one;
}

event event_source_next(event_source *from) {
    int64_t place = from->made % BENCH_COMMAND;
    if (place == 0)
        begin_command(from);
    event one = from->shared;
    from->made++;
    if (place == 0) {
        one.kind = from->review ? PICK(from, review_actions) : PICK(from, work_actions);
        one.credited = from->review ? 1 + (int64_t)draw(from, BENCH_USERS) : one.actor;
        one.reference = one.stage + 1;
        return one;
    }
    if (place == 1) {
        one.kind = EVENT_TIME_SPENT;
        one.duration_us = 1000000 + (int64_t)draw(from, 600000000);
        if (from->times == TIMES_USUAL)
            one.time_us -= one.duration_us;
        if (from->times == TIMES_LATE && draw(from, 100) == 0)
            one.time_us -= 29 * BENCH_DAY_US;
        return one;
    }
    if (place == 2 && draw(from, 8) == 0)
        return draw_issue(from);
    one.kind = from->review ? PICK(from, review_kinds) : PICK(from, work_kinds);
    bool answer = one.kind == EVENT_ANSWER_CREATE || one.kind == EVENT_ANSWER_APPROVE;
    one.credited = from->review ? 1 + (int64_t)draw(from, BENCH_USERS) : 0;
    one.class = answer ? BENCH_CLASSES : 1 + (int32_t)draw(from, BENCH_CLASSES);
    one.answer = answer ? BENCH_CLASSES + 2 + (int32_t)draw(from, BENCH_OPTIONS) : 0;
    one.frames = 1;
    one.reference = from->made / 3;
    return one;
}

/* ---- the project ---- */

static int32_t start_clock(int64_t *time_us, void *user_data) {
    (void)user_data;
    *time_us = BENCH_START_US;
    return 0;
}

static const char stages_json[] =
    "{\"start\":\"one\",\"stages\":["
    "{\"key\":\"one\",\"type\":\"ANNOTATION\",\"title\":\"One\",\"edges\":{\"submit\":\"two\"}},"
    "{\"key\":\"two\",\"type\":\"REVIEW\",\"title\":\"Two\",\"edges\":{\"approve\":\"three\",\"reject\":\"one\"}},"
    "{\"key\":\"three\",\"type\":\"ANNOTATION\",\"title\":\"Three\",\"edges\":{\"submit\":\"four\"}},"
    "{\"key\":\"four\",\"type\":\"REVIEW\",\"title\":\"Four\",\"edges\":{\"approve\":\"five\",\"reject\":\"three\"}},"
    "{\"key\":\"five\",\"type\":\"REVIEW\",\"title\":\"Five\",\"edges\":{\"approve\":\"six\",\"reject\":\"three\"}},"
    "{\"key\":\"six\",\"type\":\"DONE\",\"title\":\"Six\"}]}";

/* Objects are features 1 to 100, the attribute is 101, its options follow. */
static int64_t make_ontology(annoproj_session *host) {
    static char json[65536];
    annoproj_error *error = NULL;
    int64_t ontology = 0;
    size_t used = (size_t)snprintf(json, sizeof json, "{\"objects\":[");
    for (int i = 1; i <= BENCH_CLASSES; i++)
        used += (size_t)snprintf(json + used, sizeof json - used,
                                 "%s{\"id\":\"%d\",\"name\":\"class "
                                 "%d\",\"color\":\"#D33115\",\"shape\":\"bounding_box\",\"featureNodeHash\":"
                                 "\"obj%05d\",\"required\":false,\"archived\":false",
                                 i == 1 ? "" : "},", i, i, i);
    used += (size_t)snprintf(
        json + used, sizeof json - used,
        ",\"attributes\":[{\"id\":\"%d.1\",\"name\":\"Kind\",\"type\":\"radio\",\"featureNodeHash\":\"att00001\","
        "\"required\":false,\"archived\":false,\"dynamic\":false,\"options\":[",
        BENCH_CLASSES);
    for (int i = 1; i <= BENCH_OPTIONS; i++)
        used += (size_t)snprintf(
            json + used, sizeof json - used,
            "%s{\"id\":\"%d.1.%d\",\"label\":\"option %d\",\"value\":\"option_%d\",\"featureNodeHash\":\"opt%05d\","
            "\"archived\":false}",
            i == 1 ? "" : ",", BENCH_CLASSES, i, i, i, i);
    snprintf(json + used, sizeof json - used, "]}]}],\"classifications\":[],\"skeleton_templates\":[]}");
    bench_must(annoproj_ontology_create(host, "Classes", json, NULL, &ontology, &error), error, "ontology");
    return ontology;
}

static void add_people(annoproj_session *host, annoproj_project *project) {
    annoproj_error *error = NULL;
    for (int64_t i = 1; i <= BENCH_USERS; i++) {
        char email[32];
        int64_t user = 0;
        snprintf(email, sizeof email, "u%lld@x.org", (long long)i);
        bench_must(annoproj_user_create(host, email, email, ANNOPROJ_ORG_MEMBER, NULL, &user, &error), error, "user");
        bench_must(annoproj_collaborator_add(project, user, ANNOPROJ_ROLE_ANNOTATOR, NULL, &error), error,
                   "collaborator");
        if (user != i) {
            fprintf(stderr, "user %lld has the number %lld\n", (long long)i, (long long)user);
            exit(1);
        }
    }
}

static void add_issue_tags(annoproj_session *host) {
    annoproj_error *error = NULL;
    for (int i = 1; i <= BENCH_ISSUE_TAGS; i++) {
        char name[32];
        int64_t tag = 0;
        snprintf(name, sizeof name, "tag %d", i);
        bench_must(annoproj_issue_tag_create(host, name, NULL, &tag, &error), error, "issue tag");
    }
}

void big_project_make(const char *path, int64_t tasks) {
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    annoproj_store *made = NULL;
    annoproj_session *host = NULL;
    annoproj_project *project = NULL;
    annoproj_error *error = NULL;
    options.clock = start_clock;
    options.relaxed_durability = true;
    bench_must(annoproj_store_create(path, &options, NULL, &made, &error), error, "create");
    bench_must(annoproj_session_open(made, 0, NULL, NULL, &host, &error), error, "session");
    bench_must(annoproj_project_create(host, "Big", make_ontology(host), stages_json, NULL, NULL, &project, &error),
               error, "project");
    add_people(host, project);
    add_issue_tags(host);
    for (int i = 1; i <= BENCH_DATASETS; i++)
        bench_dataset(host, project, tasks / BENCH_DATASETS);
    annoproj_project_close(project);
    annoproj_session_close(host);
    bench_must(annoproj_store_close(made, NULL, &error), error, "close");
}

/* ---- appending, past the gate ---- */

typedef struct appending {
    int64_t project, count, command; /* events in all and in each command */
    event_source *from;
    int64_t last; /* sequence number, afterwards */
} appending;

static annoproj_status append_body(writer *in, void *argument, annoproj_error **error) {
    appending *what = argument;
    event_batch batch = {0};
    annoproj_status status = ANNOPROJ_OK;
    for (int64_t done = 0; done < what->count && status == ANNOPROJ_OK;) {
        int64_t first = 0;
        batch.count = 0;
        for (int64_t i = 0; i < what->command && done < what->count; i++, done++) {
            event one = event_source_next(what->from);
            event_batch_add(&batch, &one);
        }
        status = event_append(in->database, what->project, &batch, &first, error);
        what->last = first + (int64_t)batch.count - 1;
    }
    event_batch_release(&batch);
    return status;
}

static void write_to(annoproj_store *handle, write_body change, void *argument) {
    annoproj_error *error = NULL;
    body *entered = NULL;
    bounds limits;
    bench_must(handle_enter(handle, HANDLE_STORE, "store", &entered, &error), error, "store");
    bench_must(bounds_begin(&limits, NULL, &error), error, "bounds");
    limits.until_us = INT64_MAX;
    bench_must(store_write((store *)entered, &limits, change, argument, &error), error, "write");
    bounds_end(&limits);
    body_release(entered);
}

/* Each `chunk` of events in one transaction. */
static void append_all(annoproj_store *handle, appending what, int64_t chunk, int64_t *last) {
    for (int64_t left = what.count; left > 0; left -= chunk) {
        what.count = left < chunk ? left : chunk;
        write_to(handle, append_body, &what);
    }
    *last = what.last;
}

void big_project_append(annoproj_store *handle, int64_t project, event_source *from, int64_t count) {
    int64_t last;
    append_all(handle, (appending){project, count, BENCH_COMMAND, from, 0}, BENCH_CHUNK, &last);
}

typedef struct looking {
    int64_t project, events;
} looking;

static annoproj_status look_body(writer *in, void *argument, annoproj_error **error) {
    looking *what = argument;
    event_log log;
    annoproj_status status = event_log_read(in->database, what->project, &log, error);
    what->events = log.last_seq - log.tail_first + 1;
    return status;
}

int64_t big_project_tail(annoproj_store *handle, int64_t project) {
    looking what = {project, 0};
    write_to(handle, look_body, &what);
    return what.events;
}

static event_log log_at(int64_t last_seq) {
    const int64_t segments = last_seq / SEGMENT_EVENTS;
    return (event_log){last_seq, segments, segments * SEGMENT_EVENTS + 1};
}

double big_project_command(annoproj_store *handle, int64_t project, event_source *from, int events,
                           enum command_work *did) {
    int64_t last = 0;
    double began = bench_seconds();
    append_all(handle, (appending){project, events, events, from, 0}, events, &last);
    double took = bench_seconds() - began;
    const event_log before = log_at(last - events), now = log_at(last);
    *did = now.segments > before.segments                       ? COMMAND_SEALS
           : event_log_summed(&now) > event_log_summed(&before) ? COMMAND_SUMS
                                                                : COMMAND_APPENDS;
    return took;
}

typedef struct inserting {
    event_source *from;
    int count;
} inserting;

static annoproj_status insert_body(writer *in, void *argument, annoproj_error **error) {
    static const char text[] =
        "INSERT INTO plain_event(time, kind, source, actor, credited, stage, task, class, answer,"
        " frames, duration, reference) VALUES(?,?,?,?,?,?,?,?,?,?,?,?)";
    inserting *what = argument;
    statement *add = sql(in->database, text);
    for (int i = 0; i < what->count; i++) {
        const event one = event_source_next(what->from);
        const int64_t values[] = {one.time_us, one.kind,  one.source, one.actor,  one.credited,    one.stage,
                                  one.task,    one.class, one.answer, one.frames, one.duration_us, one.reference};
        for (int column = 0; column < 12; column++)
            bind_int64(add, values[column]);
        sql_step_run(add);
        sql_again(add);
    }
    return sql_end(add, error);
}

void big_project_rows(annoproj_store *handle, event_source *from, int rows) {
    inserting what = {from, rows};
    write_to(handle, insert_body, &what);
}

/* ---- plain rows ---- */

void plain_rows_run(sqlite3 *rows, const char *change) {
    char *message = NULL;
    if (sqlite3_exec(rows, change, NULL, NULL, &message) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", change, message);
        exit(1);
    }
}

sqlite3 *plain_rows_make(const char *path, int64_t tasks) {
    sqlite3 *rows = NULL;
    char fill[256];
    remove(path);
    if (sqlite3_open(path, &rows) != SQLITE_OK)
        exit(1);
    plain_rows_run(
        rows,
        "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000;"
        "CREATE TABLE event(seq INTEGER PRIMARY KEY, time, kind, source, actor, credited, stage, task, class, answer,"
        " frames, duration, reference); CREATE TABLE task(id INTEGER PRIMARY KEY, dataset)");
    snprintf(fill, sizeof fill,
             "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %lld)"
             " INSERT INTO task SELECT i, 1 + (i - 1) / %lld FROM n",
             (long long)tasks, (long long)(tasks / BENCH_DATASETS));
    plain_rows_run(rows, fill);
    return rows;
}

void plain_rows_insert(sqlite3 *rows, event_source *from, int64_t count, int64_t chunk) {
    sqlite3_stmt *add = NULL;
    sqlite3_prepare_v2(rows,
                       "INSERT INTO event(time, kind, source, actor, credited, stage, task, class, answer, frames, "
                       "duration, reference)"
                       " VALUES(?,?,?,?,?,?,?,?,?,?,?,?)",
                       -1, &add, NULL);
    for (int64_t i = 0; i < count; i++) {
        const event one = event_source_next(from);
        const int64_t values[] = {one.time_us, one.kind,  one.source, one.actor,  one.credited,    one.stage,
                                  one.task,    one.class, one.answer, one.frames, one.duration_us, one.reference};
        if (i % chunk == 0)
            plain_rows_run(rows, i == 0 ? "BEGIN" : "COMMIT; BEGIN");
        for (int column = 0; column < 12; column++)
            sqlite3_bind_int64(add, column + 1, values[column]);
        if (sqlite3_step(add) != SQLITE_DONE)
            exit(1);
        sqlite3_reset(add);
    }
    plain_rows_run(rows, "COMMIT");
    sqlite3_finalize(add);
}
