/* The annotations of a COCO file become labels of a project's tasks. Outside the lock the file is read, matched with tasks
 * and classes, and spooled; then one command copies the spool. */
#include <string.h>

#include "failure.h"
#include "import_categories.h"
#include "import_images.h"
#include "import_labels.h"
#include "label.h"

/* Why an image has no task that takes its annotations. */
#define NO_TASK     0
#define MANY_TASKS  (-1)
#define NO_PIXELS   (-2)
#define MANY_FRAMES (-3)
#define OTHER_SIZE  (-4)

#define SQL_TASKS                                                                                                      \
    "SELECT t.id, u.width, u.height, u.data_type, u.frames FROM data_unit u JOIN task t ON t.data_unit = u.id"         \
    " WHERE u.title = ?1 AND t.id > ?2 << 32 AND t.id < (?2 + 1) << 32 AND t.stage <> 0 AND t.parent = 0 LIMIT 2"

typedef struct image_task {
    int64_t task;
    image_size unit; /* the size of its data unit */
} image_task;

typedef struct coco_import {
    label_import *to;
    image_list *images;
    image_task *tasks; /* of each image */
    bool *told;        /* of each: its fault has been told */
    category_list categories;
    uint32_t image; /* of the annotation before */
    annotation_spool spool;
    bool ahead; /* of the thread that reads ahead: what is shared stays as it is */
} coco_import;

/* --- reading ------------------------------------------------------------------------------------------------------ */

static annoproj_status take_image(void *data, const coco_image *image, annoproj_error **error) {
    coco_import *run = data;
    return image_list_add(run->images, image, run->to->import->faults, error);
}

static annoproj_status take_category(void *data, const coco_category *category, annoproj_error **error) {
    coco_import *run = data;
    return category_list_add(&run->categories, category, run->to->import->faults, error);
}

/* --- matching ------------------------------------------------------------------------------------------------------- */

typedef struct matching {
    scope *in;
    coco_import *run;
} matching;

/* A task for the image, whose data unit is the row's. */
static image_task task_of_row(statement *row, const spooled_image *image) {
    const data_unit unit = {.data_type = (int32_t)column_int64(row, 3), .frames = column_int64(row, 4)};
    const image_task found = {column_int64(row, 0), {(int32_t)column_int64(row, 1), (int32_t)column_int64(row, 2)}};
    const bool other = image_sizes_differ(image->size, found.unit);
    return (image_task){label_unit_is_media(&unit) ? NO_PIXELS
                        : unit.frames > 1          ? MANY_FRAMES
                        : other                    ? OTHER_SIZE
                                                   : found.task,
                        found.unit};
}

static annoproj_status find_task(void *data, size_t index, const spooled_image *image, annoproj_error **error) {
    const matching *with = data;
    statement *find = sql(with->in->database, SQL_TASKS);
    bind_text(find, image->title);
    bind_int64(find, with->run->to->project);
    image_task *task = &with->run->tasks[index];
    *task = (image_task){.task = NO_TASK};
    if (sql_row(find)) {
        *task = task_of_row(find, image);
        if (sql_row(find)) {
            task->task = MANY_TASKS;
        }
    }
    return sql_end(find, error);
}

static annoproj_status match(scope *in, void *arguments, annoproj_error **error) {
    coco_import *run = arguments;
    ontology_features all;
    matching with = {in, run};
    annoproj_status status = label_import_note_ontology(in, run->to, error);
    if (status == ANNOPROJ_OK) {
        status = ontology_load(in, run->to->ontology, &all, error);
    }
    if (status == ANNOPROJ_OK) {
        category_list_match(&run->categories, &all);
    }
    return status == ANNOPROJ_OK ? image_list_each(run->images, find_task, &with, error) : status;
}

