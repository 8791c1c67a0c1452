/* Label rows out: a JSON list with one row for each task. */
#include <stdlib.h>
#include <string.h>

#include "branch.h"
#include "export_coco.h"
#include "failure.h"
#include "frame_walk.h"
#include "json_out.h"
#include "label_row.h"
#include "uuid.h"

typedef struct rows_export {
    label_row_writer writer;
    const char *before; /* the first row */
    bool first;
} rows_export;

static bool is_framed(const export_task *task) {
    const int32_t type = task->unit.data_type;
    return type != ANNOPROJ_DATA_IMAGE && type != ANNOPROJ_DATA_IMG_GROUP;
}

static bool is_geometric(const export_task *task) {
    return !label_unit_is_media(&task->unit);
}

static annoproj_status write_object(rows_export *run, frame_walk *walk, const export_task *task, size_t index,
                                    annoproj_error **error) {
    bool memory = true;
    if (!shape_read(&run->writer.shape, &walk->cursors[index], &memory)) {
        return memory ? export_damaged(task, &task->labels[index], error) : fail_memory(error);
    }
    return write_frame_object(&run->writer, task, index, error);
}

/* {"objects":[...],"classifications":[...]} of one frame; labels on it go on to their next. */
static annoproj_status write_frame(rows_export *run, frame_walk *walk, const export_task *task, int64_t frame,
                                   annoproj_error **error) {
    text *out = &run->writer.plan->out->text;
    annoproj_status status = ANNOPROJ_OK;
    bool first = true;
    text_string(out, "{\"objects\":[");
    for (size_t i = 0; i < task->label_count && status == ANNOPROJ_OK; i++) {
        if (walk->next[i] == frame && task->classes[i]->kind == FEATURE_OBJECT) {
            text_string(out, first ? "" : ",\n");
            first = false;
            status = write_object(run, walk, task, i, error);
            frame_walk_on(walk, task, i);
            run->writer.plan->labels += status == ANNOPROJ_OK && walk->next[i] == INT64_MAX;
        }
    }
    text_string(out, "],\"classifications\":[");
    first = true;
    for (size_t i = 0; i < task->label_count && status == ANNOPROJ_OK; i++) {
        if (walk->next[i] == frame && task->classes[i]->kind != FEATURE_OBJECT) {
            text_string(out, first ? "" : ",\n");
            first = false;
            status = write_frame_classification(&run->writer, task, i, error);
            frame_walk_on(walk, task, i);
        }
    }
    text_string(out, "]}");
    return status;
}

/* Labels of a data unit: of the one frame it is, or of all frames that have some. */
static annoproj_status write_labels(rows_export *run, frame_walk *walk, export_task *task, int64_t frame,
                                    annoproj_error **error) {
    text *out = &run->writer.plan->out->text;
    annoproj_status status = ANNOPROJ_OK;
    if (!is_framed(task)) {
        return write_frame(run, walk, task, frame, error);
    }
    text_character(out, '{');
    bool first = true;
    for (int64_t at = frame_walk_frame(walk, task); status == ANNOPROJ_OK && at != INT64_MAX && is_geometric(task);
         at = frame_walk_frame(walk, task)) {
        text_printf(out, "%s\"%lld\":", first ? "" : ",\n", (long long)at);
        first = false;
        status = write_frame(run, walk, task, at, error);
        status = status == ANNOPROJ_OK ? output_pass(run->writer.plan->out, error) : status;
    }
    text_character(out, '}');
    return status;
}

