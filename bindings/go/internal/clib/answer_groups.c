/* Answers of one frame as COCO attributes. */
#include "answer_groups.h"

#include <string.h>

bool answer_holds(const answer *at, int64_t frame, frame_ranges *scratch) {
    if (!at->dynamic) {
        return true;
    }
    if (!frame_ranges_decode(at->ranges, at->ranges_length, scratch)) {
        return false;
    }
    for (size_t i = 0; i < scratch->count; i++) {
        if (scratch->ranges[i].first <= frame && frame <= scratch->ranges[i].last) {
            return true;
        }
    }
    return false;
}

/* The first answer of an attribute on a frame, with that option when it is not 0. */
static bool find_answer(const label *of, int32_t attribute, int32_t option, int64_t frame, frame_ranges *scratch,
                        answer *found) {
    answers_cursor cursor;
    answers_open(&cursor, of->answers, of->answers_length);
    while (answers_next(&cursor, found)) {
        if (found->attribute == attribute && (option == 0 || found->option == option) &&
            answer_holds(found, frame, scratch)) {
            return true;
        }
    }
    return false;
}

static void write_key(const char *name, bool *first, text *out) {
    if (!*first) {
        text_character(out, ',');
    }
    *first = false;
    text_json(out, name, strlen(name));
    text_character(out, ':');
}

static void write_checklist(const export_plan *plan, const feature *attribute, const label *of, int64_t frame,
                            frame_ranges *scratch, bool *first, text *out) {
    answer found;
    for (size_t i = 0; i < plan->features.count; i++) {
        const feature *option = &plan->features.features[i];
        if (option->parent == attribute->number) {
            write_key(option->name, first, out);
            text_string(out,
                        find_answer(of, attribute->number, option->number, frame, scratch, &found) ? "true" : "false");
        }
    }
}

static void write_one(const export_plan *plan, const feature *attribute, const label *of, int64_t frame,
                      frame_ranges *scratch, text *out) {
    answer found;
    const bool has = find_answer(of, attribute->number, 0, frame, scratch, &found);
    const feature *option = has && found.kind == ANSWER_OPTION ? export_feature(plan, found.option) : NULL;
    if (option) {
        text_json(out, option->name, strlen(option->name));
    } else if (has && found.kind == ANSWER_TEXT) {
        text_json(out, found.text, found.text_length);
    } else if (has && found.kind == ANSWER_NUMBER && found.number.exact) {
        text_decimal(out, found.number.decimal);
    } else if (has && found.kind == ANSWER_NUMBER) {
        text_double(out, found.number.real);
    } else {
        text_string(out, "null");
    }
}

bool write_frame_answers(const export_plan *plan, const feature *class, const label *of, int64_t frame,
                         frame_ranges *scratch, text *out) {
    bool first = true;
    answer each;
    answers_cursor cursor;
    text_character(out, '{');
    for (size_t i = (size_t) class->position + 1; i < plan->features.count; i++) {
        const feature *attribute = &plan->features.features[i];
        if (attribute->class != class->number) {
            break; /* the structure is depth first: the class ends here */
        }
        if (attribute->parent != class->number) {
            continue;
        }
        if (attribute->type == ATTRIBUTE_CHECKLIST) {
            write_checklist(plan, attribute, of, frame, scratch, &first, out);
        } else {
            write_key(attribute->name, &first, out);
            write_one(plan, attribute, of, frame, scratch, out);
        }
    }
    text_character(out, '}');
    answers_open(&cursor, of->answers, of->answers_length);
    while (answers_next(&cursor, &each)) {
    }
    return !cursor.failed && !scratch->failed;
}
