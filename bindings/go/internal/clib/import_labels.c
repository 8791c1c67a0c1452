/* What imports of labels share: options, the spool, the command, the result. */
#include "import_labels.h"

#include "failure.h"
#include "lanes.h"
#include "options.h"
#include "rows.h"

#define SQL_EDITED "SELECT edited_us FROM ontology WHERE id = ?1"

annoproj_status label_import_note_ontology(scope *in, label_import *run, annoproj_error **error) {
    statement *find = sql(in->database, SQL_EDITED);
    run->ontology = in->project.ontology;
    bind_int64(find, run->ontology);
    run->edited_us = sql_row(find) ? column_int64(find, 0) : 0;
    return sql_end(find, error);
}

bool label_import_reads_ahead(const label_import *run) {
    return lanes_worth(run->asked->session->store, 2, 1) > 1;
}

static annoproj_status make_table(const bytes *result, annoproj_table **table, annoproj_error **error) {
    rows *made = rows_new(&row_import_row);
    for (size_t i = 0; i < 4; i++) {
        rows_int64(made, result_int64(result, i));
    }
    return rows_finish(made, table, error);
}

static annoproj_status store_labels(command *cmd, void *arguments, annoproj_error **error) {
    label_import *run = arguments;
    annoproj_status status = run->prepare ? run->prepare(cmd, run, error) : ANNOPROJ_OK;
    if (status == ANNOPROJ_OK) {
        status = label_import_store(cmd, run, error);
    }
    if (status == ANNOPROJ_OK) {
        command_result_int64(cmd, run->project);
        annoproj_table_free(run->table); /* of a run that was not the last */
        run->table = NULL;
        status = cmd->result.failed ? fail_memory(error) : make_table(&cmd->result, &run->table, error);
    }
    return status;
}

annoproj_status label_import_run(label_import *run, label_read_fn read, bytes *result, annoproj_error **error) {
    annoproj_status status = label_spool_open(run->asked->session->store, &run->spool, error);
    if (status == ANNOPROJ_OK) {
        status = read(run, error);
    }
    if (status == ANNOPROJ_OK) {
        status = label_spool_finish(run->spool, error);
    }
    if (status == ANNOPROJ_OK) {
        status = import_access_write(run->import, run->asked, store_labels, result, error);
    }
    if (status == ANNOPROJ_OK && !run->table) { /* a request key was repeated */
        status = make_table(result, &run->table, error);
    }
    label_spool_close(run->spool);
    return status;
}

annoproj_status label_import_call(annoproj_project *handle, const char *name, label_read_fn read, const char *path,
                                  const annoproj_import_options *options, const annoproj_call *call,
                                  annoproj_table **table, annoproj_error **error) {
    project_identity *owner = NULL;
    annoproj_import_options own;
    import_call import = {.source = {.file = -1}};
    bytes result = {0};
    if (!result_place(table, sizeof *table, "table", error)) {
        return ANNOPROJ_INVALID;
    }
    annoproj_status status = options_read(&own, sizeof own, sizeof own, options, error);
    if (status == ANNOPROJ_OK) {
        status = project_enter(handle, &owner, error);
    }
    if (status == ANNOPROJ_OK) {
        uint64_t print = fingerprint_text(fingerprint_text(0, name), path);
        print = fingerprint_int64(fingerprint_int64(print, owner->id), own.not_prelabels);
        label_import run = {.import = &import,
                            .project = owner->id,
                            .prelabels = !own.not_prelabels,
                            .replace = own.replace,
                            .knows_tasks = own.replace};
        const request asked = {.session = owner->session,
                               .operation = ANNOPROJ_OPERATION_IMPORT,
                               .subject = SUBJECT_PROJECT,
                               .id = owner->id,
                               .arguments = &run,
                               .fingerprint = fingerprint_int64(print, own.replace)};
        run.asked = &asked;
        status = import_begin(&import, &asked, path, &own, call, error);
        if (status == ANNOPROJ_OK) {
            status = label_import_run(&run, read, &result, error);
        }
        if (status == ANNOPROJ_OK) {
            *table = run.table;
        } else {
            annoproj_table_free(run.table);
        }
        import_end(&import);
    }
    bytes_release(&result);
    project_leave(owner);
    return status;
}

void annoproj_import_options_init(annoproj_import_options *options) {
    if (options) {
        *options = (annoproj_import_options)ANNOPROJ_IMPORT_OPTIONS_INIT;
    }
}
