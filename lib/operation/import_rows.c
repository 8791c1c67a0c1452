/* Label rows become labels of a project's tasks. Rows are read some at a time; then, in one snapshot, they are matched with tasks,
 * their labels are checked and encoded, and go into the spool. */
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "failure.h"
#include "hash.h"
#include "import_labels.h"
#include "key_map.h"
#include "label.h"
#include "label_row_read.h"

#define BATCH_ROWS  256
#define BATCH_BYTES ((size_t)1 << 20)

/* Of data units with that title; the one with that UUID comes first. */
#define SQL_TASKS                                                                                                      \
    "SELECT t.id, u.id, u.uuid = ?3 FROM data_unit u JOIN task t ON t.data_unit = u.id"                                \
    " WHERE u.title = ?1 AND t.id > ?2 << 32 AND t.id < (?2 + 1) << 32 AND t.stage <> 0 AND t.parent = 0"              \
    " ORDER BY 3 DESC LIMIT 2"
#define SQL_USER "SELECT id FROM user WHERE email = ?1"

/* Where labels of a classification are in the row so far. */
typedef struct class_cover {
    frame_ranges frames;
    int64_t labels;
    bool global; /* one of them is on the whole data unit */
} class_cover;

typedef struct row_import {
    label_import *to;
    arena memory; /* of the features */
    ontology_features features;
    label_row *rows[BATCH_ROWS];
    size_t row_count, batch_bytes;
    class_cover *covers;  /* by class */
    key_map tasks, users; /* tasks the file has had; user numbers by e-mail, plus one */
    geometry_builder *geometry;
    answers_builder *answers;
    shape shape;
    frame_ranges ranges;
    bytes geometry_bytes, answer_bytes, range_bytes;
} row_import;

static void fault_at(row_import *run, const row_place *place, const char *message) {
    faults_add(run->to->import->faults, place->pointer, place->offset, "%s", message);
}

/* A failure that is the file's fault becomes one of its faults. */
static annoproj_status as_fault(row_import *run, const row_place *place, annoproj_status status, annoproj_error **wrong,
                                annoproj_error **error) {
    const bool own = status == ANNOPROJ_DATA || status == ANNOPROJ_LIMIT || status == ANNOPROJ_NOT_FOUND ||
                     status == ANNOPROJ_UNSUPPORTED || status == ANNOPROJ_STATE;
    const char *message = *wrong ? annoproj_error_message(*wrong) : "out of memory";
    if (own && *wrong) {
        fault_at(run, place, message);
        status = ANNOPROJ_OK;
    } else if (status == ANNOPROJ_NO_MEMORY) {
        status = fail_memory(error);
    } else if (status != ANNOPROJ_OK) {
        status = fail(error, status, "%s", message);
    }
    drop_error(wrong);
    return status;
}

/* --- encoding ------------------------------------------------------------------------------------------------------ */

static int by_frame(const void *left, const void *right) {
    const row_frame *const *a = left, *const *b = right;
    return ((*a)->frame > (*b)->frame) - ((*a)->frame < (*b)->frame);
}

static annoproj_status add_shape(row_import *run, const row_frame *frame, int32_t type, annoproj_error **error) {
    if (!row_frame_shape(frame, type, &run->shape)) {
        return fail_memory(error);
    }
    geometry_frame(run->geometry, frame->frame);
    for (size_t part = 0; part < run->shape.part_count; part++) {
        geometry_part(run->geometry);
        for (size_t i = run->shape.starts[part]; i < run->shape.starts[part + 1]; i++) {
            geometry_number(run->geometry, run->shape.numbers[i]);
        }
    }
    return ANNOPROJ_OK;
}

