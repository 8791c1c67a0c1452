/* Pages whose tasks are rare: all that may suit are read, and the first ones kept. Which may: what users have, by the index of the
 * queue; what has a certain title, by the index of titles; those of data units, by theirs; everything else by the task vectors, in order of their numbers, where a chunk of
 * 2,000 tasks without any costs two short reads. */
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "number_set.h"
#include "task_list.h"
#include "task_vector.h"

/* --- the first of an order -------------------------------------------------------------------------------------------- */

annoproj_status best_tasks_open(const task_filter *filter, const task_order *order, size_t room, best_tasks *best,
                                annoproj_error **error) {
    *best = (best_tasks){.filter = filter, .order = order, .room = room};
    best->list = arena_array(filter->in->memory, room, sizeof *best->list);
    return best->list ? ANNOPROJ_OK : fail_memory(error);
}

void best_tasks_close(best_tasks *best) {
    for (size_t i = 0; i < best->room && best->list; i++)
        bytes_release(&best->list[i].title);
}

static void sink(best_tasks *best, size_t at) {
    for (;;) {
        size_t last = at, left = 2 * at + 1, right = left + 1;
        if (left < best->count && task_place_before(best->order, &best->list[last].place, &best->list[left].place))
            last = left;
        if (right < best->count && task_place_before(best->order, &best->list[last].place, &best->list[right].place))
            last = right;
        if (last == at)
            return;
        best_task moved = best->list[at];
        best->list[at] = best->list[last];
        best->list[last] = moved;
        at = last;
    }
}

static void rise(best_tasks *best, size_t at) {
    while (at > 0) {
        size_t above = (at - 1) / 2;
        if (!task_place_before(best->order, &best->list[above].place, &best->list[at].place))
            return;
        best_task moved = best->list[at];
        best->list[at] = best->list[above];
        best->list[above] = moved;
        at = above;
    }
}

static annoproj_status keep(best_tasks *best, const task_place *place, annoproj_error **error) {
    const bool full = best->count == best->room;
    best_task *one = &best->list[full ? 0 : best->count];
    one->place = *place;
    if (best->order->sort == ANNOPROJ_TASK_SORT_TITLE) {
        one->title.length = 0;
        bytes_append(&one->title, place->title, strlen(place->title) + 1);
        if (one->title.failed)
            return fail_memory(error);
        one->place.title = (const char *)one->title.data;
    } else {
        one->place.title = "";
    }
    if (full)
        sink(best, 0);
    else
        rise(best, best->count++);
    return ANNOPROJ_OK;
}

void best_tasks_sort(best_tasks *best) {
    const size_t count = best->count;
    while (best->count > 1) {
        best_task last = best->list[0];
        best->list[0] = best->list[--best->count];
        best->list[best->count] = last;
        sink(best, 0);
    }
    best->count = count;
}

void best_tasks_unsort(best_tasks *best) {
    for (size_t i = 0; i < best->count / 2; i++) { /* from the last to the first they are a heap */
        best_task moved = best->list[i];
        best->list[i] = best->list[best->count - 1 - i];
        best->list[best->count - 1 - i] = moved;
    }
}

/* A task of a stage that is listed. */
static annoproj_status offer(best_tasks *best, const listed_task *task, annoproj_error **error) {
    const task_place place = task_place_of(best->order, task);
    bool passes = false;
    if (!task_place_before(best->order, &best->order->after, &place) && !best->order->from_start)
        return ANNOPROJ_OK;
    if (best->count == best->room && !task_place_before(best->order, &place, &best->list[0].place))
        return ANNOPROJ_OK;
    annoproj_status status = task_filter_passes(best->filter, task, &passes, error);
    return status == ANNOPROJ_OK && passes ? keep(best, &place, error) : status;
}

/* --- by assignee ------------------------------------------------------------------------------------------------------ */

