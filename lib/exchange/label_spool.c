/* Sorted runs in a spool, and their merge. */
#include "label_spool.h"

#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "varint.h"

#define RUN_BYTES  ((size_t)12 << 20)
#define RUN_LABELS ((size_t)1 << 17)

#define SCHEMA                                                                                                         \
    "CREATE TABLE label(id INTEGER PRIMARY KEY, task INTEGER NOT NULL, class INTEGER NOT NULL, content INTEGER NOT "   \
    "NULL,"                                                                                                            \
    " confidence REAL NOT NULL, geometry BLOB NOT NULL)"
#define SQL_INSERT "INSERT INTO label(task, class, content, confidence, geometry) VALUES(?1, ?2, ?3, ?4, ?5)"
#define SQL_RUN    "SELECT task, class, content, confidence, geometry FROM label WHERE id BETWEEN ?1 AND ?2 ORDER BY id"

typedef struct waiting_label {
    int64_t task;
    uint64_t content;
    double confidence;
    size_t start, length; /* in the run's bytes */
    int32_t class;
    uint32_t order;
} waiting_label;

struct label_spool {
    spool *file;
    bytes geometry;
    waiting_label *waiting;
    size_t waiting_count;
    int64_t *ends; /* last row of each run */
    size_t run_count, run_capacity;
    int64_t rows;
};

typedef struct label_run {
    statement *rows;
    int64_t task;
    bool live;
} label_run;

annoproj_status label_spool_open(store *of, label_spool **out, annoproj_error **error) {
    *out = NULL;
    label_spool *made = allocate_zeroed(1, sizeof *made);
    if (!made) {
        return fail_memory(error);
    }
    made->waiting = allocate(RUN_LABELS * sizeof *made->waiting);
    annoproj_status status = made->waiting ? spool_open(of, SCHEMA, &made->file, error) : fail_memory(error);
    if (status != ANNOPROJ_OK) {
        label_spool_close(made);
        return status;
    }
    *out = made;
    return ANNOPROJ_OK;
}

void label_spool_close(label_spool *of) {
    if (of) {
        spool_close(of->file);
        bytes_release(&of->geometry);
        release(of->waiting);
        release(of->ends);
        release(of);
    }
}

static int by_task(const void *left, const void *right) {
    const waiting_label *a = left, *b = right;
    if (a->task != b->task) {
        return a->task < b->task ? -1 : 1;
    }
    return (a->order > b->order) - (a->order < b->order);
}

static annoproj_status note_run(label_spool *of, annoproj_error **error) {
    if (of->run_count == of->run_capacity) {
        size_t capacity = of->run_capacity ? of->run_capacity * 2 : 16;
        int64_t *ends = reallocate(of->ends, capacity * sizeof *ends);
        if (!ends) {
            return fail_memory(error);
        }
        of->ends = ends;
        of->run_capacity = capacity;
    }
    of->rows += (int64_t)of->waiting_count;
    of->ends[of->run_count++] = of->rows;
    return ANNOPROJ_OK;
}

static annoproj_status write_run(label_spool *of, annoproj_error **error) {
    if (of->waiting_count == 0) {
        return ANNOPROJ_OK;
    }
    qsort(of->waiting, of->waiting_count, sizeof *of->waiting, by_task);
    statement *insert = sql(spool_database(of->file), SQL_INSERT);
    for (size_t i = 0; i < of->waiting_count; i++) {
        const waiting_label *at = &of->waiting[i];
        bind_int64(insert, at->task);
        bind_int64(insert, at->class);
        bind_int64(insert, (int64_t)at->content);
        bind_double(insert, at->confidence);
        bind_blob(insert, of->geometry.data + at->start, at->length);
        if (!sql_step_run(insert)) {
            break;
        }
        sql_again(insert);
    }
    annoproj_status status = sql_end(insert, error);
    if (status == ANNOPROJ_OK) {
        status = note_run(of, error);
    }
    of->waiting_count = 0;
    of->geometry.length = 0;
    return status;
}

