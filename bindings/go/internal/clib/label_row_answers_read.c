/* Answers of label rows: static ones, dynamic ones with their frames, ranges of what is on no frame. */
#include <string.h>

#include "failure.h"
#include "frame_ranges.h"
#include "label_row_parts.h"
#include "node_ranges.h"

typedef struct option_list {
    const char *hashes[256];
    size_t count;
} option_list;

/* One {"name":...,"answers":...,"featureHash":...,"range":...}. */
typedef struct answer_read {
    const char *feature_hash;
    option_list options;
    const char *text;
    size_t text_length;
    number number;
    bool has_number, has_options;
    row_range *ranges, **ranges_end;
    row_label *label;
    bool dynamic; /* it stands in object_actions */
} answer_read;

/* --- ranges ----------------------------------------------------------------------------------------------------------- */

typedef struct range_reading {
    row_range ***end;
} range_reading;

static annoproj_status range_number(row_reader *in, void *data, annoproj_error **error) {
    int64_t *numbers = data; /* count, first, last */
    int64_t value = 0;
    if (!json_int64(&in->token, &value) || value < 0 || value > FRAME_MOST || numbers[0] == 2) {
        row_note(in, "a range has two whole numbers from 0, the first and the last");
        return row_pass(in, error);
    }
    numbers[++numbers[0]] = value;
    return ANNOPROJ_OK;
}

/* The rest of [first, last], its bracket read. */
static annoproj_status read_range(row_reader *in, row_range ***end, annoproj_error **error) {
    int64_t numbers[3] = {0, 0, 0};
    annoproj_status status = row_next(in, error);
    for (; status == ANNOPROJ_OK && in->token.kind != JSON_ARRAY_END; status = row_next(in, error)) {
        status = range_number(in, numbers, error);
        if (status != ANNOPROJ_OK) {
            break;
        }
    }
    if (status != ANNOPROJ_OK || in->faulty) {
        return status;
    }
    if (numbers[0] != 2 || numbers[2] < numbers[1]) {
        row_note(in, "a range has two whole numbers from 0, the first and the last");
        return ANNOPROJ_OK;
    }
    return row_add_range(in, end, numbers[1], numbers[2], -1) ? ANNOPROJ_OK : fail_memory(error);
}

static annoproj_status range_element(row_reader *in, void *data, annoproj_error **error) {
    const range_reading *reading = data;
    if (in->token.kind != JSON_ARRAY) {
        row_note(in, "a range must be [first, last]");
        return row_pass(in, error);
    }
    return read_range(in, reading->end, error);
}

/* [[first, last], ...] */
static annoproj_status read_ranges(row_reader *in, row_range ***end, annoproj_error **error) {
    range_reading reading = {end};
    return row_elements(in, "range", range_element, &reading, error);
}

/* --- one answer ------------------------------------------------------------------------------------------------------- */

static annoproj_status option_member(row_reader *in, void *data, annoproj_error **error) {
    const char **hash = data;
    if (json_key_is(&in->token, "featureHash")) {
        return row_text(in, "featureHash", &in->texts, hash, NULL, error);
    }
    return json_skip(in->scan, error);
}

/* An option of the list, its first token read. */
static annoproj_status read_option(row_reader *in, answer_read *into, annoproj_error **error) {
    const char *hash = NULL;
    if (in->token.kind != JSON_OBJECT) {
        row_note(in, "an answer must be an option with its featureHash");
        return row_pass(in, error);
    }
    annoproj_status status = row_next(in, error);
    for (; status == ANNOPROJ_OK && in->token.kind == JSON_KEY; status = row_next(in, error)) {
        status = option_member(in, &hash, error);
        if (status != ANNOPROJ_OK) {
            break;
        }
    }
    if (status != ANNOPROJ_OK || in->faulty) {
        return status;
    }
    if (!hash || into->options.count == sizeof into->options.hashes / sizeof *into->options.hashes) {
        row_note(in, hash ? "more than 256 options are chosen" : "the option has no featureHash");
        return ANNOPROJ_OK;
    }
    into->options.hashes[into->options.count++] = hash;
    return ANNOPROJ_OK;
}

