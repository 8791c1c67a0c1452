/* Public functions: the label row of one task, as JSON, out and in. */
#include <stdlib.h>
#include <string.h>

#include "export_coco.h"
#include "failure.h"
#include "handle_call.h"
#include "label_copy.h"
#include "label_row_encode.h"
#include "label_writing.h"
#include "options.h"

#define JSON_MOST ((size_t)64 << 20)

/* --- reading ---------------------------------------------------------------------------------------------------------- */

typedef struct row_reading {
    annoproj_label_row_options options;
    output out;
} row_reading;

/* The row of the scope's task. */
static annoproj_status write_out(scope *in, const annoproj_label_row_options *options, output *out,
                                 annoproj_error **error) {
    export_plan plan = {.in = in,
                        .reviews = options->include_reviews,
                        .sign = options->sign,
                        .user_data = options->user_data,
                        .out = out};
    output_keep(out);
    annoproj_status status = export_plan_begin(&plan, error);
    return status == ANNOPROJ_OK ? export_label_row(&plan, in->task.id, error) : status;
}

static annoproj_status read_row(scope *in, void *arguments, annoproj_error **error) {
    row_reading *reading = arguments;
    return write_out(in, &reading->options, &reading->out, error);
}

annoproj_status annoproj_task_label_row(annoproj_task *task, const annoproj_label_row_options *options,
                                        const annoproj_call *call, char **json, annoproj_error **error) {
    row_reading reading = {.out = {.file = -1}};
    handle_call what = {.operation = ANNOPROJ_OPERATION_TASK_VIEW, .arguments = &reading};
    if (!result_place(json, sizeof *json, "json", error)) {
        return ANNOPROJ_INVALID;
    }
    annoproj_status status = options_read(&reading.options, sizeof reading.options, sizeof reading.options, options,
                                          error);
    if (status == ANNOPROJ_OK) {
        status = task_read(task, &what, read_row, call, error);
    }
    if (status == ANNOPROJ_OK) {
        status = text_take(&reading.out.text, json, NULL, error);
    }
    output_close(&reading.out);
    return status;
}

void annoproj_label_row_options_init(annoproj_label_row_options *options) {
    if (options) {
        *options = (annoproj_label_row_options)ANNOPROJ_LABEL_ROW_OPTIONS_INIT;
    }
}

/* --- writing ---------------------------------------------------------------------------------------------------------- */

typedef struct row_write_call {
    const char *json;
    annoproj_label_write_options options;
    annoproj_table *table; /* made before the commit: no allocation is left to fail behind it */
} row_write_call;

/* A row that was read, and what turns its labels into encodings. */
typedef struct one_row {
    label_row *row;
    faults faults;
    row_encoder encoder;
} one_row;

typedef struct row_writing {
    command *cmd;
    ontology_features features;
    data_unit unit;
    one_row given, now; /* now: the labels that there are, as a row tells them */
    label *before;      /* the same as they are stored */
    size_t before_count;
    label_list after;
    int64_t added, changed, kept;
} row_writing;

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

static annoproj_status parse_row(row_writing *run, one_row *into, const char *name, const char *json, size_t length,
                                 annoproj_error **error) {
    bounds quiet = *run->cmd->scope.bounds; /* nobody is called back in a write */
    quiet.progress = NULL;
    const row_sink sink = {.data = into, .row = take_row};
    json_source source;
    annoproj_status status = row_encoder_begin(&into->encoder, &run->features, error);
    if (status == ANNOPROJ_OK) {
        status = source_from_text(&source, name, json, length, error);
    }
    if (status == ANNOPROJ_OK) {
        status = label_rows_read(&source, &quiet, &into->faults, &run->features, &sink, error);
        source_close(&source);
    }
    return status;
}

/* --- whose row it is --- */