static annoproj_status match_all(void *data, annoproj_error **error) {
    coco_import *run = data;
    annoproj_status status = image_list_finish(run->images, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    request asked = *run->to->asked;
    asked.arguments = run;
    run->tasks = allocate_zeroed(image_list_count(run->images) + 1, sizeof *run->tasks);
    run->told = allocate_zeroed(image_list_count(run->images) + 1, sizeof *run->told);
    return run->tasks && run->told ? import_access_read(run->to->import, &asked, match, error) : fail_memory(error);
}

static void tell_why_none(faults *all, const coco_place *place, image_size image, const image_task *task) {
    if (task->task == NO_TASK) {
        coco_fault(all, place, "the project has no task for the file name of the image");
    } else if (task->task == MANY_TASKS) {
        coco_fault(all, place, "the project has several tasks with the file name of the image");
    } else if (task->task == NO_PIXELS) {
        coco_fault(all, place, "the data unit with the file name of the image has no pixels");
    } else if (task->task == MANY_FRAMES) {
        coco_fault(all, place,
                   "the data unit with the file name of the image has several frames: import label rows, "
                   "which say on which of them a label is");
    } else if (task->task == OTHER_SIZE) {
        coco_fault(all, place,
                   "the image is %d x %d pixels in the file, its data unit %d x %d: its coordinates would "
                   "be wrong",
                   (int)image.width, (int)image.height, (int)task->unit.width, (int)task->unit.height);
    }
}

/* The annotation's task; 0 after a fault. A fault of the image is told once. `*size`: of the image, as the file or the data unit has it. */
static int64_t task_of(coco_import *run, const coco_annotation *annotation, image_size *size) {
    faults *all = run->spool.faults;
    const listed_image *image = image_list_find(run->images, annotation, all, &run->image);
    if (!image) {
        return 0;
    }
    const image_task *found = &run->tasks[run->image];
    size->width = image->size.width != 0 ? image->size.width : found->unit.width;
    size->height = image->size.height != 0 ? image->size.height : found->unit.height;
    if (found->task > 0) {
        return found->task;
    }
    if (run->ahead || !run->told[run->image]) {
        tell_why_none(all, &annotation->place, image->size, found);
    }
    if (!run->ahead) {
        run->told[run->image] = true;
    }
    return 0;
}

static void make_box(const coco_annotation *annotation) {
    geometry_builder_reset(annotation->geometry, SHAPE_BOUNDING_BOX, ANNOPROJ_UNIT_PIXELS);
    geometry_frame(annotation->geometry, 0);
    geometry_part(annotation->geometry);
    for (size_t i = 0; i < 4; i++) {
        geometry_number(annotation->geometry, annotation->box[i]);
    }
}

/* The class for the annotation's shape, or for its box when there is only one for boxes; 0 after a fault. */
static int32_t class_of(coco_import *run, const coco_annotation *annotation) {
    faults *all = run->spool.faults;
    const listed_category *category = category_list_find(&run->categories, annotation, all);
    if (!category || !category_takes_keypoints(category, annotation, all)) {
        return 0;
    }
    const int32_t class = category->classes[coco_shape_place(annotation->shape)];
    if (class != 0) {
        return class;
    }
    if (annotation->has_box && category->classes[0] != 0) {
        make_box(annotation);
        return category->classes[0];
    }
    coco_fault(all, &annotation->place, "the ontology has no %s class for the category %s",
               feature_type_name(annotation->shape), QUOTED(category->name));
    return 0;
}

annoproj_status annotation_spool_add(annotation_spool *to, const coco_annotation *annotation, int64_t task,
                                     int32_t class, annoproj_error **error) {
    bytes *geometry = &to->geometry;
    geometry->length = 0;
    annoproj_status status = geometry_encode(annotation->geometry, geometry, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    const spooled_label made = {.task = task,
                                .class = class,
                                .confidence = annotation->confidence,
                                .content = annotation->content,
                                .geometry = geometry->data,
                                .geometry_length = geometry->length,
                                .members = annotation->members,
                                .members_length = annotation->members_length};
    return label_spool_add(to->labels, &made, error);
}

void annotation_spool_end(annotation_spool *ahead, label_spool *first) {
    bytes_release(&ahead->geometry);
    if (first) {
        label_spool_join(first, ahead->labels);
    } else {
        label_spool_close(ahead->labels);
    }
}

static annoproj_status take_annotation(void *data, const coco_annotation *annotation, annoproj_error **error) {
    coco_import *run = data;
    image_size size = {0};
    const int64_t task = task_of(run, annotation, &size);
    const int32_t class = class_of(run, annotation);
    if (task == 0 || class == 0 || !image_takes_mask(size, annotation, run->spool.faults)) {
        return ANNOPROJ_OK;
    }
    return annotation_spool_add(&run->spool, annotation, task, class, error);
}

static annoproj_status begin_ahead(void *data, faults *all, void **ahead, annoproj_error **error) {
    const coco_import *run = data;
    coco_import *made = allocate(sizeof *made);
    if (!made) {
        return fail_memory(error);
    }
    *made = *run;
    made->ahead = true;
    made->spool = (annotation_spool){.faults = all};
    annoproj_status status = label_spool_open(run->to->asked->session->store, &made->spool.labels, error);
    if (status != ANNOPROJ_OK) {
        release(made);
        return status;
    }
    *ahead = made;
    return ANNOPROJ_OK;
}

static void end_ahead(void *data, void *ahead, bool taken) {
    const coco_import *run = data;
    coco_import *made = ahead;
    annotation_spool_end(&made->spool, taken ? run->spool.labels : NULL);
    release(made);
}

/* --- the call ----------------------------------------------------------------------------------------------------- */

static annoproj_status read_coco(label_import *to, annoproj_error **error) {
    coco_import run = {.to = to, .spool = {.labels = to->spool, .faults = to->import->faults}};
    const bool ahead = label_import_reads_ahead(to);
    const coco_sink sink = {.data = &run,
                            .members = true,
                            .image = take_image,
                            .category = take_category,
                            .ready = match_all,
                            .annotation = take_annotation,
                            .ahead_begin = ahead ? begin_ahead : NULL,
                            .ahead_end = end_ahead};
    annoproj_status status = image_list_open(to->asked->session->store, &run.images, error);
    if (status == ANNOPROJ_OK) {
        status = import_read_coco(to->import, &sink, error);
    }
    if (status == ANNOPROJ_OK) {
        to->items = (int64_t)image_list_count(run.images);
    }
    image_list_close(run.images);
    release(run.tasks);
    release(run.told);
    category_list_release(&run.categories);
    bytes_release(&run.spool.geometry);
    return status;
}

annoproj_status annoproj_project_import_coco(annoproj_project *project, const char *path,
                                             const annoproj_import_options *options, const annoproj_call *call,
                                             annoproj_table **table, annoproj_error **error) {
    return label_import_call(project, "project_import_coco", read_coco, path, options, call, table, error);
}
