/* Walking through a project's events in order (event_walk.h). Reading picks the rows of a segment that are wanted, by their kinds, and
 * gets the columns that are; visiting makes events of them, block by block. When there is much to read, a worker reads while the
 * calling thread visits. */
#include "event_walk.h"

#include "event_log.h"
#include "failure.h"
#include "lanes.h"
#include "relay.h"
#include "scan_source.h"
#include "scan_tail.h"

#define MOST_KIND       256
#define BLOCK           256 /* so many events stay near the processor */
#define SEGMENTS_OF_TWO 8   /* fewer are not worth a thread */

/* A segment, or the tail, and which of its rows are wanted. */
typedef struct picked {
    segment head;
    scan_source source;
    scan_tail tail;
    const column_view *views[COLUMN_COUNT];
    size_t count;
    uint16_t rows[SEGMENT_EVENTS];
} picked;

typedef struct walking {
    const event_walk *ask;
    uint8_t wanted[MOST_KIND];
    int columns[COLUMN_COUNT]; /* that are filled in */
    int column_count;
    event_log log;
    blob_cache *cache; /* NULL = none */
    uint64_t pass;
    picked *read;        /* RELAY_BLOCKS of them */
    event events[BLOCK]; /* fields that are not asked for stay zero */
} walking;

/* --- reading ---- */

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
static size_t pick_codes(const walking *made, const column_view *kinds, size_t count, uint16_t *rows) {
    const uint8_t *codes = kinds->codes;
    uint8_t table[256];
    size_t found = 0;
    for (int64_t code = 0; code < 256; code++) {
        const int64_t kind = (int64_t)((uint64_t)kinds->base + (uint64_t)code);
        table[code] = kind > 0 && kind < MOST_KIND ? made->wanted[kind] : 0;
    }
    for (size_t row = 0; row < count; row++) {
        rows[found] = (uint16_t)row;
        found += table[codes[row]];
    }
    return found;
}

static size_t pick_rows(const walking *made, const column_view *kinds, size_t count, uint16_t *rows) {
    size_t found = 0;
    if (kinds->width == 1) {
        return pick_codes(made, kinds, count, rows);
    }
    for (size_t row = 0; row < count; row++) {
        const int64_t kind = column_value(kinds, row);
        rows[found] = (uint16_t)row;
        found += kind > 0 && kind < MOST_KIND ? made->wanted[kind] : 0;
    }
    return found;
}

static annoproj_status read_columns(const walking *made, picked *of, annoproj_error **error) {
    const column_view *kinds;
    annoproj_status status = scan_source_column(&of->source, COLUMN_KIND, &kinds, error);
    of->count = status == ANNOPROJ_OK ? pick_rows(made, kinds, of->head.count, of->rows) : 0;
    for (int c = 0; c < made->column_count && of->count > 0 && status == ANNOPROJ_OK; c++) {
        status = scan_source_column(&of->source, made->columns[c], &of->views[c], error);
    }
    return status;
}

static annoproj_status read_segment(const walking *made, int64_t number, relay *to, annoproj_error **error) {
    const event_walk *ask = made->ask;
    picked *of = &made->read[relay_room(to)];
    annoproj_status status = ask->bounds == NULL ? ANNOPROJ_OK : bounds_check(ask->bounds, error);
    if (status == ANNOPROJ_OK) {
        status = segment_read_head(ask->database, ask->project, number, &of->head, error);
    }
    const bool pieces = made->wanted[EVENT_TIME_SPENT] != 0;
    const int64_t least = pieces ? of->head.time_least : of->head.command_least,
                  most = pieces ? of->head.time_reach : of->head.command_most;
    if (status != ANNOPROJ_OK || most < ask->after || least >= ask->before) {
        return status;
    }
    scan_source_turn(&of->source, &of->head);
    status = read_columns(made, of, error);
    if (status == ANNOPROJ_OK && of->count > 0) {
        relay_hand_on(to);
    }
    return status;
}

