/* Projects, collaborators, datasets and data units. */
#ifndef PROJECT_H
#define PROJECT_H

#include "access.h"
#include "rows.h"

#define PROJECT_TAGS_MOST 1000 /* of each kind */

typedef enum tag_kind { TAG_OF_PROJECTS = 0, TAG_OF_ISSUES = 1 } tag_kind;

const char *project_status_name(int32_t status); /* "in_progress" */
const char *role_name(int32_t role);             /* "team_manager" */
const char *data_type_name(int32_t type);        /* "img_group" */

typedef struct data_unit {
    int64_t id, width, height, frames, file_bytes; /* 0 = unknown */
    int32_t data_type;
    double fps, duration; /* 0 = unknown */
    uint8_t uuid[16];
    const char *title, *media_type, *link, *client_metadata; /* in the arena; client_metadata may be NULL */
    const uint8_t *members;                                  /* to be stored; data_unit_read() leaves them out */
    size_t members_length;
} data_unit;
/* A data unit from a row that has these columns of `data_unit u` from `column` on. False when out of memory. */
#define DATA_UNIT_COLUMNS                                                                                              \
    "u.id, u.uuid, u.title, u.data_type, u.media_type, u.link, u.width, u.height, u.frames, u.fps, u.duration,"        \
    " u.file_bytes, u.client_metadata"
bool data_unit_read(arena *memory, statement *row, int column, data_unit *out);
annoproj_status data_unit_load(scope *scope, int64_t id, data_unit *out, annoproj_error **error);
/* Reserves `count` numbers behind the dataset's last one. */
annoproj_status dataset_next_units(command *command, int64_t dataset, int64_t count, int64_t *first,
                                   annoproj_error **error);
/* One data unit with a reserved number. */
annoproj_status data_unit_insert(command *command, int64_t dataset, const data_unit *unit, int64_t number,
                                 annoproj_error **error);
annoproj_status data_unit_by_title(scope *scope, int64_t dataset, const char *title, int64_t *id,
                                   annoproj_error **error); /* 0 = none */

/* Next numbers of a project, reserved in one step: returns the first of `count`. */
annoproj_status project_next_task(command *command, int64_t project, int64_t count, int64_t *first,
                                  annoproj_error **error);
annoproj_status project_next_label(command *command, int64_t project, int64_t count, int64_t *first,
                                   annoproj_error **error);
annoproj_status project_next_issue(command *command, int64_t project, int64_t *number, annoproj_error **error);
annoproj_status project_next_version(command *command, int64_t project, int64_t *number, annoproj_error **error);
/* The counters of a new project. */
annoproj_status project_insert_counter(command *command, int64_t project, annoproj_error **error);
/* The scope's project was edited now. */
annoproj_status project_touch(command *command, annoproj_error **error);
/* Adds to a project's counters. */
annoproj_status project_add_counts(command *command, int64_t project, int64_t tasks, int64_t open_issues,
                                   int64_t instance_labels_created, annoproj_error **error);

#endif
