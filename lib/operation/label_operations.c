/* Writing the labels of a task: puts and removals in one transaction, against the version last seen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "handle_call.h"
#include "label.h"
#include "label_changes.h"
#include "label_writing.h"
#include "options.h"

void annoproj_label_changes_init(annoproj_label_changes *changes) {
    if (changes) {
        *changes = (annoproj_label_changes)ANNOPROJ_LABEL_CHANGES_INIT;
    }
}

void annoproj_label_write_options_init(annoproj_label_write_options *options) {
    if (options) {
        *options = (annoproj_label_write_options)ANNOPROJ_LABEL_WRITE_OPTIONS_INIT;
    }
}

typedef struct write_call {
    annoproj_label_changes changes;
    annoproj_label_write_options options;
    annoproj_table *table; /* made before the commit: no allocation is left to fail behind it */
} write_call;

/* A label that is there, or was published and may come back with its number. */
typedef struct known_label {
    char hash[9];
    bool live;
    int64_t number, creator, created_us;
} known_label;

typedef struct writing {
    command *cmd;
    const annoproj_label_changes *changes;
    ontology_features features;
    data_unit unit;
    known_label *known;
    size_t known_count;
    char (*hashes)[9]; /* of each change */
    bool *touched;     /* classifications by class: overlaps are looked at in the end */
    label_encoder encoder;
} writing;

/* ---- which labels there are ---- */

static int compare_known(const void *a, const void *b) {
    return strcmp(((const known_label *)a)->hash, ((const known_label *)b)->hash);
}

static annoproj_status count_known(scope *in, int64_t *count, annoproj_error **error) {
    static const char query[] =
        "SELECT (SELECT count(*) FROM label WHERE task = ?1) + (SELECT count(*) FROM label_published WHERE task = ?1)";
    statement *find = sql(in->database, query);
    bind_int64(find, in->task.id);
    *count = sql_row(find) ? column_int64(find, 0) : 0;
    return sql_end(find, error);
}