annoproj_status label_spool_add(label_spool *of, const spooled_label *label, annoproj_error **error) {
    if (of->waiting_count == RUN_LABELS ||
        (of->waiting_count > 0 && of->geometry.length + label->geometry_length > RUN_BYTES)) {
        annoproj_status status = write_run(of, error);
        if (status != ANNOPROJ_OK) {
            return status;
        }
    }
    of->waiting[of->waiting_count] = (waiting_label){
        .task = label->task,
        .content = label->content,
        .confidence = label->confidence,
        .start = of->geometry.length,
        .length = label->geometry_length,
        .class = label->class,
        .order = (uint32_t)of->waiting_count,
    };
    bytes_append(&of->geometry, label->geometry, label->geometry_length);
    if (of->geometry.failed) {
        return fail_memory(error);
    }
    of->waiting_count++;
    return ANNOPROJ_OK;
}

annoproj_status label_spool_finish(label_spool *of, annoproj_error **error) {
    annoproj_status status = write_run(of, error);
    release(of->waiting);
    bytes_release(&of->geometry);
    of->waiting = NULL;
    return status == ANNOPROJ_OK ? spool_flush(of->file, error) : status;
}

/* --- reading ---------------------------------------------------------------------------------------------------- */

static void advance(label_run *run) {
    run->live = sql_row(run->rows);
    run->task = run->live ? column_int64(run->rows, 0) : INT64_MAX;
}

annoproj_status label_merge_begin(label_merge *merge, label_spool *of, annoproj_error **error) {
    *merge = (label_merge){.spool = of, .runs = allocate_zeroed(of->run_count + 1, sizeof *merge->runs)};
    if (!merge->runs) {
        return fail_memory(error);
    }
    int64_t first = 1;
    for (size_t i = 0; i < of->run_count; i++) {
        merge->runs[i].rows = sql(spool_database(of->file), SQL_RUN);
        bind_int64(merge->runs[i].rows, first);
        bind_int64(merge->runs[i].rows, of->ends[i]);
        first = of->ends[i] + 1;
        merge->runs[i].task = INT64_MIN; /* not begun */
        merge->runs[i].live = true;
    }
    return ANNOPROJ_OK;
}

/* The run with the lowest task, the earliest of several. A run that was handed out, or has not begun, goes on first. */
static label_run *lowest(label_merge *merge) {
    label_run *best = NULL;
    for (size_t i = 0; i < merge->spool->run_count; i++) {
        label_run *run = &merge->runs[i];
        if (run->live && run->task == INT64_MIN) {
            advance(run);
        }
        if (run->live && (!best || run->task < best->task)) {
            best = run;
        }
    }
    return best;
}

/* Whether the task has a label with that content already. */
static bool is_repeat(label_merge *merge, int64_t task, uint64_t content) {
    if (merge->task != task) {
        key_map_clear(&merge->seen);
        merge->task = task;
    }
    if (key_map_find(&merge->seen, (int64_t)content) != KEY_MAP_NONE) {
        merge->repeated++;
        return true;
    }
    if (!key_map_add(&merge->seen, (int64_t)content, 0)) {
        merge->failure = ANNOPROJ_NO_MEMORY;
    }
    return false;
}

bool label_merge_next(label_merge *merge, spooled_label *out) {
    for (label_run *run = lowest(merge); run && merge->failure == ANNOPROJ_OK; run = lowest(merge)) {
        *out = (spooled_label){
            .task = run->task,
            .class = (int32_t)column_int64(run->rows, 1),
            .content = (uint64_t)column_int64(run->rows, 2),
            .confidence = column_double(run->rows, 3),
            .geometry = column_blob(run->rows, 4),
            .geometry_length = column_length(run->rows, 4),
        };
        run->task = INT64_MIN;
        if (!is_repeat(merge, out->task, out->content)) {
            return merge->failure == ANNOPROJ_OK;
        }
    }
    return false;
}

annoproj_status label_merge_end(label_merge *merge, annoproj_error **error) {
    annoproj_status status = merge->failure == ANNOPROJ_OK ? ANNOPROJ_OK : fail_memory(error);
    for (size_t i = 0; merge->runs && i < merge->spool->run_count; i++) {
        annoproj_status ended = sql_end(merge->runs[i].rows, status == ANNOPROJ_OK ? error : NULL);
        status = status == ANNOPROJ_OK ? ended : status;
    }
    release(merge->runs);
    key_map_release(&merge->seen);
    merge->runs = NULL;
    return status;
}
