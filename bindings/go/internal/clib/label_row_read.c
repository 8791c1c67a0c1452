/* The whole of a file of label rows: a list of rows or a single one; rows, their data units and frames. */
#include "label_row_read.h"

#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "frame_ranges.h"
#include "hash.h"
#include "label_row_parts.h"

#define STRING_LIMIT ((size_t)8 << 20) /* masks are long texts */
#define CHECK_EVERY  256               /* items between two looks at deadline and cancel */
#define MOST_ITEMS   20000000

void label_row_release(label_row *row) {
    if (row) {
        release(row->labels);
        release(row->unit_frames);
        key_map_release(&row->by_hash);
        arena_release(&row->memory);
        release(row);
    }
}

bool label_row_uuid(const label_row *row, uint8_t uuid[16]) {
    static const char hex[] = "0123456789abcdefABCDEF";
    const char *given = row->data_hash;
    size_t digits = 0;
    memset(uuid, 0, 16);
    for (; *given && digits < 32; given++) {
        const char *at = strchr(hex, *given);
        if (!at && *given != '-') {
            return false;
        }
        if (at) {
            const int value = (int)(at - hex) - (at - hex > 15 ? 6 : 0);
            uuid[digits / 2] = (uint8_t)(uuid[digits / 2] << 4 | value);
            digits++;
        }
    }
    return digits == 32 && !*given;
}

static annoproj_status look_up(row_reader *in, annoproj_error **error) {
    if (++in->items > MOST_ITEMS) {
        return fail(error, ANNOPROJ_LIMIT, "%s has more than %d items", QUOTED(in->source->name), MOST_ITEMS);
    }
    if (in->items % CHECK_EVERY != 0) {
        return ANNOPROJ_OK;
    }
    annoproj_status status = bounds_check(in->bounds, error);
    return status == ANNOPROJ_OK ? bounds_progress(in->bounds, in->source->read, in->source->size, error) : status;
}

/* --- frames ------------------------------------------------------------------------------------------------------- */

typedef struct frame_at {
    int64_t frame;
    int32_t unit;
} frame_at;

typedef annoproj_status (*item_fn)(row_reader *in, int64_t frame, int32_t unit, annoproj_error **error);

typedef struct item_reading {
    const frame_at *at;
    item_fn read;
} item_reading;

static annoproj_status read_item(row_reader *in, void *data, annoproj_error **error) {
    const item_reading *reading = data;
    if (in->token.kind != JSON_OBJECT) {
        row_note(in, "it must be an object");
        return row_pass(in, error);
    }
    annoproj_status status = reading->read(in, reading->at->frame, reading->at->unit, error);
    arena_release(&in->texts);
    return status == ANNOPROJ_OK ? look_up(in, error) : status;
}

static annoproj_status frame_member(row_reader *in, void *data, annoproj_error **error) {
    const bool objects = json_key_is(&in->token, "objects");
    if (!objects && !json_key_is(&in->token, "classifications")) {
        return json_skip(in->scan, error);
    }
    item_reading reading = {.at = data, .read = objects ? row_read_object : row_read_classification};
    return row_elements(in, objects ? "objects" : "classifications", read_item, &reading, error);
}

static bool frame_of_key(const json_token *key, int64_t *frame) {
    return json_key_number(key, frame) && *frame <= FRAME_MOST;
}

/* {"objects":[..],"classifications":[..]} of the only frame, or the same by number of frame. */
static annoproj_status labels_member(row_reader *in, void *data, annoproj_error **error) {
    frame_at *at = data;
    if (frame_of_key(&in->token, &at->frame)) {
        return row_members(in, "a frame", frame_member, at, error);
    }
    at->frame = 0;
    if (json_key_is(&in->token, "objects") || json_key_is(&in->token, "classifications")) {
        return frame_member(in, at, error);
    }
    return row_refuse_labels(in, NO_STREAMS, error);
}

/* --- data units --------------------------------------------------------------------------------------------------- */

static annoproj_status read_sequence(row_reader *in, int64_t *place, annoproj_error **error) {
    annoproj_status status = row_next(in, error);
    if (status != ANNOPROJ_OK || in->token.kind == JSON_NULL) {
        return status;
    }
    const bool quotes = in->token.kind == JSON_STRING;
    if (quotes ? !frame_of_key(&in->token, place) : !json_int64(&in->token, place) || *place < 0) {
        row_note(in, "data_sequence must be a whole number from 0");
    }
    return row_pass(in, error);
}

typedef struct unit_reading {
    int32_t unit;
    int64_t place;
} unit_reading;

static annoproj_status unit_member(row_reader *in, void *data, annoproj_error **error) {
    unit_reading *reading = data;
    if (json_key_is(&in->token, "labels")) {
        frame_at at = {.unit = reading->unit};
        return row_members(in, "labels", labels_member, &at, error);
    }
    if (json_key_is(&in->token, "data_sequence")) {
        return read_sequence(in, &reading->place, error);
    }
    return json_skip(in->scan, error);
}

