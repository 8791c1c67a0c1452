/* Tasks and their datasets, block by block (task_rows.h). */
#include "task_rows.h"

#include "failure.h"
#include "lanes.h"
#include "relay.h"
#include "row_walk.h"
#include "varint.h"

#define TASKS_OF_BLOCK 512
#define TASKS_OF_TWO   4000 /* fewer are not worth a thread */

/* A row whose texts stand in the block. */
typedef struct packed_row {
    int64_t id, dataset;
    size_t title, dataset_title;
    int32_t data_type;
} packed_row;

typedef struct task_block {
    packed_row rows[TASKS_OF_BLOCK];
    size_t count;
    bytes texts;
    int64_t dataset;      /* the last one that was put into this block, */
    size_t dataset_title; /* and where its title stands */
} task_block;

typedef struct task_reading {
    const task_rows *ask;
    row_walk tasks;
    int64_t dataset; /* whose title this is; 0 = none yet */
    bytes title;
    task_block *blocks; /* RELAY_BLOCKS of them */
} task_reading;

/* --- reading ---- */

static size_t put_text(bytes *texts, const void *more, size_t length) {
    const size_t at = texts->length;
    bytes_append(texts, more, length);
    bytes_append(texts, "", 1);
    return at;
}

/* Tasks of a dataset mostly stand together. */
static annoproj_status read_dataset(task_reading *made, int64_t dataset, annoproj_error **error) {
    static const char find_text[] = "SELECT title FROM dataset WHERE id = ?";
    bool found = false;
    if (dataset == made->dataset) {
        return ANNOPROJ_OK;
    }
    statement *find = sql(made->ask->in->database, find_text);
    bind_int64(find, dataset);
    made->title.length = 0;
    if (sql_row(find)) {
        put_text(&made->title, column_text(find, 0), column_length(find, 0));
        found = true;
    }
    made->dataset = dataset;
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && !found) {
        return fail(error, ANNOPROJ_CORRUPT, "dataset %lld is missing, which has tasks; restore a backup of the store",
                    (long long)dataset);
    }
    return status == ANNOPROJ_OK && made->title.failed ? fail_memory(error) : status;
}

static annoproj_status read_row(task_reading *made, task_block *to, annoproj_error **error) {
    statement *row = made->tasks.rows;
    const int64_t dataset = column_int64(row, 3);
    annoproj_status status = read_dataset(made, dataset, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    if (to->count == 0 || to->dataset != dataset) {
        to->dataset = dataset;
        to->dataset_title = put_text(&to->texts, made->title.data, made->title.length - 1);
    }
    to->rows[to->count++] = (packed_row){.id = column_int64(row, 0),
                                         .dataset = dataset,
                                         .title = put_text(&to->texts, column_text(row, 1), column_length(row, 1)),
                                         .dataset_title = to->dataset_title,
                                         .data_type = (int32_t)column_int64(row, 2)};
    return to->texts.failed ? fail_memory(error) : ANNOPROJ_OK;
}

/* The next tasks that are wanted, from *at on. */
static annoproj_status fill_block(task_reading *made, task_block *to, int64_t *at, annoproj_error **error) {
    const task_rows *ask = made->ask;
    const bounds *limits = ask->in->bounds;
    annoproj_status status = limits == NULL ? ANNOPROJ_OK : bounds_check(limits, error);
    to->count = 0;
    to->texts.length = 0;
    for (; *at < ask->end && to->count < TASKS_OF_BLOCK && status == ANNOPROJ_OK; ++*at) {
        if (ask->wanted(ask->data, *at) && row_walk_to(&made->tasks, MAKE_ID(ask->in->project.id, *at))) {
            status = read_row(made, to, error);
        }
    }
    return status;
}

static annoproj_status read_tasks(void *data, relay *to, annoproj_error **error) {
    task_reading *made = data;
    annoproj_status status = ANNOPROJ_OK;
    for (int64_t at = made->ask->first; at < made->ask->end && status == ANNOPROJ_OK;) {
        status = fill_block(made, &made->blocks[relay_room(to)], &at, error);
        if (status == ANNOPROJ_OK) {
            relay_hand_on(to);
        }
    }
    annoproj_status ended = row_walk_end(&made->tasks, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

/* --- taking ---- */

static annoproj_status take_block(void *data, size_t number, annoproj_error **error) {
    const task_reading *made = data;
    const task_block *block = &made->blocks[number];
    const char *texts = (const char *)block->texts.data;
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < block->count && status == ANNOPROJ_OK; i++) {
        const packed_row *from = &block->rows[i];
        const task_row row = {.id = from->id,
                              .dataset = from->dataset,
                              .data_type = from->data_type,
                              .title = texts + from->title,
                              .dataset_title = texts + from->dataset_title};
        status = made->ask->take(made->ask->data, &row, error);
    }
    return status;
}

annoproj_status task_rows_run(const task_rows *ask, annoproj_error **error) {
    static const char find_text[] = "SELECT id, title, data_type, data_unit >> 32 FROM task WHERE id >= ? AND id < ?"
                                    " ORDER BY id";
    task_reading made = {
        .ask = ask,
        .tasks = {.database = ask->in->database, .text = find_text, .end = MAKE_ID(ask->in->project.id, ask->end)}};
    made.blocks = allocate_zeroed(RELAY_BLOCKS, sizeof *made.blocks);
    if (made.blocks == NULL) {
        return fail_memory(error);
    }
    const bool two = lanes_worth(ask->in->store, (size_t)(ask->end - ask->first), TASKS_OF_TWO) > 1;
    annoproj_status status = relay_run(two, read_tasks, take_block, &made, error);
    for (size_t i = 0; i < RELAY_BLOCKS; i++) {
        bytes_release(&made.blocks[i].texts);
    }
    release(made.blocks);
    bytes_release(&made.title);
    return status;
}
