/* A team with more annotators and a workflow with a consensus in it: annotate -> many -> judge -> review -> complete. */
#ifndef CONSENSUS_SUPPORT_H
#define CONSENSUS_SUPPORT_H

#include "team.h"

#define PANEL_SIZE 4

typedef struct panel {
    team *team;
    /* Annotators: the team's own, who is [0], and three more. */
    annoproj_session *sessions[PANEL_SIZE];
    annoproj_project *projects[PANEL_SIZE];
    int64_t users[PANEL_SIZE];
    int64_t many, judge; /* stages */
} panel;

/* Stage settings are JSON members, as in team_new(). The tasks are in `annotate`, or, with `first`, wait in `many`. */
panel *panel_new(int64_t tasks, bool first, const char *many_settings, const char *judge_settings);
void panel_free(panel *panel);

/* The branches of a task, in order; how many. */
size_t panel_branches(panel *panel, int64_t task, int64_t branches[16]);
annoproj_task *panel_task(annoproj_project *project, int64_t task); /* fails the test when it is not seen */
int64_t panel_stage_count(annoproj_project *project, const char *key);
/* Sends a task that is in `annotate` on, by nobody of the panel; gives its branches. */
size_t panel_enter(panel *panel, int64_t task, int64_t branches[16]);
/* The annotator takes the branch, draws so many boxes from x on, and submits it. */
void panel_submit(panel *panel, int who, int64_t branch, int boxes, double x);
annoproj_status panel_initiate(annoproj_project *project, int64_t task);
annoproj_status panel_send(annoproj_project *project, int64_t task); /* submits it */
/* One branch becomes the task. */
void panel_choose(annoproj_project *project, int64_t task, int64_t branch);
int64_t panel_cell(annoproj_project *project, int64_t task, const char *column); /* of task_row; INT64_MIN = null */
/* A figure of a report about a user; INT64_MIN when the user has no row. */
int64_t panel_figure(panel *panel, const char *report, int64_t user, const char *column);

#endif