/* Frames in order, each once. */
static const row_frame **sorted_frames(const row_label *from, arena *memory, bool *repeated) {
    const row_frame **frames = arena_array(memory, from->frame_count + 1, sizeof *frames);
    size_t count = 0;
    for (const row_frame *frame = from->frames; frame && frames; frame = frame->next) {
        frames[count++] = frame;
    }
    if (frames && !from->ascending) {
        qsort(frames, count, sizeof *frames, by_frame);
    }
    *repeated = false;
    for (size_t i = 1; frames && i < count; i++) {
        *repeated = *repeated || frames[i]->frame == frames[i - 1]->frame;
    }
    return frames;
}

static annoproj_status encode_geometry(row_import *run, arena *memory, const row_label *from, annoproj_error **error) {
    const int32_t type = from->class->type;
    const int32_t unit = shape_has_units(type) ? ANNOPROJ_UNIT_NORMALISED : ANNOPROJ_UNIT_PIXELS;
    bool repeated = false;
    if (!from->frames) {
        return ANNOPROJ_OK;
    }
    const row_frame **frames = sorted_frames(from, memory, &repeated);
    annoproj_status status = !frames    ? fail_memory(error)
                             : repeated ? fail(error, ANNOPROJ_DATA, "label %s is twice on a frame", from->hash)
                                        : ANNOPROJ_OK;
    geometry_builder_reset(run->geometry, type, unit);
    for (size_t i = 0; i < from->frame_count && status == ANNOPROJ_OK; i++) {
        frame_ranges_add(&run->ranges, frames[i]->frame, frames[i]->frame);
        status = add_shape(run, frames[i], type, error);
    }
    return status == ANNOPROJ_OK ? geometry_encode(run->geometry, &run->geometry_bytes, error) : status;
}

static void add_value(row_import *run, const row_answer *from, int64_t first, int64_t last) {
    if (from->option) {
        answers_option(run->answers, from->attribute->number, from->option->number, first, last);
    } else if (from->text) {
        answers_text(run->answers, from->attribute->number, from->text, from->text_length, first, last);
    } else {
        answers_number(run->answers, from->attribute->number, from->number, first, last);
    }
}

static annoproj_status encode_answers(row_import *run, const row_label *from, annoproj_error **error) {
    answers_builder_reset(run->answers);
    for (const row_answer *one = from->answers; one; one = one->next) {
        if (!one->dynamic) {
            add_value(run, one, -1, -1);
        }
        for (const row_range *range = one->ranges; range; range = range->next) {
            add_value(run, one, range->first, range->last);
        }
    }
    return answers_encode(run->answers, &run->answer_bytes, error);
}

static annoproj_status encode_label(row_import *run, arena *memory, const row_label *from, label *out,
                                    annoproj_error **error) {
    run->geometry_bytes.length = run->answer_bytes.length = run->range_bytes.length = 0;
    frame_ranges_clear(&run->ranges);
    annoproj_status status = encode_geometry(run, memory, from, error);
    if (status == ANNOPROJ_OK) {
        status = encode_answers(run, from, error);
    }
    for (const row_range *range = from->ranges; range && status == ANNOPROJ_OK; range = range->next) {
        frame_ranges_add(&run->ranges, range->first, range->last);
    }
    frame_ranges_encode(&run->ranges, &run->range_bytes);
    if (status == ANNOPROJ_OK && (run->ranges.failed || run->range_bytes.failed)) {
        status = fail_memory(error);
    }
    *out = (label){.class = from->class->number,
                   .confidence = from->confidence,
                   .manual = from->manual,
                   .ranges = run->range_bytes.data,
                   .ranges_length = run->range_bytes.length,
                   .geometry = run->geometry_bytes.data,
                   .geometry_length = run->geometry_bytes.length,
                   .answers = run->answer_bytes.data,
                   .answers_length = run->answer_bytes.length};
    memcpy(out->hash, from->hash, sizeof out->hash);
    return status;
}

/* --- one label ----------------------------------------------------------------------------------------------------- */

