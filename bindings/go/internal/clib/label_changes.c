/* Label changes as flat arrays: do they fit one another. */
#include "label_changes.h"

#include <string.h>

#include "failure.h"

#define MOST_CHANGES  1000000u
#define MOST_ELEMENTS 100000000u

/* Where the elements of one array begin in the next: starts[0..count] ascends within 0..limit. */
struct starts {
    const char *name;
    const int64_t *starts;
    size_t count;
    const char *limit_name;
    size_t limit;
    bool exact; /* each of the limit's elements belongs to something; of text several arrays have their parts */
};

static annoproj_status check_starts(const struct starts *all, annoproj_error **error) {
    const int64_t *starts = all->starts;
    int64_t before = 0;
    for (size_t i = 0; starts && i <= all->count; i++) {
        bool last = all->exact && i == all->count && starts[i] != (int64_t)all->limit;
        if (starts[i] < before || (uint64_t)starts[i] > all->limit || (all->exact && i == 0 && starts[i] != 0) ||
            last) {
            fail(error, ANNOPROJ_INVALID, "%s[%zu] is %lld: starts ascend from 0 %s %s, which is %zu", all->name, i,
                 (long long)starts[i], all->exact ? "to" : "to at most", all->limit_name, all->limit);
            fail_detail(error, "index", "%zu", i);
            return ANNOPROJ_INVALID;
        }
        before = starts[i];
    }
    return ANNOPROJ_OK;
}

static annoproj_status missing(const char *name, annoproj_error **error) {
    return fail(error, ANNOPROJ_INVALID, "%s is NULL: other arrays need it", name);
}

static annoproj_status check_sizes(const annoproj_label_changes *changes, annoproj_error **error) {
    if (changes->count > MOST_CHANGES) {
        return fail(error, ANNOPROJ_LIMIT, "%zu label changes at once: at most 1,000,000", changes->count);
    }
    size_t sizes[] = {changes->text_length,      changes->geometry_count, changes->part_count,
                      changes->coordinate_count, changes->answer_count,   changes->range_count};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        if (sizes[i] > MOST_ELEMENTS) {
            return fail(error, ANNOPROJ_LIMIT, "an array of label changes has %zu elements: at most 100,000,000",
                        sizes[i]);
        }
    }
    if (changes->unit < ANNOPROJ_UNIT_STORED || changes->unit > ANNOPROJ_UNIT_SCENE) {
        return fail(error, ANNOPROJ_INVALID, "unit %d is no annoproj_unit", (int)changes->unit);
    }
    return ANNOPROJ_OK;
}

static annoproj_status check_needed(const annoproj_label_changes *changes, annoproj_error **error) {
    if (changes->text_length > 0 && !changes->text) {
        return missing("text", error);
    }
    if (changes->geometry_count > 0 && !changes->geometry_starts) {
        return missing("geometry_starts", error);
    }
    if ((changes->part_count > 0 || changes->coordinate_count > 0) && !changes->coordinate_starts) {
        return missing("coordinate_starts", error);
    }
    if (changes->coordinate_count > 0 && !changes->coordinates) {
        return missing("coordinates", error);
    }
    if (!changes->part_starts && changes->part_count != changes->geometry_count) {
        return fail(error, ANNOPROJ_INVALID,
                    "part_starts is NULL, so each geometry has one part: part_count is %zu, geometry_count %zu",
                    changes->part_count, changes->geometry_count);
    }
    if (changes->answer_count > 0 && (!changes->answer_starts || !changes->answer_attributes)) {
        return missing(changes->answer_starts ? "answer_attributes" : "answer_starts", error);
    }
    if (changes->answer_first_frames && !changes->answer_last_frames) {
        return missing("answer_last_frames", error);
    }
    if (changes->range_count > 0 &&
        (!changes->range_starts || !changes->range_first_frames || !changes->range_last_frames)) {
        return missing(!changes->range_starts         ? "range_starts"
                       : !changes->range_first_frames ? "range_first_frames"
                                                      : "range_last_frames",
                       error);
    }
    return ANNOPROJ_OK;
}

bool label_change_is_removal(const annoproj_label_changes *changes, size_t index) {
    return changes->actions && changes->actions[index] == ANNOPROJ_LABEL_REMOVE;
}

bool label_change_is_partial(const annoproj_label_changes *changes, size_t index) {
    return changes->actions && changes->actions[index] == ANNOPROJ_LABEL_CHANGE;
}