static annoproj_status read_values(row_reader *in, answer_read *into, annoproj_error **error) {
    annoproj_status status = row_next(in, error);
    if (status != ANNOPROJ_OK || in->token.kind == JSON_NULL) {
        return status;
    }
    if (in->token.kind == JSON_NUMBER) {
        into->has_number = true;
        into->number.exact = decimal_parse(in->token.start, in->token.length, &into->number.decimal);
        if (!into->number.exact && !text_to_double(in->token.start, in->token.length, &into->number.real)) {
            row_note(in, "the answer is no finite number");
        }
        return ANNOPROJ_OK;
    }
    if (in->token.kind == JSON_STRING) {
        char *characters = arena_allocate(&in->row->memory, in->token.length + 1);
        if (!characters) {
            return fail_memory(error);
        }
        into->text_length = json_unescape(&in->token, characters);
        into->text = characters;
        return ANNOPROJ_OK;
    }
    if (in->token.kind != JSON_ARRAY) {
        row_note(in, "answers must be a text, a number or a list of options");
        return row_pass(in, error);
    }
    into->has_options = true;
    for (status = row_next(in, error); status == ANNOPROJ_OK && in->token.kind != JSON_ARRAY_END;
         status = row_next(in, error)) {
        status = read_option(in, into, error);
        if (status != ANNOPROJ_OK) {
            break;
        }
    }
    return status;
}

static annoproj_status answer_member(row_reader *in, answer_read *into, annoproj_error **error) {
    if (json_key_is(&in->token, "featureHash")) {
        return row_text(in, "featureHash", &in->texts, &into->feature_hash, NULL, error);
    }
    if (json_key_is(&in->token, "answers")) {
        return read_values(in, into, error);
    }
    if (into->dynamic && json_key_is(&in->token, "range")) {
        return read_ranges(in, &into->ranges_end, error);
    }
    if (json_key_is(&in->token, "spaceId")) {
        return row_refuse(in, NO_SPACES, error);
    }
    return json_skip(in->scan, error);
}

static annoproj_status add_answer(row_reader *in, const answer_read *from, const feature *attribute,
                                  const feature *option, annoproj_error **error) {
    row_answer *made = arena_allocate(&in->row->memory, sizeof *made);
    if (!made) {
        return fail_memory(error);
    }
    *made = (row_answer){.attribute = attribute,
                         .option = option,
                         .text = option ? NULL : from->text,
                         .text_length = from->text_length,
                         .number = from->number,
                         .dynamic = from->dynamic,
                         .ranges = from->ranges};
    *from->label->answers_end = made;
    from->label->answers_end = &made->next;
    return ANNOPROJ_OK;
}

static annoproj_status settle_answer(row_reader *in, const answer_read *from, annoproj_error **error) {
    const feature *attribute = from->feature_hash ? row_feature(in, from->feature_hash) : NULL;
    annoproj_status status = ANNOPROJ_OK;
    if (!attribute || attribute->kind != FEATURE_ATTRIBUTE) {
        row_note(in, "the project's ontology has no attribute with the feature hash %s",
                 QUOTED(from->feature_hash ? from->feature_hash : ""));
        return ANNOPROJ_OK;
    }
    if (from->dynamic && !from->ranges) {
        row_note(in, "a dynamic answer needs the range of frames it holds on");
        return ANNOPROJ_OK;
    }
    if (from->has_number || from->text) {
        return add_answer(in, from, attribute, NULL, error);
    }
    for (size_t i = 0; i < from->options.count && status == ANNOPROJ_OK; i++) {
        const feature *option = row_feature(in, from->options.hashes[i]);
        if (!option || option->parent != attribute->number) {
            row_note(in, "attribute %s has no option with the feature hash %s", QUOTED(attribute->name),
                     QUOTED(from->options.hashes[i]));
            return ANNOPROJ_OK;
        }
        status = add_answer(in, from, attribute, option, error);
    }
    return status;
}