static annoproj_status load_known(writing *run, annoproj_error **error) {
    static const char query[] = "SELECT hash, 1, number, creator, created_us FROM label WHERE task = ?1 UNION ALL"
                                " SELECT hash, 0, label, 0, 0 FROM label_published p WHERE task = ?1"
                                " AND NOT EXISTS (SELECT 1 FROM label l WHERE l.task = p.task AND l.number = p.label)";
    scope *in = &run->cmd->scope;
    int64_t count = 0;
    annoproj_status status = count_known(in, &count, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    run->known = arena_array(in->memory, (size_t)count + 1, sizeof *run->known);
    if (!run->known) {
        return fail_memory(error);
    }
    statement *find = sql(in->database, query);
    bind_int64(find, in->task.id);
    while (run->known_count < (size_t)count && sql_row(find)) {
        known_label *one = run->known + run->known_count++;
        snprintf(one->hash, sizeof one->hash, "%s", column_text(find, 0));
        one->live = column_int64(find, 1) != 0;
        one->number = column_int64(find, 2);
        one->creator = column_int64(find, 3);
        one->created_us = column_int64(find, 4);
    }
    qsort(run->known, run->known_count, sizeof *run->known, compare_known);
    return sql_end(find, error);
}

static const known_label *find_known(const writing *run, const char *hash) {
    known_label key = {0};
    memcpy(key.hash, hash, sizeof key.hash);
    return run->known_count == 0 ? NULL : bsearch(&key, run->known, run->known_count, sizeof key, compare_known);
}

/* ---- hashes of the changes ---- */

static int compare_hashes(const void *a, const void *b) {
    return memcmp(a, b, 9);
}

static annoproj_status refuse_repeats(writing *run, annoproj_error **error) {
    size_t count = run->changes->count;
    char(*sorted)[9] = arena_array(run->cmd->scope.memory, count + 1, sizeof *sorted);
    if (!sorted) {
        return fail_memory(error);
    }
    memcpy(sorted, run->hashes, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_hashes);
    for (size_t i = 1; i < count; i++) {
        if (sorted[i][0] && memcmp(sorted[i], sorted[i - 1], sizeof *sorted) == 0) {
            return fail(error, ANNOPROJ_DATA, "label %s is named by two changes: change it once", sorted[i]);
        }
    }
    return ANNOPROJ_OK;
}

static annoproj_status read_hashes(writing *run, annoproj_error **error) {
    size_t count = run->changes->count;
    annoproj_status status = ANNOPROJ_OK;
    run->hashes = arena_array(run->cmd->scope.memory, count + 1, sizeof *run->hashes);
    if (!run->hashes) {
        return fail_memory(error);
    }
    for (size_t i = 0; status == ANNOPROJ_OK && i < count; i++) {
        status = label_change_hash(run->changes, i, run->hashes[i], error);
    }
    return status == ANNOPROJ_OK ? refuse_repeats(run, error) : status;
}

/* ---- one change ---- */

static annoproj_status no_label(const writing *run, const char *hash, annoproj_error **error) {
    return fail(error, ANNOPROJ_NOT_FOUND, "task %lld has no label %s", (long long)run->cmd->scope.task.id,
                QUOTED(hash));
}

/* The label that a change is about. */
static annoproj_status load_changed(const writing *run, const char *hash, label *before, annoproj_error **error) {
    bool found = false;
    annoproj_status status = label_by_hash(&run->cmd->scope, run->cmd->scope.task.id, hash, before, &found, error);
    return status == ANNOPROJ_OK && !found ? no_label(run, hash, error) : status;
}

static annoproj_status put_label(writing *run, size_t index, annoproj_error **error) {
    scope *in = &run->cmd->scope;
    const known_label *known = run->hashes[index][0] ? find_known(run, run->hashes[index]) : NULL;
    bool kept = known && known->live;
    label made = {.task = in->task.id,
                  .number = known ? known->number : 0,
                  .creator = kept ? known->creator : in->user,
                  .created_us = kept ? known->created_us : in->now_us,
                  .editor = in->user,
                  .edited_us = in->now_us};
    char what[48];
    snprintf(what, sizeof what, run->hashes[index][0] ? "label %zu (%s)" : "label %zu%s", index, run->hashes[index]);
    memcpy(made.hash, run->hashes[index], sizeof made.hash);
    label before = {0};
    const bool partial = label_change_is_partial(run->changes, index);
    annoproj_status status = partial ? load_changed(run, run->hashes[index], &before, error) : ANNOPROJ_OK;
    if (status == ANNOPROJ_OK) {
        status = label_change_encode(&run->encoder, run->changes, index, &run->features, what, partial ? &before : NULL,
                                     &made, error);
    }
    if (status == ANNOPROJ_OK) {
        status = label_check_archived(in, &made, &run->features, what, error);
    }
    if (status == ANNOPROJ_OK) {
        status = label_check(&made, &run->features, &run->unit, what, error);
    }
    if (status != ANNOPROJ_OK) {
        fail_detail(error, "label", "%zu", index);
        return status;
    }
    if (run->features.by_number[made.class]->kind == FEATURE_CLASSIFICATION) {
        run->touched[made.class] = true;
    }
    status = label_store(run->cmd, &made, error);
    memcpy(run->hashes[index], made.hash, sizeof made.hash);
    return status;
}

static annoproj_status remove_label(writing *run, const char *hash, annoproj_error **error) {
    int64_t task = run->cmd->scope.task.id;
    const known_label *known = find_known(run, hash);
    return known && known->live ? label_remove(run->cmd, task, known->number, error) : no_label(run, hash, error);
}

static annoproj_status apply_changes(writing *run, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; status == ANNOPROJ_OK && i < run->changes->count; i++) {
        if (label_change_is_removal(run->changes, i)) {
            status = remove_label(run, run->hashes[i], error);
        } else {
            status = put_label(run, i, error);
        }
    }
    for (int32_t class = 1; status == ANNOPROJ_OK && class <= run->features.highest; class ++) {
        if (run->touched[class]) {
            status = label_check_overlap(&run->cmd->scope, run->cmd->scope.task.id, class, error);
        }
    }
    return status;
}

/* ---- the command ---- */

