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

/* Name of the entry, for nested ones behind those of the entries they are under. */
static void write_path(const export_plan *plan, const feature *of, text *out) {
    const feature *above[32];
    size_t count = 0;
    for (const feature *at = of; at && at->parent != of->class && count < 32; at = export_feature(plan, at->parent)) {
        const feature *parent = export_feature(plan, at->parent);
        if (parent) {
            above[count++] = parent;
        }
    }
    while (count > 0) {
        text_json_part(out, above[--count]->name);
        text_character(out, '/');
    }
    text_json_part(out, of->name);
}

static void write_key(const export_plan *plan, const feature *of, bool *first, text *out) {
    text_string(out, *first ? "\"" : ",\"");
    *first = false;
    write_path(plan, of, out);
    text_string(out, "\":");
}

/* Options of a top checklist stand for themselves: their attribute is not named. */
static void write_option_key(const export_plan *plan, const feature *attribute, const feature *option, bool *first,
                             text *out) {
    if (attribute->parent != attribute->class) {
        write_key(plan, option, first, out);
        return;
    }
    text_string(out, *first ? "" : ",");
    *first = false;
    text_json(out, option->name, strlen(option->name));
    text_character(out, ':');
}

static void write_checklist(const export_plan *plan, const feature *attribute, const label *of, int64_t frame,
                            frame_ranges *scratch, bool *first, text *out) {
    answer found;
    for (size_t i = (size_t)attribute->position + 1; i < plan->features.count; i++) {
        const feature *option = &plan->features.features[i];
        if (option->class != attribute->class) {
            break;
        }
        if (option->parent == attribute->number) {
            write_option_key(plan, attribute, option, first, out);
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

/* A nested attribute stands under an option; only one that is chosen asks for it. */
static bool is_asked(const export_plan *plan, const feature *attribute, const label *of, int64_t frame,
                     frame_ranges *scratch) {
    answer found;
    const feature *option = export_feature(plan, attribute->parent);
    return option && find_answer(of, option->parent, option->number, frame, scratch, &found);
}

bool append_frame_answers(const export_plan *plan, const feature *class, const label *of, int64_t frame, bool nested,
                          frame_ranges *scratch, bool *first, text *out) {
    answer each;
    answers_cursor cursor;
    for (size_t i = (size_t) class->position + 1; i < plan->features.count; i++) {
        const feature *attribute = &plan->features.features[i];
        if (attribute->class != class->number) {
            break; /* the structure is depth first: the class ends here */
        }
        const bool top = attribute->parent == class->number;
        if (attribute->kind != FEATURE_ATTRIBUTE ||
            (!top && (!nested || !is_asked(plan, attribute, of, frame, scratch)))) {
            continue;
        }
        if (attribute->type == ATTRIBUTE_CHECKLIST) {
            write_checklist(plan, attribute, of, frame, scratch, first, out);
        } else {
            write_key(plan, attribute, first, out);
            write_one(plan, attribute, of, frame, scratch, out);
        }
    }
    answers_open(&cursor, of->answers, of->answers_length);
    while (answers_next(&cursor, &each)) {
    }
    return !cursor.failed && !scratch->failed;
}
