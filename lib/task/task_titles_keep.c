/* A pattern over packed file names (task_titles.h): shared out among threads, and what came of it is kept in the cache of the
 * store, for all rows but the last, which alone changes. */
#include <string.h>

#include "failure.h"
#include "hash.h"
#include "lanes.h"
#include "pattern.h"
#include "task_titles.h"

#define TASKS_OF_PIECE ((int64_t)8192)
#define PIECES_OF_LANE 4
#define WORDS(numbers) (((size_t)(numbers) + 63) / 64)

typedef struct keeping {
    scope *in;
    const char *expression;
    task_titles_row last; /* rows before it never change */
    int64_t end;          /* its first task */
    int64_t next;         /* atomic: the next piece to take */
} keeping;

typedef struct keeping_lane {
    keeping *work;
    uint64_t *found; /* bit by task number, from 0 to before `end` */
} keeping_lane;

static annoproj_status damaged(const keeping *work, int64_t row, annoproj_error **error) {
    return task_titles_damaged(work->in->project.id, row, error);
}

/* --- going through them ------------------------------------------------------------------------------------------ */

static annoproj_status match_row(const keeping *work, const pattern *name, int64_t first, const void *data,
                                 size_t length, uint64_t *found, int64_t end, annoproj_error **error) {
    task_titles_cursor cursor;
    task_title one;
    annoproj_status status = ANNOPROJ_OK;
    task_titles_open(&cursor, first, data, length);
    while (status == ANNOPROJ_OK && task_titles_next(&cursor, &one)) {
        bool matches = false;
        if (one.task >= end)
            return damaged(work, first, error);
        status = pattern_match(name, one.text, one.length, &matches, error);
        found[one.task >> 6] |= (uint64_t)matches << (one.task & 63);
    }
    return status == ANNOPROJ_OK && cursor.failed ? damaged(work, first, error) : status;
}

static annoproj_status checksum_before(const keeping *work, database *db, int64_t first, uint64_t *out,
                                       annoproj_error **error) {
    static const char text[] = "SELECT checksum FROM task_titles WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT 1";
    statement *find = sql(db, text);
    bind_int64(find, MAKE_ID(work->in->project.id, 0));
    bind_int64(find, MAKE_ID(work->in->project.id, first));
    *out = sql_row(find) ? (uint64_t)column_int64(find, 0) : 0;
    return sql_end(find, error);
}

