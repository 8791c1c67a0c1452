/* COCO out: info, categories, images, then annotations, streamed. Images come before annotations, so the tasks are gone
 * through twice; ids of images are running numbers, the same both times. */
#include "export_coco.h"

#include <string.h>

#include "answer_groups.h"
#include "coco_images.h"
#include "coco_members.h"
#include "coco_shape.h"
#include "failure.h"
#include "frame_walk.h"

typedef struct coco_export {
    int64_t *categories; /* id of each feature; -1 = not exported */
    int64_t next_track;
    coco_images images;
    coco_shape shape; /* buffers that stay */
    frame_ranges scratch;
    int64_t *tracks; /* of the task's labels; -1 = not met yet */
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

static annoproj_status load(export_plan *plan, coco_export *run, export_task *task, bool labels,
                            annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    if (labels || coco_has_frames(task)) {
        status = export_load_labels(plan, task, error);
    }
    return status == ANNOPROJ_OK && coco_has_frames(task) ? coco_images_find(&run->images, task, error) : status;
}

static annoproj_status task_images(export_plan *plan, export_task *task, void *data, annoproj_error **error) {
    coco_export *run = data;
    if (!coco_has_images(task)) {
        return ANNOPROJ_OK;
    }
    annoproj_status status = load(plan, run, task, plan->extended, error);
    if (status == ANNOPROJ_OK) {
        status = coco_images_write(&run->images, plan, task, error);
        run->images.next += coco_images_count(&run->images, task);
    }
    return status;
}

/* --- annotations ------------------------------------------------------------------------------------------------------- */

/* The end of the attributes and of the annotation, with what a COCO file had there. */
static void end_extended(const label *of, bool turned, text *out) {
    const bool scored = of->confidence < 1;
    coco_members_write(out, of->members, of->members_length, COCO_MEMBERS_OF_ATTRIBUTES, turned ? "rotation" : NULL);
    text_character(out, '}');
    if (scored) {
        text_string(out, ",\"score\":");
        text_double(out, of->confidence);
    }
    coco_members_write(out, of->members, of->members_length, COCO_MEMBERS_OWN, scored ? "score" : NULL);
    text_character(out, '}');
}

static annoproj_status write_annotation(export_plan *plan, coco_export *run, export_task *task, size_t index,
                                        int64_t frame, annoproj_error **error) {
    const label *of = &task->labels[index];
    const feature *class = task->classes[index];
    text *out = &plan->out->text;
    const bool turned = class->type == SHAPE_ROTATABLE_BOUNDING_BOX && run->shape.shape.number_count > 4;
    const number rotation = turned ? run->shape.shape.numbers[4] : (number){0};
    if (run->tracks[index] < 0) {
        run->tracks[index] = run->next_track++;
    }
    text_string(out, run->images.first ? "\n{" : ",\n{");
    run->images.first = false;
    run->shape.turned = turned && plan->extended;
    annoproj_status status = coco_shape_write(&run->shape, task, run->categories[class->number],
                                              coco_image_of(&run->images, task, frame), out, error);
    text_string(out, ",\"id\":");
    text_int64(out, plan->labels);
    text_string(out, ",\"attributes\":{\"track_id\":");
    text_int64(out, run->tracks[index]);
    text_string(out, ",\"encord_track_uuid\":\"");
    text_string(out, of->hash);
    text_character(out, '"');
    if (turned) {
        text_string(out, ",\"rotation\":");
        text_number(out, rotation);
    }
    text_string(out, ",\"classifications\":{");
    bool first = true;
    const bool sound = append_frame_answers(plan, class, of, frame, plan->extended, &run->scratch, &first, out);
    text_string(out, of->manual ? "},\"manual_annotation\":true" : "},\"manual_annotation\":false");
    if (plan->extended) {
        end_extended(of, turned, out);
    } else {
        text_string(out, "}}");
    }
    plan->labels++;
    if (status == ANNOPROJ_OK && !sound) {
        status = export_damaged(task, of, error);
    }
    return status == ANNOPROJ_OK ? output_pass(plan->out, error) : status;
}

static bool is_drawn(const feature *class) {
    const int32_t type = class->type;
    return class->kind == FEATURE_OBJECT &&
           (type == SHAPE_BOUNDING_BOX || type == SHAPE_ROTATABLE_BOUNDING_BOX || type == SHAPE_POLYGON ||
            type == SHAPE_POLYLINE || type == SHAPE_BITMASK || type == SHAPE_POINT || type == SHAPE_SKELETON);
}

static annoproj_status read_and_write(export_plan *plan, coco_export *run, export_task *task, size_t index,
                                      geometry_cursor *cursor, annoproj_error **error) {
    bool memory = true;
    if (!shape_read(&run->shape.shape, cursor, &memory)) {
        return memory ? export_damaged(task, &task->labels[index], error) : fail_memory(error);
    }
    return write_annotation(plan, run, task, index, cursor->frame, error);
}

/* Of one image: label by label. */
static annoproj_status image_annotations(export_plan *plan, coco_export *run, export_task *task,
                                         annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < task->label_count && status == ANNOPROJ_OK; i++) {
        geometry_cursor cursor;
        if (!is_drawn(task->classes[i])) {
            continue;
        }
        geometry_open(&cursor, task->labels[i].geometry, task->labels[i].geometry_length);
        while (status == ANNOPROJ_OK && geometry_next_frame(&cursor)) {
            status = read_and_write(plan, run, task, i, &cursor, error);
        }
        if (status == ANNOPROJ_OK && cursor.failed) {
            status = export_damaged(task, &task->labels[i], error);
        }
    }
    return status;
}

