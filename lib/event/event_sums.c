/* Bringing the summary up to the events (event_log.h). */
#include "event_log.h"
#include "failure.h"
#include "segment.h"
#include "summary.h"

#define SUMMED_LATER ((int64_t)160) /* events; not where a block of the tail fills */
#define BLOCK        256

/* What a summary looks at. */
static const int columns[] = {COLUMN_KIND,  COLUMN_ACTOR,  COLUMN_CREDITED, COLUMN_STAGE,
                              COLUMN_CLASS, COLUMN_ANSWER, COLUMN_FRAMES,   COLUMN_DURATION};
enum { COLUMNS = sizeof columns / sizeof *columns };

int64_t event_log_summed(const event_log *log) {
    const int64_t due = log->last_seq - SUMMED_LATER;
    return due < 0 ? 0 : due - due % EVENTS_SUMMED;
}

typedef struct summing {
    database *database;
    int64_t project;
    const event_log *log;
    blob_reader columns;
    uint8_t *rooms[COLUMNS];
    column_view views[COLUMNS]; /* of the segment that was read last, or of the part of the tail */
    int64_t segment;            /* which that is; -1 = none */
    summary summary;
    event events[BLOCK]; /* fields of other columns stay zero */
} summing;

static annoproj_status make_rooms(summing *work, annoproj_error **error) {
    bool good = true;
    for (int c = 0; c < COLUMNS && good; c++) {
        work->rooms[c] = allocate((size_t)SEGMENT_EVENTS * 8);
        good = work->rooms[c] != NULL;
    }
    return good ? ANNOPROJ_OK : fail_memory(error);
}

static annoproj_status load_summary(summing *work, int64_t events, annoproj_error **error) {
    bytes stored = {0};
    annoproj_status status = summary_read(work->database, work->project, events, &stored, error);
    if (status == ANNOPROJ_OK && !summary_decode(&work->summary, stored.data, stored.length)) {
        status = fail(error, ANNOPROJ_CORRUPT,
                      "event log of project %lld: its summary is damaged; restore a backup of the store",
                      (long long)work->project);
    }
    bytes_release(&stored);
    return status;
}

static annoproj_status store_summary(summing *work, int64_t events, annoproj_error **error) {
    bytes now = {0};
    summary_encode(&work->summary, &now);
    annoproj_status status = now.failed ? fail_memory(error)
                                        : summary_write(work->database, work->project, events, &now, error);
    bytes_release(&now);
    return status;
}

static annoproj_status read_segment(summing *work, int64_t number, annoproj_error **error) {
    segment head;
    annoproj_status status = segment_read_head(work->database, work->project, number, &head, error);
    if (status == ANNOPROJ_OK && head.count != SEGMENT_EVENTS) {
        status = fail(error, ANNOPROJ_CORRUPT,
                      "event segment %lld of project %lld: its count is wrong; restore a backup of the store",
                      (long long)number, (long long)work->project);
    }
    for (int c = 0; c < COLUMNS && status == ANNOPROJ_OK; c++) {
        status = segment_read_column(&work->columns, work->project, &head, columns[c], work->rooms[c], &work->views[c],
                                     error);
    }
    work->segment = number;
    return status;
}

static annoproj_status read_tail(summing *work, int64_t after, annoproj_error **error) {
    int64_t *values[COLUMN_COUNT + 1] = {0};
    uint32_t wanted = 0;
    for (int c = 0; c < COLUMNS; c++) {
        wanted |= (uint32_t)1 << columns[c];
        values[columns[c]] = (int64_t *)(void *)work->rooms[c];
        work->views[c] = (column_view){.codes = work->rooms[c], .width = sizeof(int64_t)};
    }
    work->segment = -1;
    return event_tail_columns(work->database, work->project, work->log, after + 1, EVENTS_SUMMED, wanted, values,
                              error);
}

/* The next EVENTS_SUMMED events: of one segment, or of the tail. */
static annoproj_status add_events(summing *work, int64_t after, annoproj_error **error) {
    const int64_t number = after / SEGMENT_EVENTS;
    const bool sealed = number < work->log->segments;
    const size_t start = sealed ? (size_t)(after % SEGMENT_EVENTS) : 0;
    annoproj_status status = !sealed                   ? read_tail(work, after, error)
                             : number == work->segment ? ANNOPROJ_OK
                                                       : read_segment(work, number, error);
    for (size_t done = 0; status == ANNOPROJ_OK && done < EVENTS_SUMMED; done += BLOCK) {
        bool fits = true;
        for (int c = 0; c < COLUMNS; c++) {
            fits = column_to_events(&work->views[c], columns[c], start + done, BLOCK, work->events) && fits;
        }
        summary_add(&work->summary, work->events, BLOCK);
        status = fits
                     ? ANNOPROJ_OK
                     : fail(error, ANNOPROJ_CORRUPT,
                            "event log of project %lld: a value behind event %lld is too large; restore a backup of the"
                            " store",
                            (long long)work->project, (long long)after);
    }
    return status;
}

annoproj_status event_sum_up(database *db, int64_t project, const event_log *log, int64_t from, int64_t to,
                             annoproj_error **error) {
    summing *work = allocate_zeroed(1, sizeof *work);
    if (work == NULL) {
        return fail_memory(error);
    }
    *work = (summing){.database = db, .project = project, .log = log, .columns = segment_columns(db), .segment = -1};
    annoproj_status status = make_rooms(work, error);
    if (status == ANNOPROJ_OK) {
        status = load_summary(work, from, error);
    }
    for (int64_t after = from; after < to && status == ANNOPROJ_OK; after += EVENTS_SUMMED) {
        status = add_events(work, after, error);
    }
    if (status == ANNOPROJ_OK) {
        status = store_summary(work, to, error);
    }
    blob_close(&work->columns);
    for (int c = 0; c < COLUMNS; c++) {
        release(work->rooms[c]);
    }
    summary_release(&work->summary);
    release(work);
    return status;
}
