/* Sorted runs in a spool, and their merge. */
#include "label_spool.h"

#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "varint.h"

#define RUN_BYTES   ((size_t)4 << 20)
#define RUN_LABELS  ((size_t)1 << 16)
#define CHUNK_BYTES ((size_t)32 << 10) /* labels packed into one row */

#define SCHEMA     "CREATE TABLE chunk(id INTEGER PRIMARY KEY, labels BLOB NOT NULL)"
#define SQL_CACHE  "PRAGMA cache_size = -1024" /* KiB: chunks are written once and read once */
#define SQL_INSERT "INSERT INTO chunk(labels) VALUES(?1)"
#define SQL_RUN    "SELECT labels FROM chunk WHERE id BETWEEN ?1 AND ?2 ORDER BY id"

typedef struct waiting_label {
    int64_t task;
    uint64_t content;
    double confidence;
    size_t start, length;                  /* in the run's bytes */
    size_t members_length, details_length; /* behind the geometry; 0 = none */
    int32_t class;
    uint32_t order;
} waiting_label;

struct label_spool {
    spool *file;
    bytes geometry, chunk;
    waiting_label *waiting;
    size_t waiting_count;
    bool unordered; /* a task comes behind a later one */
    int64_t *ends;  /* last chunk of each run */
    size_t run_count, run_capacity;
    int64_t chunks;
    label_spool *behind; /* NULL = none */
};

typedef struct label_run {
    statement *chunks;
    unpacker rest; /* of the present chunk */
    spooled_label label;
    label_details details; /* of it */
    bool live, taken;      /* has a label; it was handed out */
} label_run;

annoproj_status label_spool_open(store *of, label_spool **out, annoproj_error **error) {
    *out = NULL;
    label_spool *made = allocate_zeroed(1, sizeof *made);
    if (!made) {
        return fail_memory(error);
    }
    made->waiting = allocate(RUN_LABELS * sizeof *made->waiting);
    annoproj_status status = made->waiting ? spool_open(of, SCHEMA, &made->file, error) : fail_memory(error);
    if (status == ANNOPROJ_OK) {
        status = sql_run(sql(spool_database(made->file), SQL_CACHE), error);
    }
    if (status != ANNOPROJ_OK) {
        label_spool_close(made);
        return status;
    }
    *out = made;
    return ANNOPROJ_OK;
}