/* Of several: frame by frame. */
static annoproj_status frame_annotations(export_plan *plan, coco_export *run, export_task *task,
                                         annoproj_error **error) {
    frame_walk walk = {0};
    annoproj_status status = frame_walk_begin(&walk, task, error);
    for (int64_t frame = status == ANNOPROJ_OK ? frame_walk_frame(&walk, task) : INT64_MAX;
         frame != INT64_MAX && status == ANNOPROJ_OK; frame = frame_walk_frame(&walk, task)) {
        for (size_t i = 0; i < task->label_count && status == ANNOPROJ_OK; i++) {
            if (walk.next[i] != frame) {
                continue;
            }
            if (is_drawn(task->classes[i])) {
                status = read_and_write(plan, run, task, i, &walk.cursors[i], error);
            }
            frame_walk_on(&walk, task, i);
        }
    }
    for (size_t i = 0; i < task->label_count && status == ANNOPROJ_OK; i++) {
        if (walk.cursors[i].failed) {
            status = export_damaged(task, &task->labels[i], error);
        }
    }
    frame_walk_end(&walk, task);
    return status;
}

static annoproj_status task_annotations(export_plan *plan, export_task *task, void *data, annoproj_error **error) {
    coco_export *run = data;
    if (!coco_has_images(task)) {
        return ANNOPROJ_OK;
    }
    annoproj_status status = load(plan, run, task, true, error);
    run->tracks = arena_array(&task->memory, task->label_count + 1, sizeof *run->tracks);
    if (status == ANNOPROJ_OK && !run->tracks) {
        status = fail_memory(error);
    }
    for (size_t i = 0; i < task->label_count && status == ANNOPROJ_OK; i++) {
        run->tracks[i] = -1;
    }
    if (status == ANNOPROJ_OK) {
        status = task->unit.data_type == ANNOPROJ_DATA_IMAGE ? image_annotations(plan, run, task, error)
                                                             : frame_annotations(plan, run, task, error);
        run->images.next += coco_images_count(&run->images, task);
    }
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
        status = export_each_task(plan, task_images, &run, error);
    }
    if (status == ANNOPROJ_OK) {
        text_string(out, "],\n\"annotations\":[");
        run.images.first = true;
        run.images.next = 0;
        status = export_each_task(plan, task_annotations, &run, error);
        text_string(out, "]}\n");
    }
    coco_shape_release(&run.shape);
    frame_ranges_release(&run.images.frames);
    frame_ranges_release(&run.scratch);
    return status;
}