annoproj_status gather_assigned(best_tasks *best, int64_t stage, int64_t user, annoproj_error **error) {
    static const char text[] = LISTED_COLUMNS "INDEXED BY task_queue WHERE stage = ? AND assignee = ?";
    const scope *in = best->filter->in;
    annoproj_status status = ANNOPROJ_OK;
    statement *find = sql(in->database, text);
    bind_int64(find, stage);
    bind_int64(find, user);
    for (int64_t i = 1; status == ANNOPROJ_OK && sql_row(find); i++) {
        listed_task task;
        listed_task_read(find, &task);
        status = offer(best, &task, error);
        if (status == ANNOPROJ_OK && i % 1024 == 0)
            status = bounds_check(in->bounds, error);
    }
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

/* --- by title --------------------------------------------------------------------------------------------------------- */

static annoproj_status offer_one(best_tasks *best, int64_t id, annoproj_error **error) {
    static const char text[] = LISTED_COLUMNS "WHERE id = ?";
    annoproj_status status = ANNOPROJ_OK;
    statement *find = sql(best->filter->in->database, text);
    bind_int64(find, id);
    if (sql_row(find)) {
        listed_task task;
        listed_task_read(find, &task);
        status = offer(best, &task, error);
    }
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

annoproj_status gather_titles(best_tasks *best, int64_t stage, annoproj_error **error) {
    static const char text[] = "SELECT id, title FROM task INDEXED BY task_title WHERE stage = ?";
    const scope *in = best->filter->in;
    annoproj_status status = ANNOPROJ_OK;
    statement *find = sql(in->database, text);
    bind_int64(find, stage);
    for (int64_t i = 1; status == ANNOPROJ_OK && sql_row(find); i++) {
        bool passes = false;
        status = task_filter_title(best->filter, column_text(find, 1), column_length(find, 1), &passes, error);
        if (status == ANNOPROJ_OK && passes)
            status = offer_one(best, column_int64(find, 0), error);
        if (status == ANNOPROJ_OK && i % 1024 == 0)
            status = bounds_check(in->bounds, error);
    }
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

/* --- by data unit ----------------------------------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b) {
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* Each once, though it may be asked for twice. */
static annoproj_status sort_units(const task_filter *filter, int64_t **units, size_t *count, annoproj_error **error) {
    const annoproj_task_list_options *options = filter->options;
    int64_t *list = arena_array(filter->in->memory, options->data_unit_count, sizeof *list);
    if (!list)
        return fail_memory(error);
    memcpy(list, options->data_units, options->data_unit_count * sizeof *list);
    qsort(list, options->data_unit_count, sizeof *list, by_number);
    *count = 0;
    for (size_t i = 0; i < options->data_unit_count; i++)
        if (i == 0 || list[i] != list[i - 1])
            list[(*count)++] = list[i];
    *units = list;
    return ANNOPROJ_OK;
}

/* The task of a data unit in this project, and its branches. */
static annoproj_status gather_data_unit(best_tasks *best, const uint8_t *stages, int64_t unit, annoproj_error **error) {
    static const char text[] = LISTED_COLUMNS
        "INDEXED BY task_data_unit WHERE data_unit = ? AND id >= ? AND id < ? AND stage <> 0";
    const scope *in = best->filter->in;
    annoproj_status status = ANNOPROJ_OK;
    statement *find = sql(in->database, text);
    bind_int64(find, unit);
    bind_int64(find, MAKE_ID(in->project.id, 0));
    bind_int64(find, MAKE_ID(in->project.id + 1, 0));
    while (status == ANNOPROJ_OK && sql_row(find)) {
        listed_task task;
        listed_task_read(find, &task);
        const uint8_t which = stages[NUMBER_OF(task.stage)];
        if (which == GATHER_ALL || (which == GATHER_OWN && (task.assignee == in->user || task.assignee == NOT_QUEUED)))
            status = offer(best, &task, error);
    }
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

annoproj_status gather_data_units(best_tasks *best, const uint8_t *stages, annoproj_error **error) {
    int64_t *units = NULL;
    size_t count = 0;
    annoproj_status status = sort_units(best->filter, &units, &count, error);
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++) {
        status = gather_data_unit(best, stages, units[i], error);
        if (status == ANNOPROJ_OK && i % 1024 == 0)
            status = bounds_check(best->filter->in->bounds, error);
    }
    return status;
}

/* --- by chunks of the task vectors ------------------------------------------------------------------------------------ */

typedef struct sweep {
    best_tasks *best;
    const uint8_t *stages;
    number_set datasets; /* their numbers in the project, when datasets are asked for */
    bool by_dataset;
    uint8_t wanted[TASK_VECTOR_CHUNK];
    int64_t first, last, count; /* wanted tasks of the chunk, by place in it */
} sweep;

static annoproj_status read_datasets(sweep *run, annoproj_error **error) {
    static const char text[] = "SELECT number FROM project_dataset WHERE project = ? AND dataset = ?";
    const task_filter *filter = run->best->filter;
    const annoproj_task_list_options *options = filter->options;
    annoproj_status status = ANNOPROJ_OK;
    run->by_dataset = options->dataset_count > 0;
    if (!run->by_dataset)
        return ANNOPROJ_OK;
    if (!number_set_make(&run->datasets, filter->in->memory, UINT16_MAX))
        return fail_memory(error);
    for (size_t i = 0; i < options->dataset_count && status == ANNOPROJ_OK; i++) {
        statement *find = sql(filter->in->database, text);
        bind_int64(find, filter->in->project.id);
        bind_int64(find, options->datasets[i]);
        if (sql_row(find) && (uint64_t)column_int64(find, 0) <= UINT16_MAX)
            number_set_add(&run->datasets, column_int64(find, 0));
        status = sql_end(find, error);
    }
    return status;
}

static int64_t vector_length(statement *row, int column) {
    const size_t length = column_length(row, column) / 2;
    return length < TASK_VECTOR_CHUNK ? (int64_t)length : TASK_VECTOR_CHUNK;
}

static uint16_t vector_value(const uint8_t *data, int64_t i) {
    return (uint16_t)(data[2 * i] | data[2 * i + 1] << 8);
}

static void pick_stages(sweep *run, const uint8_t *data, int64_t length) {
    memset(run->wanted, 0, sizeof run->wanted);
    for (int64_t i = 0; i < length; i++)
        run->wanted[i] = run->stages[vector_value(data, i)];
}

static annoproj_status pick_datasets(sweep *run, int64_t chunk, annoproj_error **error) {
    static const char text[] = "SELECT data FROM task_vector WHERE id = ?";
    const scope *in = run->best->filter->in;
    statement *find = sql(in->database, text);
    bind_int64(find, TASK_VECTOR_ID(in->project.id, TASK_ATTRIBUTE_DATASET, chunk));
    const bool found = sql_row(find);
    const uint8_t *data = found ? column_blob(find, 0) : NULL;
    const int64_t length = found ? vector_length(find, 0) : 0;
    for (int64_t i = 0; i < TASK_VECTOR_CHUNK; i++)
        run->wanted[i] &= i < length && number_set_has(&run->datasets, vector_value(data, i));
    return sql_end(find, error);
}

static void count_wanted(sweep *run) {
    run->count = 0;
    for (int64_t i = 0; i < TASK_VECTOR_CHUNK; i++) {
        if (!run->wanted[i])
            continue;
        if (run->count++ == 0)
            run->first = i;
        run->last = i;
    }
}

/* Offers the tasks in [first, last] that are wanted. */
static annoproj_status offer_range(sweep *run, int64_t chunk, int64_t first, int64_t last, annoproj_error **error) {
    static const char text[] = LISTED_COLUMNS "WHERE id BETWEEN ? AND ?";
    const scope *in = run->best->filter->in;
    const int64_t base = MAKE_ID(in->project.id, chunk * TASK_VECTOR_CHUNK);
    annoproj_status status = ANNOPROJ_OK;
    statement *find = sql(in->database, text);
    bind_int64(find, base + first);
    bind_int64(find, base + last);
    while (status == ANNOPROJ_OK && sql_row(find)) {
        listed_task task;
        if (!run->wanted[column_int64(find, 0) - base])
            continue;
        listed_task_read(find, &task);
        status = offer(run->best, &task, error);
    }
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

/* All in one range, or each by itself when they are few. */
static annoproj_status offer_wanted(sweep *run, int64_t chunk, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    if (run->count == 0 || run->count * 4 >= run->last - run->first)
        return run->count == 0 ? ANNOPROJ_OK : offer_range(run, chunk, run->first, run->last, error);
    for (int64_t i = run->first; i <= run->last && status == ANNOPROJ_OK; i++)
        if (run->wanted[i])
            status = offer_range(run, chunk, i, i, error);
    return status;
}

annoproj_status gather_stages(best_tasks *best, const uint8_t *stages, annoproj_error **error) {
    static const char text[] = "SELECT id, data FROM task_vector WHERE id BETWEEN ? AND ? ORDER BY id";
    const scope *in = best->filter->in;
    sweep run = {.best = best, .stages = stages};
    annoproj_status status = read_datasets(&run, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *chunks = sql(in->database, text);
    bind_int64(chunks, TASK_VECTOR_ID(in->project.id, TASK_ATTRIBUTE_STAGE, 0));
    bind_int64(chunks, TASK_VECTOR_ID(in->project.id, TASK_ATTRIBUTE_STAGE, TASK_VECTOR_CHUNK_MASK));
    while (status == ANNOPROJ_OK && sql_row(chunks)) {
        const int64_t chunk = column_int64(chunks, 0) & TASK_VECTOR_CHUNK_MASK;
        pick_stages(&run, column_blob(chunks, 1), vector_length(chunks, 1));
        if (run.by_dataset)
            status = pick_datasets(&run, chunk, error);
        count_wanted(&run);
        if (status == ANNOPROJ_OK)
            status = offer_wanted(&run, chunk, error);
        if (status == ANNOPROJ_OK)
            status = bounds_check(in->bounds, error);
    }
    annoproj_status ended = sql_end(chunks, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}
