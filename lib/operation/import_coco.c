/* The annotations of a COCO file become labels of a project's tasks. Outside the lock the file is read, matched with tasks
 * and classes, and spooled; then one command copies the spool. */
#include <string.h>

#include "failure.h"
#include "import_images.h"
#include "import_labels.h"

#define NO_TASK    0
#define MANY_TASKS (-1)
#define TOLD       (-2) /* its fault has been told */

#define SQL_TASKS                                                                                                      \
    "SELECT t.id FROM data_unit u JOIN task t ON t.data_unit = u.id"                                                   \
    " WHERE u.title = ?1 AND t.id > ?2 << 32 AND t.id < (?2 + 1) << 32 AND t.stage <> 0 AND t.parent = 0 LIMIT 2"

#define SHAPES 5

typedef struct import_category {
    int64_t key;
    const char *name;
    uint64_t content;
    int32_t classes[SHAPES]; /* feature for each shape; 0 = none */
    size_t vertices;         /* of the class for skeletons; 0 = any number */
} import_category;

typedef struct coco_import {
    label_import *to;
    image_list *images;
    int64_t *tasks; /* of each image */
    key_map category_keys;
    import_category *categories;
    size_t category_count, category_capacity;
    arena memory; /* names of categories */
    bytes geometry;
} coco_import;

static const int32_t shapes[SHAPES] = {SHAPE_BOUNDING_BOX, SHAPE_POLYGON, SHAPE_BITMASK, SHAPE_SKELETON, SHAPE_POINT};

/* --- reading ------------------------------------------------------------------------------------------------------ */

static annoproj_status take_image(void *data, const coco_image *image, annoproj_error **error) {
    coco_import *run = data;
    return image_list_add(run->images, image, run->to->import->faults, error);
}

static annoproj_status take_category(void *data, const coco_category *category, annoproj_error **error) {
    coco_import *run = data;
    const uint32_t known = key_map_find(&run->category_keys, category->key);
    if (known != KEY_MAP_NONE) {
        if (run->categories[known].content != category->content) {
            coco_fault(run->to->import->faults, &category->place, "the category id %s is also that of another category",
                       category->id);
        }
        return ANNOPROJ_OK;
    }
    if (run->category_count == run->category_capacity) {
        size_t capacity = run->category_capacity ? run->category_capacity * 2 : 128;
        import_category *categories = reallocate(run->categories, capacity * sizeof *categories);
        if (!categories) {
            return fail_memory(error);
        }
        run->categories = categories;
        run->category_capacity = capacity;
    }
    import_category *made = &run->categories[run->category_count];
    char stand_in[COCO_STAND_IN];
    const char *name = coco_category_name(category, stand_in);
    *made = (import_category){
        .key = category->key, .name = arena_text(&run->memory, name, strlen(name)), .content = category->content};
    if (!made->name || !key_map_add(&run->category_keys, category->key, (uint32_t)run->category_count)) {
        return fail_memory(error);
    }
    run->category_count++;
    return ANNOPROJ_OK;
}

/* --- matching ------------------------------------------------------------------------------------------------------- */

static bool named_for(const feature *class, const char *name) {
    const size_t length = strlen(name);
    if (length == 0 || strncmp(class->name, name, length) != 0) {
        return false;
    }
    const char *rest = class->name + length;
    const char *shape = feature_type_name(class->type);
    const size_t shape_length = strlen(shape);
    return *rest == 0 || (strncmp(rest, " (", 2) == 0 && strncmp(rest + 2, shape, shape_length) == 0 &&
                          strcmp(rest + 2 + shape_length, ")") == 0);
}

/* By the category id that the class was made from, else by name. */
static int32_t find_class(const ontology_features *all, const import_category *category, int32_t shape) {
    int32_t by_name = 0;
    for (size_t i = 0; i < all->count; i++) {
        const feature *class = &all->features[i];
        if (class->kind != FEATURE_OBJECT || class->type != shape || class->archived) {
            continue;
        }
        if (category->key >= 0 && class->coco_category == category->key) {
            return class->number;
        }
        if (by_name == 0 && named_for(class, category->name)) {
            by_name = class->number;
        }
    }
    return by_name;
}

typedef struct matching {
    scope *in;
    coco_import *run;
} matching;

