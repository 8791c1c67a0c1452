/* Bringing the summary up to the segments (event_log.h). */
#include "event_log.h"
#include "failure.h"
#include "segment.h"
#include "summary.h"

#define SUMMED_AT ((int64_t)4256) /* events in the tail; not where a block of it fills */
#define BLOCK     256

/* What a summary looks at. */
static const int columns[] = {COLUMN_KIND,  COLUMN_ACTOR,  COLUMN_CREDITED, COLUMN_STAGE,
                              COLUMN_CLASS, COLUMN_ANSWER, COLUMN_FRAMES,   COLUMN_DURATION};
enum { COLUMNS = sizeof columns / sizeof *columns };

int64_t event_log_summed(const event_log *log) {
    const int64_t held = log->last_seq - log->tail_first + 1;
    return log->segments > 0 && held < SUMMED_AT ? log->segments - 1 : log->segments;
}

typedef struct summing {
    database *database;
    int64_t project;
    blob_reader columns;
    uint8_t *rooms[COLUMNS];
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

static annoproj_status load_summary(summing *work, int64_t segments, annoproj_error **error) {
    bytes stored = {0};
    annoproj_status status = summary_read(work->database, work->project, segments, &stored, error);
    if (status == ANNOPROJ_OK && !summary_decode(&work->summary, stored.data, stored.length)) {
        status = fail(error, ANNOPROJ_CORRUPT,
                      "event log of project %lld: its summary is damaged; restore a backup of the store",
                      (long long)work->project);
    }
    bytes_release(&stored);
    return status;
}

static annoproj_status store_summary(summing *work, int64_t segments, annoproj_error **error) {
    bytes now = {0};
    summary_encode(&work->summary, &now);
    annoproj_status status = now.failed ? fail_memory(error)
                                        : summary_write(work->database, work->project, segments, &now, error);
    bytes_release(&now);
    return status;
}

static annoproj_status add_segment(summing *work, int64_t number, annoproj_error **error) {
    column_view views[COLUMNS];
    segment head;
    annoproj_status status = segment_read_head(work->database, work->project, number, &head, error);
    for (int c = 0; c < COLUMNS && status == ANNOPROJ_OK; c++) {
        status = segment_read_column(&work->columns, work->project, &head, columns[c], work->rooms[c], &views[c],
                                     error);
    }
    for (size_t done = 0; status == ANNOPROJ_OK && done < head.count; done += BLOCK) {
        const size_t left = head.count - done, count = left < BLOCK ? left : BLOCK;
        bool fits = true;
        for (int c = 0; c < COLUMNS; c++) {
            fits = column_to_events(&views[c], columns[c], done, count, work->events) && fits;
        }
        summary_add(&work->summary, work->events, count);
        status = fits ? ANNOPROJ_OK
                      : fail(error, ANNOPROJ_CORRUPT,
                             "event segment %lld of project %lld: a value is too large; restore a backup of the store",
                             (long long)number, (long long)work->project);
    }
    return status;
}

annoproj_status event_sum_up(database *db, int64_t project, int64_t from, int64_t to, annoproj_error **error) {
    summing *work = allocate_zeroed(1, sizeof *work);
    if (work == NULL) {
        return fail_memory(error);
    }
    *work = (summing){.database = db, .project = project, .columns = segment_columns(db)};
    annoproj_status status = make_rooms(work, error);
    if (status == ANNOPROJ_OK) {
        status = load_summary(work, from, error);
    }
    for (int64_t number = from; number < to && status == ANNOPROJ_OK; number++) {
        status = add_segment(work, number, error);
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
