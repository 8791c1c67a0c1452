/* Completeness (behaviour §6): required answers that are missing on the labels of a task. A required object class
 * wants a label where the data unit takes its shape, a classification with a required root attribute too; a nested
 * attribute counts only where its option is chosen. */
#include <string.h>

#include "answers.h"
#include "failure.h"
#include "label.h"

#define MOST_NAMED  5   /* in the message */
#define MOST_LISTED 100 /* in the details */

typedef struct completeness {
    const ontology_features *features;
    bool *present; /* by number of class */
    int64_t missing;
    text lines; /* what is missing, each ended by a NUL */
    size_t listed;
    frame_ranges frames, chosen, answered, found, holes;
} completeness;

static const feature *class_of(const completeness *check, const feature *of) {
    return of->class > 0 && of->class <= check->features->highest ? check->features->by_number[of->class] : NULL;
}

/* One answer of a label, on the frames `holes` when they are given. */
static void note_answer(completeness *check, const feature *attribute, const label *one, const frame_ranges *holes) {
    const feature *class = class_of(check, attribute);
    text *to = &check->lines;
    if (check->missing++ >= MOST_LISTED) {
        return;
    }
    check->listed++;
    text_printf(to, "%s of label %s (class %s)", QUOTED(attribute->name), one->hash, QUOTED(class ? class->name : ""));
    for (size_t i = 0; holes && i < holes->count && i < MOST_NAMED; i++) {
        const frame_range *at = &holes->ranges[i];
        text_string(to, i > 0 ? ", " : holes->count > 1 || at->first < at->last ? " on frames " : " on frame ");
        text_int64(to, at->first);
        if (at->first < at->last) {
            text_string(to, " to ");
            text_int64(to, at->last);
        }
    }
    text_string(to, holes && holes->count > MOST_NAMED ? ", ..." : "");
    text_character(to, 0);
}

static void note_class(completeness *check, const feature *class) {
    if (check->missing++ < MOST_LISTED) {
        check->listed++;
        text_printf(&check->lines, "a label of class %s", QUOTED(class->name));
        text_character(&check->lines, 0);
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
        note_answer(check, attribute, one, dynamic ? &check->holes : NULL);
    }
    return check->holes.failed || check->chosen.failed || check->answered.failed ? fail_memory(error) : ANNOPROJ_OK;
}

static bool is_archived(const completeness *check, const feature *one) {
    while (one && !one->archived && one->parent > 0 && one->parent <= check->features->highest) {
        one = check->features->by_number[one->parent];
    }
    return one && one->archived;
}

static annoproj_status check_label(void *data, const label *one, annoproj_error **error) {
    completeness *check = data;
    const ontology_features *features = check->features;
    annoproj_status status = label_frames(one->ranges, one->ranges_length, false, &check->frames, error);
    const feature *class = one->class > 0 && one->class <= features->highest ? features->by_number[one->class] : NULL;
    if (!class) {
        return status;
    }
    check->present[one->class] = true;
    /* The structure is depth first: what belongs to a class stands behind it. */
    for (size_t i = (size_t) class->position + 1; i < features->count && status == ANNOPROJ_OK; i++) {
        const feature *attribute = features->features + i;
        if (attribute->class != class->number) {
            break;
        }
        if (attribute->kind == FEATURE_ATTRIBUTE && attribute->required && !is_archived(check, attribute)) {
            status = check_attribute(check, one, attribute, error);
        }
    }
    return status;
}

/* Whether a class wants a label: it says so, or, of a classification, its one attribute does. */
static bool is_wanted(const completeness *check, const feature *class) {
    const size_t next = (size_t) class->position + 1;
    const feature *root = next < check->features->count ? &check->features->features[next] : NULL;
    const bool classification = class->kind == FEATURE_CLASSIFICATION;
    return !class->archived && (classification || class->kind == FEATURE_OBJECT) &&
           (class->required ||
            (classification && root && root->parent == class->number && root->required && !root->archived));
}

static annoproj_status check_classes(completeness *check, scope *in, const task_facts *task, annoproj_error **error) {
    const ontology_features *features = check->features;
    data_unit unit = {0};
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < features->count && status == ANNOPROJ_OK; i++) {
        const feature *one = features->features + i;
        if (!is_wanted(check, one) || check->present[one->number]) {
            continue;
        }
        if (unit.id == 0) {
            status = data_unit_load(in, task->data_unit, &unit, error);
        }
        if (status == ANNOPROJ_OK && label_unit_takes(&unit, one)) {
            note_class(check, one);
        }
    }
    return status;
}

/* The message names the first few, the details list them. */
static annoproj_status report(const completeness *check, const task_facts *task, annoproj_error **error) {
    text names = {0};
    if (check->missing == 0) {
        return ANNOPROJ_OK;
    }
    const char *line = check->lines.failed ? NULL : check->lines.data;
    for (size_t i = 0; line && i < check->listed && i < MOST_NAMED; i++, line += strlen(line) + 1) {
        text_string(&names, i > 0 ? ", " : "");
        text_string(&names, line);
    }
    if (!line || names.failed) {
        text_release(&names);
        return fail_memory(error);
    }
    annoproj_status status = fail(error, ANNOPROJ_STATE, "task %lld lacks %lld required answer%s or label%s: %.*s%s",
                                  (long long)task->id, (long long)check->missing, check->missing == 1 ? "" : "s",
                                  check->missing == 1 ? "" : "s", (int)names.length, names.data,
                                  check->missing > MOST_NAMED ? ", ..." : "");
    fail_detail(error, "missing", "%lld", (long long)check->missing);
    line = check->lines.data;
    for (size_t i = 0; i < check->listed; i++, line += strlen(line) + 1) {
        fail_detail(error, "answer", "%s", line);
    }
    text_release(&names);
    return status;
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
        status = check_classes(&check, in, task, error);
    }
    if (status == ANNOPROJ_OK) {
        status = report(&check, task, error);
    }
    frame_ranges *sets[] = {&check.frames, &check.chosen, &check.answered, &check.found, &check.holes};
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        frame_ranges_release(sets[i]);
    }
    text_release(&check.lines);
    return status;
}