/* An element of `classifications` or `actions`. */
static annoproj_status read_answer(row_reader *in, void *data, annoproj_error **error) {
    answer_read *into = data;
    row_label *label = into->label;
    const bool dynamic = into->dynamic;
    annoproj_status status = ANNOPROJ_OK;
    if (in->token.kind != JSON_OBJECT) {
        row_note(in, "an answer must be an object");
        return row_pass(in, error);
    }
    *into = (answer_read){.label = label, .dynamic = dynamic};
    into->ranges_end = &into->ranges;
    in->faulty = false;
    for (status = row_next(in, error); status == ANNOPROJ_OK && in->token.kind == JSON_KEY;
         status = row_next(in, error)) {
        status = answer_member(in, into, error);
        if (status != ANNOPROJ_OK) {
            break;
        }
    }
    return status == ANNOPROJ_OK && !in->faulty ? settle_answer(in, into, error) : status;
}

/* --- entries by label ------------------------------------------------------------------------------------------------- */

typedef struct entry_read {
    const char *list, *hash_key; /* keys of its answers and of its hash */
    int32_t kind;
    bool dynamic;
    row_label *label;
    row_authors authors;
    const char *feature_hash;
    row_range *ranges, **ranges_end;
    const char *nodes; /* the list of range_html; NULL = it is not there */
    size_t nodes_length, node_count;
    bool has_authors;
} entry_read;

/* The hash again, which is the entry's key. */
static annoproj_status read_hash(row_reader *in, const entry_read *entry, annoproj_error **error) {
    const char *hash = NULL;
    annoproj_status status = row_text(in, entry->hash_key, &in->texts, &hash, NULL, error);
    if (status == ANNOPROJ_OK && hash && strcmp(hash, entry->label->hash) != 0) {
        row_note(in, "%s is %s, but stands under %s: the same hash must be in both", entry->hash_key, QUOTED(hash),
                 entry->label->hash);
    }
    return status;
}

/* "range_html": kept as it stands there. */
static annoproj_status read_nodes(row_reader *in, entry_read *entry, annoproj_error **error) {
    annoproj_error *reason = NULL;
    const char *start = NULL;
    size_t length = 0;
    annoproj_status status = json_slice_most(in->scan, NODE_RANGES_MOST, &start, &length, error);
    if (status != ANNOPROJ_OK || (start && length == 4 && memcmp(start, "null", 4) == 0)) {
        return status;
    }
    if (!start) {
        row_note(in, NODE_RANGES " has more than %zu bytes", NODE_RANGES_MOST);
        return ANNOPROJ_OK;
    }
    status = node_ranges_check(start, length, &entry->node_count, &reason);
    if (status == ANNOPROJ_OK) {
        entry->nodes = arena_text(&in->texts, start, length);
        entry->nodes_length = length;
        status = entry->nodes ? ANNOPROJ_OK : fail_memory(error);
    } else if (status == ANNOPROJ_NO_MEMORY) {
        status = fail_memory(error);
    } else {
        row_note(in, "%s", annoproj_error_message(reason));
        status = ANNOPROJ_OK;
    }
    drop_error(&reason);
    return status;
}

static annoproj_status entry_member(row_reader *in, void *data, annoproj_error **error) {
    entry_read *entry = data;
    annoproj_status status = ANNOPROJ_OK;
    if (json_key_is(&in->token, entry->list)) {
        answer_read into = {.label = entry->label, .dynamic = entry->dynamic};
        return row_elements(in, entry->list, read_answer, &into, error);
    }
    if (json_key_is(&in->token, entry->hash_key)) {
        return read_hash(in, entry, error);
    }
    if (json_key_is(&in->token, "spaces")) {
        return row_refuse(in, NO_SPACES, error);
    }
    if (entry->dynamic) {
        return json_skip(in->scan, error);
    }
    if (json_key_is(&in->token, "featureHash")) {
        return row_text(in, "featureHash", &in->texts, &entry->feature_hash, NULL, error);
    }
    if (json_key_is(&in->token, "range")) {
        return read_ranges(in, &entry->ranges_end, error);
    }
    if (json_key_is(&in->token, NODE_RANGES)) {
        return read_nodes(in, entry, error);
    }
    if (row_author_member(in, &entry->authors, &status, error)) {
        entry->has_authors = true;
        return status;
    }
    return json_skip(in->scan, error);
}

static bool keep_nodes(row_reader *in, row_label *label, const entry_read *entry) {
    label->nodes = (const uint8_t *)arena_text(&in->row->memory, entry->nodes, entry->nodes_length);
    label->nodes_length = label->nodes ? entry->nodes_length : 0;
    return label->nodes != NULL;
}

