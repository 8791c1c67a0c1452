/* Guessing, reading ahead, meeting (coco_ahead.h). */
#include "coco_ahead.h"

#include <string.h>

#include "failure.h"
#include "worker.h"

#define LOOKED_AT ((size_t)256 << 10) /* bytes among which an annotation must begin */
#define GUESSES   8

int64_t coco_ahead_least = (int64_t)1 << 20;

struct coco_ahead {
    json_source source;
    coco_reader *reader;
    coco_sink sink;
    faults faults;
    worker thread;
    int64_t from;                 /* the guess is not before it */
    int64_t begins;               /* the first annotation; 0 = not found; for both threads, as are the next two */
    int64_t done;                 /* bytes read */
    bool unwanted;                /* nobody waits any more */
    int64_t ends, items;          /* the array's bracket; annotations before it */
    bool sound;                   /* all of them without a fault */
    char guessing[LOOKED_AT + 1]; /* the bytes from `from` on */
};

/* --- the other thread ---------------------------------------------------------------------------------------------------- */

annoproj_status coco_ahead_look_up(coco_ahead *of, annoproj_error **error) {
    __atomic_store_n(&of->done, of->source.read - of->from, __ATOMIC_RELAXED);
    return __atomic_load_n(&of->unwanted, __ATOMIC_RELAXED)
               ? fail(error, ANNOPROJ_CANCELLED, "the annotations read ahead are not wanted")
               : ANNOPROJ_OK;
}

static bool is_space(char one) {
    return one == ' ' || one == '\n' || one == '\r' || one == '\t';
}

/* The next brace behind a comma behind a brace; NULL = there is none. */
static const char *next_guess(const char *first, const char *at, const char *end) {
    while ((at = memchr(at, '{', (size_t)(end - at)))) {
        const char *before = at;
        while (before > first && is_space(before[-1])) {
            before--;
        }
        if (before > first && *--before == ',') {
            while (before > first && is_space(before[-1])) {
                before--;
            }
            if (before > first && before[-1] == '}') {
                return at;
            }
        }
        at++;
    }
    return NULL;
}

/* From a guess to the end of the array. True when the guess cannot be right, and nothing has come of it. */
static bool read_from(coco_ahead *of, int64_t offset, annoproj_error **error) {
    coco_reader *in = of->reader;
    annoproj_status status = coco_begin_inside(in, offset, error);
    for (of->items = 0; status == ANNOPROJ_OK; of->items++) {
        status = coco_next(in, error);
        if (status != ANNOPROJ_OK || in->token.kind == JSON_ARRAY_END) {
            break;
        }
        status = coco_take_annotation(in, &of->sink, of->items, error);
        if (status != ANNOPROJ_OK || of->faults.count > 0) {
            break;
        }
        if (of->items == 0) {
            __atomic_store_n(&of->begins, offset, __ATOMIC_RELEASE);
        }
    }
    of->sound = status == ANNOPROJ_OK && of->faults.count == 0;
    of->ends = in->token.offset;
    return !of->sound && of->items == 0 && in->handed == 0;
}

static annoproj_status run(void *data, annoproj_error **error) {
    coco_ahead *of = data;
    size_t length = 0;
    annoproj_status status = source_read(&of->source, of->guessing, LOOKED_AT, &length, error);
    const char *first = of->guessing, *at = first;
    bool again = status == ANNOPROJ_OK;
    for (int guess = 0; again && guess < GUESSES; guess++) {
        at = next_guess(first, at, first + length);
        if (!at) {
            break;
        }
        drop_error(error);
        faults_release(&of->faults);
        again = read_from(of, of->from + (at - first), error);
        at++;
    }
    return ANNOPROJ_OK; /* what went wrong the calling thread will meet, too */
}

/* --- the calling thread ---------------------------------------------------------------------------------------------------- */

/* Ends it and gives what it has read to the sink. */
static void end(coco_reader *in, const coco_sink *sink, bool taken) {
    coco_ahead *of = in->ahead;
    in->ahead = NULL;
    __atomic_store_n(&of->unwanted, true, __ATOMIC_RELAXED);
    worker_join(&of->thread, NULL);
    sink->ahead_end(sink->data, of->sink.data, taken);
    coco_close(of->reader);
    faults_release(&of->faults);
    release(of);
}

annoproj_status coco_ahead_start(coco_reader *in, const coco_sink *sink, annoproj_error **error) {
    const int64_t at = json_offset(in->scan), left = in->source->size - at;
    if (left < coco_ahead_least) {
        return ANNOPROJ_OK;
    }
    coco_ahead *made = allocate_zeroed(1, sizeof *made);
    if (!made) {
        return fail_memory(error);
    }
    made->from = at + left / 2;
    made->source = source_beside(in->source, made->from);
    made->sink = *sink;
    made->reader = coco_open(&made->source, in->bounds, &made->faults);
    annoproj_status status = made->reader ? sink->ahead_begin(sink->data, &made->faults, &made->sink.data, error)
                                          : fail_memory(error);
    if (status != ANNOPROJ_OK) {
        coco_close(made->reader);
        release(made);
        return status;
    }
    made->reader->runs_for = made;
    made->reader->shapes_only = in->shapes_only;
    made->reader->keep_members = in->keep_members;
    in->ahead = made;
    if (!worker_start(&made->thread, run, made)) {
        end(in, sink, false);
    }
    return ANNOPROJ_OK;
}

annoproj_status coco_ahead_meet(coco_reader *in, const coco_sink *sink, int64_t *passed, annoproj_error **error) {
    coco_ahead *of = in->ahead;
    *passed = 0;
    if (in->token.offset < of->from) {
        return ANNOPROJ_OK;
    }
    const int64_t begins = __atomic_load_n(&of->begins, __ATOMIC_ACQUIRE);
    if (in->token.offset < begins) {
        return ANNOPROJ_OK;
    }
    if (begins == in->token.offset && in->token.kind == JSON_OBJECT) {
        worker_join(&of->thread, NULL);
    }
    const bool taken = begins == in->token.offset && in->token.kind == JSON_OBJECT && of->sound;
    if (taken) {
        *passed = of->items;
        in->items += of->items;
        in->source->read = of->ends;
        json_jump(in->scan, of->ends, of->items);
    }
    end(in, sink, taken);
    return in->items <= COCO_MOST_ITEMS
               ? ANNOPROJ_OK
               : fail(error, ANNOPROJ_LIMIT, "%s has more than %d items", QUOTED(in->source->name), COCO_MOST_ITEMS);
}

void coco_ahead_leave(coco_reader *in, const coco_sink *sink) {
    if (in->ahead) {
        end(in, sink, false);
    }
}

int64_t coco_ahead_done(const coco_ahead *of, int64_t read) {
    if (!of) {
        return read;
    }
    return (read < of->from ? read : of->from) + __atomic_load_n(&of->done, __ATOMIC_RELAXED);
}
