/* COCO out: info, categories, images, then annotations, streamed. Images come before annotations, so the tasks are gone
 * through twice; ids of images are running numbers, the same both times. */
#include "export_coco.h"

#include <string.h>

#include "coco_images.h"
#include "coco_lanes.h"
#include "export_drawn.h"
#include "failure.h"

typedef struct coco_export {
    int64_t *categories; /* id of each feature; -1 = not exported */
    coco_images images;
} coco_export;

annoproj_status export_needs_size(const export_task *task, int32_t unit, int32_t wanted, annoproj_error **error) {
    if (unit == wanted || (task->unit.width > 0 && task->unit.height > 0)) {
        return ANNOPROJ_OK;
    }
    return fail(error, ANNOPROJ_STATE, "the labels of %s (task %lld) need its width and height to change their unit",
                QUOTED(task->unit.title), (long long)task->id);
}

/* --- categories ----------------------------------------------------------------------------------------------------- */

static bool is_category(const feature *class) {
    return class->kind == FEATURE_OBJECT && class->type != SHAPE_AUDIO && class->type != SHAPE_TEXT;
}

/* An earlier class that was made from the same category of a COCO file; NULL = there is none. */
static const feature *joined_with(const export_plan *plan, size_t index) {
    const feature *class = &plan->features.features[index];
    for (size_t i = 0; plan->extended && class->coco_category >= 0 && i < index; i++) {
        const feature *earlier = &plan->features.features[i];
        if (is_category(earlier) && earlier->coco_category == class->coco_category) {
            return earlier;
        }
    }
    return NULL;
}

/* Numbers from 1; extended, classes that came from a COCO file have their category's id again and the others come behind. */
static void number_categories(const export_plan *plan, coco_export *run) {
    int64_t last = 0;
    for (size_t i = 0; i < plan->features.count; i++) {
        const feature *class = &plan->features.features[i];
        if (plan->extended && is_category(class) && class->coco_category > last) {
            last = class->coco_category;
        }
    }
    for (size_t i = 0; i < plan->features.count; i++) {
        const feature *class = &plan->features.features[i];
        if (is_category(class)) {
            run->categories[class->number] = plan->extended && class->coco_category >= 0 ? class->coco_category
                                                                                         : ++last;
        }
    }
}

/* Of the category's skeleton class, whose vertices its annotations list. */
static void write_keypoint_names(const export_plan *plan, const feature *class, text *out) {
    const feature *skeleton = class->type == SHAPE_SKELETON ? class : NULL;
    for (size_t i = 0; !skeleton && class->coco_category >= 0 && i < plan->features.count; i++) {
        const feature *other = &plan->features.features[i];
        skeleton = other->type == SHAPE_SKELETON && other->coco_category == class->coco_category ? other : NULL;
    }
    if (!skeleton || skeleton->vertex_count == 0) {
        return;
    }
    text_string(out, ",\"keypoints\":[");
    for (size_t i = 0; i < skeleton->vertex_count; i++) {
        text_string(out, i > 0 ? "," : "");
        text_json(out, skeleton->vertices[i].name, strlen(skeleton->vertices[i].name));
    }
    text_string(out, "],\"skeleton\":[]");
}

static annoproj_status write_categories(export_plan *plan, coco_export *run, annoproj_error **error) {
    text *out = &plan->out->text;
    bool first = true;
    run->categories = arena_array(plan->in->memory, (size_t)plan->features.highest + 1, sizeof *run->categories);
    if (!run->categories) {
        return fail_memory(error);
    }
    number_categories(plan, run);
    text_string(out, "\"categories\":[");
    for (size_t i = 0; i < plan->features.count; i++) {
        const feature *class = &plan->features.features[i];
        if (!is_category(class) || joined_with(plan, i)) {
            continue;
        }
        text_string(out, first ? "\n" : ",\n");
        first = false;
        text_printf(out, "{\"supercategory\":\"%s\",\"id\":%lld,\"name\":", feature_type_name(class->type),
                    (long long)run->categories[class->number]);
        text_json(out, class->name, strlen(class->name));
        if (class->type == SHAPE_POINT) {
            text_string(out, ",\"keypoints\":\"keypoint\",\"skeleton\":[]");
        } else if (plan->extended) {
            write_keypoint_names(plan, class, out);
        }
        text_character(out, '}');
    }
    text_string(out, "],\n");
    return ANNOPROJ_OK;
}