/* Of the store's user with that e-mail; whoever imports stands for others. */
static annoproj_status user_of(row_import *run, scope *in, const char *email, int64_t *user, annoproj_error **error) {
    *user = in->user;
    if (!email || !*email) {
        return ANNOPROJ_OK;
    }
    const int64_t key = (int64_t)hash64(email, strlen(email));
    const uint32_t known = key_map_find(&run->users, key);
    if (known != KEY_MAP_NONE) {
        *user = known;
        return ANNOPROJ_OK;
    }
    statement *find = sql(in->database, SQL_USER);
    bind_text(find, email);
    *user = sql_row(find) ? column_int64(find, 0) : in->user;
    annoproj_status status = sql_end(find, error);
    return status == ANNOPROJ_OK && !key_map_add(&run->users, key, (uint32_t)*user) ? fail_memory(error) : status;
}

static annoproj_status spool_label(row_import *run, scope *in, const row_label *from, const label *made, int64_t task,
                                   annoproj_error **error) {
    label_details details = {.manual = made->manual && !run->to->prelabels,
                             .classification = from->class->kind == FEATURE_CLASSIFICATION,
                             .created_us = from->created_us,
                             .edited_us = from->edited_us,
                             .ranges = made->ranges,
                             .ranges_length = made->ranges_length,
                             .answers = made->answers,
                             .answers_length = made->answers_length};
    int64_t content = 0;
    memcpy(details.hash, from->hash, sizeof details.hash);
    memcpy(&content, from->hash, sizeof content);
    annoproj_status status = user_of(run, in, from->creator, &details.creator, error);
    if (status == ANNOPROJ_OK) {
        status = user_of(run, in, from->editor, &details.editor, error);
    }
    const spooled_label spooled = {.task = task,
                                   .class = made->class,
                                   .confidence = made->confidence,
                                   .content = (uint64_t)content,
                                   .geometry = made->geometry,
                                   .geometry_length = made->geometry_length,
                                   .details = &details};
    return status == ANNOPROJ_OK ? label_spool_add(run->to->spool, &spooled, error) : status;
}

/* What was met in answers only: nothing to store when it is an object whose frames are gone. */
static bool is_leftover(const row_label *from) {
    return !from->frames && !from->ranges && (!from->class || from->class->kind == FEATURE_OBJECT);
}

/* A classification may not overlap itself on a frame, and one on the whole data unit is the only one. */
static annoproj_status check_overlap(row_import *run, const label *made, annoproj_error **error) {
    class_cover *cover = &run->covers[made->class];
    const bool global = run->ranges.count == 0;
    if (run->features.by_number[made->class]->kind != FEATURE_CLASSIFICATION) {
        return ANNOPROJ_OK;
    }
    if (cover->labels > 0 && (global || cover->global || frame_ranges_overlap(&run->ranges, &cover->frames))) {
        return fail(error, ANNOPROJ_DATA, "label %s: another label of the same classification is on some of its frames",
                    made->hash);
    }
    for (size_t i = 0; i < run->ranges.count; i++) {
        frame_ranges_add(&cover->frames, run->ranges.ranges[i].first, run->ranges.ranges[i].last);
    }
    cover->labels++;
    cover->global = global;
    return cover->frames.failed ? fail_memory(error) : ANNOPROJ_OK;
}

static void clear_covers(row_import *run, const label_row *row) {
    for (size_t i = 0; i < row->label_count; i++) {
        if (row->labels[i]->class) {
            class_cover *cover = &run->covers[row->labels[i]->class->number];
            frame_ranges_clear(&cover->frames);
            cover->labels = 0;
            cover->global = false;
        }
    }
}