void label_spool_close(label_spool *of) {
    if (of) {
        label_spool_close(of->behind);
        spool_close(of->file);
        bytes_release(&of->geometry);
        bytes_release(&of->chunk);
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
    of->ends[of->run_count++] = of->chunks;
    return ANNOPROJ_OK;
}

/* What only says that a task is to be emptied has neither geometry nor details. */
static void pack(const label_spool *of, const waiting_label *at, bytes *out) {
    const size_t all = at->length + at->members_length + at->details_length;
    const uint8_t *content = all > 0 ? of->geometry.data + at->start : (const uint8_t *)"";
    bytes_varint(out, (uint64_t)at->task);
    bytes_varint(out, (uint64_t)at->class);
    bytes_append(out, &at->content, sizeof at->content);
    bytes_append(out, &at->confidence, sizeof at->confidence);
    bytes_varint(out, at->length);
    bytes_append(out, content, at->length);
    bytes_varint(out, at->members_length);
    bytes_append(out, content + at->length, at->members_length);
    bytes_varint(out, at->details_length);
    bytes_append(out, content + at->length + at->members_length, at->details_length);
}

static void pack_details(const label_details *from, bytes *out) {
    bytes_append(out, from->hash, 8);
    bytes_varint(out, (uint64_t)from->manual + 2u * from->classification);
    bytes_varint(out, (uint64_t)from->creator);
    bytes_zigzag(out, from->created_us);
    bytes_varint(out, (uint64_t)from->editor);
    bytes_zigzag(out, from->edited_us);
    bytes_varint(out, from->ranges_length);
    bytes_append(out, from->ranges, from->ranges_length);
    bytes_varint(out, from->answers_length);
    bytes_append(out, from->answers, from->answers_length);
    bytes_varint(out, from->nodes_length);
    bytes_append(out, from->nodes, from->nodes_length);
}

static void unpack_details(unpacker *from, label_details *out) {
    const uint8_t *hash = unpack_bytes(from, 8);
    const uint64_t flags = unpack_varint(from);
    *out = (label_details){.manual = flags & 1, .classification = flags & 2};
    if (hash) {
        memcpy(out->hash, hash, 8);
    }
    out->creator = (int64_t)unpack_varint(from);
    out->created_us = unpack_zigzag(from);
    out->editor = (int64_t)unpack_varint(from);
    out->edited_us = unpack_zigzag(from);
    out->ranges_length = (size_t)unpack_varint(from);
    out->ranges = unpack_bytes(from, out->ranges_length);
    out->answers_length = (size_t)unpack_varint(from);
    out->answers = unpack_bytes(from, out->answers_length);
    out->nodes_length = (size_t)unpack_varint(from);
    out->nodes = unpack_bytes(from, out->nodes_length);
}

/* False when the statement has failed; it tells at its end. */
static bool write_chunk(label_spool *of, statement *insert) {
    bind_blob(insert, of->chunk.data, of->chunk.length);
    const bool done = sql_step_run(insert);
    if (done) {
        sql_again(insert);
        of->chunks++;
        of->chunk.length = 0;
    }
    return done;
}

static annoproj_status write_run(label_spool *of, annoproj_error **error) {
    if (of->waiting_count == 0) {
        return ANNOPROJ_OK;
    }
    bool done = true;
    if (of->unordered) {
        qsort(of->waiting, of->waiting_count, sizeof *of->waiting, by_task);
    }
    statement *insert = sql(spool_database(of->file), SQL_INSERT);
    for (size_t i = 0; i < of->waiting_count && done; i++) {
        pack(of, &of->waiting[i], &of->chunk);
        if (of->chunk.length >= CHUNK_BYTES || i + 1 == of->waiting_count) {
            done = !of->chunk.failed && write_chunk(of, insert);
        }
    }
    annoproj_status status = sql_end(insert, error);
    if (status == ANNOPROJ_OK) {
        status = of->chunk.failed ? fail_memory(error) : note_run(of, error);
    }
    of->waiting_count = 0;
    of->unordered = false;
    of->geometry.length = of->chunk.length = 0;
    return status;
}

annoproj_status label_spool_add(label_spool *of, const spooled_label *label, annoproj_error **error) {
    if (of->waiting_count == RUN_LABELS ||
        (of->waiting_count > 0 && of->geometry.length + label->geometry_length + label->members_length > RUN_BYTES)) {
        annoproj_status status = write_run(of, error);
        if (status != ANNOPROJ_OK) {
            return status;
        }
    }
    of->unordered |= of->waiting_count > 0 && of->waiting[of->waiting_count - 1].task > label->task;
    waiting_label *waiting = &of->waiting[of->waiting_count];
    *waiting = (waiting_label){
        .task = label->task,
        .content = label->content,
        .confidence = label->confidence,
        .start = of->geometry.length,
        .length = label->geometry_length,
        .members_length = label->members_length,
        .class = label->class,
        .order = (uint32_t)of->waiting_count,
    };
    bytes_append(&of->geometry, label->geometry, label->geometry_length);
    if (label->members_length > 0) {
        bytes_append(&of->geometry, label->members, label->members_length);
    }
    if (label->details) {
        pack_details(label->details, &of->geometry);
        waiting->details_length = of->geometry.length - waiting->start - waiting->length - waiting->members_length;
    }
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
    bytes_release(&of->chunk);
    of->waiting = NULL;
    if (status == ANNOPROJ_OK) {
        status = spool_flush(of->file, error);
    }
    return status == ANNOPROJ_OK && of->behind ? label_spool_finish(of->behind, error) : status;
}

void label_spool_join(label_spool *of, label_spool *behind) {
    of->behind = behind;
}

/* --- reading ---------------------------------------------------------------------------------------------------- */

/* The next label of the run; not live at its end. */
static void advance(label_run *run, bool *damaged) {
    unpacker *rest = &run->rest;
    run->taken = false;
    if (rest->at == rest->end) {
        run->live = sql_row(run->chunks);
        const uint8_t *chunk = run->live ? column_blob(run->chunks, 0) : NULL;
        *rest = (unpacker){.at = chunk, .end = chunk ? chunk + column_length(run->chunks, 0) : NULL};
    }
    if (!run->live) {
        return;
    }
    spooled_label *label = &run->label;
    label->task = (int64_t)unpack_varint(rest);
    label->class = (int32_t)unpack_varint(rest);
    const uint8_t *fixed = unpack_bytes(rest, sizeof label->content + sizeof label->confidence);
    if (fixed) {
        memcpy(&label->content, fixed, sizeof label->content);
        memcpy(&label->confidence, fixed + sizeof label->content, sizeof label->confidence);
    }
    label->geometry_length = (size_t)unpack_varint(rest);
    label->geometry = unpack_bytes(rest, label->geometry_length);
    label->members_length = (size_t)unpack_varint(rest);
    label->members = unpack_bytes(rest, label->members_length);
    label->details = NULL;
    if (unpack_varint(rest) > 0) {
        unpack_details(rest, &run->details);
        label->details = &run->details;
    }
    *damaged = *damaged || rest->failed;
}

static void begin_runs(label_merge *merge, const label_spool *of) {
    int64_t first = 1;
    for (size_t i = 0; i < of->run_count; i++) {
        label_run *run = &merge->runs[merge->run_count++];
        run->chunks = sql(spool_database(of->file), SQL_RUN);
        bind_int64(run->chunks, first);
        bind_int64(run->chunks, of->ends[i]);
        run->live = run->taken = true;
        first = of->ends[i] + 1;
    }
}

annoproj_status label_merge_begin(label_merge *merge, label_spool *of, annoproj_error **error) {
    const size_t count = of->run_count + (of->behind ? of->behind->run_count : 0);
    *merge = (label_merge){.spool = of, .runs = allocate_zeroed(count + 1, sizeof *merge->runs)};
    if (!merge->runs) {
        return fail_memory(error);
    }
    for (const label_spool *each = of; each; each = each->behind) {
        begin_runs(merge, each);
    }
    return ANNOPROJ_OK;
}

/* The run with the lowest task, the earliest of several. What was handed out goes on first. */
static label_run *lowest(label_merge *merge) {
    label_run *best = NULL;
    bool damaged = false;
    for (size_t i = 0; i < merge->run_count; i++) {
        label_run *run = &merge->runs[i];
        if (run->live && run->taken) {
            advance(run, &damaged);
        }
        if (run->live && (!best || run->label.task < best->label.task)) {
            best = run;
        }
    }
    if (damaged) {
        merge->failure = ANNOPROJ_IO;
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
        *out = run->label;
        run->taken = true;
        if (!is_repeat(merge, out->task, out->content)) {
            return merge->failure == ANNOPROJ_OK;
        }
    }
    return false;
}

annoproj_status label_merge_end(label_merge *merge, annoproj_error **error) {
    annoproj_status status = merge->failure;
    if (status == ANNOPROJ_IO) {
        status = fail(error, status, "the temporary file of the import came back changed: import again");
    } else if (status != ANNOPROJ_OK) {
        status = fail_memory(error);
    }
    for (size_t i = 0; merge->runs && i < merge->run_count; i++) {
        annoproj_status ended = sql_end(merge->runs[i].chunks, status == ANNOPROJ_OK ? error : NULL);
        status = status == ANNOPROJ_OK ? ended : status;
    }
    release(merge->runs);
    key_map_release(&merge->seen);
    merge->runs = NULL;
    return status;
}
