/* Labels as tables show them: the cells of label_row, geometry_row and answer_row. */
#ifndef LABEL_TABLE_H
#define LABEL_TABLE_H

#include "answers.h"
#include "label.h"
#include "rows.h"

/* For the labels of one task, that of the scope; released before the next one. */
typedef struct label_table {
    scope *in;
    const ontology_features *features;
    struct task_review *reviews;
    size_t review_count;
    frame_ranges frames; /* room for those of one label or answer */
    double *numbers;     /* room for those of one part */
    size_t number_capacity;
} label_table;

/* Reads the reviews of the task, whose states are cells of a label. */
annoproj_status label_table_reviews(label_table *table, annoproj_error **error);
/* CORRUPT names the label. */
annoproj_status label_table_add(label_table *table, const label *label, rows *to, annoproj_error **error);
void label_table_release(label_table *table);

/* One part of a label's geometry on one frame. */
typedef struct label_part {
    const char *unit; /* as geometry_row has it */
    int64_t frame, part;
    const double *numbers;
    size_t count;
} label_part;
typedef annoproj_status (*label_part_fn)(void *data, const label *label, const label_part *part,
                                         annoproj_error **error);
/* The parts in order, in the unit asked for; `unit` is the data unit, only used to convert: STATE when it has no size. */
annoproj_status label_table_parts(label_table *table, const label *label, annoproj_unit asked, const data_unit *unit,
                                  label_part_fn found, void *data, annoproj_error **error);
void label_part_add(const label *label, const label_part *part, rows *to);

/* An answer, of a dynamic one each range of its frames by itself; NULL for a static one. */
typedef void (*label_answer_fn)(void *data, const label *label, const answer *answer, const frame_range *range);
annoproj_status label_table_answers(label_table *table, const label *label, label_answer_fn found, void *data,
                                    annoproj_error **error);
void label_answer_add(const label *label, const answer *answer, const frame_range *range, rows *to);

#endif
