/* Writing annotations: shape, numbers, answers. */
#include "coco_annotations.h"

#include "answer_groups.h"
#include "coco_members.h"
#include "failure.h"
#include "frame_walk.h"

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

static void write_numbers(coco_annotations *to, const label *of, size_t index) {
    text *out = to->out;
    if (to->tracks[index] < 0) {
        to->tracks[index] = to->next.track++;
    }
    text_string(out, ",\"id\":");
    text_int64(out, to->next.annotation);
    text_string(out, ",\"attributes\":{\"track_id\":");
    text_int64(out, to->tracks[index]);
    text_string(out, ",\"encord_track_uuid\":\"");
    text_string(out, of->hash);
    text_character(out, '"');
}

/* Whether the fifth number of a shape is the angle by which it is turned. */
static bool is_turned(int32_t type) {
    return type == SHAPE_ROTATABLE_BOUNDING_BOX || type == SHAPE_CIRCLE || type == SHAPE_ELLIPSE;
}

static annoproj_status write_annotation(coco_annotations *to, export_task *task, size_t index, int64_t frame,
                                        annoproj_error **error) {
    const export_plan *plan = to->plan;
    const label *of = &task->labels[index];
    const feature *class = task->classes[index];
    text *out = to->out;
    const bool turned = is_turned(class->type) && to->shape.shape.number_count > 4;
    const number rotation = turned ? to->shape.shape.numbers[4] : (number){0};
    text_string(out, to->next.annotation == 0 ? "\n{" : ",\n{");
    to->shape.turned = turned && plan->extended;
    annoproj_status status = coco_shape_write(&to->shape, task, class, to->categories[class->number],
                                              coco_image_of(&to->images, task, frame), out, error);
    write_numbers(to, of, index);
    if (turned) {
        text_string(out, ",\"rotation\":");
        text_number(out, rotation);
    }
    text_string(out, ",\"classifications\":{");
    bool first = true;
    const bool sound = append_frame_answers(plan, class, of, frame, plan->extended, &to->scratch, &first, out);
    text_string(out, of->manual ? "},\"manual_annotation\":true" : "},\"manual_annotation\":false");
    if (plan->extended) {
        end_extended(of, turned, out);
    } else {
        text_string(out, "}}");
    }
    to->next.annotation++;
    if (status == ANNOPROJ_OK && !sound) {
        status = export_damaged(task, of, error);
    }
    return status == ANNOPROJ_OK && to->through ? output_pass(to->through, error) : status;
}

static bool is_drawn(const export_plan *plan, const feature *class) {
    if (class->kind != FEATURE_OBJECT) {
        return false;
    }
    switch (class->type) {
    case SHAPE_BOUNDING_BOX:
    case SHAPE_ROTATABLE_BOUNDING_BOX:
    case SHAPE_POLYGON:
    case SHAPE_POLYLINE:
    case SHAPE_BITMASK:
    case SHAPE_POINT:
    case SHAPE_SKELETON: return true;
    case SHAPE_CIRCLE: /* the reference exporter leaves these out */
    case SHAPE_ELLIPSE: return plan->extended;
    default: return false;
    }
}

static annoproj_status read_and_write(coco_annotations *to, export_task *task, size_t index, geometry_cursor *cursor,
                                      annoproj_error **error) {
    bool memory = true;
    if (!shape_read(&to->shape.shape, cursor, &memory)) {
        return memory ? export_damaged(task, &task->labels[index], error) : fail_memory(error);
    }
    return write_annotation(to, task, index, cursor->frame, error);
}

/* Of one image: label by label. */
static annoproj_status image_annotations(coco_annotations *to, export_task *task, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < task->label_count && status == ANNOPROJ_OK; i++) {
        geometry_cursor cursor;
        if (!is_drawn(to->plan, task->classes[i])) {
            continue;
        }
        geometry_open(&cursor, task->labels[i].geometry, task->labels[i].geometry_length);
        while (status == ANNOPROJ_OK && geometry_next_frame(&cursor)) {
            status = read_and_write(to, task, i, &cursor, error);
        }
        if (status == ANNOPROJ_OK && cursor.failed) {
            status = export_damaged(task, &task->labels[i], error);
        }
    }
    return status;
}

/* Of several: frame by frame. */
static annoproj_status frame_annotations(coco_annotations *to, export_task *task, annoproj_error **error) {
    frame_walk walk = {0};
    annoproj_status status = frame_walk_begin(&walk, task, error);
    for (int64_t frame = status == ANNOPROJ_OK ? frame_walk_frame(&walk, task) : INT64_MAX;
         frame != INT64_MAX && status == ANNOPROJ_OK; frame = frame_walk_frame(&walk, task)) {
        for (size_t i = 0; i < task->label_count && status == ANNOPROJ_OK; i++) {
            if (walk.next[i] != frame) {
                continue;
            }
            if (is_drawn(to->plan, task->classes[i]) && walk.cursors[i].unit != ANNOPROJ_UNIT_SCENE) {
                status = read_and_write(to, task, i, &walk.cursors[i], error);
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

annoproj_status coco_annotations_write(coco_annotations *to, export_task *task, annoproj_error **error) {
    to->tracks = arena_array(&task->memory, task->label_count + 1, sizeof *to->tracks);
    annoproj_status status = to->tracks ? ANNOPROJ_OK : fail_memory(error);
    for (size_t i = 0; i < task->label_count && status == ANNOPROJ_OK; i++) {
        to->tracks[i] = -1;
    }
    if (status == ANNOPROJ_OK && coco_has_frames(task)) {
        status = coco_images_find(&to->images, task, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    to->images.next = to->next.image;
    status = task->unit.data_type == ANNOPROJ_DATA_IMAGE ? image_annotations(to, task, error)
                                                         : frame_annotations(to, task, error);
    to->next.image += coco_images_count(&to->images, task);
    if (status == ANNOPROJ_OK && to->out->failed) {
        status = fail_memory(error);
    }
    return status;
}

void coco_annotations_count(const export_plan *plan, const export_task *task, coco_numbering *next) {
    next->image++;
    for (size_t i = 0; i < task->label_count; i++) {
        const label *of = &task->labels[i];
        const bool drawn = is_drawn(plan, task->classes[i]);
        const int64_t frames = drawn ? geometry_frames(of->geometry, of->geometry_length) : 0;
        next->annotation += frames;
        next->track += frames > 0;
    }
}

void coco_annotations_release(coco_annotations *of) {
    coco_shape_release(&of->shape);
    frame_ranges_release(&of->images.frames);
    frame_ranges_release(&of->scratch);
}
