/* A small project with one user of each role, over the public functions only. */
#ifndef TEAM_H
#define TEAM_H

#include "support.h"

enum member { TEAM_ADMIN, TEAM_MANAGER, TEAM_REVIEWER, TEAM_ANNOTATOR, TEAM_BOTH, TEAM_SIZE }; /* annoproj_role - 1 */

typedef struct team {
    annoproj_store *store;
    annoproj_session *host, *sessions[TEAM_SIZE];
    annoproj_project *projects[TEAM_SIZE], *host_project;
    int64_t users[TEAM_SIZE];
    int64_t project, ontology, dataset;
    int64_t annotate, review, complete; /* stages */
    int64_t first_task;                 /* ids of the tasks go on from here */
    int64_t now_us;                     /* what the injected clock says; move it at will */
    uint64_t random;
    char *path;
} team;

/* Stage settings are JSON members, "" for defaults: "\"hide_unassigned\": true". */
team *team_new(int64_t tasks, const char *annotate_settings, const char *review_settings);
void team_free(team *team);
/* A second, different annotator of the project; her session is the caller's to close. */
annoproj_session *team_add(team *team, const char *email, annoproj_role role, int64_t *user);

annoproj_task *team_task(team *team, enum member who, int64_t number); /* number from 0; close it */
int64_t team_cell(annoproj_task *task, const char *column);            /* of task_row; INT64_MIN = null */
const char *team_word(annoproj_task *task, const char *column, char out[64]);
/* One box on a task by that member; gives its hash. */
void team_draw(team *team, annoproj_task *task, const char *hash, double x, char out[16]);
/* Events of a kind in the project; of the last one the user it is credited to (NULL = does not matter). */
int64_t team_events(team *team, const char *kind, int64_t *credited);
/* Rows that annoproj_store_check finds. */
int64_t team_differences(team *team);

/* What the store was opened with. */
#define TEAM_TICKET_KEY "the secret of the team's host"

/* Features of the team's ontology. */
#define TEAM_BOX    1 /* object bounding_box "Car" with radio attribute "Colour" (Red, Blue) */
#define TEAM_COLOUR 2
#define TEAM_RED    3
#define TEAM_BLUE   4

#endif