static annoproj_status write_unit(rows_export *run, frame_walk *walk, export_task *task, int64_t frame,
                                  annoproj_error **error) {
    char uuid[37];
    const data_unit *unit = &task->unit;
    text *out = &run->writer.plan->out->text;
    export_unit_uuid(unit, frame, uuid);
    text_json(out, uuid, 36);
    text_string(out, ":{");
    json_text_member(out, "data_hash", uuid);
    json_text_member(out, "data_title", unit->title);
    text_string(out, ",\"data_link\":");
    annoproj_status status = export_link(run->writer.plan, task, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    json_text_member(out, "data_type", unit->media_type);
    text_printf(out,
                unit->data_type == ANNOPROJ_DATA_IMG_GROUP ? ",\"data_sequence\":\"%lld\"" : ",\"data_sequence\":%lld",
                (long long)frame);
    if (is_geometric(task)) {
        text_string(out, ",\"width\":");
        json_size(out, unit->width);
        text_string(out, ",\"height\":");
        json_size(out, unit->height);
    }
    if (unit->data_type == ANNOPROJ_DATA_AUDIO) { /* readers want them, a data unit does not have them */
        text_string(out, ",\"audio_codec\":null,\"audio_sample_rate\":null,\"audio_bit_depth\":null,"
                         "\"audio_num_channels\":null");
    }
    text_string(out, ",\n\"labels\":");
    status = write_labels(run, walk, task, frame, error);
    if (unit->fps > 0) {
        text_string(out, ",\"data_fps\":");
        text_double(out, unit->fps);
    }
    if (unit->duration > 0) {
        text_string(out, ",\"data_duration\":");
        text_double(out, unit->duration);
    }
    text_character(out, '}');
    return status;
}

static annoproj_status write_units(rows_export *run, export_task *task, annoproj_error **error) {
    text *out = &run->writer.plan->out->text;
    const int64_t count = task->unit.data_type == ANNOPROJ_DATA_IMG_GROUP ? task->unit.frames : 1;
    frame_walk walk = {0};
    text_string(out, ",\n\"data_units\":{");
    annoproj_status status = frame_walk_begin(&walk, task, error);
    for (int64_t frame = 0; frame < count && status == ANNOPROJ_OK; frame++) {
        text_string(out, frame > 0 ? ",\n" : "");
        status = write_unit(run, &walk, task, frame, error);
        status = status == ANNOPROJ_OK ? output_pass(run->writer.plan->out, error) : status;
    }
    text_character(out, '}');
    for (size_t i = 0; i < task->label_count && status == ANNOPROJ_OK; i++) {
        run->writer.plan->labels += task->classes[i]->kind != FEATURE_OBJECT || task->labels[i].geometry_length == 0;
        if (walk.cursors[i].failed) {
            status = export_damaged(task, &task->labels[i], error);
        }
    }
    frame_walk_end(&walk, task);
    return status;
}

/* Words of the older task and label states, which the format still has. */
static const char *task_status_of(const export_task *task) {
    if (task->stage_type == STAGE_DONE) {
        return "COMPLETED";
    }
    if (task->stage_type == STAGE_REVIEW) {
        return "IN_REVIEW";
    }
    return task->assignee != 0 ? "ASSIGNED" : task->status == ANNOPROJ_TASK_REOPENED ? "RETURNED" : "QUEUED";
}

static const char *label_status_of(const export_task *task) {
    if (task->label_count == 0) {
        return "NOT_LABELLED";
    }
    return task->stage_type == STAGE_DONE     ? "REVIEWED"
           : task->stage_type == STAGE_REVIEW ? "REVIEW_IN_PROGRESS"
                                              : "LABEL_IN_PROGRESS";
}

static void write_head(const export_plan *plan, const export_task *task, text *out) {
    char uuid[37], name[BRANCH_NAME] = "main"; /* or the branch that the task is, or a label version has */
    int64_t created_us = task->label_count > 0 ? INT64_MAX : task->entered_us, edited_us = task->entered_us;
    for (size_t i = 0; i < task->label_count; i++) {
        created_us = task->labels[i].created_us < created_us ? task->labels[i].created_us : created_us;
        edited_us = i == 0 || task->labels[i].edited_us > edited_us ? task->labels[i].edited_us : edited_us;
    }
    uuid_text(task->uuid, uuid);
    text_character(out, '{');
    json_text_member(out, "label_hash", uuid);
    if (task->parent != 0) {
        branch_name(task->parent, task->branch, name);
    }
    json_text_member(out, "branch_name", plan->version && plan->version->branch != 0 ? plan->version->name : name);
    text_string(out, ",\"created_at\":");
    json_time(out, created_us);
    text_string(out, ",\"last_edited_at\":");
    json_time(out, edited_us);
    uuid_text(task->unit.uuid, uuid);
    json_text_member(out, "data_hash", uuid);
    uuid_text(task->dataset_uuid, uuid);
    json_text_member(out, "dataset_hash", uuid);
    json_text_member(out, "dataset_title", task->dataset_title);
    json_text_member(out, "data_title", task->unit.title);
    json_text_member(out, "data_type", data_type_name(task->unit.data_type));
    json_text_member(out, "annotation_task_status", task_status_of(task));
    text_string(out, ",\"is_shadow_data\":false");
    json_text_member(out, "label_status", label_status_of(task));
    text_string(out, ",\"spaces\":{}");
}

static annoproj_status write_row(export_plan *plan, export_task *task, void *data, annoproj_error **error) {
    rows_export *run = data;
    text *out = &plan->out->text;
    annoproj_status status = export_load_labels(plan, task, error);
    if (status == ANNOPROJ_OK && plan->reviews) {
        status = label_reviews_load(plan, task, &run->writer.reviews, &run->writer.review_count, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    text_string(out, run->first ? run->before : ",\n");
    run->first = false;
    write_head(plan, task, out);
    status = write_units(run, task, error);
    if (status == ANNOPROJ_OK) {
        status = write_row_answers(&run->writer, task, error);
    }
    text_character(out, '}');
    return status;
}

annoproj_status export_label_rows(export_plan *plan, annoproj_error **error) {
    rows_export run = {.writer = {.plan = plan}, .before = "\n", .first = true};
    text_character(&plan->out->text, '[');
    annoproj_status status = export_each_task(plan, write_row, &run, error);
    text_string(&plan->out->text, "\n]\n");
    label_row_writer_release(&run.writer);
    return status;
}

annoproj_status export_label_row(export_plan *plan, int64_t task, annoproj_error **error) {
    rows_export run = {.writer = {.plan = plan}, .before = "", .first = true};
    annoproj_status status = export_one_task(plan, task, write_row, &run, error);
    label_row_writer_release(&run.writer);
    return status;
}
