/* Public function: how far the branches of a task agree. */
#include <math.h>

#include "agreement.h"
#include "branch.h"
#include "failure.h"
#include "handle_call.h"
#include "options.h"
#include "rows.h"

#define USUAL_OVERLAP        0.5
#define USUAL_DISTANCE       0.01
#define USUAL_SCENE_DISTANCE 0.1

typedef struct agreement_call {
    annoproj_agreement_options options;
    annoproj_table *table;
} agreement_call;

void annoproj_agreement_options_init(annoproj_agreement_options *options) {
    if (options)
        *options = (annoproj_agreement_options)ANNOPROJ_AGREEMENT_OPTIONS_INIT;
}

static void add_class(rows *list, const feature *class) {
    if (class) {
        rows_int64(list, class->number);
        rows_text(list, class->name);
        rows_text(list, class->hash);
    } else {
        rows_null(list);
        rows_null(list);
        rows_null(list);
    }
    const char *shape = !class                          ? NULL
                        : class->kind == FEATURE_OBJECT ? feature_type_name(class->type)
                                                        : feature_kind_name(class->kind);
    rows_text(list, shape);
}

static void add_row(rows *list, const agreement *row, const feature *class, const branch *branches) {
    add_class(list, class);
    if (row->first != row->second) {
        rows_int64(list, branches[row->first].task);
        rows_int64(list, branches[row->second].task);
    } else {
        rows_null(list);
        rows_null(list);
    }
    rows_int64(list, row->items);
    rows_int64(list, row->other_items);
    rows_int64(list, row->matched);
    if (row->items + row->other_items > 0)
        rows_double(list, 2 * (double)row->matched / (double)(row->items + row->other_items));
    else
        rows_null(list);
    if (row->measured > 0)
        rows_double(list, row->overlap / (double)row->measured);
    else
        rows_null(list);
}

static annoproj_status read_agreement(scope *in, void *arguments, annoproj_error **error) {
    agreement_call *made = arguments;
    const agreement_rule rule = {made->options.overlap, made->options.distance, made->options.scene_distance};
    branch *branches = NULL;
    agreement *found = NULL;
    size_t count = 0, row_count = 0;
    ontology_features features = {0};
    data_unit unit;
    if (in->task.parent != 0)
        return fail(error, ANNOPROJ_STATE, "task %lld is a branch of task %lld: ask for the agreement of that one",
                    (long long)in->task.id, (long long)in->task.parent);
    annoproj_status status = branch_list(in, in->task.id, &branches, &count, error);
    if (status == ANNOPROJ_OK)
        status = data_unit_load(in, in->task.data_unit, &unit, error);
    if (status == ANNOPROJ_OK)
        status = ontology_load(in, in->project.ontology, &features, error);
    int64_t *tasks = status == ANNOPROJ_OK ? arena_array(in->memory, count + 1, sizeof *tasks) : NULL;
    if (status == ANNOPROJ_OK && !tasks)
        status = fail_memory(error);
    for (size_t i = 0; i < count && tasks; i++)
        tasks[i] = branches[i].task;
    if (status == ANNOPROJ_OK && count > 0)
        status = label_agreement(in, tasks, count, &unit, &rule, &found, &row_count, error);
    if (status != ANNOPROJ_OK)
        return status;
    rows *list = rows_new(&row_agreement_row);
    for (size_t i = 0; i < row_count; i++)
        add_row(list, &found[i], found[i].class > 0 ? features.by_number[found[i].class] : NULL, branches);
    return rows_finish(list, &made->table, error);
}

annoproj_status annoproj_consensus_agreement(annoproj_task *task, const annoproj_agreement_options *options,
                                             const annoproj_call *call, annoproj_table **table,
                                             annoproj_error **error) {
    agreement_call made = {.table = NULL};
    handle_call what = {.operation = ANNOPROJ_OPERATION_TASK_VIEW, .arguments = &made};
    if (!result_place(table, sizeof *table, "table", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = options_read(&made.options, sizeof made.options, sizeof made.options, options, error);
    if (status != ANNOPROJ_OK)
        return status;
    if (!(made.options.overlap >= 0 && made.options.overlap <= 1) ||
        !(made.options.distance >= 0 && made.options.distance <= 1))
        return fail(error, ANNOPROJ_INVALID, "overlap %g, distance %g: both are from 0 to 1", made.options.overlap,
                    made.options.distance);
    if (!(made.options.scene_distance >= 0 && isfinite(made.options.scene_distance)))
        return fail(error, ANNOPROJ_INVALID, "scene_distance %g is no distance from 0", made.options.scene_distance);
    if (!(made.options.overlap > 0))
        made.options.overlap = USUAL_OVERLAP;
    if (!(made.options.distance > 0))
        made.options.distance = USUAL_DISTANCE;
    if (!(made.options.scene_distance > 0))
        made.options.scene_distance = USUAL_SCENE_DISTANCE;
    return task_read_table(task, &what, read_agreement, call, &made.table, table, error);
}
