/* Counts and vectors that follow where tasks are. */
#include "task_places.h"

#include <stdlib.h>

#include "failure.h"
#include "task_count.h"
#include "task_vector.h"

typedef struct place_change {
    int64_t task, from_stage, from_assignee, to_stage, to_assignee;
    bool branch;
} place_change;

/* A branch that was submitted or closed counts nowhere. */
static bool counts_there(const place_change *one, int64_t assignee) {
    return !one->branch || assignee != NOT_QUEUED;
}

static annoproj_status write_change(command *cmd, const place_change *one, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    if (counts_there(one, one->from_assignee))
        status = task_count_add(cmd, one->from_stage, one->from_assignee, -1, error);
    if (status == ANNOPROJ_OK && counts_there(one, one->to_assignee))
        status = task_count_add(cmd, one->to_stage, one->to_assignee, 1, error);
    if (status == ANNOPROJ_OK && one->from_stage != one->to_stage)
        status = task_vector_set(cmd, PROJECT_OF(one->task), TASK_ATTRIBUTE_STAGE, NUMBER_OF(one->task), 1,
                                 (int32_t)NUMBER_OF(one->to_stage), error);
    return status;
}

annoproj_status task_place_changed(command *cmd, const task_facts *task, int64_t stage, int64_t assignee,
                                   annoproj_error **error) {
    const place_change one = {task->id, task->stage.id, task->assignee, stage, assignee, task->parent != 0};
    if (one.from_stage == one.to_stage && one.from_assignee == one.to_assignee)
        return ANNOPROJ_OK;
    if (!cmd->places_wait)
        return write_change(cmd, &one, error);
    bytes_append(&cmd->places, &one, sizeof one);
    return cmd->places.failed ? fail_memory(error) : ANNOPROJ_OK;
}

void task_places_wait(command *cmd) {
    cmd->places_wait = true;
    cmd->places.length = 0;
}

/* --- counts: one change for each stage and assignee met ------------------------------------------------------------- */

typedef struct place_count {
    int64_t stage, assignee, change;
} place_count;

static int by_place(const void *a, const void *b) {
    const place_count *x = a, *y = b;
    if (x->stage != y->stage)
        return x->stage < y->stage ? -1 : 1;
    return x->assignee < y->assignee ? -1 : x->assignee > y->assignee;
}

static annoproj_status write_counts(command *cmd, const place_change *changes, size_t count, annoproj_error **error) {
    place_count *counts = allocate(count * 2 * sizeof *counts);
    annoproj_status status = counts ? ANNOPROJ_OK : fail_memory(error);
    for (size_t i = 0; i < count && counts; i++) {
        const place_change *one = &changes[i];
        counts[2 * i] = (place_count){one->from_stage, one->from_assignee, -counts_there(one, one->from_assignee)};
        counts[2 * i + 1] = (place_count){one->to_stage, one->to_assignee, counts_there(one, one->to_assignee)};
    }
    if (counts)
        qsort(counts, count * 2, sizeof *counts, by_place);
    for (size_t i = 0, next; i < count * 2 && status == ANNOPROJ_OK; i = next) {
        int64_t change = counts[i].change;
        for (next = i + 1; next < count * 2 && by_place(&counts[i], &counts[next]) == 0; next++)
            change += counts[next].change;
        if (change != 0)
            status = task_count_add(cmd, counts[i].stage, counts[i].assignee, change, error);
    }
    release(counts);
    return status;
}

/* --- vectors: each chunk once ------------------------------------------------------------------------------------------ */

/* By task; of several changes of one, the order in which they were made. */
static int by_task(const void *a, const void *b) {
    const place_change *const *x = a, *const *y = b;
    if ((*x)->task != (*y)->task)
        return (*x)->task < (*y)->task ? -1 : 1;
    return *x < *y ? -1 : *x > *y;
}

static annoproj_status write_vectors(command *cmd, const place_change *changes, size_t count, annoproj_error **error) {
    const place_change **sorted = allocate(count * sizeof *sorted);
    task_value *values = allocate(count * sizeof *values);
    annoproj_status status = sorted && values ? ANNOPROJ_OK : fail_memory(error);
    size_t tasks = 0;
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++)
        sorted[i] = &changes[i];
    if (status == ANNOPROJ_OK)
        qsort(sorted, count, sizeof *sorted, by_task);
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++) {
        if (i + 1 < count && sorted[i + 1]->task == sorted[i]->task)
            continue; /* a later change says where it is */
        values[tasks++] = (task_value){NUMBER_OF(sorted[i]->task), (int32_t)NUMBER_OF(sorted[i]->to_stage)};
    }
    if (status == ANNOPROJ_OK)
        status = task_vector_set_each(cmd, PROJECT_OF(changes[0].task), TASK_ATTRIBUTE_STAGE, values, tasks, error);
    release(sorted);
    release(values);
    return status;
}

annoproj_status task_places_write(command *cmd, annoproj_error **error) {
    const place_change *changes = (const place_change *)(const void *)cmd->places.data;
    size_t count = cmd->places.length / sizeof *changes;
    annoproj_status status = ANNOPROJ_OK;
    cmd->places_wait = false;
    if (count > 0)
        status = write_counts(cmd, changes, count, error);
    if (status == ANNOPROJ_OK && count > 0)
        status = write_vectors(cmd, changes, count, error);
    cmd->places.length = 0;
    return status;
}
