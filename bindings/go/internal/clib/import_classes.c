/* An ontology from the categories of a COCO file: one class for each category and shape met. */
#include "failure.h"
#include "import_call.h"
#include "import_categories.h"
#include "options.h"
#include "utf8.h"

typedef struct class_import {
    faults *faults;
    category_list categories;
    const char *title;
    ontology_structure structure;
    uint8_t seed[16];
} class_import;

static annoproj_status take_category(void *data, const coco_category *category, annoproj_error **error) {
    class_import *import = data;
    return category_is_named(category, import->faults)
               ? category_list_add(&import->categories, category, import->faults, error)
               : ANNOPROJ_OK;
}

static annoproj_status take_annotation(void *data, const coco_annotation *annotation, annoproj_error **error) {
    (void)error;
    class_import *import = data;
    listed_category *category = category_list_find(&import->categories, annotation, import->faults);
    if (category) {
        category_meet(category, annotation->shape);
    }
    return ANNOPROJ_OK;
}

static annoproj_status create(command *cmd, void *arguments, annoproj_error **error) {
    const class_import *import = arguments;
    int64_t ontology = 0;
    annoproj_status status = ontology_insert_structure(cmd, import->title, &import->structure, &ontology, error);
    if (status == ANNOPROJ_OK) {
        command_result_int64(cmd, ontology);
    }
    return status;
}

static annoproj_status run_import(session *who, const char *path, const annoproj_import_options *options,
                                  const annoproj_call *call, class_import *classes, bytes *result,
                                  annoproj_error **error) {
    import_call import = {0};
    const uint64_t print = fingerprint_text(fingerprint_text(0, "ontology_import_coco"), classes->title);
    const request asked = {.session = who,
                           .operation = ANNOPROJ_OPERATION_ONTOLOGY_CREATE,
                           .subject = SUBJECT_STORE,
                           .arguments = classes,
                           .fingerprint = fingerprint_text(print, path)};
    annoproj_status status = import_begin(&import, &asked, path, options, call, error);
    if (status == ANNOPROJ_OK) {
        const coco_sink sink = {
            .data = classes, .shapes_only = true, .category = take_category, .annotation = take_annotation};
        classes->faults = import.faults;
        status = import_read_coco(&import, &sink, error);
    }
    if (status == ANNOPROJ_OK) {
        status = store_random(who->store, classes->seed, sizeof classes->seed, error);
    }
    if (status == ANNOPROJ_OK) {
        status = category_list_structure(&classes->categories, classes->seed, &classes->structure, error);
    }
    if (status == ANNOPROJ_OK) {
        status = import_access_write(&import, &asked, create, result, error);
    }
    import_end(&import);
    return status;
}

annoproj_status annoproj_ontology_import_coco(annoproj_session *handle, const char *title, const char *path,
                                              const annoproj_import_options *options, const annoproj_call *call,
                                              int64_t *ontology, annoproj_error **error) {
    session *who = NULL;
    annoproj_import_options own;
    class_import classes = {.title = title};
    bytes result = {0};
    if (!result_place(ontology, sizeof *ontology, "ontology", error)) {
        return ANNOPROJ_INVALID;
    }
    annoproj_status status = options_read(&own, sizeof own, sizeof own, options, error);
    if (status == ANNOPROJ_OK) {
        status = session_enter(handle, &who, error);
    }
    if (status == ANNOPROJ_OK) {
        status = check_text(title, TEXT_TITLE, "title", error);
    }
    if (status == ANNOPROJ_OK) {
        status = run_import(who, path, &own, call, &classes, &result, error);
    }
    if (status == ANNOPROJ_OK) {
        *ontology = result_int64(&result, 0);
    }
    bytes_release(&result);
    structure_release(&classes.structure);
    category_list_release(&classes.categories);
    session_leave(who);
    return status;
}
