/* An ontology from a file or a callback that has its JSON structure. It is stored as one text, so that it is read as one. */
#include "failure.h"
#include "import_call.h"
#include "ontology_structure.h"
#include "options.h"
#include "utf8.h"

typedef struct ontology_import {
    const char *title;
    ontology_structure structure;
} ontology_import;

static annoproj_status read_structure(import_call *import, ontology_structure *out, annoproj_error **error) {
    bytes json = {0};
    annoproj_status status = source_text(&import->source, ONTOLOGY_BYTES, &json, error);
    if (status == ANNOPROJ_OK) {
        status = structure_parse(out, json.data ? (const char *)json.data : "", json.length, error);
    }
    bytes_release(&json);
    return status;
}

static annoproj_status create(command *cmd, void *arguments, annoproj_error **error) {
    const ontology_import *made = arguments;
    int64_t ontology = 0;
    annoproj_status status = ontology_insert_structure(cmd, made->title, &made->structure, &ontology, error);
    command_result_int64(cmd, ontology);
    return status;
}

static annoproj_status run_import(session *who, ontology_import *made, const char *path,
                                  const annoproj_import_options *options, const annoproj_call *call, bytes *result,
                                  annoproj_error **error) {
    import_call import = {.source = {.file = -1}};
    const uint64_t print = fingerprint_text(fingerprint_text(0, "ontology_import_json"), made->title);
    const request asked = {.session = who,
                           .operation = ANNOPROJ_OPERATION_ONTOLOGY_CREATE,
                           .subject = SUBJECT_STORE,
                           .arguments = made,
                           .fingerprint = fingerprint_text(print, path)};
    annoproj_status status = import_begin(&import, &asked, path, options, call, error);
    if (status == ANNOPROJ_OK) {
        status = read_structure(&import, &made->structure, error);
    }
    if (status == ANNOPROJ_OK) {
        status = import_access_write(&import, &asked, create, result, error);
    }
    import_end(&import);
    return status;
}

annoproj_status annoproj_ontology_import_json(annoproj_session *handle, const char *title, const char *path,
                                              const annoproj_import_options *options, const annoproj_call *call,
                                              int64_t *ontology, annoproj_error **error) {
    session *who = NULL;
    annoproj_import_options own;
    ontology_import made = {.title = title};
    bytes result = {0};
    if (!result_place(ontology, sizeof *ontology, "ontology", error)) {
        return ANNOPROJ_INVALID;
    }
    annoproj_status status = options_read(&own, sizeof own, sizeof own, options, error);
    if (status == ANNOPROJ_OK) {
        status = check_text(title, TEXT_TITLE, "title", error);
    }
    if (status == ANNOPROJ_OK) {
        status = session_enter(handle, &who, error);
    }
    if (status == ANNOPROJ_OK) {
        status = run_import(who, &made, path, &own, call, &result, error);
    }
    if (status == ANNOPROJ_OK) {
        *ontology = result_int64(&result, 0);
    }
    bytes_release(&result);
    structure_release(&made.structure);
    session_leave(who);
    return status;
}
