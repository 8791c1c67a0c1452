/* Changes of labels: what stays. */
#include "label_merge.h"

#include "failure.h"

/* ---- geometry ---- */

void kept_geometry_open(kept_geometry *kept, const label *before) {
    geometry_open(&kept->cursor, before ? before->geometry : NULL, before ? before->geometry_length : 0);
    kept->more = geometry_next_frame(&kept->cursor);
}

annoproj_status kept_geometry_check(const kept_geometry *kept, int32_t shape, int32_t unit, const char *what,
                                    annoproj_error **error) {
    if (!kept->more) {
        return ANNOPROJ_OK;
    }
    if (kept->cursor.shape != shape) {
        return fail(error, ANNOPROJ_DATA, "%s: it is drawn as a %s: put the whole label to make it a %s", what,
                    feature_type_name(kept->cursor.shape), feature_type_name(shape));
    }
    if (kept->cursor.unit != unit) {
        return fail(error, ANNOPROJ_DATA, "%s: its geometry is %s: give changes of it in the same unit", what,
                    kept->cursor.unit == ANNOPROJ_UNIT_PIXELS       ? "in pixels"
                    : kept->cursor.unit == ANNOPROJ_UNIT_NORMALISED ? "normalised"
                                                                    : "in coordinates of the scene");
    }
    return ANNOPROJ_OK;
}

static void copy_frame(geometry_cursor *from, label_encoder *to) {
    number one;
    geometry_frame(to->geometry, from->frame);
    frame_ranges_add(&to->frames, from->frame, from->frame);
    while (geometry_next_part(from)) {
        geometry_part(to->geometry);
        while (geometry_next_number(from, &one)) {
            geometry_number(to->geometry, one);
        }
    }
}

void kept_geometry_copy(kept_geometry *kept, int64_t until, label_encoder *to) {
    for (; kept->more && kept->cursor.frame < until; kept->more = geometry_next_frame(&kept->cursor)) {
        copy_frame(&kept->cursor, to);
    }
    if (kept->more && kept->cursor.frame == until) {
        kept->more = geometry_next_frame(&kept->cursor);
    }
}

/* ---- answers ---- */

typedef struct keeping {
    label_encoder *to;
    const annoproj_label_changes *changes;
    const ontology_features *features;
    int64_t first, after; /* answers of the change */
    frame_ranges named, own, left, stay;
} keeping;

/* Whether the change names the attribute or one it is nested under: wholly, or, of a dynamic one, on frames `named`. */
static bool is_named(keeping *run, int32_t attribute) {
    frame_ranges_clear(&run->named);
    while (attribute > 0 && attribute <= run->features->highest && run->features->by_number[attribute]) {
        for (int64_t at = run->first; at < run->after; at++) {
            const int64_t from = run->changes->answer_first_frames ? run->changes->answer_first_frames[at] : -1;
            if (run->changes->answer_attributes[at] != attribute) {
                continue;
            }
            if (from < 0) {
                return true;
            }
            frame_ranges_add(&run->named, from, run->changes->answer_last_frames[at]);
        }
        attribute = run->features->by_number[attribute]->parent;
    }
    return false;
}

static void add_kept(keeping *run, const answer *one, int64_t first, int64_t last) {
    if (one->kind == ANSWER_OPTION) {
        answers_option(run->to->answers, one->attribute, one->option, first, last);
    } else if (one->kind == ANSWER_TEXT) {
        answers_text(run->to->answers, one->attribute, one->text, one->text_length, first, last);
    } else {
        answers_number(run->to->answers, one->attribute, one->number, first, last);
    }
}

/* False when the stored frames are damaged. */
static bool keep_answer(keeping *run, const answer *one) {
    if (is_named(run, one->attribute)) {
        return true;
    }
    if (!one->dynamic) {
        add_kept(run, one, -1, -1);
        return true;
    }
    if (!frame_ranges_decode(one->ranges, one->ranges_length, &run->own)) {
        return run->own.failed;
    }
    frame_ranges_difference(&run->own, &run->named, &run->left);
    frame_ranges_intersection(&run->left, &run->to->frames, &run->stay);
    for (size_t i = 0; i < run->stay.count; i++) {
        add_kept(run, one, run->stay.ranges[i].first, run->stay.ranges[i].last);
    }
    return true;
}

annoproj_status kept_answers_copy(label_encoder *to, const annoproj_label_changes *changes, size_t index,
                                  const ontology_features *features, const label *before, annoproj_error **error) {
    keeping run = {.to = to,
                   .changes = changes,
                   .features = features,
                   .first = changes->answer_starts ? changes->answer_starts[index] : 0,
                   .after = changes->answer_starts ? changes->answer_starts[index + 1] : 0};
    answers_cursor cursor;
    answer one;
    bool sound = true;
    answers_open(&cursor, before->answers, before->answers_length);
    while (sound && answers_next(&cursor, &one)) {
        sound = keep_answer(&run, &one);
    }
    annoproj_status status = ANNOPROJ_OK;
    if (!sound || cursor.failed) {
        status = fail(error, ANNOPROJ_CORRUPT,
                      "the stored answers of label %s are damaged: restore the store from a backup", before->hash);
    } else if (run.named.failed || run.own.failed || run.left.failed || run.stay.failed) {
        status = fail_memory(error);
    }
    frame_ranges_release(&run.named);
    frame_ranges_release(&run.own);
    frame_ranges_release(&run.left);
    frame_ranges_release(&run.stay);
    return status;
}
