/* A project from a COCO file alone: its ontology, its data units and its labels, in one pass and one command. The labels wait in
 * the spool with the places of their image and of their class, because tasks and features are not made before the command. */
#include <string.h>

#include "attach.h"
#include "failure.h"
#include "handle_call.h"
#include "import_categories.h"
#include "import_images.h"
#include "import_labels.h"
#include "options.h"
#include "project.h"
#include "project_parts.h"
#include "utf8.h"
#include "workflow.h"

typedef struct project_import {
    label_import *to;
    const char *title, *workflow;
    image_list *images;
    category_list categories;
    ontology_structure structure;
    uint8_t seed[16];
    annotation_spool spool;
    uint32_t image;    /* of the annotation before */
    uint8_t *labelled; /* a byte for each image: 1 = it has labels */
} project_import;

/* --- reading -------------------------------------------------------------------------------------------------------- */

static annoproj_status take_image(void *data, const coco_image *image, annoproj_error **error) {
    project_import *run = data;
    return image_list_add(run->images, image, run->to->import->faults, error);
}

static annoproj_status take_category(void *data, const coco_category *category, annoproj_error **error) {
    project_import *run = data;
    faults *all = run->to->import->faults;
    return category_is_named(category, all) ? category_list_add(&run->categories, category, all, error) : ANNOPROJ_OK;
}

static annoproj_status take_annotation(void *data, const coco_annotation *annotation, annoproj_error **error) {
    project_import *run = data;
    faults *all = run->spool.faults;
    const listed_image *image = image_list_find(run->images, annotation, all, &run->image);
    const size_t at = run->image;
    listed_category *category = category_list_find(&run->categories, annotation, all);
    if (!image || !category || !image_takes_mask(image->size, annotation, all) ||
        !category_takes_keypoints(category, annotation, all)) {
        return ANNOPROJ_OK;
    }
    category_meet(category, annotation->shape);
    run->labelled[at] = 1;
    const size_t class = (size_t)(category - run->categories.categories) * COCO_SHAPES +
                         coco_shape_place(annotation->shape);
    return annotation_spool_add(&run->spool, annotation, (int64_t)at + 1, (int32_t) class + 1, error);
}

static annoproj_status begin_annotations(void *data, annoproj_error **error) {
    project_import *run = data;
    run->labelled = allocate_zeroed(image_list_count(run->images) + 1, 1);
    return run->labelled ? ANNOPROJ_OK : fail_memory(error);
}

static void release_ahead(project_import *ahead, listed_category *categories, uint8_t *labelled) {
    release(ahead);
    release(categories);
    release(labelled);
}

/* The other thread has categories of its own, to note what shapes it meets, and its own marks of images. */
static annoproj_status begin_ahead(void *data, faults *all, void **ahead, annoproj_error **error) {
    const project_import *run = data;
    const category_list *list = &run->categories;
    project_import *made = allocate(sizeof *made);
    listed_category *categories = allocate((list->count + 1) * sizeof *categories);
    uint8_t *labelled = allocate_zeroed(image_list_count(run->images) + 1, 1);
    annoproj_status status = made && categories && labelled ? ANNOPROJ_OK : fail_memory(error);
    if (status == ANNOPROJ_OK) {
        *made = *run;
        made->spool = (annotation_spool){.faults = all};
        status = label_spool_open(run->to->asked->session->store, &made->spool.labels, error);
    }
    if (status != ANNOPROJ_OK) {
        release_ahead(made, categories, labelled);
        return status;
    }
    if (list->count > 0) {
        memcpy(categories, list->categories, list->count * sizeof *categories);
    }
    made->categories.categories = categories;
    made->labelled = labelled;
    *ahead = made;
    return ANNOPROJ_OK;
}

static void end_ahead(void *data, void *ahead, bool taken) {
    project_import *run = data, *made = ahead;
    const listed_category *met = made->categories.categories;
    for (size_t i = 0; taken && i < run->categories.count; i++) {
        for (size_t j = 0; j < met[i].met_count; j++) {
            category_meet(&run->categories.categories[i], met[i].met[j]);
        }
    }
    for (size_t i = 0; taken && i < image_list_count(run->images); i++) {
        run->labelled[i] |= made->labelled[i];
    }
    annotation_spool_end(&made->spool, taken ? run->spool.labels : NULL);
    release_ahead(made, made->categories.categories, made->labelled);
}

