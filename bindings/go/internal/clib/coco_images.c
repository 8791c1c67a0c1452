/* Finding and writing images. */
#include "coco_images.h"

#include <string.h>

#include "answer_groups.h"
#include "coco_members.h"
#include "failure.h"
#include "json_out.h"

bool coco_has_images(const export_task *task) {
    const int32_t type = task->unit.data_type;
    return type != ANNOPROJ_DATA_PDF && !label_unit_is_media(&task->unit);
}

static bool is_group(const export_task *task) {
    return task->unit.data_type == ANNOPROJ_DATA_IMG_GROUP;
}

bool coco_has_frames(const export_task *task) {
    return task->unit.data_type != ANNOPROJ_DATA_IMAGE && !is_group(task);
}

static annoproj_status add_object(const export_task *task, size_t index, frame_ranges *frames, annoproj_error **error) {
    geometry_cursor cursor;
    geometry_open(&cursor, task->labels[index].geometry, task->labels[index].geometry_length);
    while (geometry_next_frame(&cursor)) {
        frame_ranges_add(frames, cursor.frame, cursor.frame);
    }
    return cursor.failed ? export_damaged(task, &task->labels[index], error) : ANNOPROJ_OK;
}

static annoproj_status add_classification(const export_task *task, size_t index, frame_ranges *frames,
                                          annoproj_error **error) {
    const label *of = &task->labels[index];
    frame_ranges own = {0};
    annoproj_status status = frame_ranges_decode(of->ranges, of->ranges_length, &own) ? ANNOPROJ_OK
                             : own.failed                                             ? fail_memory(error)
                                                                                      : export_damaged(task, of, error);
    for (size_t i = 0; i < own.count && status == ANNOPROJ_OK; i++) {
        frame_ranges_add(frames, own.ranges[i].first, own.ranges[i].last);
    }
    frame_ranges_release(&own);
    return status;
}

annoproj_status coco_images_find(coco_images *images, export_task *task, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    frame_ranges_clear(&images->frames);
    for (size_t i = 0; i < task->label_count && status == ANNOPROJ_OK; i++) {
        status = task->classes[i]->kind == FEATURE_OBJECT ? add_object(task, i, &images->frames, error)
                                                          : add_classification(task, i, &images->frames, error);
    }
    return status == ANNOPROJ_OK && images->frames.failed ? fail_memory(error) : status;
}

int64_t coco_images_count(const coco_images *images, const export_task *task) {
    return coco_has_frames(task) ? frame_ranges_frames(&images->frames) : is_group(task) ? task->unit.frames : 1;
}

/* How many labelled frames come before one. */
static int64_t frames_before(const frame_ranges *frames, int64_t frame) {
    int64_t count = 0;
    for (size_t i = 0; i < frames->count && frames->ranges[i].first <= frame; i++) {
        const int64_t last = frames->ranges[i].last < frame - 1 ? frames->ranges[i].last : frame - 1;
        count += last - frames->ranges[i].first + 1;
    }
    return count;
}

int64_t coco_image_of(const coco_images *images, const export_task *task, int64_t frame) {
    return images->next + (coco_has_frames(task) ? frames_before(&images->frames, frame) : is_group(task) ? frame : 0);
}

/* --- one image -------------------------------------------------------------------------------------------------------- */

static const char *extension_of(const export_task *task) {
    const char *dot = strrchr(task->unit.title, '.');
    const char *slash = strchr(task->unit.media_type, '/');
    if (dot && dot[1] && strlen(dot + 1) <= 8 &&
        dot[1 + strspn(dot + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")] == 0) {
        return dot + 1;
    }
    return slash && strcmp(slash, "/jpeg") != 0 && strcmp(slash, "/octet-stream") != 0 && slash[1] ? slash + 1 : "jpg";
}

static void write_file_name(const export_task *task, int64_t frame, text *out) {
    char uuid[37];
    const char *folder = task->unit.data_type == ANNOPROJ_DATA_VIDEO   ? "videos"
                         : task->unit.data_type == ANNOPROJ_DATA_NIFTI ? "nifti"
                         : !coco_has_frames(task)                      ? "images"
                                                                       : "dicom";
    export_unit_uuid(&task->unit, coco_has_frames(task) ? 0 : frame, uuid);
    text_character(out, '"');
    text_string(out, folder);
    text_character(out, '/');
    text_string(out, uuid);
    if (coco_has_frames(task)) {
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

/* "classifications":{"Weather":"Sunny",...}: those on the frame and those on the whole data unit. */
static annoproj_status write_classifications(export_plan *plan, export_task *task, int64_t frame,
                                             annoproj_error **error) {
    text *out = &plan->out->text;
    frame_ranges own = {0};
    annoproj_status status = ANNOPROJ_OK;
    bool first = true;
    text_string(out, ",\"classifications\":{");
    for (size_t i = 0; i < task->label_count && status == ANNOPROJ_OK; i++) {
        const label *of = &task->labels[i];
        if (task->classes[i]->kind == FEATURE_OBJECT) {
            continue;
        }
        bool here = frame_ranges_decode(of->ranges, of->ranges_length, &own);
        bool on = own.count == 0;
        for (size_t j = 0; here && j < own.count && !on; j++) {
            on = own.ranges[j].first <= frame && frame <= own.ranges[j].last;
        }
        if (here && on) {
            here = append_frame_answers(plan, task->classes[i], of, frame, true, &own, &first, out);
        }
        status = here ? ANNOPROJ_OK : own.failed ? fail_memory(error) : export_damaged(task, of, error);
    }
    text_character(out, '}');
    frame_ranges_release(&own);
    return status;
}

static annoproj_status write_image(coco_images *images, export_plan *plan, export_task *task, int64_t frame,
                                   annoproj_error **error) {
    text *out = &plan->out->text;
    text_string(out, images->first ? "\n" : ",\n");
    images->first = false;
    text_string(out, "{\"coco_url\":");
    annoproj_status status = export_link(plan, task, error);
    text_string(out, ",\"id\":");
    text_int64(out, coco_image_of(images, task, frame));
    text_string(out, task->unit.data_type == ANNOPROJ_DATA_VIDEO ? ",\"video_title\":" : ",\"image_title\":");
    text_json(out, task->unit.title, strlen(task->unit.title));
    text_string(out, ",\"file_name\":");
    write_file_name(task, frame, out);
    text_string(out, ",\"height\":");
    json_size(out, task->unit.height);
    text_string(out, ",\"width\":");
    json_size(out, task->unit.width);
    if (status == ANNOPROJ_OK && plan->extended) {
        status = write_classifications(plan, task, frame, error);
        coco_members_write(out, task->unit.members, task->unit.members_length, COCO_MEMBERS_OWN, NULL);
    }
    text_character(out, '}');
    return status == ANNOPROJ_OK ? output_pass(plan->out, error) : status;
}

annoproj_status coco_images_write(coco_images *images, export_plan *plan, export_task *task, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    if (!coco_has_frames(task)) {
        const int64_t count = coco_images_count(images, task);
        for (int64_t frame = 0; frame < count && status == ANNOPROJ_OK; frame++) {
            status = write_image(images, plan, task, frame, error);
        }
        return status;
    }
    for (size_t i = 0; i < images->frames.count && status == ANNOPROJ_OK; i++) {
        for (int64_t frame = images->frames.ranges[i].first;
             frame <= images->frames.ranges[i].last && status == ANNOPROJ_OK; frame++) {
            status = write_image(images, plan, task, frame, error);
        }
    }
    return status;
}
