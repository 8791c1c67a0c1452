/* Validity of a label's answers. */
#include "answer_check.h"

#include <math.h>
#include <string.h>

#include "answers.h"
#include "failure.h"
#include "utf8.h"

#define MOST_TEXT ((size_t)1 << 20)

typedef struct answer_check {
    const label *label;
    const feature *class;
    const ontology_features *features;
    const frame_ranges *frames;
    const char *what;
    frame_ranges own, parent, seen, spare;
    int32_t seen_attribute; /* whose single answer `seen` and `seen_static` are about */
    bool seen_static;
} answer_check;

static annoproj_status wrong(const answer_check *check, const feature *attribute, annoproj_error **error,
                             const char *reason) {
    fail(error, ANNOPROJ_DATA, "%s, attribute %s: %s", check->what, QUOTED(attribute->name), reason);
    fail_detail(error, "attribute", "%d", (int)attribute->number);
    return ANNOPROJ_DATA;
}

static const feature *feature_at(const answer_check *check, int32_t at) {
    return at > 0 && at <= check->features->highest ? check->features->by_number[at] : NULL;
}

/* Attributes nested under a dynamic one are dynamic with it. */
static bool is_dynamic(const answer_check *check, const feature *attribute) {
    for (const feature *one = attribute; one && one->kind != FEATURE_OBJECT && one->kind != FEATURE_CLASSIFICATION;
         one = feature_at(check, one->parent)) {
        if (one->kind == FEATURE_ATTRIBUTE && one->dynamic) {
            return true;
        }
    }
    return false;
}

static annoproj_status check_value(const answer_check *check, const feature *attribute, const answer *one,
                                   annoproj_error **error) {
    const feature *option = feature_at(check, one->option);
    switch (attribute->type) {
    case ATTRIBUTE_RADIO:
    case ATTRIBUTE_CHECKLIST:
        return one->kind == ANSWER_OPTION && option && option->kind == FEATURE_OPTION &&
                       option->parent == attribute->number
                   ? ANNOPROJ_OK
                   : wrong(check, attribute, error, "the answer must be one of its options");
    case ATTRIBUTE_TEXT:
        if (one->kind != ANSWER_TEXT || !utf8_valid(one->text, one->text_length) ||
            (one->text_length > 0 && memchr(one->text, 0, one->text_length))) {
            return wrong(check, attribute, error, "the answer must be UTF-8 text");
        }
        return one->text_length <= MOST_TEXT
                   ? ANNOPROJ_OK
                   : fail(error, ANNOPROJ_LIMIT, "%s: a text answer is longer than 1 MiB", check->what);
    default:
        return one->kind == ANSWER_NUMBER && isfinite(number_to_double(&one->number))
                   ? ANNOPROJ_OK
                   : wrong(check, attribute, error, "the answer must be a finite number");
    }
}

static annoproj_status check_frames(answer_check *check, const feature *attribute, const answer *one,
                                    annoproj_error **error) {
    bool dynamic = is_dynamic(check, attribute);
    frame_ranges_clear(&check->own);
    if (one->dynamic != dynamic) {
        return wrong(check, attribute, error,
                     dynamic ? "it is dynamic: give the frames of the answer"
                             : "it is not dynamic: give the answer without frames");
    }
    if (one->dynamic && (!frame_ranges_decode(one->ranges, one->ranges_length, &check->own) ||
                         !frame_ranges_within(&check->own, check->frames))) {
        return wrong(check, attribute, error, "the answer is on frames where the label is not");
    }
    return check->own.failed ? fail_memory(error) : ANNOPROJ_OK;
}

/* One answer at a time: entries of one attribute follow one another. */
static annoproj_status check_single(answer_check *check, const feature *attribute, annoproj_error **error) {
    if (attribute->number != check->seen_attribute) {
        frame_ranges_clear(&check->seen);
        check->seen_attribute = attribute->number;
        check->seen_static = false;
    }
    if (attribute->type == ATTRIBUTE_CHECKLIST) {
        return ANNOPROJ_OK;
    }
    if (check->seen_static || frame_ranges_overlap(&check->seen, &check->own)) {
        return wrong(check, attribute, error, "it takes one answer at a time");
    }
    check->seen_static = check->own.count == 0;
    for (size_t i = 0; i < check->own.count; i++) {
        frame_ranges_add(&check->seen, check->own.ranges[i].first, check->own.ranges[i].last);
    }
    return check->seen.failed ? fail_memory(error) : ANNOPROJ_OK;
}

/* A nested attribute is answered only where the option it stands under is chosen. */
static annoproj_status check_nesting(answer_check *check, const feature *attribute, annoproj_error **error) {
    const feature *option = feature_at(check, attribute->parent);
    answers_cursor cursor;
    answer one;
    bool chosen = false;
    if (!option || option->kind != FEATURE_OPTION) {
        return ANNOPROJ_OK;
    }
    frame_ranges_clear(&check->parent);
    answers_open(&cursor, check->label->answers, check->label->answers_length);
    while (answers_next(&cursor, &one)) {
        if (one.option != option->number || one.attribute != option->parent) {
            continue;
        }
        chosen = chosen || !one.dynamic;
        if (one.dynamic && frame_ranges_decode(one.ranges, one.ranges_length, &check->spare)) {
            for (size_t i = 0; i < check->spare.count; i++) {
                frame_ranges_add(&check->parent, check->spare.ranges[i].first, check->spare.ranges[i].last);
            }
        }
    }
    if (check->parent.failed || check->spare.failed) {
        return fail_memory(error);
    }
    if (!chosen && (check->own.count == 0 || !frame_ranges_within(&check->own, &check->parent))) {
        return wrong(check, attribute, error, "it is nested under an option that is not chosen");
    }
    return ANNOPROJ_OK;
}

static annoproj_status check_answer(answer_check *check, const answer *one, annoproj_error **error) {
    const feature *attribute = feature_at(check, one->attribute);
    if (!attribute || attribute->kind != FEATURE_ATTRIBUTE || attribute->class != check->class->number) {
        fail(error, ANNOPROJ_DATA, "%s: class %s has no attribute %d", check->what, QUOTED(check->class->name),
             (int)one->attribute);
        fail_detail(error, "attribute", "%d", (int)one->attribute);
        return ANNOPROJ_DATA;
    }
    annoproj_status status = check_value(check, attribute, one, error);
    if (status == ANNOPROJ_OK) {
        status = check_frames(check, attribute, one, error);
    }
    if (status == ANNOPROJ_OK) {
        status = check_single(check, attribute, error);
    }
    return status == ANNOPROJ_OK ? check_nesting(check, attribute, error) : status;
}

annoproj_status answers_check(const label *of, const feature *class, const ontology_features *features,
                              const frame_ranges *frames, const char *what, annoproj_error **error) {
    answer_check check = {.label = of, .class = class, .features = features, .frames = frames, .what = what};
    answers_cursor cursor;
    answer one;
    annoproj_status status = ANNOPROJ_OK;
    answers_open(&cursor, of->answers, of->answers_length);
    while (status == ANNOPROJ_OK && answers_next(&cursor, &one)) {
        status = check_answer(&check, &one, error);
    }
    if (status == ANNOPROJ_OK && cursor.failed) {
        status = fail(error, ANNOPROJ_INTERNAL, "%s: its answers cannot be read back", what);
    }
    frame_ranges *sets[] = {&check.own, &check.parent, &check.seen, &check.spare};
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        frame_ranges_release(sets[i]);
    }
    return status;
}
