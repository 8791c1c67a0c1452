/* What a label row changes on a task: the row that was given against the one that the labels there are would be exported as. */
#include "label_row_change.h"

#include <stdlib.h>
#include <string.h>

#include "export_coco.h"
#include "failure.h"
#include "label_copy.h"
#include "label_row_encode.h"

/* A row that was read, and what turns its labels into encodings. */
typedef struct one_row {
    label_row *row;
    faults faults;
    row_encoder encoder;
} one_row;

typedef struct finding {
    scope *in;
    row_change *out;
    data_unit unit;
    one_row given, now; /* now: the labels that there are, as a row tells them */
    label *before;      /* the same as they are stored */
    size_t before_count;
    label_list after;
    int64_t kept;
} finding;

static annoproj_status take_row(void *data, label_row *row, annoproj_error **error) {
    (void)error;
    one_row *to = data;
    if (to->row) {
        faults_add(&to->faults, row->place.pointer, row->place.offset, "a task has one label row, this is another");
        label_row_release(row);
    } else {
        to->row = row;
    }
    return ANNOPROJ_OK;
}

static annoproj_status parse_row(finding *run, one_row *into, const char *name, const char *json, size_t length,
                                 annoproj_error **error) {
    bounds quiet = *run->in->bounds; /* nobody is called back in a write */
    quiet.progress = NULL;
    const row_sink sink = {.data = into, .row = take_row};
    json_source source;
    annoproj_status status = row_encoder_begin(&into->encoder, &run->out->features, error);
    if (status == ANNOPROJ_OK) {
        status = source_from_text(&source, name, json, length, error);
    }
    if (status == ANNOPROJ_OK) {
        status = label_rows_read(&source, &quiet, &into->faults, &run->out->features, &sink, error);
        source_close(&source);
    }
    return status;
}

/* --- whose row it is --- */

/* Whether another data unit has the row's UUID and the same title. */
static annoproj_status is_of_another(finding *run, const uint8_t uuid[16], bool *other, annoproj_error **error) {
    static const char query[] = "SELECT 1 FROM data_unit WHERE title = ?1 AND uuid = ?2";
    statement *find = sql(run->in->database, query);
    bind_text(find, run->unit.title);
    bind_blob(find, uuid, 16);
    *other = sql_row(find);
    return sql_end(find, error);
}

/* A row of something else would take all labels away: so it has to say whose it is, and to have the part with the labels. */
static annoproj_status check_row(finding *run, annoproj_error **error) {
    one_row *given = &run->given;
    const label_row *row = given->row;
    uint8_t uuid[16];
    bool other = false;
    if (!row) { /* an empty list; anything else is a fault already */
        if (given->faults.count == 0) {
            faults_add(&given->faults, "", 0, "there is no label row in it");
        }
        return ANNOPROJ_OK;
    }
    const bool known = label_row_uuid(row, uuid);
    const bool own = known && memcmp(uuid, run->unit.uuid, sizeof uuid) == 0;
    annoproj_status status = known && !own ? is_of_another(run, uuid, &other, error) : ANNOPROJ_OK;
    if (strcmp(row->data_type, "deleted") == 0) {
        faults_add(&given->faults, row->place.pointer, row->place.offset, "the row is that of a deleted data unit");
    } else if (!own && (other || strcmp(row->data_title, run->unit.title) != 0)) {
        faults_add(&given->faults, row->place.pointer, row->place.offset,
                   "neither data_hash nor data_title says that the row is of this task's data unit");
    } else if (row->unit_count == 0) {
        faults_add(&given->faults, row->place.pointer, row->place.offset,
                   "the row has no data_units: it would take all labels of the task away");
    }
    return status;
}

/* --- one label --- */

static int by_hash(const void *a, const void *b) {
    return strcmp(((const label *)a)->hash, ((const label *)b)->hash);
}

static int by_row_hash(const void *a, const void *b) {
    const row_label *const *one = a, *const *other = b;
    return strcmp((*one)->hash, (*other)->hash);
}

static const label *stored_label(const finding *run, const row_label *of) {
    label key = {.task = 0};
    memcpy(key.hash, of->hash, sizeof key.hash);
    return run->before_count == 0 ? NULL : bsearch(&key, run->before, run->before_count, sizeof key, by_hash);
}

/* Whether the row says of a label what the row of the labels there are says of it. Then it stays as it is stored: its numbers, too, which may
 * be in pixels. */
static annoproj_status is_as_it_was(finding *run, const row_label *given, const label *made, bool *same,
                                    annoproj_error **error) {
    const label_row *row = run->now.row;
    row_label **now = row && row->label_count > 0
                          ? bsearch(&given, row->labels, row->label_count, sizeof(row_label *), by_row_hash)
                          : NULL;
    label before;
    *same = false;
    if (!now || !(*now)->class) {
        return ANNOPROJ_OK;
    }
    annoproj_status status = row_label_encode(&run->now.encoder, run->in->memory, *now, &before, error);
    *same = status == ANNOPROJ_OK && label_same(&before, made);
    return status;
}

/* A label that is new, or that the row tells otherwise. */
static annoproj_status check_changed(finding *run, label *made, const label *before, annoproj_error **wrong) {
    scope *in = run->in;
    made->task = in->task.id;
    made->creator = before ? before->creator : in->user;
    made->created_us = before ? before->created_us : ROW_CHANGE_NOW;
    made->editor = in->user;
    made->edited_us = ROW_CHANGE_NOW;
    annoproj_status status = label_check_archived(in, made, &run->out->features, made->hash, wrong);
    return status == ANNOPROJ_OK ? label_check(made, &run->out->features, &run->unit, made->hash, wrong) : status;
}