/* Rows whose first task is in [first, before). */
static annoproj_status match_rows(const keeping_lane *mine, database *db, const pattern *name, int64_t first,
                                  int64_t before, annoproj_error **error) {
    static const char text[] = "SELECT id, checksum, data FROM task_titles WHERE id >= ? AND id < ? ORDER BY id";
    const keeping *work = mine->work;
    uint64_t checksum = 0;
    annoproj_status status = checksum_before(work, db, first, &checksum, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *find = sql(db, text);
    bind_int64(find, MAKE_ID(work->in->project.id, first));
    bind_int64(find, MAKE_ID(work->in->project.id, before));
    while (status == ANNOPROJ_OK && sql_row(find)) {
        const int64_t row = NUMBER_OF(column_int64(find, 0));
        const void *data = column_blob(find, 2);
        const size_t length = column_length(find, 2);
        checksum = task_titles_checksum(checksum, data, length);
        status = checksum == (uint64_t)column_int64(find, 1)
                     ? match_row(work, name, row, data, length, mine->found, work->end, error)
                     : damaged(work, row, error);
    }
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

/* Takes pieces until there are none; a failure makes the other lanes stop, too. */
static annoproj_status run_lane(void *argument, database *db, annoproj_error **error) {
    keeping_lane *mine = argument;
    keeping *work = mine->work;
    pattern *name = NULL;
    annoproj_status status = pattern_compile(work->expression, &name, error);
    while (status == ANNOPROJ_OK) {
        const int64_t first = __atomic_fetch_add(&work->next, TASKS_OF_PIECE, __ATOMIC_RELAXED);
        const int64_t before = first + TASKS_OF_PIECE < work->end ? first + TASKS_OF_PIECE : work->end;
        if (first >= work->end)
            break;
        status = work->in->bounds ? bounds_check(work->in->bounds, error) : ANNOPROJ_OK;
        if (status == ANNOPROJ_OK)
            status = match_rows(mine, db, name, first, before, error);
    }
    if (status != ANNOPROJ_OK)
        __atomic_store_n(&work->next, work->end, __ATOMIC_RELAXED);
    pattern_release(name);
    return status;
}

/* All rows but the last, anew. */
static annoproj_status match_all(keeping *work, uint64_t *found, annoproj_error **error) {
    const size_t words = WORDS(work->end);
    keeping_lane lanes[LANES_MOST] = {{work, found}};
    void *list[LANES_MOST] = {&lanes[0]};
    size_t used = 1;
    const size_t worth = lanes_worth(work->in->store, (size_t)(work->end / TASKS_OF_PIECE), PIECES_OF_LANE);
    for (; used < worth; used++) {
        lanes[used] = (keeping_lane){work, arena_array(work->in->memory, words, sizeof *found)};
        list[used] = &lanes[used];
        if (!lanes[used].found)
            return fail_memory(error);
    }
    annoproj_status status = lanes_run(work->in->store, work->in->database, list, used, run_lane, error);
    for (size_t i = 1; i < used; i++)
        for (size_t word = 0; word < words; word++)
            found[word] |= lanes[i].found[word];
    return status;
}

/* --- what is kept ------------------------------------------------------------------------------------------------ */

/* Two independent fingerprints of the expression, and what the rows are. Ids below 0 are nobody else's. */
static blob_key key_of(const keeping *work) {
    const size_t length = strlen(work->expression);
    const uint64_t project = (uint64_t)work->in->project.id;
    return (blob_key){
        .id = (int64_t)(hash64_with(work->expression, length, project) | (uint64_t)1 << 63),
        .checksum = hash64_join(hash64_with(work->expression, length, ~work->last.before), work->last.before),
        .length = WORDS(work->end) * sizeof(uint64_t)};
}

/* Names before the last row: as they were found before, or anew. */
static annoproj_status match_before_last(keeping *work, uint64_t *found, annoproj_error **error) {
    blob_cache *cache = work->in->store ? store_cache(work->in->store) : NULL;
    if (!cache)
        return match_all(work, found, error);
    const blob_key key = key_of(work);
    const uint64_t pass = blob_cache_pass(cache);
    const void *kept = blob_cache_take(cache, &key, pass);
    if (kept) {
        memcpy(found, kept, key.length);
        blob_cache_give_back(cache, kept);
        return ANNOPROJ_OK;
    }
    annoproj_status status = match_all(work, found, error);
    void *room = status == ANNOPROJ_OK ? blob_cache_room(cache, &key, pass, true) : NULL;
    if (room) {
        memcpy(room, found, key.length);
        blob_cache_show(cache, room);
        blob_cache_give_back(cache, room);
    }
    return status;
}

static annoproj_status match_last(const keeping *work, uint64_t *found, int64_t limit, annoproj_error **error) {
    pattern *name = NULL;
    annoproj_status status = pattern_compile(work->expression, &name, error);
    if (status == ANNOPROJ_OK)
        status = match_row(work, name, work->end, work->last.data, work->last.length, found, limit, error);
    pattern_release(name);
    return status;
}

annoproj_status task_titles_keep(scope *in, const char *expression, number_set *tasks, annoproj_error **error) {
    keeping work = {.in = in, .expression = expression};
    const size_t words = WORDS(tasks->limit);
    uint64_t *found = arena_array(in->memory, words, sizeof *found);
    annoproj_status status = found ? task_titles_last(in, in->project.id, &work.last, error) : fail_memory(error);
    work.end = work.last.first;
    if (status == ANNOPROJ_OK && work.end >= tasks->limit)
        status = damaged(&work, work.end, error);
    if (status == ANNOPROJ_OK && work.end > 0)
        status = match_before_last(&work, found, error);
    if (status == ANNOPROJ_OK && work.end > 0)
        status = match_last(&work, found, tasks->limit, error);
    for (size_t i = 0; i < words && status == ANNOPROJ_OK; i++)
        tasks->words[i] &= found[i];
    return status;
}
