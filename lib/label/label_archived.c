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

annoproj_status label_check_archived(scope *in, const label *made, const ontology_features *features, bool kept,
                                     const char *what, annoproj_error **error) {
    const feature *class = features->by_number[made->class];
    annoproj_status status = ANNOPROJ_OK;
    label before = {0};
    bool loaded = false;
    answers_cursor cursor;
    answer at;
    if (class->archived && !kept) {
        return fail(error, ANNOPROJ_STATE, "%s: class %s is archived, no new labels are made of it", what,
                    QUOTED(class->name));
    }
    answers_open(&cursor, made->answers, made->answers_length);
    while (status == ANNOPROJ_OK && answers_next(&cursor, &at)) {
        const feature *entry = archived_entry(features, at.option != 0 ? at.option : at.attribute);
        if (!entry || entry == class) {
            continue;
        }
        if (kept && !loaded) {
            status = label_by_hash(in, made->task, made->hash, &before, &loaded, error);
        }
        if (status == ANNOPROJ_OK && !holds_answer(&before, &at)) {
            status = fail(error, ANNOPROJ_STATE, "%s: %s %s is archived, no new answers are given with it", what,
                          feature_kind_name(entry->kind), QUOTED(entry->name));
        }
    }
    return status;
}
