/* Walking through a project's events in order (event_walk.h): a segment's kinds first, then of the rows that are wanted the
 * columns that are, block by block. */
#include "event_walk.h"

#include "event_log.h"
#include "failure.h"
#include "scan_source.h"
#include "scan_tail.h"

#define MOST_KIND 256
#define BLOCK     256 /* so many events stay near the processor */

typedef struct walking {
    const event_walk *ask;
    uint8_t wanted[MOST_KIND];
    int columns[COLUMN_COUNT]; /* that are filled in */
    int column_count;
    scan_source source;
    const column_view *views[COLUMN_COUNT];
    uint16_t rows[SEGMENT_EVENTS]; /* that are wanted of the present segment */
    int64_t values[BLOCK];
    event events[BLOCK]; /* fields that are not asked for stay zero */
} walking;

static void note_what(walking *made) {
    for (size_t i = 0; made->ask->kinds[i] != 0; i++) {
        made->wanted[made->ask->kinds[i] & (MOST_KIND - 1)] = 1;
    }
    for (int column = 1; column <= COLUMN_COUNT; column++) {
        if (column == COLUMN_KIND || (made->ask->columns >> column & 1) != 0) {
            made->columns[made->column_count++] = column;
        }
    }
}

/* Of a column of one byte, as most are: each code stands for a kind. */
static size_t pick_codes(walking *made, const column_view *kinds, size_t count) {
    uint8_t table[256];
    size_t picked = 0;
    for (int64_t code = 0; code < 256; code++) {
        const int64_t kind = (int64_t)((uint64_t)kinds->base + (uint64_t)code);
        table[code] = kind > 0 && kind < MOST_KIND ? made->wanted[kind] : 0;
    }
    for (size_t row = 0; row < count; row++) {
        made->rows[picked] = (uint16_t)row;
        picked += table[kinds->codes[row]];
    }
    return picked;
}

static size_t pick_rows(walking *made, const column_view *kinds, size_t count) {
    size_t picked = 0;
    if (kinds->width == 1) {
        return pick_codes(made, kinds, count);
    }
    for (size_t row = 0; row < count; row++) {
        const int64_t kind = column_value(kinds, row);
        made->rows[picked] = (uint16_t)row;
        picked += kind > 0 && kind < MOST_KIND ? made->wanted[kind] : 0;
    }
    return picked;
}

#define AHEAD 16

/* What is looked at by task is hardly ever near what was looked at before. */
static void visit_events(const event_walk *ask, const event *events, size_t count) {
    for (size_t i = 0; i < count && i < AHEAD && ask->foresee != NULL; i++) {
        ask->foresee(ask->data, &events[i]);
    }
    for (size_t i = 0; i < count; i++) {
        if (ask->foresee != NULL && i + AHEAD < count) {
            ask->foresee(ask->data, &events[i + AHEAD]);
        }
        ask->visit(ask->data, &events[i]);
    }
}

static annoproj_status visit_block(walking *made, const uint16_t *rows, size_t count, annoproj_error **error) {
    bool fits = true;
    for (int c = 0; c < made->column_count; c++) {
        column_gather(made->views[c], 0, rows, count, made->values);
        fits = event_set_all(made->events, count, made->columns[c], made->values) && fits;
    }
    if (!fits) {
        return fail(error, ANNOPROJ_CORRUPT,
                    "event log of project %lld: a value is too large; restore a backup of the store",
                    (long long)made->ask->project);
    }
    visit_events(made->ask, made->events, count);
    return ANNOPROJ_OK;
}

/* The segment, or the tail, that `source` shows. */
static annoproj_status walk_source(walking *made, scan_source *source, annoproj_error **error) {
    const column_view *kinds;
    annoproj_status status = scan_source_column(source, COLUMN_KIND, &kinds, error);
    const size_t picked = status == ANNOPROJ_OK ? pick_rows(made, kinds, source->head->count) : 0;
    for (int c = 0; c < made->column_count && picked > 0 && status == ANNOPROJ_OK; c++) {
        status = scan_source_column(source, made->columns[c], &made->views[c], error);
    }
    for (size_t done = 0; done < picked && status == ANNOPROJ_OK; done += BLOCK) {
        const size_t left = picked - done;
        status = visit_block(made, made->rows + done, left < BLOCK ? left : BLOCK, error);
    }
    return status;
}

static annoproj_status walk_segment(walking *made, int64_t number, annoproj_error **error) {
    const event_walk *ask = made->ask;
    segment head;
    annoproj_status status = ask->bounds == NULL ? ANNOPROJ_OK : bounds_check(ask->bounds, error);
    if (status == ANNOPROJ_OK) {
        status = segment_read_head(ask->database, ask->project, number, &head, error);
    }
    const bool pieces = made->wanted[EVENT_TIME_SPENT] != 0;
    const int64_t least = pieces ? head.time_least : head.command_least,
                  most = pieces ? head.time_reach : head.command_most;
    if (status != ANNOPROJ_OK || most < ask->after || least >= ask->before) {
        return status;
    }
    scan_source_turn(&made->source, &head);
    return walk_source(made, &made->source, error);
}

/* The tail has fewer events than a segment. */
static annoproj_status walk_tail(walking *made, const event_log *log, annoproj_error **error) {
    scan_tail tail = {0};
    const uint32_t columns = made->ask->columns | EVENT_WALK_COLUMN(COLUMN_KIND);
    annoproj_status status = scan_tail_read(made->ask->database, made->ask->project, log, columns, &tail, error);
    if (status == ANNOPROJ_OK && tail.head.count > SEGMENT_EVENTS) {
        status = fail(error, ANNOPROJ_CORRUPT,
                      "event log of project %lld: its tail is too long; restore a backup of the store",
                      (long long)made->ask->project);
    }
    if (status == ANNOPROJ_OK && tail.head.count > 0) {
        scan_source source = {.head = &tail.head, .project = made->ask->project, .loaded = UINT32_MAX};
        for (int column = 1; column <= COLUMN_COUNT; column++) {
            source.views[column] = tail.views[column];
        }
        status = walk_source(made, &source, error);
    }
    scan_tail_release(&tail);
    return status;
}

annoproj_status event_walk_run(const event_walk *ask, annoproj_error **error) {
    event_log log;
    walking *made = allocate_zeroed(1, sizeof *made);
    if (made == NULL) {
        return fail_memory(error);
    }
    made->ask = ask;
    made->source = (scan_source){.columns = segment_columns(ask->database), .project = ask->project};
    if (ask->store != NULL) {
        made->source.cache = store_cache(ask->store);
        made->source.pass = blob_cache_pass(made->source.cache);
    }
    note_what(made);
    annoproj_status status = event_log_read(ask->database, ask->project, &log, error);
    for (int64_t number = 0; status == ANNOPROJ_OK && number < log.segments; number++) {
        status = walk_segment(made, number, error);
    }
    if (status == ANNOPROJ_OK) {
        status = walk_tail(made, &log, error);
    }
    scan_source_release(&made->source);
    release(made);
    return status;
}