/* Whether another data unit has the row's UUID and the same title. */
static annoproj_status is_of_another(row_writing *run, const uint8_t uuid[16], bool *other, annoproj_error **error) {
    static const char query[] = "SELECT 1 FROM data_unit WHERE title = ?1 AND uuid = ?2";
    statement *find = sql(run->cmd->scope.database, query);
    bind_text(find, run->unit.title);
    bind_blob(find, uuid, 16);
    *other = sql_row(find);
    return sql_end(find, error);
}

/* A row of something else would take all labels away: so it has to say whose it is, and to have the part with the labels. */
static annoproj_status check_row(row_writing *run, annoproj_error **error) {
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

static const label *stored_label(const row_writing *run, const row_label *of) {
    label key = {.task = 0};
    memcpy(key.hash, of->hash, sizeof key.hash);
    return run->before_count == 0 ? NULL : bsearch(&key, run->before, run->before_count, sizeof key, by_hash);
}

/* Whether the row says of a label what the row of the labels there are says of it. Then it stays as it is stored: its numbers, too, which may
 * be in pixels. */
static annoproj_status is_as_it_was(row_writing *run, const row_label *given, const label *made, bool *same,
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
    annoproj_status status = row_label_encode(&run->now.encoder, run->cmd->scope.memory, *now, &before, error);
    *same = status == ANNOPROJ_OK && label_same(&before, made);
    return status;
}

/* A label that is new, or that the row tells otherwise. */
static annoproj_status check_changed(row_writing *run, label *made, const label *before, annoproj_error **wrong) {
    scope *in = &run->cmd->scope;
    made->task = in->task.id;
    made->creator = before ? before->creator : in->user;
    made->created_us = before ? before->created_us : in->now_us;
    made->editor = in->user;
    made->edited_us = in->now_us;
    annoproj_status status = label_check_archived(in, made, &run->features, made->hash, wrong);
    return status == ANNOPROJ_OK ? label_check(made, &run->features, &run->unit, made->hash, wrong) : status;
}

static annoproj_status take_label(row_writing *run, const row_label *from, annoproj_error **error) {
    annoproj_error *wrong = NULL;
    label made = {.task = 0};
    const label *before = stored_label(run, from);
    bool same = false;
    annoproj_status status = row_label_encode(&run->given.encoder, run->cmd->scope.memory, from, &made, &wrong);
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
    run->changed += before && !same;
    run->added += !before;
    return label_list_add(&run->after, same ? before : &made, error);
}

/* --- all of them --- */

/* The labels there are: as they are stored, and as a row tells them. */
static annoproj_status load_before(row_writing *run, annoproj_error **error) {
    scope *in = &run->cmd->scope;
    const annoproj_label_row_options plain = ANNOPROJ_LABEL_ROW_OPTIONS_INIT;
    output out = {.file = -1};
    annoproj_status status = label_load_all(in, in->task.id, &run->before, &run->before_count, error);
    if (status != ANNOPROJ_OK || run->before_count == 0) {
        return status;
    }
    qsort(run->before, run->before_count, sizeof *run->before, by_hash);
    status = write_out(in, &plain, &out, error);
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

static annoproj_status read_given(row_writing *run, const row_write_call *call, annoproj_error **error) {
    scope *in = &run->cmd->scope;
    annoproj_status status = ontology_load(in, in->project.ontology, &run->features, error);
    if (status == ANNOPROJ_OK) {
        status = data_unit_load(in, in->task.data_unit, &run->unit, error);
    }
    if (status == ANNOPROJ_OK) {
        status = parse_row(run, &run->given, "the label row", call->json, strlen(call->json), error);
    }
    if (status == ANNOPROJ_OK) {
        status = check_row(run, error);
    }
    return status == ANNOPROJ_OK ? load_before(run, error) : status;
}

static annoproj_status take_labels(row_writing *run, annoproj_error **error) {
    const label_row *row = run->given.row;
    annoproj_status status = ANNOPROJ_OK;
    run->after.memory = run->cmd->scope.memory;
    for (size_t i = 0; row && i < row->label_count && status == ANNOPROJ_OK; i++) {
        if (!row_label_is_leftover(row->labels[i])) {
            status = take_label(run, row->labels[i], error);
        }
    }
    return status == ANNOPROJ_OK ? faults_report(&run->given.faults, "the label row", error) : status;
}

static annoproj_status store_labels(row_writing *run, annoproj_error **error) {
    const int64_t removed = (int64_t)run->before_count - run->kept;
    command *cmd = run->cmd;
    annoproj_status status = ANNOPROJ_OK;
    if (run->added + run->changed + removed > 0) {
        status = label_replace_all(cmd, run->after.labels, run->after.count, NULL, error);
        if (status == ANNOPROJ_OK) {
            status = label_writing_end(cmd, error);
        }
    }
    command_result_int64(cmd, cmd->scope.task.version);
    command_result_int64(cmd, run->added);
    command_result_int64(cmd, run->changed);
    command_result_int64(cmd, removed);
    return status;
}

static void release_row(one_row *of) {
    row_encoder_release(&of->encoder);
    faults_release(&of->faults);
    label_row_release(of->row);
}

static annoproj_status result_table(const bytes *result, annoproj_table **table, annoproj_error **error) {
    rows *made = rows_new(&row_label_write_row);
    for (size_t i = 0; i < 4; i++) {
        rows_int64(made, result_int64(result, i));
    }
    return rows_finish(made, table, error);
}

static annoproj_status write_row(command *cmd, void *arguments, annoproj_error **error) {
    row_write_call *call = arguments;
    row_writing run = {.cmd = cmd};
    annoproj_status status = label_writing_begin(cmd, &call->options, error);
    if (status == ANNOPROJ_OK) {
        status = read_given(&run, call, error);
    }
    if (status == ANNOPROJ_OK) {
        status = take_labels(&run, error);
    }
    if (status == ANNOPROJ_OK) {
        status = store_labels(&run, error);
    }
    release_row(&run.given);
    release_row(&run.now);
    if (status == ANNOPROJ_OK) {
        annoproj_table_free(call->table); /* of a run that was not the last */
        call->table = NULL;
        status = cmd->result.failed ? fail_memory(error) : result_table(&cmd->result, &call->table, error);
    }
    return status;
}

static annoproj_status check_json(const char *json, annoproj_error **error) {
    if (!json) {
        return fail(error, ANNOPROJ_INVALID, "json is NULL: give the label row");
    }
    const size_t length = strnlen(json, JSON_MOST + 1);
    return length <= JSON_MOST
               ? ANNOPROJ_OK
               : fail(error, ANNOPROJ_LIMIT, "the label row has more than %zu bytes: import it", JSON_MOST);
}

annoproj_status annoproj_label_row_write(annoproj_task *task, const char *json,
                                         const annoproj_label_write_options *options, const annoproj_call *call,
                                         annoproj_table **table, annoproj_error **error) {
    row_write_call given = {.json = json};
    bytes result = {0};
    if (!result_place(table, sizeof *table, "table", error)) {
        return ANNOPROJ_INVALID;
    }
    annoproj_status status = check_json(json, error);
    if (status == ANNOPROJ_OK) {
        status = options_read(&given.options, sizeof given.options, sizeof given.options, options, error);
    }
    if (status == ANNOPROJ_OK) {
        uint64_t print = fingerprint_text(fingerprint_text(0, "label_row_write"), json);
        print = fingerprint_int64(fingerprint_int64(print, given.options.version), given.options.force);
        handle_call what = {.operation = ANNOPROJ_OPERATION_LABEL_WRITE, .arguments = &given, .fingerprint = print};
        status = task_write(task, &what, write_row, call, &result, error);
    }
    if (status == ANNOPROJ_OK && !given.table) { /* a request key was repeated */
        status = result_table(&result, &given.table, error);
    }
    if (status == ANNOPROJ_OK) {
        *table = given.table;
    } else {
        annoproj_table_free(given.table);
    }
    bytes_release(&result);
    return status;
}
