/* Which tasks a query is about: by dataset, by the stage they are in now, by file name. */
#include <string.h>

#include "failure.h"
#include "query.h"
#include "task_titles.h"
#include "task_vector.h"

#define VALUES 65536 /* of a task vector */

typedef struct selection {
    scope *in;
    const query *asked;
    number_set *tasks;
    uint8_t *wanted; /* values of a vector */
} selection;

/* --- by the task vectors ---- */

static void keep_chunk(selection *made, int64_t chunk, const uint8_t *data, size_t length) {
    const int64_t first = chunk * TASK_VECTOR_CHUNK, left = made->tasks->limit - first;
    uint64_t *words = made->tasks->words;
    for (int64_t i = 0; i < TASK_VECTOR_CHUNK && i < left; i++) {
        const bool known = 2 * (size_t)i + 1 < length;
        const uint64_t wanted = known ? made->wanted[data[2 * i] | data[2 * i + 1] << 8] : 0;
        words[(first + i) >> 6] &= ~((wanted ^ 1) << ((first + i) & 63));
    }
}

/* Leaves the tasks whose value is wanted. A task always has a chunk. */
static annoproj_status keep_values(selection *made, int32_t attribute, annoproj_error **error) {
    static const char find_text[] = "SELECT id, data FROM task_vector WHERE id BETWEEN ? AND ?";
    statement *find = sql(made->in->database, find_text);
    bind_int64(find, TASK_VECTOR_ID(made->in->project.id, attribute, 0));
    bind_int64(find, TASK_VECTOR_ID(made->in->project.id, attribute, TASK_VECTOR_CHUNK_MASK));
    while (sql_row(find)) {
        keep_chunk(made, column_int64(find, 0) & TASK_VECTOR_CHUNK_MASK, column_blob(find, 1), column_length(find, 1));
    }
    return sql_end(find, error);
}

static annoproj_status keep_datasets(selection *made, annoproj_error **error) {
    static const char find_text[] = "SELECT number FROM project_dataset WHERE project = ? AND dataset = ?";
    annoproj_status status = ANNOPROJ_OK;
    memset(made->wanted, 0, VALUES);
    for (size_t i = 0; i < made->asked->dataset_count && status == ANNOPROJ_OK; i++) {
        statement *find = sql(made->in->database, find_text);
        bind_int64(find, made->in->project.id);
        bind_int64(find, made->asked->datasets[i]);
        while (sql_row(find)) {
            made->wanted[column_int64(find, 0) & (VALUES - 1)] = 1;
        }
        status = sql_end(find, error);
    }
    return status == ANNOPROJ_OK ? keep_values(made, TASK_ATTRIBUTE_DATASET, error) : status;
}

static annoproj_status keep_stages(selection *made, annoproj_error **error) {
    memset(made->wanted, 0, VALUES);
    for (size_t i = 0; i < made->asked->task_stage_count; i++) {
        made->wanted[NUMBER_OF(made->asked->task_stages[i]) & (VALUES - 1)] = 1;
    }
    return keep_values(made, TASK_ATTRIBUTE_STAGE, error);
}

/* A branch is where its task is, also when it is closed. */
static annoproj_status follow_parents(selection *made, annoproj_error **error) {
    static const char find_text[] = "SELECT id, parent FROM task WHERE parent BETWEEN ? AND ? AND parent <> 0";
    statement *find = sql(made->in->database, find_text);
    bind_int64(find, MAKE_ID(made->in->project.id, 0));
    bind_int64(find, MAKE_ID(made->in->project.id, UINT32_MAX));
    while (sql_row(find)) {
        const int64_t branch = NUMBER_OF(column_int64(find, 0));
        if (number_set_has(made->tasks, NUMBER_OF(column_int64(find, 1)))) {
            number_set_add(made->tasks, branch);
        } else {
            number_set_remove(made->tasks, branch);
        }
    }
    return sql_end(find, error);
}

/* --- all of it ---- */

annoproj_status report_last_task(scope *in, int64_t *last, annoproj_error **error) {
    static const char find_text[] = "SELECT last_task FROM project_counter WHERE project = ?";
    statement *find = sql(in->database, find_text);
    bind_int64(find, in->project.id);
    *last = sql_row(find) ? column_int64(find, 0) : 0;
    return sql_end(find, error);
}

static annoproj_status begin_with_all(selection *made, annoproj_error **error) {
    int64_t last = 0;
    annoproj_status status = report_last_task(made->in, &last, error);
    made->tasks = arena_allocate(made->in->memory, sizeof *made->tasks);
    made->wanted = arena_allocate(made->in->memory, VALUES);
    if (status == ANNOPROJ_OK &&
        (made->tasks == NULL || made->wanted == NULL || !number_set_make(made->tasks, made->in->memory, last))) {
        status = fail_memory(error);
    }
    if (status == ANNOPROJ_OK) {
        number_set_add_all(made->tasks, 1, last);
    }
    return status;
}

annoproj_status report_tasks(scope *in, const query *asked, const number_set **out, annoproj_error **error) {
    selection made = {.in = in, .asked = asked};
    *out = NULL;
    if (asked->dataset_count == 0 && asked->task_stage_count == 0 && asked->file_name == NULL) {
        return ANNOPROJ_OK;
    }
    annoproj_status status = begin_with_all(&made, error);
    if (status == ANNOPROJ_OK && asked->dataset_count > 0) {
        status = keep_datasets(&made, error);
    }
    if (status == ANNOPROJ_OK && asked->task_stage_count > 0) {
        status = keep_stages(&made, error);
    }
    if (status == ANNOPROJ_OK && asked->file_name != NULL) {
        status = task_titles_keep(in, asked->file_name, made.tasks, error);
    }
    if (status == ANNOPROJ_OK) {
        status = follow_parents(&made, error);
    }
    *out = made.tasks;
    return status;
}