static annoproj_status take_label(row_import *run, scope *in, arena *memory, const row_label *from,
                                  const data_unit *unit, int64_t task, annoproj_error **error) {
    annoproj_error *wrong = NULL;
    label made = {0};
    if (is_leftover(from)) {
        return ANNOPROJ_OK;
    }
    annoproj_status status = ANNOPROJ_OK;
    if (!from->class) {
        status = fail(&wrong, ANNOPROJ_DATA, "label %s has frames or ranges, but no featureHash tells its class",
                      from->hash);
    } else if (from->class->archived) {
        status = fail(&wrong, ANNOPROJ_STATE, "class %s is archived, no new labels are made of it",
                      QUOTED(from->class->name));
    }
    if (status == ANNOPROJ_OK) {
        status = encode_label(run, memory, from, &made, &wrong);
    }
    if (status == ANNOPROJ_OK) {
        status = label_check(&made, &run->features, unit, from->hash, &wrong);
    }
    if (status == ANNOPROJ_OK) {
        status = check_overlap(run, &made, &wrong);
    }
    if (status != ANNOPROJ_OK) {
        return as_fault(run, &from->place, status, &wrong, error);
    }
    return spool_label(run, in, from, &made, task, error);
}

/* --- rows ---------------------------------------------------------------------------------------------------------- */

/* The UUID that a text is; false when it is none. */
static bool read_uuid(const char *given, uint8_t uuid[16]) {
    static const char hex[] = "0123456789abcdefABCDEF";
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

/* The task with that data unit, else the only one whose data unit has that title; 0 after a fault. */
static annoproj_status find_task(row_import *run, scope *in, const label_row *row, int64_t *task, int64_t *unit,
                                 annoproj_error **error) {
    uint8_t uuid[16];
    const bool known = read_uuid(row->data_hash, uuid);
    statement *find = sql(in->database, SQL_TASKS);
    bind_text(find, row->data_title);
    bind_int64(find, run->to->project);
    bind_blob(find, uuid, known ? sizeof uuid : 0);
    *task = 0;
    bool exact = false, several = false;
    if (sql_row(find)) {
        *task = column_int64(find, 0);
        *unit = column_int64(find, 1);
        exact = column_int64(find, 2) != 0;
        several = !exact && sql_row(find);
    }
    annoproj_status status = sql_end(find, error);
    if (status != ANNOPROJ_OK || (*task != 0 && !several)) {
        return status;
    }
    *task = 0;
    fault_at(run, &row->place,
             several ? "several data units of the project have the row's data_title, none its data_hash"
                     : "no data unit of the project has the row's data_title");
    return ANNOPROJ_OK;
}

static annoproj_status note_task(row_import *run, const label_row *row, int64_t *task, annoproj_error **error) {
    if (key_map_find(&run->tasks, *task) != KEY_MAP_NONE) {
        fault_at(run, &row->place, "an earlier row is of the same data unit");
        *task = 0;
        return ANNOPROJ_OK;
    }
    return key_map_add(&run->tasks, *task, 0) ? ANNOPROJ_OK : fail_memory(error);
}

static annoproj_status take_row(row_import *run, scope *in, label_row *row, annoproj_error **error) {
    int64_t task = 0, unit_id = 0;
    data_unit unit;
    if (strcmp(row->data_type, "deleted") == 0) {
        return ANNOPROJ_OK; /* of a version: its data unit is gone */
    }
    annoproj_status status = find_task(run, in, row, &task, &unit_id, error);
    if (status == ANNOPROJ_OK && task != 0) {
        status = note_task(run, row, &task, error);
    }
    if (status == ANNOPROJ_OK && task != 0) {
        scope own = *in;
        own.memory = &row->memory;
        status = data_unit_load(&own, unit_id, &unit, error);
    }
    for (size_t i = 0; i < row->label_count && status == ANNOPROJ_OK && task != 0; i++) {
        status = take_label(run, in, &row->memory, row->labels[i], &unit, task, error);
    }
    clear_covers(run, row);
    const spooled_label mark = {.task = task, .content = UINT64_C(0x9E3779B97F4A7C15)};
    if (status == ANNOPROJ_OK && task != 0 && run->to->replace) {
        status = label_spool_add(run->to->spool, &mark, error);
    }
    return status;
}

static annoproj_status take_batch(scope *in, void *arguments, annoproj_error **error) {
    row_import *run = arguments;
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < run->row_count && status == ANNOPROJ_OK; i++) {
        status = take_row(run, in, run->rows[i], error);
    }
    return status;
}