static annoproj_status check_each(const annoproj_label_changes *changes, annoproj_error **error) {
    for (size_t i = 0; i < changes->count; i++) {
        bool removal = label_change_is_removal(changes, i);
        bool partial = label_change_is_partial(changes, i);
        if (changes->actions && !removal && !partial && changes->actions[i] != ANNOPROJ_LABEL_PUT) {
            return fail(error, ANNOPROJ_INVALID, "actions[%zu] is %d: no annoproj_label_action", i,
                        (int)changes->actions[i]);
        }
        if (!removal && !partial && !changes->classes) {
            return missing("classes", error);
        }
        if (changes->automatic && (changes->automatic[i] < (partial ? -1 : 0) || changes->automatic[i] > 1)) {
            return fail(error, ANNOPROJ_INVALID, "automatic[%zu] is %d: 0 or 1", i, (int)changes->automatic[i]);
        }
        if ((removal || partial) &&
            (!changes->hash_offsets || changes->hash_offsets[i] == changes->hash_offsets[i + 1])) {
            return fail(error, ANNOPROJ_INVALID, "label %zu is to be %s but has no hash", i,
                        removal ? "removed" : "changed");
        }
    }
    return ANNOPROJ_OK;
}

annoproj_status label_changes_check(const annoproj_label_changes *changes, annoproj_error **error) {
    const struct starts all[] = {
        {"hash_offsets", changes->hash_offsets, changes->count, "text_length", changes->text_length, false},
        {"geometry_starts", changes->geometry_starts, changes->count, "geometry_count", changes->geometry_count, true},
        {"part_starts", changes->part_starts, changes->geometry_count, "part_count", changes->part_count, true},
        {"coordinate_starts", changes->coordinate_starts, changes->part_count, "coordinate_count",
         changes->coordinate_count, true},
        {"answer_starts", changes->answer_starts, changes->count, "answer_count", changes->answer_count, true},
        {"answer_text_offsets", changes->answer_text_offsets, changes->answer_count, "text_length",
         changes->text_length, false},
        {"range_starts", changes->range_starts, changes->count, "range_count", changes->range_count, true},
    };
    annoproj_status status = check_sizes(changes, error);
    if (status == ANNOPROJ_OK) {
        status = check_needed(changes, error);
    }
    for (size_t i = 0; status == ANNOPROJ_OK && i < sizeof all / sizeof all[0]; i++) {
        status = check_starts(&all[i], error);
    }
    return status == ANNOPROJ_OK ? check_each(changes, error) : status;
}

uint64_t label_changes_fingerprint(const annoproj_label_changes *changes, uint64_t so_far) {
    const size_t n = changes->count;
    struct part {
        const void *data;
        size_t length;
    } const parts[] = {
        {changes->text, changes->text_length},
        {changes->actions, n * sizeof(int32_t)},
        {changes->hash_offsets, (n + 1) * sizeof(int64_t)},
        {changes->classes, n * sizeof(int64_t)},
        {changes->confidences, n * sizeof(double)},
        {changes->automatic, n * sizeof(int32_t)},
        {changes->geometry_starts, (n + 1) * sizeof(int64_t)},
        {changes->frames, changes->geometry_count * sizeof(int64_t)},
        {changes->part_starts, (changes->geometry_count + 1) * sizeof(int64_t)},
        {changes->coordinate_starts, (changes->part_count + 1) * sizeof(int64_t)},
        {changes->coordinates, changes->coordinate_count * sizeof(double)},
        {changes->answer_starts, (n + 1) * sizeof(int64_t)},
        {changes->answer_attributes, changes->answer_count * sizeof(int64_t)},
        {changes->answer_options, changes->answer_count * sizeof(int64_t)},
        {changes->answer_text_offsets, (changes->answer_count + 1) * sizeof(int64_t)},
        {changes->answer_numbers, changes->answer_count * sizeof(double)},
        {changes->answer_first_frames, changes->answer_count * sizeof(int64_t)},
        {changes->answer_last_frames, changes->answer_count * sizeof(int64_t)},
        {changes->range_starts, (n + 1) * sizeof(int64_t)},
        {changes->range_first_frames, changes->range_count * sizeof(int64_t)},
        {changes->range_last_frames, changes->range_count * sizeof(int64_t)},
    };
    uint64_t print = fingerprint_int64(fingerprint_int64(so_far, (int64_t)n), changes->unit);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        print = fingerprint_bytes(fingerprint_int64(print, parts[i].data != NULL), parts[i].data,
                                  parts[i].data ? parts[i].length : 0);
    }
    return print;
}

static bool is_hash_character(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' ||
           c == '-' || c == '_';
}

annoproj_status label_change_hash(const annoproj_label_changes *changes, size_t index, char out[9],
                                  annoproj_error **error) {
    memset(out, 0, 9);
    if (!changes->hash_offsets) {
        return ANNOPROJ_OK;
    }
    const char *given = changes->text ? changes->text + changes->hash_offsets[index] : "";
    size_t length = (size_t)(changes->hash_offsets[index + 1] - changes->hash_offsets[index]);
    bool sound = length == 0 || length == 8;
    for (size_t i = 0; sound && i < length; i++) {
        sound = is_hash_character(given[i]);
    }
    if (!sound) {
        struct quoted shown;
        fail(error, ANNOPROJ_DATA, "label %zu: %s is no hash: 8 characters of A-Z a-z 0-9 + / - _", index,
             quoted(&shown, given, length));
        fail_detail(error, "label", "%zu", index);
        return ANNOPROJ_DATA;
    }
    memcpy(out, given, length);
    return ANNOPROJ_OK;
}