/* Who made a label. Of a classification its answers say it, where they do; of objects on frames the frames. */
static void settle_authors(row_reader *in, entry_read *entry, annoproj_error **error, annoproj_status *status) {
    row_label *label = entry->label;
    label->settled = entry->kind == FEATURE_CLASSIFICATION && entry->authors.created_us != INT64_MIN;
    if (label->settled) {
        label->timed = false;
        label->created_us = label->edited_us = INT64_MIN;
        label->creator = label->editor = NULL;
    }
    if (!label->timed && entry->has_authors) {
        row_set_authors(in, label, &entry->authors, error, status);
    }
}

/* What frames do not tell of a label: global classifications, and all that is on audio, time series and text. */
static void settle_entry(row_reader *in, entry_read *entry, annoproj_error **error, annoproj_status *status) {
    row_label *label = entry->label;
    if (entry->feature_hash) {
        const feature *class = row_feature(in, entry->feature_hash);
        if (!class || class->kind != entry->kind || (label->class && label->class != class)) {
            row_note(in, "%s is not the feature hash of the class of label %s", QUOTED(entry->feature_hash),
                     label->hash);
            return;
        }
        label->class = class;
    }
    if (!entry->dynamic) {
        label->told = entry->ranges;
    }
    if (entry->node_count > 0 && (!label->class || label->class->type != SHAPE_TEXT)) {
        row_note(in, NODE_RANGES " is of objects on HTML documents: give a class of shape text, or a range");
    } else if (entry->nodes && label->class && label->class->type == SHAPE_TEXT && !keep_nodes(in, label, entry)) {
        *status = fail_memory(error);
    }
    if (*status == ANNOPROJ_OK && !entry->dynamic) {
        settle_authors(in, entry, error, status);
    }
}

static annoproj_status read_entry(row_reader *in, entry_read *entry, annoproj_error **error) {
    char *hash = arena_allocate(&in->texts, in->token.length + 1);
    if (!hash) {
        return fail_memory(error);
    }
    json_unescape(&in->token, hash);
    in->faulty = false;
    entry->label = row_label_of(in, hash, NULL, error);
    if (!entry->label) {
        return in->faulty ? json_skip(in->scan, error) : ANNOPROJ_NO_MEMORY;
    }
    if (!entry->dynamic && entry->label->rank == 0) {
        entry->label->rank = ++in->row->ranked;
    }
    entry->ranges_end = &entry->ranges;
    entry->authors = (row_authors){.created_us = INT64_MIN, .edited_us = INT64_MIN};
    annoproj_status status = row_members(in, "an entry of answers", entry_member, entry, error);
    if (status == ANNOPROJ_OK && !in->faulty) {
        settle_entry(in, entry, error, &status);
    }
    arena_release(&in->texts);
    return status;
}

static annoproj_status object_entry(row_reader *in, void *data, annoproj_error **error) {
    (void)data;
    entry_read entry = {.list = "classifications", .hash_key = "objectHash", .kind = FEATURE_OBJECT};
    return read_entry(in, &entry, error);
}

static annoproj_status action_entry(row_reader *in, void *data, annoproj_error **error) {
    (void)data;
    entry_read entry = {.list = "actions", .hash_key = "objectHash", .kind = FEATURE_OBJECT, .dynamic = true};
    return read_entry(in, &entry, error);
}

static annoproj_status classification_entry(row_reader *in, void *data, annoproj_error **error) {
    (void)data;
    entry_read entry = {.list = "classifications", .hash_key = "classificationHash", .kind = FEATURE_CLASSIFICATION};
    return read_entry(in, &entry, error);
}

annoproj_status row_read_object_answers(row_reader *in, annoproj_error **error) {
    return row_members(in, "object_answers", object_entry, NULL, error);
}

annoproj_status row_read_object_actions(row_reader *in, annoproj_error **error) {
    return row_members(in, "object_actions", action_entry, NULL, error);
}

annoproj_status row_read_classification_answers(row_reader *in, annoproj_error **error) {
    return row_members(in, "classification_answers", classification_entry, NULL, error);
}