static annoproj_status prepare(writing *run, annoproj_error **error) {
    scope *in = &run->cmd->scope;
    annoproj_status status = ontology_load(in, in->project.ontology, &run->features, error);
    if (status == ANNOPROJ_OK) {
        status = data_unit_load(in, in->task.data_unit, &run->unit, error);
    }
    if (status == ANNOPROJ_OK) {
        run->touched = arena_array(in->memory, (size_t)run->features.highest + 1, sizeof *run->touched);
        status = run->touched ? read_hashes(run, error) : fail_memory(error);
    }
    return status == ANNOPROJ_OK ? load_known(run, error) : status;
}

static annoproj_status hash_table(const bytes *result, size_t count, annoproj_table **table, annoproj_error **error) {
    rows *made = rows_new(&row_label_hash_row);
    for (size_t i = 0; i < count; i++) {
        int64_t packed = result_int64(result, i + 1);
        char hash[9] = {0};
        memcpy(hash, &packed, sizeof packed);
        rows_text(made, hash);
        rows_int64(made, result_int64(result, 0));
    }
    return rows_finish(made, table, error);
}

static annoproj_status write_labels(command *cmd, void *arguments, annoproj_error **error) {
    write_call *given = arguments;
    writing run = {.cmd = cmd, .changes = &given->changes};
    annoproj_status status = label_writing_begin(cmd, &given->options, error);
    label_encoder_begin(&run.encoder);
    if (status == ANNOPROJ_OK) {
        status = prepare(&run, error);
    }
    if (status == ANNOPROJ_OK) {
        status = apply_changes(&run, error);
    }
    if (status == ANNOPROJ_OK && run.changes->count > 0) {
        status = label_writing_end(cmd, error);
    }
    label_encoder_release(&run.encoder);
    if (status == ANNOPROJ_OK) {
        command_result_int64(cmd, cmd->scope.task.version);
        for (size_t i = 0; i < run.changes->count; i++) {
            int64_t packed = 0;
            memcpy(&packed, run.hashes[i], sizeof packed);
            command_result_int64(cmd, packed);
        }
        annoproj_table_free(given->table); /* of a run that was not the last */
        given->table = NULL;
        status = cmd->result.failed ? fail_memory(error)
                                    : hash_table(&cmd->result, run.changes->count, &given->table, error);
    }
    return status;
}

annoproj_status annoproj_labels_write(annoproj_task *task, const annoproj_label_changes *changes,
                                      const annoproj_label_write_options *options, const annoproj_call *call,
                                      annoproj_table **table, annoproj_error **error) {
    write_call given = {.table = NULL};
    bytes result = {0};
    if (!result_place(table, sizeof *table, "table", error)) {
        return ANNOPROJ_INVALID;
    }
    if (!changes) {
        return fail(error, ANNOPROJ_INVALID, "changes is NULL: give the changes to write");
    }
    annoproj_status status = options_read(&given.changes, sizeof given.changes, sizeof given.changes, changes, error);
    if (status == ANNOPROJ_OK) {
        status = options_reserved(given.changes.reserved, error);
    }
    if (status == ANNOPROJ_OK) {
        status = options_read(&given.options, sizeof given.options, sizeof given.options, options, error);
    }
    if (status == ANNOPROJ_OK) {
        status = label_changes_check(&given.changes, error);
    }
    if (status == ANNOPROJ_OK) {
        uint64_t print = label_changes_fingerprint(&given.changes, fingerprint_text(0, "labels_write"));
        print = fingerprint_int64(fingerprint_int64(print, given.options.version), given.options.force);
        handle_call what = {.operation = ANNOPROJ_OPERATION_LABEL_WRITE, .arguments = &given, .fingerprint = print};
        status = task_write(task, &what, write_labels, call, &result, error);
    }
    if (status == ANNOPROJ_OK && !given.table) { /* a request key was repeated */
        status = hash_table(&result, given.changes.count, &given.table, error);
    }
    if (status == ANNOPROJ_OK) {
        *table = given.table;
    } else {
        annoproj_table_free(given.table);
    }
    bytes_release(&result);
    return status;
}
