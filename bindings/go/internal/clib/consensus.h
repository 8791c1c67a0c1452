/* Consensus: what a task, its branches and their labels go through together (behaviour §8). */
#ifndef CONSENSUS_H
#define CONSENSUS_H

#include "branch.h"
#include "label.h"

/* The command's task has come to a consensus annotation stage: its branches are made, with its labels. */
annoproj_status consensus_enter(command *command, annoproj_error **error);
/* A branch is submitted; the last one sends its task to the review. */
annoproj_status consensus_submit(command *command, const annoproj_submit_options *options, annoproj_error **error);
/* Consensus was not reached: every branch goes back to its annotator. */
annoproj_status consensus_reject(command *command, const annoproj_review_options *options, annoproj_error **error);

/* Labels that become those of a task, with the branch each comes from. */
typedef struct consensus_result {
    branch **used; /* branches that were used, in order of number */
    size_t used_count;
    label *labels;
    branch **from; /* of each label */
    size_t count;
} consensus_result;
/* Consensus was reached: the command's task gets these labels and goes on. */
annoproj_status consensus_approve(command *command, const consensus_result *result, int64_t assignee, bool retain,
                                  annoproj_error **error);

/* Labels of a task are not written in consensus, but for those it gets before its branches are worked on: STATE. */
annoproj_status consensus_check_write(scope *scope, const task_facts *task, annoproj_error **error);
/* Such labels go to the branches, too. */
annoproj_status consensus_labels_written(command *command, const task_facts *task, annoproj_error **error);

#endif