static annoproj_status end_batch(row_import *run, annoproj_error **error) {
    request asked = *run->to->asked;
    asked.arguments = run;
    annoproj_status status = run->row_count > 0 ? import_access_read(run->to->import, &asked, take_batch, error)
                                                : ANNOPROJ_OK;
    for (size_t i = 0; i < run->row_count; i++) {
        label_row_release(run->rows[i]);
    }
    run->row_count = run->batch_bytes = 0;
    return status;
}

static annoproj_status take(void *data, label_row *row, annoproj_error **error) {
    row_import *run = data;
    run->rows[run->row_count++] = row;
    run->batch_bytes += row->bytes;
    run->to->items++;
    return run->row_count == BATCH_ROWS || run->batch_bytes >= BATCH_BYTES ? end_batch(run, error) : ANNOPROJ_OK;
}

/* --- the call ------------------------------------------------------------------------------------------------------ */

static annoproj_status load_features(scope *in, void *arguments, annoproj_error **error) {
    row_import *run = arguments;
    scope own = *in;
    own.memory = &run->memory;
    annoproj_status status = label_import_note_ontology(in, run->to, error);
    return status == ANNOPROJ_OK ? ontology_load(&own, run->to->ontology, &run->features, error) : status;
}

static annoproj_status begin(row_import *run, annoproj_error **error) {
    request asked = *run->to->asked;
    asked.arguments = run;
    run->geometry = geometry_builder_new(0, 0);
    run->answers = answers_builder_new();
    annoproj_status status = import_access_read(run->to->import, &asked, load_features, error);
    if (status == ANNOPROJ_OK) {
        run->to->highest_class = run->features.highest;
        run->to->knows_tasks = true;
        run->covers = allocate_zeroed((size_t)run->features.highest + 1, sizeof *run->covers);
        status = run->covers ? ANNOPROJ_OK : fail_memory(error);
    }
    return status;
}

static void end(row_import *run) {
    for (size_t i = 0; i < run->row_count; i++) {
        label_row_release(run->rows[i]);
    }
    for (int32_t i = 0; run->covers && i <= run->features.highest; i++) {
        frame_ranges_release(&run->covers[i].frames);
    }
    release(run->covers);
    geometry_builder_free(run->geometry);
    answers_builder_free(run->answers);
    shape_release(&run->shape);
    frame_ranges_release(&run->ranges);
    bytes_release(&run->geometry_bytes);
    bytes_release(&run->answer_bytes);
    bytes_release(&run->range_bytes);
    key_map_release(&run->tasks);
    key_map_release(&run->users);
    arena_release(&run->memory);
}

static annoproj_status read_rows(label_import *to, annoproj_error **error) {
    row_import run = {.to = to};
    const row_sink sink = {.data = &run, .row = take};
    annoproj_status status = begin(&run, error);
    if (status == ANNOPROJ_OK) {
        status = label_rows_read(&to->import->source, &to->import->bounds, to->import->faults, &run.features, &sink,
                                 error);
    }
    if (status == ANNOPROJ_OK) {
        status = end_batch(&run, error);
    }
    if (status == ANNOPROJ_OK) {
        status = faults_report(to->import->faults, to->import->source.name, error);
    }
    end(&run);
    return status;
}

annoproj_status annoproj_project_import_labels(annoproj_project *project, const char *path,
                                               const annoproj_import_options *options, const annoproj_call *call,
                                               annoproj_table **table, annoproj_error **error) {
    return label_import_call(project, "project_import_labels", read_rows, path, options, call, table, error);
}
