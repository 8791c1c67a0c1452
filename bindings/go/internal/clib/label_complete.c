/* Completeness (behaviour §6): required answers that are missing on the labels of a task. A required object class
 * wants a label, a classification with a required root attribute too; a nested attribute counts only where its option
 * is chosen. */
#include <string.h>

#include "answers.h"
#include "failure.h"
#include "label.h"

#define MOST_NAMED 5

typedef struct completeness {
    const ontology_features *features;
    bool *present; /* by number of class */
    int64_t missing;
    text names;
    frame_ranges frames, chosen, answered, found, holes;
} completeness;

static void note_missing(completeness *check, const char *name, const char *hash) {
    if (check->missing++ >= MOST_NAMED) {
        return;
    }
    struct quoted shown;
    text_printf(&check->names, "%s%s", check->missing > 1 ? ", " : "", quoted(&shown, name, strlen(name)));
    if (hash) {
        text_printf(&check->names, " of label %s", hash);
    }
}

/* Frames on which an attribute is answered (option 0), or one option of it chosen; whether there is a static answer. */
static bool answered_on(completeness *check, const label *one, int32_t attribute, int32_t option, frame_ranges *out,
                        bool *damaged) {
    answers_cursor cursor;
    answer at;
    bool fixed = false;
    frame_ranges_clear(out);
    answers_open(&cursor, one->answers, one->answers_length);
    while (answers_next(&cursor, &at)) {
        if (at.attribute != attribute || (option != 0 && at.option != option)) {
            continue;
        }
        fixed = fixed || !at.dynamic;
        if (at.dynamic) {
            *damaged = *damaged || !frame_ranges_decode(at.ranges, at.ranges_length, &check->found);
            for (size_t i = 0; i < check->found.count; i++) {
                frame_ranges_add(out, check->found.ranges[i].first, check->found.ranges[i].last);
            }
            out->failed = out->failed || check->found.failed;
        }
    }
    *damaged = *damaged || cursor.failed;
    return fixed;
}

/* A required attribute must be answered wherever it applies: everywhere, or where its option is chosen. */
static annoproj_status check_attribute(completeness *check, const label *one, const feature *attribute,
                                       annoproj_error **error) {
    const ontology_features *features = check->features;
    const feature *option = attribute->parent > 0 && attribute->parent <= features->highest
                                ? features->by_number[attribute->parent]
                                : NULL;
    bool damaged = false, nested = option && option->kind == FEATURE_OPTION;
    bool chosen = nested && answered_on(check, one, option->parent, option->number, &check->chosen, &damaged);
    bool fixed = answered_on(check, one, attribute->number, 0, &check->answered, &damaged);
    bool dynamic = check->answered.count > 0 || (nested ? check->chosen.count > 0 : attribute->dynamic);
    if (damaged) {
        return fail(error, ANNOPROJ_CORRUPT,
                    "the stored answers of label %s are damaged: restore the store from a backup", one->hash);
    }
    if (fixed || (nested && !chosen && check->chosen.count == 0)) {
        return ANNOPROJ_OK;
    }
    if (dynamic) {
        frame_ranges_difference(nested && !chosen ? &check->chosen : &check->frames, &check->answered, &check->holes);
    }
    if (!dynamic || check->holes.count > 0) {
        note_missing(check, attribute->name, one->hash);
    }
    return check->holes.failed || check->chosen.failed || check->answered.failed ? fail_memory(error) : ANNOPROJ_OK;
}

static annoproj_status check_label(void *data, const label *one, annoproj_error **error) {
    completeness *check = data;
    const ontology_features *features = check->features;
    annoproj_status status = label_frames(one->ranges, one->ranges_length, false, &check->frames, error);
    if (one->class > 0 && one->class <= features->highest) {
        check->present[one->class] = true;
    }
    for (size_t i = 0; i < features->count && status == ANNOPROJ_OK; i++) {
        const feature *attribute = features->features + i;
        if (attribute->kind == FEATURE_ATTRIBUTE && attribute->class == one->class && attribute->required &&
            !attribute->archived) {
            status = check_attribute(check, one, attribute, error);
        }
    }
    return status;
}

static void check_classes(completeness *check) {
    const ontology_features *features = check->features;
    for (size_t i = 0; i < features->count; i++) {
        const feature *one = features->features + i;
        bool root = one->kind == FEATURE_ATTRIBUTE && one->parent == one->class && one->class > 0 &&
                    one->class <= features->highest && features->by_number[one->class] &&
                    features->by_number[one->class]->kind == FEATURE_CLASSIFICATION &&
                    !features->by_number[one->class]->archived;
        int32_t class = root ? one->class : one->number;
        if (one->required && !one->archived && (root || one->kind == FEATURE_OBJECT) && !check->present[class]) {
            note_missing(check, one->name, NULL);
        }
    }
}

static annoproj_status report(completeness *check, const task_facts *task, annoproj_error **error) {
    if (check->names.failed) {
        return fail_memory(error);
    }
    if (check->missing == 0) {
        return ANNOPROJ_OK;
    }
    fail(error, ANNOPROJ_STATE, "task %lld lacks %lld required answer%s: %.*s%s", (long long)task->id,
         (long long)check->missing, check->missing == 1 ? "" : "s", (int)check->names.length, check->names.data,
         check->missing > MOST_NAMED ? ", ..." : "");
    fail_detail(error, "missing", "%lld", (long long)check->missing);
    return ANNOPROJ_STATE;
}

annoproj_status label_check_complete(scope *in, const task_facts *task, annoproj_error **error) {
    ontology_features features;
    completeness check = {.features = &features};
    annoproj_status status = ontology_load(in, in->project.ontology, &features, error);
    if (status == ANNOPROJ_OK) {
        check.present = arena_array(in->memory, (size_t)features.highest + 1, sizeof *check.present);
        status = check.present ? label_each(in, task->id, check_label, &check, error) : fail_memory(error);
    }
    if (status == ANNOPROJ_OK) {
        check_classes(&check);
        status = report(&check, task, error);
    }
    frame_ranges *sets[] = {&check.frames, &check.chosen, &check.answered, &check.found, &check.holes};
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        frame_ranges_release(sets[i]);
    }
    text_release(&check.names);
    return status;
}
