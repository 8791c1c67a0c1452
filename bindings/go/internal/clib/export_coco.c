/* COCO out: info, categories, images, then annotations, streamed. Images come before annotations, so the tasks are gone
 * through twice; ids of images are running numbers, the same both times. */
#include "export_coco.h"

#include <string.h>

#include "answer_groups.h"
#include "coco_shape.h"
#include "failure.h"
#include "frame_ranges.h"
#include "json_out.h"

typedef struct coco_export {
    int32_t *categories; /* id of each feature; 0 = not exported */
    int64_t next_image, next_track;
    bool first;       /* no element of the array has been written */
    coco_shape shape; /* buffers that stay */
    frame_ranges frames;
} coco_export;

annoproj_status export_needs_size(const export_task *task, int32_t unit, int32_t wanted, annoproj_error **error) {
    if (unit == wanted || (task->unit.width > 0 && task->unit.height > 0)) {
        return ANNOPROJ_OK;
    }
    return fail(error, ANNOPROJ_STATE, "the labels of %s (task %lld) need its width and height to change their unit",
                QUOTED(task->unit.title), (long long)task->id);
}

/* --- categories ----------------------------------------------------------------------------------------------------- */

static annoproj_status write_categories(export_plan *plan, coco_export *run, annoproj_error **error) {
    text *out = &plan->out->text;
    int32_t id = 0;
    run->categories = arena_array(plan->in->memory, (size_t)plan->features.highest + 1, sizeof *run->categories);
    if (!run->categories) {
        return fail_memory(error);
    }
    text_string(out, "\"categories\":[");
    for (size_t i = 0; i < plan->features.count; i++) {
        const feature *class = &plan->features.features[i];
        if (class->kind != FEATURE_OBJECT || class->type == SHAPE_AUDIO || class->type == SHAPE_TEXT) {
            continue;
        }
        text_string(out, id > 0 ? ",\n" : "\n");
        run->categories[class->number] = ++id;
        text_printf(out, "{\"supercategory\":\"%s\",\"id\":%d,\"name\":", feature_type_name(class->type), (int)id);
        text_json(out, class->name, strlen(class->name));
        text_string(out, class->type == SHAPE_POINT ? ",\"keypoints\":\"keypoint\",\"skeleton\":[]}" : "}");
    }
    text_string(out, "],\n");
    return ANNOPROJ_OK;
}

/* --- images ----------------------------------------------------------------------------------------------------------- */

static bool is_exported(const export_task *task) {
    const int32_t type = task->unit.data_type;
    return type != ANNOPROJ_DATA_PDF && type != ANNOPROJ_DATA_PLAIN_TEXT && type != ANNOPROJ_DATA_AUDIO;
}

static bool has_frames(const export_task *task) {
    const int32_t type = task->unit.data_type;
    return type != ANNOPROJ_DATA_IMAGE && (type != ANNOPROJ_DATA_IMG_GROUP || task->unit.frames > 1);
}

/* The frames that hold an object, ascending. Needs the labels. */
static annoproj_status collect_frames(export_task *task, frame_ranges *frames, annoproj_error **error) {
    frame_ranges_clear(frames);
    for (size_t i = 0; i < task->label_count; i++) {
        geometry_cursor cursor;
        if (task->classes[i]->kind != FEATURE_OBJECT) {
            continue;
        }
        geometry_open(&cursor, task->labels[i].geometry, task->labels[i].geometry_length);
        while (geometry_next_frame(&cursor)) {
            frame_ranges_add(frames, cursor.frame, cursor.frame);
        }
        if (cursor.failed) {
            return export_damaged(task, &task->labels[i], error);
        }
    }
    return frames->failed ? fail_memory(error) : ANNOPROJ_OK;
}