static annoproj_status take_label(finding *run, const row_label *from, annoproj_error **error) {
    annoproj_error *wrong = NULL;
    label made = {.task = 0};
    const label *before = stored_label(run, from);
    bool same = false;
    annoproj_status status = row_label_encode(&run->given.encoder, run->in->memory, from, &made, &wrong);
    if (status == ANNOPROJ_OK && before) {
        status = is_as_it_was(run, from, &made, &same, &wrong);
    }
    if (status == ANNOPROJ_OK && !same) {
        status = check_changed(run, &made, before, &wrong);
    }
    if (status == ANNOPROJ_OK) {
        status = row_label_check_overlap(&run->given.encoder, &made, &wrong);
    }
    if (status != ANNOPROJ_OK) {
        return row_fault(&run->given.faults, &from->place, status, &wrong, error);
    }
    run->kept += before != NULL;
    run->out->changed += before && !same;
    run->out->added += !before;
    return label_list_add(&run->after, same ? before : &made, error);
}

/* --- all of them --- */

static annoproj_status write_now(scope *in, output *out, annoproj_error **error) {
    export_plan plan = {.in = in, .out = out};
    output_keep(out);
    annoproj_status status = export_plan_begin(&plan, error);
    return status == ANNOPROJ_OK ? export_label_row(&plan, in->task.id, error) : status;
}

/* The labels there are: as they are stored, and as a row tells them. */
static annoproj_status load_before(finding *run, annoproj_error **error) {
    scope *in = run->in;
    output out = {.file = -1};
    annoproj_status status = label_load_all(in, in->task.id, &run->before, &run->before_count, error);
    if (status != ANNOPROJ_OK || run->before_count == 0) {
        return status;
    }
    qsort(run->before, run->before_count, sizeof *run->before, by_hash);
    status = write_now(in, &out, error);
    if (status == ANNOPROJ_OK) {
        status = out.text.failed ? fail_memory(error)
                                 : parse_row(run, &run->now, "the labels", out.text.data, out.text.length, error);
    }
    output_close(&out);
    if (status == ANNOPROJ_OK && run->now.row && run->now.row->label_count > 0) {
        qsort(run->now.row->labels, run->now.row->label_count, sizeof(row_label *), by_row_hash);
    }
    return status;
}

static annoproj_status read_given(finding *run, const char *json, annoproj_error **error) {
    scope *in = run->in;
    annoproj_status status = ontology_load(in, in->project.ontology, &run->out->features, error);
    if (status == ANNOPROJ_OK) {
        status = data_unit_load(in, in->task.data_unit, &run->unit, error);
    }
    if (status == ANNOPROJ_OK) {
        status = parse_row(run, &run->given, "the label row", json, strlen(json), error);
    }
    if (status == ANNOPROJ_OK) {
        status = check_row(run, error);
    }
    return status == ANNOPROJ_OK ? load_before(run, error) : status;
}

static annoproj_status take_labels(finding *run, annoproj_error **error) {
    const label_row *row = run->given.row;
    annoproj_status status = ANNOPROJ_OK;
    run->after.memory = run->in->memory;
    for (size_t i = 0; row && i < row->label_count && status == ANNOPROJ_OK; i++) {
        if (!row_label_is_leftover(row->labels[i])) {
            status = take_label(run, row->labels[i], error);
        }
    }
    return status == ANNOPROJ_OK ? faults_report(&run->given.faults, "the label row", error) : status;
}

static void release_row(one_row *of) {
    row_encoder_release(&of->encoder);
    faults_release(&of->faults);
    label_row_release(of->row);
}

annoproj_status row_change_find(scope *in, const char *json, row_change *out, annoproj_error **error) {
    finding run = {.in = in, .out = out};
    *out = (row_change){.task = in->task.id, .version = in->task.version};
    annoproj_status status = read_given(&run, json, error);
    if (status == ANNOPROJ_OK) {
        status = take_labels(&run, error);
    }
    out->labels = run.after.labels;
    out->count = run.after.count;
    out->removed = (int64_t)run.before_count - run.kept;
    release_row(&run.given);
    release_row(&run.now);
    return status;
}

/* ---- whether it still holds ---- */

static bool same_vertices(const feature *a, const feature *b) {
    bool same = a->vertex_count == b->vertex_count;
    for (size_t i = 0; i < a->vertex_count && same; i++) {
        same = strcmp(a->vertices[i].hash, b->vertices[i].hash) == 0 &&
               strcmp(a->vertices[i].name, b->vertices[i].name) == 0 &&
               strcmp(a->vertices[i].value, b->vertices[i].value) == 0;
    }
    return same;
}

static bool same_feature(const feature *a, const feature *b) {
    return a->number == b->number && a->kind == b->kind && a->type == b->type && a->parent == b->parent &&
           a->class == b->class && a->required == b->required && a->dynamic == b->dynamic &&
           a->archived == b->archived && a->global == b->global && strcmp(a->hash, b->hash) == 0 &&
           strcmp(a->name, b->name) == 0 && strcmp(a->value, b->value) == 0 && same_vertices(a, b);
}

annoproj_status row_change_holds(scope *in, const row_change *found, bool *holds, annoproj_error **error) {
    ontology_features now;
    *holds = found->task == in->task.id && found->version == in->task.version;
    if (!*holds) {
        return ANNOPROJ_OK;
    }
    annoproj_status status = ontology_load(in, in->project.ontology, &now, error);
    *holds = status == ANNOPROJ_OK && now.count == found->features.count;
    for (size_t i = 0; i < now.count && *holds; i++) {
        *holds = same_feature(&now.features[i], &found->features.features[i]);
    }
    return status;
}
