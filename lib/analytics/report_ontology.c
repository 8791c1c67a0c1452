/* The report by class, with a child row for each option. */
#include <string.h>

#include "failure.h"
#include "ontology.h"
#include "query.h"

typedef struct class_figures {
    int64_t created, approved, rejected;
} class_figures;

typedef struct class_report {
    report report;
    ontology_features features;
    class_figures *figures; /* by feature number */
    int64_t *row_of;        /* row of a class or option that is listed; -1 */
    int64_t *level_of;
    bool *shown; /* by feature number of the class */
} class_report;

static annoproj_status make_arrays(class_report *made, annoproj_error **error) {
    size_t count = (size_t)made->features.highest + 1;
    arena *memory = made->report.in->memory;
    made->figures = arena_array(memory, count, sizeof *made->figures);
    made->row_of = arena_array(memory, count, sizeof *made->row_of);
    made->level_of = arena_array(memory, count, sizeof *made->level_of);
    made->shown = arena_array(memory, count, sizeof *made->shown);
    if (made->figures == NULL || made->row_of == NULL || made->level_of == NULL || made->shown == NULL) {
        return fail_memory(error);
    }
    for (size_t i = 0; i < count; i++) {
        made->row_of[i] = -1;
    }
    return ANNOPROJ_OK;
}

static annoproj_status count_actions(class_report *made, annoproj_error **error) {
    report *base = &made->report;
    const scan_part labels = {.kinds = {EVENT_LABEL_CREATE, EVENT_LABEL_APPROVE, EVENT_LABEL_REJECT,
                                        EVENT_MAIN_LABEL_CREATE, base->by_frame ? EVENT_LABEL_FRAMES_CREATE : 0,
                                        base->by_frame ? EVENT_MAIN_LABEL_FRAMES_CREATE : 0},
                              .actors = base->people,
                              .stages = base->stages,
                              .tasks = base->tasks,
                              .sources = base->sources,
                              .classes = base->classes,
                              .group = SCAN_BY_KIND | SCAN_BY_CLASS,
                              .sums = base->by_frame ? SCAN_FRAMES : 0};
    scan_part answers = labels;
    answers.kinds[0] = EVENT_ANSWER_CREATE;
    answers.kinds[1] = EVENT_ANSWER_APPROVE;
    answers.kinds[2] = EVENT_ANSWER_REJECT;
    memset(&answers.kinds[3], 0, sizeof answers.kinds - 3 * sizeof *answers.kinds);
    answers.group = SCAN_BY_KIND | SCAN_BY_ANSWER;
    const scan_part parts[] = {labels, answers};
    scan_result result;
    annoproj_status status = report_scan(base, parts, 2, &result, error);
    for (size_t i = 0; i < result.count; i++) {
        const scan_cell *cell = &result.cells[i];
        int64_t number = cell->part == 0 ? cell->class : cell->answer;
        if (number > made->features.highest) {
            continue;
        }
        int64_t amount = base->by_frame ? cell->frames : cell->count;
        class_figures *sums = &made->figures[number];
        if (cell->kind == EVENT_LABEL_APPROVE || cell->kind == EVENT_ANSWER_APPROVE) {
            sums->approved += amount;
        } else if (cell->kind == EVENT_LABEL_REJECT || cell->kind == EVENT_ANSWER_REJECT) {
            sums->rejected += amount;
        } else {
            sums->created += amount;
        }
    }
    scan_release(&result);
    return status;
}

static bool any_figure(const class_figures *sums) {
    return sums->created != 0 || sums->approved != 0 || sums->rejected != 0;
}

/* Archived entries are listed when they have a figure. */
static bool is_listed(const class_report *made, const feature *one) {
    const number_set *classes = made->report.classes;
    bool row = one->kind == FEATURE_OBJECT || one->kind == FEATURE_CLASSIFICATION || one->kind == FEATURE_OPTION;
    if (!row || (classes != NULL && !number_set_has(classes, one->class))) {
        return false;
    }
    return !one->archived || any_figure(&made->figures[one->number]);
}

/* The listed class or option that an option stands under; NULL for classes. */
static const feature *listed_parent(const class_report *made, const feature *one) {
    const ontology_features *all = &made->features;
    int32_t number = one->parent;
    for (int32_t steps = 0; number > 0 && number <= all->highest && steps <= all->highest; steps++) {
        const feature *parent = all->by_number[number];
        if (parent == NULL || made->row_of[number] >= 0) {
            return parent;
        }
        number = parent->parent;
    }
    return NULL;
}

static void add_feature(class_report *made, rows *table, const feature *one) {
    const feature *parent = listed_parent(made, one);
    const class_figures *sums = &made->figures[one->number];
    made->row_of[one->number] = (int64_t)rows_count(table);
    made->level_of[one->number] = parent == NULL ? 0 : made->level_of[parent->number] + 1;
    rows_int64(table, one->number);
    rows_int64(table, made->level_of[one->number]);
    if (parent == NULL) {
        rows_null(table);
    } else {
        rows_int64(table, made->row_of[parent->number]);
    }
    rows_text(table, one->name);
    rows_text(table, one->hash);
    rows_int64(table, sums->created);
    rows_int64(table, sums->approved);
    rows_int64(table, sums->rejected);
    add_rate(table, sums->rejected, sums->approved + sums->rejected);
}

/* A class is listed, too, when one of its options is. */
static void list_features(class_report *made, rows *table) {
    for (size_t i = 0; i < made->features.count; i++) {
        const feature *one = &made->features.features[i];
        if (is_listed(made, one) && one->class > 0 && one->class <= made->features.highest) {
            made->shown[one->class] = true;
        }
    }
    for (size_t i = 0; i < made->features.count; i++) {
        const feature *one = &made->features.features[i];
        if (is_listed(made, one) || (one->class == one->number && made->shown[one->number])) {
            add_feature(made, table, one);
        }
    }
}

annoproj_status report_ontology_actions(scope *in, const query *asked, annoproj_table **table, annoproj_error **error) {
    class_report made;
    annoproj_status status = report_begin(&made.report, in, asked, error);
    if (status == ANNOPROJ_OK) {
        status = ontology_load(in, in->project.ontology, &made.features, error);
    }
    if (status == ANNOPROJ_OK) {
        status = make_arrays(&made, error);
    }
    if (status == ANNOPROJ_OK) {
        status = count_actions(&made, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    rows *out = rows_new(&row_ontology_actions_row);
    list_features(&made, out);
    return rows_finish(out, table, error);
}