/* --- images ----------------------------------------------------------------------------------------------------------- */

static annoproj_status task_images(export_plan *plan, export_task *task, void *data, annoproj_error **error) {
    coco_export *run = data;
    if (!coco_has_images(task)) {
        return ANNOPROJ_OK;
    }
    annoproj_status status = ANNOPROJ_OK;
    if (plan->extended || coco_has_frames(task)) {
        status = export_load_labels(plan, task, error);
    }
    if (status == ANNOPROJ_OK && coco_has_frames(task)) {
        status = coco_images_find(&run->images, task, error);
    }
    if (status == ANNOPROJ_OK) {
        status = coco_images_write(&run->images, plan, task, error);
        run->images.next += coco_images_count(&run->images, task);
    }
    return status;
}

/* --- annotations ------------------------------------------------------------------------------------------------------- */

static annoproj_status task_annotations(export_plan *plan, export_task *task, void *data, annoproj_error **error) {
    (void)plan;
    return coco_has_images(task) ? coco_lanes_add(data, task, error) : ANNOPROJ_OK;
}

static annoproj_status write_annotations(export_plan *plan, const coco_export *run, annoproj_error **error) {
    coco_lanes *lanes = NULL;
    annoproj_status status = coco_lanes_open(plan, run->categories, &lanes, error);
    text_string(&plan->out->text, "],\n\"annotations\":[");
    if (status == ANNOPROJ_OK) {
        status = export_each_drawn(plan, task_annotations, lanes, error);
    }
    if (status == ANNOPROJ_OK) {
        status = coco_lanes_finish(lanes, &plan->labels, error);
    }
    text_string(&plan->out->text, "]}\n");
    coco_lanes_close(lanes);
    return status;
}

/* --- the whole ------------------------------------------------------------------------------------------------------------ */

static annoproj_status first_title(export_plan *plan, export_task *task, void *data, annoproj_error **error) {
    (void)plan;
    (void)error;
    text *title = data;
    text_json(title, task->unit.title, strlen(task->unit.title));
    return ANNOPROJ_NONE; /* one is enough */
}

static annoproj_status write_info(export_plan *plan, annoproj_error **error) {
    text title = {0};
    annoproj_status status = export_each_task(plan, first_title, &title, error);
    status = status == ANNOPROJ_NONE ? ANNOPROJ_OK : status;
    text_string(&plan->out->text, "{\"info\":{\"description\":");
    text_append(&plan->out->text, title.length > 0 ? title.data : "null", title.length > 0 ? title.length : 4);
    text_string(&plan->out->text,
                ",\"contributor\":null,\"date_created\":null,\"url\":null,\"version\":null,\"year\":null},\n");
    text_release(&title);
    return status;
}

annoproj_status export_coco(export_plan *plan, annoproj_error **error) {
    coco_export run = {.images = {.first = true}};
    plan->drawn_only = true;
    text *out = &plan->out->text;
    annoproj_status status = write_info(plan, error);
    if (status == ANNOPROJ_OK) {
        status = write_categories(plan, &run, error);
    }
    if (status == ANNOPROJ_OK) {
        text_string(out, "\"images\":[");
        status = export_each_image(plan, task_images, &run, error);
    }
    if (status == ANNOPROJ_OK) {
        status = write_annotations(plan, &run, error);
    }
    frame_ranges_release(&run.images.frames);
    return status;
}
