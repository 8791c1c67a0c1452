/* Walking through a project's events in order (event_walk.h): a segment's kinds first, then of the rows that are wanted the
 * columns that are. */
#include "event_walk.h"

#include "event_log.h"
#include "failure.h"
#include "scan_tail.h"

#define MOST_KIND 256

typedef struct walk {
    database *database;
    int64_t project;
    bool wanted[MOST_KIND];
    uint32_t columns;
    event_walk_fn visit;
    void *data;
    blob_reader reader;
    uint16_t *rows;                  /* that are wanted of the present segment */
    uint8_t *room[COLUMN_COUNT + 1]; /* for its columns */
    column_view views[COLUMN_COUNT + 1];
} walk;

static annoproj_status make_room(walk *made, annoproj_error **error) {
    made->rows = allocate(SEGMENT_EVENTS * sizeof *made->rows);
    bool made_all = made->rows != NULL;
    for (int column = 1; column <= COLUMN_COUNT; column++) {
        if ((made->columns >> column & 1) != 0) {
            made->room[column] = allocate((size_t)SEGMENT_EVENTS * 8 + 8);
            made_all = made_all && made->room[column] != NULL;
        }
    }
    return made_all ? ANNOPROJ_OK : fail_memory(error);
}

static void release_room(walk *made) {
    for (int column = 1; column <= COLUMN_COUNT; column++) {
        release(made->room[column]);
    }
    release(made->rows);
}

static size_t pick_rows(walk *made, size_t count) {
    size_t picked = 0;
    for (size_t row = 0; row < count; row++) {
        const int64_t kind = column_value(&made->views[COLUMN_KIND], row);
        if (kind > 0 && kind < MOST_KIND && made->wanted[kind]) {
            made->rows[picked++] = (uint16_t)row;
        }
    }
    return picked;
}

static annoproj_status visit_rows(const walk *made, size_t picked, annoproj_error **error) {
    for (size_t i = 0; i < picked; i++) {
        event one = {0};
        bool fits = true;
        for (int column = 1; column <= COLUMN_COUNT; column++) {
            if ((made->columns >> column & 1) != 0) {
                fits = event_set(&one, column, column_value(&made->views[column], made->rows[i])) && fits;
            }
        }
        if (!fits) {
            return fail(error, ANNOPROJ_CORRUPT,
                        "event log of project %lld: a value is too large; restore a backup of the store",
                        (long long)made->project);
        }
        made->visit(made->data, &one);
    }
    return ANNOPROJ_OK;
}

static annoproj_status walk_segment(walk *made, int64_t number, annoproj_error **error) {
    segment head;
    annoproj_status status = segment_read_head(made->database, made->project, number, &head, error);
    if (status == ANNOPROJ_OK) {
        status = segment_read_column(&made->reader, made->project, &head, COLUMN_KIND, made->room[COLUMN_KIND],
                                     &made->views[COLUMN_KIND], error);
    }
    const size_t picked = status == ANNOPROJ_OK ? pick_rows(made, head.count) : 0;
    for (int column = 1; column <= COLUMN_COUNT && status == ANNOPROJ_OK && picked > 0; column++) {
        if (column != COLUMN_KIND && (made->columns >> column & 1) != 0) {
            status = segment_read_column(&made->reader, made->project, &head, column, made->room[column],
                                         &made->views[column], error);
        }
    }
    return status == ANNOPROJ_OK ? visit_rows(made, picked, error) : status;
}

/* The tail has fewer events than a segment. */
static annoproj_status walk_tail(walk *made, const event_log *log, annoproj_error **error) {
    scan_tail tail = {0};
    annoproj_status status = scan_tail_read(made->database, made->project, log, made->columns, &tail, error);
    if (status == ANNOPROJ_OK && tail.head.count > SEGMENT_EVENTS) {
        status = fail(error, ANNOPROJ_CORRUPT,
                      "event log of project %lld: its tail is too long; restore a backup of the store",
                      (long long)made->project);
    }
    if (status == ANNOPROJ_OK && tail.head.count > 0) {
        for (int column = 1; column <= COLUMN_COUNT; column++) {
            made->views[column] = tail.views[column];
        }
        status = visit_rows(made, pick_rows(made, tail.head.count), error);
    }
    scan_tail_release(&tail);
    return status;
}

annoproj_status event_walk(database *db, const bounds *limits, int64_t project, const int32_t *kinds, uint32_t columns,
                           event_walk_fn visit, void *data, annoproj_error **error) {
    walk made = {.database = db,
                 .project = project,
                 .columns = columns | (uint32_t)1 << COLUMN_KIND,
                 .visit = visit,
                 .data = data,
                 .reader = segment_columns(db)};
    event_log log;
    for (size_t i = 0; kinds[i] != 0; i++) {
        made.wanted[kinds[i] & (MOST_KIND - 1)] = true;
    }
    annoproj_status status = make_room(&made, error);
    if (status == ANNOPROJ_OK) {
        status = event_log_read(db, project, &log, error);
    }
    for (int64_t number = 0; status == ANNOPROJ_OK && number < log.segments; number++) {
        status = limits == NULL ? ANNOPROJ_OK : bounds_check(limits, error);
        if (status == ANNOPROJ_OK) {
            status = walk_segment(&made, number, error);
        }
    }
    if (status == ANNOPROJ_OK) {
        status = walk_tail(&made, &log, error);
    }
    blob_close(&made.reader);
    release_room(&made);
    return status;
}