static const char *extension_of(const export_task *task) {
    const char *dot = strrchr(task->unit.title, '.');
    const char *slash = strchr(task->unit.media_type, '/');
    if (dot && dot[1] && strlen(dot + 1) <= 8 &&
        dot[1 + strspn(dot + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")] == 0) {
        return dot + 1;
    }
    return slash && strcmp(slash, "/jpeg") != 0 && slash[1] ? slash + 1 : "jpg";
}

static void write_file_name(const export_task *task, int64_t frame, text *out) {
    char uuid[37];
    const char *folder = task->unit.data_type == ANNOPROJ_DATA_VIDEO       ? "videos"
                         : task->unit.data_type == ANNOPROJ_DATA_NIFTI     ? "nifti"
                         : task->unit.data_type == ANNOPROJ_DATA_IMAGE     ? "images"
                         : task->unit.data_type == ANNOPROJ_DATA_IMG_GROUP ? "images"
                                                                           : "dicom";
    uuid_text(task->unit.uuid, uuid);
    text_character(out, '"');
    text_string(out, folder);
    text_character(out, '/');
    text_string(out, uuid);
    if (has_frames(task)) {
        text_character(out, '/');
        text_int64(out, frame);
    }
    if (strcmp(folder, "videos") == 0) {
        text_string(out, ".jpg");
    } else if (strcmp(folder, "images") == 0) {
        text_character(out, '.');
        text_json_part(out, extension_of(task));
    }
    text_character(out, '"');
}

static void write_image(export_plan *plan, coco_export *run, const export_task *task, int64_t frame) {
    text *out = &plan->out->text;
    text_string(out, run->first ? "\n" : ",\n");
    run->first = false;
    text_string(out, "{\"coco_url\":");
    text_json(out, task->unit.link, strlen(task->unit.link));
    text_string(out, ",\"id\":");
    text_int64(out, run->next_image++);
    text_string(out, has_frames(task) ? ",\"video_title\":" : ",\"image_title\":");
    text_json(out, task->unit.title, strlen(task->unit.title));
    text_string(out, ",\"file_name\":");
    write_file_name(task, frame, out);
    text_string(out, ",\"height\":");
    json_size(out, task->unit.height);
    text_string(out, ",\"width\":");
    json_size(out, task->unit.width);
    text_character(out, '}');
}

static annoproj_status task_images(export_plan *plan, export_task *task, void *data, annoproj_error **error) {
    coco_export *run = data;
    if (!is_exported(task)) {
        return ANNOPROJ_OK;
    }
    if (!has_frames(task)) {
        write_image(plan, run, task, 0);
        return ANNOPROJ_OK;
    }
    annoproj_status status = export_load_labels(plan, task, error);
    if (status == ANNOPROJ_OK) {
        status = collect_frames(task, &run->frames, error);
    }
    for (size_t i = 0; i < run->frames.count && status == ANNOPROJ_OK; i++) {
        for (int64_t frame = run->frames.ranges[i].first; frame <= run->frames.ranges[i].last && status == ANNOPROJ_OK;
             frame++) {
            write_image(plan, run, task, frame);
            status = output_pass(plan->out, error);
        }
    }
    return status;
}

/* --- annotations ------------------------------------------------------------------------------------------------------- */

/* How many labelled frames come before one. */
static int64_t frames_before(const frame_ranges *frames, int64_t frame) {
    int64_t count = 0;
    for (size_t i = 0; i < frames->count && frames->ranges[i].first <= frame; i++) {
        const int64_t last = frames->ranges[i].last < frame - 1 ? frames->ranges[i].last : frame - 1;
        count += last - frames->ranges[i].first + 1;
    }
    return count;
}

static annoproj_status write_annotation(export_plan *plan, coco_export *run, export_task *task, size_t index,
                                        int64_t frame, annoproj_error **error) {
    const label *of = &task->labels[index];
    const feature *class = task->classes[index];
    text *out = &plan->out->text;
    frame_ranges scratch = {0};
    const int64_t image = run->next_image + (has_frames(task) ? frames_before(&run->frames, frame) : 0);
    text_string(out, run->first ? "\n{" : ",\n{");
    run->first = false;
    annoproj_status status = coco_shape_write(&run->shape, task, run->categories[class->number], image, out, error);
    text_string(out, ",\"id\":");
    text_int64(out, plan->labels);
    text_string(out, ",\"attributes\":{\"track_id\":");
    text_int64(out, run->next_track);
    text_string(out, ",\"encord_track_uuid\":\"");
    text_string(out, of->hash);
    text_character(out, '"');
    if (class->type == SHAPE_ROTATABLE_BOUNDING_BOX && run->shape.shape.number_count > 4) {
        text_string(out, ",\"rotation\":");
        text_number(out, run->shape.shape.numbers[4]);
    }
    text_string(out, ",\"classifications\":");
    const bool sound = write_frame_answers(plan, class, of, frame, &scratch, out);
    text_string(out, of->manual ? ",\"manual_annotation\":true}}" : ",\"manual_annotation\":false}}");
    frame_ranges_release(&scratch);
    plan->labels++;
    if (status == ANNOPROJ_OK && !sound) {
        status = export_damaged(task, of, error);
    }
    return status == ANNOPROJ_OK ? output_pass(plan->out, error) : status;
}

static bool is_drawn(int32_t type) {
    return type == SHAPE_BOUNDING_BOX || type == SHAPE_ROTATABLE_BOUNDING_BOX || type == SHAPE_POLYGON ||
           type == SHAPE_POLYLINE || type == SHAPE_BITMASK || type == SHAPE_POINT || type == SHAPE_SKELETON;
}

static annoproj_status label_annotations(export_plan *plan, coco_export *run, export_task *task, size_t index,
                                         annoproj_error **error) {
    geometry_cursor cursor;
    bool memory = true;
    annoproj_status status = ANNOPROJ_OK;
    const label *of = &task->labels[index];
    geometry_open(&cursor, of->geometry, of->geometry_length);
    while (status == ANNOPROJ_OK && geometry_next_frame(&cursor)) {
        if (!shape_read(&run->shape.shape, &cursor, &memory)) {
            return memory ? export_damaged(task, of, error) : fail_memory(error);
        }
        status = write_annotation(plan, run, task, index, cursor.frame, error);
    }
    if (status == ANNOPROJ_OK && cursor.failed) {
        status = export_damaged(task, of, error);
    }
    run->next_track++;
    return status;
}

static annoproj_status task_annotations(export_plan *plan, export_task *task, void *data, annoproj_error **error) {
    coco_export *run = data;
    if (!is_exported(task)) {
        return ANNOPROJ_OK;
    }
    annoproj_status status = export_load_labels(plan, task, error);
    if (status == ANNOPROJ_OK && has_frames(task)) {
        status = collect_frames(task, &run->frames, error);
    }
    for (size_t i = 0; i < task->label_count && status == ANNOPROJ_OK; i++) {
        if (task->classes[i]->kind == FEATURE_OBJECT && is_drawn(task->classes[i]->type)) {
            status = label_annotations(plan, run, task, i, error);
        }
    }
    run->next_image += has_frames(task) ? frame_ranges_frames(&run->frames) : 1;
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
    coco_export run = {.first = true};
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
        run.first = true;
        run.next_image = 0;
        status = export_each_task(plan, task_annotations, &run, error);
        text_string(out, "]}\n");
    }
    coco_shape_release(&run.shape);
    frame_ranges_release(&run.frames);
    return status;
}
