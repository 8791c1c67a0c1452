/* Which labels a task has when a version is restored. */
#include "label_version_restore.h"

#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "label_copy.h"

typedef struct choosing {
    const label_version *version;
    bool others; /* the classes that the version was not made with */
    label_list *list;
} choosing;

static annoproj_status keep(void *data, const label *one, annoproj_error **error) {
    const choosing *to = data;
    return label_version_has_class(to->version, one->class) != to->others ? label_list_add(to->list, one, error)
                                                                          : ANNOPROJ_OK;
}

static int by_hash(const void *a, const void *b) {
    return strcmp((*(const label *const *)a)->hash, (*(const label *const *)b)->hash);
}

static const label **sorted(arena *memory, const label *labels, size_t count) {
    const label **order = arena_array(memory, count + 1, sizeof *order);
    for (size_t i = 0; i < count && order; i++)
        order[i] = &labels[i];
    if (order && count > 1)
        qsort(order, count, sizeof *order, by_hash);
    return order;
}

static annoproj_status compare(arena *memory, const label_list *wanted, const label *there, size_t count, bool *same,
                               annoproj_error **error) {
    *same = wanted->count == count;
    if (!*same)
        return ANNOPROJ_OK;
    const label **a = sorted(memory, wanted->labels, count), **b = sorted(memory, there, count);
    if (!a || !b)
        return fail_memory(error);
    for (size_t i = 0; i < count && *same; i++)
        *same = strcmp(a[i]->hash, b[i]->hash) == 0 && label_same(a[i], b[i]);
    return ANNOPROJ_OK;
}

annoproj_status version_wanted_labels(scope *in, const label_version *version, const version_task *task, label **labels,
                                      size_t *count, bool *same, annoproj_error **error) {
    label_list wanted = {.memory = in->memory};
    label *there = NULL;
    size_t there_count = 0;
    choosing to = {.version = version, .list = &wanted};
    annoproj_status status = version_each_label(in, task, keep, &to, error);
    to.others = true;
    if (status == ANNOPROJ_OK && version->class_count > 0)
        status = label_each(in, task->id, keep, &to, error);
    if (status == ANNOPROJ_OK)
        status = label_load_all(in, task->id, &there, &there_count, error);
    if (status == ANNOPROJ_OK)
        status = compare(in->memory, &wanted, there, there_count, same, error);
    *labels = wanted.labels;
    *count = wanted.count;
    return status;
}