static annoproj_status read_file(label_import *to, annoproj_error **error) {
    project_import *run = to->data;
    store *of = to->asked->session->store;
    const bool ahead = label_import_reads_ahead(to);
    const coco_sink sink = {.data = run,
                            .members = true,
                            .image = take_image,
                            .category = take_category,
                            .ready = begin_annotations,
                            .annotation = take_annotation,
                            .ahead_begin = ahead ? begin_ahead : NULL,
                            .ahead_end = end_ahead};
    run->spool = (annotation_spool){.labels = to->spool, .faults = to->import->faults};
    annoproj_status status = image_list_open(of, &run->images, error);
    if (status == ANNOPROJ_OK) {
        status = import_read_coco(to->import, &sink, error);
    }
    if (status == ANNOPROJ_OK) {
        to->items = (int64_t)image_list_count(run->images);
        status = image_list_finish(run->images, error);
    }
    if (status == ANNOPROJ_OK) {
        status = store_random(of, run->seed, sizeof run->seed, error);
    }
    return status == ANNOPROJ_OK ? category_list_structure(&run->categories, run->seed, &run->structure, error)
                                 : status;
}

/* --- the command ------------------------------------------------------------------------------------------------------ */

static annoproj_status check_rights(command *cmd, annoproj_error **error) {
    annoproj_status status = access_gate(&cmd->scope, ANNOPROJ_OPERATION_ONTOLOGY_CREATE, error);
    return status == ANNOPROJ_OK ? access_gate(&cmd->scope, ANNOPROJ_OPERATION_DATASET_CREATE, error) : status;
}

/* From here on the command is about the project. */
static annoproj_status insert_project(command *cmd, project_import *run, int64_t ontology, annoproj_error **error) {
    project_facts made = {.ontology = ontology, .owner = cmd->scope.user, .status = ANNOPROJ_PROJECT_NOT_STARTED};
    annoproj_status status = project_insert(cmd, run->title, ontology, run->workflow, &made.id, error);
    cmd->scope.project = made;
    run->to->project = made.id;
    return status;
}

/* Which tasks labels are about to be written to, when the first stage is one that takes them without more ado; else *written is NULL. */
static annoproj_status mark_written(command *cmd, project_import *run, const int64_t *units, int64_t count,
                                    uint8_t **written, annoproj_error **error) {
    label_import *to = run->to;
    int64_t stage = 0;
    *written = NULL;
    annoproj_status status = workflow_first_stage(&cmd->scope, to->project, &stage, error);
    if (status == ANNOPROJ_OK) {
        status = access_stage_facts(&cmd->scope, stage, cmd->scope.user, &to->stage, error);
    }
    to->fresh = status == ANNOPROJ_OK && to->stage.type == STAGE_ANNOTATION;
    to->written = 0;
    if (!to->fresh) {
        return status;
    }
    uint8_t *marks = arena_allocate(cmd->scope.memory, (size_t)count + 1);
    if (!marks) {
        return fail_memory(error);
    }
    memset(marks, 0, (size_t)count + 1);
    for (size_t i = 0; i < image_list_count(run->images); i++) {
        marks[NUMBER_OF(units[i]) - 1] |= run->labelled[i];
    }
    for (int64_t i = 0; i < count; i++) {
        to->written += marks[i];
    }
    *written = marks;
    return ANNOPROJ_OK;
}

/* Which task each image has: `units` become tasks. The dataset's first data unit gets the project's first task. */
static annoproj_status attach_images(command *cmd, project_import *run, int64_t dataset, int64_t *units, int64_t count,
                                     annoproj_error **error) {
    int64_t first = 0, tasks = 0;
    uint8_t *written = NULL;
    annoproj_status status = project_next_task(cmd, run->to->project, 0, &first, error);
    if (status == ANNOPROJ_OK) {
        status = mark_written(cmd, run, units, count, &written, error);
    }
    if (status == ANNOPROJ_OK) {
        status = dataset_attach(cmd, dataset, written, &tasks, error);
    }
    for (size_t i = 0; i < image_list_count(run->images); i++) {
        units[i] = MAKE_ID(run->to->project, first + NUMBER_OF(units[i]) - 1);
    }
    run->to->tasks = units;
    return status;
}

