/* Archived entries are kept for the labels that have them; others do not get them any more. */
#include "answers.h"
#include "failure.h"
#include "label.h"

/* The archived entry among a feature and those it stands under; NULL when there is none. */
static const feature *archived_entry(const ontology_features *features, int32_t entry) {
    const feature *one = entry > 0 && entry <= features->highest ? features->by_number[entry] : NULL;
    while (one && !one->archived) {
        one = one->parent > 0 && one->parent <= features->highest ? features->by_number[one->parent] : NULL;
    }
    return one;
}

static bool holds_answer(const label *one, const answer *wanted) {
    answers_cursor cursor;
    answer at;
    answers_open(&cursor, one->answers, one->answers_length);
    while (answers_next(&cursor, &at)) {
        if (at.attribute == wanted->attribute && at.option == wanted->option) {
            return true;
        }
    }
    return false;
}

/* What the label was before, of the same class; loaded when it is asked for first. */
typedef struct earlier {
    label label;
    bool loaded, found;
} earlier;

static annoproj_status load_earlier(scope *in, const label *made, earlier *of, annoproj_error **error) {
    if (of->loaded) {
        return ANNOPROJ_OK;
    }
    annoproj_status status = label_by_hash(in, made->task, made->hash, &of->label, &of->found, error);
    of->found = of->found && of->label.class == made->class;
    of->loaded = status == ANNOPROJ_OK;
    return status;
}

annoproj_status label_check_archived(scope *in, const label *made, const ontology_features *features, const char *what,
                                     annoproj_error **error) {
    const feature *class = features->by_number[made->class];
    annoproj_status status = ANNOPROJ_OK;
    earlier before = {.loaded = false};
    answers_cursor cursor;
    answer at;
    if (class->archived) {
        status = load_earlier(in, made, &before, error);
        if (status == ANNOPROJ_OK && !before.found) {
            return fail(error, ANNOPROJ_STATE, "%s: class %s is archived, no new labels are made of it", what,
                        QUOTED(class->name));
        }
    }
    answers_open(&cursor, made->answers, made->answers_length);
    while (status == ANNOPROJ_OK && answers_next(&cursor, &at)) {
        const feature *entry = archived_entry(features, at.option != 0 ? at.option : at.attribute);
        if (!entry || entry == class) {
            continue;
        }
        status = load_earlier(in, made, &before, error);
        if (status == ANNOPROJ_OK && !(before.found && holds_answer(&before.label, &at))) {
            status = fail(error, ANNOPROJ_STATE, "%s: %s %s is archived, no new answers are given with it", what,
                          feature_kind_name(entry->kind), QUOTED(entry->name));
        }
    }
    return status;
}
