/* What is exported: the tasks of a project in order of number, by stage, with their data unit and their labels, by class. */
#ifndef EXPORT_TASKS_H
#define EXPORT_TASKS_H

#include "label_version.h"
#include "output.h"
#include "project.h"

typedef struct export_plan {
    scope *in;
    const label_version *version; /* NULL = what is there now */
    const int64_t *stages;        /* empty = all */
    size_t stage_count;
    const int64_t *classes;
    size_t class_count;
    bool drawn_only; /* of labels: label_each_drawn() */
    bool extended;   /* COCO */
    bool reviews;    /* label rows: with them */
    annoproj_sign_fn sign;
    void *user_data;
    ontology_features features;
    output *out;
    int64_t tasks;  /* of the project, for progress */
    int64_t labels; /* written so far */
} export_plan;

typedef struct export_task {
    int64_t id, stage, assignee, entered_us;
    int32_t stage_type, status;
    uint8_t uuid[16], dataset_uuid[16];
    const char *dataset_title;
    data_unit unit;          /* with members for extended COCO */
    const char *link;        /* signed; NULL = not asked for yet */
    label *labels;           /* of the classes asked for; in the task's arena */
    const feature **classes; /* of each label */
    size_t label_count, label_capacity;
    const version_task *kept; /* of a version */
    int64_t parent;           /* of a branch; 0 = it is none */
    int32_t branch;
    arena memory; /* goes with the task */
} export_task;

/* Checks stages and classes and loads the features. NOT_FOUND. */
annoproj_status export_plan_begin(export_plan *plan, annoproj_error **error);
/* Calls back for each task. Labels are loaded by export_load_labels() where they are needed. */
typedef annoproj_status (*export_task_fn)(export_plan *plan, export_task *task, void *data, annoproj_error **error);
annoproj_status export_each_task(export_plan *plan, export_task_fn found, void *data, annoproj_error **error);
/* The same for one task, which may be a branch. NOT_FOUND. */
annoproj_status export_one_task(export_plan *plan, int64_t task, export_task_fn found, void *data,
                                annoproj_error **error);
annoproj_status export_load_labels(export_plan *plan, export_task *task, annoproj_error **error);
/* Of a label that was found: a copy, when its class is asked for. CORRUPT when the ontology does not have it. */
annoproj_status export_keep_label(const export_plan *plan, export_task *task, const label *found,
                                  annoproj_error **error);
/* Deadline, cancel and progress, now and then. */
annoproj_status export_look_up(const export_plan *plan, int64_t tasks_done, annoproj_error **error);

/* Members of the data unit's COCO image, from that column, when the plan wants them. */
annoproj_status export_unit_members(const export_plan *plan, statement *row, int column, export_task *task,
                                    annoproj_error **error);

/* The images of a group are data units of their own: the first has the group's UUID, the others one that follows from it. */
void export_unit_uuid(const data_unit *unit, int64_t frame, char out[37]);

/* The data unit's link, as text in JSON: signed when there is a signer. CALLBACK. */
annoproj_status export_link(export_plan *plan, export_task *task, annoproj_error **error);

bool export_is_wanted(const int64_t *list, size_t count, int64_t value); /* an empty list wants all */
/* The class's top feature of an entry; NULL when the ontology lost it. */
const feature *export_feature(const export_plan *plan, int32_t number);
annoproj_status export_damaged(const export_task *task, const label *label, annoproj_error **error);

#endif