static annoproj_status number_classes(command *cmd, project_import *run, annoproj_error **error) {
    ontology_features all;
    category_list *list = &run->categories;
    int32_t *classes = arena_array(cmd->scope.memory, list->count * COCO_SHAPES + 1, sizeof *classes);
    annoproj_status status = classes ? label_import_note_ontology(&cmd->scope, run->to, error) : fail_memory(error);
    if (status == ANNOPROJ_OK) {
        status = ontology_load(&cmd->scope, run->to->ontology, &all, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    category_list_number(list, &all);
    for (size_t i = 0; i < list->count * COCO_SHAPES; i++) {
        classes[i] = list->categories[i / COCO_SHAPES].classes[i % COCO_SHAPES];
    }
    run->to->classes = classes;
    return ANNOPROJ_OK;
}

static annoproj_status make_project(command *cmd, label_import *to, annoproj_error **error) {
    project_import *run = to->data;
    int64_t ontology = 0, dataset = 0, added = 0;
    int64_t *units = arena_array(cmd->scope.memory, image_list_count(run->images) + 1, sizeof *units);
    annoproj_status status = units ? check_rights(cmd, error) : fail_memory(error);
    if (status == ANNOPROJ_OK) {
        status = ontology_insert_structure(cmd, run->title, &run->structure, &ontology, error);
    }
    if (status == ANNOPROJ_OK) {
        status = dataset_insert(cmd, run->title, "", &dataset, error);
    }
    if (status == ANNOPROJ_OK) {
        status = image_list_store(cmd, run->images, dataset, true, units, &added, error);
    }
    if (status == ANNOPROJ_OK) {
        status = insert_project(cmd, run, ontology, error);
    }
    if (status == ANNOPROJ_OK) {
        status = attach_images(cmd, run, dataset, units, added, error);
    }
    return status == ANNOPROJ_OK ? number_classes(cmd, run, error) : status;
}

/* --- the call --------------------------------------------------------------------------------------------------------- */

static annoproj_status run_import(session *who, project_import *run, const char *path,
                                  const annoproj_import_options *options, const annoproj_call *call, bytes *result,
                                  annoproj_table **table, annoproj_error **error) {
    import_call import = {.source = {.file = -1}};
    uint64_t print = fingerprint_text(fingerprint_text(0, "project_create_from_coco"), run->title);
    print = fingerprint_text(fingerprint_text(print, run->workflow), path);
    label_import labels = {
        .import = &import, .prelabels = !options->not_prelabels, .prepare = make_project, .data = run};
    const request asked = {.session = who,
                           .operation = ANNOPROJ_OPERATION_PROJECT_CREATE,
                           .subject = SUBJECT_STORE,
                           .arguments = &labels,
                           .fingerprint = fingerprint_int64(print, options->not_prelabels)};
    labels.asked = &asked;
    run->to = &labels;
    annoproj_status status = import_begin(&import, &asked, path, options, call, error);
    if (status == ANNOPROJ_OK) {
        status = label_import_run(&labels, read_file, result, error);
    }
    *table = labels.table;
    image_list_close(run->images);
    category_list_release(&run->categories);
    structure_release(&run->structure);
    release(run->labelled);
    bytes_release(&run->spool.geometry);
    import_end(&import);
    return status;
}

annoproj_status annoproj_project_create_from_coco(annoproj_session *handle, const char *title, const char *workflow,
                                                  const char *path, const annoproj_import_options *options,
                                                  const annoproj_call *call, annoproj_project **project,
                                                  annoproj_table **table, annoproj_error **error) {
    session *who = NULL;
    annoproj_import_options own;
    project_import run = {.title = title, .workflow = workflow};
    annoproj_project *opened = NULL;
    annoproj_table *made = NULL;
    bytes result = {0};
    if (table) {
        *table = NULL;
    }
    if (!result_place(project, sizeof *project, "project", error) ||
        !result_place(table, sizeof *table, "table", error)) {
        return ANNOPROJ_INVALID;
    }
    annoproj_status status = options_read(&own, sizeof own, sizeof own, options, error);
    if (status == ANNOPROJ_OK) {
        status = check_text(title, TEXT_TITLE, "title", error);
    }
    if (status == ANNOPROJ_OK) {
        status = check_text(workflow, TEXT_JSON, "workflow", error);
    }
    if (status == ANNOPROJ_OK) {
        status = session_enter(handle, &who, error);
    }
    if (status == ANNOPROJ_OK) {
        status = project_handle(who, 0, &opened, error);
    }
    if (status == ANNOPROJ_OK) {
        status = run_import(who, &run, path, &own, call, &result, &made, error);
    }
    if (status == ANNOPROJ_OK) {
        identity_name(opened, HANDLE_PROJECT, result_int64(&result, 4));
        *project = opened;
        *table = made;
    } else {
        handle_close(opened, HANDLE_PROJECT);
        annoproj_table_free(made);
    }
    bytes_release(&result);
    session_leave(who);
    return status;
}