/* The tail has fewer events than a segment. */
static annoproj_status read_tail(const walking *made, relay *to, annoproj_error **error) {
    picked *of = &made->read[relay_room(to)];
    const uint32_t columns = made->ask->columns | EVENT_WALK_COLUMN(COLUMN_KIND);
    annoproj_status status = scan_tail_read(made->ask->database, made->ask->project, &made->log, made->log.tail_first,
                                            columns, &of->tail, error);
    if (status != ANNOPROJ_OK || of->tail.head.count == 0) {
        return status;
    }
    of->count = pick_rows(made, &of->tail.views[COLUMN_KIND], of->tail.head.count, of->rows);
    for (int c = 0; c < made->column_count; c++) {
        of->views[c] = &of->tail.views[made->columns[c]];
    }
    relay_hand_on(to);
    return ANNOPROJ_OK;
}

static annoproj_status read_events(void *data, relay *to, annoproj_error **error) {
    const walking *made = data;
    annoproj_status status = ANNOPROJ_OK;
    for (int64_t number = 0; status == ANNOPROJ_OK && number < made->log.segments; number++) {
        status = read_segment(made, number, to, error);
    }
    return status == ANNOPROJ_OK ? read_tail(made, to, error) : status;
}

/* --- visiting ---- */

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

static annoproj_status visit_block(walking *made, const picked *of, size_t start, annoproj_error **error) {
    const size_t left = of->count - start, count = left < BLOCK ? left : BLOCK;
    bool fits = true;
    for (int c = 0; c < made->column_count; c++) {
        fits = column_gather_events(of->views[c], made->columns[c], of->rows + start, count, made->events) && fits;
    }
    if (!fits) {
        return fail(error, ANNOPROJ_CORRUPT,
                    "event log of project %lld: a value is too large; restore a backup of the store",
                    (long long)made->ask->project);
    }
    visit_events(made->ask, made->events, count);
    return ANNOPROJ_OK;
}

static annoproj_status visit_picked(void *data, size_t number, annoproj_error **error) {
    walking *made = data;
    const picked *of = &made->read[number];
    annoproj_status status = ANNOPROJ_OK;
    for (size_t done = 0; done < of->count && status == ANNOPROJ_OK; done += BLOCK) {
        status = visit_block(made, of, done, error);
    }
    return status;
}

/* --- both ---- */

static annoproj_status walk(walking *made, annoproj_error **error) {
    const event_walk *ask = made->ask;
    annoproj_status status = event_log_read(ask->database, ask->project, &made->log, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    for (size_t i = 0; i < RELAY_BLOCKS; i++) {
        made->read[i].source = (scan_source){.columns = segment_columns(ask->database),
                                             .project = ask->project,
                                             .cache = made->cache,
                                             .pass = made->pass};
    }
    const bool two = lanes_worth(ask->store, (size_t)made->log.segments, SEGMENTS_OF_TWO) > 1;
    status = relay_run(two, read_events, visit_picked, made, error);
    for (size_t i = 0; i < RELAY_BLOCKS; i++) {
        scan_source_release(&made->read[i].source);
        scan_tail_release(&made->read[i].tail);
    }
    return status;
}

annoproj_status event_walk_run(const event_walk *ask, annoproj_error **error) {
    annoproj_status status;
    walking *made = allocate_zeroed(1, sizeof *made);
    if (made == NULL) {
        return fail_memory(error);
    }
    made->ask = ask;
    made->read = allocate_zeroed(RELAY_BLOCKS, sizeof *made->read);
    if (ask->store != NULL) {
        made->cache = store_cache(ask->store);
        made->pass = blob_cache_pass(made->cache);
    }
    note_what(made);
    status = made->read == NULL ? fail_memory(error) : walk(made, error);
    release(made->read);
    release(made);
    return status;
}