static annoproj_status find_task(void *data, size_t index, const spooled_image *image, annoproj_error **error) {
    const matching *with = data;
    statement *find = sql(with->in->database, SQL_TASKS);
    bind_text(find, image->title);
    bind_int64(find, with->run->to->project);
    int64_t task = NO_TASK;
    if (sql_row(find)) {
        task = column_int64(find, 0);
        if (sql_row(find)) {
            task = MANY_TASKS;
        }
    }
    with->run->tasks[index] = task;
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
    for (size_t i = 0; i < run->category_count && status == ANNOPROJ_OK; i++) {
        for (size_t j = 0; j < SHAPES; j++) {
            const int32_t class = find_class(&all, &run->categories[i], shapes[j]);
            run->categories[i].classes[j] = class;
            if (class != 0 && shapes[j] == SHAPE_SKELETON) {
                run->categories[i].vertices = all.by_number[class]->vertex_count;
            }
        }
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
    return run->tasks ? import_access_read(run->to->import, &asked, match, error) : fail_memory(error);
}

/* The annotation's task; 0 after a fault. A fault of the image is told once. */
static int64_t task_of(coco_import *run, const coco_annotation *annotation, const listed_image **image) {
    faults *all = run->to->import->faults;
    const uint32_t index = image_list_find(run->images, annotation->image);
    if (index == KEY_MAP_NONE) {
        coco_fault(all, &annotation->place, "image_id names an image that the file does not have");
        return 0;
    }
    *image = image_list_at(run->images, index);
    const int64_t task = run->tasks[index];
    if (task == NO_TASK) {
        coco_fault(all, &annotation->place, "the project has no task for the file name of the image");
    } else if (task == MANY_TASKS) {
        coco_fault(all, &annotation->place, "the project has several tasks with the file name of the image");
    }
    if (task == NO_TASK || task == MANY_TASKS) {
        run->tasks[index] = TOLD;
    }
    return task > 0 ? task : 0;
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
    const uint32_t index = key_map_find(&run->category_keys, annotation->category);
    if (index == KEY_MAP_NONE) {
        coco_fault(run->to->import->faults, &annotation->place,
                   "category_id names a category that the file does not have");
        return 0;
    }
    const import_category *category = &run->categories[index];
    if (annotation->shape == SHAPE_SKELETON && category->vertices > 0 && category->vertices != annotation->keypoints) {
        coco_fault(run->to->import->faults, &annotation->place,
                   "there are %zu keypoints, the skeleton of the class has %zu", annotation->keypoints,
                   category->vertices);
        return 0;
    }
    for (size_t i = 0; i < SHAPES; i++) {
        if (shapes[i] == annotation->shape && category->classes[i] != 0) {
            return category->classes[i];
        }
    }
    if (annotation->has_box && category->classes[0] != 0) {
        make_box(annotation);
        return category->classes[0];
    }
    coco_fault(run->to->import->faults, &annotation->place, "the ontology has no %s class for the category %s",
               feature_type_name(annotation->shape), QUOTED(category->name));
    return 0;
}

static annoproj_status take_annotation(void *data, const coco_annotation *annotation, annoproj_error **error) {
    coco_import *run = data;
    const listed_image *image = NULL;
    const int64_t task = task_of(run, annotation, &image);
    const int32_t class = class_of(run, annotation);
    if (task == 0 || class == 0) {
        return ANNOPROJ_OK;
    }
    if (annotation->shape == SHAPE_BITMASK && image->width != 0 && image->height != 0 &&
        (image->width != annotation->mask_width || image->height != annotation->mask_height)) {
        coco_fault(run->to->import->faults, &annotation->place,
                   "the mask has %lld x %lld pixels, its image %lld x %lld", (long long)annotation->mask_width,
                   (long long)annotation->mask_height, (long long)image->width, (long long)image->height);
        return ANNOPROJ_OK;
    }
    run->geometry.length = 0;
    annoproj_status status = geometry_encode(annotation->geometry, &run->geometry, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    const spooled_label made = {.task = task,
                                .class = class,
                                .confidence = annotation->confidence,
                                .content = annotation->content,
                                .geometry = run->geometry.data,
                                .geometry_length = run->geometry.length,
                                .members = annotation->members,
                                .members_length = annotation->members_length};
    return label_spool_add(run->to->spool, &made, error);
}

/* --- the call ----------------------------------------------------------------------------------------------------- */

static annoproj_status read_coco(label_import *to, annoproj_error **error) {
    coco_import run = {.to = to};
    const coco_sink sink = {.data = &run,
                            .members = true,
                            .image = take_image,
                            .category = take_category,
                            .ready = match_all,
                            .annotation = take_annotation};
    annoproj_status status = image_list_open(to->asked->session->store, &run.images, error);
    if (status == ANNOPROJ_OK) {
        status = import_read_coco(to->import, &sink, error);
    }
    if (status == ANNOPROJ_OK) {
        to->items = (int64_t)image_list_count(run.images);
    }
    image_list_close(run.images);
    release(run.tasks);
    release(run.categories);
    key_map_release(&run.category_keys);
    arena_release(&run.memory);
    bytes_release(&run.geometry);
    return status;
}

annoproj_status annoproj_project_import_coco(annoproj_project *project, const char *path,
                                             const annoproj_import_options *options, const annoproj_call *call,
                                             annoproj_table **table, annoproj_error **error) {
    return label_import_call(project, "project_import_coco", read_coco, path, options, call, table, error);
}
