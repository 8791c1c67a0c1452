/* Answers of label rows, by label; where labels are that are on no frame. */
#include <string.h>

#include "answers.h"
#include "failure.h"
#include "json_out.h"
#include "label_row.h"
#include "node_ranges.h"

static void write_option(const feature *option, text *out) {
    text_character(out, '{');
    json_text_member(out, "name", option->name);
    json_text_member(out, "value", option->value);
    json_text_member(out, "featureHash", option->hash);
    text_character(out, '}');
}

/* {"name":..,"value":..,"answers": up to the value itself. */
void open_row_answer(const feature *attribute, text *out) {
    text_character(out, '{');
    json_text_member(out, "name", attribute->name);
    json_text_member(out, "value", attribute->value);
    text_string(out, ",\"answers\":");
}

void close_row_answer(const feature *attribute, bool manual, text *out) {
    json_text_member(out, "featureHash", attribute->hash);
    text_printf(out, ",\"manualAnnotation\":%s", manual ? "true" : "false");
}

bool write_row_value(const export_plan *plan, const answer *at, text *out) {
    const feature *option = at->kind == ANSWER_OPTION ? export_feature(plan, at->option) : NULL;
    if (at->kind == ANSWER_TEXT) {
        text_json(out, at->text, at->text_length);
    } else if (at->kind == ANSWER_NUMBER) {
        text_number(out, at->number);
    } else if (option) {
        write_option(option, out);
    }
    return at->kind != ANSWER_OPTION || option;
}

/* [{answer},...]: the static ones; options of one attribute together. */
static bool write_static(const label_row_writer *to, const label *of, text *out) {
    answers_cursor cursor;
    answer at;
    const feature *open = NULL; /* attribute whose list of options is open */
    bool first = true;
    text_character(out, '[');
    answers_open(&cursor, of->answers, of->answers_length);
    while (answers_next(&cursor, &at)) {
        const feature *attribute = export_feature(to->plan, at.attribute);
        if (!attribute) {
            return false;
        }
        if (at.dynamic) {
            continue;
        }
        if (open == attribute) {
            text_character(out, ',');
        } else {
            if (open) {
                text_character(out, ']');
                close_row_answer(open, of->manual, out);
                text_character(out, '}');
            }
            text_string(out, first ? "" : ",");
            first = false;
            open_row_answer(attribute, out);
            open = at.kind == ANSWER_OPTION ? attribute : NULL;
            text_string(out, open ? "[" : "");
        }
        if (!write_row_value(to->plan, &at, out)) {
            return false;
        }
        if (!open) {
            close_row_answer(attribute, of->manual, out);
            text_character(out, '}');
        }
    }
    if (open) {
        text_character(out, ']');
        close_row_answer(open, of->manual, out);
        text_character(out, '}');
    }
    text_character(out, ']');
    return !cursor.failed;
}

/* "<hash>":{"objectHash":"<hash>" */
static void open_entry(const label *of, const char *key, bool *first, text *out) {
    text_string(out, *first ? "" : ",");
    *first = false;
    text_json(out, of->hash, strlen(of->hash));
    text_string(out, ":{");
    json_text_member(out, key, of->hash);
}

/* What frames tell of objects: where it is, who made it, how sure. Its ranges are in to->ranges. */
static annoproj_status write_whole(label_row_writer *to, const export_task *task, size_t index,
                                   annoproj_error **error) {
    const label *of = &task->labels[index];
    text *out = &to->plan->out->text;
    text_string(out, ",\"range\":");
    write_row_ranges(&to->ranges, out);
    annoproj_status status = write_authors(to, of, error);
    text_string(out, ",\"confidence\":");
    text_double(out, of->confidence);
    text_printf(out, ",\"manualAnnotation\":%s", of->manual ? "true" : "false");
    return status == ANNOPROJ_OK && to->plan->reviews ? write_reviews(to, task, index, error) : status;
}

/* An HTML document has the nodes its objects are on, or none: readers look for them there. */
static void write_nodes(const export_task *task, const label *of, text *out) {
    const bool any = of->nodes_length > 0;
    if (any || node_ranges_unit(&task->unit)) {
        text_string(out, ",\"" NODE_RANGES "\":");
        text_append(out, any ? (const char *)of->nodes : "[]", any ? of->nodes_length : 2);
    }
}

static annoproj_status write_object(label_row_writer *to, const export_task *task, size_t index, bool *first,
                                    annoproj_error **error) {
    const label *of = &task->labels[index];
    const feature *class = task->classes[index];
    text *out = &to->plan->out->text;
    open_entry(of, "objectHash", first, out);
    text_string(out, ",\"classifications\":");
    if (!write_static(to, of, out) || !frame_ranges_decode(of->ranges, of->ranges_length, &to->ranges)) {
        return export_damaged(task, of, error);
    }
    annoproj_status status = ANNOPROJ_OK;
    if (of->geometry_length == 0) { /* on audio, time series and text no frame has it */
        json_text_member(out, "featureHash", class->hash);
        json_text_member(out, "name", class->name);
        json_text_member(out, "color", class->color);
        json_text_member(out, "shape", feature_type_name(class->type));
        json_text_member(out, "value", class->value);
        write_nodes(task, of, out);
        status = write_whole(to, task, index, error);
    }
    text_character(out, '}');
    return status;
}

static annoproj_status write_classification(label_row_writer *to, const export_task *task, size_t index, bool *first,
                                            annoproj_error **error) {
    const label *of = &task->labels[index];
    text *out = &to->plan->out->text;
    open_entry(of, "classificationHash", first, out);
    json_text_member(out, "featureHash", task->classes[index]->hash);
    text_string(out, ",\"spaces\":{},\"classifications\":");
    if (!write_static(to, of, out) || !frame_ranges_decode(of->ranges, of->ranges_length, &to->ranges)) {
        return export_damaged(task, of, error);
    }
    annoproj_status status = write_whole(to, task, index, error); /* newer readers look nowhere else */
    text_character(out, '}');
    return status;
}

annoproj_status write_row_answers(label_row_writer *to, const export_task *task, annoproj_error **error) {
    text *out = &to->plan->out->text;
    bool first = true;
    annoproj_status status = ANNOPROJ_OK;
    text_string(out, ",\n\"object_answers\":{");
    for (size_t i = 0; i < task->label_count; i++) {
        if (task->classes[i]->kind == FEATURE_OBJECT && status == ANNOPROJ_OK) {
            status = write_object(to, task, i, &first, error);
        }
    }
    text_string(out, "},\n\"classification_answers\":{");
    first = true;
    for (size_t i = 0; i < task->label_count && status == ANNOPROJ_OK; i++) {
        if (task->classes[i]->kind == FEATURE_CLASSIFICATION) {
            status = write_classification(to, task, i, &first, error);
        }
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    text_string(out, "},\n\"object_actions\":{");
    first = true;
    for (size_t i = 0; i < task->label_count && status == ANNOPROJ_OK; i++) {
        if (task->classes[i]->kind == FEATURE_OBJECT && has_row_actions(&task->labels[i])) {
            open_entry(&task->labels[i], "objectHash", &first, out);
            text_string(out, ",\"actions\":");
            status = write_row_actions(to, task, &task->labels[i], error);
            text_character(out, '}');
        }
    }
    text_character(out, '}');
    return status;
}