static annoproj_status read_unit(row_reader *in, void *data, annoproj_error **error) {
    (void)data;
    label_row *row = in->row;
    if (row->unit_count == row->unit_capacity) {
        const size_t capacity = row->unit_capacity ? row->unit_capacity * 2 : 4;
        int64_t *larger = reallocate(row->unit_frames, capacity * sizeof *larger);
        if (!larger) {
            return fail_memory(error);
        }
        row->unit_frames = larger;
        row->unit_capacity = capacity;
    }
    unit_reading reading = {.unit = (int32_t)row->unit_count, .place = (int64_t)row->unit_count};
    row->unit_frames[row->unit_count++] = 0;
    annoproj_status status = row_members(in, "a data unit", unit_member, &reading, error);
    row->unit_frames[reading.unit] = reading.place;
    return status;
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

static annoproj_status scene_member(row_reader *in, void *data, annoproj_error **error) {
    label_row *row = data;
    bool continuous = false;
    if (!json_key_is(&in->token, "isContinuous")) {
        return json_skip(in->scan, error);
    }
    annoproj_status status = row_bool(in, "isContinuous", &continuous, error);
    if (status == ANNOPROJ_OK && continuous) {
        row->continuous = row_here(in, &row->memory);
        status = row->continuous.pointer ? ANNOPROJ_OK : fail_memory(error);
    }
    return status;
}

static annoproj_status row_member(row_reader *in, annoproj_error **error) {
    label_row *row = in->row;
    const json_token *key = &in->token;
    if (json_key_is(key, "data_hash")) {
        return row_text(in, "data_hash", &row->memory, &row->data_hash, NULL, error);
    }
    if (json_key_is(key, "data_title")) {
        return row_text(in, "data_title", &row->memory, &row->data_title, NULL, error);
    }
    if (json_key_is(key, "data_type")) {
        return row_text(in, "data_type", &row->memory, &row->data_type, NULL, error);
    }
    if (json_key_is(key, "data_units")) {
        return row_members(in, "data_units", read_unit, NULL, error);
    }
    if (json_key_is(key, "spaces")) {
        return row_refuse_labels(in, NO_SPACES, error);
    }
    if (json_key_is(key, "scene")) {
        return row_members(in, "scene", scene_member, row, error);
    }
    if (json_key_is(key, "object_answers")) {
        return row_read_object_answers(in, error);
    }
    if (json_key_is(key, "classification_answers")) {
        return row_read_classification_answers(in, error);
    }
    if (json_key_is(key, "object_actions")) {
        return row_read_object_actions(in, error);
    }
    return json_skip(in->scan, error);
}

static annoproj_status read_row(row_reader *in, const row_sink *sink, annoproj_error **error) {
    label_row *row = allocate_zeroed(1, sizeof *row);
    if (!row) {
        return fail_memory(error);
    }
    in->row = row;
    row->data_hash = row->data_title = row->data_type = "";
    row->place = row_here(in, &row->memory);
    annoproj_status status = row->place.pointer ? row_next(in, error) : fail_memory(error);
    for (; status == ANNOPROJ_OK && in->token.kind == JSON_KEY; status = row_next(in, error)) {
        status = row_member(in, error);
        if (status != ANNOPROJ_OK) {
            break;
        }
    }
    in->row = NULL;
    row->bytes = (size_t)(json_offset(in->scan) - row->place.offset);
    if (status != ANNOPROJ_OK) {
        label_row_release(row);
        return status;
    }
    status = row_settle(in, row, error);
    if (status != ANNOPROJ_OK) {
        label_row_release(row);
        return status;
    }
    status = sink->row(sink->data, row, error);
    return status == ANNOPROJ_OK ? look_up(in, error) : status;
}

static annoproj_status read_root(row_reader *in, const row_sink *sink, annoproj_error **error) {
    annoproj_status status = row_next(in, error);
    if (status == ANNOPROJ_OK && in->token.kind == JSON_OBJECT) {
        status = read_row(in, sink, error);
        return status == ANNOPROJ_OK ? row_next(in, error) : status;
    }
    if (status == ANNOPROJ_OK && in->token.kind != JSON_ARRAY) {
        row_note(in, "label rows are a list of objects, or one of them");
        return row_pass(in, error);
    }
    for (status = status == ANNOPROJ_OK ? row_next(in, error) : status;
         status == ANNOPROJ_OK && in->token.kind != JSON_ARRAY_END; status = row_next(in, error)) {
        if (in->token.kind == JSON_OBJECT) {
            status = read_row(in, sink, error);
        } else {
            row_note(in, "a label row must be an object");
            status = row_pass(in, error);
        }
        if (status != ANNOPROJ_OK) {
            break;
        }
    }
    return status == ANNOPROJ_OK ? row_next(in, error) : status; /* nothing comes behind it */
}

static bool index_features(row_reader *in) {
    bool memory = true;
    for (size_t i = 0; i < in->features->count && memory; i++) {
        const char *hash = in->features->features[i].hash;
        memory = key_map_add(&in->by_hash, (int64_t)hash64(hash, strlen(hash)), (uint32_t)i);
    }
    return memory;
}

annoproj_status label_rows_read(json_source *source, const bounds *limits, faults *all,
                                const ontology_features *features, const row_sink *sink, annoproj_error **error) {
    row_reader in = {.source = source, .bounds = limits, .faults = all, .features = features};
    annoproj_status status = index_features(&in) ? source_scan(source, STRING_LIMIT, &in.scan, error)
                                                 : fail_memory(error);
    if (status == ANNOPROJ_OK) {
        status = read_root(&in, sink, error);
    }
    json_scan_release(in.scan);
    key_map_release(&in.by_hash);
    arena_release(&in.texts);
    shape_release(&in.shape);
    release(in.outer);
    bytes_release(&in.packed);
    return faults_join(all, status, error);
}
