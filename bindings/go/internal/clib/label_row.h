/* Parts of a label row: objects with their shape, classifications, answers. */
#ifndef LABEL_ROW_H
#define LABEL_ROW_H

#include "answers.h"
#include "export_tasks.h"
#include "frame_ranges.h"
#include "label_reviews.h"
#include "shape_numbers.h"

/* E-mails of users by number, read once each. */
typedef struct user_names {
    const char **emails; /* in the call's arena */
    int64_t *users;
    size_t count, capacity;
} user_names;
/* *email = NULL for the host. */
annoproj_status user_email(scope *scope, user_names *names, int64_t user, const char **email, annoproj_error **error);

typedef struct label_row_writer {
    export_plan *plan;
    user_names users;
    shape shape;
    frame_ranges ranges;
    row_review *reviews; /* of the task, where they are wanted */
    size_t review_count;
    size_t *outer; /* of a polygon's rings */
    size_t outer_capacity;
} label_row_writer;
void label_row_writer_release(label_row_writer *writer);

/* {"name":...,"boundingBox":{...}}; the shape is in writer->shape. */
annoproj_status write_frame_object(label_row_writer *writer, const export_task *task, size_t index,
                                   annoproj_error **error);
annoproj_status write_frame_classification(label_row_writer *writer, const export_task *task, size_t index,
                                           annoproj_error **error);
/* "boundingBox":{...} and the like, normalised. */
annoproj_status write_row_shape(label_row_writer *writer, const export_task *task, const feature *class,
                                annoproj_error **error);
/* "object_answers":...,"classification_answers":...,"object_actions":... */
annoproj_status write_row_answers(label_row_writer *writer, const export_task *task, annoproj_error **error);
/* [[first,last],...] */
void write_row_ranges(const frame_ranges *ranges, text *out);
/* {"name":..,"value":..,"answers": up to the value itself; the value, false when it has an option that is none; what comes behind it but
 * the brace. */
void open_row_answer(const feature *attribute, text *out);
bool write_row_value(const export_plan *plan, const answer *answer, text *out);
void close_row_answer(const feature *attribute, bool manual, text *out);
/* [{answer with its frames},...]: the dynamic answers of an object, if it has any. */
bool has_row_actions(const label *label);
annoproj_status write_row_actions(label_row_writer *writer, const export_task *task, const label *label,
                                  annoproj_error **error);
/* "reviews":[...] of a label. */
annoproj_status write_reviews(label_row_writer *writer, const export_task *task, size_t index, annoproj_error **error);
/* createdAt, createdBy, ..., lastEdited... */
annoproj_status write_authors(label_row_writer *writer, const label *label, annoproj_error **error);

#endif
