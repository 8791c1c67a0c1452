/* Label rows become labels of a project's tasks. Rows are read some at a time; then, in one snapshot, they are matched with tasks,
 * their labels are checked and encoded, and go into the spool. */
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "hash.h"
#include "import_labels.h"
#include "import_tasks.h"
#include "key_map.h"
#include "label.h"
#include "label_row_encode.h"

#define BATCH_ROWS  256
#define BATCH_BYTES ((size_t)1 << 20)

#define SQL_USER "SELECT id FROM user WHERE email = lower(?1)"

typedef struct row_import {
    label_import *to;
    arena memory; /* of the features */
    ontology_features features;
    label_row *rows[BATCH_ROWS];
    size_t row_count, batch_bytes;
    row_encoder encoder;
    task_finder finder;
    key_map tasks, users; /* tasks the file has had; user numbers by e-mail, plus one */
} row_import;

static void fault_at(row_import *run, const row_place *place, const char *message) {
    faults_add(run->to->import->faults, place->pointer, place->offset, "%s", message);
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
                             .answers_length = made->answers_length,
                             .nodes = made->nodes,
                             .nodes_length = made->nodes_length};
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

static annoproj_status take_label(row_import *run, scope *in, arena *memory, const row_label *from,
                                  const data_unit *unit, int64_t task, annoproj_error **error) {
    annoproj_error *wrong = NULL;
    label made = {0};
    if (row_label_is_leftover(from)) {
        return ANNOPROJ_OK;
    }
    annoproj_status status = row_label_encode(&run->encoder, memory, from, &made, &wrong);
    made.task = task;
    if (status == ANNOPROJ_OK) {
        status = label_check_archived(in, &made, &run->features, from->hash, &wrong);
    }
    if (status == ANNOPROJ_OK) {
        status = label_check(&made, &run->features, unit, from->hash, &wrong);
    }
    if (status == ANNOPROJ_OK) {
        status = row_label_check_overlap(&run->encoder, &made, &wrong);
    }
    if (status != ANNOPROJ_OK) {
        return row_fault(run->to->import->faults, &from->place, status, &wrong, error);
    }
    return spool_label(run, in, from, &made, task, error);
}

/* --- rows ---------------------------------------------------------------------------------------------------------- */

/* 0 after a fault. */
static annoproj_status find_task(row_import *run, scope *in, const label_row *row, int64_t *task, int64_t *unit,
                                 annoproj_error **error) {
    found_task found;
    annoproj_status status = task_finder_find(&run->finder, in, row, &found, error);
    *task = found.task;
    *unit = found.unit;
    if (status == ANNOPROJ_OK && found.task == 0) {
        fault_at(run, &row->place,
                 found.several ? "several data units of the project have the row's data_title, none its data_hash"
                               : "no data unit of the project has the row's data_hash or its data_title");
    }
    return status;
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
    row_encoder_next_row(&run->encoder, row);
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
    annoproj_status status = import_access_read(run->to->import, &asked, load_features, error);
    if (status == ANNOPROJ_OK) {
        run->to->highest_class = run->features.highest;
        run->to->knows_tasks = true;
        status = row_encoder_begin(&run->encoder, &run->features, error);
    }
    return status;
}

static void end(row_import *run) {
    for (size_t i = 0; i < run->row_count; i++) {
        label_row_release(run->rows[i]);
    }
    row_encoder_release(&run->encoder);
    task_finder_release(&run->finder);
    key_map_release(&run->tasks);
    key_map_release(&run->users);
    arena_release(&run->memory);
}

static annoproj_status read_rows(label_import *to, annoproj_error **error) {
    row_import run = {.to = to, .finder = {.project = to->project}};
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
